//! Lists that are asked for by a range give the rows in it.

use serde_json::{Value, json};

use crate::load::{Api, Loaded, values};

fn sample() -> Value {
    json!({"data": [{"id": 1, "at": "2024-05-01T08:00:00Z", "n": 3}, {"id": 2, "at": "2024-05-02T09:30:00Z", "n": 4}]})
}

async fn load(incremental: &str) -> Loaded {
    let resources = format!(
        "  notes:\n    path: notes\n    primary_key: id\n    data_selector: data\n    \
         paginator: {{type: page_number, size: 20, size_param: size}}\n    incremental: {incremental}"
    );
    Api::plain(&resources, &[("notes", sample())]).load().await.clean()
}

fn moments(loaded: &Loaded) -> Vec<String> {
    let rows = loaded.rows(|path| path == "/v1/notes", "/data");
    rows.iter().filter_map(|row| row["at"].as_str().map(str::to_owned)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_of_the_last_days_has_its_rows_and_no_other() {
    let loaded = load("{cursor: at, start: -30d, start_param: since, end_param: until}").await;
    let moments = moments(&loaded);
    assert!((5..60).contains(&moments.len()), "{}", moments.len());
    assert!(
        moments.iter().all(|at| at.as_str() >= "2026-01-30T12" && at.as_str() < "2026-03-01T12"),
        "{moments:?}"
    );
    assert_eq!(loaded.of("notes").rows_written, moments.len() as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn windows_share_out_the_rows_and_the_end_may_be_inclusive() {
    let whole = load("{cursor: at, start: -1y, start_param: since, end_param: until}").await;
    let cut = load(
        "{cursor: at, start: -1y, start_param: since, end_param: until, param_format: date, inclusive_end: 1d, window: 30d}",
    )
    .await;
    let rows = |loaded: &Loaded| values(&loaded.rows(|path| path == "/v1/notes", "/data"), "/id");
    assert!(rows(&whole).len() > 200, "{}", rows(&whole).len());
    // The first day is asked for as a whole.
    assert!(rows(&whole).is_subset(&rows(&cut)));
    assert_eq!(cut.of("notes").rows_found, rows(&cut).len() as u64, "no row is in two windows");
    assert!(cut.of("notes").pages > 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn whole_numbers_and_a_single_bound_are_understood() {
    let loaded = load("{cursor: id, format: integer, start: 100, start_param: after}").await;
    let found = loaded.of("notes").rows_found;
    assert!((140..=160).contains(&found), "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promised_order_is_kept() {
    let loaded = load("{cursor: at, start: -60d, sorted: desc}").await;
    assert_eq!(loaded.stopped("notes"), "older-than-start");
    let moments = moments(&loaded);
    assert!(moments.is_sorted_by(|one, other| one >= other), "{moments:?}");
    let loaded = load("{cursor: at, sorted: asc}").await;
    assert_eq!(loaded.of("notes").rows_found, 250);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_bound_in_the_request_all_rows_come() {
    let loaded = load("{cursor: at, start: -30d}").await;
    let report = loaded.of("notes");
    assert_eq!(report.rows_found, 250);
    assert!(report.rows_written < 60, "{}", report.rows_written);
}
