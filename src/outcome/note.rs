//! Notes one file: what it is, a digest of what is in it, and the content where nothing else has it.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::Path;

use super::codec::{Reader, Writer};
use super::git::LazyGit;
use super::stat::{self, Nature, Stat};
use super::store::{self, Digest, Store};
use super::watch::Watch;
use super::{Budget, KEPT_FILE, Site, hooks_only};

/// One protected file as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Relative to the root, or absolute.
    pub path: String,
    pub(super) stat: Stat,
    /// When it was looked at.
    pub(super) noted: i64,
    pub(super) shape: Shape,
    pub(super) kept: Kept,
    /// Digest of what it says about hooks, where only that counts.
    pub(super) hooks: Option<Digest>,
}

/// What a path was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape {
    Missing,
    /// Without a digest it is judged by size and times.
    File(Option<Digest>),
    Link(String),
    Folder,
    Other,
}

/// Whether content can be brought back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    Yes,
    /// Larger than what is kept.
    Large,
    /// Reading it is refused, so no copy was made.
    Secret,
    /// It could not be read or stored.
    Failed,
}

impl Shape {
    pub(super) fn nature(&self) -> Nature {
        match self {
            Self::Missing => Nature::Missing,
            Self::File(_) => Nature::File,
            Self::Link(_) => Nature::Link,
            Self::Folder => Nature::Folder,
            Self::Other => Nature::Other,
        }
    }
}

/// Notes files; holds what that needs.
pub(super) struct Noting<'n> {
    pub(super) site: &'n Site,
    pub(super) watch: &'n Watch,
    pub(super) git: &'n LazyGit<'n>,
    pub(super) store: Store<'n>,
    pub(super) budget: Budget,
    /// Files of which only what they say about hooks counts.
    hooks_only: HashSet<&'n str>,
    /// The digest of what a missing file says about hooks.
    no_hooks: OnceCell<Option<Digest>>,
    /// Why content could not be kept, the first time.
    pub(super) trouble: Option<String>,
}

impl<'n> Noting<'n> {
    pub(super) fn new(site: &'n Site, watch: &'n Watch, git: &'n LazyGit<'n>) -> Self {
        Self {
            site,
            watch,
            git,
            store: Store::of(&site.state, &site.root),
            budget: Budget::new(),
            hooks_only: watch.hooks_only().collect(),
            no_hooks: OnceCell::new(),
            trouble: None,
        }
    }

    /// Notes what is there now.
    ///
    /// # Errors
    /// When the system does not say what is there.
    pub(super) fn entry(&mut self, path: String) -> io::Result<Entry> {
        let noted = stat::now();
        let what = stat::look(&self.site.path(&path))?;
        Ok(self.seen(path, noted, what))
    }

    /// Notes what a look has just seen.
    pub(super) fn seen(&mut self, path: String, noted: i64, what: (Nature, Stat)) -> Entry {
        let (mut nature, mut stat) = what;
        let mut kept = Kept::Yes;
        let mut shape = match nature {
            Nature::Missing => Shape::Missing,
            Nature::Folder => Shape::Folder,
            Nature::Other => Shape::Other,
            Nature::Link => {
                let target = fs::read_link(self.site.path(&path)).ok();
                match target.as_deref().and_then(Path::to_str) {
                    Some(target) => Shape::Link(target.to_owned()),
                    None => Shape::Other,
                }
            }
            Nature::File => {
                let (digest, how) = self.file(&path, &stat);
                kept = how;
                Shape::File(digest)
            }
        };
        let is_unread = matches!(shape, Shape::File(None) | Shape::Other);
        if is_unread && matches!(stat::look(&self.site.path(&path)), Ok((Nature::Missing, _))) {
            // It was taken away between the look and the reading.
            (nature, stat, shape) = (Nature::Missing, Stat::default(), Shape::Missing);
            kept = Kept::Yes;
        }
        let hooks = if !self.hooks_only.contains(path.as_str()) {
            None
        } else if nature == Nature::Missing {
            // Most are, and all of them say the same.
            *self
                .no_hooks
                .get_or_init(|| hooks_digest(Path::new(""), nature))
        } else {
            hooks_digest(&self.site.path(&path), nature)
        };
        Entry {
            path,
            stat,
            noted,
            shape,
            kept,
            hooks,
        }
    }

    /// Brings what was kept to the disk. Returns why content could not be kept, the first time.
    pub(super) fn finish(&mut self, entries: &mut [Entry]) -> Option<String> {
        if let Err(trouble) = self.store.finish() {
            self.trouble.get_or_insert(trouble);
        }
        for entry in entries {
            if let Shape::File(Some(digest)) = &entry.shape
                && entry.kept == Kept::Yes
                && self.store.has_lost(digest)
            {
                entry.kept = Kept::Failed;
            }
        }
        self.trouble.take()
    }

    fn file(&mut self, path: &str, stat: &Stat) -> (Option<Digest>, Kept) {
        let is_secret = self.watch.is_secret(path, self.site.case);
        let is_inside = !path.starts_with('/');
        if is_inside && let Some(digest) = self.git.get().unchanged(path, stat) {
            return (Some(digest), Kept::Yes);
        }
        if !self.budget.may_read(stat.size) {
            return (None, Kept::Large);
        }
        let full = self.site.path(path);
        if is_secret || stat.size > KEPT_FILE {
            let digest = store::digest_of_file(&full);
            let kept = if is_secret { Kept::Secret } else { Kept::Large };
            return (digest, kept);
        }
        let Ok(content) = fs::read(&full) else {
            return (None, Kept::Failed);
        };
        let digest = store::digest_of(&content);
        let is_in_git = |digest| is_inside && self.git.get().has(path, digest);
        if digest.as_ref().is_some_and(is_in_git) {
            return (digest, Kept::Yes);
        }
        if !self.budget.may_keep(stat.size) {
            return (digest, Kept::Large);
        }
        match self.store.keep(&content) {
            Ok(kept) => (Some(kept), Kept::Yes),
            Err(trouble) => {
                self.trouble.get_or_insert(trouble);
                (digest, Kept::Failed)
            }
        }
    }
}

/// Digest of what a runtime's configuration says about hooks.
pub(super) fn hooks_digest(path: &Path, nature: Nature) -> Option<Digest> {
    let content = match nature {
        Nature::Missing => None,
        Nature::File | Nature::Link if is_small_file(path) => fs::read(path).ok(),
        _ => return None,
    };
    store::digest_of(&hooks_only::part(content.as_deref()))
}

/// Whether opening a path reads a file of ordinary size, through links too.
fn is_small_file(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|about| about.is_file() && about.len() <= KEPT_FILE)
}

impl Entry {
    /// The digest of its content, where it is known.
    pub(super) fn digest(&self) -> Option<Digest> {
        match self.shape {
            Shape::File(digest) => digest,
            _ => None,
        }
    }

    /// Why it could not be brought back; `None` when it can.
    #[must_use]
    pub fn not_kept(&self) -> Option<&'static str> {
        match (&self.shape, self.kept) {
            (Shape::File(_), Kept::Large) => Some("it is larger than what is kept"),
            (Shape::File(_), Kept::Secret) => {
                Some("reading it is denied, so no copy of it was made")
            }
            (Shape::File(_), Kept::Failed) => Some("its content could not be kept"),
            (Shape::Folder | Shape::Other, _) => Some("it was no file"),
            _ => None,
        }
    }

    pub(super) fn write_to(&self, writer: &mut Writer) {
        writer.text(&self.path);
        write_stat(writer, &self.stat);
        writer.signed(self.noted);
        let (code, text, digest) = match &self.shape {
            Shape::Missing => (0, None, None),
            Shape::File(digest) => (1, None, digest.as_ref()),
            Shape::Link(target) => (2, Some(target.as_str()), None),
            Shape::Folder => (3, None, None),
            Shape::Other => (4, None, None),
        };
        writer.byte(code);
        if let Some(text) = text {
            writer.text(text);
        }
        if code == 1 {
            write_digest(writer, digest);
        }
        writer.byte(match self.kept {
            Kept::Yes => 0,
            Kept::Large => 1,
            Kept::Secret => 2,
            Kept::Failed => 3,
        });
        write_digest(writer, self.hooks.as_ref());
    }

    pub(super) fn read_from(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            path: reader.text()?,
            stat: read_stat(reader)?,
            noted: reader.signed()?,
            shape: match reader.byte()? {
                0 => Shape::Missing,
                1 => Shape::File(reader.optional(Reader::take).ok()?),
                2 => Shape::Link(reader.text()?),
                3 => Shape::Folder,
                4 => Shape::Other,
                _ => return None,
            },
            kept: match reader.byte()? {
                0 => Kept::Yes,
                1 => Kept::Large,
                2 => Kept::Secret,
                3 => Kept::Failed,
                _ => return None,
            },
            hooks: reader.optional(Reader::take).ok()?,
        })
    }
}

pub(super) fn write_stat(writer: &mut Writer, stat: &Stat) {
    writer.number(stat.size);
    writer.signed(stat.modified);
    writer.signed(stat.changed);
    writer.number(stat.inode);
    writer.number(u64::from(stat.mode));
}

pub(super) fn read_stat(reader: &mut Reader<'_>) -> Option<Stat> {
    Some(Stat {
        size: reader.number()?,
        modified: reader.signed()?,
        changed: reader.signed()?,
        inode: reader.number()?,
        mode: u32::try_from(reader.number()?).ok()?,
    })
}

fn write_digest(writer: &mut Writer, digest: Option<&Digest>) {
    writer.flag(digest.is_some());
    if let Some(digest) = digest {
        writer.bytes.extend_from_slice(digest);
    }
}
