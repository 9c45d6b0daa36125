//! What the codes of a run mean: those that no rule of lint has a page for.

/// A section a code, in order.
const PAGES: &str = include_str!("codes.md");

/// The codes of runs with what they mean, in order.
pub fn codes() -> impl Iterator<Item = (&'static str, &'static str)> {
    let sections = PAGES.split("## ").filter(|section| !section.is_empty());
    sections.filter_map(|section| section.split_once('\n')).map(|(code, text)| (code.trim(), text.trim()))
}

/// What a code means.
pub(crate) fn code(name: &str) -> Option<&'static str> {
    codes().find(|(code, _)| *code == name).map(|(_, text)| text)
}

/// Whether `restload explain` has a page for a code or rule.
pub fn is_explained(name: &str) -> bool {
    restload_lint::rule(name).is_some() || code(name).is_some()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn codes_are_in_order_and_are_no_rules() {
        let all: Vec<_> = codes().collect();
        assert!(all.len() > 70, "{}", all.len());
        assert!(all.is_sorted_by(|(one, _), (other, _)| one < other), "a code is twice or out of order");
        for (code, text) in all {
            assert!(restload_lint::rule(code).is_none(), "`{code}` is a rule of lint and has a page there");
            assert!(text.len() > 40 && text.ends_with('.'), "{code}: {text}");
        }
    }

    /// Codes as they stand in the sources of the engine and of this crate: where a fault, a note or a doubt is made.
    #[test]
    fn no_code_that_a_run_can_print_lacks_its_text() {
        let mut found = BTreeSet::new();
        for folder in ["src", "../restload_engine/src"] {
            collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut found);
        }
        assert!(found.contains("no-answer") && found.contains("untaken-next"), "{found:?}");
        let missing: Vec<_> = found.iter().filter(|code| !is_explained(code)).collect();
        assert!(missing.is_empty(), "without a text in codes.md: {missing:?}");
        let kept: Vec<_> = codes().map(|(code, _)| code).filter(|code| !found.contains(*code)).collect();
        let of_the_check = [
            "chosen-auth",
            "empty-for-each",
            "held",
            "input-value",
            "missing-input",
            "missing-sample",
            "taken-over",
            "unknown-resource",
        ];
        assert!(kept.iter().all(|code| of_the_check.contains(code)), "nobody makes these: {kept:?}");
    }

    /// What stands before a code in the sources.
    const MAKERS: [&str; 9] = [
        "Diagnostic::error(",
        "Diagnostic::warning(",
        "Diagnostic::note(",
        "fault(",
        "note(",
        "doubt(",
        "at_large(",
        "selector(resource,",
        "(rule,at,help)=",
    ];

    fn collect(path: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(path).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                if path.file_name().is_some_and(|name| name != "tests") {
                    collect(&path, found);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs")
                && !path.ends_with("codes.rs")
            {
                let text = std::fs::read_to_string(&path).unwrap();
                codes_in(text.split("#[cfg(test)]").next().unwrap_or_default(), found);
            }
        }
    }

    fn codes_in(text: &str, found: &mut BTreeSet<String>) {
        let text: String = text.split_whitespace().collect();
        let is_code = |word: &str| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        };
        let mut add = |at: usize| {
            let word = text[at..].strip_prefix('"').and_then(|rest| rest.split('"').next());
            found.extend(word.filter(|word| is_code(word)).map(str::to_owned));
        };
        for maker in MAKERS {
            text.match_indices(maker).for_each(|(at, _)| add(at + maker.len()));
        }
        // Arms that choose a code: `=> "no-answer"`, `=> ("no-answer", …)`, `{"body-cut-off"}`.
        for before in ["=>\"", "=>(\"", "{\"", "{(\""] {
            for (at, _) in text.match_indices(before) {
                let at = at + before.len() - 1;
                let word = text[at + 1..].split('"').next().unwrap_or_default();
                if code(word).is_some() {
                    add(at);
                }
            }
        }
    }
}
