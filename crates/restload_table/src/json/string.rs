//! The inside of JSON strings: where they end, and what their escapes mean.

use crate::error::{Fail, JsonFault};

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Eight bytes at once: a high bit where a byte is a quote, a backslash or a control character. The lowest such
/// bit is right; those above it may not be.
#[inline]
fn special(word: u64) -> u64 {
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let quote = zero(word ^ (ONES * 0x22));
    let backslash = zero(word ^ (ONES * 0x5c));
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    (quote | backslash | control) & HIGHS
}

/// The place of the closing quote of a string whose content begins at `start`, and whether there are escapes.
#[inline]
pub(super) fn end(bytes: &[u8], start: usize) -> Result<(usize, bool), Fail> {
    let at = plain_end(bytes, start);
    match bytes.get(at) {
        Some(b'"') => Ok((at, false)),
        _ => escaped_end(bytes, at),
    }
}

/// The first byte from `at` on that ends plain text.
#[inline]
fn plain_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = bytes.get(at..at + 8) {
        let mut word = [0; 8];
        word.copy_from_slice(chunk);
        let found = special(u64::from_le_bytes(word));
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20)) {
        at += 1;
    }
    at
}

#[inline(never)]
fn escaped_end(bytes: &[u8], mut at: usize) -> Result<(usize, bool), Fail> {
    let mut escaped = false;
    loop {
        at = plain_end(bytes, at);
        match bytes.get(at) {
            Some(b'"') => return Ok((at, escaped)),
            Some(b'\\') => at = escape_end(bytes, at)?,
            Some(_) => return Err(Fail::json(JsonFault::ControlCharacter, at)),
            None => return Err(Fail::json(JsonFault::UnexpectedEnd, at)),
        }
        escaped = true;
    }
}

/// The end of an escape that begins at `at`; of both halves of a surrogate pair.
fn escape_end(bytes: &[u8], at: usize) -> Result<usize, Fail> {
    let unit = match bytes.get(at + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => return Ok(at + 2),
        Some(b'u') => hex(bytes, at + 2)?,
        Some(_) => return Err(Fail::json(JsonFault::Escape, at)),
        None => return Err(Fail::json(JsonFault::UnexpectedEnd, at + 1)),
    };
    match unit {
        0xd800..0xdc00 => {
            for (n, wanted) in [(6, b'\\'), (7, b'u')] {
                match bytes.get(at + n) {
                    Some(byte) if *byte == wanted => {}
                    Some(_) => return Err(Fail::json(JsonFault::Surrogate, at)),
                    None => return Err(Fail::json(JsonFault::UnexpectedEnd, at + n)),
                }
            }
            match hex(bytes, at + 8)? {
                0xdc00..0xe000 => Ok(at + 12),
                _ => Err(Fail::json(JsonFault::Surrogate, at)),
            }
        }
        0xdc00..0xe000 => Err(Fail::json(JsonFault::Surrogate, at)),
        _ => Ok(at + 6),
    }
}

fn hex(bytes: &[u8], at: usize) -> Result<u32, Fail> {
    let mut unit = 0;
    for n in 0..4 {
        let byte = bytes.get(at + n).ok_or_else(|| Fail::json(JsonFault::UnexpectedEnd, at + n))?;
        let digit = char::from(*byte).to_digit(16).ok_or_else(|| Fail::json(JsonFault::Escape, at + n))?;
        unit = unit * 16 + digit;
    }
    Ok(unit)
}

/// Appends the content of a string whose escapes are known to be right.
pub(super) fn unescape(raw: &str, out: &mut String) {
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        let (plain, escape) = (&rest[..at], &rest[at + 1..]);
        out.push_str(plain);
        let mut chars = escape.chars();
        match chars.next() {
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('u') => {
                let high = hex(escape.as_bytes(), 1).unwrap_or_default();
                let (unit, length) = if (0xd800..0xdc00).contains(&high) {
                    let low = hex(escape.as_bytes(), 7).unwrap_or_default();
                    (0x1_0000 + ((high - 0xd800) << 10) + (low & 0x3ff), 11)
                } else {
                    (high, 5)
                };
                out.push(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER));
                rest = escape.get(length..).unwrap_or_default();
                continue;
            }
            Some(other) => out.push(other),
            None => {}
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Failure;

    fn fault(end: Result<(usize, bool), Fail>) -> Option<(JsonFault, usize)> {
        match *end.err()?.0 {
            Failure::Json(fault, at) => Some((fault, at)),
            _ => None,
        }
    }

    #[test]
    fn the_end_is_found_wherever_the_string_stands() {
        for length in 0..40 {
            let text = format!("{}\" tail \\ \n", "é".repeat(length));
            assert_eq!(end(text.as_bytes(), 0).unwrap(), (length * 2, false));
            let text = format!("{}\\n\"", "x".repeat(length));
            assert_eq!(end(text.as_bytes(), 0).unwrap(), (length + 2, true));
            let text = format!("{}\u{1f}\"", "x".repeat(length));
            assert!(fault(end(text.as_bytes(), 0)) == Some((JsonFault::ControlCharacter, length)));
        }
        assert_eq!(end("\u{7f}\u{80}\u{ff}\"".as_bytes(), 0).unwrap(), (5, false));
    }

    #[test]
    fn escapes_mean_what_they_mean() {
        let raw = r#"a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00z\u0000"#;
        let mut out = String::new();
        unescape(raw, &mut out);
        assert_eq!(out, "a\"\\/\u{8}\u{c}\n\r\té😀z\0");
        assert_eq!(end(format!("{raw}\"").as_bytes(), 0).unwrap(), (raw.len(), true));
    }

    #[test]
    fn halves_of_surrogates_are_refused() {
        for raw in [r"\ud800", r"\ud800x", r"\udc00", r"\ud800\u0041", r"\ud800\n"] {
            assert!(fault(end(format!("{raw}\"").as_bytes(), 0)) == Some((JsonFault::Surrogate, 0)), "{raw}");
        }
        assert!(fault(end(br"\ud800", 0)) == Some((JsonFault::UnexpectedEnd, 6)));
        assert!(fault(end(br#"\x""#, 0)) == Some((JsonFault::Escape, 0)));
        assert!(fault(end(br#"\u00g0""#, 0)) == Some((JsonFault::Escape, 4)));
    }
}
