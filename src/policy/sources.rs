//! Which policy files hold for a call: those of its repository, and those of the folders that it works in or touches.
//!
//! A file in a subfolder holds for what lies below it, whichever way it is reached; so the folders of every path that a call
//! touches are looked into, not only those above the agent's own. What deletes a whole folder touches those below it.

use std::collections::{BTreeSet, VecDeque};
use std::fs;

use super::Layer;
use super::load::{LayerFile, repository_layers};
use crate::call::Access;
use crate::effects::{Effects, Reach};
use crate::repo::{Follow, POLICY_FILE, Place, Repository};

/// Folders that are looked into at most, upwards.
const FOLDERS: usize = 1_000;
/// Entries that are looked at in folders that are deleted. Policies stand near the top of what they hold for.
const ENTRIES: usize = 5_000;

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

/// Returns every policy file of the repository, as far as a bounded look finds them.
#[must_use]
pub fn all(repository: &Repository) -> Vec<LayerFile> {
    let mut layers = repository_layers(repository.root());
    for folder in below(repository, VecDeque::from([String::new()])) {
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
    while let Some(folder) = pending.pop_front() {
        let Ok(entries) = fs::read_dir(repository.root().join(&folder)) else {
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
