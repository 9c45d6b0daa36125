//! The files of earlier loads: they stay, go, or are written again. One that is to be written again is held against its record
//! first: what is wrong with it would be right ever after.

use std::fs::File;
use std::io::ErrorKind;

use restload_diag::{Diagnostic, Part};
use restload_store::FileEntry;
use restload_table::{TableError, TableSchema, rewrite};

use super::keys::RowSet;
use super::merge::Merge;
use super::{Settling, store_fault};
use crate::run::fault::Fault;

/// The files of earlier loads that a table has after this one.
#[derive(Default)]
pub(super) struct Older {
    pub(super) files: Vec<FileEntry>,
    pub(super) remove: Vec<String>,
    /// How many were brought to wider columns.
    pub(super) rewritten: u64,
}

impl Settling<'_> {
    /// What becomes of the files of earlier loads: they go, or stay, or are written again without some of their rows or under
    /// wider columns.
    pub(super) fn older(
        &self,
        files: Vec<FileEntry>,
        merge: Option<&Merge>,
        (known, schema): (&TableSchema, &TableSchema),
        has_rows: bool,
    ) -> Result<Older, Fault> {
        let mut older = Older::default();
        let same = known.same_layout(schema);
        for (index, file) in files.into_iter().enumerate() {
            let out: Option<&RowSet> = merge.map(|merge| &merge.out[index]).filter(|out| out.count() > 0);
            let is_gone = out.is_some_and(|out| out.count() == file.rows);
            // A file without rows stands for the columns only, which those of the load do too.
            let is_empty = has_rows && merge.is_some() && file.rows == 0;
            if self.replaces() || is_gone || is_empty {
                older.remove.push(file.path);
            } else if same && out.is_none() {
                older.files.push(file);
            } else {
                let keep = |row: u64| out.is_none_or(|out| !out.contains(row));
                let part = self.rewrite(&file, known, schema, out.is_some().then_some(&keep))?;
                older.rewritten += u64::from(!same);
                older.remove.push(file.path);
                older.files.push(part);
            }
        }
        Ok(older)
    }

    /// Writes a file again under a wider schema, without some of its rows.
    fn rewrite(
        &self,
        file: &FileEntry,
        from: &TableSchema,
        to: &TableSchema,
        keep: Option<&impl Fn(u64) -> bool>,
    ) -> Result<FileEntry, Fault> {
        let found = self.folder.fingerprint(&file.path).map_err(|error| store_fault(&error))?;
        let found = found.ok_or_else(|| self.missing(file))?;
        if let Some(reason) = file.differs(&found) {
            return Err(self.differs(file, &reason));
        }
        let opened = self.open_older(file)?;
        let mut part = self.create(to)?;
        let keep = keep.map(|keep| keep as &dyn Fn(u64) -> bool);
        rewrite(opened, from, keep, &mut part).map_err(|error| self.fault(&error))?;
        self.close(part)
    }

    pub(super) fn open_older(&self, file: &FileEntry) -> Result<File, Fault> {
        let opened = File::open(self.folder.locate(&file.path));
        opened.map_err(|error| match error.kind() {
            ErrorKind::NotFound => self.missing(file),
            _ => self.differs(file, &format!("it cannot be read: {error}")),
        })
    }

    /// Why a file that is there cannot be read.
    pub(super) fn unreadable(&self, file: &FileEntry, error: &TableError) -> Fault {
        match error {
            TableError::NullInKey { column, .. } => self.keyless(column),
            error => self.differs(file, &format!("it cannot be read: {error}")),
        }
    }

    fn missing(&self, file: &FileEntry) -> Fault {
        let path = self.folder.locate(&file.path);
        self.wrong("file-missing", format!("`{}` is in the newest load record and not there", path.display()))
    }

    fn differs(&self, file: &FileEntry, reason: &str) -> Fault {
        let path = self.folder.locate(&file.path);
        self.wrong(
            "file-differs",
            format!("`{}` is not what the newest load record says: {reason}", path.display()),
        )
    }

    fn wrong(&self, rule: &'static str, message: String) -> Fault {
        let at = self.run.plan.resources[self.plan().resources[0]].at("");
        Diagnostic::error(rule, at, message)
            .on(Part::Key)
            .help("`restload verify` says what else is wrong and what can be done; nothing of this table was changed")
            .into()
    }
}
