//! Rendering: the nodes of a template, walked with the values at hand.

use std::borrow::Cow;

use serde_json::Value;

use super::{
    Escape, Hole, Made, RenderError, Rendered, Scope, Scopes,
    escape::{self, Part},
    helper,
    made::{self, Origin},
    tree::{Expression, Node},
};

pub(super) struct Renderer<'a> {
    text: &'a str,
    scopes: &'a Scopes<'a>,
    escape: Escape,
    out: String,
    secret: bool,
    made: Vec<Made>,
}

/// A value and what it comes from.
type Found<'a> = (Cow<'a, Value>, Origin);

impl<'a> Renderer<'a> {
    pub(super) fn new(text: &'a str, scopes: &'a Scopes<'a>, escape: Escape) -> Self {
        Self { text, scopes, escape, out: String::new(), secret: false, made: Vec::new() }
    }

    pub(super) fn render(mut self, nodes: &[Node]) -> Result<Rendered, RenderError> {
        if let ([Node::Show { value, .. }], Escape::None) = (nodes, self.escape) {
            let (value, origin) = self.value(value)?;
            let mut made = Vec::new();
            made::collect(&value, origin, &mut made);
            return Ok(Rendered { value: value.into_owned(), secret: origin.is_secret(), made });
        }
        self.nodes(nodes)?;
        let holes = nodes.iter().any(|node| !matches!(node, Node::Text(_)));
        if holes && matches!(self.escape, Escape::PathSegment | Escape::BaseUrl) {
            self.check_segments()?;
        }
        Ok(Rendered { value: Value::String(self.out), secret: self.secret, made: self.made })
    }

    fn nodes(&mut self, nodes: &[Node]) -> Result<(), RenderError> {
        nodes.iter().try_for_each(|node| match node {
            Node::Text(text) => {
                self.out.push_str(text);
                Ok(())
            }
            Node::Show { value, raw, range } => self.show(value, *raw, &self.text[range.clone()]),
            Node::If { condition, negated, then, otherwise } => {
                let (value, _) = self.look_up(condition)?;
                self.nodes(if is_true(&value) == *negated { otherwise } else { then })
            }
        })
    }

    fn show(&mut self, expression: &Expression, raw: bool, tag: &str) -> Result<(), RenderError> {
        let (value, origin) = self.value(expression)?;
        let text = match (helper::text(&value), expression) {
            (Ok(text), _) => text,
            (Err(_), Expression::Hole(hole)) if value.is_null() => {
                return Err(RenderError::Null { hole: Box::new(hole.clone()) });
            }
            (Err(_), Expression::Hole(hole)) => {
                return Err(RenderError::NotText {
                    hole: Box::new(hole.clone()),
                    kind: helper::kind(&value),
                });
            }
            (Err(_), Expression::Call { helper, .. }) => {
                let message = format!("gives {}, which has no place within text", helper::kind(&value));
                return Err(RenderError::Helper { helper: helper.name(), message });
            }
            (Err(_), Expression::Literal(_)) => String::new(),
        };
        made::collect(&value, origin, &mut self.made);
        let text = self.escaped(text, raw, origin.is_secret(), tag)?;
        self.out.push_str(&text);
        self.secret |= origin.is_secret();
        Ok(())
    }

    fn escaped(&self, text: String, raw: bool, secret: bool, tag: &str) -> Result<String, RenderError> {
        let place = || tag.trim_matches(['{', '}', ' ']).to_owned();
        let label = |text: String| {
            if escape::is_label(&text) {
                return Ok(text);
            }
            Err(RenderError::HostLabel { place: place(), found: (!secret).then_some(text) })
        };
        let segment = |text: String| {
            let encoded = if raw { text } else { escape::percent(&text) };
            if encoded.is_empty() || escape::is_dots(&encoded) {
                return Err(RenderError::Segment { place: place(), found: encoded });
            }
            Ok(encoded)
        };
        match self.escape {
            Escape::None => Ok(text),
            Escape::HostLabel => label(text),
            Escape::PathSegment if self.out.contains('?') => {
                Ok(if raw { text } else { escape::percent(&text) })
            }
            Escape::PathSegment => segment(text),
            Escape::BaseUrl => match escape::part_after(&self.out) {
                Part::Scheme if self.out.is_empty() && is_url(&text) => Ok(text),
                Part::Scheme => Err(RenderError::NotUrl { place: place() }),
                Part::Host => label(text),
                Part::Path => segment(text),
                Part::Query => Ok(escape::percent(&text)),
            },
        }
    }

    /// Two holes, or a hole and text, can be dots together that are none alone.
    fn check_segments(&self) -> Result<(), RenderError> {
        let path = self.out.split(['?', '#']).next().unwrap_or_default();
        match path.split('/').find(|segment| escape::is_dots(segment)) {
            Some(dots) => Err(RenderError::Segment { place: self.text.to_owned(), found: dots.to_owned() }),
            None => Ok(()),
        }
    }

    fn value<'e>(&self, expression: &'e Expression) -> Result<Found<'e>, RenderError>
    where
        'a: 'e,
    {
        match expression {
            Expression::Hole(hole) => self.look_up(hole),
            Expression::Literal(value) => Ok((Cow::Borrowed(value), Origin::Open)),
            Expression::Call { helper, arguments } => {
                let (mut values, mut origin) = (Vec::with_capacity(arguments.len()), Origin::Open);
                for argument in arguments {
                    let (value, of) = self.value(argument)?;
                    if let (Expression::Hole(hole), true, false) =
                        (argument, value.is_null(), helper.takes_null())
                    {
                        return Err(RenderError::Null { hole: Box::new(hole.clone()) });
                    }
                    origin = origin.and(of);
                    values.push(value);
                }
                let applied = helper.apply(&values, origin.is_secret());
                let value =
                    applied.map_err(|message| RenderError::Helper { helper: helper.name(), message })?;
                Ok((Cow::Owned(value), origin))
            }
        }
    }

    fn look_up(&self, hole: &Hole) -> Result<Found<'a>, RenderError> {
        let not_here = || RenderError::NotHere { hole: Box::new(hole.clone()) };
        let scopes = self.scopes;
        let (value, path) = match hole.scope {
            Scope::Inputs => {
                let name = &hole.path[0];
                let (value, secret) = scopes.inputs.input(name).ok_or_else(|| missing(hole, name))?;
                let value = follow(value, &hole.path[1..], hole)?;
                return Ok((Cow::Borrowed(value), if secret { Origin::of(value) } else { Origin::Open }));
            }
            Scope::Batch => {
                return Ok((Cow::Owned(batch(scopes.batch.ok_or_else(not_here)?, hole)?), Origin::Open));
            }
            Scope::Resources => {
                let row = scopes.resources.iter().find(|(name, _)| *name == hole.path[0]);
                (row.map(|(_, row)| *row), &hole.path[1..])
            }
            Scope::Parent => (scopes.parent, &hole.path[..]),
            Scope::Each => (scopes.each, &hole.path[..]),
            Scope::Incremental => (scopes.incremental, &hole.path[..]),
            Scope::Run => (scopes.run, &hole.path[..]),
            Scope::Row => (scopes.row, &hole.path[..]),
            Scope::Token => (scopes.token, &hole.path[..]),
        };
        let value = follow(value.ok_or_else(not_here)?, path, hole)?;
        Ok((Cow::Borrowed(value), if hole.scope == Scope::Token { Origin::Token } else { Origin::Open }))
    }
}

fn missing(hole: &Hole, name: &str) -> RenderError {
    RenderError::Missing { hole: Box::new(hole.clone()), name: name.to_owned() }
}

/// The value below `value` that the names lead to; below null is null.
fn follow<'v>(value: &'v Value, path: &[String], hole: &Hole) -> Result<&'v Value, RenderError> {
    path.iter().try_fold(value, |value, name| match value {
        Value::Null => Ok(value),
        Value::Object(members) => members.get(name).ok_or_else(|| missing(hole, name)),
        Value::Array(items) => {
            name.parse::<usize>().ok().and_then(|at| items.get(at)).ok_or_else(|| missing(hole, name))
        }
        _ => Err(missing(hole, name)),
    })
}

/// The rows of a batch, or the list of one of their fields.
fn batch(rows: &[Value], hole: &Hole) -> Result<Value, RenderError> {
    let field = |row: &Value| match follow(row, &hole.path, hole)? {
        Value::Null => Err(RenderError::Null { hole: Box::new(hole.clone()) }),
        value => Ok(value.clone()),
    };
    rows.iter().map(field).collect::<Result<_, _>>().map(Value::Array)
}

/// Whether Handlebars takes a value for true: not null, false, `""`, 0 or an empty list.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(_) => true,
    }
}

fn is_url(text: &str) -> bool {
    let scheme = text.split_once("://").map(|(scheme, rest)| (scheme.to_ascii_lowercase(), rest));
    matches!(scheme, Some((scheme, rest)) if (scheme == "https" || scheme == "http") && !rest.is_empty())
}
