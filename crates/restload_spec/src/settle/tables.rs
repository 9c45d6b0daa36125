//! Tables, settled: who writes them, and on what the writers must agree.

use std::collections::HashMap;

use restload_diag::{Diagnostic, Part, Pointer};

use super::Settler;
use super::graph::Chosen;
use crate::plan::{ColumnKind, ColumnPlan, Disposition, ResourcePlan, TablePlan};
use crate::spec::{Append, MergeScope, Nested, Resource, WriteDisposition};

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
                    let Some(table) = self.new_table(&claim, &resource) else { continue };
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
        Tables { tables, writers }
    }

    fn new_table(&mut self, claim: &Claim, resource: &Resource) -> Option<TablePlan> {
        let name = self.resolved[claim.spec].name.clone();
        let disposition = self.disposition(claim.spec, resource)?;
        let primary_key = resource.primary_key.clone().unwrap_or_default();
        if resource.deleted.is_some() && (!disposition.is_merge() || primary_key.is_empty()) {
            let resolved = &self.resolved[claim.spec];
            let unsure = ["primary_key", "write_disposition", "merge_scope"];
            if !unsure.iter().any(|key| resolved.is_broken(key)) {
                let at = self.at(&name, &["deleted"]);
                let message = format!(
                    "a row that is marked as gone removes the row of its key, and `{}` is not merged by a key",
                    claim.table
                );
                self.fault(
                    Diagnostic::error("deleted-without-merge", at, message).on(Part::Key).help(
                        "`primary_key: id`, or without a merge: a `transform` that leaves such rows out",
                    ),
                );
            }
        }
        self.check_part(claim.spec, disposition);
        self.check_lag(resource, disposition, &name);
        let columns = self.columns(&name, resource);
        Some(TablePlan {
            name: claim.table.clone(),
            resources: vec![claim.resource],
            disposition,
            primary_key,
            columns,
            contract: resource.schema_contract.unwrap_or_default(),
            nested_json: resource.nested == Some(Nested::Json),
            at: claim.at.clone(),
        })
    }

    /// How a load meets the one before: as written, else by what is known.
    fn disposition(&mut self, spec: usize, resource: &Resource) -> Option<Disposition> {
        let name = self.resolved[spec].name.clone();
        let has_key = resource.primary_key.as_ref().is_some_and(|key| !key.is_empty());
        let by_walk = resource.merge_scope == Some(MergeScope::Parent);
        Some(match resource.write_disposition {
            Some(WriteDisposition::Append(_)) if by_walk => {
                let at = self.at(&name, &["merge_scope"]);
                let message =
                    "every row of every load is kept, so that no walk can take the place of an earlier one";
                self.fault(Diagnostic::error("scope-of-append", at, message).on(Part::Key));
                return None;
            }
            Some(WriteDisposition::Append(Append::Snapshots)) => Disposition::AppendSnapshots,
            Some(WriteDisposition::Append(Append::New)) => {
                self.check_append(spec, &self.at(&name, &["write_disposition"]));
                Disposition::Append
            }
            _ if by_walk => match self.walks_a_part(spec) {
                Some(by) => {
                    self.scope_of_a_part(spec, by);
                    return None;
                }
                None => Disposition::MergeWalks,
            },
            Some(WriteDisposition::Merge) if !has_key && !self.resolved[spec].is_broken("primary_key") => {
                let at = self.at(&name, &["write_disposition"]);
                self.fault(
                    Diagnostic::error(
                        "merge-without-key",
                        at,
                        "rows are merged by their key, and there is none",
                    )
                    .help("`primary_key: id`, or whatever tells two rows apart; or `merge_scope: parent`"),
                );
                return None;
            }
            Some(WriteDisposition::Merge) => Disposition::Merge,
            None if has_key => Disposition::Merge,
            None if resource.incremental.is_some() => Disposition::Append,
            None | Some(WriteDisposition::Replace) => Disposition::Replace,
        })
    }

    /// A walk that reads only what is new cannot take the place of what it left before.
    fn scope_of_a_part(&mut self, index: usize, by: usize) {
        let name = self.resolved[index].name.clone();
        let at = self.at(&name, &["merge_scope"]);
        let fault = if index == by {
            let message =
                "a walk reads only what is new, and would take the place of all that it left before";
            Diagnostic::error("replace-of-a-part", at, message)
                .help("`deleted` takes out rows that the API marks as gone")
        } else {
            let by = self.resolved[by].name.clone();
            let message = format!(
                "`{name}` has no path and is in the walk of `{by}`, which reads only what is new and would take the place of \
                 all that it left before"
            );
            Diagnostic::error("replace-of-a-part", at, message)
                .label(self.at(&by, &["incremental"]), Part::Key, "what is new")
                .help("`parent: {resource: …, rows: all}` reads it whole")
        };
        self.fault(fault.on(Part::Key));
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
            Diagnostic::error("lag-with-append-without-key", at, message)
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
        let Some(other) = self.new_table(claim, resource) else { return };
        let keys_differ = table.primary_key != other.primary_key;
        // Where nothing is said the disposition follows from the key and the scope, which are spoken of themselves.
        let follows = keys_differ || by_walk(table) != by_walk(&other);
        let facts = [
            ("primary_key", keys_differ),
            ("write_disposition", !follows && table.disposition != other.disposition),
            ("merge_scope", by_walk(table) != by_walk(&other)),
            ("schema_contract", table.contract != other.contract),
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
}

fn by_walk(table: &TablePlan) -> bool {
    table.disposition == Disposition::MergeWalks
}
