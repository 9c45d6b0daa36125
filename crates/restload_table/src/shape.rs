//! What to look for in the bodies of one resource, compiled once.
//!
//! Paths made of keys, indices and wildcards become one deterministic trie for the body (rows and taps) and one
//! for a row (taps and drops), which the pass over the bytes walks. Paths with filters, `..`, unions or slices
//! are not for this crate: their rows come through [`decode_rows`](crate::decode_rows).

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::declared::Declared;

/// One step of a path into JSON.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// The member of an object.
    Key(String),
    /// The item of an array, counted from 0.
    Index(usize),
    /// Every member or item.
    Wildcard,
}

/// What to look for in the bodies of one resource.
///
/// ```
/// use restload_table::{Shape, Step};
/// let shape = Shape::builder()
///     .rows(&[Step::Key("data".into())])
///     .tap(&[Step::Key("next".into())])
///     .row_tap(&[Step::Key("id".into())])
///     .build();
/// let page = restload_table::decode(br#"{"data": [{"id": 7}], "next": "/2"}"#, &shape)?;
/// assert_eq!(page.rows, 1);
/// assert_eq!(page.taps[0].as_deref(), Some(&br#""/2""#[..]));
/// assert_eq!(page.row_taps.get(0, 0), Some(&b"7"[..]));
/// # Ok::<(), restload_table::DecodeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Shape {
    pub(crate) body: Node,
    pub(crate) row: Node,
    pub(crate) taps: usize,
    pub(crate) row_taps: usize,
    pub(crate) rows_only: bool,
    /// Each line of the body is a document.
    pub(crate) lines: bool,
    /// The selector leads to one place: no wildcard is in it.
    pub(crate) one_place: bool,
    pub(crate) rules: Arc<Rules>,
}

impl Shape {
    /// A shape that finds nothing yet.
    pub fn builder() -> ShapeBuilder {
        ShapeBuilder::default()
    }

    /// The same without anything said of single columns: what a value is by itself.
    #[must_use]
    pub fn undeclared(&self) -> Self {
        let rules = Rules { nested_json: self.rules.nested_json, ..Rules::default() };
        Self { row: Node::default(), row_taps: 0, rules: Arc::new(rules), ..self.clone() }
    }

    /// The same, for rows that stand in an array at the top, as [`decode_rows`](crate::decode_rows) reads them.
    pub(crate) fn of_rows(&self) -> Self {
        let body = Node { rows: true, ..Node::default() };
        Self { body, taps: 0, rows_only: false, lines: false, ..self.clone() }
    }
}

/// What holds for the columns of a resource, whatever page they come from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    pub(crate) declared: Vec<Declared>,
    pub(crate) added: BTreeSet<String>,
    pub(crate) nested_json: bool,
    /// Strings stay text, whatever they look like.
    pub(crate) texts: bool,
}

impl Rules {
    pub(crate) fn declared(&self, name: &str) -> Option<&Declared> {
        self.declared.iter().find(|declared| declared.name == name)
    }
}

/// Puts a [`Shape`] together.
#[derive(Clone, Debug, Default)]
pub struct ShapeBuilder {
    rows: Option<Vec<Step>>,
    taps: Vec<Vec<Step>>,
    row_taps: Vec<Vec<Step>>,
    drops: Vec<Vec<Step>>,
    rows_only: bool,
    lines: bool,
    rules: Rules,
}

impl ShapeBuilder {
    /// Where the rows are. Without it a page has no rows, only taps.
    #[must_use]
    pub fn rows(mut self, path: &[Step]) -> Self {
        self.rows = Some(path.to_vec());
        self
    }

    /// A place in the body whose text is wanted: [`Page::taps`](crate::Page) has them in the order of these calls.
    #[must_use]
    pub fn tap(mut self, path: &[Step]) -> Self {
        self.taps.push(path.to_vec());
        self
    }

    /// A place in each row whose text is wanted; no step at all is the whole row.
    #[must_use]
    pub fn row_tap(mut self, path: &[Step]) -> Self {
        self.row_taps.push(path.to_vec());
        self
    }

    /// A place in each row that is left out of the columns.
    #[must_use]
    pub fn drop_path(mut self, path: &[Step]) -> Self {
        self.drops.push(path.to_vec());
        self
    }

    /// A column with a type of its own. Of two with one name the later holds.
    #[must_use]
    pub fn declare(mut self, declared: Declared) -> Self {
        self.rules.declared.retain(|other| other.name != declared.name);
        self.rules.declared.push(declared);
        self
    }

    /// A column that will be set with [`Columns::add_constant`](crate::Columns::add_constant) or
    /// [`Columns::add_values`](crate::Columns::add_values): a row that has one of that name is an error.
    #[must_use]
    pub fn added(mut self, name: &str) -> Self {
        self.rules.added.insert(name.to_owned());
        self
    }

    /// Whether objects and arrays in a row become JSON text instead of structs and lists.
    #[must_use]
    pub fn nested_json(mut self, nested_json: bool) -> Self {
        self.rules.nested_json = nested_json;
        self
    }

    /// Whether strings stay text though they look like times or days, and `true` and `false` in one are booleans where a boolean
    /// is declared: rows of CSV.
    #[must_use]
    pub fn texts(mut self, texts: bool) -> Self {
        self.rules.texts = texts;
        self
    }

    /// Whether each line of the body is a document of its own. The paths of rows and taps lead into each of them; a path of rows
    /// without steps makes each line one row, an array too.
    #[must_use]
    pub fn lines(mut self, lines: bool) -> Self {
        self.lines = lines;
        self
    }

    /// Whether only the places of rows ([`Page::row_ranges`](crate::Page)) and the taps are wanted, no columns.
    /// Rows may then be anything, not only objects.
    #[must_use]
    pub fn rows_only(mut self, rows_only: bool) -> Self {
        self.rows_only = rows_only;
        self
    }

    /// Compiles the paths.
    pub fn build(self) -> Shape {
        let mut body: Vec<(&[Step], Action)> = Vec::new();
        body.extend(self.rows.iter().map(|path| (path.as_slice(), Action::Rows)));
        body.extend(self.taps.iter().enumerate().map(|(n, path)| (path.as_slice(), Action::Tap(n))));
        let mut row: Vec<(&[Step], Action)> = Vec::new();
        row.extend(self.row_taps.iter().enumerate().map(|(n, path)| (path.as_slice(), Action::Tap(n))));
        row.extend(self.drops.iter().map(|path| (path.as_slice(), Action::Drop)));
        Shape {
            body: Node::compile(&body),
            row: Node::compile(&row),
            taps: self.taps.len(),
            row_taps: self.row_taps.len(),
            rows_only: self.rows_only,
            lines: self.lines,
            one_place: self.rows.iter().flatten().all(|step| *step != Step::Wildcard),
            rules: Arc::new(self.rules),
        }
    }
}

/// What is done at the end of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Rows,
    Tap(usize),
    Drop,
}

/// A place in a trie of paths. Each place of a body is at one node at most.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "what holds at a node is independent of each other")]
pub(crate) struct Node {
    keys: Vec<(String, Node)>,
    indices: Vec<(usize, Node)>,
    any: Option<Box<Node>>,
    /// The rows are here.
    pub(crate) rows: bool,
    /// What is here is left out.
    pub(crate) drop: bool,
    /// The taps whose text is here.
    pub(crate) taps: Vec<usize>,
    /// There are taps (or rows) further down.
    pub(crate) taps_below: bool,
    /// There is something to leave out further down.
    pub(crate) drops_below: bool,
}

impl Node {
    fn compile(paths: &[(&[Step], Action)]) -> Self {
        let mut node = Self::default();
        for (path, action) in paths {
            match (path.is_empty(), action) {
                (true, Action::Rows) => node.rows = true,
                (true, Action::Tap(n)) => node.taps.push(*n),
                (true, Action::Drop) => node.drop = true,
                (false, Action::Drop) => node.drops_below = true,
                (false, _) => node.taps_below = true,
            }
        }
        // What a wildcard leads to is part of what each key and index leads to, so that one node says it all.
        let below = |fits: &dyn Fn(&Step) -> bool| -> Self {
            let rest = paths.iter().filter_map(|(path, action)| {
                let (first, rest) = path.split_first()?;
                (fits(first)).then_some((rest, *action))
            });
            Self::compile(&rest.collect::<Vec<_>>())
        };
        for (path, _) in paths {
            match path.first() {
                Some(Step::Key(key)) if node.keys.iter().all(|(known, _)| known != key) => {
                    let child =
                        below(&|step| matches!(step, Step::Wildcard) || *step == Step::Key(key.clone()));
                    node.keys.push((key.clone(), child));
                }
                Some(Step::Index(index)) if node.indices.iter().all(|(known, _)| known != index) => {
                    let child = below(&|step| matches!(step, Step::Wildcard) || *step == Step::Index(*index));
                    node.indices.push((*index, child));
                }
                Some(Step::Wildcard) if node.any.is_none() => {
                    node.any = Some(Box::new(below(&|step| matches!(step, Step::Wildcard))));
                }
                _ => {}
            }
        }
        node
    }

    /// The node of a member, if paths lead there.
    pub(crate) fn member(&self, name: &str) -> Option<&Self> {
        self.keys.iter().find(|(key, _)| key == name).map(|(_, node)| node).or(self.any.as_deref())
    }

    /// The node of an item, if paths lead there.
    pub(crate) fn item(&self, index: usize) -> Option<&Self> {
        self.indices.iter().find(|(at, _)| *at == index).map(|(_, node)| node).or(self.any.as_deref())
    }

    /// Whether a wildcard here leads to rows: over an empty array it finds none, and there are none to miss.
    pub(crate) fn any_to_rows(&self) -> bool {
        self.any.as_ref().is_some_and(|node| node.leads_to_rows())
    }

    fn leads_to_rows(&self) -> bool {
        let keys = self.keys.iter().map(|(_, node)| node);
        let indices = self.indices.iter().map(|(_, node)| node);
        self.rows || keys.chain(indices).chain(self.any.as_deref()).any(Self::leads_to_rows)
    }

    /// Whether nothing is wanted of what is inside.
    pub(crate) fn is_leaf(&self) -> bool {
        !self.taps_below && !self.drops_below
    }
}
