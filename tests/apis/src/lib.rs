//! Runs the shipped specs.
