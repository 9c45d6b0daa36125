//! Formats other than JSON: lines of it, and CSV.

use arrow::array::{Array, AsArray};
use proptest::prelude::*;
use restload_table::{
    Columns, CsvError, CsvLayout, CsvNames, CsvRows, DecodeError, JsonFault, Shape, decode,
};
use serde_json::Value;

use crate::support::{path, through_parquet, top};

fn lines() -> Shape {
    Shape::builder().rows(&[]).lines(true).build()
}

fn comma() -> CsvLayout {
    CsvLayout { delimiter: b',', quote: Some(b'"'), header: CsvNames::FirstRow }
}

/// The pages that pieces of a text give.
fn pages(text: &str, layout: &CsvLayout, bytes: usize) -> Result<Vec<Columns>, CsvError> {
    let shape = Shape::builder().rows(&[]).texts(true).build();
    let mut rows = CsvRows::new(text, layout)?.with_pieces_of(bytes);
    let mut pages = Vec::new();
    while let Some(piece) = rows.next_piece()? {
        let page = decode(&piece.json, &shape).unwrap();
        assert_eq!(page.rows, piece.rows);
        pages.push(page.columns);
    }
    Ok(pages)
}

fn fault(text: &str) -> String {
    pages(text, &comma(), 1).unwrap_err().to_string()
}

#[test]
fn a_row_that_does_not_fit_is_told_by_its_line() {
    assert_eq!(fault("a,b\r\n1,2\r\n\r\n3\r\n"), "line 4 has 1 cell, expected 2");
    assert_eq!(fault("a,b\n\"x\n\ny\",2\n3,4,5"), "line 5 has 3 cells, expected 2");
    assert_eq!(fault("a,b\r1,2\r3\r"), "line 3 has 1 cell, expected 2");
    assert_eq!(fault("\n\na,b\n1\n"), "line 4 has 1 cell, expected 2");
}

#[test]
fn a_text_that_ends_within_quotes_was_cut_off() {
    let open = |text: &str| matches!(pages(text, &comma(), 1), Err(CsvError::OpenQuote { .. }));
    for text in ["a,b\n1,\"", "a,b\n1,\"x", "a,b\n1,\"x\n2,3\n", "a,b\n\"1,2", "a,b\n1,\"x\"\"", "a,\"b"] {
        assert!(open(text), "{text}");
    }
    for text in [
        "a,b\n1,\"x\"",
        "a,b\n1,\"x\"\n",
        "a,b\n1,5\"",
        "a,b\n\"\",\"\"",
        "a,b\n1,\"x\"\"\"",
        "a,b\n1,\"x\"y\"",
    ] {
        assert!(!open(text), "{text}");
    }
    let plain = CsvLayout { quote: None, ..comma() };
    assert_eq!(pages("a,b\n1,\"x", &plain, 1).unwrap().len(), 1);
}

#[test]
fn names_are_there_once_each() {
    assert_eq!(fault(""), "the text is empty, and its first row should name the columns");
    assert_eq!(fault("\r\n\n"), "the text is empty, and its first row should name the columns");
    assert_eq!(fault("a,b,a\n"), "two columns are called `a` in the first row");
    assert_eq!(fault("a, ,b\n"), "column 2 has no name in the first row");
    let numbered = CsvLayout { header: CsvNames::Numbered, ..comma() };
    assert!(pages("", &numbered, 1).unwrap().is_empty());
    assert!(pages("a,b\n", &comma(), 1).unwrap().is_empty());
}

#[test]
fn pieces_say_on_which_line_they_begin() {
    let layout = comma();
    let mut rows = CsvRows::new("a\n1\n\n\"2\n\"\n3\n", &layout).unwrap().with_pieces_of(1);
    let lines: Vec<_> = std::iter::from_fn(|| rows.next_piece().unwrap()).map(|piece| piece.line).collect();
    assert_eq!(lines, [2, 4, 6]);
}

#[test]
fn strings_stay_text_where_rows_are_texts() {
    let shape = Shape::builder().rows(&[]).texts(true).build();
    let page =
        decode(br#"[{"a":null,"b":"2026-01-02T03:04:05Z"},{"a":"2026-01-02","b":""}]"#, &shape).unwrap();
    let text = |n: usize, row: usize| page.columns.arrays()[n].as_string::<i32>().value(row).to_owned();
    assert_eq!((text(0, 1), text(1, 0)), ("2026-01-02".to_owned(), "2026-01-02T03:04:05Z".to_owned()));
}

#[test]
fn each_line_is_a_document() {
    let shape = Shape::builder().rows(&path("d")).tap(&path("next")).lines(true).build();
    let page =
        decode(b"\xef\xbb\xbf{\"d\":[{\"a\":1},{\"a\":2}]}\r\n\n{\"d\":{\"a\":3},\"next\":7}\n", &shape)
            .unwrap();
    assert_eq!((page.rows, page.matched, page.single, page.missed_line), (3, true, false, None));
    assert_eq!(page.taps[0].as_deref(), Some(&b"7"[..]));
    let page = decode(b"{\"d\":[]}\n\n{\"e\":1}\n{\"d\":{\"a\":1}}", &shape).unwrap();
    assert_eq!((page.rows, page.matched, page.missed_line), (1, true, Some(3)));
    let page = decode(b"{\"e\":1}", &shape).unwrap();
    assert_eq!((page.rows, page.matched, page.missed_line), (0, false, Some(1)));
    let page = decode(b" \n\r\n", &shape).unwrap();
    assert_eq!((page.rows, page.matched, page.missed_line), (0, true, None));
}

#[test]
fn a_line_ends_what_is_on_it() {
    let fault = |body: &str| match decode(body.as_bytes(), &lines()) {
        Err(DecodeError::Json { fault, position }) => (fault, position.line, position.column),
        other => panic!("{body}: {other:?}"),
    };
    assert_eq!(fault("{\"a\":1}\n{\"a\":\n{\"a\":2}}\n"), (JsonFault::LineEnds, 2, 6));
    assert_eq!(fault("{\"a\":1}\n{\"a\":\n\n"), (JsonFault::UnexpectedEnd, 2, 6));
    assert_eq!(fault("{\"a\":1} {\"a\":2}"), (JsonFault::Trailing, 1, 9));
    assert_eq!(fault("{\"a\":1},\n{\"a\":2}"), (JsonFault::Trailing, 1, 8));
    let depth = "[".repeat(300) + &"]".repeat(300);
    let deep = format!("{{\"a\":{depth}}}\n{{\"a\":{depth}}}\n");
    assert_eq!(decode(deep.as_bytes(), &lines()).unwrap().rows, 2);
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{0,8}",
        "[a\",;\r\n' ]{0,6}",
        Just("2026-01-02T03:04:05Z".to_owned()),
        Just("1.50".to_owned()),
        Just("true".to_owned()),
    ]
}

fn table() -> impl Strategy<Value = Vec<Vec<String>>> {
    (1_usize..5).prop_flat_map(|width| prop::collection::vec(prop::collection::vec(cell(), width), 0..12))
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|n| serde_json::Number::from_f64(n).map_or(Value::Null, Value::Number)),
        ".{0,6}".prop_map(Value::from),
        Just(Value::from("2026-01-02")),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[a-c]", inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn a_table_of_texts_comes_back_through_csv(rows in table(), delimiter in prop::sample::select(vec![b',', b';', b'\t']), bytes in 1_usize..200) {
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
        let width = rows.first().map_or(1, Vec::len);
        writer.write_record((0..width).map(|n| format!("c{n}"))).unwrap();
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let pages = pages(&text, &CsvLayout { delimiter, ..comma() }, bytes).unwrap();
        prop_assert_eq!(pages.iter().map(Columns::rows).sum::<usize>(), rows.len());
        if rows.is_empty() {
            return Ok(());
        }
        let (_, batch) = through_parquet(pages, false);
        for (n, row) in rows.iter().enumerate() {
            for (column, cell) in row.iter().enumerate() {
                let array = batch.column(column).as_string::<i32>();
                let found = array.is_valid(n).then(|| array.value(n));
                prop_assert_eq!(found, Some(cell.as_str()).filter(|cell| !cell.is_empty()));
            }
        }
    }

    #[test]
    fn lines_give_the_table_that_one_list_gives(rows in prop::collection::vec(prop::collection::btree_map("[a-d]", json(), 0..4), 0..8), end in prop::sample::select(vec!["\n", "\r\n", "\n \n"])) {
        let texts: Vec<String> = rows.iter().map(|row| serde_json::to_string(row).unwrap()).collect();
        let list = decode(format!("[{}]", texts.join(",")).as_bytes(), &top()).unwrap();
        let lines = decode(texts.join(end).as_bytes(), &lines()).unwrap();
        prop_assert_eq!(lines.columns.schema(), list.columns.schema());
        prop_assert_eq!(lines.columns.arrays(), list.columns.arrays());
        prop_assert_eq!((lines.rows, lines.row_hashes, lines.last_row), (list.rows, list.row_hashes, list.last_row));
    }
}
