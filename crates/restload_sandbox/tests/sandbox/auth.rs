//! Requests have to say who asks, as the spec says it.

use restload_engine::transport::{Http, Request, Transport as _};
use restload_sandbox::{SandboxError, SandboxOptions};
use restload_spec::plan::{BoundInput, Inputs};
use serde_json::{Value, json};
use url::Url;

use crate::load::Api;

fn api(auth: &str) -> Api {
    let head = format!(
        "inputs: {{key: {{secret: true}}, user: {{}}, pem: {{secret: true}}, other: {{required: false}}}}\nclient: {{base_url: 'https://{{{{inputs.user}}}}.example.com/', auth: {auth}}}"
    );
    let notes = "  notes: {path: notes, data_selector: $, paginator: single_page}";
    Api::new(&head, notes, &[("notes", json!([{"id": 1}]))])
}

pub(crate) async fn ask(url: Url, headers: &[(&str, &str)]) -> (u16, Value) {
    let (connect, read, total) = (
        std::time::Duration::from_secs(10),
        std::time::Duration::from_secs(10),
        std::time::Duration::from_secs(10),
    );
    let http = Http::new(restload_spec::plan::TimeoutPlan { connect, read, total }, 1 << 20);
    let mut request = Request::get(url);
    request.headers = headers.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    let exchange = http.send(request).await.unwrap();
    assert_eq!(exchange.headers.get_all("x-ratelimit-remaining").count(), 1);
    (exchange.status, serde_json::from_slice(&exchange.body).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_auth_lets_the_run_in() {
    for auth in [
        "none",
        "{type: bearer, token: '{{inputs.key}}'}",
        "{type: bearer, scheme: Token, token: '{{inputs.key}}'}",
        "{type: basic, username: '{{inputs.user}}', password: '{{inputs.key}}'}",
        "{type: basic, username: '{{inputs.key}}', password: ''}",
        "{type: api_key, name: X-Key, api_key: '{{inputs.key}}'}",
        "{type: api_key, name: api key, in: query, api_key: '{{inputs.key}}'}",
        "{type: api_key, name: sid, in: cookie, api_key: '{{inputs.key}}'}",
        "{type: oauth2, grant: client_credentials, token_url: oauth/token, client_id: me, client_secret: '{{inputs.key}}'}",
        "{type: oauth2, grant: client_credentials, token_url: 'https://login.example.com/t?v=1', client_id: 'm e', client_secret: '{{inputs.key}}', client_auth: body, scope: a b, extra: {grant_type: account, n: 1}}",
        "{type: oauth2, grant: refresh_token, token_url: oauth/token, refresh_token: '{{inputs.key}}', rotates: true, expiry_margin: 2h}",
        "{type: oauth2, grant: password, token_url: oauth/token, username: me, password: '{{inputs.key}}'}",
        "{type: oauth2, grant: jwt_bearer, token_url: oauth/token, private_key: '{{inputs.pem}}', claims: {iss: me}}",
        "{type: session, login: {path: login, json: {password: '{{inputs.key}}'}}, token: data.token, place: {header: {Authorization: 'Session {{token}}'}}}",
        "{type: session, login: {path: 'https://login.example.com/', form: {user: '{{inputs.user}}'}}, token: {header: X-Token}, place: {query: {t: '{{token}}', u: '{{inputs.user}}'}}}",
        "{type: session, login: {method: GET, path: login, headers: {X-App: app}, auth: {type: basic, username: me, password: '{{inputs.key}}'}}, token: {cookie: sid}, place: {cookie: {sid: '{{token}}'}}}",
        "[{type: bearer, token: '{{inputs.other}}'}, {type: basic, username: '{{inputs.other}}', password: ''}]",
    ] {
        assert_eq!(api(auth).load().await.clean().of("notes").rows_found, 250, "{auth}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_given_out_to_who_says_who_asks_and_lets_in() {
    let auth = "{type: oauth2, grant: client_credentials, token_url: 'https://login.example.com/token', client_id: me, client_secret: '{{inputs.key}}'}";
    let sandbox = api(auth).start(&SandboxOptions::default()).await.unwrap();
    assert_eq!(sandbox.elsewhere(), ["https://login.example.com"]);
    let url = |path: &str| sandbox.base_url().join(path).unwrap();
    assert_eq!(ask(url("notes"), &[]).await.0, 401);
    assert_eq!(ask(url("notes"), &[("Authorization", "Bearer sandbox-token-1")]).await.0, 401);
    // A place that gives out tokens is asked by POST.
    assert_eq!(ask(url("token"), &[]).await.0, 401);
    let loaded = api(auth).load().await.clean();
    let tokens = loaded.exchanges.iter().filter(|(request, ..)| request.url.path() == "/token").count();
    assert_eq!((tokens, loaded.outcome.token_requests), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_base_url_that_the_token_names_is_the_sandbox() {
    let head = "inputs: {key: {secret: true}}\nclient:\n  base_url: '{{token.instance_url}}/services/{{token.version}}'\n  \
                allow_hosts: ['*.example.com']\n  auth: {type: oauth2, grant: client_credentials, \
                token_url: 'https://login.example.com/token', client_id: me, client_secret: '{{inputs.key}}'}";
    let notes = "  notes: {path: notes, data_selector: $, paginator: single_page}";
    let api = Api::new(head, notes, &[("notes", json!([{"id": 1}]))]);
    assert_eq!(api.load().await.clean().of("notes").rows_found, 250);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_whose_token_cannot_be_put_where_the_spec_looks_for_it_is_refused() {
    let auth =
        "{type: session, login: {path: login}, token: $..token, place: {header: {X-Token: '{{token}}'}}}";
    let refused = api(auth).start(&SandboxOptions::default()).await.unwrap_err();
    let SandboxError::Spec(faults) = refused else { panic!("{refused}") };
    assert_eq!(faults[0].at.to_string(), "/client/auth/token");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_key_or_another_one_is_refused() {
    let sandbox =
        api("{type: bearer, token: '{{inputs.key}}'}").start(&SandboxOptions::default()).await.unwrap();
    let url = sandbox.base_url().join("notes").unwrap();
    assert_eq!(ask(url.clone(), &[]).await.0, 401);
    let (status, body) = ask(url.clone(), &[("Authorization", "Bearer guessed")]).await;
    assert_eq!(status, 401);
    assert!(body["error"]["message"].as_str().unwrap().contains("`Authorization: Bearer …`"), "{body}");
    let right = [("Authorization", "Bearer sandbox-key-key")];
    assert_eq!(ask(url, &right).await.0, 200);
    let elsewhere = sandbox.base_url().join("notices").unwrap();
    assert_eq!(ask(elsewhere.clone(), &right).await.0, 404);
    assert_eq!(ask(elsewhere, &[]).await.0, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_given_is_the_one_that_lets_in() {
    let mut given = Inputs::default();
    let value =
        BoundInput { value: Value::from("my own key"), secret: true, identity: true, from: "`--set`".into() };
    given.insert("key", value);
    let options = SandboxOptions { given, ..SandboxOptions::default() };
    let sandbox =
        api("{type: api_key, name: X-Key, api_key: '{{inputs.key}}'}").start(&options).await.unwrap();
    let url = sandbox.base_url().join("notes").unwrap();
    assert_eq!(ask(url.clone(), &[("X-Key", "sandbox-key-key")]).await.0, 401);
    assert_eq!(ask(url, &[("X-Key", "my own key")]).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sandbox_that_is_dropped_listens_no_more() {
    let api = api("none");
    let sandbox = api.start(&SandboxOptions::default()).await.unwrap();
    let port = sandbox.base_url().port().unwrap();
    let options = SandboxOptions { port, ..SandboxOptions::default() };
    let taken = api.start(&options).await.unwrap_err();
    assert!(matches!(taken, SandboxError::Listen { port: asked, .. } if asked == port), "{taken}");
    drop(sandbox);
    let mut tries = 0;
    while api.start(&options).await.is_err() {
        tries += 1;
        assert!(tries < 1000, "the port is still taken");
        tokio::task::yield_now().await;
    }
}
