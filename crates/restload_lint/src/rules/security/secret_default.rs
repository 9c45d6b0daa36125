//! `secret-default`: a secret input has a value in the file.

use restload_diag::{Diagnostic, Pointer};
use serde_json::Value;

use super::SECRET_DEFAULT;
use crate::Lint;

pub(super) fn check(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    for (name, input) in &lint.spec.inputs {
        let is_given = input.default.as_ref().is_some_and(|default| *default != Value::Null);
        if input.secret != Some(true) || !is_given {
            continue;
        }
        let at: Pointer = ["inputs", name, "default"].into_iter().collect();
        let message = "the default of a secret is written in the file: all who read it can use it";
        let help = "remove it; `required: false` if the spec can do without a value";
        found.push(SECRET_DEFAULT.at(at, message).help(help).secret());
    }
}
