//! Types and columns as a load record writes them: one flat object each.
//!
//! Numbers in an internally tagged enum do not survive `serde_json`'s `arbitrary_precision`, so the object is a
//! plain struct with options, turned into the types and back.

use serde::{Deserialize, Serialize};

use super::{ColumnType, StructField, TableColumn};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Written {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    empties: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digits: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    exact: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    int_digits: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    frac_digits: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    precision: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scale: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fields: Option<Vec<StructField>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    item: Option<Box<ColumnType>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    declared: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nullable: Option<bool>,
}

impl Written {
    pub(super) fn kind(ty: &ColumnType) -> &'static str {
        match ty {
            ColumnType::Untyped { .. } => "untyped",
            ColumnType::Boolean => "boolean",
            ColumnType::Int64 { .. } => "int64",
            ColumnType::Float64 { .. } => "float64",
            ColumnType::Decimal { .. } => "decimal",
            ColumnType::Timestamp => "timestamp",
            ColumnType::Date => "date",
            ColumnType::Text => "text",
            ColumnType::Json => "json",
            ColumnType::Struct { .. } => "struct",
            ColumnType::List { .. } => "list",
        }
    }
}

impl From<ColumnType> for Written {
    fn from(ty: ColumnType) -> Self {
        let mut written = Self { kind: Self::kind(&ty).to_owned(), ..Self::default() };
        match ty {
            ColumnType::Untyped { empties } => written.empties = empties.then_some(true),
            ColumnType::Int64 { digits, exact } => {
                written.digits = Some(digits);
                written.exact = Some(exact);
            }
            ColumnType::Float64 { int_digits, frac_digits } => {
                written.int_digits = Some(int_digits);
                written.frac_digits = Some(frac_digits);
            }
            ColumnType::Decimal { precision, scale } => {
                written.precision = Some(precision);
                written.scale = Some(scale);
            }
            ColumnType::Struct { fields } => written.fields = Some(fields),
            ColumnType::List { item } => written.item = Some(item),
            _ => {}
        }
        written
    }
}

impl TryFrom<Written> for ColumnType {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        fn need<T>(value: Option<T>, name: &str) -> Result<T, String> {
            value.ok_or_else(|| format!("a type without its `{name}`"))
        }
        Ok(match written.kind.as_str() {
            "untyped" => Self::Untyped { empties: written.empties.unwrap_or(false) },
            "boolean" => Self::Boolean,
            // Without its bounds a type is taken for the widest of its kind.
            "int64" => Self::Int64 {
                digits: written.digits.unwrap_or(19).min(19),
                exact: written.exact.unwrap_or(false),
            },
            "float64" => Self::Float64 {
                int_digits: written.int_digits.unwrap_or(u16::MAX),
                frac_digits: written.frac_digits.unwrap_or(u16::MAX),
            },
            "decimal" => {
                let (precision, scale) =
                    (need(written.precision, "precision")?, need(written.scale, "scale")?);
                if precision == 0 || precision > 38 || scale > precision {
                    return Err(format!("a decimal({precision},{scale}) does not exist"));
                }
                Self::Decimal { precision, scale }
            }
            "timestamp" => Self::Timestamp,
            "date" => Self::Date,
            "text" => Self::Text,
            "json" => Self::Json,
            "struct" => Self::Struct { fields: need(written.fields, "fields")? },
            "list" => Self::List { item: need(written.item, "item")? },
            other => return Err(format!("no type `{other}`")),
        })
    }
}

impl From<StructField> for Written {
    fn from(field: StructField) -> Self {
        Self { name: Some(field.name), ..Self::from(field.ty) }
    }
}

impl TryFrom<Written> for StructField {
    type Error = String;

    fn try_from(mut written: Written) -> Result<Self, String> {
        let name = written.name.take().ok_or("a field without its `name`")?;
        Ok(Self { name, ty: written.try_into()? })
    }
}

impl From<TableColumn> for Written {
    fn from(column: TableColumn) -> Self {
        Self {
            name: Some(column.name),
            declared: column.declared.then_some(true),
            nullable: (!column.nullable).then_some(false),
            ..Self::from(column.ty)
        }
    }
}

impl TryFrom<Written> for TableColumn {
    type Error = String;

    fn try_from(mut written: Written) -> Result<Self, String> {
        let name = written.name.take().ok_or("a column without its `name`")?;
        let (declared, nullable) = (written.declared.unwrap_or(false), written.nullable.unwrap_or(true));
        Ok(Self { name, declared, nullable, ty: written.try_into()? })
    }
}
