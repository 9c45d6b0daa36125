//! The readers: one Python process for all questions of a test binary.

use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{LazyLock, Mutex, PoisonError};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::ColumnType;

/// A program that reads Parquet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reader {
    /// `read_parquet('folder/*.parquet')`.
    DuckDb,
    /// `polars.read_parquet("folder/*.parquet")`.
    Polars,
    /// `pandas.read_parquet("folder")`, whose types are its own.
    Pandas,
}

impl fmt::Display for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DuckDb => "duckdb",
            Self::Polars => "polars",
            Self::Pandas => "pandas",
        })
    }
}

/// The files of a folder as a reader sees them.
#[derive(Debug, PartialEq, Deserialize)]
pub struct Table {
    /// Names and types.
    pub columns: Vec<(String, ColumnType)>,
    /// The values, in the order of the columns.
    pub rows: Vec<Vec<Value>>,
}

impl Table {
    /// The type of a column, or of a field in it: `click.created_at`.
    ///
    /// # Panics
    /// If there is no such column.
    pub fn type_of(&self, path: &str) -> String {
        let mut names = path.split('.');
        let first = names.next().and_then(|name| self.columns.iter().find(|(own, _)| own == name));
        let found = names.fold(first.map(|(_, ty)| ty), |ty, name| ty.and_then(|ty| ty.field(name)));
        found.unwrap_or_else(|| panic!("no column `{path}` in {:?}", self.columns)).to_string()
    }

    /// The names of the columns.
    pub fn names(&self) -> Vec<&str> {
        self.columns.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// The values of a column.
    ///
    /// # Panics
    /// If there is no such column.
    pub fn column(&self, name: &str) -> Vec<&Value> {
        let place = self.columns.iter().position(|(own, _)| own == name);
        let place = place.unwrap_or_else(|| panic!("no column `{name}`"));
        self.rows.iter().map(|row| &row[place]).collect()
    }
}

/// What a reader sees in a folder; `None`, said on standard error, where the reader is not there.
///
/// # Panics
/// If the reader fails, or is not there and `RESTLOAD_REQUIRE_READERS` is set.
pub fn read(reader: Reader, folder: &Path) -> Option<Table> {
    is_there(reader).then(|| {
        let mut answer = ask(&json!({"reader": reader.to_string(), "folder": folder}))
            .unwrap_or_else(|error| panic!("the readers' Python ended: {error}"));
        if let Some(error) = answer.get("error") {
            panic!("{reader} cannot read {}: {error}", folder.display());
        }
        serde_json::from_value(answer.take()).expect("an answer of `read.py` is a table")
    })
}

/// What a reader sees in a folder, or what it says of it; `None`, said on standard error, where the reader is not there.
///
/// # Panics
/// If the reader is not there and `RESTLOAD_REQUIRE_READERS` is set.
pub fn try_read(reader: Reader, folder: &Path) -> Option<Result<Table, String>> {
    is_there(reader).then(|| answered(&json!({"reader": reader.to_string(), "folder": folder})))
}

/// The same of files that are named one by one; DuckDB alone does that.
///
/// # Panics
/// If the reader is not there and `RESTLOAD_REQUIRE_READERS` is set.
pub fn read_files(reader: Reader, files: &[PathBuf]) -> Option<Result<Table, String>> {
    is_there(reader).then(|| answered(&json!({"reader": reader.to_string(), "folder": files})))
}

fn answered(question: &Value) -> Result<Table, String> {
    let answer = ask(question).map_err(|error| error.to_string())?;
    match answer.get("error") {
        Some(error) => Err(error.to_string()),
        None => serde_json::from_value(answer).map_err(|error| error.to_string()),
    }
}

/// What DuckDB and Polars see in a folder, which has to be the same in every name, type and value.
///
/// # Panics
/// As [`read`] does, and if they differ.
pub fn read_alike(folder: &Path) -> Option<Table> {
    match (read(Reader::DuckDb, folder), read(Reader::Polars, folder)) {
        (Some(duckdb), Some(polars)) => {
            assert_eq!(duckdb, polars, "DuckDB (left) and Polars (right) differ about {}", folder.display());
            Some(duckdb)
        }
        (duckdb, polars) => duckdb.or(polars),
    }
}

fn is_there(reader: Reader) -> bool {
    static LEFT_OUT: Mutex<BTreeSet<Reader>> = Mutex::new(BTreeSet::new());
    let answer = ask(&json!({"reader": reader.to_string()}));
    let reason = match &answer {
        Ok(answer) => answer.get("missing").map(Value::to_string),
        Err(error) => Some(error.to_string()),
    };
    let Some(reason) = reason else { return true };
    let required = std::env::var("RESTLOAD_REQUIRE_READERS").is_ok_and(|value| value == "1");
    assert!(!required, "{reader} is required and not there: {reason}");
    if LEFT_OUT.lock().unwrap_or_else(PoisonError::into_inner).insert(reader) {
        // Not by `eprintln!`, which is shown for failed tests alone.
        let _ = writeln!(io::stderr(), "left out: what {reader} would have read ({reason})");
    }
    false
}

/// Puts a question of `read.py`.
fn ask(question: &Value) -> io::Result<Value> {
    static PYTHON: LazyLock<Mutex<io::Result<Python>>> = LazyLock::new(|| Mutex::new(Python::start()));
    let mut python = PYTHON.lock().unwrap_or_else(PoisonError::into_inner);
    match python.as_mut() {
        Ok(python) => python.ask(question),
        Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
    }
}

/// The process; it ends when its input does, that is with the tests.
struct Python {
    _process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Python {
    fn start() -> io::Result<Self> {
        let python = std::env::var("RESTLOAD_READERS").unwrap_or_else(|_| "python3".to_owned());
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/readers/read.py");
        let mut process =
            Command::new(python).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (questions, answers) = (process.stdin.take(), process.stdout.take());
        let (Some(questions), Some(answers)) = (questions, answers) else {
            return Err(io::Error::other("a process without pipes"));
        };
        Ok(Self { _process: process, questions, answers: BufReader::new(answers) })
    }

    fn ask(&mut self, question: &Value) -> io::Result<Value> {
        writeln!(self.questions, "{question}")?;
        let mut line = String::new();
        if self.answers.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(serde_json::from_str(&line)?)
    }
}
