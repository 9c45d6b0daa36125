//! `docs/reference/rules.md`, a page a rule beside it, and their lines in `docs/SUMMARY.md`.

use restload_lint::{Group, Rule, rules};

use super::markdown::Page;

/// The page that lists all rules, from `docs`.
const LIST: &str = "reference/rules.md";

const INTRODUCTION: &str = "\
What `restload lint` looks for. The text of a rule is what `restload explain RULE` prints. How findings are allowed or given
another weight, in one place or in a whole spec, stands in [the guide](../guide/lint.md).

An error: the spec cannot be run, or should not be. A warning: it can be run and will probably not do what was meant. A note: worth
knowing. What is marked *always* cannot be allowed.";

/// The list of all rules, by group.
pub(super) fn list() -> String {
    let mut page = made();
    page.heading(1, "Rules");
    page.block(INTRODUCTION);
    for group in Group::ALL {
        let rows: Vec<[String; 3]> = rules().filter(|rule| rule.group == group).map(row).collect();
        if !rows.is_empty() {
            page.heading(2, group.title());
        }
        page.table(["rule", "weight", "what it is"], &rows);
    }
    page.finish()
}

/// A page a rule, by its path from the root.
pub(super) fn pages() -> impl Iterator<Item = (String, String)> {
    rules().map(|rule| {
        let mut page = made();
        page.block(rule.page);
        page.block(&standing(rule));
        (format!("docs/{}", page_of(rule)), page.finish())
    })
}

/// `docs/SUMMARY.md` with a line a rule below that of the list; all other lines stay.
pub(super) fn summary(current: &str) -> String {
    let is_made = |line: &&str| !line.contains("](reference/rules/");
    let mut text = String::new();
    for line in current.lines().filter(is_made) {
        text.push_str(line);
        text.push('\n');
        if line.contains(&format!("]({LIST})")) {
            let indent = line.len() - line.trim_start().len() + 2;
            let line = |rule: &Rule| format!("{:indent$}- [{}]({})\n", "", rule.name, page_of(rule));
            text.extend(rules().map(line));
        }
    }
    text
}

fn made() -> Page {
    Page::made("the rules of `restload_lint`")
}

fn page_of(rule: &Rule) -> String {
    format!("reference/rules/{}.md", rule.name)
}

fn row(rule: &'static Rule) -> [String; 3] {
    let weight = rule.severity.to_string() + if rule.can_be_allowed() { "" } else { ", always" };
    [format!("[`{0}`](rules/{0}.md)", rule.name), weight, rule.summary()]
}

/// What stands below the page of a rule: its group, its weight, and how it is allowed.
fn standing(rule: &Rule) -> String {
    let weight = rule.severity;
    let group = rule.group.title();
    if rule.can_be_allowed() {
        format!("{group} · {weight} · [can be allowed](../../guide/lint.md#findings-that-are-meant)")
    } else {
        format!("{group} · {weight} · cannot be allowed")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_names_every_rule_once_and_keeps_its_other_lines() {
        let current =
            "- [Rules](reference/rules.md)\n  - [old](reference/rules/old.md)\n- [Other](other.md)\n";
        let once = summary(current);
        assert!(once.starts_with("- [Rules](reference/rules.md)\n  - ["), "{once}");
        assert!(once.ends_with("\n- [Other](other.md)\n") && !once.contains("old"), "{once}");
        assert_eq!(once.matches("](reference/rules/").count(), rules().count());
        assert_eq!(summary(&once), once);
    }

    #[test]
    fn every_rule_is_in_the_list_under_a_group() {
        let list = list();
        for rule in rules() {
            assert!(list.contains(&format!("\n| [`{0}`](rules/{0}.md) |", rule.name)), "{}", rule.name);
        }
    }
}
