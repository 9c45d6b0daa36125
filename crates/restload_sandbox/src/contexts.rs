//! The rows of a resource as its children see them: selected, transformed, with the columns that are added.

use std::sync::Arc;

use restload_spec::plan::Selector;
use restload_spec::{Program, Scopes, Variables};
use serde_json::Value;

use crate::api::{Api, Context, Fetched};

/// A row on its way.
struct Raw {
    row: Arc<Value>,
    combination: usize,
    parent: Option<Arc<Context>>,
}

impl Api {
    /// All rows of a resource, in the order of its walks.
    pub(crate) fn contexts(&self, endpoint: usize) -> &[Arc<Context>] {
        self.endpoints[endpoint].contexts.get_or_init(|| {
            let plan = &self.endpoints[endpoint].plan;
            let raw = match (&self.endpoints[endpoint].fetched, self.endpoints[endpoint].parent) {
                (Some(fetched), _) => self.asked_for(endpoint, fetched),
                (None, Some(parent)) if plan.fetch.is_none() => self.taken_out(endpoint, parent),
                _ => Vec::new(),
            };
            let rows = match &plan.transform {
                Some(program) => self.transformed(endpoint, program, raw),
                None => raw.into_iter().map(|raw| (raw.row.clone(), raw)).collect(),
            };
            rows.into_iter().map(|(row, raw)| Arc::new(self.with_columns(endpoint, row, raw))).collect()
        })
    }

    /// Rows that the API sends.
    fn asked_for(&self, endpoint: usize, fetched: &Fetched) -> Vec<Raw> {
        let mut rows = Vec::new();
        let batches = fetched.ask.batch.is_some();
        for (index, walk) in self.walks(endpoint, fetched).all.iter().enumerate() {
            for nth in 0..self.count(endpoint, fetched, index) {
                rows.push(Raw {
                    row: Arc::new(self.row(endpoint, fetched, index, nth)),
                    combination: walk.combination,
                    parent: walk.parent.clone().filter(|_| !batches),
                });
            }
        }
        rows
    }

    /// Rows that stand in the rows of the parent.
    fn taken_out(&self, endpoint: usize, parent: usize) -> Vec<Raw> {
        let plan = &self.endpoints[endpoint].plan;
        let mut rows = Vec::new();
        for context in self.contexts(parent) {
            let below =
                plan.combinations.iter().enumerate().filter(|(_, below)| below.parent == context.combination);
            let path = match &plan.selector {
                Selector::Path(path) => Ok(path.clone()),
                Selector::Auto => plan.choose_selector(&context.row),
            };
            let Ok(path) = path else { continue };
            let selected = path.select(&context.row);
            let found: Vec<&Value> = selected
                .into_iter()
                .flat_map(|found| match found {
                    Value::Null => Vec::new(),
                    Value::Array(items) => items.iter().collect(),
                    other => vec![other],
                })
                .collect();
            for (combination, _) in below {
                rows.extend(found.iter().map(|row| Raw {
                    row: Arc::new((*row).clone()),
                    combination,
                    parent: Some(context.clone()),
                }));
            }
        }
        rows
    }

    /// Rows after their program. One that fails gives none: the run that reads it will say so.
    fn transformed(&self, endpoint: usize, program: &Program, rows: Vec<Raw>) -> Vec<(Arc<Value>, Raw)> {
        let uses = program.uses();
        let mut out = Vec::new();
        let mut rows = rows.into_iter().peekable();
        while let Some(first) = rows.next() {
            let alike = |other: &Raw| {
                let same_parent = match (&other.parent, &first.parent) {
                    (Some(one), Some(other)) => Arc::ptr_eq(one, other),
                    (one, other) => one.is_none() && other.is_none(),
                };
                other.combination == first.combination && (same_parent || !uses.parent)
            };
            let mut group = Vec::new();
            while let Some(next) = rows.next_if(alike) {
                group.push(next);
            }
            group.insert(0, first);
            for (raw, results) in self.run(endpoint, program, group) {
                let raw = Arc::new(raw);
                out.extend(results.into_iter().map(|row| {
                    let raw = Raw {
                        row: raw.row.clone(),
                        combination: raw.combination,
                        parent: raw.parent.clone(),
                    };
                    (Arc::new(row), raw)
                }));
            }
        }
        out
    }

    /// Runs a program over rows that have their variables in common.
    fn run(&self, endpoint: usize, program: &Program, group: Vec<Raw>) -> Vec<(Raw, Vec<Value>)> {
        let Some(first) = group.first() else { return Vec::new() };
        let endpoint = &self.endpoints[endpoint];
        let each = endpoint.plan.combinations[first.combination].each.to_string();
        let parent = first.parent.as_ref().map(|parent| parent.seen.to_string());
        let body = endpoint.fetched.as_ref().map(|fetched| fetched.sample.whole.to_string());
        let run = self.run.to_string();
        let variables = Variables {
            body: body.as_deref().map(str::as_bytes),
            parent: parent.as_deref().map(str::as_bytes),
            each: Some(each.as_bytes()),
            inputs: Some(&self.inputs_json),
            run: Some(run.as_bytes()),
        };
        let texts: Vec<Vec<u8>> = group.iter().map(|raw| raw.row.to_string().into_bytes()).collect();
        let texts: Vec<&[u8]> = texts.iter().map(Vec::as_slice).collect();
        let results = program.run(&texts, &variables).unwrap_or_default();
        let parsed =
            |texts: Vec<Vec<u8>>| texts.iter().filter_map(|text| serde_json::from_slice(text).ok()).collect();
        group.into_iter().zip(results).map(|(raw, results)| (raw, parsed(results))).collect()
    }

    fn with_columns(&self, endpoint: usize, row: Arc<Value>, raw: Raw) -> Context {
        let plan = &self.endpoints[endpoint].plan;
        let seen = if plan.add.is_empty() {
            row.clone()
        } else {
            let each = &plan.combinations[raw.combination].each;
            let mut seen = (*row).clone();
            self.with_scopes(raw.parent.as_deref(), each, |scopes| {
                let scopes = Scopes { row: Some(&row), ..*scopes };
                for (name, value) in &plan.add {
                    if let (Value::Object(fields), Ok(value)) = (&mut seen, value.fill_column(&scopes)) {
                        fields.insert(name.clone(), value);
                    }
                }
            });
            Arc::new(seen)
        };
        Context { endpoint, combination: raw.combination, raw: raw.row, row, seen, parent: raw.parent }
    }
}
