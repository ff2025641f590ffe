//! What a walk went by, noted so that the next one can be saved: `cache/trees/<gate>`.
//!
//! The inputs are the same when nothing that decided them moved: each folder's stamp, which stands for its names; each
//! input's stamp, which stands for its content; and what git says, in its index and its rules. A trail holds all of these
//! with the digest that they led to. It exists only where every one of them is proven by stamps, so only of a walk that
//! read no file.
//!
//! Records lie in chunks of their own check sum, so that several threads read and compare at once, each in little memory.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::checkout::Checkout;
use crate::digests::Stamp;

/// Size from which on a chunk takes no more.
const CHUNK: usize = 64 * 1024;

/// What follows in a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    /// A folder, by its path from the base. What follows lies in it.
    Folder = 0,
    /// Something with a stamp of its own.
    Plain = 1,
    /// A link, by what is behind it.
    ToFile = 2,
    ToFolder = 3,
    ToOther = 4,
    ToNothing = 5,
}

impl Tag {
    pub(super) fn of(byte: u8) -> Option<Self> {
        let all = [
            Self::Folder,
            Self::Plain,
            Self::ToFile,
            Self::ToFolder,
            Self::ToOther,
            Self::ToNothing,
        ];
        all.into_iter().find(|tag| *tag as u8 == byte)
    }
}

/// Gathers a trail, or the part of one thread.
#[derive(Debug, Default)]
pub(super) struct Trail {
    chunks: Vec<Vec<u8>>,
    /// The chunk that is being filled.
    open: Vec<u8>,
    /// The present folder's record, which each chunk with something in it begins with.
    folder: Vec<u8>,
    /// Something that no stamp stands for.
    is_broken: bool,
    /// The latest of all times.
    pub(super) latest: i64,
    /// Checkouts that were asked.
    pub(super) checkouts: Vec<Arc<Checkout>>,
    /// Folders that are none, though something in them has the name.
    pub(super) without: Vec<PathBuf>,
}

/// Something that a walk went by.
#[derive(Debug)]
pub(super) enum Witness {
    /// No stamp of it proves anything.
    None,
    Plain(Stamp),
    Link(Stamp, Behind),
}

/// What a link leads to.
#[derive(Debug)]
pub(super) enum Behind {
    File(Stamp),
    Folder,
    Other,
    Nothing,
}

impl Witness {
    pub(super) fn plain(stamp: Option<Stamp>) -> Self {
        stamp.map_or(Self::None, Self::Plain)
    }

    /// A link and what it leads to now.
    pub(super) fn link(
        own: Option<Stamp>,
        path: &Path,
        settled: impl Fn(&Metadata) -> Option<Stamp>,
    ) -> Self {
        let behind = match path.metadata().ok() {
            Some(about) if about.is_file() => match settled(&about) {
                Some(stamp) => Behind::File(stamp),
                None => return Self::None,
            },
            Some(about) if about.is_dir() => Behind::Folder,
            Some(_) => Behind::Other,
            None => Behind::Nothing,
        };
        own.map_or(Self::None, |own| Self::Link(own, behind))
    }
}

impl Trail {
    /// A trail that gathers nothing.
    pub(super) fn none() -> Self {
        Self {
            is_broken: true,
            ..Self::default()
        }
    }

    /// Whether all that was gone by is in it.
    pub(super) fn is_whole(&self) -> bool {
        !self.is_broken
    }

    /// Gives up: there will be no trail.
    pub(super) fn breaks(&mut self) {
        *self = Self::none();
    }

    /// Begins a folder.
    pub(super) fn folder(&mut self, path: &[u8], stamp: Option<Stamp>) {
        let Some(stamp) = stamp else {
            return self.breaks();
        };
        if self.is_broken {
            return;
        }
        let path = if path.is_empty() { b"." } else { path };
        self.latest = self.latest.max(stamp.latest());
        self.folder.clear();
        record(&mut self.folder, Tag::Folder, &stamp, path);
        self.close(CHUNK);
        self.open.extend_from_slice(&self.folder);
    }

    /// Adds something in the folder.
    pub(super) fn add(&mut self, name: &[u8], witness: &Witness) {
        if self.is_broken {
            return;
        }
        let (tag, stamp, behind) = match witness {
            Witness::None => return self.breaks(),
            Witness::Plain(stamp) => (Tag::Plain, stamp, None),
            Witness::Link(own, Behind::File(stamp)) => (Tag::ToFile, own, Some(stamp)),
            Witness::Link(own, Behind::Folder) => (Tag::ToFolder, own, None),
            Witness::Link(own, Behind::Other) => (Tag::ToOther, own, None),
            Witness::Link(own, Behind::Nothing) => (Tag::ToNothing, own, None),
        };
        self.latest = self.latest.max(stamp.latest());
        if let Some(behind) = behind {
            self.latest = self.latest.max(behind.latest());
        }
        self.close(CHUNK);
        if self.open.is_empty() {
            self.open.extend_from_slice(&self.folder);
        }
        record(&mut self.open, tag, stamp, name);
        if let Some(behind) = behind {
            behind.write_to(&mut self.open);
        }
    }

    /// Returns the chunks.
    pub(super) fn chunks(&mut self) -> &[Vec<u8>] {
        self.close(1);
        &self.chunks
    }

    /// Adds what a folder with something named `.git` is.
    pub(super) fn checkout(&mut self, folder: &Path, checkout: Option<&Arc<Checkout>>) {
        let Some(checkout) = checkout else {
            return self.without.push(folder.to_path_buf());
        };
        if !self
            .checkouts
            .iter()
            .any(|known| Arc::ptr_eq(known, checkout))
        {
            self.checkouts.push(Arc::clone(checkout));
        }
    }

    /// Adds another thread's part.
    pub(super) fn absorb(&mut self, mut other: Self) {
        if self.is_broken || other.is_broken {
            return self.breaks();
        }
        other.close(1);
        self.chunks.append(&mut other.chunks);
        self.latest = self.latest.max(other.latest);
        for checkout in &other.checkouts {
            self.checkout(Path::new(""), Some(checkout));
        }
        self.without.append(&mut other.without);
    }

    /// Closes the chunk that is being filled when it is large enough.
    fn close(&mut self, size: usize) {
        if self.open.len() >= size {
            self.chunks.push(std::mem::take(&mut self.open));
        }
    }
}

fn record(bytes: &mut Vec<u8>, tag: Tag, stamp: &Stamp, name: &[u8]) {
    bytes.push(tag as u8);
    stamp.write_to(bytes);
    bytes.extend_from_slice(name);
    bytes.push(0);
}
