//! JSON bytes of a page into typed columns, and columns into Parquet; and CSV into JSON rows.
//!
//! This is the hot path: one pass over the bytes of a body, no DOM. [`Shape`] says what to look for, [`decode`]
//! reads a body into a [`Page`], [`TableSink`] joins pages in their order into files of one schema, and
//! [`rewrite`] brings older files to it. The types that columns take, and how they widen, are [`ColumnType`]'s.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "places in a page have 31 bits, since longer bodies are refused; numbers are cast where they are exact"
)]

mod build;
mod cast;
mod columns;
mod csv;
mod declared;
mod decode;
mod error;
mod facts;
mod json;
mod keys;
mod marks;
mod outline;
mod page;
mod part;
mod rewrite;
mod shape;
mod sink;
mod span;
mod spell;
mod table_error;
mod types;

pub use cast::{NotWider, to_batch};
pub use columns::Columns;
pub use csv::{CsvError, CsvLayout, CsvNames, CsvPiece, CsvRows, EncodingError, text_of};
pub use declared::{DateFormat, Declared, DeclaredType, NoSuchType};
pub use decode::{decode, decode_first, decode_rows};
pub use error::{DecodeError, JsonFault, Position};
pub use facts::{FileFacts, read_facts};
pub use json::count_duplicates;
pub use keys::Keys;
pub use marks::{WalkMark, WalkRun, read_walks};
pub use outline::{Items, Kind, Member, Outline, outline};
pub use page::{Page, RowTaps};
pub use part::{PartInfo, PartWriter};
pub use rewrite::{read_keys, read_keys_near, rewrite};
pub use shape::{Shape, ShapeBuilder, Step};
pub use sink::{Finished, Parts, Placed, SinkOptions, TableSink};
pub use span::KeySpans;
pub use table_error::TableError;
pub use types::{ColumnType, SchemaChange, StructField, TableColumn, TableSchema, TooManyColumns};
