//! A key as it stands in the text, compared many bytes at once.

/// Bytes that are compared at once.
const AT_ONCE: usize = 16;

/// A key with its closing quote, as it stands in the text when it has no escapes.
#[derive(Default)]
pub(super) struct QuotedKey {
    whole: Vec<u8>,
    head: u128,
    mask: u128,
}

impl QuotedKey {
    /// For a name; one that cannot stand in the text as it is never matches.
    pub(super) fn new(name: &str) -> Self {
        if name.bytes().any(|byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
            return Self { head: 1, ..Self::default() };
        }
        let whole = [name.as_bytes(), b"\""].concat();
        let (mut head, mut mask) = ([0; AT_ONCE], [0; AT_ONCE]);
        for ((byte, head), mask) in whole.iter().zip(&mut head).zip(&mut mask) {
            (*head, *mask) = (*byte, 0xff);
        }
        Self { whole, head: u128::from_le_bytes(head), mask: u128::from_le_bytes(mask) }
    }

    /// The length of the key with its closing quote.
    pub(super) fn len(&self) -> usize {
        self.whole.len()
    }

    /// Whether it stands at the start of a text.
    #[inline]
    pub(super) fn begins(&self, text: &[u8]) -> bool {
        match text.split_first_chunk::<AT_ONCE>() {
            Some((chunk, rest)) => {
                u128::from_le_bytes(*chunk) & self.mask == self.head
                    && self.whole.get(AT_ONCE..).is_none_or(|tail| rest.starts_with(tail))
            }
            None => self.len() > 0 && text.starts_with(&self.whole),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_begins_a_text_up_to_its_quote() {
        for length in 0..40 {
            let name: String = "abcdefghij".chars().cycle().take(length).collect();
            let key = QuotedKey::new(&name);
            for tail in ["", ": 1, \"and\": \"more\"}"] {
                assert!(key.begins(format!("{name}\"{tail}").as_bytes()));
                assert!(!key.begins(format!("{name}x\"{tail}").as_bytes()));
                assert!(!key.begins(format!("x{name}\"{tail}").as_bytes()));
                assert!(!key.begins(format!("{name}{tail}").as_bytes()));
            }
        }
    }

    #[test]
    fn a_name_that_needs_escapes_never_matches() {
        let key = QuotedKey::new("a\\");
        assert!(!key.begins(b"a\\\"b\": 1, and a long tail"));
        assert!(!key.begins(b"a\\\""));
    }
}
