//! `torture`: kills the program and lies to it, for as long as is asked.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use restload_testkit::torture::{self, Settings, Size};

use crate::options::Options;

/// The page that the figures go to.
pub(crate) const PAGE: &str = "docs/design/reliability.md";

/// Runs the torture and says what came; the error is what is wrong.
pub(crate) fn run(root: &Path, options: &Options) -> Result<Vec<String>, String> {
    let settings = Settings {
        program: options.program.clone().map_or_else(|| build(root), Ok)?,
        specs: Some(root.join("specs")),
        seed: options.seed,
        time: Duration::from_secs(60 * options.minutes),
        size: if options.small { Size::Small } else { Size::Full },
        fail_points: options.fail_points,
        only: options.only.iter().cloned().collect(),
    };
    let summary = torture::torture(&settings, &|line| crate::say(line))?;
    let figures = summary.markdown();
    if options.write {
        let command = format!("cargo xtask torture {}", options.text());
        crate::page::write(&root.join(PAGE), "torture", &command, &figures)?;
    }
    let mut said: Vec<String> = figures.lines().map(str::to_owned).collect();
    said.push(format!("{:.0} s", summary.took.as_secs_f64()));
    if summary.wrong.is_empty() {
        return Ok(said);
    }
    said.push(format!("{} findings, see above", summary.wrong.len()));
    Err(said.join("\n"))
}

/// Builds the program as tests build it, fail points included.
pub(crate) fn build(root: &Path) -> Result<PathBuf, String> {
    let cargo = env!("CARGO");
    let status =
        Command::new(cargo).args(["build", "--quiet", "--package", "restload"]).current_dir(root).status();
    if !status.map_err(|error| format!("{cargo}: {error}"))?.success() {
        return Err("the program does not build".to_owned());
    }
    // This program is beside it.
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let program = own.with_file_name(format!("restload{}", std::env::consts::EXE_SUFFIX));
    if program.exists() { Ok(program) } else { Err(format!("{} is not there", program.display())) }
}
