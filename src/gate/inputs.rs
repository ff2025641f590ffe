//! The content of a gate's inputs, as one digest.
//!
//! Inputs are the files that match the gate's globs and that git would list: tracked or not, but not ignored. Content, the
//! executable bit and where links lead count; times do not.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use ignore::WalkBuilder;

use crate::policy::path_pattern::PathPatterns;
use crate::repo::Case;
use crate::state::FOLDER;

/// The inputs at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Inputs {
    /// Digest of all of them, with their paths.
    pub(super) digest: String,
    /// Digest of each, by its path relative to the gate's base.
    pub(super) files: BTreeMap<String, String>,
}

impl Inputs {
    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

/// Reads all inputs below a folder.
///
/// # Errors
/// When a folder or a file that matches cannot be read.
pub(super) fn digest(base: &Path, patterns: &PathPatterns) -> io::Result<Inputs> {
    let mut files = BTreeMap::new();
    let walk = WalkBuilder::new(base)
        .hidden(false)
        .require_git(false)
        .filter_entry(|entry| entry.file_name() != ".git" && entry.file_name() != FOLDER)
        .build();
    for entry in walk {
        let entry = entry.map_err(io::Error::other)?;
        if entry.file_type().is_none_or(|kind| kind.is_dir()) {
            continue;
        }
        let relative = entry.path().strip_prefix(base).unwrap_or(entry.path());
        let relative = relative.to_string_lossy().replace('\\', "/");
        if patterns.matches(&relative, Case::Sensitive).is_some()
            && let Some(digest) = digest_of(entry.path())?
        {
            files.insert(relative, digest);
        }
    }
    let mut all = blake3::Hasher::new();
    for (path, digest) in &files {
        all.update(path.as_bytes());
        all.update(b"\0");
        all.update(digest.as_bytes());
        all.update(b"\n");
    }
    Ok(Inputs {
        digest: all.finalize().to_hex().to_string(),
        files,
    })
}

/// Returns a file's digest; `None` when it was removed in the meantime, or is a socket or the like.
fn digest_of(path: &Path) -> io::Result<Option<String>> {
    let about = match path.symlink_metadata() {
        Ok(about) => about,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut hasher = blake3::Hasher::new();
    if about.is_symlink() {
        hasher.update(b"link\0");
        hasher.update(fs::read_link(path)?.to_string_lossy().as_bytes());
        // What the link leads to is what the gate reads.
        if path.is_file() {
            hasher.update_reader(fs::File::open(path)?)?;
        }
    } else if about.is_file() {
        hasher.update(if is_executable(&about) {
            b"exec\0"
        } else {
            b"file\0"
        });
        hasher.update_reader(fs::File::open(path)?)?;
    } else {
        return Ok(None);
    }
    Ok(Some(hasher.finalize().to_hex().to_string()))
}

#[cfg(unix)]
fn is_executable(about: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    about.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_about: &fs::Metadata) -> bool {
    false
}
