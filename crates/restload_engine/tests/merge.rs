//! A merge against a model in memory: many loads of one table, with keys that come again, rows that are gone, and types that
//! widen.

#![expect(clippy::unwrap_used, reason = "a test fails by it")]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::AsArray;
use arrow::compute::cast;
use arrow::datatypes::DataType;
use futures::future::BoxFuture;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use proptest::prelude::*;
use restload_engine::report::{Ending, Merged};
use restload_engine::run::run;
use restload_engine::transport::{Exchange, Request, Transport, TransportError};

const SPEC: &str = "
version: 1
name: spec
client: {base_url: 'https://api.example.com', concurrency: 2}
resources:
  items: {path: items, primary_key: id, deleted: gone, data_selector: $, paginator: {type: page_number}}
";
const PAGE: usize = 3;

/// A row as the API sends it.
#[derive(Debug, Clone)]
enum Row {
    Live { id: Id, value: Value },
    Gone { id: Id },
}

/// A key, as a number or as the text of that number.
#[derive(Debug, Clone)]
struct Id(u8, bool);

#[derive(Debug, Clone)]
enum Value {
    Int(i32),
    Half(i32),
    Text(u8),
    Null,
}

impl Id {
    fn json(&self) -> String {
        if self.1 { format!("\"{}\"", self.0) } else { self.0.to_string() }
    }
}

impl Value {
    fn json(&self) -> String {
        match self {
            Self::Int(n) => n.to_string(),
            Self::Half(n) => format!("{n}.5"),
            Self::Text(n) => format!("\"text {n}\""),
            Self::Null => "null".into(),
        }
    }

    /// The value whatever the type of its column.
    fn text(&self) -> Option<String> {
        match self {
            Self::Int(n) => Some(plain(&n.to_string())),
            Self::Half(n) => Some(plain(&format!("{n}.5"))),
            Self::Text(n) => Some(format!("text {n}")),
            Self::Null => None,
        }
    }
}

/// A number in one spelling.
fn plain(text: &str) -> String {
    text.parse::<f64>().map_or_else(|_| text.to_owned(), |number| number.to_string())
}

/// Answers with the rows of one load, page by page.
struct Api(Vec<Row>);

impl Transport for Api {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Exchange, TransportError>> {
        let page: usize =
            request.url.query_pairs().find(|(name, _)| name == "page").unwrap().1.parse().unwrap();
        let rows = self.0.iter().skip((page - 1) * PAGE).take(PAGE);
        let rows: Vec<String> = rows
            .enumerate()
            .map(|(n, row)| match row {
                // That pages differ, so that none is taken for the one before.
                Row::Live { id, value } => {
                    format!("{{\"id\":{},\"value\":{},\"at\":\"{page}-{n}\"}}", id.json(), value.json())
                }
                Row::Gone { id } => {
                    format!("{{\"id\":{},\"gone\":true,\"why\":{page},\"at\":\"{page}-{n}\"}}", id.json())
                }
            })
            .collect();
        let body = format!("[{}]", rows.join(","));
        let answer = support::answer(request.url, 200, "application/json", body);
        Box::pin(async move { Ok(answer) })
    }
}

/// Answers once with this CSV, then with no rows.
struct Export(String);

impl Transport for Export {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Exchange, TransportError>> {
        let is_first = request.url.query_pairs().any(|(name, value)| name == "page" && value == "1");
        let body = if is_first { self.0.clone() } else { "id,value,gone\n".to_owned() };
        let answer = support::answer(request.url, 200, "text/csv", body);
        Box::pin(async move { Ok(answer) })
    }
}

async fn load(out: &Path, api: impl Transport + 'static) -> Merged {
    let (plan, settings) = (support::plan(SPEC), support::settings(out));
    let outcome = run(plan, settings, support::services(Arc::new(api))).await;
    assert_eq!(outcome.ending(), Ending::Done, "{:?}", outcome.failures);
    outcome.tables[0].merged.unwrap()
}

/// The rows of the table: those of the files that the newest record lists.
fn table(out: &Path) -> Vec<(String, Option<String>)> {
    let records = out.join("spec/_restload/loads");
    let newest = std::fs::read_dir(records).unwrap().map(|entry| entry.unwrap().path()).max().unwrap();
    let record: serde_json::Value = serde_json::from_slice(&std::fs::read(newest).unwrap()).unwrap();
    let mut rows = Vec::new();
    for file in record["tables"]["items"]["files"].as_array().unwrap() {
        let file = File::open(out.join("spec").join(file["path"].as_str().unwrap())).unwrap();
        for batch in ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap() {
            let batch = batch.unwrap();
            assert!(batch.column_by_name("why").is_none(), "a row that is gone brings no column");
            let text =
                |name: &str| batch.column_by_name(name).map(|column| cast(column, &DataType::Utf8).unwrap());
            let (ids, values) = (text("id").unwrap(), text("value"));
            for row in 0..batch.num_rows() {
                let value = values.as_ref().map(AsArray::as_string::<i32>);
                let value = value.filter(|values| arrow::array::Array::is_valid(*values, row));
                let value = value.map(|values| plain(values.value(row)));
                rows.push((ids.as_string::<i32>().value(row).to_owned(), value));
            }
        }
    }
    rows.sort();
    rows
}

/// What a load does to the model, and what it should report.
fn merge(model: &mut BTreeMap<u8, Option<String>>, rows: &[Row]) -> Merged {
    let mut last: BTreeMap<u8, Option<&Value>> = BTreeMap::new();
    for row in rows {
        match row {
            Row::Live { id, value } => last.insert(id.0, Some(value)),
            Row::Gone { id } => last.insert(id.0, None),
        };
    }
    let mut merged = Merged::default();
    for (id, row) in last {
        match (row, model.remove(&id).is_some()) {
            (Some(value), known) => {
                model.insert(id, value.text());
                merged.updated += u64::from(known);
                merged.inserted += u64::from(!known);
            }
            (None, known) => merged.deleted += u64::from(known),
        }
    }
    merged
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let id = |text: bool| (0..9_u8).prop_map(move |id| Id(id, text));
    let value = prop_oneof![
        5 => (-9..99_i32).prop_map(Value::Int),
        2 => (0..99_i32).prop_map(Value::Half),
        1 => (0..9_u8).prop_map(Value::Text),
        1 => Just(Value::Null),
    ];
    // Now and then a load spells its keys as text.
    prop::bool::weighted(0.2).prop_flat_map(move |text| {
        let live = (id(text), value.clone()).prop_map(|(id, value)| Row::Live { id, value });
        let gone = id(text).prop_map(|id| Row::Gone { id });
        prop::collection::vec(prop_oneof![4 => live, 1 => gone], 0..10)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn many_loads_leave_what_a_map_by_key_holds(loads in prop::collection::vec(rows(), 1..7)) {
        let out = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut model = BTreeMap::new();
        for rows in loads {
            let wanted = merge(&mut model, &rows);
            let merged = runtime.block_on(load(out.path(), Api(rows)));
            prop_assert_eq!(merged, wanted);
            if model.is_empty() {
                continue;
            }
            let wanted: Vec<_> = model.iter().map(|(id, value)| (id.to_string(), value.clone())).collect();
            prop_assert_eq!(table(out.path()), wanted);
        }
    }
}

/// CSV is read in pieces of some megabytes.
#[test]
fn the_last_row_of_a_key_stays_though_the_answer_is_read_in_pieces() {
    const ROWS: usize = 40_000;
    let out = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let long = "x".repeat(250);
    let mut csv = String::from("id,value,gone\n");
    for row in 0..ROWS {
        // A key comes late in one piece and again wherever in a later one; the first of all is gone in the end.
        let id = if row + 1 == ROWS { 0 } else { row % 10_000 };
        let gone = if row + 1 == ROWS { "true" } else { "" };
        writeln!(csv, "{id},{row} {long},{gone}").unwrap();
    }
    let merged = runtime.block_on(load(out.path(), Export(csv)));
    let last = |id: usize| (0..ROWS - 1).rev().find(|row| row % 10_000 == id).unwrap();
    let mut wanted: Vec<_> =
        (1..10_000).map(|id| (id.to_string(), Some(format!("{} {long}", last(id))))).collect();
    wanted.sort();
    assert_eq!(merged, Merged { inserted: 9_999, ..Merged::default() });
    assert!(table(out.path()) == wanted, "another row of some key stayed");
}
