//! A load of a spec over an API within the process, for tests that watch whole loads.

use std::path::PathBuf;
use std::sync::Arc;

use restload_diag::Source;
use restload_engine::clock::TestClock;
use restload_engine::redact::Redactor;
use restload_engine::run::{RunSettings, Services, Stop};
use restload_engine::transport::{Exchange, Transport};
use restload_spec::plan::{Plan, stand_in_inputs};
use restload_spec::{Wanted, read_spec, settle};
use url::Url;

/// The plan of a spec that has no fault.
pub(crate) fn plan(text: &str) -> Plan {
    let reading = read_spec(Source::new("spec.yaml", text), None);
    assert!(reading.diagnostics.is_empty(), "{:?}", reading.diagnostics);
    let spec = reading.spec.unwrap();
    let inputs = stand_in_inputs(&spec, jiff::Timestamp::UNIX_EPOCH);
    settle(&reading.document, &spec, inputs, &Wanted::default()).unwrap()
}

/// A load of everything, with 64 MiB, that keeps nothing for a next one to go on with.
pub(crate) fn settings(out: impl Into<PathBuf>) -> RunSettings {
    RunSettings {
        full_refresh: false,
        since: None,
        until: None,
        advance: false,
        keeping: None,
        max_duration: None,
        out: out.into(),
        folder: "spec".into(),
        origin: None,
        limit: None,
        memory: 64 << 20,
        strict: false,
        allow_incomplete: false,
    }
}

/// What a load draws on: this API, a clock that stands still unless it is moved, and files in the folder of the settings.
pub(crate) fn services(api: Arc<dyn Transport>) -> Services {
    Services {
        clock: Arc::new(TestClock::new(jiff::Timestamp::UNIX_EPOCH)),
        redactor: Redactor::new(),
        listener: Arc::new(()),
        stop: Stop::new(),
        transport: Some(api),
        folder: None,
    }
}

/// An answer to what was asked at `url`.
pub(crate) fn answer(url: Url, status: u16, kind: &str, body: String) -> Exchange {
    let headers = [("content-type".to_owned(), kind.to_owned())].into_iter().collect();
    Exchange { status, headers, body: body.into_bytes().into(), url }
}
