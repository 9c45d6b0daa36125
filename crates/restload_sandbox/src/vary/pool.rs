//! Keys: what a resource's rows are known by, in the sample and beyond it.

use std::collections::{HashMap, HashSet};

use serde_json::{Number, Value};

use super::distinct::Distinct;

/// Numbers from here on are taken for an id where one of a sample is equal to them.
const TELLING: i128 = 100;
/// Texts of as many characters are taken for an id where one of a sample is equal to them.
const TELLING_TEXT: usize = 4;

/// The values of one field over all rows of a resource.
#[derive(Debug, Clone)]
pub(crate) struct Pool {
    sample: Vec<Value>,
    distinct: Distinct,
    /// Rows that the resource has.
    pub(crate) size: u64,
}

impl Pool {
    pub(crate) fn new(sample: Vec<Value>, size: u64) -> Self {
        let distinct = Distinct::of(&sample);
        Self { sample, distinct, size }
    }

    /// The value of the row at this place; the first are those of the sample.
    pub(crate) fn at(&self, ordinal: u64) -> Value {
        let known = self.sample.len() as u64;
        let Some(from) =
            usize::try_from(ordinal % known.max(1)).ok().and_then(|index| self.sample.get(index))
        else {
            return Value::Null;
        };
        if ordinal < known { from.clone() } else { self.distinct.beyond(from, ordinal - known + 1) }
    }

    /// A row's place, by chance, whose value is made from the same row of the sample as this one.
    fn alike(&self, index: usize, chance: u64) -> u64 {
        let known = self.sample.len() as u64;
        index as u64 + known * (chance % (self.size / known.max(1)).max(1))
    }

    /// The `n`-th value beyond the sample, of one kind with `from`.
    pub(crate) fn beyond(&self, from: &Value, n: u64) -> Value {
        self.distinct.beyond(from, n)
    }

    pub(crate) fn sample(&self) -> &[Value] {
        &self.sample
    }
}

/// The keys of all lists, so that what refers to one of them refers to one that exists.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// Each with what its rows are called.
    pools: Vec<(String, Pool)>,
    /// Texts and large numbers that are a key of one list: the list, and the place in its sample.
    telling: HashMap<String, (usize, usize)>,
    /// Numbers that are a key of any resource.
    numbers: HashSet<String>,
}

impl Known {
    /// Takes in the keys of a list that is served, and gives its place; `name` is what one of its rows is called.
    pub(crate) fn add(&mut self, name: String, pool: Pool) -> usize {
        let place = self.pools.len();
        for (index, value) in pool.sample.iter().enumerate().filter(|(_, value)| is_telling(value)) {
            self.telling.entry(value.to_string()).or_insert((place, index));
        }
        self.pools.push((name, pool));
        place
    }

    /// Takes in numbers that are keys, of whatever resource.
    pub(crate) fn add_numbers<'v>(&mut self, values: impl IntoIterator<Item = &'v Value>) {
        let telling = values.into_iter().filter(|value| is_telling(value) && value.is_number());
        self.numbers.extend(telling.map(Value::to_string));
    }

    pub(crate) fn is_key(&self, number: &Number) -> bool {
        self.numbers.contains(number.as_str())
    }

    /// The list in which a value is a key.
    pub(crate) fn find(&self, value: &Value) -> Option<usize> {
        self.telling.get(&value.to_string()).map(|(pool, _)| *pool)
    }

    /// Another key of the list in which a text is one.
    pub(crate) fn another(&self, text: &Value, chance: u64) -> Option<Value> {
        let (pool, index) = *self.telling.get(&text.to_string())?;
        let (_, pool) = &self.pools[pool];
        Some(pool.at(pool.alike(index, chance)))
    }

    /// Another key of the list whose rows have this name, where a number is one.
    pub(crate) fn another_of(&self, name: &str, number: &Value, chance: u64) -> Option<Value> {
        let (_, pool) = self.pools.iter().find(|(known, _)| known == name)?;
        let index = pool.sample.iter().position(|known| known == number)?;
        Some(pool.at(pool.alike(index, chance)))
    }

    pub(crate) fn pool(&self, place: usize) -> Option<&Pool> {
        self.pools.get(place).map(|(_, pool)| pool)
    }
}

/// Whether a value is rare enough that another one equal to it means the same thing.
pub(crate) fn is_telling(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_i128().is_some_and(|whole| whole >= TELLING),
        Value::String(text) => text.chars().count() >= TELLING_TEXT,
        _ => false,
    }
}
