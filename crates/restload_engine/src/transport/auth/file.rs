//! The file of a refresh token that serves once: the next one replaces it.
//!
//! The new file is made ready before the old token is spent, so that a folder that cannot be written to costs no token.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::TokenError;

/// A file whose token is about to be spent.
#[derive(Debug)]
pub(crate) struct TokenFile {
    /// The file itself, links followed.
    path: PathBuf,
    /// What will take its place; none once it has.
    next: Option<(PathBuf, File)>,
    /// The token in it.
    token: String,
    /// What stands behind the token: a line break, mostly.
    end: String,
}

impl TokenFile {
    /// Reads the token and makes the file ready that will take its place, readable by its owner only.
    pub(crate) fn open(path: &Path) -> Result<Self, TokenError> {
        let shown = path.display();
        let unread = |error| fault(format!("cannot read the refresh token from `{shown}`: {error}"));
        let unmade =
            |error| fault(format!("cannot make ready the file that will replace `{shown}`: {error}"));
        let path = fs::canonicalize(path).map_err(unread)?;
        let text = fs::read_to_string(&path).map_err(unread)?;
        let token = text.trim_end();
        if token.is_empty() {
            return Err(fault(format!("`{shown}` is empty: there is no refresh token in it")));
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let next = path.with_file_name(format!(".{name}.{:016x}.new", rand::random::<u64>()));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&next).map_err(unmade)?;
        let (token, end) = (token.to_owned(), text[token.len()..].to_owned());
        Ok(Self { path, next: Some((next, file)), token, end })
    }

    /// The token that is about to be spent.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// Puts the next token in the place of the one that was spent, at once and for good.
    pub(crate) fn replace(mut self, token: &str) -> Result<(), TokenError> {
        let Some((next, mut file)) = self.next.take() else { return Ok(()) };
        let written = file
            .write_all(format!("{token}{}", self.end).as_bytes())
            .and_then(|()| file.sync_all())
            .and_then(|()| fs::rename(&next, &self.path));
        written.map_err(|error| {
            // It would lie there unread.
            let _ = fs::remove_file(&next);
            fault(format!(
                "cannot write the next refresh token to `{}`: {error}; the one in it was spent, so a new one is needed",
                self.path.display()
            ))
        })?;
        // The rename itself is made durable where folders can be synced.
        if let Some(folder) = self.path.parent().and_then(|folder| File::open(folder).ok()) {
            let _ = folder.sync_all();
        }
        Ok(())
    }
}

impl Drop for TokenFile {
    fn drop(&mut self) {
        if let Some((next, _)) = self.next.take() {
            let _ = fs::remove_file(next);
        }
    }
}

fn fault(message: String) -> TokenError {
    TokenError::File { message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_next_token_replaces_the_file_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("refresh");
        fs::write(&path, "first-token\n").unwrap();
        let file = TokenFile::open(&path).unwrap();
        assert_eq!(file.token(), "first-token");
        file.replace("second-token").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "second-token\n");
        assert_eq!(names(folder.path()), ["refresh"]);
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions()) & 0o777,
            0o600
        );
    }

    #[test]
    fn a_token_that_was_not_spent_leaves_the_file_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("refresh");
        fs::write(&path, "first-token").unwrap();
        drop(TokenFile::open(&path).unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), "first-token");
        assert_eq!(names(folder.path()), ["refresh"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_one_and_the_file_behind_it_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("refresh"), folder.path().join("link"));
        fs::write(&path, "first-token").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        TokenFile::open(&link).unwrap().replace("second-token").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&path).unwrap(), "second-token");
    }

    #[test]
    fn a_file_that_is_not_there_or_empty_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("refresh");
        let told = TokenFile::open(&path).unwrap_err().to_string();
        assert!(told.starts_with("cannot read the refresh token from `"), "{told}");
        fs::write(&path, " \n").unwrap();
        let told = TokenFile::open(&path).unwrap_err().to_string();
        assert!(told.ends_with("is empty: there is no refresh token in it"), "{told}");
    }
}
