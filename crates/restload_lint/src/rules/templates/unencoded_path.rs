//! `unencoded-path`: a value goes into the path of a URL as it is.

use restload_diag::Diagnostic;
use restload_spec::{Hole, Scope};

use super::UNENCODED_PATH;
use crate::Lint;

/// Helpers of which nothing comes that a path would be read by.
const HARMLESS: [&str; 2] = ["urlencode", "date"];

pub(super) fn check(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    for resource in &lint.resources {
        let Some(fetch) = resource.plan.and_then(|plan| plan.fetch.as_ref()) else { continue };
        if !lint.is_sound(resource, "path") {
            continue;
        }
        let text = fetch.path.text();
        for hole in fetch.path.holes().iter().filter(|hole| is_unencoded(text, hole)) {
            let message =
                format!("`{hole}` goes into the path as it is, and a `/` or `?` in it asks another address");
            let help =
                format!("write `{}`: in two braces it is one segment of the path", in_two_braces(text, hole));
            let finding = UNENCODED_PATH.at(resource.at("path"), message);
            found.push(finding.within(hole.range.clone()).help(help));
        }
    }
}

/// The tag that a hole stands in, with two braces for three.
fn in_two_braces(text: &str, hole: &Hole) -> String {
    let open = text[..hole.range.start].rfind("{{{").map_or(0, |open| open + 3);
    let close = text[open..].find("}}}").map_or(text.len(), |close| open + close);
    format!("{{{{{}}}}}", text[open..close].trim())
}

/// Whether what a hole renders to is read as a part of the path. A hole with which the path begins is a path or a URL by
/// itself, and could not be encoded.
fn is_unencoded(text: &str, hole: &Hole) -> bool {
    let Some(open) = text[..hole.range.start].rfind("{{{").filter(|_| hole.raw && hole.scope != Scope::Run)
    else {
        return false;
    };
    let before = &text[..open];
    let mut words = text[open + 3..hole.range.start].split([' ', '(']);
    !matches!(before, "" | "/") && !before.contains('?') && !words.any(|word| HARMLESS.contains(&word))
}

#[cfg(test)]
mod tests {
    use restload_spec::Template;

    use super::*;

    #[test]
    fn only_a_value_behind_something_can_lead_elsewhere() {
        for (text, expected) in [
            ("a/{{{parent.x}}}", true),
            ("a/{{{ lower parent.x }}}/b", true),
            ("a/{{parent.x}}", false),
            ("a/{{{urlencode parent.x}}}", false),
            ("a/{{{default (urlencode parent.x) 'none'}}}", false),
            ("a/{{{date parent.at 'date'}}}", false),
            ("a?q={{{parent.x}}}", false),
            ("{{{parent.url}}}", false),
            ("/{{{parent.path}}}", false),
            ("a/{{{run.id}}}", false),
        ] {
            let template = Template::parse(text).unwrap();
            assert_eq!(template.holes().iter().any(|hole| is_unencoded(text, hole)), expected, "{text}");
        }
    }
}
