//! Rows beyond the sample are like those in it, distinct, and the same each time.

use restload_sandbox::SandboxOptions;
use serde_json::{Value, json};

use crate::load::{Api, values};

fn orders() -> Api {
    let resources =
        "  customers: {path: customers, primary_key: id, data_selector: $, paginator: single_page}
  orders: {path: orders, primary_key: id, data_selector: $, paginator: single_page}
  items: {parent: orders, data_selector: items, primary_key: id}
  tags: {parent: orders, data_selector: tags, primary_key: [order_id, name], add: {order_id: '{{parent.id}}'}}
  log: {path: log, data_selector: $, paginator: {type: offset, size: 10}}";
    let orders = json!([
        {"id": "or_0007", "customer": "cus_a1", "buyer": {"id": "cus_a1"}, "amount": 17.95, "vat": 1.00, "count": 3,
         "created_at": "2021-05-10T05:50:56+0000", "shipped": "2021-05-12", "seen_at": 1_620_625_856, "note": null,
         "url": "https://shop.example/or_0007", "items": [{"id": 31, "sku": "x"}, {"id": 32, "sku": "y"}], "tags": [{"name": "new"}]},
        {"id": "or_0009", "customer": "cus_b2", "buyer": null, "amount": -2.5, "vat": 0, "count": 12,
         "created_at": "2021-05-11T00:00:00+0000", "shipped": null, "seen_at": null, "note": "n", "url": null, "items": [], "tags": []},
    ]);
    let samples = [
        (
            "customers",
            json!([{"id": "cus_a1", "email": "a@example.com"}, {"id": "cus_b2", "email": "b@example.com"}]),
        ),
        ("orders", orders),
        ("log", json!([{"event": "created", "level": 3}])),
    ];
    Api::plain(resources, &samples)
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_distinct_and_refer_to_rows_that_exist() {
    let loaded = orders().load().await.clean();
    let (orders, customers) =
        (loaded.rows(|path| path == "/v1/orders", ""), loaded.rows(|path| path == "/v1/customers", ""));
    assert_eq!(values(&orders, "/id").len(), 250);
    let known = values(&customers, "/id");
    for at in ["/customer", "/buyer/id"] {
        let named = values(&orders, at);
        assert!(named.is_subset(&known) && named.len() > 20, "{at}: {named:?}");
    }
    assert!(orders.iter().all(|order| order["buyer"].is_null() || order["buyer"]["id"] == order["customer"]));
    assert_eq!((loaded.of("items").rows_found, loaded.of("tags").rows_found), (250, 125));
    assert_eq!(values(&orders, "/items/0/id").len() + values(&orders, "/items/1/id").len(), 250);
    assert_eq!(values(&orders, "/tags/0/name").len(), 1);
    let log = loaded.rows(|path| path == "/v1/log", "");
    assert_eq!(values(&log, "/event").len(), 250);
}

#[tokio::test(flavor = "multi_thread")]
async fn values_keep_their_kind_and_style() {
    let loaded = orders().load().await.clean();
    let orders = loaded.rows(|path| path == "/v1/orders", "");
    assert_eq!(orders[0]["id"], "or_0007");
    assert_eq!(orders[2]["id"], "or_0010");
    assert_eq!(orders[2]["url"], "https://shop.example/or_0010");
    let text = |order: &Value, name: &str| order[name].to_string();
    for order in orders.iter().skip(2) {
        let made = text(order, "created_at");
        assert!(made.starts_with("\"2025-") && made.ends_with("+0000\"") && made.len() == 26, "{made}");
        assert_eq!(
            text(order, "amount").split('.').nth(1).unwrap().len(),
            if order["buyer"].is_null() { 1 } else { 2 }
        );
    }
    let (first, last) = (text(&orders[2], "created_at"), text(&orders[248], "created_at"));
    assert!(first.contains("2025-01") && last.contains("2025-12"), "{first} {last}");
    assert_eq!(orders[2]["count"], 3);
    assert!(values(&orders, "/count").len() > 5);
    assert_eq!(values(&orders, "/note"), ["\"n\"".to_owned()].into());
    let day = |order: &Value| text(order, "shipped")[1..11].to_owned();
    assert!(orders[2]["seen_at"].as_i64().unwrap() > 1_735_689_600 && day(&orders[2]).starts_with("2025-01"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_seed_gives_the_same_rows_and_another_one_others() {
    let bodies = async |seed: u64| {
        let options = SandboxOptions { seed, rows: 40, ..SandboxOptions::default() };
        let loaded = orders().load_with(&options).await.clean();
        let mut bodies: Vec<String> = loaded.exchanges.iter().map(|(_, _, body)| body.to_string()).collect();
        bodies.sort();
        bodies
    };
    let first = bodies(1).await;
    assert_eq!(first, bodies(1).await);
    assert_ne!(first, bodies(2).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn as_many_rows_are_served_as_are_asked_for() {
    for (rows, want) in [(0, 0), (1, 1), (3000, 3000)] {
        let options = SandboxOptions { rows, ..SandboxOptions::default() };
        let loaded = orders().load_with(&options).await;
        assert_eq!(loaded.of("orders").rows_found, want);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_are_no_objects_are_varied_too() {
    let resources = "  codes: {path: codes, data_selector: $, transform: '{code: .}', primary_key: code, paginator: {type: offset, size: 100}}
  days: {path: days, data_selector: rows, transform: '{day: .[0], hits: .[1]}', paginator: {type: offset, size: 100}}";
    let samples = [("codes", json!(["A-1", "B-2"])), ("days", json!({"rows": [["2024-01-01", 17]]}))];
    let loaded = Api::plain(resources, &samples).load().await.clean();
    assert_eq!(values(&loaded.rows(|path| path == "/v1/codes", ""), "").len(), 250);
    assert_eq!(loaded.of("days").rows_written, 250);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_without_rows_is_said_and_serves_none() {
    let resources = "  notes: {path: notes, data_selector: data, paginator: {type: offset, size: 10}}";
    let api = Api::plain(resources, &[("notes", json!({"data": []}))]);
    let sandbox = api.start(&SandboxOptions::default()).await.unwrap();
    assert_eq!(
        sandbox.notes()[0].message,
        "the sample of `notes` has no rows, and so it has none in the sandbox"
    );
    assert_eq!(api.load().await.clean().of("notes").rows_found, 0);
}
