//! A file that is open in an editor: its text as it is there, saved or not, and what lint says of it.

use std::fs::{self, File};
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use gen_lsp_types::Uri;
use jiff::Timestamp;
use restload_diag::Source;
use restload_lint::{Linted, Samples, lint};
use restload_spec::{Content, Document};
use url::Url;

use crate::params::Change;
use crate::text::{Encoding, Text};

/// A sample that is larger is not read: it could not be looked at while somebody types.
const LARGEST_SAMPLE: u64 = 32 << 20;

/// An open file.
#[derive(Debug)]
pub(crate) struct Buffer {
    pub(crate) uri: Uri,
    pub(crate) text: Text,
    pub(crate) version: i32,
    /// Its file, where the address names one.
    path: Option<PathBuf>,
    /// Whether it is a spec: other YAML gets nothing.
    is_spec: bool,
    /// What lint says of the text as it is.
    latest: Option<Linted>,
    /// What it said when the text could last be read as YAML.
    readable: Option<Linted>,
    /// Whether what lint says has still to be shown.
    pub(crate) is_due: bool,
    /// Whether the editor shows something of it.
    pub(crate) was_shown: bool,
}

impl Buffer {
    pub(crate) fn open(uri: Uri, version: i32, text: String, encoding: Encoding) -> Self {
        let path = Url::parse(&uri.0).ok().and_then(|url| url.to_file_path().ok());
        let is_spec = says_it_is_a_spec(&text);
        let text = Text::new(text, encoding);
        Self {
            uri,
            text,
            version,
            path,
            is_spec,
            latest: None,
            readable: None,
            is_due: true,
            was_shown: false,
        }
    }

    /// Takes changes in, one after the other.
    pub(crate) fn change(&mut self, version: Option<i32>, changes: Vec<Change>, encoding: Encoding) {
        for Change { range, text } in changes {
            match range {
                Some(range) => self.text.replace(range, &text),
                None => self.text = Text::new(text, encoding),
            }
        }
        self.version = version.unwrap_or(self.version + 1);
        // Half of what makes a spec may be away while it is written anew.
        let text = self.text.as_str();
        self.is_spec = says_it_is_a_spec(text) || (self.is_spec && says_a_part_of_it(text));
        self.forget();
    }

    /// Takes note that the file, or what stands beside it, is not what it was.
    pub(crate) fn forget(&mut self) {
        self.is_due = true;
        if let Some(linted) = self.latest.take()
            && is_readable(&linted)
        {
            self.readable = Some(linted);
        }
    }

    /// Whether the text is a spec.
    pub(crate) fn is_spec(&self) -> bool {
        self.is_spec
    }

    /// Whether nothing stands in the text yet: it may become a spec.
    pub(crate) fn is_empty(&self) -> bool {
        let text = self.text.as_str();
        text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'))
    }

    /// The folder that its samples are named from.
    pub(crate) fn folder(&self) -> Option<&Path> {
        self.path.as_deref().and_then(Path::parent)
    }

    /// The name of the file without its ending, which the spec's name has to be.
    pub(crate) fn stem(&self) -> Option<&str> {
        self.path.as_deref().and_then(Path::file_stem).and_then(|stem| stem.to_str())
    }

    /// What lint says of the text as it is. A text is linted once.
    pub(crate) fn lint(&mut self, now: Timestamp) -> &Linted {
        let linted = self.latest.take().unwrap_or_else(|| {
            let name = self.path.as_deref().map(|path| path.display().to_string()).unwrap_or_default();
            lint(Source::new(name, self.text.as_str()), self.stem(), &self.samples(), now)
        });
        self.latest.insert(linted)
    }

    /// Makes do with what can be read of a text that could never be read as a whole.
    pub(crate) fn make_do_with(&mut self, readable: &Document, now: Timestamp) {
        if !self.linted().is_some_and(is_readable) {
            let source = readable.source().clone();
            self.readable = Some(lint(source, self.stem(), &self.samples(), now));
        }
    }

    /// What lint says of the text as it is, where it was linted.
    pub(crate) fn linted_now(&self) -> Option<&Linted> {
        self.latest.as_ref()
    }

    /// What lint said of the text as it is, or as it could last be read.
    pub(crate) fn linted(&self) -> Option<&Linted> {
        self.latest
            .as_ref()
            .filter(|linted| is_readable(linted))
            .or(self.readable.as_ref())
            .or(self.latest.as_ref())
    }

    /// Where the samples of the spec are read.
    pub(crate) fn samples(&self) -> Beside<'_> {
        Beside(self.folder())
    }
}

/// Whether the text could be read as YAML: there is a tree.
fn is_readable(linted: &Linted) -> bool {
    has_tree(&linted.reading.document)
}

/// Whether a text holds a map at least.
pub(crate) fn has_tree(document: &Document) -> bool {
    matches!(document.root().content, Content::Map(_))
}

fn says_it_is_a_spec(text: &str) -> bool {
    has_key(text, "version") && has_key(text, "resources")
}

fn says_a_part_of_it(text: &str) -> bool {
    has_key(text, "version") || has_key(text, "resources")
}

/// Whether a line begins with a key, or the whole text is one map in brackets that has it.
fn has_key(text: &str, key: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}');
    let is_there = |line: &str| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':'));
    let in_brackets = || text.split(['{', ',']).any(|part| is_there(part.trim_start()));
    text.lines().any(is_there) || (text.starts_with('{') && in_brackets())
}

/// Samples that stand beside a spec, in its folder.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beside<'a>(Option<&'a Path>);

impl Samples for Beside<'_> {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        let Some(folder) = self.0 else { return Ok(None) };
        let fault = |error: std::io::Error| format!("cannot read `{path}`: {error}");
        let path_there = folder.join(path);
        let facts = match fs::metadata(&path_there) {
            Ok(facts) => facts,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(fault(error)),
        };
        // A pipe would be waited for.
        if !facts.is_file() {
            return Err(format!("`{path}` is no file"));
        }
        if facts.len() > LARGEST_SAMPLE {
            return Err(format!(
                "`{path}` is larger than {} MiB, and is not read in an editor",
                LARGEST_SAMPLE >> 20
            ));
        }
        let file = File::open(path_there).map_err(fault)?;
        let mut bytes = Vec::new();
        file.take(LARGEST_SAMPLE).read_to_end(&mut bytes).map_err(fault)?;
        Ok(Some(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buffer(text: &str) -> Buffer {
        Buffer::open(Uri("untitled:a".to_owned()), 1, text.to_owned(), Encoding::Utf16)
    }

    fn changed(buffer: &mut Buffer, text: &str) {
        buffer.change(None, vec![Change { range: None, text: text.to_owned() }], Encoding::Utf16);
    }

    #[test]
    fn a_spec_has_a_version_and_resources() {
        assert!(buffer("version: 1\nresources: {}\n").is_spec());
        assert!(buffer("{version: 1, name: a, resources: {}}").is_spec());
        for other in
            ["", "version: 1\nservices:\n  resources: {}\n", "resources: []\n", "# version:\nresources:\n"]
        {
            assert!(!buffer(other).is_spec(), "{other}");
        }
    }

    #[test]
    fn a_spec_stays_one_while_half_of_what_makes_it_is_written_anew() {
        let mut buffer = buffer("version: 1\nresources: {}\n");
        changed(&mut buffer, "version: 1\nresour\n");
        assert!(buffer.is_spec());
        changed(&mut buffer, "services: {}\n");
        assert!(!buffer.is_spec());
        changed(&mut buffer, "version: 1\nservices: {}\n");
        assert!(!buffer.is_spec());
    }

    #[test]
    fn what_was_read_last_is_kept_while_the_text_is_broken() {
        let mut buffer = buffer("version: 1\nname: a\nresources: {}\n");
        buffer.lint(Timestamp::UNIX_EPOCH);
        changed(&mut buffer, "version: 1\nname: [\nresources: {}\n");
        buffer.lint(Timestamp::UNIX_EPOCH);
        let linted = buffer.linted().unwrap();
        assert_eq!(linted.reading.document.source().text, "version: 1\nname: a\nresources: {}\n");
        changed(&mut buffer, "version: 1\nname: b\nresources: {}\n");
        buffer.lint(Timestamp::UNIX_EPOCH);
        assert!(buffer.linted().unwrap().reading.document.source().text.contains("name: b"));
    }
}
