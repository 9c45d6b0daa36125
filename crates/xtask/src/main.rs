//! Chores of the workspace.
//!
//! `cargo run -p xtask -- generate` writes the files that are made from the code: the JSON Schema and the reference. With
//! `--check` it writes nothing and fails where one is not current. `cargo run -p xtask -- tidy` says what is untidy about the cases.
//! `torture` kills the program and lies to it, `soak` lets it read for a long time.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

mod behaviour;
#[cfg(test)]
mod docs;
mod generate;
mod options;
mod page;
mod soak;
mod suite;
mod tidy;
mod torture;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask generate [--check]
       cargo xtask tidy
       cargo xtask soak [--minutes N] [--seed S] [--write]
       cargo xtask torture [--minutes N] [--seed S] [--write] [--small] [--fail-points N] [--only NAME]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if arguments == ["tidy"] {
        return tidy(&root());
    }
    let done = match arguments.as_slice() {
        ["generate"] => generate::write(&root()).map_err(|error| error.to_string()),
        ["generate", "--check"] => generate::check(&root()).map_err(|error| error.to_string()),
        ["soak", rest @ ..] => options::Options::read(rest).and_then(|options| soak::run(&root(), &options)),
        ["torture", rest @ ..] => {
            options::Options::read(rest).and_then(|options| torture::run(&root(), &options))
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(1);
        }
    };
    match done {
        Ok(said) => {
            for line in said {
                println!("{line}");
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Prints what is untidy.
fn tidy(root: &Path) -> ExitCode {
    let faults = tidy::faults(root);
    for fault in &faults {
        eprintln!("error: {fault}");
    }
    if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) }
}

/// A line of something that goes on.
fn say(line: &str) {
    println!("{line}");
}

/// The root of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
