//! What is wanted against what came.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::CaseError;
use crate::case::read_if_there;

/// What came, as the files of `want/`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Came {
    /// By the name of the file.
    pub(crate) files: BTreeMap<String, String>,
    /// Requests of several walks are in any order.
    pub(crate) any_order: bool,
}

/// The first line of requests that may come in any order, and of rows that may: those of several walks.
const ANY_ORDER: &str = "# in any order";

/// How a file of `want/` is compared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Requests and the reasons to stop.
    Requests,
    /// Lines that must be there.
    Report,
    /// Texts that must be there.
    Said,
    /// Rows as JSON.
    Rows,
    /// Text, to the letter.
    Text,
}

impl Kind {
    fn of(name: &str) -> Self {
        match name {
            "requests.txt" => Self::Requests,
            "report.txt" => Self::Report,
            "said.txt" => Self::Said,
            name if Path::new(name).extension().is_some_and(|extension| extension == "jsonl") => Self::Rows,
            _ => Self::Text,
        }
    }

    fn same(self, wanted: &str, came: &str, any: bool) -> bool {
        match self {
            Self::Requests => {
                let sorted = any || any_order(wanted);
                requests(wanted, sorted) == requests(came, sorted)
            }
            Self::Report => {
                let lines: Vec<&str> = came.lines().collect();
                wanted.lines().all(|line| lines.contains(&line))
            }
            Self::Said => wanted.lines().all(|text| came.contains(text)),
            Self::Rows => {
                let sorted = any_order(wanted);
                rows(wanted, sorted).is_some_and(|wanted| Some(wanted) == rows(came, sorted))
            }
            Self::Text => wanted.trim_end() == came.trim_end(),
        }
    }

    /// What is wanted from now on, in the form of what was wanted before.
    fn blessed(self, wanted: &str, came: &str) -> String {
        match self {
            Self::Report => same_counters(wanted, came),
            Self::Said => wanted.to_owned(),
            Self::Requests | Self::Rows if any_order(wanted) => format!("{ANY_ORDER}\n{came}"),
            Self::Requests | Self::Rows | Self::Text => came.to_owned(),
        }
    }
}

/// The differences to a folder `want/`, each with both sides. What is absent there is not asserted, but the exit code.
pub(crate) fn differences(want: &Path, came: &Came) -> Result<Vec<String>, CaseError> {
    let mut faults = Vec::new();
    let mut names = names(want)?;
    if !names.contains(&"exit".to_owned()) {
        names.push("exit".to_owned());
    }
    for name in names {
        let wanted = read_if_there(&want.join(&name))?.unwrap_or_else(|| "0\n".to_owned());
        let Some(text) = came.files.get(&name) else {
            faults.push(format!("want/{name}: nothing of that name came"));
            continue;
        };
        if !Kind::of(&name).same(&wanted, text, came.any_order) {
            faults.push(format!("want/{name}\n{}", sides(&wanted, text)));
        }
    }
    Ok(faults)
}

/// Writes what came over what is there; the rows, schemas, requests, exit code and messages where nothing is there yet.
pub(crate) fn bless(want: &Path, came: &Came) -> Result<(), CaseError> {
    let names = names(want)?;
    for (name, text) in &came.files {
        let kind = Kind::of(name);
        let path = want.join(name);
        let wrong = |error: std::io::Error| CaseError::new(&path, error);
        if name == "exit" && text.trim() == "0" {
            if names.contains(name) {
                std::fs::remove_file(&path).map_err(wrong)?;
            }
        } else if names.contains(name) {
            let wanted = read_if_there(&path)?.unwrap_or_default();
            if !kind.same(&wanted, text, came.any_order) {
                std::fs::write(&path, kind.blessed(&wanted, text)).map_err(wrong)?;
            }
        } else if name == "exit"
            || names.is_empty() && !matches!(kind, Kind::Report | Kind::Said) && name != "stdout.txt"
        {
            let folder = path.parent().unwrap_or(want);
            std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, text)).map_err(wrong)?;
        }
    }
    Ok(())
}

fn names(want: &Path) -> Result<Vec<String>, CaseError> {
    let Ok(entries) = std::fs::read_dir(want) else { return Ok(Vec::new()) };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| CaseError::new(want, error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() {
            let below = self::names(&entry.path())?;
            names.extend(below.into_iter().map(|below| format!("{name}/{below}")));
        } else {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn any_order(wanted: &str) -> bool {
    wanted.lines().next() == Some(ANY_ORDER)
}

/// Requests in their order, or sorted, and then the reasons to stop, sorted.
fn requests(text: &str, sorted: bool) -> Vec<&str> {
    let lines = text.lines().filter(|line| !line.is_empty() && *line != ANY_ORDER);
    let (mut asked, mut ended): (Vec<&str>, Vec<&str>) = lines.partition(|line| {
        line.split(' ').next().is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_uppercase()))
    });
    if sorted {
        asked.sort_unstable();
    }
    ended.sort_unstable();
    asked.append(&mut ended);
    asked
}

fn rows(lines: &str, sorted: bool) -> Option<Vec<Value>> {
    let lines = lines.lines().filter(|line| !line.trim().is_empty() && *line != ANY_ORDER);
    let mut rows: Vec<Value> = lines.map(|line| serde_json::from_str(line).ok()).collect::<Option<_>>()?;
    rows.iter_mut().for_each(Value::sort_all_objects);
    if sorted {
        rows.sort_by_key(Value::to_string);
    }
    Some(rows)
}

/// The lines of a report that a case asserts, with the values that came.
fn same_counters(wanted: &str, came: &str) -> String {
    let key = |line: &str| line.rsplit_once(' ').map_or(String::new(), |(key, _)| key.to_owned());
    let mut out = String::new();
    for line in wanted.lines() {
        let found = came
            .lines()
            .find(|other| *other == line)
            .or_else(|| came.lines().find(|other| key(other) == key(line)));
        if let Some(found) = found {
            let _ = writeln!(out, "{found}");
        }
    }
    out
}

fn sides(wanted: &str, came: &str) -> String {
    let block = |mark: &str, text: &str| {
        text.lines().fold(String::new(), |mut block, line| {
            let _ = writeln!(block, "  {mark} {line}");
            block
        })
    };
    format!("{}{}", block("want |", wanted), block("came |", came))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(wanted: &[(&str, &str)], came: &[(&str, &str)], any_order: bool) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in wanted {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let files = came.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        differences(folder.path(), &Came { files, any_order }).unwrap()
    }

    #[test]
    fn rows_are_compared_as_values_with_all_their_digits() {
        let came = [("x.jsonl", "{\"a\":1.0,\"b\":null}\n"), ("exit", "0\n")];
        assert!(check(&[("x.jsonl", "{\"b\": null, \"a\": 1.0}")], &came, false).is_empty());
        let two = [("x.jsonl", "{\"a\":1}\n{\"a\":2}\n"), ("exit", "0\n")];
        assert_eq!(check(&[("x.jsonl", "{\"a\":2}\n{\"a\":1}\n")], &two, false).len(), 1);
        assert!(check(&[("x.jsonl", "# in any order\n{\"a\":2}\n{\"a\":1}\n")], &two, false).is_empty());
        assert_eq!(check(&[("x.jsonl", "# in any order\n{\"a\":2}\n{\"a\":2}\n")], &two, false).len(), 1);
        for other in
            ["{\"a\":1,\"b\":null}", "{\"a\":1.0}", "", "{\"a\":1.0,\"b\":null}\n{\"a\":1.0,\"b\":null}", "{"]
        {
            assert_eq!(check(&[("x.jsonl", other)], &came, false).len(), 1, "{other}");
        }
    }

    #[test]
    fn requests_are_in_order_unless_there_are_several_walks() {
        let came = [("requests.txt", "GET /2\nGET /1\nx: no-next\n"), ("exit", "0\n")];
        let wanted = |text| [("requests.txt", text)];
        assert!(check(&wanted("GET /2\nGET /1\nx: no-next\n"), &came, false).is_empty());
        assert_eq!(check(&wanted("GET /1\nGET /2\nx: no-next\n"), &came, false).len(), 1);
        assert!(check(&wanted("GET /1\nGET /2\nx: no-next\n"), &came, true).is_empty());
        assert!(check(&wanted("# in any order\nGET /1\nGET /2\nx: no-next\n"), &came, false).is_empty());
        assert_eq!(check(&wanted("GET /2\nGET /1\n"), &came, true).len(), 1);
        assert_eq!(check(&wanted("GET /2\nGET /1\nx: empty-page\n"), &came, true).len(), 1);
    }

    #[test]
    fn the_exit_code_is_always_asserted_and_the_rest_where_it_is_there() {
        assert_eq!(check(&[], &[("exit", "3\n"), ("x.jsonl", "")], false).len(), 1);
        assert!(check(&[("exit", "3")], &[("exit", "3\n"), ("x.jsonl", "")], false).is_empty());
        assert_eq!(
            check(&[("y.jsonl", "")], &[("exit", "0\n")], false),
            ["want/y.jsonl: nothing of that name came"]
        );
        let report = [("report.txt", "x: retries 1\nx: pages 2\n"), ("exit", "0\n")];
        assert!(check(&[("report.txt", "x: pages 2\n")], &report, false).is_empty());
        assert_eq!(check(&[("report.txt", "x: pages 3\n")], &report, false).len(), 1);
        let said = [("said.txt", "x: 2 rows skipped\n"), ("exit", "0\n")];
        assert!(check(&[("said.txt", "2 rows\nskipped\n")], &said, false).is_empty());
        assert_eq!(check(&[("said.txt", "2 rows\n3 rows\n")], &said, false).len(), 1);
    }

    #[test]
    fn a_blessing_writes_what_is_there_and_all_where_nothing_is() {
        let folder = tempfile::tempdir().unwrap();
        let files = [("x.jsonl", "{}\n"), ("exit", "3\n"), ("report.txt", "x: pages 2\nx: retries 0\n")];
        let files = files.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
        let came = Came { files, any_order: false };
        let want = folder.path().join("want");
        bless(&want, &came).unwrap();
        assert_eq!(names(&want).unwrap(), ["exit", "x.jsonl"]);
        std::fs::write(want.join("report.txt"), "x: pages 7\n").unwrap();
        std::fs::remove_file(want.join("x.jsonl")).unwrap();
        bless(&want, &came).unwrap();
        assert_eq!(std::fs::read_to_string(want.join("report.txt")).unwrap(), "x: pages 2\n");
        assert_eq!(names(&want).unwrap(), ["exit", "report.txt"]);
        assert!(differences(&want, &came).unwrap().is_empty());
    }
}
