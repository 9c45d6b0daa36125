//! Lists in memory that grow and move, for the scenarios that the fakes of real APIs have no room for.

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use crate::faults::{Asked, Chance, Reply};
use crate::leak::HARD;

/// Rows of a page of a list.
const PAGE: usize = 20;
/// Rows of a page of the big list.
const BIG_PAGE: usize = 1000;

/// A row as it is now.
#[derive(Debug, Clone, Copy)]
struct Row {
    id: u64,
    revision: u64,
    updated: u64,
}

/// What the API holds.
#[derive(Debug)]
pub(super) struct Lists(Mutex<State>);

#[derive(Debug)]
struct State {
    /// Newest first.
    items: Vec<Row>,
    /// The members of each team; a team is its place, and stands in group `team % groups`.
    teams: Vec<Vec<Row>>,
    groups: usize,
    big: usize,
    /// The time of the API, in steps.
    now: u64,
    /// Cursors of another age are refused.
    age: u64,
}

impl Lists {
    pub(super) fn new(items: usize, groups: usize, teams: usize, members: usize, big: usize) -> Self {
        let mut state =
            State { items: Vec::new(), teams: vec![Vec::new(); teams], groups, big, now: 0, age: 0 };
        for _ in 0..items {
            state.add_item();
        }
        for team in 0..teams {
            for _ in 0..members {
                state.add_member(team);
            }
        }
        Self(Mutex::new(state))
    }

    /// The list as time goes by: rows are added, in front where the newest are, and others change where they may.
    pub(super) fn grow(&self, chance: &mut Chance, may_change: bool) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..=chance.below(30) {
            state.add_item();
        }
        let teams = state.teams.len() as u64;
        for _ in 0..=chance.below(10) {
            let team = usize::try_from(chance.below(teams)).unwrap_or_default();
            if teams > 0 {
                state.add_member(team);
            }
        }
        if may_change {
            for _ in 0..chance.below(12) {
                let at = usize::try_from(chance.below(state.items.len() as u64)).unwrap_or_default();
                state.now += 1;
                let now = state.now;
                if let Some(row) = state.items.get_mut(at) {
                    row.revision += 1;
                    row.updated = now;
                }
            }
        }
        if chance.percent(50) {
            state.age += 1;
        }
    }

    /// The items as they are now, one JSON object each, as they would be read back.
    pub(super) fn items(&self) -> Vec<String> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.items.iter().map(|row| row.json("item")).collect()
    }

    pub(super) fn answer(&self, asked: &Asked) -> Reply {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (path, query) = asked.target.split_once('?').unwrap_or((&asked.target, ""));
        let param = |name: &str| {
            query
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .find(|pair| pair.0 == name)
                .map(|pair| pair.1)
        };
        let number = |name: &str| param(name).and_then(|value| value.parse::<usize>().ok());
        let since = number("since").unwrap_or(0) as u64;
        let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
        match segments.as_slice() {
            ["items"] if param("cursor").is_some() => {
                state.by_cursor(param("cursor").unwrap_or_default(), since, asked)
            }
            ["items"] => {
                let rows = new_rows(&state.items, since);
                let page = number("page").unwrap_or(1).max(1);
                paged(&rows, (page - 1) * PAGE, "item", "null")
            }
            ["links"] => {
                let rows = new_rows(&state.items, since);
                let page = number("page").unwrap_or(1).max(1);
                paged(&rows, (page - 1) * PAGE, "item", &next_link(asked, page, page * PAGE < rows.len()))
            }
            ["groups"] => {
                let groups = (0..state.groups).map(|id| format!("{{\"id\":{id},\"name\":\"group {id}\"}}"));
                listed(groups.collect(), number("page"))
            }
            ["groups", group, "teams"] => {
                let of_group = |team: &usize| group.parse() == Ok(team % state.groups.max(1));
                let teams = (0..state.teams.len()).filter(of_group);
                listed(
                    teams.map(|team| format!("{{\"id\":{team},\"size\":{}}}", team * 3)).collect(),
                    number("page"),
                )
            }
            ["teams", team, "members"] => {
                let members = team.parse::<usize>().ok().and_then(|team| state.teams.get(team));
                let rows = new_rows(members.map_or(&[], Vec::as_slice), since);
                paged(&rows, (number("page").unwrap_or(1).max(1) - 1) * PAGE, "member", "null")
            }
            ["big"] => {
                let from = number("offset").unwrap_or(0).min(state.big);
                let until = (from + BIG_PAGE).min(state.big);
                let mut body = format!("{{\"total\":{},\"rows\":[", state.big);
                for id in from..until {
                    let comma = if id == from { "" } else { "," };
                    let _ = write!(
                        body,
                        "{comma}{{\"id\":{id},\"updated\":{id},\"name\":\"row {id}\",\"half\":{}.5,\"even\":{}}}",
                        id / 2,
                        id % 2 == 0
                    );
                }
                body.push_str("]}");
                Reply::json(body)
            }
            _ => Reply::error(404, r#"{"error":"no such list"}"#),
        }
    }
}

impl State {
    fn add_item(&mut self) {
        self.now += 1;
        let row = Row { id: self.items.len() as u64, revision: 0, updated: self.now };
        self.items.insert(0, row);
    }

    fn add_member(&mut self, team: usize) {
        self.now += 1;
        let members = &mut self.teams[team];
        let id = (team * 100_000 + members.len()) as u64;
        members.insert(0, Row { id, revision: 0, updated: self.now });
    }

    /// The oldest first, by a token that is worth nothing once the list has grown older.
    fn by_cursor(&self, cursor: &str, since: u64, asked: &Asked) -> Reply {
        let (age, from) = cursor.split_once('-').unwrap_or(("", "0"));
        if !age.is_empty() && age.parse() != Ok(self.age) {
            // It says all that it was asked, the key included.
            let said =
                serde_json::json!({"error": "the cursor has expired", "asked": asked.target, "key": HARD});
            return Reply::error(400, said.to_string());
        }
        let mut rows = new_rows(&self.items, since);
        rows.sort_by_key(|row| (row.updated, row.id));
        let from = from.parse::<usize>().unwrap_or(0).min(rows.len());
        let until = (from + PAGE).min(rows.len());
        let page: Vec<String> = rows[from..until].iter().map(|row| row.json("item")).collect();
        let next = if until < rows.len() { format!("\"{}-{until}\"", self.age) } else { "null".to_owned() };
        Reply::json(format!("{{\"rows\":[{}],\"next\":{next}}}", page.join(",")))
    }
}

impl Row {
    fn json(&self, of: &str) -> String {
        let Self { id, revision, updated } = self;
        format!("{{\"id\":{id},\"revision\":{revision},\"updated\":{updated},\"name\":\"{of} {id}\"}}")
    }
}

fn new_rows(rows: &[Row], since: u64) -> Vec<Row> {
    rows.iter().filter(|row| row.updated >= since).copied().collect()
}

fn paged(rows: &[Row], from: usize, of: &str, next: &str) -> Reply {
    let page: Vec<String> = rows.iter().skip(from).take(PAGE).map(|row| row.json(of)).collect();
    Reply::json(format!("{{\"total\":{},\"rows\":[{}],\"next\":{next}}}", rows.len(), page.join(",")))
}

/// A whole URL with all that was asked, the key included, as careless APIs make it.
fn next_link(asked: &Asked, page: usize, goes_on: bool) -> String {
    let (path, query) = asked.target.split_once('?').unwrap_or((&asked.target, ""));
    let kept = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("page="));
    let query: Vec<String> = kept.map(str::to_owned).chain([format!("page={}", page + 1)]).collect();
    let host = asked.header("host").unwrap_or_default();
    let scheme = asked.header("x-forwarded-proto").unwrap_or_else(|| "http".to_owned());
    if goes_on { format!("\"{scheme}://{host}{path}?{}\"", query.join("&")) } else { "null".to_owned() }
}

/// A list of a few rows in pages of its own.
fn listed(rows: Vec<String>, page: Option<usize>) -> Reply {
    const FEW: usize = 3;
    let (total, from) = (rows.len(), (page.unwrap_or(1).max(1) - 1) * FEW);
    let rows: Vec<String> = rows.into_iter().skip(from).take(FEW).collect();
    Reply::json(format!("{{\"total\":{total},\"rows\":[{}]}}", rows.join(",")))
}
