//! The program killed and lied to, for a few seconds: `cargo xtask torture` does it for as long as one wants.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot run has failed")]

use std::time::Duration;

use restload_testkit::faults::Kind;
use restload_testkit::torture::{Settings, Size, Summary, torture};

fn tortured(seed: u64, only: &[&str]) -> Summary {
    let settings = Settings {
        program: env!("CARGO_BIN_EXE_restload").into(),
        specs: None,
        seed,
        time: Duration::ZERO,
        size: Size::Small,
        fail_points: Some(2),
        only: only.iter().map(|name| (*name).to_owned()).collect(),
    };
    let summary = torture(&settings, &|_| ()).unwrap();
    assert!(summary.wrong.is_empty(), "{}\n{}", summary.wrong.join("\n"), summary.markdown());
    assert_eq!((summary.lost, summary.doubled), (0, 0), "{}", summary.markdown());
    // How many of the kills meet a run that is still busy depends on the machine.
    assert!(summary.ends() >= 1 && summary.compared > 300, "{}", summary.markdown());
    summary
}

#[test]
fn a_list_that_moves_between_a_kill_and_the_next_run_is_read_once() {
    tortured(1, &["moving pages merge", "moving cursor append"]);
}

#[test]
fn three_levels_without_tables_are_read_once() {
    tortured(2, &["three levels replace", "links merge"]);
}

#[test]
fn a_long_list_is_read_once() {
    tortured(3, &["big append", "links append"]);
}

#[test]
fn what_is_read_over_tls_with_handshakes_that_fail_is_read_once() {
    let summary = tortured(4, &["over TLS"]);
    let cut = summary.faults.get(&Kind::HandshakeCut);
    assert!(cut.is_some_and(|cut| *cut > 10), "{}", summary.markdown());
}
