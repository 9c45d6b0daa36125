//! Time and memory of lint on texts that are made to be slow: `cargo bench -p restload_lint --bench limits [-- NAME]`.
//!
//! Each text of `tests/limits/shapes.rs` is linted and shown in a process of its own, with a sample of two rows, at each of [`SIZES`]: about as
//! large as the most resources, a large spec, the longest line, and the largest file. What takes longer than [`MILLISECONDS`] or
//! more than [`MEGABYTES`] at any size is marked.

#![expect(clippy::print_stdout, reason = "a measurement is told on the terminal")]
#![allow(clippy::format_push_string, clippy::format_collect, reason = "texts are made, and not in a hurry")]

#[path = "../tests/limits/shapes.rs"]
mod shapes;

use std::process::Command;
use std::time::{Duration, Instant};

use restload_diag::{Checked, render_full_files};
use restload_lint::lint_bytes;
use shapes::{SHAPES, Shape};

const MILLISECONDS: u64 = 200;
const MEGABYTES: u64 = 200;
const SIZES: [usize; 4] = [90_000, 249_000, 490_000, 4_190_000];
/// A text that takes longer is given up.
const PATIENCE: Duration = Duration::from_secs(20);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [flag, name, size] = arguments.as_slice()
        && flag == "--one"
    {
        return one(name, size.parse().unwrap_or_default());
    }
    let sizes = SIZES.map(|size| format!(" {:>20} kB", size / 1000));
    println!("{:<40}{}", "", sizes.concat());
    let is_meant = |shape: &&Shape| arguments.iter().all(|wanted| shape.name.contains(wanted.as_str()));
    let over = SHAPES.iter().filter(is_meant).filter(|shape| row(shape)).count();
    println!("{over} over {MILLISECONDS} ms or {MEGABYTES} MB");
}

/// Measures one text at each size; whether it is over a limit.
fn row(shape: &Shape) -> bool {
    let mut line = format!("{:<40}", shape.name);
    let mut is_over = false;
    for size in SIZES {
        let measured = measure(shape.name, size);
        let over =
            measured.as_ref().is_none_or(|(time, memory, _)| *time > MILLISECONDS || *memory > MEGABYTES);
        is_over |= over;
        line += &match measured {
            Some((time, memory, found)) => format!(" {time:>5} ms{memory:>4} MB{found:>5}"),
            None => format!(" {:>20}", "gave up"),
        };
        line += if over { " !" } else { "  " };
    }
    println!("{line}");
    is_over
}

/// Milliseconds of the processor, megabytes at the peak beyond the text itself, and how many findings; none where it takes too long or fails.
fn measure(name: &str, size: usize) -> Option<(u64, u64, usize)> {
    let this = std::env::current_exe().ok()?;
    let mut child = Command::new(this)
        .args(["--one", name, &size.to_string()])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .ok()?;
    let started = Instant::now();
    while child.try_wait().ok()?.is_none() {
        if started.elapsed() > PATIENCE {
            drop(child.kill());
            drop(child.wait());
            return None;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let said = child.wait_with_output().ok()?.stdout;
    let said = String::from_utf8(said).ok()?;
    let mut words = said.split_whitespace();
    Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?, words.next()?.parse().ok()?))
}

fn one(name: &str, size: usize) {
    let Some(shape) = SHAPES.iter().find(|shape| shape.name == name) else { return };
    let bytes = (shape.make)(size);
    let samples = |_: &str| Ok(Some(shapes::sample(shape.name)));
    let before = peak(true);
    let started = used();
    let linted = lint_bytes("a.yaml", &bytes, &samples, jiff::Timestamp::UNIX_EPOCH);
    let read = used() - started;
    let document = &linted.reading.document;
    let shown = render_full_files(&[Checked::new(document.source(), document, &linted.diagnostics)], false);
    let time = used() - started;
    println!(
        "{time} {} {} {read} {}",
        peak(false).saturating_sub(before),
        linted.diagnostics.len(),
        shown.len()
    );
}

/// The milliseconds of the processor that this process has used: a machine that is busy with other things changes nothing. Linux only:
/// elsewhere 0.
fn used() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let words = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = words.skip(11).take(2).filter_map(|word| word.parse::<u64>().ok()).sum();
    ticks * 10
}

/// The most memory that the process has had, in megabytes; counted anew from now on where that is asked for. Linux only: elsewhere 0.
fn peak(anew: bool) -> u64 {
    if anew {
        drop(std::fs::write("/proc/self/clear_refs", "5"));
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or_default() / 1000
}
