//! A repository of its own for probes, so that no real state is touched: a policy in which every event has something to say.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::repo::POLICY_FILE;
use crate::state;

/// The word that the scratch policy adds, and the name of its gate.
pub(super) const WORD: &str = "hookgate-doctor";
/// The file that a session's end is recorded in.
pub(super) const RECORD: &str = "ended.log";

const POLICY: &str = "\
version: 1
rules:
  - id: doctor-start
    add-context: {on: session-start, text: hookgate-doctor}
  - id: doctor-prompt
    add-context: {on: prompt, text: hookgate-doctor}
  - id: hookgate-doctor
    quality-gate: {run: exit 7, inputs: [probe.txt], on: [after-edit, stop], timeout: 10s}
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
    pub(super) fn make(number: usize) -> io::Result<Self> {
        let name = format!("hookgate-doctor-{}-{number}", std::process::id());
        let root = std::env::temp_dir().join(name);
        fs::create_dir(&root)?;
        let scratch = Self {
            root: fs::canonicalize(&root)?,
        };
        fs::create_dir(scratch.root.join(".git"))?;
        fs::create_dir(scratch.folder())?;
        state::replace(&scratch.root.join(POLICY_FILE), POLICY.as_bytes())?;
        state::replace(&scratch.root.join("probe.txt"), b"hello\n")?;
        Ok(scratch)
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
