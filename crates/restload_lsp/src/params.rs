//! What is read of the questions of editors: the parts that matter here, and nothing that could keep a message from being
//! read.

use gen_lsp_types::{Position, Range, Uri};
use serde::Deserialize;

/// An open text.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OfText {
    pub(crate) text_document: Address,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Address {
    pub(crate) uri: Uri,
}

/// A place in an open text.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AtPlace {
    pub(crate) text_document: Address,
    pub(crate) position: Position,
    /// Of a question for references alone.
    pub(crate) context: Option<ReferenceContext>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReferenceContext {
    #[serde(default)]
    pub(crate) include_declaration: bool,
}

/// A text that was opened.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Opened {
    pub(crate) text_document: OpenedText,
}

#[derive(Debug, Deserialize)]
pub(crate) struct OpenedText {
    pub(crate) uri: Uri,
    pub(crate) version: i32,
    pub(crate) text: String,
}

/// Changes of an open text, one after the other.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Changed {
    pub(crate) text_document: Versioned,
    pub(crate) content_changes: Vec<Change>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Versioned {
    pub(crate) uri: Uri,
    pub(crate) version: Option<i32>,
}

/// Other text in the place of a part; without a range in the place of all.
#[derive(Debug, Deserialize)]
pub(crate) struct Change {
    pub(crate) range: Option<Range>,
    pub(crate) text: String,
}

/// A question for what can be done about a part of an open text.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Actions {
    pub(crate) text_document: Address,
    pub(crate) range: Range,
    pub(crate) context: ActionContext,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ActionContext {
    /// The kinds that are asked for, and all below them; all kinds where none is named.
    pub(crate) only: Option<Vec<String>>,
}
