//! Where the tags of a template stand, and the words within them.
//!
//! The syntax tree of Handlebars has no byte ranges and drops `~` and `&`. This scan finds the tags in the order in which
//! the tree has them; it decides nothing that the grammar decides.

use std::ops::Range;

/// A tag, from its first brace to its last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tag {
    pub(super) range: Range<usize>,
    pub(super) kind: TagKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TagKind {
    /// `{{! … }}`
    Comment,
    /// `{{#… }}`
    Open,
    /// `{{/… }}`
    Close,
    /// `{{else}}`, `{{^}}`
    Else,
    /// `{{else if …}}`
    ElseIf,
    /// `{{{{ … }}}}`
    RawBlock,
    /// `{{ … }}`, `{{{ … }}}` and everything else
    Value,
}

/// The tags of a template in their order. A tag that does not end, ends with the text.
pub(super) fn tags(text: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find("{{") {
        let start = at + found;
        let backslashes = text[at..start].bytes().rev().take_while(|byte| *byte == b'\\').count();
        if backslashes == 1 {
            // An escape takes up to four braces.
            at = start + if text[start..].starts_with("{{{{") { 4 } else { 2 };
            continue;
        }
        let tag = tag_at(text, start);
        at = tag.range.end;
        tags.push(tag);
    }
    tags
}

fn tag_at(text: &str, start: usize) -> Tag {
    let rest = &text[start..];
    let until = |end: &str| rest.find(end).map(|at| start + at + end.len());
    let (end, kind) = if rest.starts_with("{{!--") && until("--}}").is_some() {
        (until("--}}"), TagKind::Comment)
    } else if rest.starts_with("{{!") {
        (until("}}"), TagKind::Comment)
    } else if rest.starts_with("{{{{") {
        (until("}}}}"), TagKind::RawBlock)
    } else {
        let triple = rest.starts_with("{{{") || rest.starts_with("{{~{");
        (end_of_value(text, start, triple), kind_of(rest))
    };
    Tag { range: start..end.unwrap_or(text.len()), kind }
}

fn kind_of(rest: &str) -> TagKind {
    let inner = rest[2..].trim_start_matches('~').trim_start();
    let after_else = inner.strip_prefix('^').or_else(|| {
        let after = inner.strip_prefix("else")?;
        after.starts_with(|c: char| c.is_whitespace() || c == '~' || c == '}').then_some(after)
    });
    match (inner.as_bytes().first(), after_else) {
        (Some(b'#'), _) => TagKind::Open,
        (Some(b'/'), _) => TagKind::Close,
        (_, Some(after)) if after.trim_start().starts_with(['}', '~']) => TagKind::Else,
        (_, Some(_)) => TagKind::ElseIf,
        _ => TagKind::Value,
    }
}

/// The end of a tag whose words may hold braces within quotes and brackets.
fn end_of_value(text: &str, start: usize, triple: bool) -> Option<usize> {
    let mut at = start + 2;
    while at < text.len() {
        let rest = &text[at..];
        let close = rest.find("}}")?;
        let quoted = rest[..close].find(['"', '\'', '[']);
        let Some(quote) = quoted else {
            let end = at + close + 2;
            return Some(if triple && text[end..].starts_with('}') { end + 1 } else { end });
        };
        at += quote + end_of_quoted(&rest[quote..]).unwrap_or(1);
    }
    None
}

/// The length of a quoted string or a bracketed name, its end included.
fn end_of_quoted(rest: &str) -> Option<usize> {
    let close = match rest.chars().next()? {
        '[' => return rest.find(']').map(|at| at + 1),
        quote => quote,
    };
    let mut escaped = false;
    let end = rest.char_indices().skip(1).find(|(_, c)| {
        let ends = *c == close && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    end.map(|(at, c)| at + c.len_utf8())
}

/// The words of a tag: names and paths, quoted strings, and parentheses each for itself.
pub(super) fn words(text: &str, tag: &Range<usize>) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut at = tag.start;
    while at < tag.end {
        let rest = &text[at..tag.end];
        let length = match rest.chars().next() {
            None => break,
            Some('{' | '}' | '~' | '#' | '/' | '&' | '>' | '*' | '^') => {
                at += 1;
                continue;
            }
            Some(c) if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            Some('(' | ')') => 1,
            Some('"' | '\'') => end_of_quoted(rest).unwrap_or(rest.len()),
            Some(_) => end_of_word(rest).max(1),
        };
        words.push(at..at + length);
        at += length;
    }
    words
}

fn end_of_word(rest: &str) -> usize {
    let mut at = 0;
    while at < rest.len() {
        let Some(stop) = rest[at..].find(|c: char| c.is_whitespace() || "(){}[\"'=~".contains(c)) else {
            return rest.len();
        };
        at += stop;
        if !rest[at..].starts_with('[') {
            return at;
        }
        let Some(bracket) = end_of_quoted(&rest[at..]) else { return rest.len() };
        at += bracket;
    }
    rest.len()
}

/// How deep parentheses, brackets and blocks nest at most: the grammar recurses on each.
pub(super) fn depth(text: &str, tags: &[Tag]) -> usize {
    let (mut blocks, mut deepest) = (0_usize, 0);
    for tag in tags {
        match tag.kind {
            TagKind::Open => blocks += 1,
            TagKind::Close => blocks = blocks.saturating_sub(1),
            TagKind::Comment => continue,
            _ => {}
        }
        let mut within = 0_usize;
        for byte in text[tag.range.clone()].bytes() {
            match byte {
                b'(' | b'[' | b'{' => within += 1,
                b')' | b']' | b'}' => within = within.saturating_sub(1),
                _ => {}
            }
            deepest = deepest.max(within + blocks);
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(&str, TagKind)> {
        tags(text).into_iter().map(|tag| (&text[tag.range], tag.kind)).collect()
    }

    #[test]
    fn tags_are_found_with_their_kind() {
        let text = r#"a{{x.y}}{{{z}}}\{{no}} {{! c }}{{!-- }} --}}{{#if a}}{{else}}{{^}}{{else if b}}{{/if}}{{f "}}" [}}]}}"#;
        assert_eq!(
            found(text),
            [
                ("{{x.y}}", TagKind::Value),
                ("{{{z}}}", TagKind::Value),
                ("{{! c }}", TagKind::Comment),
                ("{{!-- }} --}}", TagKind::Comment),
                ("{{#if a}}", TagKind::Open),
                ("{{else}}", TagKind::Else),
                ("{{^}}", TagKind::Else),
                ("{{else if b}}", TagKind::ElseIf),
                ("{{/if}}", TagKind::Close),
                (r#"{{f "}}" [}}]}}"#, TagKind::Value),
            ]
        );
        assert_eq!(found(r"\\{{a}}{{b"), [("{{a}}", TagKind::Value), ("{{b", TagKind::Value)]);
        assert_eq!(found("{{elsewhere.x}}"), [("{{elsewhere.x}}", TagKind::Value)]);
    }

    #[test]
    fn words_are_paths_strings_and_parentheses() {
        let text = r#"{{date (lower parent.[a b].c) "%d 'x'" 'y'}}"#;
        let words: Vec<_> = words(text, &(0..text.len())).into_iter().map(|range| &text[range]).collect();
        assert_eq!(words, ["date", "(", "lower", "parent.[a b].c", ")", r#""%d 'x'""#, "'y'"]);
    }
}
