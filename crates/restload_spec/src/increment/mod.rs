//! Cursors of increments: how they are read, compared and written, and how a range is cut into slices.
//!
//! All of it is pure: what was stored, what the clock says and what is sent is for the engine.

mod format;
mod moment;
mod slices;
mod step;

pub use format::{CursorFormat, CursorKind};
pub use moment::Moment;
pub use slices::{Edges, slices};
pub use step::{Bound, CursorStep};

use std::fmt;

use serde_json::Value;

/// A cursor as it is compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CursorValue {
    /// A moment, to the nanosecond.
    Moment(Moment),
    /// A whole number.
    Integer(i128),
    /// Text, compared by its characters.
    Text(String),
}

impl CursorValue {
    /// The cursor as the load record keeps it, whatever the API's format: a moment as ISO text in UTC.
    pub fn stored(&self) -> Value {
        match self {
            Self::Moment(moment) => Value::from(moment.to_string()),
            Self::Integer(number) => format::number(&number.to_string()),
            Self::Text(text) => Value::from(text.as_str()),
        }
    }

    /// The cursor that the load record keeps; none where it is not of that kind.
    pub fn from_stored(value: &Value, kind: CursorKind) -> Option<Self> {
        let format = match kind {
            CursorKind::Moment => {
                let text = value.as_str()?;
                let digits = text
                    .split_once('.')
                    .map_or(0, |(_, fraction)| fraction.bytes().take_while(u8::is_ascii_digit).count());
                let moment = CursorFormat::Iso.read(value)?;
                return Some(match moment {
                    Self::Moment(moment) => Self::Moment(Moment::with_digits(moment.at, digits)),
                    other => other,
                });
            }
            CursorKind::Integer => CursorFormat::Integer,
            CursorKind::Text => CursorFormat::Text,
        };
        format.read(value)
    }
}

impl fmt::Display for CursorValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Moment(moment) => write!(f, "{moment}"),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}
