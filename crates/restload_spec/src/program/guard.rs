//! The guard of a running program: one that does not end, calls itself without end or fills the memory is an error, not the
//! end of the process.
//!
//! A program asks at each turn, and has what may have grown measured (`guarding.rs`). What it catches of that itself does not count:
//! [`spent`] says that a bound was met.

use std::{
    cell::{Cell, RefCell},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use jaq_core::Error;
use jaq_json::{Num, Val};

use super::run::{Limits, MAX_DEPTH, depth};

/// The native that definitions ask.
pub(super) const NAME: &str = "restload_guard";
/// The native through which values go that may have grown.
pub(super) const MEASURE: &str = "restload_measure";
/// The native through which values go that are to be written as text.
pub(super) const MEASURE_ALL: &str = "restload_measure_all";
/// The native through which texts go that are to be read as JSON.
pub(super) const NEST: &str = "restload_nest";
/// The native that multiplies.
pub(super) const TIMES: &str = "restload_times";

/// Whether the language knows nothing of a function.
pub(super) fn is_own(name: &str) -> bool {
    [NAME, MEASURE, MEASURE_ALL, NEST, TIMES].contains(&name)
}

/// The stack of a program's thread, of which it may use half: the rest is for what runs between two calls.
pub(super) const STACK: usize = 256 << 20;

/// After so many turns a program looks whether somebody still waits for it.
const A_LOOK: u32 = 64;

/// After so many turns the value at hand is looked into: it may be deeper by one for each.
const A_LOOK_INTO: u32 = 4096;

/// How deep a value may be while a program runs: whatever lets go of one that is much deeper overflows the stack.
const DEEPEST: usize = 10_000;

/// How many values are looked at for that.
const LOOKED_AT: usize = 100_000;

thread_local! {
    static BOTTOM: Cell<Option<usize>> = const { Cell::new(None) };
    static STOPPED: RefCell<Option<Arc<AtomicBool>>> = const { RefCell::new(None) };
    /// How many turns the row at hand may still take.
    static TURNS: Cell<u32> = const { Cell::new(u32::MAX) };
    /// How large a value may be, in bytes.
    static SIZE: Cell<usize> = const { Cell::new(usize::MAX) };
    static SPENT: Cell<Option<Spent>> = const { Cell::new(None) };
}

/// The bound that a program met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spent {
    /// It took all its turns.
    Turns,
    /// It made a value that is too large.
    Size,
    /// It made a value that is nested too deep.
    Depth,
}

/// Begins to guard the thread at hand, until `stopped` is set.
pub(super) fn begin(stopped: &Arc<AtomicBool>) {
    BOTTOM.set(Some(here()));
    STOPPED.set(Some(Arc::clone(stopped)));
}

/// Begins with a row.
pub(super) fn begin_row(limits: Limits) {
    TURNS.set(limits.turns);
    SIZE.set(limits.size);
    SPENT.set(None);
}

/// The bound that the row at hand met; its rows count no more then, whatever the program made of the error.
pub(super) fn spent() -> Option<Spent> {
    SPENT.get()
}

/// True, or the error that ends the program, which is at this value.
pub(super) fn check(value: &Val) -> Result<bool, Error<Val>> {
    if BOTTOM.get().is_some_and(|bottom| bottom.abs_diff(here()) > STACK / 2) {
        return Err(Error::str("a function calls itself without end"));
    }
    let left = TURNS.get().checked_sub(1);
    match left {
        Some(left) => TURNS.set(left),
        None => SPENT.set(Some(Spent::Turns)),
    }
    if left.is_none_or(|left| left % A_LOOK == 0) && is_stopped() {
        return Err(Error::str("the program was stopped"));
    }
    if left.is_some_and(|left| left % A_LOOK_INTO == 0) && is_deep(value) {
        SPENT.set(Some(Spent::Depth));
    }
    match spent() {
        None => Ok(true),
        Some(_) => Err(Error::str("the program met a bound")),
    }
}

fn is_stopped() -> bool {
    STOPPED.with_borrow(|stopped| stopped.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed)))
}

fn too_large() -> Error<Val> {
    meets(Spent::Size)
}

fn meets(bound: Spent) -> Error<Val> {
    SPENT.set(Some(bound));
    Error::str("the program met a bound")
}

/// Whether a value is too deep, as far as the first of the values in it tell.
fn is_deep(value: &Val) -> bool {
    let (mut left, mut waiting) = (LOOKED_AT, vec![(value, 1)]);
    while let Some((value, depth)) = waiting.pop() {
        if depth > DEEPEST {
            return true;
        }
        let inner = |value: &&Val| matches!(value, Val::Arr(_) | Val::Obj(_));
        let before = waiting.len();
        match value {
            Val::Arr(items) => {
                waiting.extend(items.iter().take(left).filter(inner).map(|item| (item, depth + 1)));
            }
            Val::Obj(members) => {
                waiting.extend(members.values().take(left).filter(inner).map(|value| (value, depth + 1)));
            }
            _ => {}
        }
        left = left.saturating_sub(1 + waiting.len() - before);
        if left == 0 {
            return false;
        }
    }
    false
}

/// The value itself, which took a turn to make and is not too large.
pub(super) fn measured(value: Val) -> Result<Val, Error<Val>> {
    check(&value)?;
    if own_size(&value) > SIZE.get() { Err(too_large()) } else { Ok(value) }
}

/// The value itself, which is not too large with all that is in it. One value may be in another many times, and takes memory for
/// each of them only when it is written.
pub(super) fn measured_all(value: Val) -> Result<Val, Error<Val>> {
    check(&value)?;
    let mut left = SIZE.get();
    measure(&value, 0, &mut left).map_err(meets)?;
    Ok(value)
}

/// The value itself: a text in which no more lists and objects are in each other than may be read.
pub(super) fn readable(value: Val) -> Result<Val, Error<Val>> {
    match &value {
        Val::BStr(text) | Val::TStr(text) if depth(text) > MAX_DEPTH => Err(meets(Spent::Depth)),
        _ => Ok(value),
    }
}

/// Takes the bytes of a value, and of all in it, from those that are left.
fn measure(value: &Val, depth: usize, left: &mut usize) -> Result<(), Spent> {
    *left = left.checked_sub(own_size(value).max(1)).ok_or(Spent::Size)?;
    if depth > MAX_DEPTH {
        return Err(Spent::Depth);
    }
    match value {
        Val::Arr(items) => items.iter().try_for_each(|item| measure(item, depth + 1, left)),
        Val::Obj(members) => members.iter().try_for_each(|(key, value)| {
            measure(key, depth + 1, left)?;
            measure(value, depth + 1, left)
        }),
        _ => Ok(()),
    }
}

/// The bytes of a value without those of the values in it.
fn own_size(value: &Val) -> usize {
    match value {
        Val::BStr(text) | Val::TStr(text) => text.len(),
        Val::Arr(items) => items.len() * size_of::<Val>(),
        _ => 0,
    }
}

/// `left * right`, unless a text became too large by it.
pub(super) fn times(left: Val, right: Val) -> Result<Val, Error<Val>> {
    check(&left)?;
    if let (Val::BStr(_) | Val::TStr(_), Val::Num(number)) | (Val::Num(number), Val::BStr(_) | Val::TStr(_)) =
        (&left, &right)
    {
        let most = SIZE.get() / own_size(&left).max(own_size(&right)).max(1);
        let is_over = match number {
            Num::Int(times) => usize::try_from(*times).is_ok_and(|times| times > most),
            Num::BigInt(_) => *number > Num::Int(0),
            _ => false,
        };
        if is_over {
            return Err(too_large());
        }
    }
    left * right
}

/// About where the stack of the thread has got to.
fn here() -> usize {
    let mark = 0_u8;
    std::ptr::from_ref(&mark).addr()
}
