//! Points at which a test ends the process, to show what is left then.
//!
//! `RESTLOAD_FAIL_AT=<step>:<n>` aborts the process when a step of [`FAIL_POINTS`] is reached for the n-th time, counted
//! from 1 over the whole process: `part-write:3`, `record-link:1`. Nothing is cleared up and nothing is flushed, as by
//! `kill -9`. It is there where debug assertions are on, and with the feature `fail-points`; a release build has none
//! of it. A step that does not exist, or a number that is none, ends the process at the first step of any kind, so that a slip
//! of the pen is not taken for a run that was never killed.
//!
//! `RESTLOAD_WAIT_AT=<step>:<n>` holds the process there instead: it creates the file that `RESTLOAD_WAIT_FILE` names, and goes
//! on when somebody has removed it.

/// The steps, in the order in which a load comes by them, each with what is done and what is not when it is reached.
pub const FAIL_POINTS: &[(&str, &str)] = &[
    ("begin", "nothing of the load is there"),
    ("begun", "the journal of the load is there, not synced, and nothing else"),
    ("part-create", "a part is to be created"),
    ("part-write", "half of the bytes that were given to a part are written"),
    ("part-sync", "all bytes of a part are written, and not synced"),
    ("part-synced", "a part is synced, and not journalled"),
    ("journal-write", "half of the bytes of an entry are in the journal"),
    ("journal-sync", "all bytes of an entry are in the journal, and not synced"),
    ("journal-synced", "an entry of the journal is durable"),
    ("checkpoint", "the parts of a checkpoint are to be closed"),
    ("checkpoint-closed", "the parts of a checkpoint are durable, and not journalled"),
    ("checkpoint-noted", "a checkpoint is journalled"),
    ("resume", "a load that was left open was found good, and nothing of it was touched"),
    ("commit", "all parts are written, and the journal does not know of a commit"),
    ("commit-noted", "the journal knows of the commit, and no file has its place"),
    ("link", "a file is to be given its second name"),
    ("linked", "a file is there under both of its names, and the folder is not synced"),
    ("folder-sync", "a folder is to be synced"),
    ("commit-placed", "all files have their places, and there is no record"),
    ("put-write", "half of the bytes of a file that is put at once are written, under no name of its own"),
    ("put-link", "a file that is put at once is written and synced, and has no name yet"),
    ("put-linked", "a file that is put at once has its name, and its folder is not synced"),
    ("commit-recorded", "the record is there, and what it replaced has its place still"),
    ("given-up", "the journal of a load that is given up is removed, and its parts are there"),
    ("remove", "a file is to be removed"),
    ("claim", "a commit that was cut short is to be undone, and its sequence is free"),
    ("claimed", "the sequence of a commit that is undone is taken, and its files are in their places"),
    ("commit-cleared", "what the record replaced has lost its place, and the open load is there"),
    ("committed", "nothing is left to do"),
];

/// Comes by a step.
#[cfg(any(debug_assertions, feature = "fail-points"))]
pub fn fail_point(step: &'static str) {
    if is_due(step) {
        end();
    }
    active::wait(step);
}

/// Comes by a step.
#[cfg(not(any(debug_assertions, feature = "fail-points")))]
#[inline]
pub fn fail_point(_step: &'static str) {}

/// Whether the process is to end at this step; the caller does half of its work and calls [`end`].
#[cfg(not(any(debug_assertions, feature = "fail-points")))]
#[inline]
pub(crate) fn is_due(_step: &'static str) -> bool {
    false
}

#[cfg(any(debug_assertions, feature = "fail-points"))]
pub(crate) use active::is_due;

/// Ends the process as if it were killed.
pub(crate) fn end() -> ! {
    std::process::abort()
}

#[cfg(any(debug_assertions, feature = "fail-points"))]
mod active {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::FAIL_POINTS;

    /// What `RESTLOAD_FAIL_AT` asks for.
    #[derive(Debug, PartialEq, Eq)]
    pub(super) enum Asked {
        Nothing,
        /// It names no step.
        Wrong,
        At(&'static str, u64),
    }

    pub(super) fn parse(text: Option<&str>) -> Asked {
        let Some(text) = text.filter(|text| !text.is_empty()) else { return Asked::Nothing };
        let (name, count) = text.split_once(':').unwrap_or((text, "1"));
        let step = FAIL_POINTS.iter().map(|(step, _)| *step).find(|step| *step == name);
        match (step, count.parse()) {
            (Some(step), Ok(count)) if count > 0 => Asked::At(step, count),
            _ => Asked::Wrong,
        }
    }

    /// A step that a variable of the environment names, and how often it was reached.
    struct Point {
        variable: &'static str,
        asked: OnceLock<Asked>,
        reached: AtomicU64,
    }

    impl Point {
        const fn of(variable: &'static str) -> Self {
            Self { variable, asked: OnceLock::new(), reached: AtomicU64::new(0) }
        }

        fn is_due(&self, step: &'static str) -> bool {
            match self.asked.get_or_init(|| parse(std::env::var(self.variable).ok().as_deref())) {
                Asked::Nothing => false,
                Asked::Wrong => true,
                Asked::At(at, count) => {
                    *at == step && self.reached.fetch_add(1, Ordering::SeqCst) + 1 == *count
                }
            }
        }
    }

    /// Whether the process is to end at this step; the caller does half of its work and ends it.
    pub(crate) fn is_due(step: &'static str) -> bool {
        static END: Point = Point::of("RESTLOAD_FAIL_AT");
        debug_assert!(FAIL_POINTS.iter().any(|(known, _)| *known == step), "`{step}` is in no list");
        END.is_due(step)
    }

    /// Waits until a file is removed again, if that is asked for at this step.
    pub(super) fn wait(step: &'static str) {
        static WAIT: Point = Point::of("RESTLOAD_WAIT_AT");
        if !WAIT.is_due(step) {
            return;
        }
        let Some(file) = std::env::var_os("RESTLOAD_WAIT_FILE").map(std::path::PathBuf::from) else { return };
        let created = std::fs::write(&file, step);
        while created.is_ok() && file.exists() {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }
}

#[cfg(all(test, any(debug_assertions, feature = "fail-points")))]
mod tests {
    use super::active::{Asked, parse};
    use super::*;

    #[test]
    fn a_step_is_asked_for_by_its_name_and_a_number() {
        assert_eq!(parse(None), Asked::Nothing);
        assert_eq!(parse(Some("")), Asked::Nothing);
        assert_eq!(parse(Some("commit")), Asked::At("commit", 1));
        assert_eq!(parse(Some("part-write:12")), Asked::At("part-write", 12));
        for text in ["part-writes:1", "commit:0", "commit:x", "commit:", ":1"] {
            assert_eq!(parse(Some(text)), Asked::Wrong, "{text}");
        }
    }

    #[test]
    fn no_step_has_two_names_or_no_words() {
        let names: std::collections::BTreeSet<_> = FAIL_POINTS.iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), FAIL_POINTS.len());
        assert!(FAIL_POINTS.iter().all(|(_, words)| !words.is_empty()));
    }
}
