//! The files under `.hook-state/` that later events read.
//!
//! Every file is replaced in one step or appended to in one write, so that a killed process leaves the old content or the
//! new one. Names from payloads never become paths unescaped. What cannot be read is `None` or an error, never a guess.

pub mod audit;
pub(crate) mod clock;
mod digest;
pub mod session;
pub(crate) mod time;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::Value;

use crate::deadline;
use crate::repo::text::child;

/// Name of the folder in the repository's root.
pub const FOLDER: &str = ".hook-state";
/// The latest gate result, for people and scripts.
pub const LAST_GATE: &str = "last_quality_gate.json";
/// Version written into every file; a file with a higher one is left alone.
pub const VERSION: u64 = 1;

/// Largest file that is read, in bytes.
const FILE_LIMIT: u64 = 16 * 1024 * 1024;
/// A file up to this size is read in no time.
const QUICK_FILE: u64 = 64 * 1024;
/// How often, and how long in between, a lock is tried: half a second in all.
const LOCK_TRIES: u32 = 100;
const LOCK_PAUSE: Duration = Duration::from_millis(5);

/// Ending of files that are not written to their end yet.
const UNFINISHED: &str = "new";

/// Longest name made from a payload's text, in bytes; longer ones end in a digest.
const NAME_LIMIT: usize = 80;

/// The state folder of one repository.
#[derive(Debug, Clone)]
pub struct State {
    root: PathBuf,
    folder: PathBuf,
}

/// Why state could not be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    #[error("`{0}` is a link; hookgate does not write through links")]
    Link(String),
    #[error("`{0}` was written by a newer version of hookgate")]
    Newer(String),
    #[error("`{path}`: {source}")]
    Io { path: String, source: io::Error },
}

impl State {
    /// Names the state folder of a repository. Nothing is written until something is stored.
    #[must_use]
    pub fn of(root: &Path) -> Self {
        Self {
            root: root.to_path_buf(),
            folder: child(root, FOLDER),
        }
    }

    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns a JSON file's content; `None` when it is missing, unreadable or from a newer version.
    #[must_use]
    pub fn read(&self, name: &str) -> Option<Value> {
        json_of(&self.read_bytes(name, FILE_LIMIT)?)
    }

    /// Like [`State::read`]. The time is watched only where there is much to read.
    pub(crate) fn read_at_once(&self, name: &str) -> Option<Value> {
        if cfg!(not(unix)) {
            // Opening would follow a link there.
            return self.read(name);
        }
        let mut file = deadline::open_at_once(&self.folder.join(name)).ok()?;
        let about = file.metadata().ok()?;
        if !about.is_file() || about.len() > QUICK_FILE {
            return self.read(name);
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).ok()?;
        json_of(&bytes)
    }

    /// Returns a file's bytes; `None` when it is missing, unreadable, no file or larger than the limit.
    #[must_use]
    pub(crate) fn read_bytes(&self, name: &str, limit: u64) -> Option<Vec<u8>> {
        deadline::watch();
        let path = child(&self.folder, name);
        let about = path.symlink_metadata().ok()?;
        // Reading a pipe could wait for ever, and no file of ours is that large.
        if !about.is_file() || about.len() > limit {
            return None;
        }
        fs::read(path).ok()
    }

    /// Replaces a file that is no JSON. Whether a newer version wrote it is for the caller to know.
    ///
    /// # Errors
    /// When the folder is a link, or the disk refuses.
    pub(crate) fn write_bytes(&self, name: &str, bytes: &[u8]) -> Result<(), StateError> {
        let path = self.prepare(name)?;
        replace(&path, bytes).map_err(|source| self.io(&path, source))
    }

    /// Replaces a file that counts only as long as nobody else wrote it: its permissions, to be read by its owner alone and
    /// written by nobody, are none that git gives to a file.
    ///
    /// # Errors
    /// When the folder is a link, or the disk refuses.
    pub(crate) fn write_sealed(&self, name: &str, bytes: &[u8]) -> Result<(), StateError> {
        let path = self.prepare(name)?;
        let written = replace_with(&path, bytes, seal);
        written.map_err(|source| self.io(&path, source))
    }

    /// Whether the state folder, or a folder in it, is a link: what is behind one may be anybody's.
    pub(crate) fn is_behind_link(&self, folder: &str) -> bool {
        self.folder.is_symlink() || child(&self.folder, folder).is_symlink()
    }

    /// Removes all but the newest files with a name that begins so.
    pub(crate) fn keep_newest(&self, folder: &str, beginning: &str, count: usize) {
        let entries = fs::read_dir(self.folder.join(folder)).into_iter().flatten();
        let ours = entries.flatten().filter(|entry| {
            let name = entry.file_name();
            name.as_encoded_bytes().starts_with(beginning.as_bytes())
        });
        let mut files: Vec<PathBuf> = ours.map(|entry| entry.path()).collect();
        if files.len() <= count {
            return;
        }
        files.sort_by_cached_key(|path| {
            let written = path.symlink_metadata().and_then(|about| about.modified());
            std::cmp::Reverse(written.ok())
        });
        for path in files.iter().skip(count) {
            // Another process may have removed it.
            let _ = fs::remove_file(path);
        }
    }

    /// Replaces a JSON file.
    ///
    /// # Errors
    /// When the folder is a link, the present file is from a newer version, or the disk refuses.
    pub fn write(&self, name: &str, value: &Value) -> Result<(), StateError> {
        let path = self.prepare(name)?;
        let old = self.read_bytes(name, FILE_LIMIT);
        let old = old.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
        if old.is_some_and(|old| version_of(&old) > VERSION) {
            return Err(StateError::Newer(shown(&path, &self.root)));
        }
        let mut text = format!("{value:#}");
        text.push('\n');
        replace(&path, text.as_bytes()).map_err(|source| self.io(&path, source))
    }

    /// Waits a moment for a lock that the kernel drops with its owner. `None` when there can be none: counting without it is
    /// better than not counting.
    pub(crate) fn lock(&self, name: &str) -> Option<File> {
        let path = self.prepare(name).ok()?;
        let file = open_to_append(&path).ok()?;
        for _ in 0..LOCK_TRIES {
            match file.try_lock() {
                Ok(()) => return Some(file),
                Err(TryLockError::Error(_)) => return None,
                Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_PAUSE),
            }
        }
        None
    }

    /// Opens a file of the folder to add to its end, and to read it. Nothing in here waits, so that the time is watched only
    /// where folders have to be made first, or where something is wrong.
    ///
    /// # Errors
    /// When the folder or the file is a link, or the disk refuses.
    pub(crate) fn open_to_add(&self, name: &str) -> Result<File, StateError> {
        let path = self.folder.join(name);
        let folder = path.parent().unwrap_or(&self.folder);
        let is_link = self.folder.is_symlink() || (folder != self.folder && folder.is_symlink());
        if !is_link {
            outlive_limits();
            if let Ok(file) = open_to_add(&path, true) {
                return Ok(file);
            }
        }
        let path = self.prepare(name)?;
        open_to_add(&path, true).map_err(|source| self.io(&path, source))
    }

    /// Removes what processes that were killed while they wrote have left behind.
    pub(crate) fn tidy(&self) {
        const AGE: Duration = Duration::from_hours(1);
        const LOOKED_AT: usize = 10_000;
        deadline::watch();
        for folder in ["", "cache", "gates", "sessions"] {
            let Ok(entries) = fs::read_dir(self.folder.join(folder)) else {
                continue;
            };
            for entry in entries.flatten().take(LOOKED_AT) {
                let is_ours = entry
                    .path()
                    .extension()
                    .is_some_and(|ending| ending == UNFINISHED);
                let age = entry.metadata().and_then(|about| about.modified());
                let is_old = age.is_ok_and(|time| time.elapsed().is_ok_and(|age| age > AGE));
                if is_ours && is_old {
                    // One that cannot be removed stays for the next time.
                    let _ = fs::remove_file(entry.path());
                }
            }
        }
    }

    /// Returns the path of a file in the folder, after making the folders above it.
    pub(crate) fn prepare(&self, name: &str) -> Result<PathBuf, StateError> {
        deadline::watch();
        outlive_limits();
        let path = child(&self.folder, name);
        let folder = path.parent().unwrap_or(&self.folder);
        for made in [self.folder.as_path(), folder, path.as_path()] {
            if made.is_symlink() {
                return Err(StateError::Link(shown(made, &self.root)));
            }
        }
        if !self.folder.is_dir() {
            fs::create_dir_all(&self.folder).map_err(|source| self.io(&self.folder, source))?;
            // The folder ignores itself, so that no repository has to know of it.
            let ignore = self.folder.join(".gitignore");
            replace(&ignore, b"*\n").map_err(|source| self.io(&ignore, source))?;
        }
        fs::create_dir_all(folder).map_err(|source| self.io(folder, source))?;
        Ok(path)
    }

    fn io(&self, path: &Path, source: io::Error) -> StateError {
        StateError::Io {
            path: shown(path, &self.root),
            source,
        }
    }
}

/// Makes a limit on the size of files an error of the write that meets it. Left alone, the signal would end the process
/// before it has answered, and a hook without an answer lets the tool run in some runtimes. Programs that are started from
/// here are ended by it as ever.
pub(crate) fn outlive_limits() {
    #[cfg(unix)]
    {
        static ONCE: std::sync::Once = std::sync::Once::new();
        ONCE.call_once(|| {
            use rustix::process::{Resource, getrlimit};
            // Hardly anybody is limited.
            if getrlimit(Resource::Fsize).current.is_none() {
                return;
            }
            let noticed = std::sync::Arc::default();
            // Refused, everything stays as it is.
            let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, noticed);
        });
    }
}

/// Writes a file's whole content in one step: to a file beside it, then renamed over it.
///
/// # Errors
/// Those of creating, writing and renaming.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    replace_with(path, content, |file| {
        // Who may read a file stays as it was.
        match fs::metadata(path) {
            Ok(about) => file.set_permissions(about.permissions()),
            Err(_) => Ok(()),
        }
    })
}

/// Replaces a file with one that is prepared before it is filled.
fn replace_with(
    path: &Path,
    content: &[u8],
    prepare: impl FnOnce(&File) -> io::Result<()>,
) -> io::Result<()> {
    // Threads of one process write at the same time as well.
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}-{count}.{UNFINISHED}", std::process::id()));
    let beside = path.with_file_name(name);
    let written = File::create(&beside).and_then(|mut file| {
        prepare(&file)?;
        file.write_all(content)
    });
    let renamed = written.and_then(|()| fs::rename(&beside, path));
    if renamed.is_err() {
        // Only our own file is cleaned up; that it may be missing is no second error.
        let _ = fs::remove_file(&beside);
    }
    renamed
}

#[cfg(unix)]
const SEAL: u32 = 0o400;

#[cfg(unix)]
fn seal(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(SEAL))
}

#[cfg(not(unix))]
fn seal(_file: &File) -> io::Result<()> {
    Ok(())
}

/// Whether a file has the permissions of one that was written sealed, and no second name.
#[cfg(unix)]
pub(crate) fn is_sealed(about: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    about.is_file() && about.mode() & 0o7777 == SEAL && about.nlink() == 1
}

#[cfg(not(unix))]
pub(crate) fn is_sealed(about: &fs::Metadata) -> bool {
    about.is_file()
}

/// Appends one line in one write, so that lines of several processes do not mix.
///
/// # Errors
/// Those of opening and writing.
pub fn append_line(path: &Path, line: &str) -> io::Result<()> {
    deadline::watch();
    let mut file = open_to_append(path)?;
    file.write_all(format!("{line}\n").as_bytes())
}

/// Opens a file to add to it. Something else in its place is an error and never waited for, as a pipe without a reader
/// would have it.
///
/// # Errors
/// Those of opening, and that it is no file.
pub(crate) fn open_to_append(path: &Path) -> io::Result<File> {
    open_to_add(path, false)
}

/// Opens a file to add to it; one of hookgate's own is no link, and can be read.
fn open_to_add(path: &Path, is_own: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true).read(is_own);
    without_waiting(&mut options, is_own);
    if cfg!(not(unix)) && is_own && path.is_symlink() {
        return Err(io::Error::other("it is a link"));
    }
    let file = options.open(path)?;
    if file.metadata()?.is_file() {
        return Ok(file);
    }
    Err(io::Error::other("it is no file"))
}

#[cfg(unix)]
fn without_waiting(options: &mut OpenOptions, no_links: bool) {
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::fs::OFlags;
    let mut flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    flags.set(OFlags::NOFOLLOW, no_links);
    options.custom_flags(i32::try_from(flags.bits()).unwrap_or(0));
}

#[cfg(not(unix))]
fn without_waiting(_options: &mut OpenOptions, _no_links: bool) {}

/// Turns a text from a payload into a file name: letters, digits, `-` and `_` stay, all else becomes `%` and its byte in
/// hexadecimal digits. Different texts give different names.
#[must_use]
pub fn file_name(text: &str) -> String {
    use std::fmt::Write as _;
    let mut name = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
            name.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(name, "%{byte:02x}");
        }
    }
    if name.len() <= NAME_LIMIT {
        return name;
    }
    let digest = blake3::hash(text.as_bytes()).to_hex();
    let head: String = name.chars().take(40).collect();
    format!("{head}-{}", digest.get(..32).unwrap_or_default())
}

/// Returns whether a folder holds nothing but copies of files: what a command does to each says nothing that it does not
/// say about the state folder, and they are many.
#[must_use]
pub fn holds_copies(folder: &str) -> bool {
    let folder = folder.trim_end_matches('/');
    let below = folder
        .strip_suffix("/objects")
        .or_else(|| folder.strip_suffix("/restored"));
    below.is_some_and(|below| below == FOLDER || below.ends_with("/.hook-state"))
}

/// Reads JSON of a version that is known.
fn json_of(bytes: &[u8]) -> Option<Value> {
    let value: Value = serde_json::from_slice(bytes).ok()?;
    (version_of(&value) <= VERSION).then_some(value)
}

fn version_of(value: &Value) -> u64 {
    value.get("version").and_then(Value::as_u64).unwrap_or(0)
}

fn shown(path: &Path, root: &Path) -> String {
    path.strip_prefix(root)
        .unwrap_or(path)
        .display()
        .to_string()
}

#[cfg(test)]
mod tests;
