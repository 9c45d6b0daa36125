//! From the syntax tree of Handlebars to the few nodes that a template of this language has.
//!
//! What is not on the allow list here is a fault with its place, and has no node: it does not exist at run time.

use std::ops::Range;

use handlebars::template::{HelperTemplate, Parameter, Subexpression, Template as Tree, TemplateElement};
use serde_json::Value;

use super::{
    Hole, Scope, TemplateFault,
    fault::{fault, feature},
    helper::Helper,
    hole::{self, listed},
    scan::{self, Tag, TagKind},
    syntax,
};
use crate::near::nearest;

/// A part of a template.
#[derive(Debug)]
pub(super) enum Node {
    /// Text as it is.
    Text(String),
    /// `{{…}}` or `{{{…}}}`.
    Show { value: Expression, raw: bool, range: Range<usize> },
    /// `{{#if path}}`, or `{{#unless path}}` with `negated`.
    If { condition: Hole, negated: bool, then: Vec<Node>, otherwise: Vec<Node> },
}

/// What gives a value.
#[derive(Debug)]
pub(super) enum Expression {
    Hole(Hole),
    Literal(Value),
    Call { helper: Helper, arguments: Vec<Expression> },
}

/// The nodes and holes of a template, or all its faults.
pub(super) fn parse(text: &str) -> Result<(Vec<Node>, Vec<Hole>), Vec<TemplateFault>> {
    // A text that is too long is not gone through.
    let tags = if text.len() > syntax::MAX_LENGTH { Vec::new() } else { scan::tags(text) };
    if let Some(fault) = syntax::refused_before_parsing(text, &tags) {
        return Err(vec![fault]);
    }
    let mut lowering =
        Lowering { text, tags: &tags, next: 0, raw: false, holes: Vec::new(), faults: Vec::new() };
    let nodes = if is_plain(text, &tags) {
        lowering.plain()
    } else {
        let tree = Tree::compile(text).map_err(|error| vec![syntax::fault_of(text, &tags, &error)])?;
        lowering.whitespace_control();
        lowering.nodes(&tree)
    };
    if lowering.faults.is_empty() { Ok((nodes, lowering.holes)) } else { Err(lowering.faults) }
}

/// Whether a template is text with holes such as `{{parent.id}}` and nothing else. Most are, and of these the tags say
/// all that there is to know; the grammar costs a hundred times as much.
fn is_plain(text: &str, tags: &[Tag]) -> bool {
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let is_path = |tag: &Tag| {
        let inner = text[tag.range.clone()].strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
        inner
            .and_then(|inner| inner.split_once('.'))
            .is_some_and(|(scope, path)| Scope::named(scope).is_some() && path.split('.').all(is_name))
    };
    !text.contains('\\') && tags.iter().all(is_path)
}

/// The walk over the syntax tree, in step with the tags of the text.
struct Lowering<'t> {
    text: &'t str,
    tags: &'t [Tag],
    next: usize,
    /// Whether the tag at hand is `{{{…}}}`.
    raw: bool,
    holes: Vec<Hole>,
    faults: Vec<TemplateFault>,
}

/// The words of a tag that are still to come.
struct Words {
    words: std::vec::IntoIter<Range<usize>>,
    /// The place of the tag, for what has no word of its own.
    tag: Range<usize>,
}

impl Words {
    fn next(&mut self) -> Range<usize> {
        self.words.next().unwrap_or_else(|| self.tag.clone())
    }
}

impl Lowering<'_> {
    fn whitespace_control(&mut self) {
        for tag in self.tags.iter().filter(|tag| tag.kind != TagKind::Comment) {
            let source = &self.text[tag.range.clone()];
            let inner = source.trim_start_matches('{').trim_end_matches('}');
            if inner.starts_with('~') || inner.ends_with('~') {
                let help = "leave out the `~`, and the white space around the tag";
                self.faults.push(feature("tags with `~`", tag.range.clone(), help));
            }
        }
    }

    /// The nodes of a template that is plain.
    fn plain(&mut self) -> Vec<Node> {
        let (mut nodes, mut at) = (Vec::new(), 0);
        for Tag { range, .. } in self.tags {
            if at < range.start {
                nodes.push(Node::Text(self.text[at..range.start].to_owned()));
            }
            at = range.end;
            let value = self.hole(&(range.start + 2..range.end - 2)).map(Expression::Hole);
            nodes.extend(value.map(|value| Node::Show { value, raw: false, range: range.clone() }));
        }
        if at < self.text.len() {
            nodes.push(Node::Text(self.text[at..].to_owned()));
        }
        nodes
    }

    fn nodes(&mut self, tree: &Tree) -> Vec<Node> {
        tree.elements.iter().filter_map(|element| self.node(element)).collect()
    }

    fn node(&mut self, element: &TemplateElement) -> Option<Node> {
        match element {
            TemplateElement::RawString(text) => Some(Node::Text(text.clone())),
            TemplateElement::Comment(_) => {
                self.tag();
                None
            }
            TemplateElement::Expression(shown) => self.show(shown, false),
            TemplateElement::HtmlExpression(shown) => self.show(shown, true),
            TemplateElement::HelperBlock(block) => self.block(block),
            TemplateElement::PartialExpression(_) | TemplateElement::PartialBlock(_) => {
                self.refuse("partials (`{{> }}`)", "write the text itself; in YAML an anchor repeats a value")
            }
            TemplateElement::DecoratorExpression(_) | TemplateElement::DecoratorBlock(_) => {
                self.refuse("decorators (`{{* }}`)", "leave it out")
            }
            _ => self.refuse("tags of this kind", "leave it out"),
        }
    }

    fn tag(&mut self) -> Tag {
        let tag = self.tags.get(self.next).cloned();
        self.next += 1;
        tag.unwrap_or(Tag { range: 0..self.text.len(), kind: TagKind::Value })
    }

    fn words(&self, tag: &Range<usize>) -> Words {
        Words { words: scan::words(self.text, tag).into_iter(), tag: tag.clone() }
    }

    /// A fault for the tag at hand; what a block holds is passed over.
    fn refuse(&mut self, what: &str, help: &str) -> Option<Node> {
        let tag = self.tag();
        self.faults.push(feature(what, tag.range.clone(), help));
        if tag.kind == TagKind::Open {
            self.skip_block();
        }
        None
    }

    fn skip_block(&mut self) {
        let mut open = 1;
        while open > 0 && self.next < self.tags.len() {
            match self.tag().kind {
                TagKind::Open => open += 1,
                TagKind::Close => open -= 1,
                _ => {}
            }
        }
    }

    fn show(&mut self, shown: &HelperTemplate, html: bool) -> Option<Node> {
        let tag = self.tag();
        let source = &self.text[tag.range.clone()];
        if html && !source.starts_with("{{{") && !source.starts_with("{{~{") {
            let help = format!("write `{{{{{{{}}}}}}}`", source.trim_matches(['{', '}', '&', ' ', '~']));
            self.faults.push(feature("tags with `&`", tag.range, &help));
            return None;
        }
        self.raw = html;
        let mut words = self.words(&tag.range);
        let value = self.call_or_path(shown, &mut words)?;
        Some(Node::Show { value, raw: html, range: tag.range })
    }

    fn block(&mut self, block: &HelperTemplate) -> Option<Node> {
        let negated = match block.name.as_name() {
            Some("if") => false,
            Some("unless") => true,
            name => return self.refuse_block(name),
        };
        if block.is_chained() {
            return self.refuse("chains of `{{else if}}`", "write `{{else}}{{#if …}}…{{/if}}`");
        }
        let tag = self.tag();
        self.raw = false;
        let condition = self.condition(block, &tag.range);
        let then = block.template.as_ref().map(|tree| self.nodes(tree)).unwrap_or_default();
        let otherwise = match &block.inverse {
            Some(tree) => {
                self.tag();
                self.nodes(tree)
            }
            None => Vec::new(),
        };
        self.tag();
        Some(Node::If { condition: condition?, negated, then, otherwise })
    }

    fn refuse_block(&mut self, name: Option<&str>) -> Option<Node> {
        match name {
            Some(name @ "each") => self.refuse(
                &format!("blocks of `{name}`"),
                "a list as the whole value repeats a parameter (`\"{{inputs.ids}}\"`); `{{join inputs.ids ','}}` makes text of it",
            ),
            Some(name) => self.refuse(&format!("blocks of `{name}`"), "the blocks are `{{#if path}}` and `{{#unless path}}`"),
            None => self.refuse("blocks of an expression", "the blocks are `{{#if path}}` and `{{#unless path}}`"),
        }
    }

    fn condition(&mut self, block: &HelperTemplate, tag: &Range<usize>) -> Option<Hole> {
        let mut words = self.words(tag);
        let name = self.text[words.next()].to_owned();
        if self.named_arguments(block, tag) {
            return None;
        }
        if let [Parameter::Path(_)] = block.params[..] {
            let range = words.next();
            return self.hole(&range);
        }
        let help = format!("write `{{{{#{name} inputs.name}}}}`");
        let message = format!("`{{{{#{name}}}}}` takes one path and nothing else");
        self.faults.push(fault("helper-arguments", message, tag.clone(), Some(&help)));
        None
    }

    /// Whether there are `name=value` arguments or block parameters, which is a fault.
    fn named_arguments(&mut self, call: &HelperTemplate, range: &Range<usize>) -> bool {
        if !call.hash.is_empty() {
            self.faults.push(feature(
                "arguments with a name",
                range.clone(),
                "give the arguments in their order",
            ));
        }
        if call.block_param.is_some() {
            self.faults.push(feature("block parameters (`as |x|`)", range.clone(), "leave them out"));
        }
        !call.hash.is_empty() || call.block_param.is_some()
    }

    fn call_or_path(&mut self, shown: &HelperTemplate, words: &mut Words) -> Option<Expression> {
        if shown.params.is_empty() && shown.hash.is_empty() {
            if let Parameter::Subexpression(inner) = &shown.name {
                return self.subexpression(inner, words);
            }
            let range = words.next();
            return self.hole(&range).map(Expression::Hole);
        }
        let name = words.next();
        let whole = name.start..words.tag.end;
        if self.named_arguments(shown, &words.tag.clone()) {
            return None;
        }
        let before = self.faults.len();
        let arguments: Vec<_> = shown.params.iter().map(|argument| self.argument(argument, words)).collect();
        let Some(helper) = self.helper(&name) else {
            // A scope alone may be what such a helper takes.
            let text = self.text;
            let is_alone = |fault: &TemplateFault| Scope::named(&text[fault.range.clone()]).is_some();
            let of_arguments = self.faults.split_off(before);
            self.faults.extend(of_arguments.into_iter().filter(|fault| !is_alone(fault)));
            return None;
        };
        let arguments: Vec<Expression> = arguments.into_iter().collect::<Option<_>>()?;
        self.check_call(helper, &arguments, name, whole)?;
        Some(Expression::Call { helper, arguments })
    }

    fn argument(&mut self, argument: &Parameter, words: &mut Words) -> Option<Expression> {
        match argument {
            Parameter::Path(_) | Parameter::Name(_) => {
                let range = words.next();
                self.hole(&range).map(Expression::Hole)
            }
            Parameter::Literal(value @ (Value::Array(_) | Value::Object(_))) => {
                let kind = if value.is_array() { "lists" } else { "objects" };
                self.faults.push(feature(
                    &format!("{kind} written out"),
                    words.tag.clone(),
                    "write it in YAML",
                ));
                // Its words are not told apart from those behind it.
                words.words = Vec::new().into_iter();
                None
            }
            Parameter::Literal(value) => {
                words.next();
                Some(Expression::Literal(value.clone()))
            }
            Parameter::Subexpression(inner) => self.subexpression(inner, words),
            _ => {
                self.faults.push(feature("arguments of this kind", words.tag.clone(), "leave it out"));
                None
            }
        }
    }

    fn subexpression(&mut self, inner: &Subexpression, words: &mut Words) -> Option<Expression> {
        words.next();
        let TemplateElement::Expression(call) = inner.as_element() else { return None };
        let expression = self.call_or_path(call, words);
        words.next();
        expression
    }

    fn helper(&mut self, name: &Range<usize>) -> Option<Helper> {
        let written = &self.text[name.clone()];
        let helper = Helper::named(written);
        if helper.is_none() {
            let names = || Helper::ALL.iter().map(|helper| helper.name());
            let message = format!("`{written}` is not a helper");
            let unknown = |help: &str| fault("unknown-helper", message, name.clone(), Some(help));
            self.faults.push(match nearest(written, names()) {
                None => unknown(&format!("the helpers are {}", listed(Helper::ALL.map(Helper::name)))),
                Some(near) => {
                    let fault = unknown(&format!("did you mean `{near}`?"));
                    let only = nearest(written, names().filter(|name| *name != near)).is_none();
                    if only { fault.meant(name.clone(), near) } else { fault }
                }
            });
        }
        helper
    }

    fn check_call(
        &mut self,
        helper: Helper,
        arguments: &[Expression],
        name: Range<usize>,
        whole: Range<usize>,
    ) -> Option<()> {
        if !helper.arity().contains(&arguments.len()) {
            let message = format!("`{}` takes {}, not {}", helper.name(), helper.takes(), arguments.len());
            let help = format!("write `{}`", helper.usage());
            self.faults.push(fault("helper-arguments", message, name, Some(&help)));
            return None;
        }
        let literals = arguments.iter().map(|argument| match argument {
            Expression::Literal(value) => Some(value),
            _ => None,
        });
        match helper.check(&literals.collect::<Vec<_>>()) {
            Ok(()) => Some(()),
            Err((argument, message, help)) => {
                let trimmed = self.text[whole.clone()].trim_end_matches('}').len();
                let whole = whole.start..whole.start + trimmed;
                let range = self.written_out(&whole, &arguments[argument]).unwrap_or(whole);
                self.faults.push(fault("helper-arguments", message, range, Some(&help)));
                None
            }
        }
    }

    /// Where an argument that is written out stands: the last word of the call that spells it.
    fn written_out(&self, call: &Range<usize>, argument: &Expression) -> Option<Range<usize>> {
        let Expression::Literal(value) = argument else { return None };
        let plain = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let mut words = scan::words(self.text, call).into_iter().rev();
        words.find(|word| self.text[word.clone()].trim_matches(['"', '\'']) == plain)
    }

    /// The hole that a path makes, checked for its scope.
    fn hole(&mut self, range: &Range<usize>) -> Option<Hole> {
        match hole::read(&self.text[range.clone()]) {
            Ok((scope, path)) => {
                let hole = Hole { scope, path, range: range.clone(), raw: self.raw };
                self.holes.push(hole.clone());
                Some(hole)
            }
            Err(refusal) => {
                let fault = fault(refusal.rule, refusal.message, range.clone(), Some(&refusal.help));
                let first = self.text[range.clone()].find('.').map(|dot| range.start..range.start + dot);
                self.faults.push(match refusal.meant.zip(first) {
                    Some((scope, first)) => fault.meant(first, scope.name()),
                    None => fault,
                });
                None
            }
        }
    }
}
