//! The author's columns and paths in the words of the table.

use restload_spec::plan::{ColumnKind, ColumnPlan, Plan, ResourcePlan};
use restload_table::{DateFormat, Declared, DeclaredType, ShapeBuilder, Step};

use super::fields::Field;

/// A plain path as the table knows it.
pub(crate) fn steps(steps: &[restload_spec::Step]) -> Vec<Step> {
    let step = |step: &restload_spec::Step| match step {
        restload_spec::Step::Key(name) => Step::Key(name.clone()),
        restload_spec::Step::Index(index) => Step::Index(*index),
        restload_spec::Step::Wildcard => Step::Wildcard,
    };
    steps.iter().map(step).collect()
}

/// A field as the table knows it.
pub(crate) fn field_steps(field: &Field) -> Vec<Step> {
    field.iter().map(|name| Step::Key(name.clone())).collect()
}

/// Declares the columns of the tables that a resource writes.
pub(crate) fn columns(mut shape: ShapeBuilder, plan: &Plan, resource: &ResourcePlan) -> ShapeBuilder {
    let tables = resource.combinations.iter().filter_map(|combination| combination.table);
    for table in tables.map(|table| &plan.tables[table]) {
        shape = shape.nested_json(table.nested_json);
        for column in &table.columns {
            shape = shape.declare(declared(column));
        }
    }
    shape
}

/// A declared column as the table knows it.
pub(crate) fn declared(column: &ColumnPlan) -> Declared {
    let ty = match column.kind {
        ColumnKind::String => DeclaredType::String,
        ColumnKind::Int64 => DeclaredType::Int64,
        ColumnKind::Float64 => DeclaredType::Float64,
        ColumnKind::Boolean => DeclaredType::Boolean,
        ColumnKind::Decimal(precision, scale) => DeclaredType::Decimal { precision, scale },
        ColumnKind::Date => DeclaredType::Date,
        ColumnKind::Timestamp => DeclaredType::Timestamp,
        ColumnKind::Json => DeclaredType::Json,
    };
    Declared {
        name: column.name.clone(),
        ty,
        format: column.format.as_deref().map(DateFormat::parse),
        nullable: column.nullable,
    }
}
