//! `docs/reference/codes.md`: what the codes of runs mean.

use super::markdown::Page;

const INTRODUCTION: &str = "\
Each message of a run has a code, in brackets: `error[no-answer]`. Those of the spec itself are [rules](rules.md); these are the others. \
`restload explain CODE` prints the same.";

/// The page.
pub(super) fn codes() -> String {
    let mut page = Page::made("crates/restload/src/codes.md");
    page.heading(1, "Codes of runs");
    page.block(INTRODUCTION);
    for (code, text) in restload::codes() {
        page.heading(2, code);
        page.block(text);
    }
    page.finish()
}
