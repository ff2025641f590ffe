//! Whether hooks really run: what the runtime wrote down of its last session here, against what hookgate recorded of it.
//!
//! A call that no rule speaks about leaves no record, but every session's beginning and end does. A session with tool calls
//! of which nothing was recorded ran without hookgate, however well the lines answer when they are tried.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::Value;

use super::Finding;
use crate::adapter::{Adapter, Condition, Pointer, Transcripts};
use crate::settings;
use crate::state::{State, audit};
use crate::wiring::registered::Hook;

/// The latest transcripts that are looked at, and what is read of each.
const FILES: usize = 20;
const SIZE: u64 = 16 * 1024 * 1024;

/// A session in which tools were called.
struct Session {
    id: String,
    began: SystemTime,
    calls: usize,
}

/// Says whether the last session since the hooks were wired went by without them.
pub(super) fn last_session(adapter: &Adapter, root: &Path, ours: &[&Hook]) -> Option<Finding> {
    let transcripts = adapter.setup.transcripts?;
    let modified = |hook: &&Hook| fs::metadata(&hook.file.path).ok()?.modified().ok();
    let wired = ours.iter().filter_map(modified).max()?;
    let sessions = latest(&folder(&transcripts, root)?)
        .into_iter()
        .filter_map(|path| read(&path, &transcripts));
    let last = sessions.max_by_key(|session| session.began)?;
    if last.began <= wired || is_recorded(root, &last.id) {
        return None;
    }
    let calls = match last.calls {
        1 => "a tool call".to_owned(),
        calls => format!("{calls} tool calls"),
    };
    Some(Finding::new(
        format!(
            "the session `{}` of {} made {calls}, and no hook of it was recorded",
            last.id,
            humantime::format_rfc3339_seconds(last.began)
        ),
        format!(
            "mend what else stands here, and start {} anew without options that leave hooks out",
            adapter.title
        ),
    ))
}

fn folder(transcripts: &Transcripts, root: &Path) -> Option<PathBuf> {
    let moved = transcripts.moved_by.and_then(settings::variable);
    let home = match moved {
        Some(moved) => PathBuf::from(moved),
        None => Path::new(&settings::home()?).join(transcripts.home.strip_prefix("~/")?),
    };
    let dashed = |sign: char| {
        if sign.is_ascii_alphanumeric() {
            sign
        } else {
            '-'
        }
    };
    let root: String = root.to_str()?.chars().map(dashed).collect();
    Some(home.join(transcripts.folder.replace("{root}", &root)))
}

/// The transcripts that were written to last.
fn latest(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<(SystemTime, PathBuf)> = entries
        .filter(|entry| entry.path().extension().is_some_and(|end| end == "jsonl"))
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    files.sort();
    let files = files.into_iter().rev().take(FILES);
    files.map(|(_, path)| path).collect()
}

/// Reads a transcript; `None` when no tool was called.
fn read(path: &Path, transcripts: &Transcripts) -> Option<Session> {
    let id = path.file_stem()?.to_str()?.to_owned();
    let file = fs::File::open(path).ok()?;
    let mut session = None;
    let mut calls = 0;
    for line in BufReader::new(file.take(SIZE))
        .split(b'\n')
        .map_while(Result::ok)
    {
        let Ok(value) = serde_json::from_slice::<Value>(&line) else {
            continue;
        };
        let time = at(&value, transcripts.time).into_iter().next();
        let time = time.and_then(Value::as_str);
        let time = time.and_then(|time| humantime::parse_rfc3339_weak(time).ok());
        session = session.or(time);
        let found = at(&value, transcripts.calls);
        calls += found
            .iter()
            .filter(|one| holds(one, &transcripts.call))
            .count();
    }
    (calls > 0).then_some(Session {
        id,
        began: session?,
        calls,
    })
}

/// The values that a pointer leads to.
fn at(value: &Value, pointer: Pointer) -> Vec<&Value> {
    let mut found = vec![value];
    for step in pointer.steps {
        found = found
            .into_iter()
            .flat_map(|value| match (*step, value) {
                ("*", Value::Array(elements)) => elements.iter().collect(),
                (step, Value::Object(members)) => members.get(step).into_iter().collect(),
                _ => Vec::new(),
            })
            .collect();
    }
    found
}

fn holds(value: &Value, condition: &Condition) -> bool {
    let texts = at(value, condition.at);
    let mut texts = texts.iter().filter_map(|value| value.as_str());
    texts.any(|text| condition.any_of.contains(&text))
}

fn is_recorded(root: &Path, session: &str) -> bool {
    let file = State::of(root).folder().join(audit::FILE);
    let Ok(file) = fs::File::open(file) else {
        return false;
    };
    let mut lines = BufReader::new(file).split(b'\n').map_while(Result::ok);
    lines.any(|line| {
        let line = serde_json::from_slice::<Value>(&line).ok();
        let named = line.as_ref().and_then(|line| line.get("session")?.as_str());
        named == Some(session)
    })
}
