//! Puts the guard into programs.
//!
//! Every definition asks the guard when it is called. Loops of the library are definitions that call themselves, and
//! ask too; what else goes on for long asks at each turn: lists that are collected, `reduce` and `foreach`. What makes large values of
//! small ones is measured: sums, products, and texts with values in them.

use std::collections::HashSet;

use jaq_core::{
    load::{
        lex::StrPart,
        parse::{BinaryOp, Def, Pattern, Term},
    },
    ops::Math,
    path::{Part, Path},
};

use super::guard::{MEASURE, MEASURE_ALL, NAME, NEST, TIMES};

/// The variable that holds the right side of `+=`.
const RIGHT: &str = "$restload_right";

/// Natives that go through all that their argument gives, and keep none of it.
const LOOPS: [&str; 2] = ["last", "skip"];

/// Puts the guard into terms, and keeps the names that they call.
#[derive(Default)]
pub(super) struct Guarding<'t> {
    pub(super) called: HashSet<&'t str>,
}

/// A term that asks the guard first: `if restload_guard then TERM end`, in which TERM is still a tail call and a path.
fn asking(term: Term<&str>) -> Term<&str> {
    Term::IfThenElse(vec![(Term::Call(NAME, Vec::new()), term)], None)
}

/// A term whose values go through a native.
fn through<'t>(native: &'static str, term: Box<Term<&'t str>>) -> Term<&'t str> {
    Term::BinOp(term, BinaryOp::Pipe(None), Box::new(Term::Call(native, Vec::new())))
}

/// A call with arguments that are guarded already.
fn called<'t>(name: &'t str, mut arguments: Vec<Term<&'t str>>) -> Term<&'t str> {
    if LOOPS.contains(&name)
        && let Some(source) = arguments.last_mut()
    {
        let all = Box::new(std::mem::take(source));
        *source = Term::BinOp(all, BinaryOp::Pipe(None), Box::new(asking(Term::Id)));
    }
    let call = Term::Call(name, arguments);
    let guard = match name {
        "tojson" => MEASURE_ALL,
        "fromjson" => NEST,
        _ => return call,
    };
    Term::BinOp(Box::new(Term::Call(guard, Vec::new())), BinaryOp::Pipe(None), Box::new(call))
}

impl<'t> Guarding<'t> {
    /// The definition with its guard.
    fn guarded(&mut self, def: Def<&'t str>) -> Def<&'t str> {
        Def { body: asking(self.nested(def.body)), ..def }
    }

    /// The term, in which all definitions are guarded.
    pub(super) fn nested(&mut self, term: Term<&'t str>) -> Term<&'t str> {
        match term {
            Term::Def(defs, body) => {
                let defs = defs.into_iter().map(|def| self.guarded(def)).collect();
                Term::Def(defs, self.boxed(*body))
            }
            Term::Str(format, parts) => {
                self.called.extend(format);
                let has_values = parts.iter().any(|part| matches!(part, StrPart::Term(_)));
                let parts = parts.into_iter().map(|part| self.part_of_text(part)).collect();
                let text = Term::Str(format, parts);
                if has_values { through(MEASURE, Box::new(text)) } else { text }
            }
            Term::Arr(items) => Term::Arr(items.map(|items| Box::new(through(MEASURE, self.boxed(*items))))),
            Term::Obj(members) => {
                let guarded =
                    |(key, value): (_, Option<_>)| (self.nested(key), value.map(|value| self.nested(value)));
                Term::Obj(members.into_iter().map(guarded).collect())
            }
            Term::Neg(term) => Term::Neg(self.boxed(*term)),
            Term::BinOp(left, operator, right) => {
                let (left, right) = (self.boxed(*left), self.boxed(*right));
                self.operation(left, operator, right)
            }
            Term::Label(name, term) => Term::Label(name, self.boxed(*term)),
            Term::Fold(kind, source, pattern, arguments) => {
                let mut arguments = self.all(arguments);
                if let Some(update) = arguments.get_mut(1) {
                    *update = asking(std::mem::take(update));
                }
                Term::Fold(kind, self.boxed(*source), self.in_pattern(pattern), arguments)
            }
            Term::TryCatch(term, catch) => {
                Term::TryCatch(self.boxed(*term), catch.map(|catch| self.boxed(*catch)))
            }
            Term::IfThenElse(branches, otherwise) => {
                let guarded = |(test, then)| (self.nested(test), self.nested(then));
                let branches = branches.into_iter().map(guarded).collect();
                Term::IfThenElse(branches, otherwise.map(|otherwise| self.boxed(*otherwise)))
            }
            Term::Call(name, arguments) => {
                self.called.insert(name);
                called(name, self.all(arguments))
            }
            Term::Path(term, Path(parts)) => {
                let term = self.boxed(*term);
                let guarded = |(part, optional)| (self.in_part(part), optional);
                Term::Path(term, Path(parts.into_iter().map(guarded).collect()))
            }
            leaf @ (Term::Id | Term::Recurse | Term::Num(_) | Term::Break(_) | Term::Var(_)) => leaf,
        }
    }

    fn boxed(&mut self, term: Term<&'t str>) -> Box<Term<&'t str>> {
        Box::new(self.nested(term))
    }

    fn all(&mut self, terms: Vec<Term<&'t str>>) -> Vec<Term<&'t str>> {
        terms.into_iter().map(|term| self.nested(term)).collect()
    }

    fn part_of_text(&mut self, part: StrPart<&'t str, Term<&'t str>>) -> StrPart<&'t str, Term<&'t str>> {
        match part {
            StrPart::Term(term) => StrPart::Term(through(MEASURE_ALL, self.boxed(term))),
            text => text,
        }
    }

    /// An operation on terms that are guarded already. `l += r` is `r as $x | l |= . + $x`, as jq defines it.
    fn operation(
        &mut self,
        left: Box<Term<&'t str>>,
        operator: BinaryOp<&'t str>,
        right: Box<Term<&'t str>>,
    ) -> Term<&'t str> {
        match operator {
            BinaryOp::Pipe(pattern) => {
                let pattern = pattern.map(|pattern| self.in_pattern(pattern));
                Term::BinOp(left, BinaryOp::Pipe(pattern), right)
            }
            BinaryOp::Math(Math::Add) => through(MEASURE, Box::new(Term::BinOp(left, operator, right))),
            BinaryOp::Math(Math::Mul) => Term::Call(TIMES, vec![*left, *right]),
            BinaryOp::UpdateMath(math @ (Math::Add | Math::Mul)) => {
                let new =
                    self.operation(Box::new(Term::Id), BinaryOp::Math(math), Box::new(Term::Var(RIGHT)));
                let update = Term::BinOp(left, BinaryOp::Update, Box::new(new));
                Term::BinOp(right, BinaryOp::Pipe(Some(Pattern::Var(RIGHT))), Box::new(update))
            }
            other => Term::BinOp(left, other, right),
        }
    }

    fn in_pattern(&mut self, pattern: Pattern<&'t str>) -> Pattern<&'t str> {
        match pattern {
            Pattern::Var(name) => Pattern::Var(name),
            Pattern::Arr(items) => {
                Pattern::Arr(items.into_iter().map(|item| self.in_pattern(item)).collect())
            }
            Pattern::Obj(members) => {
                let guarded = |(key, value)| (self.nested(key), self.in_pattern(value));
                Pattern::Obj(members.into_iter().map(guarded).collect())
            }
        }
    }

    fn in_part(&mut self, part: Part<Term<&'t str>>) -> Part<Term<&'t str>> {
        match part {
            Part::Index(index) => Part::Index(self.nested(index)),
            Part::Range(from, to) => {
                Part::Range(from.map(|from| self.nested(from)), to.map(|to| self.nested(to)))
            }
        }
    }
}
