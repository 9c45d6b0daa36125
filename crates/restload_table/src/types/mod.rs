//! The types that a column can have, as one lattice with one top (text).
//!
//! The type of a page's column is the join of the types of its values; the type of a table's column is the join
//! of its pages. A join is associative and commutative (but for the order of fields), so pages may be decoded in
//! any order and the split into pages changes nothing.

mod instant;
mod names;
mod number;
mod schema;
mod written;

use arrow::datatypes::{DataType, Field, Fields, TimeUnit};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(crate) use instant::{
    MICROS_PER_DAY, in_range, lenient_timestamp, parse_date, parse_timestamp, render_date, render_timestamp,
};
pub(crate) use names::unique_names;
pub(crate) use number::{Digits, Number, decimal_text, float_text, is_exact_i64};
pub use schema::{SchemaChange, TableColumn, TableSchema, TooManyColumns};
use written::Written;

/// The most fields that an inferred struct has; one with more is JSON text.
pub(crate) const MAX_FIELDS: usize = 200;
/// How deep inferred structs and lists stand in each other; what is deeper is JSON text.
pub(crate) const MAX_LEVELS: u32 = 32;
/// The most columns that a table has.
pub(crate) const MAX_COLUMNS: usize = 2000;

/// The type of a column, with what a later join has to know.
///
/// In a load record it is an object: `{"type": "int64", "digits": 4, "exact": true}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub enum ColumnType {
    /// Nothing but nulls so far; with `empties` also `{}` or `[]`. On disk a text column in which those stand as
    /// their JSON text; a later load may make anything of it.
    Untyped {
        /// Whether there was a `{}` or `[]`.
        empties: bool,
    },
    /// `true` and `false`.
    Boolean,
    /// Integers of 64 bits.
    Int64 {
        /// Digits of the longest.
        digits: u8,
        /// Whether each would be the same as a float64.
        exact: bool,
    },
    /// Numbers that are the same after a parse as float64 and a print of its shortest form.
    Float64 {
        /// Digits before the point, at most.
        int_digits: u16,
        /// Digits after the point, at most.
        frac_digits: u16,
    },
    /// Numbers of at most 38 digits, each kept.
    Decimal {
        /// Digits in all.
        precision: u8,
        /// Digits after the point.
        scale: u8,
    },
    /// Microseconds in UTC.
    Timestamp,
    /// A day.
    Date,
    /// Text, and the top of all types: what is no text stands in its plain spelling, an object or array as JSON.
    Text,
    /// JSON text, by declaration or `nested: json`.
    Json,
    /// An object with its fields in the order first seen.
    Struct {
        /// The fields.
        fields: Vec<StructField>,
    },
    /// An array.
    List {
        /// What its items are.
        item: Box<ColumnType>,
    },
}

/// A field of a struct.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct StructField {
    /// The key as the API spells it.
    pub name: String,
    /// The type.
    pub ty: ColumnType,
}

impl ColumnType {
    /// The least type that holds the values of both.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        use ColumnType::{Json, List, Struct, Text, Untyped};
        if self == other {
            return self.clone();
        }
        match (self, other) {
            (Untyped { empties: a }, Untyped { empties: b }) => Untyped { empties: *a || *b },
            (Untyped { empties }, ty) | (ty, Untyped { empties })
                if !empties || matches!(ty, Struct { .. } | List { .. } | Json) =>
            {
                ty.clone()
            }
            (Struct { fields: a }, Struct { fields: b }) => join_fields(a, b),
            (List { item: a }, List { item: b }) => List { item: Box::new(a.join(b)) },
            _ => match (Number::of(self), Number::of(other)) {
                (Some(a), Some(b)) => a.join(b).column_type(),
                _ => Text,
            },
        }
    }

    /// Whether values of this type can be written into a column of the other without a change of the column.
    pub fn fits(&self, wider: &Self) -> bool {
        wider.join(self).same_layout(wider)
    }

    /// Whether both are the same on disk, with the same names.
    pub(crate) fn same_layout(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Struct { fields: a }, Self::Struct { fields: b }) => {
                a.len() == b.len()
                    && a.iter().zip(b).all(|(a, b)| a.name == b.name && a.ty.same_layout(&b.ty))
            }
            (Self::List { item: a }, Self::List { item: b }) => a.same_layout(b),
            _ => self.arrow() == other.arrow(),
        }
    }

    /// The type on disk and in record batches. Names of fields that differ only in case get a suffix.
    pub fn arrow(&self) -> DataType {
        match self {
            Self::Untyped { .. } | Self::Text | Self::Json => DataType::Utf8,
            Self::Boolean => DataType::Boolean,
            Self::Int64 { .. } => DataType::Int64,
            Self::Float64 { .. } => DataType::Float64,
            Self::Decimal { precision, scale } => DataType::Decimal128(*precision, scale.cast_signed()),
            Self::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, Some(Arc::from("UTC"))),
            Self::Date => DataType::Date32,
            Self::Struct { fields } => DataType::Struct(arrow_fields(fields)),
            Self::List { item } => DataType::List(item_field(item)),
        }
    }

    /// The word for it in messages: `int64`, `decimal(18,2)`, `struct`.
    pub fn label(&self) -> String {
        match self {
            Self::Decimal { precision, scale } => format!("decimal({precision},{scale})"),
            other => Written::kind(other).to_owned(),
        }
    }
}

/// The item of a list as arrow has it.
pub(crate) fn item_field(item: &ColumnType) -> Arc<Field> {
    Arc::new(Field::new("item", item.arrow(), true))
}

/// The fields of a struct as arrow has them.
pub(crate) fn arrow_fields(fields: &[StructField]) -> Fields {
    let names = unique_names(fields.iter().map(|field| field.name.as_str()));
    fields.iter().zip(names).map(|(field, name)| Field::new(name, field.ty.arrow(), true)).collect()
}

fn join_fields(left: &[StructField], right: &[StructField]) -> ColumnType {
    let mut fields = left.to_vec();
    for field in right {
        match fields.iter_mut().find(|known| known.name == field.name) {
            Some(known) => known.ty = known.ty.join(&field.ty),
            None => fields.push(field.clone()),
        }
    }
    if fields.len() > MAX_FIELDS { ColumnType::Text } else { ColumnType::Struct { fields } }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int(digits: u8) -> ColumnType {
        ColumnType::Int64 { digits, exact: digits < 16 }
    }

    #[test]
    fn integers_and_floats_that_stay_exact_are_float64() {
        let float = ColumnType::Float64 { int_digits: 2, frac_digits: 3 };
        assert_eq!(int(4).join(&float), ColumnType::Float64 { int_digits: 4, frac_digits: 3 });
        assert_eq!(int(18).join(&float), ColumnType::Decimal { precision: 21, scale: 3 });
    }

    #[test]
    fn an_empty_value_joins_with_struct_and_list_but_not_with_a_scalar() {
        let empty = ColumnType::Untyped { empties: true };
        let list = ColumnType::List { item: Box::new(int(1)) };
        assert_eq!(empty.join(&list), list);
        assert_eq!(empty.join(&int(1)), ColumnType::Text);
        assert_eq!(ColumnType::Untyped { empties: false }.join(&int(1)), int(1));
    }

    #[test]
    fn a_struct_that_grows_beyond_its_bound_is_text() {
        let of = |prefix: &str| ColumnType::Struct {
            fields: (0..150).map(|n| StructField { name: format!("{prefix}{n}"), ty: int(1) }).collect(),
        };
        assert_eq!(of("a").join(&of("b")), ColumnType::Text);
        assert_eq!(of("a").join(&of("a")), of("a"));
    }

    #[test]
    fn types_are_written_as_one_flat_object() {
        let ty = ColumnType::Struct {
            fields: vec![
                StructField { name: "n".into(), ty: int(3) },
                StructField { name: "d".into(), ty: ColumnType::Decimal { precision: 20, scale: 2 } },
                StructField {
                    name: "l".into(),
                    ty: ColumnType::List { item: Box::new(ColumnType::Untyped { empties: true }) },
                },
            ],
        };
        let json = serde_json::to_string(&ty).unwrap();
        assert_eq!(
            json,
            r#"{"type":"struct","fields":[{"name":"n","type":"int64","digits":3,"exact":true},{"name":"d","type":"decimal","precision":20,"scale":2},{"name":"l","type":"list","item":{"type":"untyped","empties":true}}]}"#
        );
        assert_eq!(serde_json::from_str::<ColumnType>(&json).unwrap(), ty);
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(serde_json::from_value::<ColumnType>(value).unwrap(), ty);
    }
}
