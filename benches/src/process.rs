//! Runs a program to its end and reads from the kernel what it cost.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use wait4::Wait4;

use crate::fault::Fault;

/// What one run of a program cost.
///
/// The peak is the kernel's high-water mark, which a process begins with that of the one that started it: the
/// harness stays small (it holds no records and opens no Parquet file) so that this is never the greater.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    /// Processor time of the process, user and system.
    pub(crate) cpu: Duration,
    /// From just before the start until the end was seen.
    pub(crate) wall: Duration,
    /// The most memory that was resident at one time, in bytes.
    pub(crate) peak: u64,
}

/// Runs the command with what it prints in the file `said`, and measures it.
pub(crate) fn measured(command: &mut Command, said: &Path) -> Result<Usage, Fault> {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    let program = program.to_string_lossy().into_owned();
    let file = |source| Fault::File { path: said.to_owned(), source };
    let stdout = File::create(said).map_err(file)?;
    let stderr = stdout.try_clone().map_err(file)?;
    command.stdin(std::process::Stdio::null()).stdout(stdout).stderr(stderr);
    let begun = Instant::now();
    let ended = command.spawn().and_then(Wait4::wait4);
    let wall = begun.elapsed();
    let ended = ended.map_err(|source| Fault::Start { program: program.clone(), source })?;
    if !ended.status.success() {
        return Err(Fault::Ended { program, status: ended.status, said: end_of(said) });
    }
    let usage = ended.rusage;
    Ok(Usage { cpu: usage.utime + usage.stime, wall, peak: usage.maxrss })
}

/// The last lines of a file, as far as they can be read.
fn end_of(path: &Path) -> String {
    let text = fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<_> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Result<Usage, Fault> {
        let folder = tempfile::tempdir().unwrap();
        measured(Command::new("sh").args(["-c", script]), &folder.path().join("said.txt"))
    }

    #[test]
    fn a_process_that_waits_takes_wall_time_and_no_processor() {
        let usage = shell("sleep 0.2").unwrap();
        assert!(usage.wall >= Duration::from_millis(200), "{usage:?}");
        assert!(usage.cpu < Duration::from_millis(150), "{usage:?}");
        assert!(usage.peak > 100_000, "{usage:?}");
    }

    #[test]
    fn a_process_that_works_takes_processor_time() {
        let usage = shell("i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done").unwrap();
        assert!(usage.cpu > Duration::from_millis(5), "{usage:?}");
    }

    #[test]
    fn a_process_that_fails_is_told_with_what_it_said() {
        let fault = shell("echo out of luck >&2; exit 3").unwrap_err();
        let text = fault.to_string();
        assert!(text.contains("`sh` ended with exit status: 3"), "{text}");
        assert!(text.contains("out of luck"), "{text}");
    }
}
