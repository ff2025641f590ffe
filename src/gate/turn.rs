//! One process runs a gate at a time, and a run that nobody wants any more makes way.
//!
//! The lock is the kernel's, so a killed process leaves none behind. Whoever waits leaves a note about the content that it
//! waits with; the owner of the turn looks for notes while its gate runs.

use std::fs::{self, File, TryLockError};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::run::after;
use crate::state::{self, State, file_name};

/// How often a waiting process looks again.
const PAUSE: Duration = Duration::from_millis(20);

/// The turns of one gate.
#[derive(Debug, Clone)]
pub(super) struct Turns {
    state: State,
    name: String,
}

impl Turns {
    pub(super) fn new(state: &State, gate: &str) -> Self {
        Self {
            state: state.clone(),
            name: file_name(gate),
        }
    }

    /// Waits until no other process runs the gate. `content` is what the result is wanted for.
    ///
    /// # Errors
    /// A sentence, when there can be no lock or the others take too long: once too often is then no harm.
    pub(super) fn wait(&self, content: &str, patience: Duration) -> Result<File, String> {
        let name = format!("gates/{}.lock", self.name);
        let path = self
            .state
            .prepare(&name)
            .map_err(|error| error.to_string())?;
        let file = state::open_to_append(&path).map_err(|error| error.to_string())?;
        let deadline = after(patience);
        let mut has_said = false;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::Error(error)) => return Err(error.to_string()),
                Err(TryLockError::WouldBlock) if Instant::now() > deadline => {
                    return Err("another process has been running it for too long".into());
                }
                Err(TryLockError::WouldBlock) => {
                    if !has_said {
                        has_said = true;
                        self.say(content);
                    }
                    std::thread::sleep(PAUSE);
                }
            }
        }
    }

    /// Takes notes of the past away, at the beginning of a run.
    pub(super) fn forget(&self) {
        let _ = fs::remove_file(self.note());
    }

    /// Returns the content that somebody waits with.
    pub(super) fn waiting(&self) -> Option<String> {
        let note = self.note();
        let about = note.symlink_metadata().ok()?;
        // Only what was written by `say`.
        (about.is_file() && about.len() < 200).then(|| fs::read_to_string(note).ok())?
    }

    /// A note that cannot be left only means that the run before is waited for to its end.
    fn say(&self, content: &str) {
        let _ = state::replace(&self.note(), content.as_bytes());
    }

    fn note(&self) -> PathBuf {
        self.state
            .folder()
            .join(format!("gates/{}.wanted", self.name))
    }
}
