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
/// When a file that matches, or a folder that may hold one, cannot be read.
pub(super) fn digest(base: &Path, patterns: &PathPatterns) -> io::Result<Inputs> {
    let mut files = BTreeMap::new();
    let mut add = |relative: String| -> io::Result<()> {
        if patterns.matches(&relative, Case::Sensitive).is_some()
            && !files.contains_key(&relative)
            && let Some(digest) = digest_of(&base.join(&relative))?
        {
            files.insert(relative, digest);
        }
        Ok(())
    };
    // No ignore file hides what is tracked: writing one would be the cheapest way around a gate.
    for relative in tracked(base) {
        add(relative)?;
    }
    for relative in listed(base, patterns)? {
        add(relative)?;
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

/// Returns what git tracks below a folder; nothing where there is no git.
fn tracked(base: &Path) -> Vec<String> {
    let read = || -> Option<Vec<String>> {
        let repository = git2::Repository::discover(base).ok()?;
        let top = fs::canonicalize(repository.workdir()?).ok()?;
        let base = fs::canonicalize(base).ok()?;
        let base = base.strip_prefix(top).ok()?.to_str()?.to_owned();
        let index = repository.index().ok()?;
        let paths = index
            .iter()
            .filter_map(|entry| String::from_utf8(entry.path).ok());
        let below = paths.filter_map(|path| match base.as_str() {
            "" => Some(path),
            base => Some(path.strip_prefix(base)?.strip_prefix('/')?.to_owned()),
        });
        Some(below.collect())
    };
    read().unwrap_or_default()
}

/// Returns the files below a folder that git does not ignore, behind links to folders too.
fn listed(base: &Path, patterns: &PathPatterns) -> io::Result<Vec<String>> {
    let walk = WalkBuilder::new(base)
        .hidden(false)
        .ignore(false)
        .require_git(false)
        .follow_links(true)
        .filter_entry(|entry| entry.file_name() != ".git" && entry.file_name() != FOLDER)
        .build();
    let mut files = Vec::new();
    for entry in walk {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) if is_harmless(&error, base, patterns) => continue,
            Err(error) => return Err(io::Error::other(error)),
        };
        if entry.file_type().is_some_and(|kind| !kind.is_dir()) {
            files.push(relative(entry.path(), base));
        }
    }
    Ok(files)
}

/// Links that lead nowhere or in a circle hold no content, and what no glob reaches need not be read.
fn is_harmless(error: &ignore::Error, base: &Path, patterns: &PathPatterns) -> bool {
    let path = match error {
        ignore::Error::WithPath { path, .. } => Some(path.as_path()),
        ignore::Error::WithDepth { err, .. } => return is_harmless(err, base, patterns),
        ignore::Error::Loop { .. } => return true,
        _ => None,
    };
    let is_gone = error
        .io_error()
        .is_some_and(|error| error.kind() == io::ErrorKind::NotFound);
    let is_elsewhere = path.is_some_and(|path| {
        let path = relative(path, base);
        let reaches = patterns.below(&path, Case::Sensitive).is_some()
            || patterns.matches(&path, Case::Sensitive).is_some();
        !reaches
    });
    is_gone || is_elsewhere
}

fn relative(path: &Path, base: &Path) -> String {
    let path = path.strip_prefix(base).unwrap_or(path);
    path.to_string_lossy().replace('\\', "/")
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
