//! Paths against the tables of examples in RFC 9535, as data in `rfc9535.json`; and texts that the grammar there does not
//! make.
//!
//! `serde_json_path`, which reads the same grammar with other code, has to agree with the tables too, so that a slip in
//! them is found.

#![expect(clippy::unwrap_used, reason = "a test whose data cannot be read fails")]

use restload_spec::Path;
use serde_json::{Value, json};

fn tables() -> Vec<Value> {
    serde_json::from_str(include_str!("rfc9535.json")).unwrap()
}

/// Numbers are what they are worth, however they are spelled.
fn is_equal(one: &[&Value], other: &[Value]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| *one == other)
}

#[test]
fn each_query_of_the_tables_gives_what_the_table_says() {
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for table in tables() {
        let (section, document) = (&table["section"], &table["document"]);
        let queries = table["queries"].as_object().into_iter().flatten();
        for (query, expected) in queries {
            seen += 1;
            let found = match Path::parse(query) {
                Ok(path) => {
                    let found = path.select(document);
                    if is_equal(&found, expected.as_array().unwrap()) {
                        continue;
                    }
                    json!(found).to_string()
                }
                Err(fault) => format!("{fault:?}"),
            };
            wrong.push(format!("{section}: {query}\n  want {expected}\n  came {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 75, "only {seen} queries");
}

#[test]
fn each_comparison_of_the_table_holds_as_the_table_says() {
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for table in tables() {
        // The comparison is asked of the document itself, as one item of a list.
        for (comparison, expected) in table["holds"].as_object().into_iter().flatten() {
            seen += 1;
            let document =
                json!({"all": [0], "obj": table["document"]["obj"], "arr": table["document"]["arr"]});
            let holds =
                Path::parse(&format!("$.all[?{comparison}]")).map(|path| !path.select(&document).is_empty());
            if holds.as_ref().ok() != expected.as_bool().as_ref() {
                wrong.push(format!("{comparison}: want {expected}, came {holds:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 25, "only {seen} comparisons");
}

#[test]
fn what_the_grammar_does_not_make_is_no_path() {
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for table in tables() {
        for text in table["invalid"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            seen += 1;
            if Path::parse(text).is_ok() {
                wrong.push(text.to_owned());
            }
        }
    }
    assert!(wrong.is_empty(), "these are read as paths:\n{}", wrong.join("\n"));
    assert!(seen > 45, "only {seen} texts");
}

#[test]
fn another_reader_of_the_same_rfc_agrees_with_the_tables() {
    let mut wrong = Vec::new();
    for table in tables() {
        let document = &table["document"];
        for (query, expected) in table["queries"].as_object().into_iter().flatten() {
            match serde_json_path::JsonPath::parse(query) {
                Ok(path) if is_equal(&path.query(document).all(), expected.as_array().unwrap()) => {}
                Ok(path) => {
                    wrong
                        .push(format!("{query}\n  want {expected}\n  came {:?}", path.query(document).all()));
                }
                Err(error) => wrong.push(format!("{query}: {error}")),
            }
        }
        for text in table["invalid"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if serde_json_path::JsonPath::parse(text).is_ok() {
                wrong.push(format!("{text} is read as a path"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
