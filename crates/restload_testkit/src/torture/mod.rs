//! The program itself, killed and lied to, over and over: what it leaves in the end is what a run leaves that nothing
//! happened to.
//!
//! A round takes a [`Scenario`]: a spec and an API that the round owns. The load that is tortured is killed at random
//! moments or at a fail point, and meets faults on the wire; the same command is given again until it ends with 0. Then
//! the same loads are made in another folder, in peace, and the rows of both are held against each other.

mod api;
mod kept;
mod kill;
mod lists;
mod peace;
mod round;
mod scenario;
mod summary;

use std::path::PathBuf;
use std::time::{Duration, Instant};

pub use kill::Program;
pub use scenario::{Scenario, Size, scenarios};
pub use summary::Summary;

use crate::faults::schedule;

/// How the torture goes.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The program, built with fail points.
    pub program: PathBuf,
    /// The folder of the shipped specs; without one the fakes of real APIs are left out.
    pub specs: Option<PathBuf>,
    /// What everything that looks random comes from.
    pub seed: u64,
    /// No round is begun after this time; the scenarios are gone through once at least.
    pub time: Duration,
    /// How large the scenarios are.
    pub size: Size,
    /// How many of the fail points are tried in each scenario; `None` is all.
    pub fail_points: Option<usize>,
    /// Only scenarios with one of these in their name; all where there is none.
    pub only: Vec<String>,
}

/// Tortures the program.
///
/// What is wrong is in [`Summary::wrong`]; `say` hears a line a round. The error is one of this machine: no folder, no port.
pub fn torture(settings: &Settings, say: &dyn Fn(&str)) -> Result<Summary, String> {
    let began = Instant::now();
    let mut summary = Summary { seed: settings.seed, ..Summary::default() };
    let mut pass: u64 = 0;
    while pass == 0 || began.elapsed() < settings.time {
        for scenario in scenarios(settings.size, settings.specs.as_deref())? {
            if !settings.only.is_empty() && !settings.only.iter().any(|only| scenario.name.contains(only)) {
                continue;
            }
            if pass > 0 && began.elapsed() >= settings.time {
                break;
            }
            let seed = schedule::seed_of(settings.seed, &scenario.name, pass);
            let started = Instant::now();
            let before = summary.clone();
            round::play(&scenario, settings, seed, &mut summary)?;
            say(&summary.line_since(&before, &scenario.name, started.elapsed()));
            summary.wrong[before.wrong.len()..].iter().for_each(|wrong| say(wrong));
        }
        pass += 1;
    }
    summary.took = began.elapsed();
    Ok(summary)
}
