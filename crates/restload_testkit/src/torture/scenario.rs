//! What is tortured: specs, each with the API that it reads.

use std::path::Path;
use std::sync::Arc;

use restload_fakes::{Api, Options};

use super::api::Running;
use super::lists::Lists;
use crate::leak::{HARD, HARD_ASCII as KEY};
use crate::network::certificate;

/// How large scenarios are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// A round takes a second or so.
    Small,
    /// Each fake at its usual size, and the big list has 200,000 rows.
    Full,
}

/// A spec and the API that it reads.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Its name in what is said of a round.
    pub name: String,
    /// The name of the spec.
    pub(super) spec: &'static str,
    pub(super) text: String,
    /// The path of the base URL.
    pub(super) path: &'static str,
    pub(super) serves: Serves,
    /// How many loads are made, one after the other; before each but the first the lists grow.
    pub(super) loads: u32,
    pub(super) moves: Moves,
    /// The key that the API takes.
    pub(super) key: &'static str,
    /// Whether the API is asked over TLS, with handshakes that fail among the faults.
    pub(super) secure: bool,
    /// How few kills are worth the time that a run takes.
    pub(super) heavy: bool,
}

/// Which API it is.
#[derive(Debug, Clone)]
pub(super) enum Serves {
    Fake(Api, Options),
    Lists { items: usize, groups: usize, teams: usize, members: usize, big: usize },
}

/// What happens to lists between a kill and the run that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moves {
    /// Nothing.
    No,
    /// Rows are added and change, before the last load at the latest: what stands there then is what must be found.
    Change,
    /// Rows are added: where changed rows are appended, a row that was read before its change stays.
    Add,
}

impl Scenario {
    pub(super) fn serve(&self) -> Result<Running, String> {
        match &self.serves {
            Serves::Fake(api, options) => Running::fake(*api, options),
            Serves::Lists { items, groups, teams, members, big } => {
                Ok(Running::Lists(Arc::new(Lists::new(*items, *groups, *teams, *members, *big))))
            }
        }
    }
}

/// The three dispositions, and what the lists may do under each.
const DISPOSITIONS: [(&str, &str, Moves); 3] = [
    ("merge", "primary_key: id", Moves::Change),
    ("replace", "write_disposition: replace", Moves::Change),
    (
        "append",
        "write_disposition: append, incremental: {cursor: updated, format: integer, start: 0, start_param: since}",
        Moves::Add,
    ),
];

/// All scenarios of a size. Those of the shipped specs need the folder that they are in.
pub fn scenarios(size: Size, specs: Option<&Path>) -> Result<Vec<Scenario>, String> {
    let mut all = Vec::new();
    for (disposition, keys, moves) in DISPOSITIONS {
        let list = |name: &str, resources: String, serves: Serves, loads: u32, moves: Moves| Scenario {
            name: format!("{name} {disposition}"),
            spec: "lists",
            text: lists_spec(&resources),
            path: "/",
            heavy: matches!(serves, Serves::Lists { big, .. } if big > 20_000),
            serves,
            loads,
            moves,
            key: HARD,
            secure: false,
        };
        let items = |items| Serves::Lists { items, groups: 0, teams: 0, members: 0, big: 0 };
        let (many, big) = if size == Size::Full { (400, 200_000) } else { (130, 6000) };
        all.push(list("links", links(keys), items(many), 2, Moves::No));
        all.push(list("moving pages", pages(keys), items(many), 3, moves));
        all.push(list("moving cursor", cursor(keys), items(many), 3, moves));
        let deep = if size == Size::Full { (4, 20, 45) } else { (3, 9, 25) };
        let deep = Serves::Lists { items: 0, groups: deep.0, teams: deep.1, members: deep.2, big: 0 };
        // Of each way to page one is gone over TLS too.
        let secure = match disposition {
            "merge" => list("moving pages over TLS", pages(keys), items(many), 3, moves),
            "replace" => list("three levels over TLS", three_levels(keys), deep.clone(), 2, moves),
            _ => list("links over TLS", links(keys), items(many), 2, Moves::No),
        };
        all.push(list("three levels", three_levels(keys), deep, 2, moves));
        all.push(over_tls(secure));
        let big = Serves::Lists { items: 0, groups: 0, teams: 0, members: 0, big };
        let keys = keys.replace(", start_param: since", "");
        all.push(list(
            "big",
            format!("  big: {{path: big, data_selector: rows, total: total, paginator: offset, {keys}}}\n"),
            big,
            1,
            Moves::No,
        ));
    }
    if let Some(specs) = specs {
        all.extend(shipped(size, specs)?);
    }
    Ok(all)
}

/// The same API with a certificate of the tests.
fn over_tls(plain: Scenario) -> Scenario {
    let authority = certificate("authority.pem").display().to_string();
    let client = format!("client:\n  tls: {{ca_file: {}}}", serde_json::Value::from(authority));
    Scenario { text: plain.text.replacen("client:", &client, 1), secure: true, ..plain }
}

fn lists_spec(resources: &str) -> String {
    format!(
        "version: 1\nname: lists\ninputs: {{api_key: {{secret: true, env: LISTS_API_KEY}}}}\nclient:\n  \
         base_url: http://127.0.0.1:1/\n  auth: {{type: api_key, in: query, name: key, api_key: '{{{{inputs.api_key}}}}'}}\n  \
         concurrency: 4\n  {RETRY}\nresources:\n{resources}"
    )
}

/// Waits that cost nothing.
const RETRY: &str = "retry: {attempts: 8, initial: 1ms, max: 4ms}";

fn links(keys: &str) -> String {
    format!(
        "  items: {{path: links, data_selector: rows, paginator: {{type: json_link, next: next}}, {keys}}}\n"
    )
}

fn pages(keys: &str) -> String {
    format!("  items: {{path: items, data_selector: rows, total: total, paginator: page_number, {keys}}}\n")
}

fn cursor(keys: &str) -> String {
    format!(
        "  items: {{path: items, data_selector: rows, paginator: {{type: cursor, next: next, start: '-0'}}, {keys}}}\n"
    )
}

/// Two levels without a table above the rows.
fn three_levels(keys: &str) -> String {
    let list = "data_selector: rows, total: total, paginator: page_number";
    format!(
        "  groups: {{path: groups, table: null, {list}}}\n  \
         teams: {{parent: groups, path: 'groups/{{{{parent.id}}}}/teams', table: null, {list}}}\n  \
         members: {{parent: teams, path: 'teams/{{{{parent.id}}}}/members', {list}, \
         add: {{team: '{{{{parent.id}}}}', group: '{{{{resources.groups.id}}}}'}}, {keys}}}\n"
    )
}

fn shipped(size: Size, specs: &Path) -> Result<Vec<Scenario>, String> {
    let tapfiliate = Options::new().key(KEY);
    let (tapfiliate, affinity) = match size {
        Size::Full => (tapfiliate, Options::new().key(KEY)),
        Size::Small => (tapfiliate.samples_only(), Options::new().key(KEY).samples_only()),
    };
    [
        ("tapfiliate", "/1.6/", Api::Tapfiliate, tapfiliate),
        ("affinity", "/", Api::Affinity, affinity),
        ("taplytics", "/", Api::Taplytics, Options::new().key(KEY)),
    ]
    .into_iter()
    .map(|(spec, path, api, options)| {
        let file = specs.join(format!("{spec}.yaml"));
        let text = std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let lines = text.lines().filter(|line| !line.starts_with("  retry:"));
        let lines = lines.flat_map(|line| match line {
            "client:" => vec![line.to_owned(), format!("  {RETRY}")],
            other => vec![other.to_owned()],
        });
        Ok(Scenario {
            name: spec.to_owned(),
            spec,
            text: lines.collect::<Vec<_>>().join("\n") + "\n",
            path,
            serves: Serves::Fake(api, options),
            loads: 1,
            moves: Moves::No,
            key: KEY,
            heavy: spec == "affinity",
            secure: false,
        })
    })
    .collect()
}
