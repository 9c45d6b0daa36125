//! Rows made from those of a sample: keys are distinct, moments are spread over a year, numbers vary a little, what
//! refers to another row refers to one that exists. The same place in a list always gives the same row.

pub(crate) mod chance;
mod date;
mod distinct;
mod number;
mod pool;

use restload_spec::Step;
use serde_json::{Map, Number, Value};

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

/// The moment before which all made-up rows lie, in seconds since 1970.
pub(crate) fn made_until() -> i64 {
    END
}

/// A moment some seconds later, in its own style; none where a value is no moment.
pub(crate) fn later(value: &Value, seconds: i64) -> Option<Value> {
    match value {
        Value::String(text) => Stamp::parse(text)?.moved(seconds).map(Value::from),
        Value::Number(number) => number.as_i64().map(|number| Value::from(number + seconds)),
        _ => None,
    }
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
        let mut row = change.value(from, Spot { owner: "", name: "", depth: 0, in_list: false });
        let mut told_apart = false;
        for (key, value) in keys {
            if get(from, &key.at).is_some_and(is_scalar) {
                put(&mut row, &key.at, value);
                told_apart = true;
            }
        }
        if !told_apart {
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

/// Where a value stands in its row.
#[derive(Clone, Copy)]
struct Spot<'a> {
    /// The name of the object that it is a field of; empty for the row itself.
    owner: &'a str,
    /// Its own name; that of the list for an item.
    name: &'a str,
    depth: usize,
    /// In a list: there references are kept, since lists also hold what the rows have in common.
    in_list: bool,
}

impl Change<'_> {
    fn value(&self, value: &Value, spot: Spot<'_>) -> Value {
        let depth = spot.depth + 1;
        match value {
            Value::Object(fields) => {
                let field = |(name, value): (&String, &Value)| {
                    (name.clone(), self.value(value, Spot { owner: spot.name, name, depth, ..spot }))
                };
                Value::Object(fields.iter().map(field).collect::<Map<_, _>>())
            }
            Value::Array(items) => {
                items.iter().map(|item| self.value(item, Spot { depth, in_list: true, ..spot })).collect()
            }
            Value::String(text) => self.text(value, text, spot),
            Value::Number(number) => self.number(value, number, spot),
            other => other.clone(),
        }
    }

    fn number(&self, value: &Value, number: &Number, spot: Spot<'_>) -> Value {
        let chance = mix(&[self.chance, of_text(spot.name)]);
        if let Some(scale) = unix(value, spot.name) {
            return Value::Number(number::added(number, self.moved.saturating_mul(scale)));
        }
        let name = names::snake(spot.name);
        let thing = if names::is_identity(&name) {
            names::snake(spot.owner)
        } else {
            names::without_id(&name).to_owned()
        };
        let other = self.known.another_of(&thing, value, chance).filter(|_| !spot.in_list);
        let is_kept = || self.known.is_key(number) || names::is_fixed(&name);
        other.unwrap_or_else(|| {
            if is_kept() { value.clone() } else { Value::Number(number::vary(number, chance)) }
        })
    }

    fn text(&self, value: &Value, text: &str, spot: Spot<'_>) -> Value {
        if let Some((_, new)) = self.renamed.iter().find(|(old, _)| old == text) {
            return Value::from(new.as_str());
        }
        if let Some(stamp) = Stamp::parse(text) {
            return Value::from(stamp.moved(self.moved).unwrap_or_else(|| text.to_owned()));
        }
        let chance = mix(&[self.chance, of_text(text)]);
        if let Some(other) = self.known.another(value, chance).filter(|_| !spot.in_list) {
            return other;
        }
        let within = |old: &str| stands_for_a_row(old) && text.contains(old);
        if let Some((old, new)) = self.renamed.iter().find(|(old, _)| within(old)) {
            return Value::from(text.replace(old, new));
        }
        let number = self.turn.ordinal + 1;
        match text.split_once('@') {
            Some((user, host)) if spot.depth <= 1 && is_mail(user, host) => {
                Value::from(format!("{user}{number}@{host}"))
            }
            None if spot.depth <= 1 && !text.is_empty() && TITLES.contains(&&*names::snake(spot.name)) => {
                Value::from(format!("{text} {number}"))
            }
            _ => value.clone(),
        }
    }
}

/// How far the moments of a row move, so that the first of its outermost ones falls on the row's part of the year.
fn moved(from: &Value, turn: Turn, chance: u64) -> i64 {
    let mut first: Option<(usize, i64)> = None;
    visit(from, &mut Vec::new(), &mut |value, at| {
        if first.is_some_and(|(depth, _)| depth <= at.len()) {
            return;
        }
        let name =
            at.iter().rev().find_map(|step| if let Step::Key(name) = step { Some(&**name) } else { None });
        let seconds = match value {
            Value::String(text) => Stamp::parse(text).map(|stamp| stamp.seconds()),
            Value::Number(number) => {
                unix(value, name.unwrap_or_default()).and_then(|scale| Some(number.as_i64()? / scale))
            }
            _ => None,
        };
        first = seconds.map(|seconds| (at.len(), seconds)).or(first);
    });
    let share = turn.share.unwrap_or(chance % 1_000_000).min(1_000_000);
    let target = END - YEAR + YEAR * i64::try_from(share).unwrap_or(0) / 1_000_000;
    first.map_or(0, |(_, first)| target - first)
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

/// Changes the first text of a row that is no moment, or its first number: rows without a key would come again and again.
fn tell_apart(row: &mut Value, ordinal: u64) {
    let mut first: Option<(At, Value)> = None;
    visit(row, &mut Vec::new(), &mut |value, at| {
        let text = first.as_ref().is_some_and(|(_, value)| value.is_string());
        let better = match value {
            Value::String(value) => !text && Stamp::parse(value).is_none(),
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
