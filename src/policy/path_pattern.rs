//! Path globs, as in `.gitignore`: the last one that matches decides, `!` excepts.
//!
//! A glob without a slash in its middle matches a name at any depth; with one it is anchored at the policy file's folder.
//! `*` and `?` stay within a name, `**` crosses folders, a glob that matches a folder covers all below it. Where git
//! differs: `{a,b}` is either, as authors expect from every other tool; `#` begins no comment and blanks at the end count,
//! because the text comes from YAML; `?` and `[…]` are one
//! character, not one byte; a trailing slash also matches the folder's own name, because deleting it matters; and
//! `!` excepts a path even when a folder above it is covered.
//!
//! A glob that begins with `~/`, with a folder of the system (`/etc/…`) or with a drive names places by where they are; under
//! `/etc` and its like it also means a folder of that name beside the policy.
//!
//! Globs are compared name by name, so nothing is compiled: reading costs well under a microsecond, most comparisons end
//! at the first letter, and no text makes one slow. Paths are relative to the base, with `/`; nothing is read from disk.

mod braces;
mod reach;
mod stored;

use crate::repo::Case;
pub use crate::wildcards::GlobError;
use crate::wildcards::{self, Wildcards};
pub(crate) use stored::Handle;

/// Globs in the order written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathPatterns {
    list: Vec<PathPattern>,
}

/// One glob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathPattern {
    text: String,
    excepts: bool,
    /// Whether it also names paths by where they are on the system: `~/…`, `/etc/…`.
    is_of_system: bool,
    /// What `{a,b}` stands for; one without braces.
    alternatives: Vec<Vec<Part>>,
}

/// Folders of a system that a glob with a slash in front names. The policy's folder may hold one of that name, too: such a
/// glob means both.
const SYSTEM_FOLDERS: [&str; 28] = [
    "etc",
    "usr",
    "var",
    "tmp",
    "home",
    "root",
    "dev",
    "proc",
    "sys",
    "mnt",
    "boot",
    "private",
    "bin",
    "sbin",
    "lib",
    "lib64",
    "opt",
    "srv",
    "run",
    "media",
    "nix",
    "snap",
    "Users",
    "System",
    "Library",
    "Volumes",
    "Applications",
    "Network",
];

/// A path as globs see it: from the folder that they are relative to, where it lies there, and as a whole.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'p> {
    pub inside: Option<&'p str>,
    /// Only needed where [`PathPatterns::reach_outside`].
    pub absolute: Option<&'p str>,
    pub home: Option<&'p str>,
}

/// What stands between two slashes.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// `**`: any number of folders. At the end: anything below.
    AnyFolders,
    Name(Wildcards),
}

impl PathPatterns {
    /// Adds a glob behind the others.
    pub fn push(&mut self, pattern: PathPattern) {
        self.list.push(pattern);
    }

    /// Returns the globs in the order written.
    #[must_use]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &PathPattern> {
        self.list.iter()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Returns the glob that covers a path, itself or through a folder above it. The last glob that matches decides.
    #[must_use]
    pub fn matches(&self, path: &str, case: Case) -> Option<&PathPattern> {
        self.last(|pattern| pattern.covers(path, case))
    }

    /// Returns a glob that could match some path below a folder, so that deleting or moving the folder could touch it.
    ///
    /// Judged by the glob's text alone. Only globs that begin with a folder's literal name count: `generated/**` is below
    /// the root and below `generated`; `*.pem` and `**/keys` could be below any folder and are not reported. The root
    /// is "".
    #[must_use]
    pub fn below(&self, folder: &str, case: Case) -> Option<&PathPattern> {
        // A later exception for the whole folder takes away what earlier globs cover there.
        self.last(|pattern| {
            if pattern.excepts {
                pattern.covers(folder, case)
            } else {
                pattern.reaches_below(0, (folder, ""), case)
            }
        })
    }

    /// Returns the glob that covers an absolute path; globs that begin with `~/` mean the home folder.
    #[must_use]
    pub fn matches_absolute(
        &self,
        path: &str,
        home: Option<&str>,
        case: Case,
    ) -> Option<&PathPattern> {
        let in_home = home.and_then(|home| below_folder(path, home, case));
        self.last(|pattern| {
            if pattern.is_in_home() {
                in_home.is_some_and(|rest| pattern.covers_from(1, rest, case))
            } else {
                pattern.covers(path, case)
            }
        })
    }

    /// Whether any glob names paths by where they are on the system: `~/…`, `/etc/…`.
    #[must_use]
    pub fn reach_outside(&self) -> bool {
        self.list.iter().any(|pattern| pattern.is_of_system)
    }

    /// Returns the glob that covers a path, seen from the policy's folder or as a whole. The last glob that matches decides.
    #[must_use]
    pub fn cover(&self, seen: &Seen<'_>, case: Case) -> Option<&PathPattern> {
        self.last(|pattern| pattern.sees(seen, case))
    }

    /// Returns a glob that could match some path below a folder, as [`PathPatterns::below`] does.
    #[must_use]
    pub fn reach_below(&self, seen: &Seen<'_>, name: &str, case: Case) -> Option<&PathPattern> {
        self.last(|pattern| {
            if pattern.excepts {
                pattern.sees(seen, case)
            } else {
                pattern.sees_below(seen, name, case)
            }
        })
    }

    fn last(&self, matches: impl Fn(&PathPattern) -> bool) -> Option<&PathPattern> {
        let found = self.list.iter().rev().find(|pattern| matches(pattern))?;
        (!found.excepts).then_some(found)
    }
}

impl FromIterator<PathPattern> for PathPatterns {
    fn from_iter<I: IntoIterator<Item = PathPattern>>(patterns: I) -> Self {
        Self {
            list: patterns.into_iter().collect(),
        }
    }
}

impl PathPattern {
    /// Reads a glob.
    ///
    /// # Errors
    /// When it is empty, a bracket or brace is never closed, or it stands for too many alternatives.
    pub fn parse(text: &str) -> Result<Self, GlobError> {
        let (excepts, start) = match text.strip_prefix('!') {
            Some(_) => (true, 1),
            None => (false, 0),
        };
        let glob = text.get(start..).unwrap_or_default();
        let shift = |error: GlobError| GlobError {
            at: error.at + start,
            ..error
        };
        // Names are read once more after braces are expanded; reading them here first finds errors at their true place.
        parts(glob).map_err(shift)?;
        let globs = braces::expand(glob).map_err(shift)?;
        let is_of_system = globs.iter().all(|glob| is_of_system(glob));
        let alternatives: Result<Vec<_>, _> = globs.iter().map(|glob| parts(glob)).collect();
        Ok(Self {
            text: text.into(),
            excepts,
            is_of_system,
            alternatives: alternatives.map_err(shift)?,
        })
    }

    /// Returns the glob as written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the globs without braces that it stands for, as written.
    #[must_use]
    pub fn spelled(&self) -> Vec<String> {
        let glob = self.text.strip_prefix('!').unwrap_or(&self.text);
        spelled(glob).unwrap_or_default()
    }

    /// Returns whether it begins with `!`.
    #[must_use]
    pub fn is_exception(&self) -> bool {
        self.excepts
    }

    /// Returns whether it is anchored at an absolute folder or the home folder when read as an absolute glob.
    #[must_use]
    pub fn is_absolute(&self) -> bool {
        let glob = self.text.strip_prefix('!').unwrap_or(&self.text);
        let mut letters = glob.chars();
        let drive = letters
            .next()
            .is_some_and(|letter| letter.is_ascii_alphabetic())
            && letters.next() == Some(':')
            && letters.next() == Some('/');
        drive || glob.starts_with('/') || self.is_in_home()
    }

    fn is_in_home(&self) -> bool {
        self.text
            .strip_prefix('!')
            .unwrap_or(&self.text)
            .starts_with("~/")
    }

    /// Returns whether it names paths by where they are on the system: `~/…`, `/etc/…`.
    #[must_use]
    pub fn is_of_system(&self) -> bool {
        self.is_of_system
    }

    fn sees(&self, seen: &Seen<'_>, case: Case) -> bool {
        let inside = seen.inside.filter(|_| !self.is_in_home());
        if inside.is_some_and(|path| self.covers(path, case)) {
            return true;
        }
        let Some(path) = seen.absolute.filter(|_| self.is_of_system) else {
            return false;
        };
        if !self.is_in_home() {
            return self.covers(path, case);
        }
        seen.home
            .and_then(|home| below_folder(path, home, case))
            .is_some_and(|rest| self.covers_from(1, rest, case))
    }

    fn sees_below(&self, seen: &Seen<'_>, begins: &str, case: Case) -> bool {
        let inside = seen.inside.filter(|_| !self.is_in_home());
        if inside.is_some_and(|path| self.reaches_below(0, (path, begins), case)) {
            return true;
        }
        let Some(path) = seen.absolute.filter(|_| self.is_of_system) else {
            return false;
        };
        if !self.is_in_home() {
            return self.reaches_below(0, (path, begins), case);
        }
        let Some(home) = seen.home else {
            return false;
        };
        if wildcards::same(path, home, case) {
            return self.reaches_below(1, ("", begins), case);
        }
        let home_in_it = below_folder(home, path, case);
        home_in_it.is_some_and(|rest| wildcards::begins(rest, begins, case))
            || below_folder(path, home, case)
                .is_some_and(|rest| self.reaches_below(1, (rest, begins), case))
    }

    fn covers(&self, path: &str, case: Case) -> bool {
        self.covers_from(0, path, case)
    }

    fn covers_from(&self, skip: usize, path: &str, case: Case) -> bool {
        self.alternatives
            .iter()
            .filter_map(|alternative| alternative.get(skip..))
            .any(|parts| covers(parts, path, case))
    }

    fn reaches_below(&self, skip: usize, below: (&str, &str), case: Case) -> bool {
        self.alternatives
            .iter()
            .filter_map(|alternative| alternative.get(skip..))
            .any(|parts| reaches_below(parts, below, case))
    }
}

impl std::fmt::Display for PathPattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// Returns the texts that a text with `{a,b}` in it stands for, in their order; `None` when they are too many.
#[must_use]
pub fn spelled(text: &str) -> Option<Vec<String>> {
    let mut texts = braces::expand(text).ok()?;
    texts.reverse();
    Some(texts)
}

/// Whether a glob names a folder of the system, the home folder, or a drive of Windows.
fn is_of_system(glob: &str) -> bool {
    if let Some(rest) = glob.strip_prefix('/') {
        let first = rest.split('/').next().unwrap_or_default();
        return SYSTEM_FOLDERS.contains(&first);
    }
    let drive = matches!(glob.as_bytes(), [letter, b':', b'/', ..] if letter.is_ascii_alphabetic());
    drive || glob.starts_with("~/")
}

/// Returns the names of a path, without empty ones and `.`.
fn names(path: &str) -> impl Iterator<Item = &str> + Clone {
    path.split('/')
        .filter(|name| !name.is_empty() && *name != ".")
}

/// Splits a glob at its slashes. A glob without a slash in its middle gets `**` in front.
fn parts(glob: &str) -> Result<Vec<Part>, GlobError> {
    let inner = glob.trim_end_matches('/');
    if inner.is_empty() {
        // Also where braces leave nothing: as a glob it would be everything.
        return Err(GlobError::new(
            0,
            "this glob names nothing",
            "write `**` for everything",
        ));
    }
    let mut list = Vec::new();
    let mut at = 0;
    let mut anchored = false;
    for (index, text) in inner.split('/').enumerate() {
        anchored |= index > 0;
        match text {
            "" => {}
            "**" => {
                if list.last() != Some(&Part::AnyFolders) {
                    list.push(Part::AnyFolders);
                }
            }
            _ => {
                let name = Wildcards::parse(text).map_err(|error| GlobError {
                    at: error.at + at,
                    ..error
                })?;
                list.push(Part::Name(name));
            }
        }
        at += text.len() + 1;
    }
    if !anchored && list.first() != Some(&Part::AnyFolders) {
        list.insert(0, Part::AnyFolders);
    }
    Ok(list)
}

/// Returns whether the parts match the path or a folder above it.
///
/// Because what is left of the path does not matter, each stretch between two `**` may be taken at the first place where
/// it fits: the work is at most the parts times the names.
fn covers(parts: &[Part], path: &str, case: Case) -> bool {
    let mut rest = names(path);
    let mut stretches = parts.split(|part| *part == Part::AnyFolders);
    let Some(first) = stretches.next() else {
        return false;
    };
    let ends_open = parts.last() == Some(&Part::AnyFolders);
    if !take(first, &mut rest, case) {
        return false;
    }
    for stretch in stretches {
        if stretch.is_empty() {
            continue;
        }
        loop {
            let mut attempt = rest.clone();
            if take(stretch, &mut attempt, case) {
                rest = attempt;
                break;
            }
            if rest.next().is_none() {
                return false;
            }
        }
    }
    // A `**` at the end needs something to stand for.
    if ends_open {
        rest.next().is_some()
    } else {
        !parts.is_empty()
    }
}

/// Takes names off the path while they match the parts, which hold no `**`. Returns whether all parts matched.
fn take<'p>(parts: &[Part], rest: &mut impl Iterator<Item = &'p str>, case: Case) -> bool {
    parts.iter().all(|part| match part {
        Part::Name(name) => rest.next().is_some_and(|text| name.matches(text, case)),
        Part::AnyFolders => true,
    })
}

/// Returns whether the parts could match some path below the folder whose first name there has a beginning.
fn reaches_below(parts: &[Part], (folder, begins): (&str, &str), case: Case) -> bool {
    let literal_first = matches!(parts.first(), Some(Part::Name(name)) if name.is_literal());
    // A single name is a file or folder at any depth when unanchored, and then begins with `**`.
    if !literal_first {
        return false;
    }
    let mut parts = parts.iter();
    for name in names(folder) {
        match parts.next() {
            // The folder lies in what the glob covers, or could hold more of it at any depth.
            None | Some(Part::AnyFolders) => return true,
            Some(Part::Name(part)) if part.matches(name, case) => {}
            Some(Part::Name(_)) => return false,
        }
    }
    match parts.next() {
        None | Some(Part::AnyFolders) => true,
        Some(Part::Name(part)) => part.may_begin(begins, case),
    }
}

/// Returns the rest of a path that lies below a folder.
fn below_folder<'p>(path: &'p str, folder: &str, case: Case) -> Option<&'p str> {
    let mut rest = path.trim_start_matches('/');
    for name in names(folder) {
        let (first, after) = rest.split_once('/')?;
        if !wildcards::same(name, first, case) {
            return None;
        }
        rest = after.trim_start_matches('/');
    }
    Some(rest)
}

#[cfg(test)]
mod tests;
