//! Edits of single values: other text in the place of a scalar, spelled so that YAML reads it as that text.

use restload_diag::{Edit, Locate as _, Part, Pointer};

use super::{Document, Node, Style};

impl Document {
    /// The edit that puts another text in the place of a text, in quotes where it needs any. Nothing where the place
    /// holds something else, a text over several lines, or an alias: what an anchor says is meant for others too.
    pub fn rewrite(&self, at: &Pointer, text: &str) -> Option<Edit> {
        let node = self.own_text(at)?;
        let replacement = match node.style {
            Style::Plain | Style::SingleQuoted | Style::DoubleQuoted => spelled(text, node.style)?,
            Style::Literal | Style::Folded | Style::Flow | Style::Block => return None,
        };
        Some(Edit { span: node.span.clone(), replacement })
    }

    /// The edit that puts another word in the place of these bytes of a text. Nothing where the bytes are not spelled as
    /// they are read, or where the word would have to be in quotes.
    pub fn rewrite_within(&self, at: &Pointer, within: std::ops::Range<usize>, word: &str) -> Option<Edit> {
        let node = self.own_text(at)?;
        let old = node.text()?.get(within.clone())?;
        let span = self.span(at, Part::Value, Some(within));
        let is_spelled = !old.is_empty() && self.source.text.get(span.clone()) == Some(old);
        (is_spelled && word.chars().all(is_harmless)).then(|| Edit { span, replacement: word.to_owned() })
    }

    fn own_text(&self, at: &Pointer) -> Option<&Node> {
        self.own(at).filter(|node| node.text().is_some())
    }
}

/// A character that means nothing to YAML wherever it stands in a word.
fn is_harmless(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_.$-".contains(character)
}

/// A text on one line as YAML spells it: in the style given, or in quotes where that would not do.
fn spelled(text: &str, style: Style) -> Option<String> {
    if text.contains(char::is_control) {
        return None;
    }
    let plain = text.starts_with(|first: char| first.is_ascii_alphabetic() || "_$".contains(first))
        && text.chars().all(is_harmless)
        && matches!(super::scalar::plain(text), Some(super::Content::Text(_)));
    Some(match style {
        Style::Plain if plain => text.to_owned(),
        Style::SingleQuoted if !text.contains('\'') => format!("'{text}'"),
        _ if !text.contains(['"', '\\']) => format!("\"{text}\""),
        _ => format!("'{}'", text.replace('\'', "''")),
    })
}

#[cfg(test)]
mod tests {
    use restload_diag::Source;

    use super::*;

    fn edited(text: &str, edit: Option<Edit>) -> Option<String> {
        let Edit { span, replacement } = edit?;
        Some(format!("{}{replacement}{}", &text[..span.start], &text[span.end..]))
    }

    fn rewritten(text: &str, new: &str) -> Option<String> {
        let (document, faults) = Document::parse(Source::new("a.yaml", text));
        assert!(faults.is_empty(), "{text}");
        let edited = edited(text, document.rewrite(&"/a".parse().unwrap(), new))?;
        let (read, faults) = Document::parse(Source::new("a.yaml", &edited));
        assert!(faults.is_empty(), "{edited}");
        assert_eq!(read.get(&"/a".parse().unwrap()).and_then(Node::text), Some(new), "{edited}");
        Some(edited)
    }

    #[test]
    fn a_text_keeps_its_quotes_and_gets_those_that_it_needs() {
        for (text, new, expected) in [
            ("a: x # é", "data.items", "a: data.items # é"),
            ("{a: x, b: 1}", "data.items", "{a: data.items, b: 1}"),
            ("{a: x, b: 1}", "$.data[*]", "{a: \"$.data[*]\", b: 1}"),
            ("a: x", "$['b']", "a: \"$['b']\""),
            ("a: 'x'", "b", "a: 'b'"),
            ("a: 'x'", "$['b']", "a: \"$['b']\""),
            ("a: \"x\"", "b", "a: \"b\""),
            ("a: \"x\"", r#"$["b"]"#, r#"a: '$["b"]'"#),
            ("a: x", r#"$["it's"]"#, r#"a: '$["it''s"]'"#),
            ("a: x", "null", "a: \"null\""),
            ("a: x", "1e3", "a: \"1e3\""),
        ] {
            assert_eq!(rewritten(text, new).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_text_of_its_own_is_not_rewritten() {
        for text in ["a: 1", "a: [x]", "a: |\n  x\n", "a: >-\n  x\n", "b: &x y\na: *x", "a: &x y\nb: *x"] {
            assert_eq!(rewritten(text, "b"), None, "{text}");
        }
        assert_eq!(rewritten("a: x", "b\nc"), None);
    }

    #[test]
    fn a_word_of_a_text_is_rewritten_where_it_is_spelled_as_it_is_read() {
        let at: Pointer = "/a".parse().unwrap();
        let within = |text: &str, old: &str| {
            let (document, _) = Document::parse(Source::new("a.yaml", text));
            let start = document.get(&at)?.text()?.find(old)?;
            edited(text, document.rewrite_within(&at, start..start + old.len(), "new"))
        };
        assert_eq!(within("a: \"é\\t{{old}}\"", "old").as_deref(), Some("a: \"é\\t{{new}}\""));
        assert_eq!(within("a: |\n  é\n  old\n", "old").as_deref(), Some("a: |\n  é\n  new\n"));
        assert_eq!(within("a: >-\n  some\n  old\n", "old").as_deref(), Some("a: >-\n  some\n  new\n"));
        assert_eq!(within("a: \"\\x6fld\"", "old"), None);
    }
}
