//! Text of a column: one string with the place where each value ends.

/// Text of a column.
pub(crate) struct TextValues {
    pub(crate) offsets: Vec<i32>,
    pub(crate) text: String,
}

impl TextValues {
    /// Text of so many values that mean nothing.
    pub(crate) fn padded(n: usize) -> Self {
        Self { offsets: vec![0; n + 1], text: String::new() }
    }

    /// Ends a value that was appended to `text`. A page has at most 2 GiB, so the place fits.
    #[inline]
    pub(crate) fn end_value(&mut self) {
        self.offsets.push(self.text.len() as i32);
    }

    #[inline]
    pub(crate) fn push(&mut self, value: &str) {
        self.text.push_str(value);
        self.end_value();
    }

    pub(crate) fn pad(&mut self, n: usize) {
        let end = self.text.len() as i32;
        self.offsets.resize(self.offsets.len() + n, end);
    }
}
