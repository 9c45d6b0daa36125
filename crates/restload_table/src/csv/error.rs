//! What can be wrong with CSV.

/// Why a text is no table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CsvError {
    /// The names of the columns should be in the first row, and there is none.
    #[error("the text is empty, and its first row should name the columns")]
    NoHeader,
    /// A column has no name.
    #[error("column {column} has no name in the first row")]
    EmptyName {
        /// The column, counted from 1.
        column: usize,
    },
    /// Two columns have one name.
    #[error("two columns are called `{name}` in the first row")]
    RepeatedName {
        /// The name.
        name: String,
    },
    /// A row has more or fewer cells than there are columns.
    #[error("line {line} has {}, expected {expected}", cells(*found))]
    Uneven {
        /// The line on which the row begins, counted from 1.
        line: usize,
        /// Its cells.
        found: usize,
        /// The columns.
        expected: usize,
    },
    /// The text ends within quotes.
    #[error("the text is cut off: it ends within the quotes of a cell of the row on line {line}")]
    OpenQuote {
        /// The line on which the row begins, counted from 1.
        line: usize,
    },
}

fn cells(n: usize) -> String {
    if n == 1 { "1 cell".to_owned() } else { format!("{n} cells") }
}
