//! The figures, a file each: what is started, what is measured, what it is held to.

mod children;
mod cursor;
mod memory;
mod merge;
mod people;
mod start;

use crate::bench::Bench;
use crate::fault::{Fault, told};
use crate::report::Report;

/// The specs that are run.
#[cfg(test)]
pub(crate) const SPECS: [&str; 6] =
    [people::SPEC, children::SPEC, cursor::SPEC, start::SPEC, merge::SPEC, merge::CHANGED];

/// A part of the report that can be asked for by name.
#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
pub(crate) enum Figure {
    /// 500,000 rows in numbered pages: processor time and memory.
    People,
    /// 2,000 children of one list: time.
    Children,
    /// 200 pages, each known from the one before: time.
    Cursor,
    /// The smallest commands: time, and the size of the binary.
    Start,
    /// 5,000,000 rows: memory.
    Memory,
    /// 100,000 rows merged into 5,000,000: time and memory.
    Merge,
}

impl Figure {
    /// All of them; `memory` and `merge` take long and have to be asked for.
    pub(crate) const ALL: [Self; 6] =
        [Self::People, Self::Children, Self::Cursor, Self::Start, Self::Memory, Self::Merge];

    /// Measures it and prints its lines; a fault is one of them.
    pub(crate) fn measure(self, bench: &Bench, report: &mut Report) {
        if let Err(fault) = self.lines(bench, report) {
            report.failed(self.name(), &told(&fault));
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::People => people::NAME,
            Self::Children => children::NAME,
            Self::Cursor => cursor::NAME,
            Self::Start => start::NAME,
            Self::Memory => memory::NAME,
            Self::Merge => merge::NAME,
        }
    }

    fn lines(self, bench: &Bench, report: &mut Report) -> Result<(), Fault> {
        match self {
            Self::People => people::measure(bench, report),
            Self::Children => children::measure(bench, report),
            Self::Cursor => cursor::measure(bench, report),
            Self::Start => start::measure(bench, report),
            Self::Memory => memory::measure(bench, report),
            Self::Merge => merge::measure(bench, report),
        }
    }
}
