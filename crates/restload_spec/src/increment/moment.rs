//! A moment of a cursor, and with how many digits of a second it came.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use jiff::Timestamp;

/// A moment. It is compared by when it is alone: `1771000300.5` and `1771000300.500` are one.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// When it is.
    pub at: Timestamp,
    /// The digits of the fraction that are written at least, at most 9: an API that names its rows by `1771000300.000100` takes
    /// no `1771000300.0001` for it.
    digits: u8,
}

impl Moment {
    /// A moment that came with so many digits of a fraction.
    pub(crate) fn with_digits(at: Timestamp, digits: usize) -> Self {
        Self { at, digits: u8::try_from(digits.min(9)).unwrap_or(9) }
    }

    /// Another moment, to be written with as many digits.
    pub(crate) fn moved(self, at: Timestamp) -> Self {
        Self { at, ..self }
    }

    /// The number, of what is written without zeros at its end, with the zeros that it came with.
    pub(super) fn fill(self, number: String) -> String {
        let digits = number.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        let missing = usize::from(self.digits).saturating_sub(digits);
        if missing == 0 {
            return number;
        }
        format!("{number}{}{}", if digits == 0 { "." } else { "" }, "0".repeat(missing))
    }
}

impl From<Timestamp> for Moment {
    fn from(at: Timestamp) -> Self {
        Self { at, digits: 0 }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.at.to_string();
        match text.strip_suffix('Z') {
            Some(text) => write!(f, "{}Z", self.fill(text.to_owned())),
            None => f.write_str(&text),
        }
    }
}

impl PartialEq for Moment {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}

impl Eq for Moment {}

impl PartialOrd for Moment {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Moment {
    fn cmp(&self, other: &Self) -> Ordering {
        self.at.cmp(&other.at)
    }
}

impl Hash for Moment {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.at.hash(state);
    }
}
