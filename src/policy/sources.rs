//! Which policy files hold for a call: those of its repository, and those of the folders that it works in or touches.
//!
//! A file in a subfolder holds for what lies below it, whichever way it is reached; so the folders of every path that a call
//! touches are looked into, not only those above the agent's own. What deletes a whole folder touches those below it.

mod foreign;

use std::collections::{BTreeSet, VecDeque};
use std::fs;
use std::path::Path;

use super::Layer;
use super::load::{LayerFile, repository_layers};
use crate::call::Access;
use crate::effects::{Effects, Reach};
use crate::repo::{Follow, POLICY_FILE, Place, Repository};

/// Folders that are looked into at most, upwards.
const FOLDERS: usize = 1_000;
/// Entries that are looked at in folders that are deleted. Policies stand near the top of what they hold for.
const ENTRIES: usize = 5_000;
/// What a folder without folders counts for: two questions, but no list.
const LEAF: usize = 2;

/// Returns the policy files in the order of their layers.
#[must_use]
pub fn of(repository: &Repository, effects: &Effects) -> Vec<LayerFile> {
    let mut layers = repository_layers(repository.root());
    let mut folders = folders(repository, effects);
    folders.extend(deleted(repository, effects));
    for folder in folders {
        let path = repository.root().join(&folder).join(POLICY_FILE);
        if path.symlink_metadata().is_ok() {
            layers.push(LayerFile {
                path,
                layer: Layer::Subfolder,
                base: folder,
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
            path: repository.root().join(&folder).join(POLICY_FILE),
            layer: Layer::Subfolder,
            base: folder,
        });
    }
    layers
}

/// Returns the folders below the root that lie above a touched path or the agent's own folder.
fn folders(repository: &Repository, effects: &Effects) -> BTreeSet<String> {
    let here = repository.places(".", Follow::All);
    let touched = effects
        .paths
        .iter()
        .flat_map(|effect| [&effect.places.lexical, &effect.places.real]);
    let mut folders = BTreeSet::new();
    for place in touched.chain([&here.real]) {
        let Place::Inside(path) = place else {
            continue;
        };
        // A touched folder may hold a policy itself.
        let mut folder = path.as_str();
        while !folder.is_empty() && folders.len() < FOLDERS {
            folders.insert(folder.to_owned());
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
    let mut budget = ENTRIES;
    let leaves = Leaves::on(repository.root());
    while let Some(folder) = pending.pop_front() {
        let path = repository.root().join(&folder);
        if !folder.is_empty() && leaves.has(&path) {
            budget = match budget.checked_sub(LEAF) {
                Some(budget) => budget,
                None => return found,
            };
            if path.join(POLICY_FILE).symlink_metadata().is_ok() {
                found.insert(folder);
            }
            continue;
        }
        let Ok(entries) = fs::read_dir(path) else {
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
            if is_folder && name != ".git" && name != "node_modules" {
                let separator = if folder.is_empty() { "" } else { "/" };
                pending.push_back(format!("{folder}{separator}{name}"));
            }
        }
    }
    found
}

/// Tells folders without folders in them by their number of names, as `find` does: each folder in one adds its `..` to it.
/// Most folders are such, and asking for one file in them costs less than reading all names.
struct Leaves {
    /// The file system, when it is one that counts so.
    device: Option<u64>,
}

impl Leaves {
    #[cfg(target_os = "linux")]
    fn on(root: &Path) -> Self {
        use std::os::unix::fs::MetadataExt;
        /// ext2 to ext4, XFS, tmpfs. Others, such as Btrfs, say 1 or anything.
        const KNOWN: [u64; 3] = [0xef53, 0x5846_5342, 0x0102_1994];
        let kind = rustix::fs::statfs(root).ok();
        let kind = kind.and_then(|about| u64::try_from(about.f_type).ok());
        let is_known = kind.is_some_and(|kind| KNOWN.contains(&kind));
        let about = fs::metadata(root).ok().filter(|_| is_known);
        Self {
            device: about.map(|about| about.dev()),
        }
    }

    #[cfg(target_os = "linux")]
    fn has(&self, folder: &Path) -> bool {
        use std::os::unix::fs::MetadataExt;
        let Some(device) = self.device else {
            return false;
        };
        folder
            .symlink_metadata()
            .is_ok_and(|about| about.is_dir() && about.dev() == device && about.nlink() == 2)
    }

    #[cfg(not(target_os = "linux"))]
    fn on(_root: &Path) -> Self {
        Self { device: None }
    }

    #[cfg(not(target_os = "linux"))]
    fn has(&self, _folder: &Path) -> bool {
        self.device.is_some()
    }
}
