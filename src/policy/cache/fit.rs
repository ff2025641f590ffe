//! Whether a compiled policy was made of the files that are there now.

use std::fs::{File, Metadata};
use std::path::Path;
use std::time::SystemTime;

use super::head::Head;
use crate::deadline;
use crate::digests::{MARGIN, Stamp, device};
use crate::policy::load::ReadFile;
use crate::policy::load::files;
use crate::state::clock::Moment;
use crate::state::is_sealed;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    Fits,
    /// It fits, by contents that had to be read; from now on stamps could tell.
    Renewable,
}

/// Opens a compiled policy. A link, and whatever could not have been written by us, is none.
pub(super) fn open(path: &Path) -> Option<(File, Metadata)> {
    let file = deadline::open_at_once(path).ok()?;
    let about = file.metadata().ok()?;
    is_sealed(&about).then_some((file, about))
}

/// Returns how the files fit; `None` when they do not.
pub(super) fn of(head: &Head, cache: &Metadata) -> Option<Fit> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = i64::try_from(now.ok()?.as_nanos()).ok()?;
    let mut fit = Fit::Fits;
    for file in &head.files {
        if !leads_as_before(file) {
            return None;
        }
        let about = file.path.metadata().ok()?;
        let stamp = Stamp::of(&about).map(|stamp| (device(&about), stamp));
        // By a clock that was set back, stamps prove nothing.
        let proves = stamp.is_some_and(|(_, stamp)| stamp.is_older(now, MARGIN));
        if proves && file.stamp == stamp {
            continue;
        }
        digest_of(file)?;
        if proves && head.has_clock && device(&about) == device(cache) {
            fit = Fit::Renewable;
        }
    }
    Some(fit)
}

/// Returns the head with the stamps of now; `None` when a content is another.
pub(super) fn renewed(head: &Head, moment: Moment) -> Option<Head> {
    let mut head = head.clone();
    for file in &mut head.files {
        let stamp = digest_of(file)?.stamp;
        file.stamp = stamp.filter(|(device, stamp)| {
            *device == moment.device && stamp.is_older(moment.nanoseconds, MARGIN)
        });
    }
    Some(head)
}

/// Reads a file again; `None` when its content is another.
fn digest_of(file: &ReadFile) -> Option<ReadFile> {
    let content = files::read(&file.path).ok()?;
    let now = ReadFile::of(&file.path, file.real.as_deref(), &content);
    (now.digest == file.digest).then_some(now)
}

/// What extends must stay below a folder: where its links lead counts.
fn leads_as_before(file: &ReadFile) -> bool {
    match &file.real {
        None => true,
        Some(real) => file.path.canonicalize().is_ok_and(|now| now == *real),
    }
}
