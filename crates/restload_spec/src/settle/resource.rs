//! Resources, settled.

use std::collections::BTreeMap;

use restload_diag::{Diagnostic, Part, Pointer};
use serde_json::{Map, Value};

use super::Settler;
use super::graph::Chosen;
use super::tables::Claim;
use super::texts::{Above, Allowed, TokenUse};
use super::values::{fill_fault, value_fault};
use crate::plan::{
    AuthPlan, ClientPlan, Combination, OnMissing, ParentPlan, ResourcePlan, Selector, ValueTemplate,
};
use crate::spec::{InputType, OnMissingData, OnMissingParent, Resource, RowTest};
use crate::{AnswerPlace, Escape, Node, Program, Resolved, Scope, Scopes, Template, Test};

/// Keys that say how a request is made: they mean nothing without a `path`.
const OF_REQUESTS: [&str; 14] = [
    "method",
    "params",
    "headers",
    "json",
    "form",
    "body",
    "format",
    "total",
    "paginator",
    "auth",
    "on_missing_parent",
    "rate_limit",
    "response_actions",
    "incremental",
];

/// How many walks `for_each`, with that of the resources above, may make of a resource.
const MAX_WALKS: usize = 100_000;
/// How many of them are looked at where nothing is to be run.
const TRIED_WALKS: usize = 1_000;

/// The different programs of a spec, those that cannot be read included: each is compiled by a thread of its own.
const MOST_PROGRAMS: usize = 500;

impl Settler<'_> {
    /// The resources that take part, and the tables that they would write.
    pub(super) fn resources(
        &mut self,
        order: &[usize],
        chosen: &Chosen,
        client: Option<&ClientPlan>,
    ) -> (Vec<ResourcePlan>, Vec<Claim>) {
        let mut plans: Vec<ResourcePlan> = Vec::new();
        let mut claims = Vec::new();
        let mut indices: BTreeMap<usize, usize> = BTreeMap::new();
        for &index in order.iter().filter(|index| chosen.read.contains(index)) {
            let parent = self.parent_of(index).and_then(|parent| indices.get(&parent)).copied();
            let above = parent.map(|parent| plans[parent].combinations.as_slice());
            let combinations = self.combinations(index, above);
            let mut plan = self.resource(index, parent, client, chosen);
            plan.combinations = combinations;
            if chosen.written.contains(&index) {
                self.claim(index, plans.len(), &plan.combinations, chosen.by_name, &mut claims);
            }
            indices.insert(index, plans.len());
            plans.push(plan);
        }
        (plans, claims)
    }

    fn resource(
        &mut self,
        index: usize,
        parent: Option<usize>,
        client: Option<&ClientPlan>,
        chosen: &Chosen,
    ) -> ResourcePlan {
        let resolved = self.resolved[index].clone();
        let (name, resource) = (resolved.name.as_str(), &resolved.resource);
        let allowed = self.allowed(index);
        let in_request = Allowed {
            incremental: resource.incremental.is_some() || resolved.is_broken("incremental"),
            ..allowed.clone()
        };
        let parent = self.parent(name, resource, parent);
        let fetch = match &resource.path {
            Some(path) => self.fetch(&resolved, path, &in_request),
            None => {
                if !resolved.is_broken("path") {
                    self.check_without_path(&resolved);
                }
                None
            }
        };
        let selector = self.selector(name, resource.data_selector.as_deref());
        let total = resource.total.as_ref().map(|total| {
            let at = self.at(name, &["total"]);
            self.answer_place(total, &at)
        });
        let transform = resource.transform.as_ref().map(|text| self.program(name, text));
        let add = self.named_values(name, "add", &resource.add, &Allowed { row: true, ..allowed.clone() });
        let drop = self.drops(name, resource.drop.as_deref().unwrap_or_default());
        let deleted = resource.deleted.as_ref().and_then(|test| self.deleted(name, test));
        let auth = match (&resource.auth, client) {
            (Some(auth), _) => {
                let at = self.at(name, &["auth"]);
                self.auth(Some(auth), &at)
            }
            (None, client) => client.map(|client| (client.auth.clone(), client.auth_at.clone())),
        };
        let (auth, auth_at) = auth.unwrap_or_else(|| (AuthPlan::None, self.at(name, &["auth"])));
        let response_actions = match &resource.path {
            Some(_) => self.response_actions(name, resource),
            None => Vec::new(),
        };
        let incremental = match &resource.path {
            Some(_) => self.incremental(index, &resolved, fetch.as_ref(), chosen),
            None => None,
        };
        if let Some(fetch) = &fetch {
            let selector = selector.as_ref().unwrap_or(&Selector::Auto);
            let total = total.as_ref().and_then(Option::as_ref);
            let transform = transform.as_ref().and_then(Option::as_ref);
            self.check_format(name, fetch, selector, total, transform);
        }
        if let (Some(fetch), Some(incremental)) = (&fetch, &incremental) {
            self.check_increment_of(fetch, incremental);
        }
        let rate_limits = self.rate_limits(resource.rate_limit.as_deref(), &self.at(name, &["rate_limit"]));
        ResourcePlan {
            name: name.to_owned(),
            combinations: Vec::new(),
            fetch,
            parent,
            selector: selector.unwrap_or(Selector::Auto),
            on_missing_data: match resource.on_missing_data {
                None | Some(OnMissingData::Error) => OnMissing::Error,
                Some(OnMissingData::Empty) => OnMissing::Accept,
            },
            total: total.flatten(),
            transform: transform.flatten(),
            add,
            drop: drop.unwrap_or_default(),
            deleted,
            incremental,
            auth,
            auth_at,
            response_actions,
            rate_limits,
            sample: resource.sample.clone(),
            written: resolved,
        }
    }

    fn parent(&mut self, name: &str, resource: &Resource, parent: Option<usize>) -> Option<ParentPlan> {
        let written = resource.parent.as_ref()?;
        let batch_at = self.at(name, &["parent", "batch"]);
        let batch = written.batch.as_ref().map(|batch| self.scalar(Some(batch), 1, &batch_at));
        let has_path =
            resource.path.is_some() || self.index(name).is_some_and(|n| self.resolved[n].is_broken("path"));
        if batch.is_some() && !has_path {
            self.fault(
                Diagnostic::error(
                    "batch-without-path",
                    batch_at,
                    "a batch of rows shares one request, and without a `path` there is none",
                )
                .on(Part::Key)
                .help("leave `batch` out: rows then come out of each row of the parent; or add the `path` to ask"),
            );
        }
        Some(ParentPlan {
            resource: parent?,
            batch: batch.map(|batch| usize::try_from(batch).unwrap_or(1).max(1)),
            on_missing: match resource.on_missing_parent {
                None | Some(OnMissingParent::Error) => OnMissing::Error,
                Some(OnMissingParent::Skip) => OnMissing::Accept,
            },
            changed: Self::takes_changed(resource),
        })
    }

    fn check_without_path(&mut self, resolved: &Resolved) {
        let name = &resolved.name;
        for key in OF_REQUESTS {
            let at = resolved.at().join(key);
            if self.document.get(&at).is_none_or(Node::is_null) {
                continue;
            }
            self.fault(
                Diagnostic::error(
                    "key-without-path",
                    at,
                    format!("`{key}` is about a request, and `{name}` makes none: it has no `path`"),
                )
                .on(Part::Key)
                .help("leave it out: the rows come out of the parent's rows; or add the `path` to ask"),
            );
        }
    }

    fn selector(&mut self, name: &str, text: Option<&str>) -> Option<Selector> {
        match text {
            None | Some("auto") => Some(Selector::Auto),
            Some(text) => {
                let at = self.at(name, &["data_selector"]);
                self.path(text, &at).map(Selector::Path)
            }
        }
    }

    fn program(&mut self, name: &str, text: &str) -> Option<Program> {
        // Resources share programs by anchors, and to compile one costs more than all else about its resource.
        if let Some(program) = self.programs.get(text) {
            return Some(program.clone());
        }
        let at = self.at(name, &["transform"]);
        if self.compiled == MOST_PROGRAMS {
            let message = format!("a spec has at most {MOST_PROGRAMS} different programs");
            let help = "write a program once, with an anchor, where several resources need it";
            self.fault(Diagnostic::error("too-many-values", at, message).help(help));
            return None;
        }
        self.compiled += 1;
        match Program::parse(text) {
            Ok(program) => {
                self.programs.insert(text.to_owned(), program.clone());
                Some(program)
            }
            Err(faults) => {
                for fault in faults {
                    let fault = self.program_fault(fault, &at);
                    self.fault(fault);
                }
                None
            }
        }
    }

    fn drops(&mut self, name: &str, texts: &[String]) -> Option<Vec<crate::Path>> {
        let mut paths = Vec::new();
        for (n, text) in texts.iter().enumerate() {
            let at = self.at(name, &["drop", &n.to_string()]);
            let path = self.path(text, &at)?;
            if path.steps().is_none_or(<[crate::Step]>::is_empty) {
                let message = "what is dropped is named by keys, indices and `[*]` only";
                let fault = Diagnostic::error("path-syntax", at, message);
                self.fault(
                    fault.help("name the column, or a field in it: `customer.password`, `$.lines[*].note`"),
                );
                return None;
            }
            paths.push(path);
        }
        Some(paths)
    }

    fn deleted(&mut self, name: &str, test: &RowTest) -> Option<Test> {
        let at = self.at(name, &["deleted"]);
        let inner = at.join("path");
        let at = if self.document.get(&inner).is_some() { inner } else { at };
        let place = AnswerPlace::Body(self.path(&test.path, &at)?);
        Some(match &test.equals {
            Some(equals) => Test::equals(place, equals.clone()),
            None => Test::present(place),
        })
    }

    fn allowed(&self, index: usize) -> Allowed {
        let resource = &self.resolved[index].resource;
        let batch = resource.parent.as_ref().is_some_and(|parent| parent.batch.is_some());
        let ancestors = self.ancestors(index);
        let line = || ancestors.iter().copied().chain([index]);
        let unsure = self.hangs_on_something_broken(index);
        Allowed {
            above: match (&resource.parent, batch) {
                _ if unsure => Above::Row,
                (None, _) => Above::Nothing,
                (Some(_), false) => Above::Row,
                (Some(_), true) => Above::Batch,
            },
            each: line().flat_map(|index| self.each_names(index)).collect(),
            ancestors: if batch {
                Vec::new()
            } else {
                ancestors.iter().map(|&index| self.resolved[index].name.clone()).collect()
            },
            row: false,
            run: true,
            token: TokenUse::Nothing,
            incremental: false,
            unsure: unsure || line().any(|index| self.resolved[index].is_broken("for_each")),
        }
    }

    /// The names that `for_each` gives, those too whose values are at fault.
    fn each_names(&self, index: usize) -> Vec<String> {
        let resolved = &self.resolved[index];
        if resolved.resource.for_each.is_none() && self.document.is_sound() {
            return Vec::new();
        }
        let at = resolved.pointer(&["for_each"]);
        let written = self.document.get(&at).map(Node::entries).unwrap_or_default();
        written.iter().map(|entry| entry.key.clone()).collect()
    }

    /// The combinations of a resource: those of its parent, times those of its own `for_each`.
    fn combinations(&mut self, index: usize, above: Option<&[Combination]>) -> Vec<Combination> {
        let name = self.resolved[index].name.clone();
        let own = self.resolved[index].resource.for_each.clone().unwrap_or_default();
        let mut combinations = match above {
            None => vec![Combination { each: Value::Object(Map::new()), table: None, parent: 0 }],
            Some(above) => above
                .iter()
                .enumerate()
                .map(|(parent, above)| Combination { each: above.each.clone(), table: None, parent })
                .collect(),
        };
        let mut walks = combinations.len();
        for (key, value) in &own {
            let at = self.at(&name, &["for_each", key]);
            let Some(template) = self.value_template(value, &at, &Allowed::default()) else { continue };
            let scopes = Scopes { inputs: &self.inputs, ..Scopes::default() };
            let items = match template.fill(&scopes) {
                Ok(Some(Value::Array(items))) => items,
                Ok(None | Some(Value::Null)) => Vec::new(),
                Ok(Some(other)) => {
                    let fault = self.no_list(&template, &other, &at);
                    self.fault(fault);
                    continue;
                }
                Err(error) => {
                    self.fault(fill_fault(&error, &at));
                    continue;
                }
            };
            walks = walks.saturating_mul(items.len().max(1));
            if walks > MAX_WALKS {
                let message = format!("`for_each` makes more than {MAX_WALKS} walks of `{name}`");
                let help = "go over fewer values, or make a resource of them and name it as `parent`";
                self.fault(Diagnostic::error("too-many-values", at, message).help(help));
                continue;
            }
            // What can be said of a spec is said of the first of many walks.
            let tried = if self.stand_ins { TRIED_WALKS } else { MAX_WALKS };
            combinations = combinations
                .iter()
                .take(tried)
                .flat_map(|combination| {
                    items.iter().take(tried).map(|item| {
                        let mut combination = combination.clone();
                        if let Value::Object(each) = &mut combination.each {
                            each.insert(key.clone(), item.clone());
                        }
                        combination
                    })
                })
                .take(tried)
                .collect();
            if items.is_empty() && !self.stand_ins {
                self.notes.push(Diagnostic::new(
                    restload_diag::Severity::Note,
                    "empty-for-each",
                    at,
                    format!("`{key}` is an empty list: no walk is made for `{name}`"),
                ));
            }
        }
        combinations
    }

    /// What `for_each` is to go over is no list.
    fn no_list(&self, template: &ValueTemplate, found: &Value, at: &Pointer) -> Diagnostic {
        let fault = |what: String| {
            Diagnostic::error("for-each-list", at.clone(), format!("`for_each` goes over a list, and {what}"))
        };
        let mut holes = template.templates().into_iter().flat_map(Template::holes);
        let input = holes.find(|hole| hole.scope == Scope::Inputs).and_then(|hole| hole.path.first());
        let Some(name) = input else {
            return fault(format!("this is {found}")).help("write its values in brackets: `[open, closed]`");
        };
        if self.spec.inputs.get(name).is_some_and(|input| input.kind == Some(InputType::List)) {
            let help = format!("write the input alone: `\"{{{{inputs.{name}}}}}\"`");
            return fault("this is a text".to_owned()).help(help);
        }
        let declared: Pointer = ["inputs", name].into_iter().collect();
        fault(format!("the input `{name}` is not one"))
            .label(declared, Part::Key, "declared here")
            .help(format!("give the input `{name}` the `type: list`"))
    }

    /// Notes which tables a resource writes.
    fn claim(
        &mut self,
        index: usize,
        plan: usize,
        combinations: &[Combination],
        by_name: bool,
        claims: &mut Vec<Claim>,
    ) {
        let name = self.resolved[index].name.clone();
        let template = match &self.resolved[index].resource.table {
            None => None,
            Some(None) if by_name => None,
            Some(None) => return,
            Some(Some(text)) => Some(text.clone()),
        };
        let at = self.at(&name, &["table"]);
        let at = if template.is_some() { at } else { self.at(&name, &[]) };
        let each = self.allowed(index).each;
        let template = match template {
            None => None,
            Some(text) => match self.template(&text, &at, &Allowed { each, ..Allowed::default() }) {
                Some(template) => Some(template),
                None => return,
            },
        };
        for (combination, values) in combinations.iter().enumerate() {
            let table = match &template {
                None => name.clone(),
                Some(template) => {
                    let scopes =
                        Scopes { inputs: &self.inputs, each: Some(&values.each), ..Scopes::default() };
                    match template.render(&scopes, Escape::None) {
                        Ok(rendered) => match rendered.value {
                            Value::String(text) => text,
                            value => value.to_string(),
                        },
                        Err(error) => {
                            self.fault(value_fault(&error, &at));
                            return;
                        }
                    }
                }
            };
            if !is_table_name(&table) {
                self.fault(
                    Diagnostic::error(
                        "table-name",
                        at.clone(),
                        format!("`{table}` cannot be the name of a table"),
                    )
                    .help("letters, digits, `_`, `.` and `-`, and neither `.` nor `_` at the front"),
                );
                return;
            }
            claims.push(Claim { spec: index, resource: plan, combination, table, at: at.clone() });
        }
    }
}

fn is_table_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(['.', '_'])
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
}
