//! Single pages: what the selector finds, what values become, what is refused.

use std::fmt::Write;

use arrow::array::{Array, AsArray};
use restload_table::{
    ColumnType, Columns, DateFormat, Declared, DeclaredType, DecodeError, JsonFault, Page, Shape,
    ShapeBuilder, decode, decode_first, decode_rows,
};

use crate::support::{path, top};

fn page(body: &str) -> Page {
    decode(body.as_bytes(), &top()).unwrap()
}

/// The type of the column `v` of rows with these values.
fn type_of(values: &[&str]) -> ColumnType {
    column(values).schema().columns[0].ty.clone()
}

fn column(values: &[&str]) -> Columns {
    let rows: Vec<_> = values.iter().map(|value| format!("{{\"v\":{value}}}")).collect();
    page(&format!("[{}]", rows.join(","))).columns
}

/// The text of the column `v`; `-` stands for a null.
fn texts(values: &[&str]) -> Vec<String> {
    let columns = column(values);
    let array = columns.arrays()[0].as_string::<i32>().clone();
    array.iter().map(|text| text.unwrap_or("-").to_owned()).collect()
}

fn int(digits: u8) -> ColumnType {
    ColumnType::Int64 { digits, exact: true }
}

fn names(page: &Page) -> Vec<&str> {
    page.columns.schema().columns.iter().map(|column| column.name.as_str()).collect()
}

fn row_shape(text: &str) -> ShapeBuilder {
    Shape::builder().rows(&path(text))
}

#[test]
fn an_array_gives_its_items_and_anything_else_one_row() {
    let shape = row_shape("data").build();
    let of = |body: &str| decode(body.as_bytes(), &shape).unwrap();
    let list = of(r#"{"data": [{"a": 1}, {"a": 2}]}"#);
    assert_eq!((list.rows, list.matched, list.single), (2, true, false));
    let one = of(r#"{"data": {"a": 1}}"#);
    assert_eq!((one.rows, one.matched, one.single), (1, true, true));
    let null = of(r#"{"data": null}"#);
    assert_eq!((null.rows, null.matched, null.single), (0, true, false));
    let none = of(r#"{"dat": [{"a": 1}]}"#);
    assert_eq!((none.rows, none.matched, none.row_hashes), (0, false, Vec::new()));
    let empty = of(r#"{"data": []}"#);
    assert_eq!((empty.rows, empty.matched, empty.columns.schema().columns.len()), (0, true, 0));
}

#[test]
fn several_matches_are_concatenated_in_document_order() {
    let body = br#"{"b": {"x": [{"n": 1}, {"n": 2}]}, "c": 1, "a": {"x": {"n": 3}}, "d": {"x": null}}"#;
    let page = decode(body, &row_shape("*.x").build()).unwrap();
    let array = &page.columns.arrays()[0];
    assert_eq!(array.as_primitive::<arrow::datatypes::Int64Type>().values(), &[1, 2, 3]);
    assert!(!page.single);
    let page = decode(br#"[[{"n": 1}], [{"n": 2}]]"#, &row_shape("1").build()).unwrap();
    assert_eq!(page.rows, 1);
}

#[test]
fn items_that_are_no_objects_are_named() {
    for (body, want) in [
        ("[{}, {}, 7]", "row 3 is a number; rows must be objects: a `transform` can make them so"),
        ("[\"a\"]", "row 1 is a string; rows must be objects: a `transform` can make them so"),
        ("[null]", "row 1 is null; rows must be objects: a `transform` can make them so"),
        ("[[{}]]", "row 1 is an array; rows must be objects: a `transform` can make them so"),
        ("true", "row 1 is a boolean; rows must be objects: a `transform` can make them so"),
    ] {
        assert_eq!(decode(body.as_bytes(), &top()).unwrap_err().to_string(), want);
    }
    let shape = Shape::builder().rows(&[]).rows_only(true).row_tap(&path("id")).build();
    let body = br#"[ {"id": 1} , 7 , "x" , [] ]"#;
    let page = decode(body, &shape).unwrap();
    let rows: Vec<_> =
        page.row_ranges.iter().map(|range| std::str::from_utf8(&body[range.clone()]).unwrap()).collect();
    assert_eq!(rows, [r#"{"id": 1}"#, "7", "\"x\"", "[]"]);
    assert_eq!((page.row_taps.get(0, 0), page.row_taps.get(1, 0)), (Some(&b"1"[..]), None));
    assert_eq!(page.columns.rows(), 0);
}

#[test]
fn taps_give_the_text_of_their_first_match() {
    let shape = row_shape("data")
        .tap(&path("meta.next"))
        .tap(&path("data.0.id"))
        .tap(&path("data.*.name"))
        .tap(&path(""))
        .tap(&path("absent"))
        .row_tap(&path("id"))
        .row_tap(&path(""))
        .row_tap(&path("deep.list.*.x"))
        .build();
    let body = br#" {"meta": {"next": null, "n": 1}, "data": [{"id": 1}, {"id": "b", "name": "x", "deep": {"list": [{}, {"x": 1.50}, {"x": 2}]}}]} "#;
    let page = decode(body, &shape).unwrap();
    let text = |tap: Option<&[u8]>| tap.map(|text| String::from_utf8(text.to_vec()).unwrap());
    let taps: Vec<_> = page.taps.iter().map(|tap| text(tap.as_deref())).collect();
    assert_eq!(taps[0].as_deref(), Some("null"));
    assert_eq!(taps[1].as_deref(), Some("1"));
    assert_eq!(taps[2].as_deref(), Some("\"x\""));
    assert_eq!(taps[3].as_deref(), std::str::from_utf8(body).ok().map(str::trim));
    assert_eq!(taps[4], None);
    assert_eq!(page.row_taps.rows(), 2);
    assert_eq!(text(page.row_taps.get(0, 0)).as_deref(), Some("1"));
    assert_eq!(text(page.row_taps.get(0, 1)).as_deref(), Some(r#"{"id": 1}"#));
    assert_eq!(page.row_taps.get(0, 2), None);
    assert_eq!(text(page.row_taps.get(1, 0)).as_deref(), Some("\"b\""));
    assert_eq!(text(page.row_taps.get(1, 2)).as_deref(), Some("1.50"));
    assert_eq!(page.row_taps.get(2, 0), None);
    assert_eq!(page.row_taps.get(0, 3), None);
    assert!(page.last_row.unwrap().starts_with(br#"{"id": "b""#));
    assert_eq!(page.columns.schema().columns.len(), 3);
}

#[test]
fn what_is_dropped_is_in_no_column_and_widens_nothing() {
    let shape = row_shape("")
        .drop_path(&path("secret"))
        .drop_path(&path("a.secret"))
        .drop_path(&path("list.*.secret"))
        .row_tap(&path("secret"))
        .row_tap(&path("a.secret"))
        .build();
    let body = r#"[
        {"secret": 1, "a": {"secret": 2, "x": 1}, "list": [{"secret": 1, "y": 1}], "only": {}},
        {"secret": "s", "a": "text", "list": [{"secret": "s", "y": 2}]},
        {"a": {"secret": 3, "x": [1 , 2]}, "list": 7}
    ]"#;
    let page = decode(body.as_bytes(), &shape).unwrap();
    assert_eq!(names(&page), ["a", "list", "only"]);
    let text = |at: usize| {
        page.columns.arrays()[at].as_string::<i32>().iter().flatten().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(text(0), r#"{"x":1} text {"x":[1,2]}"#);
    assert_eq!(text(1), r#"[{"y":1}] [{"y":2}] 7"#);
    assert_eq!(page.row_taps.get(1, 0), Some(&b"\"s\""[..]));
    assert_eq!(page.row_taps.get(2, 1), Some(&b"3"[..]));
    let shape = row_shape("").drop_path(&path("list.0.x")).build();
    let page = decode(
        br#"[{"list": [{"x": 1, "y": 1}, {"x": 2}]}, {"list": [{"y": 3, "x": 4}, {"x": 5}]}]"#,
        &shape,
    )
    .unwrap();
    let items = page.columns.arrays()[0].as_list::<i32>().values().as_struct().clone();
    let of = |name: &str| {
        items
            .column_by_name(name)
            .unwrap()
            .as_primitive::<arrow::datatypes::Int64Type>()
            .iter()
            .collect::<Vec<_>>()
    };
    assert_eq!(of("x"), [None, Some(2), None, Some(5)]);
    assert_eq!(of("y"), [Some(1), None, Some(3), None]);
    let shape = row_shape("").drop_path(&path("a.x")).build();
    let page = decode(br#"[{"a": {"x": 1}}, {"a": null}]"#, &shape).unwrap();
    assert_eq!(page.columns.schema().columns[0].ty, ColumnType::Untyped { empties: true });
}

#[test]
fn numbers_take_the_least_type_that_keeps_them() {
    assert_eq!(type_of(&["1", "-123"]), int(3));
    assert_eq!(type_of(&["1", "1.0"]), ColumnType::Float64 { int_digits: 1, frac_digits: 1 });
    assert_eq!(type_of(&["-0"]), int(0));
    assert_eq!(type_of(&["9007199254740993"]), ColumnType::Int64 { digits: 16, exact: false });
    assert_eq!(type_of(&["9007199254740993", "0.5"]), ColumnType::Decimal { precision: 17, scale: 1 });
    assert_eq!(type_of(&["0.5", "9007199254740993"]), ColumnType::Decimal { precision: 17, scale: 1 });
    assert_eq!(type_of(&["18446744073709551615"]), ColumnType::Decimal { precision: 20, scale: 0 });
    assert_eq!(type_of(&["123456789012345678901234567890"]), ColumnType::Decimal { precision: 30, scale: 0 });
    assert_eq!(type_of(&["1e400"]), ColumnType::Text);
    assert_eq!(texts(&["1e400", "12.50", "1", "true"]), ["1e400", "12.50", "1", "true"]);
    assert_eq!(texts(&["1", "1.50", "\"x\"", "null"]), ["1", "1.50", "x", "-"]);
    let columns = column(&["123456789012345678901234567890", "1.5", "-2"]);
    let array = columns.arrays()[0].as_primitive::<arrow::datatypes::Decimal128Type>();
    assert_eq!(array.value_as_string(0), "123456789012345678901234567890.0");
    assert_eq!(array.value_as_string(2), "-2.0");
}

#[test]
fn both_styles_of_dates_are_one_instant() {
    let columns = column(&["\"2018-05-01T12:26:59+0000\"", "\"2018-05-01T12:26:59+00:00\"", "null"]);
    assert_eq!(columns.schema().columns[0].ty, ColumnType::Timestamp);
    let array = columns.arrays()[0].as_primitive::<arrow::datatypes::TimestampMicrosecondType>();
    assert_eq!(array.value(0), array.value(1));
    assert_eq!(array.value(0), 1_525_177_619_000_000);
    assert_eq!(type_of(&["\"2021-07-02\""]), ColumnType::Date);
    assert_eq!(type_of(&["\"2021-07-02\"", "\"2021-07-02T00:00:00Z\""]), ColumnType::Text);
    assert_eq!(
        texts(&["\"2018-05-01T12:26:59+0000\"", "\"never\"", "\"2018-05-01\""]),
        ["2018-05-01T12:26:59+0000", "never", "2018-05-01"]
    );
}

#[test]
fn maps_that_come_empty_in_any_form_are_a_struct() {
    let values = ["{}", "[]", "null", r#"{"foo": "bar"}"#];
    let columns = column(&values);
    let ColumnType::Struct { fields } = &columns.schema().columns[0].ty else { panic!() };
    assert_eq!((fields[0].name.as_str(), &fields[0].ty), ("foo", &ColumnType::Text));
    let array = columns.arrays()[0].as_struct();
    assert_eq!((0..4).map(|row| array.is_valid(row)).collect::<Vec<_>>(), [true, true, false, true]);
    assert_eq!(array.column(0).as_string::<i32>().iter().flatten().collect::<Vec<_>>(), ["bar"]);
    assert_eq!(type_of(&values[..3]), ColumnType::Untyped { empties: true });
    assert_eq!(texts(&values[..3]), ["{}", "[]", "-"]);
    assert_eq!(texts(&["{}", "[]", "1", "{ \"foo\" : [ ] }"]), ["{}", "[]", "1", "{\"foo\":[]}"]);
    let item = ColumnType::Untyped { empties: true };
    assert_eq!(type_of(&["[{}]", "[]", "{}"]), ColumnType::List { item: Box::new(item) });
    assert_eq!(type_of(&["[[1], {}]"]), type_of(&["[[], [2]]"]));
}

#[test]
fn an_object_and_a_scalar_are_text_as_they_came() {
    let values = [r#"{"a": 1.50, "b": [ null , "\u00e9" ]}"#, "7", "[1, 2]", "false"];
    assert_eq!(texts(&values), [r#"{"a":1.50,"b":[null,"é"]}"#, "7", "[1,2]", "false"]);
}

#[test]
fn of_two_equal_keys_the_last_counts_and_both_are_counted() {
    let page =
        page(r#"[{"a": 1, "b": 2}, {"a": "x", "b": {"c": 1, "c": 2}, "a": 3, "\u0062": 4}, {"b": 5}]"#);
    assert_eq!(page.duplicates, 3);
    assert_eq!(names(&page), ["a", "b"]);
    assert_eq!(page.columns.schema().columns[0].ty, int(1));
    assert_eq!(page.columns.schema().columns[1].ty, int(1));
    let shape = row_shape("data").tap(&path("next")).build();
    let page = decode(br#"{"data": [{"a": 1}], "next": 1, "data": [{"a": 2}, {"a": 3}], "next": 2}"#, &shape)
        .unwrap();
    assert_eq!((page.rows, page.taps[0].as_deref(), page.duplicates), (2, Some(&b"2"[..]), 0));
}

#[test]
fn depth_is_bounded_without_a_deep_stack() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        for shape in [top(), Shape::builder().rows(&path("x")).tap(&path("a.a.0")).build()] {
            let body = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
            let error = decode(body.as_bytes(), &shape).unwrap_err();
            assert!(matches!(error, DecodeError::Json { fault: JsonFault::TooDeep, .. }), "{error}");
        }
    }
    let body = format!("[{{\"v\":{}{}}}]", "[".repeat(510), "]".repeat(510));
    let page = page(&body);
    let mut ty = &page.columns.schema().columns[0].ty;
    let mut levels = 0;
    while let ColumnType::List { item } = ty {
        (ty, levels) = (item, levels + 1);
    }
    assert_eq!((levels, ty), (32, &ColumnType::Text));
    let body = format!("[{{\"v\":{}{}}}]", "[".repeat(511), "]".repeat(511));
    assert!(decode(body.as_bytes(), &top()).is_err());
}

#[test]
fn a_wide_struct_is_text_and_a_wide_table_an_error() {
    let object = |count: usize| {
        let members: Vec<_> = (0..count).map(|n| format!("\"k{n}\":{n}")).collect();
        format!("{{{}}}", members.join(","))
    };
    assert!(matches!(type_of(&[&object(200)]), ColumnType::Struct { fields } if fields.len() == 200));
    let wide = object(201);
    assert_eq!(texts(&["{}", &object(1), &wide, "null"]), ["{}", &object(1), &wide, "-"]);
    assert_eq!(page(&format!("[{}]", object(2000))).columns.schema().columns.len(), 2000);
    let error = decode(format!("[{{}}, {}]", object(2001)).as_bytes(), &top()).unwrap_err();
    assert_eq!(error.to_string(), "row 2 brings the table to more than 2000 columns");
    let twice = format!("[{{\"v\": {}, \"v\": 1}}]", object(250));
    assert_eq!(page(&twice).columns.schema().columns[0].ty, int(1));
    let twice = format!("[{{\"a\": 1, \"a\": 2, \"v\": {}}}]", object(250));
    assert_eq!(page(&twice).columns.schema().columns[1].ty, ColumnType::Text);
}

#[test]
fn keys_are_matched_however_they_are_spelled() {
    let page = page(
        r#"[{"a\"b": 1, "é": 2, "a": 3, "a\\": 4}, {"a\\": 5, "a": 6, "\u00e9": 7, "a\u0022b": 8}, {"a\"": 9}]"#,
    );
    assert_eq!(names(&page), ["a\"b", "é", "a", "a\\", "a\""]);
    let ints: Vec<Vec<Option<i64>>> = page
        .columns
        .arrays()
        .iter()
        .map(|array| array.as_primitive::<arrow::datatypes::Int64Type>().iter().collect())
        .collect();
    assert_eq!(ints[0], [Some(1), Some(8), None]);
    assert_eq!(ints[1], [Some(2), Some(7), None]);
    assert_eq!(ints[3], [Some(4), Some(5), None]);
    assert_eq!(ints[4], [None, None, Some(9)]);
}

#[test]
fn many_keys_in_changing_order_find_their_columns() {
    let mut body = String::from("[");
    for row in 0..30usize {
        let members: Vec<_> = (0..40).map(|n| (n * 7 + row * 3) % 40).filter(|n| (n + row) % 5 > 0).collect();
        let members: Vec<_> = members.iter().map(|n| format!("\"k{n}\":{}", n * 100 + row)).collect();
        let _ = write!(body, "{}{{{}}}", if row > 0 { "," } else { "" }, members.join(","));
    }
    body.push(']');
    let page = page(&body);
    for (column, array) in page.columns.schema().columns.iter().zip(page.columns.arrays()) {
        let n: i64 = column.name[1..].parse().unwrap();
        for (row, value) in array.as_primitive::<arrow::datatypes::Int64Type>().iter().enumerate() {
            let row = row as i64;
            assert_eq!(value, ((n + row) % 5 > 0).then_some(n * 100 + row));
        }
    }
}

#[test]
fn nested_json_keeps_objects_and_arrays_as_text() {
    let shape = row_shape("").nested_json(true).build();
    let body = br#"[{"a": { "x" : [1] }, "b": [ ], "c": 1}, {"a": [], "b": null, "c": {}}]"#;
    let page = decode(body, &shape).unwrap();
    let types: Vec<_> = page.columns.schema().columns.iter().map(|column| column.ty.clone()).collect();
    assert_eq!(types, [ColumnType::Json, ColumnType::Json, ColumnType::Text]);
    assert_eq!(page.columns.arrays()[0].as_string::<i32>().value(0), r#"{"x":[1]}"#);
    assert_eq!(page.columns.arrays()[2].as_string::<i32>().value(1), "{}");
}

fn declared(name: &str, ty: &str, format: Option<&str>) -> Declared {
    let format = format.map(DateFormat::parse);
    Declared { name: name.to_owned(), ty: ty.parse().unwrap(), format, nullable: true }
}

#[test]
fn declared_columns_take_what_fits_exactly() {
    // A text column spells each type.
    let text = column(&["\"text\""]).schema().clone();
    let fits = |ty: &str, format: Option<&str>, value: &str| {
        let shape = row_shape("").declare(declared("v", ty, format)).build();
        decode(format!("[{{\"v\": {value}}}, {{}}]").as_bytes(), &shape).map(|page| {
            let column = &page.columns.schema().columns[0];
            assert!(column.declared);
            assert_eq!(column.ty, ty.parse::<DeclaredType>().unwrap().column_type());
            let mut part = restload_table::PartWriter::new(Vec::new(), &text, &[]).unwrap();
            part.write(page.columns).unwrap();
            let batch = crate::support::read(part.finish().unwrap().0.into()).remove(0);
            let value = batch.column(0).as_string::<i32>();
            if value.is_null(0) { "null".to_owned() } else { value.value(0).to_owned() }
        })
    };
    for (ty, format, value, want) in [
        ("string", None, "12.50", "12.50"),
        ("string", None, "true", "true"),
        ("string", None, r#""2018-05-01T12:26:59+0000""#, "2018-05-01T12:26:59+0000"),
        ("string", None, r#"{"a": [ 1 ]}"#, r#"{"a":[1]}"#),
        ("json", None, r#" "x" "#, "\"x\""),
        ("json", None, "[ 1 , {} ]", "[1,{}]"),
        ("int64", None, "\"42\"", "42"),
        ("int64", None, "42.0", "42"),
        ("float64", None, "\"0.1\"", "0.1"),
        ("float64", None, "7.0", "7"),
        ("boolean", None, "false", "false"),
        ("decimal(18,2)", None, "\"12.25\"", "12.25"),
        ("decimal(18,2)", None, "12.500", "12.5"),
        ("date", None, "\"2021-07-02\"", "2021-07-02"),
        ("date", None, "\"2021-07-02T00:00:00Z\"", "2021-07-02"),
        ("date", Some("%d.%m.%Y"), "\"02.07.2021\"", "2021-07-02"),
        ("timestamp", None, "\"2021-07-02 09:55:20\"", "2021-07-02T09:55:20Z"),
        ("timestamp", Some("unix"), "1625219720", "2021-07-02T09:55:20Z"),
        ("timestamp", Some("unix_ms"), "\"1625219720000\"", "2021-07-02T09:55:20Z"),
        ("timestamp", Some("date"), "\"2021-07-02\"", "2021-07-02T00:00:00Z"),
        ("timestamp", None, "null", "null"),
    ] {
        assert_eq!(fits(ty, format, value).unwrap(), want, "{ty} {value}");
    }
    for (ty, format, value) in [
        ("int64", None, "1.5"),
        ("int64", None, "\"\""),
        ("int64", None, "true"),
        ("int64", None, "9223372036854775808"),
        ("float64", None, "1e400"),
        ("float64", None, "[]"),
        ("boolean", None, "1"),
        ("boolean", None, "\"true\""),
        ("decimal(18,2)", None, "12.505"),
        ("decimal(4,2)", None, "100"),
        ("date", None, "\"2021-07-02T09:00:00Z\""),
        ("date", None, "20210702"),
        ("timestamp", None, "1625219720"),
        ("timestamp", Some("unix"), "\"2021-07-02\""),
        ("timestamp", None, "{}"),
    ] {
        assert!(matches!(fits(ty, format, value), Err(DecodeError::Misfit { row: 1, .. })), "{ty} {value}");
    }
    let error = fits("date", Some("%d.%m.%Y"), &format!("\"{}\"", "x".repeat(100))).unwrap_err().to_string();
    let want =
        format!("row 1: `v` is \"{}…, which does not fit date in the format `%d.%m.%Y`", "x".repeat(59));
    assert_eq!(error, want);
}

#[test]
fn declared_columns_are_there_and_without_nulls_where_they_must_be() {
    let mut must = declared("b", "int64", None);
    must.nullable = false;
    let shape = row_shape("").declare(declared("z", "date", None)).declare(must.clone()).build();
    let page = decode(br#"[{"a": 1, "b": 2}]"#, &shape).unwrap();
    assert_eq!(names(&page), ["a", "b", "z"]);
    assert_eq!(page.columns.arrays()[2].null_count(), 1);
    for body in [&br#"[{"b": 1}, {"b": null}]"#[..], br#"[{"b": 1}, {"a": 1}]"#] {
        let error = decode(body, &shape).unwrap_err();
        assert_eq!(error, DecodeError::NullInColumn { row: 2, column: "b".into() });
    }
    assert_eq!(decode(br#"[{"a": 1}]"#, &shape).unwrap_err().row(), Some(1));
    // A column that `add` supplies is held to it when it is added.
    let shape = row_shape("").declare(must).added("b").build();
    let mut page = decode(br#"[{"a": 1}, {"a": 2}]"#, &shape).unwrap();
    assert_eq!(names(&page), ["a"]);
    let null = page.columns.add_values("b", [Some(&b"1"[..]), None]).unwrap_err();
    assert_eq!(null, DecodeError::NullInColumn { row: 2, column: "b".into() });
    page.columns.add_constant("b", b"\"7\"").unwrap();
    assert_eq!(page.columns.arrays()[1].as_primitive::<arrow::datatypes::Int64Type>().values(), &[7, 7]);
    assert!(page.columns.schema().columns[1].declared);
}

#[test]
fn added_columns_go_last_and_never_over_another() {
    let shape = row_shape("").added("list").build();
    let mut page = decode(br#"[{"a": 1}, {"a": null}, {}]"#, &shape).unwrap();
    page.columns.add_constant("list", br#"{"id": "x"}"#).unwrap();
    page.columns.add_values("n \"q\"", [Some(&b"1"[..]), None, Some(b"2.5")]).unwrap();
    page.columns.add_constant("nothing", b"null").unwrap();
    assert_eq!(names(&page), ["a", "list", "n \"q\"", "nothing"]);
    assert_eq!(page.columns.arrays()[1].as_struct().column(0).as_string::<i32>().value(2), "x");
    assert_eq!(page.columns.arrays()[2].null_count(), 1);
    let taken = page.columns.add_constant("a", b"1").unwrap_err();
    assert_eq!(taken, DecodeError::NameTaken { row: 1, column: "a".into() });
    assert!(page.columns.add_values("few", [None]).is_err());
    assert!(page.columns.add_constant("bad", b"{").is_err());
    let taken = decode(br#"[{"a": 1}, {"list": null}]"#, &shape).unwrap_err();
    assert_eq!(taken.to_string(), "row 2 already has a column `list`, which `add` would set");
    let mut empty = decode(b"[]", &shape).unwrap();
    empty.columns.add_constant("list", b"1").unwrap();
    assert_eq!(empty.columns.schema().columns.len(), 0);
}

#[test]
fn a_limit_leaves_rows_out_before_they_widen_anything() {
    let body = br#"[{"a": 1}, {"a": 2}, {"a": "x", "b": 1}]"#;
    let page = decode_first(body, &top(), 2).unwrap();
    assert_eq!((page.rows, page.columns.rows()), (3, 2));
    assert_eq!(page.columns.schema().columns[0].ty, int(1));
    assert!(decode_first(b"[{\"a\": 1}, {\"a\": }]", &top(), 1).is_err());
    let mut columns = decode(body, &top()).unwrap().columns;
    columns.truncate(1);
    assert_eq!((columns.rows(), columns.arrays()[1].len()), (1, 1));
}

#[test]
fn a_wildcard_over_an_empty_list_misses_nothing() {
    let shape = Shape::builder()
        .rows(&[restload_table::Step::Key("data".into()), restload_table::Step::Wildcard])
        .build();
    let of = |body: &str| {
        let page = decode(body.as_bytes(), &shape).unwrap();
        assert!(!page.single, "one of a list is no page of one object");
        (page.rows, page.matched)
    };
    assert_eq!(of(r#"{"data": [{"a": 1}]}"#), (1, true));
    assert_eq!(of(r#"{"data": []}"#), (0, true));
    assert_eq!(of(r#"{"data": {}}"#), (0, true));
    assert_eq!(of(r#"{"dat": []}"#), (0, false));
    assert_eq!(of(r#"{"data": 7}"#), (0, false));
}

#[test]
fn equal_rows_have_equal_hashes() {
    let shape = row_shape("data").build();
    let of = |body: &str| decode(body.as_bytes(), &shape).unwrap().row_hashes;
    assert_eq!(of(r#"{"page": 1, "data": [{"a": 1}]}"#), of(r#"{"data": [{"a": 1}], "page": 2}"#));
    assert_ne!(of(r#"{"data": [{"a": 1}]}"#), of(r#"{"data": [{"a": 2}]}"#));
    assert_eq!(of(r#"{"data": []}"#), of(r#"{"data": null}"#));
}

#[test]
fn faults_have_their_place() {
    let shape = row_shape("data").build();
    let error = decode("{\"data\": [{\"a\": 1},\n {\"é\": 01}]}".as_bytes(), &shape).unwrap_err();
    assert_eq!(error.to_string(), "not JSON: a number must be like `-12.5e3` (line 2, column 10, in row 2)");
    let error = decode(b"<html>", &shape).unwrap_err();
    assert_eq!(error.to_string(), "not JSON: expected a value (line 1, column 1)");
    let error = decode(b"{} {}", &shape).unwrap_err();
    assert_eq!(error.to_string(), "not JSON: more text after the end of the value (line 1, column 4)");
    let error = decode(b"{\"data\": \"\xff\"}", &shape).unwrap_err();
    assert_eq!(error.to_string(), "not UTF-8 (line 1, column 11)");
    assert_eq!(decode(b" ", &shape).unwrap_err(), DecodeError::Empty);
    assert_eq!(decode(b"\xef\xbb\xbf", &shape).unwrap_err(), DecodeError::Empty);
    assert_eq!(decode(b"\xef\xbb\xbf{\"data\":[{}]}", &shape).unwrap().rows, 1);
}

#[test]
fn rows_that_are_given_are_one_value_each() {
    let error = decode_rows([&b"{},{}"[..], b"{}"], &top()).unwrap_err();
    assert_eq!(error, DecodeError::RowsDiffer { given: 2, found: 3 });
    assert_eq!(decode_rows([], &top()).unwrap().rows, 0);
    let shape = row_shape("deep.data").row_tap(&path("id")).build();
    let page = decode_rows([&br#"{"id": 1}"#[..], br#"{"id": 2}"#], &shape).unwrap();
    assert_eq!(page.row_taps.get(1, 0), Some(&b"2"[..]));
}
