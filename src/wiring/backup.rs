//! Copies of configurations from before hookgate changed them, named for the file and its content; and the folders that were
//! empty before it put a file there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::state::{self, State};

/// Name of the folder.
const FOLDER: &str = "backups";

/// A place for copies.
#[derive(Debug, Clone)]
pub struct Backups {
    state: State,
}

impl Backups {
    /// Keeps copies below the state folder in this folder.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Self {
        Self {
            state: State::of(folder),
        }
    }

    /// Returns where the copies are.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.state.folder().join(FOLDER)
    }

    /// Keeps a copy.
    ///
    /// # Errors
    /// When the state folder is a link, or the disk refuses.
    pub fn keep(&self, name: &str, text: &str) -> io::Result<()> {
        let name = format!("{FOLDER}/{}", copy_name(name, text));
        let path = self.state.prepare(&name).map_err(io::Error::other)?;
        state::replace(&path, text.as_bytes())
    }

    /// Drops the copy of a text that is back in its place; says whether there was one.
    #[must_use]
    pub fn drop(&self, name: &str, text: &str) -> bool {
        self.take(&copy_name(name, text))
    }

    /// Keeps in mind that a folder was there, with nothing in it.
    ///
    /// # Errors
    /// When the state folder is a link, or the disk refuses.
    pub fn keep_folder(&self, name: &str) -> io::Result<()> {
        let name = format!("{FOLDER}/{}", folder_name(name));
        let path = self.state.prepare(&name).map_err(io::Error::other)?;
        state::replace(&path, b"")
    }

    /// Says whether a folder was there with nothing in it, and forgets it.
    #[must_use]
    pub fn drop_folder(&self, name: &str) -> bool {
        self.take(&folder_name(name))
    }

    fn take(&self, name: &str) -> bool {
        let dropped = fs::remove_file(self.folder().join(name)).is_ok();
        // The state folder holds more than its own ignore file as soon as a hook has run.
        if fs::remove_dir(self.folder()).is_ok() {
            let folder = self.state.folder();
            let is_ours = fs::read_dir(folder).is_ok_and(|entries| entries.count() == 1);
            if is_ours && fs::remove_file(folder.join(".gitignore")).is_ok() {
                let _ = fs::remove_dir(folder);
            }
        }
        dropped
    }
}

fn folder_name(name: &str) -> String {
    format!("{}.folder", state::file_name(name))
}

fn copy_name(name: &str, text: &str) -> String {
    let digest = blake3::hash(text.as_bytes()).to_hex();
    let digest = digest.get(..8).unwrap_or_default();
    format!("{}.{digest}", state::file_name(name))
}
