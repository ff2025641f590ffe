//! What the repository's git knows: which files it tracks, with which content, and which it ignores. Only read.

use std::cell::Cell;
use std::path::Path;

use git2::{AttrCheckFlags, IndexEntry, Repository};

use super::stat::{self, Stat};
use super::store::{self, Digest};

/// Attributes by which a file in the work tree differs from its blob.
const CONVERTING: [&str; 6] = [
    "text",
    "eol",
    "crlf",
    "ident",
    "filter",
    "working-tree-encoding",
];

/// A checkout, or nothing where there is none.
pub(super) struct Git {
    repository: Option<Repository>,
    /// In the order of their paths' bytes.
    tracked: Vec<IndexEntry>,
    /// Where in it the last file was found.
    last: Cell<usize>,
    /// When the index was written: a file as young as it may have changed since without a trace.
    written: i64,
    converts: bool,
}

impl Git {
    pub(super) fn open(root: &Path) -> Self {
        let repository = Repository::open(root).ok();
        let mut git = Self {
            tracked: Vec::new(),
            last: Cell::new(0),
            written: 0,
            converts: false,
            repository,
        };
        git.read_index(root);
        git
    }

    fn read_index(&mut self, root: &Path) {
        let Some(repository) = &self.repository else {
            return;
        };
        let Ok(index) = repository.index() else {
            return;
        };
        self.tracked = index
            .iter()
            .filter(|entry| entry.flags & 0x3000 == 0)
            .collect();
        let file = index.path().map(stat::look);
        self.written = match file {
            Some(Ok((_, stat))) => stat.modified,
            _ => 0,
        };
        let attributes = |entry: &IndexEntry| entry.path.ends_with(b".gitattributes");
        let config = repository.config().and_then(|mut config| config.snapshot());
        let set = |name: &str| {
            let value = config
                .as_ref()
                .ok()
                .and_then(|config| config.get_str(name).ok());
            value.is_some_and(|value| value != "false")
        };
        self.converts = self.tracked.iter().any(attributes)
            || root.join(".gitattributes").exists()
            || repository.commondir().join("info/attributes").exists()
            || ["core.autocrlf", "core.attributesfile"]
                .into_iter()
                .any(set);
    }

    fn entry(&self, path: &str) -> Option<&IndexEntry> {
        // Files are mostly asked for in the index's own order.
        let next = self.last.get().saturating_add(1);
        let is_it = |entry: &&IndexEntry| entry.path.as_slice() == path.as_bytes();
        for at in [self.last.get(), next] {
            if let Some(entry) = self.tracked.get(at).filter(is_it) {
                self.last.set(at);
                return Some(entry);
            }
        }
        let at = self
            .tracked
            .binary_search_by(|entry| entry.path.as_slice().cmp(path.as_bytes()))
            .ok()?;
        self.last.set(at);
        self.tracked.get(at)
    }

    pub(super) fn is_tracked(&self, path: &str) -> bool {
        self.entry(path).is_some()
    }

    /// Returns whether a folder holds a tracked file.
    pub(super) fn tracks_below(&self, folder: &str) -> bool {
        let start = format!("{folder}/");
        let at = self
            .tracked
            .partition_point(|entry| entry.path.as_slice() < start.as_bytes());
        self.tracked
            .get(at)
            .is_some_and(|entry| entry.path.starts_with(start.as_bytes()))
    }

    pub(super) fn is_ignored(&self, path: &str) -> bool {
        let ignored = |repository: &Repository| repository.is_path_ignored(path);
        self.repository
            .as_ref()
            .is_some_and(|repository| ignored(repository).unwrap_or_default())
    }

    /// Returns the digest of a tracked file's content, when stat proves that the file still has it.
    pub(super) fn unchanged(&self, path: &str, stat: &Stat) -> Option<Digest> {
        let entry = self.entry(path)?;
        let is_same = is_same(entry, stat) && self.is_older(entry) && !self.is_converted(path);
        if is_same {
            store::bytes(entry.id)
        } else {
            None
        }
    }

    /// Returns whether a file's content, by its digest, is a blob that the repository has for this path.
    pub(super) fn has(&self, path: &str, digest: &Digest) -> bool {
        self.entry(path)
            .is_some_and(|entry| store::bytes(entry.id).as_ref() == Some(digest))
    }

    fn is_older(&self, entry: &IndexEntry) -> bool {
        let seconds = i64::from(entry.mtime.seconds());
        let written = self.written;
        match i64::from(entry.mtime.nanoseconds()) {
            0 => seconds < written / 1_000_000_000,
            nanos => seconds * 1_000_000_000 + nanos < written,
        }
    }

    fn is_converted(&self, path: &str) -> bool {
        let Some(repository) = &self.repository else {
            return true;
        };
        if !self.converts {
            return false;
        }
        let config = repository.config();
        let autocrlf = config.and_then(|config| config.get_entry("core.autocrlf").map(|_| ()));
        autocrlf.is_ok()
            || CONVERTING.iter().any(|name| {
                let found = repository.get_attr(Path::new(path), name, AttrCheckFlags::default());
                !matches!(found, Ok(None))
            })
    }
}

fn is_same(entry: &IndexEntry, stat: &Stat) -> bool {
    let same = |time: git2::IndexTime, found: i64| {
        let nanos = i64::from(time.nanoseconds());
        i64::from(time.seconds()) == found.div_euclid(1_000_000_000)
            && (nanos == 0 || nanos == found.rem_euclid(1_000_000_000))
    };
    let low = |number: u64| number & u64::from(u32::MAX);
    // Mode 100…: a regular file.
    entry.mode >> 12 == 0o10
        && u64::from(entry.file_size) == low(stat.size)
        && (entry.ino == 0 || u64::from(entry.ino) == low(stat.inode))
        && same(entry.mtime, stat.modified)
        && same(entry.ctime, stat.changed)
}

/// Opened when first asked: most looks need nothing of git.
pub(super) struct LazyGit<'r> {
    root: &'r Path,
    git: std::cell::OnceCell<Git>,
}

impl<'r> LazyGit<'r> {
    pub(super) fn of(root: &'r Path) -> Self {
        Self {
            root,
            git: std::cell::OnceCell::new(),
        }
    }

    pub(super) fn get(&self) -> &Git {
        self.git.get_or_init(|| Git::open(self.root))
    }
}
