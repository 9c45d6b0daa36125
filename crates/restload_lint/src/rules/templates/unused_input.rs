//! `unused-input`: an input that nothing reads.
//!
//! All texts of the document are looked through, faulty ones too: an input is not called unused because the template that
//! reads it cannot be read itself.

use std::collections::HashSet;

use restload_diag::{Diagnostic, Pointer};
use restload_spec::{Content, Node, nearest};

use super::UNUSED_INPUT;
use crate::Lint;

/// Keys of texts for people.
const FOR_PEOPLE: [&str; 3] = ["title", "description", "docs"];
/// Where more names than this are read that are no inputs, the inputs that are meant by them cannot be told from those that nothing reads.
const MANY: usize = 100;

pub(super) fn check(lint: &Lint<'_>, found: &mut Vec<Diagnostic>) {
    let inputs = &lint.spec.inputs;
    if inputs.is_empty() {
        return;
    }
    let mut read = Read { source: &lint.document.source().text, ..Read::default() };
    for entry in lint.document.root().entries().iter().filter(|entry| entry.key != "inputs") {
        read.visit(&entry.key, &entry.value);
    }
    let mut unused: Vec<&str> = inputs.keys().map(String::as_str).collect();
    unused.retain(|name| !read.all && !read.names.contains(name));
    // An input whose name is misspelt where it is read is not unused on top.
    read.inputs.retain(|name| !inputs.contains_key(*name));
    if read.inputs.len() > MANY {
        return;
    }
    unused.retain(|input| !read.inputs.iter().any(|strange| nearest(strange, [*input]).is_some()));
    for name in unused {
        let at: Pointer = ["inputs", name].into_iter().collect();
        let message = format!("nothing reads the input `{name}`");
        let help = format!("write `{{{{inputs.{name}}}}}` where its value belongs, or remove it");
        found.push(UNUSED_INPUT.at_key(at, message).help(help));
    }
}

/// The names that texts read.
#[derive(Default)]
struct Read<'n> {
    source: &'n str,
    /// All words of holes, and names of inputs in programs.
    names: HashSet<&'n str>,
    /// Names of inputs in holes.
    inputs: HashSet<&'n str>,
    /// A program takes all inputs.
    all: bool,
}

impl<'n> Read<'n> {
    fn visit(&mut self, key: &str, node: &'n Node) {
        // What an alias repeats is looked at where it is written.
        if node.alias.is_some() {
            return;
        }
        match &node.content {
            Content::Map(entries) => entries.iter().for_each(|entry| self.visit(&entry.key, &entry.value)),
            Content::List(items) => items.iter().for_each(|item| self.visit("", item)),
            Content::Text(text) if !FOR_PEOPLE.contains(&key) => self.text(text),
            Content::Fault => self.text(&self.source[node.span.clone()]),
            _ => {}
        }
    }

    fn text(&mut self, text: &'n str) {
        // All words of a hole count, also where their scope is wrong.
        for hole in text.split("{{").skip(1) {
            let hole = hole.split("}}").next().unwrap_or_default();
            let mut words = hole.split(|c| !is_of_name(c)).filter(|word| !word.is_empty()).peekable();
            while let Some(word) = words.next() {
                self.names.insert(word);
                self.inputs.extend(words.peek().filter(|_| word == "inputs"));
            }
        }
        for (start, scope) in text.match_indices("$inputs") {
            match name_in(&text[start + scope.len()..]) {
                // In a program `-` is a minus.
                Some(name) => self.names.extend([name, name.split('-').next().unwrap_or(name)]),
                None => self.all = true,
            }
        }
    }
}

fn is_of_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_' || character == '-'
}

/// The name behind `$inputs`, as programs write it: `.name`, `["name"]`, `."name"`.
fn name_in(rest: &str) -> Option<&str> {
    let rest = rest.strip_prefix('.').or_else(|| rest.starts_with(['[']).then_some(rest))?;
    let quoted = rest.trim_start_matches(['[', ' ', '"', '\'', '\\']);
    let name = &quoted[..quoted.find(|c| !is_of_name(c)).unwrap_or(quoted.len())];
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_inputs_are_found_in_templates_and_programs() {
        for (text, names, all) in [
            ("{{inputs.a}}/{{ inputs.b-c }} inputs.d", vec!["a", "b-c", "inputs"], false),
            ("{{inputs.[d]}} {{lower inputs.e", vec!["d", "e", "inputs", "lower"], false),
            (".x == $inputs.f-1 or $inputs[\"g\"] or $inputs.\"h\"", vec!["f", "f-1", "g", "h"], false),
            ("$inputs | keys", vec![], true),
            ("$inputs[.name]", vec![], true),
            ("all inputs", vec![], false),
        ] {
            let mut read = Read::default();
            read.text(text);
            let mut found: Vec<&str> = read.names.into_iter().collect();
            found.sort_unstable();
            assert_eq!((found, read.all), (names, all), "{text}");
        }
    }
}
