//! A base URL that comes out of the answer that brought a token.

use restload_diag::Pointer;
use serde_json::{Map, Value};
use url::{Host, Url};

use super::Inputs;
use crate::{Escape, RenderError, Scope, Scopes, Template};

/// The host of stand-ins for what a token names: no name server knows it (RFC 6761, 6.4).
const STAND_IN: &str = "token.invalid";

/// How the base URL comes out of a token.
#[derive(Debug)]
pub struct TokenBase {
    pub(crate) template: Template,
    pub(crate) inputs: Inputs,
    pub(crate) allow_http: bool,
    /// Scheme, host and port come out of the token: they must be among the allowed ones.
    pub names_origin: bool,
    /// Where it stands in the spec.
    pub at: Pointer,
}

/// Why a text is no base URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoBase {
    /// It is no URL with a scheme and a host.
    NoUrl,
    /// It has a user name or a password in it.
    User,
    /// It is http to another machine.
    Http,
}

impl TokenBase {
    /// The base URL that a token's answer names, with a path that ends in `/`. The error is a sentence without anything
    /// that the answer holds but the names of its fields.
    pub fn resolve(&self, token: &Value) -> Result<Url, String> {
        let scopes = Scopes { inputs: &self.inputs, token: Some(token), ..Scopes::default() };
        let rendered = self.template.render(&scopes, Escape::BaseUrl).map_err(|error| match &error {
            RenderError::Missing { hole, .. } if hole.scope == Scope::Token => {
                format!("{error} in the answer that brought the token, {}", names_in(token))
            }
            _ => error.to_string(),
        })?;
        let text = rendered.value.as_str().unwrap_or_default();
        let url = parse_base(text, self.allow_http).map_err(|fault| {
            match fault {
                NoBase::NoUrl => "what the token names is no URL with `https://` and a host",
                NoBase::User => "what the token names has a user name in it",
                NoBase::Http => "what the token names is http: credentials would go over it in the clear",
            }
            .to_owned()
        })?;
        Ok(with_slash(url))
    }

    /// The base URL as it may be shown before there is a token: `{token.instance_url}/services/`.
    pub fn shown(&self) -> String {
        let mut token = Value::Object(Map::new());
        for hole in self.template.holes().iter().filter(|hole| hole.scope == Scope::Token) {
            fill(&mut token, &hole.path, format!("{{token.{}}}", hole.path.join(".")));
        }
        let scopes = Scopes { inputs: &self.inputs, token: Some(&token), ..Scopes::default() };
        let rendered = self.template.render(&scopes, Escape::None).map(|rendered| rendered.value);
        let text = rendered.ok().and_then(|value| value.as_str().map(str::to_owned));
        let text = text.unwrap_or_else(|| self.template.text().to_owned());
        if text.ends_with('/') { text } else { text + "/" }
    }

    /// The same with stand-ins for what the token names.
    pub(crate) fn stand_in(template: &Template) -> Value {
        let mut token = Value::Object(Map::new());
        for hole in template.holes().iter().filter(|hole| hole.scope == Scope::Token) {
            let leads = hole.range.start <= 3 && template.text().starts_with("{{");
            let text = if leads { format!("https://{STAND_IN}") } else { "stand-in".to_owned() };
            fill(&mut token, &hole.path, text);
        }
        token
    }
}

/// Puts a text to where a path leads, unless something stands there.
fn fill(token: &mut Value, path: &[String], text: String) {
    let mut here = token;
    for name in path {
        if !here.is_object() {
            *here = Value::Object(Map::new());
        }
        here = &mut here[name.as_str()];
    }
    if here.is_null() {
        *here = Value::from(text);
    }
}

/// The names of what an answer holds, for a message; never a value.
pub fn names_in(answer: &Value) -> String {
    match answer {
        Value::Object(fields) if !fields.is_empty() => {
            let names: Vec<String> = fields.keys().take(20).map(|name| format!("`{name}`")).collect();
            format!("which has {}", names.join(", "))
        }
        Value::Object(_) => "which is an empty object".to_owned(),
        Value::Array(_) => "which is a list".to_owned(),
        Value::Null => "which is null".to_owned(),
        _ => "which is a plain value".to_owned(),
    }
}

/// Reads a base URL.
pub(crate) fn parse_base(text: &str, allow_http: bool) -> Result<Url, NoBase> {
    let url = match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.host().is_some() => url,
        _ => return Err(NoBase::NoUrl),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(NoBase::User);
    }
    if url.scheme() == "http" && !allow_http && !is_loopback(&url) {
        return Err(NoBase::Http);
    }
    Ok(url)
}

/// A URL whose path ends in `/`.
pub(crate) fn with_slash(mut url: Url) -> Url {
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    url
}

/// Whether a URL's host is this machine itself.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn base(text: &str) -> TokenBase {
        TokenBase {
            template: Template::parse(text).unwrap(),
            inputs: Inputs::default(),
            allow_http: false,
            names_origin: true,
            at: Pointer::root(),
        }
    }

    #[test]
    fn a_token_names_the_whole_origin_or_a_part_of_it() {
        let token = json!({"instance_url": "https://na1.example.com", "api": {"dc": "us6"}, "port": 8443});
        for (text, url) in [
            ("{{token.instance_url}}/services/data", "https://na1.example.com/services/data/"),
            ("{{{token.instance_url}}}", "https://na1.example.com/"),
            ("https://{{token.api.dc}}.example.com/3.0/", "https://us6.example.com/3.0/"),
            ("https://example.com:{{token.port}}/{{token.api.dc}}", "https://example.com:8443/us6/"),
        ] {
            assert_eq!(base(text).resolve(&token).unwrap().as_str(), url);
        }
    }

    #[test]
    fn what_is_no_base_url_is_told_without_what_the_answer_holds() {
        let token =
            json!({"a": "s3cr3t-t0ken", "b": "http://example.com", "c": "https://me:s3cr3t@x.test", "d": 7});
        for (text, wanted) in [
            (
                "{{token.url}}",
                "`token.url` is missing: there is no `url` in the answer that brought the token, which has `a`, `b`, `c`, `d`",
            ),
            ("{{token.a}}", "`token.a` is not a URL that starts with `https://` or `http://`"),
            ("{{token.b}}", "what the token names is http: credentials would go over it in the clear"),
            ("{{token.c}}", "what the token names has a user name in it"),
        ] {
            assert_eq!(base(text).resolve(&token).unwrap_err(), wanted);
        }
        let told = base("https://{{token.c}}.example.com").resolve(&token).unwrap_err();
        assert!(!told.contains("s3cr3t"), "{told}");
    }

    #[test]
    fn a_base_url_is_shown_before_there_is_a_token() {
        for (text, shown) in [
            ("{{token.instance_url}}/services/data", "{token.instance_url}/services/data/"),
            ("https://{{token.api.dc}}.example.com/3.0/", "https://{token.api.dc}.example.com/3.0/"),
        ] {
            assert_eq!(base(text).shown(), shown);
        }
    }

    #[test]
    fn a_stand_in_has_all_that_a_template_reads() {
        let template = Template::parse("{{token.api.url}}/{{token.api.org.id}}/x").unwrap();
        let token = TokenBase::stand_in(&template);
        assert_eq!(token, json!({"api": {"url": "https://token.invalid", "org": {"id": "stand-in"}}}));
    }
}
