//! A fake of any API that has a spec, answering from the spec's samples.
//!
//! A [`Sandbox`] listens on this machine and answers as the API would: it checks the auth, gives the pages that the
//! paginator of each resource expects, and knows which child belongs to which parent, since it makes the rows of the
//! parents and renders from them the requests of the children. Rows are varied from those of the samples, the same in
//! every run. Its inputs are of its own making, so no real secret is needed, read or sent.
//!
//! ```
//! use restload_diag::Source;
//! use restload_sandbox::{Sandbox, SandboxOptions};
//! use restload_spec::{Wanted, read_spec, settle};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! let text = "{version: 1, name: a, client: {base_url: 'https://a.example'},
//!              resources: {notes: {path: notes, data_selector: $, paginator: single_page}}}";
//! let reading = read_spec(Source::new("a.yaml", text), Some("a"));
//! let (document, spec) = (reading.document, reading.spec.unwrap());
//! let sample = |path: &str| Ok((path == "samples/a/notes.json").then(|| br#"[{"id": 1}]"#.to_vec()));
//!
//! let now = "2026-03-01T12:00:00Z".parse().unwrap();
//! let sandbox = Sandbox::start(&document, &spec, &sample, &SandboxOptions::default(), now).await.unwrap();
//! let wanted = Wanted { base_url: Some(sandbox.base_url().clone()), ..Wanted::default() };
//! let mut plan = settle(&document, &spec, sandbox.inputs().clone(), &wanted).unwrap();
//! sandbox.take_over(&mut plan);
//! # });
//! ```

mod answer;
mod api;
mod ask;
mod asked;
mod auth;
mod batch;
mod build;
mod contexts;
mod draft;
mod error;
mod form;
mod inputs;
mod keys;
mod kin;
mod names;
mod nested;
mod paging;
mod quota;
mod rows;
mod sample;
mod serve;
mod steps;
mod vary;

pub use error::SandboxError;
pub use serve::{ReadSample, Sandbox, SandboxOptions};
