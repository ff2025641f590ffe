//! The content of a gate's inputs, as one digest.
//!
//! Inputs are the files on disk that match the gate's globs and that git tracks or would list: what is tracked counts
//! whatever ignores it, what is ignored counts only where a glob names it. Content, the executable bit and where links lead
//! count; times do not. What git believes of a file (assume-unchanged, skip-worktree, a cached time) does not matter.
//!
//! A glob names what is ignored when it spells out the ignored file or folder from the gate's base, without a wildcard
//! before its end: `build/**` lists what is below an ignored `build`, `.env` lists that file, `**` and `*.log` list nothing
//! that is ignored. Submodules and nested checkouts are folders like others, with rules and an index of their own.

mod checkout;
mod hint;
mod ignored;
mod list;
mod place;
#[cfg(test)]
mod tests;
mod trail;
mod tree;
mod unchanged;
mod walk;

use std::collections::HashMap;
use std::io;
use std::path::Path;

use place::Wanted;
use tree::Block;

use crate::digests::{Digest, Digests};
use crate::policy::path_pattern::PathPatterns;
use crate::repo::Case;
use crate::state::State;
use crate::state::clock::Moment;

pub(super) use hint::nothing_matches;

/// Where to look, and for what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) state: &'a State,
    pub(super) gate: &'a str,
    pub(super) base: &'a Path,
    pub(super) patterns: &'a PathPatterns,
    pub(super) case: Case,
}

/// The inputs at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Inputs {
    /// Digest of all of them, with their paths.
    pub(super) digest: String,
    blocks: Vec<Block>,
}

/// Finds and reads all inputs below a folder. What did not change since an earlier look is not read again.
///
/// # Errors
/// When a file that counts, a folder that may hold one, or git's index cannot be read.
pub(super) fn digest(asked: Asked<'_>) -> io::Result<Inputs> {
    digest_by(asked, &|| asked.state.moment())
}

fn digest_by(asked: Asked<'_>, clock: &dyn Fn() -> Option<Moment>) -> io::Result<Inputs> {
    let Asked { patterns, case, .. } = asked;
    let mut digests = Digests::open_at(asked.state, clock());
    let above = unchanged::Above::of(asked.base);
    let (blocks, trail) = walk::walk(asked.base, Wanted { patterns, case }, &mut digests)?;
    let inputs = Inputs {
        digest: tree::digest(&blocks),
        blocks,
    };
    // What cannot be kept is looked for once more next time.
    let _ = unchanged::keep(asked, above, trail, &digests, &inputs.digest);
    let _ = digests.keep_by(clock);
    Ok(inputs)
}

/// Returns the digest of all inputs when nothing moved since an earlier look; `None` when something did, or could have.
pub(super) fn unchanged(asked: Asked<'_>) -> Option<String> {
    unchanged::digest(asked)
}

impl Inputs {
    pub(super) fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Names the files that differ in inputs seen at another time.
    pub(super) fn moved_to(&self, other: &Self) -> Vec<String> {
        if self.digest == other.digest {
            return Vec::new();
        }
        moved(tree::files(&self.blocks).collect(), &other.blocks)
    }

    /// Names the files that differ from those of an earlier run, as far as that run's are remembered.
    pub(super) fn moved_since(&self, state: &State, gate: &str, digest: &str) -> Vec<String> {
        match list::read(state, gate, digest) {
            Some(files) if self.digest != digest => moved(files, &self.blocks),
            _ => Vec::new(),
        }
    }

    /// Remembers the files that a run was for, so that a later look can name what moved since.
    pub(super) fn remember(&self, state: &State, gate: &str) {
        // Without it, what moved is not named; nothing else depends on it.
        let _ = list::write(state, gate, &self.digest, &self.blocks);
    }
}

fn moved(mut before: HashMap<Vec<u8>, Digest>, now: &[Block]) -> Vec<String> {
    let mut names: Vec<String> = tree::files(now)
        .filter(|(path, digest)| before.remove(path) != Some(*digest))
        .map(|(path, _)| shown(&path))
        .collect();
    names.extend(before.into_keys().map(|path| shown(&path)));
    names.sort();
    names
}

/// A name may hold anything but a slash and a zero byte; people and models get to see it in one line.
fn shown(path: &[u8]) -> String {
    let mut text = String::new();
    for letter in String::from_utf8_lossy(path).chars() {
        if letter.is_control() {
            text.extend(letter.escape_default());
        } else {
            text.push(letter);
        }
    }
    text
}
