//! Every folder of `tests/cases` as a test of its own. `RESTLOAD_BLESS=1` makes what comes what is wanted.

use std::path::Path;

use libtest_mimic::{Arguments, Failed, Trial};
use restload_testkit::{Mode, cases, run_case};

#[expect(clippy::expect_used, reason = "a test without its cases has nothing to run")]
fn main() {
    let arguments = Arguments::from_args();
    let mode = if std::env::var_os("RESTLOAD_BLESS").is_some() { Mode::Bless } else { Mode::Compare };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases");
    let cases = cases(&root).expect("the folder of cases can be read");
    let trials = cases.into_iter().map(|case| {
        Trial::test(case.name.clone(), move || {
            run_case(&case, mode).map_err(|faults| Failed::from(format!("{}\n{faults}", case.name)))
        })
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}
