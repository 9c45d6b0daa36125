//! `restload schema`: the JSON Schema of specs, for editors.

use crate::exit;
use crate::terminal::Terminal;

/// Prints the schema.
pub(crate) fn schema(terminal: &Terminal) -> Result<u8, u8> {
    let text = format!("{:#}\n", restload_spec::editor_schema());
    terminal.print(&text).map_err(|error| {
        terminal.error(&format!("cannot write the schema: {error}"), None);
        exit::FAILED
    })?;
    Ok(exit::DONE)
}
