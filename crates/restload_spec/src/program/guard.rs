//! The guard of a running program: a function that calls itself without end is an error, not the end of the process.
//!
//! Every definition asks the guard when it is called. Loops of the library are definitions that call themselves, and
//! ask too; so a program that nobody waits for any more ends at its next turn.

use std::{
    cell::{Cell, RefCell},
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

/// The definition with its guard: `if restload_guard then BODY end`, in which BODY is still a tail call and a path.
fn guarded(def: Def<&str>) -> Def<&str> {
    let body = Term::IfThenElse(vec![(Term::Call(NAME, Vec::new()), nested(def.body))], None);
    Def { body, ..def }
}

/// The term, in which all definitions are guarded.
pub(super) fn nested(term: Term<&str>) -> Term<&str> {
    let boxed = |term: Box<Term<_>>| Box::new(nested(*term));
    let all = |terms: Vec<Term<_>>| terms.into_iter().map(nested).collect();
    match term {
        Term::Def(defs, body) => Term::Def(defs.into_iter().map(guarded).collect(), boxed(body)),
        Term::Str(format, parts) => Term::Str(format, parts.into_iter().map(part_of_text).collect()),
        Term::Arr(items) => Term::Arr(items.map(boxed)),
        Term::Obj(members) => {
            Term::Obj(members.into_iter().map(|(key, value)| (nested(key), value.map(nested))).collect())
        }
        Term::Neg(term) => Term::Neg(boxed(term)),
        Term::BinOp(left, operator, right) => Term::BinOp(boxed(left), in_operator(operator), boxed(right)),
        Term::Label(name, term) => Term::Label(name, boxed(term)),
        Term::Fold(kind, source, pattern, arguments) => {
            Term::Fold(kind, boxed(source), in_pattern(pattern), all(arguments))
        }
        Term::TryCatch(term, catch) => Term::TryCatch(boxed(term), catch.map(boxed)),
        Term::IfThenElse(branches, otherwise) => {
            let branches = branches.into_iter().map(|(test, then)| (nested(test), nested(then))).collect();
            Term::IfThenElse(branches, otherwise.map(boxed))
        }
        Term::Call(name, arguments) => Term::Call(name, all(arguments)),
        Term::Path(term, Path(parts)) => {
            let parts = parts.into_iter().map(|(part, optional)| (in_part(part), optional)).collect();
            Term::Path(boxed(term), Path(parts))
        }
        leaf @ (Term::Id | Term::Recurse | Term::Num(_) | Term::Break(_) | Term::Var(_)) => leaf,
    }
}

fn part_of_text<'s>(part: StrPart<&'s str, Term<&'s str>>) -> StrPart<&'s str, Term<&'s str>> {
    match part {
        StrPart::Term(term) => StrPart::Term(nested(term)),
        text => text,
    }
}

fn in_operator(operator: BinaryOp<&str>) -> BinaryOp<&str> {
    match operator {
        BinaryOp::Pipe(pattern) => BinaryOp::Pipe(pattern.map(in_pattern)),
        other => other,
    }
}

fn in_pattern(pattern: Pattern<&str>) -> Pattern<&str> {
    match pattern {
        Pattern::Var(name) => Pattern::Var(name),
        Pattern::Arr(items) => Pattern::Arr(items.into_iter().map(in_pattern).collect()),
        Pattern::Obj(members) => {
            Pattern::Obj(members.into_iter().map(|(key, value)| (nested(key), in_pattern(value))).collect())
        }
    }
}

fn in_part(part: Part<Term<&str>>) -> Part<Term<&str>> {
    match part {
        Part::Index(index) => Part::Index(nested(index)),
        Part::Range(from, to) => Part::Range(from.map(nested), to.map(nested)),
    }
}
