//! The columns of a table: joined page by page and load by load, and turned into arrow's schema.

use std::sync::Arc;

use arrow::datatypes::{Field, Schema, SchemaRef};
use serde::{Deserialize, Serialize};

use super::{ColumnType, MAX_COLUMNS, Written, unique_names};
use crate::declared::Declared;

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct TableColumn {
    /// The name as the API spells it.
    pub name: String,
    /// The type.
    pub ty: ColumnType,
    /// Whether the spec declares the type.
    pub declared: bool,
    /// Whether the column may have nulls; files allow them in any case.
    pub nullable: bool,
}

/// The columns of a table, or of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TableSchema {
    /// The columns, in the order first seen.
    pub columns: Vec<TableColumn>,
}

/// A table would have more columns than it may.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the table would have {count} columns, more than {limit}")]
pub struct TooManyColumns {
    /// How many there would be.
    pub count: usize,
    /// The most that there may be.
    pub limit: usize,
}

/// A difference between two schemas of one table. Names are paths with dots into structs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum SchemaChange {
    /// A column or field is new.
    Added {
        /// Its name.
        name: String,
        /// Its type in a word.
        to: String,
    },
    /// A column or field has another type.
    Widened {
        /// Its name.
        name: String,
        /// Its old type in a word.
        from: String,
        /// Its new type in a word.
        to: String,
    },
}

impl TableSchema {
    /// The schema of a table of which only the declared columns are known.
    pub fn declared(declared: &[Declared]) -> Self {
        Self { columns: declared.iter().map(Declared::column).collect() }
    }

    /// The column of a name.
    pub fn column(&self, name: &str) -> Option<&TableColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The schema that holds the values of both; columns that are new go last. A declared type holds as long as it
    /// can take the values of the other.
    pub fn join(&self, other: &Self) -> Result<Self, TooManyColumns> {
        let mut joined = self.clone();
        for column in &other.columns {
            match joined.columns.iter_mut().find(|known| known.name == column.name) {
                Some(known) => known.join(column),
                None => joined.columns.push(column.clone()),
            }
        }
        let count = joined.columns.len();
        if count > MAX_COLUMNS { Err(TooManyColumns { count, limit: MAX_COLUMNS }) } else { Ok(joined) }
    }

    /// The schema of files and record batches. Every column may be null there.
    pub fn to_arrow(&self) -> SchemaRef {
        let fields = self.columns.iter().zip(self.names_on_disk());
        Arc::new(Schema::new(
            fields.map(|(column, name)| Field::new(name, column.ty.arrow(), true)).collect::<Vec<_>>(),
        ))
    }

    /// Whether files of both schemas have the same columns, names and types.
    pub fn same_layout(&self, other: &Self) -> bool {
        let pairs = || self.columns.iter().zip(&other.columns);
        self.columns.len() == other.columns.len()
            && pairs().all(|(a, b)| a.name == b.name && a.ty.same_layout(&b.ty))
    }

    /// The names of the columns on disk, where two that differ only in case cannot both be.
    pub fn names_on_disk(&self) -> Vec<String> {
        unique_names(self.columns.iter().map(|column| column.name.as_str()))
    }

    /// Columns and fields whose name on disk is another, as paths with dots: `("Id", "Id_2")`.
    pub fn renames(&self) -> Vec<(String, String)> {
        let mut renames = Vec::new();
        let columns: Vec<_> = self.columns.iter().map(|column| (column.name.as_str(), &column.ty)).collect();
        renames_of(&columns, "", &mut renames);
        renames
    }

    /// What is different in a later schema of the table.
    pub fn changes(&self, later: &Self) -> Vec<SchemaChange> {
        let of =
            |schema: &Self| schema.columns.iter().map(|c| (c.name.clone(), c.ty.clone())).collect::<Vec<_>>();
        let mut changes = Vec::new();
        changes_of(&of(self), &of(later), "", &mut changes);
        changes
    }
}

impl TableColumn {
    fn join(&mut self, other: &Self) {
        let ty = self.ty.join(&other.ty);
        let declared = [(self.declared, &self.ty), (other.declared, &other.ty)]
            .into_iter()
            .any(|(declared, own)| declared && ty.same_layout(own));
        self.declared = declared;
        self.nullable |= other.nullable;
        self.ty = ty;
    }
}

fn renames_of(named: &[(&str, &ColumnType)], prefix: &str, renames: &mut Vec<(String, String)>) {
    let unique = unique_names(named.iter().map(|(name, _)| *name));
    for ((name, ty), unique) in named.iter().zip(unique) {
        if *name != unique {
            renames.push((format!("{prefix}{name}"), format!("{prefix}{unique}")));
        }
        let mut inner = *ty;
        while let ColumnType::List { item } = inner {
            inner = item;
        }
        if let ColumnType::Struct { fields } = inner {
            let fields: Vec<_> = fields.iter().map(|field| (field.name.as_str(), &field.ty)).collect();
            renames_of(&fields, &format!("{prefix}{name}."), renames);
        }
    }
}

fn changes_of(
    old: &[(String, ColumnType)],
    new: &[(String, ColumnType)],
    prefix: &str,
    changes: &mut Vec<SchemaChange>,
) {
    for (name, ty) in new {
        let path = format!("{prefix}{name}");
        match old.iter().find(|(known, _)| known == name) {
            None => changes.push(SchemaChange::Added { name: path, to: ty.label() }),
            Some((_, before)) => change_of(before, ty, path, changes),
        }
    }
}

fn change_of(before: &ColumnType, after: &ColumnType, path: String, changes: &mut Vec<SchemaChange>) {
    use ColumnType::{List, Struct};
    let of = |fields: &[super::StructField]| {
        fields.iter().map(|field| (field.name.clone(), field.ty.clone())).collect::<Vec<_>>()
    };
    match (before, after) {
        (Struct { fields: a }, Struct { fields: b }) => {
            changes_of(&of(a), &of(b), &format!("{path}."), changes);
        }
        (List { item: a }, List { item: b }) => change_of(a, b, format!("{path}[]"), changes),
        _ if before.label() != after.label() => {
            changes.push(SchemaChange::Widened { name: path, from: before.label(), to: after.label() });
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(columns: &[(&str, ColumnType)]) -> TableSchema {
        let column = |(name, ty): &(&str, ColumnType)| TableColumn {
            name: (*name).to_owned(),
            ty: ty.clone(),
            declared: false,
            nullable: true,
        };
        TableSchema { columns: columns.iter().map(column).collect() }
    }

    const INT: ColumnType = ColumnType::Int64 { digits: 2, exact: true };

    #[test]
    fn new_columns_go_last_and_changes_name_them() {
        let old = schema(&[("b", INT), ("a", ColumnType::Untyped { empties: false })]);
        let page = schema(&[("c", INT), ("a", ColumnType::Text), ("b", INT)]);
        let new = old.join(&page).unwrap();
        assert_eq!(new.names_on_disk(), ["b", "a", "c"]);
        assert_eq!(
            old.changes(&new),
            [
                SchemaChange::Widened { name: "a".into(), from: "untyped".into(), to: "text".into() },
                SchemaChange::Added { name: "c".into(), to: "int64".into() },
            ]
        );
    }

    #[test]
    fn a_declared_type_holds_while_it_takes_the_other() {
        let mut declared = schema(&[("a", ColumnType::Text)]);
        declared.columns[0].declared = true;
        assert!(schema(&[("a", INT)]).join(&declared).unwrap().columns[0].declared);
        declared.columns[0].ty = INT;
        let older = schema(&[("a", ColumnType::Text)]);
        assert!(!older.join(&declared).unwrap().columns[0].declared);
    }

    #[test]
    fn the_columns_of_a_table_are_bounded() {
        let of = |prefix: &str| TableSchema {
            columns: (0..1200)
                .map(|n| TableColumn {
                    name: format!("{prefix}{n}"),
                    ty: INT,
                    declared: false,
                    nullable: true,
                })
                .collect(),
        };
        assert_eq!(of("a").join(&of("b")), Err(TooManyColumns { count: 2400, limit: 2000 }));
    }

    #[test]
    fn names_that_differ_in_case_are_reported_with_their_path() {
        let inner = ColumnType::Struct {
            fields: ["x", "X"].map(|name| super::super::StructField { name: name.into(), ty: INT }).to_vec(),
        };
        let schema = schema(&[("Id", INT), ("id", ColumnType::List { item: Box::new(inner) })]);
        let renames = schema.renames();
        assert_eq!(renames, [("id".into(), "id_2".into()), ("id.X".into(), "id.X_2".into())]);
    }

    #[test]
    fn a_schema_is_read_as_it_was_written() {
        let mut schema = schema(&[("a", INT), ("b", ColumnType::Float64 { int_digits: 1, frac_digits: 2 })]);
        schema.columns[1].declared = true;
        schema.columns[1].nullable = false;
        let json = serde_json::to_string(&schema).unwrap();
        assert_eq!(serde_json::from_str::<TableSchema>(&json).unwrap(), schema);
    }
    #[test]
    fn a_decimal_that_cannot_be_is_not_read() {
        let read = |precision: u8, scale: u8| {
            let column =
                serde_json::json!({"name": "a", "type": "decimal", "precision": precision, "scale": scale});
            serde_json::from_value::<crate::TableColumn>(column)
        };
        for (precision, scale) in [(0, 0), (39, 0), (5, 6)] {
            let error = read(precision, scale).unwrap_err().to_string();
            assert!(error.contains(&format!("a decimal({precision},{scale}) does not exist")), "{error}");
        }
        for (precision, scale) in [(1, 0), (38, 38), (5, 5)] {
            assert_eq!(read(precision, scale).unwrap().ty, ColumnType::Decimal { precision, scale });
        }
    }
}
