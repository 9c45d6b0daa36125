//! Where the caret stands, read off the text alone: by indentation, brackets and quotes.
//!
//! A text that is being written is no YAML most of the time, and a parser gives no tree of it. This reading goes line by
//! line down to the caret and never fails: a quote or a bracket that is not closed ends where a line is indented no more
//! than its key. What it says is a guess; nothing is judged by it, only offered.

mod flow;
#[cfg(test)]
mod tests;
mod value;

use std::ops::Range;

use restload_diag::Pointer;

/// Where the caret stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Caret {
    /// The place of the map in which a key is written, or of the value.
    pub(crate) at: Pointer,
    /// A key of the map at that place may be written here.
    pub(crate) key: Option<KeyHere>,
    /// The value at that place may be written here.
    pub(crate) value: Option<ValueHere>,
    /// A comment stands here; the byte of its `#`.
    pub(crate) comment: Option<usize>,
    /// The bytes of the word at the caret.
    pub(crate) word: Range<usize>,
    /// Whether it stands within brackets.
    pub(crate) in_flow: bool,
    /// What closes those brackets, innermost first.
    pub(crate) closing: String,
}

/// A key that is being written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct KeyHere {
    /// The keys of the map above the caret.
    pub(crate) earlier: Vec<String>,
    /// Whether the colon is there already.
    pub(crate) has_colon: bool,
}

/// A value that is being written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ValueHere {
    /// Where its text begins, behind a quote.
    pub(crate) start: usize,
    /// Its quote; `|` for a text by lines.
    pub(crate) quote: Option<char>,
    /// The blank behind the colon is not there yet.
    pub(crate) needs_blank: bool,
}

/// Reads where the caret, a byte of the text, stands. Nothing where neither key nor value can be written: behind a
/// value, in an alias.
pub(crate) fn caret(text: &str, caret: usize) -> Option<Caret> {
    let caret = text.floor_char_boundary(caret);
    let found = Reader { text, caret, levels: Vec::new(), found: Found::NotYet }.read()?;
    // What is replaced stands on one line.
    let first = text[..caret].rfind('\n').map_or(0, |newline| newline + 1);
    let last = text[caret..].find(['\r', '\n']).map_or(text.len(), |end| caret + end);
    let word = found.word.start.max(first)..found.word.end.min(last);
    Some(Caret { word, ..found })
}

/// A map or list by indentation that is open at some line.
#[derive(Debug)]
struct Level {
    /// The column of its keys, or of its dashes.
    column: usize,
    within: Within,
}

/// A map or list, and how far it was read.
#[derive(Debug)]
enum Within {
    Map { key: Option<String>, earlier: Vec<String> },
    List { index: usize },
}

impl Within {
    fn segment(&self) -> Option<String> {
        match self {
            Self::Map { key, .. } => key.clone(),
            Self::List { index } => Some(index.to_string()),
        }
    }
}

/// What is known of the caret.
#[derive(Debug)]
enum Found {
    /// It was not come by yet.
    NotYet,
    /// Nothing can be written there.
    Nowhere,
    /// It stands here.
    At(Caret),
}

struct Reader<'t> {
    text: &'t str,
    caret: usize,
    levels: Vec<Level>,
    found: Found,
}

impl Reader<'_> {
    fn read(mut self) -> Option<Caret> {
        let mut start = if self.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        loop {
            let next = self.line(start);
            match (self.found, next) {
                (Found::At(caret), _) => return Some(caret),
                (Found::Nowhere, _) | (Found::NotYet, None) => return None,
                (Found::NotYet, Some(next)) => start = next,
            }
            self.found = Found::NotYet;
        }
    }

    /// Reads what begins with this line; gives where the next one begins.
    fn line(&mut self, start: usize) -> Option<usize> {
        let end = self.line_end(start);
        let rest = &self.text[start..end];
        let first = start + (rest.len() - rest.trim_start_matches([' ', '\t']).len());
        if first == end || self.text[first..end].starts_with('#') {
            if (start..=end).contains(&self.caret) {
                if self.caret > first && first < end {
                    self.comment(first);
                } else {
                    self.blank(self.caret - start);
                }
            }
            return self.next_line(end);
        }
        if first == start && (rest.starts_with("---") || rest.starts_with("...")) {
            self.levels.clear();
            if self.caret <= end {
                self.found = Found::Nowhere;
            }
            return self.next_line(end);
        }
        let Some((first, after_dash)) = self.dashes(start, first, end) else { return self.next_line(end) };
        if self.caret < first {
            self.found = Found::Nowhere;
            return None;
        }
        let column = first - start;
        self.leave(column);
        if !after_dash
            && matches!(self.levels.last(), Some(Level { column: at, within: Within::List { .. } }) if *at == column)
        {
            self.levels.pop();
        }
        match value::key(&self.text[first..end]) {
            Some((key, length, behind)) => self.entry(key, first..first + length, first + behind, column),
            None => self.without_key(first, end),
        }
    }

    /// Reads the dashes at the front of a line. Gives where what follows them begins; nothing where nothing follows.
    fn dashes(&mut self, start: usize, mut first: usize, end: usize) -> Option<(usize, bool)> {
        let mut after_dash = false;
        while let Some(rest) = self.text[first..end].strip_prefix('-').filter(|rest| is_blank_first(rest)) {
            let column = first - start;
            self.leave(column);
            match self.levels.last_mut() {
                Some(Level { column: at, within: Within::List { index } }) if *at == column => *index += 1,
                _ => self.levels.push(Level { column, within: Within::List { index: 0 } }),
            }
            after_dash = true;
            let dash = first;
            first += 1 + (rest.len() - rest.trim_start_matches([' ', '\t']).len());
            let is_all = first == end;
            if self.caret <= dash {
                self.found = Found::Nowhere;
                return None;
            }
            if self.caret < first || (is_all && self.caret <= end) {
                self.either(self.pointer(), Vec::new(), self.caret..self.caret, self.caret == dash + 1);
                return None;
            }
            if is_all {
                return None;
            }
        }
        Some((first, after_dash))
    }

    /// Reads a key and what stands behind its colon.
    fn entry(&mut self, key: String, place: Range<usize>, behind: usize, column: usize) -> Option<usize> {
        let is_open = matches!(self.levels.last(), Some(Level { column: at, within: Within::Map { .. } }) if *at == column);
        if !is_open {
            let within = Within::Map { key: None, earlier: Vec::new() };
            self.levels.push(Level { column, within });
        }
        if self.caret <= place.end {
            let at = self.pointer_above();
            let key = KeyHere { earlier: self.earlier(), has_colon: true };
            self.found = Found::At(Caret { at, key: Some(key), word: place, ..Caret::default() });
            return None;
        }
        if let Some(Level { within: Within::Map { key: last, earlier }, .. }) = self.levels.last_mut() {
            earlier.push(key.clone());
            *last = Some(key);
        }
        self.value(behind, Some(column))
    }

    /// Reads what begins a line and is no key: a value of its own, or a word that may become a key.
    fn without_key(&mut self, first: usize, end: usize) -> Option<usize> {
        let text = &self.text[first..end];
        let is_value = text.starts_with(['"', '\'', '[', '|', '>', '&', '*', '!'])
            || (text.starts_with('{') && !text.starts_with("{{"));
        if is_value {
            // It belongs to the key or dash above it.
            let column = self.levels.last().map(|level| level.column);
            return self.value(first, column);
        }
        if self.caret <= end {
            let word = first..first + value::plain(text).len();
            if self.caret > word.end {
                self.found = Found::Nowhere;
                return None;
            }
            match self.levels.last() {
                Some(Level { column, within: Within::Map { .. } }) if *column == self.column(first) => {
                    let key = KeyHere { earlier: self.earlier(), has_colon: false };
                    let at = self.pointer_above();
                    self.found = Found::At(Caret { at, key: Some(key), word, ..Caret::default() });
                }
                _ => self.either(self.pointer(), Vec::new(), word, false),
            }
            return None;
        }
        self.next_line(end)
    }

    /// The caret stands on an empty line: its column says what would be written there.
    fn blank(&mut self, column: usize) {
        self.leave(column);
        if matches!(self.levels.last(), Some(Level { column: at, within: Within::List { .. } }) if *at == column)
        {
            self.levels.pop();
        }
        let word = self.caret..self.caret;
        match self.levels.last() {
            Some(Level { column: at, within: Within::Map { .. } }) if *at == column => {
                let key = KeyHere { earlier: self.earlier(), has_colon: false };
                let at = self.pointer_above();
                self.found = Found::At(Caret { at, key: Some(key), word, ..Caret::default() });
            }
            // Below a list stands another item or nothing of it.
            Some(Level { within: Within::List { .. }, .. }) => self.found = Found::Nowhere,
            _ => self.either(self.pointer(), Vec::new(), word, false),
        }
    }

    /// A map may begin at the caret, or a value stand there.
    fn either(&mut self, at: Pointer, earlier: Vec<String>, word: Range<usize>, needs_blank: bool) {
        let key = (!needs_blank).then_some(KeyHere { earlier, has_colon: false });
        let value = Some(ValueHere { start: word.start, quote: None, needs_blank });
        self.found = Found::At(Caret { at, key, value, word, ..Caret::default() });
    }

    fn comment(&mut self, start: usize) {
        let word = self.caret..self.caret;
        self.found = Found::At(Caret { comment: Some(start), word, ..Caret::default() });
    }

    /// Leaves the maps and lists that are indented more than a column.
    fn leave(&mut self, column: usize) {
        while self.levels.last().is_some_and(|level| level.column > column) {
            self.levels.pop();
        }
    }

    /// The place of the value that is being read.
    fn pointer(&self) -> Pointer {
        self.levels.iter().filter_map(|level| level.within.segment()).collect()
    }

    /// The place of the map whose key is being read.
    fn pointer_above(&self) -> Pointer {
        let above = self.levels.len().saturating_sub(1);
        self.levels[..above].iter().filter_map(|level| level.within.segment()).collect()
    }

    fn earlier(&self) -> Vec<String> {
        match self.levels.last() {
            Some(Level { within: Within::Map { earlier, .. }, .. }) => earlier.clone(),
            _ => Vec::new(),
        }
    }

    fn column(&self, at: usize) -> usize {
        at - self.text[..at].rfind('\n').map_or(0, |newline| newline + 1)
    }

    /// Where a line ends, the characters that end it left out.
    fn line_end(&self, at: usize) -> usize {
        let line = self.text[at..].split('\n').next().unwrap_or_default();
        at + line.strip_suffix('\r').unwrap_or(line).len()
    }

    /// Where the line behind the end of one begins.
    fn next_line(&self, end: usize) -> Option<usize> {
        self.text[end..].find('\n').map(|newline| end + newline + 1)
    }
}

fn is_blank_first(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with([' ', '\t'])
}
