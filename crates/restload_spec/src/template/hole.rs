//! Reading the path of a hole, and what is wrong with it.

use super::{Scope, helper::Helper};
use crate::near::nearest;

/// Why a path cannot be read.
pub(super) struct Refusal {
    pub(super) rule: &'static str,
    pub(super) message: String,
    pub(super) help: String,
    /// The scope that was probably meant by the first name.
    pub(super) meant: Option<Scope>,
}

impl Refusal {
    fn new(rule: &'static str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { rule, message: message.into(), help: help.into(), meant: None }
    }
}

/// Reads a path as written: a scope, then names after dots, each plain or in brackets.
pub(super) fn read(written: &str) -> Result<(Scope, Vec<String>), Refusal> {
    let feature = |what: &str, help: &str| {
        Err(Refusal::new("template-feature", format!("{what} are not in the template language"), help))
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
        return Refusal::new(
            "helper-arguments",
            format!("`{written}` is a helper without its arguments"),
            help,
        );
    }
    let message = format!("`{first}` is not a scope");
    let rest = written.strip_prefix(first).unwrap_or_default();
    if let Some((_, help)) = OF_OTHER_TOOLS.iter().find(|(word, _)| *word == first) {
        return Refusal::new("unknown-scope", message, *help);
    }
    let names = || Scope::ALL.iter().map(|scope| scope.name());
    let Some(near) = nearest(first, names()) else {
        let scopes = listed(Scope::ALL.map(Scope::name));
        let help = if rest.is_empty() {
            format!(
                "say where it comes from, for example `inputs.{first}` or `parent.{first}`; the scopes are {scopes}"
            )
        } else {
            format!("the scopes are {scopes}")
        };
        return Refusal::new("unknown-scope", message, help);
    };
    let only = nearest(first, names().filter(|name| *name != near)).is_none();
    let meant = Scope::named(near).filter(|_| only && !rest.is_empty());
    Refusal { meant, ..Refusal::new("unknown-scope", message, format!("did you mean `{near}{rest}`?")) }
}

/// Words of dlt, Airbyte and Sling for what a template reads, with what to write here.
const OF_OTHER_TOOLS: [(&str, &str); 14] = [
    ("config", "what the person who runs the spec supplies is `inputs`"),
    ("context", "the scopes are `inputs`, `parent`, `resources`, `batch`, `each`, `run`, `row`"),
    ("credentials", "what the person who runs the spec supplies is `inputs`"),
    (
        "env",
        "an input reads a variable of the environment (`env:`), a template reads the input: `inputs.<name>`",
    ),
    ("item", "the row at hand is `row`, in `add`; the value of `for_each` is `each.<name>`"),
    ("record", "the row at hand is `row`, in `add`; the row of the parent is `parent`"),
    ("response", "where something is found in an answer is a path and no template: `next: meta.next`"),
    ("secrets", "what the person who runs the spec supplies is `inputs`, also what is secret"),
    ("settings", "what the person who runs the spec supplies is `inputs`"),
    ("stream_interval", "an input gives the day to read from: `inputs.<name>`"),
    ("stream_partition", "the row of the parent is `parent`, the value of `for_each` is `each.<name>`"),
    ("stream_slice", "the row of the parent is `parent`, the value of `for_each` is `each.<name>`"),
    ("variables", "what the person who runs the spec supplies is `inputs`"),
    ("vars", "what the person who runs the spec supplies is `inputs`"),
];

fn check_names(scope: Scope, path: &[String]) -> Result<(), Refusal> {
    let incomplete = |message: String, help: &str| Err(Refusal::new("unknown-scope", message, help));
    match (scope, path) {
        (Scope::Batch, _) | (Scope::Token, []) => Ok(()),
        (Scope::Resources, []) => incomplete(
            "`resources` alone is not a value".to_owned(),
            "name a resource and a field of its row: `resources.lists.id`",
        ),
        (Scope::Resources, [resource]) => incomplete(
            format!("`resources.{resource}` alone is a whole row"),
            &format!("name a field of the row: `resources.{resource}.id`"),
        ),
        (scope, []) => {
            let example = scope.fixed_names().map_or("name", |names| names[0]);
            incomplete(
                format!("`{scope}` alone is not a value"),
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
