//! The repository's root, and where a path really leads.
//!
//! INVARIANT: a path that leaves this module is relative to the root and free of `.` and `..`, or marked outside. Nothing
//! here runs git: the hook path only looks for `.git` and `hookgate.yaml` while it walks up.

pub mod head;

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io;
use std::path::{Component, Path, PathBuf};

pub use crate::policy::path_pattern::Case;

/// Name of the policy file at a repository's root.
pub const POLICY_FILE: &str = "hookgate.yaml";
/// Name of the policy file that is not committed.
pub const LOCAL_POLICY_FILE: &str = "hookgate.local.yaml";

/// Links followed before a path counts as a loop, as in Linux.
const LINK_BUDGET: usize = 40;

/// A repository as one call sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Repository {
    /// As found by walking up, links not resolved.
    root: PathBuf,
    /// The same folder with links resolved.
    real_root: PathBuf,
    /// The folder that relative paths of the call start from.
    cwd: PathBuf,
    home: Option<String>,
    case: Case,
}

/// Where a path leads: as written, and through the links that exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    pub lexical: Place,
    pub real: Place,
}

/// A path in relation to the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Relative to the root, with `/` between names; the root itself is "".
    Inside(String),
    /// Absolute.
    Outside(String),
}

/// Which links on a path are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follow {
    /// All: what opening the path does.
    All,
    /// All but the last name: what deleting or renaming the path does.
    AllButLast,
}

impl Repository {
    /// Finds the repository of a folder: the outermost policy file at or above it, then the checkout that holds that file.
    /// Returns `None` when there is no policy at or above the folder.
    ///
    /// A checkout further in, with or without a policy of its own, does not hide the policy above it: that one would be an
    /// agent's to make. Files in `/`, in folders that anybody may write to and in a home folder that is no checkout hold for nothing.
    #[must_use]
    pub fn find(cwd: &Path, home: Option<String>) -> Option<Self> {
        if !cwd.is_absolute() {
            return None;
        }
        let cwd = normal(cwd);
        let is_own = |folder: &&Path| {
            let is_home = home
                .as_deref()
                .is_some_and(|home| *folder == Path::new(home));
            let is_stray = is_home && !exists(&folder.join(".git"));
            !is_stray && folder.parent().is_some() && !is_shared(folder)
        };
        let policies = cwd.ancestors().filter(is_own);
        let policy_folder = policies.filter(|folder| has_policy(folder)).last()?;
        let mut checkouts = policy_folder.ancestors();
        let root = checkouts
            .find(|folder| exists(&folder.join(".git")))
            .unwrap_or(policy_folder)
            .to_path_buf();
        Some(Self::at(&root, &cwd, home))
    }

    /// Describes the repository with this root, as seen from a folder.
    #[must_use]
    pub fn at(root: &Path, cwd: &Path, home: Option<String>) -> Self {
        let root = normal(root);
        Self {
            real_root: real(&root, Follow::All),
            case: case_of(&root),
            cwd: normal(cwd),
            root,
            home,
        }
    }

    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    #[must_use]
    pub fn case(&self) -> Case {
        self.case
    }

    #[must_use]
    pub fn home(&self) -> Option<&str> {
        self.home.as_deref()
    }

    /// Whether two are the same folder on the disk.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.real_root == other.real_root
    }

    /// Returns the same repository as seen from another folder.
    #[must_use]
    pub fn seen_from(&self, cwd: &str) -> Self {
        Self {
            cwd: normal(&self.absolute(cwd)),
            ..self.clone()
        }
    }

    /// Returns the folder that relative paths start from.
    #[must_use]
    pub fn cwd(&self) -> String {
        slashed(&self.cwd)
    }

    /// Returns where a path leads: absolute, relative to the call's folder, or starting with `~/`.
    #[must_use]
    pub fn places(&self, written: &str, follow: Follow) -> Places {
        self.places_of(&self.absolute(written), follow)
    }

    /// Returns where a path leads that a shell opens in a folder; `~` is an ordinary name here.
    #[must_use]
    pub fn places_in(&self, folder: &str, written: &str, follow: Follow) -> Places {
        self.places_of(&Path::new(folder).join(written), follow)
    }

    fn places_of(&self, absolute: &Path, follow: Follow) -> Places {
        Places {
            lexical: self.place(&normal(absolute)),
            real: self.place(&real(absolute, follow)),
        }
    }

    fn absolute(&self, written: &str) -> PathBuf {
        match (written.strip_prefix('~'), &self.home) {
            (Some(""), Some(home)) => PathBuf::from(home),
            (Some(rest), Some(home)) if rest.starts_with('/') => {
                Path::new(home).join(rest.trim_start_matches('/'))
            }
            _ => self.cwd.join(written),
        }
    }

    fn place(&self, absolute: &Path) -> Place {
        let inside = below(absolute, &self.root, self.case)
            .or_else(|| below(absolute, &self.real_root, self.case));
        match inside {
            Some(relative) => Place::Inside(relative),
            None => Place::Outside(slashed(absolute)),
        }
    }
}

impl Place {
    /// Returns the path as shown to people and models.
    #[must_use]
    pub fn shown(&self) -> &str {
        match self {
            Self::Inside(path) if path.is_empty() => ".",
            Self::Inside(path) | Self::Outside(path) => path,
        }
    }
}

fn has_policy(folder: &Path) -> bool {
    [POLICY_FILE, LOCAL_POLICY_FILE]
        .iter()
        .any(|name| exists(&folder.join(name)))
}

/// Whether something may be there: only a clear "no" is one. A folder that was closed to us hides no policy.
fn exists(path: &Path) -> bool {
    match path.symlink_metadata() {
        Ok(_) => true,
        Err(error) => !matches!(
            error.kind(),
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
        ),
    }
}

/// Whether anybody may write to a folder, as to the one for temporary files.
#[cfg(unix)]
fn is_shared(folder: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    folder
        .metadata()
        .is_ok_and(|about| about.permissions().mode() & 0o002 != 0)
}

#[cfg(not(unix))]
fn is_shared(_folder: &Path) -> bool {
    false
}

/// Returns the path of `absolute` below `folder`, or `None` when it does not lie there.
fn below(absolute: &Path, folder: &Path, case: Case) -> Option<String> {
    let mut rest = absolute.components();
    for expected in folder.components() {
        let found = rest.next()?;
        let same = match case {
            Case::Sensitive => found == expected,
            Case::Insensitive => {
                found.as_os_str().to_string_lossy().to_lowercase()
                    == expected.as_os_str().to_string_lossy().to_lowercase()
            }
        };
        if !same {
            return None;
        }
    }
    Some(slashed(rest.as_path()))
}

fn slashed(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) {
        text.replace('\\', "/")
    } else {
        text.into_owned()
    }
}

/// Removes `.` and `..` by the text alone.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

/// Follows the links of an absolute path as the kernel would, as far as the path exists; the rest is taken by its text.
/// A loop of links stays where the budget ended: the kernel refuses such a path anyway.
fn real(absolute: &Path, follow: Follow) -> PathBuf {
    let mut out = PathBuf::new();
    let mut pending: VecDeque<OsString> = absolute
        .components()
        .map(|part| part.as_os_str().to_owned())
        .collect();
    let mut budget = LINK_BUDGET;
    while let Some(name) = pending.pop_front() {
        if name == "." {
            continue;
        }
        if name == ".." {
            out.pop();
            continue;
        }
        let next = out.join(&name);
        let is_last = pending.is_empty();
        let link = if is_last && follow == Follow::AllButLast {
            None
        } else {
            std::fs::read_link(&next).ok()
        };
        match link {
            Some(target) if budget > 0 => {
                budget -= 1;
                // An absolute target replaces what was resolved so far, because its first part is the root.
                for part in target.components().rev() {
                    pending.push_front(part.as_os_str().to_owned());
                }
            }
            _ => out = next,
        }
    }
    out
}

/// Asks the file system itself, by looking for the policy file under a name in the other case.
fn case_of(root: &Path) -> Case {
    let named = |name: &str| root.join(name).symlink_metadata();
    for name in [POLICY_FILE, LOCAL_POLICY_FILE, ".git"] {
        if named(name).is_ok() {
            return match named(&name.to_uppercase()) {
                Ok(_) => Case::Insensitive,
                Err(_) => Case::Sensitive,
            };
        }
    }
    Case::Sensitive
}
