//! What a checkpoint says, as the journal keeps it. Resources and tables are named by their places in the plan: a load is
//! gone on with under the same plan only.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::found::{FoundKept, TargetKept};
use super::packed::{Fresh, Packed};
use super::share::Share;
use crate::paginate::{Patch, Position};
use crate::run::context::RowContext;
use crate::run::extract::Seeds;

/// What became durable since the checkpoint before.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Checkpoint {
    /// Counted from 1; one that is missing makes those after it worthless.
    pub(crate) n: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) parts: Vec<PartKept>,
    /// The tables whose columns are other ones now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) tables: Vec<TableKept>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) walks: Vec<WalkKept>,
    /// Where `auto` found the rows of a resource.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) selected: Vec<(usize, String)>,
    /// How `auto` found a resource to be paged.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) paged: Vec<(usize, FoundKept)>,
}

/// A part that is durable.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PartKept {
    pub(crate) table: usize,
    pub(crate) number: u32,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
    pub(crate) rows: u64,
    pub(crate) schema: restload_table::TableSchema,
}

/// The columns of a table so far.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct TableKept {
    pub(crate) table: usize,
    pub(crate) schema: restload_table::TableSchema,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) as_text: Vec<String>,
}

/// What became durable of one walk, and where it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct WalkKept {
    pub(crate) resource: usize,
    pub(crate) key: String,
    /// It began anew: nothing that checkpoints before this one say of it holds.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) anew: bool,
    /// Pages that came since the checkpoint before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) pages: Vec<PageKept>,
    pub(crate) stand: Stand,
    /// What it adds to the figures of resources, in all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) shares: Vec<(usize, Share)>,
}

/// Where a walk is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Stand {
    /// The slice of its range that is read, counted from 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) slice: usize,
    /// The pages of the slices before.
    #[serde(default, skip_serializing_if = "is_none")]
    pub(crate) before: u64,
    pub(crate) at: At,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reached: Option<ProgressionKept>,
    /// Rows of it are missing, by a response action.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) cut: bool,
    /// It began anew without its stored cursor.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) without_cursor: bool,
    /// Not all that its children need may be kept: it cannot be taken over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) withheld: bool,
}

/// How far a walk is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum At {
    /// Its slice is not begun.
    Begin,
    /// After a page.
    Page(Box<PageStand>),
    /// After a page that cannot be asked for again: why.
    Lost(String),
    /// At its end.
    Done,
}

/// Where a walk is after a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct PageStand {
    /// How the page was asked for.
    pub(crate) request: RequestKept,
    pub(crate) position: Position,
    /// Pages, rows, and the total that the latest answer says.
    pub(crate) progress: (u64, u64, Option<u64>),
    pub(crate) first_total: Option<u64>,
    pub(crate) stride: u64,
    pub(crate) cut: bool,
    pub(crate) may_run_ahead: bool,
    /// Of the page's rows, salted.
    pub(crate) content: String,
}

/// How a page was asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RequestKept {
    /// By the first request of the slice.
    #[default]
    First,
    /// By it, with other values.
    Set(Vec<(TargetKept, Value)>),
    /// By a link, without what auth adds.
    Link(String),
}

/// How far the cursor of a walk is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ProgressionKept {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reached: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) here: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<Value>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) frozen: bool,
}

/// One page of a walk.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PageKept {
    /// Its number over all slices, counted from 1.
    pub(crate) n: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) slice: usize,
    /// Of its request, salted.
    pub(crate) asked: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) rows: Vec<RangeKept>,
    /// Rows that are marked as gone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) gone: Vec<GoneKept>,
    /// The rows that children start from.
    #[serde(default, skip_serializing_if = "PageSeeds::is_empty")]
    pub(crate) seeds: PageSeeds,
    /// Under append: the cursors and hashes of the rows that were written.
    #[serde(default, skip_serializing_if = "Fresh::is_empty")]
    pub(crate) fresh: Fresh,
}

/// Rows in a line in a part.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RangeKept {
    pub(crate) part: u32,
    pub(crate) row: u64,
    pub(crate) rows: u64,
    pub(crate) resource: usize,
    pub(crate) combination: usize,
    /// Which of the pieces of a long page.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) piece: usize,
    #[serde(default, skip_serializing_if = "Packed::is_empty")]
    pub(crate) cursors: Packed,
}

/// A row that is marked as gone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct GoneKept {
    pub(crate) table: usize,
    pub(crate) resource: usize,
    pub(crate) combination: usize,
    /// Which of the pieces of a long page.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) piece: usize,
    /// In hexadecimal.
    pub(crate) key: String,
    pub(crate) before: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cursor: Option<Value>,
}

/// The rows of a page that children start from: all that the children are made of, whether the page came just now or long ago.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct PageSeeds {
    /// A row with the fields that are used below, its resource, and the row above it on the page.
    rows: Vec<(usize, Option<usize>, Value)>,
    children: Vec<ChildSeeds>,
}

/// The rows that the walks of one child start from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ChildSeeds {
    pub(crate) child: usize,
    pub(crate) combination: usize,
    pub(crate) rows: Vec<usize>,
}

impl PageSeeds {
    /// What is kept of the rows of a page below `above`, the row that its walk starts from.
    pub(crate) fn of(seeds: Vec<Seeds>, above: Option<&Arc<RowContext>>) -> Self {
        let mut kept = Self::default();
        let mut known: BTreeMap<usize, usize> = BTreeMap::new();
        for Seeds { child, combination, rows } in &seeds {
            let rows = rows.iter().map(|row| kept.row(row, above, &mut known)).collect();
            kept.children.push(ChildSeeds { child: *child, combination: *combination, rows });
        }
        // The rows are known by their places in memory, which they keep until here.
        drop(seeds);
        kept
    }

    fn row(
        &mut self,
        row: &Arc<RowContext>,
        above: Option<&Arc<RowContext>>,
        known: &mut BTreeMap<usize, usize>,
    ) -> usize {
        let place = Arc::as_ptr(row).addr();
        if let Some(known) = known.get(&place) {
            return *known;
        }
        let is_above = |row: &&Arc<RowContext>| above.is_some_and(|above| Arc::ptr_eq(above, row));
        let parent = row.parent.as_ref().filter(|row| !is_above(row)).map(|row| self.row(row, above, known));
        self.rows.push((row.resource, parent, row.row.clone()));
        known.insert(place, self.rows.len() - 1);
        self.rows.len() - 1
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.children.is_empty()
    }

    /// The rows of each child.
    pub(crate) fn children(
        &self,
        above: Option<&Arc<RowContext>>,
    ) -> impl Iterator<Item = (&ChildSeeds, Vec<Arc<RowContext>>)> {
        let mut rows: Vec<Arc<RowContext>> = Vec::with_capacity(self.rows.len());
        for (resource, parent, row) in &self.rows {
            let parent = match parent {
                Some(parent) => rows.get(*parent).cloned(),
                None => above.cloned(),
            };
            rows.push(Arc::new(RowContext { resource: *resource, row: row.clone(), parent }));
        }
        self.children.iter().map(move |child| {
            let of_child = child.rows.iter().filter_map(|row| rows.get(*row).cloned());
            (child, of_child.collect())
        })
    }
}

impl RequestKept {
    pub(crate) fn of(patch: &Patch, url: &url::Url) -> Self {
        match patch {
            Patch::Set(values) => Self::Set(
                values.iter().map(|(place, value)| (TargetKept::of(place), value.clone())).collect(),
            ),
            Patch::Url(_) => Self::Link(url.to_string()),
        }
    }

    /// The patch that asks for the page; none for the first request. The error: it cannot be read.
    pub(crate) fn patch(&self) -> Result<Option<Patch>, ()> {
        match self {
            Self::First => Ok(None),
            Self::Set(values) => {
                let values = values.iter().map(|(place, value)| Some((place.place()?, value.clone())));
                values.collect::<Option<Vec<_>>>().map(|values| Some(Patch::Set(values))).ok_or(())
            }
            Self::Link(url) => Ok(Some(Patch::Url(url.clone()))),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_none(number: &u64) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(resource: usize, row: Value, parent: Option<&Arc<RowContext>>) -> Arc<RowContext> {
        Arc::new(RowContext { resource, row, parent: parent.cloned() })
    }

    #[test]
    fn children_are_made_from_what_is_kept_with_the_rows_above_them() {
        let above = row(0, json!({"id": 1}), None);
        let page = [row(1, json!({"id": 2}), Some(&above)), row(1, json!({"id": 1.10}), Some(&above))];
        let inner = row(2, json!({"x": "y"}), Some(&page[1]));
        let seeds = vec![
            Seeds { child: 3, combination: 0, rows: page.to_vec() },
            Seeds { child: 4, combination: 1, rows: vec![inner] },
        ];
        let kept = PageSeeds::of(seeds, Some(&above));
        assert_eq!(kept.rows.len(), 3);
        let read: PageSeeds = serde_json::from_str(&serde_json::to_string(&kept).unwrap()).unwrap();
        assert_eq!(read, kept);
        let children: Vec<_> = read.children(Some(&above)).collect();
        assert_eq!((children[0].0.child, children[0].1.len()), (3, 2));
        let lineage: Vec<_> = children[1].1[0].lineage().map(|row| row.resource).collect();
        assert_eq!(lineage, [2, 1, 0]);
        assert!(Arc::ptr_eq(children[0].1[0].parent.as_ref().unwrap(), &above));
    }
}
