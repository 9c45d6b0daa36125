//! Redirects, followed by us: an HTTP library strips only the standard auth headers and lets others through.

use super::{Exchange, Request, TransportError};
use crate::redact::Redactor;

/// How many redirects of one request are followed.
pub(crate) const MOST_REDIRECTS: u32 = 10;

/// Where a redirect leads: none if the answer is no redirect.
///
/// The method and the body stay, as RFC 9110, 15.4 has it, except after a 303, which asks for a GET. That a 301 or 302 turns a
/// POST into a GET is allowed there, but would ask an endpoint for something else than the spec says.
/// A secret in its location that was not encoded is, where it would be cut.
pub(crate) fn follow(
    request: &Request,
    answer: &Exchange,
    redactor: &Redactor,
) -> Result<Option<Request>, TransportError> {
    let status = answer.status;
    if !matches!(status, 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let location = answer.headers.get("location").map(str::trim).filter(|location| !location.is_empty());
    let url = location.and_then(|location| request.url.join(&redactor.keep_whole(location)).ok());
    let mut url = url
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .ok_or(TransportError::RedirectWithoutLocation { status })?;
    url.set_fragment(None);
    let mut next = Request { url, ..request.clone() };
    if status == 303 && next.method != "HEAD" {
        "GET".clone_into(&mut next.method);
        next.body = None;
        next.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
    }
    Ok(Some(next))
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    fn redirect(
        method: &str,
        status: u16,
        location: Option<&str>,
    ) -> Result<Option<Request>, TransportError> {
        let url = Url::parse("https://a.test/v1/x?page=2").unwrap();
        let request = Request {
            method: method.to_owned(),
            url: url.clone(),
            headers: vec![("Content-Type".to_owned(), "a/b".to_owned())],
            body: Some(("a/b".to_owned(), "{}".into())),
        };
        let headers = location.map(|location| ("Location", location)).into_iter().collect();
        follow(&request, &Exchange { status, headers, body: Vec::new().into(), url }, &Redactor::new())
    }

    #[test]
    fn only_five_statuses_lead_elsewhere() {
        for status in [200, 201, 300, 304, 305, 306, 400, 404, 500] {
            assert_eq!(redirect("GET", status, Some("/y")), Ok(None), "{status}");
        }
    }

    #[test]
    fn a_location_may_be_relative_and_loses_its_fragment() {
        for (location, want) in [
            ("/y?z=%2c#top", "https://a.test/y?z=%2c"),
            ("y", "https://a.test/v1/y"),
            (" //b.test/y ", "https://b.test/y"),
            ("http://a.test/", "http://a.test/"),
            ("?page=3", "https://a.test/v1/x?page=3"),
        ] {
            assert_eq!(redirect("GET", 302, Some(location)).unwrap().unwrap().url.as_str(), want);
        }
    }

    #[test]
    fn the_method_stays_except_after_303() {
        for (method, status, want, body) in [
            ("POST", 301, "POST", true),
            ("POST", 302, "POST", true),
            ("POST", 303, "GET", false),
            ("POST", 307, "POST", true),
            ("POST", 308, "POST", true),
            ("GET", 303, "GET", false),
            ("HEAD", 303, "HEAD", true),
        ] {
            let next = redirect(method, status, Some("/y")).unwrap().unwrap();
            assert_eq!((next.method.as_str(), next.body.is_some()), (want, body), "{method} {status}");
            assert_eq!(next.headers.is_empty(), !body);
        }
    }

    #[test]
    fn a_redirect_that_leads_nowhere_is_an_error() {
        for location in
            [None, Some(""), Some("https://"), Some("mailto:a@b.test"), Some("file:///etc/passwd")]
        {
            assert_eq!(
                redirect("GET", 301, location),
                Err(TransportError::RedirectWithoutLocation { status: 301 })
            );
        }
    }
}
