//! The guard of a running program: a function that calls itself without end is an error, not the end of the process.
//!
//! Every definition asks the guard when it is called. Loops of the library are definitions that call themselves, and
//! ask too; so a program that nobody waits for any more ends at its next turn.

use std::{
    cell::{Cell, RefCell},
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use jaq_core::{
    Error,
    load::{
        lex::StrPart,
        parse::{BinaryOp, Def, Pattern, Term},
    },
    path::{Part, Path},
};
use jaq_json::Val;

/// The native that definitions ask.
pub(super) const NAME: &str = "restload_guard";

/// The stack of a program's thread, of which it may use half: the rest is for what runs between two calls.
pub(super) const STACK: usize = 256 << 20;

thread_local! {
    static BOTTOM: Cell<Option<usize>> = const { Cell::new(None) };
    static STOPPED: RefCell<Option<Arc<AtomicBool>>> = const { RefCell::new(None) };
}

/// Begins to guard the thread at hand, until `stopped` is set.
pub(super) fn begin(stopped: &Arc<AtomicBool>) {
    BOTTOM.set(Some(here()));
    STOPPED.set(Some(Arc::clone(stopped)));
}

/// True, or the error that ends the program.
pub(super) fn check() -> Result<bool, Error<Val>> {
    if BOTTOM.get().is_some_and(|bottom| bottom.abs_diff(here()) > STACK / 2) {
        return Err(Error::str("a function calls itself without end"));
    }
    let stopped =
        STOPPED.with_borrow(|stopped| stopped.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed)));
    if stopped { Err(Error::str("the program was stopped")) } else { Ok(true) }
}

/// About where the stack of the thread has got to.
fn here() -> usize {
    let mark = 0_u8;
    std::ptr::from_ref(&mark).addr()
}

/// Puts the guard into terms, and keeps the names that they call.
#[derive(Default)]
pub(super) struct Guarding<'t> {
    pub(super) called: HashSet<&'t str>,
}

impl<'t> Guarding<'t> {
    /// The definition with its guard: `if restload_guard then BODY end`, in which BODY is still a tail call and a path.
    fn guarded(&mut self, def: Def<&'t str>) -> Def<&'t str> {
        let body = Term::IfThenElse(vec![(Term::Call(NAME, Vec::new()), self.nested(def.body))], None);
        Def { body, ..def }
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
                Term::Str(format, parts.into_iter().map(|part| self.part_of_text(part)).collect())
            }
            Term::Arr(items) => Term::Arr(items.map(|items| self.boxed(*items))),
            Term::Obj(members) => {
                let guarded =
                    |(key, value): (_, Option<_>)| (self.nested(key), value.map(|value| self.nested(value)));
                Term::Obj(members.into_iter().map(guarded).collect())
            }
            Term::Neg(term) => Term::Neg(self.boxed(*term)),
            Term::BinOp(left, operator, right) => {
                Term::BinOp(self.boxed(*left), self.in_operator(operator), self.boxed(*right))
            }
            Term::Label(name, term) => Term::Label(name, self.boxed(*term)),
            Term::Fold(kind, source, pattern, arguments) => {
                Term::Fold(kind, self.boxed(*source), self.in_pattern(pattern), self.all(arguments))
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
                Term::Call(name, self.all(arguments))
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
            StrPart::Term(term) => StrPart::Term(self.nested(term)),
            text => text,
        }
    }

    fn in_operator(&mut self, operator: BinaryOp<&'t str>) -> BinaryOp<&'t str> {
        match operator {
            BinaryOp::Pipe(pattern) => BinaryOp::Pipe(pattern.map(|pattern| self.in_pattern(pattern))),
            other => other,
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
