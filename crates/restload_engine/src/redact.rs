//! Secrets are found by value in whatever is about to be shown, and replaced.
//!
//! A secret is found as it is and in every form in which others send it back: percent-encoded (any of its bytes as `%XX` in
//! either case, once or twice encoded, a space as `+` too), with JSON's escapes (`\"`, `\/`, `\u00e9`, up to three times
//! escaped), with HTML's (`&amp;`, `&#38;`), and in Base64 of either alphabet, alone or within a longer text. How bytes are
//! matched is in `redact/forms.rs`; that covers mixtures of them without listing forms.

mod forms;
mod link;
mod rows;

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use memchr::memmem;
use restload_spec::Made;
use restload_spec::plan::Secret;
use zeroize::Zeroizing;

use forms::{WIDEST_BYTE, base64_cores, match_at, widen_base64};

pub(crate) use rows::{InRows, Place as InRowsPlace};

/// What stands in place of a secret.
pub const MASK: &str = "***";

/// Secrets shorter than this are not looked for unless they were registered as short: they would be found in ordinary words.
const SHORTEST: usize = 8;

/// Knows the secrets of a run and removes them from text. Clones share them; the last one overwrites them in memory.
#[derive(Clone, Default)]
pub struct Redactor {
    secrets: Arc<RwLock<Secrets>>,
}

#[derive(Default)]
struct Secrets {
    known: Vec<Known>,
    in_rows: Option<Arc<InRows>>,
}

/// A secret, and what it looks like within Base64.
struct Known {
    text: Zeroizing<String>,
    cores: Vec<Zeroizing<Vec<u8>>>,
}

impl Redactor {
    /// Knows no secret yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Looks for `secret` from now on; one of fewer than 8 characters is passed over.
    pub fn register(&self, secret: &str) {
        if is_long(secret) {
            self.register_short(secret);
        }
    }

    /// Looks for `secret` from now on, however short (`allow_short: true`); an empty one is passed over.
    pub fn register_short(&self, secret: &str) {
        if secret.is_empty() || self.knows(secret) {
            return;
        }
        let known = Known {
            text: Zeroizing::new(secret.to_owned()),
            // In Base64 a short one is a few letters.
            cores: if is_long(secret) { base64_cores(secret.as_bytes()) } else { Vec::new() },
        };
        let mut secrets = self.secrets.write().unwrap_or_else(PoisonError::into_inner);
        secrets.known.push(known);
        let long = secrets.known.iter().map(|known| known.text.as_str()).filter(|text| is_long(text));
        secrets.in_rows = InRows::of(long).map(Arc::new);
    }

    /// Looks for what templates made of secrets; for what was made of a short one as is said of [`Made::is_short`], where any
    /// was registered as short: items of a list may be short without being secrets by themselves.
    pub(crate) fn register_made<'m>(&self, made: impl IntoIterator<Item = &'m Made>) {
        for made in made {
            if made.is_short() && self.knows_short() {
                self.register_short(made.expose());
            } else {
                self.register(made.expose());
            }
        }
    }

    /// Looks for a credential, and for what of it was made of secrets.
    pub(crate) fn register_credential(&self, credential: &Secret) {
        self.register(credential.expose());
        self.register_made(credential.made());
    }

    /// `text` with every secret replaced by `***`.
    pub fn redact(&self, text: &str) -> String {
        self.redact_start(text, text.len())
    }

    /// The first `limit` bytes of `text`, redacted. A secret that reaches beyond the limit is found as long as `text` itself
    /// goes on for [`Redactor::margin`] bytes.
    pub(crate) fn redact_start(&self, text: &str, limit: usize) -> String {
        let mut shown = Vec::with_capacity(limit.min(text.len()));
        let mut from = 0;
        for found in self.find(text.as_bytes()) {
            if found.start >= limit {
                break;
            }
            shown.extend_from_slice(&text.as_bytes()[from..found.start]);
            shown.extend_from_slice(MASK.as_bytes());
            from = found.end;
        }
        let end = text.floor_char_boundary(limit.min(text.len()));
        if from < end {
            shown.extend_from_slice(&text.as_bytes()[from..end]);
        }
        String::from_utf8_lossy(&shown).into_owned()
    }

    /// How many bytes the longest secret may take in a text.
    pub(crate) fn margin(&self) -> usize {
        let secrets = self.secrets.read().unwrap_or_else(PoisonError::into_inner);
        secrets.known.iter().map(|known| known.text.len()).max().unwrap_or(0) * WIDEST_BYTE
    }

    /// What is looked for in rows; none where there is no secret that is long enough to mean anything there.
    pub(crate) fn in_rows(&self) -> Option<Arc<InRows>> {
        self.secrets.read().unwrap_or_else(PoisonError::into_inner).in_rows.clone()
    }

    fn knows_short(&self) -> bool {
        let secrets = self.secrets.read().unwrap_or_else(PoisonError::into_inner);
        secrets.known.iter().any(|known| !is_long(&known.text))
    }

    fn knows(&self, secret: &str) -> bool {
        let secrets = self.secrets.read().unwrap_or_else(PoisonError::into_inner);
        secrets.known.iter().any(|known| known.text.as_str() == secret)
    }

    /// The ranges that hold secrets, in order; those that overlap are one, so that no rest of either shows.
    fn find(&self, text: &[u8]) -> Vec<Range<usize>> {
        let secrets = self.secrets.read().unwrap_or_else(PoisonError::into_inner);
        let mut found: Vec<Range<usize>> = Vec::new();
        for start in 0..text.len() {
            let ends = secrets.known.iter().filter_map(|known| match_at(text, start, &known.text));
            if let Some(end) = ends.max() {
                found.push(start..end);
            }
        }
        for core in secrets.known.iter().flat_map(|known| &known.cores) {
            let starts = memmem::find_iter(text, core.as_slice());
            found.extend(starts.map(|start| widen_base64(text, start..start + core.len())));
        }
        joined(found)
    }
}

fn is_long(secret: &str) -> bool {
    secret.chars().count() >= SHORTEST
}

fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    let mut found: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match found.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => found.push(range),
        }
    }
    found
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secrets = self.secrets.read().unwrap_or_else(PoisonError::into_inner);
        write!(f, "Redactor of {} secrets", secrets.known.len())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use restload_spec::plan::{BoundInput, Inputs};
    use restload_spec::{Escape, Scopes, Template};
    use serde_json::json;

    use super::*;

    fn of(secrets: &[&str]) -> Redactor {
        let redactor = Redactor::new();
        for secret in secrets {
            redactor.register(secret);
        }
        redactor
    }

    fn hex(digit: u8) -> char {
        char::from_digit(u32::from(digit), 16).unwrap()
    }

    #[test]
    fn a_secret_is_found_in_all_its_forms() {
        let redactor = of(&["s3cr/t k+y=é%41"]);
        for text in [
            "s3cr/t k+y=é%41",
            "s3cr%2Ft%20k%2By%3D%C3%A9%2541",
            "s3cr%2ft%20k%2by%3d%c3%a9%2541",
            "s3cr/t+k%2By=%C3%A9%2541",
            "s3cr%2ft+k%2By%3D%c3%A9%2541",
            "%73%33%63%72%2F%74%20%6B%2B%79%3D%C3%A9%25%34%31",
            "s3cr%252Ft%2520k%252By%253D%25C3%25A9%252541",
        ] {
            assert_eq!(redactor.redact(&format!("key={text}&page=2")), "key=***&page=2", "{text}");
        }
    }

    #[test]
    fn a_secret_is_found_in_the_forms_of_json_and_html() {
        let redactor = of(&["a/b+c&d%e\"f\\gé💡"]);
        for text in [
            r#"a/b+c&d%e\"f\\gé💡"#,
            r#"a\/b+c&d%e\"f\\gé💡"#,
            r"a\/b\u002bc\u0026d\u0025e\u0022f\u005Cg\u00e9\ud83d\udca1",
            r#"a\\/b\\u002Bc&d%e\\\"f\\\\g\\u00E9\\uD83D\\uDCA1"#,
            r#"a\\\\/b\\\\u002Bc&d%e\\\\\\\"f\\\\\\\\g\\\\u00E9\\\\uD83D\\\\uDCA1"#,
            r"a/b+c&amp;d%e&quot;f\g&#233;&#x1F4A1;",
            r"a&#47;b&#x2b;c&#38;d%25e&#34;f&#92;g%C3%A9%F0%9F%92%A1",
        ] {
            assert_eq!(redactor.redact(&format!("[{text}]")), "[***]", "{text}");
        }
    }

    #[test]
    fn a_secret_is_found_in_base64_wherever_it_begins() {
        use base64::Engine;
        use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
        let redactor = of(&["sé/cr?et>>key", "\u{ff}\u{fe}ÿþÿþ??>>"]);
        for secret in ["sé/cr?et>>key", "\u{ff}\u{fe}ÿþÿþ??>>"] {
            for before in ["", "u", "us", "use", "user:"] {
                for after in ["", ":", ":p", ":pw"] {
                    for engine in [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD] {
                        let encoded = engine.encode(format!("{before}{secret}{after}"));
                        let text = redactor.redact(&format!("Basic {encoded} end"));
                        assert!(
                            text.contains("***") && text.starts_with("Basic ") && text.ends_with(" end"),
                            "{text}"
                        );
                        let rest = text.len() - "Basic *** end".len();
                        assert!(rest <= (before.len() + after.len()) * 2 + 2, "{encoded}: {text}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_no_secret_stays() {
        let redactor = of(&["s3cr3tkey"]);
        for text in ["", "s3cr3tke", "s3cr3t key", "100%", "50%25", "key=%", "schön %C3%B6"] {
            assert_eq!(redactor.redact(text), text);
        }
    }

    #[test]
    fn a_short_secret_is_looked_for_only_when_it_was_registered_as_short() {
        let redactor = of(&["abc"]);
        assert_eq!(redactor.redact("abc abc"), "abc abc");
        redactor.register_short("abc");
        redactor.register_short("");
        assert_eq!(redactor.redact("abc abc"), "*** ***");
    }

    #[test]
    fn what_is_made_of_a_short_secret_is_looked_for_where_short_ones_are() {
        let made = |template: &str, value: serde_json::Value| {
            let mut inputs = Inputs::default();
            inputs.insert("key", BoundInput { value, secret: true, identity: false, from: String::new() });
            let scopes = Scopes { inputs: &inputs, ..Scopes::default() };
            Template::parse(template).unwrap().render(&scopes, Escape::None).unwrap().made
        };
        let redactor = Redactor::new();
        redactor.register_made(&made("{{upper inputs.key.0}}", json!(["live", "test"])));
        redactor.register_made(&made("Token {{upper inputs.key}}", json!("s3cr3tkey")));
        assert_eq!(redactor.redact("LIVE Token S3CR3TKEY"), "LIVE Token ***");
        redactor.register_short("ab1c2");
        let pin = json!("ab1c2");
        redactor.register_made(&made("v{{upper inputs.key}}{{#if inputs.key}}1234{{/if}}", pin));
        assert_eq!(redactor.redact("vAB1C21234 AB1C2 ab1c2 1234"), "v***1234 *** *** 1234");
    }

    #[test]
    fn secrets_that_contain_or_overlap_each_other_leave_no_rest() {
        let redactor = of(&["abcdefgh", "abcdefghij", "fghijklmn"]);
        assert_eq!(redactor.redact("x abcdefgh y"), "x *** y");
        assert_eq!(redactor.redact("x abcdefghij y"), "x *** y");
        assert_eq!(redactor.redact("x abcdefghijklmn y"), "x *** y");
        assert_eq!(redactor.redact("abcdefghabcdefgh"), "******");
    }

    #[test]
    fn the_start_of_a_text_shows_no_part_of_a_secret_at_its_edge() {
        let redactor = of(&["s3cr3tkey"]);
        let text = "0123456789s3cr3tkey0123456789s3cr3tkey";
        assert_eq!(redactor.redact_start(text, 12), "0123456789***");
        assert_eq!(redactor.redact_start(text, 10), "0123456789");
        assert_eq!(redactor.redact_start(text, 21), "0123456789***01");
        assert_eq!(redactor.redact_start("äöü", 3), "ä");
        assert_eq!(redactor.margin(), 81);
    }

    #[test]
    fn clones_share_their_secrets_and_show_none_of_them() {
        let redactor = Redactor::new();
        redactor.clone().register("s3cr3tkey");
        assert_eq!(redactor.redact("s3cr3tkey"), "***");
        assert_eq!(format!("{redactor:?}"), "Redactor of 1 secrets");
    }

    proptest! {
        #[test]
        fn no_secret_survives_whatever_is_encoded(secret in "\\PC{8,20}", encode: u64, around in "[a-z&=]{0,5}") {
            let redactor = of(&[&secret]);
            let mut text = around.clone();
            for (n, byte) in secret.bytes().enumerate() {
                // A byte of a longer character must be encoded unless all of it stands plain; encode it always.
                if !byte.is_ascii() || encode >> (n % 64) & 1 == 1 {
                    text.extend(['%', hex(byte >> 4), hex(byte & 15)]);
                } else {
                    text.push(char::from(byte));
                }
            }
            prop_assert_eq!(redactor.redact(&text), format!("{around}***"));
        }
    }
}
