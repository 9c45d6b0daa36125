//! `no-docs`: where the API's documentation stands is not said.

use restload_diag::{Diagnostic, Pointer};

use super::NO_DOCS;
use crate::Lint;

pub(super) fn check(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    if lint.spec.docs.is_none() && !lint.is_written(&Pointer::root().join("docs")) {
        let at = Pointer::root().join("name");
        let message = "`docs` is missing: the address of the API's documentation";
        found
            .push(NO_DOCS.at(at, message).help("`docs: https://…`, the page that the spec was written from"));
    }
}
