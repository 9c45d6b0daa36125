//! What the figures share: the programs under measurement, a folder to work in, a run of a spec.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::fault::Fault;
use crate::process::{Usage, measured};
use crate::serve::TOKEN;

/// The address that the specs of `benches/specs` are written for; the port is that of the server at hand.
const WRITTEN_PORT: &str = "127.0.0.1:7070";

/// The programs under measurement and the folder of their files.
pub(crate) struct Bench {
    /// The binary of restload.
    pub(crate) restload: PathBuf,
    /// The program to hold it against.
    pub(crate) handwritten: Option<PathBuf>,
    /// How often each figure of `people` is taken.
    pub(crate) pairs: usize,
    folder: TempDir,
}

/// A spec in the folder of the measurement.
pub(crate) struct SpecFile {
    name: &'static str,
    path: PathBuf,
}

/// A run that ended well; its files go when this is dropped.
pub(crate) struct Run {
    /// What it cost.
    pub(crate) usage: Usage,
    out: TempDir,
    spec: &'static str,
}

/// What of a table is checked beyond the footers of its files.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Depth {
    /// Nothing: rows, fields, nulls and the lengths of lists are in the footers.
    Footers,
    /// Every value, the rows in any order.
    Values,
    /// Every value, the rows in the order of the API's pages.
    ValuesInOrder,
}

impl Bench {
    /// Makes the folder and looks for the binary.
    pub(crate) fn new(restload: PathBuf, handwritten: Option<PathBuf>, pairs: usize) -> Result<Self, Fault> {
        if !restload.is_file() {
            return Err(Fault::NoProgram(restload));
        }
        let folder = TempDir::new().map_err(|source| Fault::File { path: std::env::temp_dir(), source })?;
        Ok(Self { restload, handwritten, pairs, folder })
    }

    /// The folder that files of a measurement may be put in.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes the spec with the port of a server in it.
    pub(crate) fn spec(&self, name: &'static str, text: &str, port: u16) -> Result<SpecFile, Fault> {
        let path = self.folder().join(format!("{name}.yaml"));
        fs::write(&path, text.replace(WRITTEN_PORT, &format!("127.0.0.1:{port}")))
            .map_err(|source| Fault::File { path: path.clone(), source })?;
        Ok(SpecFile { name, path })
    }

    /// Runs the spec into a folder of its own and measures it.
    pub(crate) fn run(&self, spec: &SpecFile) -> Result<Run, Fault> {
        let out = TempDir::new_in(self.folder())
            .map_err(|source| Fault::File { path: self.folder().to_owned(), source })?;
        self.measure(out, spec, &[])
    }

    /// Runs the spec into the folder of an earlier run and measures it.
    pub(crate) fn run_into(&self, earlier: Run, spec: &SpecFile, more: &[&str]) -> Result<Run, Fault> {
        self.measure(earlier.out, spec, more)
    }

    fn measure(&self, out: TempDir, spec: &SpecFile, more: &[&str]) -> Result<Run, Fault> {
        let mut command = Command::new(&self.restload);
        command.arg("run").arg(&spec.path).arg("--out").arg(out.path()).args(more);
        command.env(token_variable(spec.name), TOKEN);
        let usage = measured(&mut command, &self.folder().join("said.txt"))?;
        Ok(Run { usage, out, spec: spec.name })
    }
}

impl Run {
    /// Checks a table of the run against what the server sends, in a process of its own: the memory that it
    /// takes to read the files would show in the peaks of the runs that are measured after it.
    pub(crate) fn check(&self, table: &str, rows: usize, depth: Depth) -> Result<(), Fault> {
        let program = std::env::current_exe()
            .map_err(|source| Fault::Start { program: "restload_benches".to_owned(), source })?;
        let mut command = Command::new(program);
        command.arg("check").arg(self.out.path().join(self.spec).join(table)).arg(format!("--rows={rows}"));
        match depth {
            Depth::Footers => {}
            Depth::Values => {
                command.arg("--values");
            }
            Depth::ValuesInOrder => {
                command.args(["--values", "--in-order"]);
            }
        }
        measured(&mut command, &self.out.path().join("check.txt")).map(|_| ())
    }
}

/// The variable in which restload looks for the input `token` of a spec.
fn token_variable(spec: &str) -> String {
    format!("RESTLOAD_{}_TOKEN", spec.to_uppercase().replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spec_is_written_for_the_port_of_the_server() {
        let bench = Bench::new(std::env::current_exe().unwrap(), None, 1).unwrap();
        for text in crate::figure::SPECS {
            let spec = bench.spec("any", text, 12_345).unwrap();
            let written = fs::read_to_string(&spec.path).unwrap();
            assert!(written.contains("base_url: http://127.0.0.1:12345/v1/"), "{written}");
        }
    }

    #[test]
    fn a_binary_that_is_not_there_is_told_with_the_way_to_it() {
        let fault = Bench::new("nowhere/restload".into(), None, 1).err().unwrap().to_string();
        assert!(fault.contains("nowhere/restload") && fault.contains("cargo build --release"), "{fault}");
    }

    #[test]
    fn the_variable_of_a_token_has_the_name_of_its_spec() {
        assert_eq!(token_variable("one-page"), "RESTLOAD_ONE_PAGE_TOKEN");
    }
}
