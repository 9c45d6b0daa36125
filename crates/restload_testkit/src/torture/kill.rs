//! The program as a process that is started, killed, interrupted and waited for.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A run that takes longer hangs.
const LONGEST: Duration = Duration::from_mins(4);

/// The command that is given over and over.
#[derive(Debug, Clone)]
pub struct Program {
    pub(super) binary: PathBuf,
    pub(super) spec: PathBuf,
    pub(super) out: PathBuf,
    pub(super) base_url: String,
    pub(super) more: Vec<String>,
    pub(super) key: (String, String),
    /// Where both streams of the last run go.
    pub(super) said: PathBuf,
}

/// How a run is to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// By itself.
    Itself,
    /// Killed after a time.
    Kill(Duration),
    /// By Ctrl-C after a time.
    Interrupt(Duration),
    /// At a fail point: `step:n`.
    FailAt(String),
}

/// How it did end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// With an exit code.
    Exit(i32),
    /// By a signal.
    Killed,
    /// Not at all.
    Hangs,
}

impl Program {
    /// Runs until it ends, one way or another; also says how long that took.
    pub(super) fn run(&self, end: &End) -> Result<(Ended, Duration), String> {
        let began = Instant::now();
        let mut child = self.start(end)?;
        let at = match end {
            End::Kill(after) | End::Interrupt(after) => Some(*after),
            End::Itself | End::FailAt(_) => None,
        };
        let mut asked = false;
        loop {
            if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
                return Ok((status.code().map_or(Ended::Killed, Ended::Exit), began.elapsed()));
            }
            let now = began.elapsed();
            if !asked && at.is_some_and(|at| now >= at) {
                asked = true;
                match end {
                    End::Interrupt(_) => interrupt(&child),
                    _ => child.kill().map_err(|error| error.to_string())?,
                }
            }
            if now > LONGEST {
                let _ = child.kill();
                let _ = child.wait();
                return Ok((Ended::Hangs, now));
            }
            std::thread::sleep(Duration::from_micros(500));
        }
    }

    /// What the last run said.
    pub(super) fn said(&self) -> String {
        std::fs::read_to_string(&self.said).unwrap_or_default()
    }

    /// The folder of the spec.
    pub(super) fn folder(&self, spec: &str) -> PathBuf {
        self.out.join(spec)
    }

    fn start(&self, end: &End) -> Result<Child, String> {
        let said = std::fs::File::create(&self.said).map_err(|error| error.to_string())?;
        let also = said.try_clone().map_err(|error| error.to_string())?;
        let mut command = Command::new(&self.binary);
        command
            .arg("run")
            .arg(&self.spec)
            .arg("--out")
            .arg(&self.out)
            .args(["--base-url", &self.base_url])
            .args(&self.more)
            .env_clear()
            .env(&self.key.0, &self.key.1)
            .current_dir(self.spec.parent().unwrap_or(Path::new(".")))
            .stdin(Stdio::null())
            .stdout(said)
            .stderr(also);
        if let End::FailAt(point) = end {
            command.env("RESTLOAD_FAIL_AT", point);
        }
        command.spawn().map_err(|error| format!("{}: {error}", self.binary.display()))
    }
}

/// There is no signal but the one that kills in the standard library.
fn interrupt(child: &Child) {
    let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
}
