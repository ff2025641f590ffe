//! The names that git tracks, read from the index: versions 2 to 4, split and sparse ones included.
//!
//! Only names are read. What a flag says of a file (assume-unchanged, skip-worktree, a merge's stages) does not matter to a
//! gate: content on disk counts. A library would build an entry for each, which costs more than all else at 100,000 files.

use std::io;
use std::ops::Range;
use std::path::Path;

/// Bytes of an entry before its object id: times, numbers and sizes.
const STATS: usize = 40;
/// Lengths of object ids: SHA-1 and SHA-256.
const IDS: [usize; 2] = [20, 32];

/// Names relative to the checkout's top, in the order of their bytes. A name that ends in a slash is a folder of a sparse
/// index: all below it is tracked.
#[derive(Debug, Default)]
pub(crate) struct Index {
    text: Vec<u8>,
    names: Vec<Range<u32>>,
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
        let wrong = || io::Error::other("git's index is damaged");
        let (own, base) = IDS
            .iter()
            .find_map(|id| parse(&bytes, *id))
            .ok_or_else(wrong)?;
        let mut index = match base {
            None => own.of(bytes),
            // Names that the split index deletes again stay in: once tracked is tracked enough not to be hidden.
            Some(base) => {
                let shared = std::fs::read(git.join(format!("sharedindex.{base}")))?;
                let (more, _) = IDS
                    .iter()
                    .find_map(|id| parse(&shared, *id))
                    .ok_or_else(wrong)?;
                own.of(bytes).joined(&more.of(shared))
            }
        };
        index.sort();
        Ok(index)
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
            names.sort_by(|one, other| self.text(one).cmp(self.text(other)));
        }
        self.names = names;
    }
}

/// What was found in a file: names as ranges of it, or of a text of their own where they are packed.
struct Names {
    names: Vec<Range<u32>>,
    unpacked: Option<Vec<u8>>,
}

impl Names {
    fn of(self, bytes: Vec<u8>) -> Index {
        Index {
            text: self.unpacked.unwrap_or(bytes),
            names: self.names,
        }
    }
}

/// Reads an index with object ids of a length. Returns the names, and the id of the shared index that it adds to.
fn parse(bytes: &[u8], id: usize) -> Option<(Names, Option<String>)> {
    let mut rest = bytes.strip_prefix(b"DIRC")?;
    let version = number(&mut rest)?;
    let count = usize::try_from(number(&mut rest)?).ok()?;
    if !(2..=4).contains(&version) || count > bytes.len() / STATS {
        return None;
    }
    let mut at = 12;
    let mut names = Vec::with_capacity(count);
    let mut unpacked = Vec::new();
    let mut last = 0_usize;
    for _ in 0..count {
        let flags = bytes.get(at + STATS + id..)?.first_chunk()?;
        let is_extended = version >= 3 && u16::from_be_bytes(*flags) & 0x4000 != 0;
        let begin = at + STATS + id + if is_extended { 4 } else { 2 };
        if version < 4 {
            let length = length_of(bytes.get(begin..)?, u16::from_be_bytes(*flags))?;
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
    }
    let base = extensions(bytes.get(at..bytes.len().checked_sub(id)?)?, id)?;
    let unpacked = (version == 4).then_some(unpacked);
    Some((Names { names, unpacked }, base))
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
