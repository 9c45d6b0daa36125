//! Templates: Handlebars, of which this language has paths, a few helpers, comments, `{{#if}}` and `{{#unless}}`.
//!
//! The grammar and its syntax tree are those of the `handlebars` crate. Every node is held against an allow list as
//! soon as it is parsed, and what passed is rendered here, over those nodes alone: no helper of Handlebars is
//! registered anywhere, values keep their type, and nothing is ever rendered as a blank because it was missing.

mod escape;
mod fault;
mod helper;
mod hole;
mod made;
mod render;
mod scan;
mod scope;
mod syntax;
mod tree;

#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc};

use serde_json::Value;

pub use fault::{RenderError, TemplateFault};
pub use made::Made;
pub(crate) use made::SECRET_LENGTH;
pub use scope::{Hole, InputValues, Scope, Scopes};

use tree::{Expression, Node};

/// A template, parsed and checked.
#[derive(Clone)]
pub struct Template(Arc<Parsed>);

struct Parsed {
    text: String,
    nodes: Vec<Node>,
    holes: Vec<Hole>,
    literal: Option<String>,
}

/// What is done to the text of a hole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escape {
    /// Nothing.
    None,
    /// `{{x}}` is percent-encoded as one segment of a path, `{{{x}}}` goes through; nothing, `.` and `..` are errors.
    /// Behind a `?` it is a value of the query, and may be empty.
    PathSegment,
    /// The hole is one DNS label, or an error.
    HostLabel,
    /// By where the hole stands in a URL: at its start a URL itself, in the host one label, in the path one segment.
    /// Whether an input or a token may name the host at all is for the caller to say.
    BaseUrl,
}

/// What a template rendered to.
#[derive(Clone, PartialEq)]
pub struct Rendered {
    /// Text; or, where the whole template is one hole or helper, its value in its own type.
    pub value: Value,
    /// Whether anything in it comes from a secret.
    pub secret: bool,
    /// What was shown of secrets, each text as it went in; nothing that stands around it.
    pub made: Vec<Made>,
}

impl fmt::Debug for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.secret { f.write_str("Rendered(***)") } else { write!(f, "Rendered({})", self.value) }
    }
}

impl Template {
    /// Parses a template and checks it against what the language allows. All faults are told at once, except that a
    /// text that Handlebars cannot read has one.
    ///
    /// ```
    /// use restload_spec::{Escape, Scopes, Template};
    /// let template = Template::parse("lists/{{parent.id}}/entries").unwrap();
    /// let row = serde_json::json!({"id": "a/b"});
    /// let scopes = Scopes { parent: Some(&row), ..Scopes::default() };
    /// assert_eq!(template.render(&scopes, Escape::PathSegment).unwrap().value, "lists/a%2Fb/entries");
    /// ```
    pub fn parse(text: &str) -> Result<Self, Vec<TemplateFault>> {
        let (nodes, holes) = tree::parse(text)?;
        let literal = nodes.iter().map(|node| match node {
            Node::Text(text) => Some(text.as_str()),
            Node::Show { .. } | Node::If { .. } => None,
        });
        let literal = literal.collect();
        Ok(Self(Arc::new(Parsed { text: text.to_owned(), nodes, holes, literal })))
    }

    /// The template as written.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// Whether it is text without holes.
    pub fn is_literal(&self) -> bool {
        self.0.literal.is_some()
    }

    /// The text of a template without holes, `\{{` already `{{`.
    pub fn literal(&self) -> Option<&str> {
        self.0.literal.as_deref()
    }

    /// The hole that is the whole template, if it is one: its value keeps its type.
    pub fn sole_hole(&self) -> Option<&Hole> {
        match &self.0.nodes[..] {
            [Node::Show { value: Expression::Hole(hole), .. }] => Some(hole),
            _ => None,
        }
    }

    /// Every path that the template reads, shown or not, in the order of the text.
    pub fn holes(&self) -> &[Hole] {
        &self.0.holes
    }

    /// Renders the template.
    ///
    /// With [`Escape::None`] a template that is one hole or helper gives its value as it is, null too; what null means
    /// there is for the caller to say. Everything else is text. In text, null, a list and an object are errors, numbers
    /// have the digits that they came with, and a condition counts as Handlebars counts: null, false, `""`, 0 and `[]`
    /// are false. What is not there is an error everywhere, conditions included; below null everything is null.
    pub fn render(&self, scopes: &Scopes<'_>, escape: Escape) -> Result<Rendered, RenderError> {
        render::Renderer::new(&self.0.text, scopes, escape).render(&self.0.nodes)
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Template").field(&self.0.text).finish()
    }
}

impl PartialEq for Template {
    fn eq(&self, other: &Self) -> bool {
        self.0.text == other.0.text
    }
}
