//! Who asks: what is added to a request just before it goes out, and taken off what comes back; and the tokens that are
//! asked for, a file a kind.

mod answer;
mod fault;
mod file;
mod jwt;
pub(crate) mod oauth2;
pub(crate) mod session;
mod tokens;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use restload_spec::Made;
use restload_spec::plan::{AuthPlan, KeyPlace, Secret};
use url::Url;

pub(crate) use answer::Granted;
pub use fault::TokenError;
pub(crate) use file::TokenFile;
pub(crate) use tokens::{Asking, Found, Keeper, Token, Tokens, renew_at};

use super::Request;
use super::request::{push_param, strip_param};
use crate::redact::Redactor;

/// Adds auth to a request. What stands there under the same name, a key that the API echoes in a next link say, is replaced.
pub(crate) fn apply(request: &mut Request, auth: &AuthPlan, token: Option<&Token>) {
    match auth {
        AuthPlan::None => {}
        AuthPlan::OAuth2(_) | AuthPlan::Session(_) => {
            for (name, text) in token.iter().flat_map(|token| &token.texts) {
                let place = token.map_or(KeyPlace::Header, |token| token.place);
                put(request, place, name, text.expose());
            }
        }
        AuthPlan::Bearer { scheme, token } => {
            set_header(request, "Authorization", format!("{scheme} {}", token.expose()));
        }
        AuthPlan::Basic { username, password } => {
            set_header(request, "Authorization", format!("Basic {}", basic(username, password)));
        }
        AuthPlan::ApiKey { name, key, place } => put(request, *place, name, key.expose()),
    }
}

fn put(request: &mut Request, place: KeyPlace, name: &str, text: &str) {
    match place {
        KeyPlace::Header => set_header(request, name, text.to_owned()),
        KeyPlace::Query => {
            strip_param(&mut request.url, name);
            push_param(&mut request.url, name, text);
        }
        KeyPlace::Cookie => set_cookie(request, name, text),
    }
}

/// Takes off a URL what auth would add again: a key in the query, a user before the host.
pub fn strip_auth(url: &mut Url, auth: &AuthPlan) {
    match auth {
        AuthPlan::ApiKey { name, place: KeyPlace::Query, .. } => strip_param(url, name),
        AuthPlan::Session(plan) => session::params(plan).for_each(|name| strip_param(url, name)),
        _ => {}
    }
    strip_user(url);
}

/// A user in a URL would go out as basic auth of the API's own choosing.
pub(crate) fn strip_user(url: &mut Url) {
    // Both fail only for URLs without a host, which have no user either.
    let _ = url.set_username("");
    let _ = url.set_password(None);
}

/// Makes the secrets of `auth` known, in the form in which they go out too.
pub fn register_secrets(auth: &AuthPlan, redactor: &Redactor) {
    match auth {
        AuthPlan::None => {}
        AuthPlan::Bearer { token, .. } => redactor.register_credential(token),
        AuthPlan::ApiKey { key, .. } => redactor.register_credential(key),
        AuthPlan::Basic { username, password } => {
            redactor.register_credential(password);
            redactor.register_made(username.made());
            register_pair(&basic(username, password), [username, password], redactor);
            // Where there is no password, the user name is the key.
            if password.expose().is_empty() {
                redactor.register(username.expose());
            }
        }
        AuthPlan::OAuth2(plan) => oauth2::register_secrets(plan, redactor),
        AuthPlan::Session(plan) => session::register_secrets(plan, redactor),
    }
}

/// Makes the encoded pair known, a short one too where it holds what was made of a short secret.
fn register_pair(pair: &str, parts: [&Secret; 2], redactor: &Redactor) {
    redactor.register(pair);
    let made: Vec<Made> = parts.iter().flat_map(|part| part.made()).map(|made| made.within(pair)).collect();
    redactor.register_made(&made);
}

/// RFC 7617, in UTF-8.
fn basic(username: &Secret, password: &Secret) -> String {
    STANDARD.encode(format!("{}:{}", username.expose(), password.expose()))
}

fn set_header(request: &mut Request, name: &str, value: String) {
    request.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    request.headers.push((name.to_owned(), value));
}

/// Cookies of other names stay, all in one header (RFC 6265, 5.4).
fn set_cookie(request: &mut Request, name: &str, key: &str) {
    let is_cookie = |known: &str| known.eq_ignore_ascii_case("cookie");
    let mut cookies = Vec::new();
    for (_, value) in request.headers.iter().filter(|(known, _)| is_cookie(known)) {
        let others = value.split(';').map(str::trim).filter(|pair| !pair.is_empty());
        cookies.extend(
            others.filter(|pair| pair.split('=').next().map(str::trim) != Some(name)).map(str::to_owned),
        );
    }
    cookies.push(format!("{name}={key}"));
    set_header(request, "Cookie", cookies.join("; "));
}

#[cfg(test)]
mod tests {
    use restload_diag::Source;
    use restload_spec::plan::{BoundInput, Inputs};
    use restload_spec::{Wanted, read_spec, settle};

    use super::*;

    fn request(url: &str, headers: &[(&str, &str)]) -> Request {
        let mut request = Request::get(Url::parse(url).unwrap());
        request.headers = headers.iter().map(|&(n, v)| (n.to_owned(), v.to_owned())).collect();
        request
    }

    fn key(name: &str, place: KeyPlace) -> AuthPlan {
        AuthPlan::ApiKey { name: name.to_owned(), key: Secret::new("k&y 1"), place }
    }

    fn applied(auth: &AuthPlan, url: &str, headers: &[(&str, &str)]) -> (String, Vec<(String, String)>) {
        let mut request = request(url, headers);
        apply(&mut request, auth, None);
        (request.url.to_string(), request.headers)
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|&(n, v)| (n.to_owned(), v.to_owned())).collect()
    }

    const URL: &str = "https://a.test/x?a=%2c&page=2";

    #[test]
    fn a_header_of_the_same_name_is_replaced_in_any_case() {
        let bearer = AuthPlan::Bearer { scheme: "Token".to_owned(), token: Secret::new("t0ken") };
        let (url, headers) =
            applied(&bearer, URL, &[("authorization", "x"), ("AUTHORIZATION", "y"), ("A", "b")]);
        assert_eq!((url.as_str(), headers), (URL, pairs(&[("A", "b"), ("Authorization", "Token t0ken")])));
        let (_, headers) = applied(&key("X-Api-Key", KeyPlace::Header), URL, &[("x-api-key", "echo")]);
        assert_eq!(headers, pairs(&[("X-Api-Key", "k&y 1")]));
    }

    #[test]
    fn basic_takes_empty_parts_and_unicode() {
        for (username, password, want) in [
            ("Aladdin", "open sesame", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
            ("key", "", "Basic a2V5Og=="),
            ("", "key", "Basic OmtleQ=="),
            ("test", "123£", "Basic dGVzdDoxMjPCow=="),
        ] {
            let auth = AuthPlan::Basic { username: Secret::new(username), password: Secret::new(password) };
            assert_eq!(applied(&auth, URL, &[]).1, pairs(&[("Authorization", want)]));
        }
    }

    #[test]
    fn a_key_in_the_query_replaces_the_one_that_the_api_echoes() {
        let auth = key("api key", KeyPlace::Query);
        let (url, _) = applied(&auth, "https://a.test/x?api%20key=old&a=%2c&api+key=old2", &[]);
        assert_eq!(url, "https://a.test/x?a=%2c&api%20key=k%26y%201");
        let (url, _) = applied(&auth, "https://a.test/x", &[]);
        assert_eq!(url, "https://a.test/x?api%20key=k%26y%201");
    }

    #[test]
    fn a_cookie_stands_beside_others() {
        let (_, headers) =
            applied(&key("sid", KeyPlace::Cookie), URL, &[("cookie", "a=1; sid=old;b=2"), ("A", "b")]);
        assert_eq!(headers, pairs(&[("A", "b"), ("Cookie", "a=1; b=2; sid=k&y 1")]));
    }

    #[test]
    fn what_auth_adds_is_taken_off_a_url() {
        let mut url = Url::parse("https://me:pw@a.test/x?sid=1&b=%2c").unwrap();
        strip_auth(&mut url, &key("b", KeyPlace::Header));
        assert_eq!(url.as_str(), "https://a.test/x?sid=1&b=%2c");
        strip_auth(&mut url, &key("sid", KeyPlace::Query));
        assert_eq!(url.as_str(), "https://a.test/x?b=%2c");
        strip_auth(&mut url, &key("b", KeyPlace::Query));
        assert_eq!(url.as_str(), "https://a.test/x");
    }

    #[test]
    fn secrets_are_found_in_the_form_in_which_they_go_out() {
        let redactor = Redactor::new();
        let auth =
            AuthPlan::Basic { username: Secret::new("operator1"), password: Secret::new("open sesame") };
        register_secrets(&auth, &redactor);
        assert_eq!(
            redactor.redact("operator1 open+sesame b3BlcmF0b3IxOm9wZW4gc2VzYW1l"),
            "operator1 *** ***"
        );
        let auth = AuthPlan::Basic { username: Secret::new("sk_live_1234"), password: Secret::new("") };
        register_secrets(&auth, &redactor);
        assert_eq!(redactor.redact("sk_live_1234"), "***");
    }

    #[test]
    fn the_pair_of_basic_auth_is_hidden_though_the_password_is_short() {
        let text = "{version: 1, name: a, inputs: {pin: {secret: true, allow_short: true}}, \
                    resources: {x: {path: x, paginator: single_page}}, client: {base_url: 'https://a.test', \
                    auth: {type: basic, username: '', password: '{{inputs.pin}}'}}}";
        let read = read_spec(Source::new("a.yaml", text), None);
        let mut inputs = Inputs::default();
        let pin = BoundInput { value: "q7".into(), secret: true, identity: false, from: String::new() };
        inputs.insert("pin", pin);
        let plan = settle(&read.document, &read.spec.unwrap(), inputs, &Wanted::default()).unwrap();
        let redactor = Redactor::new();
        redactor.register_short("q7");
        register_secrets(&plan.client.auth, &redactor);
        assert_eq!(redactor.redact("q7 in OnE3"), "*** in ***");
    }
}
