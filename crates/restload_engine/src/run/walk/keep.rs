//! What a walk leaves in the journal, so that another process can go on with it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use restload_spec::CursorValue;
use serde_json::Value;

use super::{State, Walk};
use crate::run::drive::Noting;
use crate::run::extract::Extracted;
use crate::run::increment::Progression;
use crate::run::keep::{At, Fresh, GoneKept, PageNote, PageSeeds, PageStand, Share, Stand};

/// What the slices of a walk share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// What the walk adds to the figures of resources.
    pub(super) shares: Mutex<BTreeMap<usize, Share>>,
    /// Rows of a slice are missing, by a response action.
    pub(super) cut: AtomicBool,
    /// The walk began anew without its stored cursor.
    pub(super) without_cursor: AtomicBool,
    /// A secret is among the values that its children need: they are not kept.
    pub(super) withheld: AtomicBool,
}

/// What is known of a page before it is taken into account.
pub(super) struct PageFacts {
    /// Of its request.
    pub(super) asked: u128,
    /// Of its rows.
    pub(super) content: String,
    /// The rows written under append before it came.
    pub(super) fresh: usize,
}

impl Walk {
    /// Adds to the figures of a resource.
    pub(super) fn count(&self, resource: usize, act: impl FnOnce(&mut Share)) {
        let mut share = Share::default();
        act(&mut share);
        share.count(&mut self.run.tallies[resource].lock());
        let mut shares = self.shared.shares.lock().unwrap_or_else(PoisonError::into_inner);
        shares.entry(resource).or_default().join(share);
    }

    pub(super) fn shares(&self) -> Vec<(usize, Share)> {
        let shares = self.shared.shares.lock().unwrap_or_else(PoisonError::into_inner);
        shares.iter().map(|(resource, share)| (*resource, share.clone())).collect()
    }

    /// What is to be noted of a page once it is written.
    pub(super) fn noting(
        &self,
        state: &State,
        facts: PageFacts,
        seeds: PageSeeds,
        extracted: &Extracted,
    ) -> Option<Noting> {
        let run = &self.run;
        if !run.ledger.is_on() {
            return None;
        }
        let gone = self.gone(extracted);
        let holds_secret = serde_json::to_value(&seeds).is_ok_and(|seeds| self.holds_secret(&seeds))
            || extracted.writes.iter().flat_map(|write| &write.gone).any(|gone| {
                let key = String::from_utf8_lossy(&gone.key);
                run.redactor.redact(&key) != key
            });
        if holds_secret {
            self.shared.withheld.store(true, Ordering::Relaxed);
        }
        let page = PageNote {
            n: state.pages_before + state.progress.pages,
            slice: self.part,
            asked: facts.asked,
            rows: Vec::new(),
            gone: if holds_secret { Vec::new() } else { gone },
            seeds: if holds_secret { PageSeeds::default() } else { seeds },
            fresh: Fresh::of(&state.progression.fresh()[facts.fresh..]),
        };
        let at = At::Page(Box::new(PageStand {
            request: state.asked_by.clone(),
            position: state.position.clone(),
            progress: (state.progress.pages, state.progress.rows, state.progress.total),
            first_total: state.first_total,
            stride: state.stride,
            cut: state.cut,
            may_run_ahead: state.may_run_ahead,
            content: facts.content,
        }));
        let stand = self.stand(self.part, state.pages_before, at, &state.progression);
        Some(Noting { walk: (self.resource, self.seed.key), page, stand, shares: self.shares() })
    }

    /// Notes where the walk is when no page is at hand.
    pub(super) fn note_stand(&self, slice: usize, before: u64, at: At, progression: &Progression) {
        if self.run.ledger.is_on() {
            let stand = self.stand(slice, before, at, progression);
            self.run.ledger.note((self.resource, self.seed.key), None, stand, self.shares());
        }
    }

    fn stand(&self, slice: usize, before: u64, at: At, progression: &Progression) -> Stand {
        let mut withheld = self.shared.withheld.load(Ordering::Relaxed);
        let reached = self.plan().incremental.as_ref().map(|_| progression.keep());
        let holds = |kept: Option<Value>| kept.is_some_and(|kept| self.holds_secret(&kept));
        let is_secret = holds(serde_json::to_value(&at).ok());
        let token_is_secret = holds(serde_json::to_value(&reached).ok());
        withheld |= token_is_secret;
        Stand {
            slice,
            before,
            at: if is_secret { At::Lost("what asks for its page holds a secret".to_owned()) } else { at },
            reached: reached.filter(|_| !token_is_secret),
            cut: self.shared.cut.load(Ordering::Relaxed),
            without_cursor: self.shared.without_cursor.load(Ordering::Relaxed),
            withheld,
        }
    }

    fn gone(&self, extracted: &Extracted) -> Vec<GoneKept> {
        let mut kept = Vec::new();
        for (piece, write) in extracted.writes.iter().enumerate() {
            let table = self.run.plan.resources[write.resource].combinations[write.combination].table;
            let Some(table) = table else { continue };
            kept.extend(write.gone.iter().map(|gone| GoneKept {
                table,
                resource: write.resource,
                combination: write.combination,
                piece,
                key: hex(&gone.key),
                before: gone.before,
                cursor: gone.cursor.as_ref().map(CursorValue::stored),
            }));
        }
        kept
    }

    /// Whether a secret is in one of the texts of a value.
    fn holds_secret(&self, value: &Value) -> bool {
        let is_secret = |text: &str| self.run.redactor.redact(text) != text;
        match value {
            Value::Null | Value::Bool(_) => false,
            Value::Number(number) => is_secret(&number.to_string()),
            Value::String(text) => is_secret(text),
            Value::Array(items) => items.iter().any(|item| self.holds_secret(item)),
            Value::Object(fields) => {
                fields.iter().any(|(name, field)| is_secret(name) || self.holds_secret(field))
            }
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The bytes of a text in hexadecimal; none where it is none.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_from_hexadecimal() {
        assert_eq!(unhex(&hex(&[0, 7, 255, 16])), Some(vec![0, 7, 255, 16]));
        assert_eq!(unhex("0g"), None);
    }
}
