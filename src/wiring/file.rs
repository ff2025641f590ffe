//! The files that hold wiring: read with care, replaced in one step, and never through a link that leads away.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::problem::Problem;
use crate::state;

/// No configuration that a person keeps is larger.
const LIMIT: u64 = 4 * 1024 * 1024;

/// A file as it is on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it really is: the file that a link leads to.
    pub path: PathBuf,
    /// `None`: it is not there.
    pub text: Option<String>,
}

/// Reads a file that must lie inside a folder, whatever links there are on the way.
///
/// # Errors
/// Why it is no file to edit.
pub fn read(path: &Path, inside: &Path) -> Result<Found, Problem> {
    let real = real(path, inside)?;
    let about = match fs::metadata(&real) {
        Ok(about) => about,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Found {
                path: real,
                text: None,
            });
        }
        Err(error) => return Err(cannot_be("read", &error)),
    };
    if about.is_dir() {
        return Err(Problem::of_file("is a folder"));
    }
    // Reading a pipe could wait for ever.
    if !about.is_file() {
        return Err(Problem::of_file("is no regular file"));
    }
    if about.len() > LIMIT {
        return Err(Problem::of_file("is larger than 4 MiB"));
    }
    if about.permissions().readonly() {
        return Err(Problem::of_file("is read-only"));
    }
    let bytes = fs::read(&real).map_err(|error| cannot_be("read", &error))?;
    Ok(Found {
        path: real,
        text: Some(text(bytes)?),
    })
}

fn cannot_be(done: &str, error: &io::Error) -> Problem {
    Problem::of_file(format!("cannot be {done}: {error}"))
}

fn text(bytes: Vec<u8>) -> Result<String, Problem> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Problem::of_file("is UTF-16; hookgate edits UTF-8"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes());
        Problem::at(&text, good, "not UTF-8")
    })
}

/// Follows the links on a path.
fn real(path: &Path, inside: &Path) -> Result<PathBuf, Problem> {
    let inside = fs::canonicalize(inside).map_err(|error| cannot_be("found", &error))?;
    let is_link = path.is_symlink();
    if is_link && !path.exists() {
        let to = fs::read_link(path).unwrap_or_default();
        let what = format!("is a link to `{}`, which is not there", to.display());
        return Err(Problem::of_file(what));
    }
    let mut missing = Vec::new();
    let mut there = path;
    while !there.exists() {
        if there.is_symlink() {
            return Err(Problem::of_file("lies below a link that leads nowhere"));
        }
        missing.push(there.file_name().unwrap_or_default());
        there = there.parent().unwrap_or(Path::new("/"));
    }
    let mut real = fs::canonicalize(there).map_err(|error| cannot_be("found", &error))?;
    if !missing.is_empty() && !real.is_dir() {
        let what = format!("`{}` is no folder", there.display());
        return Err(Problem::of_file(what));
    }
    if !real.starts_with(&inside) {
        let what = format!(
            "is reached by a link that leads away, to `{}`",
            real.display()
        );
        return Err(Problem::of_file(what));
    }
    real.extend(missing.iter().rev());
    Ok(real)
}

/// Replaces or makes a file, with the folders above it.
///
/// # Errors
/// Those of the disk.
pub fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    state::replace(path, text.as_bytes())?;
    if text.starts_with("#!") {
        make_executable(path)?;
    }
    Ok(())
}

/// A script that nobody may run is a hook that is switched off.
#[cfg(unix)]
fn make_executable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    let mode = fs::metadata(path)?.permissions().mode();
    // Whoever may read it may run it.
    let mode = mode | ((mode & 0o444) >> 2);
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Returns the folder that a new file goes into or below, when there is nothing in it yet.
#[must_use]
pub fn empty_above<'p>(path: &'p Path, inside: &Path) -> Option<&'p Path> {
    let inside = fs::canonicalize(inside).ok()?;
    let there = path.ancestors().skip(1).find(|folder| folder.exists())?;
    let is_empty = fs::read_dir(there).ok()?.next().is_none();
    (is_empty && there != inside && there.starts_with(&inside)).then_some(there)
}

/// Removes a file, and the folders above it that are empty then, up to one that stays.
///
/// # Errors
/// Those of the disk.
pub fn remove(path: &Path, inside: &Path, mut stays: impl FnMut(&Path) -> bool) -> io::Result<()> {
    fs::remove_file(path)?;
    let inside = fs::canonicalize(inside)?;
    let mut folder = path.parent();
    while let Some(empty) = folder.filter(|folder| *folder != inside && folder.starts_with(&inside))
    {
        // Only an empty folder can be removed; any other ends this.
        let is_empty = fs::read_dir(empty)?.next().is_none();
        if !is_empty || stays(empty) || fs::remove_dir(empty).is_err() {
            break;
        }
        folder = empty.parent();
    }
    Ok(())
}
