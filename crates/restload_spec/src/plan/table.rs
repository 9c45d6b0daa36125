//! One table, settled.

use restload_diag::Pointer;

pub use crate::spec::SchemaContract;

/// A table that is written: the rows of one or more resources.
#[derive(Debug)]
pub struct TablePlan {
    /// Its rendered name: the folder.
    pub name: String,
    /// The resources that write it, as indices into [`Plan::resources`](super::Plan::resources).
    pub resources: Vec<usize>,
    /// How a load meets the one before.
    pub disposition: Disposition,
    /// Columns of the key; empty where there is none.
    pub primary_key: Vec<String>,
    /// Columns with a type written by the author.
    pub columns: Vec<ColumnPlan>,
    /// What a load may change in the columns.
    pub contract: SchemaContract,
    /// Objects and lists are written as JSON text.
    pub nested_json: bool,
    /// Where it is named in the spec.
    pub at: Pointer,
}

/// How a load meets the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// The rows of this load are the table.
    Replace,
    /// Rows of this load take the place of those of the same key; the others stay.
    Merge,
    /// Rows of a finished walk take the place of those that the same walk left before, and of those of the same key where
    /// there is one.
    MergeWalks,
    /// Every load adds what is new.
    Append,
    /// Every load adds all of its rows, with `_load_id`.
    AppendSnapshots,
}

impl Disposition {
    /// Whether rows of earlier loads stay unless this load says otherwise.
    pub fn is_merge(self) -> bool {
        matches!(self, Self::Merge | Self::MergeWalks)
    }

    /// Its word in a load record.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Replace => "replace",
            Self::Merge | Self::MergeWalks => "merge",
            Self::Append | Self::AppendSnapshots => "append",
        }
    }

    /// Whether rows of earlier loads stay whatever comes.
    pub fn appends(self) -> bool {
        matches!(self, Self::Append | Self::AppendSnapshots)
    }
}

/// A column with a type written by the author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnPlan {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: ColumnKind,
    /// How dates and timestamps are written by the API: a strftime pattern, `iso`, `date`, `unix` or `unix_ms`.
    pub format: Option<String>,
    /// Whether null is a value of it.
    pub nullable: bool,
}

/// The types that an author can write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Text.
    String,
    /// 64-bit integer.
    Int64,
    /// 64-bit float.
    Float64,
    /// True or false.
    Boolean,
    /// Precision and scale; 1 to 38 digits.
    Decimal(u8, u8),
    /// A day.
    Date,
    /// Microseconds in UTC.
    Timestamp,
    /// JSON text.
    Json,
}

impl ColumnKind {
    /// Reads `decimal(18,2)` and its kin; the error says what is expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        Ok(match text.trim() {
            "string" => Self::String,
            "int64" => Self::Int64,
            "float64" => Self::Float64,
            "boolean" => Self::Boolean,
            "date" => Self::Date,
            "timestamp" => Self::Timestamp,
            "json" => Self::Json,
            other => return Self::parse_decimal(other),
        })
    }

    fn parse_decimal(text: &str) -> Result<Self, String> {
        let unknown = || {
            format!(
                "`{text}` is not a column type; there are string, int64, float64, boolean, decimal(p,s), date, timestamp, json"
            )
        };
        let digits =
            text.strip_prefix("decimal(").and_then(|rest| rest.strip_suffix(')')).ok_or_else(unknown)?;
        let (precision, scale) = digits.split_once(',').ok_or_else(unknown)?;
        let read = |part: &str| part.trim().parse::<u8>().map_err(|_| unknown());
        let (precision, scale) = (read(precision)?, read(scale)?);
        if precision == 0 || precision > 38 || scale > precision {
            return Err(format!("`{text}`: a decimal has 1 to 38 digits, and a scale of at most as many"));
        }
        Ok(Self::Decimal(precision, scale))
    }
}
