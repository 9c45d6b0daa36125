//! restload_fuzz.
