//! A case with other secrets than its own: with such as every encoding makes something else of.
//!
//! A case is written with secrets that read well, `s3cr3t-key-1`, which look the same in a URL, in JSON and in HTML: what is hidden of
//! them says little. So each case that has any is run once more, with [`HARD`](leak::HARD) secrets in their place. Before
//! the request that comes in is compared with the one that the case expects, the secrets are put back, by the rules of the place in
//! which they stand: a query and a path are decoded, the members of a JSON body, what Base64 holds. A secret that goes out in
//! another form than that of its place stays, and the request is not the expected one. In answers the hard ones stand in the form of
//! their place too.

use std::path::Path;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

use crate::Case;
use crate::case::Step;
use crate::exchange::{Answer, Exchange, Values};
use crate::leak;
use crate::matching::{Asked, decoded};
use crate::promise;

/// Cases whose secret goes to a place that cannot hold all signs: those that the program refuses there, and why.
const REFUSED: [(&str, &str, &str); 5] = [
    ("apis/stripe-charges", ":", "the password of basic auth begins there"),
    ("apis/stripe-lines-of-invoices", ":", "the password of basic auth begins there"),
    ("auth/basic-without-a-password", ":", "the password of basic auth begins there"),
    ("auth/api-key-in-a-cookie", ";", "it ends a cookie"),
    ("auth/session-login-by-a-key-in-a-cookie", ";", "it ends a cookie"),
];

/// Cases in which a helper makes something else of the secret, from which it cannot be told.
const CHANGED: [&str; 2] = ["auth/a-key-that-a-helper-changed-is-redacted", "inputs/short-secrets-in-a-list"];

/// Shorter ones are no secrets; the cases that have some show just that.
const SHORTEST: usize = 8;

/// A key that signs is what it is, and is never sent.
fn is_key_that_signs(secret: &str) -> bool {
    secret.contains("-----BEGIN") || secret.contains(['\n', '\r'])
}

/// What stands in place of what.
#[derive(Debug, Clone, Default)]
pub(crate) struct Swap {
    /// The longest first: one may hold another.
    pairs: Vec<Pair>,
    /// OAuth has a client and its secret encoded as in a form before they become Base64.
    in_form: bool,
}

/// A secret of the case, and the one in its place.
#[derive(Debug, Clone)]
struct Pair {
    own: String,
    hard: String,
}

impl Swap {
    /// Other secrets for a case; none where it has no secret or is to keep its own.
    pub(crate) fn of(case: &Case, steps: &[Step], read: &dyn Fn(&Step) -> (Value, Vec<Exchange>)) -> Self {
        let mut in_form = false;
        let mut own = Vec::new();
        for step in steps {
            let (spec, exchanges) = read(step);
            in_form |= spec.to_string().contains(r#""type":"oauth2""#);
            own.extend(promise::secrets(&spec, step));
            own.extend(promise::tokens(&exchanges));
        }
        let is_changed = CHANGED.contains(&case.name.as_str());
        own.retain(|text| text.chars().count() >= SHORTEST && !is_key_that_signs(text) && !is_changed);
        own.sort_by_key(|text| (std::cmp::Reverse(text.len()), text.clone()));
        own.dedup();
        let refused =
            REFUSED.iter().find(|(name, _, _)| *name == case.name).map_or("", |(_, signs, _)| signs);
        let hard = leak::HARD.replace(|sign| refused.contains(sign), "");
        let pair = |(n, own)| Pair { own, hard: format!("{n}{hard}{n}") };
        Self { pairs: own.into_iter().enumerate().map(pair).collect(), in_form }
    }

    /// Nothing is put in place of anything.
    pub(crate) fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// The secrets that are put in place of the case's own.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().map(|pair| pair.hard.as_str())
    }

    /// A text that is a secret, or holds one as it is: a variable, an argument, a file.
    pub(crate) fn harden(&self, text: &str) -> String {
        self.replaced(text, &|pair| (&pair.own, pair.hard.clone()))
    }

    /// A load with other secrets. A file of the case that holds one is copied to `files`.
    pub(crate) fn harden_step(&self, step: &Step, files: &Path) -> std::io::Result<Step> {
        let mut step = step.clone();
        let folder = step.spec_folder.clone();
        for value in step.env.values_mut() {
            if let Some(name) = value.strip_prefix("file:").map(str::to_owned) {
                let path = folder.join(&name);
                let Ok(text) = std::fs::read_to_string(&path) else { continue };
                let to = files.join(path.file_name().unwrap_or_default());
                std::fs::write(&to, self.harden(&text))?;
                *value = format!("file:{}", to.display());
            } else {
                *value = self.harden(value);
            }
        }
        for arg in &mut step.args {
            *arg = self.harden(arg);
        }
        Ok(step)
    }

    /// What was asked, with the case's own secrets.
    pub(crate) fn put_back_asked(&self, asked: &Asked) -> Asked {
        let mut asked = asked.clone();
        if self.is_empty() {
            return asked;
        }
        let (path, query) = match asked.target.split_once('?') {
            Some((path, query)) => (path.to_owned(), Some(query.to_owned())),
            None => (asked.target.clone(), None),
        };
        let segments: Vec<String> = path.split('/').map(|segment| self.component(segment, false)).collect();
        asked.target = segments.join("/");
        if let Some(query) = query {
            asked.target = format!("{}?{}", asked.target, self.pairs_put_back(&query));
        }
        let kind = asked.header("content-type").unwrap_or_default();
        for (_, value) in &mut asked.headers {
            let words: Vec<String> = value.split(' ').map(|word| self.word(word)).collect();
            *value = self.put_back(&words.join(" "));
        }
        asked.body = self.body(&asked.body, &kind);
        asked
    }

    /// A text that holds secrets as they are, with those of the case.
    pub(crate) fn put_back(&self, text: &str) -> String {
        self.replaced(text, &|pair| (&pair.hard, pair.own.clone()))
    }

    fn pairs_put_back(&self, query: &str) -> String {
        let one = |pair: &str| match pair.split_once('=') {
            Some((name, value)) => format!("{}={}", self.component(name, true), self.component(value, true)),
            None => self.component(pair, true),
        };
        query.split('&').map(one).collect::<Vec<_>>().join("&")
    }

    /// A piece of a URL; it stays as it was written where it holds no secret.
    fn component(&self, piece: &str, plus: bool) -> String {
        Self::changed(piece, plus, &|text| self.word(&self.put_back(text)))
    }

    /// A piece of a URL, what it means changed.
    fn changed(piece: &str, plus: bool, change: &dyn Fn(&str) -> String) -> String {
        let written = if plus { piece.to_owned() } else { piece.replace('+', "%2B") };
        let Ok(text) = String::from_utf8(decoded(&written)) else { return piece.to_owned() };
        let back = change(&text);
        if back == text { piece.to_owned() } else { leak::percent(&back, "%20", true) }
    }

    /// A word that may be Base64 of a text with a secret.
    fn word(&self, word: &str) -> String {
        let part = |part: &str| Self::changed(part, true, &|text| self.put_back(text));
        changed_base64(word, &|text| match self.put_back(text) {
            back if back == text => text.split(':').map(part).collect::<Vec<_>>().join(":"),
            back => back,
        })
    }

    fn body(&self, body: &[u8], kind: &str) -> Vec<u8> {
        let Ok(text) = std::str::from_utf8(body) else { return body.to_owned() };
        if let Ok(mut json) = serde_json::from_str::<Value>(text) {
            Self::each_text(&mut json, &|text| self.word(&self.put_back(text)));
            return json.to_string().into_bytes();
        }
        if kind.contains("form") { self.pairs_put_back(text) } else { self.put_back(text) }.into_bytes()
    }

    /// An answer that holds other secrets than the case's own.
    pub(crate) fn harden_exchange(&self, exchange: &mut Exchange) {
        if self.is_empty() {
            return;
        }
        let folder = exchange.folder.clone();
        let Answer { headers, json, text, file, .. } = &mut exchange.response;
        for (name, values) in headers.iter_mut() {
            let is_link = ["link", "location"].iter().any(|link| name.eq_ignore_ascii_case(link));
            let harden = |value: &mut String| {
                *value = if is_link { self.harden_within(value, &url) } else { self.harden_said(value) };
            };
            match values {
                Values::One(value) => harden(value),
                Values::Several(values) => values.iter_mut().for_each(harden),
            }
        }
        if let Some(json) = json {
            Self::each_text(json, &|text| self.harden_said(text));
        }
        if let Some(path) = file.as_ref().map(|file| folder.join(file))
            && let Ok(held) = std::fs::read_to_string(&path)
            && self.harden(&held) != held
        {
            (*text, *file) = (Some(held), None);
        }
        if let Some(text) = text {
            let form = if text.trim_start().starts_with('<') { html } else { json_form };
            *text = self.harden_within(text, &form);
        }
    }

    /// A text of an answer: within a URL a secret is encoded, beside that it stands as it is.
    fn harden_said(&self, text: &str) -> String {
        let is_url = text.starts_with("http") || text.starts_with('/') || text.starts_with('?');
        if is_url { self.harden_within(text, &url) } else { self.harden_within(text, &str::to_owned) }
    }

    /// Every form in which the case's own secrets stand in a text is replaced by the same form of the others; that of a plain
    /// one is `plain`.
    fn harden_within(&self, text: &str, plain: &dyn Fn(&str) -> String) -> String {
        let text = self.replaced(text, &|pair| (&pair.own, plain(&pair.hard)));
        let words = text.split(' ').map(|word| changed_base64(word, &|text| self.harden_sent(text)));
        let text = words.collect::<Vec<_>>().join(" ");
        self.pairs.iter().fold(text, |text, pair| {
            let forms = leak::all_forms(&pair.own).into_iter().zip(leak::all_forms(&pair.hard));
            forms.fold(text, |text, ((_, own), (_, hard))| {
                let (own, hard) = (String::from_utf8_lossy(&own), String::from_utf8_lossy(&hard));
                if own == pair.own { text } else { text.replace(own.as_ref(), &hard) }
            })
        })
    }

    /// Credentials as they are sent, before they become Base64.
    fn harden_sent(&self, text: &str) -> String {
        self.replaced(text, &|pair| {
            (&pair.own, if self.in_form { url(&pair.hard) } else { pair.hard.clone() })
        })
    }

    fn each_text(json: &mut Value, change: &dyn Fn(&str) -> String) {
        match json {
            Value::String(text) => *text = change(text),
            Value::Array(items) => items.iter_mut().for_each(|item| Self::each_text(item, change)),
            Value::Object(members) => {
                let changed = std::mem::take(members).into_iter().map(|(name, mut value)| {
                    Self::each_text(&mut value, change);
                    (change(&name), value)
                });
                *members = changed.collect();
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Each text that `by` names first, replaced by the one that it names second, in one pass from the left.
    fn replaced<'s>(&'s self, text: &str, by: &dyn Fn(&'s Pair) -> (&'s str, String)) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            match self.pairs.iter().find(|pair| rest.starts_with(by(pair).0)) {
                Some(pair) => {
                    let (from, to) = by(pair);
                    out.push_str(&to);
                    rest = &rest[from.len()..];
                }
                None => {
                    out.push(first);
                    rest = &rest[first.len_utf8()..];
                }
            }
        }
        out
    }
}

/// Base64 of a text, with the text changed; any other word as it is.
fn changed_base64(word: &str, change: &dyn Fn(&str) -> String) -> String {
    for alphabet in [alphabet::STANDARD, alphabet::URL_SAFE] {
        let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        let engine = GeneralPurpose::new(&alphabet, config);
        let text = engine.decode(word).ok().and_then(|text| String::from_utf8(text).ok());
        match text.map(|text| (change(&text), text)) {
            Some((changed, text)) if changed != text => return engine.encode(changed),
            _ => {}
        }
    }
    word.to_owned()
}

fn url(text: &str) -> String {
    leak::percent(text, "%20", true)
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn json_form(text: &str) -> String {
    leak::json(text, false, false)
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn swap() -> Swap {
        let pair = Pair { own: "s3cr3t-k3y".to_owned(), hard: leak::HARD.to_owned() };
        Swap { pairs: vec![pair], in_form: false }
    }

    fn asked(target: &str, header: &str, kind: &str, body: &str) -> Asked {
        let headers = [("authorization", header), ("content-type", kind)];
        Asked {
            method: "POST".to_owned(),
            target: target.to_owned(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn a_secret_is_put_back_where_it_stands_in_the_form_of_its_place() {
        let (hard, percent, form) = (leak::HARD, url(leak::HARD), leak::percent(leak::HARD, "+", true));
        let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
        for (came, back) in [
            (
                asked(&format!("/a/{percent}?k={form}"), "", "", ""),
                asked("/a/s3cr3t-k3y?k=s3cr3t-k3y", "", "", ""),
            ),
            (asked("/", &format!("Bearer {hard}"), "", ""), asked("/", "Bearer s3cr3t-k3y", "", "")),
            (asked("/", &basic(&format!("me:{hard}")), "", ""), asked("/", &basic("me:s3cr3t-k3y"), "", "")),
            (asked("/", "", "a/form", &format!("k={form}")), asked("/", "", "a/form", "k=s3cr3t-k3y")),
            (
                asked("/", "", "a/json", &serde_json::json!({"k": [hard]}).to_string()),
                asked("/", "", "a/json", r#"{"k":["s3cr3t-k3y"]}"#),
            ),
        ] {
            let put = swap().put_back_asked(&came);
            assert_eq!((put.target, put.headers, put.body), (back.target, back.headers, back.body));
        }
    }

    #[test]
    fn a_secret_in_the_form_of_another_place_stays() {
        let hard = leak::HARD;
        for came in [
            asked(&format!("/x?k={hard}"), "", "", ""),
            asked("/", &url(hard), "", ""),
            asked("/", "", "a/form", &format!("k={hard}")),
            asked("/", "", "a/json", &format!("{{\"k\": \"{}\"}}", url(hard))),
        ] {
            let put = swap().put_back_asked(&came);
            let holds = |text: &str| text.contains("s3cr3t-k3y");
            assert!(!holds(&put.target) && !holds(&put.headers[0].1), "{put:?}");
            assert!(!holds(&String::from_utf8_lossy(&put.body)), "{put:?}");
        }
    }

    #[test]
    fn answers_hold_secrets_in_the_form_of_their_place() {
        let text = "{request: {line: GET /}, response: {headers: {link: '</x?k=s3cr3t-k3y>', x: s3cr3t-k3y}, \
                    json: {a: s3cr3t-k3y, next: '/x?k=s3cr3t-k3y'}}}";
        let mut exchange: Exchange = serde_yaml::from_str(text).unwrap();
        swap().harden_exchange(&mut exchange);
        let json = exchange.response.json.unwrap();
        assert_eq!(json["a"], leak::HARD);
        assert_eq!(json["next"], format!("/x?k={}", url(leak::HARD)));
        let headers: Vec<&str> = exchange.response.headers.values().flat_map(Values::iter).collect();
        assert_eq!(headers, [format!("</x?k={}>", url(leak::HARD)).as_str(), leak::HARD]);
    }
}
