//! Comments that allow the findings of a rule: `# restload: allow(rule) reason` on the line above.

use std::ops::Range;

use restload_spec::{Content, Document, Node, Style};

/// The words of an allowing comment.
const WORD: &str = "restload: allow";

/// How many of them are read: nobody writes as many.
const MOST: usize = 10_000;

/// A comment that allows the findings of rules on the line below it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Allow {
    /// The rules, each with its bytes in the text.
    pub(crate) rules: Vec<(String, Range<usize>)>,
    /// The whole comment from its `#`.
    pub(crate) span: Range<usize>,
    /// The bytes of the line that it is about.
    pub(crate) line: Range<usize>,
    /// Whether a reason is given.
    pub(crate) has_reason: bool,
    /// Whether it is written as such a comment is.
    pub(crate) form: Form,
}

/// How an allowing comment is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// As it has to be.
    Sound,
    /// Without rules in brackets.
    Malformed,
    /// Behind something, and not on a line of its own.
    Behind,
}

/// The allowing comments of a document, in the order of the text.
pub(crate) fn allows(document: &Document) -> Vec<Allow> {
    let text = &document.source().text;
    if !text.contains(WORD) {
        return Vec::new();
    }
    let mut scalars = Vec::new();
    texts_with_signs(document.root(), &mut scalars);
    scalars.sort_unstable_by_key(|scalar: &Range<usize>| scalar.start);
    let is_in_a_text = |at: usize| {
        let behind = scalars.partition_point(|scalar| scalar.start <= at);
        behind.checked_sub(1).is_some_and(|last| scalars[last].contains(&at))
    };
    let mut allows = Vec::new();
    let mut end = 0;
    let mut target: Option<Range<usize>> = None;
    for line in text.split_inclusive('\n') {
        let start = end;
        end += line.len();
        let Some(at) = sign(line).filter(|at| !is_in_a_text(start + at)) else { continue };
        if allows.len() == MOST {
            break;
        }
        let is_alone = line[..at].trim_start_matches('\u{feff}').trim().is_empty();
        // Comments that stand together are about one line.
        let about = target.take().filter(|line| line.start >= end).unwrap_or_else(|| target_line(text, end));
        let mut allow = parse(line[at..].trim_end(), start + at, about.clone());
        target = Some(about);
        if !is_alone {
            allow.form = Form::Behind;
        }
        allows.push(allow);
    }
    allows
}

/// Where the comment of a line begins that says what such comments say.
fn sign(line: &str) -> Option<usize> {
    line.match_indices(WORD).find_map(|(word, _)| {
        let before = line[..word].trim_end();
        let at = before.len() - before.strip_suffix('#').map(|_| 1)?;
        let before = line[..at].trim_end_matches('#');
        (before.is_empty() || before.ends_with(char::is_whitespace)).then_some(before.len())
    })
}

/// The next line that is neither empty nor a comment.
fn target_line(text: &str, from: usize) -> Range<usize> {
    let mut at = from;
    for line in text[from..].split_inclusive('\n') {
        let trimmed = line.trim();
        if !trimmed.is_empty() && !trimmed.starts_with('#') {
            return at..at + line.len();
        }
        at += line.len();
    }
    at..at
}

/// Reads a comment. `at` is the byte of its `#`.
fn parse(comment: &str, at: usize, line: Range<usize>) -> Allow {
    let span = at..at + comment.len();
    let mut allow = Allow { rules: Vec::new(), span, line, has_reason: false, form: Form::Malformed };
    let Some(open) = comment.find('(') else { return allow };
    let Some(close) = comment[open..].find(')').map(|close| open + close) else { return allow };
    let before = comment[..open].trim_start_matches('#').trim();
    let mut start = open + 1;
    for name in comment[start..close].split(',') {
        let lead = name.len() - name.trim_start().len();
        let from = at + start + lead;
        allow.rules.push((name.trim().to_owned(), from..from + name.trim().len()));
        start += name.len() + 1;
    }
    allow.has_reason = !comment[close + 1..].trim_matches([' ', ':', '-', '\t']).is_empty();
    if before == WORD && allow.rules.iter().all(|(name, _)| !name.is_empty()) {
        allow.form = Form::Sound;
    }
    allow
}

/// The bytes of texts in which `#` begins no comment: those after `|` and `>`, and those in quotes.
fn texts_with_signs(node: &Node, found: &mut Vec<Range<usize>>) {
    match &node.content {
        Content::List(items) => items.iter().for_each(|item| texts_with_signs(item, found)),
        Content::Map(entries) => entries.iter().for_each(|entry| texts_with_signs(&entry.value, found)),
        _ if node.style != Style::Plain => found.push(node.span.clone()),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use restload_diag::Source;

    use super::*;

    /// The rules of each comment, its form, and the line that it is about.
    fn read(text: &str) -> Vec<(Vec<String>, Form, String)> {
        let (document, _) = Document::parse(Source::new("a.yaml", text));
        let names =
            |allow: &Allow| allow.rules.iter().map(|(_, span)| text[span.clone()].to_owned()).collect();
        let read = |allow: &Allow| (names(allow), allow.form, text[allow.line.clone()].trim().to_owned());
        allows(&document).iter().map(read).collect()
    }

    fn one(rules: &[&str], form: Form, line: &str) -> (Vec<String>, Form, String) {
        (rules.iter().map(|rule| (*rule).to_owned()).collect(), form, line.to_owned())
    }

    #[test]
    fn a_comment_is_about_the_next_line_that_says_something() {
        let text = "a: 1\n  # restload: allow(x) reason\n\n# else\n  ## restload: allow( y,z )\nb: 2\nc: 3\n";
        assert_eq!(read(text), [one(&["x"], Form::Sound, "b: 2"), one(&["y", "z"], Form::Sound, "b: 2")]);
        assert_eq!(read("a: 1\r\n# restload: allow(x) é\r\nb: 2\r\n"), [one(&["x"], Form::Sound, "b: 2")]);
        assert_eq!(read("a: 1\n# restload: allow(x) the end"), [one(&["x"], Form::Sound, "")]);
    }

    #[test]
    fn what_only_looks_like_a_comment_is_none() {
        let texts = [
            "a: |\n  # restload: allow(x) in a block\n  more\nb: 2\n",
            "a: >-\n  text\n  # restload: allow(x) in a block\nb: 2\n",
            "a: \"text\n  # restload: allow(x) in quotes\"\nb: 2\n",
            "a: {b: '# restload: allow(x) in quotes'}\n",
            "a: text#restload: allow(x)\n",
            "a: restload: allow\n",
        ];
        for text in texts {
            assert_eq!(read(text), [], "{text}");
        }
    }

    #[test]
    fn a_comment_in_the_middle_of_a_map_in_braces_is_one() {
        let text = "a: {\n  b: 1,\n  # restload: allow(x) reason\n  c: 2, d: 3}\n";
        assert_eq!(read(text), [one(&["x"], Form::Sound, "c: 2, d: 3}")]);
    }

    #[test]
    fn one_that_is_not_written_as_it_has_to_be_says_so() {
        let forms: Vec<Form> = read(
            "# restload: allow x\n# restload: allow()\n# restload: allowed(x) y\na: 1 # restload: allow(x) y\nb: 'q' # restload: allow(x) y\n",
        )
        .into_iter()
        .map(|(_, form, _)| form)
        .collect();
        assert_eq!(forms, [Form::Malformed, Form::Malformed, Form::Malformed, Form::Behind, Form::Behind]);
    }

    #[test]
    fn a_reason_is_words_and_no_signs() {
        let has_reason = |text: &str| parse(text, 0, 0..0).has_reason;
        assert!(has_reason("# restload: allow(x): the API takes it nowhere else"));
        assert!(!has_reason("# restload: allow(x)") && !has_reason("# restload: allow(x) -- "));
    }
}
