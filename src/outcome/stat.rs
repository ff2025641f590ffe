//! What the file system says of a path, without reading it.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::repo::is_missing;

/// Stamps younger than this when a file was read prove nothing: the coarsest file systems count in steps of two seconds.
const STEP: i64 = 2_000_000_000;
/// The permissions that count: the owner's, the special ones, and whether anybody may write. The rest follows the umask of
/// whoever checks a file out.
const MODE_MASK: u32 = 0o7702;

/// Size, times and identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stat {
    pub(super) size: u64,
    /// Nanoseconds since 1970.
    pub(super) modified: i64,
    pub(super) changed: i64,
    pub(super) inode: u64,
    /// Permissions, without the kind.
    pub(super) mode: u32,
}

/// What a path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    File,
    Link,
    Folder,
    /// A pipe, a socket or a device. Never opened.
    Other,
    Missing,
}

/// Looks at a path itself; a link is not followed.
///
/// # Errors
/// When the system does not say; that there is nothing is an answer.
pub fn look(path: &Path) -> io::Result<(Nature, Stat)> {
    match path.symlink_metadata() {
        Ok(about) => Ok((nature(&about), of(&about))),
        Err(error) if is_missing(&error) => Ok((Nature::Missing, Stat::default())),
        Err(error) => Err(error),
    }
}

fn nature(about: &Metadata) -> Nature {
    let kind = about.file_type();
    if kind.is_file() {
        Nature::File
    } else if kind.is_symlink() {
        Nature::Link
    } else if kind.is_dir() {
        Nature::Folder
    } else {
        Nature::Other
    }
}

impl Stat {
    /// Whether the same stat at `noted` proves that nothing was written since.
    pub(super) fn is_settled(&self, noted: i64) -> bool {
        let settled = |time: i64| time < noted.saturating_sub(STEP);
        settled(self.modified) && settled(self.changed)
    }

    /// The permissions that count.
    pub(super) fn rights(&self) -> u32 {
        self.mode & MODE_MASK
    }
}

/// The present time, in nanoseconds since 1970.
pub(super) fn now() -> i64 {
    nanoseconds(SystemTime::now())
}

fn nanoseconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |nanos| -nanos),
    }
}

#[cfg(unix)]
fn of(about: &Metadata) -> Stat {
    use std::os::unix::fs::MetadataExt;
    let time =
        |seconds: i64, nanos: i64| seconds.saturating_mul(1_000_000_000).saturating_add(nanos);
    Stat {
        size: about.size(),
        modified: time(about.mtime(), about.mtime_nsec()),
        changed: time(about.ctime(), about.ctime_nsec()),
        inode: about.ino(),
        mode: about.mode() & 0o7777,
    }
}

/// The same from what the system itself says.
#[cfg(target_os = "linux")]
pub(super) fn of_raw(about: &rustix::fs::Stat) -> (Nature, Stat) {
    use rustix::fs::FileType;
    let time =
        |seconds: i64, nanos: i64| seconds.saturating_mul(1_000_000_000).saturating_add(nanos);
    let nanos = |nanos: u64| i64::try_from(nanos).unwrap_or(0);
    let stat = Stat {
        size: u64::try_from(about.st_size).unwrap_or(0),
        modified: time(about.st_mtime, nanos(about.st_mtime_nsec)),
        changed: time(about.st_ctime, nanos(about.st_ctime_nsec)),
        inode: about.st_ino,
        mode: about.st_mode & 0o7777,
    };
    let nature = match FileType::from_raw_mode(about.st_mode) {
        FileType::RegularFile => Nature::File,
        FileType::Symlink => Nature::Link,
        FileType::Directory => Nature::Folder,
        _ => Nature::Other,
    };
    (nature, stat)
}

#[cfg(not(unix))]
fn of(about: &Metadata) -> Stat {
    let modified = about.modified().map(nanoseconds).unwrap_or_default();
    Stat {
        size: about.len(),
        modified,
        changed: modified,
        inode: 0,
        mode: if about.permissions().readonly() {
            0o400
        } else {
            0o600
        },
    }
}

/// Gives a file permissions.
#[cfg(unix)]
pub(super) fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
pub(super) fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    let mut permissions = fs::metadata(path)?.permissions();
    permissions.set_readonly(mode & 0o200 == 0);
    fs::set_permissions(path, permissions)
}

/// Makes a link.
#[cfg(unix)]
pub(super) fn make_link(target: &str, path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

#[cfg(not(unix))]
pub(super) fn make_link(_target: &str, _path: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
