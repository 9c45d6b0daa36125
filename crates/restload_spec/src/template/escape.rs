//! What a hole becomes in a URL.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Everything but the unreserved characters of RFC 3986, section 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Percent-encodes text as one segment of a path, or one value of a query.
pub(super) fn percent(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Whether a segment means the folder itself or the one above, percent-encoded or not.
pub(super) fn is_dots(segment: &str) -> bool {
    let decoded = percent_decode_str(segment).collect::<Vec<u8>>();
    decoded == b"." || decoded == b".."
}

/// Whether text is one label of a host name: letters, digits and `-`, which neither begins nor ends it.
pub(super) fn is_label(text: &str) -> bool {
    let bytes = text.as_bytes();
    (1..=63).contains(&bytes.len())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// The part of a URL that comes next, by what stands before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Scheme,
    Host,
    Path,
    Query,
}

/// The part of a URL in which `before` ends.
pub(super) fn part_after(before: &str) -> Part {
    let Some((_, after)) = before.split_once("://") else { return Part::Scheme };
    match after.find(['/', '?', '#']) {
        None => Part::Host,
        Some(at) if after[at..].contains(['?', '#']) => Part::Query,
        Some(_) => Part::Path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_keeps_only_unreserved_characters() {
        for (text, segment) in [
            ("a-b_c.d~9", "a-b_c.d~9"),
            ("a b", "a%20b"),
            ("x y?z=1", "x%20y%3Fz%3D1"),
            ("../admin", "..%2Fadmin"),
            ("50%", "50%25"),
            ("ü", "%C3%BC"),
        ] {
            assert_eq!(percent(text), segment);
        }
    }

    #[test]
    fn dots_are_known_however_they_are_encoded() {
        for dots in [".", "..", "%2e", ".%2E", "%2e%2e"] {
            assert!(is_dots(dots), "{dots}");
        }
        for segment in ["...", "", "a", ".a", "%252e"] {
            assert!(!is_dots(segment), "{segment}");
        }
    }

    #[test]
    fn a_label_is_letters_digits_and_hyphens_within() {
        assert!(is_label("acme-1") && is_label("x") && is_label(&"a".repeat(63)));
        for text in ["", "-a", "a-", "a.b", "a/b", "a:1", "a@b", "ü", &"a".repeat(64)] {
            assert!(!is_label(text), "{text}");
        }
    }

    #[test]
    fn the_part_of_a_url_is_known_by_what_stands_before() {
        for (before, part) in [
            ("", Part::Scheme),
            ("https:", Part::Scheme),
            ("https://", Part::Host),
            ("https://a.", Part::Host),
            ("https://a.b:80", Part::Host),
            ("https://a/", Part::Path),
            ("https://a/b/c", Part::Path),
            ("https://a/b?c=", Part::Query),
            ("https://a?c=", Part::Query),
        ] {
            assert_eq!(part_after(before), part, "{before}");
        }
    }
}
