//! Tables, settled: who writes them, and on what the writers must agree.

use std::collections::HashMap;

use restload_diag::{Diagnostic, Part, Pointer};

use super::Settler;
use super::graph::Chosen;
use crate::plan::{ColumnKind, ColumnPlan, Disposition, ResourcePlan, TablePlan};
use crate::spec::{Nested, Resource, WriteDisposition};

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
                        let part =
                            |at: &Pointer| if at.last() == Some("table") { Part::Value } else { Part::Key };
                        let fault = Diagnostic::error("table-name-clash", claim.at.clone(), message)
                            .on(part(&claim.at));
                        let there = &tables[other].at;
                        let fault = if *there == claim.at {
                            fault
                        } else {
                            fault.label(there.clone(), part(there), "the other one")
                        };
                        self.fault(fault.help("`table:` names the folder: give one of them another name"));
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
            Some(WriteDisposition::Append(_)) => Disposition::AppendSnapshots,
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
            None | Some(WriteDisposition::Replace) => Disposition::Replace,
        };
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
            self.disagrees(table, claim, resources, key);
        }
        for column in other.columns {
            match table.columns.iter().find(|known| known.name == column.name) {
                Some(known) if *known != column => {
                    let first = &resources[first].name;
                    let at = self.at(&name, &["columns", &column.name]);
                    let message =
                        format!("`{first}` writes `{}` too, and declares this column otherwise", table.name);
                    let fault = Diagnostic::error("table-disagrees", at, message)
                        .label(self.at(first, &["columns", &column.name]), Part::Value, "the other one")
                        .help("declare the column alike in both");
                    self.fault(fault);
                }
                Some(_) => {}
                None => table.columns.push(column),
            }
        }
    }

    /// Two resources write one table and differ in one of its facts.
    fn disagrees(&mut self, table: &TablePlan, claim: &Claim, resources: &[ResourcePlan], key: &str) {
        let (name, first) = (self.resolved[claim.spec].name.clone(), &resources[table.resources[0]].name);
        let own = self.at(&name, &[key]);
        let is_written = self.document.get(&own).is_some();
        let (at, part) = if is_written { (own, Part::Value) } else { (self.at(&name, &[]), Part::Key) };
        let others = self.at(first, &[key]);
        let (other, other_part, says) = if self.document.get(&others).is_some() {
            (others, Part::Value, format!("`{first}` has this"))
        } else {
            (self.at(first, &[]), Part::Key, format!("`{first}` has none"))
        };
        let message = format!("`{name}` and `{first}` both write `{}`, and differ in `{key}`", table.name);
        let fault = Diagnostic::error("table-disagrees", at, message).on(part).label(other, other_part, says);
        self.fault(
            fault.help(format!("write the same `{key}` in both, or name another `table` in one of them")),
        );
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
                        let message =
                            format!("only a `date` or a `timestamp` has a format, not `{}`", written.kind);
                        let fault = Diagnostic::error("column-format", at.join("format"), message);
                        self.fault(fault.help("remove it, or write `type: timestamp`"));
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
                    let help = "`decimal(18,2)` has 18 digits in all, 2 of them behind the point";
                    self.fault(Diagnostic::error("column-type", at, message).help(help));
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
