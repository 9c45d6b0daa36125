//! Secrets are found by value in whatever is about to be shown, and replaced.
//!
//! A secret is found as it is and percent-encoded: any of its bytes as `%XX` in either case, once or twice encoded, a
//! space as `+` too. That covers every component set of RFC 3986 and mixtures of them without listing forms.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

/// What stands in place of a secret.
pub const MASK: &str = "***";

/// Secrets shorter than this are not looked for unless they were registered as short: they would be found in ordinary words.
const SHORTEST: usize = 8;

/// The most bytes that one byte of a secret takes when it is encoded: `%2541`.
const WIDEST_BYTE: usize = 5;

/// Knows the secrets of a run and removes them from text. Clones share them.
#[derive(Clone, Default)]
pub struct Redactor {
    secrets: Arc<RwLock<Vec<String>>>,
}

impl Redactor {
    /// Knows no secret yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Looks for `secret` from now on; one of fewer than 8 characters is passed over.
    pub fn register(&self, secret: &str) {
        if secret.chars().count() >= SHORTEST {
            self.register_short(secret);
        }
    }

    /// Looks for `secret` from now on, however short (`allow_short: true`); an empty one is passed over.
    pub fn register_short(&self, secret: &str) {
        if secret.is_empty() || self.knows(secret) {
            return;
        }
        self.secrets.write().unwrap_or_else(PoisonError::into_inner).push(secret.to_owned());
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
        secrets.iter().map(String::len).max().unwrap_or(0) * WIDEST_BYTE
    }

    fn knows(&self, secret: &str) -> bool {
        let secrets = self.secrets.read().unwrap_or_else(PoisonError::into_inner);
        secrets.iter().any(|known| known == secret)
    }

    /// The ranges that hold secrets, in order; those that overlap are one, so that no rest of either shows.
    fn find(&self, text: &[u8]) -> Vec<Range<usize>> {
        let secrets = self.secrets.read().unwrap_or_else(PoisonError::into_inner);
        let mut found: Vec<Range<usize>> = Vec::new();
        for start in 0..text.len() {
            let ends = secrets.iter().filter_map(|secret| match_at(text, start, secret.as_bytes()));
            let Some(end) = ends.max() else { continue };
            match found.last_mut() {
                Some(last) if start < last.end => last.end = last.end.max(end),
                _ => found.push(start..end),
            }
        }
        found
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secrets = self.secrets.read().unwrap_or_else(PoisonError::into_inner);
        write!(f, "Redactor of {} secrets", secrets.len())
    }
}

/// Where the secret ends if it stands at `start`, plain or encoded.
fn match_at(text: &[u8], start: usize, secret: &[u8]) -> Option<usize> {
    // Most positions end here, before anything is allocated.
    if forms_of(*secret.first()?, &text[start..]) == [0; 3] {
        return None;
    }
    // Only a `%` in the secret can be read in two ways; all of them are followed.
    let mut ends = vec![start];
    for &byte in secret {
        let mut next = Vec::with_capacity(1);
        for end in ends {
            for taken in forms_of(byte, text.get(end..).unwrap_or_default()) {
                if taken > 0 && !next.contains(&(end + taken)) {
                    next.push(end + taken);
                }
            }
        }
        if next.is_empty() {
            return None;
        }
        ends = next;
    }
    ends.into_iter().max()
}

/// The lengths of the forms of `byte` that `rest` begins with: plain, `%XX`, `%25XX`; 0 where it does not.
fn forms_of(byte: u8, rest: &[u8]) -> [usize; 3] {
    let plain = match rest.first() {
        Some(&first) if first == byte || (byte == b' ' && first == b'+') => 1,
        Some(b'%') => 0,
        _ => return [0; 3],
    };
    let once = if is_hex(rest.get(1..3), byte) { 3 } else { 0 };
    let twice = if rest.get(1..3) == Some(b"25") && is_hex(rest.get(3..5), byte) { 5 } else { 0 };
    if rest.first() == Some(&b'%') { [plain, once, twice] } else { [plain, 0, 0] }
}

fn is_hex(digits: Option<&[u8]>, byte: u8) -> bool {
    let digit = |at: usize| digits.and_then(|digits| char::from(digits[at]).to_digit(16));
    digit(0).zip(digit(1)).is_some_and(|(high, low)| high * 16 + low == u32::from(byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
        assert_eq!(redactor.margin(), 45);
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
