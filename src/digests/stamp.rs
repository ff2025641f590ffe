//! What a file system says of a file without the file being read.

use std::fs::Metadata;

/// Two equal stamps are of equal content, when the first was taken long enough after the last change: any write, and any
/// setting of times, moves the time of change, which nothing but the file system sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(super) inode: u64,
    pub(super) size: u64,
    /// Nanoseconds since 1970.
    pub(super) modified: i64,
    /// Nanoseconds since 1970.
    pub(super) changed: i64,
    pub(super) mode: u32,
}

/// Bytes of a written stamp.
const WRITTEN: usize = 36;

impl Stamp {
    /// Returns a file's stamp; `None` where the system keeps no time of change, or one beyond all reason.
    #[cfg(unix)]
    pub(crate) fn of(about: &Metadata) -> Option<Self> {
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
    pub(crate) fn of(_about: &Metadata) -> Option<Self> {
        None
    }

    /// The same from what the system itself says.
    #[cfg(target_os = "linux")]
    pub(crate) fn of_stat(about: &rustix::fs::Stat) -> Option<Self> {
        let nanoseconds =
            |seconds: i64, rest: i64| seconds.checked_mul(1_000_000_000)?.checked_add(rest);
        Some(Self {
            inode: about.st_ino,
            size: u64::try_from(about.st_size).ok()?,
            modified: nanoseconds(about.st_mtime, i64::try_from(about.st_mtime_nsec).ok()?)?,
            changed: nanoseconds(about.st_ctime, i64::try_from(about.st_ctime_nsec).ok()?)?,
            mode: about.st_mode,
        })
    }

    /// The later one of both times.
    pub(crate) fn latest(&self) -> i64 {
        self.modified.max(self.changed)
    }

    pub(crate) fn write_to(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.inode.to_le_bytes());
        bytes.extend(self.size.to_le_bytes());
        bytes.extend(self.modified.to_le_bytes());
        bytes.extend(self.changed.to_le_bytes());
        bytes.extend(self.mode.to_le_bytes());
    }

    /// Takes a written stamp off the front.
    pub(crate) fn take_from(rest: &mut &[u8]) -> Option<Self> {
        let (written, tail) = rest.split_first_chunk::<WRITTEN>()?;
        *rest = tail;
        let (inode, written) = written.split_first_chunk()?;
        let (size, written) = written.split_first_chunk()?;
        let (modified, written) = written.split_first_chunk()?;
        let (changed, written) = written.split_first_chunk()?;
        Some(Self {
            inode: u64::from_le_bytes(*inode),
            size: u64::from_le_bytes(*size),
            modified: i64::from_le_bytes(*modified),
            changed: i64::from_le_bytes(*changed),
            mode: u32::from_le_bytes(written.try_into().ok()?),
        })
    }

    /// Whether both times lie before a moment, by at least this much.
    pub(crate) fn is_older(&self, than: i64, margin: i64) -> bool {
        self.latest().saturating_add(margin) < than
    }
}

/// The file system that a file is on.
#[cfg(unix)]
pub(crate) fn device(about: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::dev(about)
}

#[cfg(not(unix))]
pub(crate) fn device(_about: &Metadata) -> u64 {
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
