//! The `Link` header (RFC 8288), and the loose forms that servers send.
//!
//! Taken besides what the RFC writes: relations in single quotes or none, quotes that are not closed or stand alone at the
//! end, commas and semicolons in URLs, names in capitals, spaces anywhere, several header lines.

/// One link: where to, and as what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The URL between the angle brackets, absolute or relative.
    pub url: String,
    /// Its relations in lower case, in order; empty where none is named.
    pub rels: Vec<String>,
}

/// The links of all `Link` headers of an answer. What cannot be read is passed over.
pub fn parse<'v>(values: impl IntoIterator<Item = &'v str>) -> Vec<Link> {
    let mut links = Vec::new();
    for value in values {
        let mut rest = value;
        while let Some((url, after)) = take_url(rest) {
            let (rels, after) = take_rels(after);
            links.push(Link { url: url.trim().to_owned(), rels });
            rest = after;
        }
    }
    links
}

/// The URL of the first link that has this relation; case does not matter.
pub fn find<'v>(values: impl IntoIterator<Item = &'v str>, rel: &str) -> Option<String> {
    let is_meant = |link: &Link| link.rels.iter().any(|known| known.eq_ignore_ascii_case(rel));
    parse(values).into_iter().find(is_meant).map(|link| link.url)
}

/// Commas and semicolons mean nothing until the bracket is closed.
fn take_url(text: &str) -> Option<(&str, &str)> {
    let (_, inside) = text.split_once('<')?;
    inside.split_once('>')
}

/// Reads parameters up to the comma or bracket that begins the next link. The first `rel` counts (RFC 8288, 3.3).
fn take_rels(text: &str) -> (Vec<String>, &str) {
    let mut rels = None;
    let mut rest = text;
    // What stands between two parameters, a stray quote say, says nothing.
    while let Some(at) = rest.find([';', ',', '<']) {
        if !rest[at..].starts_with(';') {
            rest = &rest[at..];
            break;
        }
        rest = rest[at + 1..].trim_start();
        let end = rest.find(['=', ';', ',', '<']).unwrap_or(rest.len());
        let name = rest[..end].trim();
        rest = &rest[end..];
        if let Some(value) = rest.strip_prefix('=') {
            let is_rel = name.eq_ignore_ascii_case("rel");
            let (value, after) = take_value(value.trim_start(), is_rel);
            if is_rel && rels.is_none() {
                rels = Some(value.split_ascii_whitespace().map(str::to_ascii_lowercase).collect());
            }
            rest = after;
        }
    }
    (rels.unwrap_or_default(), rest)
}

/// A value in double quotes (with `\` before any character), in single quotes, or none. Where a relation seems to
/// hold what only stands between links, its quotes were not closed where they should have been.
fn take_value(text: &str, is_rel: bool) -> (String, &str) {
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '\''));
    if let Some(quote) = quote
        && let Some((value, after)) = take_quoted(&text[1..], quote)
        && !(is_rel && value.contains(['<', '>', ';']))
    {
        return (value, after);
    }
    let text = text.trim_start_matches(['"', '\'']);
    let end = text.find([';', ',', '<', '"', '\'']).unwrap_or(text.len());
    (text[..end].trim().to_owned(), &text[end..])
}

fn take_quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '\\' if quote == '"' => value.push(chars.next()?.1),
            _ if char == quote => return Some((value, &text[at + 1..])),
            _ => value.push(char),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(value: &str, want: &[(&str, &[&str])]) {
        let links = parse([value]);
        let found: Vec<(&str, Vec<&str>)> =
            links.iter().map(|link| (&*link.url, link.rels.iter().map(|rel| &**rel).collect())).collect();
        let want: Vec<(&str, Vec<&str>)> = want.iter().map(|(url, rels)| (*url, rels.to_vec())).collect();
        assert_eq!(found, want, "{value}");
    }

    #[test]
    fn links_as_the_standard_writes_them() {
        check("</b>; rel=\"next\", </a>; rel=\"prev\"", &[("/b", &["next"]), ("/a", &["prev"])]);
        check("</b>;rel=next,</a>;rel=prev", &[("/b", &["next"]), ("/a", &["prev"])]);
        check("</b>; title=\"a, b; <c>\"; rel=\"next\"", &[("/b", &["next"])]);
        check(
            "</b>; title=\"say \\\"hi\\\", <x>\"; rel=next, </c>; rel=last",
            &[("/b", &["next"]), ("/c", &["last"])],
        );
        check("</b>; rel=\"next last\"", &[("/b", &["next", "last"])]);
        check("</b>; rel=\"http://example.com/rels/next,a\"", &[("/b", &["http://example.com/rels/next,a"])]);
        check("</b>; rel=next; rel=prev", &[("/b", &["next"])]);
        check("</b>; crossorigin; rel=next", &[("/b", &["next"])]);
        check("</b>", &[("/b", &[])]);
        check("", &[]);
    }

    #[test]
    fn links_as_servers_send_them() {
        check("</b>; rel='next', </a>; rel='prev'", &[("/b", &["next"]), ("/a", &["prev"])]);
        check("</b>; rel='next last'", &[("/b", &["next", "last"])]);
        check("</b> ;  REL = \"Next\" , </a>;Rel=PREV", &[("/b", &["next"]), ("/a", &["prev"])]);
        check("< /b?x=1,2;3 >; rel=next", &[("/b?x=1,2;3", &["next"])]);
        check(
            "</b?f=a,b>; rel=next, </c?g=;,>; rel=last",
            &[("/b?f=a,b", &["next"]), ("/c?g=;,", &["last"])],
        );
        check("</b>; rel='next\", </a>; rel='prev'", &[("/b", &["next"]), ("/a", &["prev"])]);
        check("</b>; rel=\"next, </a>; rel=\"prev\"", &[("/b", &["next"]), ("/a", &["prev"])]);
        check("</b>; rel=\"next; title=\"x\"", &[("/b", &["next"])]);
        check("</b>; rel=\"next", &[("/b", &["next"])]);
        check("</b>; rel=, </a>; rel=prev", &[("/b", &[]), ("/a", &["prev"])]);
        check("</b> </a>; rel=prev", &[("/b", &[]), ("/a", &["prev"])]);
        check("; rel=next", &[]);
        check("</b; rel=next", &[]);
    }

    #[test]
    fn the_header_of_taplytics_as_documented() {
        let base = "https://api.taplytics.com/v2/users?api_token=KEY&per_page=100&page=";
        let header = format!("<{base}4>; rel='last', <{base}2>; rel='next', <{base}1>; rel='first'\"");
        assert_eq!(find([&*header], "next"), Some(format!("{base}2")));
        assert_eq!(find([&*header], "first"), Some(format!("{base}1")));
        assert_eq!(find([&*header], "last"), Some(format!("{base}4")));
        assert_eq!(find([&*header], "prev"), None);
    }

    #[test]
    fn the_first_link_of_several_headers_counts() {
        let headers = ["</a>; rel=prev", "</b>; rel=\"next\"", "</c>; rel=next"];
        assert_eq!(find(headers, "NEXT"), Some("/b".to_owned()));
        assert_eq!(find([], "next"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(values in proptest::collection::vec("\\PC{0,60}", 0..4)) {
            parse(values.iter().map(String::as_str));
        }

        #[test]
        fn text_made_of_what_links_are_made_of_is_read_without_a_panic(value in "[<>;,='\" \\\\ré]{0,60}") {
            parse([&*value]);
        }

        #[test]
        fn well_formed_links_come_back(
            links in proptest::collection::vec(("[!-;=?-~é]{1,30}", proptest::collection::vec("[a-z][a-z0-9.-]{0,8}", 0..4), 0..3u8, "[ -~]{0,12}"), 0..5),
        ) {
            let mut header = Vec::new();
            let mut want = Vec::new();
            for (url, rels, quotes, title) in &links {
                let title = title.replace('\\', "\\\\").replace('"', "\\\"");
                let rel = match (quotes, &rels[..]) {
                    (_, []) => String::new(),
                    (0, [one]) => format!("; rel={one}"),
                    (1, _) => format!("; rel='{}'", rels.join(" ")),
                    _ => format!("; rel=\"{}\"", rels.join(" ")),
                };
                header.push(format!("<{url}>; title=\"{title}\"{rel}"));
                want.push(Link { url: url.clone(), rels: rels.clone() });
            }
            prop_assert_eq!(parse([&*header.join(", ")]), want);
        }
    }
}
