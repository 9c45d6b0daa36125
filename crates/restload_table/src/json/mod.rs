//! JSON text, byte by byte: reading without a DOM, and writing in the one compact form.

mod compact;
mod members;
mod number;
mod reader;
mod string;

pub use compact::count_duplicates;
pub(crate) use compact::{Compact, duplicates, quote};
pub(crate) use members::Seen;
pub(crate) use number::{NumberText, Value, spell_number};
pub(crate) use reader::{Reader, Text, error_of};
