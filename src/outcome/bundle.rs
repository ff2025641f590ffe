//! Many contents in few files: `objects/bundles/`. A file for each costs more than all else when a session begins with
//! thousands of protected files that git does not have.
//!
//! A bundle is written whole and never changed: a mark, then for each content its digest, its length and itself. Content
//! is compared with its digest when it is read, so a damaged bundle brings nothing wrong back.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::store::Digest;
use crate::state::State;

const FOLDER: &str = "objects/bundles";
const MAGIC: &[u8; 8] = b"hg-bun\n\x01";
/// Size from which on a bundle is written and another one begun.
const FULL: usize = 16 * 1024 * 1024;

/// The bundles of a state folder, and the one that is being filled.
#[derive(Debug, Default)]
pub(super) struct Bundles {
    open: Vec<u8>,
    /// Where each content lies; read when it is first asked for.
    known: Option<HashMap<Digest, Place>>,
    /// Bundles whose content was wanted again, and which are young since then.
    renewed: HashSet<PathBuf>,
    /// Whether one could not be written.
    has_failed: bool,
}

#[derive(Debug)]
enum Place {
    /// Given since this was opened.
    Open,
    In(PathBuf, u64, u64),
}

impl Bundles {
    /// Keeps content; it is on disk after [`Bundles::finish`].
    pub(super) fn keep(
        &mut self,
        state: &State,
        digest: Digest,
        content: &[u8],
    ) -> Result<(), String> {
        if let Some(place) = self.known(state).get(&digest) {
            if let Place::In(path, ..) = place {
                let path = path.clone();
                self.renew(path);
            }
            return Ok(());
        }
        if self.open.is_empty() {
            self.open.extend_from_slice(MAGIC);
        }
        self.open.extend_from_slice(&digest);
        let length = u64::try_from(content.len()).unwrap_or(u64::MAX);
        self.open.extend_from_slice(&length.to_le_bytes());
        self.open.extend_from_slice(content);
        self.known(state).insert(digest, Place::Open);
        if self.open.len() >= FULL {
            return self.finish(state);
        }
        Ok(())
    }

    /// Makes a bundle young, so that nobody removes it while a session begins that needs it.
    fn renew(&mut self, path: PathBuf) {
        if self.renewed.contains(&path) {
            return;
        }
        if let Ok(file) = File::open(&path) {
            // Without it the bundle only stays as old as it is.
            let _ = file.set_modified(SystemTime::now());
        }
        self.renewed.insert(path);
    }

    /// Writes what is not written yet.
    pub(super) fn finish(&mut self, state: &State) -> Result<(), String> {
        if self.open.is_empty() {
            return Ok(());
        }
        let bytes = std::mem::take(&mut self.open);
        let name = format!("{FOLDER}/{}", blake3::hash(&bytes).to_hex());
        let written = state.write_bytes(&name, &bytes);
        self.has_failed |= written.is_err();
        written.map_err(|error| error.to_string())
    }

    /// Whether content that was given is perhaps not on disk.
    pub(super) fn has_lost(&self, digest: &Digest) -> bool {
        let place = self.known.as_ref().and_then(|known| known.get(digest));
        self.has_failed && matches!(place, Some(Place::Open))
    }

    /// Returns content, unchecked.
    pub(super) fn read(&mut self, state: &State, digest: &Digest) -> Option<Vec<u8>> {
        let Place::In(path, start, length) = self.known(state).get(digest)? else {
            return None;
        };
        let mut file = File::open(path).ok()?;
        file.seek(SeekFrom::Start(*start)).ok()?;
        let mut content = Vec::new();
        file.take(*length).read_to_end(&mut content).ok()?;
        Some(content)
    }

    fn known(&mut self, state: &State) -> &mut HashMap<Digest, Place> {
        self.known.get_or_insert_with(|| {
            let mut known = HashMap::new();
            for bundle in all(state) {
                // Behind what is cut short nothing can be found.
                let _ = list(&bundle, &mut known);
            }
            known
        })
    }
}

/// Returns the bundles of a state folder.
pub(super) fn all(state: &State) -> Vec<PathBuf> {
    let entries = fs::read_dir(state.folder().join(FOLDER));
    let entries = entries.into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

/// Returns what a bundle holds, as far as it can be read.
pub(super) fn digests(bundle: &Path) -> Vec<Digest> {
    let mut known = HashMap::new();
    let _ = list(bundle, &mut known);
    known.into_keys().collect()
}

/// Notes what a bundle holds.
fn list(path: &Path, known: &mut HashMap<Digest, Place>) -> Option<()> {
    let about = path.symlink_metadata().ok()?;
    if !about.is_file() {
        return None;
    }
    let mut file = BufReader::new(File::open(path).ok()?);
    let mut magic = [0; 8];
    file.read_exact(&mut magic).ok()?;
    let mut at = 8_u64;
    while magic == *MAGIC && at < about.len() {
        let (mut digest, mut length) = ([0; 20], [0; 8]);
        file.read_exact(&mut digest).ok()?;
        file.read_exact(&mut length).ok()?;
        let length = u64::from_le_bytes(length);
        let start = at + 28;
        at = start.checked_add(length)?;
        if at > about.len() {
            return None;
        }
        file.seek_relative(i64::try_from(length).ok()?).ok()?;
        known.insert(digest, Place::In(path.to_path_buf(), start, length));
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::store::digest_of;

    #[test]
    fn what_is_kept_is_found_again_and_kept_once() {
        let folder = tempfile::tempdir().unwrap();
        let state = State::of(folder.path());
        let contents: Vec<Vec<u8>> = (0..300_u32).map(|n| vec![7; n as usize]).collect();
        let digest = |content: &[u8]| digest_of(content).unwrap();
        for _ in 0..2 {
            let mut bundles = Bundles::default();
            for content in &contents {
                bundles.keep(&state, digest(content), content).unwrap();
            }
            bundles.finish(&state).unwrap();
        }
        let files: Vec<_> = fs::read_dir(state.folder().join(FOLDER))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        assert_eq!(files.len(), 1);
        let mut bundles = Bundles::default();
        for content in &contents {
            assert_eq!(
                bundles.read(&state, &digest(content)).as_ref(),
                Some(content)
            );
        }
        assert_eq!(bundles.read(&state, &[1; 20]), None);
        // Cut short anywhere, what lies before is still there and nothing else.
        let whole = fs::read(&files[0]).unwrap();
        for length in (0..whole.len()).step_by(997) {
            crate::state::replace(&files[0], &whole[..length]).unwrap();
            let mut bundles = Bundles::default();
            for content in &contents {
                let read = bundles.read(&state, &digest(content));
                assert!(read.is_none_or(|read| read == *content), "{length}");
            }
        }
    }

    #[test]
    fn a_full_bundle_is_written_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let state = State::of(folder.path());
        let mut bundles = Bundles::default();
        let content = vec![1; FULL];
        let digest = digest_of(&content).unwrap();
        bundles.keep(&state, digest, &content).unwrap();
        assert!(bundles.open.is_empty());
        assert_eq!(Bundles::default().read(&state, &digest), Some(content));
    }
}
