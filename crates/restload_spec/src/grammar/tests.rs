use restload_diag::{Pointer, Source};

use super::*;

fn document(text: &str) -> Document {
    Document::parse(Source::new("a.yaml", text)).0
}

fn at(place: &str) -> Pointer {
    place.parse().unwrap()
}

fn titles(text: &str, place: &str) -> Vec<&'static str> {
    Grammar::at(&document(text), &at(place)).iter().map(MapKind::title).collect()
}

fn keys(kind: MapKind) -> Vec<&'static str> {
    kind.keys().iter().map(|key| key.name).collect()
}

fn value(text: &str, place: &str) -> ValueFacts {
    Grammar::value_at(&document(text), &at(place)).unwrap()
}

fn texts(words: &[Word]) -> Vec<&'static str> {
    words.iter().map(|word| word.text).collect()
}

#[test]
fn a_map_that_says_its_type_is_of_that_kind_alone() {
    let text = "client: {auth: {type: basic}}\ndefaults: {paginator: {type: cursor}}";
    assert_eq!(titles(text, "/client/auth"), ["an auth of type `basic`"]);
    assert_eq!(titles(text, "/defaults/paginator"), ["a paginator of type `cursor`"]);
    assert_eq!(titles(text, "/client"), ["`client`"]);
    assert_eq!(titles(text, ""), ["a spec"]);
}

#[test]
fn a_map_that_does_not_say_its_type_yet_may_be_of_any_kind() {
    for text in [
        "client: {auth: {token: x}}",
        "client: {auth: {type: oaut}}",
        "client: {auth: }",
        "client:",
        "",
        "a: [",
    ] {
        let kinds = Grammar::at(&document(text), &at("/client/auth"));
        let tags: Vec<_> = kinds.iter().filter_map(MapKind::tag).collect();
        assert_eq!(tags, ["none", "bearer", "api_key", "basic", "oauth2", "session"], "{text}");
    }
}

#[test]
fn a_place_that_the_language_does_not_know_has_no_maps_and_no_facts() {
    let text = "client: {colour: {a: 1}, base_url: x}\ndefaults: {path: x}";
    for place in
        ["/client/colour", "/client/colour/a", "/client/base_url/x", "/defaults/path", "/resources/0/3"]
    {
        assert_eq!(titles(text, place), Vec::<&str>::new(), "{place}");
    }
    assert_eq!(Grammar::value_at(&document(text), &at("/client/colour")), None);
    assert_eq!(titles(text, "/client/base_url"), Vec::<&str>::new());
}

#[test]
fn names_that_the_author_chooses_are_told_from_keys() {
    let text = "resources: {notes: {json: {a: [{b: 1}]}, for_each: {x: [{y: 1}]}}}";
    let free = [
        "/inputs",
        "/resources",
        "/resources/notes/params",
        "/resources/notes/headers",
        "/resources/notes/json",
        "/resources/notes/json/a/0",
        "/resources/notes/form",
        "/resources/notes/columns",
        "/resources/notes/add",
        "/resources/notes/for_each",
        "/resources/notes/for_each/x/0",
        "/defaults/params",
    ];
    for place in free {
        let kinds = Grammar::at(&document(text), &at(place));
        assert!(kinds.len() == 1 && kinds[0].is_free() && kinds[0].keys().is_empty(), "{place}: {kinds:?}");
        assert!(kinds[0].entry().is_some(), "{place}");
    }
    let resources = &Grammar::at(&document(text), &at("/resources"))[0];
    assert_eq!(resources.entry().unwrap().maps[0].title(), "a resource");
    for kind in Grammar::all() {
        assert!(!kind.is_free() && kind.entry().is_none() && !kind.keys().is_empty(), "{kind:?}");
    }
}

#[test]
fn keys_stand_in_the_order_of_the_types() {
    let spec = keys(Grammar::at(&document(""), &Pointer::root())[0]);
    let first =
        ["version", "name", "title", "description", "docs", "inputs", "client", "defaults", "resources"];
    assert_eq!(spec[..first.len()], first);
    let cursor =
        Grammar::at(&document("defaults: {paginator: {type: cursor}}"), &at("/defaults/paginator"))[0];
    assert_eq!(keys(cursor)[..5], ["type", "next", "param", "start", "size_param"]);
}

#[test]
fn a_key_says_what_an_author_needs_to_know() {
    let client = &Grammar::at(&document(""), &at("/client"))[0];
    let concurrency = client.key("concurrency").unwrap();
    assert!(concurrency.doc.starts_with("How many requests"), "{}", concurrency.doc);
    assert!(!concurrency.doc.contains("```"));
    assert_eq!(concurrency.default, Some("8"));
    assert_eq!(concurrency.example, Some("concurrency: 4"));
    assert_eq!(concurrency.takes, "a whole number from 1 to 1000 or a template");
    assert!(!concurrency.required && !concurrency.may_be_null);
    assert!(client.key("base_url").unwrap().required);
    assert_eq!(client.key("colour"), None);
    assert_eq!(texts(&client.key("allow_http").unwrap().words), ["true", "false"]);

    let resource = &Grammar::at(&document(""), &at("/resources/notes"))[0];
    assert!(resource.key("primary_key").unwrap().may_be_null);
    assert_eq!(resource.key("paginator").unwrap().maps.len(), 7);
    assert_eq!(resource.key("json").unwrap().takes, "any value");
    assert_eq!(Grammar::at(&document(""), &Pointer::root())[0].key("version").unwrap().words[0].text, "1");
}

#[test]
fn every_key_is_explained_and_shown() {
    let mut count = 0;
    for kind in Grammar::all() {
        for key in kind.keys() {
            assert!(!key.doc.is_empty(), "{kind:?} {}", key.name);
            let told_apart = key.name == "type" && kind.tag().is_some();
            assert!(told_apart || key.example.is_some(), "{kind:?} {}", key.name);
            assert!(!key.takes.is_empty() && key.takes != "another value", "{kind:?} {}", key.name);
            count += 1;
        }
    }
    assert!(count > 100, "{count}");
}

#[test]
fn a_value_knows_its_words_and_its_kinds() {
    let paginator = value("", "/defaults/paginator");
    assert_eq!(texts(&paginator.words), ["auto", "single_page", "page_number", "offset", "header_link"]);
    assert_eq!(paginator.words[2].doc, "Pages are counted.");
    assert_eq!(
        paginator.kinds,
        ["auto", "single_page", "page_number", "offset", "cursor", "header_link", "json_link"]
    );
    assert_eq!(paginator.example, Some("paginator: {type: cursor, next: meta.next_cursor}"));
    let short: Vec<_> =
        paginator.maps.iter().filter(|map| map.has_short_form()).filter_map(MapKind::tag).collect();
    assert_eq!(short, texts(&paginator.words));

    assert_eq!(
        texts(&value("client: {auth: {type: api_key}}", "/client/auth/in").words),
        ["header", "query", "cookie"]
    );
    assert_eq!(value("", "/client/auth/in").words[1].doc.split(' ').next(), Some("In"));
    assert_eq!(
        texts(&value("", "/client/auth/type").words),
        ["none", "bearer", "api_key", "basic", "oauth2", "session"]
    );
    assert_eq!(texts(&value("", "/inputs/since/type").words)[..2], ["string", "integer"]);
    assert_eq!(value("", "/resources/n/columns/a").words.len(), 7);
    assert_eq!(texts(&value("", "/resources/n/nested").words), ["keep", "json"]);
    assert!(value("", "/resources/n/drop/0").takes.contains("text"));
}

#[test]
fn of_some_keys_exactly_one_is_said() {
    let total = value("", "/resources/n/total").maps[0];
    assert_eq!((total.title(), total.one_of()), ("a place in an answer", vec!["header", "row"]));
    let test = value("", "/defaults/paginator/has_more").maps[0];
    assert_eq!(
        (keys(test), test.one_of()),
        (vec!["path", "header", "row", "equals"], vec!["path", "header", "row"])
    );
    assert_eq!(value("", "").maps[0].one_of(), Vec::<&str>::new());
}

#[test]
fn all_maps_are_given_once_a_map_before_those_in_it() {
    let titles: Vec<_> = Grammar::all().iter().map(MapKind::title).collect();
    let place = |title: &str| titles.iter().position(|known| *known == title).unwrap();
    for (outer, inner) in [
        ("a spec", "an input"),
        ("an input", "`client`"),
        ("`client`", "an auth of type `none`"),
        ("`client`", "`retry`"),
        ("`retry`", "`timeout`"),
        ("`defaults`", "a paginator of type `offset`"),
        ("`defaults`", "a resource"),
    ] {
        assert!(place(outer) < place(inner), "{outer} {inner}");
    }
    let mut once = titles.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), titles.len());
    for map in Shape::closed_maps() {
        assert!(titles.contains(&map.title.as_deref().unwrap()), "{:?}", map.title);
    }
    assert!(titles.contains(&"`write_disposition`"));
}
