//! Runs of the program within the tests' process.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use restload::{World, main_with};
use restload_engine::clock::TestClock;
use restload_engine::redact::Redactor;
use restload_engine::run::Stop;
use restload_fakes::Fake;
use restload_testkit::leak;
use serde_json::Value;
use tempfile::TempDir;

/// When every stage begins, by its clock.
const START: &str = "2026-03-01T12:00:00Z";

/// An output folder, and a clock whose sleeps end at once.
#[derive(Debug)]
pub struct Stage {
    out: TempDir,
    clock: TestClock,
    /// The keys of all runs so far, which are to be nowhere.
    keys: Mutex<BTreeSet<String>>,
}

/// A run that has ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit code.
    pub exit: u8,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Ended {
    /// The run, which ended with that exit code.
    ///
    /// # Panics
    /// If it did not.
    #[must_use]
    pub fn exited(self, code: u8) -> Self {
        assert_eq!(self.exit, code, "{}\n{}", self.out, self.err);
        self
    }
}

impl Stage {
    /// An empty folder.
    ///
    /// # Panics
    /// If there can be none.
    #[expect(clippy::new_without_default, reason = "it makes a folder")]
    pub fn new() -> Self {
        let out = tempfile::tempdir().expect("a temporary folder");
        let start = START.parse().unwrap_or(Timestamp::UNIX_EPOCH);
        Self { out, clock: TestClock::new(start), keys: Mutex::default() }
    }

    /// Runs a shipped spec against a fake of its API, with the key that the fake accepts.
    pub fn load(&self, spec: &str, fake: &Fake, more: &[&str]) -> Ended {
        self.load_as(spec, fake, fake.key(), more)
    }

    /// Runs a shipped spec against a fake with a key that it may not accept.
    pub fn load_as(&self, spec: &str, fake: &Fake, key: &str, more: &[&str]) -> Ended {
        if !key.is_empty() {
            self.keys.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned());
        }
        let key = format!("api_key={key}");
        let path = format!("specs/{spec}.yaml");
        let args = ["run", &path, "--set", &key, "--base-url", &fake.base_url()];
        self.run(&[&args[..], more].concat())
    }

    /// Runs the program at the root of the workspace, into the folder of this stage.
    ///
    /// # Panics
    /// If the system gives no threads, or the key of a run is printed or stored in whatever form.
    pub fn run(&self, args: &[&str]) -> Ended {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let (out, err) = (Text::default(), Text::default());
        let world = World {
            env: &|_| None,
            out: out.0.clone(),
            err: err.0.clone(),
            out_is_terminal: false,
            err_is_terminal: false,
            clock: Arc::new(self.clock.clone()),
            cwd: Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."),
            stop: Stop::new(),
            redactor: Redactor::new(),
        };
        let folder = self.out.path().display().to_string();
        let args = ["restload"].iter().chain(args).chain(&["--out", &folder]).map(Into::into).collect();
        let exit = runtime.expect("threads").block_on(main_with(args, world));
        let ended = Ended { exit, out: out.read(), err: err.read() };
        self.hold_no_key(&ended);
        ended
    }

    fn hold_no_key(&self, ended: &Ended) {
        let keys: Vec<String> =
            self.keys.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect();
        let printed = format!("{}\n{}", ended.out, ended.err);
        for key in &keys {
            assert!(leak::found(printed.as_bytes(), key).is_empty(), "{printed}");
        }
        let leaks = leak::below(self.out.path(), &keys);
        assert!(leaks.is_empty(), "{leaks:?}\n{printed}");
    }

    /// The folder of a spec.
    pub fn folder(&self, spec: &str) -> PathBuf {
        self.out.path().join(spec)
    }

    /// The tables of a spec: the folders in which a reader finds files.
    ///
    /// # Panics
    /// If the spec left nothing.
    pub fn tables(&self, spec: &str) -> Vec<String> {
        let entries = fs::read_dir(self.folder(spec)).expect("the spec has a folder");
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut names: Vec<String> = names.filter(|name| !name.starts_with('_')).collect();
        names.sort();
        names
    }

    /// The newest load record of a spec.
    ///
    /// # Panics
    /// If there is none.
    pub fn record(&self, spec: &str) -> Value {
        let loads = self.folder(spec).join("_restload/loads");
        let entries = fs::read_dir(&loads).expect("the spec has load records");
        let newest = entries.filter_map(|entry| Some(entry.ok()?.path())).max().expect("a load record");
        let text = fs::read_to_string(newest).expect("a load record can be read");
        serde_json::from_str(&text).expect("a load record is JSON")
    }

    /// How long the runs would have waited so far.
    pub fn waits(&self) -> Vec<Duration> {
        self.clock.sleeps()
    }

    /// Writes a file into the folder, beside those of the runs, and gives its path.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn write(&self, name: &str, text: &str) -> String {
        let path = self.out.path().join(name);
        fs::write(&path, text).expect("a file can be written");
        path.display().to_string()
    }
}

/// One end of a stream that the program writes to.
#[derive(Default)]
struct Text(Arc<Mutex<Vec<u8>>>);

impl Text {
    fn read(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}
