//! `audit.jsonl`: one line a decision, each chained to the one before by its digest, so that a removed or changed line
//! shows. The chain proves order and completeness to whoever keeps a copy of the last digest; it is not a signature.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};

use serde_json::Value;

use super::digest::digest;
use super::{State, StateError};
use crate::decision::Finding;
use crate::{deadline, quote};

/// Name of the file in the state folder.
pub const FILE: &str = "audit.jsonl";

/// How much of the end is looked at first for the last line's digest, which each denied call needs.
const END: usize = 512;
/// How much of it is read first to find the last line; a longer one is looked for in more.
const TAIL: usize = 64 * 1024;
/// No line is that long.
const LONGEST: usize = 256 * 1024 * 1024;
/// What the first line is chained to.
const BEGINNING: &str = "";
/// Longest text kept of one finding, in characters.
const WHAT_LIMIT: usize = 1_000;
/// As much as most lines need.
const LINE: usize = 1_000;

/// What a line says, but for its place in the chain.
#[derive(Debug, Clone, Default)]
pub struct Entry<'a> {
    /// RFC 3339.
    pub time: &'a str,
    pub runtime: &'a str,
    pub event: &'a str,
    pub session: Option<&'a str>,
    pub tool: Option<&'a str>,
    pub verdict: &'a str,
    /// What the verdict would have been where the policy only observes.
    pub would: Option<&'a str>,
    pub findings: &'a [Finding],
    /// Gates with their results; of two results of one gate the last counts.
    pub gates: Vec<(&'a str, &'a str)>,
    /// The runtime whose call it was, as far as that was another one.
    pub foreign: Option<&'a str>,
}

/// Appends an entry. `version`, `prev` and `hash` are added here.
///
/// # Errors
/// When the folder is a link or the disk refuses.
pub fn append(state: &State, entry: &Entry<'_>) -> Result<(), StateError> {
    let file = state.open_to_add(FILE)?;
    chain(file, entry).map_err(|source| state.io(&state.folder().join(FILE), source))
}

fn chain(mut file: File, entry: &Entry<'_>) -> io::Result<()> {
    // Held until the file is closed: two agents must not chain to the same line.
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            deadline::watch();
            file.lock()?;
        }
        Err(TryLockError::Error(error)) => return Err(error),
    }
    let last = last(&mut file)?;
    let mut line = String::with_capacity(LINE);
    let place = entry.write(&last.hash, &mut line);
    let hash = digest(&line);
    line.insert_str(place, &format!("\"hash\":\"{hash}\","));
    if last.is_torn {
        line.insert(0, '\n');
    }
    line.push('\n');
    file.write_all(line.as_bytes())
}

impl Entry<'_> {
    /// Writes the line without its digest and returns where that belongs. Members are in the order of their names, in which
    /// they are digested when the chain is verified.
    fn write(&self, previous: &str, line: &mut String) -> usize {
        line.push_str("{\"event\":");
        quote::push(self.event, line);
        line.push_str(",\"findings\":[");
        for (number, finding) in self.findings.iter().enumerate() {
            line.push_str(if number == 0 { "{" } else { ",{" });
            line.push_str("\"rule\":");
            quote::push(&finding.rule, line);
            line.push_str(",\"verdict\":");
            quote::push(finding.verdict.name(), line);
            line.push_str(",\"what\":");
            quote::push(beginning(&finding.what), line);
            line.push('}');
        }
        line.push_str("],\"foreign\":");
        push_optional(self.foreign, line);
        line.push_str(",\"gates\":{");
        self.write_gates(line);
        line.push_str("},");
        let place = line.len();
        line.push_str("\"prev\":");
        quote::push(previous, line);
        line.push_str(",\"runtime\":");
        quote::push(self.runtime, line);
        line.push_str(",\"session\":");
        push_optional(self.session, line);
        line.push_str(",\"time\":");
        quote::push(self.time, line);
        line.push_str(",\"tool\":");
        push_optional(self.tool, line);
        line.push_str(",\"verdict\":");
        quote::push(self.verdict, line);
        line.push_str(",\"version\":");
        line.push_str(&super::VERSION.to_string());
        line.push_str(",\"would\":");
        push_optional(self.would, line);
        line.push('}');
        place
    }

    fn write_gates(&self, line: &mut String) {
        let gates: BTreeMap<&str, &str> = self.gates.iter().copied().collect();
        for (number, (gate, status)) in gates.into_iter().enumerate() {
            if number > 0 {
                line.push(',');
            }
            quote::push(gate, line);
            line.push(':');
            quote::push(status, line);
        }
    }
}

fn push_optional(text: Option<&str>, line: &mut String) {
    match text {
        Some(text) => quote::push(text, line),
        None => line.push_str("null"),
    }
}

/// Returns as much of a finding's text as is kept.
fn beginning(what: &str) -> &str {
    // A text of fewer bytes has no more characters.
    if what.len() <= WHAT_LIMIT {
        return what;
    }
    let end = what.char_indices().nth(WHAT_LIMIT);
    end.and_then(|(end, _)| what.get(..end)).unwrap_or(what)
}

/// The end of the chain, to be gone on from.
struct Last {
    hash: String,
    /// The last line was not written to its end.
    is_torn: bool,
}

fn last(file: &mut File) -> io::Result<Last> {
    let length = file.seek(SeekFrom::End(0))?;
    let end = tail(file, length, END)?;
    if let Some(hash) = hash_at_end(&end) {
        return Ok(Last {
            hash: hash.to_owned(),
            is_torn: false,
        });
    }
    let tail = last_lines(file, length)?;
    let is_torn = !tail.is_empty() && !tail.ends_with(b"\n");
    let tail = String::from_utf8_lossy(&tail);
    let Some(last) = tail.lines().next_back() else {
        return Ok(Last {
            hash: BEGINNING.into(),
            is_torn,
        });
    };
    let hash = serde_json::from_str::<Value>(last)
        .ok()
        .and_then(|line| line.get("hash").and_then(Value::as_str).map(str::to_owned));
    // A torn last line breaks the chain visibly: the next one is chained to the digest of what is there.
    let hash = hash.unwrap_or_else(|| digest(last));
    Ok(Last { hash, is_torn })
}

/// Returns so much of a file's end that the whole last line is in it.
fn last_lines(file: &mut File, length: u64) -> io::Result<Vec<u8>> {
    let mut size = TAIL;
    loop {
        let lines = tail(file, length, size)?;
        let (_, before) = lines.split_last().unwrap_or((&0, &[]));
        if lines.len() < size || before.contains(&b'\n') || size >= LONGEST {
            return Ok(lines);
        }
        deadline::watch();
        size = size.saturating_mul(8);
    }
}

/// Finds the digest of the last line where it was written to its end, by the members that stand around it: in a text,
/// quotation marks have a backslash before them, so that no text looks like this.
fn hash_at_end(end: &[u8]) -> Option<&str> {
    const BEFORE: &[u8] = b",\"hash\":\"";
    const AFTER: &[u8] = b"\",\"prev\":\"";
    const DIGITS: usize = 64;
    let end = end.strip_suffix(b"}\n")?;
    let place = end.windows(BEFORE.len()).rposition(|part| part == BEFORE)?;
    let (hash, rest) = end.get(place + BEFORE.len()..)?.split_at_checked(DIGITS)?;
    let is_whole = rest.starts_with(AFTER) && !rest.contains(&b'\n');
    let is_hash = hash.iter().all(u8::is_ascii_hexdigit);
    (is_whole && is_hash).then(|| str::from_utf8(hash).ok())?
}

/// Returns so many bytes of a file's end.
fn tail(file: &mut File, length: u64, size: usize) -> io::Result<Vec<u8>> {
    let size = usize::try_from(length).map_or(size, |length| length.min(size));
    let start = length.saturating_sub(u64::try_from(size).unwrap_or(length));
    file.seek(SeekFrom::Start(start))?;
    let mut tail = vec![0; size];
    file.read_exact(&mut tail)?;
    Ok(tail)
}

/// What reading the chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chain {
    /// Every line follows from the one before.
    Whole { lines: usize },
    /// The first line, counted from 1, that does not.
    Broken { line: usize },
}

/// Checks the whole chain.
///
/// # Errors
/// When the file cannot be read; a missing file is a whole chain of no lines.
pub fn verify(state: &State) -> io::Result<Chain> {
    let path = state.folder().join(FILE);
    if path.metadata().is_ok_and(|about| !about.is_file()) {
        return Err(io::Error::other("it is no file"));
    }
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error),
    };
    let mut previous = String::from(BEGINNING);
    let mut lines = 0;
    for line in text.lines() {
        lines += 1;
        match linked(line, &previous) {
            Some(hash) => previous = hash,
            None => return Ok(Chain::Broken { line: lines }),
        }
    }
    Ok(Chain::Whole { lines })
}

/// Returns a line's digest when it is right and the line follows `previous`.
fn linked(line: &str, previous: &str) -> Option<String> {
    let Value::Object(mut fields) = serde_json::from_str(line).ok()? else {
        return None;
    };
    let hash = fields.remove("hash")?;
    let is_next = fields.get("prev")?.as_str()? == previous;
    let hash = hash.as_str()?;
    (is_next && digest(&Value::Object(fields).to_string()) == hash).then(|| hash.to_owned())
}
