//! The history as a table for people, and below it what there is to say of single loads.

use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};
use restload_store::{Change, ChangeKind};

use super::Told;
use crate::figures::{bytes, count};

const HEADINGS: [&str; 9] = ["load", "begun", "id", "what", "rows", "in all", "files", "bytes", "doubts"];
/// The columns that hold numbers.
const NUMBERS: [usize; 6] = [0, 4, 5, 6, 7, 8];

pub(super) fn draw(told: &[Told<'_>]) -> String {
    let mut table = Table::new();
    table.load_style(TableStyle::new().header_separator(LineStyle::none().fill('-').junction('-')));
    table.set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(HEADINGS);
    for one in told {
        let record = one.record;
        let cells = [
            record.sequence.0.to_string(),
            record.started_at.strftime("%Y-%m-%d %H:%M:%SZ").to_string(),
            record.load.to_string(),
            one.words(),
            count(one.rows),
            count(one.total_rows),
            count(one.files),
            bytes(one.bytes),
            count(one.doubts.len() as u64),
        ];
        table.add_row(cells.map(Cell::new));
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 1));
        if NUMBERS.contains(&index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let remarks: String = told.iter().flat_map(remarks).collect();
    format!("{}\n{remarks}", table.trim_fmt())
}

/// A line for each change of a column and for each doubt.
fn remarks(told: &Told<'_>) -> Vec<String> {
    let sequence = told.record.sequence.0;
    let changes =
        told.changes.iter().map(|(table, change)| format!("{sequence}: `{table}`: {}\n", say(change)));
    let doubts = told.doubts.iter();
    let doubts = doubts.map(|doubt| {
        format!("{sequence}: `{}`: doubt ({}): {}\n", doubt.resource, doubt.rule, doubt.message)
    });
    changes.chain(doubts).collect()
}

fn say(change: &Change) -> String {
    let types = match (&change.from, &change.to) {
        (Some(from), Some(to)) => format!(" from {from} to {to}"),
        (None, Some(ty)) | (Some(ty), None) => format!(" ({ty})"),
        (None, None) => String::new(),
    };
    let what = match change.change {
        ChangeKind::Added => "added",
        ChangeKind::Widened => "widened",
        ChangeKind::Vanished => "vanished",
    };
    format!("`{}` {what}{types}", change.column)
}
