//! Digests of files' contents, remembered so that a file that did not change is not read again.
//!
//! A digest is remembered under all that the file system says of the file: device, inode, size, mode, time of modification
//! and time of change. Nothing but the file system sets the time of change, so a rewrite of the same size whose time of
//! modification was set back still shows. Times have grains, though: what is written in the same grain as our reading
//! leaves them as they are. Therefore a digest is remembered only when both times lie `MARGIN` before the reading, by the
//! file system's own clock; and it is used only while they lie as far before now, so that a clock that was set back cannot
//! give a new file the times of an old one. Where there is no such clock every file is read each time.
//!
//! Not seen: writes through a shared memory map whose page was dirty when the file was read, for which kernels set no time,
//! and changes of the device below the file system. Whoever can write the state folder can forge the cache; the floor keeps
//! agents from that.

mod stamp;
mod store;
#[cfg(test)]
mod tests;

use std::fmt;
use std::fs::{self, File, Metadata};
use std::io;
use std::path::Path;

use store::{Record, Store};

pub(crate) use stamp::{Stamp, device};

use crate::repo::is_missing;
use crate::state::clock::Moment;
use crate::state::{State, StateError};

/// More than the grain of any file system's times: two seconds is the coarsest in use.
pub(crate) const MARGIN: i64 = 2_100_000_000;
/// How often a file is read again that changes under our hands.
const TRIES: usize = 3;
/// After so many days a digest that is in use is stamped anew, lest it be dropped as unused.
const FRESH_DAYS: u32 = 7;

/// The digest of one file: its content and executable bit, or where a link leads and what is behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

/// The digests of a repository's files.
#[derive(Debug)]
pub struct Digests {
    state: State,
    store: Store,
    /// When this was opened, by the file system's clock.
    opened: Option<Moment>,
    found: Found,
}

/// What one reader found out.
#[derive(Debug, Default)]
pub(crate) struct Found {
    records: Vec<Record>,
    read: usize,
}

/// Looks up and computes digests; several may work at once.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    store: &'a Store,
    opened: Option<Moment>,
    found: Found,
    /// Where in the store the last file was found.
    last: usize,
}

impl Digests {
    /// Reads what is remembered.
    #[must_use]
    pub fn open(state: &State) -> Self {
        Self::open_at(state, state.moment())
    }

    /// The same at a moment that is known.
    pub(crate) fn open_at(state: &State, opened: Option<Moment>) -> Self {
        let store = opened.map(|_| Store::read(state)).unwrap_or_default();
        Self {
            state: state.clone(),
            store,
            opened,
            found: Found::default(),
        }
    }

    /// Returns a file's digest; `None` when there is none, or something that is neither a file nor a link. Pipes, devices
    /// and sockets are never opened.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn digest(&mut self, path: &Path) -> io::Result<Option<Digest>> {
        let mut reader = self.reader();
        let digest = reader.digest(path);
        let found = reader.finish();
        self.absorb(found);
        digest
    }

    /// When this was opened, by the file system's clock; `None` where there is none.
    pub(crate) fn opened(&self) -> Option<Moment> {
        self.opened
    }

    /// Returns how many files were read, because their digests were not known.
    #[must_use]
    pub fn files_read(&self) -> usize {
        self.found.read
    }

    /// Remembers what was found, when anything was.
    ///
    /// # Errors
    /// Those of writing the cache. Digests that were returned hold all the same.
    pub fn keep(self) -> Result<(), StateError> {
        let state = self.state.clone();
        self.keep_by(&|| state.moment())
    }

    /// The same by a clock of the caller's.
    pub(crate) fn keep_by(self, clock: &dyn Fn() -> Option<Moment>) -> Result<(), StateError> {
        if self.found.records.is_empty() {
            return Ok(());
        }
        self.keep_at(clock())
    }

    fn keep_at(self, now: Option<Moment>) -> Result<(), StateError> {
        let (Some(opened), Some(now)) = (self.opened, now) else {
            return Ok(());
        };
        // A clock that was set back while we read says nothing of when we read.
        if self.found.records.is_empty() || now.nanoseconds < opened.nanoseconds {
            return Ok(());
        }
        let today = day(opened);
        self.store
            .write(&self.state, opened.device, today, self.found.records)
    }

    /// Returns a reader for a thread of its own. What it found is given back with [`Digests::absorb`].
    pub(crate) fn reader(&self) -> Reader<'_> {
        Reader {
            store: &self.store,
            opened: self.opened,
            found: Found::default(),
            last: 0,
        }
    }

    pub(crate) fn absorb(&mut self, found: Found) {
        self.found.records.extend(found.records);
        self.found.read += found.read;
    }
}

impl Reader<'_> {
    pub(crate) fn finish(self) -> Found {
        self.found
    }

    /// As [`Digests::digest`].
    pub(crate) fn digest(&mut self, path: &Path) -> io::Result<Option<Digest>> {
        match unless_gone(path.symlink_metadata())? {
            Some(about) => self.digest_of(path, &about),
            None => Ok(None),
        }
    }

    /// The same for a file that the caller has asked about already, without following links.
    pub(crate) fn digest_of(
        &mut self,
        path: &Path,
        about: &Metadata,
    ) -> io::Result<Option<Digest>> {
        if about.is_symlink() {
            self.link(path)
        } else if about.is_file() {
            self.file(path, about)
        } else {
            Ok(None)
        }
    }

    /// A link is its text and what a program finds behind it.
    fn link(&mut self, path: &Path) -> io::Result<Option<Digest>> {
        let Some(target) = unless_gone(fs::read_link(path))? else {
            return Ok(None);
        };
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"link\0");
        hasher.update(target.as_os_str().as_encoded_bytes());
        // Links that lead nowhere, in a circle or out of sight have nothing behind them.
        let behind = path.metadata().ok();
        let (kind, content): (&[u8], _) = match &behind {
            Some(about) if about.is_file() => (b"\0file", self.file(path, about)?),
            Some(about) if about.is_dir() => (b"\0folder", None),
            Some(_) => (b"\0other", None),
            None => (b"\0nothing", None),
        };
        hasher.update(kind);
        if let Some(Digest(content)) = content {
            hasher.update(&content);
        }
        Ok(Some(Digest(*hasher.finalize().as_bytes())))
    }

    fn file(&mut self, path: &Path, about: &Metadata) -> io::Result<Option<Digest>> {
        if let Some(digest) = self.remembered(about) {
            return Ok(Some(digest));
        }
        self.found.read += 1;
        let mut last = None;
        for _ in 0..TRIES {
            let Some(file) = unless_gone(open(path))? else {
                return Ok(None);
            };
            let before = file.metadata()?;
            if !before.is_file() {
                return Ok(None);
            }
            let digest = hash(&file, &before)?;
            last = Some(digest);
            let after = file.metadata()?;
            let stamps = (Stamp::of(&before), Stamp::of(&after));
            if let (Some(before), Some(after)) = stamps
                && before != after
            {
                continue;
            }
            self.remember(&before, digest);
            return Ok(last);
        }
        // It changes all the time. What was read last is as good as any of its contents, and is not remembered.
        Ok(last)
    }

    /// Returns the stamp of a file or folder when it proves that nothing was written since, as long as it stays the same.
    pub(crate) fn settled(&self, about: &Metadata) -> Option<Stamp> {
        let opened = self.opened?;
        let stamp = Stamp::of(about)?;
        let is_here = stamp::device(about) == opened.device;
        (is_here && stamp.is_older(opened.nanoseconds, MARGIN)).then_some(stamp)
    }

    /// Returns the digest of a file that has not changed since it was read.
    pub(crate) fn remembered(&mut self, about: &Metadata) -> Option<Digest> {
        let opened = self.opened?;
        let stamp = Stamp::of(about)?;
        if stamp::device(about) != self.store.device || !stamp.is_older(opened.nanoseconds, MARGIN)
        {
            return None;
        }
        let record = self
            .store
            .find(stamp.inode, &mut self.last)
            .filter(|record| record.stamp == stamp)?;
        let today = day(opened);
        if record.day.saturating_add(FRESH_DAYS) < today {
            let day = today;
            self.found.records.push(Record { day, ..*record });
        }
        Some(record.digest)
    }

    fn remember(&mut self, about: &Metadata, digest: Digest) {
        let (Some(opened), Some(stamp)) = (self.opened, Stamp::of(about)) else {
            return;
        };
        // The clock was read before the file was, so that this errs on the safe side.
        if stamp::device(about) == opened.device && stamp.is_older(opened.nanoseconds, MARGIN) {
            let day = day(opened);
            self.found.records.push(Record { stamp, day, digest });
        }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&blake3::Hash::from_bytes(self.0).to_hex())
    }
}

impl Digest {
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for Digest {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

fn hash(file: &File, about: &Metadata) -> io::Result<Digest> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(if stamp::is_executable(about) {
        b"exec\0"
    } else {
        b"file\0"
    });
    hasher.update_reader(file)?;
    Ok(Digest(*hasher.finalize().as_bytes()))
}

/// Opens a file without waiting, should a pipe have taken its place.
#[cfg(unix)]
pub(crate) fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::fs::OFlags;
    let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits();
    fs::OpenOptions::new()
        .read(true)
        .custom_flags(i32::try_from(flags).unwrap_or(0))
        .open(path)
}

#[cfg(not(unix))]
pub(crate) fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// A file that is not there is no failure.
fn unless_gone<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn day(moment: Moment) -> u32 {
    const DAY: i64 = 24 * 60 * 60 * 1_000_000_000;
    u32::try_from(moment.nanoseconds / DAY).unwrap_or(0)
}
