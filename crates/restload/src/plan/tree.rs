//! The resources of a plan as a tree: a line on each with its tables, one with its first request, one on its walks.

use restload_engine::paginate::Pace;
use restload_engine::run::{RequestPreview, RowPath};
use restload_spec::plan::{FormatPlan, TablePlan};
use serde_json::{Map, Value};

use super::human::shortened;
use super::overview::{ForEach, Overview, Sight};
use super::words;

/// The widest column of names; a longer name pushes what comes after it.
const NAMES: usize = 44;
/// The longest body or header that is shown whole.
const BODY_WIDTH: usize = 100;

/// Whether pages wait for the one in front of them.
pub(super) fn is_one_by_one(pace: Pace) -> bool {
    matches!(pace, Pace::CountUnknown | Pace::ByCursor | Pace::ByLink)
}

/// The lines of all resources, in the order in which they are read, children under their parents.
pub(super) fn draw(overview: &Overview<'_>, bold: impl Fn(&str) -> String) -> Vec<String> {
    let mut branches = Vec::new();
    for root in overview.roots() {
        grow(overview, root, "", "", &mut branches);
    }
    let width = |branch: &Branch<'_>| branch.front.chars().count() + branch.name.chars().count();
    let column = branches.iter().map(width).max().unwrap_or(0).min(NAMES);
    let mut lines = Vec::new();
    for branch in &branches {
        let room = column.saturating_sub(width(branch));
        let name = bold(branch.name);
        lines.push(format!("{}{name}{:room$}  {}", branch.front, "", branch.tables));
        lines.extend(branch.details.iter().map(|detail| format!("{}{detail}", branch.below)));
    }
    lines
}

/// A resource in the tree.
struct Branch<'a> {
    /// What stands before its name.
    front: String,
    name: &'a str,
    tables: String,
    /// What stands before its details.
    below: String,
    details: Vec<String>,
}

fn grow<'a>(
    overview: &'a Overview<'_>,
    index: usize,
    front: &str,
    trunk: &str,
    branches: &mut Vec<Branch<'a>>,
) {
    let sight = &overview.resources[index];
    let stem = if sight.children.is_empty() { "  " } else { "│ " };
    branches.push(Branch {
        front: front.to_owned(),
        name: &sight.plan.name,
        tables: tables(overview, sight),
        below: format!("{trunk}{stem}"),
        details: details(overview, sight),
    });
    for (n, &child) in sight.children.iter().enumerate() {
        let (bough, on) =
            if n + 1 == sight.children.len() { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        grow(overview, child, &format!("{trunk}{bough}"), &format!("{trunk}{on}"), branches);
    }
}

/// Where the rows of a resource go, or why it is read all the same.
fn tables(overview: &Overview<'_>, sight: &Sight<'_>) -> String {
    if let Some(first) = sight.tables.first() {
        let mut said = vec![table_names(&sight.tables), words::disposition(first.disposition).to_owned()];
        said.push(match first.primary_key.as_slice() {
            [] => "no key".to_owned(),
            key => format!("key {}", key.join(" + ")),
        });
        return said.join(", ");
    }
    if sight.combinations == Some(0) {
        return "not read: an empty list in `for_each`".to_owned();
    }
    let names = sight.children.iter().map(|&child| overview.resources[child].plan.name.clone());
    let why = if sight.null_table { "no table" } else { "not written" };
    match words::listed(names) {
        Some(names) => format!("{why}, read for {names}"),
        None => why.to_owned(),
    }
}

fn table_names(tables: &[&TablePlan]) -> String {
    let names = words::listed(tables.iter().map(|table| table.name.clone())).unwrap_or_default();
    format!("{} {names}", if tables.len() == 1 { "table" } else { "tables" })
}

fn details(overview: &Overview<'_>, sight: &Sight<'_>) -> Vec<String> {
    if sight.combinations == Some(0) {
        return Vec::new();
    }
    let mut lines = match &sight.preview.request {
        Some(Ok(request)) => request_lines(request),
        Some(Err(fault)) => vec![format!("its request cannot be made: {}", fault.message)],
        None => Vec::new(),
    };
    let facts = [
        cut_out(sight),
        paging(sight),
        walks(sight),
        for_each(sight),
        auth(overview, sight),
        found(sight),
        way(overview, sight),
    ];
    lines.push(facts.into_iter().flatten().collect::<Vec<_>>().join(" · "));
    lines
}

fn request_lines(request: &RequestPreview) -> Vec<String> {
    let mut lines = vec![format!("{} {}", request.method, request.url)];
    let one_line = |text: &str| shortened(&text.replace(['\n', '\r', '\t'], " "), BODY_WIDTH);
    lines.extend(request.headers.iter().map(|(name, value)| format!("{name}: {}", one_line(value))));
    lines.extend(request.body.iter().map(|(kind, content)| match kind.as_str() {
        "application/json" => one_line(content),
        kind => format!("{} ({kind})", one_line(content)),
    }));
    lines
}

/// Where the rows of a resource without a path are.
fn cut_out(sight: &Sight<'_>) -> Option<String> {
    if sight.plan.fetch.is_some() {
        return None;
    }
    Some(match words::selector(sight.plan) {
        "$" => "no request: the rows of its parent".to_owned(),
        "auto" => "no request: in the rows of its parent".to_owned(),
        path => format!("no request: at {path} in the rows of its parent"),
    })
}

fn paging(sight: &Sight<'_>) -> Option<String> {
    let kind = words::paginator(sight.plan.fetch.as_ref()?);
    let pace = sight.preview.pace?;
    Some(match pace {
        Pace::OnePage => kind.to_owned(),
        Pace::FoundOut => format!("{kind}, found out on the first answer"),
        pace if pace.is_ahead() => format!("{kind}, ahead: {}", words::why_pace(pace, sight.plan)),
        _ => format!("{kind}, one by one"),
    })
}

fn walks(sight: &Sight<'_>) -> Option<String> {
    sight.plan.fetch.as_ref()?;
    let parent = sight.plan.parent.as_ref()?;
    Some(match parent.batch {
        Some(rows) => format!("a walk for every {rows} rows"),
        None => "a walk for each row".to_owned(),
    })
}

fn for_each(sight: &Sight<'_>) -> Option<String> {
    let each = sight.for_each.as_ref()?;
    let names = each.names.join(" and ");
    let Some(count) = sight.combinations else {
        return Some(format!("a walk for each {names}, of a list that is missing"));
    };
    let more = count.saturating_sub(each.first.len());
    let first: Vec<String> = each.first.iter().map(|values| combination(each, values)).collect();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let walks = if count == 1 { "a walk".to_owned() } else { format!("{count} walks") };
    Some(format!("{walks} for each {names}: {}{more}", first.join(", ")))
}

/// The values of a combination; with their names where there are several.
fn combination(each: &ForEach, values: &Map<String, Value>) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match each.names.as_slice() {
        [one] if values.len() == 1 => values.get(one).map(text).unwrap_or_default(),
        _ => {
            values.iter().map(|(name, value)| format!("{name}={}", text(value))).collect::<Vec<_>>().join(" ")
        }
    }
}

/// The auth of a resource that has one of its own.
fn auth(overview: &Overview<'_>, sight: &Sight<'_>) -> Option<String> {
    let own = sight.plan.fetch.is_some() && sight.plan.auth != overview.plan.client.auth;
    own.then(|| words::auth_sentence(&sight.plan.auth))
}

/// Where the rows are, if that is not written.
fn found(sight: &Sight<'_>) -> Option<String> {
    let is_auto = words::selector(sight.plan) == "auto";
    let found = match sight.plan.fetch.as_ref().map(|fetch| &fetch.format) {
        Some(FormatPlan::Lines) => "a row on each line of JSON",
        Some(FormatPlan::Csv(_)) => "rows of CSV",
        Some(FormatPlan::ByContentType | FormatPlan::Json) | None => {
            "rows where `auto` finds them in the first answer"
        }
    };
    is_auto.then(|| found.to_owned())
}

/// The way of the rows, where it is not that of most.
fn way(overview: &Overview<'_>, sight: &Sight<'_>) -> Option<String> {
    match sight.preview.row_path {
        RowPath::Values => Some(format!("DOM: {}", words::why_row_path(sight))),
        _ if sight.preview.whole_body => Some(format!("DOM: {}", words::WHOLE_BODY)),
        RowPath::RowByRow if sight.plan.fetch.is_some() => {
            let children = sight.children.iter().map(|&child| &overview.resources[child]);
            let inner =
                children.filter(|child| child.plan.fetch.is_none()).map(|child| child.plan.name.clone());
            Some(format!("row by row, for {}", words::listed(inner).unwrap_or_default()))
        }
        RowPath::OnePass | RowPath::RowByRow => None,
    }
}
