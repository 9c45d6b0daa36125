//! Words in place of values that are not known or not shown. They are letters and digits, so that they come through every
//! encoding, and are lifted at the end: `notes/{{parent.id}}` is asked for as one word, and shown as `notes/{parent.id}`.

use std::cell::RefCell;
use std::ops::Range;

use restload_spec::plan::ValueTemplate;
use restload_spec::{Hole, Template};

use crate::redact::MASK;

/// What no text of an API begins with by chance.
const FRONT: &str = "zq0veil";
const BACK: &str = "qz";

/// Why a value is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cover {
    /// It is not known before the run.
    Unknown,
    /// It comes from a secret.
    Secret,
}

/// The words of one request, and what each stands for.
#[derive(Debug, Default)]
pub(super) struct Veil {
    shown: RefCell<Vec<String>>,
}

impl Veil {
    /// A word that is lifted to `shown`.
    pub(super) fn word(&self, shown: &str) -> String {
        let mut known = self.shown.borrow_mut();
        known.push(shown.to_owned());
        format!("{FRONT}{}{BACK}", known.len() - 1)
    }

    /// The text with what the words stand for.
    pub(super) fn lift(&self, text: &str) -> String {
        let known = self.shown.borrow();
        let words = known.iter().enumerate();
        words.fold(text.to_owned(), |text, (n, shown)| text.replace(&format!("{FRONT}{n}{BACK}"), shown))
    }

    /// The template with words for the tags that have a covered hole. One whose conditions are covered is one word: which
    /// of its branches is taken is not known.
    pub(super) fn template(&self, template: &Template, cover: &dyn Fn(&Hole) -> Option<Cover>) -> Template {
        let text = template.text();
        let mut tags: Vec<(Range<usize>, Cover)> = Vec::new();
        for hole in template.holes() {
            let Some(cover) = cover(hole) else { continue };
            let tag = tag_around(text, &hole.range);
            match tags.last_mut() {
                Some((last, known)) if *last == tag => {
                    if cover == Cover::Secret {
                        *known = cover;
                    }
                }
                _ => tags.push((tag, cover)),
            }
        }
        if tags.is_empty() {
            return template.clone();
        }
        let veiled = if tags.iter().any(|(tag, _)| inner(&text[tag.clone()]).starts_with('#')) {
            let secret = tags.iter().any(|(_, cover)| *cover == Cover::Secret);
            self.word(&if secret { MASK.to_owned() } else { plain(text) })
        } else {
            self.with_words(text, &tags)
        };
        Template::parse(&veiled).unwrap_or_else(|_| template.clone())
    }

    fn with_words(&self, text: &str, tags: &[(Range<usize>, Cover)]) -> String {
        let mut veiled = String::new();
        let mut from = 0;
        for (tag, cover) in tags {
            veiled.push_str(&text[from..tag.start]);
            let word = match cover {
                Cover::Secret => self.word(MASK),
                Cover::Unknown => self.word(&format!("{{{}}}", inner(&text[tag.clone()]))),
            };
            veiled.push_str(&word);
            from = tag.end;
        }
        veiled + &text[from..]
    }

    /// The same for all templates of a value.
    pub(super) fn value(
        &self,
        value: &ValueTemplate,
        cover: &dyn Fn(&Hole) -> Option<Cover>,
    ) -> ValueTemplate {
        match value {
            ValueTemplate::Literal(literal) => ValueTemplate::Literal(literal.clone()),
            ValueTemplate::Template(template) => ValueTemplate::Template(self.template(template, cover)),
            ValueTemplate::List(items) => {
                ValueTemplate::List(items.iter().map(|item| self.value(item, cover)).collect())
            }
            ValueTemplate::Map(fields) => ValueTemplate::Map(
                fields.iter().map(|(name, field)| (name.clone(), self.value(field, cover))).collect(),
            ),
        }
    }
}

/// Whether a text begins with a word.
pub(super) fn is_word_ahead(text: &str) -> bool {
    text.starts_with(FRONT)
}

/// The tag that a hole stands in, with its braces.
fn tag_around(text: &str, hole: &Range<usize>) -> Range<usize> {
    let open = text[..hole.start].rfind("{{").unwrap_or(hole.start);
    let three = text[..open].ends_with('{');
    let start = if three { open - 1 } else { open };
    let mut quote = None;
    for (at, c) in text[hole.end..].char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '\'' || c == '"' => quote = Some(c),
            None if text[hole.end + at..].starts_with("}}") => {
                return start..hole.end + at + if three { 3 } else { 2 };
            }
            _ => {}
        }
    }
    start..text.len()
}

/// A tag without its braces.
fn inner(tag: &str) -> &str {
    tag.trim_matches(['{', '}', ' '])
}

/// A template as one would say it.
fn plain(text: &str) -> String {
    text.replace("{{{", "{").replace("}}}", "}").replace("{{", "{").replace("}}", "}")
}

#[cfg(test)]
mod tests {
    use restload_spec::{Escape, Scope, Scopes};
    use serde_json::json;

    use super::*;

    fn cover(hole: &Hole) -> Option<Cover> {
        match (hole.scope, hole.path.first().map(String::as_str)) {
            (Scope::Inputs, Some("key")) => Some(Cover::Secret),
            (Scope::Each, _) => None,
            _ => Some(Cover::Unknown),
        }
    }

    fn shown(template: &str) -> String {
        let veil = Veil::default();
        let veiled = veil.template(&Template::parse(template).unwrap(), &cover);
        let each = json!({"kind": "a b", "on": true});
        let scopes = Scopes { each: Some(&each), ..Scopes::default() };
        let rendered = veiled.render(&scopes, Escape::PathSegment).unwrap();
        veil.lift(rendered.value.as_str().unwrap())
    }

    #[test]
    fn what_is_not_known_is_shown_as_it_is_written_and_what_is_known_as_it_is_sent() {
        for (template, wanted) in [
            ("notes", "notes"),
            ("notes/{{parent.id}}/", "notes/{parent.id}/"),
            ("{{{ parent.url }}}?x=1", "{parent.url}?x=1"),
            ("{{each.kind}}/{{parent.id}}/{{parent.of}}", "a%20b/{parent.id}/{parent.of}"),
            ("{{join batch.id ','}}", "{join batch.id ','}"),
            ("{{join batch.id '}}'}}/x", "{join batch.id '}}'}/x"),
            ("{{default parent.id (lower parent.name)}}", "{default parent.id (lower parent.name)}"),
        ] {
            assert_eq!(shown(template), wanted, "{template}");
        }
    }

    #[test]
    fn a_tag_with_a_secret_in_it_is_masked_whatever_else_is_in_it() {
        assert_eq!(shown("a/{{inputs.key}}/{{parent.id}}"), "a/***/{parent.id}");
        assert_eq!(shown("a/{{default parent.id (base64 inputs.key)}}"), "a/***");
        assert_eq!(shown("a/{{#if parent.id}}{{inputs.key}}{{/if}}"), "***");
    }

    #[test]
    fn a_condition_on_a_row_is_shown_whole_and_one_on_a_known_value_is_decided() {
        assert_eq!(
            shown("a/{{#if parent.x}}b{{else}}{{{parent.y}}}{{/if}}"),
            "a/{#if parent.x}b{else}{parent.y}{/if}"
        );
        assert_eq!(shown("a/{{#if each.on}}{{parent.y}}{{else}}b{{/if}}"), "a/{parent.y}");
    }
}
