//! The row of a parent as its children see it.

use std::sync::Arc;

use serde_json::Value;

/// Where a row stands in the order of a load: the row's place in each of its ancestors' walks, outermost first.
pub(crate) type Position = Arc<[u64]>;

/// A row that child walks start from. It holds only the fields that descendants use.
#[derive(Debug)]
pub(crate) struct RowContext {
    /// The resource that the row is of.
    pub(crate) resource: usize,
    /// The fields that are used below, as an object; the whole row where a program asks for it.
    pub(crate) row: Value,
    /// The row above it.
    pub(crate) parent: Option<Arc<RowContext>>,
}

impl RowContext {
    /// This row and those above it, nearest first.
    pub(crate) fn lineage(self: &Arc<Self>) -> impl Iterator<Item = &RowContext> {
        std::iter::successors(Some(self.as_ref()), |row| row.parent.as_deref())
    }
}
