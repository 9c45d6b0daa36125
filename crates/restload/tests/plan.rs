//! `restload plan`: what it prints, to the letter, and that it needs neither inputs nor a server.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use std::ffi::OsString;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use restload::{World, main_with};
use restload_engine::clock::SystemClock;
use restload_engine::redact::Redactor;
use restload_engine::run::Stop;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Every kind of line that a plan has.
const SHOP: &str = r#"version: 1
name: shop
inputs:
  api_key: {secret: true}
  kinds: {type: list, default: [new, used]}
  regions: {type: list}
  since: {type: date}
  page: {type: integer, required: false}
client:
  base_url: https://shop.example/v1
  auth: {type: api_key, name: key, in: query, api_key: "{{inputs.api_key}}"}
  concurrency: 3
defaults: {primary_key: id, data_selector: data}
resources:
  orders:
    path: orders
    params: {since: "{{date inputs.since 'unix'}}", state: [open, closed]}
    headers: {X-Trace: "{{run.id}}", X-Key: "Token {{base64 inputs.api_key}}"}
    total: meta.total
    paginator: {type: page_number, size_param: limit, size: 50}
  lines:
    parent: orders
    method: POST
    path: orders/{{parent.id}}/lines
    json: {order: "{{parent.number}}", with: [tax]}
    paginator: {type: cursor, next: next, param: {json: page.after}}
    primary_key: [order_id, id]
    add: {order_id: "{{parent.id}}"}
  discounts:
    table: price_cuts
    parent: lines
    data_selector: $.discounts[?@.cents > 0]
    primary_key: null
    write_disposition: {append: snapshots}
  products:
    parent: {resource: lines, batch: 20}
    path: products
    params: {ids: "{{join batch.product_id ','}}"}
    paginator: single_page
    auth: none
    transform: 'del(.html)'
  items:
    table: items_{{each.kind}}
    for_each: {kind: "{{inputs.kinds}}", size: ["A & B", 2]}
    path: items/{{each.kind}}/{{each.size}}
    paginator: {type: offset}
  shops:
    table: null
    for_each: {region: "{{inputs.regions}}"}
    path: regions/{{each.region}}/shops
    paginator: {type: json_link, next: $..next}
  staff:
    parent: shops
    path: "{{{parent.links.staff}}}"
    data_selector: auto
    paginator: header_link
"#;

const PLAN: &str = r#"shop: https://shop.example/v1/, api_key in the query key, at most 3 requests at a time

inputs
  api_key  ***             from `--set`
  kinds    ["new","used"]  default
  regions  missing         looked at `--set regions=…`, the variable RESTLOAD_SHOP_REGIONS, the file given with `--env-file`
  since    missing         looked at `--set since=…`, the variable RESTLOAD_SHOP_SINCE, the file given with `--env-file`; 2026-01-01 stands in for it
  page     none            not required

resources
  orders           table orders, merge, key id
  │ GET https://shop.example/v1/orders?since={date inputs.since 'unix'}&state=open&state=closed&page=1&limit=50&key=***
  │ X-Trace: {run.id}
  │ X-Key: Token ***
  │ page_number, ahead: `meta.total` in the body says how many rows there are
  └─ lines         table lines, merge, key order_id + id
     │ POST https://shop.example/v1/orders/{parent.id}/lines?key=***
     │ {"order":"{parent.number}","with":["tax"]}
     │ cursor, one by one · a walk for each row · row by row, for discounts
     ├─ discounts  table price_cuts, append snapshots, no key
     │    no request: at $.discounts[?@.cents > 0] in the rows of its parent · DOM: its selector is more than keys, indices and `[*]`
     └─ products   table products, merge, key id
          GET https://shop.example/v1/products?ids={join batch.product_id ','}
          single_page · a walk for every 20 rows · no auth · DOM: `transform`
  items            tables items_new and items_used, merge, key id
    GET https://shop.example/v1/items/new/A%20%26%20B?offset=0&key=***
    offset, one by one · 4 walks for each kind and size: kind=new size=A & B, kind=new size=2, kind=used size=A & B and 1 more
  shops            no table, read for staff
  │ GET https://shop.example/v1/regions/{each.region}/shops?key=***
  │ json_link, one by one · a walk for each region, of a list that is missing · DOM: a place of the paginator or `total` is more than keys and indices
  └─ staff         table staff, merge, key id
       GET {parent.links.staff}?key=***
       header_link, one by one · a walk for each row · rows where `auto` finds them in the first answer

pages one by one
  cursor       a cursor names only the next page
  header_link  a link names only the next page
  json_link    a link names only the next page
  offset       no `total`: the number of pages is not known

rows
  in one pass over the text of an answer into columns
  row by row: each is found in one pass, and read into columns in another
  DOM: values are built in memory first

side by side
  the 3 resources that ask without a parent: none needs the rows of another
  the walks of a `for_each`
  the walks of children, as the rows of their parents come; the deepest goes first
  pages that are asked for ahead; they are written in their order

starts from
  nothing: no load was committed yet

writes
  data/shop/<table>/<load id>-<n>.parquet, for 7 tables
"#;

struct Place(TempDir);

/// How a call ended, and what it said.
#[derive(Debug)]
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Place {
    fn new(spec: &str) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        fs::write(place.path().join("shop.yaml"), spec).unwrap();
        place
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn call(&self, arguments: &[&str], env: &[(&str, &str)]) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_restload"));
        command.args(arguments).current_dir(self.path()).env_clear().stdin(Stdio::null());
        let output = command.envs(env.iter().copied()).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    fn plan(&self, more: &[&str]) -> Said {
        self.call(&[&["plan", "shop.yaml"], more].concat(), &[])
    }

    fn json(&self, more: &[&str]) -> Value {
        let said = self.plan(&[&["--format", "json"], more].concat());
        serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {said:?}"))
    }
}

/// A server on this machine that answers every request alike.
fn serve(body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).unwrap();
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n";
            let answer = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    format!("http://{address}/")
}

const NOTES: &str = r#"version: 1
name: shop
inputs:
  account: {default: one, identity: true}
  views: {type: list, default: []}
client:
  base_url: https://notes.example/
resources:
  notes: {path: notes, data_selector: $, paginator: single_page, write_disposition: replace}
  views:
    for_each: {view: "{{inputs.views}}"}
    path: views/{{each.view.id}}
    data_selector: $
    paginator: single_page
    write_disposition: replace
"#;

#[test]
fn a_plan_says_what_a_run_would_do() {
    let said = Place::new(SHOP).plan(&["--set", "api_key=s3cr3tkey"]);
    assert_eq!(said.out, PLAN, "\n{}\n{}", said.out, said.err);
    assert_eq!(said.code, Some(0));
}

#[test]
fn no_form_of_a_plan_shows_a_secret() {
    let place = Place::new(SHOP);
    for form in ["human", "json"] {
        let said = place.plan(&["--set", "api_key=s3cr3tkey", "--format", form]);
        for secret in ["s3cr3tkey", "czNjcjN0a2V5"] {
            assert!(!said.out.contains(secret) && !said.err.contains(secret), "{said:?}");
        }
    }
}

#[test]
fn what_is_given_takes_the_place_of_names() {
    let place = Place::new(SHOP);
    fs::write(place.path().join(".env"), "RESTLOAD_SHOP_REGIONS=eu,us\n").unwrap();
    let plan = place.json(&[
        "--set",
        "since=2026-02-03",
        "--env-file",
        ".env",
        "--base-url",
        "https://b.example/v2",
    ]);
    let url = |name: &str| request(&plan, name)["url"].clone();
    assert_eq!(url("shops"), "https://b.example/v2/regions/eu/shops?key=***");
    let orders =
        "https://b.example/v2/orders?since=1770076800&state=open&state=closed&page=1&limit=50&key=***";
    assert_eq!(url("orders"), orders);
    assert_eq!(resource(&plan, "shops")["for_each"]["first"], json!([{"region": "eu"}, {"region": "us"}]));
    assert_eq!(resource(&plan, "shops")["combinations"], 2);
    assert_eq!(plan["inputs"][2]["from"], "RESTLOAD_SHOP_REGIONS in the env file");
    assert_eq!(plan["inputs"][0]["missing"], true);
}

#[test]
fn the_plan_for_programs_tells_each_fact_in_a_field_of_its_own() {
    let plan = Place::new(SHOP).json(&["--resource", "products,shops"]);
    let names: Vec<&str> =
        plan["resources"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["orders", "lines", "products", "shops"]);
    let auth = json!({"type": "api_key", "in": "query", "name": "key", "token_url": null});
    let spec =
        json!({"name": "shop", "base_url": "https://shop.example/v1/", "auth": auth, "concurrency": 3});
    assert_eq!(plan["spec"], spec);
    let wanted = json!({
        "name": "lines",
        "parent": "orders",
        "batch": null,
        "for_each": null,
        "combinations": 1,
        "tables": [],
        "write_disposition": null,
        "primary_key": null,
        "auth": auth,
        "request": {
            "method": "POST",
            "url": "https://shop.example/v1/orders/{parent.id}/lines?key=***",
            "headers": [],
            "body": {
                "type": "application/json",
                "content": "{\"order\":\"{parent.number}\",\"with\":[\"tax\"]}",
            },
        },
        "paging": {"type": "cursor", "pages": "one-by-one", "why": "a cursor names only the next page"},
        "rows": {
            "selector": "data",
            "transform": false,
            "path": "one-pass",
            "why": "its selector is keys, indices and `[*]`, and there is no `transform`",
            "whole_body": false,
        },
        "incremental": null,
        "starts": "as-rows-come",
    });
    assert_eq!(*resource(&plan, "lines"), wanted);
    let products = resource(&plan, "products");
    assert_eq!((&products["batch"], &products["auth"]["type"]), (&json!(20), &json!("none")));
    assert_eq!((&products["rows"]["path"], &products["primary_key"]), (&json!("dom"), &json!(["id"])));
    assert_eq!(resource(&plan, "shops")["combinations"], Value::Null);
    assert_eq!(resource(&plan, "orders")["paging"]["pages"], "ahead");
    assert_eq!(plan["files"]["tables"], json!(["products", "shops"]));
    assert_eq!(plan["format"], 1);
}

#[test]
fn a_plan_starts_from_what_the_last_run_left() {
    let place = Place::new(NOTES);
    let server = serve("[{\"id\": 1}, {\"id\": 2}]");
    assert_eq!(place.json(&["--base-url", &server])["state"], json!({"newest": null, "refused": null}));
    assert!(!place.path().join("data").exists(), "a plan writes nothing");
    let run = place.call(&["run", "shop.yaml", "--base-url", &server], &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let plan = place.json(&["--base-url", &server]);
    let newest = &plan["state"]["newest"];
    assert_eq!((&newest["sequence"], &newest["tables"]), (&json!(1), &json!({"notes": 2})));
    // The files of a run are where the plan says.
    let pattern = plan["files"]["pattern"].as_str().unwrap().to_owned();
    let load = newest["load"].as_str().unwrap();
    let file = pattern.replace("<table>", "notes").replace("<load id>", load).replace("<n>", "00001");
    assert!(place.path().join(&file).is_file(), "{file}");
    let said = place.plan(&["--base-url", &server]);
    assert!(said.out.contains(&format!("starts from\n  load {load} of ")), "{said:?}");
    assert!(said.out.contains(", number 1\n    notes  2 rows\n"), "{said:?}");
    // A run for another account would not begin.
    let said = place.plan(&["--base-url", &server, "--set", "account=two"]);
    assert!(said.out.contains("starts from\n  a run would be refused: "), "{said:?}");
    assert_eq!(said.code, Some(0));
}

const EVENTS: &str = r"version: 1
name: shop
client:
  base_url: https://events.example/
defaults: {data_selector: $, paginator: single_page, primary_key: id}
resources:
  events:
    path: events
    incremental: {cursor: number, format: integer, start: 100, end: 400, start_param: from, end_param: to, window: 100, lag: 10}
  notes:
    parent: events
    path: events/{{parent.id}}/notes
    merge_scope: parent
  tasks:
    path: tasks
    incremental: {cursor: number, format: integer}
";

#[test]
fn a_plan_says_what_would_be_new_and_from_where() {
    let place = Place::new(EVENTS);
    let server = serve("[{\"id\": 1, \"number\": 120}, {\"id\": 2, \"number\": 250}]");
    let said = place.plan(&["--base-url", &server]);
    let new = "new by number · no cursor is stored · from 100 until 400, in 3 windows · all rows are read in each load, for notes";
    assert!(said.out.contains(new), "{said:?}");
    assert!(said.out.contains("new by number · no cursor is stored · from the beginning\n"), "{said:?}");
    let run = place.call(&["run", "shop.yaml", "--base-url", &server], &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let plan = place.json(&["--base-url", &server]);
    assert_eq!(
        resource(&plan, "tasks")["incremental"],
        json!({"cursor": "number", "walks": 1, "stored": 250, "start": 250, "end": null, "slices": 1, "whole": false})
    );
    // What a child takes as a whole is asked for from its start, whatever is stored.
    let events = &resource(&plan, "events")["incremental"];
    assert_eq!(
        (&events["stored"], &events["start"], &events["whole"]),
        (&json!(250), &json!(100), &json!(true))
    );
    assert_eq!(resource(&plan, "notes")["incremental"], Value::Null);
    let said = place.plan(&["--base-url", &server, "--resource", "events"]);
    assert!(said.out.contains("new by number · stored 250 · from 240 until 400, in 2 windows\n"), "{said:?}");
}

#[test]
fn an_empty_list_is_no_walk_and_a_request_that_cannot_be_made_is_a_fault() {
    let place = Place::new(NOTES);
    let said = place.plan(&[]);
    assert_eq!(said.code, Some(0));
    assert!(!said.err.contains("error") && !said.err.contains("empty-for-each"), "{said:?}");
    assert!(said.out.contains("  views  not read: an empty list in `for_each`\n\n"), "{said:?}");
    assert_eq!(resource(&place.json(&[]), "views")["starts"], "never");
    let said = place.plan(&["--set", "views=[{\"name\": \"x\"}]"]);
    assert!(said.out.contains("its request cannot be made: "), "{said:?}");
    assert!(said.err.contains("path: views/{{each.view.id}}"), "{said:?}");
    assert_eq!(said.code, Some(2));
}

#[test]
fn what_would_end_a_run_before_it_begins_ends_a_plan_alike() {
    let place = Place::new(SHOP);
    let broken = Place::new(&SHOP.replace("parent: orders", "parent: order"));
    for (said, code, message) in [
        (place.plan(&["--set", "since=soon"]), 3, "input `since` from `--set`: `soon` is not a date"),
        (place.plan(&["--set", "colour=red"]), 1, "there is no such input"),
        (place.plan(&["--resource", "order"]), 1, "did you mean `orders`?"),
        (place.plan(&["--base-url", "http://a.example/"]), 1, "in the clear"),
        (broken.plan(&[]), 2, "unknown-parent"),
    ] {
        assert_eq!((said.code, said.out.as_str()), (Some(code), ""), "{said:?}");
        assert!(said.err.contains(message), "{message}: {said:?}");
    }
}

#[test]
fn a_host_of_an_input_that_is_missing_is_shown_by_its_name() {
    for (base, kind, shown) in [
        ("https://{{inputs.site}}.example/v1", "string", "https://{inputs.site}.example/v1/notes"),
        ("{{inputs.site}}/v1", "url", "{inputs.site}/v1/notes"),
    ] {
        let input = format!("  site: {{type: {kind}}}\nclient:");
        let spec = NOTES.replace("client:", &input).replace("https://notes.example/", &format!("'{base}'"));
        let plan = Place::new(&spec).json(&["--resource", "notes"]);
        assert_eq!(request(&plan, "notes")["url"], shown);
    }
}

#[test]
fn a_plan_says_where_tokens_come_from_and_asks_for_none() {
    let client =
        "client:\n  base_url: '{{token.instance_url}}/v1'\n  allow_hosts: ['*.example']\n  auth: AUTH\n";
    let login = "login: {path: 'https://login.example/in', json: {key: '{{inputs.key}}'}}, token: token";
    for (auth, kind, place, token_url) in [
        (
            "{type: oauth2, grant: refresh_token, token_url: 'https://login.example/t?v={{inputs.key}}', refresh_token: '{{inputs.key}}', rotates: true}".to_owned(),
            "oauth2",
            "Authorization",
            "https://login.example/t",
        ),
        (
            "{type: oauth2, grant: jwt_bearer, token_url: 'https://login.example/t', private_key: '{{inputs.key}}'}".to_owned(),
            "oauth2",
            "Authorization",
            "https://login.example/t",
        ),
        (
            format!("{{type: session, {login}, place: {{header: {{X-Session: '{{{{token}}}}'}}}}}}"),
            "session",
            "X-Session",
            "https://login.example/in",
        ),
    ] {
        let spec = format!(
            "version: 1\nname: shop\ninputs: {{key: {{secret: true}}}}\n{}resources:\n  notes: {{path: notes, paginator: single_page}}\n",
            client.replace("AUTH", &auth)
        );
        let place_of = Place::new(&spec);
        let plan = place_of.json(&[]);
        let told = json!({"type": kind, "in": "header", "name": place, "token_url": token_url});
        assert_eq!(plan["spec"]["auth"], told);
        assert_eq!(plan["spec"]["base_url"], "{token.instance_url}/v1/");
        assert_eq!(request(&plan, "notes")["url"], "{token.instance_url}/v1/notes");
        let said = place_of.plan(&[]);
        let head = format!("{kind} in the header {place} with a token from {token_url}");
        assert!(said.out.contains(&head), "{said:?}");
    }
}

#[test]
fn of_a_list_of_auths_the_first_is_planned_with_where_none_is_given() {
    let spec = "version: 1\nname: shop\ninputs: {key: {secret: true, required: false}, user: {required: false}}\n\
                client:\n  base_url: https://shop.example/\n  auth:\n    - {type: bearer, token: '{{inputs.key}}'}\n    \
                - {type: basic, username: '{{inputs.user}}', password: ''}\nresources:\n  notes: {path: notes, paginator: single_page}\n";
    let place = Place::new(spec);
    let plan = place.json(&[]);
    assert_eq!(plan["spec"]["auth"]["type"], "bearer");
    assert_eq!(plan["inputs"][0]["missing"], true);
    assert_eq!(plan["inputs"][1]["missing"], false);
    assert_eq!(place.json(&["--set", "user=me"])["spec"]["auth"]["type"], "basic");
}

#[tokio::test]
async fn names_are_bold_where_somebody_looks_and_wants_it() {
    let place = Place::new(NOTES);
    for (terminal, no_color, bold) in [(true, "", true), (true, "1", false), (false, "", false)] {
        let out = Arc::new(Mutex::new(Vec::new()));
        let env = |name: &str| (name == "NO_COLOR").then(|| no_color.to_owned());
        let world = World {
            env: &env,
            out: out.clone(),
            err: Arc::new(Mutex::new(Vec::new())),
            out_is_terminal: terminal,
            err_is_terminal: false,
            clock: Arc::new(SystemClock::new()),
            cwd: place.path().to_path_buf(),
            stop: Stop::new(),
            redactor: Redactor::new(),
        };
        let arguments = ["restload", "plan", "shop.yaml"].map(OsString::from).to_vec();
        assert_eq!(main_with(arguments, world).await, 0);
        let text = String::from_utf8(out.lock().unwrap().clone()).unwrap();
        assert_eq!(text.contains("\u{1b}[1mnotes\u{1b}[0m"), bold, "{text}");
        assert_eq!(text.contains('\u{1b}'), bold, "{text}");
    }
}

fn resource<'p>(plan: &'p Value, name: &str) -> &'p Value {
    let resources = plan["resources"].as_array().unwrap();
    resources.iter().find(|resource| resource["name"] == name).unwrap()
}

fn request<'p>(plan: &'p Value, name: &str) -> &'p Value {
    &resource(plan, name)["request"]
}
