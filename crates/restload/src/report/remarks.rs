//! What was counted and is not in the table of figures: nothing is skipped, replaced or changed without a word.

use restload_engine::report::{Merged, Outcome, ResourceReport, TableReport};

use crate::figures::{count, counted, rows};

/// A line for each resource and table that there is something to say of.
pub(super) fn all(outcome: &Outcome) -> String {
    let resources = outcome.resources.iter().map(|resource| (resource.name.as_str(), of_resource(resource)));
    let tables = outcome.tables.iter().map(|table| (table.name.as_str(), of_table(table)));
    let tokens = ("tokens", of_tokens(outcome.token_requests));
    let said = [tokens].into_iter().chain(resources).chain(tables).filter(|(_, remarks)| !remarks.is_empty());
    said.flat_map(|(name, remarks)| [name.to_owned(), ": ".to_owned(), remarks.join("; "), "\n".to_owned()])
        .collect()
}

fn of_tokens(requests: u64) -> Vec<String> {
    let said = (requests > 0).then(|| format!("asked for in {}", counted(requests, "request", "requests")));
    said.into_iter().collect()
}

fn of_resource(resource: &ResourceReport) -> Vec<String> {
    let walks = |number| counted(number, "walk", "walks");
    let mut remarks = Vec::new();
    let mut remark = |number: u64, text: String| {
        if number > 0 {
            remarks.push(text);
        }
    };
    remark(
        resource.taken.pages,
        format!(
            "{} with {} taken over",
            counted(resource.taken.pages, "page", "pages"),
            rows(resource.taken.rows)
        ),
    );
    remark(resource.anew_walks, format!("{} begun anew", walks(resource.anew_walks)));
    remark(
        resource.equal_walks,
        format!("{} equal to one made before left out", walks(resource.equal_walks)),
    );
    remark(
        resource.skipped_parents,
        format!("{} of the parent skipped for want of a value", rows(resource.skipped_parents)),
    );
    remark(resource.seen_rows, format!("{} written by an earlier load left out", rows(resource.seen_rows)));
    remark(
        resource.outside_rows,
        format!("{} outside of what is asked for left out", rows(resource.outside_rows)),
    );
    remark(resource.cursorless_rows, format!("{} without a cursor left out", rows(resource.cursorless_rows)));
    remark(
        resource.replaced_rows,
        format!("{} gave way to a later one of the same key", rows(resource.replaced_rows)),
    );
    remark(resource.gone_rows, format!("{} marked as gone", rows(resource.gone_rows)));
    remark(resource.repeated_rows, format!("{} came on two pages", rows(resource.repeated_rows)));
    remark(
        resource.duplicate_keys,
        format!(
            "{} came twice in one object, the last counted",
            counted(resource.duplicate_keys, "name", "names")
        ),
    );
    let left_out: u64 = resource.discarded.values().sum();
    if left_out > 0 {
        let of_column = |(column, values): (&String, &u64)| {
            format!("{} of `{column}`", counted(*values, "value", "values"))
        };
        let columns: Vec<_> = resource.discarded.iter().map(of_column).collect();
        remarks.push(format!("left out by `schema_contract: discard`: {}", columns.join(", ")));
    }
    if let Some(claimed) = resource.claimed.filter(|claimed| claimed.first != claimed.last) {
        remarks.push(format!(
            "the API's total went from {} to {} while it was read",
            rows(claimed.first),
            rows(claimed.last)
        ));
    }
    remarks
}

fn of_table(table: &TableReport) -> Vec<String> {
    let mut remarks = table.changes.clone();
    if table.rewritten > 0 {
        remarks.push(format!(
            "{} rewritten to the new columns",
            counted(table.rewritten, "older file", "older files")
        ));
    }
    remarks.extend(table.merged.as_ref().and_then(of_merge));
    remarks
}

/// What a merge did; nothing where it only brought rows into a table that had none.
fn of_merge(merged: &Merged) -> Option<String> {
    let figures = [
        (merged.updated, "updated"),
        (merged.inserted, "inserted"),
        (merged.deleted, "deleted"),
        (merged.vanished, "vanished"),
    ];
    if figures[0].0 + figures[2].0 + figures[3].0 == 0 {
        return None;
    }
    let said = figures.iter().filter(|(number, _)| *number > 0);
    let said: Vec<_> = said.map(|(number, word)| format!("{} {word}", count(*number))).collect();
    Some(format!("merged: {}", said.join(", ")))
}

#[cfg(test)]
mod tests {
    use restload_engine::report::Claimed;

    use super::*;

    #[test]
    fn what_was_counted_is_said_and_zeros_are_not() {
        let notes = ResourceReport {
            name: "notes".into(),
            equal_walks: 1,
            skipped_parents: 2,
            replaced_rows: 3,
            repeated_rows: 1,
            duplicate_keys: 4,
            claimed: Some(Claimed { first: 285, last: 286, found: 286 }),
            ..ResourceReport::default()
        };
        let people = ResourceReport { name: "people".into(), pages: 4, ..ResourceReport::default() };
        let table = TableReport {
            name: "notes".into(),
            changes: vec!["`amount` is now decimal(18,2)".into()],
            rewritten: 2,
            ..TableReport::default()
        };
        let outcome = Outcome {
            load: String::new(),
            sequence: None,
            resources: vec![notes, people],
            tables: vec![table],
            failures: Vec::new(),
            notes: Vec::new(),
            pace: restload_engine::report::PaceReport::default(),
            token_requests: 2,
            interrupted: false,
            out_of_time: false,
            left_open: false,
            rows_kept: 0,
        };
        let wanted = "tokens: asked for in 2 requests\n\
                      notes: 1 walk equal to one made before left out; 2 rows of the parent skipped for want of a value; \
                      3 rows gave way to a later one of the same key; 1 row came on two pages; \
                      4 names came twice in one object, the last counted; \
                      the API's total went from 285 rows to 286 rows while it was read\n\
                      notes: `amount` is now decimal(18,2); 2 older files rewritten to the new columns\n";
        assert_eq!(all(&outcome), wanted);
    }
}
