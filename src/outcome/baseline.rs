//! `sessions/<key>.baseline`: the protected files as they were when a session began. Binary, because a hundred thousand
//! entries are read on each look; with a version and a checksum, so that a torn or foreign file is told from a whole one.

mod file;

use std::fs::{self, Metadata};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::Site;
use super::compare::Told;
use super::git::LazyGit;
use super::listing::{Folder, Walk};
use super::many;
use super::note::{self, Entry, Noting};
use super::watch::Watch;
use crate::deadline;
use crate::repo::is_missing;
use crate::repo::text::child;
use crate::state::{self, State, StateError};
use file::{MAGIC, MAGIC_AUTO, decode};

/// Longest list of names in a message.
const NAMED: usize = 5;

/// The protected files as they were, and what was told about them since.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    pub watch: Watch,
    /// What the watch was made of, where that is known: the same makes the same watch.
    pub source: Option<u64>,
    /// By path.
    pub(super) entries: Vec<Entry>,
    /// By path.
    pub(super) folders: Vec<Folder>,
    pub(super) told: Vec<Told>,
    /// Whether the session ended; its runtime may take it up again.
    pub ended: bool,
}

/// Why there is no baseline to compare with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    #[error("there is none")]
    Missing,
    #[error("it is damaged")]
    Damaged,
    #[error("a newer version of hookgate wrote it")]
    Newer,
    #[error("an older version of hookgate wrote it")]
    Older,
}

/// What taking a baseline left out, for people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    pub baseline: Baseline,
    pub remarks: Vec<String>,
}

impl Baseline {
    /// Notes every watched file. Nothing is written but contents.
    #[must_use]
    pub fn take(site: &Site, watch: Watch) -> Taken {
        let git = LazyGit::of(&site.root);
        let (files, folders, mut remarks) = listed(site, &watch, &git);
        let mut noting = Noting::new(site, &watch, &git);
        let mut entries = Vec::with_capacity(files.len());
        let paths: Vec<&str> = files.iter().map(String::as_str).collect();
        let seen = many::look(&site.root, &paths);
        for (path, seen) in files.into_iter().zip(seen) {
            match seen.what {
                Ok(what) => entries.push(noting.seen(path, seen.noted, what)),
                Err(error) => remarks.push(format!("`{path}` is not watched: {error}")),
            }
        }
        remarks.extend(noting.finish(&mut entries));
        remarks.extend(left_out(&entries));
        let baseline = Self {
            watch,
            entries,
            folders,
            ..Self::default()
        };
        Taken { baseline, remarks }
    }

    /// Notes anew what a resumed session begins with: what was told before stays what it was.
    #[must_use]
    pub fn renewed(self, site: &Site, watch: Watch) -> Taken {
        let mut taken = Self::take(site, watch);
        let new = &mut taken.baseline;
        for told in self.told {
            let Some(old) = self.entries.iter().find(|entry| entry.path == told.path) else {
                // Made during the session, and still not accepted.
                new.entries.retain(|entry| entry.path != told.path);
                new.told.push(told);
                continue;
            };
            match new.place(&old.path) {
                Ok(at) => {
                    if let Some(entry) = new.entries.get_mut(at) {
                        entry.clone_from(old);
                    }
                }
                Err(at) => new.entries.insert(at, old.clone()),
            }
            new.told.push(told);
        }
        taken
    }

    /// Notes files that a policy has come to protect meanwhile.
    pub fn extend(&mut self, site: &Site, watch: Watch) -> Vec<String> {
        if watch == self.watch {
            return Vec::new();
        }
        let Taken { baseline, remarks } = Self::take(site, watch);
        let told = std::mem::take(&mut self.told);
        let was_watched = |path: &str| self.is_watched(site, path);
        let added: Vec<Entry> = baseline
            .entries
            .into_iter()
            .filter(|entry| self.place(&entry.path).is_err() && !was_watched(&entry.path))
            .collect();
        self.entries.extend(added);
        self.entries.sort_by(|one, other| one.path.cmp(&other.path));
        for folder in baseline.folders {
            if self.folder(&folder.path).is_err() {
                self.folders.push(folder);
            }
        }
        self.folders.sort_by(|one, other| one.path.cmp(&other.path));
        self.watch = baseline.watch;
        self.told = told;
        remarks
    }

    fn is_watched(&self, site: &Site, path: &str) -> bool {
        self.watch.glob(path, site.case).is_some() || self.watch.is_floor(path)
    }

    /// Where an entry is, or would be.
    pub(super) fn place(&self, path: &str) -> Result<usize, usize> {
        self.entries
            .binary_search_by(|entry| entry.path.as_str().cmp(path))
    }

    /// Returns what was noted of a path.
    #[must_use]
    pub fn entry(&self, path: &str) -> Option<&Entry> {
        self.entries.get(self.place(path).ok()?)
    }

    pub(super) fn folder(&self, path: &str) -> Result<usize, usize> {
        self.folders
            .binary_search_by(|folder| folder.path.as_str().cmp(path))
    }

    /// Returns the noted paths, and the folders they lie in.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        let folders = self.folders.iter().map(|folder| folder.path.as_str());
        let entries = self.entries.iter().map(|entry| entry.path.as_str());
        folders.filter(|path| !path.is_empty()).chain(entries)
    }

    /// Whether changes were told that still stood at the last look.
    #[must_use]
    pub fn has_told(&self) -> bool {
        !self.told.is_empty()
    }

    /// How many files are watched.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Takes the present state of paths for the noted one: their change was allowed. A folder stands for all below it.
    /// Returns the paths and what was found there.
    pub fn accept(&mut self, site: &Site, paths: &[String]) -> Vec<(String, String)> {
        let git = LazyGit::of(&site.root);
        let watch = self.watch.clone();
        let mut noting = Noting::new(site, &watch, &git);
        let mut accepted = Vec::new();
        for path in paths {
            let Ok(entry) = noting.entry(path.clone()) else {
                continue;
            };
            accepted.push((path.clone(), entry.fingerprint()));
            self.told.retain(|told| told.path != *path);
            match self.place(path) {
                Ok(at) => {
                    if let Some(old) = self.entries.get_mut(at) {
                        *old = entry;
                    }
                }
                Err(at) => self.entries.insert(at, entry),
            }
        }
        // That content is not kept shows in its entry.
        let _ = noting.finish(&mut self.entries);
        accepted
    }

    /// Returns the name of a session's baseline in the state folder.
    #[must_use]
    pub fn name(session: &str) -> String {
        ["sessions/", &state::file_name(session), ".baseline"].concat()
    }

    /// Returns whether a session has a baseline, by one look at the disk.
    #[must_use]
    pub fn exists(site: &Site, session: &str) -> bool {
        let path = child(site.state.folder(), &Self::name(session));
        let Ok(about) = path.symlink_metadata() else {
            return false;
        };
        // Calls without a session share one baseline, which must not grow old.
        let is_old = || {
            let age = about.modified().ok().and_then(|time| time.elapsed().ok());
            age.is_some_and(|age| age > std::time::Duration::from_hours(12))
        };
        !(session.is_empty() && is_old())
    }

    /// Returns whether a session that goes on has a whole baseline.
    #[must_use]
    pub fn goes_on(site: &Site, session: &str) -> bool {
        let path = child(site.state.folder(), &Self::name(session));
        let mut bytes = Vec::new();
        deadline::open_at_once(&path)
            .and_then(|file| {
                // Only a file ends.
                let length = file.metadata().ok().filter(Metadata::is_file);
                let length = length.map_or(0, |about| about.len());
                file.take(length).read_to_end(&mut bytes)
            })
            .is_ok()
            && file::goes_on(&bytes)
    }

    /// Returns whether a rule of a session's baseline puts files back at once, by its first bytes.
    #[must_use]
    pub fn puts_back(site: &Site, session: &str) -> bool {
        let path = child(site.state.folder(), &Self::name(session));
        let is_file = path.symlink_metadata().is_ok_and(|about| about.is_file());
        let mut first = [0; MAGIC_AUTO.len()];
        is_file
            && crate::digests::open(&path)
                .and_then(|mut file| file.read_exact(&mut first))
                .is_ok_and(|()| first == *MAGIC_AUTO)
    }

    /// Reads a session's baseline.
    ///
    /// # Errors
    /// Why there is none to compare with.
    pub fn read(site: &Site, session: &str) -> Result<Self, Unread> {
        let path = child(site.state.folder(), &Self::name(session));
        let about = path.symlink_metadata().map_err(|error| {
            if is_missing(&error) {
                Unread::Missing
            } else {
                Unread::Damaged
            }
        })?;
        if !about.is_file() {
            return Err(Unread::Damaged);
        }
        let bytes = fs::read(path).map_err(|_| Unread::Damaged)?;
        decode(&bytes)
    }

    /// Writes a session's baseline; one of a newer version is left alone.
    ///
    /// # Errors
    /// Those of [`State::write`].
    pub fn write(&self, site: &Site, session: &str) -> Result<(), StateError> {
        let name = Self::name(session);
        let path = site.state.prepare(&name)?;
        if is_newer(&path) {
            return Err(StateError::Newer(format!("{}/{name}", state::FOLDER)));
        }
        state::replace(&path, &self.encode()).map_err(|source| StateError::Io {
            path: format!("{}/{name}", state::FOLDER),
            source,
        })
    }
}

/// Whether a newer version wrote a baseline, by its first bytes.
fn is_newer(path: &Path) -> bool {
    let is_file = path.symlink_metadata().is_ok_and(|about| about.is_file());
    let mut first = [0; MAGIC.len() + 8];
    let mut read = || fs::File::open(path)?.read_exact(&mut first);
    is_file && read().is_ok() && decode(&first) == Err(Unread::Newer)
}

/// Returns the watched files in the order of their paths, the folders they lie in, and what could not be looked at.
fn listed(
    site: &Site,
    watch: &Watch,
    git: &LazyGit<'_>,
) -> (Vec<String>, Vec<Folder>, Vec<String>) {
    let none = |_: &str| false;
    let mut walk = Walk::new(site, watch, git, &none, &none);
    walk.below("", false);
    let mut remarks = Vec::new();
    if walk.unnamed > 0 {
        remarks.push(format!(
            "{} names that are not UTF-8 are not watched",
            walk.unnamed
        ));
    }
    if walk.budget == 0 {
        remarks.push(
            "the tree has more entries than are looked at, so some files are not watched".into(),
        );
    }
    if !walk.unreadable.is_empty() {
        remarks.push(format!(
            "not watched, because they cannot be read: {}",
            names(walk.unreadable.iter().map(String::as_str))
        ));
    }
    let mut files = walk.files;
    files.extend(watch.named().map(|named| named.path.clone()));
    files.sort();
    files.dedup();
    let mut folders = walk.folders;
    folders.sort_by(|one, other| one.path.cmp(&other.path));
    (files, folders, remarks)
}

fn left_out(entries: &[Entry]) -> Option<String> {
    let large: Vec<&str> = entries
        .iter()
        .filter(|entry| matches!(entry.kept, note::Kept::Large | note::Kept::Failed))
        .map(|entry| entry.path.as_str())
        .collect();
    let count = large.len();
    (count > 0).then(|| {
        format!(
            "changes of {} are noticed, but their content is not kept and could not be restored",
            names(large.into_iter())
        )
    })
}

/// The first few names, and how many more there are.
pub(super) fn names<'n>(all: impl Iterator<Item = &'n str>) -> String {
    let all: Vec<&str> = all.collect();
    let shown: Vec<String> = all
        .iter()
        .take(NAMED)
        .map(|name| format!("`{name}`"))
        .collect();
    match all.len().saturating_sub(NAMED) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Returns the baselines that are there, the latest first.
#[must_use]
pub fn all(state: &State) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(state.folder().join("sessions")) else {
        return Vec::new();
    };
    let mut found: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "baseline"))
        .map(|path| {
            (
                path.metadata().and_then(|about| about.modified()).ok(),
                path,
            )
        })
        .collect();
    found.sort();
    found.into_iter().rev().map(|(_, path)| path).collect()
}

/// Reads a baseline by its file.
///
/// # Errors
/// Why it cannot be used.
pub fn read_file(path: &Path) -> Result<Baseline, Unread> {
    let is_file = path.symlink_metadata().is_ok_and(|about| about.is_file());
    if !is_file {
        return Err(Unread::Missing);
    }
    fs::read(path)
        .map_err(|_| Unread::Damaged)
        .and_then(|bytes| decode(&bytes))
}
