//! The names that git tracks, read from the index: versions 2 to 4, split and sparse ones included. What else git knows of a
//! file, its stat when it was last compared and its content's id, is read when that file is asked for.
//!
//! What a flag says of a file (assume-unchanged, skip-worktree, a merge's stages) does not matter: content on disk counts. A
//! library would build an entry for each, check their names and a sum that git itself does not check, which costs more than
//! all else at 100,000 files.

use std::cell::Cell;
use std::io;
use std::ops::Range;
use std::path::Path;

/// Bytes of an entry before its object id: times, numbers and sizes.
const STATS: usize = 40;
/// Lengths of object ids: SHA-1 and SHA-256.
const IDS: [usize; 2] = [20, 32];
/// Flags of an entry: whether more flags follow, and its part in a merge.
const EXTENDED: u16 = 0x4000;
const STAGE: u16 = 0x3000;
/// Where no entry begins.
const NOWHERE: u32 = 0;

/// Names relative to the checkout's top, in the order of their bytes. A name that ends in a slash is a folder of a sparse
/// index: all below it is tracked.
#[derive(Debug, Default)]
pub(crate) struct Index {
    text: Vec<u8>,
    names: Vec<Range<u32>>,
    /// Where the entry of each name begins, or [`NOWHERE`] in the middle of a merge. Empty when git's knowledge of files is
    /// spread over two indexes.
    begins: Vec<u32>,
    /// What the entries are in, when it is not the text.
    packed: Option<Vec<u8>>,
    /// Bytes of an object id.
    id: usize,
}

/// What git knows of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) changed: Time,
    pub(crate) modified: Time,
    /// The lower half of the number.
    pub(crate) inode: u32,
    pub(crate) mode: u32,
    /// The lower half.
    pub(crate) size: u32,
    pub(crate) id: [u8; 20],
}

/// Since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Time {
    pub(crate) seconds: u32,
    /// Zero where git does not know them.
    pub(crate) nanoseconds: u32,
}

/// The part of an index that lies below one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Span {
    /// Everything below the folder is tracked.
    All,
    /// These entries.
    Some(Range<usize>),
}

impl Index {
    /// Reads the index of a git folder. Without the file, nothing is tracked yet.
    ///
    /// # Errors
    /// When it cannot be read, or is none.
    pub(crate) fn read(git: &Path) -> io::Result<Self> {
        crate::deadline::watch();
        let path = git.join("index");
        if path.metadata().is_ok_and(|about| !about.is_file()) {
            return Err(io::Error::other("git's index is no file"));
        }
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error),
        };
        let (own, base) = Self::parse(bytes)?;
        let mut index = match base {
            None => own,
            // Names that the split index deletes again stay in: once tracked is tracked enough not to be hidden.
            Some(base) => {
                let shared = std::fs::read(git.join(format!("sharedindex.{base}")))?;
                own.joined(&Self::parse(shared)?.0)
            }
        };
        index.sort();
        Ok(index)
    }

    /// Reads the bytes of an index. Returns it as they say it, and the id of the shared index that it adds to.
    fn parse(bytes: Vec<u8>) -> io::Result<(Self, Option<String>)> {
        let parsed = IDS.iter().find_map(|id| Some((parse(&bytes, *id)?, *id)));
        let (parsed, id) = parsed.ok_or_else(|| io::Error::other("git's index is damaged"))?;
        let (text, packed) = match parsed.unpacked {
            Some(text) => (text, Some(bytes)),
            None => (bytes, None),
        };
        let index = Self {
            text,
            names: parsed.names,
            begins: parsed.begins,
            packed,
            id,
        };
        Ok((index, parsed.base))
    }

    /// Digest of the names. What else git keeps of them does not count.
    pub(crate) fn digest(&self) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        let mut text = Vec::new();
        for name in &self.names {
            let name = self.text(name);
            text.extend_from_slice(&name.len().to_le_bytes());
            text.extend_from_slice(name);
            if text.len() > 64 * 1024 {
                hasher.update(&text);
                text.clear();
            }
        }
        hasher.update(&text);
        hasher.finalize()
    }

    /// The whole index.
    pub(crate) fn all(&self) -> Span {
        Span::Some(0..self.names.len())
    }

    /// Returns what lies below a folder, out of what lies below the one above it.
    pub(crate) fn below(&self, above: &Span, folder: &[u8]) -> Span {
        let Span::Some(above) = above else {
            return Span::All;
        };
        let within = self.names.get(above.clone()).unwrap_or_default();
        let begin = within.partition_point(|name| self.before(name, folder));
        let rest = within.get(begin..).unwrap_or_default();
        if let Some(first) = rest.first()
            && self.text(first).strip_prefix(folder) == Some(b"/")
        {
            return Span::All;
        }
        let count = rest.partition_point(|name| self.is_below(name, folder));
        let begin = above.start + begin;
        Span::Some(begin..begin + count)
    }

    /// Returns whether a path is tracked, out of what lies below its folder, whose path and slash are so many bytes.
    pub(crate) fn holds(&self, span: &Span, skip: usize, name: &[u8]) -> bool {
        let Span::Some(span) = span else { return true };
        let within = self.names.get(span.clone()).unwrap_or_default();
        let rest = |path: &Range<u32>| self.text(path).get(skip..).unwrap_or_default();
        within.binary_search_by(|path| rest(path).cmp(name)).is_ok()
    }

    /// The same without regard to the case of letters, for file systems that have none.
    pub(crate) fn holds_in_any_case(&self, path: &[u8]) -> bool {
        let path = String::from_utf8_lossy(path).to_lowercase();
        let mut names = self.names.iter().map(|name| self.text(name));
        names.any(|name| String::from_utf8_lossy(name).to_lowercase() == path)
    }

    /// The names, in their order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &[u8]> {
        self.names.iter().map(|name| self.text(name))
    }

    /// Returns where a name is. Names are mostly asked for in their own order, so it is first looked for after the last one.
    pub(crate) fn find(&self, name: &[u8], last: &Cell<usize>) -> Option<usize> {
        let next = last.get().saturating_add(1);
        let is_it = |at: &usize| self.names.get(*at).is_some_and(|at| self.text(at) == name);
        let near = [last.get(), next].into_iter().find(is_it);
        let at = near.or_else(|| Some(self.place(name)).filter(is_it))?;
        last.set(at);
        Some(at)
    }

    /// Whether a file below a folder is tracked.
    pub(crate) fn holds_below(&self, folder: &str) -> bool {
        let start = format!("{folder}/");
        let first = self.names.get(self.place(start.as_bytes()));
        first.is_some_and(|name| self.text(name).starts_with(start.as_bytes()))
    }

    /// Returns what git knows of the file with this place among the names.
    pub(crate) fn file(&self, at: usize) -> Option<File> {
        let begin = *self.begins.get(at)?;
        let begin = usize::try_from(begin).ok().filter(|_| begin != NOWHERE)?;
        let bytes = self.packed.as_ref().unwrap_or(&self.text);
        let entry = bytes.get(begin..begin + STATS + self.id)?;
        let (numbers, id) = entry.split_at_checked(STATS)?;
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

    /// Where a name is, or would be.
    fn place(&self, name: &[u8]) -> usize {
        self.names.partition_point(|known| self.text(known) < name)
    }

    fn text(&self, name: &Range<u32>) -> &[u8] {
        let range =
            usize::try_from(name.start).unwrap_or(0)..usize::try_from(name.end).unwrap_or(0);
        self.text.get(range).unwrap_or_default()
    }

    /// Whether a name stands before all that is below a folder.
    fn before(&self, name: &Range<u32>, folder: &[u8]) -> bool {
        let name = self.text(name);
        match name.strip_prefix(folder) {
            Some(rest) => rest.first().is_none_or(|letter| *letter < b'/'),
            None => name < folder,
        }
    }

    fn is_below(&self, name: &Range<u32>, folder: &[u8]) -> bool {
        let rest = self.text(name).strip_prefix(folder);
        rest.is_some_and(|rest| rest.first() == Some(&b'/'))
    }

    fn joined(mut self, other: &Self) -> Self {
        // Which of both knows a file better is in a form that nobody reads here.
        self.begins.clear();
        for name in &other.names {
            let start = self.text.len();
            self.text.extend_from_slice(other.text(name));
            self.names.extend(range(start, self.text.len()));
        }
        self
    }

    /// Indexes are in order as git writes them; only joined ones are not.
    fn sort(&mut self) {
        let mut names = std::mem::take(&mut self.names);
        if !names.is_sorted_by(|one, other| self.text(one) <= self.text(other)) {
            self.begins.clear();
            names.sort_by(|one, other| self.text(one).cmp(self.text(other)));
        }
        self.names = names;
    }
}

/// What was found in a file.
struct Parsed {
    /// Ranges of it, or of a text of their own where they are packed.
    names: Vec<Range<u32>>,
    unpacked: Option<Vec<u8>>,
    /// Where their entries begin.
    begins: Vec<u32>,
    /// The id of the shared index that it adds to.
    base: Option<String>,
}

/// Reads an index with object ids of a length.
fn parse(bytes: &[u8], id: usize) -> Option<Parsed> {
    let mut rest = bytes.strip_prefix(b"DIRC")?;
    let version = number(&mut rest)?;
    let count = usize::try_from(number(&mut rest)?).ok()?;
    if !(2..=4).contains(&version) || count > bytes.len() / STATS {
        return None;
    }
    let mut at = 12;
    let mut names = Vec::with_capacity(count);
    let mut begins = Vec::with_capacity(count);
    let mut unpacked = Vec::new();
    let mut last = 0_usize;
    for _ in 0..count {
        let flags = bytes.get(at + STATS + id..)?.first_chunk()?;
        let flags = u16::from_be_bytes(*flags);
        let is_extended = version >= 3 && flags & EXTENDED != 0;
        let begin = at + STATS + id + if is_extended { 4 } else { 2 };
        let entry = if flags & STAGE == 0 {
            u32::try_from(at).ok()?
        } else {
            NOWHERE
        };
        let known = names.len();
        if version < 4 {
            let length = length_of(bytes.get(begin..)?, flags)?;
            // Names in a split index are empty where the shared one has them.
            names.extend(range(begin, begin + length).filter(|_| length > 0));
            at += (begin + length - at) / 8 * 8 + 8;
        } else {
            let mut rest = bytes.get(begin..)?;
            let dropped = offset(&mut rest)?;
            let length = rest.iter().position(|byte| *byte == 0)?;
            let kept = last.checked_sub(dropped)?;
            let start = unpacked.len();
            let before = start - last;
            unpacked.extend_from_within(before..before + kept);
            unpacked.extend_from_slice(rest.get(..length)?);
            last = unpacked.len() - start;
            names.extend(range(start, unpacked.len()).filter(|_| last > 0));
            at = bytes.len() - rest.len() + length + 1;
        }
        begins.extend((names.len() > known).then_some(entry));
    }
    let base = extensions(bytes.get(at..bytes.len().checked_sub(id)?)?, id)?;
    Some(Parsed {
        names,
        unpacked: (version == 4).then_some(unpacked),
        begins,
        base,
    })
}

/// Returns the length of a name that ends in a zero byte. Its flags hold it unless it is very long.
fn length_of(rest: &[u8], flags: u16) -> Option<usize> {
    const LONG: u16 = 0x0fff;
    let length = flags & LONG;
    if length == LONG {
        return rest.iter().position(|byte| *byte == 0);
    }
    let length = usize::from(length);
    (rest.get(length) == Some(&0)).then_some(length)
}

/// Walks over the extensions, which must end where the check sum begins. Returns the shared index that one names.
#[expect(
    clippy::option_option,
    reason = "damaged, no shared index, or its name"
)]
fn extensions(mut rest: &[u8], id: usize) -> Option<Option<String>> {
    use std::fmt::Write as _;
    let mut base = None;
    while !rest.is_empty() {
        let name: [u8; 4] = *rest.first_chunk()?;
        rest = rest.get(4..)?;
        let length = usize::try_from(number(&mut rest)?).ok()?;
        let content = rest.get(..length)?;
        rest = rest.get(length..)?;
        // What begins with a small letter changes the meaning of the entries.
        let is_needed = name.first().is_none_or(u8::is_ascii_lowercase);
        if is_needed && !matches!(&name, b"link" | b"sdir") {
            return None;
        }
        let id = content.get(..id).unwrap_or_default();
        if name == *b"link" && id.iter().any(|byte| *byte != 0) {
            base = Some(id.iter().fold(String::new(), |mut text, byte| {
                // Writing to a String cannot fail.
                let _ = write!(text, "{byte:02x}");
                text
            }));
        }
    }
    Some(base)
}

/// The number of bytes to drop from the name before, in the encoding of packs' offsets.
fn offset(rest: &mut &[u8]) -> Option<usize> {
    let mut value = 0_usize;
    loop {
        let (byte, tail) = rest.split_first()?;
        *rest = tail;
        value = value
            .checked_mul(128)?
            .checked_add(usize::from(byte & 0x7f))?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
        value = value.checked_add(1)?;
    }
}

fn number(rest: &mut &[u8]) -> Option<u32> {
    let (head, tail) = rest.split_first_chunk()?;
    *rest = tail;
    Some(u32::from_be_bytes(*head))
}

fn range(start: usize, end: usize) -> Option<Range<u32>> {
    Some(u32::try_from(start).ok()?..u32::try_from(end).ok()?)
}

#[cfg(test)]
mod tests;
