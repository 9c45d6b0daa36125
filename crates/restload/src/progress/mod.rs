//! How far a run is, for whoever watches it: lines that move on a terminal, lines that stay elsewhere, or the events
//! themselves as JSON.
//!
//! Events come from where the work is done, so hearing one only takes note of it; writing is done by [`Progress::show`].

mod bars;
mod lines;
mod standing;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use restload_engine::clock::Clock;
use restload_engine::events::{Event, Listener};
use restload_spec::plan::Plan;
use serde_json::{Value, json};

use crate::terminal::Terminal;
use crate::world::World;

use bars::Bars;
use lines::Lines;
use standing::Standing;

/// The progress of one run.
pub(crate) struct Progress {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

struct State {
    standing: Standing,
    form: Form,
}

/// How progress is shown.
enum Form {
    /// Not at all.
    Silent,
    /// One line per resource, which changes in its place.
    Bars(Bars),
    /// Lines at the start and the end of a resource, and between.
    Lines(Lines),
    /// Events that are yet to be written.
    Json(Vec<Value>),
}

impl Progress {
    /// The progress of a run that has not begun.
    pub(crate) fn new(plan: &Plan, world: &World<'_>, terminal: &Terminal) -> Self {
        let names = plan.resources.iter().map(|resource| resource.name.as_str());
        let form = match (terminal.voice.quiet, terminal.voice.json) {
            (true, _) => Form::Silent,
            (false, true) => Form::Json(Vec::new()),
            (false, false) if world.err_is_terminal => Form::Bars(Bars::new()),
            (false, false) => Form::Lines(Lines::new(world.clock.monotonic())),
        };
        let state = State { standing: Standing::new(names), form };
        Self { clock: world.clock.clone(), state: Mutex::new(state) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Brings what is seen up to date.
    pub(crate) fn show(&self, terminal: &Terminal) {
        let now = self.clock.monotonic();
        let mut state = self.lock();
        let State { standing, form } = &mut *state;
        let news = standing.news();
        match form {
            Form::Silent => {}
            Form::Bars(bars) => {
                if !news.is_empty() {
                    bars.beside(|| news.iter().for_each(|line| terminal.say(line)));
                }
                bars.show(standing, now);
            }
            Form::Lines(lines) => {
                let said: Vec<String> = news.into_iter().chain(lines.due(standing, now)).collect();
                // Writing may wait for a slow reader; the run goes on meanwhile.
                drop(state);
                for line in said {
                    terminal.say(&line);
                }
            }
            Form::Json(events) => {
                let events = std::mem::take(events);
                drop(state);
                for event in events {
                    terminal.say_json(&event);
                }
            }
        }
    }

    /// Says that the run is being ended, once what it waits for lets it.
    pub(crate) fn say_ending(&self, terminal: &Terminal) {
        const ENDING: &str = "ending; Ctrl-C again ends at once";
        match &self.lock().form {
            Form::Silent => {}
            Form::Bars(bars) => bars.beside(|| terminal.say(ENDING)),
            Form::Lines(_) => terminal.say(ENDING),
            Form::Json(_) => terminal.say_json(&json!({"event": "ending"})),
        }
    }

    /// Shows the last of it.
    pub(crate) fn finish(&self, terminal: &Terminal) {
        self.show(terminal);
        if let Form::Bars(bars) = &self.lock().form {
            bars.finish();
        }
    }
}

impl Listener for Progress {
    fn hear(&self, event: &Event) {
        let now = self.clock.monotonic();
        let mut state = self.lock();
        state.standing.note(event, now);
        if let Form::Json(events) = &mut state.form {
            events.push(as_json(event, self.clock.now()));
        }
    }
}

/// An event with its time, as a line of the log has it.
fn as_json(event: &Event, at: jiff::Timestamp) -> Value {
    let mut value = serde_json::to_value(event)
        .unwrap_or_else(|error| json!({"event": "unwritable", "why": error.to_string()}));
    if let Value::Object(fields) = &mut value {
        fields.insert("time".to_owned(), at.to_string().into());
    }
    value
}
