//! Rows of one load with one key: the last one stays.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;

use restload_spec::CursorValue;
use restload_table::read_keys;

use super::Settling;
use crate::run::fault::Fault;
use crate::run::sink::{Dropped, Gathered, Order};

/// Where a row stands in the order of a load: its cursor, its page, its row among those that are written, and whether it is one of them; a
/// row that is marked as gone stands before the next of those.
type At<'a> = (Option<&'a CursorValue>, &'a Order, u64, bool);

/// Where the last row of a key stands, and its part and its row there; one that is marked as gone is nowhere.
type Last<'a> = (At<'a>, Option<(usize, u64)>);

/// What is left of keys that came more than once.
#[derive(Default)]
pub(super) struct Doubles {
    pub(super) dropped: Dropped,
    /// How many rows are dropped, by resource.
    pub(super) replaced: BTreeMap<usize, u64>,
    /// Keys whose last row says that it is gone.
    pub(super) dead: Vec<Vec<u8>>,
}

impl Settling<'_> {
    /// The rows whose key came again later in the load, and the keys whose last row says that it is gone.
    pub(super) fn doubles(&self, gathered: &Gathered) -> Result<Doubles, Fault> {
        let mut doubles = Doubles { dropped: gathered.lost.clone(), ..Doubles::default() };
        let mut last: HashMap<Vec<u8>, Last<'_>> = HashMap::new();
        for tomb in &gathered.gone {
            let at: At<'_> = (tomb.gone.cursor.as_ref(), &tomb.order, tomb.gone.before, false);
            let known = last.entry(tomb.gone.key.clone()).or_insert((at, None));
            known.0 = known.0.max(at);
        }
        if gathered.again.is_empty() {
            doubles.dead = last.into_keys().collect();
            return Ok(doubles);
        }
        let mut chunks: HashMap<usize, Vec<_>> = HashMap::new();
        for chunk in &gathered.chunks {
            chunks.entry(chunk.placed.part).or_default().push(chunk);
        }
        for chunks in chunks.values_mut() {
            chunks.sort_by_key(|chunk| chunk.placed.row);
        }
        for (info, closed) in &gathered.parts {
            let Some(chunks) = chunks.get(&info.number) else { continue };
            let path = self.load.locate_part(closed.number);
            let file = File::open(&path).map_err(|error| self.fault(&error.into()))?;
            read_keys(file, &info.schema, &self.plan().primary_key, &mut |row, key| {
                let is_lost = gathered.lost.get(&info.number).is_some_and(|lost| lost.contains(&row));
                if is_lost || !gathered.again.contains(&xxhash_rust::xxh3::xxh3_64(key)) {
                    return;
                }
                let chunk = chunks[chunks.partition_point(|chunk| chunk.placed.row <= row).saturating_sub(1)];
                let within = row - chunk.placed.row;
                let cursor = usize::try_from(within).ok().and_then(|row| chunk.cursors.get(row));
                let at: At<'_> = (cursor, &chunk.order, within, true);
                let here = (at, Some((info.number, row)));
                let out = match last.get(key) {
                    None => {
                        last.insert(key.to_vec(), here);
                        return;
                    }
                    Some(known) if known.0 <= at => last.insert(key.to_vec(), here).unwrap_or(here),
                    Some(_) => here,
                };
                if let (at, Some((part, row))) = out {
                    doubles.dropped.entry(part).or_default().insert(row);
                    *doubles.replaced.entry(at.1.resource).or_default() += 1;
                }
            })
            .map_err(|error| self.fault(&error))?;
        }
        let dead = last.into_iter().filter(|(_, (_, place))| place.is_none());
        doubles.dead = dead.map(|(key, _)| key).collect();
        Ok(doubles)
    }
}
