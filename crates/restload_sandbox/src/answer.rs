//! From a request to its answer: whose request it is, whether it may be asked, which rows it gets.

use serde_json::{Value, json};
use url::form_urlencoded::byte_serialize;

use crate::api::{Api, Fetched};
use crate::asked::Asked;
use crate::auth;
use crate::draft::Draft;
use crate::form::Form;
use crate::paging::{Slice, UnknownCursor};

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Value,
    pub(crate) form: Form,
}

/// A request that is understood.
struct Meant<'a> {
    endpoint: usize,
    fetched: &'a Fetched,
    /// What tells the walk from others.
    key: String,
    combination: usize,
    rows: Rows,
}

/// The rows of an answer before it is paged.
enum Rows {
    /// All of one walk.
    Walk { walk: usize, count: u64 },
    /// Some of several walks: the walk and the place in it.
    Picked(Vec<(usize, u64)>),
}

impl Rows {
    fn count(&self) -> u64 {
        match self {
            Self::Walk { count, .. } => *count,
            Self::Picked(picked) => picked.len() as u64,
        }
    }

    fn at(&self, index: u64) -> Option<(usize, u64)> {
        match self {
            Self::Walk { walk, .. } => Some((*walk, index)),
            Self::Picked(picked) => picked.get(usize::try_from(index).ok()?).copied(),
        }
    }
}

impl Api {
    /// Answers a request; `origin` is what the client calls this server.
    pub(crate) fn answer(&self, asked: &Asked, origin: &str) -> Answer {
        let meant = self.understand(asked);
        let auth = meant.as_ref().map_or(&self.auth, |meant| &self.endpoints[meant.endpoint].plan.auth);
        if let Some(refusal) = auth::refusal(asked, auth) {
            let challenge = auth::challenge(auth).map(|challenge| ("WWW-Authenticate".to_owned(), challenge));
            return Answer { headers: challenge.into_iter().collect(), ..Answer::error(401, &refusal) };
        }
        let Some(meant) = meant else { return Answer::error(404, &self.why_not(asked)) };
        self.page(asked, &meant, origin).unwrap_or_else(|UnknownCursor| {
            Answer::error(400, "this cursor was not given out by this sandbox, or not for this list")
        })
    }

    /// The resource and the walk that a request belongs to: of several the one that says most about it.
    fn understand(&self, asked: &Asked) -> Option<Meant<'_>> {
        let mut best: Option<(i64, Meant<'_>)> = None;
        for (endpoint, fetched) in self.fetched().filter(|(_, fetched)| fetched.ask.method == asked.method) {
            if !fetched.ask.may_be(&asked.path) {
                continue;
            }
            let Some((fit, meant)) = self.meant(endpoint, fetched, asked) else { continue };
            if best.as_ref().is_none_or(|(known, _)| fit > *known) {
                best = Some((fit, meant));
            }
        }
        best.map(|(_, meant)| meant)
    }

    fn fetched(&self) -> impl Iterator<Item = (usize, &Fetched)> {
        let endpoints = self.endpoints.iter().enumerate();
        endpoints.filter_map(|(index, endpoint)| Some((index, endpoint.fetched.as_ref()?)))
    }

    fn meant<'a>(&'a self, endpoint: usize, fetched: &'a Fetched, asked: &Asked) -> Option<(i64, Meant<'a>)> {
        let keys = fetched.ask.keys(asked);
        let walks = self.walks(endpoint, fetched);
        let known: Vec<usize> = keys.iter().filter_map(|key| walks.by_key.get(key).copied()).collect();
        let Some(&first) = known.first() else {
            // Ids that nobody knows are left out, as APIs do, and not taken for a request of the whole list.
            let none = Meant {
                endpoint,
                fetched,
                key: String::new(),
                combination: 0,
                rows: Rows::Picked(Vec::new()),
            };
            return (!keys.is_empty() && fetched.ask.is_batch_at(asked))
                .then_some((fetched.ask.fit(asked), none));
        };
        let rows = if fetched.ask.batch.is_some() {
            let of_walk = |walk: usize| (0..self.count(endpoint, fetched, walk)).map(move |row| (walk, row));
            Rows::Picked(known.into_iter().flat_map(of_walk).collect())
        } else {
            Rows::Walk { walk: first, count: self.count(endpoint, fetched, first) }
        };
        let combination = walks.all[first].combination;
        Some((fetched.ask.fit(asked), Meant { endpoint, fetched, key: keys.concat(), combination, rows }))
    }

    fn page(&self, asked: &Asked, meant: &Meant<'_>, origin: &str) -> Result<Answer, UnknownCursor> {
        let Meant { endpoint, fetched, key, rows, .. } = meant;
        let each = &self.endpoints[*endpoint].plan.combinations[meant.combination].each;
        let slice = self.with_scopes(None, each, |scopes| {
            let issued = |cursor: &str| self.issued(*endpoint, key, cursor);
            fetched.paging.slice(asked, rows.count(), scopes, issued)
        })?;
        let made: Vec<Value> = slice
            .rows
            .clone()
            .filter_map(|index| rows.at(index))
            .map(|(walk, row)| self.row(*endpoint, fetched, walk, row))
            .collect();
        let last_row = made.last().cloned();
        let body = fetched.sample.with_rows(made, slice.rows.start);
        let mut draft = Draft { body, last_row, ..Draft::default() };
        fetched.paging.mark_next(&mut draft, &slice, |name, value, relative| {
            let url = own_url(asked, name, value);
            if relative { url } else { format!("{origin}{url}") }
        });
        self.remember(meant, &slice, draft.cursor);
        let format = self.endpoints[*endpoint].plan.fetch.as_ref().map(|fetch| &fetch.format);
        let form = format.map_or(Form::Json, Form::of);
        Ok(Answer { status: 200, headers: draft.headers, body: draft.body, form })
    }

    fn remember(&self, meant: &Meant<'_>, slice: &Slice, cursor: Option<String>) {
        if let Some(cursor) = cursor {
            self.issue(meant.endpoint, &meant.key, cursor, slice.rows.end);
        }
    }

    /// Why nothing is served for a request, in words for whoever tries by hand.
    fn why_not(&self, asked: &Asked) -> String {
        let base = self.base_url.path();
        if !asked.path.starts_with(base.trim_end_matches('/')) {
            return format!("all paths of this API begin with `{base}`");
        }
        let mut near = self.fetched().filter(|(_, fetched)| fetched.ask.may_be(&asked.path));
        match near.next() {
            Some((index, _)) => {
                let name = &self.endpoints[index].plan.name;
                format!(
                    "there is nothing at this path; `{name}` is the first resource that it could belong to"
                )
            }
            None => "there is nothing at this path, or its resource has no sample".to_owned(),
        }
    }
}

impl Answer {
    fn error(status: u16, message: &str) -> Self {
        let body = json!({"error": {"status": status, "message": message}});
        Self { status, headers: Vec::new(), body, form: Form::Json }
    }
}

/// The path and query of a request with one parameter changed; the others stay as they came.
fn own_url(asked: &Asked, name: &str, value: &str) -> String {
    let others = asked
        .raw_query
        .split('&')
        .filter(|pair| !pair.is_empty() && pair.split('=').next().is_none_or(|known| known != name));
    let changed = format!("{name}={}", byte_serialize(value.as_bytes()).collect::<String>());
    let pairs: Vec<&str> = others.chain([changed.as_str()]).collect();
    format!("{}?{}", asked.raw_path, pairs.join("&"))
}
