//! A sample: one whole answer of the API, and where in it the rows are.

use restload_spec::plan::{OnMissing, ResourcePlan, Selector};
use restload_spec::{Path, Step};
use serde_json::{Map, Value};

use crate::steps::{At, get, locate, put};

/// Where the rows of an answer are.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Frame {
    /// In a list.
    List(At),
    /// In an object, each under a name.
    Map(At),
    /// One object alone.
    Single(At),
    /// Nowhere: the sample has none, and the spec takes that as no rows.
    Missing,
}

/// One real answer, taken apart.
#[derive(Debug)]
pub(crate) struct Sample {
    /// The whole body.
    pub(crate) whole: Value,
    /// The body without its rows.
    empty: Value,
    pub(crate) frame: Frame,
    /// The rows as the selector finds them.
    pub(crate) rows: Vec<Value>,
    /// The names of the rows of a map.
    names: Vec<String>,
}

impl Sample {
    /// Takes an answer apart; the error is a sentence.
    pub(crate) fn new(bytes: &[u8], plan: &ResourcePlan) -> Result<Self, String> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let whole: Value =
            serde_json::from_slice(bytes).map_err(|error| format!("it is not JSON: {error}"))?;
        let selector = match &plan.selector {
            Selector::Path(path) => path.clone(),
            Selector::Auto => plan.choose_selector(&whole)?,
        };
        let places = locate(&whole, &selector.select(&whole));
        if places.is_empty() && plan.on_missing_data == OnMissing::Error {
            return Err(format!("`{}` matches nothing in it", selector.text()));
        }
        let frames: Vec<Frame> = frames(&whole, &selector, &places);
        let rows: Vec<Value> = rows_at(&whole, &places).into_iter().cloned().collect();
        let frame = main_frame(&whole, &frames);
        let names = match &frame {
            Frame::Map(at) => names_of(&whole, at),
            _ => Vec::new(),
        };
        Ok(Self { empty: emptied(&whole, &frames), whole, frame, rows, names })
    }

    /// The answer with these rows, the first of which has this place among all rows.
    pub(crate) fn with_rows(&self, rows: Vec<Value>, first: u64) -> Value {
        let mut body = self.empty.clone();
        match &self.frame {
            Frame::List(at) => put(&mut body, at, Value::Array(rows)),
            Frame::Map(at) => {
                let named = (first..).zip(rows).map(|(place, row)| (self.name(place), row));
                put(&mut body, at, Value::Object(named.collect::<Map<_, _>>()));
            }
            Frame::Single(at) => {
                if let Some(row) = rows.into_iter().next() {
                    put(&mut body, at, row);
                }
            }
            Frame::Missing => {}
        }
        body
    }

    /// Whether a place lies within the rows.
    pub(crate) fn is_within_rows(&self, at: &[Step]) -> bool {
        match &self.frame {
            Frame::List(frame) | Frame::Map(frame) => at.starts_with(frame) && at.len() > frame.len(),
            Frame::Single(_) | Frame::Missing => false,
        }
    }

    /// Where a place within the rows stands in its row.
    pub(crate) fn within_row(&self, at: &[Step]) -> At {
        match &self.frame {
            Frame::List(frame) | Frame::Map(frame) => at.get(frame.len() + 1..).unwrap_or_default().to_vec(),
            Frame::Single(frame) => at.get(frame.len()..).unwrap_or_default().to_vec(),
            Frame::Missing => Vec::new(),
        }
    }

    fn name(&self, place: u64) -> String {
        let known = usize::try_from(place).ok().and_then(|place| self.names.get(place));
        known
            .cloned()
            .unwrap_or_else(|| format!("{}-{}", self.names.first().map_or("row", |name| name), place + 1))
    }
}

/// The matches of a selector as rows: the items of lists, and what is neither a list nor null.
fn rows_at<'v>(whole: &'v Value, places: &[At]) -> Vec<&'v Value> {
    let mut rows = Vec::new();
    for found in places.iter().filter_map(|at| get(whole, at)) {
        match found {
            Value::Null => {}
            Value::Array(items) => rows.extend(items),
            other => rows.push(other),
        }
    }
    rows
}

/// The frames of all matches, each once.
fn frames(whole: &Value, selector: &Path, places: &[At]) -> Vec<Frame> {
    let members = selector.steps().is_none_or(|steps| steps.last() == Some(&Step::Wildcard));
    let mut frames = Vec::new();
    for at in places {
        let above = at.split_last().and_then(|(_, above)| Some((above.to_vec(), get(whole, above)?)));
        let frame = match (get(whole, at), above) {
            (Some(Value::Array(_) | Value::Null), _) => Frame::List(at.clone()),
            (_, Some((above, Value::Array(_)))) => Frame::List(above),
            (_, Some((above, Value::Object(_)))) if members => Frame::Map(above),
            _ => Frame::Single(at.clone()),
        };
        if !frames.contains(&frame) {
            frames.push(frame);
        }
    }
    frames
}

/// The first frame that has rows, else the first.
fn main_frame(whole: &Value, frames: &[Frame]) -> Frame {
    let has_rows = |frame: &&Frame| match frame {
        Frame::List(at) => get(whole, at).and_then(Value::as_array).is_some_and(|items| !items.is_empty()),
        Frame::Map(_) | Frame::Single(_) => true,
        Frame::Missing => false,
    };
    frames.iter().find(has_rows).or(frames.first()).cloned().unwrap_or(Frame::Missing)
}

fn emptied(whole: &Value, frames: &[Frame]) -> Value {
    let mut empty = whole.clone();
    for frame in frames.iter().rev() {
        match frame {
            Frame::List(at) if get(&empty, at).is_some_and(Value::is_array) => {
                put(&mut empty, at, Value::Array(Vec::new()));
            }
            Frame::Map(at) if get(&empty, at).is_some() => put(&mut empty, at, Value::Object(Map::new())),
            _ => {}
        }
    }
    empty
}

fn names_of(whole: &Value, at: &[Step]) -> Vec<String> {
    let fields = get(whole, at).and_then(Value::as_object);
    fields.into_iter().flat_map(|fields| fields.keys().cloned()).collect()
}
