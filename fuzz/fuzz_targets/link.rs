//! Feeds `restload_fuzz::link` with what libFuzzer makes up: `cargo fuzz run link --features fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| restload_fuzz::link(bytes));
