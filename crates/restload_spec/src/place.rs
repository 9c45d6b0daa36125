//! Places in an answer and in a request, and the test on an answer.
//!
//! A place only says where; the walk looks there and hands what it found to the test.

use serde_json::Value;

use crate::path::{Path, PathFault, same_value};

/// A place in an answer, where a cursor, a link, a total or a flag is read.
#[derive(Clone, Debug, PartialEq)]
pub enum AnswerPlace {
    /// A path into the body.
    Body(Path),
    /// A header, named without regard to case.
    Header(String),
    /// A path into the last row of the page as it came.
    Row(Path),
}

/// A place in a request, where a paginator or an increment sets its value.
#[derive(Clone, Debug, PartialEq)]
pub enum RequestPlace {
    /// A query parameter.
    Param(String),
    /// A path of keys and indices into the JSON body; what is missing on the way is made.
    Json(Path),
    /// A field of the form.
    Form(String),
    /// A header.
    Header(String),
}

impl RequestPlace {
    /// The place in the JSON body that `path` names.
    ///
    /// A path that may match several places, or that names one only by counting from the end, is a fault: a value is
    /// set in exactly one place.
    pub fn json(path: Path) -> Result<Self, PathFault> {
        let one = path.steps().is_some_and(|steps| {
            !steps.is_empty() && steps.iter().all(|step| !matches!(step, crate::path::Step::Wildcard))
        });
        if one {
            return Ok(Self::Json(path));
        }
        Err(PathFault {
            message: format!("`{}` does not name one place in the body", path.text()),
            range: 0..path.text().len(),
            help: Some("write the keys that lead to the value, for example `page.cursor`".to_owned()),
            meant: None,
        })
    }
}

/// A test on an answer: a place, and what has to be there.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// Where to look.
    pub place: AnswerPlace,
    /// The values of which one must be there; `None` asks that anything true is.
    pub equals: Option<Vec<Value>>,
}

impl Test {
    /// The test that something true is at `place`.
    pub fn present(place: AnswerPlace) -> Self {
        Self { place, equals: None }
    }

    /// The test that one of the values is at `place`; `equals` is a value, or a list of which one is enough.
    pub fn equals(place: AnswerPlace, equals: Value) -> Self {
        let values = match equals {
            Value::Array(values) => values,
            one => vec![one],
        };
        Self { place, equals: Some(values) }
    }

    /// Whether the test holds for the values that were found at its place; where there are several, one is enough.
    ///
    /// Without `equals` a value holds that is not null, false, `""` or `[]`; nothing found never holds. Numbers are
    /// equal by value (`1` and `1.0`), and since a header has only text, text equals the number, `true`, `false` or
    /// `null` that it spells when the place is a header.
    pub fn holds(&self, values: &[&Value]) -> bool {
        match &self.equals {
            None => values.iter().any(|found| is_true(found)),
            Some(wanted) => values.iter().any(|found| wanted.iter().any(|want| self.equal(found, want))),
        }
    }

    /// The same for values that may be cells of CSV, which are text: `false` in any case is not true there, and text equals
    /// what it spells.
    pub fn holds_in_cells(&self, values: &[&Value]) -> bool {
        let spells = |text: &str, word: &str| text.trim().eq_ignore_ascii_case(word);
        match &self.equals {
            None => values
                .iter()
                .any(|found| is_true(found) && !found.as_str().is_some_and(|text| spells(text, "false"))),
            Some(wanted) => values.iter().any(|found| {
                let is = |want: &Value| match (found, want) {
                    (Value::String(text), Value::Bool(_)) => spells(text, &want.to_string()),
                    _ => same_value(found, want) || spelled(found, want),
                };
                wanted.iter().any(is)
            }),
        }
    }

    fn equal(&self, found: &Value, want: &Value) -> bool {
        same_value(found, want) || matches!(self.place, AnswerPlace::Header(_)) && spelled(found, want)
    }
}

/// Whether text spells a value that is no text.
fn spelled(found: &Value, want: &Value) -> bool {
    match (found, want) {
        (Value::String(text), Value::Number(_) | Value::Bool(_) | Value::Null) => {
            let spelling = want.to_string();
            *text == spelling
        }
        _ => false,
    }
}

/// Whether a value counts as true: not null, false, `""` or `[]`.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Number(_) | Value::Object(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn body(path: &str) -> AnswerPlace {
        AnswerPlace::Body(Path::parse(path).unwrap())
    }

    #[test]
    fn cells_of_csv_are_what_they_spell() {
        let present = Test::present(body("gone"));
        for found in [json!("false"), json!("FALSE"), json!(""), json!(null), json!(false)] {
            assert!(!present.holds_in_cells(&[&found]), "{found}");
        }
        for found in [json!("true"), json!("2026-01-31"), json!("0"), json!(true)] {
            assert!(present.holds_in_cells(&[&found]), "{found}");
        }
        let equals = Test::equals(body("gone"), json!([true, 1, "yes"]));
        for found in [json!("True"), json!("1"), json!("yes"), json!(true), json!(1)] {
            assert!(equals.holds_in_cells(&[&found]), "{found}");
        }
        for found in [json!("false"), json!("0"), json!("Yes"), json!(null), json!("")] {
            assert!(!equals.holds_in_cells(&[&found]), "{found}");
        }
    }

    #[test]
    fn a_place_alone_asks_for_something_true() {
        let test = Test::present(body("has_more"));
        for found in [json!(null), json!(false), json!(""), json!([])] {
            assert!(!test.holds(&[&found]), "{found}");
        }
        for found in [json!(true), json!(0), json!("false"), json!([null]), json!({})] {
            assert!(test.holds(&[&found]), "{found}");
        }
        assert!(!test.holds(&[]));
    }

    #[test]
    fn of_several_matches_one_is_enough() {
        assert!(Test::present(body("$..more")).holds(&[&json!(false), &json!(true)]));
        assert!(Test::equals(body("$..state"), json!("open")).holds(&[&json!("shut"), &json!("open")]));
    }

    #[test]
    fn equals_takes_a_value_or_a_list() {
        let one = Test::equals(body("code"), json!("expired"));
        assert!(one.holds(&[&json!("expired")]));
        assert!(!one.holds(&[&json!("Expired")]));
        let list = Test::equals(body("code"), json!([1, null]));
        assert!(list.holds(&[&json!(1.0)]));
        assert!(list.holds(&[&json!(null)]));
        assert!(!list.holds(&[&json!("1")]));
        assert!(!list.holds(&[]));
    }

    #[test]
    fn a_header_equals_the_number_that_it_spells() {
        let test = Test::equals(AnswerPlace::Header("x-remaining".to_owned()), json!([0, true]));
        assert!(test.holds(&[&json!("0")]));
        assert!(test.holds(&[&json!("true")]));
        assert!(!test.holds(&[&json!("00")]));
    }

    #[test]
    fn a_place_in_the_body_is_one_place() {
        assert!(RequestPlace::json(Path::parse("page.cursor").unwrap()).is_ok());
        assert!(RequestPlace::json(Path::parse("$.filters[0].value").unwrap()).is_ok());
        for path in ["$", "$.a[*]", "$..a", "$.a[-1]", "$['a','b']"] {
            let fault = RequestPlace::json(Path::parse(path).unwrap()).unwrap_err();
            assert_eq!(fault.message, format!("`{path}` does not name one place in the body"));
        }
    }
}
