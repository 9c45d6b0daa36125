//! Feeds `restload_fuzz::yaml` with what libFuzzer makes up: `cargo fuzz run yaml --features fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| restload_fuzz::yaml(bytes));
