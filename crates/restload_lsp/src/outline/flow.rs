//! Lists and maps in brackets.

use std::ops::Range;

use restload_diag::Pointer;

use super::value::quoted;
use super::{Caret, Found, KeyHere, Reader, ValueHere, Within};

/// A list or map in brackets that is being read.
struct Flow {
    open: Vec<Within>,
    /// Where it is cut off, if it is not closed.
    bound: usize,
    /// The entry that is being read has its value.
    is_whole: bool,
}

impl Reader<'_> {
    /// Reads a list or map in brackets; gives where the next line begins.
    pub(super) fn flow(&mut self, start: usize, column: Option<usize>) -> Option<usize> {
        if self.caret <= start {
            return self.nowhere();
        }
        let mut flow = Flow { open: Vec::new(), bound: self.bound(start, column), is_whole: false };
        let mut at = start;
        while at < flow.bound {
            at = self.flow_token(&mut flow, at)?;
            if flow.open.is_empty() {
                let line_end = self.line_end(at);
                return self.behind(at, line_end);
            }
        }
        if self.caret <= flow.bound {
            return self.flow_here(&flow, self.caret..self.caret, None);
        }
        self.next_line(flow.bound)
    }

    /// Reads a bracket, a comma, a colon, a comment or a word; gives where it ends, or nothing where the caret is in it.
    fn flow_token(&mut self, flow: &mut Flow, at: usize) -> Option<usize> {
        let rest = &self.text[at..flow.bound];
        let first = rest.chars().next()?;
        let is_word = !matches!(first, ' ' | '\t' | '\r' | '\n' | ',' | ']' | '}' | '{' | '[')
            || rest.starts_with("{{");
        if self.caret == at && !is_word && !flow.open.is_empty() {
            return self.flow_here(flow, at..at, None);
        }
        let behind = at + first.len_utf8();
        match first {
            '{' if !rest.starts_with("{{") => {
                flow.open.push(Within::Map { key: None, earlier: Vec::new() });
                flow.is_whole = false;
            }
            '[' => {
                flow.open.push(Within::List { index: 0 });
                flow.is_whole = false;
            }
            ']' | '}' => {
                flow.open.pop();
                flow.is_whole = true;
            }
            ',' => {
                match flow.open.last_mut() {
                    Some(Within::Map { key, .. }) => *key = None,
                    Some(Within::List { index }) => *index += 1,
                    None => {}
                }
                flow.is_whole = false;
            }
            ' ' | '\t' | '\r' | '\n' => {}
            '#' if self.text[..at].ends_with([' ', '\t', '\n']) => {
                let end = self.line_end(at);
                if self.caret > at && self.caret <= end {
                    self.comment(at);
                    return None;
                }
                return Some(end);
            }
            _ => return self.flow_word(flow, at),
        }
        Some(behind)
    }

    /// Reads a key with its colon, or a value.
    fn flow_word(&mut self, flow: &mut Flow, at: usize) -> Option<usize> {
        let rest = &self.text[at..flow.bound];
        let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\''));
        let end = match quote {
            Some(quote) => {
                let line = self.line_end(at).min(flow.bound);
                at + quoted(rest, quote).unwrap_or(line - at)
            }
            None => at + word_length(rest),
        };
        let is_closed = quote.is_none_or(|quote| end > at + 1 && self.text[at..end].ends_with(quote));
        let colon =
            colon_behind(&self.text[end..flow.bound]).filter(|_| is_closed).map(|length| end + length);
        let is_key = matches!(flow.open.last(), Some(Within::Map { key: None, .. }));
        let inner = match quote {
            Some(_) => at + 1..if is_closed { end - 1 } else { end },
            None => at..end,
        };
        if self.caret <= inner.end && self.caret >= inner.start {
            return if is_key {
                self.flow_key(flow, inner, colon.is_some())
            } else {
                self.flow_here(flow, inner, quote)
            };
        }
        if self.caret <= end {
            return self.nowhere();
        }
        match (flow.open.last_mut(), colon) {
            (Some(Within::Map { key, earlier }), Some(colon)) if key.is_none() => {
                let name = self.text[inner].to_owned();
                earlier.push(name.clone());
                *key = Some(name);
                flow.is_whole = false;
                if self.caret == colon {
                    return self.flow_here(flow, colon..colon, None);
                }
                return Some(colon);
            }
            _ => flow.is_whole = true,
        }
        Some(end.max(at + 1))
    }

    /// The caret stands in the brackets, at a word or between words.
    fn flow_here(&mut self, flow: &Flow, word: Range<usize>, quote: Option<char>) -> Option<usize> {
        if word.is_empty() && quote.is_none() && flow.is_whole {
            return self.nowhere();
        }
        if matches!(flow.open.last(), Some(Within::Map { key: None, .. })) {
            return self.flow_key(flow, word, false);
        }
        let needs_blank = quote.is_none() && self.text[..self.caret].ends_with(':') && word.is_empty();
        let value = Some(ValueHere { start: word.start, quote, needs_blank });
        let at = self.flow_pointer(flow, flow.open.len());
        let closing = closing(flow);
        self.found = Found::At(Caret { at, value, word, in_flow: true, closing, ..Caret::default() });
        None
    }

    fn flow_key(&mut self, flow: &Flow, word: Range<usize>, has_colon: bool) -> Option<usize> {
        let Some(Within::Map { earlier, .. }) = flow.open.last() else { return self.nowhere() };
        let key = Some(KeyHere { earlier: earlier.clone(), has_colon });
        let at = self.flow_pointer(flow, flow.open.len() - 1);
        let closing = closing(flow);
        self.found = Found::At(Caret { at, key, word, in_flow: true, closing, ..Caret::default() });
        None
    }

    fn flow_pointer(&self, flow: &Flow, depth: usize) -> Pointer {
        let inner = flow.open[..depth].iter().filter_map(Within::segment);
        inner.fold(self.pointer(), |at, segment| at.join(segment))
    }
}

/// What closes the brackets that are open, innermost first.
fn closing(flow: &Flow) -> String {
    let close = |within: &Within| if matches!(within, Within::Map { .. }) { '}' } else { ']' };
    flow.open.iter().rev().map(close).collect()
}

/// How long a word without quotes is.
fn word_length(rest: &str) -> usize {
    let mut at = 0;
    while at < rest.len() {
        let here = &rest[at..];
        if here.starts_with("{{") {
            let line = here.split('\n').next().unwrap_or_default();
            // A hole that is not closed goes on as far as it can.
            at += line.find("}}").map_or_else(|| line.find([',', '}']).unwrap_or(line.len()), |end| end + 2);
            continue;
        }
        let Some(first) = here.chars().next() else { break };
        let ends = match first {
            ',' | '[' | ']' | '{' | '}' | '\n' | '\r' => true,
            ':' => here[1..].is_empty() || here[1..].starts_with([' ', '\t', '\r', '\n', ',', ']', '}']),
            '#' => at > 0 && rest[..at].ends_with([' ', '\t']),
            _ => false,
        };
        if ends {
            break;
        }
        at += first.len_utf8();
    }
    rest[..at].trim_end().len().max(usize::from(at > 0))
}

/// How far behind a word its colon ends, if it has one.
fn colon_behind(rest: &str) -> Option<usize> {
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    rest[blanks..].starts_with(':').then_some(blanks + 1)
}
