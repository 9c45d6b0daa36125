//! Failures at run time, each with its place in the spec.

use restload_diag::Diagnostic;
use restload_spec::plan::ResourcePlan;
use restload_spec::{ProgramError, RenderError};
use restload_table::{DecodeError, Items, Kind, Outline, outline};

use super::auto::candidates;
use crate::redact::InRowsPlace as Place;

/// A failure on the way of a page; in a box, since the way without one is the common one.
pub(crate) type Fault = Box<Diagnostic>;

/// Members of an answer that a message names.
const MEMBERS_SHOWN: usize = 12;

/// A body or a row that could not be read.
pub(crate) fn decode(resource: &ResourcePlan, body: &[u8], error: &DecodeError) -> Fault {
    decode_diagnostic(resource, body, error).into()
}

fn decode_diagnostic(resource: &ResourcePlan, body: &[u8], error: &DecodeError) -> Diagnostic {
    let at = |key: &str| resource.at(key);
    match error {
        DecodeError::Empty => Diagnostic::error("empty-answer", at("path"), "the answer has no body, where JSON was expected"),
        DecodeError::TooLarge { .. } => Diagnostic::error("body-too-large", at("path"), error.to_string()),
        DecodeError::Json { .. } => {
            let rule = if error.is_cut_off() { "body-cut-off" } else { "not-json" };
            let rule = if error.to_string().contains("deep") { "json-too-deep" } else { rule };
            let message = match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
                Some(b'<') => "the answer is an HTML page (or XML), not JSON".to_owned(),
                _ => match error.to_string() {
                    text if text.starts_with("not ") => format!("the answer is {text}"),
                    text => text.replacen("the JSON", "the answer", 1),
                },
            };
            Diagnostic::error(rule, at("path"), message)
        }
        DecodeError::RowNotObject { .. } => Diagnostic::error("row-not-object", at("data_selector"), error.to_string())
            .help("point `data_selector` at a list of objects, or make objects of the items: `transform: '{value: .}'`"),
        DecodeError::Misfit { column, .. } => {
            Diagnostic::error("value-does-not-fit", at("columns").join(column), error.to_string())
                .help("give the column a type that takes the value, or leave its type to be inferred")
        }
        DecodeError::NullInColumn { column, .. } => {
            Diagnostic::error("null-in-column", at("columns").join(column), error.to_string())
        }
        DecodeError::NameTaken { column, .. } => {
            Diagnostic::error("add-shadows-column", at("add").join(column), error.to_string())
                .help("choose another name for the added column")
        }
        DecodeError::TooManyColumns { .. } => Diagnostic::error("too-many-columns", at(""), error.to_string())
            .help("give the map that brings them `columns: {name: json}`"),
        DecodeError::RowsDiffer { .. } => Diagnostic::error("internal", at(""), format!("{error}: this is a bug of restload")),
    }
}

/// A body that had to be read as a whole.
pub(crate) fn whole_body(resource: &ResourcePlan, error: &serde_json::Error) -> Fault {
    Diagnostic::error("not-json", resource.at("path"), format!("the answer is not JSON: {error}")).into()
}

/// A program that failed.
pub(crate) fn program(resource: &ResourcePlan, error: &ProgramError) -> Fault {
    Diagnostic::error("program-failed", resource.at("transform"), error.to_string()).into()
}

/// A column of `add` that could not be rendered.
pub(crate) fn column(resource: &ResourcePlan, name: &str, row: usize, error: &RenderError) -> Fault {
    Diagnostic::error("template-value", resource.at("add").join(name), format!("row {}: {error}", row + 1))
        .into()
}

/// A secret of this run in a row.
pub(crate) fn secret(resource: &ResourcePlan, place: &Place) -> Fault {
    let Place { column, row } = place;
    let message = format!(
        "`{column}` holds a secret of this run, in row {} of its page: it would be written to a file",
        row + 1
    );
    Diagnostic::error("secret-in-row", resource.at(""), message)
        .help(format!("leave the column out: `drop: [{column}]`"))
        .into()
}

/// Nothing was where the rows should be.
pub(crate) fn missing_data(resource: &ResourcePlan, path: &str, body: &[u8]) -> Fault {
    let message = format!("`{path}` matches nothing in the answer");
    match outline(body) {
        Ok(outline) => selector(resource, "selector-matches-nothing", message, &outline),
        Err(error) => decode(resource, body, &error),
    }
}

/// A selector that does not tell where the rows are.
pub(crate) fn selector(
    resource: &ResourcePlan,
    rule: &'static str,
    message: String,
    outline: &Outline,
) -> Fault {
    let fault = Diagnostic::error(rule, resource.at("data_selector"), message)
        .note(format!("the answer is {}", describe(outline)));
    let fault = match candidates(outline).as_slice() {
        [] if matches!(outline.kind, Kind::Object { .. }) => fault.help(
            "if the answer is one row: `data_selector: $`; if it leaves out empty lists: `on_missing_data: empty`",
        ),
        [] => fault,
        [one] => fault.help(format!("`data_selector: {one}`")),
        [one, ..] => fault.help(format!("if the rows are at `{one}`: `data_selector: {one}`")),
    };
    fault.into()
}

/// What an answer looks like, for one who wrote a selector for another.
fn describe(outline: &Outline) -> String {
    let kind = |kind: &Kind| match kind {
        Kind::Null => "null".to_owned(),
        Kind::Boolean => "a boolean".to_owned(),
        Kind::Number => "a number".to_owned(),
        Kind::String => "a text".to_owned(),
        Kind::Array { items: 0, .. } => "an empty list".to_owned(),
        Kind::Array { items, of } => {
            let of = match of {
                Items::Objects => "objects",
                Items::Arrays => "lists",
                Items::None | Items::Scalars => "plain values",
                Items::Mixed => "different things",
            };
            format!("a list of {items} {of}")
        }
        Kind::Object { .. } => "an object".to_owned(),
    };
    if outline.members.is_empty() {
        return kind(&outline.kind);
    }
    let shown = outline.members.iter().take(MEMBERS_SHOWN);
    let mut words: Vec<_> =
        shown.map(|member| format!("`{}` ({})", member.name, kind(&member.outline.kind))).collect();
    if let Kind::Object { keys } = outline.kind
        && keys > words.len()
    {
        words.push(format!("{} more", keys - words.len()));
    }
    format!("{} with {}", kind(&outline.kind), words.join(", "))
}
