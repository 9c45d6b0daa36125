//! Parts, sinks and files read back.

use arrow::array::{Array, AsArray};
use arrow::datatypes::Int64Type;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use restload_table::{
    ColumnType, Columns, Declared, KeySpans, PartWriter, SinkOptions, TableError, TableSchema, TableSink,
    decode, read_keys, read_keys_near, rewrite, to_batch,
};

use crate::support::{InMemory, read, through_parquet, top};

fn columns(body: &str) -> Columns {
    decode(body.as_bytes(), &top()).unwrap().columns
}

fn sink(options: SinkOptions) -> TableSink<InMemory> {
    TableSink::new(InMemory::default(), TableSchema::default(), options)
}

/// Text that does not compress well, another for each seed.
fn noise(seed: usize, words: u64) -> String {
    use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
    let hasher = BuildHasherDefault::<DefaultHasher>::default();
    (0..words).map(|word| hasher.hash_one((seed, word)).to_string()).collect()
}

#[test]
fn a_page_that_widens_the_table_opens_another_part() {
    let mut sink = sink(SinkOptions::default());
    sink.push(columns(r#"[{"a": 1}]"#)).unwrap();
    sink.flush_row_group().unwrap();
    sink.push(columns(r#"[{"a": 22}]"#)).unwrap();
    let placed = sink.push(columns(r#"[{"a": "x"}, {"b": 1}]"#)).unwrap();
    assert_eq!((placed.part, placed.row), (1, 0));
    assert_eq!(sink.rows(), 4);
    let done = sink.finish().unwrap();
    assert_eq!(done.closed.iter().map(|part| part.rows).collect::<Vec<_>>(), [2, 2]);
    assert_eq!(done.narrower().map(|part| part.number).collect::<Vec<_>>(), [0]);
    let first = &read(done.parts.files[0].clone())[0];
    assert_eq!(first.column(0).as_primitive::<Int64Type>().values(), &[1, 22]);
}

#[test]
fn a_table_that_widens_with_each_page_has_few_parts() {
    let mut sink = sink(SinkOptions::default());
    sink.push(columns(r#"[{"a": 1}]"#)).unwrap();
    sink.close_part().unwrap();
    sink.push(columns(r#"[{"a": 2}]"#)).unwrap();
    for page in 0..100 {
        sink.push(columns(&format!("[{{\"k{page}\": 1}}]"))).unwrap();
    }
    let done = sink.finish().unwrap();
    assert_eq!(done.closed.iter().map(|part| part.rows).collect::<Vec<_>>(), [1, 1, 100]);
    assert_eq!(done.schema.columns.len(), 101);
}

#[test]
fn what_settles_before_a_part_opens_is_in_one_part() {
    let pages = [
        r#"[{"a": 1}]"#,
        r#"[{"a": 2.5}]"#,
        r#"[{"a": 9007199254740993, "b": {"x": []}}]"#,
        r#"[{"b": {"x": [1]}}]"#,
    ];
    let (schema, batch) = through_parquet(pages.map(columns).to_vec(), false);
    assert_eq!(schema.columns[0].ty, ColumnType::Decimal { precision: 17, scale: 1 });
    assert_eq!(batch.num_rows(), 4);
    let mut sink = sink(SinkOptions::default());
    for page in pages {
        assert_eq!(sink.push(columns(page)).unwrap().part, 0);
    }
    assert!(sink.memory() > 0);
    assert_eq!(sink.finish().unwrap().closed.len(), 1);
}

#[test]
fn rows_keep_the_order_of_pages_of_any_size() {
    let mut sink = sink(SinkOptions { part_bytes: Some(400_000), ..SinkOptions::default() });
    let mut next = 0;
    let mut places = Vec::new();
    for page in 0..200 {
        let count = [1, 20, 700, 3][page % 4];
        let rows: Vec<_> =
            (next..next + count).map(|n| format!("{{\"n\":{n},\"t\":\"{}\"}}", noise(n, 16))).collect();
        places.push((sink.push(columns(&format!("[{}]", rows.join(",")))).unwrap(), next));
        next += count;
    }
    let done = sink.finish().unwrap();
    assert!(done.closed.len() > 3);
    assert_eq!(done.closed.iter().map(|part| part.rows).sum::<u64>(), next as u64);
    let files: Vec<Vec<i64>> = done
        .parts
        .files
        .into_iter()
        .map(|file| {
            read(file)
                .iter()
                .flat_map(|batch| batch.column(0).as_primitive::<Int64Type>().values().to_vec())
                .collect()
        })
        .collect();
    assert!(files.iter().flatten().copied().eq(0..next as i64));
    for (placed, first) in places {
        assert_eq!(files[placed.part][placed.row as usize], first as i64);
    }
}

#[test]
fn a_file_says_where_it_is_from_and_has_statistics() {
    let metadata = vec![("restload.spec".to_owned(), "tapfiliate".to_owned())];
    let page = columns(r#"[{"a": 3, "b": "x"}, {"a": 1, "b": null}]"#);
    let mut part = PartWriter::new(Vec::new(), page.schema(), &metadata).unwrap();
    part.write(page).unwrap();
    let (file, info) = part.finish().unwrap();
    assert_eq!((info.rows, info.bytes), (2, file.len() as u64));
    let file: bytes::Bytes = file.into();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let meta = reader.metadata();
    let pairs = meta.file_metadata().key_value_metadata().unwrap();
    assert!(
        pairs.iter().any(|pair| pair.key == "restload.spec" && pair.value.as_deref() == Some("tapfiliate"))
    );
    let group = meta.row_group(0);
    assert_eq!(
        group.column(0).compression(),
        parquet::basic::Compression::ZSTD(parquet::basic::ZstdLevel::default())
    );
    let statistics = group.column(0).statistics().unwrap();
    assert_eq!(statistics.min_bytes_opt(), Some(&1i64.to_le_bytes()[..]));
    assert_eq!(group.column(1).statistics().unwrap().null_count_opt(), Some(1));
}

#[test]
fn row_groups_are_bounded_by_bytes() {
    let first = columns(&format!("[{{\"t\":\"{}\"}}]", noise(0, 1)));
    let mut part = PartWriter::new(Vec::new(), first.schema(), &[]).unwrap();
    for page in 0..80 {
        let rows: Vec<_> =
            (0..1000).map(|n| format!("{{\"t\":\"{}\"}}", noise(page * 1000 + n, 40))).collect();
        part.write(columns(&format!("[{}]", rows.join(",")))).unwrap();
        assert!(part.memory() < 48 << 20);
    }
    let file: bytes::Bytes = part.finish().unwrap().0.into();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    assert!(reader.metadata().num_row_groups() > 1);
    for group in reader.metadata().row_groups() {
        assert!(group.compressed_size() < 24 << 20);
    }
}

#[test]
fn a_rewrite_widens_and_leaves_rows_out() {
    let old = columns(
        r#"[{"id": 1, "t": "2021-07-02T09:55:20.5+0000", "f": 1.50, "s": {"a": 1}}, {"id": 2}, {"id": 3}]"#,
    );
    let new = columns(r#"[{"id": "x", "t": "never", "f": "none", "s": {"b": null, "A": 2}, "n": 1}]"#);
    let schema = old.schema().join(new.schema()).unwrap();
    let mut part = PartWriter::new(Vec::new(), old.schema(), &[]).unwrap();
    part.write(old.clone()).unwrap();
    let file: bytes::Bytes = part.finish().unwrap().0.into();
    let mut out = PartWriter::new(Vec::new(), &schema, &[]).unwrap();
    assert_eq!(rewrite(file.clone(), old.schema(), Some(&|row| row != 1), &mut out).unwrap(), 2);
    out.write(new).unwrap();
    let batch = &read(out.finish().unwrap().0.into())[0];
    let text = |at: usize| {
        batch
            .column(at)
            .as_string::<i32>()
            .iter()
            .map(|text| text.unwrap_or("-"))
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(text(0), "1 3 x");
    assert_eq!(text(1), "2021-07-02T09:55:20.5Z - never");
    assert_eq!(text(2), "1.5 - none");
    assert_eq!(batch.column(3).as_struct().column_names(), ["a", "b", "A_2"]);
    assert_eq!(schema.renames(), [("s.A".to_owned(), "s.A_2".to_owned())]);
    let wrong =
        rewrite(file, &schema, None, &mut PartWriter::new(Vec::new(), &schema, &[]).unwrap()).unwrap_err();
    assert_eq!(
        wrong.to_string(),
        "a file has other columns than its table: found `id` Int64, expected `id` Utf8"
    );
}

#[test]
fn keys_have_one_text_under_every_type_of_their_column() {
    let names = ["n".to_owned(), "t".to_owned()];
    let pages = [
        r#"[{"n": 1, "t": "2021-07-02T11:55:20+02:00"}, {"n": 22, "t": "2021-07-02T09:55:20.25Z"}]"#,
        r#"[{"n": 1.0, "t": "2021-07-02T09:55:20Z"}, {"n": 0.5, "t": "x"}]"#,
        r#"[{"t": "2021-07-02T09:55:20Z", "n": 123456789012345678901234567890}]"#,
    ]
    .map(columns);
    let schema =
        pages.iter().fold(TableSchema::default(), |schema, page| schema.join(page.schema()).unwrap());
    let want: Vec<Vec<u8>> = pages
        .iter()
        .flat_map(|page| page.keys(&names).unwrap().iter().map(<[u8]>::to_vec).collect::<Vec<_>>())
        .collect();
    assert_eq!(want[0], want[2]);
    assert_ne!(want[0], want[1]);
    let hashes: Vec<_> = pages[0].keys(&names).unwrap().hashes().collect();
    assert_ne!(hashes[0], hashes[1]);
    let mut part = PartWriter::new(Vec::new(), &schema, &[]).unwrap();
    for page in pages {
        part.write(page).unwrap();
    }
    let file: bytes::Bytes = part.finish().unwrap().0.into();
    let mut got = Vec::new();
    read_keys(file.clone(), &schema, &names, &mut |row, key| got.push((row, key.to_vec()))).unwrap();
    assert!(got.iter().map(|(row, _)| *row).eq(0..5));
    assert!(got.iter().map(|(_, key)| key).eq(want.iter()));
    // The order of the names is that of the key, not of the file.
    let swapped = [names[1].clone(), names[0].clone()];
    let mut other = Vec::new();
    read_keys(file, &schema, &swapped, &mut |_, key| other.push(key.to_vec())).unwrap();
    assert_ne!(other[1], want[1]);
    assert_eq!(other.len(), 5);
}

#[test]
fn a_null_in_a_key_names_its_row() {
    let page = columns(r#"[{"id": 1}, {"id": null}]"#);
    let error = page.keys(&["id".to_owned()]).unwrap_err();
    assert_eq!(error.to_string(), "row 2: the key column `id` is null or absent");
    let mut part = PartWriter::new(Vec::new(), page.schema(), &[]).unwrap();
    let schema = page.schema().clone();
    part.write(page.clone()).unwrap();
    let file: bytes::Bytes = part.finish().unwrap().0.into();
    let error = read_keys(file, &schema, &["id".to_owned()], &mut |_, _| {}).unwrap_err();
    assert!(matches!(error, TableError::NullInKey { row: 2, .. }));
    assert!(matches!(page.keys(&["other".to_owned()]), Err(TableError::NullInKey { row: 1, .. })));
}

/// A file with a row group for each page, and its columns.
fn file_of(groups: &[&str]) -> (bytes::Bytes, TableSchema) {
    let pages: Vec<Columns> = groups.iter().map(|body| columns(body)).collect();
    let schema =
        pages.iter().fold(TableSchema::default(), |schema, page| schema.join(page.schema()).unwrap());
    let mut part = PartWriter::new(Vec::new(), &schema, &[]).unwrap();
    for page in pages {
        part.write(page).unwrap();
        part.flush_row_group().unwrap();
    }
    (part.finish().unwrap().0.into(), schema)
}

#[test]
fn row_groups_without_a_key_that_is_looked_for_are_passed_over() {
    let numbers = [r#"[{"k": 1}, {"k": 3}]"#, r#"[{"k": 12}, {"k": 10}]"#, r#"[{"k": 20}]"#];
    let texts = [r#"[{"k": "a"}, {"k": "b"}]"#, r#"[{"k": "m"}, {"k": "n"}]"#, r#"[{"k": "é"}]"#];
    let times = [
        r#"[{"k": "2026-01-01T00:00:00Z"}, {"k": "2026-01-02T00:00:00Z"}]"#,
        r#"[{"k": "2026-02-01T00:00:00Z"}, {"k": "2026-02-02T00:00:00Z"}]"#,
        r#"[{"k": "2026-03-01T00:00:00Z"}]"#,
    ];
    let halves = [r#"[{"k": 1.5}, {"k": 3.5}]"#, r#"[{"k": 12.5}, {"k": 10.5}]"#, r#"[{"k": 20.5}]"#];
    let key = ["k".to_owned()];
    for (table, sought, seen) in [
        (numbers, r#"[{"k": 11}, {"k": 12}]"#, vec![2, 3]),
        (numbers, r#"[{"k": 3}, {"k": 20}]"#, vec![0, 1, 2, 3, 4]),
        (numbers, r#"[{"k": 50}]"#, vec![]),
        (numbers, r#"[{"k": "50"}]"#, vec![0, 1, 2, 3, 4]),
        (texts, r#"[{"k": "ma"}]"#, vec![2, 3]),
        (texts, r#"[{"k": "z"}, {"k": "ü"}]"#, vec![4]),
        (times, r#"[{"k": "2026-02-01T10:00:00Z"}]"#, vec![2, 3]),
        (halves, r#"[{"k": 50.5}]"#, vec![0, 1, 2, 3, 4]),
    ] {
        let (file, schema) = file_of(&table);
        let (other, its_schema) = file_of(&[sought]);
        let near = KeySpans::of(other, &its_schema, &key).unwrap().unwrap();
        let (mut met, mut passed) = (Vec::new(), Vec::new());
        let mut visit = |row, text: &[u8]| met.push((row, text.to_vec()));
        read_keys_near(file.clone(), &schema, &key, Some(&near), &mut visit, &mut |rows| passed.extend(rows))
            .unwrap();
        assert_eq!(met.iter().map(|(row, _)| *row).collect::<Vec<_>>(), seen, "{sought}");
        let mut all = seen.clone();
        all.extend(passed);
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3, 4], "{sought}");
        let mut wanted = Vec::new();
        read_keys(file, &schema, &key, &mut |row, text| wanted.push((row, text.to_vec()))).unwrap();
        wanted.retain(|(row, _)| seen.contains(row));
        assert_eq!(met, wanted, "{sought}");
    }
}

#[test]
fn a_row_group_with_a_null_in_its_key_is_not_passed_over() {
    let (file, schema) = file_of(&[r#"[{"k": 1}, {"k": null}]"#, r#"[{"k": 9}]"#]);
    let (other, its_schema) = file_of(&[r#"[{"k": 9}]"#]);
    let near = KeySpans::of(other, &its_schema, &["k".to_owned()]).unwrap();
    let read = read_keys_near(file, &schema, &["k".to_owned()], near.as_ref(), &mut |_, _| {}, &mut |_| {});
    assert!(matches!(read.unwrap_err(), TableError::NullInKey { row: 2, .. }));
}

#[test]
fn a_table_without_rows_has_a_part_where_its_columns_are_known() {
    let declared =
        Declared { name: "at".into(), ty: "timestamp".parse().unwrap(), format: None, nullable: true };
    let known = TableSchema::declared(&[declared]);
    let options = SinkOptions { empty_part: true, ..SinkOptions::default() };
    let mut sink = TableSink::new(InMemory::default(), known.clone(), options.clone());
    sink.push(columns("[]")).unwrap();
    let done = sink.finish().unwrap();
    assert_eq!((done.closed.len(), done.closed[0].rows), (1, 0));
    let reader = ParquetRecordBatchReaderBuilder::try_new(done.parts.files[0].clone()).unwrap();
    assert_eq!(reader.schema().fields(), known.to_arrow().fields());
    let done = TableSink::new(InMemory::default(), TableSchema::default(), options).finish().unwrap();
    assert!(done.closed.is_empty());
}

#[test]
fn pages_become_one_batch_of_the_wider_schema() {
    let pages = [
        columns(r#"[{"a": {"x": 1}}]"#),
        columns(r#"[{"a": []}, {"a": null}]"#),
        columns(r#"[{"a": {"y": [true]}}]"#),
    ];
    let schema =
        pages.iter().fold(TableSchema::default(), |schema, page| schema.join(page.schema()).unwrap());
    let batch = to_batch(&pages, &schema).unwrap();
    let array = batch.column(0).as_struct();
    assert_eq!((0..4).map(|row| array.is_valid(row)).collect::<Vec<_>>(), [true, true, false, true]);
    let narrow = to_batch(&pages, pages[0].schema()).unwrap_err();
    assert_eq!(narrow.to_string(), "column `a`: struct does not widen to struct");
    let other = to_batch(&pages[..1], columns("[{\"b\": 1}]").schema()).unwrap_err();
    assert_eq!(other.to_string(), "the table has no column `a`");
}

#[test]
fn rows_without_any_column_wait_for_one() {
    let mut sink = sink(SinkOptions::default());
    sink.push(columns("[{}, {}]")).unwrap();
    sink.close_part().unwrap();
    assert_eq!((sink.rows(), sink.closed().len()), (2, 0));
    let placed = sink.push(columns("[{}, {\"a\": 1}]")).unwrap();
    assert_eq!((placed.part, placed.row), (0, 2));
    sink.push(columns("[{}]")).unwrap();
    let done = sink.finish().unwrap();
    assert_eq!(read(done.parts.files[0].clone())[0].column(0).null_count(), 4);
}
