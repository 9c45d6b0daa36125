//! From events of the YAML parser to the tree.
//!
//! The parser counts characters, the tree bytes. The builder keeps a stack of its own, so depth is bounded by a
//! fault and not by the stack of the thread.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use restload_diag::{Diagnostic, Pointer};
use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use super::{Aliased, Content, Document, Entry, MAX_FAULTS, Node, Style, refusal, scalar, slip, spelling};

/// How deep lists and maps may stand in each other.
const MAX_DEPTH: usize = 64;

/// How many values aliases may add to those that are written.
const MAX_ALIASED: usize = 100_000;
/// How many keys and values a file may have: a spec of 2,000 resources has half of them.
const MAX_WRITTEN: usize = 100_000;
/// How long one text may be, in bytes.
const MAX_TEXT: usize = 100_000;
/// How long one line may be, in bytes: the parser keeps all of a line that may yet turn out to be a key.
const MAX_LINE: usize = 250_000;
/// A text counts as one value more for each so many bytes.
const A_VALUE: usize = 64;

/// Parses a text to its tree, with the values that aliases stand for, and all that a spec does not allow of YAML.
pub(super) fn parse(text: &str) -> (Node, Aliased, Vec<Diagnostic>) {
    if text.len() > Document::MAX_BYTES {
        return (nothing(text), Aliased::new(), vec![refusal::too_large()]);
    }
    if let Some(line) = text.split('\n').position(|line| line.len() > MAX_LINE) {
        return (nothing(text), Aliased::new(), vec![refusal::line_too_large(line + 1, MAX_LINE)]);
    }
    let mut builder = Builder::new(text);
    let root = match builder.read() {
        Ok(root) => root,
        Err(fault) => {
            builder.faults.push(*fault);
            None
        }
    };
    (root.unwrap_or_else(|| nothing(text)), builder.targets, builder.faults)
}

/// The tree of a text that is not read on.
pub(super) fn nothing(text: &str) -> Node {
    Node { content: Content::Fault, span: 0..text.len(), alias: None, style: Style::Plain }
}

/// Where a character stands, in bytes.
enum Offsets {
    /// All characters are bytes.
    Ascii(usize),
    /// The byte of each character, and of the end.
    Bytes(Vec<usize>),
}

impl Offsets {
    fn new(text: &str) -> Self {
        if text.is_ascii() {
            return Self::Ascii(text.len());
        }
        Self::Bytes(text.char_indices().map(|(byte, _)| byte).chain([text.len()]).collect())
    }

    fn byte(&self, character: usize) -> usize {
        match self {
            Self::Ascii(length) => character.min(*length),
            Self::Bytes(bytes) => bytes.get(character).or(bytes.last()).copied().unwrap_or_default(),
        }
    }
}

/// How a list or map is written, by the text of its first event: its properties, the bracket, and blanks or a comment.
fn opened_by(text: &str, bracket: char) -> Style {
    let mut words = text.split_whitespace().skip_while(|word| word.starts_with(['&', '!']));
    if words.next().is_some_and(|word| word.starts_with(bracket)) { Style::Flow } else { Style::Block }
}

/// A list or map that is being read.
struct Open {
    anchor: usize,
    span: Range<usize>,
    style: Style,
    tag: Option<Diagnostic>,
    content: OpenContent,
}

enum OpenContent {
    List(Vec<Node>),
    Map(OpenMap),
}

#[derive(Default)]
struct OpenMap {
    entries: Vec<Entry>,
    seen: HashSet<String>,
    key: Option<Key>,
    odd_keys: Vec<Node>,
}

enum Key {
    Text(String, Range<usize>),
    /// The merge key of YAML 1.1, about which a fault is said: what it would bring stands for a fault too.
    Merged(Range<usize>),
    /// A key whose value is left out, since a fault is already said about the key.
    LeftOut,
}

type Stop = Box<Diagnostic>;

struct Builder<'t> {
    text: &'t str,
    offsets: Offsets,
    open: Vec<Open>,
    anchored: HashMap<usize, (Node, usize)>,
    aliased: usize,
    /// How many keys and values have been read.
    written: usize,
    /// How many values are kept for aliases, and the anchors whose values were too many to be kept.
    kept: usize,
    not_kept: HashSet<usize>,
    targets: Aliased,
    faults: Vec<Diagnostic>,
}

impl<'t> Builder<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            offsets: Offsets::new(text),
            open: Vec::new(),
            anchored: HashMap::new(),
            aliased: 0,
            written: 0,
            kept: 0,
            not_kept: HashSet::new(),
            targets: Aliased::new(),
            faults: Vec::new(),
        }
    }

    fn read(&mut self) -> Result<Option<Node>, Stop> {
        let mut parser = Parser::new_from_str(self.text);
        let mut root = None;
        let mut documents = 0;
        while let Some(event) = parser.next_event() {
            let (event, span) = match event {
                Ok(event) => event,
                Err(error) => {
                    let at = self.offsets.byte(error.marker().index());
                    let fault = slip::syntax_fault(self.text, at, error.info());
                    self.faults.retain(|earlier| !same_slip(earlier, &fault));
                    return Err(Box::new(fault));
                }
            };
            let start = self.offsets.byte(span.start.index());
            let bytes = start..self.offsets.byte(span.end.index()).max(start);
            let complete = match event {
                Event::DocumentStart(_) if documents > 0 => {
                    self.faults.push(refusal::second_document(bytes));
                    return Ok(root);
                }
                Event::DocumentStart(_) => {
                    documents += 1;
                    None
                }
                event => self.take(event, bytes, span)?,
            };
            root = root.or(complete);
        }
        if root.is_none() {
            self.faults.push(refusal::empty());
        }
        Ok(root)
    }

    /// Takes an event into the tree; gives the root once it is whole.
    fn take(&mut self, event: Event<'_>, bytes: Range<usize>, span: Span) -> Result<Option<Node>, Stop> {
        self.written += usize::from(!matches!(event, Event::SequenceEnd | Event::MappingEnd));
        if self.written > MAX_WRITTEN {
            return Err(Box::new(refusal::too_many_values(bytes, MAX_WRITTEN / 2)));
        }
        if self.faults.len() > MAX_FAULTS {
            return Err(Box::new(refusal::too_many_faults(bytes, MAX_FAULTS)));
        }
        match event {
            Event::Scalar(value, ..) if value.len() > MAX_TEXT => {
                Err(Box::new(refusal::text_too_large(bytes, MAX_TEXT)))
            }
            Event::Scalar(value, style, anchor, tag) => {
                let before = bytes.clone();
                let has_properties = anchor != 0 || tag.is_some();
                let node = self.scalar(&value, style, bytes, span.is_empty(), has_properties);
                let fault = tag.map(|_| refusal::tag(self.text, before));
                let node = self.without_tag(node, fault);
                self.anchor(anchor, &node, 0);
                Ok(self.deliver(node))
            }
            Event::SequenceStart(anchor, tag) => {
                let style = opened_by(&self.text[bytes.clone()], '[');
                let tag = tag.map(|_| refusal::tag(self.text, bytes.clone()));
                let content = OpenContent::List(Vec::new());
                self.push(Open { anchor, span: bytes, style, tag, content }).map(|()| None)
            }
            Event::MappingStart(anchor, tag) => {
                let style = opened_by(&self.text[bytes.clone()], '{');
                let tag = tag.map(|_| refusal::tag(self.text, bytes.clone()));
                let content = OpenContent::Map(OpenMap::default());
                self.push(Open { anchor, span: bytes, style, tag, content }).map(|()| None)
            }
            // The parser counts a comment behind the closing bracket in.
            Event::SequenceEnd | Event::MappingEnd => Ok(self.close(bytes.end.min(bytes.start + 1))),
            Event::Alias(id) => self.alias(id, bytes),
            _ => Ok(None),
        }
    }

    fn push(&mut self, open: Open) -> Result<(), Stop> {
        if self.open.len() >= MAX_DEPTH {
            return Err(Box::new(refusal::too_deep(open.span, MAX_DEPTH)));
        }
        self.open.push(open);
        Ok(())
    }

    fn scalar(
        &mut self,
        value: &str,
        style: ScalarStyle,
        bytes: Range<usize>,
        is_empty: bool,
        has_properties: bool,
    ) -> Node {
        let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        let bytes = match (is_block, has_properties) {
            (false, _) => spelling::without_properties(self.text, bytes),
            (true, true) => {
                spelling::without_header(self.text, spelling::without_properties(self.text, bytes))
            }
            (true, false) => bytes,
        };
        let (style, bytes) = match style {
            ScalarStyle::Plain if is_empty || value.is_empty() => (Style::Plain, bytes.start..bytes.start),
            ScalarStyle::Plain => (Style::Plain, bytes),
            ScalarStyle::SingleQuoted => (Style::SingleQuoted, spelling::quoted(self.text, bytes, '\'')),
            ScalarStyle::DoubleQuoted => (Style::DoubleQuoted, spelling::quoted(self.text, bytes, '"')),
            ScalarStyle::Literal => (Style::Literal, spelling::block(self.text, bytes)),
            ScalarStyle::Folded => (Style::Folded, spelling::block(self.text, bytes)),
        };
        let content = match style {
            Style::Plain => scalar::plain(value).unwrap_or_else(|| {
                self.faults.push(refusal::not_a_number(value, bytes.clone()));
                Content::Fault
            }),
            _ => Content::Text(value.to_owned()),
        };
        Node { content, span: bytes, alias: None, style }
    }

    fn without_tag(&mut self, node: Node, tag: Option<Diagnostic>) -> Node {
        match tag {
            None => node,
            Some(fault) => {
                self.faults.push(fault);
                Node { content: Content::Fault, ..node }
            }
        }
    }

    fn anchor(&mut self, anchor: usize, node: &Node, height: usize) {
        if anchor == 0 {
            return;
        }
        // Anchors around anchors copy what is in them once for each.
        self.kept += size(node);
        if self.kept > MAX_ALIASED {
            self.not_kept.insert(anchor);
        } else {
            self.anchored.insert(anchor, (node.clone(), height));
        }
    }

    fn alias(&mut self, id: usize, bytes: Range<usize>) -> Result<Option<Node>, Stop> {
        if self.not_kept.contains(&id) {
            return Err(Box::new(refusal::too_many_aliases(bytes, MAX_ALIASED)));
        }
        let Some((node, height)) = self.anchored.get(&id) else {
            return Err(Box::new(refusal::alias_of_itself(self.text, bytes)));
        };
        if self.open.len() + height > MAX_DEPTH {
            return Err(Box::new(refusal::too_deep(bytes, MAX_DEPTH)));
        }
        self.aliased += size(node);
        if self.aliased > MAX_ALIASED {
            return Err(Box::new(refusal::too_many_aliases(bytes, MAX_ALIASED)));
        }
        self.targets.insert((node.span.start, node.span.end));
        let node = Node { alias: Some(bytes), ..node.clone() };
        Ok(self.deliver(node))
    }

    fn close(&mut self, end: usize) -> Option<Node> {
        let Open { anchor, span, style, tag, content } = self.open.pop()?;
        let (content, first, last) = match content {
            OpenContent::List(items) => {
                let first = items.first().map(|item| place(item).start);
                let last = items.last().map(|item| place(item).end);
                (Content::List(items), first, last)
            }
            OpenContent::Map(map) => {
                let first = map.entries.first().map(|entry| entry.key_span.start);
                let last = map.entries.last().map(|entry| place(&entry.value).end.max(entry.key_span.end));
                (self.map(map, &span, style, end), first, last)
            }
        };
        let span = match style {
            Style::Flow => spelling::without_properties(self.text, span.start..end),
            _ => first.unwrap_or(span.start)..last.unwrap_or(span.end),
        };
        let node = self.without_tag(Node { content, span, alias: None, style }, tag);
        let height = if anchor == 0 { 0 } else { height(&node) };
        self.anchor(anchor, &node, height);
        self.deliver(node)
    }

    /// Makes a map of what was read, unless it is a template that lacks its quotes.
    fn map(&mut self, map: OpenMap, span: &Range<usize>, style: Style, end: usize) -> Content {
        if map.odd_keys.is_empty() {
            return Content::Map(map.entries.into());
        }
        let whole = span.start..end;
        if style == Style::Flow && self.text[whole.clone()].starts_with("{{") {
            if !self.is_key() {
                self.faults.push(slip::unquoted_template(self.text, whole));
            }
            return Content::Fault;
        }
        for key in map.odd_keys {
            self.faults.push(slip::odd_key(self.text, &key));
        }
        Content::Map(map.entries.into())
    }

    /// Whether the next node is a key.
    fn is_key(&self) -> bool {
        matches!(self.open.last(), Some(Open { content: OpenContent::Map(map), .. }) if map.key.is_none())
    }

    /// Puts a whole node where it belongs; gives it back where it is the root.
    fn deliver(&mut self, node: Node) -> Option<Node> {
        if self.open.is_empty() {
            return Some(node);
        }
        if self.is_key() {
            let key = self.key(node);
            if let Some(Open { content: OpenContent::Map(map), .. }) = self.open.last_mut() {
                map.key = Some(key);
            }
            return None;
        }
        match self.open.last_mut().map(|open| &mut open.content) {
            Some(OpenContent::List(items)) => items.push(node),
            Some(OpenContent::Map(map)) => match map.key.take() {
                Some(Key::Text(key, key_span)) => {
                    map.seen.insert(key.clone());
                    map.entries.push(Entry { key, key_span, value: node });
                }
                Some(Key::Merged(key_span)) => {
                    let value = Node { content: Content::Fault, ..node };
                    map.entries.push(Entry { key: Node::MERGED.to_owned(), key_span, value });
                }
                Some(Key::LeftOut) | None => {}
            },
            None => {}
        }
        None
    }

    /// What a node says as a key of the innermost map.
    fn key(&mut self, node: Node) -> Key {
        let span = place(&node);
        let at = self.pointer();
        let Some(Open { content: OpenContent::Map(map), .. }) = self.open.last_mut() else {
            return Key::LeftOut;
        };
        let Content::Text(key) = node.content else {
            map.odd_keys.push(node);
            return Key::LeftOut;
        };
        if key == Node::MERGED && node.style == Style::Plain {
            self.faults.push(refusal::merge_key(span.clone()));
            return Key::Merged(span);
        }
        let fault = if map.seen.contains(&key) {
            refusal::duplicate_key(&key, span, at.join(&key))
        } else {
            return Key::Text(key, span);
        };
        self.faults.push(fault);
        Key::LeftOut
    }

    /// The place of the innermost list or map that is being read.
    fn pointer(&self) -> Pointer {
        let above = self.open.len().saturating_sub(1);
        let segments = self.open[..above].iter().map(|open| match &open.content {
            OpenContent::List(items) => items.len().to_string(),
            OpenContent::Map(OpenMap { key: Some(Key::Text(key, _)), .. }) => key.clone(),
            OpenContent::Map(_) => String::new(),
        });
        segments.collect()
    }
}

/// Whether two faults are of one slip: a template that goes on behind what the first one saw of it.
fn same_slip(earlier: &Diagnostic, fault: &Diagnostic) -> bool {
    let start = |fault: &Diagnostic| fault.within.as_ref().map(|range| range.start);
    earlier.rule == fault.rule && start(earlier) == start(fault)
}

/// Where a value is to be seen: the alias where one stands for it.
fn place(node: &Node) -> Range<usize> {
    node.alias.clone().unwrap_or_else(|| node.span.clone())
}

/// How many values a value holds, itself included.
pub(super) fn size(node: &Node) -> usize {
    let items: usize = node.items().iter().map(size).sum();
    let entries: usize = node.entries().iter().map(|entry| size(&entry.value)).sum();
    // A long text is copied too.
    let text = node.text().map_or(0, |text| text.len() / A_VALUE);
    1 + items + entries + text
}

/// How many lists and maps stand in each other.
fn height(node: &Node) -> usize {
    let items = node.items().iter().map(height);
    let entries = node.entries().iter().map(|entry| height(&entry.value));
    match node.content {
        Content::List(_) | Content::Map(_) => 1 + items.chain(entries).max().unwrap_or(0),
        _ => 0,
    }
}
