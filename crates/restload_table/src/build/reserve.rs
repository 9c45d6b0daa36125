//! Room for the rows that are to come, as many as the rest of the body can hold.

use super::{ColumnBuilder, RecordValues, Sourced, TextValues, Values};

impl RecordValues<'_> {
    /// Makes room for so many times what is there.
    pub(crate) fn reserve(&mut self, times: usize) {
        self.sources.reserve(self.sources.len() * times);
        for field in &mut self.fields {
            field.column.reserve(times);
        }
    }
}

impl ColumnBuilder<'_> {
    fn reserve(&mut self, times: usize) {
        match &mut self.values {
            Values::Int(values) => values.reserve(values.len() * times),
            Values::Float(values) => values.of.reserve(times),
            Values::Timestamp(values) => values.reserve(times),
            Values::Date(values) => values.reserve(values.len() * times),
            Values::Text(values) | Values::Json(values) => values.reserve(times),
            Values::Record(values) => values.reserve(times),
            Values::List(values) => {
                values.offsets.reserve(values.offsets.len() * times);
                values.sources.reserve(values.sources.len() * times);
                values.item.reserve(times);
            }
            Values::Untyped(_) | Values::Boolean(_) | Values::Digits(_) | Values::Declared(_) => {}
        }
    }
}

impl TextValues {
    fn reserve(&mut self, times: usize) {
        self.offsets.reserve(self.offsets.len() * times);
        self.text.reserve(self.text.len() * times);
    }
}

impl<T> Sourced<T> {
    fn reserve(&mut self, times: usize) {
        self.values.reserve(self.values.len() * times);
        self.sources.reserve(self.sources.len() * times);
    }
}
