//! Paths into JSON: JSONPath (RFC 9535), with a short form for names joined by dots.
//!
//! The grammar is that of `jsonpath-rust`. What a path selects is decided here, on its syntax tree: in the order of the
//! RFC, with numbers compared by all their digits, and without building a location for every node.

mod blank;
mod compare;
mod fault;
mod filter;
mod parts;
mod select;
mod slip;

use std::sync::Arc;

use jsonpath_rust::parser::{model::JpQuery, model::Segment, model::Selector, parse_json_path};
use serde_json::Value;

pub(crate) use compare::same_value;
pub use fault::PathFault;
pub use parts::SlowPart;

/// A path into JSON, as written and as it selects.
#[derive(Clone, Debug)]
pub struct Path {
    text: Arc<str>,
    steps: Option<Arc<[Step]>>,
    query: Arc<JpQuery>,
}

/// A step of a path that can be followed in one pass over the text of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// The member of an object with this name.
    Key(String),
    /// The item of a list at this place, from 0.
    Index(usize),
    /// Every item of a list, every member of an object.
    Wildcard,
}

impl Path {
    /// Reads a path: `$` and JSONPath, or the short form, names of `[A-Za-z_][A-Za-z0-9_-]*` joined by dots.
    ///
    /// ```
    /// use restload_spec::Path;
    /// let path = Path::parse("data.items").unwrap();
    /// let body = serde_json::json!({"data": {"items": [1, 2]}});
    /// assert_eq!(path.first(&body), Some(&serde_json::json!([1, 2])));
    /// ```
    pub fn parse(text: &str) -> Result<Self, PathFault> {
        if let Some(keys) = short_form(text) {
            return Ok(Self::of_keys(text, &keys));
        }
        if let Some(fault) = fault::before_parsing(text) {
            return Err(fault);
        }
        if !text.starts_with('$') {
            return Err(fault::of_path(text));
        }
        let query = parse_json_path(text).map_err(|_| fault::of_path(text))?;
        if let Some(at) = blank::misplaced(text) {
            return Err(fault::of_blank(text, at));
        }
        filter::check(&query, text)?;
        let steps = steps_of(&query).map(Arc::from);
        Ok(Self { text: text.into(), steps, query: Arc::new(query) })
    }

    /// The path to the whole value, `$`.
    pub fn root() -> Self {
        Self { text: "$".into(), steps: Some(Arc::from([])), query: Arc::new(JpQuery::new(Vec::new())) }
    }

    /// The path as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The steps, if the path is made of keys, indices from the start and wildcards only; `$` has none.
    ///
    /// Such a path can be followed in one pass over the text; any other needs the whole value.
    pub fn steps(&self) -> Option<&[Step]> {
        self.steps.as_deref()
    }

    /// Everything that the path selects in `value`, in document order.
    pub fn select<'v>(&self, value: &'v Value) -> Vec<&'v Value> {
        match self.steps() {
            Some(steps) => select::by_steps(steps, value),
            None => select::by_query(&self.query, value),
        }
    }

    /// Whether the path leads somewhere in `value`: something matches, or a list or map is there and empty that a wildcard
    /// goes over.
    pub fn has_place(&self, value: &Value) -> bool {
        let is_wildcard = |segment: &Segment| matches!(segment, Segment::Selector(Selector::Wildcard));
        let is_empty = |found: &&Value| match found {
            Value::Array(items) => items.is_empty(),
            Value::Object(fields) => fields.is_empty(),
            _ => false,
        };
        let segments = &self.query.segments;
        let wildcards = (0..segments.len()).filter(|at| is_wildcard(&segments[*at]));
        !self.select(value).is_empty()
            || wildcards
                .map(|at| select::by_query(&JpQuery::new(segments[..at].to_vec()), value))
                .any(|found| found.iter().any(is_empty))
    }

    /// The first match of the path in `value`.
    pub fn first<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        match self.steps() {
            Some(steps) if self.is_singular() => select::one(steps, value),
            _ => self.select(value).into_iter().next(),
        }
    }

    /// Whether the path can match at most once.
    pub fn is_singular(&self) -> bool {
        let one =
            |segment: &Segment| matches!(segment, Segment::Selector(Selector::Name(_) | Selector::Index(_)));
        self.query.segments.iter().all(one)
    }

    /// The path that these keys make, in the short form where they can be written so.
    ///
    /// ```
    /// use restload_spec::Path;
    /// assert_eq!(Path::of_names(&["meta", "next"]).text(), "meta.next");
    /// assert_eq!(Path::of_names(&["@odata.nextLink"]).text(), "$['@odata.nextLink']");
    /// ```
    pub fn of_names(names: &[&str]) -> Self {
        let quoted = |name: &&str| format!("['{}']", name.replace('\\', "\\\\").replace('\'', "\\'"));
        let text = if !names.is_empty() && names.iter().all(|name| is_short_name(name)) {
            names.join(".")
        } else {
            format!("${}", names.iter().map(quoted).collect::<String>())
        };
        Self::of_keys(&text, names)
    }

    fn of_keys(text: &str, keys: &[&str]) -> Self {
        let steps: Vec<Step> = keys.iter().map(|key| Step::Key((*key).to_owned())).collect();
        let query = JpQuery::new(keys.iter().map(|key| Segment::name(key)).collect());
        Self { text: text.into(), steps: Some(steps.into()), query: Arc::new(query) }
    }
}

impl PartialEq for Path {
    /// Two paths are equal that lead to the same place, in the short form or the long one.
    fn eq(&self, other: &Self) -> bool {
        self.query == other.query
    }
}

fn short_form(text: &str) -> Option<Vec<&str>> {
    let keys: Vec<&str> = text.split('.').collect();
    keys.iter().all(|key| is_short_name(key)).then_some(keys)
}

fn is_short_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

fn steps_of(query: &JpQuery) -> Option<Vec<Step>> {
    let step = |segment: &Segment| match segment {
        Segment::Selector(Selector::Name(name)) => Some(Step::Key(name.clone())),
        Segment::Selector(Selector::Index(index)) => usize::try_from(*index).ok().map(Step::Index),
        Segment::Selector(Selector::Wildcard) => Some(Step::Wildcard),
        _ => None,
    };
    query.segments.iter().map(step).collect()
}

#[cfg(test)]
mod tests;
