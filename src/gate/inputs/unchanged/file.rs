//! A trail on disk: a head with its check sum, then the chunks, each with a check sum in the head.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::digests::Stamp;
use crate::state::State;

const MAGIC: &[u8; 16] = b"hookgate-trail\x00\x01";
/// Bytes before the head: the magic, the head's length, its check sum.
const BEFORE: usize = 16 + 4 + 32;
/// Largest head that is read.
const LIMIT: usize = 16 * 1024 * 1024;

/// What a trail says beside its stamps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    /// Of what was asked for.
    pub(super) key: [u8; 32],
    /// Of the inputs.
    pub(super) digest: String,
    pub(super) device: u64,
    /// The latest of all times.
    pub(super) latest: i64,
    pub(super) checkouts: Vec<Checkout>,
    pub(super) without: Vec<PathBuf>,
    pub(super) rules: Vec<(PathBuf, Option<Stamp>)>,
    pub(super) chunks: Vec<Chunk>,
}

/// What a checkout said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Checkout {
    pub(super) top: PathBuf,
    pub(super) git: Option<PathBuf>,
    /// Of its index.
    pub(super) index: Option<Stamp>,
    pub(super) names: [u8; 32],
    pub(super) rules: Option<[u8; 32]>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chunk {
    pub(super) start: u64,
    pub(super) length: usize,
    pub(super) sum: [u8; 32],
}

impl Head {
    /// Writes head and chunks one behind the other.
    pub(super) fn encode(&self, chunks: &[Vec<u8>]) -> Vec<u8> {
        let mut head = Vec::new();
        head.extend(self.key);
        add(&mut head, self.digest.as_bytes());
        head.extend(self.device.to_le_bytes());
        head.extend(self.latest.to_le_bytes());
        count(&mut head, self.checkouts.len());
        for checkout in &self.checkouts {
            add(&mut head, bytes(&checkout.top));
            optional(&mut head, checkout.git.as_deref(), |head, git| {
                add(head, bytes(git));
            });
            optional(&mut head, checkout.index, |head, index| {
                index.write_to(head);
            });
            head.extend(checkout.names);
            optional(&mut head, checkout.rules, Extend::extend);
        }
        count(&mut head, self.without.len());
        for folder in &self.without {
            add(&mut head, bytes(folder));
        }
        count(&mut head, self.rules.len());
        for (file, stamp) in &self.rules {
            add(&mut head, bytes(file));
            optional(&mut head, *stamp, |head, stamp| stamp.write_to(head));
        }
        count(&mut head, chunks.len());
        for chunk in chunks {
            count(&mut head, chunk.len());
            head.extend(blake3::hash(chunk).as_bytes());
        }
        let mut all = MAGIC.to_vec();
        count(&mut all, head.len());
        all.extend(blake3::hash(&head).as_bytes());
        all.append(&mut head);
        for chunk in chunks {
            all.extend_from_slice(chunk);
        }
        all
    }

    fn decode(mut head: &[u8]) -> Option<Self> {
        let head = &mut head;
        let mut decoded = Self {
            key: take(head)?,
            digest: String::from_utf8(text(head)?.to_vec()).ok()?,
            device: u64::from_le_bytes(take(head)?),
            latest: i64::from_le_bytes(take(head)?),
            checkouts: list(head, |head| {
                Some(Checkout {
                    top: path(head)?,
                    git: maybe(head, path)?,
                    index: maybe(head, Stamp::take_from)?,
                    names: take(head)?,
                    rules: maybe(head, take)?,
                })
            })?,
            without: list(head, path)?,
            rules: list(head, |head| {
                Some((path(head)?, maybe(head, Stamp::take_from)?))
            })?,
            chunks: list(head, |head| {
                Some(Chunk {
                    start: 0,
                    length: number(head)?,
                    sum: take(head)?,
                })
            })?,
        };
        let mut start = 0;
        for chunk in &mut decoded.chunks {
            chunk.start = start;
            start += u64::try_from(chunk.length).ok()?;
        }
        head.is_empty().then_some(decoded)
    }
}

/// The chunks of a trail, and where in the file they begin.
#[derive(Debug)]
pub(super) struct Chunks {
    file: File,
    begin: u64,
}

/// Opens a trail; `None` when it is missing, damaged or foreign.
#[cfg(target_os = "linux")]
pub(super) fn open(state: &State, name: &str) -> Option<(Head, Chunks)> {
    use std::os::unix::fs::FileExt;

    let path = state.folder().join(name);
    if !path.symlink_metadata().ok()?.is_file() {
        return None;
    }
    let file = File::open(path).ok()?;
    let mut before = [0; BEFORE];
    file.read_exact_at(&mut before, 0).ok()?;
    let mut rest = before.strip_prefix(MAGIC)?;
    let length = number(&mut rest).filter(|length| *length <= LIMIT)?;
    let sum: [u8; 32] = take(&mut rest)?;
    let mut head = vec![0; length];
    let begin = u64::try_from(BEFORE).ok()?;
    file.read_exact_at(&mut head, begin).ok()?;
    if *blake3::hash(&head).as_bytes() != sum {
        return None;
    }
    let begin = begin + u64::try_from(length).ok()?;
    Some((Head::decode(&head)?, Chunks { file, begin }))
}

impl Chunks {
    /// Reads a chunk; `None` when it is not what was written.
    #[cfg(target_os = "linux")]
    pub(super) fn read<'b>(&self, chunk: &Chunk, buffer: &'b mut Vec<u8>) -> Option<&'b [u8]> {
        use std::os::unix::fs::FileExt;

        if chunk.length > LIMIT {
            return None;
        }
        if buffer.len() < chunk.length {
            buffer.resize(chunk.length, 0);
        }
        let bytes = buffer.get_mut(..chunk.length)?;
        self.file
            .read_exact_at(bytes, self.begin + chunk.start)
            .ok()?;
        (*blake3::hash(bytes).as_bytes() == chunk.sum).then_some(bytes)
    }
}

fn bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

fn count(bytes: &mut Vec<u8>, number: usize) {
    bytes.extend(u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
}

fn add(bytes: &mut Vec<u8>, part: &[u8]) {
    count(bytes, part.len());
    bytes.extend_from_slice(part);
}

fn optional<T>(bytes: &mut Vec<u8>, value: Option<T>, write: impl FnOnce(&mut Vec<u8>, T)) {
    bytes.push(u8::from(value.is_some()));
    if let Some(value) = value {
        write(bytes, value);
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk()?;
    *rest = tail;
    Some(*head)
}

fn number(rest: &mut &[u8]) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(take(rest)?)).ok()
}

fn text<'r>(rest: &mut &'r [u8]) -> Option<&'r [u8]> {
    let length = number(rest)?;
    let (text, tail) = rest.split_at_checked(length)?;
    *rest = tail;
    Some(text)
}

#[cfg(unix)]
fn path(rest: &mut &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    Some(Path::new(std::ffi::OsStr::from_bytes(text(rest)?)).to_path_buf())
}

#[cfg(not(unix))]
fn path(rest: &mut &[u8]) -> Option<PathBuf> {
    Some(PathBuf::from(String::from_utf8(text(rest)?.to_vec()).ok()?))
}

#[expect(
    clippy::option_option,
    reason = "damaged, or a value that may be missing"
)]
fn maybe<T>(rest: &mut &[u8], read: impl FnOnce(&mut &[u8]) -> Option<T>) -> Option<Option<T>> {
    match take(rest)? {
        [0] => Some(None),
        [1] => read(rest).map(Some),
        _ => None,
    }
}

/// Each item takes a byte at least, so that no made-up length costs memory.
fn list<T>(rest: &mut &[u8], read: impl Fn(&mut &[u8]) -> Option<T>) -> Option<Vec<T>> {
    let length = number(rest).filter(|length| *length <= rest.len())?;
    (0..length).map(|_| read(rest)).collect()
}
