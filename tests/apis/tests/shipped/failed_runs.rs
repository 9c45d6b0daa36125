//! What a reader sees after a run that failed: what it saw before.

use restload_api_tests::{Expected, Left, Stage, read_alike};
use restload_fakes::{ALWAYS, Fake, Options};

/// The third page of conversions, by days up to that of the stage's clock.
const THIRD: &str = "/1.6/conversions/?date_from=2010-01-01&date_to=2026-03-01&page=3";
const JSON: [&str; 3] = ["meta_data", "affiliate_meta_data", "warnings"];

fn fake(seed: u64) -> Fake {
    let sizes = [("affiliates", 3), ("conversions", 60), ("customers", 30), ("payments", 4), ("programs", 3)];
    let options = sizes.iter().fold(Options::new(), |options, (name, rows)| options.records(name, *rows));
    Fake::tapfiliate(options.seed(seed))
}

fn left(stage: &Stage) -> Left {
    Left::read(&stage.folder("tapfiliate"))
}

#[test]
fn a_first_run_that_fails_on_its_last_page_leaves_nothing_to_be_seen() {
    for break_it in [
        |fake: &Fake| fake.fail_first(THIRD, 500, ALWAYS, &[]),
        |fake: &Fake| fake.cut_body(THIRD, ALWAYS),
        |fake: &Fake| fake.html(THIRD, 200, ALWAYS),
    ] {
        let (fake, stage) = (fake(1), Stage::new());
        break_it(&fake);
        let ended = stage.load("tapfiliate", &fake, &["--resource", "conversions"]).exited(3);
        assert!(ended.err.contains("date_to=2026-03-01&page=3"), "{}", ended.err);
        // What a later run can go on with is no table and no record.
        let left = left(&stage);
        let seen = left
            .paths()
            .into_iter()
            .filter(|path| !path.starts_with("_restload/kept/") && path.as_str() != "_restload/lock");
        let seen: Vec<_> = seen.collect();
        assert!(seen.is_empty(), "no table, no record: {seen:?}");
    }
}

#[test]
fn a_later_run_that_fails_leaves_all_files_as_they_were() {
    let (fake, stage) = (fake(1), Stage::new());
    let _ = stage.load("tapfiliate", &fake, &[]).exited(0);
    let before = left(&stage);
    assert!(before.visible().paths().len() >= 10, "{:?}", before.paths());
    fake.fail_first("*", 500, ALWAYS, &[]);
    let _ = stage.load("tapfiliate", &fake, &[]).exited(3);
    assert_eq!(left(&stage), before);
    let _ = stage.load_as("tapfiliate", &fake, "wr0ng-key-of-some-length", &[]).exited(3);
    assert_eq!(left(&stage), before);
}

#[test]
fn a_run_after_one_that_failed_reads_everything() {
    let (broken, whole, stage) = (fake(1), fake(2), Stage::new());
    broken.fail_first(THIRD, 500, ALWAYS, &[]);
    let only = ["--resource", "conversions"];
    let _ = stage.load("tapfiliate", &broken, &only).exited(3);
    // Another port is another origin: what the first run had read is of no use, and nothing was committed.
    let refused = stage.load("tapfiliate", &whole, &only).exited(3);
    assert!(refused.err.contains("the base URL"), "{}", refused.err);
    let anew = ["--resource", "conversions", "--no-resume"];
    let _ = stage.load("tapfiliate", &whole, &anew).exited(0);
    assert_eq!(stage.tables("tapfiliate"), ["conversions"]);
    if let Some(read) = read_alike(&stage.folder("tapfiliate/conversions")) {
        Expected::in_order(whole.expected("conversions"), &["id"]).json(&JSON).check("conversions", &read);
    }
}

#[test]
fn a_resource_that_fails_keeps_its_table_and_the_others_are_committed() {
    let (fake, stage) = (fake(1), Stage::new());
    let _ = stage.load("tapfiliate", &fake, &[]).exited(0);
    let before = left(&stage);
    let first = stage.record("tapfiliate");
    fake.fail_first("/1.6/conversions/", 500, ALWAYS, &[]);
    let ended = stage.load("tapfiliate", &fake, &[]).exited(4);
    assert!(ended.err.contains("not committed, and as before: `conversions`"), "{}", ended.err);
    let after = left(&stage);
    let second = stage.record("tapfiliate");
    assert_eq!(after.below("conversions"), before.below("conversions"));
    let (mut kept, mut before) =
        (second["tables"]["conversions"].clone(), first["tables"]["conversions"].clone());
    // What a load did to a table is said in its own record only.
    assert!(before["merged"].is_object() && kept["merged"].is_null());
    for state in [&mut kept, &mut before] {
        state.as_object_mut().unwrap().retain(|key, _| !["merged", "changes"].contains(&key.as_str()));
    }
    assert_eq!(kept, before);
    for table in stage.tables("tapfiliate").iter().filter(|name| *name != "conversions") {
        // Replaced by files of this load, none of the one before beside them.
        let paths = after.below(table).paths();
        let load = second["load"].as_str().unwrap();
        assert!(!paths.is_empty() && paths.iter().all(|path| path.contains(load)), "{paths:?}");
    }
    if let Some(read) = read_alike(&stage.folder("tapfiliate/conversions")) {
        Expected::in_order(fake.expected("conversions"), &["id"]).json(&JSON).check("conversions", &read);
    }
}

#[test]
fn a_parent_that_fails_takes_its_children_with_it_and_nothing_else() {
    let (fake, stage) = (fake(1), Stage::new());
    fake.fail_first("/1.6/affiliates/", 500, ALWAYS, &[]);
    let _ = stage.load("tapfiliate", &fake, &[]).exited(4);
    let tables = stage.tables("tapfiliate");
    assert_eq!(
        tables,
        [
            "affiliate_groups",
            "affiliate_prospects",
            "balances",
            "commissions",
            "conversions",
            "customers",
            "payments",
            "program_affiliates",
            "programs"
        ]
    );
}
