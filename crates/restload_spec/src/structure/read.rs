//! The front door: from a file's text to a spec, or to all that is wrong with it.

use std::collections::HashSet;
use std::path::Path;

use restload_diag::{Diagnostic, Fix, Locate, Pointer, Source};
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::{check_structure, decode_fault, shown};
use crate::spec::{LANGUAGE_VERSION, Spec};
use crate::{Content, Document};

/// What reading a text gave.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The document, which knows where things stand.
    pub document: Document,
    /// All faults of structure, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// The spec as written; `None` where there is an error.
    pub spec: Option<Spec>,
    /// What is sound of the spec, with stand-ins for what it must have and has not: enough to go on checking, never to
    /// be run. `None` where there is no tree to read on in, and where all is sound.
    pub sound: Option<Spec>,
}

/// Reads a spec. `stem` is the file's name without its ending, which the spec's name has to be; `None` where the text
/// is no file.
///
/// ```
/// use restload_diag::Source;
/// use restload_spec::read_spec;
///
/// let text = "{version: 1, name: a, client: {base_url: 'https://a.example'}, resources: {notes: {paht: notes}}}";
/// let reading = read_spec(Source::new("specs/a.yaml", text), Some("a"));
/// assert_eq!(reading.diagnostics[0].fix.as_ref().map(|fix| fix.title.as_str()), Some("write `path`"));
/// ```
pub fn read_spec(source: Source, stem: Option<&str>) -> Reading {
    let (mut document, mut diagnostics) = Document::parse(source);
    let structure = check_structure(&document);
    let other_version = structure.iter().any(|fault| fault.rule == "version-unknown");
    diagnostics.extend(structure);
    if !other_version {
        diagnostics.extend(stem.and_then(|stem| check_file_name(&document, stem)));
    }
    let (mut spec, mut sound) = (None, None);
    if !diagnostics.iter().any(Diagnostic::is_error) {
        match Spec::deserialize(document.root()) {
            Ok(decoded) => spec = Some(decoded),
            Err(error) => diagnostics.push(decode_fault(Pointer::root(), &error)),
        }
    } else if !other_version && matches!(document.root().content, Content::Map(_)) {
        let pruned = super::prune::prune(document.root(), &diagnostics);
        sound = serde_json::from_value(with_stand_ins(pruned.to_value(), stem)).ok();
        document.keep_sound(pruned);
    }
    diagnostics = once_each(&document, diagnostics);
    diagnostics.sort_by_cached_key(|fault| document.span(&fault.at, fault.part, fault.within.clone()).start);
    Reading { document, diagnostics, spec, sound }
}

/// What is said of one place is said once: what an anchor names is read wherever an alias stands for it.
pub(crate) fn once_each(document: &Document, diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut said = HashSet::new();
    let mut is_new = |found: &Diagnostic| {
        let span = document.span(&found.at, found.part, found.within.clone());
        said.insert((found.rule, span.start, span.end, found.message.clone()))
    };
    diagnostics.into_iter().filter(|found| is_new(found)).collect()
}

/// Something to read on with, for what a spec must say.
fn with_stand_ins(mut spec: Value, stem: Option<&str>) -> Value {
    if let Some(map) = spec.as_object_mut() {
        map.insert("version".into(), LANGUAGE_VERSION.into());
        map.entry("name").or_insert_with(|| stem.unwrap_or("stand-in").into());
        map.entry("resources").or_insert_with(|| json!({}));
        let client = map.entry("client").or_insert_with(|| json!({}));
        if let Some(client) = client.as_object_mut() {
            client.entry("base_url").or_insert_with(|| "https://stand-in.example/".into());
        }
    }
    spec
}

/// Reads a spec from the bytes of a file. `name` is its path, whose stem the spec's name has to be.
pub fn read_spec_bytes(name: &str, bytes: &[u8]) -> Reading {
    let stem = Path::new(name).file_stem().and_then(|stem| stem.to_str());
    match std::str::from_utf8(bytes) {
        Ok(text) => read_spec(Source::new(name, text), stem),
        Err(error) => {
            let at = error.valid_up_to();
            let message = match bytes {
                [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "the file is UTF-16, and a spec is UTF-8".to_owned(),
                _ => format!("the file is not UTF-8: byte {at} belongs to no character"),
            };
            let fault = Diagnostic::error("not-utf8", Pointer::root(), message)
                .within(at..at + 1)
                .help("save the file as UTF-8, then look at this place again");
            // What can be read is kept, so that the line of the fault can be shown.
            let text = String::from_utf8_lossy(&bytes[..bytes.len().min(Document::MAX_BYTES)]).into_owned();
            let (document, _) = Document::parse(Source::new(name, text));
            Reading { document, diagnostics: vec![fault], spec: None, sound: None }
        }
    }
}

fn check_file_name(document: &Document, stem: &str) -> Option<Diagnostic> {
    let at = Pointer::root().join("name");
    let name = document.get(&at)?.text()?;
    if name == stem || !super::name::is_name(name) {
        return None;
    }
    let message = format!("the name is {}, the file is called {}", shown(name), shown(stem));
    let fault = Diagnostic::error("name-is-not-the-file", at.clone(), message);
    if !super::name::is_name(stem) {
        return Some(fault.help(format!("call the file `{name}.yaml`")));
    }
    Some(match document.rewrite(&at, stem) {
        Some(edit) => {
            let fix = Fix::new(format!("write `name: {stem}`, or call the file `{name}.yaml`"));
            fault.fix(fix.replace(edit.span, edit.replacement))
        }
        None => fault.help(format!("write `name: {stem}`, or call the file `{name}.yaml`")),
    })
}
