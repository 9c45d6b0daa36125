//! `restload verify`: a folder against its records.

use restload_diag::Severity;
use restload_engine::upkeep::{Verified, verify};

use crate::arguments::VerifyArguments;
use crate::exit;
use crate::figures::{bytes, counted, rows};
use crate::folder::{hold, no_load, open, print, refuse};
use crate::terminal::Terminal;
use crate::world::World;

/// Proves a folder and says what is wrong with it; with `--repair`, mends what can be mended without losing anything.
pub(crate) fn prove(arguments: &VerifyArguments, world: &World<'_>, terminal: &Terminal) -> Result<u8, u8> {
    let folder = open(&arguments.of, world, terminal)?;
    let verified = if arguments.repair {
        let (held, lock) = hold(&arguments.of, world, terminal)?;
        verify(&held, Some(&lock))
    } else {
        if !folder.path().is_dir() {
            return Err(no_load(&folder, &arguments.of, terminal));
        }
        // A run that goes on is no interrupted one. Who may not write in the folder may prove it all the same.
        let lock = folder.lock();
        if let Err(error @ restload_store::StoreError::Held { .. }) = &lock {
            return Err(refuse(error, terminal));
        }
        verify(&folder, None)
    };
    let verified = verified.map_err(|error| refuse(&error, terminal))?;
    if verified.newest.is_none() && verified.findings.is_empty() && verified.repaired.is_empty() {
        return Err(no_load(&folder, &arguments.of, terminal));
    }
    for note in &verified.notes {
        terminal.heading(Severity::Note, None, note);
    }
    for finding in &verified.findings {
        terminal.heading(Severity::Error, Some(finding.rule()), &finding.to_string());
        terminal.below("help", finding.help());
    }
    print(&summary(&verified), terminal)?;
    Ok(if verified.findings.is_empty() { exit::DONE } else { exit::FAILED })
}

fn summary(verified: &Verified) -> String {
    let repaired: String = verified.repaired.iter().flat_map(|line| ["repaired: ", line, "\n"]).collect();
    let records = counted(verified.records, "record", "records");
    let tables = counted(verified.tables, "table", "tables");
    let files = counted(verified.files, "file", "files");
    let end = match verified.findings.len() as u64 {
        0 => "all is as the records say".to_owned(),
        faults => counted(faults, "fault", "faults"),
    };
    format!(
        "{repaired}{records}, {tables}, {files}, {}, {}: {end}\n",
        rows(verified.rows),
        bytes(verified.bytes)
    )
}
