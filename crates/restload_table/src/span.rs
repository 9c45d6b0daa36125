//! Between which values the keys of files lie, as their statistics say: what lies elsewhere need not be read.

use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::ChunkReader;
use parquet::file::statistics::Statistics;

use crate::rewrite::open;
use crate::table_error::TableError;
use crate::types::{ColumnType, TableSchema};

/// Of each key column the least and the greatest value; none where that is not known.
///
/// Only values of one type compare: a number and its text are one key and lie in no order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeySpans(Vec<Option<Span>>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Span {
    Int(i64, i64),
    Timestamp(i64, i64),
    Text(Vec<u8>, Vec<u8>),
}

impl Span {
    fn of(ty: &ColumnType, statistics: &Statistics) -> Option<Self> {
        // A null is for whoever reads the rows to find.
        if statistics.null_count_opt() != Some(0) {
            return None;
        }
        match (ty, statistics) {
            (ColumnType::Int64 { .. }, Statistics::Int64(of)) => {
                Some(Self::Int(*of.min_opt()?, *of.max_opt()?))
            }
            (ColumnType::Timestamp, Statistics::Int64(of)) => {
                Some(Self::Timestamp(*of.min_opt()?, *of.max_opt()?))
            }
            (ColumnType::Text, Statistics::ByteArray(of)) => {
                Some(Self::Text(of.min_opt()?.data().to_vec(), of.max_opt()?.data().to_vec()))
            }
            _ => None,
        }
    }

    fn join(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Int(a, b), Self::Int(c, d)) => Some(Self::Int(a.min(c), b.max(d))),
            (Self::Timestamp(a, b), Self::Timestamp(c, d)) => Some(Self::Timestamp(a.min(c), b.max(d))),
            (Self::Text(a, b), Self::Text(c, d)) => Some(Self::Text(a.min(c), b.max(d))),
            _ => None,
        }
    }

    fn misses(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Int(a, b), Self::Int(c, d)) | (Self::Timestamp(a, b), Self::Timestamp(c, d)) => {
                b < c || d < a
            }
            (Self::Text(a, b), Self::Text(c, d)) => b < c || d < a,
            _ => false,
        }
    }
}

impl KeySpans {
    /// Between which values the keys of a file lie; none of a file without rows.
    pub fn of(
        file: impl ChunkReader + 'static,
        schema: &TableSchema,
        names: &[String],
    ) -> Result<Option<Self>, TableError> {
        let builder = open(file, schema)?;
        let groups = builder.metadata().row_groups().iter();
        let spans = groups.map(|group| Self::of_group(group, schema, names));
        Ok(spans.reduce(Self::join))
    }

    pub(crate) fn of_group(group: &RowGroupMetaData, schema: &TableSchema, names: &[String]) -> Self {
        let on_disk = schema.names_on_disk();
        let of = |name: &String| {
            let place = schema.columns.iter().position(|column| column.name == *name)?;
            let is_it = |chunk: &&parquet::file::metadata::ColumnChunkMetaData| {
                chunk.column_path().parts() == std::slice::from_ref(&on_disk[place])
            };
            let chunk = group.columns().iter().find(is_it)?;
            Span::of(&schema.columns[place].ty, chunk.statistics()?)
        };
        Self(names.iter().map(of).collect())
    }

    /// Between which values the keys of both lie.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        let pairs = self.0.into_iter().zip(other.0);
        Self(pairs.map(|(one, other)| one?.join(other?)).collect())
    }

    /// Whether no key can be in both.
    pub(crate) fn misses(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|pair| matches!(pair, (Some(one), Some(other)) if one.misses(other)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(from: &str, to: &str) -> Span {
        Span::Text(from.into(), to.into())
    }

    #[test]
    fn spans_miss_each_other_where_one_column_does() {
        let one = KeySpans(vec![Some(Span::Int(1, 5)), Some(text("a", "c"))]);
        for (other, misses) in [
            (vec![Some(Span::Int(6, 9)), Some(text("a", "b"))], true),
            (vec![Some(Span::Int(5, 9)), Some(text("c", "d"))], false),
            (vec![Some(Span::Int(-9, 0)), None], true),
            (vec![Some(Span::Timestamp(6, 9)), Some(text("d", "e"))], true),
            (vec![Some(Span::Timestamp(6, 9)), None], false),
            (vec![None, None], false),
        ] {
            assert_eq!(one.misses(&KeySpans(other.clone())), misses, "{other:?}");
        }
    }

    #[test]
    fn joined_spans_hold_both_and_know_nothing_of_two_types() {
        let joined = KeySpans(vec![Some(Span::Int(1, 5)), Some(text("b", "c")), None]).join(KeySpans(vec![
            Some(Span::Timestamp(1, 5)),
            Some(text("a", "b")),
            Some(text("a", "b")),
        ]));
        assert_eq!(joined, KeySpans(vec![None, Some(text("a", "c")), None]));
    }
}
