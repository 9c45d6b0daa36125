//! Values that hang on inputs: texts, numbers, durations and sizes, rendered before any request is made.
//!
//! A check has stand-ins for inputs. What a text comes to of which only a run knows the value is not judged there.

use jiff::Timestamp;
use restload_diag::{Diagnostic, Fix, Pointer};
use serde_json::Value;

use super::Settler;
use super::texts::Allowed;
use crate::plan::{FillError, default_fault};
use crate::spec::{InputType, Templated};
use crate::{Duration, Escape, Hole, RenderError, Rendered, Scope, Scopes, Size, Template};

impl Settler<'_> {
    /// Finds fault with defaults that cannot be the value of their input.
    pub(super) fn check_defaults(&mut self, now: Timestamp) {
        for (name, input) in &self.spec.inputs {
            let at: Pointer = ["inputs", name].into_iter().collect();
            let is_unsure = ["type", "enum"].iter().any(|key| self.is_broken(&at.join(key)));
            // That a secret has one at all is said elsewhere.
            if is_unsure || input.secret == Some(true) {
                continue;
            }
            let Some(message) = default_fault(input, now) else { continue };
            let at = at.join("default");
            let meant = match (input.kind, input.default.as_ref().and_then(Value::as_str)) {
                (Some(InputType::Boolean), Some("yes" | "Yes" | "on" | "On")) => Some("true"),
                (Some(InputType::Boolean), Some("no" | "No" | "off" | "Off")) => Some("false"),
                _ => None,
            };
            let fault = Diagnostic::error("unfit-default", at.clone(), message);
            let fault = match (meant, self.document.own(&at)) {
                (Some(word), Some(node)) => {
                    fault.fix(Fix::new(format!("write `{word}`")).replace(node.span.clone(), word))
                }
                _ if input.choices.is_some() => {
                    fault.help("write a value that `enum` has, or add this one to it")
                }
                _ if input.default.as_ref().is_some_and(Value::is_array) => {
                    fault.help("`type: list` takes a list")
                }
                _ => fault.help("write a value of the input's `type`, or give the input another `type`"),
            };
            self.faults.push(fault);
        }
    }

    /// Renders a text over `inputs`; with whether it is a secret.
    pub(super) fn rendered(&mut self, text: &str, at: &Pointer) -> Option<(Value, bool)> {
        self.rendered_as(text, at, Escape::None)
    }

    /// The same with an escape for its holes.
    pub(super) fn rendered_as(&mut self, text: &str, at: &Pointer, escape: Escape) -> Option<(Value, bool)> {
        self.rendered_whole(text, at, escape).map(|rendered| (rendered.value, rendered.secret))
    }

    /// The same with all that is known of it.
    pub(super) fn rendered_whole(&mut self, text: &str, at: &Pointer, escape: Escape) -> Option<Rendered> {
        let template = self.template(text, at, &Allowed::default())?;
        let scopes = Scopes { inputs: &self.inputs, ..Scopes::default() };
        match template.render(&scopes, escape) {
            Ok(rendered) => {
                self.made.extend_from_slice(&rendered.made);
                Some(rendered)
            }
            Err(_) if self.hangs_on_text(&template) => None,
            Err(error) => {
                let fault = value_fault(&error, at);
                self.fault(match place_of(&error, text) {
                    Some(place) => fault.within(place),
                    None => fault,
                });
                None
            }
        }
    }

    /// Whether a template holds a text that only a run knows: what it comes to cannot be judged before.
    pub(super) fn hangs_on_text(&self, template: &Template) -> bool {
        let is_unknown = |hole: &Hole| {
            let input = hole.path.first().and_then(|name| self.spec.inputs.get(name));
            input.is_some_and(|input| {
                let is_text = matches!(input.kind, None | Some(InputType::String));
                is_text && input.default.is_none() && input.choices.is_none()
            })
        };
        self.stand_ins && template.holes().iter().any(|hole| hole.scope == Scope::Inputs && is_unknown(hole))
    }

    /// Says of a text over `inputs` that what it comes to is of no use, unless that cannot be known yet.
    fn misfit(&mut self, rule: &'static str, text: &str, at: &Pointer, message: String, help: &str) {
        if !Template::parse(text).is_ok_and(|template| self.hangs_on_text(&template)) {
            self.fault(Diagnostic::error(rule, at.clone(), message).help(help));
        }
    }

    /// A text over `inputs` that must come to a text.
    pub(super) fn text(&mut self, text: &str, at: &Pointer) -> Option<String> {
        match self.rendered(text, at)? {
            (Value::String(text), _) => Some(text),
            (value @ (Value::Number(_) | Value::Bool(_)), _) => Some(value.to_string()),
            (value, _) => {
                let kind = match value {
                    Value::Null => "nothing",
                    Value::Array(_) => "a list",
                    _ => "a map",
                };
                let message = format!("this comes to {kind}, expected text");
                let help = match value {
                    Value::Null => "give the input a value, or a `default`",
                    Value::Array(_) => "use an input that is text, or `{{join inputs.name ','}}`",
                    _ => "name a field of the map",
                };
                self.misfit("template-value", text, at, message, help);
                None
            }
        }
    }

    /// A scalar that may be a template over `inputs`; the default where there is none.
    pub(super) fn scalar<T: serde::de::DeserializeOwned + Clone>(
        &mut self,
        written: Option<&Templated<T>>,
        default: T,
        at: &Pointer,
    ) -> T {
        match written {
            None => default,
            Some(Templated::Value(value)) => value.clone(),
            Some(Templated::Template(text)) => {
                let Some((value, secret)) = self.rendered(text, at) else { return default };
                let shown = if secret { "a secret".to_owned() } else { format!("`{value}`") };
                let value = match value {
                    Value::String(text) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
                    value => value,
                };
                serde_json::from_value(value).unwrap_or_else(|_| {
                    let expected = crate::Grammar::value_at(self.document, at);
                    let expected = expected.map_or_else(|| "another value".to_owned(), |facts| facts.takes);
                    let expected = expected.strip_suffix(" or a template").unwrap_or(&expected);
                    let message = format!("this comes to {shown}, expected {expected}");
                    let help = "give the input the `type` that belongs here: `inputs: {n: {type: integer}}`";
                    self.misfit("template-value", text, at, message, help);
                    default
                })
            }
        }
    }

    pub(super) fn duration(
        &mut self,
        written: Option<&String>,
        default: std::time::Duration,
        at: &Pointer,
    ) -> std::time::Duration {
        let Some(written) = written else { return default };
        let Some(text) = self.text(written, at) else { return default };
        let (message, help) = match Duration::parse(&text) {
            Ok(duration) => match duration.as_std() {
                Some(duration) => return duration,
                None => (
                    format!("`{text}` is as long as the calendar says, and a wait has a fixed length"),
                    "write it in days or less: `30d`".to_owned(),
                ),
            },
            Err(fault) => (fault.message, fault.help),
        };
        self.misfit("not-a-duration", written, at, message, &help);
        default
    }

    /// A number of bytes.
    pub(super) fn size(&mut self, written: &str, default: u64, at: &Pointer) -> u64 {
        let Some(text) = self.text(written, at) else { return default };
        match Size::parse(&text) {
            Ok(size) => size.bytes(),
            Err(fault) => {
                self.misfit("not-a-size", written, at, fault.message, &fault.help);
                default
            }
        }
    }
}

/// The fault of a value that cannot be filled in with the inputs at hand.
pub(super) fn fill_fault(error: &FillError, at: &Pointer) -> Diagnostic {
    match error {
        FillError::Render(error) => value_fault(error, at),
        FillError::NullOfRow { .. } => {
            let help = "`default` puts something in its place: `{{default parent.id 'none'}}`";
            Diagnostic::error("template-value", at.clone(), error.to_string()).help(help)
        }
    }
}

/// The fault of a template that cannot be rendered with the inputs at hand.
pub(super) fn value_fault(error: &RenderError, at: &Pointer) -> Diagnostic {
    let help = match error {
        RenderError::Missing { .. } | RenderError::Null { .. } => "give the input a value, or a `default`",
        RenderError::NotText { hole, .. } => {
            let help = format!("`{{{{join {hole} ','}}}}` makes text of a list");
            return Diagnostic::error("template-value", at.clone(), error.to_string()).help(help);
        }
        RenderError::Segment { .. } => {
            "give the input a value; what may hold a `/` is written `{{{inputs.name}}}`"
        }
        RenderError::HostLabel { .. } => {
            "a hole in a host is one name between two dots: `https://{{inputs.name}}.example.com`"
        }
        RenderError::NotUrl { .. } => {
            "an input of `type: url` holds scheme and host: `https://acme.example.com/`"
        }
        RenderError::NotHere { .. } => "only `inputs` are known before a request is made",
        RenderError::Helper { .. } => "give the input a value that the helper takes",
    };
    Diagnostic::error("template-value", at.clone(), error.to_string()).help(help)
}

/// Where the part of a template stands that cannot be rendered.
pub(super) fn place_of(error: &RenderError, text: &str) -> Option<std::ops::Range<usize>> {
    match error {
        RenderError::NotHere { hole }
        | RenderError::Missing { hole, .. }
        | RenderError::Null { hole }
        | RenderError::NotText { hole, .. } => Some(hole.range.clone()),
        RenderError::Segment { place, .. }
        | RenderError::HostLabel { place, .. }
        | RenderError::NotUrl { place } => text.find(place.as_str()).map(|start| start..start + place.len()),
        RenderError::Helper { .. } => None,
    }
}
