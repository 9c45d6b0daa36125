//! A plan for people: what it is, its inputs, its resources as a tree, and once for all resources why pages follow each
//! other as they do, what runs side by side, what the run starts from and what it writes.

use std::collections::BTreeMap;

use restload_engine::run::RowPath;
use serde_json::Value;

use super::inputs::Given;
use super::overview::{Overview, Sight};
use super::state::State;
use super::{tree, words};
use crate::figures::{counted, rows};

const BOLD: &str = "\u{1b}[1m";
const PLAIN: &str = "\u{1b}[0m";

/// The longest value of an input that is shown whole.
const VALUE_WIDTH: usize = 60;

/// Writes a plan, in bold where there are colors.
pub(super) fn write(overview: &Overview<'_>, color: bool) -> String {
    let page = Page { overview, color };
    let sections = [
        page.head(),
        page.section("inputs", &page.inputs()),
        page.section("resources", &tree::draw(overview, |name| page.bold(name))),
        page.section("pages one by one", &page.one_by_one()),
        page.section("rows", &page.row_paths()),
        page.section("side by side", &page.side_by_side()),
        page.section("starts from", &page.state()),
        page.section("writes", &page.files()),
    ];
    let text = sections.into_iter().filter(|section| !section.is_empty()).collect::<Vec<_>>().join("\n");
    overview.lift(&text)
}

struct Page<'a> {
    overview: &'a Overview<'a>,
    color: bool,
}

impl Page<'_> {
    fn bold(&self, text: &str) -> String {
        if self.color { format!("{BOLD}{text}{PLAIN}") } else { text.to_owned() }
    }

    fn section(&self, heading: &str, lines: &[String]) -> String {
        if lines.is_empty() {
            return String::new();
        }
        format!("{}\n  {}\n", self.bold(heading), lines.join("\n  "))
    }

    fn head(&self) -> String {
        let plan = self.overview.plan;
        let client = &plan.client;
        format!(
            "{}: {}, {}, at most {} at a time\n",
            self.bold(&plan.name),
            words::base_url(client),
            words::auth_sentence(&client.auth),
            counted(client.concurrency as u64, "request", "requests"),
        )
    }

    fn inputs(&self) -> Vec<String> {
        let lines = self.overview.bound.said.iter().map(|said| match &said.value {
            Given::Value { value, from } => {
                let from = match words::origin(from) {
                    "default" => "default".to_owned(),
                    from => format!("from {from}"),
                };
                [said.name.clone(), shown(value), from]
            }
            Given::NotRequired => [said.name.clone(), "none".to_owned(), "not required".to_owned()],
            Given::Missing { looked_at, stand_in } => {
                let stands_in = stand_in.as_ref().map(|value| format!("; {} stands in for it", shown(value)));
                let looked_at = format!("looked at {looked_at}{}", stands_in.unwrap_or_default());
                [said.name.clone(), "missing".to_owned(), looked_at]
            }
        });
        aligned(&lines.collect::<Vec<_>>())
    }

    /// Why pages are not asked for ahead, a line for each kind of paginator.
    fn one_by_one(&self) -> Vec<String> {
        let mut reasons: BTreeMap<&str, String> = BTreeMap::new();
        for sight in &self.overview.resources {
            if let (Some(fetch), Some(pace)) = (&sight.plan.fetch, sight.preview.pace)
                && tree::is_one_by_one(pace)
            {
                reasons.insert(words::paginator(fetch), words::why_pace(pace, sight.plan));
            }
        }
        let lines: Vec<_> = reasons.into_iter().map(|(kind, why)| [kind.to_owned(), why]).collect();
        aligned(&lines)
    }

    fn row_paths(&self) -> Vec<String> {
        let asks = |way: RowPath| {
            let mut fetched = self.overview.resources.iter().filter(|sight| sight.plan.fetch.is_some());
            fetched.any(|sight| sight.preview.row_path == way)
        };
        let values =
            |sight: &Sight<'_>| sight.preview.row_path == RowPath::Values || sight.preview.whole_body;
        let mut lines = vec!["in one pass over the text of an answer into columns".to_owned()];
        if asks(RowPath::RowByRow) {
            lines.push("row by row: each is found in one pass, and read into columns in another".to_owned());
        }
        if self.overview.resources.iter().any(values) {
            lines.push("DOM: values are built in memory first".to_owned());
        }
        lines
    }

    fn side_by_side(&self) -> Vec<String> {
        let overview = self.overview;
        let asks = |sight: &&Sight<'_>| sight.plan.fetch.is_some() && sight.combinations != Some(0);
        let roots = overview.roots().map(|index| &overview.resources[index]).filter(asks).count();
        let sights = || overview.resources.iter().filter(asks);
        let children = sights().any(|sight| sight.plan.parent.is_some());
        let several = sights().any(|sight| sight.plan.parent.is_none() && sight.combinations != Some(1));
        let ahead =
            sights().any(|sight| sight.preview.pace.is_some_and(restload_engine::paginate::Pace::is_ahead));
        if overview.plan.client.concurrency == 1 {
            return vec!["nothing: one request at a time (`concurrency`)".to_owned()];
        }
        let mut lines = Vec::new();
        if roots > 1 {
            lines.push(format!(
                "the {roots} resources that ask without a parent: none needs the rows of another"
            ));
        }
        if several {
            lines.push("the walks of a `for_each`".to_owned());
        }
        if children {
            lines.push(
                "the walks of children, as the rows of their parents come; the deepest goes first".to_owned(),
            );
        }
        if ahead {
            lines.push("pages that are asked for ahead; they are written in their order".to_owned());
        }
        if lines.is_empty() {
            lines.push("nothing: there is one walk, and its pages come one by one".to_owned());
        }
        lines
    }

    fn state(&self) -> Vec<String> {
        match &self.overview.state {
            State::Nothing => vec!["nothing: no load was committed yet".to_owned()],
            State::Refused(why) => vec![format!("a run would be refused: {why}")],
            State::Loaded(record) => {
                let tables = record.tables.iter().map(|(name, table)| [name.clone(), rows(table.rows)]);
                let tables = aligned(&tables.collect::<Vec<_>>());
                let at = record.finished_at.strftime("%Y-%m-%d %H:%M:%S UTC");
                let load = format!("load {} of {at}, number {}", record.load, record.sequence.0);
                std::iter::once(load).chain(tables.into_iter().map(|table| format!("  {table}"))).collect()
            }
        }
    }

    fn files(&self) -> Vec<String> {
        let tables = self.overview.plan.tables.len() as u64;
        let pattern = self.overview.file_pattern();
        vec![format!("{}, for {}", pattern.display(), counted(tables, "table", "tables"))]
    }
}

/// A value on one line.
fn shown(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    shortened(&text.replace(['\n', '\r', '\t'], " "), VALUE_WIDTH)
}

/// The start of a text that is too long.
pub(super) fn shortened(text: &str, width: usize) -> String {
    match text.char_indices().nth(width) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Lines with their cells in columns; what stands last in a line takes no room of a column.
fn aligned<const N: usize>(lines: &[[String; N]]) -> Vec<String> {
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(width).collect();
    let line = |line: &[String; N]| {
        let cells = line.iter().zip(&widths).map(|(cell, &width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    lines.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_long_value_is_cut_between_characters() {
        assert_eq!(shortened("äöü", 3), "äöü");
        assert_eq!(shortened("äöüß", 3), "äöü…");
        assert_eq!(shown(&json!("a\nb")), "a b");
        assert_eq!(shown(&json!([1, "a"])), r#"[1,"a"]"#);
    }

    #[test]
    fn cells_stand_in_columns() {
        let lines = [["a", "bcd"], ["aaa", "é"]].map(|line| line.map(str::to_owned));
        assert_eq!(aligned(&lines), ["a    bcd", "aaa  é"]);
    }
}
