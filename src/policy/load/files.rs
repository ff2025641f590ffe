//! Reads policy files from disk, within the size limit and within the folder they may come from.

use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read as _};
use std::path::{Component, Path, PathBuf};

use crate::deadline;
use crate::policy::yaml::SIZE_LIMIT;

/// What a file holds.
pub(crate) struct Content {
    pub(crate) bytes: Vec<u8>,
    /// What the file system said of the file once it was read.
    pub(crate) about: Metadata,
}

/// Reads a file, at most one byte more than a policy may have, so that the limit shows.
///
/// # Errors
/// Why not, in words for a message.
pub(crate) fn read(path: &Path) -> Result<Content, &'static str> {
    deadline::watch();
    // Opening a pipe would wait for a writer, so the kind is looked at first.
    let metadata = path.metadata().map_err(|error| words(error.kind()))?;
    if !metadata.is_file() {
        return Err("it is not a file");
    }
    let limit = u64::try_from(SIZE_LIMIT + 1).unwrap_or(u64::MAX);
    let read = File::open(path).and_then(|mut file| {
        let mut bytes = Vec::new();
        (&mut file).take(limit).read_to_end(&mut bytes)?;
        let about = file.metadata()?;
        Ok(Content { bytes, about })
    });
    read.map_err(|error| words(error.kind()))
}

/// Words that are the same on every system.
fn words(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NotFound => "there is no such file",
        ErrorKind::PermissionDenied => "permission denied",
        _ => "reading it failed",
    }
}

/// Where a file under `extends` lies.
pub(super) enum Extended {
    /// With every link resolved.
    Inside(PathBuf),
    Outside,
    Missing(&'static str),
}

/// Resolves a path under `extends`, relative to the folder of the file it is written in.
pub(super) fn extended(folder: &Path, written: &str, boundary: &Path) -> Extended {
    let path = Path::new(written);
    if path.is_absolute()
        || path
            .components()
            .any(|part| matches!(part, Component::Prefix(_)))
    {
        return Extended::Outside;
    }
    let Ok(boundary) = boundary.canonicalize() else {
        return Extended::Missing("its folder cannot be read");
    };
    match folder.join(path).canonicalize() {
        Ok(real) if real.starts_with(&boundary) => Extended::Inside(real),
        Ok(_) => Extended::Outside,
        Err(error) => Extended::Missing(words(error.kind())),
    }
}

/// Returns how a path is shown: relative to the root where it lies below it, with `/`.
pub(super) fn shown(path: &Path, root: Option<&Path>) -> String {
    let relative = root.and_then(|root| {
        path.strip_prefix(root)
            .ok()
            .map(Path::to_path_buf)
            .or_else(|| {
                path.strip_prefix(root.canonicalize().ok()?)
                    .ok()
                    .map(Path::to_path_buf)
            })
    });
    match relative {
        Some(relative) => relative
            .components()
            .map(|part| part.as_os_str().to_string_lossy())
            .collect::<Vec<_>>()
            .join("/"),
        None => path.to_string_lossy().into_owned(),
    }
}
