//! Sessions, settled.

use std::time::Duration;

use restload_diag::{Diagnostic, Part, Pointer};

use super::Settler;
use super::oauth2::EXPIRY_MARGIN;
use super::texts::{Allowed, TokenUse};
use crate::Scope;
use crate::plan::{AuthPlan, KeyPlace, LoginBody, LoginPlan, SessionPlan, TokenPlacePlan, TokenText};
use crate::spec::{Login, Method, Session, TokenGoes, TokenPlace};

impl Settler<'_> {
    pub(super) fn session(&mut self, written: &Session, at: &Pointer) -> Option<SessionPlan> {
        let login = self.login(&written.login, &at.join("login"));
        let token = self.token_place(&written.token, &at.join("token"));
        let texts = self.token_texts(&written.place, &at.join("place"));
        let lifetime = written
            .expires_in
            .as_ref()
            .map(|text| self.duration(Some(text), Duration::ZERO, &at.join("expires_in")));
        Some(SessionPlan {
            login: login?,
            token: token?,
            place: match written.place {
                TokenGoes::Header(_) => KeyPlace::Header,
                TokenGoes::Query(_) => KeyPlace::Query,
                TokenGoes::Cookie(_) => KeyPlace::Cookie,
            },
            texts: texts?,
            lifetime,
            expiry_margin: EXPIRY_MARGIN,
        })
    }

    fn login(&mut self, written: &Login, at: &Pointer) -> Option<LoginPlan> {
        let url = self.token_url(&written.path, &at.join("path"));
        let auth = match &written.auth {
            Some(auth) => self.one_auth(auth, &at.join("auth")),
            None => Some(AuthPlan::None),
        };
        let mut hidden = Vec::new();
        let headers = self.filled_texts(&written.headers, &at.join("headers"), &mut hidden);
        let body = match (&written.json, &written.form) {
            (Some(_), Some(_)) => {
                let message = "a request has one body, and `json` is one already";
                self.fault(Diagnostic::error("two-bodies", at.join("form"), message).on(Part::Key));
                None
            }
            (Some(json), None) => self.filled(json, &at.join("json"), &mut hidden).map(LoginBody::Json),
            (None, Some(form)) => {
                Some(LoginBody::Form(self.filled_texts(form, &at.join("form"), &mut hidden)))
            }
            (None, None) => Some(LoginBody::Empty),
        };
        let method = match written.method {
            None | Some(Method::Post) => "POST",
            Some(Method::Get) => "GET",
            Some(Method::Put) => "PUT",
            Some(Method::Patch) => "PATCH",
        };
        Some(LoginPlan { method: method.to_owned(), url: url?, auth: auth?, headers, body: body?, hidden })
    }

    fn token_place(&mut self, written: &TokenPlace, at: &Pointer) -> Option<TokenPlacePlan> {
        Some(match written {
            TokenPlace::Body(path) => TokenPlacePlan::Body(self.path(path, at)?),
            TokenPlace::Header(name) => TokenPlacePlan::Header(name.clone()),
            TokenPlace::Cookie(name) => TokenPlacePlan::Cookie(name.clone()),
        })
    }

    fn token_texts(&mut self, written: &TokenGoes, at: &Pointer) -> Option<Vec<(String, TokenText)>> {
        let allowed = Allowed { token: TokenUse::Itself, ..Allowed::default() };
        let mut texts = Vec::new();
        let mut holds_token = false;
        for (name, text) in written.texts() {
            let at = at.join(written.name()).join(name);
            let template = self.template(text, &at, &allowed)?;
            holds_token |= template.holes().iter().any(|hole| hole.scope == Scope::Token);
            texts.push((name.clone(), TokenText::new(template, self.inputs.clone())));
        }
        if !holds_token {
            self.fault(
                Diagnostic::error(
                    "token-unused",
                    at.clone(),
                    "the token goes nowhere: no text has `{{token}}` in it",
                )
                .help("write `\"{{token}}\"` where the token is to stand"),
            );
            return None;
        }
        Some(texts)
    }
}
