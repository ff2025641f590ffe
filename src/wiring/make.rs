//! Makes a planned change: with a copy from before, and without a trace when it is taken back.

use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};

use super::backup::Backups;
use super::file;
use super::place::Change;
use super::problem::Problem;

/// Which way a change goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    In,
    Out,
}

/// Makes a change of a file inside a folder.
///
/// # Errors
/// When the file is not what was planned with any more, and those of the disk.
pub fn change(change: &Change, inside: &Path, backups: Option<&Backups>, way: Way) -> Result<()> {
    // Between the plan and now somebody else may have written.
    let now = fs::read_to_string(&change.path).ok();
    ensure!(now == change.before, "it changed meanwhile; run this again");
    if let Some(backups) = backups {
        keep(change, backups, way)?;
    }
    let name = |folder: &Path| {
        let inside = inside.canonicalize().unwrap_or_default();
        let below = folder.strip_prefix(inside).unwrap_or(folder);
        below.display().to_string()
    };
    let Some(after) = &change.after else {
        let was_empty = |folder: &Path| backups.is_some_and(|kept| kept.drop_folder(&name(folder)));
        return Ok(file::remove(&change.path, inside, was_empty)?);
    };
    if let (Some(empty), Some(backups)) = (file::empty_above(&change.path, inside), backups) {
        backups.keep_folder(&name(empty))?;
    }
    Ok(file::write(&change.path, after)?)
}

/// Takes a change back that was made just now.
///
/// # Errors
/// Those of [`change`].
pub fn undo(made: &Change, inside: &Path, backups: Option<&Backups>, way: Way) -> Result<()> {
    let back = Change {
        before: made.after.clone(),
        after: made.before.clone(),
        is_edited: false,
        ..made.clone()
    };
    let way = match way {
        Way::In => Way::Out,
        Way::Out => Way::In,
    };
    change(&back, inside, backups, way)
}

/// Says of a change that needs to write what this user may not.
///
/// # Errors
/// Which file or folder that is.
#[cfg(unix)]
pub fn possible(change: Change) -> Result<Change, Problem> {
    use rustix::fs::{Access, access};

    if change.before == change.after {
        return Ok(change);
    }
    if change.before.is_some() && access(&change.path, Access::WRITE_OK).is_err() {
        return Err(Problem::of_file("cannot be written to by this user"));
    }
    let above = change.path.ancestors().skip(1);
    let folder = above.into_iter().find(|folder| folder.exists());
    match folder {
        Some(folder) if access(folder, Access::WRITE_OK | Access::EXEC_OK).is_err() => {
            let what = format!(
                "lies in `{}`, where this user cannot write",
                folder.display()
            );
            Err(Problem::of_file(what))
        }
        _ => Ok(change),
    }
}

/// Says of a change that needs to write what this user may not: only trying tells.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn possible(change: Change) -> Result<Change, Problem> {
    Ok(change)
}

/// Keeps a copy from before, unless the copy that is there is what comes back.
fn keep(change: &Change, backups: &Backups, way: Way) -> Result<()> {
    let restored = match &change.after {
        Some(after) if way == Way::Out => backups.drop(&change.shown, after),
        _ => false,
    };
    if let (Some(before), false, true) = (&change.before, restored, change.is_edited) {
        backups.keep(&change.shown, before)?;
    }
    Ok(())
}
