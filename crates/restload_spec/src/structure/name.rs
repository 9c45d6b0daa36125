//! Names of specs, inputs and resources.

/// Whether a text is `[a-z][a-z0-9_-]*`.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'))
}

/// The name that a text is nearest to, if there is one.
pub(crate) fn nearest_name(text: &str) -> Option<String> {
    let mut name = String::new();
    for character in text.chars() {
        match character {
            'A'..='Z' if name.ends_with(|last: char| last.is_ascii_lowercase()) => {
                name.push('_');
                name.push(character.to_ascii_lowercase());
            }
            'A'..='Z' | 'a'..='z' | '0'..='9' | '_' | '-' => name.push(character.to_ascii_lowercase()),
            _ if !character.is_ascii() => return None,
            _ if name.ends_with('_') => {}
            _ => name.push('_'),
        }
    }
    let name = name.trim_matches('_').to_owned();
    is_name(&name).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_made_of_what_was_written() {
        assert_eq!(nearest_name("listEntries"), Some("list_entries".into()));
        assert_eq!(nearest_name("List Entries!"), Some("list_entries".into()));
        assert_eq!(nearest_name("2024"), None);
        assert_eq!(nearest_name("été"), None);
        assert!(is_name("v1_notes"));
        assert!(!is_name(""));
        assert!(!is_name("_a"));
    }
}
