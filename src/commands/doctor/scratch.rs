//! A repository of its own for probes, so that no real state is touched: a policy in which every event has something to say.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::repo::POLICY_FILE;
use crate::state;

/// The word that the scratch policy adds, and the name of its gate.
pub(super) const WORD: &str = "hookgate-doctor";
/// A file that nobody may read.
pub(super) const SECRET: &str = "secret.txt";
/// The file that a session's end is recorded in.
pub(super) const RECORD: &str = "ended.log";

/// Names that are tried for a folder.
const TRIES: usize = 100;

const POLICY: &str = "\
version: 1
rules:
  - id: doctor-start
    add-context: {on: session-start, text: hookgate-doctor}
  - id: doctor-prompt
    add-context: {on: prompt, text: hookgate-doctor}
  - id: hookgate-doctor
    quality-gate: {run: exit 7, inputs: [probe.txt], on: [after-edit, stop], timeout: 10s}
  - id: doctor-read
    protect-paths: {paths: [secret.txt], deny: [read]}
  - id: doctor-end
    record: {on: [session-end], file: ended.log}
";

/// The repository; it is removed when it goes out of scope.
#[derive(Debug)]
pub(super) struct Scratch {
    root: PathBuf,
}

impl Scratch {
    /// Makes one.
    pub(super) fn make() -> io::Result<Self> {
        let root = Self::folder_of_its_own()?;
        let scratch = Self {
            root: fs::canonicalize(&root)?,
        };
        fs::create_dir(scratch.root.join(".git"))?;
        fs::create_dir(scratch.folder())?;
        state::replace(&scratch.root.join(POLICY_FILE), POLICY.as_bytes())?;
        state::replace(&scratch.root.join("probe.txt"), b"hello\n")?;
        Ok(scratch)
    }

    /// Makes a folder. One that a killed run left behind under the same number is passed over.
    fn folder_of_its_own() -> io::Result<PathBuf> {
        let mut made = Err(io::Error::from(io::ErrorKind::AlreadyExists));
        for number in 0..TRIES {
            let name = format!("hookgate-doctor-{}-{number}", std::process::id());
            let root = std::env::temp_dir().join(name);
            made = fs::create_dir(&root).map(|()| root);
            let is_taken = |error: &io::Error| error.kind() == io::ErrorKind::AlreadyExists;
            if !made.as_ref().is_err_and(is_taken) {
                break;
            }
        }
        made
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// A folder below the root, as an agent may have gone to.
    pub(super) fn folder(&self) -> PathBuf {
        self.root.join("a folder")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is left to the system's own cleaning.
        let _ = fs::remove_dir_all(&self.root);
    }
}
