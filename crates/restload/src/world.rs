//! What surrounds the program: where it writes, what it may read, what time it is. `main` gives the real one, a test
//! its own.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use restload_engine::clock::Clock;
use restload_engine::redact::Redactor;
use restload_engine::run::Stop;

/// Something that text is written to. A test keeps one end: `Arc<Mutex<Vec<u8>>>` is such a sink.
pub type Sink = Arc<Mutex<dyn Write + Send>>;

/// The surroundings of one call of [`main_with`](crate::main_with).
pub struct World<'a> {
    /// The environment, variable by variable.
    pub env: &'a dyn Fn(&str) -> Option<String>,
    /// Standard output: what was asked for.
    pub out: Sink,
    /// Standard error: progress and what is wrong.
    pub err: Sink,
    /// Somebody looks at standard output.
    pub out_is_terminal: bool,
    /// Somebody looks at standard error.
    pub err_is_terminal: bool,
    /// Time and chance.
    pub clock: Arc<dyn Clock>,
    /// The folder that relative paths start from; empty: that of the process.
    pub cwd: PathBuf,
    /// Ends the run at the next moment at which it can end cleanly.
    pub stop: Stop,
    /// Learns the secrets of the run, so that whoever prints for `main_with` knows them too.
    pub redactor: Redactor,
}

impl World<'_> {
    /// Where a path of the command line is.
    pub(crate) fn locate(&self, path: &Path) -> PathBuf {
        self.cwd.join(path)
    }

    /// Whether colors are wanted: `NO_COLOR` (no-color.org), set to anything, says no.
    pub(crate) fn wants_color(&self) -> bool {
        (self.env)("NO_COLOR").is_none_or(|value| value.is_empty())
    }
}
