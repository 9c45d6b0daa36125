//! Secrets in links that an API made without encoding them: `next: https://a.test/?key=ab#cd&ef`.
//!
//! Who reads such a link as a URL cuts the secret into pieces, none of which is it: what goes out, is logged and is kept then holds a
//! part. So a link is mended as text, before it is read; and a `Link` header before its links are found in it.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::Redactor;
use super::forms::match_at;

/// What stays as it is in the value of a parameter; a slash means itself there, and what it means in a path is not for us to change.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

impl Redactor {
    /// A link whose secrets stay in one piece when it is read as a URL.
    ///
    /// A secret that stands where one value stands, after `=` or `/`, is encoded where it holds what would end it. Elsewhere it may be
    /// a query of its own, signed access say: only what would be cut off with the fragment is encoded.
    pub(crate) fn keep_whole<'l>(&self, link: &'l str) -> Cow<'l, str> {
        self.keep_whole_where(link, is_cut, |form| form.replace('#', "%23"))
    }

    /// A `Link` header whose secrets stay within the angle brackets of their links: a `>` in one would end its link there.
    pub(crate) fn keep_bracketed<'l>(&self, header: &'l str) -> Cow<'l, str> {
        self.keep_whole_where(header, is_bracket, |form| form.replace('<', "%3C").replace('>', "%3E"))
    }

    fn keep_whole_where<'l>(
        &self,
        link: &'l str,
        is_cut: impl Fn(char) -> bool + Copy,
        elsewhere: impl Fn(&str) -> String,
    ) -> Cow<'l, str> {
        let secrets = self.secrets.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        if secrets.known.is_empty() || !link.contains(is_cut) {
            return Cow::Borrowed(link);
        }
        let (mut whole, mut from, mut at) = (String::with_capacity(link.len()), 0, 0);
        while at < link.len() {
            let found = secrets.known.iter().filter_map(|known| {
                let end = match_at(link.as_bytes(), at, &known.text)?;
                link.get(at..end).filter(|form| form.contains(is_cut)).map(|_| (end, &known.text))
            });
            let Some((end, secret)) = found.max_by_key(|(end, _)| *end) else {
                at += 1;
                continue;
            };
            whole.push_str(&link[from..at]);
            if link[..at].ends_with(['=', '/']) {
                whole.extend(utf8_percent_encode(secret, VALUE));
            } else {
                whole.push_str(&elsewhere(&link[at..end]));
            }
            (from, at) = (end, end);
        }
        whole.push_str(&link[from..]);
        Cow::Owned(whole)
    }
}

/// What ends a value or is taken out of a URL.
fn is_cut(char: char) -> bool {
    matches!(char, '#' | '&' | '?' | ';' | '\\' | '\t' | '\n' | '\r')
}

/// What ends a link in a `Link` header (RFC 8288, 3), or begins one.
fn is_bracket(char: char) -> bool {
    matches!(char, '<' | '>')
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    fn of(secret: &str) -> Redactor {
        let redactor = Redactor::new();
        redactor.register(secret);
        redactor
    }

    #[test]
    fn a_secret_that_a_url_would_cut_stays_whole() {
        let redactor = of("ab#cd&ef?g\\h");
        for (link, whole) in [
            ("https://a.test/x?key=ab#cd&ef?g\\h&page=2", "https://a.test/x?key=ab%23cd%26ef%3Fg%5Ch&page=2"),
            ("/x?page=2&key=ab#cd&amp;ef?g\\h", "/x?page=2&key=ab%23cd%26ef%3Fg%5Ch"),
            ("/x/ab#cd&ef?g\\h/y", "/x/ab%23cd%26ef%3Fg%5Ch/y"),
            ("/x?key=ab%23cd%26ef%3Fg%5Ch&page=2#top", "/x?key=ab%23cd%26ef%3Fg%5Ch&page=2#top"),
            ("/x?ab#cd&ef?g\\h&page=2", "/x?ab%23cd&ef?g\\h&page=2"),
            ("/x?key=other#cd&ef", "/x?key=other#cd&ef"),
        ] {
            assert_eq!(redactor.keep_whole(link), whole, "{link}");
            let base = Url::parse("https://a.test/").unwrap();
            let url = base.join(&redactor.keep_whole(link)).unwrap();
            let shown = redactor.redact(url.as_str());
            assert!(link.contains("other") || !shown.contains("ab"), "{shown}");
        }
    }

    #[test]
    fn a_secret_with_a_bracket_does_not_end_its_link() {
        let redactor = of("a>b<c,d#e;f");
        for (header, url) in [
            ("</x?page=2&key=a>b<c,d#e;f>; rel=next", "/x?page=2&key=a%3Eb%3Cc%2Cd%23e%3Bf"),
            (
                "</p>; rel=prev, </x?key=a>b<c,d#e;f&page=2>; rel=\"next\"",
                "/x?key=a%3Eb%3Cc%2Cd%23e%3Bf&page=2",
            ),
            ("</x/a%3eb<c,d#e;f/y>;rel=next", "/x/a%3Eb%3Cc%2Cd%23e%3Bf/y"),
            ("</x?a>b<c,d#e;f>; rel=next", "/x?a%3Eb%3Cc,d#e;f"),
            ("</x?key=a%3Eb%3Cc,d%23e;f>; rel=next", "/x?key=a%3Eb%3Cc,d%23e;f"),
            ("</x?key=a>b>; rel=next", "/x?key=a"),
        ] {
            let found = crate::link::find([&*redactor.keep_bracketed(header)], "next");
            assert_eq!(found.as_deref(), Some(url), "{header}");
        }
        let header = "</x?key=a%3Eb%3Cc,d%23e;f>; rel=next";
        assert!(matches!(redactor.keep_bracketed(header), Cow::Owned(whole) if whole == header));
        assert!(matches!(redactor.keep_bracketed("/x"), Cow::Borrowed("/x")));
    }

    #[test]
    fn what_holds_no_secret_stays() {
        for link in ["", "https://a.test/x?a=1&b=2#c", "/é?x=ab#cd"] {
            assert!(
                matches!(of("ab#cd&ef").keep_whole(link), Cow::Borrowed(_) | Cow::Owned(_) if of("ab#cd&ef").keep_whole(link) == link)
            );
        }
        assert_eq!(
            of("é#éééééé&").keep_whole("ü?k=é#éééééé&"),
            "ü?k=%C3%A9%23%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%26"
        );
    }

    #[test]
    fn a_query_that_is_a_secret_stays_a_query() {
        let redactor = of("sv=2024&sig=a%2Bb%3D");
        assert_eq!(
            redactor.keep_whole("https://a.test/c?sv=2024&sig=a%2Bb%3D&marker=2"),
            "https://a.test/c?sv=2024&sig=a%2Bb%3D&marker=2"
        );
    }
}
