//! What a test makes go wrong: a list of rules, each for a path and for a number of answers.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What happens to an answer.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// The API's own error body under this status, with headers added.
    Status(u16, Vec<(String, String)>),
    /// The length of the whole body is announced, half of it comes, the connection ends.
    Cut,
    /// An HTML page under this status in place of the answer.
    Html(u16),
    /// A wait before the answer, which is then right.
    Delay(Duration),
}

#[derive(Debug)]
struct Rule {
    path: String,
    left: usize,
    fault: Fault,
}

/// The rules in force.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Rule>>);

impl Faults {
    pub(crate) fn add(&self, path: &str, times: usize, fault: Fault) {
        let rule = Rule { path: path.to_owned(), left: times, fault };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(rule);
    }

    /// The faults for one request: every delay, and the first other rule with answers left, used up by one.
    pub(crate) fn take(&self, path_and_query: &str) -> (Duration, Option<Fault>) {
        let mut wait = Duration::ZERO;
        let mut chosen = None;
        let mut rules = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for rule in rules.iter_mut().filter(|rule| rule.left > 0 && matches(&rule.path, path_and_query)) {
            match &rule.fault {
                Fault::Delay(by) => wait += *by,
                _ if chosen.is_some() => continue,
                other => chosen = Some(other.clone()),
            }
            if rule.left != usize::MAX {
                rule.left -= 1;
            }
        }
        (wait, chosen)
    }
}

/// A pattern with `?` is held against path and query, another against the path; `*` at its end is any rest.
fn matches(pattern: &str, path_and_query: &str) -> bool {
    let path = path_and_query.split_once('?').map_or(path_and_query, |(path, _)| path);
    let subject = if pattern.contains('?') { path_and_query } else { path };
    pattern.strip_suffix('*').map_or(pattern == subject, |start| subject.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_a_path_or_a_path_with_query_or_a_start() {
        assert!(matches("/a/", "/a/?page=2"));
        assert!(matches("/a/?page=2", "/a/?page=2"));
        assert!(matches("/a/*", "/a/b/?page=2"));
        assert!(!matches("/a/?page=3", "/a/?page=2"));
        assert!(!matches("/a", "/a/"));
    }

    #[test]
    fn a_rule_is_used_up_and_the_next_one_follows() {
        let faults = Faults::default();
        faults.add("/a", 1, Fault::Html(200));
        faults.add("/a", usize::MAX, Fault::Cut);
        assert!(matches!(faults.take("/a").1, Some(Fault::Html(200))));
        assert!(matches!(faults.take("/a").1, Some(Fault::Cut)));
        assert!(matches!(faults.take("/a").1, Some(Fault::Cut)));
        assert!(faults.take("/b").1.is_none());
    }
}
