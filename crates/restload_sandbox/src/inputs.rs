//! Inputs of the sandbox's own making: nothing is looked up, so that no real secret can be among them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use restload_spec::plan::{BoundInput, FetchPlan, Inputs, Kept, ValueTemplate, stand_in_inputs};
use restload_spec::spec::{Auth, Input, InputType, Spec};
use restload_spec::{Hole, Scope, Step, Template};
use serde_json::{Map, Value};
use url::Url;

use crate::api::{Api, Context};
use crate::asked::is_absolute;
use crate::names;
use crate::steps::{At, get, put};
use crate::tokens::made_up_key;

/// Items that are made up for an empty list.
const ITEMS: usize = 3;

/// The inputs of a spec: those given, else its default, else something of its type.
pub(crate) fn made_up(spec: &Spec, given: &Inputs, origin: &Url, now: Timestamp) -> Inputs {
    let stand_ins = stand_in_inputs(spec, now);
    let mut inputs = Inputs::default();
    for (name, input) in &spec.inputs {
        if let Some(given) = given.get(name) {
            inputs.insert(name, BoundInput { identity: false, ..given.clone() });
            continue;
        }
        let stand_in = stand_ins.get(name).map_or(Value::Null, |input| input.value.clone());
        let value = if private_keys(spec).contains(&name.as_str()) {
            Value::from(made_up_key())
        } else {
            made_up_value(name, input, stand_in, origin)
        };
        let secret = input.secret.unwrap_or(false);
        inputs.insert(name, BoundInput { value, secret, identity: false, from: "the sandbox".to_owned() });
    }
    give_one_auth_of_each_list(spec, &mut inputs, origin);
    // What takes the place of one serves for the run alone.
    for name in spec.inputs.keys() {
        inputs.keep(name, Kept::Run);
    }
    inputs
}

/// The auths that are written in a spec.
fn auths(spec: &Spec) -> impl Iterator<Item = &Auth> {
    let of_resources = spec.resources.values().filter_map(|resource| resource.auth.as_ref());
    let of_defaults = spec.defaults.iter().filter_map(|defaults| defaults.0.auth.as_ref());
    spec.client.auth.iter().chain(of_defaults).chain(of_resources)
}

/// The inputs that hold a private key.
fn private_keys(spec: &Spec) -> Vec<&str> {
    let all = auths(spec).flat_map(|auth| match auth {
        Auth::FirstOf(list) => list.iter().collect(),
        auth => vec![auth],
    });
    let keys = all.filter_map(|auth| match auth {
        Auth::OAuth2(oauth2) => oauth2.private_key.as_deref(),
        _ => None,
    });
    keys.flat_map(|text| named_in(spec, text)).collect()
}

/// The inputs that a text names.
fn named_in<'s>(spec: &'s Spec, text: &str) -> Vec<&'s str> {
    let template = Template::parse(text).ok();
    let holes = template.iter().flat_map(Template::holes).filter(|hole| hole.scope == Scope::Inputs);
    let names: Vec<&String> = holes.filter_map(|hole| hole.path.first()).collect();
    spec.inputs.keys().map(String::as_str).filter(|name| names.iter().any(|known| known == name)).collect()
}

/// Makes up the inputs of the first auth of a list of which none has all its inputs.
fn give_one_auth_of_each_list(spec: &Spec, inputs: &mut Inputs, origin: &Url) {
    for auth in auths(spec) {
        let Auth::FirstOf(list) = auth else { continue };
        let needs = |auth: &Auth| -> Vec<&str> {
            auth.texts().into_iter().flat_map(|text| named_in(spec, text)).collect()
        };
        let is_null = |name: &&str| inputs.get(name).is_none_or(|input| input.value.is_null());
        if list.iter().any(|auth| !needs(auth).iter().any(is_null)) {
            continue;
        }
        let lacking: Vec<&str> =
            list.first().map(needs).unwrap_or_default().into_iter().filter(is_null).collect();
        for name in lacking {
            let (Some(written), Some(mut input)) = (spec.inputs.get(name), inputs.get(name).cloned()) else {
                continue;
            };
            let needed = Input { required: None, ..written.clone() };
            input.value = if private_keys(spec).contains(&name) {
                Value::from(made_up_key())
            } else {
                made_up_value(name, &needed, Value::from(1), origin)
            };
            inputs.insert(name, input);
        }
    }
}

fn made_up_value(name: &str, input: &Input, stand_in: Value, origin: &Url) -> Value {
    if input.default.is_some() || input.choices.as_ref().is_some_and(|choices| !choices.is_empty()) {
        return stand_in;
    }
    if input.required == Some(false) {
        return Value::Null;
    }
    let name = names::snake(name).replace('_', "-");
    match input.kind.unwrap_or(InputType::String) {
        InputType::String if input.secret == Some(true) => Value::from(format!("sandbox-{name}-key")),
        InputType::String => Value::from(format!("sandbox-{name}")),
        InputType::Url => Value::from(origin.as_str()),
        _ => stand_in,
    }
}

/// Lists that a `for_each` goes over and that are empty, with items of what the sandbox serves, so that their tables are
/// seen too. `api` is the one with the empty lists.
pub(crate) fn filled_lists(spec: &Spec, given: &Inputs, api: &Api) -> BTreeMap<String, Value> {
    let mut filled = BTreeMap::new();
    for (resource, written) in &spec.resources {
        for (key, value) in written.for_each.iter().flatten() {
            let input = value.as_str().and_then(|text| Template::parse(text).ok()).and_then(|template| {
                template
                    .sole_hole()
                    .filter(|hole| hole.scope == Scope::Inputs)
                    .and_then(|hole| hole.path.first().cloned())
            });
            let Some(input) = input.filter(|input| given.get(input).is_none()) else { continue };
            let is_empty = api.inputs.get(&input).is_some_and(|input| match &input.value {
                Value::Array(items) => items.is_empty(),
                other => other.is_null(),
            });
            if is_empty && !filled.contains_key(&input) {
                let fields = api.fields_of(resource, key);
                filled.insert(input, Value::Array(api.items(&fields)));
            }
        }
    }
    filled
}

/// A field of the items of a list, and the resource whose ids it holds.
struct Field {
    at: At,
    of: Option<usize>,
}

impl Api {
    /// The fields that the templates of a resource, and of those that hang on it, use of `each.<key>`.
    fn fields_of(&self, resource: &str, key: &str) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::new();
        for (index, endpoint) in self.endpoints.iter().enumerate() {
            let line = std::iter::successors(Some(index), |index| self.endpoints[*index].parent);
            let hangs_on_it = line.into_iter().any(|index| self.endpoints[index].plan.name == resource);
            let Some(fetch) = endpoint.plan.fetch.as_ref().filter(|_| hangs_on_it) else { continue };
            let is_meant = |hole: &Hole| {
                hole.scope == Scope::Each && hole.path.first().is_some_and(|first| first == key)
            };
            let of_path = fetch.path.holes().iter().filter(|hole| is_meant(hole)).map(|hole| {
                let found = self.at_path(&fetch.path.text()[..hole.range.start]);
                (hole.clone(), found.or_else(|| self.named(hole)))
            });
            let others = templates(fetch);
            let of_others = others.iter().flat_map(Template::holes).filter(|hole| is_meant(hole));
            let found: Vec<_> =
                of_path.chain(of_others.map(|hole| (hole.clone(), self.named(hole)))).collect();
            for (hole, of) in found {
                let at: At = hole.path[1..].iter().cloned().map(Step::Key).collect();
                if !fields.iter().any(|known| known.at == at) {
                    fields.push(Field { at, of });
                }
            }
        }
        fields
    }

    /// The list whose path is all that stands before a hole.
    fn at_path(&self, before: &str) -> Option<usize> {
        let wanted = shape(before.trim_end_matches('{'));
        let has_it = |path: &str| !is_absolute(path) && !wanted.is_empty() && shape(path) == wanted;
        self.endpoints.iter().position(|endpoint| {
            endpoint.fetched.is_some()
                && endpoint.plan.fetch.as_ref().is_some_and(|fetch| has_it(fetch.path.text()))
        })
    }

    /// The list that a hole is named after: `each.view.list_id` or `each.list_id` names `lists`.
    fn named(&self, hole: &Hole) -> Option<usize> {
        let last = names::snake(hole.path.last()?);
        let thing = names::without_id(&last);
        self.endpoints.iter().position(|endpoint| {
            endpoint.fetched.is_some() && names::of_resource(&endpoint.plan.name) == thing
        })
    }

    /// Items made of the ids that are served; fields whose resources hang together are of one row and those above it.
    fn items(&self, fields: &[Field]) -> Vec<Value> {
        let depth =
            |index: usize| std::iter::successors(Some(index), |index| self.endpoints[*index].parent).count();
        let deepest = fields.iter().filter_map(|field| field.of).max_by_key(|index| depth(*index));
        let rows: &[_] = deepest.map(|index| self.contexts(index)).unwrap_or_default();
        let item = |nth: usize| {
            let mut item = if fields.iter().any(|field| !field.at.is_empty()) {
                Value::Object(Map::new())
            } else {
                Value::Null
            };
            for field in fields {
                let id = field.of.and_then(|of| self.id_of(of, rows.get(nth).map(AsRef::as_ref), nth));
                put(&mut item, &field.at, id.unwrap_or_else(|| Value::from(format!("sandbox-{}", nth + 1))));
            }
            item
        };
        let count = if deepest.is_some() { rows.len().min(ITEMS) } else { ITEMS };
        let mut items: Vec<Value> = Vec::new();
        for item in (0..count).map(item) {
            if !items.contains(&item) {
                items.push(item);
            }
        }
        items
    }

    /// The id of a row of a resource: of the row at hand or one above it, else of any.
    fn id_of(&self, resource: usize, row: Option<&Context>, nth: usize) -> Option<Value> {
        let key = self.endpoints[resource].fetched.as_ref()?.variety.keys().first()?;
        let above = row.and_then(|row| row.lineage().find(|row| row.endpoint == resource));
        let any = || self.contexts(resource).get(nth).map(AsRef::as_ref);
        get(&above.or_else(any)?.raw, &key.at).cloned()
    }
}

/// A path with its holes made alike.
fn shape(path: &str) -> String {
    let path = path.trim_matches('/').replace("{{{", "{{").replace("}}}", "}}");
    let mut shape = String::new();
    let mut rest = path.as_str();
    while let Some((before, after)) = rest.split_once("{{") {
        shape.push_str(before);
        shape.push_str("{}");
        rest = after.split_once("}}").map_or("", |(_, after)| after);
    }
    shape + rest
}

/// The templates of a request beside its path.
fn templates(fetch: &FetchPlan) -> Vec<Template> {
    use restload_spec::plan::BodyPlan;
    let mut templates = Vec::new();
    let mut add = |value: &ValueTemplate| templates.extend(value.templates().into_iter().cloned());
    fetch.params.iter().chain(&fetch.headers).for_each(|(_, value)| add(value));
    match &fetch.body {
        BodyPlan::Json(value) => add(value),
        BodyPlan::Form(fields) => fields.iter().for_each(|(_, value)| add(value)),
        BodyPlan::Text(text) => templates.push(text.clone()),
        BodyPlan::Empty => {}
    }
    templates
}
