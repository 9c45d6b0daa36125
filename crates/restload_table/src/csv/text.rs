//! Bytes of a known encoding into text.

use std::borrow::Cow;

use encoding_rs::{DecoderResult, Encoding, UTF_8};

/// Why bytes are no text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodingError {
    /// Nobody knows an encoding of that name.
    #[error("no encoding is called `{name}`")]
    Unknown {
        /// The name.
        name: String,
    },
    /// UTF-16 comes in two orders of bytes, and nothing tells which.
    #[error("it is said to be UTF-16, and has no byte order mark")]
    NoMark,
    /// Bytes mean nothing in the encoding.
    #[error("line {line} is not {encoding}")]
    Broken {
        /// The encoding.
        encoding: &'static str,
        /// The line, counted from 1.
        line: usize,
    },
}

/// The text of bytes in an encoding, by its name on the web; UTF-8 where none is named. A byte order mark wins, and is left
/// out.
pub fn text_of<'b>(bytes: &'b [u8], encoding: Option<&str>) -> Result<Cow<'b, str>, EncodingError> {
    let (encoding, bytes) = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => (encoding, &bytes[mark..]),
        None => (named(encoding)?, bytes),
    };
    if encoding == UTF_8 {
        return std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|error| {
            let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            EncodingError::Broken { encoding: UTF_8.name(), line: line_of(&before, before.len()) }
        });
    }
    encoding.decode_without_bom_handling_and_without_replacement(bytes).ok_or_else(|| EncodingError::Broken {
        encoding: encoding.name(),
        line: broken_line(encoding, bytes),
    })
}

fn named(name: Option<&str>) -> Result<&'static Encoding, EncodingError> {
    let Some(name) = name.map(str::trim) else { return Ok(UTF_8) };
    if name.eq_ignore_ascii_case("utf-16") {
        return Err(EncodingError::NoMark);
    }
    Encoding::for_label_no_replacement(name.as_bytes())
        .ok_or_else(|| EncodingError::Unknown { name: name.to_owned() })
}

/// The line of the first bytes that mean nothing.
fn broken_line(encoding: &'static Encoding, mut bytes: &[u8]) -> usize {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut breaks = 0;
    let mut buffer = [0; 8192];
    loop {
        let (result, read, written) = decoder.decode_to_utf8_without_replacement(bytes, &mut buffer, true);
        breaks += memchr::memchr_iter(b'\n', &buffer[..written]).count();
        bytes = &bytes[read..];
        if result != DecoderResult::OutputFull {
            return breaks + 1;
        }
    }
}

/// The line of a byte of a text, counted from 1.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    let before = &text.as_bytes()[..at.min(text.len())];
    let breaks = |byte| memchr::memchr_iter(byte, before).count();
    // Old Macs end lines with a carriage return alone.
    1 + if memchr::memchr(b'\n', text.as_bytes()).is_some() { breaks(b'\n') } else { breaks(b'\r') }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_as_they_are_said_to_be() {
        assert_eq!(text_of(b"caf\xc3\xa9", None).unwrap(), "café");
        assert_eq!(text_of(b"caf\xe9 \x80", Some("latin1")).unwrap(), "café €");
        assert_eq!(text_of(b"\x83\x6e", Some("shift_jis")).unwrap(), "ハ");
        assert_eq!(text_of(b"a\0b\0", Some("UTF-16LE")).unwrap(), "ab");
    }

    #[test]
    fn a_byte_order_mark_wins() {
        assert_eq!(text_of(b"\xef\xbb\xbfcaf\xc3\xa9", Some("latin1")).unwrap(), "café");
        assert_eq!(text_of(b"\xff\xfea\0", None).unwrap(), "a");
        assert_eq!(text_of(b"\xfe\xff\0a", Some("utf-16")).unwrap(), "a");
    }

    #[test]
    fn bytes_that_mean_nothing_are_told_by_their_line() {
        let broken = |bytes: &[u8], encoding: &str| text_of(bytes, Some(encoding)).unwrap_err().to_string();
        assert_eq!(broken(b"a\nb\n\xff", "utf-8"), "line 3 is not UTF-8");
        assert_eq!(broken(b"a\n\xc3", "utf-8"), "line 2 is not UTF-8");
        let long = ["é\n".repeat(9000).as_bytes(), b"\x81\x20"].concat();
        assert_eq!(broken(&long, "utf-8"), "line 9001 is not UTF-8");
        let long = [b"a\n".repeat(9000).as_slice(), b"\xff"].concat();
        assert_eq!(broken(&long, "euc-jp"), "line 9001 is not EUC-JP");
        assert_eq!(broken(b"a\0\n\0\x00\xd8", "utf-16le"), "line 2 is not UTF-16LE");
        assert_eq!(broken(b"a\0", "utf-16"), "it is said to be UTF-16, and has no byte order mark");
        assert_eq!(broken(b"a", "latin-15"), "no encoding is called `latin-15`");
    }
}
