//! What can be wrong with a body, a row or a value.
//!
//! The faults of JSON carry their place in the body; the start of the body itself is the caller's to show.

use std::fmt;

/// Why a body gave no page.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The body holds nothing, or white space only.
    #[error("the body is empty")]
    Empty,
    /// The body is longer than a page can be.
    #[error("the body has {bytes} bytes, more than the 2 GiB that a page can have")]
    TooLarge {
        /// Length of the body.
        bytes: usize,
    },
    /// The body is not JSON.
    #[error("{fault} ({position})")]
    Json {
        /// What is wrong.
        fault: JsonFault,
        /// Where in the body.
        position: Position,
    },
    /// The selector found something that cannot be a row.
    #[error("row {row} is {kind}; rows must be objects: a `transform` can make them so")]
    RowNotObject {
        /// The row, counted from 1.
        row: usize,
        /// What it is instead (`a number`).
        kind: &'static str,
    },
    /// A value does not fit the type that its column was declared with.
    #[error("row {row}: `{column}` is {value}, which does not fit {expected}")]
    Misfit {
        /// The row, counted from 1.
        row: usize,
        /// The column.
        column: String,
        /// The value as it came, shortened.
        value: String,
        /// The declared type, with its format.
        expected: String,
    },
    /// A column that was declared `nullable: false` has a null, or is absent.
    #[error("row {row}: `{column}` is null or absent, and is declared `nullable: false`")]
    NullInColumn {
        /// The row, counted from 1.
        row: usize,
        /// The column.
        column: String,
    },
    /// A row has a column of a name that `add` supplies.
    #[error("row {row} already has a column `{column}`, which `add` would set")]
    NameTaken {
        /// The row, counted from 1.
        row: usize,
        /// The column.
        column: String,
    },
    /// The rows have more columns than a table may.
    #[error("row {row} brings the table to more than {limit} columns")]
    TooManyColumns {
        /// The row, counted from 1.
        row: usize,
        /// The most that there may be.
        limit: usize,
    },
    /// What was given as the text of rows does not hold one value each.
    #[error("{given} rows were given, and their text holds {found}")]
    RowsDiffer {
        /// How many were given.
        given: usize,
        /// How many were read.
        found: usize,
    },
}

impl DecodeError {
    /// Whether the body ends in the middle: asking again may bring the rest.
    pub fn is_cut_off(&self) -> bool {
        matches!(self, Self::Empty | Self::Json { fault: JsonFault::UnexpectedEnd, .. })
    }

    /// The row that the error is about, counted from 1.
    pub fn row(&self) -> Option<usize> {
        match self {
            Self::Empty | Self::TooLarge { .. } | Self::RowsDiffer { .. } => None,
            Self::Json { position, .. } => position.row,
            Self::RowNotObject { row, .. }
            | Self::Misfit { row, .. }
            | Self::NullInColumn { row, .. }
            | Self::NameTaken { row, .. }
            | Self::TooManyColumns { row, .. } => Some(*row),
        }
    }
}

/// A place in a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Bytes before it.
    pub offset: usize,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// The row that is being read there, counted from 1.
    pub row: Option<usize>,
}

impl Position {
    /// The place of a byte of the body.
    pub fn of(body: &[u8], offset: usize) -> Self {
        let before = &body[..offset.min(body.len())];
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        let from = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        let column = String::from_utf8_lossy(&before[from..]).chars().count() + 1;
        Self { offset, line, column, row: None }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)?;
        match self.row {
            Some(row) => write!(f, ", in row {row}"),
            None => Ok(()),
        }
    }
}

/// What is wrong with JSON text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonFault {
    /// The text ends in the middle.
    #[error("the JSON is cut off: unexpected end")]
    UnexpectedEnd,
    /// A line, which should be a value of its own, ends in the middle of it.
    #[error("not JSON: the line ends in the middle of a value")]
    LineEnds,
    /// No value begins like this.
    #[error("not JSON: expected a value")]
    ExpectedValue,
    /// An object goes on with something else than a key.
    #[error("not JSON: expected a key in double quotes")]
    ExpectedKey,
    /// A key is not followed by a colon.
    #[error("not JSON: expected `:` after the key")]
    ExpectedColon,
    /// A member is followed by something else.
    #[error("not JSON: expected `,` or `}}`")]
    ExpectedCommaOrBrace,
    /// An item is followed by something else.
    #[error("not JSON: expected `,` or `]`")]
    ExpectedCommaOrBracket,
    /// There is text after the value.
    #[error("not JSON: more text after the end of the value")]
    Trailing,
    /// A number breaks JSON's grammar.
    #[error("not JSON: a number must be like `-12.5e3`")]
    Number,
    /// A backslash is followed by something that JSON does not know.
    #[error("not JSON: an unknown escape in a string")]
    Escape,
    /// An escape names half of a surrogate pair.
    #[error("not JSON: an escape names half of a surrogate pair")]
    Surrogate,
    /// A string holds a control character that must be escaped.
    #[error("not JSON: a control character in a string")]
    ControlCharacter,
    /// The bytes are not UTF-8.
    #[error("not UTF-8")]
    InvalidUtf8,
    /// Objects and arrays stand in each other too many times.
    #[error("the JSON is nested deeper than {MAX_DEPTH}")]
    TooDeep,
}

/// How many objects and arrays may stand in each other.
pub(crate) const MAX_DEPTH: u32 = 512;

/// What a step of decoding ends with: one word, so that the hot path carries little.
#[derive(Debug)]
pub(crate) struct Fail(pub(crate) Box<Failure>);

/// Why a step of decoding ended.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A fault of JSON at a byte of the text.
    Json(JsonFault, usize),
    /// An object has a key twice: the page is read again, carefully.
    Duplicate,
    /// Anything else.
    Error(DecodeError),
}

impl Fail {
    #[cold]
    pub(crate) fn json(fault: JsonFault, at: usize) -> Self {
        Self(Box::new(Failure::Json(fault, at)))
    }

    #[cold]
    pub(crate) fn duplicate() -> Self {
        Self(Box::new(Failure::Duplicate))
    }
}

impl From<DecodeError> for Fail {
    #[cold]
    fn from(error: DecodeError) -> Self {
        Self(Box::new(Failure::Error(error)))
    }
}
