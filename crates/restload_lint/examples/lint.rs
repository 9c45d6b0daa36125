//! Lints the files that are named on its command line, and prints what it found.

#![expect(clippy::print_stdout, reason = "this is a program")]
#![expect(clippy::unwrap_used, reason = "an example ends where a file cannot be read")]

use std::path::Path;

use restload_diag::render_full;
use restload_lint::lint_bytes;

fn main() {
    for name in std::env::args().skip(1) {
        let folder = Path::new(&name).parent().unwrap().to_path_buf();
        let samples = |path: &str| Ok(std::fs::read(folder.join(path)).ok());
        let linted = lint_bytes(&name, &std::fs::read(&name).unwrap(), &samples, jiff::Timestamp::now());
        let document = &linted.reading.document;
        println!("{}", render_full(&linted.diagnostics, document.source(), document, false));
    }
}
