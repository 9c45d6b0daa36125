//! Hover, definition, references, symbols, formatting.

use serde_json::{Value, json};

use crate::client::{Client, Marked, at_range, edited};
use crate::shelf;

/// What is shown over the first mark.
fn hover(more: &str) -> String {
    let (mut client, marked) = shelf(more);
    let said = client.ask_at("textDocument/hover", "shelf.yaml", &marked.places[0]);
    said["contents"]["value"].as_str().unwrap_or_default().to_owned()
}

/// What is shown over a place of the head.
fn hover_in_head(what: &str) -> String {
    let (mut client, marked) = shelf("");
    let at = marked.text.find(what).unwrap() + what.find('^').unwrap_or(1);
    let position = crate::client::position(&marked.text, at);
    client.ask_at("textDocument/hover", "shelf.yaml", &position)["contents"]["value"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn a_key_shows_its_documentation() {
    let said = hover("  books: {path: books, pagi▮nator: offset}\n");
    assert!(said.starts_with("**`paginator`**"), "{said}");
    assert!(
        said.contains("How the next page is asked for") && said.contains("```yaml\npaginator:"),
        "{said}"
    );
    assert!(hover_in_head("base_url").contains("(required)"));
}

#[test]
fn a_kind_shows_its_own_documentation() {
    let short = hover("  books: {path: books, paginator: off▮set}\n");
    assert!(short.starts_with("**`offset`**"), "{short}");
    let long = hover("  books: {path: books, paginator: {type: cur▮sor, next: x}}\n");
    assert!(long.starts_with("**`cursor`**") && long.contains("It needs `next`."), "{long}");
}

#[test]
fn a_hole_shows_values_of_the_sample() {
    let said =
        hover("  books: {parent: authors, path: \"authors/{{parent.▮id}}/books\", paginator: offset}\n");
    assert!(said.contains("`7`, `8`") && said.contains("samples/shelf/authors.json"), "{said}");
    assert!(said.contains("With the first row of the sample: `authors/7/books`"), "{said}");
    let deep = hover(
        "  books: {parent: authors, path: \"x/{{resources.authors.home.▮city}}\", paginator: offset}\n",
    );
    assert!(deep.contains("`\"Paris\"`, `\"London\"`"), "{deep}");
    let own = hover("  books: {parent: authors, data_selector: $, add: {x: \"{{row.▮name}}\"}}\n");
    assert!(own.contains("Émile"), "{own}");
    let none = hover("  books: {parent: authors, path: \"x/{{parent.▮gone}}\", paginator: offset}\n");
    assert!(none.contains("No row of"), "{none}");
}

#[test]
fn an_input_shows_how_it_is_declared_and_no_secret() {
    let said = hover_in_head("inputs.api_key");
    assert!(said.contains("The key of the account") && said.contains("secret"), "{said}");
    let (mut client, marked) = shelf("");
    let text = marked.text.replace("{secret: true,", "{secret: true, default: 01234567,");
    client.change("shelf.yaml", json!([{"text": text}]));
    let at = crate::client::position(&text, text.find("inputs.api_key").unwrap());
    let said = client.ask_at("textDocument/hover", "shelf.yaml", &at).to_string();
    assert!(said.contains("has a default") && !said.contains("01234567"), "{said}");
    let region = hover_in_head("inputs.region");
    assert!(region.contains("default `\"eu\"`") && region.contains("[\"eu\",\"us\"]"), "{region}");
    let token = hover("  books: {parent: authors, path: \"x/{{parent.api_▮token}}\", paginator: offset}\n");
    assert!(token.contains("***") && !token.contains("abc"), "{token}");
}

#[test]
fn a_name_shows_what_it_names() {
    let parent = hover("  books: {parent: aut▮hors, path: \"x/{{parent.id}}\", paginator: offset}\n");
    assert!(parent.contains("Who wrote") && parent.contains("`GET authors`"), "{parent}");
    assert!(
        parent.contains("2 rows in `samples/shelf/authors.json`") && parent.contains("parent of `books`"),
        "{parent}"
    );
    let helper = hover("  books: {path: \"x/{{da▮te run.started_at 'iso'}}\", paginator: offset}\n");
    assert!(helper.contains("date VALUE FORMAT"), "{helper}");
    let selector = hover_in_head("data.items");
    assert!(selector.contains("2 rows in"), "{selector}");
    let rule = hover("lint:\n  no-to▮tal: {level: allow, reason: x}\n");
    assert!(rule.starts_with("# no-total"), "{rule}");
}

#[test]
fn nothing_is_shown_over_comments_and_blanks() {
    assert_eq!(hover("  # no▮te\n  books: {path: books}\n"), "");
    assert_eq!(hover("  books:\n    path: books\n\n▮\n"), "");
}

#[test]
fn hover_works_beside_what_is_being_written() {
    let said = hover("  books:\n    pa▮th: \"{{\n");
    assert!(said.starts_with("**`path`**"), "{said}");
}

fn definition(marked: &str) -> String {
    let (mut client, marked) = shelf(marked);
    let found = client.ask_at("textDocument/definition", "shelf.yaml", &marked.places[0]);
    if found.is_null() { String::new() } else { at_range(&marked.text, &found["range"]).to_owned() }
}

#[test]
fn names_lead_to_where_they_are_declared() {
    assert_eq!(definition("  books: {parent: aut▮hors}\n"), "authors");
    assert_eq!(definition("  books: {parent: {resource: aut▮hors}}\n"), "authors");
    assert_eq!(definition("  books: {parent: authors, path: \"{{par▮ent.id}}\"}\n"), "authors");
    assert_eq!(definition("  books: {parent: authors, path: \"{{resources.auth▮ors.id}}\"}\n"), "authors");
    assert_eq!(definition("  books: {path: \"{{inputs.reg▮ion}}\"}\n"), "region");
    assert_eq!(definition("  books: {for_each: {x: [1]}, path: \"{{each.▮x}}\"}\n"), "x");
    assert_eq!(definition("  books: {path: &there books}\n  b: {path: *the▮re}\n"), "books");
    assert_eq!(definition("  books: {parent: no▮body}\n"), "");
}

#[test]
fn a_sample_leads_to_its_file() {
    let (mut client, marked) = shelf("  books: {path: b, sample: samples/shelf/▮authors.json}\n");
    let found = client.ask_at("textDocument/definition", "shelf.yaml", &marked.places[0]);
    assert!(found["uri"].as_str().unwrap().ends_with("/samples/shelf/authors.json"), "{found}");
}

#[test]
fn references_are_all_places_that_name_an_input_or_resource() {
    let more =
        "  books: {parent: aut▮hors, path: \"{{parent.id}}/{{inputs.region}}\"}\n  b: {parent: authors}\n";
    let (mut client, marked) = shelf(more);
    let found = client.ask_at("textDocument/references", "shelf.yaml", &marked.places[0]);
    let said = |found: &Value| -> Vec<String> {
        let places = found.as_array().unwrap().iter();
        places.map(|place| at_range(&marked.text, &place["range"]).to_owned()).collect()
    };
    assert_eq!(said(&found), ["authors", "authors", "parent", "authors"]);
    let at = crate::client::position(&marked.text, marked.text.find("region:").unwrap());
    let found = client.ask_at("textDocument/references", "shelf.yaml", &at);
    assert_eq!(said(&found), ["region", "region", "region"]);
}

#[test]
fn symbols_are_inputs_and_resources() {
    let (mut client, marked) = shelf("  books: {parent: authors, data_selector: $}\n");
    let params = json!({"textDocument": {"uri": client.uri("shelf.yaml")}});
    let found = client.request("textDocument/documentSymbol", params).unwrap();
    let names = |list: &Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&found), ["inputs", "client", "resources"]);
    assert_eq!(names(&found[2]["children"]), ["authors", "books"]);
    assert_eq!(found[2]["children"][1]["detail"], "of authors");
    assert_eq!(at_range(&marked.text, &found[2]["children"][0]["selectionRange"]), "authors");
    assert!(at_range(&marked.text, &found[2]["children"][0]["range"]).ends_with("meta.next}"));
}

#[test]
fn formatting_puts_keys_in_the_order_of_the_reference() {
    let mut client = Client::start();
    let text = "name: shelf\nversion: 1\nclient: {base_url: https://a.example}\nresources: {é: {path: a}}\n";
    client.open("shelf.yaml", text);
    let params = json!({"textDocument": {"uri": client.uri("shelf.yaml")}, "options": {"tabSize": 2, "insertSpaces": true}});
    let edits = client.request("textDocument/formatting", params.clone()).unwrap();
    let sorted = edited(text, &edits);
    assert!(sorted.starts_with("version: 1\nname: shelf\n"), "{sorted}");
    client.change("shelf.yaml", json!([{"text": sorted}]));
    assert_eq!(client.request("textDocument/formatting", params.clone()).unwrap(), json!([]));
    client.change("shelf.yaml", json!([{"text": "version: 1\nresources: [\n"}]));
    assert_eq!(client.request("textDocument/formatting", params).unwrap(), Value::Null);
}

#[test]
fn an_editor_that_shows_plain_text_gets_it() {
    let mut client = Client::start_with(json!({"textDocument": {"hover": {"contentFormat": ["plaintext"]}}}));
    let marked = Marked::new("ver▮sion: 1\nresources: {}\n");
    client.open("shelf.yaml", &marked.text);
    let said = client.ask_at("textDocument/hover", "shelf.yaml", &marked.places[0]);
    assert_eq!(said["contents"]["kind"], "plaintext");
}
