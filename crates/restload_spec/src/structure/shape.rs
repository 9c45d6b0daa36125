//! The JSON Schema of a spec as the walk reads it: the keywords that the types emit, and no other.

use std::sync::LazyLock;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

use super::describe;
use crate::spec::patterns::{DECIMAL, NAME, TEMPLATE};

/// A schema. Its keywords are those of JSON Schema 2020-12; one that is not here does not decode, which a test shows.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Shape {
    #[serde(rename = "$schema")]
    dialect: Option<String>,
    #[serde(rename = "$ref")]
    reference: Option<String>,
    #[serde(rename = "$defs")]
    definitions: IndexMap<String, Shape>,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(super) examples: Vec<Value>,
    #[serde(rename = "type")]
    pub(crate) kinds: Kinds,
    #[serde(rename = "enum")]
    pub(super) choices: Vec<Value>,
    #[serde(rename = "const")]
    pub(crate) exact: Option<Value>,
    pub(super) pattern: Option<Pattern>,
    pub(super) min_length: usize,
    pub(super) minimum: Option<i64>,
    pub(super) maximum: Option<u64>,
    pub(super) items: Option<Box<Shape>>,
    pub(super) min_items: usize,
    pub(super) unique_items: bool,
    pub(crate) properties: IndexMap<String, Shape>,
    pub(crate) required: Vec<String>,
    additional_properties: Option<Additional>,
    pub(super) property_names: Option<Box<Shape>>,
    pub(super) min_properties: usize,
    pub(super) max_properties: Option<usize>,
    one_of: Vec<Shape>,
    any_of: Vec<Shape>,
}

/// The kinds of value that a schema takes; none named is any.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(untagged)]
pub(crate) enum Kinds {
    /// Any.
    #[default]
    Any,
    /// One.
    One(Kind),
    /// Several.
    Several(Vec<Kind>),
}

/// A kind of value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

/// What keys are allowed that are not named.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Additional {
    Allowed(bool),
    Shaped(Box<Shape>),
}

/// The patterns that the types emit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) enum Pattern {
    Name,
    Template,
    Decimal,
}

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(pattern: String) -> Result<Self, String> {
        match pattern.as_str() {
            NAME => Ok(Self::Name),
            TEMPLATE => Ok(Self::Template),
            DECIMAL => Ok(Self::Decimal),
            _ => Err(format!("the structure pass does not know the pattern {pattern}")),
        }
    }
}

impl Pattern {
    pub(super) fn matches(self, text: &str) -> bool {
        match self {
            Self::Name => super::name::is_name(text),
            Self::Template => text.contains("{{"),
            Self::Decimal => is_decimal(text),
        }
    }
}

/// Whether a text is `decimal(p,s)`.
fn is_decimal(text: &str) -> bool {
    let inner = text.strip_prefix("decimal(").and_then(|rest| rest.strip_suffix(')'));
    let Some((precision, scale)) = inner.and_then(|inner| inner.split_once(',')) else { return false };
    let scale = scale.strip_prefix(' ').unwrap_or(scale);
    [precision, scale]
        .iter()
        .all(|part| matches!(part.len(), 1 | 2) && part.bytes().all(|byte| byte.is_ascii_digit()))
}

impl Kinds {
    pub(crate) fn takes(&self, kind: Kind) -> bool {
        let is = |own: &Kind| *own == kind || (*own == Kind::Number && kind == Kind::Integer);
        match self {
            Self::Any => true,
            Self::One(own) => is(own),
            Self::Several(own) => own.iter().any(is),
        }
    }

    pub(crate) fn named(&self) -> &[Kind] {
        match self {
            Self::Any => &[],
            Self::One(kind) => std::slice::from_ref(kind),
            Self::Several(kinds) => kinds,
        }
    }
}

static SPEC: LazyLock<Shape> = LazyLock::new(|| {
    #[expect(
        clippy::expect_used,
        reason = "a constant of the program, which the tests of this module decode"
    )]
    let shape = Shape::deserialize(crate::json_schema()).expect("the walk knows every keyword of the schema");
    shape
});

/// The schema of a whole spec.
pub(crate) fn spec() -> &'static Shape {
    &SPEC
}

impl Shape {
    /// The schema that this one refers to, or this one.
    fn target(&'static self) -> &'static Self {
        let name = self.reference.as_deref().and_then(|reference| reference.strip_prefix("#/$defs/"));
        name.and_then(|name| spec().definitions.get(name)).unwrap_or(self)
    }

    /// The schemas of which a value has to satisfy one, references followed.
    pub(crate) fn alternatives(&'static self) -> Vec<&'static Self> {
        let target = self.target();
        let choices: Vec<_> = target.one_of.iter().chain(&target.any_of).collect();
        if choices.is_empty() || target.needs_one_key() {
            return vec![target];
        }
        choices.into_iter().flat_map(Self::alternatives).collect()
    }

    /// Whether the choices of this map differ only in the key that must be there.
    fn needs_one_key(&self) -> bool {
        !self.properties.is_empty()
    }

    /// Keys of which a map has exactly one.
    pub(crate) fn one_of_keys(&self) -> Vec<&str> {
        if !self.one_of.is_empty() {
            return self.one_of.iter().flat_map(|choice| &choice.required).map(String::as_str).collect();
        }
        match self.max_properties {
            Some(1) => self.properties.keys().map(String::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// The word in `type` by which this kind is told apart.
    pub(crate) fn tag(&self) -> Option<&str> {
        self.properties.get("type")?.exact.as_ref()?.as_str()
    }

    /// The words that a text may be; empty where it may be any.
    pub(crate) fn words(&self) -> Vec<&str> {
        self.choices.iter().chain(&self.exact).filter_map(Value::as_str).collect()
    }

    /// The schema of a key's value; `None` where the key is unknown.
    pub(crate) fn property(&'static self, key: &str) -> Option<&'static Self> {
        self.properties.get(key).or(match &self.additional_properties {
            Some(Additional::Shaped(shape)) => Some(shape),
            None | Some(Additional::Allowed(true)) => Some(&ANY),
            Some(Additional::Allowed(false)) => None,
        })
    }

    /// The schema of the values of a map whose keys the author chooses.
    pub(crate) fn free_value(&'static self) -> Option<&'static Self> {
        match &self.additional_properties {
            Some(Additional::Shaped(shape)) => Some(shape),
            None if self.properties.is_empty() => Some(&ANY),
            _ => None,
        }
    }

    /// The schema of the items of a list.
    pub(crate) fn item(&'static self) -> &'static Self {
        self.items.as_deref().unwrap_or(&ANY)
    }

    /// What the schema takes, in words.
    pub(crate) fn takes(&'static self) -> String {
        describe::expected(&self.alternatives())
    }

    /// All schemas of maps with named keys.
    pub(crate) fn closed_maps() -> impl Iterator<Item = &'static Self> {
        let shapes = std::iter::once(spec()).chain(spec().definitions.values());
        shapes.flat_map(Self::alternatives).filter(|shape| !shape.properties.is_empty())
    }
}

static ANY: LazyLock<Shape> = LazyLock::new(Shape::default);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_walk_knows_every_keyword_that_the_types_emit() {
        let shape: Shape = serde_json::from_value(crate::json_schema()).unwrap();
        assert!(shape.properties.contains_key("resources"));
        let strange = serde_json::json!({"properties": {"a": {"multipleOf": 2}}});
        assert!(Shape::deserialize(strange).unwrap_err().to_string().contains("multipleOf"));
        let strange = serde_json::json!({"properties": {"a": {"pattern": "^x$"}}});
        assert!(Shape::deserialize(strange).unwrap_err().to_string().contains("^x$"));
    }

    #[test]
    fn every_reference_of_the_schema_leads_somewhere() {
        let text = crate::json_schema().to_string();
        let references = text.split("\"$ref\":\"#/$defs/").skip(1).filter_map(|rest| rest.split('"').next());
        let mut count = 0;
        for name in references {
            assert!(spec().definitions.contains_key(name), "{name}");
            count += 1;
        }
        assert!(count > 10);
    }

    #[test]
    fn a_map_with_named_keys_takes_no_other() {
        let open: Vec<_> = Shape::closed_maps()
            .filter(|map| map.additional_properties != Some(Additional::Allowed(false)))
            .collect();
        assert_eq!(open, Vec::<&Shape>::new());
        assert!(Shape::closed_maps().all(|map| map.title.is_some()));
    }

    /// `required` says nothing of a text: a schema that takes one would be satisfied by every choice at once.
    #[test]
    fn a_choice_between_keys_is_made_for_maps_alone() {
        let choices: Vec<_> = Shape::closed_maps().filter(|map| !map.one_of.is_empty()).collect();
        assert!(choices.iter().all(|map| map.kinds == Kinds::One(Kind::Object)));
        assert_eq!(choices.len(), 1);
    }

    #[test]
    fn an_author_has_to_say_only_this() {
        let needed = |map: &'static Shape| {
            let title = map.title.clone().unwrap_or_default();
            map.required.iter().map(move |key| format!("{title}: {key}"))
        };
        let needed: Vec<String> =
            Shape::closed_maps().flat_map(needed).filter(|needed| !needed.ends_with(": type")).collect();
        let expected = [
            "a spec: version",
            "a spec: name",
            "a spec: client",
            "a spec: resources",
            "`client`: base_url",
            "an auth of type `bearer`: token",
            "an auth of type `api_key`: name",
            "an auth of type `api_key`: api_key",
            "an auth of type `basic`: username",
            "an auth of type `basic`: password",
            "a response action: action",
            "`wait`: header",
            "`parent`: resource",
            "`format`: csv",
            "a paginator of type `cursor`: next",
            "a paginator of type `json_link`: next",
            "`incremental`: cursor",
            "the place of a cursor: body",
            "a test on a row: path",
            "the level of a rule: level",
            "the level of a rule: reason",
        ];
        assert_eq!(needed, expected);
    }

    #[test]
    fn every_key_is_explained_with_an_example_that_has_it() {
        let mut count = 0;
        for map in Shape::closed_maps() {
            for (key, shape) in map.properties.iter().filter(|(_, shape)| shape.exact.is_none()) {
                let description = shape.description.as_deref().unwrap_or_default();
                let example =
                    description.split("```yaml\n").nth(1).and_then(|rest| rest.split("\n```").next());
                let example = example.unwrap_or_else(|| panic!("{:?}: `{key}` has no example", map.title));
                let source = restload_diag::Source::new("example.yaml", example);
                assert_eq!(crate::Document::parse(source).1, [], "{example}");
                assert!(example.contains(&format!("{key}:")), "{key}: {example}");
                count += 1;
            }
        }
        assert!(count > 80);
    }

    #[test]
    fn decimals_are_told_from_what_looks_like_them() {
        for good in ["decimal(18,2)", "decimal(38, 0)"] {
            assert!(is_decimal(good), "{good}");
        }
        for bad in
            ["decimal", "decimal(18)", "decimal(18,)", "decimal(x,2)", "decimal(100,2)", "decimal(18,  2)"]
        {
            assert!(!is_decimal(bad), "{bad}");
        }
    }
}
