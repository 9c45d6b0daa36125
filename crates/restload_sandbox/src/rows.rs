//! The walks of a resource, and the rows of each.

use std::sync::Arc;

use restload_spec::{Hole, Scope};
use serde_json::Value;
use url::Url;

use crate::api::{Api, Context, Fetched, Walk, Walks};
use crate::sample::Frame;
use crate::steps::{get, put};
use crate::vary::Turn;
use crate::vary::chance::{mix, of_text};

/// Rows of a walk for one of many rows above, at most.
const FEW: u64 = 5;
/// Walks of a resource up to which each has as many rows as a list.
const LONG_WALKS: usize = 4;

impl Api {
    /// The walks of a resource that is asked for.
    pub(crate) fn walks<'a>(&'a self, endpoint: usize, fetched: &'a Fetched) -> &'a Walks {
        fetched.walks.get_or_init(|| {
            let mut walks = Walks::default();
            let combinations = &self.endpoints[endpoint].plan.combinations;
            match self.endpoints[endpoint].parent {
                None => {
                    (0..combinations.len())
                        .for_each(|below| self.add_walk(endpoint, fetched, None, below, &mut walks));
                }
                Some(parent) => {
                    for context in self.contexts(parent) {
                        let below = combinations.iter().enumerate();
                        for (below, _) in below.filter(|(_, below)| below.parent == context.combination) {
                            self.add_walk(endpoint, fetched, Some(context.clone()), below, &mut walks);
                        }
                    }
                }
            }
            walks
        })
    }

    /// Adds a walk, unless one is known that asks for the same.
    fn add_walk(
        &self,
        endpoint: usize,
        fetched: &Fetched,
        parent: Option<Arc<Context>>,
        combination: usize,
        walks: &mut Walks,
    ) {
        let each = &self.endpoints[endpoint].plan.combinations[combination].each;
        let Some(key) = self.key_of(fetched, parent.as_deref(), each) else { return };
        if walks.by_key.contains_key(&key) {
            return;
        }
        let value = |(hole, _): &(Hole, Vec<String>)| {
            self.value_of(hole, parent.as_deref(), each).unwrap_or(Value::Null)
        };
        let values = fetched.holes.iter().map(value).collect();
        walks.by_key.insert(key, walks.all.len());
        walks.all.push(Walk { parent, combination, values });
    }

    fn key_of(&self, fetched: &Fetched, parent: Option<&Context>, each: &Value) -> Option<String> {
        if fetched.ask.batch.is_none() {
            return self.with_scopes(parent, each, |scopes| fetched.ask.key(scopes));
        }
        let row = parent.map(|parent| (*parent.seen).clone()).into_iter().collect::<Vec<_>>();
        self.with_scopes(None, each, |scopes| {
            fetched.ask.key(&restload_spec::Scopes { batch: Some(&row), ..*scopes })
        })
    }

    /// The value of a hole below a row.
    pub(crate) fn value_of(&self, hole: &Hole, parent: Option<&Context>, each: &Value) -> Option<Value> {
        let (from, path) = match hole.scope {
            Scope::Parent | Scope::Batch => (&*parent?.seen, hole.path.as_slice()),
            Scope::Each => (each, hole.path.as_slice()),
            Scope::Resources => {
                let (name, path) = hole.path.split_first()?;
                let context =
                    parent?.lineage().find(|row| self.endpoints[row.endpoint].plan.name == *name)?;
                (&*context.seen, path)
            }
            _ => return None,
        };
        path.iter().try_fold(from, |value, name| value.get(name)).cloned()
    }

    /// How many rows a walk has.
    pub(crate) fn count(&self, endpoint: usize, fetched: &Fetched, walk: usize) -> u64 {
        let samples = fetched.variety.samples().len() as u64;
        if samples == 0 {
            return 0;
        }
        if is_one_each(self, endpoint, fetched) {
            return 1;
        }
        let count = match self.endpoints[endpoint].parent {
            _ if self.has_long_walks(endpoint, fetched) => self.long(endpoint, fetched),
            _ if walk == 0 => samples.min(self.rows),
            _ => mix(&[self.seed, of_text(&self.endpoints[endpoint].plan.name), walk as u64]) % (FEW + 1),
        };
        fetched.paging.most_rows.map_or(count, |most| count.min(most))
    }

    /// Whether each walk has as many rows as a list: it has no row above, or there are few.
    fn has_long_walks(&self, endpoint: usize, fetched: &Fetched) -> bool {
        self.endpoints[endpoint].parent.is_none() || self.walks(endpoint, fetched).all.len() <= LONG_WALKS
    }

    /// The rows of a long walk; many combinations share what is asked for.
    fn long(&self, endpoint: usize, fetched: &Fetched) -> u64 {
        match self.walks(endpoint, fetched).all.len() {
            0..=LONG_WALKS => self.rows,
            walks => (self.rows / walks as u64).max(self.rows.min(FEW)),
        }
    }

    /// The place of a row among all rows of its resource; no two rows have one.
    fn ordinal(&self, endpoint: usize, fetched: &Fetched, walk: usize, row: u64) -> u64 {
        let samples = fetched.variety.samples().len() as u64;
        if is_one_each(self, endpoint, fetched) {
            walk as u64
        } else if self.has_long_walks(endpoint, fetched) {
            walk as u64 * self.long(endpoint, fetched) + row
        } else if walk == 0 {
            row
        } else {
            samples + (walk as u64 - 1) * FEW + row
        }
    }

    /// A row of a walk, as the API would send it.
    pub(crate) fn row(&self, endpoint: usize, fetched: &Fetched, walk: usize, row: u64) -> Value {
        let ordinal = self.ordinal(endpoint, fetched, walk, row);
        let walks = self.walks(endpoint, fetched);
        let share = self.endpoints[endpoint].parent.is_none().then(|| {
            let all = walks.all.len() as u64 * self.long(endpoint, fetched);
            ordinal.saturating_mul(1_000_000) / all.max(1)
        });
        let mut made = fetched.variety.row(Turn { ordinal, share }, &self.known);
        if let Some(nth) = ordinal.checked_sub(fetched.variety.samples().len() as u64) {
            fetched.nested.iter().for_each(|nested| nested.vary(&mut made, nth));
        }
        if self.endpoints[endpoint].parent.is_some() || walks.all.len() > 1 {
            self.kin(endpoint, fetched).relate(&mut made, &walks.all[walk]);
        }
        if ordinal >= fetched.variety.samples().len() as u64 {
            self.to_this_day(endpoint, &mut made);
        }
        for at in &fetched.url_fields {
            if let Some(url) = get(&made, at).and_then(Value::as_str).and_then(|text| self.here(text)) {
                put(&mut made, at, Value::from(url));
            }
        }
        made
    }

    /// A URL of the API as one of the sandbox.
    fn here(&self, text: &str) -> Option<String> {
        let mut url = Url::parse(text).ok()?;
        url.set_scheme(self.base_url.scheme()).ok()?;
        url.set_host(self.base_url.host_str()).ok()?;
        url.set_port(self.base_url.port()).ok()?;
        Some(url.into())
    }
}

/// Whether each walk has exactly one row: its answer is one object, or a row above is asked for once more.
fn is_one_each(api: &Api, endpoint: usize, fetched: &Fetched) -> bool {
    matches!(fetched.sample.frame, Frame::Single(_))
        || (fetched.ask.batch.is_some() && api.kin(endpoint, fetched).same)
}
