use serde_json::{Value, json};

use super::*;

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn selected(path: &str, value: &Value) -> String {
    Value::Array(Path::parse(path).unwrap().select(value).into_iter().cloned().collect()).to_string()
}

#[test]
fn the_short_form_is_names_joined_by_dots() {
    for (text, long) in [
        ("items", "$.items"),
        ("data.items", "$.data.items"),
        ("next-page._links", "$['next-page']._links"),
        ("a1.b-2", "$['a1']['b-2']"),
    ] {
        let path = Path::parse(text).unwrap();
        assert_eq!(path, Path::parse(long).unwrap());
        assert_eq!(path.text(), text);
        assert_eq!(path.steps(), Path::parse(long).unwrap().steps());
        assert!(path.is_singular());
    }
}

#[test]
fn steps_are_there_for_keys_indices_and_wildcards_only() {
    let key = |name: &str| Step::Key(name.to_owned());
    for (text, steps) in [
        ("$", Some(vec![])),
        ("$.a['b c'].d", Some(vec![key("a"), key("b c"), key("d")])),
        ("$.a[0][*]", Some(vec![key("a"), Step::Index(0), Step::Wildcard])),
        ("$.*", Some(vec![Step::Wildcard])),
        (r"$['it\'s']", Some(vec![key("it's")])),
        (r#"$["\u00e9"]"#, Some(vec![key("é")])),
        ("$.a[-1]", None),
        ("$.a[0,1]", None),
        ("$.a[0:2]", None),
        ("$..a", None),
        ("$.a[?@.b]", None),
    ] {
        assert_eq!(Path::parse(text).unwrap().steps().map(<[Step]>::to_vec), steps, "{text}");
    }
    assert_eq!(Path::root(), Path::parse("$").unwrap());
}

#[test]
fn a_singular_path_matches_at_most_once() {
    for (text, singular) in [
        ("$", true),
        ("a.b", true),
        ("$.a[-1].b", true),
        ("$.a[*]", false),
        ("$['a','b']", false),
        ("$..a", false),
    ] {
        assert_eq!(Path::parse(text).unwrap().is_singular(), singular, "{text}");
    }
}

const STORE: &str = r#"{
    "b": [{"id": 3, "tags": ["x"], "price": 1.10}, {"id": 1, "tags": [], "price": 1.1}, {"id": 2, "price": null}],
    "a": {"id": 4, "b": {"id": 5}, "name": "Zoë", "price": "9"},
    "limit": 1.1, "big": [9007199254740993, 9007199254740992, 123456789012345678901234567890, 1e400],
    "nested": [[1, 2], [3], []], "odd key": {"@odata.nextLink": "n"}
}"#;

/// Selected by this crate and by another implementation of RFC 9535, which must agree.
#[test]
fn paths_select_what_another_implementation_selects() {
    let store = value(STORE);
    for path in [
        "$",
        "$.*",
        "$.b[*].id",
        "$.b[0]",
        "$.b[-1].id",
        "$.b[-4]",
        "$.b[0].id.x",
        "$.b.id",
        "$[0]",
        "$.a['id']",
        "$['odd key']['@odata.nextLink']",
        "$..id",
        "$..*",
        "$.nested..[0]",
        "$.nested[*][*]",
        "$.b[0,2].id",
        "$.b[2,0,0].id",
        "$['limit','a']['id']",
        "$.b[*]['price','id']",
        "$..['id','price']",
        "$.b[1:]",
        "$.b[:2].id",
        "$.b[::-1].id",
        "$.b[-2:].id",
        "$.b[5:1:-1].id",
        "$.b[0:3:2].id",
        "$.b[1:1]",
        "$.b[::0]",
        "$.nested[0][-1:-9:-1]",
        "$.b[?@.tags]",
        "$.b[?!@.tags].id",
        "$.b[?@.price == null].id",
        "$.b[?@.price != null].id",
        "$.b[?@.id > 1].id",
        "$.b[?@.id >= 1 && @.id < 3].id",
        "$.b[?(@.id == 1 || @.id == 3) && !(@.id == 3)].id",
        "$.b[?@.price == $.limit].id",
        "$.b[?@.nope == @.other].id",
        "$.b[?@.nope < 1].id",
        "$.a[?@ == 'Zoë']",
        "$.a[?@.id]",
        "$.nested[?@[?@ > 2]]",
        "$.nested[?count(@[*]) > 1]",
        "$.nested[?length(@) == 0]",
        "$.b[?length(@.tags) == 1].id",
        "$.a[?length(@) == 3]",
        "$.a[?match(@, 'Z.*')]",
        "$.a[?search(@, 'o')]",
        "$.b[?value(@..id) == 2].id",
        "$.b[?@.tags == $.nested[2]].id",
        "$ .b [0] .id",
    ] {
        let theirs = serde_json_path::JsonPath::parse(path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let theirs: Vec<&Value> = theirs.query(&store).all();
        let ours = Path::parse(path).unwrap_or_else(|fault| panic!("{path}: {fault}"));
        assert_eq!(ours.select(&store), theirs, "{path}");
        assert_eq!(ours.first(&store), theirs.first().copied(), "{path}");
    }
}

#[test]
fn numbers_in_filters_are_compared_by_all_their_digits() {
    let store = value(STORE);
    for (path, expected) in [
        ("$.b[?@.price == 1.1].id", "[3,1]"),
        ("$.b[?@.price == 1.100].id", "[3,1]"),
        ("$.big[?@ == 9007199254740991]", "[]"),
        ("$.big[?@ > $.big[1]]", "[9007199254740993,123456789012345678901234567890,1e+400]"),
        (
            "$.big[?@ > 9007199254740991]",
            "[9007199254740993,9007199254740992,123456789012345678901234567890,1e+400]",
        ),
        ("$.big[?@ == $.big[2]]", "[123456789012345678901234567890]"),
    ] {
        assert_eq!(selected(path, &store), expected, "{path}");
    }
    assert_eq!(selected("$[?@.n < 1e-20]", &value(r#"[{"n": 1e-19}, {"n": 1e-21}]"#)), r#"[{"n":1e-21}]"#);
}

#[test]
fn a_union_selects_node_by_node() {
    let rows = json!([{"a": 1, "b": 2}, {"a": 3, "b": 4}]);
    assert_eq!(selected("$[*]['b','a']", &rows), "[2,1,4,3]");
}

#[test]
fn keys_match_objects_and_indices_lists() {
    let value = json!({"list": ["x"], "map": {"0": "y"}});
    for (path, found) in [
        ("$.list[0]", r#"["x"]"#),
        ("$.list['0']", "[]"),
        ("$.map['0']", r#"["y"]"#),
        ("$.map[0]", "[]"),
        ("$.map[-1]", "[]"),
        ("$.map[0:1]", "[]"),
    ] {
        assert_eq!(selected(path, &value), found, "{path}");
    }
}

#[test]
fn faults_say_what_was_probably_meant() {
    let neither = |text: &str| format!("`{text}` is neither names joined by dots nor JSONPath");
    let not = |text: &str| format!("`{text}` is not JSONPath");
    for (text, message, range, path) in [
        ("$.a-b", not("$.a-b"), 3..5, "$['a-b']"),
        ("$.data.total-count.x", not("$.data.total-count.x"), 12..20, "$.data['total-count'].x"),
        ("$.@odata.nextLink", not("$.@odata.nextLink"), 1..17, "$['@odata.nextLink']"),
        ("@odata.nextLink", neither("@odata.nextLink"), 0..15, "$['@odata.nextLink']"),
        ("data.items[]", neither("data.items[]"), 10..12, "data.items"),
        ("data.items[].id", neither("data.items[].id"), 10..15, "$.data.items[*].id"),
        ("data.items[*]", neither("data.items[*]"), 10..13, "$.data.items[*]"),
        ("$.items[]", not("$.items[]"), 7..9, "$.items"),
        ("data[0].id", neither("data[0].id"), 4..10, "$.data[0].id"),
        ("data['items']", neither("data['items']"), 4..13, "data.items"),
        (".items", neither(".items"), 0..6, "items"),
        (".data.items", neither(".data.items"), 0..11, "data.items"),
        (".[\"odd key\"]", neither(".[\"odd key\"]"), 0..12, "$[\"odd key\"]"),
        (".items[]", neither(".items[]"), 0..8, "items"),
        ("@.id", neither("@.id"), 0..4, "id"),
        ("data/items", neither("data/items"), 4..10, "data.items"),
        ("/data/items/0", neither("/data/items/0"), 0..13, "$.data.items[0]"),
        ("/", neither("/"), 0..1, "$"),
        (".", neither("."), 0..1, "$"),
        ("$items", not("$items"), 1..6, "$.items"),
        ("$.a[b]", not("$.a[b]"), 3..6, "$.a.b"),
        ("$.1st", not("$.1st"), 1..5, "$['1st']"),
        ("$..a-b", not("$..a-b"), 4..6, "$..['a-b']"),
        ("$.a[?(@.b = 'c')]", not("$.a[?(@.b = 'c')]"), 0..17, "$.a[?(@.b == 'c')]"),
        ("$.a[?@.b === 1 and @.c]", not("$.a[?@.b === 1 and @.c]"), 0..23, "$.a[?@.b == 1 && @.c]"),
    ] {
        let fault = Path::parse(text).unwrap_err();
        let help = Some(format!("write `{path}`"));
        assert_eq!(fault, PathFault { message, range, help, meant: Some(path.to_owned()) }, "{text}");
        assert!(Path::parse(path).is_ok(), "{path}");
    }
}

#[test]
fn what_may_mean_several_things_is_not_said_to_mean_one() {
    for (text, help) in [
        ("", "`$` is the whole body"),
        ("{{inputs.path}}", "write the path itself: names joined by dots, `data.items`"),
        ("total count", "write `$['total count']`"),
        ("$.a[b c]", "write `$.a['b c']`"),
        ("data.0.id", "write `$.data[0].id`"),
        ("$.data.0", "write `$.data[0]`"),
        ("data..items", "write `$.data..items`"),
        (".items | length", "a path has no `|`: what a program does with a row goes under `transform`"),
    ] {
        let fault = Path::parse(text).unwrap_err();
        assert_eq!((fault.help.as_deref(), fault.meant), (Some(help), None), "{text}");
    }
}

#[test]
fn functions_stand_in_filters_only_and_are_those_of_the_rfc() {
    for (text, range, path) in [("$.items.length()", 7..16, "$.items"), ("items.length()", 5..14, "items")] {
        let fault = Path::parse(text).unwrap_err();
        assert_eq!(fault.message, "a path does not call a function, and `.length()` does");
        assert_eq!((fault.range, fault.meant.as_deref()), (range, Some(path)));
    }
    let fault = Path::parse("$.a[?in(@.b, $.c)]").unwrap_err();
    assert_eq!(fault.message, "`in` is not a function of JSONPath");
    let fault = Path::parse("$.a[?length(@.b)]").unwrap_err();
    assert_eq!(fault.message, "`length` gives a value, which is not a condition");
    assert_eq!(fault.help.as_deref(), Some("compare it, for example `?length(@.items) > 0`"));
}

#[test]
fn paths_end_somewhere() {
    let long = format!("$.{}", "a".repeat(3_000));
    assert_eq!(Path::parse(&long).unwrap_err().message, "a path of 3002 bytes is too long: 2000 at most");
    for deep in [format!("$[?{}", "length(".repeat(9)), format!("$[?{}@", "(".repeat(60))] {
        let fault = Path::parse(&deep).unwrap_err();
        assert_eq!(fault.message, "brackets nest deeper than 32, or functions deeper than 3");
    }
    for long in ["a/".repeat(500_000), ".".repeat(1_000_000), "[".repeat(1_000_000)] {
        assert!(Path::parse(&long).is_err());
    }
    assert!(Path::parse("$[?length(value(@..a)) > 1]").is_ok());
}

#[test]
fn what_cannot_be_repaired_names_both_forms() {
    for text in ["$.", "$[", "a..", "$.a[?@.b ===", "$.a[?@ == 123456789012345678901]"] {
        let fault = Path::parse(text).unwrap_err();
        assert!(fault.help.is_some_and(|help| help.starts_with("write names joined by dots")), "{text}");
        assert!(fault.range.end <= text.len());
    }
}

proptest::proptest! {
    #[test]
    fn parsing_never_panics(text in r"[\$\.a-c0-9\[\]\*\?@'\-:, ()=<&|!éß]{0,24}") {
        let _ = Path::parse(&text);
    }

    #[test]
    fn any_text_is_a_path_or_a_fault_within_it(text in ".{0,40}") {
        if let Err(fault) = Path::parse(&text) {
            assert!(text.get(fault.range).is_some());
        }
    }
}

#[test]
fn a_wildcard_over_something_empty_has_a_place() {
    for (path, text, has) in [
        ("$.data[*]", r#"{"data": []}"#, true),
        ("$.data[*]", r#"{"data": {}}"#, true),
        ("$.data[*].items[*]", r#"{"data": []}"#, true),
        ("$.data[*].items[*]", r#"{"data": [{"items": []}]}"#, true),
        ("$.data[*].items[*]", r#"{"data": [{"other": []}]}"#, false),
        ("$..items[*]", r#"{"data": {"items": []}}"#, true),
        ("$..items[*]", r#"{"data": {"others": []}}"#, false),
        ("$.data[*]", r#"{"rows": []}"#, false),
        ("data", r#"{"data": null}"#, true),
    ] {
        assert_eq!(Path::parse(path).unwrap().has_place(&value(text)), has, "{path} in {text}");
    }
}

#[test]
fn a_path_comes_to_one_value_only_so_often() {
    for path in [
        "$..a..b..c",
        "$..['a','b','c']",
        "$[?@..a && @..b && @..c && @..d]",
        "$[?@..a[?@..b]]..c",
        "$['a','b','c','d','e','f','g','h','i','j','k','l']['a','b','c','d']",
    ] {
        assert!(Path::parse(path).is_ok(), "{path}");
    }
    for path in [
        "$..*..*..*..*",
        "$..[?@..[?@..[?@..a]]]",
        "$[?@..[?@..a[?count(@..b) > length(value(@..c[?@..d]))]]]",
        &format!("${}", "[*,*]".repeat(13)),
        &format!("$[?@{}]", "[0,0]".repeat(13)),
    ] {
        let fault = Path::parse(path).unwrap_err();
        assert_eq!(
            fault.message, "`..` and lists of names, as many as here, find one value again and again",
            "{path}"
        );
    }
}
