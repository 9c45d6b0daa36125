//! Which question is answered by whom.

use std::collections::HashMap;

use gen_lsp_types::{Hover, Location, Range, Uri};
use jiff::Timestamp;
use lsp_server::{ErrorCode, ResponseError};
use restload_diag::Source;
use restload_spec::{Document, format_spec};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use crate::buffer::{Buffer, has_tree};
use crate::definition::{self, Declared};
use crate::editor::Editor;
use crate::kin::Kin;
use crate::params::{Actions, AtPlace, OfText};
use crate::scene::{Known, Scene};
use crate::server::{as_json, refusal};
use crate::{actions, complete, edits, hover, outline, readable, symbols};

type Answer = Result<Value, ResponseError>;

/// Answers a question about an open text. A text that is no spec, and one that is not open, has no answers.
pub(crate) fn answer(
    method: &str,
    params: Value,
    buffers: &mut HashMap<String, Buffer>,
    editor: &Editor,
    now: Timestamp,
) -> Answer {
    let about = match method {
        "textDocument/hover"
        | "textDocument/definition"
        | "textDocument/references"
        | "textDocument/completion" => read::<AtPlace>(params).map(Question::At)?,
        "textDocument/codeAction" => read::<Actions>(params).map(Question::Actions)?,
        "textDocument/documentSymbol" | "textDocument/formatting" => {
            read::<OfText>(params).map(Question::Whole)?
        }
        _ => return Err(refusal(ErrorCode::MethodNotFound, format!("`{method}` is not known here"))),
    };
    let Some(buffer) = buffers.get_mut(&about.uri().0) else { return Ok(Value::Null) };
    if !buffer.is_spec() {
        return match about {
            Question::At(asked) if method == "textDocument/completion" && buffer.is_empty() => {
                beginning(&asked, buffer, editor)
            }
            _ => Ok(Value::Null),
        };
    }
    match about {
        Question::At(asked) => at_place(method, &asked, buffer, editor, now),
        Question::Actions(asked) => {
            buffer.lint(now);
            let Some(linted) = buffer.linted_now() else { return Ok(Value::Null) };
            let span = buffer.text.span(asked.range);
            as_json(actions::actions(buffer, linted, &span, asked.context.only.as_deref(), editor, now))
        }
        Question::Whole(_) if method == "textDocument/formatting" => formatted(buffer),
        Question::Whole(_) => {
            buffer.lint(now);
            let document = buffer.linted_now().map(|linted| &linted.reading.document);
            // A text that cannot be read keeps the outline that the editor has of it.
            match document.filter(|document| has_tree(document)) {
                Some(document) => as_json(symbols::symbols(document, &buffer.text)),
                None => Err(refusal(ErrorCode::RequestFailed, "the text cannot be read as YAML")),
            }
        }
    }
}

/// A question, by what it is about.
enum Question {
    At(AtPlace),
    Actions(Actions),
    Whole(OfText),
}

impl Question {
    fn uri(&self) -> &Uri {
        match self {
            Self::At(asked) => &asked.text_document.uri,
            Self::Actions(asked) => &asked.text_document.uri,
            Self::Whole(asked) => &asked.text_document.uri,
        }
    }
}

fn read<T: DeserializeOwned>(params: Value) -> Result<T, ResponseError> {
    serde_json::from_value(params).map_err(|error| refusal(ErrorCode::InvalidParams, error.to_string()))
}

/// Answers a question about a place.
fn at_place(method: &str, asked: &AtPlace, buffer: &mut Buffer, editor: &Editor, now: Timestamp) -> Answer {
    let byte = buffer.text.byte(asked.position);
    let is_readable = has_tree(&buffer.lint(now).reading.document);
    let mended = if is_readable { None } else { readable::document(buffer.text.as_str(), byte) };
    if let Some(mended) = &mended {
        buffer.make_do_with(mended, now);
    }
    let latest = buffer.linted_now().map(|linted| &linted.reading.document).filter(|_| is_readable);
    let document = latest.or(mended.as_ref());
    let samples = buffer.samples();
    let known = buffer.linted().and_then(|linted| Known::new(linted, &samples));
    if method == "textDocument/completion" {
        return completed(buffer, editor, document, known.as_ref(), byte);
    }
    let Some(document) = document else { return Ok(Value::Null) };
    let kin = Kin::of(document);
    let scene = Scene { text: &buffer.text, editor, document, kin: &kin, known: known.as_ref() };
    match method {
        "textDocument/hover" => {
            let found = hover::hover(&scene, byte);
            let found = found.map(|(said, span)| Hover {
                contents: editor.markup(said).into(),
                range: Some(buffer.text.range(&span)),
            });
            as_json(found)
        }
        "textDocument/definition" => {
            let found = definition::definition(document, byte, buffer.folder());
            as_json(found.and_then(|declared| match declared {
                Declared::Here(span) => Some(location(buffer, &span)),
                Declared::File(file) => {
                    let uri = Uri(Url::from_file_path(file).ok()?.into());
                    Some(Location { uri, range: Range::default() })
                }
            }))
        }
        "textDocument/references" => {
            let with_declaration = asked.context.as_ref().is_some_and(|context| context.include_declaration);
            let found = definition::references(document, byte, with_declaration);
            as_json(found.map(|spans| spans.iter().map(|span| location(buffer, span)).collect::<Vec<_>>()))
        }
        _ => Ok(Value::Null),
    }
}

/// What may be written at a byte, whether there is a tree of the text or not.
fn completed(
    buffer: &Buffer,
    editor: &Editor,
    document: Option<&Document>,
    known: Option<&Known<'_>>,
    byte: usize,
) -> Answer {
    let Some(caret) = outline::caret(buffer.text.as_str(), byte) else { return Ok(Value::Null) };
    let empty = Document::parse(Source::new("", "")).0;
    let earlier = buffer.linted().map(|linted| &linted.reading.document);
    let document = document.or(earlier).unwrap_or(&empty);
    let kin = Kin::of(document);
    let scene = Scene { text: &buffer.text, editor, document, kin: &kin, known };
    let items = complete::complete(&scene, &caret, byte).into_iter().enumerate();
    as_json(items.map(|(nth, item)| item.shown(nth, &scene)).collect::<Vec<_>>())
}

/// What a file that holds nothing may begin with.
fn beginning(asked: &AtPlace, buffer: &Buffer, editor: &Editor) -> Answer {
    let byte = buffer.text.byte(asked.position);
    if asked.position.character > 0 {
        return Ok(Value::Null);
    }
    let document = Document::parse(Source::new("", "")).0;
    let kin = Kin::of(&document);
    let scene = Scene { text: &buffer.text, editor, document: &document, kin: &kin, known: None };
    as_json([complete::skeleton(buffer.stem(), byte).shown(0, &scene)])
}

fn location(buffer: &Buffer, span: &std::ops::Range<usize>) -> Location {
    Location { uri: buffer.uri.clone(), range: buffer.text.range(span) }
}

/// The edits that put the keys in the order of the reference. A text that cannot be read stays as it is.
fn formatted(buffer: &Buffer) -> Answer {
    let text = buffer.text.as_str();
    let Ok(sorted) = format_spec(&Source::new("", text)) else { return Ok(Value::Null) };
    as_json(
        edits::between(text, &sorted).iter().map(|edit| edits::shown(edit, &buffer.text)).collect::<Vec<_>>(),
    )
}
