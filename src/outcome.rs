//! The outcome check: whether a protected file changed by a route that no check foresaw.
//!
//! Before an agent works, the state of every file that rules protect from writing is noted ([`baseline`]): what stat says,
//! the content's digest, and the content itself where git has none. Afterwards the files are looked at again
//! ([`compare`]); only where stat moved is a file read. What differs can be put back ([`restore`]).
//!
//! Nothing here decides: `answer/outcome.rs` says when to look and what is told. Nothing here writes to a repository's own
//! `.git`: contents lie in an object database below `.hook-state/`.

pub mod accepted;
pub mod baseline;
mod bundle;
mod codec;
pub mod compare;
mod derived;
mod git;
mod globs;
mod hooks_only;
mod journal;
mod listing;
mod many;
mod note;
mod prune;
pub mod restore;
pub mod stat;
mod store;
pub mod watch;

pub use baseline::{Baseline, Unread};
pub use compare::{Change, Differences, Kind};
pub use note::Entry;
pub use prune::forget_old;
pub use watch::Watch;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::repo::Case;
use crate::state::State;

/// Largest content that is kept, in bytes.
const KEPT_FILE: u64 = 8 * 1024 * 1024;
/// Largest content of all files that one baseline adds to what is kept, in bytes.
const KEPT_ALL: u64 = 64 * 1024 * 1024;
/// What one look reads at most, in bytes; files beyond are judged by size and times.
const READ_ALL: u64 = 256 * 1024 * 1024;
/// How long one look reads. Below the deadline of a decision, with room for the rest of it.
const READ_TIME: Duration = Duration::from_millis(2_500);

/// Where to look.
#[derive(Debug, Clone)]
pub struct Site {
    root: PathBuf,
    state: State,
    case: Case,
}

impl Site {
    /// The checkout at this root.
    #[must_use]
    pub fn of(root: &Path, case: Case) -> Self {
        Self {
            root: root.to_path_buf(),
            state: State::of(root),
            case,
        }
    }

    /// Returns the absolute path of a noted one, which is relative to the root unless it lies outside.
    #[must_use]
    pub fn path(&self, noted: &str) -> PathBuf {
        self.root.join(noted)
    }

    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }
}

/// What one look may still read.
#[derive(Debug)]
struct Budget {
    read: u64,
    kept: u64,
    until: Instant,
    /// Files that were not read.
    refused: usize,
}

impl Budget {
    fn new() -> Self {
        Self {
            read: READ_ALL,
            kept: KEPT_ALL,
            until: Instant::now() + READ_TIME,
            refused: 0,
        }
    }

    /// Returns whether a file of this size may still be read, and counts it.
    fn may_read(&mut self, size: u64) -> bool {
        if size > self.read || Instant::now() > self.until {
            return false;
        }
        self.read -= size;
        true
    }

    /// Returns whether content of this size may still be kept, and counts it.
    fn may_keep(&mut self, size: u64) -> bool {
        if size > KEPT_FILE || size > self.kept {
            return false;
        }
        self.kept -= size;
        true
    }
}
