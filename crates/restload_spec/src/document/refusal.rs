//! What YAML allows and a spec does not.

use std::ops::Range;

use restload_diag::{Diagnostic, Part, Pointer};

use crate::structure::shown;

/// A fault at bytes of the text, where no pointer can name the place.
pub(super) fn at_bytes(rule: &'static str, span: Range<usize>, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(rule, Pointer::root(), message).within(span)
}

/// Lists and maps too deep in each other.
pub(super) fn too_deep(span: Range<usize>, most: usize) -> Diagnostic {
    at_bytes("too-deep", span, format!("lists and maps stand more than {most} deep in each other"))
}

/// A second document.
pub(super) fn second_document(span: Range<usize>) -> Diagnostic {
    at_bytes("second-document", span, "a second document begins here, a spec is one")
        .help("remove the `---`, or put what follows into a file of its own")
}

/// The merge key of YAML 1.1.
pub(super) fn merge_key(span: Range<usize>) -> Diagnostic {
    at_bytes("merge-key", span, "the merge key `<<` is not part of the language")
        .help("put what the resources share under `defaults`; an alias (`*name`) may stand for a whole value")
}

/// A key for the second time.
pub(super) fn duplicate_key(key: &str, span: Range<usize>, first: Pointer) -> Diagnostic {
    at_bytes("duplicate-key", span, format!("{} is said twice", shown(key)))
        .label(first, Part::Key, "first here")
        .help("remove one of the two")
}

/// A tag in what stands before a value, as it is written.
pub(super) fn tag(text: &str, before: Range<usize>) -> Diagnostic {
    let start = before.start + text[before].find('!').unwrap_or_default();
    let tag = text[start..].split(char::is_whitespace).next().unwrap_or_default();
    let message = format!("the tag {} is not part of the language", shown(tag));
    at_bytes("yaml-tag", start..start + tag.len(), message)
        .help("remove it; put a number in quotes where text is meant")
}
