//! `secret-in-query`: a credential becomes part of URLs.

use restload_diag::{Diagnostic, Pointer};
use restload_spec::spec::{ApiKeyPlace, Auth, TokenGoes};
use restload_spec::{Scope, Template};

use super::SECRET_IN_QUERY;
use crate::Lint;

pub(super) fn check(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    let client = Pointer::root().join("client").join("auth");
    let own =
        lint.resources.iter().map(|resource| (resource.written.resource.auth.as_ref(), resource.at("auth")));
    for (auth, at) in [(lint.spec.client.auth.as_ref(), client)].into_iter().chain(own) {
        if let Some(auth) = auth {
            of_auth(lint, auth, &at, found);
        }
    }
    for resource in &lint.resources {
        for placed in lint.templates(resource) {
            if matches!(placed.key, "params" | "path") {
                of_url(lint, placed.template, &placed.at, found);
            }
        }
    }
}

fn of_auth(lint: &Lint<'_>, auth: &Auth, at: &Pointer, found: &mut Vec<Diagnostic>) {
    match auth {
        Auth::None | Auth::Bearer(_) | Auth::Basic(_) => {}
        Auth::ApiKey(api_key) => {
            if api_key.place == Some(ApiKeyPlace::Query) {
                let message = "the key becomes part of every URL: proxies and the API's own logs keep it";
                let finding = SECRET_IN_QUERY.at(at.join("in"), message);
                found.push(finding.help("`in: header`, if the API takes it there"));
            }
        }
        Auth::OAuth2(oauth2) => of_text(lint, &oauth2.token_url, &at.join("token_url"), found),
        Auth::Session(session) => {
            let login = at.join("login");
            of_text(lint, &session.login.path, &login.join("path"), found);
            if let Some(auth) = &session.login.auth {
                of_auth(lint, auth, &login.join("auth"), found);
            }
            if let TokenGoes::Query(_) = session.place {
                let message = "the token becomes part of every URL: proxies and the API's own logs keep it";
                let finding = SECRET_IN_QUERY.at(at.join("place").join("query"), message);
                found.push(finding.help("`place: {header: …}`, if the API takes it there"));
            }
        }
        Auth::FirstOf(list) => {
            for (n, auth) in list.iter().enumerate() {
                of_auth(lint, auth, &at.join(n), found);
            }
        }
    }
}

fn of_text(lint: &Lint<'_>, text: &str, at: &Pointer, found: &mut Vec<Diagnostic>) {
    // What is no template is said elsewhere.
    if let Ok(template) = Template::parse(text) {
        of_url(lint, &template, at, found);
    }
}

/// Inputs that are secrets, in a part of a URL.
fn of_url(lint: &Lint<'_>, template: &Template, at: &Pointer, found: &mut Vec<Diagnostic>) {
    for hole in template.holes().iter().filter(|hole| hole.scope == Scope::Inputs) {
        let name = hole.path.first().map_or("", String::as_str);
        if lint.spec.inputs.get(name).is_some_and(|input| input.secret == Some(true)) {
            let message =
                format!("the secret `{name}` becomes part of URLs: proxies and the API's own logs keep it");
            let help = "send it in a header or as `auth`, if the API takes it there";
            let finding = SECRET_IN_QUERY.at(at.clone(), message).help(help);
            found.push(finding.within(hole.range.clone()));
        }
    }
}
