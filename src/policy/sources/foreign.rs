//! Checkouts that lie in a repository without being part of it.
//!
//! Whether one is part of it is for the index of the repository to say, which git keeps, and not for the checkout: `git init`
//! in a subfolder is an agent's to type, and must not take the subfolder's policy away.

use std::collections::BTreeSet;
use std::path::Path;

use crate::repo::POLICY_FILE;
use crate::repo::checkout::git_folder;
use crate::repo::index::Index;

/// Removes the folders that belong to a checkout of its own further in, unless the repository tracks that checkout
/// (a submodule) or the policy in the folder. Where the repository is no checkout, or its index cannot be read, all stay.
pub(super) fn remove(root: &Path, folders: &mut BTreeSet<String>) {
    let nested: Vec<(String, String)> = folders
        .iter()
        .filter_map(|folder| Some((folder.clone(), checkout_of(root, folder)?)))
        .collect();
    if nested.is_empty() {
        return;
    }
    let Some(Ok(index)) = git_folder(root).map(|git| Index::read(&git)) else {
        return;
    };
    let tracks = |path: &str| {
        let folders = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
        let span = folders.fold(index.all(), |above, folder| {
            index.below(&above, folder.as_bytes())
        });
        index.holds(&span, 0, path.as_bytes())
    };
    for (folder, checkout) in nested {
        if !tracks(&checkout) && !tracks(&format!("{folder}/{POLICY_FILE}")) {
            folders.remove(&folder);
        }
    }
}

/// Returns the outermost checkout below the root that holds a folder.
fn checkout_of(root: &Path, folder: &str) -> Option<String> {
    let ends = folder.match_indices('/').map(|(at, _)| at);
    ends.chain([folder.len()])
        .filter_map(|end| folder.get(..end))
        .find(|path| git_folder(&root.join(path)).is_some())
        .map(str::to_owned)
}
