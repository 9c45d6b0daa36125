//! Tables, settled: who writes them, and on what the writers must agree.

use std::collections::HashMap;

use restload_diag::{Diagnostic, Part, Pointer};

use super::Settler;
use super::graph::Chosen;
use crate::plan::{ColumnKind, ColumnPlan, Disposition, ResourcePlan, TablePlan};
use crate::spec::{Append, Nested, Resource, WriteDisposition};

/// A resource's wish to write a table in one of its combinations.
pub(super) struct Claim {
    /// The resource in the spec's order.
    pub(super) spec: usize,
    /// The resource in the plan.
    pub(super) resource: usize,
    /// Its combination.
    pub(super) combination: usize,
    /// The rendered name.
    pub(super) table: String,
    /// Where the name is written.
    pub(super) at: Pointer,
}

/// The tables of a plan, and who writes which.
pub(super) struct Tables {
    /// In the order in which they are first named.
    pub(super) tables: Vec<TablePlan>,
    writers: Vec<(usize, usize, usize)>,
}

impl Tables {
    /// Tells the resources their tables.
    pub(super) fn assign(&self, resources: &mut [ResourcePlan]) {
        for &(resource, combination, table) in &self.writers {
            resources[resource].combinations[combination].table = Some(table);
        }
    }
}

impl Settler<'_> {
    pub(super) fn tables(
        &mut self,
        resources: &[ResourcePlan],
        claims: Vec<Claim>,
        chosen: &Chosen,
    ) -> Tables {
        let mut tables: Vec<TablePlan> = Vec::new();
        let mut positions: HashMap<String, usize> = HashMap::new();
        let mut writers = Vec::new();
        let mut merging = Vec::new();
        for claim in claims {
            let resource = self.resolved[claim.spec].resource.clone();
            let folded = claim.table.to_ascii_lowercase();
            let known = positions.get(&folded).copied().filter(|&known| tables[known].name == claim.table);
            let position = match known {
                Some(position) => {
                    self.join_table(&mut tables[position], &claim, &resource, resources);
                    position
                }
                None => {
                    if let Some(&other) = positions.get(&folded) {
                        let message = format!(
                            "`{}` and `{}` differ in case only, and would be one folder on some disks",
                            claim.table, tables[other].name
                        );
                        self.error("table-name-clash", claim.at.clone(), message);
                    }
                    let Some(table) = self.new_table(&claim, &resource, &mut merging) else { continue };
                    tables.push(table);
                    positions.insert(folded, tables.len() - 1);
                    tables.len() - 1
                }
            };
            writers.push((claim.resource, claim.combination, position));
        }
        if chosen.by_name {
            self.check_shared(&tables, chosen);
        }
        self.say_merging(&merging);
        Tables { tables, writers }
    }

    fn new_table(
        &mut self,
        claim: &Claim,
        resource: &Resource,
        merging: &mut Vec<String>,
    ) -> Option<TablePlan> {
        let name = self.resolved[claim.spec].name.clone();
        let primary_key = resource.primary_key.clone().unwrap_or_default();
        let at = self.at(&name, &["write_disposition"]);
        let disposition = match resource.write_disposition {
            Some(WriteDisposition::Append(Append::Snapshots)) => Disposition::AppendSnapshots,
            Some(WriteDisposition::Append(Append::New)) => {
                self.check_append(claim.spec, &at);
                Disposition::Append
            }
            Some(WriteDisposition::Merge)
                if primary_key.is_empty() && !self.resolved[claim.spec].is_broken("primary_key") =>
            {
                self.fault(
                    Diagnostic::error(
                        "merge-without-key",
                        at,
                        "rows are merged by their key, and there is none",
                    )
                    .help("`primary_key: id`, or whatever tells two rows apart"),
                );
                return None;
            }
            Some(WriteDisposition::Merge) => {
                merging.push(claim.table.clone());
                Disposition::Replace
            }
            None if !primary_key.is_empty() => {
                merging.push(claim.table.clone());
                Disposition::Replace
            }
            None if resource.incremental.is_some() => Disposition::Append,
            None | Some(WriteDisposition::Replace) => Disposition::Replace,
        };
        self.check_part(claim.spec, disposition);
        self.check_lag(resource, disposition, &name);
        let columns = self.columns(&name, resource);
        Some(TablePlan {
            name: claim.table.clone(),
            resources: vec![claim.resource],
            disposition,
            primary_key,
            columns,
            nested_json: resource.nested == Some(Nested::Json),
            at: claim.at.clone(),
        })
    }

    /// What is appended is new, or each load as a whole: nothing else keeps a table from growing by itself each night.
    fn check_append(&mut self, index: usize, at: &Pointer) {
        let resolved = &self.resolved[index];
        if resolved.resource.incremental.is_some() || resolved.is_broken("incremental") {
            return;
        }
        let message = "all rows would come once more with each load: there is no `incremental`";
        self.fault(
            Diagnostic::error("append-without-incremental", at.clone(), message)
                .help("to keep each load as a whole, write `write_disposition: {append: snapshots}`"),
        );
    }

    /// A table that is replaced by what is new would lose all that is not.
    fn check_part(&mut self, index: usize, disposition: Disposition) {
        if disposition != Disposition::Replace {
            return;
        }
        let Some(by) = self.reads_a_part(index) else { return };
        let (name, by) = (self.resolved[index].name.clone(), self.resolved[by].name.clone());
        let message = if name == by {
            format!("`{name}` reads only what is new, and its table would be replaced by that")
        } else {
            format!("`{name}` is read only for new rows of `{by}`, and its table would be replaced by that")
        };
        let at = self.at(&name, &["write_disposition"]);
        let is_written = self.document.get(&at).is_some();
        let at = if is_written { at } else { self.at(&name, &[]) };
        let help = "`write_disposition: append` keeps what came before";
        self.fault(Diagnostic::error("replace-of-a-part", at, message).on(Part::Key).help(help));
    }

    /// Without a key a row that came before and comes again cannot be told from another.
    fn check_lag(&mut self, resource: &Resource, disposition: Disposition, name: &str) {
        let lags = resource.incremental.as_ref().is_some_and(|incremental| incremental.lag.is_some());
        let index = self.index(name);
        let unsure = index.is_some_and(|index| self.resolved[index].is_broken("primary_key"));
        if !lags || !disposition.appends() || resource.primary_key.is_some() || unsure {
            return;
        }
        let message = "rows of the last days come again, and without a key it cannot be told which";
        let at = self.at(name, &["incremental"]).join("lag");
        self.fault(
            Diagnostic::error("lag-without-key", at, message)
                .on(Part::Key)
                .help("`primary_key: id`, or whatever tells two rows apart"),
        );
    }

    /// A further resource writes a table: it must agree with the first.
    fn join_table(
        &mut self,
        table: &mut TablePlan,
        claim: &Claim,
        resource: &Resource,
        resources: &[ResourcePlan],
    ) {
        let first = table.resources[0];
        if !table.resources.contains(&claim.resource) {
            table.resources.push(claim.resource);
        }
        if first == claim.resource {
            return;
        }
        let name = self.resolved[claim.spec].name.clone();
        let mut ignored = Vec::new();
        let Some(other) = self.new_table(claim, resource, &mut ignored) else { return };
        let facts = [
            ("primary_key", table.primary_key != other.primary_key),
            ("write_disposition", table.disposition != other.disposition),
            ("nested", table.nested_json != other.nested_json),
        ];
        let broken = |key: &str| {
            let others = table.resources.iter().filter_map(|&other| self.index(&resources[other].name));
            others.chain([claim.spec]).any(|index| self.resolved[index].is_broken(key))
        };
        let differing: Vec<_> = facts.into_iter().filter(|(key, differs)| *differs && !broken(key)).collect();
        for (key, _) in &differing {
            let at = self.at(&name, &[key]);
            let at = if self.document.get(&at).is_some() { at } else { claim.at.clone() };
            self.fault(
                Diagnostic::error(
                    "table-disagrees",
                    at,
                    format!(
                        "`{name}` and `{}` both write `{}`, and differ in `{key}`",
                        resources[first].name, table.name
                    ),
                )
                .label(resources[first].at(""), Part::Key, "the other one"),
            );
        }
        for column in other.columns {
            match table.columns.iter().find(|known| known.name == column.name) {
                Some(known) if *known != column => {
                    let at = self.at(&name, &["columns", &column.name]);
                    self.error(
                        "table-disagrees",
                        at,
                        format!("`{}` has another type for this column", resources[first].name),
                    );
                }
                Some(_) => {}
                None => table.columns.push(column),
            }
        }
    }

    /// A shared table is replaced only when all that write it run.
    fn check_shared(&mut self, tables: &[TablePlan], chosen: &Chosen) {
        for (index, resolved) in self.resolved.clone().iter().enumerate() {
            let Some(Some(table)) = &resolved.resource.table else { continue };
            if chosen.written.contains(&index) {
                continue;
            }
            let shared =
                tables.iter().find(|known| known.name == *table && known.disposition == Disposition::Replace);
            if let Some(shared) = shared {
                self.fault(
                    Diagnostic::error(
                        "replace-of-a-part",
                        shared.at.clone(),
                        format!(
                            "`{}` also holds the rows of `{}`, which was not asked for: they would be gone",
                            table, resolved.name
                        ),
                    )
                    .help(format!("add `{}` to `--resource`", resolved.name)),
                );
            }
        }
    }

    fn columns(&mut self, name: &str, resource: &Resource) -> Vec<ColumnPlan> {
        let mut columns = Vec::new();
        for (column, written) in &resource.columns {
            let at = self.at(name, &["columns", column]);
            match ColumnKind::parse(&written.kind) {
                Ok(kind) => {
                    let dated = matches!(kind, ColumnKind::Date | ColumnKind::Timestamp);
                    if written.format.is_some() && !dated {
                        self.error(
                            "column-format",
                            at.join("format"),
                            "only a date or a timestamp has a format",
                        );
                    }
                    columns.push(ColumnPlan {
                        name: column.clone(),
                        kind,
                        format: written.format.clone(),
                        nullable: written.nullable.unwrap_or(true),
                    });
                }
                Err(message) => {
                    let inner = at.join("type");
                    let at = if self.document.get(&inner).is_some() { inner } else { at };
                    self.error("column-type", at, message);
                }
            }
        }
        columns
    }

    fn say_merging(&mut self, merging: &[String]) {
        if merging.is_empty() || self.stand_ins {
            return;
        }
        let tables = match merging {
            [one] => format!("`{one}` has"),
            [first, second] => format!("`{first}` and `{second}` have"),
            [first, rest @ ..] => format!("`{first}` and {} more tables have", rest.len()),
            [] => return,
        };
        self.notes.push(Diagnostic::new(
                    restload_diag::Severity::Note,
            "merge-replaces",
            Pointer::root().join("resources"),
            format!("{tables} a `primary_key` and would be merged: this version replaces the table by what this load read"),
        ));
    }
}
