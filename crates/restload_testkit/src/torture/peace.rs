//! What a folder holds, as rows that can be held against those of another folder.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::left::Left;
use crate::promise::{self, Over};

/// The rows of each table, each with how often it is there.
pub(super) type Tables = BTreeMap<String, BTreeMap<String, u64>>;

/// What the newest load record of a folder lists.
pub(super) fn tables(folder: &Path) -> Result<(Tables, Option<u64>), String> {
    let left = Left::read(folder)?;
    let tables = left.tables.iter().map(|(name, table)| {
        let mut rows: BTreeMap<String, u64> = BTreeMap::new();
        for row in table.contents.iter().flat_map(|content| &content.rows) {
            *rows.entry(row.clone()).or_default() += 1;
        }
        (name.clone(), rows)
    });
    Ok((tables.collect(), left.sequence()))
}

/// The promises that hold for every folder once a run has ended well.
pub(super) fn broken(folder: &Path, out: &Path, secret: &str) -> Result<Vec<String>, String> {
    let (before, after) = (Left::default(), Left::read(folder)?);
    let secrets = [secret.to_owned()];
    Ok(promise::broken(&Over {
        loads: true,
        exit: 0,
        before: &before,
        after: &after,
        printed: "",
        out,
        secrets: &secrets,
    }))
}

/// Rows compared, lost and doubled, with an example of each fault.
pub(super) fn compare(peace: &Tables, war: &Tables) -> (u64, u64, u64, Vec<String>) {
    let (mut compared, mut lost, mut doubled, mut wrong) = (0, 0, 0, Vec::new());
    let none = BTreeMap::new();
    for name in peace.keys().chain(war.keys().filter(|name| !peace.contains_key(*name))) {
        let (wanted, came) = (peace.get(name).unwrap_or(&none), war.get(name).unwrap_or(&none));
        if wanted == came {
            compared += wanted.values().sum::<u64>();
            continue;
        }
        // Columns that walks side by side bring stand in the order in which they came.
        let (wanted, came) = (&sorted(wanted), &sorted(came));
        compared += wanted.values().sum::<u64>();
        for (row, count) in wanted {
            let there = came.get(row).copied().unwrap_or(0);
            if there < *count {
                lost += count - there;
                wrong.push(format!("`{name}`: {there} times and not {count} times: {row}"));
            }
        }
        for (row, there) in came {
            let count = wanted.get(row).copied().unwrap_or(0);
            if *there > count {
                doubled += there - count;
                wrong.push(format!("`{name}`: {there} times and not {count} times: {row}"));
            }
        }
    }
    wrong.truncate(6);
    (compared, lost, doubled, wrong)
}

/// The rows with their columns in the order of the alphabet.
fn sorted(rows: &BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    let mut all = BTreeMap::new();
    for (row, count) in rows {
        let text = serde_json::from_str(row).map_or_else(|_| row.clone(), |row| canonical(&row));
        *all.entry(text).or_default() += count;
    }
    all
}

fn canonical(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields: BTreeMap<_, _> =
                fields.iter().map(|(name, value)| (name, canonical(value))).collect();
            format!("{fields:?}")
        }
        Value::Array(items) => format!("{:?}", items.iter().map(canonical).collect::<Vec<_>>()),
        plain => plain.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_row_and_a_doubled_one_are_found() {
        let table = |rows: &[(&str, u64)]| -> Tables {
            let rows = rows.iter().map(|(row, count)| ((*row).to_owned(), *count)).collect();
            [("t".to_owned(), rows)].into()
        };
        let peace = table(&[("a", 1), ("b", 2), ("c", 1)]);
        assert_eq!(compare(&peace, &peace), (4, 0, 0, vec![]));
        let (compared, lost, doubled, wrong) = compare(&peace, &table(&[("a", 2), ("b", 1), ("d", 1)]));
        assert_eq!((compared, lost, doubled, wrong.len()), (4, 2, 2, 4));
        assert_eq!(compare(&peace, &Tables::new()).1, 4);
    }
}
