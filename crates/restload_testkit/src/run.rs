//! A case from its first request to its verdict.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use restload::{World, main_with};
use restload_engine::clock::TestClock;
use restload_engine::redact::Redactor;
use restload_engine::run::Stop;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::case::Step;
use crate::compare::{Came, bless, differences};
use crate::ends::By;
use crate::exchange::Exchange;
use crate::hard::Swap;
use crate::left::Left;
use crate::normal::{Normal, lines, without_progress};
use crate::promise::{self, Over};
use crate::server::Server;
use crate::{Case, CaseError, exchange};

/// What is done with what came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It is compared with what is wanted.
    Compare,
    /// It becomes what is wanted: files of `want/` that exist are written anew, and all where there are none.
    Bless,
}

/// Why a case failed, as text of several lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(String);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Faults {}

impl Faults {
    fn new(reason: impl fmt::Display) -> Self {
        Self(reason.to_string())
    }
}

/// When every case begins, by its clock.
const START: &str = "2026-03-01T12:00:00Z";

/// Runs a case, and once more with other secrets if it has any; the error says all that is wrong with it.
pub fn run_case(case: &Case, mode: Mode) -> Result<(), Faults> {
    let mut faults = perform(case, mode, false)?;
    if faults.is_empty() && mode == Mode::Compare {
        let heading = |fault| format!("[with secrets that are hard to hide] {fault}");
        faults.extend(perform(case, mode, true)?.into_iter().map(heading));
    }
    if faults.is_empty() { Ok(()) } else { Err(Faults(faults.join("\n"))) }
}

/// Runs a case with its own secrets or with hard ones; nothing is done where it has none that could be.
fn perform(case: &Case, mode: Mode, hard: bool) -> Result<Vec<String>, Faults> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(Faults::new)?;
    let mut stage = Stage {
        server: runtime.block_on(Server::start()).map_err(Faults::new)?,
        out: tempfile::tempdir().map_err(Faults::new)?,
        files: tempfile::tempdir().map_err(Faults::new)?,
        hours: Cell::new(0),
        swap: Swap::default(),
        _runtime: runtime,
    };
    for (name, path) in case.files().map_err(Faults::new)? {
        std::fs::copy(path, stage.files.path().join(name)).map_err(Faults::new)?;
    }
    let mut steps = case.steps(&|text| stage.fill(text)).map_err(Faults::new)?;
    if hard {
        stage.swap = Swap::of(case, &steps, &|step| stage.read(step).unwrap_or_default());
        if stage.swap.is_empty() {
            return Ok(Vec::new());
        }
        for step in &mut steps {
            *step = stage.swap.harden_step(step, stage.files.path()).map_err(Faults::new)?;
        }
    }
    let mut faults = Vec::new();
    for step in &steps {
        let performed = stage.perform(step)?;
        let heading =
            |fault: String| if step.name.is_empty() { fault } else { format!("[{}] {fault}", step.name) };
        faults.extend(performed.faults.into_iter().map(heading));
        if mode == Mode::Bless {
            bless(&step.want(), &performed.came).map_err(Faults::new)?;
        }
        let differences = differences(&step.want(), &performed.came).map_err(Faults::new)?;
        faults.extend(differences.into_iter().map(heading));
        if !faults.is_empty() {
            let printed = performed.came.files.get("stderr.txt").map_or("", String::as_str);
            faults.push(heading(format!("standard error was\n{printed}")));
            break;
        }
    }
    Ok(faults)
}

/// What the loads of a case share.
struct Stage {
    /// The server's; each load has its own, which ends with it.
    _runtime: Runtime,
    server: Server,
    out: tempfile::TempDir,
    /// What the loads may change beside it.
    files: tempfile::TempDir,
    /// How many hours after the first load the next one begins.
    hours: Cell<u64>,
    /// The secrets in place of those of the case.
    swap: Swap,
}

/// The exit code of a process that was killed, as a shell tells it.
const KILLED: u8 = 137;
/// How long a load that is killed may still be busy.
const DYING: Duration = Duration::from_secs(20);

/// One load of a case, done.
struct Performed {
    came: Came,
    faults: Vec<String>,
}

impl Stage {
    /// Puts what a case cannot know in place of `{{base}}` (the server's origin), `{{other}}` (the same server by another
    /// origin), `{{port}}`, `{{out}}` (the output folder) and `{{files}}` (where the files of the case are).
    fn fill(&self, text: &str) -> String {
        let port = self.server.port;
        text.replace("{{base}}", &format!("http://127.0.0.1:{port}"))
            .replace("{{other}}", &format!("http://localhost:{port}"))
            .replace("{{port}}", &port.to_string())
            .replace("{{out}}", &self.out.path().display().to_string())
            .replace("{{files}}", &self.files.path().display().to_string())
    }

    /// The spec of a load, and what is asked and answered.
    fn read(&self, step: &Step) -> Result<(Value, Vec<Exchange>), CaseError> {
        let exchanges = exchange::read(&step.folder.join("exchanges.yaml"), &|text| self.fill(text))?;
        Ok((read_spec(&step.spec_folder.join("spec.yaml")), exchanges))
    }

    fn perform(&self, step: &Step) -> Result<Performed, Faults> {
        let (spec, mut exchanges) = self.read(step).map_err(Faults::new)?;
        let folder = folder_of(self.out.path(), step, &spec);
        let before = Left::read(&folder).map_err(Faults::new)?;
        for exchange in &mut exchanges {
            self.swap.harden_exchange(exchange);
        }
        let mut secrets = promise::secrets(&spec, step);
        secrets.extend(promise::tokens(&exchanges));
        secrets.extend(self.changed_files().into_values().map(|text| text.trim().to_owned()));
        secrets.extend(self.swap.secrets().map(str::to_owned));
        let held_at = step.ends.as_ref().and_then(|ends| ends.at_request);
        self.server.expect(exchanges, held_at, self.swap.clone());
        let (printed, met) = (Printed::default(), Printed::default());
        let own = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let own = own.map_err(Faults::new)?;
        let exit = own.block_on(self.live(step, &spec, &folder, (&printed, &met)));
        own.shutdown_timeout(DYING);
        let exit = exit?;
        if let Some(ends) = &step.ends {
            ends.spoil(&folder).map_err(Faults::new)?;
            self.hours.set(self.hours.get() + ends.hours_later);
        }
        let asking = self.server.asked();
        let left = Left::read(&folder).map_err(Faults::new)?;
        let over = Over {
            exit,
            loads: step.command.is_none(),
            before: &before,
            after: &left,
            printed: &format!("{}\n{}", printed.out.text(), printed.err.text()),
            out: self.out.path(),
            secrets: &secrets,
        };
        let mut faults = asking.faults.clone();
        faults.extend(promise::broken(&over));
        let mut files = self.files(step, exit, &asking.lines, &left, &printed);
        if step.ends.as_ref().is_some_and(|ends| ends.by == By::Meet) {
            files.insert("met.txt".to_owned(), self.normal(step).apply(&without_progress(&met.err.text())));
        }
        // Nothing but a file of the case may hold them; where something else does, that is told above.
        for text in files.values_mut() {
            *text = self.swap.put_back(text);
        }
        Ok(Performed { came: Came { files, any_order: several_walks(&spec) }, faults })
    }

    /// What came, as the files of `want/`.
    fn files(
        &self,
        step: &Step,
        exit: u8,
        asked: &[String],
        left: &Left,
        printed: &Printed,
    ) -> BTreeMap<String, String> {
        let normal = self.normal(step);
        let (out, err) = (printed.out.text(), printed.err.text());
        let asked = lines(asked.iter().cloned().chain(left.stop_lines()));
        let texts = [
            ("exit", format!("{exit}\n")),
            ("requests.txt", normal.apply(&asked)),
            ("report.txt", lines(left.report_lines())),
            ("tables.txt", lines(left.tables.keys())),
            ("said.txt", normal.apply(&format!("{out}{err}"))),
            ("stdout.txt", normal.apply(&out)),
            ("stderr.txt", normal.apply(&without_progress(&err))),
        ];
        let texts = texts.map(|(name, text)| (name.to_owned(), text)).into_iter();
        let rows =
            left.tables.iter().map(|(name, table)| (format!("{name}.jsonl"), normal.apply(&table.lines())));
        let schemas = left.tables.iter().map(|(name, table)| (format!("{name}.schema"), table.schema()));
        let changed = self.changed_files().into_iter().map(|(name, text)| (format!("files/{name}"), text));
        texts.chain(rows).chain(schemas).chain(changed).collect()
    }

    /// The files of the case as they are now, by name.
    fn changed_files(&self) -> BTreeMap<String, String> {
        let entries = std::fs::read_dir(self.files.path()).into_iter().flatten().flatten();
        let texts = entries.map(|entry| {
            let text = std::fs::read_to_string(entry.path()).unwrap_or_default();
            (entry.file_name().to_string_lossy().into_owned(), text)
        });
        texts.collect()
    }

    /// Runs the program to its end, or to the end that the case makes of it.
    async fn live(
        &self,
        step: &Step,
        spec: &Value,
        folder: &Path,
        (printed, met): (&Printed, &Printed),
    ) -> Result<u8, Faults> {
        let stop = Stop::new();
        let Some(ends) = &step.ends else {
            return Ok(self.start(step, spec, printed, stop).await);
        };
        let mut running = Box::pin(self.start(step, spec, printed, stop.clone()));
        let ready = async {
            self.server.held().await;
            ends.wait(folder).await
        };
        let is_ready = tokio::select! {
            exit = &mut running => return Ok(exit),
            is_ready = ready => is_ready,
        };
        if !is_ready {
            return Err(Faults::new(format!("the journal never came to {ends:?}")));
        }
        match ends.by {
            By::Kill => {
                drop(running);
                Ok(KILLED)
            }
            By::Stop => {
                stop.stop();
                Ok(running.await)
            }
            By::Meet => {
                let other = tokio::select! {
                    _ = &mut running => return Err(Faults::new("the load did not wait for its answer")),
                    other = self.start(step, spec, met, Stop::new()) => other,
                };
                if other != restload::exit::HELD {
                    return Err(Faults::new(format!("the run beside it ended with exit code {other}")));
                }
                self.server.release();
                Ok(running.await)
            }
        }
    }

    /// Runs the program as its binary would be run in the folder of the spec.
    async fn start(&self, step: &Step, spec: &Value, printed: &Printed, stop: Stop) -> u8 {
        let mut args = vec!["restload".to_owned()];
        match &step.command {
            Some(command) => args.extend(command.iter().cloned()),
            None => args.extend(["run".to_owned(), "spec.yaml".to_owned()]),
        }
        if !step.args.iter().any(|arg| arg == "--out") {
            args.extend(["--out".to_owned(), self.out.path().display().to_string()]);
        }
        if step.command.is_none() {
            if !step.args.iter().any(|arg| arg == "--base-url" || arg == "--sandbox") {
                args.extend(self.base_url(spec).into_iter().flat_map(|url| ["--base-url".to_owned(), url]));
            }
            args.extend(step.args.iter().cloned());
        }
        let start = START.parse().unwrap_or(Timestamp::UNIX_EPOCH);
        let later = Duration::from_secs(3600 * self.hours.get());
        let start = start.saturating_add(later).unwrap_or(start);
        let world = World {
            env: &|name| step.env.get(name).cloned(),
            out: printed.out.0.clone(),
            err: printed.err.0.clone(),
            out_is_terminal: false,
            err_is_terminal: false,
            clock: Arc::new(TestClock::new(start)),
            cwd: step.spec_folder.clone(),
            stop,
            redactor: Redactor::new(),
        };
        main_with(args.into_iter().map(Into::into).collect(), world).await
    }

    /// The path of the spec's base URL on this server; none where the case gives the URL by an input.
    fn base_url(&self, spec: &Value) -> Option<String> {
        let written = spec["client"]["base_url"].as_str()?;
        let (_, rest) = written.split_once("://").filter(|_| !written.contains("{{"))?;
        let path = rest.find('/').map_or("", |slash| &rest[slash..]);
        Some(self.fill(&format!("{{{{base}}}}{path}")))
    }

    fn normal(&self, step: &Step) -> Normal {
        let port = self.server.port;
        Normal::default()
            .replace(self.out.path().display().to_string(), "<out>")
            .replace(self.files.path().display().to_string(), "<files>")
            .replace(format!("{}/", step.spec_folder.display()), "")
            .replace(format!("127.0.0.1:{port}"), "<base>")
            .replace(format!("localhost:{port}"), "<other>")
    }
}

/// Both streams of a run.
#[derive(Default)]
struct Printed {
    out: Stream,
    err: Stream,
}

#[derive(Default, Clone)]
struct Stream(Arc<Mutex<Vec<u8>>>);

impl Stream {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

/// A spec as plain data; null where it is no YAML.
fn read_spec(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    serde_yaml::from_str(&text).unwrap_or_default()
}

fn folder_of(out: &Path, step: &Step, spec: &Value) -> PathBuf {
    let has = |flag: &str| step.args.iter().any(|arg| arg == flag);
    let suffix = if has("--sandbox") {
        ".sandbox"
    } else if has("--limit") {
        ".limit"
    } else {
        ""
    };
    out.join(format!("{}{suffix}", spec["name"].as_str().unwrap_or("spec")))
}

/// Whether requests of more than one walk may mix.
fn several_walks(spec: &Value) -> bool {
    let resources: Vec<&Value> =
        spec["resources"].as_object().into_iter().flat_map(|all| all.values()).collect();
    let asking = resources.iter().filter(|resource| resource["path"].is_string()).count();
    let many = |resource: &&Value| !resource["for_each"].is_null() || resource["parent"]["batch"].is_number();
    asking > 1 || resources.iter().any(many)
}
