//! restload_sandbox.
