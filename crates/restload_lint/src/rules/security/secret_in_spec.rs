//! `secret-in-spec`: a credential is written out in the file.
//!
//! Three looks, one finding a text: what stands under an auth, what stands in a request under the name of a credential
//! or is too random for anything else, and what bears the mark of an issuer, anywhere in the file, comments too.

use std::collections::BTreeMap;

use restload_diag::{Diagnostic, Locate as _, Part, Pointer};
use restload_spec::{Content, Node, Template};

use super::SECRET_IN_SPEC;
use super::credential::{
    in_query, is_random, marked, may_be_secret, names_a_secret, names_a_secret_of_requests, without_scheme,
};
use crate::Lint;
use crate::lint::ENOUGH;

pub(super) fn check(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    let mut search = Search { lint, found: Vec::new(), spans: BTreeMap::new() };
    let root = lint.document.root();
    let client = Pointer::root().join("client");
    if let Some(node) = root.child("client") {
        search.auth(node, &client);
        search.url(node, "base_url", &client);
    }
    if let Some(node) = root.child("defaults") {
        search.resource(node, &Pointer::root().join("defaults"));
    }
    let resources = Pointer::root().join("resources");
    for entry in root.child("resources").map(Node::entries).unwrap_or_default() {
        search.resource(&entry.value, &resources.join(&entry.key));
    }
    search.defaults_of_inputs();
    search.marks();
    found.append(&mut search.found);
}

struct Search<'l, 'a> {
    lint: &'l Lint<'a>,
    found: Vec<Diagnostic>,
    /// The bytes that are found fault with: where they begin and end.
    spans: BTreeMap<usize, usize>,
}

impl Search<'_, '_> {
    fn add(&mut self, found: Diagnostic) {
        let span = self.lint.document.span(&found.at, found.part, found.within.clone());
        // What is known does not overlap, so that only the last one before the end can reach into it.
        let last = self.spans.range(..span.end).next_back();
        if last.is_none_or(|(_, end)| *end <= span.start) {
            self.spans.insert(span.start, span.end);
            self.found.push(found.secret());
        }
    }

    fn resource(&mut self, node: &Node, at: &Pointer) {
        self.auth(node, at);
        self.url(node, "path", at);
        for key in ["params", "headers", "json", "form"] {
            if let Some(values) = node.child(key) {
                self.request_values(values, &at.join(key), key);
            }
        }
    }

    /// What stands under an auth is a credential by its place.
    fn auth(&mut self, above: &Node, at: &Pointer) {
        let Some(auth) = above.child("auth") else { return };
        let at = at.join("auth");
        match &auth.content {
            Content::List(items) => {
                for (n, item) in items.iter().enumerate() {
                    self.one_auth(item, &at.join(n));
                }
            }
            _ => self.one_auth(auth, &at),
        }
    }

    fn one_auth(&mut self, auth: &Node, at: &Pointer) {
        let text = |key: &str| auth.child(key).and_then(Node::text).filter(|text| is_literal(text));
        match auth.child("type").and_then(Node::text) {
            Some("bearer") => self.credential(at, "token", text("token")),
            Some("api_key") => self.credential(at, "api_key", text("api_key")),
            Some("basic") => {
                let looks_secret = |text: &&str| is_random(text) || may_be_secret(text);
                self.credential(at, "username", text("username").filter(looks_secret));
                // Where the user name is the key, APIs ask for any word as the password.
                let password = text("password");
                let is_dummy =
                    auth.child("username").and_then(Node::text).is_some_and(|name| !is_literal(name));
                self.credential(at, "password", password.filter(|text| !is_dummy || looks_secret(text)));
            }
            Some("oauth2") => {
                for key in ["client_secret", "refresh_token", "password", "private_key"] {
                    self.credential(at, key, text(key));
                }
                self.url(auth, "token_url", at);
                if let Some(extra) = auth.child("extra") {
                    self.request_values(extra, &at.join("extra"), "extra");
                }
            }
            Some("session") => self.session(auth, at),
            _ => {}
        }
    }

    /// A login is a request of its own, and may have an auth of its own.
    fn session(&mut self, session: &Node, at: &Pointer) {
        if let Some(login) = session.child("login") {
            let at = at.join("login");
            for key in ["json", "form"] {
                if let Some(fields) = login.child(key) {
                    self.fields_of_login(fields, &at.join(key));
                }
            }
            self.resource(login, &at);
        }
        if let Some(place) = session.child("place") {
            self.request_values(place, &at.join("place"), "place");
        }
    }

    /// What a login sends under the name of a credential is one, however it looks.
    fn fields_of_login(&mut self, fields: &Node, at: &Pointer) {
        for entry in fields.entries() {
            match entry.value.text().filter(|text| is_literal(text)) {
                Some(text) if names_a_secret(&entry.key) => self.credential(at, &entry.key, Some(text)),
                _ => self.fields_of_login(&entry.value, &at.join(&entry.key)),
            }
        }
    }

    fn credential(&mut self, auth: &Pointer, key: &str, text: Option<&str>) {
        if text.is_some_and(|text| !text.is_empty()) {
            let message = format!("the `{key}` is written in the file: all who read it can use it");
            self.add(SECRET_IN_SPEC.at(auth.join(key), message).help(from_an_input(key)));
        }
    }

    fn request_values(&mut self, node: &Node, at: &Pointer, name: &str) {
        match &node.content {
            Content::Map(entries) => {
                for entry in entries {
                    self.request_values(&entry.value, &at.join(&entry.key), &entry.key);
                }
            }
            Content::List(items) => {
                for (n, item) in items.iter().enumerate() {
                    self.request_values(item, &at.join(n), name);
                }
            }
            Content::Text(text) if is_literal(text) => self.request_value(text, at, name),
            _ => {}
        }
    }

    /// A literal text of a request, under a name.
    fn request_value(&mut self, text: &str, at: &Pointer, name: &str) {
        if names_a_secret_of_requests(name) && may_be_secret(text) {
            let start = text.len() - without_scheme(text).len();
            let message = format!("the `{name}` is written in the file: all who read it can use it");
            let found = SECRET_IN_SPEC.at(at.clone(), message).help(from_an_input(name));
            self.add(found.within(start..text.len()));
        } else if is_random(text) && !names_an_identifier(name) {
            let message =
                format!("`{name}` looks like a key or token: capitals, small letters and digits in no order");
            self.add(SECRET_IN_SPEC.at(at.clone(), message).help(from_an_input(name)));
        }
    }

    /// A URL: its query may hold a credential. What is random in its path is the identifier of something.
    fn url(&mut self, above: &Node, key: &str, at: &Pointer) {
        let Some(text) = above.child(key).and_then(Node::text) else { return };
        if let Some((name, range)) = in_query(text, names_a_secret_of_requests) {
            let message = format!("the `{name}` is written in the file: all who read it can use it");
            self.add(SECRET_IN_SPEC.at(at.join(key), message).within(range).help(from_an_input(name)));
        }
    }

    /// Inputs that by their name are secrets and have a value in the file. Those that say so are `secret-default`.
    fn defaults_of_inputs(&mut self) {
        for (name, input) in &self.lint.spec.inputs {
            let default = input.default.as_ref().and_then(serde_json::Value::as_str);
            if input.secret == Some(true)
                || !default.is_some_and(|text| names_a_secret(name) && may_be_secret(text))
            {
                continue;
            }
            let at: Pointer = ["inputs", name, "default"].into_iter().collect();
            let message = format!("the `{name}` is written in the file: all who read it can use it");
            self.add(SECRET_IN_SPEC.at(at, message).help("write `secret: true` in place of the default"));
        }
    }

    /// The credentials that their issuers mark. They are looked for in the text itself, where comments are too.
    fn marks(&mut self) {
        let text = &self.lint.document.source().text;
        let marked = marked(text);
        if marked.is_empty() {
            return;
        }
        for (name, input) in self.lint.spec.inputs.iter().filter(|(_, input)| input.secret == Some(true)) {
            if input.default.is_some() {
                let at: Pointer = ["inputs", name, "default"].into_iter().collect();
                let span = self.lint.document.span(&at, Part::Value, None);
                self.spans.insert(span.start, span.end);
            }
        }
        for (range, what) in marked.into_iter().take(ENOUGH) {
            let message = format!("{what} is written in the file: all who read it can use it");
            let help =
                "take it from an input with `secret: true`, and have this one revoked where it was issued";
            self.add(SECRET_IN_SPEC.at(Pointer::root(), message).within(range).help(help));
        }
    }
}

fn is_literal(text: &str) -> bool {
    Template::parse(text).is_ok_and(|template| template.is_literal())
}

/// Whether a name says that something is only named by what stands under it.
fn names_an_identifier(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["id", "ids", "cursor", "hash"].iter().any(|end| name.ends_with(end))
}

/// The edit that takes a value from an input.
fn from_an_input(name: &str) -> String {
    let name: String = name
        .to_ascii_lowercase()
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' })
        .collect();
    let name = match name.trim_start_matches("x_") {
        "authorization" | "auth" | "cookie" | "key" => "api_key",
        other => other,
    };
    format!("write `\"{{{{inputs.{name}}}}}\"`, and under `inputs`: `{name}: {{secret: true}}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_input_is_named_after_what_it_holds() {
        assert!(from_an_input("X-Api-Key").starts_with("write `\"{{inputs.api_key}}\"`"));
        assert!(from_an_input("Authorization").contains("`api_key: {secret: true}`"));
    }
}
