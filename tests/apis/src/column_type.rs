//! The types that readers see, under names of our own.

use std::fmt;

use serde::Deserialize;

/// The type of a column, or of what stands in it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColumnType {
    /// Digits in all, and after the point.
    Decimal(u8, u8),
    /// Items of one type.
    List(Box<ColumnType>),
    /// Fields by name, in their order.
    Struct(Vec<(String, ColumnType)>),
    /// All others, such as `int64`, by name.
    #[serde(untagged)]
    Plain(String),
}

impl ColumnType {
    /// Whether it is the type of that name.
    pub fn is(&self, name: &str) -> bool {
        matches!(self, Self::Plain(own) if own == name)
    }

    /// The type of a field; that of the fields of its items for a list.
    pub fn field(&self, name: &str) -> Option<&ColumnType> {
        match self {
            Self::List(item) => item.field(name),
            Self::Struct(fields) => fields.iter().find(|(own, _)| own == name).map(|(_, ty)| ty),
            Self::Decimal(..) | Self::Plain(_) => None,
        }
    }
}

impl fmt::Display for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decimal(precision, scale) => write!(f, "decimal({precision},{scale})"),
            Self::List(item) => write!(f, "list<{item}>"),
            Self::Struct(fields) => {
                let fields: Vec<String> = fields.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
                write!(f, "struct<{}>", fields.join(", "))
            }
            Self::Plain(name) => f.write_str(name),
        }
    }
}
