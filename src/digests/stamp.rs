//! What a file system says of a file without the file being read.

use std::fs::Metadata;

/// Two equal stamps are of equal content, when the first was taken long enough after the last change: any write, and any
/// setting of times, moves the time of change, which nothing but the file system sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) inode: u64,
    pub(super) size: u64,
    /// Nanoseconds since 1970.
    pub(super) modified: i64,
    /// Nanoseconds since 1970.
    pub(super) changed: i64,
    pub(super) mode: u32,
}

impl Stamp {
    /// Returns a file's stamp; `None` where the system keeps no time of change, or one beyond all reason.
    #[cfg(unix)]
    pub(super) fn of(about: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        let nanoseconds =
            |seconds: i64, rest: i64| seconds.checked_mul(1_000_000_000)?.checked_add(rest);
        Some(Self {
            inode: about.ino(),
            size: about.size(),
            modified: nanoseconds(about.mtime(), about.mtime_nsec())?,
            changed: nanoseconds(about.ctime(), about.ctime_nsec())?,
            mode: about.mode(),
        })
    }

    #[cfg(not(unix))]
    pub(super) fn of(_about: &Metadata) -> Option<Self> {
        None
    }

    /// Whether both times lie before a moment, by at least this much.
    pub(super) fn is_older(&self, than: i64, margin: i64) -> bool {
        self.modified.max(self.changed).saturating_add(margin) < than
    }
}

/// The file system that a file is on.
#[cfg(unix)]
pub(super) fn device(about: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::dev(about)
}

#[cfg(not(unix))]
pub(super) fn device(_about: &Metadata) -> u64 {
    0
}

/// Whether anybody may execute a file.
#[cfg(unix)]
pub(super) fn is_executable(about: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::mode(about) & 0o111 != 0
}

#[cfg(not(unix))]
pub(super) fn is_executable(_about: &Metadata) -> bool {
    false
}
