//! Edits as the protocol has them.

use std::collections::HashMap;

use gen_lsp_types::{TextEdit, Uri, WorkspaceEdit};
use restload_diag::Edit;

use crate::text::Text;

/// An edit of a text.
pub(crate) fn shown(edit: &Edit, text: &Text) -> TextEdit {
    TextEdit { range: text.range(&edit.span), new_text: edit.replacement.clone() }
}

/// The edits of one text, in the order of the text.
pub(crate) fn of_one(mut edits: Vec<TextEdit>, uri: &Uri) -> WorkspaceEdit {
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    WorkspaceEdit { changes: Some(HashMap::from([(uri.clone(), edits)])), ..WorkspaceEdit::default() }
}

/// The edit that makes one text of another: what they begin and end with alike is left alone. Nothing where they are
/// equal.
pub(crate) fn between(old: &str, new: &str) -> Option<Edit> {
    if old == new {
        return None;
    }
    let alike = old.bytes().zip(new.bytes()).take_while(|(one, other)| one == other).count();
    let mut start = old.floor_char_boundary(alike);
    // Neither text may be cut within a character, nor between the two that end a line.
    start = start.min(new.floor_char_boundary(alike));
    start = if old[..start].ends_with('\r') { start - 1 } else { start };
    let most = old.len().min(new.len()) - start;
    let alike =
        old.bytes().rev().zip(new.bytes().rev()).take(most).take_while(|(one, other)| one == other).count();
    let mut end = old.ceil_char_boundary(old.len() - alike);
    if old[end..].starts_with('\n') && old[..end].ends_with('\r') {
        end += 1;
    }
    let new_end = new.len() - (old.len() - end);
    Some(Edit { span: start..end, replacement: new[start..new_end].to_owned() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_alike_is_left_alone() {
        assert_eq!(between("abc", "abc"), None);
        let edit = between("a: 1\nb: 2\nc: 3\n", "a: 1\nb: 9\nc: 3\n").unwrap();
        assert_eq!((edit.span, edit.replacement.as_str()), (8..9, "9"));
    }

    proptest! {
        #[test]
        fn the_edit_makes_the_new_text(old in "(a|é|è|\r\n|\n|𝄞){0,12}", new in "(a|é|è|\r\n|\n|𝄞){0,12}") {
            let made = match between(&old, &new) {
                None => old.clone(),
                Some(edit) => {
                    let text = Text::new(old.clone(), crate::text::Encoding::Utf16);
                    let shown = shown(&edit, &text);
                    let mut text = text;
                    text.replace(shown.range, &shown.new_text);
                    text.as_str().to_owned()
                }
            };
            prop_assert_eq!(made, new);
        }
    }
}
