//! A language server for specs: what lint knows, in an editor, while the spec is written.
//!
//! [`serve`] speaks the Language Server Protocol over a connection; [`serve_stdio`] over standard input and output, until
//! the editor says that it is done. Findings, fixes, hover, definitions, references, completion, symbols and formatting
//! are those of the crates below: nothing here judges a spec.
//!
//! A file is a spec where it has `version:` and `resources:`; other YAML that an editor opens gets nothing. Samples are
//! read from beside the file.
//!
//! Most questions are asked of a text that cannot be read at that moment, since it is being written. `outline` says where
//! the caret stands from the text alone, `readable` makes a tree of what can be read around it.

mod actions;
mod answer;
mod buffer;
mod complete;
mod definition;
mod editor;
mod edits;
mod explain;
mod hover;
mod kin;
mod mentions;
mod outline;
mod params;
mod readable;
mod report;
mod rows;
mod scene;
mod server;
mod spot;
mod symbols;
mod text;

use std::io;

use jiff::Timestamp;

pub use lsp_server::Connection;
pub use server::serve;

/// Serves one editor over standard input and output; gives the exit code of [`serve`]. Nothing else may write to
/// standard output meanwhile.
///
/// # Errors
/// What came was no message of the protocol, or a pipe broke.
pub fn serve_stdio(now: impl Fn() -> Timestamp) -> io::Result<u8> {
    let (connection, threads) = Connection::stdio();
    let code = serve(&connection, &now);
    drop(connection);
    threads.join()?;
    Ok(code)
}
