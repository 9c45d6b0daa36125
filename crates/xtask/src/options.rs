//! The options of chores that take long: how long, and with which seed.

use std::fmt::Write as _;

/// What stands behind the name of a chore.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) minutes: u64,
    pub(crate) seed: u64,
    /// The figures go to their page.
    pub(crate) write: bool,
    /// Small scenarios, for a look.
    pub(crate) small: bool,
    /// How many fail points each scenario gets; all without it.
    pub(crate) fail_points: Option<usize>,
    /// Scenarios whose name holds this.
    pub(crate) only: Option<String>,
    /// A program that is built already.
    pub(crate) program: Option<std::path::PathBuf>,
}

impl Options {
    /// The options that the figures hang on, as they would be written.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("--minutes {} --seed {}", self.minutes, self.seed);
        if self.small {
            text.push_str(" --small");
        }
        if let Some(points) = self.fail_points {
            let _ = write!(text, " --fail-points {points}");
        }
        if let Some(only) = &self.only {
            let _ = write!(text, " --only '{only}'");
        }
        text
    }

    /// Reads options, or says what is wrong with them.
    pub(crate) fn read(arguments: &[&str]) -> Result<Self, String> {
        let mut options = Self {
            minutes: 5,
            seed: 1,
            write: false,
            small: false,
            fail_points: None,
            only: None,
            program: None,
        };
        let mut arguments = arguments.iter();
        while let Some(name) = arguments.next() {
            match *name {
                "--write" => options.write = true,
                "--small" => options.small = true,
                "--minutes" => options.minutes = number(name, arguments.next())?,
                "--seed" => options.seed = number(name, arguments.next())?,
                "--fail-points" => options.fail_points = Some(number(name, arguments.next())?),
                "--only" => options.only = arguments.next().map(|text| (*text).to_owned()),
                "--program" => options.program = arguments.next().map(Into::into),
                other => return Err(format!("no option `{other}`")),
            }
        }
        Ok(options)
    }
}

fn number<T: std::str::FromStr>(name: &str, value: Option<&&str>) -> Result<T, String> {
    value.and_then(|value| value.parse().ok()).ok_or_else(|| format!("`{name}` needs a number"))
}
