//! What differs from the baseline. Files whose stat is what it was are not read; folders whose stat is what it was are not
//! listed. Nothing is written.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use super::baseline::Baseline;
use super::codec::{Reader, Writer};
use super::git::LazyGit;
use super::listing::Walk;
use super::many::{self, Seen};
use super::note::{Entry, Shape, hooks_digest};
use super::stat::{self, Nature, Stat};
use super::store::{self, Digest};
use super::watch::Watched;
use super::{Budget, Site};
use crate::call::Access;

/// A protected file that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Relative to the root, or absolute.
    pub path: String,
    pub kind: Kind,
    /// Place of the rule in the baseline's watch.
    pub rule: usize,
    /// What is there now, as a text that is the same for the same state.
    pub found: String,
}

/// How it changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Modified,
    Deleted,
    Created,
    /// Only the permissions.
    Mode(u32, u32),
    /// A link that leads elsewhere.
    Retargeted,
    /// Something else is in its place.
    Replaced(Nature),
    /// It can no longer be looked at.
    Hidden,
}

/// A change that was told, so that it is told once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub path: String,
    /// What was there, as in [`Change::found`].
    pub found: String,
    /// Whether a stop was blocked for it.
    pub blocked: bool,
}

/// What a look found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Differences {
    /// By path.
    pub changes: Vec<Change>,
    /// Files that are as they were, though stat says otherwise: reading them again can be saved.
    pub(super) touched: Vec<(usize, Stat, i64)>,
    /// What was not looked at as it should be, for people.
    pub remarks: Vec<String>,
}

impl Kind {
    /// "modified", "now a link".
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Modified => "modified".into(),
            Self::Deleted => "deleted".into(),
            Self::Created => "created".into(),
            Self::Mode(from, to) => format!("permissions {from:03o}, now {to:03o}"),
            Self::Retargeted => "the link leads elsewhere".into(),
            Self::Replaced(Nature::File) => "now a file".into(),
            Self::Replaced(Nature::Link) => "now a link".into(),
            Self::Replaced(Nature::Folder) => "now a folder".into(),
            Self::Replaced(Nature::Other | Nature::Missing) => "now no file".into(),
            Self::Hidden => "can no longer be looked at".into(),
        }
    }

    /// Returns the public name, without numbers in it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Modified => "modified",
            Self::Deleted => "deleted",
            Self::Created => "created",
            Self::Mode(..) => "mode",
            Self::Retargeted => "link",
            Self::Replaced(_) => "replaced",
            Self::Hidden => "hidden",
        }
    }

    fn access(self) -> Access {
        match self {
            Self::Deleted => Access::Delete,
            _ => Access::Write,
        }
    }
}

/// Looks at every noted file and for new ones.
#[must_use]
pub fn compare(site: &Site, baseline: &Baseline) -> Differences {
    let mut budget = Budget::new();
    let mut found = Differences::default();
    let paths: Vec<&str> = baseline
        .entries
        .iter()
        .map(|entry| entry.path.as_str())
        .collect();
    let seen = many::look(&site.root, &paths);
    for (at, (entry, seen)) in baseline.entries.iter().zip(seen).enumerate() {
        match look(site, entry, &seen, &mut budget) {
            Look::Same => {}
            Look::Touched(stat, noted) => found.touched.push((at, stat, noted)),
            Look::Changed(kind) => found.add(site, baseline, &entry.path, kind),
        }
    }
    add_folders(site, baseline, &mut found);
    if budget.refused > 0 {
        found.remarks.push(format!(
            "{} protected files changed their size or times and were judged by these alone, because there was too much to read",
            budget.refused
        ));
    }
    found
        .changes
        .sort_by(|one, other| one.path.cmp(&other.path));
    found
}

/// Whether a file is as it was noted.
pub(super) fn is_as_noted(site: &Site, entry: &Entry) -> bool {
    let seen = many::look(&site.root, &[&entry.path]).pop();
    let look = seen.map(|seen| look(site, entry, &seen, &mut Budget::new()));
    !matches!(look, None | Some(Look::Changed(_)))
}

enum Look {
    Same,
    Touched(Stat, i64),
    Changed(Kind),
}

fn look(site: &Site, entry: &Entry, seen: &Seen, budget: &mut Budget) -> Look {
    let noted = seen.noted;
    let Ok((nature, stat)) = seen.what else {
        return Look::Changed(Kind::Hidden);
    };
    let is_same = nature == entry.shape.nature() && stat == entry.stat;
    if is_same && (nature == Nature::Missing || stat.is_settled(entry.noted)) {
        return Look::Same;
    }
    if nature == Nature::Link && entry.shape == Shape::Other {
        // Perhaps a link whose target is no text was noted; then stat alone tells whether it is the same one.
        return if stat == entry.stat {
            Look::Same
        } else {
            Look::Changed(Kind::Replaced(nature))
        };
    }
    let path = site.path(&entry.path);
    if let Some(hooks) = &entry.hooks {
        let now = hooks_digest(&path, nature);
        return if now.as_ref() == Some(hooks) {
            Look::Same
        } else {
            Look::Changed(kind(entry, nature).unwrap_or(Kind::Modified))
        };
    }
    if let Some(kind) = kind(entry, nature) {
        return Look::Changed(kind);
    }
    let is_changed = match &entry.shape {
        Shape::File(digest) => is_modified(&path, entry, digest.as_ref(), &stat, budget),
        Shape::Link(target) => {
            let now = fs::read_link(&path).ok();
            if now.as_deref() != Some(Path::new(target)) {
                return Look::Changed(Kind::Retargeted);
            }
            false
        }
        Shape::Missing | Shape::Folder | Shape::Other => false,
    };
    if is_changed {
        Look::Changed(Kind::Modified)
    } else if nature == Nature::File && stat.rights() != entry.stat.rights() {
        Look::Changed(Kind::Mode(entry.stat.mode, stat.mode))
    } else {
        Look::Touched(stat, noted)
    }
}

/// What kind of change it is that something else is there; `None` when it is the same kind of thing.
fn kind(entry: &Entry, nature: Nature) -> Option<Kind> {
    match (entry.shape.nature(), nature) {
        (one, other) if one == other => None,
        (Nature::Missing, _) => Some(Kind::Created),
        (_, Nature::Missing) => Some(Kind::Deleted),
        (_, other) => Some(Kind::Replaced(other)),
    }
}

fn is_modified(
    path: &Path,
    entry: &Entry,
    digest: Option<&Digest>,
    stat: &Stat,
    budget: &mut Budget,
) -> bool {
    let by_stat = || stat.size != entry.stat.size || stat.modified != entry.stat.modified;
    match digest {
        // A blob's digest covers its length.
        Some(_) if stat.size != entry.stat.size && entry.stat.size > 0 => true,
        Some(digest) if budget.may_read(stat.size) => {
            store::digest_of_file(path).is_none_or(|now| now != *digest)
        }
        Some(_) => {
            budget.refused += 1;
            by_stat()
        }
        None => by_stat(),
    }
}

/// New files, and folders in whose place something else is.
fn add_folders(site: &Site, baseline: &Baseline, found: &mut Differences) {
    let git = LazyGit::of(&site.root);
    let is_folder = |path: &str| baseline.folder(path).is_ok();
    let is_file = |path: &str| baseline.place(path).is_ok();
    let mut walk = Walk::new(site, &baseline.watch, &git, &is_folder, &is_file);
    walk.only_new = true;
    for folder in &baseline.folders {
        let path = site.path(&folder.path);
        let Ok((nature, stat)) = stat::look(&path) else {
            found.add(site, baseline, &folder.path, Kind::Hidden);
            continue;
        };
        let link = match nature {
            Nature::Link => fs::read_link(&path).ok(),
            _ => None,
        };
        let link = link.map(|target| target.to_string_lossy().into_owned());
        if link != folder.link && nature == Nature::Link {
            // A link that is noted itself has been compared above.
            if !is_file(&folder.path) {
                found.add(site, baseline, &folder.path, Kind::Replaced(Nature::Link));
            }
            continue;
        }
        // What a link leads to has its own stat, which is not noted.
        let is_same = stat == folder.stat && stat.is_settled(folder.noted) && link.is_none();
        let is_there = matches!(nature, Nature::Folder | Nature::Link);
        if is_there && !is_same {
            walk.below(&folder.path, folder.by_link);
        }
    }
    if walk.budget == 0 {
        found.remarks.push("the tree has more entries than are looked at, so new files in protected folders may have been missed".into());
    }
    if !walk.unreadable.is_empty() {
        let names = super::baseline::names(walk.unreadable.iter().map(String::as_str));
        found.remarks.push(format!(
            "new files were not looked for in folders that cannot be read: {names}"
        ));
    }
    let new: HashSet<String> = walk.files.into_iter().collect();
    for path in new {
        found.add(site, baseline, &path, Kind::Created);
    }
}

impl Differences {
    fn add(&mut self, site: &Site, baseline: &Baseline, path: &str, kind: Kind) {
        let mut rule = rule_of(site, baseline, path, kind.access());
        if rule.is_none() && matches!(kind, Kind::Replaced(_) | Kind::Hidden) {
            // What was there is gone as well.
            rule = rule_of(site, baseline, path, Access::Delete);
        }
        let Some(rule) = rule else {
            return;
        };
        self.changes.push(Change {
            path: path.to_owned(),
            kind,
            rule,
            found: found(&site.path(path)),
        });
    }

    /// Notes the new stat of files that are as they were. Returns whether that saves enough to be written.
    pub fn refresh(&self, baseline: &mut Baseline) -> bool {
        const WORTH: usize = 64;
        for (at, stat, noted) in &self.touched {
            if let Some(entry) = baseline.entries.get_mut(*at) {
                entry.stat = *stat;
                entry.noted = *noted;
            }
        }
        self.touched.len() >= WORTH
    }
}

/// The rule that protects a path, or what lies below it when it is a folder.
fn rule_of(site: &Site, baseline: &Baseline, path: &str, access: Access) -> Option<usize> {
    let rule = baseline.watch.rule(path, access, site.case).or_else(|| {
        let at = baseline.place(path).unwrap_or_else(|at| at);
        let next = baseline.entries.get(at)?;
        let is_below = next.path.strip_prefix(path)?.starts_with('/');
        let inner = is_below.then_some(next)?;
        baseline.watch.rule(&inner.path, access, site.case)
    })?;
    place_of(&baseline.watch.rules, rule)
}

fn place_of(rules: &[Watched], rule: &Watched) -> Option<usize> {
    rules.iter().position(|known| std::ptr::eq(known, rule))
}

/// What is at a path, as a text that is the same for the same state.
fn found(path: &Path) -> String {
    match stat::look(path) {
        Ok((Nature::File, stat)) => {
            let digest = (stat.size <= super::READ_ALL)
                .then(|| store::digest_of_file(path))
                .flatten();
            let state = match digest {
                Some(digest) => hex(&digest),
                None => format!("{} {}", stat.size, stat.modified),
            };
            format!("file {:o} {state}", stat.rights())
        }
        Ok((Nature::Link, _)) => match fs::read_link(path) {
            Ok(target) => format!("link {}", target.display()),
            Err(_) => "link".into(),
        },
        Ok((nature, _)) => format!("{nature:?}").to_lowercase(),
        Err(_) => "hidden".into(),
    }
}

fn hex(digest: &Digest) -> String {
    use std::fmt::Write as _;
    digest.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Entry {
    /// The noted state, as [`Change::found`] would say it.
    pub(super) fn fingerprint(&self) -> String {
        match &self.shape {
            Shape::File(Some(digest)) => format!("file {:o} {}", self.stat.rights(), hex(digest)),
            Shape::File(None) => format!(
                "file {:o} {} {}",
                self.stat.rights(),
                self.stat.size,
                self.stat.modified
            ),
            Shape::Link(target) => format!("link {target}"),
            Shape::Missing => "missing".into(),
            Shape::Folder => "folder".into(),
            Shape::Other => "other".into(),
        }
    }
}

impl Baseline {
    /// What was told of a path.
    #[must_use]
    pub fn told(&self, path: &str) -> Option<&Told> {
        self.told.iter().find(|told| told.path == path)
    }

    /// Remembers changes that were there before a call ran, so that nothing takes them for its doing. Returns whether any is
    /// new.
    pub fn stand(&mut self, changes: &[Change]) -> bool {
        let before = self.told.len();
        for change in changes {
            if self.told(&change.path).is_none() {
                self.told.push(Told {
                    path: change.path.clone(),
                    found: String::new(),
                    blocked: false,
                });
            }
        }
        self.told.len() > before
    }

    /// Remembers what was told; forgets changes that are no more. Returns whether anything is new.
    pub fn tell(&mut self, changes: &[Change], blocked: impl Fn(&Change) -> bool) -> bool {
        let told: Vec<Told> = changes
            .iter()
            .map(|change| Told {
                path: change.path.clone(),
                found: change.found.clone(),
                blocked: blocked(change),
            })
            .collect();
        let is_new = told != self.told;
        self.told = told;
        is_new
    }
}

impl Told {
    pub(super) fn write_to(&self, writer: &mut Writer) {
        writer.text(&self.path);
        writer.text(&self.found);
        writer.flag(self.blocked);
    }

    pub(super) fn read_from(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            path: reader.text()?,
            found: reader.text()?,
            blocked: reader.flag()?,
        })
    }
}
