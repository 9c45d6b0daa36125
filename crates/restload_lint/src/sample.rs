//! Samples: real answers that stand beside a spec, and the rows that the spec makes of them.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use restload_spec::{Program, Variables};
use serde_json::Value;

use crate::{Lint, Subject};

/// Rows of a sample that are looked at: a sample is a page, and more of it tells nothing new.
const MOST_ROWS: usize = 50;

/// Programs that are worth a further thread: to run one over a sample takes longer than all else about its resource.
const PROGRAMS_A_THREAD: usize = 4;

/// Where samples are read.
pub trait Samples: Sync {
    /// The bytes of a file, named from the spec's folder; nothing where there is none. The error is a sentence.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String>;
}

impl<F: Fn(&str) -> Result<Option<Vec<u8>>, String> + Sync> Samples for F {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        self(path)
    }
}

impl std::fmt::Debug for dyn Samples + '_ {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("samples")
    }
}

/// Has no sample of anything.
///
/// # Errors
/// None.
pub fn no_samples(_: &str) -> Result<Option<Vec<u8>>, String> {
    Ok(None)
}

/// A real answer, and what the spec makes of it.
#[derive(Debug)]
pub struct Sample {
    /// The file, from the spec's folder. That of the nearest ancestor with a path, where the resource has none.
    pub path: String,
    /// The whole body; nothing where the resource has no path.
    pub body: Option<Value>,
    /// What keeps the sample from being of use, as a sentence: it cannot be read, it is no JSON, nothing can be chosen.
    pub fault: Option<String>,
    /// Whether the selector matched.
    pub matched: bool,
    /// The rows as the selector finds them.
    pub selected: Vec<Value>,
    /// The rows after `transform` and `add`; columns that `add` makes are null where they hang on what only a run knows.
    pub rows: Vec<Value>,
    /// What the transform says of the rows, where it fails on them.
    pub transform_fault: Option<String>,
}

impl<'a> Lint<'a> {
    /// Reads the samples of the resources with programs, where there are many, side by side.
    pub(crate) fn read_samples(&self) {
        let programs =
            self.resources.iter().filter(|it| it.plan.is_some_and(|plan| plan.transform.is_some()));
        let programs: Vec<&Subject<'a>> = programs.collect();
        let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let threads = (programs.len() / PROGRAMS_A_THREAD).min(cores);
        if threads < 2 {
            return;
        }
        let next = AtomicUsize::new(0);
        let work = || {
            while let Some(resource) = programs.get(next.fetch_add(1, Ordering::Relaxed)) {
                self.sample(resource);
            }
        };
        thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(work);
            }
            work();
        });
    }

    /// The sample of a resource, where there is one. A resource without a path has rows out of its parent's.
    pub fn sample<'s>(&'s self, resource: &'s Subject<'a>) -> Option<&'s Sample> {
        resource.sample.get_or_init(|| self.read_sample(resource)).as_ref()
    }

    /// The file where a resource's sample is looked for.
    pub fn sample_path(&self, resource: &Subject<'a>) -> String {
        let written = resource.written.resource.sample.clone();
        written.unwrap_or_else(|| format!("samples/{}/{}.json", self.spec.name, resource.name()))
    }

    fn read_sample(&self, resource: &Subject<'a>) -> Option<Sample> {
        let plan = resource.plan?;
        if plan.fetch.is_none() {
            return self.cut_out(resource);
        }
        let path = self.sample_path(resource);
        let body = match self.samples.read(&path) {
            Ok(None) => return None,
            Ok(Some(bytes)) => {
                let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
                serde_json::from_slice::<Value>(bytes).map_err(|error| format!("it is not JSON: {error}"))
            }
            Err(fault) => Err(fault),
        };
        let mut sample = Sample::empty(path);
        match body {
            Err(fault) => sample.fault = Some(fault),
            Ok(body) => {
                sample.select(resource, &[&body]);
                sample.body = Some(body);
            }
        }
        Self::work_rows(resource, &mut sample);
        Some(sample)
    }

    /// The rows of a resource without a path, out of its parent's.
    fn cut_out(&self, resource: &Subject<'a>) -> Option<Sample> {
        if self.ancestors_of(resource).iter().any(|ancestor| std::ptr::eq(*ancestor, resource)) {
            return None;
        }
        let above = self.sample(self.parent_of(resource)?)?;
        let mut sample = Sample::empty(above.path.clone());
        sample.fault.clone_from(&above.fault);
        sample.select(resource, &above.rows.iter().collect::<Vec<_>>());
        Self::work_rows(resource, &mut sample);
        Some(sample)
    }

    /// Runs `transform` and `add` over the rows.
    fn work_rows(resource: &Subject<'a>, sample: &mut Sample) {
        let Some(plan) = resource.plan else { return };
        match &plan.transform {
            None => sample.rows = sample.selected.iter().take(MOST_ROWS).cloned().collect(),
            Some(program) => match Self::transformed(program, sample) {
                Ok(rows) => sample.rows = rows,
                Err(fault) => sample.transform_fault = Some(fault),
            },
        }
        let names: Vec<&String> = plan.add.iter().map(|(name, _)| name).collect();
        for row in sample.rows.iter_mut().filter_map(Value::as_object_mut) {
            for name in &names {
                row.entry(name.as_str()).or_insert(Value::Null);
            }
        }
    }

    fn transformed(program: &Program, sample: &Sample) -> Result<Vec<Value>, String> {
        let selected = sample.selected.iter().take(MOST_ROWS);
        let texts: Vec<Vec<u8>> = selected.map(|row| row.to_string().into_bytes()).collect();
        let rows: Vec<&[u8]> = texts.iter().map(Vec::as_slice).collect();
        let body = sample.body.as_ref().filter(|_| program.uses().body);
        let body = body.map(|body| body.to_string().into_bytes());
        let variables = Variables { body: body.as_deref(), ..Variables::default() };
        let made = program.try_on(&rows, &variables).map_err(|error| error.to_string())?;
        let made = made.into_iter().flatten();
        made.map(|row| serde_json::from_slice(&row).map_err(|error| error.to_string())).collect()
    }
}

impl Sample {
    fn empty(path: String) -> Self {
        Self {
            path,
            body: None,
            fault: None,
            matched: false,
            selected: Vec::new(),
            rows: Vec::new(),
            transform_fault: None,
        }
    }

    fn select(&mut self, resource: &Subject<'_>, bodies: &[&Value]) {
        let Some(plan) = resource.plan else { return };
        for body in bodies {
            match plan.rows_in(body) {
                Ok((rows, matched)) => {
                    self.matched |= matched;
                    self.selected.extend(rows.into_iter().cloned());
                }
                Err(fault) => self.fault = Some(fault),
            }
        }
    }

    /// Whether some row has a value, null or not, at a path of names and indices.
    pub fn has_field(&self, names: &[String]) -> bool {
        self.rows.iter().any(|row| field(row, names).is_some())
    }
}

/// The value at a path of names and indices, as templates read rows.
pub(crate) fn field<'v>(row: &'v Value, names: &[String]) -> Option<&'v Value> {
    names.iter().try_fold(row, |value, name| match value {
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        Value::Object(fields) => fields.get(name),
        _ => None,
    })
}
