//! Tokens of OAuth 2.0, settled.

use std::time::Duration;

use restload_diag::{Diagnostic, Part, Pointer};
use serde_json::{Map, Value};

use super::Settler;
use crate::plan::{GrantPlan, Kept, MadeClaim, OAuth2Plan, Secret};
use crate::spec::{ClientAuth, Grant, OAuth2};
use crate::{Scope, Template};

/// How long before its end a token is renewed where the author is silent.
pub(super) const EXPIRY_MARGIN: Duration = Duration::from_mins(1);
/// How long an assertion holds where the author is silent: some take none of more than 3 minutes.
const LIFETIME: Duration = Duration::from_mins(2);

/// The keys that a grant needs, and those that others do not have.
fn keys_of(grant: Grant) -> (&'static [&'static str], &'static [&'static str]) {
    match grant {
        Grant::ClientCredentials => (&["client_id", "client_secret"], &[]),
        Grant::RefreshToken => (&["refresh_token"], &["refresh_token", "rotates"]),
        Grant::Password => (&["username", "password"], &["username", "password"]),
        Grant::JwtBearer => (&["private_key"], &["private_key", "claims"]),
    }
}

const GRANTS: [Grant; 4] = [Grant::ClientCredentials, Grant::RefreshToken, Grant::Password, Grant::JwtBearer];

impl Settler<'_> {
    pub(super) fn oauth2(&mut self, written: &OAuth2, at: &Pointer) -> Option<OAuth2Plan> {
        let fits = self.keys_fit(written.grant, at);
        let token_url = self.token_url(&written.token_url, &at.join("token_url"));
        let client_id = self.optional(written.client_id.as_ref(), &at.join("client_id"), false);
        let client_secret = self.optional(written.client_secret.as_ref(), &at.join("client_secret"), true);
        if client_secret.is_some() && written.client_id.is_none() && !self.is_broken(&at.join("client_id")) {
            let message = "`client_secret` needs `client_id` beside it";
            self.fault(Diagnostic::error("missing-key", at.join("client_secret"), message).on(Part::Key));
            return None;
        }
        let scope = written.scope.as_ref().map(|scope| self.text(scope, &at.join("scope")));
        let mut hidden = Vec::new();
        let extra = self.filled_texts(&written.extra, &at.join("extra"), &mut hidden);
        let expiry_margin =
            self.duration(written.expiry_margin.as_ref(), EXPIRY_MARGIN, &at.join("expiry_margin"));
        let grant = self.grant(written, at, client_id.as_ref(), token_url.as_ref());
        Some(OAuth2Plan {
            token_url: token_url?,
            client_id,
            client_secret,
            client_auth: written.client_auth.unwrap_or(ClientAuth::Basic),
            grant: grant.filter(|_| fits)?,
            scope: scope.flatten(),
            extra,
            expiry_margin,
            hidden,
        })
    }

    /// Whether the keys that a grant needs are there, and none of another grant.
    fn keys_fit(&mut self, grant: Grant, at: &Pointer) -> bool {
        let before = self.faults.len();
        let is_there = |settler: &Self, key: &str| {
            let at = at.join(key);
            settler.document.get(&at).is_some() || settler.is_broken(&at)
        };
        let (needed, own) = keys_of(grant);
        let missing: Vec<String> =
            needed.iter().filter(|key| !is_there(self, key)).map(|key| format!("`{key}`")).collect();
        if !missing.is_empty() {
            let message = format!("`grant: {}` needs {}", grant.name(), missing.join(" and "));
            let first = missing[0].trim_matches('`');
            let help = format!("write it beside `grant`: `{first}: \"{{{{inputs.{first}}}}}\"`");
            self.fault(Diagnostic::error("missing-key", at.join("grant"), message).help(help));
        }
        for other in GRANTS {
            for key in keys_of(other).1.iter().filter(|key| !own.contains(*key)) {
                if is_there(self, key) {
                    let message = format!(
                        "`{key}` belongs to `grant: {}`, and this is `{}`",
                        other.name(),
                        grant.name()
                    );
                    let help = format!("take `{key}` out, or write `grant: {}`", other.name());
                    let fault = Diagnostic::error("key-of-another-grant", at.join(key), message);
                    self.fault(fault.on(Part::Key).help(help));
                }
            }
        }
        self.faults.len() == before
    }

    fn grant(
        &mut self,
        written: &OAuth2,
        at: &Pointer,
        client_id: Option<&Secret>,
        token_url: Option<&url::Url>,
    ) -> Option<GrantPlan> {
        Some(match written.grant {
            Grant::ClientCredentials => GrantPlan::ClientCredentials,
            Grant::RefreshToken => {
                let text = written.refresh_token.as_ref()?;
                let token = self.credential(text, &at.join("refresh_token"), false);
                let rotates = self.scalar(written.rotates.as_ref(), false, &at.join("rotates"));
                let kept = if rotates { Some(self.kept(text, at)?) } else { None };
                GrantPlan::RefreshToken { token: token?, rotates: kept }
            }
            Grant::Password => {
                let username = self.credential(written.username.as_ref()?, &at.join("username"), false);
                let password = self.credential(written.password.as_ref()?, &at.join("password"), true);
                GrantPlan::Password { username: username?, password: password? }
            }
            Grant::JwtBearer => {
                let key = self.private_key(written.private_key.as_ref()?, &at.join("private_key"));
                let (claims, lifetime, made) =
                    self.claims(&written.claims, &at.join("claims"), client_id, token_url);
                GrantPlan::JwtBearer { private_key: key?, claims, lifetime, made }
            }
        })
    }

    /// Where a refresh token is kept that serves once: the file that its input was read from.
    fn kept(&mut self, text: &str, at: &Pointer) -> Option<Kept> {
        let at = at.join("refresh_token");
        let template = Template::parse(text).ok()?;
        let input = template.sole_hole().filter(|hole| hole.scope == Scope::Inputs && hole.path.len() == 1);
        let Some(name) = input.and_then(|hole| hole.path.first()).cloned() else {
            self.fault(
                Diagnostic::error(
                    "rotating-token",
                    at,
                    "a refresh token that `rotates` must be one input and nothing else: the next token is written to its file",
                )
                .help("write `\"{{inputs.refresh_token}}\"`, and give the input as `file:PATH`"),
            );
            return None;
        };
        if self.stand_ins {
            return Some(Kept::Run);
        }
        let kept = self.inputs.kept(&name).cloned();
        if kept.is_none() {
            let variable = self.spec.inputs.get(&name).and_then(|input| input.env.clone());
            let variable = variable.unwrap_or_else(|| crate::plan::default_variable(&self.spec.name, &name));
            let message =
                format!("`{name}` does not come from a file, and the next refresh token would have no place");
            self.fault(Diagnostic::error("input-value", at, message).help(format!(
                "put the refresh token into a file of yours and set {variable} to `file:PATH`"
            )));
        }
        kept
    }

    /// Whether a text is an input whose value serves for this run alone.
    fn is_made_up(&self, text: &str) -> bool {
        let template = Template::parse(text).ok();
        let hole = template.as_ref().and_then(Template::sole_hole);
        let input = hole.filter(|hole| hole.scope == Scope::Inputs).and_then(|hole| hole.path.first());
        input.is_some_and(|name| self.inputs.kept(name) == Some(&Kept::Run))
    }

    /// A key as PEM, whose line breaks may be written `\n` as they are in JSON and in variables.
    fn private_key(&mut self, text: &str, at: &Pointer) -> Option<Secret> {
        let key = self.credential_text(text, at, false)?;
        let pem = key.expose().replace("\\n", "\n");
        if self.stand_ins || self.is_made_up(text) {
            return Some(Secret::new(pem));
        }
        let fault = if pem.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----")
            || pem.contains("Proc-Type: 4,ENCRYPTED")
        {
            "this key is locked by a passphrase"
        } else if pem.contains("-----BEGIN EC PRIVATE KEY-----") {
            "this key is not in the form PKCS#8"
        } else if pem.contains("-----BEGIN PRIVATE KEY-----")
            || pem.contains("-----BEGIN RSA PRIVATE KEY-----")
        {
            return Some(Secret::new(pem));
        } else {
            "this is not a private key in PEM: one begins with `-----BEGIN PRIVATE KEY-----`"
        };
        self.fault(
            Diagnostic::error("private-key", at.clone(), fault)
                .help("`openssl pkcs8 -topk8 -nocrypt -in key.pem -out key.pkcs8.pem` writes it as one that can be used"),
        );
        None
    }

    fn claims(
        &mut self,
        written: &Map<String, Value>,
        at: &Pointer,
        client_id: Option<&Secret>,
        token_url: Option<&url::Url>,
    ) -> (Map<String, Value>, Option<Duration>, Vec<MadeClaim>) {
        let mut claims: Map<String, Value> =
            self.filled_map(written, at, &mut Vec::new()).into_iter().collect();
        let lifetime = match claims.get("exp") {
            None => Some(LIFETIME),
            Some(Value::String(text)) => {
                let text = text.clone();
                claims.shift_remove("exp");
                Some(self.duration(Some(&text), LIFETIME, &at.join("exp")))
            }
            Some(_) => None,
        };
        let made = [("iat", MadeClaim::IssuedAt), ("jti", MadeClaim::Id)];
        let made = made.into_iter().filter(|(name, _)| !claims.contains_key(*name)).map(|(_, made)| made);
        let made = made.collect();
        let defaults = [
            ("iss", client_id.map(|id| Value::from(id.expose()))),
            ("aud", token_url.map(|url| Value::from(url.as_str()))),
        ];
        for (name, value) in defaults {
            if let Some(value) = value.filter(|_| !claims.contains_key(name)) {
                claims.insert(name.to_owned(), value);
            }
        }
        claims.retain(|_, value| !value.is_null());
        (claims, lifetime, made)
    }

    fn optional(&mut self, text: Option<&String>, at: &Pointer, may_be_empty: bool) -> Option<Secret> {
        self.credential(text?, at, may_be_empty)
    }
}
