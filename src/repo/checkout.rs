//! Where the folder that git keeps for a checkout is.

use std::fs;
use std::path::{Path, PathBuf};

/// Longest `.git` file that is read.
const POINTER_LIMIT: u64 = 64 * 1024;

/// Returns the git folder of a checkout's top, when there is one that git would take for one.
pub(crate) fn git_folder(top: &Path) -> Option<PathBuf> {
    let dot = top.join(".git");
    let about = dot.metadata().ok()?;
    let folder = if about.is_dir() {
        dot
    } else {
        if !about.is_file() || about.len() > POINTER_LIMIT {
            return None;
        }
        let text = fs::read_to_string(dot).ok()?;
        let path = text.strip_prefix("gitdir:")?.trim();
        top.join(path)
    };
    folder.join("HEAD").symlink_metadata().ok()?;
    Some(folder)
}
