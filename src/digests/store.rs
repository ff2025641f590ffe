//! `cache/digests`: the digests of one file system's files, by inode.
//!
//! A header, then records of one size in the order of their inodes. It is read in one go and replaced as a whole. Whatever
//! is wrong with it, it is as good as none; only a newer version's file is left where it is.

use super::Digest;
use super::stamp::Stamp;
use crate::state::{State, StateError};

const FILE: &str = "cache/digests";
const MAGIC: &[u8; 12] = b"hookgate-dig";
const VERSION: u32 = 1;
/// Largest file that is read: more than three million records.
const LIMIT: u64 = 256 * 1024 * 1024;
const RECORD: usize = 72;
/// Records that nobody asked for in so many days are dropped when the file is written.
const KEPT_DAYS: u32 = 30;

/// One file's digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) stamp: Stamp,
    /// Day since 1970 on which it was last known to be wanted.
    pub(super) day: u32,
    pub(super) digest: Digest,
}

/// All that is remembered.
#[derive(Debug, Default)]
pub(super) struct Store {
    /// The file system that the inodes are of.
    pub(super) device: u64,
    /// In the order of their inodes, each once.
    records: Vec<Record>,
    /// A newer version wrote the file.
    is_newer: bool,
}

impl Store {
    /// Reads the file. A missing, damaged or foreign one is an empty store.
    pub(super) fn read(state: &State) -> Self {
        let Some(bytes) = state.read_bytes(FILE, LIMIT) else {
            return Self::default();
        };
        match version(&bytes) {
            Some(VERSION) => Self::parse(&bytes).unwrap_or_default(),
            Some(newer) => Self {
                is_newer: newer > VERSION,
                ..Self::default()
            },
            None => Self::default(),
        }
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.get(MAGIC.len() + 4..)?;
        let sum: [u8; 32] = take(&mut rest)?;
        if *blake3::hash(rest).as_bytes() != sum {
            return None;
        }
        let device = u64::from_le_bytes(take(&mut rest)?);
        let (records, rest) = rest.as_chunks::<RECORD>();
        let records: Option<Vec<Record>> = records.iter().map(Record::parse).collect();
        rest.is_empty().then_some(Self {
            device,
            records: records?,
            is_newer: false,
        })
    }

    /// Returns the record of an inode. Files beside each other tend to have been made one after the other, so the place
    /// after the last one found is looked at first.
    pub(super) fn find(&self, inode: u64, last: &mut usize) -> Option<&Record> {
        let next = last.saturating_add(1);
        let is_next = |record: &&Record| record.stamp.inode == inode;
        if let Some(record) = self.records.get(next).filter(is_next) {
            *last = next;
            return Some(record);
        }
        let at = self
            .records
            .binary_search_by_key(&inode, |record| record.stamp.inode)
            .ok()?;
        *last = at;
        self.records.get(at)
    }

    /// Writes the file anew, with what was found in the meantime.
    pub(super) fn write(
        self,
        state: &State,
        device: u64,
        today: u32,
        mut found: Vec<Record>,
    ) -> Result<(), StateError> {
        if self.is_newer {
            return Ok(());
        }
        let known = if device == self.device {
            self.records
        } else {
            Vec::new()
        };
        // Stable: of two records of one inode the one found now stands first.
        found.extend(known);
        found.sort_by_key(|record| record.stamp.inode);
        found.dedup_by_key(|record| record.stamp.inode);
        let mut body = Vec::with_capacity(8 + found.len() * RECORD);
        body.extend(device.to_le_bytes());
        for record in found {
            if record.day.saturating_add(KEPT_DAYS) >= today {
                record.write(&mut body);
            }
        }
        let mut bytes = Vec::with_capacity(MAGIC.len() + 36 + body.len());
        bytes.extend(MAGIC);
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend(blake3::hash(&body).as_bytes());
        bytes.extend(body);
        state.write_bytes(FILE, &bytes)
    }
}

impl Record {
    fn parse(bytes: &[u8; RECORD]) -> Option<Self> {
        let mut rest = bytes.as_slice();
        Some(Self {
            stamp: Stamp::take_from(&mut rest)?,
            day: u32::from_le_bytes(take(&mut rest)?),
            digest: Digest(take(&mut rest)?),
        })
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        self.stamp.write_to(bytes);
        bytes.extend(self.day.to_le_bytes());
        bytes.extend(self.digest.0);
    }
}

/// Returns the version that a file of ours was written by.
fn version(bytes: &[u8]) -> Option<u32> {
    let mut rest = bytes.strip_prefix(MAGIC)?;
    take(&mut rest).map(u32::from_le_bytes)
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk()?;
    *rest = tail;
    Some(*head)
}
