//! The rows of a page that are new: judged once they are read, so that a row that is left out widens nothing.

use super::reading::Reading;
use crate::run::context::RowContext;
use crate::run::fault::{self, Fault};
use crate::run::increment::{Judge, Verdict, cursor_of};
use restload_diag::Diagnostic;
use restload_spec::CursorValue;
use restload_spec::plan::{CursorPlan, Disposition, IncrementalPlan};
use restload_table::{Page, decode, decode_rows};
use std::borrow::Cow;
use std::sync::Arc;

/// Which rows of a page are written, and which are new; empty where all are.
#[derive(Default)]
pub(super) struct Chosen {
    keep: Vec<bool>,
    /// The cursors of the rows that are written, where the later of a key is told by them.
    pub(super) cursors: Vec<CursorValue>,
    new: Vec<bool>,
}

impl Chosen {
    /// Whether rows are left out.
    pub(super) fn drops(&self) -> bool {
        self.keep.contains(&false)
    }

    /// What a child takes of something that each row has.
    pub(super) fn for_child<T: Clone>(&self, changed: bool, of_rows: &[T]) -> Vec<T> {
        if !changed || self.new.is_empty() {
            return of_rows.to_vec();
        }
        of_rows.iter().zip(&self.new).filter(|(_, new)| **new).map(|(row, _)| row.clone()).collect()
    }
}

impl Reading<'_> {
    /// Judges the rows of a page.
    pub(super) fn choose(
        &mut self,
        index: usize,
        combination: usize,
        judge: &Judge,
        page: &Page,
        contexts: &[RowContext],
        texts: &[Cow<'_, [u8]>],
    ) -> Result<Chosen, Fault> {
        let resource = &self.plan.resources[index];
        let Some(plan) = &resource.incremental else { return Ok(Chosen::default()) };
        let CursorPlan::Row(names) = &plan.cursor else { return Ok(Chosen::default()) };
        let hashes = self.hashes(index, combination, judge, page, texts)?;
        let table = resource.combinations[combination].table;
        let merges = table.is_some_and(|table| self.plan.tables[table].disposition == Disposition::Merge);
        let mut chosen = Chosen::default();
        let judged = &mut self.out.judged;
        for (row, context) in contexts.iter().enumerate() {
            let cursor =
                cursor_of(plan, names, &context.row).map_err(|value| unreadable(plan, row, value))?;
            let hash = hashes.get(row).copied().unwrap_or_default();
            let verdict = match &cursor {
                Some(cursor) => judge.verdict(cursor, hash),
                None if plan.skips_missing => Verdict::Missing,
                None => return Err(missing(plan, names, row)),
            };
            chosen.keep.push(verdict.keeps());
            chosen.new.push(cursor.as_ref().is_some_and(|cursor| judge.is_new(cursor)));
            let count = match verdict {
                Verdict::Keep => None,
                Verdict::Older => Some(&mut judged.older),
                Verdict::Outside => Some(&mut judged.outside),
                Verdict::Seen => Some(&mut judged.seen),
                Verdict::Missing => Some(&mut judged.missing),
            };
            if let Some(count) = count {
                *count += 1;
            }
            if let Some(cursor) = cursor {
                if merges && verdict.keeps() {
                    chosen.cursors.push(cursor.clone());
                }
                if judge.appends && verdict.keeps() {
                    judged.kept.push((cursor.clone(), hash));
                }
                judged.values.push(cursor);
            }
        }
        Ok(chosen)
    }

    /// What tells rows apart that came before: of their keys, else of their text.
    fn hashes(
        &self,
        index: usize,
        combination: usize,
        judge: &Judge,
        page: &Page,
        texts: &[Cow<'_, [u8]>],
    ) -> Result<Vec<u64>, Fault> {
        let resource = &self.plan.resources[index];
        let Some(table) = resource.combinations[combination].table.filter(|_| judge.appends) else {
            return Ok(Vec::new());
        };
        let key = &self.plan.tables[table].primary_key;
        if key.is_empty() {
            let of_texts = || texts.iter().map(|text| xxhash_rust::xxh3::xxh3_64(text)).collect();
            return Ok(if texts.is_empty() { page.row_hashes.clone() } else { of_texts() });
        }
        let keys = page.columns.keys(key).map_err(|error| {
            Diagnostic::error("null-in-key", resource.at("primary_key"), error.to_string())
        })?;
        Ok(keys.hashes().collect())
    }

    /// The page without the rows that are left out.
    pub(super) fn without(
        &mut self,
        index: usize,
        combination: usize,
        chosen: &Chosen,
        parents: &[Option<Arc<RowContext>>],
        texts: &[Cow<'_, [u8]>],
    ) -> Result<Page, Fault> {
        let resource = &self.plan.resources[index];
        let shapes = self.shapes(index, self.extractors.all[index].reader(), b"")?;
        let fault = |error| fault::decode(resource, self.body, &error);
        let found;
        let all: Vec<&[u8]> = if texts.is_empty() {
            found = decode(self.body, &shapes.bare).map_err(fault)?;
            found.row_ranges.iter().map(|range| &self.body[range.clone()]).collect()
        } else {
            texts.iter().map(AsRef::as_ref).collect()
        };
        let kept = all.iter().zip(&chosen.keep).filter(|(_, keep)| **keep).map(|(text, _)| *text);
        let mut page = decode_rows(kept, &shapes.columns).map_err(fault)?;
        let kept = parents.iter().zip(&chosen.keep).filter(|(_, keep)| **keep);
        let parents: Vec<_> = kept.map(|(parent, _)| parent.clone()).collect();
        if !resource.add.is_empty() && !parents.is_empty() {
            let mut contexts = self.contexts(index, &page, &parents);
            self.add(index, combination, &mut page, &parents, &mut contexts)?;
        }
        Ok(page)
    }
}

fn unreadable(plan: &IncrementalPlan, row: usize, value: &serde_json::Value) -> Fault {
    let message = format!("row {}: the cursor {value} is not in the format that is said", row + 1);
    let fault = Diagnostic::error("cursor-format", plan.at.join("cursor"), message);
    fault
        .help("`format`: iso, date, unix, unix_ms, integer, string, a pattern of strftime, or a list of them")
        .into()
}

fn missing(plan: &IncrementalPlan, names: &[String], row: usize) -> Fault {
    let message = format!("row {} has no cursor: `{}` is null or not there", row + 1, names.join("."));
    let fault = Diagnostic::error("missing-cursor", plan.at.join("cursor"), message);
    fault.help("`on_missing_cursor: skip` leaves such rows out, and counts them").into()
}
