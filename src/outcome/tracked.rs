//! The files of git's index with what git knows of each: its stat when it was last compared, and its content's id.
//!
//! The index is read as it lies on the disk, and a file of it looked at when it is asked for: a library builds an entry for
//! each, and checks their names and a sum that git itself does not check, which costs more than all else at a session's
//! start. Indexes in rarer forms are left to the library; of one that it cannot read either nothing is known, and files are
//! read themselves.

use std::cell::Cell;

use git2::{Index, IndexEntry, IndexTime};

use super::store::Digest;

/// Bytes of an entry before its flags: times, numbers, sizes and the content's id.
const BEFORE_FLAGS: usize = 60;
const LENGTH: u16 = 0x0fff;
const STAGE: u16 = 0x3000;
const EXTENDED: u16 = 0x4000;

/// The tracked files in the order of their paths' bytes, those in the middle of a merge left out.
#[derive(Debug, Default)]
pub(super) struct Tracked {
    bytes: Vec<u8>,
    /// Where each begins.
    begins: Vec<u32>,
    /// Where the last file was found.
    last: Cell<usize>,
}

/// What git knows of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct File {
    pub(super) changed: Time,
    pub(super) modified: Time,
    /// The lower half of the number.
    pub(super) inode: u32,
    pub(super) mode: u32,
    /// The lower half.
    pub(super) size: u32,
    pub(super) id: Digest,
}

/// Since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Time {
    pub(super) seconds: u32,
    /// Zero where git does not know them.
    pub(super) nanoseconds: u32,
}

impl Tracked {
    /// Reads an index; `None` when it is damaged, or of a form for [`Tracked::of`].
    pub(super) fn parse(bytes: Vec<u8>) -> Option<Self> {
        let begins = begins(&bytes)?;
        Some(Self {
            bytes,
            begins,
            last: Cell::new(0),
        })
    }

    /// Takes over what the library has read.
    pub(super) fn of(index: &Index) -> Self {
        let mut tracked = Self::default();
        for entry in index.iter().filter(|entry| entry.flags & STAGE == 0) {
            let begin = u32::try_from(tracked.bytes.len());
            let written = write(&mut tracked.bytes, &entry);
            tracked.begins.extend(begin.ok().filter(|_| written));
        }
        tracked
    }

    pub(super) fn file(&self, path: &str) -> Option<File> {
        // Files are mostly asked for in the index's own order.
        let next = self.last.get().saturating_add(1);
        let is_it = |at: &usize| self.path(*at) == Some(path.as_bytes());
        let near = [self.last.get(), next].into_iter().find(is_it);
        let at = near.or_else(|| {
            let at = self.place(path.as_bytes());
            is_it(&at).then_some(at)
        })?;
        self.last.set(at);
        self.at(at)
    }

    /// Whether a file below a folder is tracked.
    pub(super) fn holds_below(&self, folder: &str) -> bool {
        let start = format!("{folder}/");
        let first = self.path(self.place(start.as_bytes()));
        first.is_some_and(|path| path.starts_with(start.as_bytes()))
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.begins.len()).filter_map(|at| self.path(at))
    }

    /// Where a path is, or would be.
    fn place(&self, path: &[u8]) -> usize {
        self.begins
            .partition_point(|begin| path_at(&self.bytes, *begin).is_some_and(|known| known < path))
    }

    fn path(&self, at: usize) -> Option<&[u8]> {
        path_at(&self.bytes, *self.begins.get(at)?)
    }

    fn at(&self, at: usize) -> Option<File> {
        let begin = usize::try_from(*self.begins.get(at)?).ok()?;
        let entry = self.bytes.get(begin..begin + BEFORE_FLAGS)?;
        let (numbers, id) = entry.split_at_checked(40)?;
        let (numbers, _) = numbers.as_chunks::<4>();
        let mut numbers = numbers.iter().map(|number| u32::from_be_bytes(*number));
        let mut time = || {
            Some(Time {
                seconds: numbers.next()?,
                nanoseconds: numbers.next()?,
            })
        };
        let (changed, modified) = (time()?, time()?);
        let _device = numbers.next()?;
        let (inode, mode) = (numbers.next()?, numbers.next()?);
        let (_user, _group) = (numbers.next()?, numbers.next()?);
        Some(File {
            changed,
            modified,
            inode,
            mode,
            size: numbers.next()?,
            id: id.try_into().ok()?,
        })
    }
}

/// Returns where the entries of an index begin that are no part of a merge.
fn begins(bytes: &[u8]) -> Option<Vec<u32>> {
    const HEADER: usize = 12;
    const SUM: usize = 20;
    let header: &[u8; HEADER] = bytes.first_chunk()?;
    let (name, numbers) = header.split_at(4);
    let version = u32::from_be_bytes(*numbers.first_chunk()?);
    let count = u32::from_be_bytes(*numbers.last_chunk()?);
    if name != b"DIRC" || !matches!(version, 2 | 3) {
        return None;
    }
    let mut begins = Vec::with_capacity(bytes.len() / 100);
    let mut at = HEADER;
    for _ in 0..count {
        let begin = u32::try_from(at).ok()?;
        let path = path_at(bytes, begin)?;
        let flags = flags_at(bytes, at)?;
        let before = BEFORE_FLAGS + if flags & EXTENDED == 0 { 2 } else { 4 };
        if flags & STAGE == 0 {
            begins.push(begin);
        }
        // A zero byte at least, and so many that the next one begins at a multiple of eight.
        at += (before + path.len()) / 8 * 8 + 8;
    }
    let mut rest = bytes.get(at..bytes.len().checked_sub(SUM)?)?;
    while !rest.is_empty() {
        let (name, tail) = rest.split_first_chunk::<4>()?;
        let (length, tail) = tail.split_first_chunk()?;
        rest = tail.get(usize::try_from(u32::from_be_bytes(*length)).ok()?..)?;
        // What begins with a small letter changes the meaning of the entries.
        let is_needed = name.first().is_none_or(u8::is_ascii_lowercase);
        if is_needed && name != b"sdir" {
            return None;
        }
    }
    Some(begins)
}

fn flags_at(bytes: &[u8], begin: usize) -> Option<u16> {
    let flags = bytes.get(begin + BEFORE_FLAGS..)?.first_chunk()?;
    Some(u16::from_be_bytes(*flags))
}

fn path_at(bytes: &[u8], begin: u32) -> Option<&[u8]> {
    let begin = usize::try_from(begin).ok()?;
    let flags = flags_at(bytes, begin)?;
    let skip = if flags & EXTENDED == 0 { 2 } else { 4 };
    let rest = bytes.get(begin + BEFORE_FLAGS + skip..)?;
    let length = match flags & LENGTH {
        LENGTH => rest.iter().position(|byte| *byte == 0)?,
        length => usize::from(length),
    };
    (rest.get(length) == Some(&0)).then(|| rest.get(..length))?
}

/// Writes an entry as an index holds it. Returns whether its id is one of the usual length.
fn write(bytes: &mut Vec<u8>, entry: &IndexEntry) -> bool {
    let id = entry.id.as_bytes();
    if id.len() != 20 {
        return false;
    }
    let time = |time: IndexTime| [time.seconds().cast_unsigned(), time.nanoseconds()];
    let numbers = [time(entry.ctime), time(entry.mtime)];
    let numbers = numbers.as_flattened().iter().copied().chain([
        entry.dev,
        entry.ino,
        entry.mode,
        entry.uid,
        entry.gid,
        entry.file_size,
    ]);
    bytes.extend(numbers.flat_map(u32::to_be_bytes));
    bytes.extend(id);
    let length = u16::try_from(entry.path.len()).unwrap_or(LENGTH);
    bytes.extend(length.min(LENGTH).to_be_bytes());
    bytes.extend(&entry.path);
    bytes.push(0);
    true
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use git2::Repository;

    use super::*;

    fn git(root: &Path, arguments: &[&str]) {
        let ran = std::process::Command::new("git")
            .args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
            .args(arguments)
            .current_dir(root)
            .output()
            .unwrap();
        assert!(ran.status.success(), "{arguments:?} {ran:?}");
    }

    fn checkout() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        git(root, &["init", "-q"]);
        for number in 0..300 {
            let name = format!(
                "folder{}/file{number}{}",
                number % 7,
                "x".repeat(number % 9)
            );
            fs::create_dir_all(root.join(&name).parent().unwrap()).unwrap();
            crate::state::replace(&root.join(&name), "y".repeat(number).as_bytes()).unwrap();
        }
        crate::state::replace(&root.join("folder"), b"beside folders").unwrap();
        git(root, &["add", "-A"]);
        folder
    }

    fn both(root: &Path) -> (Option<Tracked>, Tracked) {
        let repository = Repository::open(root).unwrap();
        let own = Tracked::parse(fs::read(root.join(".git/index")).unwrap());
        (own, Tracked::of(&repository.index().unwrap()))
    }

    /// Everything that can be asked.
    fn told(tracked: &Tracked) -> Vec<(String, File)> {
        let paths = tracked.paths();
        let paths: Vec<String> = paths
            .map(|path| String::from_utf8(path.to_vec()).unwrap())
            .collect();
        let told = paths.into_iter().map(|path| {
            let file = tracked.file(&path).unwrap();
            (path, file)
        });
        told.collect()
    }

    #[test]
    fn an_index_says_what_the_library_reads_in_it() {
        let folder = checkout();
        let root = folder.path();
        let long = "n".repeat(250);
        let deep = [long.as_str(); 14].join("/");
        let states: [&[&[&str]]; 3] = [
            &[],
            // Version 3, with more flags.
            &[&["update-index", "--skip-worktree", "folder1/file1x"]],
            &[&["update-index", "--assume-unchanged", "folder2/file2xx"]],
        ];
        for commands in states {
            for command in commands {
                git(root, command);
            }
            let (own, library) = both(root);
            let own = told(&own.unwrap());
            assert_eq!(own.len(), 301);
            assert_eq!(own, told(&library));
        }
        // A name beyond what the flags can count.
        let blob = format!("100644,e69de29bb2d1d6434b8b29ae775ad8c2e48c5391,{deep}");
        git(root, &["hash-object", "-w", "-t", "blob", "/dev/null"]);
        git(root, &["update-index", "--add", "--cacheinfo", &blob]);
        let (own, library) = both(root);
        let own = own.unwrap();
        assert_eq!(told(&own), told(&library));
        assert!(own.file(&deep).is_some());
    }

    #[test]
    fn names_are_found_in_any_order_and_others_are_not() {
        let folder = checkout();
        let (own, _) = both(folder.path());
        let own = own.unwrap();
        for path in [
            "folder6/file6xxxxxx",
            "folder0/file0",
            "folder",
            "folder3/file3xxx",
        ] {
            assert!(own.file(path).is_some(), "{path}");
        }
        for path in [
            "",
            "folder0",
            "folder0/",
            "folder0/file",
            "zzz",
            "folder6/file6xxxxxxx",
        ] {
            assert_eq!(own.file(path), None, "{path}");
        }
        assert!(own.holds_below("folder0"));
        for folder in ["", "folder", "folde", "zzz"] {
            assert!(!own.holds_below(folder), "{folder}");
        }
    }

    #[test]
    fn rarer_forms_are_left_to_the_library() {
        let folder = checkout();
        git(folder.path(), &["update-index", "--index-version", "4"]);
        let (own, library) = both(folder.path());
        assert!(own.is_none());
        assert_eq!(told(&library).len(), 301);
        // What neither of both can read.
        git(folder.path(), &["update-index", "--split-index"]);
        let bytes = fs::read(folder.path().join(".git/index")).unwrap();
        assert!(Tracked::parse(bytes).is_none());
    }

    #[test]
    fn a_merge_leaves_out_what_it_has_not_decided() {
        let folder = checkout();
        let root = folder.path();
        git(root, &["commit", "-q", "-m", "one"]);
        git(root, &["checkout", "-q", "-b", "other"]);
        crate::state::replace(&root.join("folder"), b"theirs").unwrap();
        git(root, &["commit", "-q", "-a", "-m", "two"]);
        git(root, &["checkout", "-q", "-"]);
        crate::state::replace(&root.join("folder"), b"ours").unwrap();
        git(root, &["commit", "-q", "-a", "-m", "three"]);
        let merge = std::process::Command::new("git")
            .args(["merge", "-q", "other"])
            .current_dir(root)
            .output();
        assert!(!merge.unwrap().status.success());
        let (own, library) = both(root);
        let own = own.unwrap();
        assert_eq!(told(&own).len(), 300);
        assert_eq!(told(&own), told(&library));
    }

    #[test]
    fn no_cut_or_changed_index_is_read_beyond_its_end() {
        let folder = checkout();
        let bytes = fs::read(folder.path().join(".git/index")).unwrap();
        for length in 0..bytes.len() {
            // A cut within the sum leaves the entries whole.
            let cut = Tracked::parse(bytes.get(..length).unwrap().to_vec());
            assert!(cut.is_none_or(|cut| cut.begins.len() == 301), "{length}");
        }
        for at in 0..600 {
            let mut changed = bytes.clone();
            *changed.get_mut(at).unwrap() ^= 0x5a;
            if let Some(changed) = Tracked::parse(changed) {
                let _ = changed.paths().count();
                let _ = changed.file("folder0/file0");
            }
        }
    }
}
