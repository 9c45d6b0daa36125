//! Running a program over rows, in a thread that is watched.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc::{Receiver, RecvTimeoutError, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use jaq_core::{Ctx, Vars, unwrap_valr};
use jaq_json::{Num, Val, read, write};

use super::guard::Spent;
use super::{Compiled, Data, guard};

/// The bounds of a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Rows that one row may become.
    pub(super) rows: usize,
    /// How long one row may take.
    pub(super) time: Duration,
    /// How many turns its loops and calls may take for one row.
    pub(super) turns: u32,
    /// How large a text or a list may become, in bytes.
    pub(super) size: usize,
}

impl Limits {
    pub(super) const DEFAULT: Self =
        Self { rows: 10_000, time: Duration::from_secs(10), turns: 5_000_000, size: 64 << 20 };
    /// Those of a sample, which is a row or a few and looked at while its spec is written.
    pub(super) const OF_SAMPLE: Self =
        Self { rows: 10_000, time: Duration::from_secs(1), turns: 200_000, size: 16 << 20 };
}

/// How often, within the time that a row may take, the thread is looked after.
const LOOKS: u32 = 20;

/// Deeper rows than this would leave no stack to the program, and none are made of it.
pub(super) const MAX_DEPTH: usize = 1_000;

/// The values of a program's variables, each as JSON text; what is `None` is null.
#[derive(Clone, Copy, Debug, Default)]
pub struct Variables<'a> {
    /// `$body`, the whole answer.
    pub body: Option<&'a [u8]>,
    /// `$parent`, the parent's row.
    pub parent: Option<&'a [u8]>,
    /// `$each`, the combination of `for_each`.
    pub each: Option<&'a [u8]>,
    /// `$inputs`, without the secret ones.
    pub inputs: Option<&'a [u8]>,
    /// `$run`, `id` and `started_at`.
    pub run: Option<&'a [u8]>,
}

/// Why a program did not give rows. `row` counts from 0 in the rows that it was given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProgramError {
    /// The program ended with an error.
    #[error("row {row}: the program failed: {message}", row = row + 1)]
    Failed {
        /// The row.
        row: usize,
        /// What jq says.
        message: String,
    },
    /// One row took longer than it may.
    #[error("row {row}: the program did not end within {} s", limit.as_secs_f64(), row = row + 1)]
    TimedOut {
        /// The row.
        row: usize,
        /// The time it had.
        limit: Duration,
    },
    /// One row became more rows than it may.
    #[error("row {row}: the program gave more than {limit} rows", row = row + 1)]
    TooManyRows {
        /// The row.
        row: usize,
        /// How many it may become.
        limit: usize,
    },
    /// One row took more turns of loops and functions than it may.
    #[error("row {row}: the program did not end after {limit} turns of its loops and functions", row = row + 1)]
    TooManyTurns {
        /// The row.
        row: usize,
        /// How many it may take.
        limit: u32,
    },
    /// A text or a list became larger than it may.
    #[error("row {row}: the program made a value of more than {} MB", limit >> 20, row = row + 1)]
    TooLarge {
        /// The row.
        row: usize,
        /// How many bytes it may have.
        limit: usize,
    },
    /// A value became deeper than it may: when it is written as text, or while it is worked on and much deeper.
    #[error("row {row}: the program made a value that is nested deeper than {limit}", row = row + 1)]
    TooDeep {
        /// The row.
        row: usize,
        /// How deep a row may be.
        limit: usize,
    },
    /// What came out is no row.
    #[error("row {row}: the program gave {found}, and a row is an object", row = row + 1)]
    NotAnObject {
        /// The row.
        row: usize,
        /// What came out, with its article.
        found: &'static str,
    },
    /// What came out cannot be written as JSON.
    #[error("row {row}: the program gave {found}, which JSON has not", row = row + 1)]
    NotJson {
        /// The row.
        row: usize,
        /// What came out, with its article.
        found: &'static str,
    },
    /// The row or a variable is not JSON that a program can take.
    #[error("{of}: {message}")]
    Input {
        /// `row 3`, or the variable's name.
        of: String,
        /// What is wrong with it.
        message: String,
    },
    /// The thread could not be started, or ended before its work did.
    #[error("the program could not be run: {message}")]
    Thread {
        /// What the system says.
        message: String,
    },
}

/// The rows that one row became.
type Rows = Vec<Vec<u8>>;

/// What the thread works on; it owns it all, since it may be left behind.
struct Work {
    program: Arc<Compiled>,
    rows: Vec<Vec<u8>>,
    variables: [Option<Vec<u8>>; 5],
    limits: Limits,
    done: Arc<AtomicUsize>,
    stopped: Arc<AtomicBool>,
}

pub(super) fn run(
    program: &Arc<Compiled>,
    rows: &[&[u8]],
    variables: &Variables<'_>,
    limits: Limits,
) -> Result<Vec<Rows>, ProgramError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let (done, stopped) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let Variables { body, parent, each, inputs, run } = *variables;
    let work = Work {
        program: Arc::clone(program),
        rows: rows.iter().map(|row| row.to_vec()).collect(),
        variables: [body, parent, each, inputs, run].map(|text| text.map(<[u8]>::to_vec)),
        limits,
        done: Arc::clone(&done),
        stopped: Arc::clone(&stopped),
    };
    let (sender, receiver) = sync_channel(1);
    let thread = thread::Builder::new().name("transform".to_owned()).stack_size(guard::STACK);
    // Nobody listens any more when the time is over.
    let spawned = thread.spawn(move || drop(sender.send(work.work())));
    spawned.map_err(|error| ProgramError::Thread { message: error.to_string() })?;
    let watched = watch(&receiver, &done, limits.time);
    stopped.store(true, Ordering::Relaxed);
    watched
}

/// Waits for the thread as long as it gets on. It is looked after from time to time and not at each row, which would wake two
/// threads a row; so a row may take a little longer than it should.
fn watch(
    receiver: &Receiver<Result<Vec<Rows>, ProgramError>>,
    done: &AtomicUsize,
    limit: Duration,
) -> Result<Vec<Rows>, ProgramError> {
    let mut row = 0;
    let mut since = Instant::now();
    loop {
        match receiver.recv_timeout(limit / LOOKS) {
            Ok(rows) => return rows,
            Err(RecvTimeoutError::Disconnected) => {
                let message = format!("it ended at row {}", done.load(Ordering::Relaxed) + 1);
                return Err(ProgramError::Thread { message });
            }
            Err(RecvTimeoutError::Timeout) => {
                let now_at = done.load(Ordering::Relaxed);
                if now_at != row {
                    (row, since) = (now_at, Instant::now());
                } else if since.elapsed() >= limit {
                    return Err(ProgramError::TimedOut { row, limit });
                }
            }
        }
    }
}

impl Work {
    fn work(&self) -> Result<Vec<Rows>, ProgramError> {
        guard::begin(&self.stopped);
        let variables = self.read_variables()?;
        let mut all = Vec::with_capacity(self.rows.len());
        for (row, text) in self.rows.iter().enumerate() {
            if self.stopped.load(Ordering::Relaxed) {
                break;
            }
            all.push(self.row(row, text, &variables)?);
            self.done.store(row + 1, Ordering::Relaxed);
        }
        Ok(all)
    }

    fn read_variables(&self) -> Result<Vars<Val>, ProgramError> {
        let named = super::VARIABLES.iter().zip(&self.variables);
        let read = named.map(|(name, text)| match text {
            Some(text) => read_value(text, || format!("`{name}`")),
            None => Ok(Val::Null),
        });
        Ok(Vars::new(read.collect::<Result<Vec<_>, _>>()?))
    }

    fn row(&self, row: usize, text: &[u8], variables: &Vars<Val>) -> Result<Rows, ProgramError> {
        let value = read_value(text, || format!("row {}", row + 1))?;
        guard::begin_row(self.limits);
        let rows = self.made(row, value, variables);
        match guard::spent() {
            None => rows,
            Some(Spent::Turns) => Err(ProgramError::TooManyTurns { row, limit: self.limits.turns }),
            Some(Spent::Size) => Err(ProgramError::TooLarge { row, limit: self.limits.size }),
            Some(Spent::Depth) => Err(ProgramError::TooDeep { row, limit: MAX_DEPTH }),
        }
    }

    fn made(&self, row: usize, value: Val, variables: &Vars<Val>) -> Result<Rows, ProgramError> {
        let context = Ctx::<Data>::new(&self.program.lut, variables.clone());
        let mut rows = Vec::new();
        for output in self.program.id.run((context, value)).map(unwrap_valr) {
            let output = output
                .map_err(|error| ProgramError::Failed { row, message: shortened(&error.to_string()) })?;
            if rows.len() == self.limits.rows {
                return Err(ProgramError::TooManyRows { row, limit: self.limits.rows });
            }
            if guard::spent().is_some() || self.stopped.load(Ordering::Relaxed) {
                break;
            }
            rows.push(written(row, output)?);
        }
        Ok(rows)
    }
}

fn read_value(text: &[u8], of: impl Fn() -> String) -> Result<Val, ProgramError> {
    if depth(text) > MAX_DEPTH {
        return Err(ProgramError::Input {
            of: of(),
            message: format!("it is nested deeper than {MAX_DEPTH}"),
        });
    }
    read::parse_single(text).map_err(|error| ProgramError::Input { of: of(), message: error.to_string() })
}

/// How deep JSON text nests; the reader recurses on it.
pub(super) fn depth(text: &[u8]) -> usize {
    let (mut depth, mut deepest, mut quoted, mut escaped) = (0_usize, 0, false, false);
    for byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// A row as JSON text; one that is too large is told by the guard.
fn written(row: usize, output: Val) -> Result<Vec<u8>, ProgramError> {
    let Ok(output) = guard::measured_all(output) else { return Ok(Vec::new()) };
    if !matches!(output, Val::Obj(_)) {
        return Err(ProgramError::NotAnObject { row, found: kind(&output) });
    }
    if let Some(found) = not_json(&output) {
        return Err(ProgramError::NotJson { row, found });
    }
    let mut text = Vec::new();
    match write::write(&mut text, &write::Pp::default(), 0, &output) {
        Ok(()) => Ok(text),
        Err(_) => Err(ProgramError::NotJson { row, found: "a value" }),
    }
}

/// What in a value JSON cannot spell.
fn not_json(value: &Val) -> Option<&'static str> {
    match value {
        Val::Num(Num::Float(number)) if number.is_nan() => Some("NaN"),
        Val::Num(Num::Float(number)) if number.is_infinite() => Some("an infinite number"),
        Val::Null | Val::Bool(_) | Val::Num(_) => None,
        Val::BStr(_) => Some("bytes"),
        Val::TStr(text) => std::str::from_utf8(text).is_err().then_some("text that is not UTF-8"),
        Val::Arr(items) => items.iter().find_map(not_json),
        Val::Obj(members) => members.iter().find_map(|(key, value)| match key {
            Val::TStr(_) => not_json(key).or_else(|| not_json(value)),
            _ => Some("a key that is not text"),
        }),
    }
}

fn kind(value: &Val) -> &'static str {
    match value {
        Val::Null => "null",
        Val::Bool(_) => "true or false",
        Val::Num(_) => "a number",
        Val::BStr(_) => "bytes",
        Val::TStr(_) => "text",
        Val::Arr(_) => "a list",
        Val::Obj(_) => "an object",
    }
}

fn shortened(message: &str) -> String {
    match message.char_indices().nth(300) {
        Some((at, _)) => format!("{}…", &message[..at]),
        None => message.to_owned(),
    }
}
