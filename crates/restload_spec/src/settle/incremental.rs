//! What is new since the load before, settled.

use restload_diag::{Diagnostic, Part, Pointer};
use serde_json::Value;

use super::Settler;
use super::graph::Chosen;
use crate::plan::{CursorPlan, FetchPlan, IncrementalPlan};
use crate::spec::{CursorPlace, Incremental, OnMissingCursor, ParentRows, Resource};
use crate::{Bound, CursorFormat, CursorKind, CursorStep, Duration, Resolved, Scope, Step, Template};

/// Keys that mean nothing beside a token, which only the API understands.
const NOT_OF_TOKENS: [&str; 8] =
    ["end", "format", "end_param", "inclusive_end", "window", "lag", "sorted", "on_missing_cursor"];

impl Settler<'_> {
    /// The increment of a resource that makes requests.
    pub(super) fn incremental(
        &mut self,
        index: usize,
        resolved: &Resolved,
        fetch: Option<&FetchPlan>,
        chosen: &Chosen,
    ) -> Option<IncrementalPlan> {
        let written = resolved.resource.incremental.as_ref()?;
        let at = self.at(&resolved.name, &["incremental"]);
        if resolved.resource.parent.as_ref().is_some_and(|parent| parent.batch.is_some()) {
            let message =
                "batches of the parent's rows differ from load to load: a cursor has no walk to belong to";
            let help = "leave `incremental` out, or `batch` out of `parent`";
            self.fault(Diagnostic::error("incremental-with-batch", at, message).on(Part::Key).help(help));
            return None;
        }
        let cursor = self.cursor(&written.cursor, &at.join("cursor"))?;
        let formats = self.cursor_formats(written, &at)?;
        let param_format = match &written.param_format {
            Some(text) => self.cursor_format(text, &at.join("param_format"))?,
            None => formats.first()?.clone(),
        };
        let kind = formats.first()?.kind();
        if param_format.kind() != kind {
            let message = format!(
                "the cursor is {}, and what is sent cannot be {}",
                kinds(kind),
                kinds(param_format.kind())
            );
            let help = match kind {
                CursorKind::Moment => "write a format of moments, for example `param_format: date`",
                CursorKind::Integer | CursorKind::Text => {
                    "leave `param_format` out, or write another `format`"
                }
            };
            let fault = Diagnostic::error("cursor-format", at.join("param_format"), message);
            self.fault(fault.help(help));
            return None;
        }
        let mut place = |place: Option<&crate::spec::RequestPlace>, key: &str| {
            place.and_then(|place| self.request_place(place, &at.join(key)))
        };
        let start_param = place(written.start_param.as_ref(), "start_param");
        let end_param = place(written.end_param.as_ref(), "end_param");
        let holes = fetch.iter().flat_map(|fetch| fetch.templates()).flat_map(Template::holes);
        let in_template = |edge: &str| {
            let mut holes = holes.clone().filter(|hole| hole.scope == Scope::Incremental);
            holes.any(|hole| hole.path.first().is_some_and(|name| name == edge))
        };
        let mut plan = IncrementalPlan {
            cursor,
            start: None,
            end: None,
            formats,
            start_in_template: in_template("start"),
            end_in_template: in_template("end"),
            start_param,
            end_param,
            param_format,
            inclusive_end: self.step(written.inclusive_end.as_ref(), kind, &at.join("inclusive_end")),
            window: self.step(written.window.as_ref(), kind, &at.join("window")),
            lag: self.step(written.lag.as_ref(), kind, &at.join("lag")),
            sorted: written.sorted,
            skips_missing: written.on_missing_cursor == Some(OnMissingCursor::Skip),
            from_start: self.is_read_from_start(index, chosen),
            held: self.is_held(index, chosen),
            at: at.clone(),
        };
        if plan.token().is_none() {
            plan.start = self.bound(written.start.as_ref(), &plan, &at.join("start"));
        } else {
            plan.start = self.token_start(written.start.as_ref(), &at.join("start"));
        }
        plan.end = self.bound(written.end.as_ref(), &plan, &at.join("end"));
        self.judge_increment(written, &plan);
        Some(plan)
    }

    /// Finds fault with keys that do not go together.
    fn judge_increment(&mut self, written: &Incremental, plan: &IncrementalPlan) {
        let at = &plan.at;
        let mut fault = |rule, key: &str, message: &str, help: &str| {
            let fault = Diagnostic::error(rule, at.join(key), message).on(Part::Key);
            self.fault(if help.is_empty() { fault } else { fault.help(help) });
        };
        if plan.token().is_some() {
            let node = self.document.get(at);
            for key in NOT_OF_TOKENS.iter().filter(|key| node.is_some_and(|node| node.child(key).is_some())) {
                let message =
                    format!("`{key}` is of no use: a token of the API is not compared and has no range");
                let fault = Diagnostic::error("key-of-no-use", at.join(key), message).on(Part::Key);
                self.fault(fault.help(format!("leave `{key}` out")));
            }
            if !plan.sends_start() {
                let message = "no request sends the token";
                let fault = Diagnostic::error("token-not-sent", at.join("cursor"), message).on(Part::Key);
                self.fault(fault.help(
                    "name its parameter, `start_param: …`, or write `{{incremental.start}}` where it belongs",
                ));
            }
            return;
        }
        if written.inclusive_end.is_some() && !plan.sends_end() {
            fault(
                "key-of-no-use",
                "inclusive_end",
                "`inclusive_end` is of no use: no request sends the end",
                "name the parameter of the end, `end_param: …`, or leave `inclusive_end` out",
            );
        }
        if written.window.is_some() {
            let ends = written.end.is_some() || plan.kind() == CursorKind::Moment;
            if written.start.is_none() || !ends {
                let message = "windows are cut from a range whose two ends are known";
                let help = if ends {
                    "say where the first load begins: `start: …`"
                } else {
                    "write `start: …` and `end: …`"
                };
                fault("window-without-range", "window", message, help);
            } else if !plan.sends_end() {
                let message = "each window would be read to the end: no request sends the end";
                fault(
                    "window-without-range",
                    "window",
                    message,
                    "name the parameter of the end: `end_param: …`",
                );
            }
        }
    }

    fn cursor(&mut self, cursor: &CursorPlace, at: &Pointer) -> Option<CursorPlan> {
        match cursor {
            CursorPlace::Body(text) => self.path(text, &at.join("body")).map(CursorPlan::Token),
            CursorPlace::Row(text) => {
                let path = self.path(text, at)?;
                let names = path.steps().unwrap_or_default().iter().map(|step| match step {
                    Step::Key(name) => Some(name.clone()),
                    _ => None,
                });
                let names: Option<Vec<String>> = names.collect();
                let names = names.filter(|names| !names.is_empty());
                if names.is_none() {
                    self.error("path-syntax", at.clone(), "the cursor of a row is named by keys only");
                }
                names.map(CursorPlan::Row)
            }
        }
    }

    fn cursor_formats(&mut self, written: &Incremental, at: &Pointer) -> Option<Vec<CursorFormat>> {
        let Some(texts) = &written.format else { return Some(vec![CursorFormat::Iso]) };
        let at = at.join("format");
        let is_list = self.document.get(&at).is_some_and(|node| !node.items().is_empty());
        let mut formats: Vec<CursorFormat> = Vec::new();
        for (n, text) in texts.iter().enumerate() {
            let at = if is_list { at.join(n) } else { at.clone() };
            let format = self.cursor_format(text, &at)?;
            if formats.first().is_some_and(|first| first.kind() != format.kind()) {
                let message =
                    format!("{} cannot be compared with {}", kinds(format.kind()), kinds(formats[0].kind()));
                let help = "leave one out: the formats of a list are of one kind";
                self.fault(Diagnostic::error("cursor-format", at, message).help(help));
                return None;
            }
            formats.push(format);
        }
        Some(formats)
    }

    fn cursor_format(&mut self, text: &str, at: &Pointer) -> Option<CursorFormat> {
        let text = self.text(text, at)?;
        match CursorFormat::parse(&text) {
            Ok(format) => Some(format),
            Err(message) => {
                let fault = Diagnostic::error("cursor-format", at.clone(), message);
                self.fault(match nearest_format(&text) {
                    Some(near) => fault.help(format!("did you mean `{near}`?")),
                    None => fault.help(CursorFormat::NAMES),
                });
                None
            }
        }
    }

    /// A value over `inputs`; none where it is null.
    fn value_of_bound(&mut self, written: Option<&Value>, at: &Pointer) -> Option<Value> {
        match written? {
            Value::String(text) => self.rendered(text, at).map(|(value, _)| value).filter(|v| !v.is_null()),
            value => Some(value.clone()),
        }
    }

    fn token_start(&mut self, written: Option<&Value>, at: &Pointer) -> Option<Bound> {
        let value = self.value_of_bound(written, at)?;
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Some(Bound::At(crate::CursorValue::Text(text)))
    }

    fn bound(&mut self, written: Option<&Value>, plan: &IncrementalPlan, at: &Pointer) -> Option<Bound> {
        let value = self.value_of_bound(written, at)?;
        let bound = plan.read_bound(&value);
        let stands_in = self.stand_ins && written.is_some_and(|text| text.to_string().contains("{{"));
        if bound.is_none() && !stands_in && plan.token().is_none() {
            let (what, help) = match plan.kind() {
                CursorKind::Moment => (
                    "a time",
                    "write `2026-01-31`, or `-30d` for 30 days before the run, or a time in the cursor's format",
                ),
                CursorKind::Integer => {
                    ("a whole number, as the cursor is", "write a number, or another `format`")
                }
                CursorKind::Text => ("text, as the cursor is", "put it in quotes, or write another `format`"),
            };
            let fault = Diagnostic::error("cursor-bound", at.clone(), format!("{value} is not {what}"));
            self.fault(fault.help(help));
        }
        bound
    }

    /// A distance: a duration between moments, a number between integers.
    fn step(&mut self, written: Option<&Value>, kind: CursorKind, at: &Pointer) -> Option<CursorStep> {
        let value = match written? {
            Value::String(text) => self.rendered(text, at)?.0,
            value => value.clone(),
        };
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let (expected, help) = match kind {
            CursorKind::Moment => match Duration::parse(&text) {
                Ok(duration) if duration.is_positive() => return Some(CursorStep::Time(duration)),
                Ok(_) => ("a duration above zero", "write for example `2d`, or leave it out"),
                Err(fault) => {
                    let diagnostic = Diagnostic::error("not-a-duration", at.clone(), fault.message);
                    self.fault(diagnostic.help(fault.help));
                    return None;
                }
            },
            CursorKind::Integer => match text.parse::<i128>() {
                Ok(count) if count > 0 => return Some(CursorStep::Count(count)),
                _ => (
                    "a whole number above 0, as the cursor is one",
                    "write for example `100`, or leave it out",
                ),
            },
            CursorKind::Text => {
                let fault =
                    Diagnostic::error("key-of-no-use", at.clone(), "between texts there is no distance");
                self.fault(fault.help("leave it out, or write another `format`"));
                return None;
            }
        };
        let fault = Diagnostic::error("cursor-step", at.clone(), format!("`{text}` is not {expected}"));
        self.fault(fault.help(help));
        None
    }

    /// Whether a resource takes only those rows of its parent that are new.
    pub(super) fn takes_changed(resource: &Resource) -> bool {
        let Some(parent) = &resource.parent else { return false };
        match parent.rows {
            Some(rows) => rows == ParentRows::Changed,
            None => resource.path.is_none(),
        }
    }

    /// Whether a descendant that is read wants all rows.
    fn is_read_from_start(&self, index: usize, chosen: &Chosen) -> bool {
        let below = chosen.read.iter().copied().filter(|&other| self.ancestors(other).contains(&index));
        below.into_iter().any(|other| !Self::takes_changed(&self.resolved[other].resource))
    }

    /// Whether the cursor must stay: the rows are not written, or those that hang on what is new are not.
    fn is_held(&self, index: usize, chosen: &Chosen) -> bool {
        let has_table = |other: usize| self.resolved[other].resource.table != Some(None);
        let is_left_out = |other: usize| has_table(other) && !chosen.written.contains(&other);
        let hangs_on_changes = |other: usize| {
            let line = self.ancestors(other);
            let Some(above) = line.iter().position(|&above| above == index) else { return false };
            let nearest = above.checked_sub(1).map_or(other, |below| line[below]);
            Self::takes_changed(&self.resolved[nearest].resource)
        };
        let mut others = 0..self.resolved.len();
        is_left_out(index) || others.any(|other| is_left_out(other) && hangs_on_changes(other))
    }

    /// The resource whose increment leaves rows of this one out of a load: itself, or one above by way of `rows: changed`.
    pub(super) fn reads_a_part(&self, index: usize) -> Option<usize> {
        if self.resolved[index].resource.incremental.is_some() {
            return Some(index);
        }
        let line: Vec<usize> = std::iter::once(index).chain(self.ancestors(index)).collect();
        line.windows(2).find_map(|pair| {
            let (below, above) = (&self.resolved[pair[0]].resource, &self.resolved[pair[1]].resource);
            (Self::takes_changed(below) && above.incremental.is_some()).then_some(pair[1])
        })
    }

    /// The resource by whose increment the walk of this one reads only a part of what it left before: itself, or, without a
    /// path, the one above in whose walk it is.
    pub(super) fn walks_a_part(&self, index: usize) -> Option<usize> {
        let line = std::iter::once(index).chain(self.ancestors(index));
        let mut below: Option<usize> = None;
        for at in line {
            if below.is_some_and(|below| !Self::takes_changed(&self.resolved[below].resource)) {
                return None;
            }
            let resource = &self.resolved[at].resource;
            if resource.incremental.is_some() {
                return Some(at);
            }
            if resource.path.is_some() {
                return None;
            }
            below = Some(at);
        }
        None
    }
}

/// What cursors of a kind are, in words.
fn kinds(kind: CursorKind) -> &'static str {
    match kind {
        CursorKind::Moment => "a moment",
        CursorKind::Integer => "an integer",
        CursorKind::Text => "text",
    }
}

/// The format that a name probably means.
fn nearest_format(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    match lower.as_str() {
        "iso8601" | "iso-8601" | "iso_8601" | "rfc3339" | "datetime" | "timestamp" => Some("iso"),
        "epoch" | "unixtime" | "seconds" => Some("unix"),
        "epoch_ms" | "millis" | "milliseconds" => Some("unix_ms"),
        "int" | "int64" | "number" => Some("integer"),
        "text" | "str" => Some("string"),
        _ => crate::near::nearest(&lower, ["iso", "date", "unix", "unix_ms", "integer", "string"]),
    }
}
