//! Values behind a key or a dash, as far as they matter to where the caret stands.

use super::{Caret, Found, Reader, ValueHere};

/// The key at the front of a text that is a line's rest: what it says, how many bytes it takes, and where what follows
/// its colon begins.
pub(super) fn key(text: &str) -> Option<(String, usize, usize)> {
    if let Some(quote) = text.chars().next().filter(|first| matches!(first, '"' | '\'')) {
        let length = quoted(text, quote)?;
        let blanks = text[length..].len() - text[length..].trim_start_matches(' ').len();
        let behind = text[length + blanks..].strip_prefix(':')?;
        let is_key = behind.is_empty() || behind.starts_with([' ', '\t']);
        return is_key.then(|| (text[1..length - 1].to_owned(), length, length + blanks + 1));
    }
    if text.starts_with(['{', '[', '#', '&', '*', '!', '|', '>']) {
        return None;
    }
    let plain = plain(text);
    let colon = plain.match_indices(':').map(|(at, _)| at).find(|at| {
        let behind = &text[at + 1..];
        behind.is_empty() || behind.starts_with([' ', '\t'])
    })?;
    let name = plain[..colon].trim_end();
    (!name.is_empty()).then(|| (name.to_owned(), name.len(), colon + 1))
}

/// A value without quotes at the front of a text: up to a comment.
pub(super) fn plain(text: &str) -> &str {
    let comment = text.find(" #").into_iter().chain(text.find("\t#")).min();
    text[..comment.unwrap_or(text.len())].trim_end()
}

/// The length of a quoted text at the front of a text, both quotes included.
pub(super) fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' if quote == '"' => {
                characters.next();
            }
            _ if character == quote
                && quote == '\''
                && characters.peek().is_some_and(|(_, next)| *next == quote) =>
            {
                characters.next();
            }
            _ if character == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

impl Reader<'_> {
    /// Reads the value that begins behind `from`; `column` is that of its key, which its further lines are indented more
    /// than. Gives where the next line begins.
    pub(super) fn value(&mut self, from: usize, column: Option<usize>) -> Option<usize> {
        let end = self.line_end(from);
        let mut start = from + blanks(&self.text[from..end]);
        while start < end && self.text[start..end].starts_with(['&', '!']) {
            let word = self.text[start..end].find([' ', '\t']).map_or(end, |length| start + length);
            if (start..=word).contains(&self.caret) {
                return self.nowhere();
            }
            start = word + blanks(&self.text[word..end]);
        }
        let text = &self.text[start..end];
        let is_comment = text.starts_with('#') && start > from;
        if text.is_empty() || is_comment {
            if self.caret <= start.min(end) || (text.is_empty() && self.caret <= end) {
                return self.here(self.caret, self.caret, None);
            }
            if self.caret <= end {
                self.comment(start);
                return None;
            }
            return self.next_line(end);
        }
        if self.caret < start {
            return self.nowhere();
        }
        match text.chars().next() {
            Some('|' | '>') => self.by_lines(end, column),
            Some(quote @ ('"' | '\'')) => self.quoted(start, quote, column),
            Some('{') if !text.starts_with("{{") => self.flow(start, column),
            Some('[') => self.flow(start, column),
            Some('*') if self.caret <= end => self.nowhere(),
            Some('*') => self.next_line(end),
            _ => {
                let word = plain(text).len();
                if self.caret <= start + word {
                    return self.here(start, start + word, None);
                }
                self.behind(start + word, end)
            }
        }
    }

    /// Reads a text after `|` or `>`, whose first line ends at `end`.
    fn by_lines(&mut self, end: usize, column: Option<usize>) -> Option<usize> {
        if self.caret <= end {
            return self.nowhere();
        }
        let first = self.next_line(end)?;
        let mut start = first;
        loop {
            let end = self.line_end(start);
            let line = &self.text[start..end];
            let indentation = blanks(line);
            let is_empty = indentation == line.len();
            let holds_caret = (start..=end).contains(&self.caret);
            let depth = if is_empty && holds_caret { self.caret - start } else { indentation };
            let is_inside = column.is_none_or(|column| depth > column);
            if !is_inside && (!is_empty || holds_caret) {
                return Some(start);
            }
            if holds_caret {
                return self.here(first, self.caret, Some('|'));
            }
            start = self.next_line(end)?;
        }
    }

    /// Reads a text in quotes.
    fn quoted(&mut self, start: usize, quote: char, column: Option<usize>) -> Option<usize> {
        let most = self.bound(start, column);
        let closed = quoted(&self.text[start..most], quote);
        let end =
            closed.map_or_else(|| self.text[start..most].trim_end().len() + start, |length| start + length);
        let inner_end = if closed.is_some() { end - 1 } else { end };
        if self.caret == start {
            return self.nowhere();
        }
        if self.caret <= inner_end || (closed.is_none() && self.caret <= self.line_end(end)) {
            return self.here(start + 1, inner_end.max(self.caret), Some(quote));
        }
        let line_end = self.line_end(end);
        self.behind(end, line_end)
    }

    /// Goes on behind a value: up to the end of the line only a comment can stand.
    pub(super) fn behind(&mut self, value_end: usize, line_end: usize) -> Option<usize> {
        if self.caret <= line_end {
            let rest = &self.text[value_end..line_end];
            let comment = value_end + blanks(rest);
            if self.text[comment..line_end].starts_with('#') && self.caret > comment {
                self.comment(comment);
                return None;
            }
            return self.nowhere();
        }
        self.next_line(line_end)
    }

    /// The value is being written at the caret.
    fn here(&mut self, start: usize, end: usize, quote: Option<char>) -> Option<usize> {
        let word = start.min(self.caret)..end.max(self.caret);
        let needs_blank = self.text[..self.caret].ends_with(':') && word.is_empty() && quote.is_none();
        let value = Some(ValueHere { start, quote, needs_blank });
        self.found = Found::At(Caret { at: self.pointer(), value, word, ..Caret::default() });
        None
    }

    /// Nothing can be written at the caret.
    pub(super) fn nowhere(&mut self) -> Option<usize> {
        self.found = Found::Nowhere;
        None
    }

    /// Where a value that is not closed ends: before the first line that is indented no more than its key, and does not
    /// begin with a closing bracket.
    pub(super) fn bound(&self, start: usize, column: Option<usize>) -> usize {
        let mut end = self.line_end(start);
        while let Some(next) = self.next_line(end) {
            let next_end = self.line_end(next);
            let line = &self.text[next..next_end];
            let indentation = blanks(line);
            let is_out = column.is_some_and(|column| indentation <= column)
                && indentation < line.len()
                && !line[indentation..].starts_with([']', '}']);
            if is_out {
                return end;
            }
            end = next_end;
        }
        end
    }
}

/// How many blanks stand at the front of a text.
fn blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t']).len()
}
