//! Blanks within names and numbers, and at the end of a path, which the grammar of `jsonpath-rust` reads over and RFC 9535 has not.

/// Where a blank stands that parts what belongs together, in bytes of the path: `$.a b`, `$.a[?@.b == 1 .5]`, `$.a `.
pub(super) fn misplaced(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, character)) = chars.next() {
        match (quote, character) {
            (Some(_), '\\') => drop(chars.next()),
            (Some(open), _) if open == character => quote = None,
            (None, '"' | '\'') => quote = Some(character),
            (None, _) if is_blank(character) => {
                let before = &text[..at];
                while chars.next_if(|(_, next)| is_blank(*next)).is_some() {}
                let after = chars.peek().map(|(_, next)| *next);
                if after.is_none_or(|after| parts(before, after)) {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r')
}

fn is_of_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_' || !character.is_ascii()
}

/// Whether what stands before a blank and what follows it would be one name or number without it.
fn parts(before: &str, after: char) -> bool {
    let word = before.rfind(|c| !is_of_name(c)).map_or(before, |end| &before[end..]);
    let word = word.trim_start_matches(|c| !is_of_name(c));
    let is_number = word.starts_with(|c: char| c.is_ascii_digit());
    match before.chars().next_back() {
        Some('.' | '-' | '+') => true,
        Some(last) if is_of_name(last) => {
            is_of_name(after) || (is_number && matches!(after, '.' | '-' | '+'))
        }
        _ => false,
    }
}
