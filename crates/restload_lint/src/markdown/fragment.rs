//! Parts of specs, made whole.

/// The parts that a block can hold.
pub(super) const PARTS: [&str; 8] =
    ["spec", "inputs", "client", "defaults", "resources", "resource", "paginator", "auth"];

/// A whole spec around a part.
#[derive(Debug, PartialEq)]
pub(super) struct Whole {
    /// The text.
    pub(super) text: String,
    /// The byte at which the part's first line begins, its indentation included.
    pub(super) first: usize,
    /// The columns by which the part is indented.
    pub(super) indent: usize,
}

/// Keys that say something of a request.
const OF_REQUESTS: [&str; 11] = [
    "method",
    "params",
    "headers",
    "json",
    "form",
    "body",
    "format",
    "total",
    "paginator",
    "auth",
    "on_missing_parent",
];

/// Puts around a part of a spec what makes it whole; nothing where there is no such part.
pub(super) fn whole(part: &str, body: &str) -> Option<Whole> {
    const HEAD: &str = "version: 1\nname: example\n";
    const CLIENT: &str = "client: {base_url: \"https://api.example/\"}\n";
    const ONE: &str = "resources: {rows: {path: rows, paginator: single_page}}\n";
    let has =
        |key: &str| body.lines().any(|line| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':')));
    let inputs = || format!("inputs: {{{}}}\n", inputs(body));
    let parents = parents(body);
    let (before, indent, after) = match part {
        "spec" => {
            let mut after = String::new();
            for (key, line) in [
                ("version", "version: 1\n"),
                ("name", "name: example\n"),
                ("client", CLIENT),
                ("resources", ONE),
            ] {
                after.push_str(if has(key) { "" } else { line });
            }
            (String::new(), 0, after)
        }
        "inputs" => (format!("{HEAD}{CLIENT}{ONE}inputs:\n"), 2, String::new()),
        "client" => (format!("{HEAD}{}{ONE}client:\n", inputs()), 2, String::new()),
        "defaults" => (format!("{HEAD}{}{CLIENT}{ONE}defaults:\n", inputs()), 2, String::new()),
        "auth" => (
            format!("{HEAD}{}{ONE}client:\n  base_url: https://api.example/\n  auth:\n", inputs()),
            4,
            String::new(),
        ),
        "resources" => (
            format!("{HEAD}{}{CLIENT}defaults: {{paginator: single_page}}\nresources:\n", inputs()),
            2,
            parents
                .iter()
                .filter(|name| !body.lines().any(|line| line.starts_with(&format!("{name}:"))))
                .map(|name| stand_in(name))
                .collect(),
        ),
        "resource" => {
            let mut before = format!("{HEAD}{}{CLIENT}resources:\n", inputs());
            for name in &parents {
                before.push_str(&stand_in(name));
            }
            before.push_str("  example:\n");
            let asks = OF_REQUESTS.iter().any(|key| has(key)) || !has("parent");
            if asks && !has("path") {
                before.push_str("    path: rows\n");
            }
            if (asks || has("path")) && !has("paginator") {
                before.push_str("    paginator: single_page\n");
            }
            (before, 4, String::new())
        }
        "paginator" => (
            format!("{HEAD}{}{CLIENT}resources:\n  example:\n    path: rows\n    paginator:\n", inputs()),
            6,
            String::new(),
        ),
        _ => return None,
    };
    let mut text = before;
    let first = text.len();
    for line in body.split_inclusive('\n') {
        if line.len() > 1 {
            text.push_str(&" ".repeat(indent));
        }
        text.push_str(line);
    }
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(&after);
    Some(Whole { text, first, indent })
}

/// A resource of that name, for others to hang on.
fn stand_in(name: &str) -> String {
    format!("  {name}: {{path: {name}, paginator: single_page}}\n")
}

/// The inputs that a part speaks of, declared.
fn inputs(body: &str) -> String {
    let mut names: Vec<String> = Vec::new();
    for rest in body.split("inputs.").skip(1) {
        let name: String =
            rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "_-".contains(*c)).collect();
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    names.iter().map(|name| format!("{name}: {{}}")).collect::<Vec<_>>().join(", ")
}

/// The resources that a part hangs on.
fn parents(body: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for rest in body.split("parent: ").skip(1) {
        let rest = rest.strip_prefix("{resource: ").unwrap_or(rest);
        let name: String =
            rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "_-".contains(*c)).collect();
        if !name.is_empty() && name != "null" && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}
