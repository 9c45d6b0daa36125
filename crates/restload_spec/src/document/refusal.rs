//! What YAML allows and a spec does not.

use std::ops::Range;

use restload_diag::{Diagnostic, Fix, Part, Pointer, Severity};

use super::Document;
use crate::structure::shown;

/// A fault at bytes of the text, where no pointer can name the place.
pub(super) fn at_bytes(rule: &'static str, span: Range<usize>, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(rule, Pointer::root(), message).within(span)
}

/// A text that is longer than any spec.
pub(super) fn too_large() -> Diagnostic {
    // How large it is is not known: no more is read of it.
    let most = Document::MAX_BYTES >> 20;
    at_bytes("too-large", 0..0, format!("the file is larger than {most} MiB, and is not read"))
        .help("is this a spec? One of thousands of resources fits; real answers of the API go into samples")
}

/// A line that is longer than any.
pub(super) fn line_too_large(line: usize, most: usize) -> Diagnostic {
    let message = format!("line {line} is longer than {} kB, and the file is not read", most / 1000);
    at_bytes("too-large", 0..0, message).help("write the spec in lines, as it is to be read by people too")
}

/// A value that is longer than any.
pub(super) fn text_too_large(span: Range<usize>, most: usize) -> Diagnostic {
    let message = format!("this text is longer than {} kB, and the file is not read on", most / 1000);
    at_bytes("too-large", span.start..span.start, message)
        .help("what is as long is no part of a spec: real answers of the API go into samples")
}

/// A text without anything in it.
pub(super) fn empty() -> Diagnostic {
    at_bytes("empty-spec", 0..0, "the file holds no spec").help("begin with `version: 1` and `name: …`")
}

/// Lists and maps too deep in each other.
pub(super) fn too_deep(span: Range<usize>, most: usize) -> Diagnostic {
    at_bytes("too-deep", span, format!("lists and maps are nested more than {most} deep"))
        .help("take levels out; a body that is as deep goes as text: `body: '…'`")
}

/// Aliases of aliases that make a huge tree of a small text.
pub(super) fn too_many_aliases(span: Range<usize>, most: usize) -> Diagnostic {
    at_bytes("too-many-aliases", span, format!("aliases expand this file to more than {most} values"))
        .help("write what resources share once, under `defaults`")
}

/// More values than a spec ever has.
pub(super) fn too_many_values(span: Range<usize>, most: usize) -> Diagnostic {
    at_bytes("too-many-values", span, format!("the file has more than {most} keys with their values"))
        .help("make a spec of each part of the API; answers of the API belong beside it, as samples")
}

/// More faults than anyone mends by hand.
pub(super) fn too_many_faults(span: Range<usize>, most: usize) -> Diagnostic {
    let message = format!("{most} faults stand before this place, and the file is not read on");
    let fault = Diagnostic::new(Severity::Note, "too-many-findings", Pointer::root(), message);
    fault.within(span).help("mend these first, then look again")
}

/// More resources or inputs than a spec ever has.
pub(super) fn too_many_entries(key: &str, first: Range<usize>, most: usize) -> Diagnostic {
    at_bytes("too-many-values", first, format!("the file has more than {most} {key}")).help(match key {
        "inputs" => "one input may be a list of many values: `type: list`",
        _ => "make a spec of each part of the API; what is alike but for a word is one resource with `for_each`",
    })
}

/// An alias in the value that it names.
pub(super) fn alias_of_itself(text: &str, span: Range<usize>) -> Diagnostic {
    let alias = &text[span.clone()];
    at_bytes("alias-of-itself", span, format!("{} is used inside the value that it names", shown(alias)))
        .help("an alias can only name a value that is complete above it: write the value itself here")
}

/// A plain scalar that is a number to YAML and to nothing else.
pub(super) fn not_a_number(value: &str, span: Range<usize>) -> Diagnostic {
    at_bytes(
        "not-a-number",
        span,
        format!("{} is not a number that a request or a row can hold", shown(value)),
    )
    .help(format!("put it in quotes where text is meant: `\"{value}\"`"))
}

/// A second document.
pub(super) fn second_document(span: Range<usize>) -> Diagnostic {
    at_bytes("second-document", span, "a second document begins here, and a spec is one document")
        .help("remove the `---`, or put what follows into a file of its own")
}

/// The merge key of YAML 1.1.
pub(super) fn merge_key(span: Range<usize>) -> Diagnostic {
    at_bytes("merge-key", span, "the merge key `<<` is not part of the language")
        .help("put what the resources share under `defaults`; an alias (`*name`) may stand for a whole value")
}

/// A key for the second time.
pub(super) fn duplicate_key(key: &str, span: Range<usize>, first: Pointer) -> Diagnostic {
    at_bytes("duplicate-key", span, format!("{} is here twice", shown(key)))
        .label(first, Part::Key, "first here")
        .help("remove one of the two")
}

/// A tag in what stands before a value.
pub(super) fn tag(text: &str, before: Range<usize>) -> Diagnostic {
    let start = before.start + text[before].find('!').unwrap_or_default();
    let tag = text[start..].split(char::is_whitespace).next().unwrap_or_default();
    let message = format!("the tag {} is not part of the language", shown(tag));
    let fault = at_bytes("yaml-tag", start..start + tag.len(), message);
    let rest = &text[start + tag.len()..];
    let spaces = rest.len() - rest.trim_start_matches(' ').len();
    // In quotes it is text without the tag too.
    if tag == "!!str" && spaces > 0 && rest[spaces..].starts_with(['"', '\'']) {
        return fault.fix(Fix::new("remove the tag").delete(start..start + tag.len() + spaces));
    }
    fault.help(match tag {
        "!!str" => "remove it, and put the value in quotes",
        "!!int" | "!!float" | "!!bool" | "!!null" => "remove it, and write the value without quotes",
        _ => "remove it, and write the value that is meant; what comes from outside is an input",
    })
}
