//! What the repository's git knows: which files it tracks, with which content, and which it ignores. Only read.

use std::cell::Cell;
use std::path::Path;

use git2::{AttrCheckFlags, Repository};

use super::stat::{self, Nature, Stat};
use super::store::Digest;
use crate::repo::index::{File, Index, Time};

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
    index: Index,
    /// Where the last file was found.
    last: Cell<usize>,
    /// When the index was written: a file as young as it may have changed since without a trace.
    written: i64,
    converts: bool,
}

impl Git {
    pub(super) fn open(root: &Path) -> Self {
        let repository = Repository::open(root).ok();
        let mut git = Self {
            index: Index::default(),
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
        let path = repository.path().join("index");
        // Before it is read: what is written afterwards is younger.
        let Ok((Nature::File, about)) = stat::look(&path) else {
            return;
        };
        self.written = about.modified;
        // Of one that cannot be read nothing is known, and files are read themselves.
        self.index = Index::read(repository.path()).unwrap_or_default();
        let attributes = |path: &[u8]| path.ends_with(b".gitattributes");
        let config = repository.config().and_then(|mut config| config.snapshot());
        let set = |name: &str| {
            let value = config
                .as_ref()
                .ok()
                .and_then(|config| config.get_str(name).ok());
            value.is_some_and(|value| value != "false")
        };
        self.converts = self.index.names().any(attributes)
            || root.join(".gitattributes").exists()
            || repository.commondir().join("info/attributes").exists()
            || ["core.autocrlf", "core.attributesfile"]
                .into_iter()
                .any(set);
    }

    pub(super) fn is_tracked(&self, path: &str) -> bool {
        self.find(path).is_some()
    }

    /// Returns whether a folder holds a tracked file.
    pub(super) fn tracks_below(&self, folder: &str) -> bool {
        self.index.holds_below(folder)
    }

    pub(super) fn is_ignored(&self, path: &str) -> bool {
        let ignored = |repository: &Repository| repository.is_path_ignored(path);
        self.repository
            .as_ref()
            .is_some_and(|repository| ignored(repository).unwrap_or_default())
    }

    /// Returns the digest of a tracked file's content, when stat proves that the file still has it.
    pub(super) fn unchanged(&self, path: &str, stat: &Stat) -> Option<Digest> {
        let file = self.file(path)?;
        let is_same = is_same(&file, stat) && self.is_older(&file) && !self.is_converted(path);
        is_same.then_some(file.id)
    }

    /// Returns whether a file's content, by its digest, is a blob that the repository has for this path.
    pub(super) fn has(&self, path: &str, digest: &Digest) -> bool {
        let file = self.file(path);
        file.is_some_and(|file| file.id == *digest)
    }

    fn file(&self, path: &str) -> Option<File> {
        self.index.file(self.find(path)?)
    }

    fn find(&self, path: &str) -> Option<usize> {
        self.index.find(path.as_bytes(), &self.last)
    }

    fn is_older(&self, file: &File) -> bool {
        let seconds = i64::from(file.modified.seconds);
        match i64::from(file.modified.nanoseconds) {
            0 => seconds < self.written.div_euclid(1_000_000_000),
            nanos => seconds * 1_000_000_000 + nanos < self.written,
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

fn is_same(file: &File, stat: &Stat) -> bool {
    let low = |number: u64| number & u64::from(u32::MAX);
    let same = |time: Time, found: i64| {
        let nanos = i64::from(time.nanoseconds);
        // Git keeps the lower half of the seconds.
        let seconds = low(found.div_euclid(1_000_000_000).cast_unsigned());
        u64::from(time.seconds) == seconds
            && (nanos == 0 || nanos == found.rem_euclid(1_000_000_000))
    };
    // Mode 100…: a regular file.
    file.mode >> 12 == 0o10
        && u64::from(file.size) == low(stat.size)
        && (file.inode == 0 || u64::from(file.inode) == low(stat.inode))
        && same(file.modified, stat.modified)
        && same(file.changed, stat.changed)
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
