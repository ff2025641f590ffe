//! The file of a compiled policy: a head, an index of keys, and the rules one behind the other, so that a call reads its own.
//!
//! ```text
//! start   magic, format, maker, length of the file, length of the head, number of buckets, sum of start and head
//! head    see `head`
//! index   for each bucket where it is
//! buckets a sum, then keys with the places of their rules
//! rules   each with a sum
//! ```
//!
//! Every sum is seeded with what the bytes are for, so that nothing can stand in another's place. Places are counted from the
//! first byte behind the head.

use std::fs::{File, Metadata};
use std::io::{self, Read as _};

use super::bytes::{Damaged, Reader, Writer, sum};
use super::head::Head;
use super::rule;
use super::triggers::{Key, Keys, Table, all_paths, needs_protected};
use super::wanted::Wanted;
use crate::call::Access;
use crate::policy::{Rule, RuleKind};

include!(concat!(env!("OUT_DIR"), "/maker.rs"));

const MAGIC: [u8; 8] = *b"hookgpol";
/// Counts up with every change of what the bytes mean.
const FORMAT: u32 = 2;
/// Bytes before the head.
const START: usize = 56;
/// Bytes of the file that are read at once. Most policies of people fit, and untouched memory costs nothing.
const FIRST: u64 = 8 * 1024;
/// Largest file that is read or written.
const LIMIT: u64 = 64 * 1024 * 1024;
/// Seeds of sums, for what is no rule and no bucket.
const HEAD_SEED: u64 = 1 << 62;
const BUCKET_SEED: u64 = 1 << 61;

/// Returns a number for the program that this is.
pub(crate) fn maker() -> u64 {
    sum(u64::from(FORMAT), &MAKER)
}

/// Where a rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Part {
    at: u32,
    length: u32,
}

impl Part {
    pub(super) fn write_to(self, writer: &mut Writer) {
        writer.fixed(&self.at.to_le_bytes());
        writer.fixed(&self.length.to_le_bytes());
    }

    pub(super) fn read_from(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            at: u32::from_le_bytes(reader.fixed()?),
            length: u32::from_le_bytes(reader.fixed()?),
        })
    }
}

/// Returns the bytes of a file for a policy; `None` when it is too large, or a path is no text.
pub(super) fn compile(mut head: Head, rules: &[Rule]) -> Option<Vec<u8>> {
    let mut body = Writer::default();
    let programs = if head.programs.is_empty() {
        Table::Shipped
    } else {
        Table::Extended
    };
    let keys = Keys::of(rules, programs);
    let buckets = rules.len().saturating_mul(2).max(16).next_power_of_two();
    // The rules stand behind the buckets, whose lengths are known when the keys are.
    let mut posted: Vec<Vec<(Key, usize)>> = vec![Vec::new(); buckets];
    for (number, rule) in rules.iter().enumerate() {
        for key in keys.rule(rule) {
            posted.get_mut(bucket_of(key, buckets))?.push((key, number));
        }
    }
    for bucket in &mut posted {
        bucket.sort_unstable();
    }
    let before = buckets * 8
        + posted
            .iter()
            .map(|bucket| bucket_length(bucket))
            .sum::<usize>();
    let (parts, written) = write_rules(before, rules, programs)?;
    let mut at = buckets * 8;
    for bucket in &posted {
        let length = bucket_length(bucket);
        body.fixed(&u32::try_from(at).ok()?.to_le_bytes());
        body.fixed(&u32::try_from(length).ok()?.to_le_bytes());
        at += length;
    }
    for (number, bucket) in posted.iter().enumerate() {
        let mut entries = Writer::default();
        for (key, rule) in bucket {
            entries.fixed(&key.to_le_bytes());
            parts.get(*rule)?.write_to(&mut entries);
        }
        let seed = BUCKET_SEED | u64::try_from(number).ok()?;
        body.fixed(&sum(seed, &entries.bytes).to_le_bytes());
        body.fixed(&entries.bytes);
    }
    body.fixed(&written);
    head.refusing = ACCESSES.map(|access| {
        let refuses = |rule: &Rule| match &rule.kind {
            RuleKind::ProtectPaths(paths) => paths.deny.contains(&access),
            _ => false,
        };
        parts.get(rules.iter().position(refuses)?).copied()
    });
    with_head(&head, buckets, &body.bytes)
}

const ACCESSES: [Access; 3] = [Access::Read, Access::Write, Access::Delete];

/// Returns a file's bytes with another head, for the same rules.
pub(super) fn renewed(head: &Head, bytes: &[u8]) -> Option<Vec<u8>> {
    let start = Start::read(bytes, bytes.len() as u64)?;
    let body = bytes.get(START + start.head..)?;
    with_head(head, start.buckets, body)
}

fn with_head(head: &Head, buckets: usize, body: &[u8]) -> Option<Vec<u8>> {
    let head = head.write()?;
    let length = START + head.len() + body.len();
    let mut start = Writer::default();
    start.fixed(&MAGIC);
    start.fixed(&FORMAT.to_le_bytes());
    start.fixed(&u32::try_from(head.len()).ok()?.to_le_bytes());
    start.fixed(&MAKER);
    start.fixed(&u64::try_from(length).ok()?.to_le_bytes());
    start.fixed(&u64::try_from(buckets).ok()?.to_le_bytes());
    start.fixed(&head_sum(&start.bytes, &head).to_le_bytes());
    start.fixed(&head);
    start.fixed(body);
    (u64::try_from(length).ok()? <= LIMIT).then_some(start.bytes)
}

fn head_sum(start: &[u8], head: &[u8]) -> u64 {
    sum(sum(HEAD_SEED, start), head)
}

fn bucket_of(key: Key, buckets: usize) -> usize {
    // Buckets are a power of two, and far fewer than a `usize` counts.
    usize::try_from(key & (buckets as u64).wrapping_sub(1)).unwrap_or(0)
}

fn bucket_length(bucket: &[(Key, usize)]) -> usize {
    8 + bucket.len() * 16
}

/// Returns where each rule is, and the bytes of all.
fn write_rules(before: usize, rules: &[Rule], programs: Table) -> Option<(Vec<Part>, Vec<u8>)> {
    let mut parts = Vec::with_capacity(rules.len());
    let mut all = Vec::new();
    for one in rules {
        let mut writer = Writer::default();
        rule::write(&mut writer, one, programs);
        let at = before + all.len();
        all.extend(sum(at as u64, &writer.bytes).to_le_bytes());
        all.extend(&writer.bytes);
        parts.push(Part {
            at: u32::try_from(at).ok()?,
            length: u32::try_from(before + all.len() - at).ok()?,
        });
    }
    Some((parts, all))
}

/// The first bytes of a file.
struct Start {
    head: usize,
    buckets: usize,
    length: u64,
    sum: u64,
}

impl Start {
    /// Returns what the first bytes say; `None` when another program or version wrote them, or the file is not whole.
    fn read(bytes: &[u8], length: u64) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let is_ours = reader.fixed()? == MAGIC && u32::from_le_bytes(reader.fixed()?) == FORMAT;
        let head = usize::try_from(u32::from_le_bytes(reader.fixed()?)).ok()?;
        let is_mine = reader.fixed()? == MAKER;
        let start = Self {
            head,
            length: u64::from_le_bytes(reader.fixed()?),
            buckets: usize::try_from(u64::from_le_bytes(reader.fixed()?)).ok()?,
            sum: u64::from_le_bytes(reader.fixed()?),
        };
        let is_whole = start.length == length && start.buckets.is_power_of_two();
        (is_ours && is_mine && is_whole).then_some(start)
    }
}

/// A file that is open for reading.
#[derive(Debug)]
pub(super) struct Opened {
    file: File,
    pub(super) about: Metadata,
    /// The first bytes.
    first: Vec<u8>,
    /// Where the head ends.
    behind: usize,
    buckets: usize,
}

impl Opened {
    /// Reads the head. `None` when the file is not one that this program wrote.
    pub(super) fn read(file: File, about: Metadata) -> Option<(Self, Head)> {
        if !about.is_file() || about.len() > LIMIT {
            return None;
        }
        let mut opened = Self {
            file,
            about,
            first: Vec::new(),
            behind: 0,
            buckets: 0,
        };
        let length = opened.about.len();
        // Not by place: memory would be filled with zeros first.
        let mut first = Vec::with_capacity(usize::try_from(length.min(FIRST)).ok()?);
        let mut beginning = (&opened.file).take(length.min(FIRST));
        beginning.read_to_end(&mut first).ok()?;
        opened.first = first;
        let start = Start::read(&opened.first, length)?;
        opened.behind = START.checked_add(start.head)?;
        opened.buckets = start.buckets;
        if opened.first.len() < opened.behind {
            let all = u64::try_from(opened.behind).ok()?;
            opened.first = opened.bytes(0, all).ok()?;
        }
        let head = opened.first.get(START..opened.behind)?;
        let sum_at = START - 8;
        if head_sum(opened.first.get(..sum_at)?, head) != start.sum {
            return None;
        }
        let head = Head::read(head)?;
        Some((opened, head))
    }

    /// Returns all bytes.
    pub(super) fn all(&self) -> Option<Vec<u8>> {
        self.bytes(0, self.about.len()).ok()
    }

    fn bytes(&self, at: u64, length: u64) -> io::Result<Vec<u8>> {
        if at
            .checked_add(length)
            .is_none_or(|end| end > self.about.len())
        {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        read_at(&self.file, &mut bytes, at)?;
        Ok(bytes)
    }

    /// Gives bytes behind the head to a function.
    fn part<T>(
        &self,
        at: usize,
        length: usize,
        read: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Result<T, Damaged> {
        let from = self.behind.checked_add(at).ok_or(Damaged)?;
        let to = from.checked_add(length).ok_or(Damaged)?;
        if let Some(bytes) = self.first.get(from..to) {
            return read(bytes).ok_or(Damaged);
        }
        let (at, length) = (from as u64, length as u64);
        let bytes = self.bytes(at, length).map_err(|_| Damaged)?;
        read(&bytes).ok_or(Damaged)
    }

    /// Returns the rules that a call could concern, and the others given, in the policy's order.
    pub(super) fn rules(&self, wanted: &Wanted<'_>, others: &[Part]) -> Result<Vec<Rule>, Damaged> {
        let mut parts = others.to_vec();
        for key in wanted.keys() {
            self.find(*key, &mut parts)?;
        }
        let mut rules = self.read_rules(&mut parts, Some(wanted))?;
        if rules.iter().any(needs_protected) {
            self.find(all_paths(), &mut parts)?;
            wanted.take_all_globs();
            rules = self.read_rules(&mut parts, Some(wanted))?;
        }
        Ok(rules)
    }

    /// Returns every rule.
    pub(super) fn all_rules(&self) -> Result<Vec<Rule>, Damaged> {
        let mut parts = Vec::new();
        for bucket in 0..self.buckets {
            self.bucket(bucket, |_, part| parts.push(part))?;
        }
        self.read_rules(&mut parts, None)
    }

    /// Returns every rule for paths.
    pub(super) fn path_rules(&self) -> Result<Vec<Rule>, Damaged> {
        let mut parts = Vec::new();
        self.find(all_paths(), &mut parts)?;
        self.read_rules(&mut parts, None)
    }

    fn read_rules(
        &self,
        parts: &mut Vec<Part>,
        wanted: Option<&Wanted<'_>>,
    ) -> Result<Vec<Rule>, Damaged> {
        parts.sort_unstable();
        parts.dedup();
        let rules = parts.iter().map(|part| self.rule(*part, wanted));
        rules.filter_map(Result::transpose).collect()
    }

    /// Returns a rule, as far as it is wanted.
    fn rule(&self, part: Part, wanted: Option<&Wanted<'_>>) -> Result<Option<Rule>, Damaged> {
        let at = usize::try_from(part.at).map_err(|_| Damaged)?;
        let length = usize::try_from(part.length).map_err(|_| Damaged)?;
        self.part(at, length, |bytes| {
            let (known, bytes) = bytes.split_first_chunk()?;
            let is_whole = sum(u64::from(part.at), bytes) == u64::from_le_bytes(*known);
            is_whole.then(|| rule::read(bytes, wanted).ok()).flatten()
        })
    }

    fn find(&self, key: Key, parts: &mut Vec<Part>) -> Result<(), Damaged> {
        self.bucket(bucket_of(key, self.buckets), |found, part| {
            if found == key {
                parts.push(part);
            }
        })
    }

    /// Goes through a bucket.
    fn bucket(&self, number: usize, mut each: impl FnMut(Key, Part)) -> Result<(), Damaged> {
        let place = number.checked_mul(8).ok_or(Damaged)?;
        let place = self.part(place, 8, |bytes| Part::read_from(&mut Reader::new(bytes)))?;
        let at = usize::try_from(place.at).map_err(|_| Damaged)?;
        let length = usize::try_from(place.length).map_err(|_| Damaged)?;
        self.part(at, length, |bytes| {
            let (known, bytes) = bytes.split_first_chunk()?;
            let seed = BUCKET_SEED | u64::try_from(number).ok()?;
            if sum(seed, bytes) != u64::from_le_bytes(*known) {
                return None;
            }
            let (entries, rest) = bytes.as_chunks::<16>();
            for entry in entries {
                let mut entry = Reader::new(entry);
                let key = u64::from_le_bytes(entry.fixed()?);
                each(key, Part::read_from(&mut entry)?);
            }
            rest.is_empty().then_some(())
        })
    }
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

#[cfg(not(unix))]
fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    use std::io::{Read, Seek, SeekFrom};
    let mut file = file;
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(bytes)
}
