//! The verbs and options of the command line, and what their help says.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Reads REST APIs into Parquet files, as YAML specs say.
#[derive(Debug, Parser)]
#[command(
    name = "restload",
    version,
    about,
    max_term_width = 100,
    arg_required_else_help = true,
    subcommand_required = true,
    disable_help_subcommand = true,
    after_help = format!(
        "Try it without credentials:  restload run specs/tapfiliate.yaml --sandbox\n\n{}",
        crate::exit::in_short()
    )
)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// What restload can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Reads the API of a spec and writes its tables as Parquet files
    #[command(long_about = RUN_DETAILS)]
    Run(Box<RunArguments>),
    /// Says all that is wrong with specs, before a request is made
    #[command(long_about = LINT_DETAILS)]
    Lint(LintArguments),
    /// Says what a rule of lint is about
    #[command(long_about = EXPLAIN_DETAILS)]
    Explain(ExplainArguments),
    /// Puts the keys of specs in the order of the reference
    #[command(long_about = FMT_DETAILS)]
    Fmt(FmtArguments),
    /// Says what a run would do, without a request
    #[command(long_about = PLAN_DETAILS)]
    Plan(PlanArguments),
    /// Lists the files that a table consists of
    #[command(long_about = FILES_DETAILS)]
    Files(FilesArguments),
    /// Tells the history of a folder: when it was loaded, and what came of it
    #[command(long_about = LOADS_DETAILS)]
    Loads(LoadsArguments),
    /// Proves every file against its hash and the records, and finds what no record lists
    #[command(long_about = VERIFY_DETAILS)]
    Verify(VerifyArguments),
    /// Finishes or undoes a commit that was interrupted
    #[command(long_about = RECOVER_DETAILS)]
    Recover(OfFolder),
    /// Takes the newest load back, its cursors included
    #[command(long_about = ROLLBACK_DETAILS)]
    Rollback(RollbackArguments),
    /// Joins small files to larger ones
    #[command(long_about = COMPACT_DETAILS)]
    Compact(CompactArguments),
    /// Shows or changes the cursors that the next load goes on from
    #[command(long_about = STATE_DETAILS)]
    State(StateArguments),
    /// Serves a made-up copy of a spec's API on this machine, from the spec's samples
    #[command(long_about = SANDBOX_DETAILS)]
    Sandbox(SandboxArguments),
    /// Prints the JSON Schema of specs, for editors
    Schema,
    /// Serves editors: findings, fixes, completion and hover over the Language Server Protocol, on standard input and output
    Lsp,
}

/// How much is said on standard error, and in which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Voice {
    /// Nothing but errors.
    pub(crate) quiet: bool,
    /// One JSON object a line.
    pub(crate) json: bool,
}

impl Verb {
    /// How the verb is to speak.
    pub(crate) fn voice(&self) -> Voice {
        match self {
            Self::Run(run) => Voice { quiet: run.quiet, json: run.log == LogForm::Json },
            Self::Lint(_)
            | Self::Explain(_)
            | Self::Fmt(_)
            | Self::Plan(_)
            | Self::Files(_)
            | Self::Loads(_)
            | Self::Verify(_)
            | Self::Recover(_)
            | Self::Rollback(_)
            | Self::Compact(_)
            | Self::State(_)
            | Self::Sandbox(_)
            | Self::Schema
            | Self::Lsp => Voice { quiet: false, json: false },
        }
    }
}

/// The form of what is said while a run goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogForm {
    /// Lines for people.
    Human,
    /// One JSON object a line: each event, and at the end a summary.
    Json,
}

const RUN_DETAILS: &str = "\
Reads the API of a spec and writes its tables as Parquet files.

The tables land in <out>/<spec>/<table>/*.parquet. A table is only ever seen whole: a run that fails or is ended leaves \
the files of the load before as they were.

The spec says which inputs it needs, such as an API key. Each is looked for in this order: --set, the environment, the \
file given with --env-file, the default in the spec.

  restload run specs/tapfiliate.yaml --sandbox          made-up data, no credentials, no network
  restload run specs/tapfiliate.yaml --limit 100        at most 100 rows of each resource
  restload run specs/tapfiliate.yaml                    everything";

/// `restload run`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct RunArguments {
    /// The spec: a YAML file
    pub(crate) spec: PathBuf,

    /// Read only these resources, and those that they need
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', help_heading = "What is read")]
    pub(crate) resource: Vec<String>,

    /// Take no stored cursor into account: read from the start, and replace tables that grow or are merged (not those under `append: snapshots`)
    #[arg(long, conflicts_with_all = ["since", "until"], help_heading = "What is read")]
    pub(crate) full_refresh: bool,

    /// In place of what is new, read from here on: 2026-01-31, 2026-01-31T08:00:00Z, -30d, or a number where cursors are
    /// numbers; the cursors stay where they are
    #[arg(long, value_name = "FROM", allow_hyphen_values = true, help_heading = "What is read")]
    pub(crate) since: Option<String>,

    /// In place of what is new, read up to here, exclusively
    #[arg(long, value_name = "TO", allow_hyphen_values = true, help_heading = "What is read")]
    pub(crate) until: Option<String>,

    /// Move the cursors though a range was asked for
    #[arg(long, help_heading = "What is read")]
    pub(crate) advance: bool,

    /// Stop each resource after N rows and write to <out>/<spec>.limit
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "What is read")]
    pub(crate) limit: Option<u64>,

    /// Read a made-up copy of the API inside this process and write to <out>/<spec>.sandbox; no credentials are needed
    /// and none are read
    #[arg(long, conflicts_with_all = ["base_url", "env_file", "allow_env"], help_heading = "What is read")]
    pub(crate) sandbox: bool,

    /// Rows of each list in the sandbox [default: 250]
    #[arg(long, value_name = "N", requires = "sandbox", help_heading = "What is read")]
    pub(crate) rows: Option<u64>,

    /// The folder that the spec's folder is made in
    #[arg(long, value_name = "DIR", default_value = "data", help_heading = "Where it is written")]
    pub(crate) out: PathBuf,

    /// Where inputs have their values from.
    #[command(flatten)]
    pub(crate) inputs: InputArguments,

    /// Ask this URL in place of the spec's base URL: a staging copy, a proxy; http only to this machine
    #[arg(long, value_name = "URL", help_heading = "How it is read")]
    pub(crate) base_url: Option<String>,

    /// Memory for pages and tables in the making
    #[arg(long, value_name = "SIZE", default_value = "256MiB", help_heading = "How it is read")]
    pub(crate) memory: String,

    /// Replace a table though not all of its rows came: pages were skipped or walks cut short by a response action
    #[arg(long, help_heading = "Where it is written")]
    pub(crate) allow_incomplete: bool,

    /// How often what was read is made durable, so that a run that is killed can be gone on with
    #[arg(long, value_name = "TIME", default_value = "10s", help_heading = "A run that ends early")]
    pub(crate) checkpoint: String,

    /// Go on with a load that was left open, unless it began longer ago
    #[arg(long, value_name = "TIME", default_value = "24h", help_heading = "A run that ends early")]
    pub(crate) resume_within: String,

    /// Drop what a run that ended early had read, and begin anew
    #[arg(long, help_heading = "A run that ends early")]
    pub(crate) no_resume: bool,

    /// End after this time with exit code 5; the next run goes on
    #[arg(long, value_name = "TIME", conflicts_with_all = ["limit", "sandbox"], help_heading = "A run that ends early")]
    pub(crate) max_duration: Option<String>,

    /// Take a doubt about completeness as a failure
    #[arg(long, help_heading = "How it is read")]
    pub(crate) strict: bool,

    /// Print nothing but errors
    #[arg(long, short, help_heading = "What is printed")]
    pub(crate) quiet: bool,

    /// The form of progress and messages
    #[arg(long, value_name = "FORM", value_enum, default_value = "human", help_heading = "What is printed")]
    pub(crate) log: LogForm,
}

/// Where inputs have their values from.
#[derive(Debug, Args)]
pub(crate) struct InputArguments {
    /// Give an input its value; secrets are better kept in the environment, where other users do not see them
    #[arg(long, value_name = "INPUT=VALUE", help_heading = "Inputs")]
    pub(crate) set: Vec<String>,

    /// A file of NAME=VALUE lines for variables that the environment does not have
    #[arg(long, value_name = "FILE", help_heading = "Inputs")]
    pub(crate) env_file: Option<PathBuf>,

    /// Let the spec read a variable that has neither the spec's name nor RESTLOAD_ in its name
    #[arg(long, value_name = "NAME", help_heading = "Inputs")]
    pub(crate) allow_env: Vec<String>,
}

const LINT_DETAILS: &str = "\
Says all that is wrong with specs, before a request is made: each finding with its place, why it matters and the edit that \
mends it.

PATHS are files, folders (the YAML files in them that have `version:` and `resources:`, and the YAML blocks of Markdown \
pages) or `-` for standard input. What is found is printed to standard output; the exit code is 2 where there is an error.

  restload lint specs
  restload lint specs/tapfiliate.yaml --fix --diff      shows what --fix would change
  restload lint specs docs --deny warnings --format github";

/// `restload lint`.
#[derive(Debug, Args)]
pub(crate) struct LintArguments {
    /// Files, folders, or `-` for standard input
    #[arg(default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,

    /// The form of what is printed
    #[arg(long, value_name = "FORM", value_enum, default_value = "full")]
    pub(crate) format: LintForm,

    /// Mend what a program can mend, in the files
    #[arg(long)]
    pub(crate) fix: bool,

    /// Show what would be mended as a patch, and change nothing
    #[arg(long, requires = "fix")]
    pub(crate) diff: bool,

    /// Take these for errors in the exit code
    #[arg(long, value_name = "WHAT", value_enum)]
    pub(crate) deny: Option<Deny>,
}

/// The form of what lint finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LintForm {
    /// Each finding drawn under its line, with the edit to make.
    Full,
    /// A line a finding.
    Concise,
    /// A JSON array.
    Json,
    /// Annotations of GitHub Actions.
    Github,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
}

/// What is taken for an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Deny {
    /// Warnings too.
    Warnings,
}

const EXPLAIN_DETAILS: &str = "\
Says what a rule of lint is, why its fault is bad, and what to write instead, or what a code that a run prints means; without RULE, lists all.

  restload explain unknown-key
  restload explain no-answer";

/// `restload explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// The name of a rule, as lint prints it, or a code of a run
    pub(crate) rule: Option<String>,
}

const FMT_DETAILS: &str = "\
Puts the keys of specs in the order of the reference. Comments and blank lines stay with the keys that they belong to, and \
nothing else is changed.

PATHS are files, folders, or `-` for standard input, which is printed to standard output.

  restload fmt specs
  restload fmt specs --check                            shows what would be changed, exit code 2 if anything";

/// `restload fmt`.
#[derive(Debug, Args)]
pub(crate) struct FmtArguments {
    /// Files, folders, or `-` for standard input
    #[arg(default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,

    /// Change nothing; show what would be changed, and end with exit code 2 if that is anything
    #[arg(long)]
    pub(crate) check: bool,
}

const PLAN_DETAILS: &str = "\
Says what `restload run` with the same options would do, without a request: the inputs and where their values come from, \
each resource with its first request, how its pages follow each other, what the run starts from and what it writes.

Inputs need not be there: what hangs on a missing one is shown by its name, {inputs.since}, and what a row of the parent \
brings as {parent.id}. Secrets are ***.

  restload plan specs/tapfiliate.yaml
  restload plan specs/tapfiliate.yaml --resource affiliates_notes --format json";

/// `restload plan`.
#[derive(Debug, Args)]
pub(crate) struct PlanArguments {
    /// The spec: a YAML file
    pub(crate) spec: PathBuf,

    /// Read only these resources, and those that they need
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', help_heading = "What is read")]
    pub(crate) resource: Vec<String>,

    /// The folder that the spec's folder is made in
    #[arg(long, value_name = "DIR", default_value = "data", help_heading = "Where it is written")]
    pub(crate) out: PathBuf,

    /// Where inputs have their values from.
    #[command(flatten)]
    pub(crate) inputs: InputArguments,

    /// Ask this URL in place of the spec's base URL: a staging copy, a proxy; http only to this machine
    #[arg(long, value_name = "URL", help_heading = "How it is read")]
    pub(crate) base_url: Option<String>,

    /// The form of the plan
    #[arg(long, value_name = "FORM", value_enum, default_value = "human", help_heading = "What is printed")]
    pub(crate) format: PlanForm,
}

/// The form of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlanForm {
    /// For people.
    Human,
    /// One JSON object; docs/reference/plan.md says what is in it.
    Json,
}

const FILES_DETAILS: &str = "\
Lists the files that a table consists of, as the newest load record says.

With TABLE the paths alone, one a line, in the order of the rows; without, the files of all tables, each line a table, a \
tab and a path. What the folder of a table holds is the same, except while a run is committing or after it was \
interrupted in it. If one of the files is not there, nothing is listed and the exit code is 3.

  restload files specs/tapfiliate.yaml conversions | xargs ls -l";

/// `restload files`.
#[derive(Debug, Args)]
pub(crate) struct FilesArguments {
    #[command(flatten)]
    pub(crate) of: OfFolder,

    /// One table
    pub(crate) table: Option<String>,
}

/// Whose output is meant.
#[derive(Debug, Clone, Args)]
pub(crate) struct OfFolder {
    /// The spec's file, or the name of its folder: tapfiliate, tapfiliate.sandbox
    pub(crate) spec: PathBuf,

    /// The folder that the spec's folder is in
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub(crate) out: PathBuf,
}

const LOADS_DETAILS: &str = "\
Tells the history of a folder, the oldest load first: when it began, what it did, the rows that it wrote, what the tables hold \
since, the columns that were added, widened or vanished, and the doubts.

  restload loads specs/tapfiliate.yaml
  restload loads specs/tapfiliate.yaml --format json";

/// `restload loads`.
#[derive(Debug, Args)]
pub(crate) struct LoadsArguments {
    /// Whose history.
    #[command(flatten)]
    pub(crate) of: OfFolder,

    /// The form of the history
    #[arg(long, value_name = "FORM", value_enum, default_value = "human")]
    pub(crate) format: HistoryForm,
}

/// The form of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum HistoryForm {
    /// A table for people.
    Human,
    /// A JSON array, an object a record.
    Json,
}

const VERIFY_DETAILS: &str = "\
Proves a folder: every file of the newest record is there, has the hash, the size, the rows and the columns that the record \
says, and no other file lies in the tables' folders. An interrupted commit and records that are missing are told too. The exit \
code is 3 where something is wrong.

With --repair, what can be mended without losing anything is: an interrupted commit is finished or undone, a file that no \
record lists moves to `_restload/orphans/`, a file that is missing comes back from `_restload/kept/` if it lies there. What \
was done is said.

  restload verify specs/tapfiliate.yaml
  restload verify specs/tapfiliate.yaml --repair";

/// `restload verify`.
#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    /// Whose output.
    #[command(flatten)]
    pub(crate) of: OfFolder,

    /// Mend what can be mended without losing anything
    #[arg(long)]
    pub(crate) repair: bool,
}

const RECOVER_DETAILS: &str = "\
Finishes or undoes a commit that was interrupted, so that the folders of the tables hold what the newest record lists. The next \
run does the same before anything else; this is for whom a reader waits meanwhile.

  restload recover specs/tapfiliate.yaml";

const ROLLBACK_DETAILS: &str = "\
Takes the newest load back: the tables and the cursors become those of the record before it. That is a record of its own; \
nothing is read and nothing is rewritten. What the load replaced comes back from where it is kept until the next commit, so a \
load can be taken back as long as no other followed it; one that only added rows always can. Each further call goes one load \
further back.

What the load had written is kept until the next commit too, in `_restload/kept/`.

  restload rollback specs/tapfiliate.yaml --dry-run     says what would be taken back
  restload rollback specs/tapfiliate.yaml";

/// `restload rollback`.
#[derive(Debug, Args)]
pub(crate) struct RollbackArguments {
    /// Whose newest load.
    #[command(flatten)]
    pub(crate) of: OfFolder,

    /// Say what would be taken back, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

const COMPACT_DETAILS: &str = "\
Joins files of a table that follow each other to files of about --target-size: the same rows in the same order, under the same \
columns. That is a record of its own; the small files are kept until the next commit. A load that was made before can then no \
longer be taken back if it had replaced files.

  restload compact specs/tapfiliate.yaml
  restload compact specs/tapfiliate.yaml conversions --target-size 512MiB";

/// `restload compact`.
#[derive(Debug, Args)]
pub(crate) struct CompactArguments {
    /// Whose files.
    #[command(flatten)]
    pub(crate) of: OfFolder,

    /// One table
    pub(crate) table: Option<String>,

    /// The size of files that is aimed at [default: 128MiB]
    #[arg(long, value_name = "SIZE")]
    pub(crate) target_size: Option<String>,
}

const STATE_DETAILS: &str = "\
Shows or changes the cursors that the next load goes on from.

The newest load record holds one for each walk of a resource with `incremental`: per parent row, per combination. A change is \
a load record of its own; tables stay as they are.

  restload state show specs/tapfiliate.yaml                              all cursors
  restload state reset specs/tapfiliate.yaml conversions                 from the start again
  restload state set specs/tapfiliate.yaml conversions 2026-01-31        from there";

/// `restload state`.
#[derive(Debug, Args)]
pub(crate) struct StateArguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) act: StateAct,
}

/// What can be done with cursors.
#[derive(Debug, Subcommand)]
pub(crate) enum StateAct {
    /// Lists cursors: the resource, the cursor, the rows remembered so that they do not come twice, and the walk
    Show(OfState),
    /// Takes cursors away: the next load reads from the start
    Reset(OfState),
    /// Sets the cursor of all walks of a resource
    Set(SetState),
}

/// Whose cursors are meant.
#[derive(Debug, Clone, Args)]
pub(crate) struct OfState {
    /// The spec's file, or the name of its folder: tapfiliate, tapfiliate.sandbox
    pub(crate) spec: PathBuf,

    /// One resource
    pub(crate) resource: Option<String>,

    /// The folder that the spec's folder is in
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub(crate) out: PathBuf,
}

/// `restload state set`.
#[derive(Debug, Args)]
pub(crate) struct SetState {
    /// The spec's file, or the name of its folder: tapfiliate, tapfiliate.sandbox
    pub(crate) spec: PathBuf,

    /// The resource
    pub(crate) resource: String,

    /// The cursor: a time in ISO 8601, a whole number, or text, as the cursor is
    #[arg(allow_hyphen_values = true)]
    pub(crate) value: String,

    /// The folder that the spec's folder is in
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub(crate) out: PathBuf,
}

impl SetState {
    /// Whose cursors are meant.
    pub(crate) fn of_state(&self) -> OfState {
        OfState { spec: self.spec.clone(), resource: Some(self.resource.clone()), out: self.out.clone() }
    }
}

const SANDBOX_DETAILS: &str = "\
Serves a made-up copy of a spec's API on this machine, from the spec's samples, until Ctrl-C.

It checks the auth, pages as the spec's paginators expect and answers for children. Rows are varied from the samples; the \
same command gives the same rows.

  restload sandbox specs/tapfiliate.yaml --port 8080 --rows 1000";

/// `restload sandbox`.
#[derive(Debug, Args)]
pub(crate) struct SandboxArguments {
    /// The spec: a YAML file, with samples beside it
    pub(crate) spec: PathBuf,

    /// The port to listen on; 0 takes a free one
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) port: u16,

    /// Rows of each list
    #[arg(long, value_name = "N", default_value_t = 250)]
    pub(crate) rows: u64,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_of_the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn resources_are_named_with_commas_or_one_by_one() {
        let line = ["restload", "run", "a.yaml", "--resource", "a,b", "--resource", "c"];
        let Verb::Run(run) = Arguments::try_parse_from(line).unwrap().verb else { panic!("not run") };
        assert_eq!(run.resource, ["a", "b", "c"]);
    }

    #[test]
    fn a_sandbox_takes_nothing_that_leads_to_the_real_api() {
        for more in [["--base-url", "https://a.example"], ["--env-file", ".env"], ["--allow-env", "KEY"]] {
            let line = ["restload", "run", "a.yaml", "--sandbox"].into_iter().chain(more);
            assert!(Arguments::try_parse_from(line).is_err(), "{more:?}");
        }
        assert!(Arguments::try_parse_from(["restload", "run", "a.yaml", "--rows", "5"]).is_err());
    }
}
