//! Fakes of three real APIs (Tapfiliate, Affinity and Taplytics), started in-process on the loopback interface.
//!
//! They are written from the vendors' documentation and from nothing else: no fake has seen the spec that
//! is run against it, so an agreement between the two is evidence. A [`Fake`] is a server in a thread of its
//! own, so that tests with and without a runtime can use it; it keeps what it was asked, and gives out the
//! rows it serves, so that every value that comes out of Parquet can be compared.
//!
//! ```
//! use restload_fakes::{Fake, Options};
//!
//! let fake = Fake::tapfiliate(Options::new().records("affiliates", 30).key("k3y"));
//! assert_eq!(fake.expected("affiliates").len(), 30);
//! assert!(fake.base_url().ends_with("/1.6/"));
//! assert!(fake.requests().is_empty());
//! ```

mod affinity;
mod ask;
mod fake;
mod faults;
mod options;
mod rate;
mod reply;
mod sample;
mod serve;
mod table;
mod tapfiliate;
mod taplytics;
mod vary;

pub use affinity::dlt_tables_expected;
pub use axum::http::{HeaderMap, Method};
pub use fake::{ALWAYS, Api, Fake, Seen};
pub use options::Options;
