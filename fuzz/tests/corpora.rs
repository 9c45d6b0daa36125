//! The corpora of the fuzz targets as ordinary tests.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test fails by it, and says at which file")]

use std::fs;
use std::path::Path;

fn each(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let mut files = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        println!("{}", path.display());
        check(&fs::read(&path).unwrap());
        files += 1;
    }
    assert!(files > 0, "{} is empty", folder.display());
}

#[test]
fn bodies_are_read_as_serde_json_reads_them() {
    each("json", restload_fuzz::json);
}

#[test]
fn specs_have_diagnostics_and_no_panics() {
    each("yaml", restload_fuzz::yaml);
}

#[test]
fn templates_paths_and_programs_are_parsed_or_refused() {
    each("template", restload_fuzz::template);
}

#[test]
fn link_headers_give_links() {
    each("link", restload_fuzz::link);
}
