//! Patches on requests.

use super::super::apply;
use super::*;
use crate::redact::Redactor;
use crate::transport::{Body, RequestParts};

fn base() -> RequestParts {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    RequestParts {
        method: "POST".to_owned(),
        url: Url::parse("https://a.test/v1/x?lang=en").unwrap(),
        params: vec![pair("q", "a b"), pair("size", "10")],
        headers: vec![pair("X-A", "1")],
        body: Body::Json(json!({"f": 1})),
    }
}

fn url(patch: &Patch, keep_params: bool) -> String {
    let answered = Url::parse("https://a.test/v1/x?page=1").unwrap();
    let next = apply(patch, &base(), &answered, keep_params, &Redactor::new()).unwrap();
    assert_eq!((next.method.as_str(), &next.headers, &next.body), ("POST", &base().headers, &base().body));
    next.render().url.to_string()
}

#[test]
fn values_are_set_in_the_request_of_the_resource() {
    let patch = Patch::Set(vec![(param("page"), json!(2)), (param("size"), json!(20))]);
    assert_eq!(url(&patch, false), "https://a.test/v1/x?lang=en&q=a%20b&size=20&page=2");
    let patch = Patch::Set(vec![(RequestPlace::Json(Path::parse("page.after").unwrap()), json!("c"))]);
    let next = apply(&patch, &base(), &base().url, false, &Redactor::new()).unwrap();
    assert_eq!(next.render().body.unwrap().1, r#"{"f":1,"page":{"after":"c"}}"#);
    let patch = Patch::Set(vec![(RequestPlace::Form("page".to_owned()), json!("c"))]);
    let error = apply(&patch, &base(), &base().url, false, &Redactor::new()).unwrap_err();
    assert_eq!(error.to_string(), "`page` belongs to a form body, but the request has a JSON body");
}

#[test]
fn a_link_is_sent_as_it_came_and_starts_from_the_answer() {
    for (link, want) in [
        ("https://a.test/v2/y?c=%2c&d=1+2", "https://a.test/v2/y?c=%2c&d=1+2"),
        (" /v2/y ", "https://a.test/v2/y"),
        ("?page=2#rows", "https://a.test/v1/x?page=2"),
        ("y?page=2", "https://a.test/v1/y?page=2"),
        ("//b.test/y", "https://b.test/y"),
    ] {
        assert_eq!(url(&Patch::Url(link.to_owned()), false), want);
    }
}

#[test]
fn a_link_is_given_the_parameters_that_it_lacks() {
    for (link, want) in [
        ("?page=2", "https://a.test/v1/x?page=2&q=a%20b&size=10"),
        ("?size=5&page=2", "https://a.test/v1/x?size=5&page=2&q=a%20b"),
        ("?%71=&size", "https://a.test/v1/x?%71=&size"),
        ("/v2/y", "https://a.test/v2/y?q=a%20b&size=10"),
    ] {
        assert_eq!(url(&Patch::Url(link.to_owned()), true), want);
    }
}

#[test]
fn a_link_that_is_no_url_is_an_error() {
    for (link, want) in [
        ("https://", "empty host"),
        ("mailto:a@b.test", "its scheme is `mailto`"),
        ("javascript:next()", "its scheme is `javascript`"),
    ] {
        let error =
            apply(&Patch::Url(link.to_owned()), &base(), &base().url, false, &Redactor::new()).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("the link to the next page is not a URL of http or https: {want}")
        );
    }
}
