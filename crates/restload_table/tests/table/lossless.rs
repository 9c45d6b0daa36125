//! Whatever rows come, in whatever pages: nothing is lost between JSON and Parquet.

use arrow::array::Array;
use proptest::prelude::*;
use proptest::sample::select;
use restload_table::{ColumnType, Columns, PartWriter, TableSchema, decode, decode_rows, read_keys};
use serde_json::{Map, Value};

use crate::support::{agrees, through_parquet, top};

/// JSON text of a scalar, of each kind that a column distinguishes.
fn scalar() -> impl Strategy<Value = String> {
    let digits = |range| {
        proptest::collection::vec(0..10u8, range).prop_map(|digits| {
            digits.iter().map(ToString::to_string).collect::<String>().trim_start_matches('0').to_owned()
        })
    };
    let integer = digits(1..42).prop_map(|digits| if digits.is_empty() { "0".to_owned() } else { digits });
    let signed = (integer, any::<bool>())
        .prop_map(|(digits, minus)| if minus { format!("-{digits}") } else { digits });
    let time =
        (-60_000_000_000i64..250_000_000_000, 0..1_000_000i64, 0..5).prop_map(|(seconds, micros, style)| {
            let at =
                jiff::Timestamp::from_microsecond(seconds * 1_000_000 + if style > 1 { micros } else { 0 })
                    .unwrap();
            let text = at.to_string();
            match style {
                1 => text.replace('Z', "+0000"),
                2 => text.replace('T', " "),
                3 => text.replace('Z', "+00:00"),
                4 => text.replace('Z', ""),
                _ => text,
            }
        });
    let date = (0..80_000i32).prop_map(|days| {
        jiff::civil::date(1900, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap().to_string()
    });
    let quoted = |text: String| Value::String(text).to_string();
    prop_oneof![
        2 => Just("null".to_owned()),
        1 => select(vec!["true", "false"]).prop_map(str::to_owned),
        3 => any::<i16>().prop_map(|n| n.to_string()),
        1 => any::<i64>().prop_map(|n| n.to_string()),
        2 => (any::<i32>(), 0..10_000u32).prop_map(|(int, frac)| format!("{int}.{frac}")),
        1 => any::<f64>().prop_filter("finite", |value| value.is_finite()).prop_map(|value| format!("{value:e}")),
        1 => (signed.clone(), digits(1..30)).prop_map(|(int, frac)| format!("{int}.{frac}0")),
        1 => (signed.clone(), -420..420i32).prop_map(|(int, exponent)| format!("{int}E{exponent}")),
        1 => signed,
        2 => time.prop_map(quoted),
        1 => date.prop_map(quoted),
        2 => "\\PC{0,12}".prop_map(quoted),
        1 => any::<String>().prop_map(quoted),
    ]
}

/// JSON text of any value.
fn value() -> impl Strategy<Value = String> {
    scalar().prop_recursive(4, 24, 4, |inner| {
        let object = proptest::collection::vec((select(vec!["a", "b", "A", "b_2", ""]), inner.clone()), 0..4);
        prop_oneof![
            3 => object.prop_map(|members| {
                let members: Vec<_> = members.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
                format!("{{{}}}", members.join(","))
            }),
            2 => proptest::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(", "))),
        ]
    })
}

/// Values of one column: of mostly one kind, as APIs have them, or of any.
fn column() -> impl Strategy<Value = Vec<String>> {
    let some = |kind: BoxedStrategy<String>| {
        proptest::collection::vec(prop_oneof![8 => kind, 1 => Just("null".to_owned())], 12).boxed()
    };
    let ints = any::<i16>().prop_map(|n| n.to_string()).boxed();
    let longs = any::<i64>().prop_map(|n| n.to_string()).boxed();
    let floats = (any::<i16>(), 0..100u8).prop_map(|(int, frac)| format!("{int}.{frac:02}")).boxed();
    let structs = (value(), any::<i8>()).prop_map(|(a, b)| format!("{{\"a\":{a},\"b\":{b}}}")).boxed();
    let empties = select(vec!["{}", "[]", "null", "{\"foo\":\"bar\"}"]).prop_map(str::to_owned).boxed();
    let lists = proptest::collection::vec(any::<i32>(), 0..4).prop_map(|items| format!("{items:?}")).boxed();
    prop_oneof![
        some(ints.clone()),
        some(prop_oneof![ints.clone(), longs.clone()].boxed()),
        some(prop_oneof![ints, floats, longs].boxed()),
        some(structs),
        some(empties),
        some(lists),
        some(value().boxed()),
    ]
}

/// Rows of some columns, as JSON text; a column may be absent, and a key may come twice.
fn rows() -> impl Strategy<Value = Vec<String>> {
    let columns = proptest::collection::vec(column(), 1..5);
    let absent = proptest::collection::vec(0..10u8, 60);
    let twice = proptest::bool::weighted(0.1);
    (columns, absent, twice, 1..13usize).prop_map(|(columns, absent, twice, count)| {
        let row = |at: usize| {
            let mut members = Vec::new();
            for (n, column) in columns.iter().enumerate() {
                if absent[(at * columns.len() + n) % absent.len()] > 0 {
                    members.push(format!("\"c{n}\" : {}", column[at]));
                }
            }
            if twice && at.is_multiple_of(3) {
                members.push(format!("\"c0\": {}", columns[0][(at + 1) % 12]));
            }
            format!("{{{}}}", members.join(" , "))
        };
        (0..count).map(row).collect()
    })
}

/// The rows in pages, which end where `ends` says.
fn pages(rows: &[String], ends: &[bool]) -> Vec<Columns> {
    let mut pages = vec![Vec::new()];
    for (row, end) in rows.iter().zip(ends.iter().cycle()) {
        pages.last_mut().unwrap().push(row.as_str());
        if *end {
            pages.push(Vec::new());
        }
    }
    let body = |page: &Vec<&str>| format!("[{}]", page.join(" ,\n"));
    pages.iter().map(|page| decode(body(page).as_bytes(), &top()).unwrap().columns).collect()
}

fn join(pages: &[Columns]) -> TableSchema {
    pages.iter().fold(TableSchema::default(), |schema, page| schema.join(page.schema()).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn each_value_is_read_back_as_it_came(rows in rows(), ends in proptest::collection::vec(any::<bool>(), 13), apart: bool) {
        let pages = pages(&rows, &ends);
        // Rows without any column have no file.
        if pages.iter().all(|page| page.arrays().is_empty()) {
            return Ok(());
        }
        let (schema, batch) = through_parquet(pages, apart);
        prop_assert_eq!(batch.num_rows(), rows.len());
        for (at, row) in rows.iter().enumerate() {
            let want: Map<String, Value> = serde_json::from_str(row).unwrap();
            for (n, column) in schema.columns.iter().enumerate() {
                let want = want.get(&column.name).unwrap_or(&Value::Null);
                let array = batch.column(n);
                prop_assert!(
                    agrees(want, array, at, &column.ty),
                    "row {} `{}`: {} is not {:?} in {:?}", at, column.name, want, array.slice(at, 1), column.ty
                );
            }
            for name in want.keys() {
                prop_assert!(schema.column(name).is_some());
            }
        }
    }

    #[test]
    fn the_split_into_pages_changes_no_type(rows in rows(), ends in proptest::collection::vec(any::<bool>(), 13)) {
        let apart = join(&pages(&rows, &ends));
        let together = join(&pages(&rows, &[false]));
        prop_assert_eq!(apart, together);
    }

    #[test]
    fn rows_from_a_dom_give_the_same_arrays(rows in rows()) {
        let body = format!("[{}]", rows.join(","));
        let fast = decode(body.as_bytes(), &top()).unwrap();
        let dom: Vec<Value> = serde_json::from_str(&body).unwrap();
        let texts: Vec<String> = dom.iter().map(Value::to_string).collect();
        let slow = decode_rows(texts.iter().map(String::as_bytes), &top()).unwrap();
        prop_assert_eq!(fast.columns.schema(), slow.columns.schema());
        prop_assert_eq!(fast.columns.arrays(), slow.columns.arrays());
        let raw = decode_rows(rows.iter().map(String::as_bytes), &top()).unwrap();
        prop_assert_eq!(fast.columns.arrays(), raw.columns.arrays());
        prop_assert_eq!(fast.duplicates, raw.duplicates);
        prop_assert_eq!(fast.duplicates, restload_table::count_duplicates(body.as_bytes()).unwrap());
        prop_assert_eq!(slow.duplicates, 0);
    }

    #[test]
    fn keys_are_the_same_from_a_page_and_from_a_file(rows in rows(), ends in proptest::collection::vec(any::<bool>(), 13)) {
        let pages = pages(&rows, &ends);
        let schema = join(&pages);
        let scalar = |ty: &ColumnType| !matches!(ty, ColumnType::List { .. } | ColumnType::Struct { .. });
        for column in schema.columns.iter().filter(|column| scalar(&column.ty)) {
            let names = [column.name.clone()];
            let mut part = PartWriter::new(Vec::new(), &schema, &[]).unwrap();
            let mut want = Vec::new();
            for page in &pages {
                // Rows with a null in the key have none.
                let Ok(keys) = page.keys(&names) else { continue };
                want.extend(keys.iter().map(<[u8]>::to_vec));
                part.write(page.clone()).unwrap();
            }
            let file: bytes::Bytes = part.finish().unwrap().0.into();
            let mut got = Vec::new();
            read_keys(file, &schema, &names, &mut |_, key| got.push(key.to_vec())).unwrap();
            prop_assert_eq!(got, want);
        }
    }
}
