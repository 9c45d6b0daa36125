//! A tree of a text that is being written: of the text as it is, or without what stands at the caret.

use restload_diag::Source;
use restload_spec::Document;

use crate::buffer::has_tree;
use crate::outline;

/// The document of a text, or of the text with blanks in the place of what keeps it from being read on the caret's line:
/// the word there, the value, the line. Places of the document are those of the text. Nothing where the text is broken
/// elsewhere too.
pub(crate) fn document(text: &str, caret: usize) -> Option<Document> {
    let parse = |text: String| Some(Document::parse(Source::new("", text)).0).filter(has_tree);
    parse(text.to_owned())
        .or_else(|| without_rest(text, caret).into_iter().find_map(parse))
        .or_else(|| parse(without_value(text, caret)?))
        .or_else(|| parse(blanked(text, line(text, caret))))
}

/// The text without what stands at the caret and behind it on the line, its brackets closed or not.
fn without_rest(text: &str, caret: usize) -> Vec<String> {
    let Some(found) = outline::caret(text, caret) else { return Vec::new() };
    if found.key.as_ref().is_some_and(|key| key.has_colon) {
        return Vec::new();
    }
    let start = match &found.value {
        Some(value) => value.start - value.quote.filter(|quote| *quote != '|').map_or(0, char::len_utf8),
        None => found.word.start,
    };
    let rest = start..line(text, caret).end;
    let blanks = rest.len().saturating_sub(found.closing.len());
    let is_on_line = start >= line(text, caret).start;
    let mut texts = Vec::new();
    if is_on_line && rest.len() >= found.closing.len() {
        texts.push(format!("{}{}{}{}", &text[..start], " ".repeat(blanks), found.closing, &text[rest.end..]));
    }
    if is_on_line {
        texts.push(blanked(text, rest));
    }
    texts
}

fn line(text: &str, caret: usize) -> std::ops::Range<usize> {
    let caret = text.floor_char_boundary(caret);
    let start = text[..caret].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[caret..].find(['\r', '\n']).map_or(text.len(), |end| caret + end);
    start..end
}

/// The text without what stands behind the first colon of the caret's line.
fn without_value(text: &str, caret: usize) -> Option<String> {
    let line = line(text, caret);
    let rest = &text[line.clone()];
    let colon = rest.find(": ").or_else(|| rest.ends_with(':').then(|| rest.len() - 1))?;
    Some(blanked(text, line.start + colon + 1..line.end))
}

/// The text with blanks in the place of these bytes.
fn blanked(text: &str, span: std::ops::Range<usize>) -> String {
    let blanks = " ".repeat(span.len());
    format!("{}{blanks}{}", &text[..span.start], &text[span.end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(marked: &str) -> String {
        let at = marked.find('▮').unwrap();
        let text = marked.replacen('▮', "", 1);
        document(&text, at).map_or("nothing".to_owned(), |document| {
            assert_eq!(document.source().text.len(), text.len());
            document.root().to_value().to_string()
        })
    }

    #[test]
    fn what_is_being_written_does_not_keep_the_rest_from_being_read() {
        assert_eq!(tree("a: 1\nb: ▮\n"), r#"{"a":1,"b":null}"#);
        assert_eq!(tree("a: 1\nb: {x: ▮\nc: 2\n"), r#"{"a":1,"b":null,"c":2}"#);
        assert_eq!(tree("a: 1\nb: {y: [0], x: \"{{▮\nc: 2\n"), r#"{"a":1,"b":{"y":[0],"x":null},"c":2}"#);
        assert_eq!(tree("b: {y: 0,\n  x: \"{{▮\n  }\nc: 2\n"), r#"{"b":{"y":0,"x":null},"c":2}"#);
        assert_eq!(tree("a: 1\nb: \"{{é▮\nc: 2\n"), r#"{"a":1,"b":null,"c":2}"#);
        assert_eq!(tree("a: 1\nb▮\nc: 2\n"), r#"{"a":1,"c":2}"#);
        assert_eq!(tree("a: 1\nb: [\nc: ▮\n"), "nothing");
    }
}
