//! Exit codes: what a script can tell of how restload ended.

/// An exit code and what it tells.
#[derive(Debug, Clone, Copy)]
pub struct Exit {
    /// The code.
    pub code: u8,
    /// What it tells, in the few words that the help has room for.
    pub short: &'static str,
    meaning: &'static str,
}

impl Exit {
    /// What it tells, as the reference says it.
    pub fn meaning(&self) -> &'static str {
        self.meaning.trim()
    }
}

/// A constant a code, and the table of them all.
macro_rules! codes {
    ($(#[doc = $meaning:literal] $name:ident = $code:literal, $short:literal;)+) => {
        $(#[doc = $meaning] pub const $name: u8 = $code;)+

        /// All codes, the smallest first.
        pub const ALL: &[Exit] = &[$(Exit { code: $code, short: $short, meaning: $meaning }),+];
    };
}

codes! {
    /// Everything that was asked for is done.
    DONE = 0, "done";
    /// The command line is wrong, or names a file that cannot be read.
    USAGE = 1, "wrong usage";
    /// The spec has errors, or what `--deny` and `fmt --check` take for errors.
    SPEC = 2, "the spec has errors";
    /// The run failed and nothing was committed; a missing input, an unwritable folder and what `verify` finds are such failures too.
    FAILED = 3, "failed, nothing committed";
    /// Some tables were committed and some failed.
    PARTLY = 4, "some tables committed, some failed";
    /// Ended by `--max-duration` before everything was read: nothing is committed yet, and the next run goes on.
    OUT_OF_TIME = 5, "out of time, the next run goes on";
    /// Another run holds the folder.
    HELD = 6, "another run holds the folder";
    /// A bug of restload.
    BUG = 70, "a bug of restload";
    /// Ended by Ctrl-C.
    INTERRUPTED = 130, "ended by Ctrl-C";
}

/// The codes in one sentence, for the end of the help.
pub(crate) fn in_short() -> String {
    let told: Vec<String> = ALL.iter().map(|exit| format!("{} {}", exit.code, exit.short)).collect();
    format!("Exit codes: {}", told.join(" · "))
}
