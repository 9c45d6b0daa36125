//! `foreign-env`: an input is read from a variable that belongs to something else.

use std::path::Path;

use restload_diag::{Diagnostic, Pointer};
use restload_spec::plan::{default_variable, is_own_variable};

use super::FOREIGN_ENV;
use crate::Lint;

pub(super) fn check(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    let spec = lint.spec.name.as_str();
    // A name that is not the file's is said already: the variable may be named after what was meant.
    let stem = Path::new(&lint.document.source().name).file_stem().and_then(|stem| stem.to_str());
    let stem = stem.filter(|stem| !stem.is_empty()).unwrap_or(spec);
    for (name, input) in &lint.spec.inputs {
        let Some(variable) = input
            .env
            .as_deref()
            .filter(|variable| ![spec, stem].iter().any(|name| is_own_variable(name, variable)))
        else {
            continue;
        };
        let at: Pointer = ["inputs", name, "env"].into_iter().collect();
        let message =
            format!("`{variable}` is not this spec's own variable, and is read only with `--allow-env`");
        let own = default_variable(spec, name);
        let short = format!("{spec}_{name}").to_uppercase().replace('-', "_");
        let help = format!("`env: {short}`; without `env` it is `{own}`");
        found.push(FOREIGN_ENV.at(at, message).help(help));
    }
}
