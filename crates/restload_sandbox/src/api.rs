//! The API that is faked: its resources, each with a sample, and how their rows come about.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use jiff::Timestamp;
use restload_spec::plan::{AuthPlan, Inputs, ResourcePlan};
use restload_spec::{Hole, Scopes};
use serde_json::Value;
use url::Url;

use crate::ask::Ask;
use crate::increment::Within;
use crate::kin::Kin;
use crate::nested::Nested;
use crate::paging::Paging;
use crate::sample::Sample;
use crate::steps::At;
use crate::tokens::Giver;
use crate::vary::{Known, Variety};

/// An API, faked.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) base_url: Url,
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) inputs: Inputs,
    /// The inputs that are no secrets, as programs see them.
    pub(crate) inputs_json: Vec<u8>,
    /// What a run says of itself; never what a real run says.
    pub(crate) run: Value,
    pub(crate) known: Known,
    /// What a request for nothing that is known has to carry.
    pub(crate) auth: AuthPlan,
    /// The places that give out tokens.
    pub(crate) givers: Vec<Giver>,
    /// Rows of a list.
    pub(crate) rows: u64,
    pub(crate) seed: u64,
    /// When it began.
    pub(crate) now: Timestamp,
    /// Rows within a range: the resource, the walk and the range, with the rows.
    within: Mutex<HashMap<(usize, usize, String), Within>>,
    /// Cursors that stood in rows: the resource, the walk and the cursor, with the rows before it.
    issued: Mutex<HashMap<(usize, String, String), u64>>,
}

/// What an API is made of.
pub(crate) struct Parts {
    pub(crate) base_url: Url,
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) known: Known,
    pub(crate) inputs: Inputs,
    pub(crate) auth: AuthPlan,
    pub(crate) rows: u64,
    pub(crate) seed: u64,
    pub(crate) now: Timestamp,
}

/// A resource.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) plan: ResourcePlan,
    pub(crate) parent: Option<usize>,
    /// How it is asked for and answered; none without a path, or without a sample where nobody reads it.
    pub(crate) fetched: Option<Fetched>,
    pub(crate) contexts: OnceLock<Vec<Arc<Context>>>,
}

/// A resource that is asked for.
#[derive(Debug)]
pub(crate) struct Fetched {
    pub(crate) ask: Ask,
    pub(crate) sample: Sample,
    pub(crate) variety: Variety,
    pub(crate) paging: Paging,
    /// What differs from walk to walk, with the names that its place gives it.
    pub(crate) holes: Vec<(Hole, Vec<String>)>,
    /// Lists in its rows that become tables of their own.
    pub(crate) nested: Vec<Nested>,
    /// Fields that children take for the whole URL of a request.
    pub(crate) url_fields: Vec<At>,
    pub(crate) walks: OnceLock<Walks>,
    pub(crate) kin: OnceLock<Kin>,
}

/// The walks of a resource, in the order of the rows above.
#[derive(Debug, Default)]
pub(crate) struct Walks {
    pub(crate) all: Vec<Walk>,
    pub(crate) by_key: HashMap<String, usize>,
}

/// One walk: for a row above and a combination. Of a batch each row is one.
#[derive(Debug)]
pub(crate) struct Walk {
    pub(crate) parent: Option<Arc<Context>>,
    pub(crate) combination: usize,
    /// The values of the holes, in their order; null where one is missing.
    pub(crate) values: Vec<Value>,
}

/// A row as those below it see it.
#[derive(Debug)]
pub(crate) struct Context {
    /// The resource.
    pub(crate) endpoint: usize,
    pub(crate) combination: usize,
    /// As it came.
    pub(crate) raw: Arc<Value>,
    /// After its transform.
    pub(crate) row: Arc<Value>,
    /// With the columns that are added.
    pub(crate) seen: Arc<Value>,
    pub(crate) parent: Option<Arc<Context>>,
}

impl Context {
    /// The row and those above it, nearest first.
    pub(crate) fn lineage(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |context| context.parent.as_deref())
    }
}

impl Api {
    pub(crate) fn new(parts: Parts) -> Self {
        let Parts { base_url, endpoints, known, inputs, auth, rows, seed, now } = parts;
        let plain = inputs.iter().filter(|(_, input)| !input.secret);
        let plain: serde_json::Map<String, Value> =
            plain.map(|(name, input)| (name.to_owned(), input.value.clone())).collect();
        let mut givers: Vec<Giver> = Vec::new();
        for auth in endpoints.iter().map(|endpoint| &endpoint.plan.auth).chain([&auth]) {
            if givers.iter().all(|known| known.auth != *auth) {
                givers.extend(Giver::of(auth));
            }
        }
        Self {
            base_url,
            endpoints,
            givers,
            inputs_json: Value::Object(plain).to_string().into_bytes(),
            run: serde_json::json!({"id": "sandbox", "started_at": "2026-01-01T00:00:00Z"}),
            inputs,
            known,
            auth,
            rows,
            seed,
            now,
            within: Mutex::default(),
            issued: Mutex::default(),
        }
    }

    /// Calls `act` with what the templates of a resource see below a row.
    pub(crate) fn with_scopes<T>(
        &self,
        parent: Option<&Context>,
        each: &Value,
        act: impl FnOnce(&Scopes<'_>) -> T,
    ) -> T {
        let resources: Vec<(&str, &Value)> = parent
            .into_iter()
            .flat_map(Context::lineage)
            .map(|context| (self.endpoints[context.endpoint].plan.name.as_str(), &*context.seen))
            .collect();
        act(&Scopes {
            inputs: &self.inputs,
            parent: parent.map(|parent| &*parent.seen),
            resources: &resources,
            each: Some(each),
            run: Some(&self.run),
            ..Scopes::default()
        })
    }

    /// The lists that were asked for by a range.
    pub(crate) fn ranges(&self) -> MutexGuard<'_, HashMap<(usize, usize, String), Within>> {
        self.within.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers a cursor that stood in a row.
    pub(crate) fn issue(&self, endpoint: usize, walk: &str, cursor: String, rows: u64) {
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        issued.insert((endpoint, walk.to_owned(), cursor), rows);
    }

    /// The rows before a cursor that was sent.
    pub(crate) fn issued(&self, endpoint: usize, walk: &str, cursor: &str) -> Option<u64> {
        let issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        issued.get(&(endpoint, walk.to_owned(), cursor.to_owned())).copied()
    }
}
