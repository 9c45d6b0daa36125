//! Which request is answered with which fault: by a seed, not by the moment.
//!
//! What happens to a request hangs on the seed, on what is asked and on how often that was asked before. So the same
//! seed gives the same faults whatever the order in which requests come.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// What is wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A status that says that the server has trouble: 408, 425, 500, 502, 503 or 504, its page as HTML at times.
    Status,
    /// The answer is right and late.
    Delay,
    /// The connection is reset before the first byte.
    ResetBeforeHeaders,
    /// The connection is reset in the middle of the body.
    ResetInBody,
    /// Half of the announced body comes, then the connection ends in order.
    CutOff,
    /// More is announced than there is.
    TooLong,
    /// Less is announced than there is: the body ends in the middle of a value.
    TooShort,
    /// The answer is right and comes a few bytes at a time.
    Drip,
    /// A page of HTML with status 200.
    Html,
    /// Status 200, and a body of no bytes.
    Empty,
    /// It says gzip, and is not, or breaks off within.
    BrokenGzip,
    /// Status 429 with any hint of when to come back, or none.
    TooMany,
    /// Status 401: the token is no longer taken.
    Expired,
    /// A TLS alert where HTTP is spoken.
    Alert,
    /// The connection ends in the middle of the TLS handshake.
    HandshakeCut,
    /// An alert in place of the server's part of the TLS handshake.
    HandshakeRefused,
    /// The certificate of another host, or one that has expired.
    WrongCertificate,
}

impl Kind {
    /// All that can be wrong with an answer.
    pub const ALL: [Self; 14] = [
        Self::Status,
        Self::Delay,
        Self::ResetBeforeHeaders,
        Self::ResetInBody,
        Self::CutOff,
        Self::TooLong,
        Self::TooShort,
        Self::Drip,
        Self::Html,
        Self::Empty,
        Self::BrokenGzip,
        Self::TooMany,
        Self::Expired,
        Self::Alert,
    ];

    /// Those that a client gets over by asking again, or by patience.
    pub const PASSING: [Self; 8] = [
        Self::Status,
        Self::Delay,
        Self::ResetBeforeHeaders,
        Self::ResetInBody,
        Self::CutOff,
        Self::TooLong,
        Self::Drip,
        Self::TooMany,
    ];

    /// All that can be wrong with a TLS handshake. A client gets over the first of them by asking again.
    pub const HANDSHAKE: [Self; 3] = [Self::HandshakeCut, Self::HandshakeRefused, Self::WrongCertificate];
}

/// A fault that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub kind: Kind,
    /// What the fault takes its details from.
    pub(crate) draw: u64,
}

/// Faults by seed.
#[derive(Debug)]
pub struct Schedule {
    seed: u64,
    of_thousand: u64,
    most: u32,
    kinds: Vec<Kind>,
    asked: Mutex<BTreeMap<String, (u32, u32)>>,
    handshake_kinds: Vec<Kind>,
    handshakes: Mutex<Handshakes>,
}

/// The handshakes that there were.
#[derive(Debug, Default)]
struct Handshakes {
    all: u64,
    spoiled_in_a_row: u32,
    /// Those after which a client gives up.
    ending: u32,
}

/// So many handshakes of one schedule are such that a client gives up: each may cost a run.
const MOST_ENDING: u32 = 4;

impl Schedule {
    /// No fault at all.
    pub fn none() -> Self {
        Self::new(0, 0, 0, &[])
    }

    /// So many of a thousand answers are spoiled, at most `most` to one question, by faults of these kinds.
    pub fn new(seed: u64, of_thousand: u64, most: u32, kinds: &[Kind]) -> Self {
        Self {
            seed,
            of_thousand,
            most,
            kinds: kinds.to_vec(),
            asked: Mutex::default(),
            handshake_kinds: Vec::new(),
            handshakes: Mutex::default(),
        }
    }

    /// As many TLS handshakes of a thousand are spoiled too, at most `most` in a row.
    #[must_use]
    pub fn with_handshakes(self, kinds: &[Kind]) -> Self {
        Self { handshake_kinds: kinds.to_vec(), ..self }
    }

    /// The fault for the next TLS handshake. What is asked is not known yet: it hangs on how many there were.
    pub fn next_handshake(&self) -> Option<Fault> {
        let mut handshakes = self.handshakes.lock().unwrap_or_else(PoisonError::into_inner);
        handshakes.all += 1;
        let draw = mix(self.seed ^ mix(hash("handshake")) ^ handshakes.all);
        let is_due = draw % 1000 < self.of_thousand && handshakes.spoiled_in_a_row < self.most;
        if self.handshake_kinds.is_empty() || !is_due {
            handshakes.spoiled_in_a_row = 0;
            return None;
        }
        handshakes.spoiled_in_a_row += 1;
        let mut fault = fault_of(&self.handshake_kinds, draw);
        if fault.kind != Kind::HandshakeCut {
            handshakes.ending += 1;
            if handshakes.ending > MOST_ENDING {
                fault.kind = Kind::HandshakeCut;
            }
        }
        Some(fault)
    }

    /// The fault for the next answer to a question, which is its method and target.
    pub fn next(&self, question: &str) -> Option<Fault> {
        let mut all = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let (asked, spoiled) = all.entry(question.to_owned()).or_default();
        *asked += 1;
        if self.kinds.is_empty() || *spoiled >= self.most {
            return None;
        }
        let draw = mix(self.seed ^ mix(hash(question)) ^ u64::from(*asked));
        if draw % 1000 >= self.of_thousand {
            return None;
        }
        *spoiled += 1;
        Some(fault_of(&self.kinds, draw))
    }
}

fn fault_of(kinds: &[Kind], draw: u64) -> Fault {
    let draw = mix(draw);
    let place = usize::try_from(draw % kinds.len() as u64).unwrap_or_default();
    Fault { kind: kinds[place], draw: mix(draw) }
}

/// Numbers that look random, from a seed: the same on every machine and in every version.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// Begins with a seed.
    pub fn new(seed: u64) -> Self {
        Self(mix(seed))
    }

    /// A number below `end`; 0 where that is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0).checked_rem(end).unwrap_or(0)
    }

    /// True so many times of a hundred.
    pub fn percent(&mut self, of_hundred: u64) -> bool {
        self.below(100) < of_hundred
    }
}

/// The seed of one thing among many: the same whichever others there are.
pub(crate) fn seed_of(seed: u64, name: &str, pass: u64) -> u64 {
    mix(seed ^ mix(hash(name) ^ mix(pass)))
}

/// The finalizer of `SplitMix64` (Steele, Lea and Flood, 2014).
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// FNV-1a.
fn hash(text: &str) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325;
    text.bytes().fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(seed: u64, order: &[&str]) -> BTreeMap<String, Vec<Option<Kind>>> {
        let schedule = Schedule::new(seed, 500, 2, &Kind::ALL);
        let mut came: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for question in order {
            let fault = schedule.next(question).map(|fault| fault.kind);
            came.entry((*question).to_owned()).or_default().push(fault);
        }
        came
    }

    #[test]
    fn a_seed_gives_the_same_faults_in_whatever_order_it_is_asked() {
        let one = faults(7, &["a", "a", "b", "b", "a", "b", "c"]);
        assert_eq!(one, faults(7, &["c", "b", "a", "b", "a", "b", "a"]));
        assert_ne!(one, faults(8, &["c", "b", "a", "b", "a", "b", "a"]));
    }

    #[test]
    fn a_question_is_answered_in_the_end() {
        let schedule = Schedule::new(3, 1000, 2, &Kind::ALL);
        assert!(schedule.next("a").is_some() && schedule.next("a").is_some());
        assert_eq!((schedule.next("a"), schedule.next("a")), (None, None));
        assert!(schedule.next("b").is_some());
        assert_eq!(Schedule::none().next("a"), None);
    }

    #[test]
    fn handshakes_are_spoiled_by_seed_and_never_too_often() {
        let shaken = |seed| {
            let schedule = Schedule::new(seed, 500, 2, &[]).with_handshakes(&Kind::HANDSHAKE);
            (0..1000).map(|_| schedule.next_handshake().map(|fault| fault.kind)).collect::<Vec<_>>()
        };
        let one = shaken(7);
        assert_eq!(one, shaken(7));
        assert_ne!(one, shaken(8));
        assert!(one.windows(3).all(|three| three.contains(&None)));
        assert!(one.windows(2).any(|two| !two.contains(&None)));
        let count = |kind| one.iter().filter(|fault| **fault == Some(kind)).count();
        assert_eq!(count(Kind::HandshakeRefused) + count(Kind::WrongCertificate), 4);
        assert!(count(Kind::HandshakeCut) > 300, "{}", count(Kind::HandshakeCut));
        assert_eq!(Schedule::new(7, 1000, 2, &Kind::ALL).next_handshake(), None);
    }

    #[test]
    fn every_kind_comes_about_as_often() {
        let schedule = Schedule::new(1, 1000, 1, &Kind::ALL);
        let mut counts: BTreeMap<Kind, u32> = BTreeMap::new();
        for n in 0..14_000 {
            *counts.entry(schedule.next(&n.to_string()).unwrap().kind).or_default() += 1;
        }
        assert_eq!(counts.len(), Kind::ALL.len());
        assert!(counts.values().all(|count| (800..1200).contains(count)), "{counts:?}");
    }
}
