//! What the holes of a template may name where it stands.

use restload_diag::{Diagnostic, Pointer};

use super::Settler;
use super::mend::{MANY, listed};
use super::texts::{Above, Allowed, TokenUse};
use crate::near::nearest;
use crate::structure::nearest_name;
use crate::{Hole, Scope};

/// The rule, the message and the help of a fault.
type Refusal = (&'static str, String, String);

impl Settler<'_> {
    /// The fault of a hole that names what is not known where its template stands.
    pub(super) fn scope_fault(
        &self,
        text: &str,
        hole: &Hole,
        at: &Pointer,
        allowed: &Allowed,
    ) -> Option<Diagnostic> {
        let first = hole.path.first().map_or("", String::as_str);
        let of_parent = matches!(hole.scope, Scope::Parent | Scope::Batch | Scope::Resources | Scope::Each);
        match hole.scope {
            _ if allowed.unsure && of_parent => None,
            Scope::Inputs if self.any_input => None,
            Scope::Inputs => {
                let names = self.spec.inputs.keys().chain(&self.broken_inputs).map(String::as_str);
                let help = format!("declare it: `inputs: {{{first}: {{}}}}`");
                let message = format!("there is no input `{first}`");
                self.unknown(("unknown-input", message, "the inputs are", &help), names, text, hole, at)
            }
            Scope::Each if !allowed.each.is_empty() => {
                let names = allowed.each.iter().map(String::as_str);
                let message = format!("`for_each` gives no `{first}`");
                self.unknown(("unknown-each", message, "it gives", ""), names, text, hole, at)
            }
            Scope::Resources if allowed.run => {
                let names = allowed.ancestors.iter().map(String::as_str);
                let help = "a resource knows the rows of its parent, and of the parent's parents";
                let message = format!("`{first}` is not one of the resources above");
                self.unknown(("unknown-parent", message, "there is", help), names, text, hole, at)
            }
            scope => {
                let (rule, message, help) = refusal(scope, first, at, allowed)?;
                let fault = Diagnostic::error(rule, at.clone(), message);
                Some(fault.within(hole.range.clone()).help(help))
            }
        }
    }

    /// The fault of a hole whose first name is not among those there are: its rule and message, and where no name is
    /// near, what to say before all names and what to do.
    fn unknown<'n>(
        &self,
        (rule, message, there_is, help): (&'static str, String, &str, &str),
        names: impl Iterator<Item = &'n str> + Clone,
        text: &str,
        hole: &Hole,
        at: &Pointer,
    ) -> Option<Diagnostic> {
        let name = hole.path.first().map_or("", String::as_str);
        if self.faults.len() >= MANY {
            return Some(Diagnostic::error(rule, at.clone(), message).within(hole.range.clone()));
        }
        // A name that is no name is told how to be written, which may be as it is here.
        if names.clone().any(|known| known == name || nearest_name(known).as_deref() == Some(name)) {
            return None;
        }
        let fault = Diagnostic::error(rule, at.clone(), message).within(hole.range.clone());
        let Some(near) = nearest(name, names.clone()) else {
            let all: Vec<&str> = names.collect();
            return Some(fault.help(match (all.as_slice(), help) {
                ([], help) => help.to_owned(),
                (all, "") => format!("{there_is} {}", listed(all)),
                (all, help) => format!("{there_is} {}; {help}", listed(all)),
            }));
        };
        let only = nearest(name, names.filter(|other| *other != near)).is_none();
        let start = hole.range.start + hole.scope.name().len() + 1;
        let range = start..start + name.len();
        let fix =
            (only && text.get(range.clone()) == Some(name)).then(|| self.rename(at, range, near)).flatten();
        Some(match fix {
            Some(fix) => fault.fix(fix),
            None => fault.help(format!("did you mean `{near}`?")),
        })
    }
}

/// Why a scope is not known at a place; nothing where it is.
fn refusal(scope: Scope, first: &str, at: &Pointer, allowed: &Allowed) -> Option<Refusal> {
    let refuse = |rule, message: &str, help: &str| Some((rule, message.to_owned(), help.to_owned()));
    // The name of a table is settled early, and knows the values of `for_each` all the same.
    let may_be_each = scope == Scope::Each && at.last() == Some("table");
    match scope {
        Scope::Inputs => None,
        Scope::Token if allowed.token != TokenUse::Nothing => {
            let (message, help) = no_such_token(allowed.token, first)?;
            refuse("scope-not-here", message, help)
        }
        _ if !allowed.run && !may_be_each => {
            let each = if allowed.each.is_empty() { "" } else { " and `each`" };
            let help = format!("only `inputs`{each} are known before a request is made");
            refuse("scope-not-here", &format!("`{scope}` is not known here"), &help)
        }
        Scope::Each => refuse(
            "each-without-for-each",
            "`each` is used, but there is no `for_each`",
            &format!("list the values to go through: `for_each: {{{first}: [a, b]}}`"),
        ),
        Scope::Parent => no_parent(at, allowed),
        Scope::Batch if allowed.above != Above::Batch => refuse(
            "scope-not-here",
            "`batch` is used, but the parent's rows do not come in batches",
            "write how many rows share a request: `parent: {resource: <name>, batch: 100}`",
        ),
        Scope::Row if !allowed.row => refuse(
            "scope-not-here",
            "`row` is known in `add` only",
            "before a row is there, `inputs`, `parent`, `each` and `run` are known",
        ),
        Scope::Incremental if !allowed.incremental => refuse(
            "incremental-without-incremental",
            "`incremental` is used, but the resource has no `incremental`",
            "add `incremental: {cursor: …}` to the resource",
        ),
        Scope::Token => refuse(
            "scope-not-here",
            "`token` is not known here",
            "what the person who runs the spec supplies is `inputs`; `auth` sends a token that is asked for",
        ),
        Scope::Batch | Scope::Row | Scope::Run | Scope::Resources | Scope::Incremental => None,
    }
}

/// Why a hole cannot read the token as it does; `first` is the name after `token`.
fn no_such_token(known: TokenUse, first: &str) -> Option<(&'static str, &'static str)> {
    match (known, first.is_empty()) {
        (TokenUse::Fields, true) => Some((
            "`token` alone is not a value here",
            "name a field of the answer that brought the token: `token.instance_url`",
        )),
        (TokenUse::Itself, false) => {
            Some(("the fields of the answer are not known here", "`{{token}}` is the token itself"))
        }
        (TokenUse::Fields | TokenUse::Itself | TokenUse::Nothing, _) => None,
    }
}

/// Why there is no one row of the parent.
fn no_parent(at: &Pointer, allowed: &Allowed) -> Option<Refusal> {
    let (rule, message, help) = match allowed.above {
        Above::Row => return None,
        Above::Batch => (
            "scope-not-here",
            "`parent` is not one row where the parent's rows come in batches",
            "`batch.<field>` is the list of that field over the batch",
        ),
        Above::Nothing if at.segments().next() == Some("defaults") => (
            "parent-without-parent",
            "`parent` is used for all resources, but not all of them have a `parent`",
            "write this in the resources that have one",
        ),
        Above::Nothing => (
            "parent-without-parent",
            "`parent` is used, but the resource has no `parent`",
            "name the resource whose rows are meant: `parent: <resource>`",
        ),
    };
    Some((rule, message.to_owned(), help.to_owned()))
}
