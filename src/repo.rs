//! The repository's root, and where a path really leads.
//!
//! INVARIANT: a path that leaves this module is relative to the root and free of `.` and `..`, or marked outside. Nothing
//! here runs git: the hook path only looks for `.git` and `hookgate.yaml` while it walks up.

pub(crate) mod checkout;
pub mod head;
pub(crate) mod index;
mod lookup;
mod own;
pub(crate) mod text;

use std::ffi::OsString;
use std::io;
use std::path::{Component, Path, PathBuf};

pub use lookup::Lookup;

pub use crate::wildcards::Case;

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
    /// agent's to make. Files in `/`, other people's in folders that anybody may write to, and those in a home folder or one for
    /// temporary files that is no checkout hold for nothing.
    #[must_use]
    pub fn find(cwd: &Path, home: Option<String>) -> Option<Self> {
        let root = Self::root_of(cwd, home.as_deref())?;
        Some(Self::at(&root, cwd, home))
    }

    /// Returns the root of the repository that [`Self::find`] finds.
    #[must_use]
    pub fn root_of(cwd: &Path, home: Option<&str>) -> Option<PathBuf> {
        if !cwd.is_absolute() {
            return None;
        }
        let cwd = normal(cwd);
        // The outermost one first: where there is one, nothing further in is looked at.
        let mut folders = text::from_outermost(&cwd).into_iter();
        let policy_folder = folders.find(|folder| {
            folder.parent().is_some() && own::has_policy(folder) && own::is_own(folder, home)
        })?;
        let mut checkouts = text::from_outermost(policy_folder).into_iter().rev();
        let root = checkouts.find(|folder| exists(folder, ".git"));
        Some(root.unwrap_or(policy_folder).to_path_buf())
    }

    /// Describes the repository with this root, as seen from a folder.
    #[must_use]
    pub fn at(root: &Path, cwd: &Path, home: Option<String>) -> Self {
        let root = normal(root);
        let real_root = Resolved::default().then(&root, Follow::All).path;
        Self::with_real_root(root, real_root, cwd, home)
    }

    /// The same where no link leads to the root.
    #[must_use]
    pub(crate) fn at_real(root: PathBuf, cwd: &Path, home: Option<String>) -> Self {
        Self::with_real_root(root.clone(), root, cwd, home)
    }

    fn with_real_root(root: PathBuf, real_root: PathBuf, cwd: &Path, home: Option<String>) -> Self {
        Self {
            case: case_of(&root),
            cwd: normal(cwd),
            real_root,
            root,
            home,
        }
    }

    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the root is on the disk, whichever links led to it.
    #[must_use]
    pub fn real_root(&self) -> &Path {
        &self.real_root
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

    /// Returns where the folder that relative paths start from really is.
    #[must_use]
    pub fn here(&self) -> Place {
        if self.cwd == self.root {
            return Place::Inside(String::new());
        }
        self.place(&self.resolved(&self.cwd, Follow::All).path)
    }

    /// Returns where a path leads: absolute, relative to the call's folder, or starting with `~/`.
    #[must_use]
    pub fn places(&self, written: &str, follow: Follow) -> Places {
        self.places_of(&self.absolute(written), follow)
    }

    /// Returns where a path leads that a shell opens in a folder; `~` is an ordinary name here.
    #[must_use]
    pub fn places_in(&self, folder: &str, written: &str, follow: Follow) -> Places {
        self.places_of(&text::child(Path::new(folder), written), follow)
    }

    fn places_of(&self, absolute: &Path, follow: Follow) -> Places {
        Places {
            lexical: self.place(&normal(absolute)),
            real: self.place(&self.resolved(absolute, follow).path),
        }
    }

    /// Follows the links of an absolute path as the kernel would, as far as the path exists; the rest is taken by its text.
    /// A loop of links stays where the budget ended: the kernel refuses such a path anyway.
    fn resolved(&self, absolute: &Path, follow: Follow) -> Resolved {
        // Most paths lie below the root, whose links are known.
        match text::rest_below(absolute, &self.root) {
            // The root itself may be a link, which is then the last name.
            Some(rest) if follow == Follow::All || !rest.as_os_str().is_empty() => {
                let root = Resolved {
                    path: self.real_root.clone(),
                    missing: None,
                };
                root.then(rest, follow)
            }
            _ => Resolved::default().then(absolute, follow),
        }
    }

    fn absolute(&self, written: &str) -> PathBuf {
        match (written.strip_prefix('~'), &self.home) {
            (Some(""), Some(home)) => PathBuf::from(home),
            (Some(rest), Some(home)) if rest.starts_with('/') => {
                Path::new(home).join(rest.trim_start_matches('/'))
            }
            _ => text::child(&self.cwd, written),
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

/// Returns where a folder really is; `None` when it is not there.
pub(crate) fn real(folder: &Path) -> Option<PathBuf> {
    if cfg!(windows) {
        return folder.canonicalize().ok();
    }
    let resolved = Resolved::default().then(folder, Follow::All);
    resolved.missing.is_none().then_some(resolved.path)
}

/// Whether something may be there: only a clear "no" is one. A folder that was closed to us hides no policy.
fn exists(folder: &Path, name: &str) -> bool {
    match look(folder, name) {
        Ok(()) => true,
        Err(error) => !is_missing(&error),
    }
}

/// Asks whether something with a name is in a folder. This is asked most often of all, and mostly in vain.
pub(crate) fn look(folder: &Path, name: &str) -> io::Result<()> {
    let path = text::child(folder, name);
    #[cfg(unix)]
    {
        use rustix::fs::{AtFlags, CWD, statat};
        statat(CWD, &path, AtFlags::SYMLINK_NOFOLLOW)?;
    }
    #[cfg(not(unix))]
    path.symlink_metadata()?;
    Ok(())
}

/// Returns the path of `absolute` below `folder`, or `None` when it does not lie there.
fn below(absolute: &Path, folder: &Path, case: Case) -> Option<String> {
    if cfg!(unix) && case == Case::Sensitive {
        let path = absolute.as_os_str().as_encoded_bytes();
        let folder = folder.as_os_str().as_encoded_bytes();
        let rest = path.strip_prefix(folder.strip_suffix(b"/").unwrap_or(folder))?;
        return match rest {
            [] => Some(String::new()),
            [b'/', rest @ ..] => Some(String::from_utf8_lossy(rest).into_owned()),
            _ => None,
        };
    }
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
pub(crate) fn normal(path: &Path) -> PathBuf {
    if cfg!(unix) && is_normal(path.as_os_str().as_encoded_bytes()) {
        return path.to_path_buf();
    }
    let mut out = PathBuf::with_capacity(path.as_os_str().len());
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

/// Whether a path of Unix is surely absolute, without empty names and names that begin with a dot.
fn is_normal(path: &[u8]) -> bool {
    let names = path.strip_prefix(b"/").unwrap_or_default();
    !names.is_empty()
        && names
            .split(|byte| *byte == b'/')
            .all(|name| !matches!(name, [] | [b'.', ..]))
}

/// A path whose links are resolved.
#[derive(Debug, Clone, Default)]
struct Resolved {
    path: PathBuf,
    /// How long the part of it is at which nothing is there; below it there are no links either.
    missing: Option<usize>,
}

impl Resolved {
    /// Goes on to a name in this folder.
    fn child(&self, name: &str, follow: Follow) -> Self {
        self.clone().then(Path::new(name), follow)
    }

    /// Goes on from here.
    fn then(self, path: &Path, follow: Follow) -> Self {
        let Self {
            path: mut out,
            mut missing,
        } = self;
        out.reserve(path.as_os_str().len() + 1);
        let mut rest = path.components().peekable();
        // Parts of links' targets, the next one last: they come before the rest.
        let mut inserted: Vec<OsString> = Vec::new();
        let mut budget = LINK_BUDGET;
        loop {
            let of_link = inserted.pop();
            let name = match &of_link {
                Some(name) => name.as_os_str(),
                None => match rest.next() {
                    Some(part) => part.as_os_str(),
                    None => break,
                },
            };
            if name == "." {
                continue;
            }
            if name == ".." {
                out.pop();
                missing = missing.filter(|length| *length <= out.as_os_str().len());
                continue;
            }
            out.push(name);
            let is_last = inserted.is_empty() && rest.peek().is_none();
            if missing.is_some() || (is_last && follow == Follow::AllButLast) {
                continue;
            }
            match target_of(&out) {
                Ok(Some(target)) if budget > 0 => {
                    budget -= 1;
                    out.pop();
                    // An absolute target replaces what was resolved so far, because its first part is the root.
                    let parts = target.components().rev();
                    inserted.extend(parts.map(|part| part.as_os_str().to_owned()));
                }
                Err(error) if is_missing(&error) => missing = Some(out.as_os_str().len()),
                _ => {}
            }
        }
        Self { path: out, missing }
    }
}

/// Returns where a link leads; `None` for what is none.
fn target_of(path: &Path) -> io::Result<Option<PathBuf>> {
    #[cfg(unix)]
    {
        use rustix::fs::{AtFlags, CWD, FileType, statat};
        // Most are no links, and this question needs no memory.
        let about = statat(CWD, path, AtFlags::SYMLINK_NOFOLLOW)?;
        if !FileType::from_raw_mode(about.st_mode).is_symlink() {
            return Ok(None);
        }
    }
    std::fs::read_link(path).map(Some)
}

/// Whether an error says that there is nothing at a path, or no longer.
pub(crate) fn is_missing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// Asks the file system itself, by looking for the policy file under a name in the other case.
fn case_of(root: &Path) -> Case {
    const NAMES: [(&str, &str); 3] = [
        (POLICY_FILE, "HOOKGATE.YAML"),
        (LOCAL_POLICY_FILE, "HOOKGATE.LOCAL.YAML"),
        (".git", ".GIT"),
    ];
    for (name, other) in NAMES {
        if look(root, name).is_ok() {
            return match look(root, other) {
                Ok(()) => Case::Insensitive,
                Err(_) => Case::Sensitive,
            };
        }
    }
    Case::Sensitive
}
