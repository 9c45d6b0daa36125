//! What a torture came to.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use crate::faults::Kind;

/// Figures of a torture.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// What everything that looks random came from.
    pub seed: u64,
    /// Scenarios played.
    pub rounds: u64,
    /// Loads that were tortured and came to their end.
    pub loads: u64,
    /// Runs in all, those in peace left out.
    pub runs: u64,
    /// Runs that were killed at a random moment.
    pub kills: u64,
    /// Runs that were interrupted at a random moment.
    pub interrupts: u64,
    /// Runs that ended at a fail point.
    pub fail_points: u64,
    /// Runs that a fault on the wire ended.
    pub failed: u64,
    /// Faults on the wire.
    pub faults: BTreeMap<Kind, u64>,
    /// Requests that were made.
    pub requests: u64,
    /// Loads whose last run went on with what was durable.
    pub resumed: u64,
    /// Pages that were durable before those runs.
    pub taken_over: u64,
    /// Pages that those runs asked again though they were durable.
    pub asked_again: u64,
    /// Walks that were open: a page of each may be asked again.
    pub promised: u64,
    /// Rows that were held against those of a run in peace.
    pub compared: u64,
    /// Rows that were not there.
    pub lost: u64,
    /// Rows that were there too often.
    pub doubled: u64,
    /// All that is wrong, by scenario and seed.
    pub wrong: Vec<String>,
    /// How long it took.
    pub took: Duration,
}

impl Summary {
    /// Ends before their end, however they came.
    pub fn ends(&self) -> u64 {
        self.kills + self.interrupts + self.fail_points
    }

    /// Faults of all kinds.
    pub fn all_faults(&self) -> u64 {
        self.faults.values().sum()
    }

    /// A line on what came since.
    pub(super) fn line_since(&self, before: &Self, name: &str, took: Duration) -> String {
        let wrong = self.wrong.len() - before.wrong.len();
        let verdict = if wrong == 0 { String::new() } else { format!(", {wrong} WRONG") };
        format!(
            "{name}: {} kills, {} interrupts, {} fail points, {} faults, {} rows compared, {:.1} s{verdict}",
            self.kills - before.kills,
            self.interrupts - before.interrupts,
            self.fail_points - before.fail_points,
            self.all_faults() - before.all_faults(),
            self.compared - before.compared,
            took.as_secs_f64()
        )
    }

    /// The summary as a table in Markdown.
    pub fn markdown(&self) -> String {
        let mut text = String::from("| what | how many |\n|---|---:|\n");
        let lines = [
            ("scenarios played", self.rounds),
            ("loads brought to their end", self.loads),
            ("runs", self.runs),
            ("killed at a random moment (SIGKILL)", self.kills),
            ("ended at a fail point", self.fail_points),
            ("interrupted (SIGINT)", self.interrupts),
            ("runs that a fault ended", self.failed),
            ("requests", self.requests),
            ("faults on the wire", self.all_faults()),
            ("loads that a last run took over", self.resumed),
            ("durable pages before it", self.taken_over),
            ("of these asked again", self.asked_again),
            ("of these may be asked again", self.promised),
            ("rows compared", self.compared),
            ("rows lost", self.lost),
            ("rows doubled", self.doubled),
            ("other findings", self.wrong.len() as u64),
        ];
        for (what, count) in lines {
            let _ = writeln!(text, "| {what} | {count} |");
        }
        let kinds: Vec<String> =
            self.faults.iter().map(|(kind, count)| format!("{count} {}", words(*kind))).collect();
        if !kinds.is_empty() {
            let _ = writeln!(text, "\nFaults by kind: {}.", kinds.join(", "));
        }
        text
    }
}

fn words(kind: Kind) -> &'static str {
    match kind {
        Kind::Status => "statuses of trouble",
        Kind::Delay => "delays",
        Kind::ResetBeforeHeaders => "resets before the headers",
        Kind::ResetInBody => "resets in the body",
        Kind::CutOff => "bodies cut off",
        Kind::TooLong => "lengths too long",
        Kind::TooShort => "lengths too short",
        Kind::Drip => "slow drips",
        Kind::Html => "HTML in place of JSON",
        Kind::Empty => "empty bodies",
        Kind::BrokenGzip => "broken gzip",
        Kind::TooMany => "429 with hints of all kinds",
        Kind::Expired => "401",
        Kind::Alert => "TLS alerts in place of an answer",
        Kind::HandshakeCut => "TLS handshakes broken off",
        Kind::HandshakeRefused => "TLS handshakes refused by an alert",
        Kind::WrongCertificate => "certificates of another host or time",
    }
}
