//! `audit.jsonl`: one line a decision, each chained to the one before by its digest, so that a removed or changed line
//! shows. The chain proves order and completeness to whoever keeps a copy of the last digest; it is not a signature.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};

use serde_json::{Map, Value, json};

use super::{State, StateError};

/// Name of the file in the state folder.
pub const FILE: &str = "audit.jsonl";

/// How much of the end is read to find the last line. INVARIANT: longer than any line we write.
const TAIL: u64 = 64 * 1024;
/// How much of it is tried first: most lines are far shorter, and each denied call reads one.
const SHORT_TAIL: u64 = 4 * 1024;
/// What the first line is chained to.
const BEGINNING: &str = "";

/// Appends an entry. `version`, `prev` and `hash` are added here.
///
/// # Errors
/// When the folder is a link or the disk refuses.
pub fn append(state: &State, entry: Map<String, Value>) -> Result<(), StateError> {
    let path = state.prepare(FILE)?;
    chain(&path, entry).map_err(|source| state.io(&path, source))
}

fn chain(path: &std::path::Path, entry: Map<String, Value>) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .create(true)
        .read(true)
        .append(true)
        .open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    // Held until the file is closed: two agents must not chain to the same line.
    file.lock()?;
    let previous = last_hash(&mut file)?;
    let mut fields = Map::new();
    fields.insert("version".into(), json!(super::VERSION));
    fields.extend(entry);
    fields.insert("prev".into(), json!(previous));
    let body = serde_json::to_string(&fields).map_err(io::Error::other)?;
    fields.insert("hash".into(), json!(digest(&body)));
    file.write_all(format!("{}\n", Value::Object(fields)).as_bytes())
}

fn last_hash(file: &mut File) -> io::Result<String> {
    let length = file.seek(SeekFrom::End(0))?;
    let mut tail = tail(file, length, SHORT_TAIL)?;
    let is_last_whole = tail
        .strip_suffix(b"\n")
        .is_some_and(|lines| lines.contains(&b'\n'));
    if length > SHORT_TAIL && !is_last_whole {
        tail = self::tail(file, length, TAIL)?;
    }
    let tail = String::from_utf8_lossy(&tail);
    let Some(last) = tail.lines().next_back() else {
        return Ok(BEGINNING.into());
    };
    let hash = serde_json::from_str::<Value>(last)
        .ok()
        .and_then(|line| line.get("hash").and_then(Value::as_str).map(str::to_owned));
    // A torn last line breaks the chain visibly: the next one is chained to the digest of what is there.
    Ok(hash.unwrap_or_else(|| digest(last)))
}

/// Returns so many bytes of a file's end.
fn tail(file: &mut File, length: u64, size: u64) -> io::Result<Vec<u8>> {
    let mut tail = Vec::new();
    file.seek(SeekFrom::Start(length.saturating_sub(size)))?;
    file.read_to_end(&mut tail)?;
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

fn digest(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex().to_string()
}
