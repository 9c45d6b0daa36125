//! The figures of a run, a line per resource.

use std::collections::BTreeSet;
use std::time::Duration;

use comfy_table::{
    Cell, CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle, Width,
};
use restload_engine::report::{Outcome, ResourceReport, TableReport};

use crate::figures::{bytes, count, time};

const HEADINGS: [&str; 10] =
    ["resource", "rows", "pages", "requests", "retries", "ended by", "files", "bytes", "time", "doubts"];
/// The columns that hold text.
const TEXTS: [usize; 3] = [0, REASONS, 6];
/// The column that says why walks ended.
const REASONS: usize = 5;
/// Room for one reason and its count.
const NARROWEST_REASONS: u16 = 18;

/// Draws the figures. A terminal's width is kept; what goes elsewhere has its full width.
pub(super) fn draw(outcome: &Outcome, is_terminal: bool) -> String {
    let mut table = Table::new();
    table.load_style(TableStyle::new().header_separator(LineStyle::none().fill('-').junction('-')));
    table.set_content_arrangement(if is_terminal {
        ContentArrangement::Dynamic
    } else {
        ContentArrangement::Disabled
    });
    table.set_header(HEADINGS);
    let mut shown = BTreeSet::new();
    for resource in &outcome.resources {
        table.add_row(line(resource, outcome, &mut shown));
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 1));
        // Where a terminal is too narrow, reasons are folded, and never a name or a number.
        column.set_constraint(if index == REASONS {
            ColumnConstraint::LowerBoundary(Width::Fixed(NARROWEST_REASONS))
        } else {
            ColumnConstraint::ContentWidth
        });
        if !TEXTS.contains(&index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    format!("{}\n", table.trim_fmt())
}

fn line<'a>(resource: &'a ResourceReport, outcome: &'a Outcome, shown: &mut BTreeSet<&'a str>) -> Vec<Cell> {
    let (files, size) = files(resource, outcome, shown);
    // A resource without a table has rows too: those that others are read for.
    let rows = if resource.tables.is_empty() { resource.rows_found } else { resource.rows_written };
    let passed = Duration::try_from_secs_f64(resource.seconds).unwrap_or_default();
    [
        resource.name.clone(),
        count(rows),
        count(resource.pages),
        count(resource.requests),
        count(resource.retries),
        ended_by(resource),
        files,
        size,
        time(passed),
        count(resource.doubts.len() as u64),
    ]
    .into_iter()
    .map(Cell::new)
    .collect()
}

/// Why the walks of a resource ended, with how many for each reason.
fn ended_by(resource: &ResourceReport) -> String {
    let reason = |(reason, walks): (&String, &u64)| match walks {
        1 => reason.clone(),
        walks => format!("{} × {reason}", count(*walks)),
    };
    let failed = resource.failed.then(|| "failed".to_owned());
    failed.into_iter().chain(resource.stop_reasons.iter().map(reason)).collect::<Vec<_>>().join(", ")
}

/// The files of a resource's tables and their size. Those of a table that several resources write stand in the line of
/// the first.
fn files<'a>(
    resource: &'a ResourceReport,
    outcome: &'a Outcome,
    shown: &mut BTreeSet<&'a str>,
) -> (String, String) {
    let named = |name: &&String| outcome.tables.iter().find(|table| table.name == **name);
    let tables: Vec<&TableReport> = resource.tables.iter().filter_map(|name| named(&name)).collect();
    if tables.is_empty() {
        return ("no table".to_owned(), String::new());
    }
    if tables.iter().all(|table| !table.committed) {
        return ("not committed".to_owned(), String::new());
    }
    let new: Vec<_> = tables.iter().filter(|table| table.committed && shown.insert(&table.name)).collect();
    if new.is_empty() {
        let names: Vec<_> = tables.iter().map(|table| table.name.as_str()).collect();
        return (format!("in {}", names.join(", ")), String::new());
    }
    let sum = |figure: fn(&TableReport) -> u64| new.iter().map(|table| figure(table)).sum::<u64>();
    let size = bytes(sum(|table| table.bytes));
    let files = count(sum(|table| table.files));
    match new.as_slice() {
        [table] if table.name != resource.name => (format!("{files} in {}", table.name), size),
        _ => (files, size),
    }
}

#[cfg(test)]
mod tests {
    use restload_engine::report::Doubt;

    use super::*;

    fn resource(name: &str, tables: &[&str], rows: u64) -> ResourceReport {
        ResourceReport {
            name: name.into(),
            tables: tables.iter().map(|&table| table.to_owned()).collect(),
            rows_found: rows,
            rows_written: rows,
            pages: 2,
            requests: 3,
            retries: 1,
            seconds: 1.25,
            stop_reasons: [("no-next".to_owned(), 1)].into(),
            ..ResourceReport::default()
        }
    }

    fn table(name: &str, committed: bool) -> TableReport {
        TableReport { name: name.into(), files: 1, bytes: 18_211, committed, ..TableReport::default() }
    }

    #[test]
    fn each_resource_has_a_line_and_each_table_stands_once() {
        let mut notes = resource("notes", &["notes"], 1234);
        notes.stop_reasons.insert("empty-page".into(), 25);
        notes.doubts.push(Doubt { rule: "incomplete".into(), message: String::new() });
        let mut broken = resource("broken", &["broken"], 7);
        broken.failed = true;
        broken.stop_reasons.clear();
        let outcome = Outcome {
            load: String::new(),
            sequence: Some(1),
            resources: vec![
                notes,
                resource("fields", &["options"], 5),
                resource("more_fields", &["options"], 6),
                resource("ids", &[], 30),
                broken,
            ],
            tables: vec![table("notes", true), table("options", true), table("broken", false)],
            failures: Vec::new(),
            notes: Vec::new(),
            pace: restload_engine::report::PaceReport::default(),
            token_requests: 0,
            interrupted: false,
            out_of_time: false,
            left_open: false,
            rows_kept: 0,
        };
        let drawn = draw(&outcome, false);
        let wanted = "
resource      rows  pages  requests  retries  ended by                  files            bytes   time  doubts
--------------------------------------------------------------------------------------------------------------
notes        1,234      2         3        1  25 × empty-page, no-next  1              18.2 kB  1.2 s       1
fields           5      2         3        1  no-next                   1 in options   18.2 kB  1.2 s       0
more_fields      6      2         3        1  no-next                   in options              1.2 s       0
ids             30      2         3        1  no-next                   no table                1.2 s       0
broken           7      2         3        1  failed                    not committed           1.2 s       0
";
        assert_eq!(drawn, wanted.trim_start_matches('\n'), "\n{drawn}");
    }
}
