//! The folders of cases: what a case is made of.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::ends::Ends;

/// A case folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its path below the folder of all cases: `paginate/cursor-in-header`.
    pub name: String,
    pub(crate) folder: PathBuf,
}

/// A case that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// A file or folder.
    #[error("{}: {reason}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
}

impl CaseError {
    pub(crate) fn new(path: &Path, reason: impl std::fmt::Display) -> Self {
        Self::Unreadable { path: path.to_owned(), reason: reason.to_string() }
    }
}

/// One load of a case; most have one.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// Empty for the first.
    pub(crate) name: &'static str,
    /// The folder that the program is started in; it holds `spec.yaml`.
    pub(crate) spec_folder: PathBuf,
    pub(crate) folder: PathBuf,
    /// A command in place of `run spec.yaml`.
    pub(crate) command: Option<Vec<String>>,
    /// Further arguments.
    pub(crate) args: Vec<String>,
    pub(crate) env: BTreeMap<String, String>,
    /// How it ends before its end.
    pub(crate) ends: Option<Ends>,
}

impl Step {
    pub(crate) fn want(&self) -> PathBuf {
        self.folder.join("want")
    }
}

/// Further loads of a case, in their order.
const FURTHER: [&str; 6] = ["second", "third", "fourth", "fifth", "sixth", "seventh"];
/// What a case may hold.
const PARTS: [&str; 7] =
    ["spec.yaml", "exchanges.yaml", "want", "args.txt", "env.yaml", "command.txt", "ends.yaml"];

/// All case folders below `root`, by name.
pub fn cases(root: &Path) -> Result<Vec<Case>, CaseError> {
    let mut found = Vec::new();
    for area in folders(root)? {
        for folder in folders(&area)? {
            let name = folder.strip_prefix(root).unwrap_or(&folder).to_string_lossy().replace('\\', "/");
            found.push(Case { name, folder });
        }
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}

fn folders(path: &Path) -> Result<Vec<PathBuf>, CaseError> {
    let entries = std::fs::read_dir(path).map_err(|error| CaseError::new(path, error))?;
    let paths =
        entries.map(|entry| entry.map(|entry| entry.path()).map_err(|error| CaseError::new(path, error)));
    Ok(paths.collect::<Result<Vec<_>, _>>()?.into_iter().filter(|path| path.is_dir()).collect())
}

/// A file's text; none if it is not there.
pub(crate) fn read_if_there(path: &Path) -> Result<Option<String>, CaseError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(CaseError::new(path, error)),
    }
}

impl Case {
    /// The loads of the case. A further load has the spec, the arguments and the environment of the one before unless
    /// it brings its own. `fill` puts values in place of `{{base}}` and its kin.
    pub(crate) fn steps(&self, fill: &dyn Fn(&str) -> String) -> Result<Vec<Step>, CaseError> {
        self.check_parts()?;
        let first = Step {
            name: "",
            spec_folder: self.folder.clone(),
            folder: self.folder.clone(),
            command: None,
            args: Vec::new(),
            env: BTreeMap::new(),
            ends: None,
        };
        let mut steps = vec![with_own_parts(first.clone(), fill)?];
        for name in FURTHER {
            let folder = self.folder.join(name);
            if !folder.is_dir() {
                break;
            }
            let before = steps.last().unwrap_or(&first).clone();
            steps.push(with_own_parts(Step { name, folder, ..before }, fill)?);
        }
        Ok(steps)
    }

    /// A file that nothing reads is a slip of the pen.
    fn check_parts(&self) -> Result<(), CaseError> {
        let spec = self.folder.join("spec.yaml");
        let bytes = std::fs::read(&spec).map_err(|error| CaseError::new(&spec, error))?;
        if !bytes.starts_with(b"# ") {
            return Err(CaseError::new(&spec, "the first line is a comment that says what the case shows"));
        }
        let exchanges = read_if_there(&self.folder.join("exchanges.yaml"))?.unwrap_or_default();
        let entries = std::fs::read_dir(&self.folder).map_err(|error| CaseError::new(&self.folder, error))?;
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if !PARTS.contains(&name.as_str())
                && !FURTHER.contains(&name.as_str())
                && !exchanges.contains(&name)
            {
                return Err(CaseError::new(&entry.path(), "a case has no such file"));
            }
        }
        Ok(())
    }
}

fn with_own_parts(mut step: Step, fill: &dyn Fn(&str) -> String) -> Result<Step, CaseError> {
    if step.folder.join("spec.yaml").exists() {
        step.spec_folder.clone_from(&step.folder);
    }
    let lines = |text: &str| fill(text).lines().map(str::to_owned).filter(|line| !line.is_empty()).collect();
    if let Some(args) = read_if_there(&step.folder.join("args.txt"))? {
        step.args = lines(&args);
    }
    step.command = read_if_there(&step.folder.join("command.txt"))?.map(|command| lines(&command));
    let path = step.folder.join("env.yaml");
    if let Some(env) = read_if_there(&path)? {
        step.env = serde_yaml::from_str(&fill(&env)).map_err(|error| CaseError::new(&path, error))?;
    }
    let path = step.folder.join("ends.yaml");
    step.ends = match read_if_there(&path)? {
        Some(ends) => Some(serde_yaml::from_str(&ends).map_err(|error| CaseError::new(&path, error))?),
        None => None,
    };
    Ok(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(files: &[(&str, &str)]) -> (tempfile::TempDir, Case) {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join("area/one").join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let case = cases(root.path()).unwrap().remove(0);
        (root, case)
    }

    #[test]
    fn a_further_load_takes_what_it_does_not_bring() {
        let (_root, case) = case(&[
            ("spec.yaml", "# shows\n"),
            ("args.txt", "--limit\n2\n"),
            ("env.yaml", "A: '{{base}}'\n"),
            ("second/exchanges.yaml", ""),
            ("third/args.txt", "--strict\n"),
        ]);
        assert_eq!(case.name, "area/one");
        let steps = case.steps(&|text| text.replace("{{base}}", "http://x")).unwrap();
        let args: Vec<_> = steps.iter().map(|step| (step.name, step.args.join(" "))).collect();
        assert_eq!(
            args,
            [("", "--limit 2".into()), ("second", "--limit 2".into()), ("third", "--strict".into())]
        );
        assert_eq!(steps[2].env["A"], "http://x");
        assert!(steps.iter().all(|step| step.spec_folder == case.folder));
    }

    #[test]
    fn a_case_says_what_it_shows_and_holds_nothing_else() {
        let (_root, silent) = case(&[("spec.yaml", "version: 1\n")]);
        assert!(silent.steps(&str::to_owned).unwrap_err().to_string().contains("says what the case shows"));
        let (_root, odd) = case(&[("spec.yaml", "# shows\n"), ("exchange.yaml", "")]);
        assert!(odd.steps(&str::to_owned).unwrap_err().to_string().contains("no such file"));
    }
}
