use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::*;

#[derive(Default)]
struct Inputs(BTreeMap<&'static str, (Value, bool)>);

impl InputValues for Inputs {
    fn input(&self, name: &str) -> Option<(&Value, bool)> {
        self.0.get(name).map(|(value, secret)| (value, *secret))
    }
}

fn inputs() -> Inputs {
    Inputs(BTreeMap::from([
        ("name", (json!("Zoë"), false)),
        ("key", (json!("s3cret-key"), true)),
        ("pin", (json!("ab1c2"), true)),
        ("pins", (json!(["q7", 417]), true)),
        ("day", (json!("2024-05-01"), true)),
        ("absent", (Value::Null, true)),
        ("ids", (json!(["a", 2]), false)),
        ("none", (Value::Null, false)),
        ("flag", (json!(true), false)),
        ("off", (json!(false), false)),
        ("zero", (json!(0), false)),
        ("since", (json!("2024-05-01"), false)),
        ("url", (json!("https://eu.example.com:8443/base"), false)),
        ("map", (json!({"a": {"b c": [10, 20]}}), false)),
    ]))
}

fn row() -> Value {
    let text = r#"{"id": 17, "price": 1.10, "big": 123456789012345678901234567890, "name": "a b/c?d", "dots": "..",
        "empty": "", "none": null, "tags": ["x", "y"], "owner": {"id": "o1"}, "@odata.id": "od", "at": "2024-05-01T10:00:00Z"}"#;
    serde_json::from_str(text).unwrap()
}

fn render(text: &str, escape: Escape) -> Result<Rendered, RenderError> {
    let template = Template::parse(text).unwrap_or_else(|faults| panic!("{text}: {faults:?}"));
    let (inputs, row) = (inputs(), row());
    let list = json!({"id": 5});
    let batch = [json!({"id": 1, "x": null}), json!({"id": "two", "x": 1})];
    let each = json!({"kind": "open"});
    let incremental = json!({"start": "2024-05-01T00:00:00Z", "end": null});
    let run = json!({"id": "r1", "started_at": "2024-06-01T12:00:00Z"});
    let token = json!({"access_token": "tok-123456", "instance_url": "https://na1.example.com"});
    let scopes = Scopes {
        inputs: &inputs,
        parent: Some(&row),
        resources: &[("lists", &list)],
        batch: Some(&batch),
        each: Some(&each),
        incremental: Some(&incremental),
        run: Some(&run),
        row: Some(&row),
        token: Some(&token),
    };
    template.render(&scopes, escape)
}

fn value(text: &str) -> Value {
    render(text, Escape::None).unwrap_or_else(|error| panic!("{text}: {error}")).value
}

fn error(text: &str, escape: Escape) -> String {
    match render(text, escape) {
        Ok(rendered) => panic!("{text} rendered to {}", rendered.value),
        Err(error) => error.to_string(),
    }
}

#[test]
fn text_is_rendered_from_every_scope() {
    for (text, rendered) in [
        ("", ""),
        ("plain } text {", "plain } text {"),
        ("Hello {{inputs.name}}!", "Hello Zoë!"),
        (" {{parent.id}} , {{ row.id }} ", " 17 , 17 "),
        ("{{parent.price}}|{{parent.big}}", "1.10|123456789012345678901234567890"),
        ("{{resources.lists.id}}/{{each.kind}}", "5/open"),
        ("{{run.id}} {{run.started_at}}", "r1 2024-06-01T12:00:00Z"),
        ("from {{incremental.start}}", "from 2024-05-01T00:00:00Z"),
        ("x{{parent.owner.id}}", "xo1"),
        ("x{{parent.tags.1}}", "xy"),
        ("x{{parent.[@odata.id]}}", "xod"),
        ("x{{inputs.map.a.[b c].0}}", "x10"),
        ("{{inputs.flag}} {{inputs.off}}", "true false"),
        ("{{{parent.name}}} {{parent.name}}", "a b/c?d a b/c?d"),
        ("a{{! a comment }}b{{!-- {{x}} --}}c", "abc"),
        (r"\{{inputs.name}}", "{{inputs.name}}"),
        (r"a \{{b}} {{inputs.name}}", "a {{b}} Zoë"),
        (r"\\{{inputs.name}}", r"\Zoë"),
        ("line\n{{inputs.name}}\nend", "line\nZoë\nend"),
        ("{{inputs.name}}\n", "Zoë\n"),
        ("\n {{inputs.name}} \n\n", "\n Zoë \n\n"),
    ] {
        assert_eq!(value(text), json!(rendered), "{text:?}");
    }
}

#[test]
fn a_value_that_is_one_hole_keeps_its_type() {
    for (text, rendered) in [
        ("{{inputs.ids}}", json!(["a", 2])),
        ("{{parent.id}}", json!(17)),
        ("{{{parent.id}}}", json!(17)),
        ("{{ parent.none }}", Value::Null),
        ("{{incremental.end}}", Value::Null),
        ("{{inputs.flag}}", json!(true)),
        ("{{parent.owner}}", json!({"id": "o1"})),
        ("{{batch}}", json!([{"id": 1, "x": null}, {"id": "two", "x": 1}])),
        ("{{batch.id}}", json!([1, "two"])),
        ("{{! which }}{{parent.id}}", json!(17)),
        ("{{date parent.at 'unix'}}", json!(1_714_557_600)),
        ("{{default inputs.none inputs.ids}}", json!(["a", 2])),
        ("{{default inputs.none 5}}", json!(5)),
        ("{{parent.none.deeper}}", Value::Null),
    ] {
        assert_eq!(value(text), rendered, "{text}");
    }
    assert_eq!(value("{{parent.price}}").to_string(), "1.10");
    assert_eq!(value("{{parent.id}} "), json!("17 "));
    assert!(Template::parse("{{inputs.ids}}").unwrap().sole_hole().is_some());
    assert!(Template::parse("{{inputs.ids}} ").unwrap().sole_hole().is_none());
    assert!(Template::parse("{{json inputs.ids}}").unwrap().sole_hole().is_none());
}

#[test]
fn helpers_take_holes_literals_and_each_other() {
    for (text, rendered) in [
        ("d={{date inputs.since '%d/%m/%Y'}}", "d=01/05/2024"),
        ("{{date parent.at \"%Y-%m-%dT%H:%M:%S.%3fZ\"}}", "2024-05-01T10:00:00.000Z"),
        ("{{date parent.at 'iso' 'America/New_York'}}", "2024-05-01T06:00:00-04:00"),
        ("{{join batch.id ','}}", "1,two"),
        ("{{join inputs.ids '|'}}!", "a|2!"),
        ("{{upper (join inputs.ids '-')}}", "A-2"),
        ("{{upper(lower inputs.name)}}", "ZOË"),
        ("{{(lower 'ABC')}}", "abc"),
        ("{{default parent.none (default inputs.none 'last')}}", "last"),
        ("x{{default parent.empty 'e'}}{{default parent.id 1}}", "xe17"),
        ("{{base64 (lower 'USER:x')}}", "dXNlcjp4"),
        ("q={{urlencode parent.name}}", "q=a%20b%2Fc%3Fd"),
        ("{{json parent.owner}}", r#"{"id":"o1"}"#),
        ("{\"a\": {{json parent.none}}}", "{\"a\": null}"),
        ("{{lower '}}' }}", "}}"),
        ("{{lower \"it's\"}}{{lower 'a \"b\"'}}", "it'sa \"b\""),
    ] {
        assert_eq!(value(text), json!(rendered), "{text}");
    }
}

#[test]
fn conditions_count_as_handlebars_counts() {
    for (name, holds) in [
        ("inputs.flag", true),
        ("inputs.off", false),
        ("inputs.none", false),
        ("inputs.zero", false),
        ("parent.empty", false),
        ("parent.id", true),
        ("parent.tags", true),
        ("parent.none.deeper", false),
        ("incremental.end", false),
        ("inputs.key", true),
    ] {
        let text = format!("{{{{#if {name}}}}}yes{{{{else}}}}no{{{{/if}}}}");
        assert_eq!(value(&text), json!(if holds { "yes" } else { "no" }), "{name}");
        let text = format!("a{{{{#unless {name}}}}}no{{{{/unless}}}}");
        assert_eq!(value(&text), json!(if holds { "a" } else { "ano" }), "{name}");
    }
    assert_eq!(
        value("{{#if inputs.flag}}{{#if inputs.off}}1{{else}}{{inputs.name}}{{/if}}{{/if}}"),
        json!("Zoë")
    );
    assert_eq!(value("{{#if inputs.flag}}\nx\n{{/if}}\ny"), json!("x\ny"));
    assert_eq!(value("{{#if inputs.flag}}{{else}}x{{/if}}"), json!(""));
}

#[test]
fn what_is_not_there_is_an_error_everywhere() {
    for (text, message) in [
        ("{{inputs.nope}}", "`inputs.nope` is missing: there is no `nope`"),
        ("{{#if inputs.nope}}a{{/if}}", "`inputs.nope` is missing: there is no `nope`"),
        ("{{#unless parent.nope}}a{{/unless}}", "`parent.nope` is missing: there is no `nope`"),
        ("{{default parent.nope 'a'}}", "`parent.nope` is missing: there is no `nope`"),
        ("{{parent.owner.nope}}", "`parent.owner.nope` is missing: there is no `nope`"),
        ("{{parent.id.nope}}", "`parent.id.nope` is missing: there is no `nope`"),
        ("{{parent.tags.9}}", "`parent.tags.9` is missing: there is no `9`"),
        ("{{batch.nope}}", "`batch.nope` is missing: there is no `nope`"),
        ("{{parent.[odd name]}}", "`parent.[odd name]` is missing: there is no `odd name`"),
        ("{{resources.nope.id}}", "`resources.nope.id` is not known here: there is no `resources`"),
    ] {
        assert_eq!(error(text, Escape::None), message);
    }
    let template = Template::parse("{{row.id}}").unwrap();
    let message = template.render(&Scopes::default(), Escape::None).unwrap_err().to_string();
    assert_eq!(message, "`row.id` is not known here: there is no `row`");
}

#[test]
fn null_lists_and_objects_have_no_place_in_text() {
    for (text, message) in [
        ("x{{parent.none}}", "`parent.none` is null"),
        ("x{{parent.none.deeper}}", "`parent.none.deeper` is null"),
        ("{{lower inputs.none}}", "`inputs.none` is null"),
        ("{{date incremental.end 'iso'}}", "`incremental.end` is null"),
        ("{{batch.x}}", "`batch.x` is null"),
        ("x{{inputs.ids}}", "`inputs.ids` is a list, which has no place within text; use `json` or `join`"),
        ("x{{parent.owner}}", "`parent.owner` is an object, which has no place within text; use `json`"),
        ("x{{default parent.none parent.none}}", "`default`: gives null, which has no place within text"),
        ("x{{default parent.none inputs.ids}}", "`default`: gives a list, which has no place within text"),
        ("{{join parent.id ','}}", "`join`: takes a list, not a number"),
        ("{{lower inputs.ids}}", "`lower`: cannot take a list"),
        ("{{date inputs.key 'iso'}}", "`date`: the value is not a date"),
        ("{{date parent.name 'iso'}}", "`date`: \"a b/c?d\" is not a date"),
    ] {
        assert_eq!(error(text, Escape::None), message);
    }
    let absent = |text: &str| render(text, Escape::None).unwrap_err().absent().map(ToString::to_string);
    assert_eq!(absent("x{{parent.none}}").as_deref(), Some("parent.none"));
    assert_eq!(absent("{{lower parent.nope}}").as_deref(), Some("parent.nope"));
    assert_eq!(absent("x{{parent.owner}}"), None);
}

#[test]
fn whatever_comes_from_a_secret_is_a_secret() {
    for (text, secret) in [
        ("{{inputs.key}}", true),
        ("Bearer {{inputs.key}}", true),
        ("{{base64 (lower inputs.key)}}", true),
        ("{{default inputs.none inputs.key}}", true),
        ("{{token.access_token}}", true),
        ("{{inputs.name}} {{parent.id}}", false),
        ("{{#if inputs.key}}open{{/if}}", false),
        ("{{#if inputs.off}}{{inputs.key}}{{/if}}", false),
        ("{{#if inputs.flag}}{{inputs.key}}{{/if}}", true),
        ("plain", false),
    ] {
        let rendered = render(text, Escape::None).unwrap();
        assert_eq!(rendered.secret, secret, "{text}");
        assert_eq!(format!("{rendered:?}") == "Rendered(***)", secret, "{text}");
    }
}

#[test]
fn what_was_made_of_secrets_is_told_apart_from_what_stands_around_it() {
    for (text, made) in [
        ("Bearer {{inputs.key}} of {{inputs.name}}", &["s3cret-key"][..]),
        ("{{upper inputs.pin}}/{{base64 inputs.pin}}", &["AB1C2 short", "YWIxYzI= short"]),
        ("{{inputs.pins}}", &["q7", "417"]),
        ("{{join inputs.pins '-'}}", &["q7-417 short"]),
        ("{{upper inputs.pins.0}}", &["Q7"]),
        ("{{json inputs.pins.0}}", &["\"q7\" short"]),
        ("{{#if inputs.pin}}1{{/if}}{{#if inputs.off}}{{inputs.pin}}{{/if}}", &[]),
        ("{{default inputs.absent 'nobody'}}", &[]),
        ("{{default inputs.absent inputs.pin}}", &["ab1c2 short"]),
        // Of a long one nothing short is a form, and of a token nothing was allowed to be short.
        ("{{date inputs.day '%Y'}}", &["2024"]),
        ("{{upper token.access_token}}", &["TOK-123456"]),
        ("{{inputs.name}}", &[]),
    ] {
        let rendered = render(text, Escape::None).unwrap();
        let shown = |made: &Made| format!("{}{}", made.expose(), if made.is_short() { " short" } else { "" });
        assert_eq!(rendered.made.iter().map(shown).collect::<Vec<_>>(), made, "{text}");
        assert_eq!(rendered.secret, !made.is_empty(), "{text}");
        assert!(!format!("{:?}", rendered.made).contains(['1', '7', 'k', '4']), "{text}");
    }
}

#[test]
fn a_hole_in_a_path_is_one_segment() {
    for (text, path) in [
        ("a/{{parent.name}}/b", "a/a%20b%2Fc%3Fd/b"),
        ("a/{{{parent.name}}}/b", "a/a b/c?d/b"),
        ("{{parent.id}}", "17"),
        ("{{inputs.name}}", "Zo%C3%AB"),
        ("a/{{join batch.id ','}}", "a/1%2Ctwo"),
        ("a?x={{parent.name}}&y={{parent.empty}}", "a?x=a%20b%2Fc%3Fd&y="),
        ("a{{#if parent.none}}/{{parent.none}}{{/if}}", "a"),
        ("../up", "../up"),
        ("a/{{lower '%2E'}}", "a/%252e"),
        ("{{{inputs.url}}}/x", "https://eu.example.com:8443/base/x"),
    ] {
        assert_eq!(render(text, Escape::PathSegment).unwrap().value, json!(path), "{text}");
    }
    for (text, message) in [
        ("a/{{parent.empty}}/b", "`parent.empty` renders to nothing, which would change the path of the URL"),
        ("a/{{parent.dots}}", "`parent.dots` renders to `..`, which would change the path of the URL"),
        ("a/{{{parent.dots}}}", "`parent.dots` renders to `..`, which would change the path of the URL"),
        (
            "a/{{default parent.none '.'}}",
            "`default parent.none '.'` renders to `.`, which would change the path of the URL",
        ),
        (
            "a/.%2{{lower 'E'}}",
            "`a/.%2{{lower 'E'}}` renders to `.%2e`, which would change the path of the URL",
        ),
        (
            "a/{{{lower '%2E%2E'}}}",
            "`lower '%2E%2E'` renders to `%2e%2e`, which would change the path of the URL",
        ),
        (
            "a/{{{default parent.none 'x/../y'}}}",
            "`a/{{{default parent.none 'x/../y'}}}` renders to `..`, which would change the path of the URL",
        ),
        ("a/{{parent.none}}", "`parent.none` is null"),
        ("a/{{parent.owner}}", "`parent.owner` is an object, which has no place within text; use `json`"),
    ] {
        assert_eq!(error(text, Escape::PathSegment), message);
    }
}

#[test]
fn a_hole_in_a_host_is_one_label() {
    assert_eq!(render("{{each.kind}}", Escape::HostLabel).unwrap().value, json!("open"));
    assert_eq!(
        error("{{parent.name}}", Escape::HostLabel),
        "`parent.name` is not one label of a host name (`a b/c?d`): it takes letters, digits and `-`, 63 at most"
    );
    assert_eq!(
        error("{{upper (join inputs.ids '.')}}", Escape::HostLabel),
        "`upper (join inputs.ids '.')` is not one label of a host name (`A.2`): it takes letters, digits and `-`, 63 at most"
    );
    let secret = error("x{{base64 inputs.key}}", Escape::HostLabel);
    assert!(!secret.contains("czNj"), "{secret}");
}

#[test]
fn a_base_url_takes_holes_by_where_they_stand() {
    for (text, url) in [
        ("https://api.example.com/v1/", "https://api.example.com/v1/"),
        ("https://{{each.kind}}.example.com/{{parent.name}}/", "https://open.example.com/a%20b%2Fc%3Fd/"),
        ("https://h:{{parent.id}}/x?k={{parent.name}}", "https://h:17/x?k=a%20b%2Fc%3Fd"),
        ("{{inputs.url}}/v2", "https://eu.example.com:8443/base/v2"),
        ("{{token.instance_url}}/services", "https://na1.example.com/services"),
    ] {
        assert_eq!(render(text, Escape::BaseUrl).unwrap().value, json!(url), "{text}");
    }
    assert_eq!(
        error("{{parent.dots}}/x", Escape::BaseUrl),
        "`parent.dots` is not a URL that starts with `https://` or `http://`"
    );
    assert!(error("https://{{parent.name}}.example.com", Escape::BaseUrl).contains("is not one label"));
    assert!(error("https://a/{{parent.dots}}/", Escape::BaseUrl).contains("renders to `..`"));
}

#[test]
fn a_literal_is_known_as_one() {
    for (text, literal) in [
        ("", Some("")),
        ("plain", Some("plain")),
        (r"a \{{b}}", Some("a {{b}}")),
        ("a{{! c }}b", Some("ab")),
        ("{{inputs.name}}", None),
        ("{{lower 'A'}}", None),
        ("{{#if inputs.name}}{{/if}}", None),
    ] {
        let template = Template::parse(text).unwrap();
        assert_eq!(template.literal(), literal, "{text}");
        assert_eq!(template.is_literal(), literal.is_some());
        assert_eq!(template.text(), text);
    }
}

#[test]
fn every_path_is_a_hole_with_its_place() {
    let text = "é {{inputs.a}} {{{ parent.b.c }}} {{#if run.id}}{{date (default row.[x y] each.d) 'iso'}}{{else}}{{batch}}{{/if}}";
    let template = Template::parse(text).unwrap();
    let holes: Vec<_> =
        template.holes().iter().map(|hole| (&text[hole.range.clone()], hole.to_string(), hole.raw)).collect();
    let expected = ["inputs.a", "parent.b.c", "run.id", "row.[x y]", "each.d", "batch"];
    assert_eq!(holes, expected.map(|path| (path, path.to_owned(), path == "parent.b.c")));
    let hole = &template.holes()[1];
    assert_eq!((hole.scope, &hole.path[..]), (Scope::Parent, &["b".to_owned(), "c".to_owned()][..]));
}

/// Each fault with its rule, message, the text that it is about, and the help.
const FAULTS: &[(&str, &str, &str, &str, &str)] = &[
    ("{{inptus.a}}", "unknown-scope", "`inptus` is not a scope", "inptus.a", "did you mean `inputs.a`?"),
    (
        "{{secrets.a}}",
        "unknown-scope",
        "`secrets` is not a scope",
        "secrets.a",
        "what the person who runs the spec supplies is `inputs`, also what is secret",
    ),
    ("{{nobody.a}}", "unknown-scope", "`nobody` is not a scope", "nobody.a", SCOPES),
    (
        "{{name}}",
        "unknown-scope",
        "`name` is not a scope",
        "name",
        "say where it comes from, for example `inputs.name` or `parent.name`; the scopes are `inputs`, `parent`, `resources`, `batch`, `each`, `incremental`, `run`, `row`, `token`",
    ),
    (
        "{{inputs}}",
        "unknown-scope",
        "`inputs` alone is not a value",
        "inputs",
        "name what of it is meant: `inputs.name`",
    ),
    (
        "{{json parent}}",
        "unknown-scope",
        "`parent` alone is not a value",
        "parent",
        "name what of it is meant: `parent.name`",
    ),
    ("{{run}}", "unknown-scope", "`run` alone is not a value", "run", "name what of it is meant: `run.id`"),
    (
        "{{run.date}}",
        "unknown-scope",
        "there is no `run.date`",
        "run.date",
        "there is `run.id` and `run.started_at`",
    ),
    (
        "{{incremental.from}}",
        "unknown-scope",
        "there is no `incremental.from`",
        "incremental.from",
        "there is `incremental.start` and `incremental.end`",
    ),
    (
        "{{resources}}",
        "unknown-scope",
        "`resources` alone is not a value",
        "resources",
        "name a resource and a field of its row: `resources.lists.id`",
    ),
    (
        "{{resources.lists}}",
        "unknown-scope",
        "`resources.lists` alone is a whole row",
        "resources.lists",
        "name a field of the row: `resources.lists.id`",
    ),
    ("{{#if nope.a}}x{{/if}}", "unknown-scope", "`nope` is not a scope", "nope.a", SCOPES),
    (
        "{{lower}}",
        "helper-arguments",
        "`lower` is a helper without its arguments",
        "lower",
        "write `{{lower VALUE}}`",
    ),
    (
        "{{date parent.at}}",
        "helper-arguments",
        "`date` takes 2 or 3 arguments, not 1",
        "date",
        "write `date VALUE FORMAT [ZONE]`",
    ),
    (
        "{{join batch.id}}",
        "helper-arguments",
        "`join` takes 2 arguments, not 1",
        "join",
        "write `join LIST SEPARATOR`",
    ),
    (
        "{{lower inputs.a inputs.b}}",
        "helper-arguments",
        "`lower` takes 1 argument, not 2",
        "lower",
        "write `lower VALUE`",
    ),
    ("{{date parent.at 'ISO'}}", "helper-arguments", "`ISO` is not a format", "'ISO'", FORMATS),
    ("{{date parent.at 5}}", "helper-arguments", "5 is not a format", "5", FORMATS),
    (
        "{{date parent.at 'iso' 'Mars'}}",
        "helper-arguments",
        "`Mars` is not a time zone of the IANA database",
        "'Mars'",
        "write a name such as `Europe/Berlin`",
    ),
    (
        "{{#if}}x{{/if}}",
        "helper-arguments",
        "`{{#if}}` takes one path and nothing else",
        "{{#if}}",
        "write `{{#if inputs.name}}`",
    ),
    (
        "{{#if (lower inputs.a)}}x{{/if}}",
        "helper-arguments",
        "`{{#if}}` takes one path and nothing else",
        "{{#if (lower inputs.a)}}",
        "write `{{#if inputs.name}}`",
    ),
    (
        "{{#unless inputs.a inputs.b}}x{{/unless}}",
        "helper-arguments",
        "`{{#unless}}` takes one path and nothing else",
        "{{#unless inputs.a inputs.b}}",
        "write `{{#unless inputs.name}}`",
    ),
    (
        "{{#if true}}x{{/if}}",
        "helper-arguments",
        "`{{#if}}` takes one path and nothing else",
        "{{#if true}}",
        "write `{{#if inputs.name}}`",
    ),
    ("{{uper inputs.a}}", "unknown-helper", "`uper` is not a helper", "uper", "did you mean `upper`?"),
    ("{{lookup inputs parent.kind}}", "unknown-helper", "`lookup` is not a helper", "lookup", HELPERS),
    ("{{lookup inputs.map parent.kind}}", "unknown-helper", "`lookup` is not a helper", "lookup", HELPERS),
    ("{{log inputs.a}}", "unknown-helper", "`log` is not a helper", "log", HELPERS),
    ("{{eq inputs.a 1}}", "unknown-helper", "`eq` is not a helper", "eq", HELPERS),
    ("{{len inputs.a}}", "unknown-helper", "`len` is not a helper", "len", HELPERS),
    ("{{upper (nope inputs.a)}}", "unknown-helper", "`nope` is not a helper", "nope", HELPERS),
    (
        "{{#each inputs.ids}}{{this}}{{/each}}",
        "template-feature",
        "blocks of `each` are not in the template language",
        "{{#each inputs.ids}}",
        "a list as the whole value repeats a parameter (`\"{{inputs.ids}}\"`); `{{join inputs.ids ','}}` makes text of it",
    ),
    (
        "{{#with parent}}{{id}}{{/with}}",
        "template-feature",
        "blocks of `with` are not in the template language",
        "{{#with parent}}",
        BLOCKS,
    ),
    (
        "{{#if inputs.a}}1{{else if inputs.b}}2{{/if}}",
        "template-feature",
        "chains of `{{else if}}` are not in the template language",
        "{{#if inputs.a}}",
        "write `{{else}}{{#if …}}…{{/if}}`",
    ),
    (
        "{{> header}}",
        "template-feature",
        "partials (`{{> }}`) are not in the template language",
        "{{> header}}",
        "write the text itself; in YAML an anchor repeats a value",
    ),
    (
        "{{#> header}}x{{/header}}",
        "template-feature",
        "partials (`{{> }}`) are not in the template language",
        "{{#> header}}",
        "write the text itself; in YAML an anchor repeats a value",
    ),
    (
        "{{* decorate}}",
        "template-feature",
        "decorators (`{{* }}`) are not in the template language",
        "{{* decorate}}",
        "leave it out",
    ),
    (
        "{{#*inline \"x\"}}y{{/inline}}",
        "template-feature",
        "decorators (`{{* }}`) are not in the template language",
        "{{#*inline \"x\"}}",
        "leave it out",
    ),
    (
        "{{{{raw}}}}{{x}}{{{{/raw}}}}",
        "template-feature",
        "raw blocks (`{{{{ }}}}`) are not in the template language",
        "{{{{raw}}}}",
        "write a literal `{{` as `\\{{`",
    ),
    (
        "{{&inputs.a}}",
        "template-feature",
        "tags with `&` are not in the template language",
        "{{&inputs.a}}",
        "write `{{{inputs.a}}}`",
    ),
    (
        "a {{~inputs.a}}",
        "template-feature",
        "tags with `~` are not in the template language",
        "{{~inputs.a}}",
        "leave out the `~`, and the white space around the tag",
    ),
    (
        "{{inputs.a~}} b",
        "template-feature",
        "tags with `~` are not in the template language",
        "{{inputs.a~}}",
        "leave out the `~`, and the white space around the tag",
    ),
    (
        "{{@root.inputs.a}}",
        "template-feature",
        "variables with `@` are not in the template language",
        "@root.inputs.a",
        AT,
    ),
    ("{{@index}}", "template-feature", "variables with `@` are not in the template language", "@index", AT),
    ("{{lower @key}}", "template-feature", "variables with `@` are not in the template language", "@key", AT),
    (
        "{{../inputs.a}}",
        "template-feature",
        "paths with `../` are not in the template language",
        "../inputs.a",
        "name the scope: `parent.id`, `resources.name.id`",
    ),
    (
        "{{this}}",
        "template-feature",
        "paths with `this` are not in the template language",
        "this",
        "name the scope: `inputs`, `parent`, `each`, `row`, …",
    ),
    (
        "{{this.id}}",
        "template-feature",
        "paths with `this` are not in the template language",
        "this.id",
        "name the scope: `inputs`, `parent`, `each`, `row`, …",
    ),
    (
        "{{inputs/a}}",
        "template-feature",
        "paths with `/` are not in the template language",
        "inputs/a",
        "write dots: `parent.id`",
    ),
    (
        "{{lower value=inputs.a}}",
        "template-feature",
        "arguments with a name are not in the template language",
        "{{lower value=inputs.a}}",
        "give the arguments in their order",
    ),
    (
        "{{#if inputs.a as |x|}}x{{/if}}",
        "template-feature",
        "block parameters (`as |x|`) are not in the template language",
        "{{#if inputs.a as |x|}}",
        "leave them out",
    ),
    (
        "{{join [\"a\"] ','}}",
        "template-feature",
        "lists written out are not in the template language",
        "{{join [\"a\"] ','}}",
        "write it in YAML",
    ),
    (
        "a {{inputs.b",
        "template-syntax",
        "`{{` is never closed",
        "{{inputs.b",
        "end it with `}}`, or write a literal `{{` as `\\{{`",
    ),
    ("{{}}", "template-syntax", "`{{}}` cannot be read", "{{}}", HOLE),
    ("x {{inputs.a b}}", "template-syntax", "`{{inputs.a b}}` cannot be read", "{{inputs.a b}}", HOLE),
    ("{{inputs..a}}", "template-syntax", "`{{inputs..a}}` cannot be read", "{{inputs..a}}", HOLE),
    (
        "{{#if inputs.a}}x",
        "template-syntax",
        "`{{#if inputs.a}}` has no end",
        "{{#if inputs.a}}",
        "end it with `{{/if}}` or `{{/unless}}`",
    ),
    (
        "{{#if inputs.a}}x{{/unless}}",
        "template-syntax",
        "`{{/unless}}` belongs to no block",
        "{{/unless}}",
        OPEN,
    ),
    ("x{{/if}}", "template-syntax", "`{{/if}}` belongs to no block", "{{/if}}", OPEN),
    ("{{else}}", "template-syntax", "`{{else}}` belongs to no block", "{{else}}", OPEN),
    (
        "{{inputs.a | upper}}",
        "template-syntax",
        "`{{inputs.a | upper}}` cannot be read",
        "{{inputs.a | upper}}",
        "a filter is a helper, and comes first: `{{upper inputs.name}}`",
    ),
    (
        "{{inputs.a or 'b'}}",
        "template-syntax",
        "`{{inputs.a or 'b'}}` cannot be read",
        "{{inputs.a or 'b'}}",
        "for a value in place of nothing there is a helper: `{{default inputs.name 'all'}}`",
    ),
];

const SCOPES: &str =
    "the scopes are `inputs`, `parent`, `resources`, `batch`, `each`, `incremental`, `run`, `row`, `token`";
const HELPERS: &str =
    "the helpers are `date`, `default`, `join`, `lower`, `upper`, `base64`, `urlencode`, `json`";
const FORMATS: &str =
    "write `iso`, `date`, `unix`, `unix_ms` or a pattern of strftime such as `%Y-%m-%dT%H:%M:%S.%3fZ`";
const BLOCKS: &str = "the blocks are `{{#if path}}` and `{{#unless path}}`";
const AT: &str = "name the scope: `inputs`, `parent`, `each`, `run`, …";
const OPEN: &str = "a block begins with `{{#if path}}` or `{{#unless path}}`";
const HOLE: &str =
    "write a path (`{{parent.id}}`) or a helper with its arguments (`{{date parent.at 'iso'}}`)";

#[test]
fn faults_say_what_and_where() {
    for (text, rule, message, found, help) in FAULTS {
        let faults = Template::parse(text).expect_err(text);
        let fault = &faults[0];
        assert_eq!((fault.rule, fault.message.as_str()), (*rule, *message), "{text}");
        assert_eq!(&text[fault.range.clone()], *found, "{text}");
        assert_eq!(fault.help.as_deref(), Some(*help), "{text}");
    }
}

#[test]
fn the_word_that_was_meant_is_told_with_its_place() {
    for (text, meant) in [
        ("é{{inptus.a}}", Some(("inptus", "inputs"))),
        ("{{uper inputs.a}}", Some(("uper", "upper"))),
        ("{{inptus}}", None),
        ("{{[inptus].a}}", None),
        ("{{nope inputs.a}}", None),
        ("{{secrets.a}}", None),
    ] {
        let fault = Template::parse(text).unwrap_err().remove(0);
        let found = fault.meant.as_ref().map(|(range, word)| (&text[range.clone()], word.as_str()));
        assert_eq!(found, meant, "{text}");
    }
}

#[test]
fn all_faults_are_told_at_once() {
    let text =
        "{{inptus.a}} {{> p}} {{lower}} {{#each inputs.a}}{{x}}{{/each}}{{#if y.z}}{{uper row.a}}{{/if}}";
    let faults = Template::parse(text).unwrap_err();
    let found: Vec<_> = faults.iter().map(|fault| &text[fault.range.clone()]).collect();
    assert_eq!(found, ["inptus.a", "{{> p}}", "lower", "{{#each inputs.a}}", "y.z", "uper"]);
}

#[test]
fn templates_end_somewhere() {
    let deep = format!("{{{{lower {}'x'{}}}}}", "(lower ".repeat(200), ")".repeat(200));
    assert_eq!(Template::parse(&deep).unwrap_err()[0].message, "blocks and parentheses nest deeper than 16");
    let blocks = format!("{}{}", "{{#if inputs.a}}".repeat(40), "{{/if}}".repeat(40));
    assert_eq!(
        Template::parse(&blocks).unwrap_err()[0].message,
        "blocks and parentheses nest deeper than 16"
    );
    let long = "x".repeat(70_000);
    assert_eq!(
        Template::parse(&long).unwrap_err()[0].message,
        "a template of 70000 bytes is too long: 65536 at most"
    );
}

proptest! {
    #[test]
    fn parsing_never_panics_and_faults_are_within(text in ".{0,60}") {
        if let Err(faults) = Template::parse(&text) {
            prop_assert!(!faults.is_empty());
            for fault in faults {
                prop_assert!(text.get(fault.range).is_some());
            }
        }
    }

    #[test]
    fn parsing_tags_never_panics(parts in prop::collection::vec(part(), 0..12)) {
        let text = parts.concat();
        if let Err(faults) = Template::parse(&text) {
            for fault in faults {
                prop_assert!(text.get(fault.range).is_some());
            }
        }
    }

    #[test]
    fn rendering_leaves_no_hole(before in "[^{\\\\]{0,12}", after in "[^{\\\\]{0,12}", value in "[^{}]{0,12}") {
        let row = json!({"v": value});
        let scopes = Scopes { row: Some(&row), ..Scopes::default() };
        let template = Template::parse(&format!("{before}{{{{row.v}}}}{after}{{{{json row.v}}}}")).unwrap();
        let rendered = template.render(&scopes, Escape::None).unwrap().value;
        let expected = format!("{before}{value}{after}{}", json!(value));
        prop_assert_eq!(rendered.as_str(), Some(expected.as_str()));
        prop_assert!(!expected.contains("{{"));
    }

    #[test]
    fn text_without_holes_is_itself(text in "[^{\\\\]{0,40}") {
        let template = Template::parse(&text).unwrap();
        prop_assert_eq!(template.literal(), Some(text.as_str()));
    }

    #[test]
    fn a_segment_reads_back_as_the_value(value in ".{1,20}") {
        let row = json!({"v": value});
        let scopes = Scopes { row: Some(&row), ..Scopes::default() };
        let template = Template::parse("a/{{row.v}}/b").unwrap();
        match template.render(&scopes, Escape::PathSegment) {
            Err(error) => prop_assert!(value == "." || value == "..", "{error}"),
            Ok(rendered) => {
                let path = rendered.value.as_str().unwrap().to_owned();
                let segments: Vec<_> = path.split('/').collect();
                prop_assert_eq!(segments.len(), 3);
                let decoded = percent_encoding::percent_decode_str(segments[1]).decode_utf8().unwrap();
                prop_assert_eq!(decoded, value);
            }
        }
    }
}

fn part() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ a-z.(){}'\"~#/^\\\\@\\[\\]|=!&>*-]{0,6}",
        prop::sample::select(vec![
            "{{",
            "}}",
            "{{{",
            "}}}",
            "{{#if ",
            "{{/if}}",
            "{{else}}",
            "{{else if ",
            "{{#unless inputs.a}}",
            "{{/unless}}",
            "{{~",
            "~}}",
            "{{!--",
            "--}}",
            "{{! ",
            "{{> ",
            "{{#> ",
            "{{* ",
            "{{#*inline ",
            "{{{{",
            "}}}}",
            "{{{{/",
            "\\{{",
            "\\\\{{",
            "inputs.a",
            "lower ",
            "(lower ",
            ") ",
            " 'x' ",
            "as |x|",
            "@root",
            "../",
            "[a b]",
            "é",
            "\n",
        ])
        .prop_map(str::to_owned),
    ]
}
