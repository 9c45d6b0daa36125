//! Columns while a page is being read: plain vectors that widen in place.
//!
//! A builder knows the type of the values so far and nothing of other pages. A value that came as something else
//! than the column holds is taken from the text again when the column becomes text, so that it stands there as it
//! was spelled; what has one spelling only (integers, booleans, days) is written anew.

mod declared;
mod finish;
mod key;
mod nested;
mod reserve;
mod scalar;
mod text;
mod widen;

use arrow::array::{BooleanBufferBuilder, NullBufferBuilder};

pub(crate) use declared::{DeclaredValues, first_null};
pub(crate) use nested::{ListValues, RecordValues};
pub(crate) use text::TextValues;

use crate::shape::Node;

/// A column of one page while it is being read.
pub(crate) struct ColumnBuilder<'a> {
    pub(crate) values: Values<'a>,
    pub(crate) validity: NullBufferBuilder,
}

/// The values of a column; where there is a null, anything stands.
pub(crate) enum Values<'a> {
    /// Nulls, and the rows in which `{}` or `[]` stands.
    Untyped(Vec<Empty>),
    Boolean(BooleanBufferBuilder),
    Int(Vec<i64>),
    Float(Box<FloatValues>),
    /// Numbers that only their digits hold.
    Digits(Box<DigitValues>),
    /// Microseconds, and where each stands in the text.
    Timestamp(Box<Sourced<i64>>),
    Date(Vec<i32>),
    Text(TextValues),
    /// JSON text, under `nested: json`.
    Json(TextValues),
    Record(Box<RecordValues<'a>>),
    List(Box<ListValues<'a>>),
    Declared(Box<DeclaredValues>),
}

/// A row in which an empty object or array stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Empty {
    row: usize,
    list: bool,
    start: usize,
}

/// Values with the place of their text.
#[derive(Default)]
pub(crate) struct Sourced<T> {
    values: Vec<T>,
    sources: Vec<u32>,
}

/// Floats, with what a join has to know of them.
#[derive(Default)]
pub(crate) struct FloatValues {
    of: Sourced<f64>,
    int_digits: u32,
    frac_digits: u32,
}

/// Spelled numbers, with what a join has to know of them.
pub(crate) struct DigitValues {
    text: TextValues,
    int_digits: u32,
    frac_digits: u32,
}

/// A value whose text is not needed: it has one spelling only.
const NO_SOURCE: u32 = u32::MAX;

/// Where an object or array stands in the text, and what paths lead there.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) start: usize,
    pub(crate) node: Option<&'a Node>,
}

impl ColumnBuilder<'_> {
    /// A column of so many nulls.
    pub(crate) fn new() -> Self {
        Self { values: Values::Untyped(Vec::new()), validity: NullBufferBuilder::new(0) }
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.validity.len()
    }

    /// Appends nulls up to a length.
    #[inline]
    pub(crate) fn pad_to(&mut self, len: usize) {
        if self.len() < len {
            self.append_nulls(len - self.len());
        }
    }

    /// Appends nulls.
    #[inline(never)]
    pub(crate) fn append_nulls(&mut self, n: usize) {
        self.validity.append_n_nulls(n);
        self.values.pad(n);
    }
}

impl Values<'_> {
    /// Appends values that mean nothing, under nulls.
    fn pad(&mut self, n: usize) {
        match self {
            Self::Untyped(_) => {}
            Self::Boolean(values) => values.append_n(n, false),
            Self::Int(values) => values.resize(values.len() + n, 0),
            Self::Float(values) => values.of.pad(n),
            Self::Digits(values) => values.text.pad(n),
            Self::Timestamp(values) => values.pad(n),
            Self::Date(values) => values.resize(values.len() + n, 0),
            Self::Text(values) | Self::Json(values) => values.pad(n),
            Self::Record(values) => values.pad(n),
            Self::List(values) => values.pad(n),
            Self::Declared(values) => values.pad(n),
        }
    }
}

impl<T: Default + Clone> Sourced<T> {
    #[inline]
    fn push(&mut self, value: T, source: u32) {
        self.values.push(value);
        self.sources.push(source);
    }

    fn pad(&mut self, n: usize) {
        self.values.resize(self.values.len() + n, T::default());
        self.sources.resize(self.sources.len() + n, NO_SOURCE);
    }
}
