//! Keys of a load, and rows of a file, as sets that take little memory.

use xxhash_rust::xxh3::xxh3_128;

/// Keys that a bucket holds on average.
const PER_BUCKET: usize = 8;

/// A set of keys, of which it is noted which were found: 16 bytes a key.
///
/// A key stands for its 128 bits of hash; that two of a table are equal in them does not happen.
#[derive(Debug, Default)]
pub(super) struct KeySet {
    /// Sorted.
    hashes: Vec<u128>,
    /// Where the hashes that begin with the same bits begin.
    starts: Vec<u32>,
    bits: u32,
    found: RowSet,
}

impl KeySet {
    /// The hash that stands for a key.
    pub(super) fn hash(key: &[u8]) -> u128 {
        xxh3_128(key)
    }

    /// The set of keys with these hashes.
    pub(super) fn new(mut hashes: Vec<u128>) -> Self {
        hashes.sort_unstable();
        hashes.dedup();
        hashes.shrink_to_fit();
        let bits = (hashes.len() / PER_BUCKET).max(1).ilog2();
        let mut starts = Vec::with_capacity((1 << bits) + 1);
        for bucket in 0..=(1_u128 << bits) {
            let first = |hash: &u128| prefix(*hash, bits) < bucket;
            let from = starts.last().copied().unwrap_or(0) as usize;
            // Buckets are filled evenly: the next one begins close by.
            let at = from + hashes[from..].iter().take_while(|hash| first(hash)).count();
            starts.push(u32::try_from(at).unwrap_or(u32::MAX));
        }
        let found = RowSet::new(hashes.len() as u64);
        Self { hashes, starts, bits, found }
    }

    /// How many keys there are.
    pub(super) fn len(&self) -> u64 {
        self.hashes.len() as u64
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// How many were found.
    pub(super) fn found(&self) -> u64 {
        self.found.count()
    }

    /// Whether a key is one of them; it is found from then on.
    pub(super) fn find(&mut self, hash: u128) -> bool {
        if self.hashes.is_empty() {
            return false;
        }
        let bucket = usize::try_from(prefix(hash, self.bits)).unwrap_or_default();
        let (from, to) = (self.starts[bucket] as usize, self.starts[bucket + 1] as usize);
        let at = self.hashes[from..to].iter().position(|known| *known == hash);
        at.is_some_and(|at| {
            self.found.insert((from + at) as u64);
            true
        })
    }
}

fn prefix(hash: u128, bits: u32) -> u128 {
    hash.checked_shr(128 - bits).unwrap_or(0)
}

/// Rows of a file: a bit each.
#[derive(Debug, Default, Clone)]
pub(super) struct RowSet {
    words: Vec<u64>,
    count: u64,
}

impl RowSet {
    /// None of so many rows.
    pub(super) fn new(rows: u64) -> Self {
        Self { words: vec![0; usize::try_from(rows.div_ceil(64)).unwrap_or(0)], count: 0 }
    }

    /// Adds a row.
    pub(super) fn insert(&mut self, row: u64) {
        if let Some(word) = self.words.get_mut(usize::try_from(row / 64).unwrap_or(usize::MAX)) {
            let bit = 1 << (row % 64);
            self.count += u64::from(*word & bit == 0);
            *word |= bit;
        }
    }

    /// Whether a row is in it.
    pub(super) fn contains(&self, row: u64) -> bool {
        let word = self.words.get(usize::try_from(row / 64).unwrap_or(usize::MAX));
        word.is_some_and(|word| word & (1 << (row % 64)) != 0)
    }

    /// How many rows are in it.
    pub(super) fn count(&self) -> u64 {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_and_others_are_not() {
        for count in [0_u32, 1, 7, 8, 100, 5000] {
            let key = |n: u32| KeySet::hash(&n.to_le_bytes());
            let mut keys = KeySet::new((0..count).chain(0..count / 2).map(key).collect());
            assert_eq!((keys.len(), keys.found()), (u64::from(count), 0));
            assert!((count..=2 * count).all(|n| !keys.find(key(n))), "{count}");
            assert!((0..count).all(|n| keys.find(key(n)) && keys.find(key(n))), "{count}");
            assert_eq!(keys.found(), u64::from(count));
        }
    }

    #[test]
    fn the_least_and_the_greatest_hash_have_a_bucket() {
        let mut keys = KeySet::new((0..64).map(|n| u128::MAX - n).chain([0]).collect());
        assert!(keys.find(u128::MAX) && keys.find(0) && !keys.find(1));
    }

    #[test]
    fn a_row_counts_once() {
        let mut rows = RowSet::new(65);
        for row in [0, 64, 64] {
            rows.insert(row);
        }
        assert_eq!(rows.count(), 2);
        assert!(rows.contains(0) && rows.contains(64) && !rows.contains(63));
        assert!(!RowSet::new(0).contains(0));
    }
}
