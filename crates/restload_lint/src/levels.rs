//! How much findings weigh in one spec: the key `lint`, and comments on the line above.

use restload_diag::{Diagnostic, Fix, Locate as _, Part, Pointer, Severity};
use restload_spec::spec::Level;
use restload_spec::{Document, Reading, Spec};

use crate::comments::{Allow, Form, allows};
use crate::rule::Found;
use crate::rules::upkeep::{ALLOW_WITHOUT_REASON, UNKNOWN_RULE, UNUSED_ALLOW};
use crate::{Rule, nearest_rule, rule};

/// Rules that find nothing where there is no sample: an allowing word about them may be of use elsewhere.
const OF_SAMPLES: [&str; 10] = [
    "add-shadows-column",
    "child-needs-field",
    "column-not-in-sample",
    "key-not-in-sample",
    "many-free-keys",
    "place-not-in-sample",
    "sample-has-secret",
    "sample-looks-personal",
    "selector-misses-sample",
    "transform-fails-on-sample",
];

/// How a comment that allows has to be written.
const WRITTEN: &str = "# restload: allow(rule-name) the reason";

/// Gives each finding the weight that the spec says, takes those away that it allows, and says which words of it have no
/// effect.
pub(crate) fn apply(reading: &Reading, diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let spec = reading.spec.as_ref().or(reading.sound.as_ref());
    let mut levels = Levels {
        document: &reading.document,
        // Where a part could not be read, or a sample is not there, what a rule would have found is not known.
        all_is_read: !diagnostics.iter().any(|found| found.is_error() && !is_found_here(found)),
        all_is_sampled: !diagnostics
            .iter()
            .any(|found| matches!(found.rule, "sample-missing" | "sample-not-json")),
        found: diagnostics,
        own: Vec::new(),
    };
    for allow in allows(&reading.document) {
        levels.by_comment(&allow);
    }
    if let Some(spec) = spec {
        levels.by_key(spec);
    }
    levels.found.append(&mut levels.own);
    levels.found
}

fn is_found_here(found: &Diagnostic) -> bool {
    rule(found.rule).is_some_and(|rule| matches!(rule.found, Found::Here(_)))
}

/// Whether a spec cannot be run with what the rule finds, whatever it says of its weight.
fn is_fixed(rule: &Rule) -> bool {
    matches!(rule.found, Found::Reading) && rule.severity == Severity::Error
}

struct Levels<'a> {
    document: &'a Document,
    all_is_read: bool,
    all_is_sampled: bool,
    found: Vec<Diagnostic>,
    /// What is found fault with in the words about levels themselves.
    own: Vec<Diagnostic>,
}

impl Levels<'_> {
    fn by_comment(&mut self, allow: &Allow) {
        let at = |rule: &Rule, message: &str| rule.at(Pointer::root(), message).within(allow.span.clone());
        match allow.form {
            Form::Malformed => {
                let message = "this comment allows nothing: it is not written as such a comment is";
                self.own.push(at(&UNUSED_ALLOW, message).help(format!("write `{WRITTEN}`")));
                return;
            }
            Form::Behind => {
                let message = "this comment allows nothing: it is not on a line of its own";
                self.own.push(at(&UNUSED_ALLOW, message).help("write it on the line above"));
                return;
            }
            Form::Sound => {}
        }
        if !allow.has_reason {
            let help = format!("write it after the rule: `{WRITTEN}`");
            self.own.push(at(&ALLOW_WITHOUT_REASON, "it is allowed without a reason").help(help));
        }
        for (name, span) in &allow.rules {
            let here = Pointer::root();
            let Some(rule) = rule(name) else {
                let fix = |near: &'static str| {
                    Some(Fix::new(format!("write `{near}`")).replace(span.clone(), near))
                };
                self.own.push(unknown_rule(name, here, fix).within(span.clone()));
                continue;
            };
            let message = if is_fixed(rule) {
                stays(name)
            } else if self.allow_on(name, allow) || !self.is_sure(name) {
                continue;
            } else {
                format!("`{name}` is allowed, and there is none on the line below")
            };
            self.own.push(UNUSED_ALLOW.at(here, message).within(span.clone()).help("remove it"));
        }
    }

    /// Takes away what a rule found on the line of a comment; whether there was any.
    fn allow_on(&mut self, name: &str, allow: &Allow) -> bool {
        let before = self.found.len();
        let document = self.document;
        self.found.retain(|found| {
            found.rule != name
                || !allow.line.contains(&document.span(&found.at, found.part, found.within.clone()).start)
        });
        self.found.len() < before
    }

    fn by_key(&mut self, spec: &Spec) {
        let mut of_own = Vec::new();
        for (name, written) in &spec.lint {
            let at: Pointer = ["lint", name].into_iter().collect();
            match rule(name) {
                None => {
                    let fix = |near: &'static str| {
                        let span = self.document.span(&at, Part::Key, None);
                        let is_new = !spec.lint.contains_key(near);
                        is_new.then(|| Fix::new(format!("write `{near}`")).replace(span, near))
                    };
                    self.own.push(unknown_rule(name, at.clone(), fix).on(Part::Key));
                }
                Some(rule) if is_fixed(rule) => {
                    if written.level != Level::Error {
                        self.own.push(UNUSED_ALLOW.at_key(at, stays(name)).help("remove it"));
                    }
                }
                Some(rule) if matches!(rule.found, Found::Levels) => of_own.push((name, written.level)),
                Some(_) => {
                    let touched = weigh(&mut self.found, name, written.level);
                    if !touched && written.level == Level::Allow && self.is_sure(name) {
                        let message = format!("`{name}` is allowed, and there is none to allow");
                        self.own.push(UNUSED_ALLOW.at_key(at, message).help("remove it"));
                    }
                }
            }
        }
        for (name, level) in of_own {
            weigh(&mut self.own, name, level);
        }
    }

    /// Whether a rule that found nothing has looked at everything.
    fn is_sure(&self, name: &str) -> bool {
        self.all_is_read && (self.all_is_sampled || !OF_SAMPLES.contains(&name))
    }
}

/// Gives the findings of a rule a weight; whether there are any.
fn weigh(diagnostics: &mut Vec<Diagnostic>, name: &str, level: Level) -> bool {
    let mut touched = false;
    diagnostics.retain_mut(|found| {
        if found.rule != name {
            return true;
        }
        touched = true;
        match level {
            Level::Allow => return false,
            Level::Note => found.severity = Severity::Note,
            Level::Warning => found.severity = Severity::Warning,
            Level::Error => found.severity = Severity::Error,
        }
        true
    });
    touched
}

fn stays(name: &str) -> String {
    format!("`{name}` stays an error: a spec that has it cannot be run")
}

fn unknown_rule(name: &str, at: Pointer, fix: impl Fn(&'static str) -> Option<Fix>) -> Diagnostic {
    let found = UNKNOWN_RULE.at(at, format!("there is no rule `{name}`"));
    match nearest_rule(name) {
        Some(near) => match fix(near) {
            Some(fix) => found.fix(fix),
            None => found.help(format!("did you mean `{near}`?")),
        },
        None => found.help("`restload explain` lists all rules"),
    }
}
