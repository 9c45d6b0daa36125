//! What can keep a figure from being measured.

use std::io;
use std::path::PathBuf;

/// A figure that could not be measured, or an output that is not what the server sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// The binary to be measured is not where it was looked for.
    #[error(
        "no `restload` at {0}\nhelp: build it with `cargo build --release`, or say where it is with `--restload PATH`"
    )]
    NoProgram(PathBuf),
    /// The load server did not start, or did not answer.
    #[error("the load server failed")]
    Serve(#[source] io::Error),
    /// A program could not be started or waited for.
    #[error("`{program}` could not be run")]
    Start {
        /// The file name of the program.
        program: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A program ended with another exit code than 0.
    #[error("`{program}` ended with {status}; it said:\n{said}")]
    Ended {
        /// The file name of the program.
        program: String,
        /// How it ended.
        status: std::process::ExitStatus,
        /// The end of what it printed.
        said: String,
    },
    /// A file or folder of the measurement could not be written or read.
    #[error("`{path}` could not be used")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A Parquet file could not be read.
    #[error("`{path}` is not a Parquet file that can be read")]
    Parquet {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: parquet::errors::ParquetError,
    },
    /// The figures were measured, and not all of them are kept.
    #[error("not every figure is within its target")]
    Missed,
    /// The files of a table are not what the server sent.
    #[error("{table}: {found}")]
    Wrong {
        /// The table's folder.
        table: String,
        /// What was found, and what was expected.
        found: String,
    },
}

/// The message of an error, and of what caused it.
pub(crate) fn told(fault: &dyn std::error::Error) -> String {
    let mut text = fault.to_string();
    let mut cause = fault.source();
    while let Some(source) = cause {
        text.push_str(": ");
        text.push_str(&source.to_string());
        cause = source.source();
    }
    text
}
