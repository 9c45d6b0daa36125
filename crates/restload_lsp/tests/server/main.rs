//! The server as an editor meets it.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]
#![expect(clippy::needless_pass_by_value, reason = "JSON is written where it is used")]

mod actions;
mod any_edits;
mod broken;
mod client;
mod completion;
mod conversation;
mod findings;
mod places;
mod speed;

/// The head of a spec with one resource that has a sample.
pub(crate) const SHELF: &str = "\
version: 1
name: shelf
docs: https://shelf.example/docs

inputs:
  api_key: {secret: true, description: The key of the account}
  region: {enum: [eu, us], default: eu, description: Where the account is}

client:
  base_url: \"https://{{inputs.region}}.shelf.example/\"
  auth: {type: bearer, token: \"{{inputs.api_key}}\"}

resources:
  authors:
    description: Who wrote
    path: authors
    data_selector: data.items
    primary_key: id
    paginator: {type: cursor, next: meta.next}
";

/// What an API says of authors.
pub(crate) const AUTHORS: &str = r#"{
  "data": {"items": [
    {"id": 7, "name": "Émile", "home": {"city": "Paris"}, "api_token": "abc", "odd name": 1},
    {"id": 8, "name": "Ada", "home": {"city": "London"}, "api_token": "def"}
  ]},
  "meta": {"next": "c2", "total": 2, "more": true}
}"#;

/// A client with an open spec, `shelf.yaml`, made of the head and more resources.
pub(crate) fn shelf(more: &str) -> (client::Client, client::Marked) {
    let mut client = client::Client::start();
    client.write("samples/shelf/authors.json", AUTHORS);
    let marked = client::Marked::new(&format!("{SHELF}{more}"));
    client.open("shelf.yaml", &marked.text);
    (client, marked)
}
