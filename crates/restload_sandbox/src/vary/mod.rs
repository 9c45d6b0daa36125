//! Rows made from those of a sample: keys are distinct, moments are spread over a year, numbers vary a little, what
//! refers to another row refers to one that exists. The same place in a list always gives the same row.

pub(crate) mod chance;
mod date;
mod distinct;
mod number;
mod pool;

use restload_spec::Step;
use serde_json::{Map, Value};

use crate::names;
use crate::steps::{At, get, put, visit};
use chance::{mix, of_text};
use date::Stamp;

pub(crate) use pool::{Known, Pool, is_telling};

/// The moment before which all made-up rows lie: 2026-01-01.
const END: i64 = 1_767_225_600;
const YEAR: i64 = 365 * 86_400;
/// Whole numbers in this range may be seconds since 1970: from 2001 to 2033.
const UNIX: std::ops::Range<i64> = 1_000_000_000..2_000_000_000;
/// Ids of so many characters are replaced within other texts too.
const WITHIN_TEXTS: usize = 6;
/// Names of texts that tell rows apart for people.
const TITLES: [&str; 4] = ["name", "title", "label", "display_name"];

/// How the rows of one resource are made.
#[derive(Debug)]
pub(crate) struct Variety {
    samples: Vec<Value>,
    keys: Vec<KeyField>,
    seed: u64,
}

/// A field whose values are distinct.
#[derive(Debug)]
pub(crate) struct KeyField {
    /// Where it stands in a row.
    pub(crate) at: At,
    /// Its own values.
    pub(crate) pool: Pool,
    /// The list whose keys its values are.
    pub(crate) refers_to: Option<usize>,
    /// Values come again in other walks: something else tells the rows of two walks apart.
    pub(crate) within_walk: bool,
}

/// The place of a row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn {
    /// Over all rows of the resource.
    pub(crate) ordinal: u64,
    /// The share of the year that lies before it, in millionths; none leaves it to chance.
    pub(crate) share: Option<u64>,
}

/// What happens to one row.
struct Change<'a> {
    known: &'a Known,
    turn: Turn,
    chance: u64,
    /// Seconds that its moments move.
    moved: i64,
    /// Keys of the row as they were and as they are.
    renamed: Vec<(String, String)>,
}

impl Variety {
    pub(crate) fn new(samples: Vec<Value>, keys: Vec<KeyField>, seed: u64) -> Self {
        Self { samples, keys, seed }
    }

    pub(crate) fn samples(&self) -> &[Value] {
        &self.samples
    }

    pub(crate) fn keys(&self) -> &[KeyField] {
        &self.keys
    }

    /// The row at a place; the first are those of the sample.
    pub(crate) fn row(&self, turn: Turn, known: &Known) -> Value {
        let count = self.samples.len() as u64;
        let index = usize::try_from(turn.ordinal % count.max(1)).unwrap_or(0);
        let Some(from) = self.samples.get(index) else { return Value::Null };
        if turn.ordinal < count {
            return from.clone();
        }
        let chance = mix(&[self.seed, turn.ordinal]);
        let keys: Vec<(&KeyField, Value)> =
            self.keys.iter().map(|key| (key, key.value(turn.ordinal, known))).collect();
        let change =
            Change { known, turn, chance, moved: moved(from, turn, chance), renamed: renamed(from, &keys) };
        let mut row = change.value(from, "", 0);
        for (key, value) in keys {
            if get(from, &key.at).is_some_and(is_scalar) {
                put(&mut row, &key.at, value);
            }
        }
        if row == *from {
            tell_apart(&mut row, turn.ordinal);
        }
        row
    }
}

impl KeyField {
    fn value(&self, ordinal: u64, known: &Known) -> Value {
        let Some(other) = self.refers_to.and_then(|place| known.pool(place)) else {
            return self.pool.at(ordinal);
        };
        other.at(if self.within_walk { ordinal % other.size.max(1) } else { ordinal })
    }
}

impl Change<'_> {
    fn value(&self, value: &Value, name: &str, depth: usize) -> Value {
        match value {
            Value::Object(fields) => {
                let field =
                    |(name, value): (&String, &Value)| (name.clone(), self.value(value, name, depth + 1));
                Value::Object(fields.iter().map(field).collect::<Map<_, _>>())
            }
            Value::Array(items) => items.iter().map(|item| self.value(item, name, depth + 1)).collect(),
            Value::String(text) => Value::String(self.text(text, name, depth)),
            Value::Number(number) => {
                let is_kept = self.known.is_key(number) || names::is_fixed(name);
                match (unix(value, name), is_kept) {
                    (Some(scale), _) => {
                        Value::Number(number::added(number, self.moved.saturating_mul(scale)))
                    }
                    (None, true) => value.clone(),
                    (None, false) => Value::Number(number::vary(number, mix(&[self.chance, of_text(name)]))),
                }
            }
            other => other.clone(),
        }
    }

    fn text(&self, text: &str, name: &str, depth: usize) -> String {
        if let Some((_, new)) = self.renamed.iter().find(|(old, _)| old == text) {
            return new.clone();
        }
        if let Some(stamp) = Stamp::parse(text) {
            return stamp.moved(self.moved).unwrap_or_else(|| text.to_owned());
        }
        if let Some(other) = self.known.another(text, mix(&[self.chance, of_text(text)])) {
            return other;
        }
        if let Some((old, new)) =
            self.renamed.iter().find(|(old, _)| stands_for_a_row(old) && text.contains(old))
        {
            return text.replace(old, new);
        }
        let number = self.turn.ordinal + 1;
        match text.split_once('@') {
            Some((user, host)) if depth <= 1 && is_mail(user, host) => format!("{user}{number}@{host}"),
            None if depth <= 1 && !text.is_empty() && TITLES.contains(&&*names::snake(name)) => {
                format!("{text} {number}")
            }
            _ => text.to_owned(),
        }
    }
}

/// How far the moments of a row move, so that its first one falls on the row's part of the year.
fn moved(from: &Value, turn: Turn, chance: u64) -> i64 {
    let mut first = None;
    visit(from, &mut Vec::new(), &mut |value, at| {
        let name =
            at.iter().rev().find_map(|step| if let Step::Key(name) = step { Some(&**name) } else { None });
        if first.is_none() {
            first = match value {
                Value::String(text) => Stamp::parse(text).map(|stamp| stamp.seconds()),
                Value::Number(number) => {
                    unix(value, name.unwrap_or_default()).and_then(|scale| Some(number.as_i64()? / scale))
                }
                _ => None,
            };
        }
    });
    let share = turn.share.unwrap_or(chance % 1_000_000).min(1_000_000);
    let target = END - YEAR + YEAR / 1_000_000 * i64::try_from(share).unwrap_or(0);
    first.map_or(0, |first| target - first)
}

/// The texts of the row's keys, as they were and as they are.
fn renamed(from: &Value, keys: &[(&KeyField, Value)]) -> Vec<(String, String)> {
    let pair = |(key, new): &(&KeyField, Value)| match (get(from, &key.at)?, new) {
        (Value::String(old), Value::String(new)) => Some((old.clone(), new.clone())),
        _ => None,
    };
    keys.iter().filter_map(pair).collect()
}

/// The parts of a second in which a field counts since 1970, where it does.
fn unix(value: &Value, name: &str) -> Option<i64> {
    let whole = value.as_i64().filter(|_| names::is_moment(name))?;
    [1, 1000].into_iter().find(|scale| UNIX.contains(&(whole / scale)))
}

fn is_scalar(value: &Value) -> bool {
    !value.is_null() && !value.is_array() && !value.is_object()
}

/// Whether an id is so special that it is meant wherever it stands.
fn stands_for_a_row(id: &str) -> bool {
    id.chars().count() >= WITHIN_TEXTS
}

fn is_mail(user: &str, host: &str) -> bool {
    let plain =
        |text: &str| !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c == '/' || c == '@');
    plain(user) && plain(host) && host.contains('.')
}

/// Changes the first text of a row, or its first number: pages of equal rows would look like one page asked for twice.
fn tell_apart(row: &mut Value, ordinal: u64) {
    let mut first: Option<(At, Value)> = None;
    visit(row, &mut Vec::new(), &mut |value, at| {
        let text = first.as_ref().is_some_and(|(_, value)| value.is_string());
        let better = match value {
            Value::String(_) => !text,
            Value::Number(_) => first.is_none(),
            _ => false,
        };
        if better {
            first = Some((at.to_vec(), value.clone()));
        }
    });
    match first {
        Some((at, Value::String(text))) => put(row, &at, Value::String(format!("{text} {}", ordinal + 1))),
        Some((at, Value::Number(number))) => {
            let more = i64::try_from(ordinal).unwrap_or(i64::MAX);
            put(row, &at, Value::Number(number::added(&number, more)));
        }
        _ => {}
    }
}
