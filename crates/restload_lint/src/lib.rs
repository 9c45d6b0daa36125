//! Lint: everything that can be known of a spec without the network, each finding at its place in the file.
//!
//! [`lint`] reads a text, runs the structure pass and the check of `restload_spec`, then the rules of this crate, which
//! look at what is sound and at the samples beside the spec. All findings of all of them are [`Rule`]s of one table
//! ([`rules()`]): a name, a weight and a page that `restload explain` prints. Nothing here touches the file system or the
//! terminal: samples come through [`Samples`].
//!
//! ```
//! use restload_diag::Source;
//! use restload_lint::{lint, no_samples};
//!
//! let text = "{version: 1, name: a, docs: 'https://a.example/docs', client: {base_url: 'https://a.example'}, resources: {notes: {paht: notes}}}";
//! let linted = lint(Source::new("specs/a.yaml", text), Some("a"), &no_samples, jiff::Timestamp::UNIX_EPOCH);
//! assert!(linted.diagnostics.iter().any(|found| found.rule == "unknown-key"));
//! assert_eq!(restload_lint::rule("unknown-key").unwrap().name, "unknown-key");
//! ```

mod comments;
mod levels;
mod lint;
pub mod markdown;
mod rule;
mod rules;
mod sample;
mod subject;
mod texts;

pub use lint::{Lint, Linted, lint, lint_bytes};
pub use rule::{Group, Rule};
pub use rules::{nearest_rule, rule, rules};
pub use sample::{Sample, Samples, no_samples};
pub use subject::Subject;
pub use texts::Placed;
