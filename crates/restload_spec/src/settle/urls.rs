//! The URLs of a client: where the API is, and where tokens are asked for.

use restload_diag::{Diagnostic, Pointer};
use serde_json::Value;
use url::Url;

use super::Settler;
use super::texts::{Allowed, TokenUse};
use super::values::{place_of, value_fault};
use crate::plan::{NoBase, Origin, TokenBase, parse_base, with_slash};
use crate::spec::InputType;
use crate::{Escape, Rendered, Scope, Scopes, Template};

/// Where the API is, for what is joined to it.
#[derive(Debug, Default)]
pub(super) struct Home {
    /// The base URL; none where it is faulty.
    pub(super) base_url: Option<Url>,
    /// The base URL of the spec, where the person who runs it names another one.
    written: Option<Url>,
    /// The base URL is known only once there is a token.
    of_token: bool,
    allow_http: bool,
}

impl Settler<'_> {
    /// Settles the base URL, and how it comes out of a token where it does.
    pub(super) fn home(
        &mut self,
        wanted: Option<&Url>,
        allow_http: bool,
    ) -> (Option<Url>, Option<TokenBase>) {
        let at = Pointer::root().join("client").join("base_url");
        let text = self.spec.client.base_url.clone();
        let (written, token_base) = self.base_url(&text, &at, allow_http).unzip();
        let (written, token_base) = (written.map(with_slash), token_base.flatten());
        let base_url = wanted.cloned().map(with_slash).or_else(|| written.clone());
        let token_base = token_base.filter(|_| wanted.is_none());
        self.home = Home {
            base_url: base_url.clone(),
            written: written.filter(|_| wanted.is_some()),
            of_token: token_base.is_some(),
            allow_http,
        };
        (base_url, token_base)
    }

    /// Renders a base URL: a hole in the host is one label, one in the path a segment; an input of type `url` may stand
    /// for scheme, host and port together, and so may the token within `allow_hosts`.
    fn base_url(&mut self, text: &str, at: &Pointer, allow_http: bool) -> Option<(Url, Option<TokenBase>)> {
        let allowed = Allowed { token: TokenUse::Fields, ..Allowed::default() };
        let template = self.template(text, at, &allowed)?;
        let of_token = template.holes().iter().any(|hole| hole.scope == Scope::Token);
        let leading = leading(&template);
        let names_origin = leading.is_some_and(|scope| scope == Scope::Token);
        if names_origin && self.spec.client.allow_hosts.as_ref().is_none_or(Vec::is_empty) {
            let at_hosts = Pointer::root().join("client").join("allow_hosts");
            if !self.is_broken(&at_hosts) {
                self.fault(
                    Diagnostic::error("base-url", at.clone(), "the token may name any host")
                        .help("name the hosts that it may name: `allow_hosts: [\"*.example.com\"]`"),
                );
            }
            return None;
        }
        if leading.is_some() && !names_origin && !self.is_url_input(&template) {
            self.fault(no_url_input(at, "base-url"));
            return None;
        }
        let may_be_http = allow_http || (self.stand_ins && leading == Some(Scope::Inputs));
        let (token, inputs) = (TokenBase::stand_in(&template), self.inputs.clone());
        let scopes = Scopes { inputs: &inputs, token: Some(&token), ..Scopes::default() };
        let url = self.url_of(&template, &scopes, at, "base-url", may_be_http)?;
        let base =
            TokenBase { template, inputs: self.inputs.clone(), allow_http, names_origin, at: at.clone() };
        Some((url, of_token.then_some(base)))
    }

    /// Settles the URL that a token is asked for at: whole, or a path that is joined to the base URL. What belongs to the
    /// origin of the spec's base URL moves with it where another one is wanted.
    pub(super) fn token_url(&mut self, text: &str, at: &Pointer) -> Option<Url> {
        let template = self.template(text, at, &Allowed::default())?;
        let inputs = self.inputs.clone();
        let scopes = Scopes { inputs: &inputs, ..Scopes::default() };
        let leading = leading(&template);
        if leading.is_none() && !is_absolute(text) {
            return self.joined(&template, &scopes, at);
        }
        if leading.is_some() && !self.is_url_input(&template) {
            self.fault(no_url_input(at, "token-url"));
            return None;
        }
        let may_be_http = self.home.allow_http || (self.stand_ins && leading.is_some());
        let mut url = self.url_of(&template, &scopes, at, "token-url", may_be_http)?;
        url.set_fragment(None);
        if let (Some(written), Some(base_url)) = (&self.home.written, &self.home.base_url)
            && Origin::of(written) == Origin::of(&url)
        {
            let mut moved = base_url.clone();
            moved.set_path(url.path());
            moved.set_query(url.query());
            return Some(moved);
        }
        Some(url)
    }

    /// A path joined to the base URL with exactly one `/` between.
    fn joined(&mut self, template: &Template, scopes: &Scopes<'_>, at: &Pointer) -> Option<Url> {
        if self.home.of_token {
            self.fault(
                Diagnostic::error(
                    "token-url",
                    at.clone(),
                    "this is joined to `base_url`, which is known only once there is a token",
                )
                .help("write the whole URL, with `https://` and the host"),
            );
            return None;
        }
        let path = self.url_text(template, scopes, at, Escape::PathSegment)?.value;
        let base_url = self.home.base_url.as_ref()?.as_str().trim_end_matches('/');
        let path = path.as_str().unwrap_or_default().trim_start_matches('/');
        let mut url = Url::parse(&format!("{base_url}/{path}")).ok()?;
        url.set_fragment(None);
        Some(url)
    }

    fn url_of(
        &mut self,
        template: &Template,
        scopes: &Scopes<'_>,
        at: &Pointer,
        rule: &'static str,
        may_be_http: bool,
    ) -> Option<Url> {
        let rendered = self.url_text(template, scopes, at, Escape::BaseUrl)?;
        let text = match rendered.value {
            Value::String(text) => text,
            value => value.to_string(),
        };
        let fault = match parse_base(&text, may_be_http) {
            Ok(url) => return Some(url),
            Err(NoBase::NoUrl) => {
                // A password may stand before an `@`, and a secret anywhere.
                let may_be_shown = !rendered.secret && !text.contains('@');
                let shown = if may_be_shown { format!("`{text}`") } else { "this".to_owned() };
                let message = format!("{shown} is not a URL with `https://` and a host");
                let fault = Diagnostic::error(rule, at.clone(), message).help(if rule == "base-url" {
                    "the whole address that paths begin at: `https://api.example.com/v2/`"
                } else {
                    "the whole address, `https://login.example.com/oauth/token`, or a path to be joined to `base_url`"
                });
                if may_be_shown { fault } else { fault.secret() }
            }
            Err(NoBase::User) => user_in_url(template.text(), at, rule),
            Err(NoBase::Http) => {
                Diagnostic::error("http-base-url", at.clone(), "credentials would go over http in the clear")
                    .help("write `https://`; `allow_http: true` allows it where you must")
            }
        };
        self.fault(fault);
        None
    }

    /// A URL's text filled in; nothing where that fails, or hangs on what only a run knows.
    fn url_text(
        &mut self,
        template: &Template,
        scopes: &Scopes<'_>,
        at: &Pointer,
        escape: Escape,
    ) -> Option<Rendered> {
        match template.render(scopes, escape) {
            Ok(rendered) => {
                self.made.extend_from_slice(&rendered.made);
                Some(rendered)
            }
            Err(_) if self.hangs_on_text(template) => None,
            Err(error) => {
                let fault = value_fault(&error, at);
                self.fault(match place_of(&error, template.text()) {
                    Some(place) => fault.within(place),
                    None => fault,
                });
                None
            }
        }
    }

    /// Whether the first hole of a URL is an input that is a whole URL.
    fn is_url_input(&self, template: &Template) -> bool {
        let input = template.holes().first().filter(|hole| hole.scope == Scope::Inputs);
        let input = input.and_then(|hole| self.spec.inputs.get(hole.path.first()?));
        input.is_some_and(|input| input.kind == Some(InputType::Url))
    }
}

/// The fault of a URL with a user name in it.
fn user_in_url(text: &str, at: &Pointer, rule: &'static str) -> Diagnostic {
    let (message, help) = if rule == "base-url" {
        (
            "user name and password do not belong in a base URL: `auth` sends them",
            "take them out, and write `auth: {type: basic, username: \"{{inputs.user}}\", password: \"{{inputs.password}}\"}`",
        )
    } else {
        (
            "the URL of a token holds no user name and no password",
            "take them out: keys of `auth` hold them, such as `client_id` and `client_secret`",
        )
    };
    let fault = Diagnostic::error(rule, at.clone(), message).help(help).secret();
    match user_of(text) {
        Some(range) => fault.within(range),
        None => fault,
    }
}

/// The bytes of what stands before the `@` of a URL.
fn user_of(url: &str) -> Option<std::ops::Range<usize>> {
    let start = url.find("://")? + 3;
    let host_and_user = url[start..].split(['/', '?', '#']).next()?;
    Some(start..start + host_and_user.rfind('@')?)
}

/// The scope of the hole with which a text begins.
fn leading(template: &Template) -> Option<Scope> {
    let first = template.holes().first().map(|hole| hole.scope);
    if template.text().starts_with("{{") { first.or(Some(Scope::Inputs)) } else { None }
}

fn is_absolute(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, _)| !scheme.contains(['/', '?', '{']))
}

fn no_url_input(at: &Pointer, rule: &'static str) -> Diagnostic {
    Diagnostic::error(rule, at.clone(), "scheme and host come from an input that is not a URL")
        .help("give the input `type: url`, or write `https://` and the host here")
}
