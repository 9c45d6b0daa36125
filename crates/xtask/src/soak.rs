//! `soak`: lets the program read for a long time.

use std::path::Path;
use std::time::Duration;

use restload_testkit::soak;

use crate::options::Options;
use crate::torture::{PAGE, build};

/// Runs the soak and says what came; the error is what is wrong.
pub(crate) fn run(root: &Path, options: &Options) -> Result<Vec<String>, String> {
    let program = options.program.clone().map_or_else(|| build(root), Ok)?;
    let soaked = soak::soak(&program, Duration::from_secs(60 * options.minutes), options.seed)?;
    let figures = soaked.markdown();
    if options.write {
        let command = format!("cargo xtask soak {}", options.text());
        crate::page::write(&root.join(PAGE), "soak", &command, &figures)?;
    }
    if soaked.wrong.is_empty() {
        Ok(figures.lines().map(str::to_owned).collect())
    } else {
        Err(format!("{figures}\n{}", soaked.wrong.join("\n")))
    }
}
