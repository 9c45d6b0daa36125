//! `secret-in-query`: a credential becomes part of URLs.

use restload_diag::{Diagnostic, Pointer};
use restload_spec::Scope;
use restload_spec::spec::{ApiKeyPlace, Auth};

use super::SECRET_IN_QUERY;
use crate::Lint;

pub(super) fn check(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    let client = Pointer::root().join("client").join("auth");
    let own =
        lint.resources.iter().map(|resource| (resource.written.resource.auth.as_ref(), resource.at("auth")));
    for (auth, at) in [(lint.spec.client.auth.as_ref(), client)].into_iter().chain(own) {
        if let Some(Auth::ApiKey(api_key)) = auth
            && api_key.place == Some(ApiKeyPlace::Query)
        {
            let message = "the key becomes part of every URL: proxies and the API's own logs keep it";
            found.push(
                SECRET_IN_QUERY.at(at.join("in"), message).help("`in: header`, if the API takes it there"),
            );
        }
    }
    for resource in &lint.resources {
        for placed in lint.templates(resource) {
            if !matches!(placed.key, "params" | "path") {
                continue;
            }
            for hole in placed.template.holes().iter().filter(|hole| hole.scope == Scope::Inputs) {
                let name = hole.path.first().map_or("", String::as_str);
                if lint.spec.inputs.get(name).is_some_and(|input| input.secret == Some(true)) {
                    let message = format!(
                        "the secret `{name}` becomes part of URLs: proxies and the API's own logs keep it"
                    );
                    let help = "send it in a header or as `auth`, if the API takes it there";
                    let finding = SECRET_IN_QUERY.at(placed.at.clone(), message).help(help);
                    found.push(finding.within(hole.range.clone()));
                }
            }
        }
    }
}
