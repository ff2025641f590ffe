//! Removes what no session needs any more: baselines that were not touched for a month, contents that only they named, and
//! files that were replaced by a restore of that time. Bounded: what is left over is found the next time.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::baseline::{self, Baseline};
use super::bundle;
use super::restore;
use super::store::{self, Digest};
use crate::state::State;

/// Nothing younger is removed.
const AGE: Duration = Duration::from_hours(30 * 24);
/// Contents that are looked at in one go.
const LOOKED_AT: usize = 20_000;

/// Removes what is old.
pub fn forget_old(state: &State) {
    let mut was_removed = false;
    for path in baseline::all(state) {
        if is_old(&path) {
            // Another process may have removed it; that is as good.
            was_removed |= fs::remove_file(path).is_ok();
        }
    }
    let restored = state.folder().join(restore::FOLDER);
    for time in entries(&restored) {
        if is_old(&time) && !time.is_symlink() {
            let _ = fs::remove_dir_all(time);
        }
    }
    if was_removed {
        forget_contents(state);
    }
}

/// Removes old contents that no baseline names. Keeping a content once more makes it young again, so that a session that
/// begins at the same time loses nothing.
fn forget_contents(state: &State) {
    let Some(needed) = needed(state) else {
        return;
    };
    let folders = entries(&store::loose(state));
    let contents = folders.iter().flat_map(|folder| entries(folder));
    for content in contents.take(LOOKED_AT) {
        let is_needed = digest_of(&content).is_none_or(|digest| needed.contains(&digest));
        if !is_needed && is_old(&content) {
            let _ = fs::remove_file(content);
        }
    }
    for bundle in bundle::all(state) {
        let is_needed = || {
            bundle::digests(&bundle)
                .iter()
                .any(|digest| needed.contains(digest))
        };
        if is_old(&bundle) && !is_needed() {
            let _ = fs::remove_file(&bundle);
        }
    }
}

/// Digests that a baseline names; `None` when one cannot be read, and so might name any.
fn needed(state: &State) -> Option<HashSet<Digest>> {
    let mut needed = HashSet::new();
    for path in baseline::all(state) {
        needed.extend(baseline::read_file(&path).ok().as_ref()?.digests());
    }
    Some(needed)
}

/// The digest that git's layout names a content by: `ab/cdef…`.
fn digest_of(content: &Path) -> Option<Digest> {
    let rest = content.file_name()?.to_str()?;
    let first = content.parent()?.file_name()?.to_str()?;
    let name = format!("{first}{rest}");
    let oid = (name.len() == 40).then(|| git2::Oid::from_str(&name).ok())??;
    store::bytes(oid)
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

fn is_old(path: &Path) -> bool {
    let modified = path
        .symlink_metadata()
        .and_then(|about| about.modified())
        .ok();
    let age = modified.and_then(|time| time.elapsed().ok());
    age.is_some_and(|age| age > AGE)
}

impl Baseline {
    fn digests(&self) -> impl Iterator<Item = Digest> {
        self.entries.iter().filter_map(super::Entry::digest)
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::time::SystemTime;

    use super::*;
    use crate::outcome::bundle::Bundles;

    #[test]
    fn old_bundles_that_no_baseline_names_go() {
        let folder = tempfile::tempdir().unwrap();
        let state = State::of(folder.path());
        let ago = SystemTime::now() - AGE * 2;
        let keep = |content: &[u8]| {
            let before = bundle::all(&state);
            let mut bundles = Bundles::default();
            let digest = store::digest_of(content).unwrap();
            bundles.keep(&state, digest, content).unwrap();
            bundles.finish(&state).unwrap();
            let mut all = bundle::all(&state).into_iter();
            all.rfind(|path| !before.contains(path))
        };
        let age = |path: &Path| File::open(path).unwrap().set_modified(ago).unwrap();
        let (old, wanted, young) = (keep(b"old"), keep(b"wanted"), keep(b"young"));
        let (old, wanted, young) = (old.unwrap(), wanted.unwrap(), young.unwrap());
        age(&old);
        age(&wanted);
        // A session that begins keeps it once more.
        assert_eq!(keep(b"wanted"), None);
        state.write_bytes("sessions/s.baseline", b"").unwrap();
        age(&state.folder().join("sessions/s.baseline"));
        forget_old(&state);
        assert_eq!(
            [old.exists(), wanted.exists(), young.exists()],
            [false, true, true]
        );
    }
}
