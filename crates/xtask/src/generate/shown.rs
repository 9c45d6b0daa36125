//! `docs/reference/paginators.md`, `auth.md` and `resolve.md`: each kind with the smallest case that shows it.

use super::markdown::Page;
use crate::suite::{CASES, Case, Cell};

/// A page.
struct Shown {
    file: &'static str,
    title: &'static str,
    introduction: &'static str,
    /// The areas whose cases are taken.
    areas: &'static [&'static str],
    parts: &'static [Part],
}

/// A section: its heading, what it is, and what a case has to use for it, each as `key` or `key = word` of a map.
struct Part {
    heading: &'static str,
    text: &'static str,
    uses: &'static [(&'static str, &'static str, &'static str)],
    /// What the case must not use: keys of a resource.
    without: &'static [&'static str],
}

const fn part(
    heading: &'static str,
    text: &'static str,
    uses: &'static [(&'static str, &'static str, &'static str)],
) -> Part {
    Part { heading, text, uses, without: &[] }
}

const PAGES: [Shown; 3] = [
    Shown {
        file: "docs/reference/paginators.md",
        title: "Paginators by example",
        introduction: "Each kind of paging with the smallest spec that shows it, the answers of an API, and the rows that are left. What each \
key means stands in [the keys of a spec](spec.md#kinds-of-paginator).",
        areas: &["paginate", "total"],
        parts: &[
            part(
                "auto",
                "The first answer tells how the list goes on. What was found is printed, and kept for the load.",
                &[("a paginator of type auto", "type", "auto")],
            ),
            part("single_page", "The answer is all there is.", &[("a resource", "paginator", "single_page")]),
            part("page_number", "Pages are counted.", &[("a resource", "paginator", "page_number")]),
            part(
                "offset",
                "Rows are counted: the next request begins where the rows received end.",
                &[("a resource", "paginator", "offset")],
            ),
            part(
                "cursor",
                "Each answer holds the mark that the next request sends back.",
                &[("a paginator of type cursor", "type", "cursor")],
            ),
            part(
                "header_link",
                "The header `Link` holds the URL of the next page.",
                &[("a resource", "paginator", "header_link")],
            ),
            part(
                "json_link",
                "The answer holds the URL of the next page.",
                &[("a paginator of type json_link", "type", "json_link")],
            ),
        ],
    },
    Shown {
        file: "docs/reference/auth.md",
        title: "Auth by example",
        introduction: "Each kind of auth with the smallest spec that shows it and the requests that it makes. What each key means stands in \
[the keys of a spec](spec.md#kinds-of-auth).",
        areas: &["auth"],
        parts: &[
            part("none", "No credentials are sent.", &[("an auth of type none", "type", "none")]),
            part(
                "bearer",
                "A token in the header `Authorization`.",
                &[("an auth of type bearer", "type", "bearer")],
            ),
            part(
                "api_key",
                "A key in a header, the query or a cookie.",
                &[("an auth of type api_key", "type", "api_key")],
            ),
            part("basic", "A user and a password.", &[("an auth of type basic", "type", "basic")]),
            part(
                "oauth2",
                "A token that an endpoint gives, one for the whole run, renewed before it expires.",
                &[("an auth of type oauth2", "type", "oauth2")],
            ),
            part(
                "session",
                "A login gives a token, which goes out with each request.",
                &[("an auth of type session", "type", "session")],
            ),
        ],
    },
    Shown {
        file: "docs/reference/resolve.md",
        title: "Parents by example",
        introduction: "How rows of one resource become requests, or rows, of another: each way with the smallest spec that shows it. What \
each key means stands in [the keys of a spec](spec.md#the-parent).",
        areas: &["parents"],
        parts: &[
            Part {
                without: &["for_each", "on_missing_parent", "table"],
                ..part(
                    "A walk for each row",
                    "The request of a child holds values of a row above.",
                    &[("a resource", "parent", ""), ("a resource", "path", "")],
                )
            },
            part(
                "A request for many rows",
                "A batch of rows goes into one request.",
                &[("parent", "batch", "")],
            ),
            Part {
                without: &["parent"],
                ..part(
                    "A walk for each value",
                    "One walk for each value that is written, or comes from an input.",
                    &[("a resource", "for_each", "")],
                )
            },
            part(
                "Values times rows",
                "`for_each` beside a parent multiplies.",
                &[("a resource", "for_each", ""), ("a resource", "parent", "")],
            ),
            part(
                "Rows within rows",
                "A resource without a path takes its rows out of those of its parent; no request is made.",
                &[("a resource", "parent", ""), ("a resource", "data_selector", "")],
            ),
            part(
                "Rows without the value",
                "A row that lacks what the request needs is left out, and counted.",
                &[("a resource", "on_missing_parent", "skip")],
            ),
            part(
                "Read once, cut into tables",
                "A resource without a table is read for others only.",
                &[("a resource", "table", ""), ("a resource", "parent", "")],
            ),
        ],
    },
];

/// The pages, by their path from the root.
pub(super) fn pages(cases: &[Case]) -> impl Iterator<Item = (String, String)> {
    PAGES.iter().map(|shown| (shown.file.to_owned(), write(shown, cases)))
}

fn write(shown: &Shown, cases: &[Case]) -> String {
    let mut page = Page::made("the cases of `tests/cases`");
    page.heading(1, shown.title);
    page.block(shown.introduction);
    for part in shown.parts {
        page.heading(2, &heading(part));
        page.block(part.text);
        if let Some(case) = smallest(shown, part, cases) {
            write_case(&mut page, case);
        }
    }
    page.finish()
}

/// The word of a kind is code.
fn heading(part: &Part) -> String {
    let is_word = part.heading.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if is_word { format!("`{}`", part.heading) } else { part.heading.to_owned() }
}

/// The case of one load that says least, and uses all of this, and leaves rows without a fault.
fn smallest<'c>(shown: &Shown, part: &Part, cases: &'c [Case]) -> Option<&'c Case> {
    let fits = |case: &&Case| {
        let has = |path: &str| case.files.contains_key(path);
        shown.areas.contains(&case.area())
            && !has("want/exit")
            && !case.files.keys().any(|path| path.starts_with("second/"))
            && has("exchanges.yaml")
            && rows(case).any(|(_, text)| !text.is_empty())
            && part.uses.iter().all(|used| case.uses.iter().any(|cell| is_cell(cell, used)))
            && !part
                .without
                .iter()
                .any(|key| case.uses.iter().any(|cell| cell.map == "a resource" && cell.key == *key))
    };
    cases.iter().filter(fits).min_by_key(|case| (case.uses.len(), case.size(), &case.name))
}

fn is_cell(cell: &Cell, (map, key, word): &(&str, &str, &str)) -> bool {
    cell.map.replace('`', "") == *map && cell.key == *key && cell.word.unwrap_or_default() == *word
}

/// The rows that a case leaves, by table.
fn rows(case: &Case) -> impl Iterator<Item = (&str, &str)> {
    let files = case.files.iter();
    files
        .filter_map(|(path, text)| Some((path.strip_prefix("want/")?.strip_suffix(".jsonl")?, text.as_str())))
}

fn write_case(page: &mut Page, case: &Case) {
    page.block(case.shows());
    let text = |path: &str| case.files.get(path).map(String::as_str);
    let spec = text("spec.yaml").and_then(|spec| spec.split_once('\n')).map_or("", |(_, spec)| spec);
    page.block(&fence("yaml", spec));
    if let Some(environment) = text("env.yaml") {
        page.block("With this in the environment:");
        page.block(&fence("text", environment));
    }
    page.block("What is asked, and answered:");
    page.block(&fence("text", text("exchanges.yaml").unwrap_or_default()));
    for (table, rows) in rows(case) {
        let rows: Vec<&str> = rows.lines().filter(|line| !line.starts_with('#')).collect();
        page.block(&format!("The rows of `{table}`:"));
        page.block(&fence("json", &rows.join("\n")));
    }
    page.block(&format!("[The case](../../{CASES}/{})", case.name));
}

fn fence(language: &str, text: &str) -> String {
    format!("```{language}\n{}\n```", text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::read_cases;

    #[test]
    fn each_kind_is_shown_by_a_case() {
        let cases = read_cases(&crate::root());
        for shown in &PAGES {
            for part in shown.parts {
                assert!(smallest(shown, part, &cases).is_some(), "{}: {}", shown.file, part.heading);
            }
        }
    }

    #[test]
    fn all_kinds_of_paginator_and_auth_have_a_section() {
        let kinds = |map: &str| -> Vec<&str> {
            let cells = crate::suite::all_cells().into_iter();
            let of_map = cells.filter(|cell| cell.map.starts_with(map) && cell.key == "type");
            of_map.filter_map(|cell| cell.word).collect()
        };
        let shown = |n: usize| PAGES[n].parts.iter().map(|part| part.heading).collect::<Vec<_>>();
        assert_eq!(shown(0), kinds("a paginator of type"));
        assert_eq!(shown(1), kinds("an auth of type"));
    }
}
