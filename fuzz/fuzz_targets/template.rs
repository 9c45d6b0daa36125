//! Feeds `restload_fuzz::template` with what libFuzzer makes up: `cargo fuzz run template --features fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| restload_fuzz::template(bytes));
