//! `schema_contract`: what a page may bring that the table did not have after the last load.
//!
//! A page that keeps to the contract costs a look at its types. One that does not is read row by row, to find the value at
//! fault, or to leave out each of them.

use std::collections::BTreeMap;

use restload_diag::{Diagnostic, Part};
use restload_spec::plan::{ResourcePlan, SchemaContract, TablePlan};
use restload_table::{ColumnType, Columns, Shape, TableSchema, decode_rows};
use serde_json::{Map, Value};

use crate::run::declare::declared;
use crate::run::fault::{self, Fault};

/// Characters of a value that a message shows.
const VALUE_SHOWN: usize = 60;

/// Values that were left out, by column.
pub(crate) type Discarded = BTreeMap<String, u64>;

/// The columns that a table keeps.
#[derive(Debug)]
pub(crate) struct Contract {
    freezes: bool,
    known: TableSchema,
}

impl Contract {
    /// The contract of a table with what the newest load record knows of it; none where everything is taken: a table that
    /// has no column yet takes those of its first load.
    pub(crate) fn of(table: &TablePlan, recorded: &TableSchema) -> Option<Self> {
        if table.contract == SchemaContract::Evolve || recorded.columns.is_empty() {
            return None;
        }
        let declared: Vec<_> = table.columns.iter().map(declared).collect();
        let known = recorded.join(&TableSchema::declared(&declared)).ok()?;
        Some(Self { freezes: table.contract == SchemaContract::Freeze, known })
    }

    /// The first column of a table after a load that is not as it was, which no single page showed.
    pub(crate) fn broken_by(&self, schema: &TableSchema) -> Option<(String, String, String)> {
        self.known.columns.iter().find_map(|known| {
            let now = schema.column(&known.name).filter(|now| !now.ty.fits(&known.ty))?;
            Some((known.name.clone(), known.ty.label(), now.ty.label()))
        })
    }

    /// Brings the columns of a page to the contract. `texts` gives the rows again, where a value is to be found.
    pub(super) fn hold<'b>(
        &self,
        resource: &ResourcePlan,
        columns: &mut Columns,
        shape: &Shape,
        texts: impl FnOnce() -> Result<Vec<std::borrow::Cow<'b, [u8]>>, Fault>,
    ) -> Result<Discarded, Fault> {
        let mut discarded = Discarded::new();
        let of_page = |columns: &Columns, is: &dyn Fn(&str, &ColumnType) -> bool| -> Vec<String> {
            let columns = columns.schema().columns.iter().filter(|column| is(&column.name, &column.ty));
            columns.map(|column| column.name.clone()).collect()
        };
        let is_new = |name: &str| self.known.column(name).is_none();
        let nulls =
            |name: &str, ty: &ColumnType| is_new(name) && *ty == ColumnType::Untyped { empties: false };
        for name in of_page(columns, &nulls) {
            columns.remove(&name);
        }
        let new = of_page(columns, &|name, _| is_new(name));
        let wide =
            of_page(columns, &|name, ty| self.known.column(name).is_some_and(|known| !ty.fits(&known.ty)));
        if new.is_empty() && wide.is_empty() {
            return Ok(discarded);
        }
        if self.freezes {
            return Err(self.blame(resource, shape, &texts()?, new.first().or(wide.first())));
        }
        if !wide.is_empty() {
            let texts = self.pruned(resource, shape, &texts()?, &wide, &mut discarded)?;
            let page = decode_rows(texts.iter().map(Vec::as_slice), shape)
                .map_err(|error| fault::decode(resource, b"", &error))?;
            *columns = page.columns;
            for name in of_page(columns, &nulls) {
                columns.remove(&name);
            }
        }
        for name in new {
            let values = columns.remove(&name) as u64;
            *discarded.entry(name).or_default() += values;
        }
        Ok(discarded)
    }

    /// The error of the first value that breaks a frozen table.
    fn blame(
        &self,
        resource: &ResourcePlan,
        shape: &Shape,
        texts: &[std::borrow::Cow<'_, [u8]>],
        column: Option<&String>,
    ) -> Fault {
        let column = column.map_or("", String::as_str);
        let known = self.known.column(column).map(|known| known.ty.clone());
        let mut joined = known.clone();
        let found = texts.iter().enumerate().find_map(|(row, text)| {
            let value = member(text, column).filter(|value| !value.is_null())?;
            let Some(known) = &known else { return Some((row, value)) };
            let ty = type_of(text, shape, column)?;
            let wider = joined.as_ref().map_or_else(|| ty.clone(), |joined| joined.join(&ty));
            joined = Some(wider.clone());
            (!wider.fits(known)).then_some((row, value))
        });
        let (row, shown) = match &found {
            Some((row, value)) => (format!("row {}: ", row + 1), format!(" ({})", shorten(value))),
            None => (String::new(), String::new()),
        };
        let message = match &known {
            None => format!("{row}`{column}`{shown} is a new column, and the table is frozen"),
            Some(known) => format!(
                "{row}`{column}`{shown} needs a wider type than {}, and the table is frozen",
                known.label()
            ),
        };
        let help = format!(
            "to take it, give it a type: `columns: {{{column}: …}}`, or leave it out: `drop: [{column}]`"
        );
        Diagnostic::error("schema-contract", resource.at("schema_contract"), message)
            .on(Part::Key)
            .help(help)
            .into()
    }

    /// The rows without the values that do not fit their columns.
    fn pruned(
        &self,
        resource: &ResourcePlan,
        shape: &Shape,
        texts: &[std::borrow::Cow<'_, [u8]>],
        wide: &[String],
        discarded: &mut Discarded,
    ) -> Result<Vec<Vec<u8>>, Fault> {
        let mut known: BTreeMap<&str, ColumnType> = BTreeMap::new();
        for column in self.known.columns.iter().filter(|column| wide.contains(&column.name)) {
            known.insert(&column.name, column.ty.clone());
        }
        let mut out = Vec::with_capacity(texts.len());
        for text in texts {
            let mut row: Map<String, Value> =
                serde_json::from_slice(text).map_err(|error| fault::whole_body(resource, &error))?;
            for (name, joined) in &mut known {
                let Some(value) = row.get_mut(*name) else { continue };
                let left_out = prune(value, joined, shape);
                if left_out > 0 {
                    *discarded.entry((*name).to_owned()).or_default() += left_out;
                }
                if let Some(ty) = type_of_value(value, shape) {
                    *joined = joined.join(&ty);
                }
            }
            out.push(Value::Object(row).to_string().into_bytes());
        }
        Ok(out)
    }
}

/// Takes out of a value what does not fit, and tells how many values that were.
fn prune(value: &mut Value, known: &ColumnType, shape: &Shape) -> u64 {
    if value.is_null() || type_of_value(value, shape).is_some_and(|ty| ty.fits(known)) {
        return 0;
    }
    match (value, known) {
        (Value::Object(members), ColumnType::Struct { fields }) => {
            let mut left_out = 0;
            members.retain(|name, value| {
                let known = fields.iter().any(|field| field.name == *name);
                left_out += u64::from(!known && !value.is_null());
                known
            });
            for field in fields {
                if let Some(value) = members.get_mut(&field.name) {
                    left_out += prune(value, &field.ty, shape);
                }
            }
            left_out
        }
        (Value::Array(items), ColumnType::List { item }) => {
            items.iter_mut().map(|value| prune(value, item, shape)).sum()
        }
        (value, _) => {
            *value = Value::Null;
            1
        }
    }
}

/// The type that a value alone would give its column.
fn type_of_value(value: &Value, shape: &Shape) -> Option<ColumnType> {
    const NAME: &str = "value";
    let row = format!("{{\"{NAME}\":{value}}}");
    type_of(row.as_bytes(), &shape.undeclared(), NAME)
}

fn type_of(row: &[u8], shape: &Shape, column: &str) -> Option<ColumnType> {
    let page = decode_rows([row], shape).ok()?;
    page.columns.schema().column(column).map(|column| column.ty.clone())
}

fn member(row: &[u8], name: &str) -> Option<Value> {
    let mut row: Map<String, Value> = serde_json::from_slice(row).ok()?;
    row.shift_remove(name)
}

fn shorten(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(VALUE_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
