//! `docs/reference/exit-codes.md`: what a script can tell of how restload ended.

use restload::exit::{self, Exit};

use super::markdown::Page;

const INTRODUCTION: &str = "\
The code with which restload ends tells a script what happened. Messages go to standard error.";

/// The page.
pub(super) fn exit_codes() -> String {
    let mut page = Page::made("crates/restload/src/exit.rs");
    page.heading(1, "Exit codes");
    page.block(INTRODUCTION);
    let row = |exit: &Exit| [exit.code.to_string(), exit.meaning().to_owned()];
    page.table(["code", "meaning"], &exit::ALL.iter().map(row).collect::<Vec<_>>());
    page.finish()
}
