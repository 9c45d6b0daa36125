//! Reading the path of a hole, and what is wrong with it.

use super::{Scope, helper::Helper};
use crate::near::nearest;

/// The rule, the message and the help of a fault.
type Refusal = (&'static str, String, String);

/// Reads a path as written: a scope, then names after dots, each plain or in brackets.
pub(super) fn read(written: &str) -> Result<(Scope, Vec<String>), Refusal> {
    let feature = |what: &str, help: &str| {
        Err(("template-feature", format!("{what} are not in the template language"), help.to_owned()))
    };
    if written.starts_with('@') {
        return feature("variables with `@`", "name the scope: `inputs`, `parent`, `each`, `run`, …");
    }
    if written.contains("../") || written.starts_with("..") {
        return feature("paths with `../`", "name the scope: `parent.id`, `resources.name.id`");
    }
    let Some(names) = names_of(written) else {
        return feature("paths with `/`", "write dots: `parent.id`");
    };
    if names.iter().any(|(name, plain)| *plain && (name == "this" || name == "." || name.is_empty())) {
        return feature("paths with `this`", "name the scope: `inputs`, `parent`, `each`, `row`, …");
    }
    let mut names = names.into_iter().map(|(name, _)| name);
    let first = names.next().unwrap_or_default();
    let Some(scope) = Scope::named(&first) else { return Err(unknown_scope(written, &first)) };
    let path: Vec<String> = names.collect();
    check_names(scope, &path)?;
    Ok((scope, path))
}

/// The names of a path and whether each is plain; `None` if something other than dots joins them.
fn names_of(written: &str) -> Option<Vec<(String, bool)>> {
    let mut names = Vec::new();
    let mut rest = written;
    loop {
        if let Some(inner) = rest.strip_prefix('[') {
            let (name, after) = inner.split_once(']')?;
            names.push((name.to_owned(), false));
            rest = after;
        } else {
            let end = rest.find(['.', '/', '[']).unwrap_or(rest.len());
            names.push((rest[..end].to_owned(), true));
            rest = &rest[end..];
        }
        match rest.strip_prefix('.') {
            Some(after) => rest = after,
            None if rest.is_empty() => return Some(names),
            None => return None,
        }
    }
}

fn unknown_scope(written: &str, first: &str) -> Refusal {
    if let Some(helper) = Helper::named(written) {
        let help = format!("write `{{{{{}}}}}`", helper.usage());
        return ("helper-arguments", format!("`{written}` is a helper without its arguments"), help);
    }
    let help = match nearest(first, Scope::ALL.map(Scope::name)) {
        Some(near) => format!("did you mean `{near}{}`?", &written[first.len().min(written.len())..]),
        None => format!("the scopes are {}", listed(Scope::ALL.map(Scope::name))),
    };
    ("unknown-scope", format!("`{first}` is not a scope"), help)
}

fn check_names(scope: Scope, path: &[String]) -> Result<(), Refusal> {
    let incomplete = |message: String, help: &str| Err(("unknown-scope", message, help.to_owned()));
    match (scope, path) {
        (Scope::Batch, _) | (Scope::Token, []) => Ok(()),
        (Scope::Resources, []) => incomplete(
            "`resources` alone is no value".to_owned(),
            "name a resource and a field of its row: `resources.lists.id`",
        ),
        (Scope::Resources, [resource]) => incomplete(
            format!("`resources.{resource}` alone is a whole row"),
            &format!("name a field of the row: `resources.{resource}.id`"),
        ),
        (scope, []) => {
            let example = scope.fixed_names().map_or("name", |names| names[0]);
            incomplete(
                format!("`{scope}` alone is no value"),
                &format!("name what of it is meant: `{scope}.{example}`"),
            )
        }
        (scope, path) => match scope.fixed_names() {
            Some(names) if path.len() > 1 || !names.contains(&path[0].as_str()) => incomplete(
                format!("there is no `{scope}.{}`", path.join(".")),
                &format!("there is `{scope}.{}` and `{scope}.{}`", names[0], names[1]),
            ),
            _ => Ok(()),
        },
    }
}

/// The names, for a help.
pub(super) fn listed<const N: usize>(names: [&str; N]) -> String {
    names.map(|name| format!("`{name}`")).join(", ")
}
