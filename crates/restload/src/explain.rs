//! `restload explain`: what a rule is about, or a code of a run.

use std::fmt::Write as _;

use restload_lint::{Group, rule, rules};
use restload_spec::nearest;

use crate::arguments::ExplainArguments;
use crate::codes::{code, codes};
use crate::exit;
use crate::terminal::Terminal;
use crate::world::World;

/// Prints the page of a rule, or the list of all rules.
pub(crate) fn explain(
    arguments: &ExplainArguments,
    world: &World<'_>,
    terminal: &Terminal,
) -> Result<u8, u8> {
    let styled = world.out_is_terminal && world.wants_color();
    let text = match &arguments.rule {
        None => list(styled),
        Some(name) => match explained(name.trim_matches(['[', ']']), styled) {
            Some(text) => text,
            None => {
                let names = rules().map(|rule| rule.name).chain(codes().map(|(code, _)| code));
                let near = nearest(name, names).map(|near| format!("did you mean `{near}`?"));
                let help = near.unwrap_or_else(|| "`restload explain` lists all rules and codes".to_owned());
                terminal.error(&format!("there is no rule and no code `{name}`"), Some(&help));
                return Err(exit::USAGE);
            }
        },
    };
    terminal.print(&text).map_err(|error| {
        terminal.error(&format!("cannot write the page: {error}"), None);
        exit::FAILED
    })?;
    Ok(exit::DONE)
}

/// The page of a rule, or what is said of a code.
fn explained(name: &str, styled: bool) -> Option<String> {
    match rule(name) {
        Some(rule) => Some(page(rule.page, &format!("{} of {}", rule.severity, "restload lint"), styled)),
        None => Some(page(&format!("# {name}\n\n{}", code(name)?), "of a run", styled)),
    }
}

fn bold(text: &str, styled: bool) -> String {
    if styled { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
}

fn list(styled: bool) -> String {
    let width = rules().map(|rule| rule.name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for group in Group::ALL {
        let _ = writeln!(text, "{}", bold(group.title(), styled));
        for rule in rules().filter(|rule| rule.group == group) {
            let severity = rule.severity.to_string();
            let _ = writeln!(text, "  {:width$}  {severity:7}  {}", rule.name, rule.summary());
        }
        text.push('\n');
    }
    let _ = writeln!(text, "{}", bold("Codes of runs", styled));
    for (code, _) in codes() {
        let _ = writeln!(text, "  {code}");
    }
    text.push_str("\n`restload explain NAME` says more of one.\n");
    text
}

/// A page as one reads it in a terminal: headings stand out, examples are indented, the marks of Markdown are gone.
fn page(markdown: &str, severity: &str, styled: bool) -> String {
    let mut text = String::new();
    let mut in_block = false;
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
        } else if in_block {
            let _ = writeln!(text, "    {line}");
        } else if let Some(title) = line.strip_prefix("# ") {
            let _ = writeln!(text, "{} ({severity})", bold(title, styled));
        } else if let Some(heading) = line.strip_prefix("## ") {
            let _ = writeln!(text, "{}", bold(heading, styled));
        } else {
            let _ = writeln!(text, "{line}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_plain_text() {
        let text =
            page("# a-b\n\nWhat.\n\n## Example\n\n```yaml fragment=resource\npath: x\n```\n", "note", false);
        assert_eq!(text, "a-b (note)\n\nWhat.\n\nExample\n\n    path: x\n");
    }

    #[test]
    fn the_list_has_every_rule_once() {
        let text = list(false);
        for rule in rules() {
            let named = text.lines().filter(|line| line.split_whitespace().next() == Some(rule.name));
            assert_eq!(named.count(), 1, "{}", rule.name);
        }
    }
}
