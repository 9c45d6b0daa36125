//! What was left open, read back: walks with their pages, tables with their parts.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use restload_spec::plan::Plan;
use restload_store::{ClosedPart, LoadId, OpenLoad, StoreError};
use restload_table::{PartInfo, TableSchema};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::entries::{At, GoneKept, PageKept, PageSeeds, PartKept, RangeKept, Stand, TableKept, WalkKept};
use super::found::FoundKept;
use super::packed::Fresh;
use super::share::Share;

/// All that was left open; empty for a load that begins.
///
/// What was noted of a walk stays in the journal until the walk is taken: held is only where it stands there.
#[derive(Default)]
pub(crate) struct Taken {
    walks: Mutex<HashMap<(usize, u128), Pieces>>,
    /// The table of each part that is there, and its number among those of the table.
    places: HashMap<u32, (usize, usize)>,
    pub(crate) selected: Vec<(usize, String)>,
    pub(crate) paged: Vec<(usize, FoundKept)>,
    pub(crate) checkpoints: u64,
}

/// Where in the journal it is told of a walk: places and lengths, the oldest first. Most walks are done in one checkpoint.
enum Pieces {
    One(Piece),
    Many(Vec<Piece>),
}

#[derive(Clone, Copy)]
struct Piece {
    at: u64,
    bytes: usize,
}

impl Pieces {
    fn push(&mut self, piece: Piece) {
        match self {
            Self::One(first) => *self = Self::Many(vec![*first, piece]),
            Self::Many(pieces) => pieces.push(piece),
        }
    }

    fn all(&self) -> &[Piece] {
        match self {
            Self::One(piece) => std::slice::from_ref(piece),
            Self::Many(pieces) => pieces,
        }
    }
}

/// A walk that was left open, or done.
pub(crate) struct TakenWalk {
    pub(crate) pages: Vec<TakenPage>,
    pub(crate) stand: Stand,
    pub(crate) shares: Vec<(usize, Share)>,
    /// Not all of its rows are there: why.
    pub(crate) lost: Option<String>,
}

/// A page that was durable.
pub(crate) struct TakenPage {
    pub(crate) n: u64,
    pub(crate) slice: usize,
    pub(crate) asked: u128,
    /// The table, the number of the part among those of the table, and the rows in it.
    pub(crate) rows: Vec<(usize, usize, RangeKept)>,
    pub(crate) gone: Vec<GoneKept>,
    pub(crate) seeds: PageSeeds,
    pub(crate) fresh: Fresh,
}

/// What was left of a table.
#[derive(Default)]
pub(crate) struct TakenTable {
    pub(crate) schema: TableSchema,
    pub(crate) as_text: BTreeSet<String>,
    pub(crate) parts: Vec<(PartInfo, ClosedPart)>,
}

/// A checkpoint of which the walks are not read.
#[derive(Deserialize)]
struct Read<'a> {
    n: u64,
    #[serde(default)]
    parts: Vec<PartKept>,
    #[serde(default)]
    tables: Vec<TableKept>,
    #[serde(borrow, default)]
    walks: Vec<&'a RawValue>,
    #[serde(default)]
    selected: Vec<(usize, String)>,
    #[serde(default)]
    paged: Vec<(usize, FoundKept)>,
}

/// Which walk something is told of.
#[derive(Deserialize)]
struct WalkRead<'a> {
    resource: usize,
    #[serde(borrow)]
    key: Cow<'a, str>,
    #[serde(default)]
    anew: bool,
}

impl Taken {
    /// Goes through the journal of a load that is gone on with. Checkpoints after one that cannot be read, or is missing, tell
    /// nothing.
    pub(crate) fn read(plan: &Plan, load: &OpenLoad) -> Result<(Self, Vec<TakenTable>), StoreError> {
        let mut taken = Self::default();
        let mut walks = HashMap::new();
        let (mut parts, mut columns) = (Vec::new(), Vec::new());
        load.checkpoints(&mut |at, text| {
            let Ok(read) = serde_json::from_str::<Read<'_>>(text.get()) else {
                return ControlFlow::Break(());
            };
            if read.n != taken.checkpoints + 1 {
                return ControlFlow::Break(());
            }
            let told: Option<Vec<_>> = read.walks.iter().map(|walk| told(walk.get())).collect();
            let Some(told) = told else { return ControlFlow::Break(()) };
            taken.checkpoints = read.n;
            parts.extend(read.parts);
            columns.extend(read.tables);
            for (walk, (of, anew)) in read.walks.iter().zip(told) {
                let at = at + (walk.get().as_ptr().addr() - text.get().as_ptr().addr()) as u64;
                index(&mut walks, of, Piece { at, bytes: walk.get().len() }, anew);
            }
            (taken.selected, taken.paged) = (read.selected, read.paged);
            ControlFlow::Continue(())
        })?;
        taken.walks = Mutex::new(walks);
        let kept: Vec<(u32, u64)> = parts.iter().map(|part| (part.number, part.bytes)).collect();
        let gone = load.keep_parts(&kept)?;
        let mut tables: Vec<TakenTable> = plan.tables.iter().map(|_| TakenTable::default()).collect();
        for part in parts.into_iter().filter(|part| !gone.contains(&part.number)) {
            if let Some(table) = tables.get_mut(part.table) {
                taken.places.insert(part.number, (part.table, table.parts.len()));
                table.parts.push(opened(load.id(), part, table.parts.len()));
            }
        }
        for changed in columns {
            if let Some(table) = tables.get_mut(changed.table) {
                table.schema = changed.schema;
                table.as_text = changed.as_text.into_iter().collect();
            }
        }
        Ok((taken, tables))
    }

    /// Whether something was left of a walk.
    pub(crate) fn has(&self, resource: usize, key: u128) -> bool {
        self.walks.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&(resource, key))
    }

    /// Takes what was left of a walk, from the journal.
    pub(crate) fn take(&self, load: &OpenLoad, resource: usize, key: u128) -> Option<TakenWalk> {
        let pieces = self.walks.lock().unwrap_or_else(PoisonError::into_inner).remove(&(resource, key))?;
        let mut walk: Option<TakenWalk> = None;
        for piece in pieces.all() {
            let text = load.reread(piece.at, piece.bytes);
            let kept = text.ok().and_then(|text| serde_json::from_slice::<WalkKept>(&text).ok());
            let Some(kept) = kept else { return Some(TakenWalk::unreadable()) };
            match &mut walk {
                Some(walk) => (walk.stand, walk.shares) = (kept.stand, kept.shares),
                None => {
                    let (stand, shares) = (kept.stand, kept.shares);
                    walk = Some(TakenWalk { pages: Vec::new(), stand, shares, lost: None });
                }
            }
            if let Some(walk) = &mut walk {
                walk.pages.reserve_exact(kept.pages.len());
                kept.pages.into_iter().for_each(|page| self.take_page(walk, page));
            }
        }
        walk
    }

    fn take_page(&self, walk: &mut TakenWalk, page: PageKept) {
        let mut rows = Vec::with_capacity(page.rows.len());
        for range in page.rows {
            match self.places.get(&range.part) {
                Some(&(table, part)) => rows.push((table, part, range)),
                None => {
                    let part = range.part;
                    walk.lost.get_or_insert_with(|| format!("part {part} is not there any more as it was"));
                }
            }
        }
        walk.pages.push(TakenPage {
            n: page.n,
            slice: page.slice,
            asked: u128::from_str_radix(&page.asked, 16).unwrap_or_default(),
            rows,
            gone: page.gone,
            seeds: page.seeds,
            fresh: page.fresh,
        });
    }
}

impl TakenWalk {
    /// One of which the journal cannot be read any more.
    fn unreadable() -> Self {
        let stand = Stand {
            slice: 0,
            before: 0,
            at: At::Lost("what the journal says of it cannot be read any more".to_owned()),
            reached: None,
            cut: false,
            without_cursor: false,
            withheld: false,
        };
        Self { pages: Vec::new(), stand, shares: Vec::new(), lost: None }
    }
}

/// Which walk is told of, and whether it began anew.
fn told(text: &str) -> Option<((usize, u128), bool)> {
    let WalkRead { resource, key, anew } = serde_json::from_str(text).ok()?;
    Some(((resource, u128::from_str_radix(&key, 16).ok()?), anew))
}

/// Notes where it is told of a walk. What was told before it began anew holds no longer.
fn index(walks: &mut HashMap<(usize, u128), Pieces>, of: (usize, u128), piece: Piece, anew: bool) {
    match walks.entry(of) {
        Entry::Occupied(mut known) if anew => drop(known.insert(Pieces::One(piece))),
        Entry::Occupied(mut known) => known.get_mut().push(piece),
        Entry::Vacant(new) => drop(new.insert(Pieces::One(piece))),
    }
}

fn opened(load: &LoadId, part: PartKept, number: usize) -> (PartInfo, ClosedPart) {
    let info = PartInfo { number, rows: part.rows, bytes: part.bytes, schema: Arc::new(part.schema) };
    let closed =
        ClosedPart { load: load.clone(), number: part.number, bytes: part.bytes, sha256: part.sha256 };
    (info, closed)
}

#[cfg(test)]
mod tests {
    use restload_diag::Source;
    use restload_spec::plan::stand_in_inputs;
    use restload_spec::{Wanted, read_spec, settle};
    use restload_store::Folder;

    use super::super::entries::Checkpoint;
    use super::*;

    fn plan() -> Plan {
        let text = "version: 1\nname: a\nclient: {base_url: 'https://a.example'}\nresources:\n  rows: {path: rows}\n";
        let reading = read_spec(Source::new("spec.yaml", text), None);
        let spec = reading.spec.unwrap();
        let inputs = stand_in_inputs(&spec, jiff::Timestamp::UNIX_EPOCH);
        settle(&reading.document, &spec, inputs, &Wanted::default()).unwrap()
    }

    fn page(n: u64, part: u32) -> PageKept {
        let rows = RangeKept {
            part,
            row: 0,
            rows: 3,
            resource: 0,
            combination: 0,
            piece: 0,
            cursors: crate::run::keep::Packed::default(),
        };
        PageKept {
            n,
            slice: 0,
            asked: format!("{n:032x}"),
            rows: vec![rows],
            gone: Vec::new(),
            seeds: PageSeeds::default(),
            fresh: Fresh::default(),
        }
    }

    fn walk(key: u128, anew: bool, at: At, pages: Vec<PageKept>) -> WalkKept {
        let stand = Stand { at, ..TakenWalk::unreadable().stand };
        WalkKept { resource: 0, key: format!("{key:032x}"), anew, pages, stand, shares: Vec::new() }
    }

    /// A load of which these checkpoints were noted, gone on with; part 1 is there.
    fn left(out: &std::path::Path, checkpoints: Vec<Vec<WalkKept>>) -> OpenLoad {
        use std::io::Write as _;
        let folder = Folder::open(out, "a").unwrap();
        let raw = |value: &Checkpoint| serde_json::value::to_raw_value(value).unwrap();
        let load = LoadId::new(jiff::Timestamp::UNIX_EPOCH, 1);
        let open = folder.begin_kept(load.clone(), &raw(&Checkpoint::default())).unwrap();
        let mut part = open.create_part().unwrap();
        part.write_all(b"rows").unwrap();
        let part = part.close().unwrap();
        let part = |number| PartKept {
            table: 0,
            number,
            bytes: part.bytes,
            sha256: part.sha256.clone(),
            rows: 3,
            schema: TableSchema::default(),
        };
        for (n, walks) in (1..).zip(checkpoints) {
            let parts = if n == 1 { vec![part(1), part(2)] } else { Vec::new() };
            open.note_checkpoint(&raw(&Checkpoint { n, parts, walks, ..Checkpoint::default() })).unwrap();
        }
        folder.resume(&folder.lock().unwrap(), load).unwrap()
    }

    #[test]
    fn what_was_told_of_a_walk_comes_from_all_its_checkpoints() {
        let out = tempfile::tempdir().unwrap();
        let load = left(
            out.path(),
            vec![
                vec![walk(1, false, At::Begin, vec![page(1, 1)]), walk(2, false, At::Done, vec![page(1, 2)])],
                vec![walk(1, false, At::Done, vec![page(2, 1), page(3, 1)])],
                vec![walk(3, false, At::Begin, vec![page(1, 1)])],
                vec![walk(3, true, At::Begin, vec![page(1, 1)])],
            ],
        );
        let (taken, tables) = Taken::read(&plan(), &load).unwrap();
        assert_eq!((taken.checkpoints, tables[0].parts.len()), (4, 1));
        let first = taken.take(&load, 0, 1).unwrap();
        assert_eq!(
            (first.pages.iter().map(|page| page.n).collect::<Vec<_>>(), first.lost),
            (vec![1, 2, 3], None)
        );
        assert_eq!((first.stand.at, first.pages[1].asked), (At::Done, 2));
        assert!(taken.take(&load, 0, 1).is_none());
        assert!(taken.take(&load, 0, 2).unwrap().lost.unwrap().contains("part 2 is not there any more"));
        assert_eq!(taken.take(&load, 0, 3).unwrap().pages.len(), 1);
        assert!(!taken.has(0, 4));
    }

    #[test]
    fn a_checkpoint_that_is_missing_makes_those_after_it_worthless() {
        let out = tempfile::tempdir().unwrap();
        let load = left(out.path(), vec![vec![walk(1, false, At::Begin, vec![page(1, 1)])]]);
        let third = Checkpoint {
            n: 3,
            walks: vec![walk(1, false, At::Done, vec![page(2, 1)])],
            ..Checkpoint::default()
        };
        load.note_checkpoint(&serde_json::value::to_raw_value(&third).unwrap()).unwrap();
        let (taken, _) = Taken::read(&plan(), &load).unwrap();
        assert_eq!(taken.checkpoints, 1);
        assert_eq!(taken.take(&load, 0, 1).unwrap().pages.len(), 1);
    }
}
