//! Feeds `restload_fuzz::json` with what libFuzzer makes up: `cargo fuzz run json --features fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| restload_fuzz::json(bytes));
