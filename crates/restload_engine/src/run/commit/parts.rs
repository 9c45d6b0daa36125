//! The parts of a load on their way into the table: as they are, or brought to its columns, without rows that are left out, and
//! small ones joined.

use std::fs::File;

use restload_store::{ClosedPart, FileEntry};
use restload_table::{PartInfo, TableSchema, rewrite};

use super::Settling;
use crate::run::fault::Fault;
use crate::run::sink::Dropped;

/// Parts of fewer bytes are joined with those beside them: a checkpoint closes a part however few rows are in it.
const SMALL: u64 = 8 << 20;
/// Bytes of parts that become one file.
const JOINED: u64 = 64 << 20;

impl Settling<'_> {
    /// The files that parts become, in the order of their rows. Where `leaves_out`, a part without a row that stays is none.
    pub(super) fn place_parts(
        &self,
        parts: Vec<(PartInfo, ClosedPart)>,
        schema: &TableSchema,
        dropped: &Dropped,
        leaves_out: bool,
    ) -> Result<Vec<FileEntry>, Fault> {
        let is_out = |info: &PartInfo| {
            leaves_out && dropped.get(&info.number).is_some_and(|out| out.len() as u64 == info.rows)
        };
        let parts = parts.into_iter().filter(|(info, _)| !is_out(info));
        let mut files = Vec::new();
        for group in groups(parts, |(_, closed)| closed.bytes) {
            files.push(self.place_group(&group, schema, dropped)?);
        }
        Ok(files)
    }

    fn place_group(
        &self,
        group: &[(PartInfo, ClosedPart)],
        schema: &TableSchema,
        dropped: &Dropped,
    ) -> Result<FileEntry, Fault> {
        if let [(info, closed)] = group
            && !dropped.contains_key(&info.number)
            && info.schema.same_layout(schema)
        {
            return Ok(self.entry(closed, info.rows));
        }
        // The parts stay in the open load until the end: a commit that is cut short is made again from them.
        let mut joined = self.create(schema)?;
        for (info, closed) in group {
            let file = File::open(self.load.locate_part(closed.number));
            let file = file.map_err(|error| self.fault(&error.into()))?;
            let out = dropped.get(&info.number);
            let keep = |row: u64| out.is_none_or(|out| !out.contains(&row));
            let keep: Option<&dyn Fn(u64) -> bool> = if out.is_some() { Some(&keep) } else { None };
            rewrite(file, &info.schema, keep, &mut joined).map_err(|error| self.fault(&error))?;
        }
        self.close(joined)
    }
}

/// Neighbours that become one file: small ones, as many as make a large one.
fn groups<T>(parts: impl Iterator<Item = T>, bytes: impl Fn(&T) -> u64) -> Vec<Vec<T>> {
    let mut groups: Vec<(u64, Vec<T>)> = Vec::new();
    for part in parts {
        let size = bytes(&part);
        match groups.last_mut() {
            Some((so_far, group)) if size < SMALL && *so_far < JOINED && is_small(group, &bytes) => {
                *so_far += size;
                group.push(part);
            }
            _ => groups.push((size, vec![part])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

fn is_small<T>(group: &[T], bytes: &impl Fn(&T) -> u64) -> bool {
    group.last().is_some_and(|last| bytes(last) < SMALL)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grouped(sizes: &[u64]) -> Vec<Vec<u64>> {
        groups(sizes.iter().map(|size| size << 20), |size| *size)
            .into_iter()
            .map(|group| group.into_iter().map(|size| size >> 20).collect())
            .collect()
    }

    #[test]
    fn small_neighbours_are_joined_and_large_parts_stay_as_they_are() {
        assert_eq!(grouped(&[]), Vec::<Vec<u64>>::new());
        assert_eq!(grouped(&[1, 2, 3]), [vec![1, 2, 3]]);
        assert_eq!(grouped(&[1, 9, 2, 3, 100]), [vec![1], vec![9], vec![2, 3], vec![100]]);
        assert_eq!(grouped(&[8, 8]), [[8], [8]]);
        assert_eq!(grouped(&[7; 12]), [vec![7; 10], vec![7; 2]]);
    }
}
