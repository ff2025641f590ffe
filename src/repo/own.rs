//! Whether the policy in a folder is one that holds there, or lies where anybody could have put it.

use std::path::Path;

use super::{LOCAL_POLICY_FILE, POLICY_FILE, exists};

pub(super) fn has_policy(folder: &Path) -> bool {
    exists(folder, POLICY_FILE) || exists(folder, LOCAL_POLICY_FILE)
}

/// Whether a policy file in a folder holds for it.
pub(super) fn is_own(folder: &Path, home: Option<&str>) -> bool {
    let is_home = home.is_some_and(|home| folder == Path::new(home));
    let is_stray = is_home && !exists(folder, ".git");
    !is_stray && !is_foreign(folder)
}

/// Whether the policy in a folder may be somebody else's, who is nobody here: anybody may write to the folder, as to the one
/// for temporary files. Opening up a project's own folder must not switch its policy off, so whose the file is counts then.
#[cfg(unix)]
fn is_foreign(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    const ANYBODY_WRITES: u32 = 0o002;
    const STICKY: u32 = 0o1000;
    let Ok(about) = folder.metadata() else {
        return false;
    };
    if about.mode() & ANYBODY_WRITES == 0 {
        return false;
    }
    let we = rustix::process::geteuid().as_raw();
    let names = [POLICY_FILE, LOCAL_POLICY_FILE].into_iter();
    let mut policies = names.filter_map(|name| folder.join(name).symlink_metadata().ok());
    let is_ours = policies.all(|file| [we, 0, about.uid()].contains(&file.uid()));
    let is_for_all = about.mode() & STICKY != 0 && (about.uid() != we || we == 0);
    !is_ours || (is_for_all && !exists(folder, ".git"))
}

#[cfg(not(unix))]
fn is_foreign(_folder: &Path) -> bool {
    false
}
