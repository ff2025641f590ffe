//! Compares the stamps of a trail with those of now.

use std::ffi::CStr;
use std::num::NonZero;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat, fstat, openat, statat};

use super::super::trail::Tag;
use super::file::{Chunks, Head};
use crate::digests::Stamp;

/// More threads wait for each other.
const THREADS: usize = 8;
/// Folders are only gone through.
const FOLDER: OFlags = OFlags::PATH
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// Whether every stamp is what it was.
pub(super) fn is_same(base: &Path, head: &Head, chunks: &Chunks) -> bool {
    let Ok(base) = openat(rustix::fs::CWD, base, FOLDER, Mode::empty()) else {
        return false;
    };
    let next = AtomicUsize::new(0);
    let moved = AtomicBool::new(false);
    let work = || {
        let mut buffer = Vec::new();
        while !moved.load(Ordering::Relaxed)
            && let Some(chunk) = head.chunks.get(next.fetch_add(1, Ordering::Relaxed))
        {
            let bytes = chunks.read(chunk, &mut buffer);
            let is_same = bytes.is_some_and(|bytes| {
                let mut look = Look {
                    base: &base,
                    device: head.device,
                    folder: None,
                };
                look.all(bytes).is_some()
            });
            if !is_same {
                moved.store(true, Ordering::Relaxed);
            }
        }
    };
    // A chunk is some hundreds of files: one is done before a thread has begun.
    let helpers = match head.chunks.len() {
        0 | 1 => 1,
        count => thread::available_parallelism()
            .map_or(1, NonZero::get)
            .min(THREADS)
            .min(count),
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (1..helpers)
            .filter_map(|_| thread::Builder::new().spawn_scoped(scope, work).ok())
            .collect();
        work();
        for thread in threads {
            if thread.join().is_err() {
                moved.store(true, Ordering::Relaxed);
            }
        }
    });
    !moved.into_inner()
}

/// The way along one chunk.
struct Look<'a> {
    base: &'a OwnedFd,
    device: u64,
    folder: Option<OwnedFd>,
}

impl Look<'_> {
    /// Goes along all records; `None` when something is not as it was.
    fn all(&mut self, mut rest: &[u8]) -> Option<()> {
        while let Some((tag, tail)) = rest.split_first() {
            rest = tail;
            let tag = Tag::of(*tag)?;
            let stamp = Stamp::take_from(&mut rest)?;
            let name = CStr::from_bytes_until_nul(rest).ok()?;
            rest = rest.get(name.to_bytes_with_nul().len()..)?;
            if tag == Tag::Folder {
                let folder = openat(self.base, name, FOLDER, Mode::empty()).ok()?;
                self.compare(&fstat(&folder).ok()?, stamp)?;
                self.folder = Some(folder);
                continue;
            }
            let folder = self.folder.as_ref()?;
            let about = statat(folder, name, AtFlags::SYMLINK_NOFOLLOW).ok()?;
            self.compare(&about, stamp)?;
            if tag == Tag::Plain {
                continue;
            }
            let behind = statat(folder, name, AtFlags::empty());
            let kind = behind
                .as_ref()
                .map(|about| FileType::from_raw_mode(about.st_mode));
            match (tag, behind.as_ref(), kind) {
                (Tag::ToFile, Ok(about), _) => {
                    self.compare(about, Stamp::take_from(&mut rest)?)?;
                }
                (Tag::ToFolder, _, Ok(FileType::Directory)) | (Tag::ToNothing, Err(_), _) => {}
                (Tag::ToOther, _, Ok(kind))
                    if !matches!(kind, FileType::Directory | FileType::RegularFile) => {}
                _ => return None,
            }
        }
        Some(())
    }

    fn compare(&self, about: &Stat, stamp: Stamp) -> Option<()> {
        (about.st_dev == self.device && Stamp::of_stat(about)? == stamp).then_some(())
    }
}
