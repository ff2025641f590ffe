//! Which policy files hold for a call: those of its repository, and those of the folders that it works in or touches.
//!
//! A file in a subfolder holds for what lies below it, whichever way it is reached; so the folders of every path that a call
//! touches are looked into, not only those above the agent's own. What deletes a whole folder touches those below it.

mod foreign;

use std::collections::{BTreeSet, VecDeque};
#[cfg(target_os = "linux")]
use std::os::fd::OwnedFd;
use std::path::Path;

#[cfg(target_os = "linux")]
use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, fstat, fstatfs, openat, statat};

use super::Layer;
use super::load::{LayerFile, repository_layers};
use crate::call::Access;
use crate::deadline;
use crate::effects::{Effects, Reach};
use crate::repo::text::{child, joined};
use crate::repo::{POLICY_FILE, Place, Repository, look};

/// Folders that are looked into at most, upwards.
const FOLDERS: usize = 1_000;
/// Entries that are looked at in folders that are deleted. Policies stand near the top of what they hold for.
const ENTRIES: usize = 5_000;
/// Folders in which nobody works.
const LEFT_OUT: [&str; 3] = [".git", "node_modules", crate::state::FOLDER];
/// What a folder without folders counts for: two questions, but no list.
const LEAF: usize = 2;

/// Folders are only gone through.
#[cfg(target_os = "linux")]
const FOLDER: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

/// Returns the policy files in the order of their layers.
#[must_use]
pub fn of(repository: &Repository, effects: &Effects) -> Vec<LayerFile> {
    let mut layers = repository_layers(repository.root());
    let here = repository.here();
    let deleted = deleted(repository, effects);
    let mut folders = folders(effects, &here);
    folders.extend(deleted.iter().map(String::as_str));
    for folder in folders {
        let name = joined(folder, POLICY_FILE);
        if look(repository.root(), &name).is_ok() {
            let path = child(repository.root(), &name);
            layers.push(LayerFile {
                path,
                layer: Layer::Subfolder,
                base: folder.to_owned(),
            });
        }
    }
    layers
}

/// Returns every policy file of the repository, as far as a bounded look finds them: not those of other checkouts that
/// merely lie in it, such as a dependency's or a test's.
#[must_use]
pub fn all(repository: &Repository) -> Vec<LayerFile> {
    let mut layers = repository_layers(repository.root());
    let mut folders = below(repository, VecDeque::from([String::new()]));
    foreign::remove(repository.root(), &mut folders);
    for folder in folders {
        layers.push(LayerFile {
            path: child(repository.root(), &joined(&folder, POLICY_FILE)),
            layer: Layer::Subfolder,
            base: folder,
        });
    }
    layers
}

/// Returns the folders below the root that lie above a touched path or the agent's own folder.
fn folders<'e>(effects: &'e Effects, here: &'e Place) -> BTreeSet<&'e str> {
    let touched = effects
        .paths
        .iter()
        .flat_map(|effect| [&effect.places.lexical, &effect.places.real]);
    let mut folders = BTreeSet::new();
    for place in touched.chain([here]) {
        let Place::Inside(path) = place else {
            continue;
        };
        // A touched folder may hold a policy itself.
        let mut folder = path.as_str();
        // One that is known is so with all above it.
        while !folder.is_empty() && folders.len() < FOLDERS && folders.insert(folder) {
            folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
        }
    }
    folders
}

/// Returns the folders with a policy below those that are deleted or moved away as a whole.
fn deleted(repository: &Repository, effects: &Effects) -> BTreeSet<String> {
    let deleted = effects
        .paths
        .iter()
        .filter(|effect| effect.access == Access::Delete && effect.reach == Reach::Below)
        .filter_map(|effect| match &effect.places.real {
            Place::Inside(path) => Some(path.clone()),
            Place::Outside(_) => None,
        });
    below(repository, deleted.collect())
}

/// Returns the folders with a policy at or below these, but the root itself.
fn below(repository: &Repository, mut pending: VecDeque<String>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if pending.is_empty() {
        return found;
    }
    let mut budget = ENTRIES;
    let mut leaves = Leaves::on(repository.root());
    while let Some(folder) = pending.pop_front() {
        let leaf = if folder.is_empty() {
            None
        } else {
            leaves.policy(&folder)
        };
        if let Some(has_policy) = leaf {
            budget = match budget.checked_sub(LEAF) {
                Some(budget) => budget,
                None => return found,
            };
            if has_policy {
                found.insert(folder);
            }
            continue;
        }
        let path = repository.root().join(&folder);
        let Ok(entries) = deadline::read_dir(path) else {
            continue;
        };
        for entry in entries.flatten() {
            budget = match budget.checked_sub(1) {
                Some(budget) => budget,
                None => return found,
            };
            let name = entry.file_name().to_string_lossy().into_owned();
            if name == POLICY_FILE && !folder.is_empty() {
                found.insert(folder.clone());
            }
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder && !LEFT_OUT.contains(&name.as_str()) {
                pending.push_back(joined(&folder, &name));
            }
        }
    }
    found
}

/// Tells folders without folders in them by their number of names, as `find` does: each folder in one adds its `..` to it.
/// Most folders are such, and asking for one file in them costs less than reading all names.
#[cfg(target_os = "linux")]
struct Leaves {
    root: Option<OwnedFd>,
    /// The file system, when it is one that counts so.
    device: Option<u64>,
    /// The folder above the one that was asked for last. Folders come in the order of those above them, and the way there
    /// is long.
    above: Option<(String, OwnedFd)>,
}

#[cfg(target_os = "linux")]
impl Leaves {
    fn on(root: &Path) -> Self {
        /// ext2 to ext4, XFS, tmpfs. Others, such as Btrfs, say 1 or anything.
        const KNOWN: [u64; 3] = [0xef53, 0x5846_5342, 0x0102_1994];
        let root = openat(CWD, root, FOLDER, Mode::empty()).ok();
        let kind = root.as_ref().and_then(|root| fstatfs(root).ok());
        let kind = kind.and_then(|about| u64::try_from(about.f_type).ok());
        let known = root
            .as_ref()
            .filter(|_| kind.is_some_and(|kind| KNOWN.contains(&kind)));
        Self {
            device: known.and_then(|root| fstat(root).ok().map(|about| about.st_dev)),
            root,
            above: None,
        }
    }

    /// Returns whether a folder without folders holds a policy; `None` when it has some, or that cannot be told.
    fn policy(&mut self, folder: &str) -> Option<bool> {
        let device = self.device?;
        let (above, name) = folder.rsplit_once('/').unwrap_or(("", folder));
        let above = self.above(above)?;
        let about = statat(above, name, AtFlags::SYMLINK_NOFOLLOW).ok()?;
        let is_leaf = FileType::from_raw_mode(about.st_mode) == FileType::Directory
            && about.st_dev == device
            && about.st_nlink == 2;
        is_leaf.then(|| statat(above, joined(name, POLICY_FILE), AtFlags::SYMLINK_NOFOLLOW).is_ok())
    }

    fn above(&mut self, path: &str) -> Option<&OwnedFd> {
        if path.is_empty() {
            return self.root.as_ref();
        }
        if self.above.as_ref().is_none_or(|(known, _)| known != path) {
            let opened = openat(self.root.as_ref()?, path, FOLDER, Mode::empty()).ok()?;
            self.above = Some((path.to_owned(), opened));
        }
        self.above.as_ref().map(|(_, opened)| opened)
    }
}

/// Elsewhere nothing is known of a folder's number of names.
#[cfg(not(target_os = "linux"))]
struct Leaves;

#[cfg(not(target_os = "linux"))]
impl Leaves {
    fn on(_root: &Path) -> Self {
        Self
    }

    #[expect(
        clippy::unused_self,
        reason = "the same signature as where folders can be told apart"
    )]
    fn policy(&mut self, _folder: &str) -> Option<bool> {
        None
    }
}
