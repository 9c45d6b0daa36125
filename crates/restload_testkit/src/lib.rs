//! Runs the case folders of `tests/cases`: a spec, the requests that are expected with the answers given to them, and
//! what must be left afterwards.
//!
//! A case is a folder that someone who knows no Rust can read and write; `tests/cases/README.md` says what is in it. The
//! runner serves the answers on loopback, runs the program in its own process with a clock whose sleeps end at once and
//! an environment that holds what the case says, and compares what the run left. It is strict both ways: a request that
//! is not expected fails the case, and so does an expected one that is never made.
//!
//! ```no_run
//! for case in restload_testkit::cases("tests/cases".as_ref())? {
//!     if let Err(faults) = restload_testkit::run_case(&case, restload_testkit::Mode::Compare) {
//!         panic!("{}: {faults}", case.name);
//!     }
//! }
//! # Ok::<(), restload_testkit::CaseError>(())
//! ```

mod answer;
mod case;
mod compare;
mod ends;
mod exchange;
pub mod faults;
mod hard;
pub mod leak;
mod left;
mod matching;
pub mod network;
mod normal;
mod promise;
mod rows;
mod run;
mod server;
pub mod soak;
pub mod torture;

pub use case::{Case, CaseError, cases};
pub use run::{Faults, Mode, run_case};
