//! How requests say who asks, settled.

use restload_diag::{Diagnostic, Pointer, Severity};
use serde_json::{Map, Value};

use super::Settler;
use super::texts::Allowed;
use crate::plan::{AuthPlan, KeyPlace, Secret, default_variable};
use crate::spec::{ApiKeyPlace, Auth};
use crate::{Escape, Scopes};

impl Settler<'_> {
    /// Settles an auth and says where it stands; of a list the first whose inputs are all given. Its values become secrets
    /// that are never printed.
    pub(super) fn auth(&mut self, auth: Option<&Auth>, at: &Pointer) -> Option<(AuthPlan, Pointer)> {
        match auth {
            Some(Auth::FirstOf(list)) => self.first_of(list, at),
            Some(auth) => self.one_auth(auth, at).map(|plan| (plan, at.clone())),
            None => Some((AuthPlan::None, at.clone())),
        }
    }

    fn first_of(&mut self, list: &[Auth], at: &Pointer) -> Option<(AuthPlan, Pointer)> {
        if self.stand_ins {
            // All of them are checked, whichever is taken.
            let settled = list.iter().enumerate().map(|(n, auth)| {
                let at = at.join(n);
                self.one_auth(auth, &at).map(|plan| (plan, at))
            });
            let settled: Vec<_> = settled.collect();
            return settled.into_iter().next().flatten();
        }
        let lacking: Vec<Vec<String>> = list.iter().map(|auth| self.inputs_lacking(auth)).collect();
        let chosen = lacking.iter().position(Vec::is_empty);
        let Some(chosen) = chosen else {
            self.no_auth_is_given(list, &lacking, at);
            return None;
        };
        let auth = list.get(chosen)?;
        let at = at.join(chosen);
        let message = format!(
            "of {} auths the one of type `{}` is used, the first whose inputs are all given",
            list.len(),
            auth.kind().unwrap_or_default()
        );
        let note = Diagnostic::new(Severity::Note, "chosen-auth", at.clone(), message);
        if list.len() > 1 && !self.notes.contains(&note) {
            self.notes.push(note);
        }
        self.one_auth(auth, &at).map(|plan| (plan, at))
    }

    /// The inputs that an auth names and that are not given.
    fn inputs_lacking(&self, auth: &Auth) -> Vec<String> {
        let is_given = |name: &String| self.inputs.get(name).is_some_and(|input| !input.value.is_null());
        auth.inputs().into_iter().filter(|name| !is_given(name)).collect()
    }

    fn no_auth_is_given(&mut self, list: &[Auth], lacking: &[Vec<String>], at: &Pointer) {
        let mut fault =
            Diagnostic::error("missing-input", at.clone(), "none of these auths has all its inputs");
        for (auth, lacking) in list.iter().zip(lacking) {
            let variable = |name: &String| {
                let written = self.spec.inputs.get(name).and_then(|input| input.env.clone());
                let variable = written.unwrap_or_else(|| default_variable(&self.spec.name, name));
                format!("`{name}` ({variable})")
            };
            let names: Vec<String> = lacking.iter().map(variable).collect();
            fault = fault.note(format!("`{}` lacks {}", auth.kind().unwrap_or_default(), names.join(", ")));
        }
        self.fault(fault.help("give the inputs of one of them"));
    }

    /// Settles an auth that is no list.
    pub(super) fn one_auth(&mut self, auth: &Auth, at: &Pointer) -> Option<AuthPlan> {
        Some(match auth {
            Auth::None => AuthPlan::None,
            Auth::Bearer(bearer) => {
                let scheme = bearer.scheme.as_ref().map(|scheme| self.text(scheme, &at.join("scheme")));
                let token = self.credential(&bearer.token, &at.join("token"), false);
                AuthPlan::Bearer {
                    scheme: scheme.unwrap_or_else(|| Some("Bearer".to_owned()))?,
                    token: token?,
                }
            }
            Auth::ApiKey(api_key) => {
                let name = self.text(&api_key.name, &at.join("name"));
                let key = self.credential(&api_key.api_key, &at.join("api_key"), false);
                let place = match api_key.place {
                    None | Some(ApiKeyPlace::Header) => KeyPlace::Header,
                    Some(ApiKeyPlace::Query) => KeyPlace::Query,
                    Some(ApiKeyPlace::Cookie) => KeyPlace::Cookie,
                };
                let key = key.filter(|key| {
                    let fits = place != KeyPlace::Cookie || !key.expose().contains(';');
                    if !fits {
                        let message =
                            "this key cannot go out in a cookie: it has a `;`, which ends the cookie";
                        self.error("template-value", at.join("api_key"), message);
                    }
                    fits
                });
                AuthPlan::ApiKey { name: name?, key: key?, place }
            }
            Auth::Basic(basic) => {
                let username = self.credential(&basic.username, &at.join("username"), true);
                let password = self.credential(&basic.password, &at.join("password"), true);
                let username = username.filter(|username| {
                    let fits = !username.expose().contains(':');
                    if !fits {
                        let message = "this user name cannot go out in basic auth: it has a `:`, where the password begins";
                        self.error("template-value", at.join("username"), message);
                    }
                    fits
                });
                AuthPlan::Basic { username: username?, password: password? }
            }
            Auth::OAuth2(oauth2) => AuthPlan::OAuth2(Box::new(self.oauth2(oauth2, at)?)),
            Auth::Session(session) => AuthPlan::Session(Box::new(self.session(session, at)?)),
            // A list in a list does not pass the structure pass.
            Auth::FirstOf(_) => return None,
        })
    }

    /// A value that goes out in a header, a query or a form field.
    pub(super) fn credential(&mut self, text: &str, at: &Pointer, may_be_empty: bool) -> Option<Secret> {
        let secret = self.credential_text(text, at, may_be_empty)?;
        if secret.expose().chars().any(char::is_control) {
            self.error(
                "template-value",
                at.clone(),
                "this credential has a line break or another control character in it",
            );
            return None;
        }
        Some(secret)
    }

    /// The same of a value that may have lines.
    pub(super) fn credential_text(&mut self, text: &str, at: &Pointer, may_be_empty: bool) -> Option<Secret> {
        let rendered = self.rendered_whole(text, at, Escape::None)?;
        let text = match rendered.value {
            Value::String(text) => text,
            value @ Value::Number(_) => value.to_string(),
            Value::Null if may_be_empty => String::new(),
            _ => {
                self.error("template-value", at.clone(), "there is no value for this credential");
                return None;
            }
        };
        if text.is_empty() && !may_be_empty {
            self.error("template-value", at.clone(), "this credential is empty");
            return None;
        }
        Some(Secret::rendered(text, rendered.made))
    }

    /// The values of a map of templates over `inputs`; a null input leaves its entry out.
    pub(super) fn filled_map(
        &mut self,
        written: &Map<String, Value>,
        at: &Pointer,
        hidden: &mut Vec<Secret>,
    ) -> Vec<(String, Value)> {
        let mut filled = Vec::new();
        for (name, value) in written {
            if let Some(value) = self.filled(value, &at.join(name), hidden) {
                filled.push((name.clone(), value));
            }
        }
        filled
    }

    /// The same as texts that go out one by one; a list is repeated.
    pub(super) fn filled_texts(
        &mut self,
        written: &Map<String, Value>,
        at: &Pointer,
        hidden: &mut Vec<Secret>,
    ) -> Vec<(String, Secret)> {
        let mut texts = Vec::new();
        for (name, value) in self.filled_map(written, at, hidden) {
            let values = match value {
                Value::Array(items) => items,
                Value::Null => Vec::new(),
                value => vec![value],
            };
            for value in values {
                match value {
                    Value::String(text) => texts.push((name.clone(), Secret::new(text))),
                    Value::Number(_) | Value::Bool(_) => {
                        texts.push((name.clone(), Secret::new(value.to_string())));
                    }
                    _ => self.fault(
                        Diagnostic::error("template-value", at.join(&name), "this comes to no text")
                            .help("`{{json …}}` writes it as JSON text"),
                    ),
                }
            }
        }
        texts
    }

    /// A value with templates over `inputs` in its texts, filled in. What is rendered from secrets is added to `hidden`.
    pub(super) fn filled(
        &mut self,
        written: &Value,
        at: &Pointer,
        hidden: &mut Vec<Secret>,
    ) -> Option<Value> {
        let template = self.value_template(written, at, &Allowed::default())?;
        let scopes = Scopes { inputs: &self.inputs, ..Scopes::default() };
        for text in template.templates() {
            if let Ok(rendered) = text.render(&scopes, Escape::None)
                && rendered.secret
            {
                let text = plain_text(&rendered.value).unwrap_or_default();
                hidden.push(Secret::rendered(text, rendered.made));
            }
        }
        match template.fill(&scopes) {
            Ok(value) => value,
            Err(error) => {
                self.error("template-value", at.clone(), error.to_string());
                None
            }
        }
    }
}

/// The text of a scalar.
fn plain_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
