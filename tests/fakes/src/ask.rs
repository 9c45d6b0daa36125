//! A request as the APIs look at it: decoded path segments, query pairs in order, headers.

use std::sync::Arc;

use axum::extract::Query;
use axum::http::{HeaderMap, Method, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What stays as it is in a query that a fake writes into its own links.
const IN_QUERY: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b':');

/// A text as it stands in a query.
pub(crate) fn in_query(text: &str) -> String {
    utf8_percent_encode(text, IN_QUERY).to_string()
}

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    /// As it came, still encoded, without the query.
    pub(crate) path: String,
    /// Decoded, in the order they came; a name may occur often.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    /// `http://127.0.0.1:PORT`, for absolute links.
    pub(crate) origin: Arc<str>,
}

impl Ask {
    pub(crate) fn new(method: Method, uri: &Uri, headers: HeaderMap, origin: Arc<str>) -> Self {
        let query = Query::try_from_uri(uri).map(|Query(pairs)| pairs).unwrap_or_default();
        Self { method, path: uri.path().to_owned(), query, headers, origin }
    }

    /// The segments of the path, decoded; a slash at the end adds none.
    pub(crate) fn segments(&self) -> Vec<String> {
        let path = self.path.trim_matches('/');
        path.split('/').map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned()).collect()
    }

    /// The last value of a query parameter.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Every value of a repeated query parameter.
    pub(crate) fn params(&self, name: &str) -> Vec<&str> {
        self.query.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect()
    }

    /// A header's value, where it is text in UTF-8.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok())
    }

    /// The absolute URL of this path with the query as asked, less `drop`, and with `add` at the end.
    pub(crate) fn link(&self, drop: &[&str], add: &[(&str, &str)]) -> String {
        let kept = self.query.iter().filter(|(name, _)| !drop.contains(&name.as_str()));
        let kept = kept.map(|(name, value)| (name.as_str(), value.as_str()));
        let pairs: Vec<String> = kept
            .chain(add.iter().copied())
            .map(|(name, value)| {
                format!("{}={}", utf8_percent_encode(name, IN_QUERY), utf8_percent_encode(value, IN_QUERY))
            })
            .collect();
        format!("{}{}?{}", self.origin, self.path, pairs.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(uri: &str) -> Ask {
        Ask::new(Method::GET, &uri.parse().unwrap(), HeaderMap::new(), "http://127.0.0.1:1".into())
    }

    #[test]
    fn a_link_repeats_the_query_in_order_and_encoded() {
        let ask = ask("/v2/x?fieldTypes=a&fieldTypes=b&cursor=old&filter=id%3D1%20%26%20id%3D2");
        let link = ask.link(&["cursor"], &[("cursor", "new")]);
        let want =
            "http://127.0.0.1:1/v2/x?fieldTypes=a&fieldTypes=b&filter=id%3D1%20%26%20id%3D2&cursor=new";
        assert_eq!(link, want);
    }

    #[test]
    fn segments_are_decoded_one_by_one() {
        assert_eq!(ask("/1.6/affiliates/a%2Fb%20c/").segments(), ["1.6", "affiliates", "a/b c"]);
    }
}
