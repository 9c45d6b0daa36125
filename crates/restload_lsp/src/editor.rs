//! What an editor says that it can do, and what is offered to it.

use gen_lsp_types::{
    CodeActionKind, CodeActionOptions, CompletionOptions, InitializeResult, MarkupContent, MarkupKind,
    PositionEncodingKind, ServerCapabilities, ServerInfo, TextDocumentSyncKind, TextDocumentSyncOptions,
};
use serde_json::Value;

use crate::text::Encoding;

/// The kind of the action that mends all that can be mended.
pub(crate) const FIX_ALL: &str = "source.fixAll.restload";

/// What an editor can do.
#[expect(clippy::struct_excessive_bools, reason = "each is a capability of its own")]
#[derive(Clone, Debug, Default)]
pub(crate) struct Editor {
    /// What it counts within a line.
    pub(crate) encoding: Encoding,
    /// Takes completions with places to be filled in.
    pub(crate) snippets: bool,
    /// Shows further places of a finding.
    pub(crate) related: bool,
    /// Says when a sample has changed, where it is asked to.
    pub(crate) watches: bool,
    /// Shows Markdown.
    pub(crate) markdown: bool,
}

impl Editor {
    /// Reads the parameters of `initialize`.
    pub(crate) fn new(params: &Value) -> Self {
        let capability = |path: &str| &params["capabilities"][path];
        let says = |path: &str| capability_at(capability("textDocument"), path) == &Value::Bool(true);
        let watched = capability_at(capability("workspace"), "didChangeWatchedFiles.dynamicRegistration");
        let encodings = capability_at(capability("general"), "positionEncodings");
        let encodings = encodings.as_array().into_iter().flatten().filter_map(Value::as_str);
        let formats = capability_at(capability("textDocument"), "hover.contentFormat");
        Self {
            encoding: Encoding::agreed(encodings.map(|name| PositionEncodingKind::from(name.to_owned()))),
            snippets: says("completion.completionItem.snippetSupport"),
            related: says("publishDiagnostics.relatedInformation"),
            watches: watched == &Value::Bool(true),
            markdown: formats
                .as_array()
                .is_none_or(|formats| formats.iter().any(|format| format == "markdown")),
        }
    }

    /// What is offered.
    pub(crate) fn offer(&self) -> InitializeResult {
        let sync = TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::Incremental),
            ..TextDocumentSyncOptions::default()
        };
        let completion = CompletionOptions {
            trigger_characters: Some([":", " ", "{", ".", "(", "-"].map(str::to_owned).into()),
            ..CompletionOptions::default()
        };
        let actions = CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QuickFix, CodeActionKind::new(FIX_ALL)]),
            ..CodeActionOptions::default()
        };
        let capabilities = ServerCapabilities {
            position_encoding: Some(self.encoding.kind()),
            text_document_sync: Some(sync.into()),
            completion_provider: Some(completion),
            hover_provider: Some(true.into()),
            definition_provider: Some(true.into()),
            references_provider: Some(true.into()),
            document_symbol_provider: Some(true.into()),
            document_formatting_provider: Some(true.into()),
            code_action_provider: Some(actions.into()),
            ..ServerCapabilities::default()
        };
        let version = Some(env!("CARGO_PKG_VERSION").to_owned());
        let server_info = Some(ServerInfo { name: "restload".to_owned(), version });
        InitializeResult { capabilities, server_info }
    }

    /// Markdown, or the same as plain text.
    pub(crate) fn markup(&self, value: String) -> MarkupContent {
        let kind = if self.markdown { MarkupKind::Markdown } else { MarkupKind::PlainText };
        MarkupContent { kind, value }
    }
}

fn capability_at<'v>(value: &'v Value, path: &str) -> &'v Value {
    path.split('.').fold(value, |value, name| &value[name])
}
