//! Children are found for the rows that were served, whatever form the way from parent to child has.

use std::collections::BTreeMap;

use restload_sandbox::{SandboxError, SandboxOptions};
use serde_json::{Value, json};

use crate::load::{Api, Loaded, values};

const LISTS: &str =
    "  lists: {path: lists, primary_key: id, data_selector: $, paginator: {type: offset, size: 100}}\n";

fn lists() -> Value {
    json!([{"id": 450, "name": "People", "owner_id": 77}, {"id": 383, "name": "Companies", "owner_id": 78}])
}

/// Loads lists with a child, and says what came.
async fn load(child: &str, sample: Value) -> Loaded {
    let resources = format!(
        "{LISTS}  entries:\n    parent: lists\n    primary_key: id\n    data_selector: $\n    {child}"
    );
    Api::plain(&resources, &[("lists", lists()), ("entries", sample)]).load().await.clean()
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_a_child_name_their_parent_and_are_distinct_over_all() {
    let sample = || json!([{"id": 1, "list_id": 450, "text": "x"}, {"id": 2, "list_id": 450, "text": "y"}]);
    for (child, at) in [
        ("path: lists/{{parent.id}}/entries/\n    paginator: single_page", "/v1/lists/450/entries/"),
        ("path: 'entries?of={{parent.id}}'\n    paginator: header_link", "/v1/entries"),
        ("path: entries\n    params: {list_id: '{{parent.id}}'}\n    paginator: page_number", "/v1/entries"),
        (
            "path: entries\n    method: POST\n    json: {where: {list: '{{parent.id}}'}, all: true}\n    paginator: single_page",
            "/v1/entries",
        ),
        (
            "path: entries\n    method: POST\n    form: {list: 'no {{parent.id}}'}\n    paginator: single_page",
            "/v1/entries",
        ),
        (
            "path: entries\n    method: POST\n    body: '<list>{{parent.id}}</list>'\n    paginator: single_page",
            "/v1/entries",
        ),
        ("path: entries\n    headers: {X-List: '{{parent.id}}'}\n    paginator: single_page", "/v1/entries"),
    ] {
        let loaded = load(child, sample()).await;
        let walks = loaded.of("entries").walks;
        let rows = loaded.rows(|path| path.ends_with("entries") || path.ends_with("entries/"), "");
        assert_eq!((walks, rows.len() as u64), (250, loaded.of("entries").rows_found), "{child}");
        assert!(loaded.exchanges.iter().any(|(request, ..)| request.url.path() == at), "{child}");
        assert_eq!(values(&rows, "/id").len(), rows.len(), "{child}");
        for (request, _, body) in
            loaded.exchanges.iter().filter(|(request, ..)| request.url.path().ends_with("entries/"))
        {
            let list: u64 = request.url.path().split('/').nth(3).unwrap().parse().unwrap();
            assert!(body.as_array().unwrap().iter().all(|row| row["list_id"] == list), "{list}: {body}");
        }
        let lists = values(&loaded.rows(|path| path == "/v1/lists", ""), "/id");
        let named = values(&rows, "/list_id");
        assert!(named.is_subset(&lists) && named.len() > 100, "{child}: {named:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn grandchildren_and_resources_without_a_path_are_followed() {
    let resources = format!(
        "{LISTS}
  chosen: {{parent: lists, table: null, data_selector: $, transform: 'select(.id != 383) | {{key: .id, tag: .name}}', add: {{twice: '{{{{parent.id}}}}/2'}}}}
  boards: {{parent: chosen, path: 'boards/{{{{parent.key}}}}', primary_key: id, data_selector: items, paginator: single_page}}
  cards:
    parent: boards
    path: 'boards/{{{{parent.id}}}}/of/{{{{resources.chosen.twice}}}}/cards'
    add: {{list: '{{{{resources.lists.id}}}}'}}
    primary_key: id
    data_selector: $
    paginator: single_page
    on_missing_data: empty"
    );
    let samples = [
        ("lists", lists()),
        ("boards", json!({"items": [{"id": "b-1", "title": "Board"}]})),
        ("cards", json!([{"id": "c-1", "board": {"id": "b-1", "title": "Board"}}])),
    ];
    let loaded = Api::plain(&resources, &samples).load().await.clean();
    assert_eq!(loaded.of("boards").walks, 249);
    assert_eq!(loaded.of("cards").walks, loaded.of("boards").rows_found);
    for (request, _, body) in
        loaded.exchanges.iter().filter(|(request, ..)| request.url.path().contains("/of/"))
    {
        let board = request.url.path().split('/').nth(3).unwrap();
        assert!(body.as_array().unwrap().iter().all(|card| card["board"]["id"] == board), "{board}: {body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_asked_for_by_its_id_is_the_row_of_the_list() {
    let loaded = load(
        "path: lists/{{parent.id}}\n    paginator: single_page",
        json!({"id": 450, "name": "People", "owner_id": 77, "members": [1, 2], "created_at": "2020-01-01T00:00:00Z"}),
    )
    .await;
    let rows: BTreeMap<String, Value> = loaded
        .rows(|path| path == "/v1/lists", "")
        .into_iter()
        .map(|row| (row["id"].to_string(), row))
        .collect();
    let records = loaded.rows(|path| path.starts_with("/v1/lists/"), "");
    assert_eq!(records.len(), 250);
    for record in records {
        let row = &rows[&record["id"].to_string()];
        assert!(["id", "name", "owner_id"].iter().all(|name| record[name] == row[name]), "{record} {row}");
        assert_eq!(record["members"], json!([1, 2]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_of_another_kind_has_the_id_that_it_is_asked_by() {
    let resources = format!(
        "{LISTS}  owners: {{parent: lists, path: 'owners/{{{{parent.owner_id}}}}', primary_key: id, data_selector: $, paginator: single_page, on_missing_parent: skip}}"
    );
    let lists = json!([{"id": 450, "name": "People", "owner_id": 77}, {"id": 383, "name": "Companies", "owner_id": null}]);
    let samples = [("lists", lists), ("owners", json!({"id": 5, "email": "a@example.com"}))];
    let loaded = Api::plain(&resources, &samples).load().await.clean();
    let owners = loaded.rows(|path| path.starts_with("/v1/owners/"), "");
    assert_eq!((owners.len(), &owners[0]["id"]), (1, &json!(77)));
    let owners = loaded.of("owners");
    assert_eq!((owners.walks, owners.skipped_parents + owners.equal_walks), (1, 249));
}

#[tokio::test(flavor = "multi_thread")]
async fn records_asked_for_by_their_url_are_found_here() {
    let resources = "  kinds: {path: kinds, primary_key: name, data_selector: results, paginator: {type: json_link, next: next}}
  details: {parent: kinds, path: '{{{parent.url}}}', primary_key: id, data_selector: $, paginator: single_page}";
    let samples = [
        (
            "kinds",
            json!({"next": null, "results": [{"name": "bulb", "url": "https://api.example.com/v1/kinds/1/"}]}),
        ),
        ("details", json!({"id": 1, "name": "bulb", "weight": 69})),
    ];
    let loaded = Api::plain(resources, &samples).load().await.clean();
    assert_eq!(loaded.of("details").walks, 250);
    let kinds = loaded.rows(|path| path == "/v1/kinds", "/results");
    let details = loaded.rows(|path| path.starts_with("/v1/kinds/"), "");
    assert_eq!(values(&details, "/name"), values(&kinds, "/name"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_absolute_path_leads_to_the_sandbox() {
    let resources = "  notes: {path: 'https://files.example.com/v2/notes', primary_key: id, data_selector: $, paginator: single_page}";
    let head = "client: {base_url: https://api.example.com/v1/, allow_hosts: [files.example.com]}";
    let loaded = Api::new(head, resources, &[("notes", json!([{"id": 1}]))]).load().await.clean();
    assert_eq!(loaded.exchanges[0].0.url.path(), "/v2/notes");
    assert_eq!(loaded.exchanges[0].0.url.host_str(), Some("127.0.0.1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_are_answered_row_by_row() {
    let sample = || json!([{"id": 450, "name": "People", "fields": [{"id": "f1"}]}]);
    for (child, requests) in [
        (
            "path: lists\n    params: {ids: '{{batch.id}}', with: [fields, more]}\n    paginator: {type: offset, size: 100}",
            6,
        ),
        ("path: lists\n    params: {ids: \"{{join batch.id ','}}\"}\n    paginator: single_page", 3),
        ("path: lists/by-id/{{join batch.id ';'}}/all\n    paginator: single_page", 3),
        (
            "path: search\n    method: POST\n    json: {ids: '{{batch.id}}', q: \"id:{{join batch.id ' or id:'}}\"}\n    paginator: single_page",
            3,
        ),
        (
            "path: search\n    method: POST\n    body: \"ids in ({{join batch.id ', '}})\"\n    paginator: single_page",
            3,
        ),
    ] {
        let resources = format!(
            "{LISTS}  entries:\n    parent: {{resource: lists, batch: 100}}\n    primary_key: id\n    data_selector: $\n    {child}"
        );
        let loaded =
            Api::plain(&resources, &[("lists", lists()), ("entries", sample())]).load().await.clean();
        let report = loaded.of("entries");
        assert_eq!((report.walks, report.rows_found, report.requests), (3, 250, requests), "{child}");
        let rows = loaded.rows(|_| true, "");
        let with_fields: Vec<Value> =
            rows.iter().filter(|row| row.get("fields").is_some()).cloned().collect();
        assert_eq!(with_fields.len(), 250, "{child}");
        assert_eq!(values(&with_fields, "/id"), values(&rows, "/id"), "{child}");
        assert_eq!(values(&with_fields, "/name"), values(&rows, "/name"), "{child}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_other_records_has_a_few_for_each_row() {
    let resources = format!(
        "{LISTS}  entries: {{parent: {{resource: lists, batch: 50}}, path: entries, params: {{list_ids: '{{{{batch.id}}}}'}}, primary_key: id, data_selector: $, paginator: {{type: page_number, size: 40}}}}"
    );
    let samples =
        [("lists", lists()), ("entries", json!([{"id": 1, "list_id": 450}, {"id": 2, "list_id": 383}]))];
    let loaded = Api::plain(&resources, &samples).load().await.clean();
    let rows = loaded.rows(|path| path == "/v1/entries", "");
    let lists = values(&loaded.rows(|path| path == "/v1/lists", ""), "/id");
    assert!(rows.len() > 250 && values(&rows, "/id").len() == rows.len(), "{}", rows.len());
    assert!(values(&rows, "/list_id").is_subset(&lists) && values(&rows, "/list_id").len() > 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn empty_lists_are_filled_with_what_is_served() {
    let head = "inputs:
  views: {type: list, default: []}
  list_ids: {type: list}
  regions: {type: list, default: [eu, us]}
client: {base_url: https://api.example.com/v1/}";
    let resources = format!(
        "{LISTS}
  views: {{parent: lists, path: 'lists/{{{{parent.id}}}}/views', primary_key: id, data_selector: $, paginator: single_page}}
  entries:
    for_each: {{view: '{{{{inputs.views}}}}'}}
    path: 'lists/{{{{each.view.list}}}}/views/{{{{each.view.view}}}}/entries'
    primary_key: id
    data_selector: $
    paginator: {{type: offset, size: 100}}
  members:
    for_each: {{list_id: '{{{{inputs.list_ids}}}}', region: '{{{{inputs.regions}}}}'}}
    path: members
    params: {{of: '{{{{each.list_id}}}}', region: '{{{{each.region}}}}'}}
    primary_key: id
    data_selector: $
    paginator: single_page"
    );
    let samples = [
        ("lists", lists()),
        ("views", json!([{"id": 28}, {"id": 29}])),
        ("entries", json!([{"id": 1}])),
        ("members", json!([{"id": "m1"}])),
    ];
    let loaded = Api::new(head, &resources, &samples).load().await.clean();
    assert_eq!((loaded.of("entries").walks, loaded.of("entries").rows_found), (3, 750));
    assert!(
        loaded.exchanges.iter().any(|(request, ..)| request.url.path() == "/v1/lists/450/views/28/entries")
    );
    assert_eq!(
        (loaded.of("members").walks, values(&loaded.rows(|path| path == "/v1/members", ""), "/id").len()),
        (6, 246)
    );
    assert!(loaded.exchanges.iter().any(|(request, ..)| request.url.query() == Some("of=450&region=eu")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parent_that_was_not_served_is_not_found() {
    let resources = format!(
        "{LISTS}  entries: {{parent: lists, path: 'lists/{{{{parent.id}}}}/entries', data_selector: $, paginator: single_page}}"
    );
    let api = Api::plain(&resources, &[("lists", lists()), ("entries", json!([{"id": 1}]))]);
    let sandbox = api.start(&SandboxOptions::default()).await.unwrap();
    for (path, status) in
        [("lists/450/entries", 200), ("lists/999999/entries", 404), ("lists/450/entries/", 404)]
    {
        assert_eq!(crate::auth::ask(sandbox.base_url().join(path).unwrap(), &[]).await.0, status, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn samples_that_are_needed_and_missing_are_named_all_at_once() {
    let resources = format!(
        "{LISTS}  entries: {{parent: lists, path: 'lists/{{{{parent.id}}}}/entries', data_selector: $, paginator: single_page}}
  broken: {{path: broken, data_selector: rows, paginator: single_page}}
  unread: {{path: unread, table: null, data_selector: $, paginator: single_page}}"
    );
    let api = Api::plain(&resources, &[("lists", lists()), ("broken", json!({"row": []}))]);
    let SandboxError::Samples(faults) = api.start(&SandboxOptions::default()).await.unwrap_err() else {
        panic!("other error")
    };
    let said: Vec<_> = faults.iter().map(|fault| (fault.at.to_string(), fault.message.as_str())).collect();
    assert_eq!(
        said,
        [
            (
                "/resources/entries".to_owned(),
                "`entries` has no sample: there is no file `samples/api/entries.json` beside the spec"
            ),
            (
                "/resources/broken".to_owned(),
                "the sample `samples/api/broken.json`: `rows` matches nothing in it"
            ),
        ]
    );
    let options = SandboxOptions { resources: vec!["lists".into()], ..SandboxOptions::default() };
    assert_eq!(api.load_with(&options).await.clean().of("lists").rows_found, 250);
}
