//! What runtimes wrote down of their sessions: which of them began here, and how many tools were called in each.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::Value;

use crate::adapter::{Condition, Pointer, Transcripts};
use crate::repo::Repository;
use crate::settings;

/// The latest transcripts of this folder that are read, how many are opened to find them, and what is read of each.
const FILES: usize = 20;
const OPENED: usize = 500;
const SIZE: u64 = 16 * 1024 * 1024;
/// A path in a file of its own.
const PATH_SIZE: u64 = 16 * 1024;

/// A session in which tools were called.
pub(super) struct Session {
    pub(super) id: String,
    pub(super) began: SystemTime,
    pub(super) calls: usize,
    /// When its transcript was written to last.
    pub(super) written: SystemTime,
}

/// The latest sessions that began in a repository and called tools.
pub(super) fn sessions(transcripts: &Transcripts, root: &Path) -> Option<Vec<Session>> {
    let files = latest(files(transcripts, root)?);
    let read = files
        .iter()
        .take(OPENED)
        .filter_map(|path| read(path, transcripts, root));
    let ours = read.take(FILES);
    Some(ours.filter(|session| session.calls > 0).collect())
}

/// The files that the pattern leads to.
fn files(transcripts: &Transcripts, root: &Path) -> Option<Vec<PathBuf>> {
    let moved = transcripts.moved_by.and_then(settings::variable);
    let home = match moved {
        Some(moved) => PathBuf::from(moved),
        None => Path::new(&settings::home()?).join(transcripts.home.strip_prefix("~/")?),
    };
    let mut found = vec![home];
    for step in transcripts.files.split('/') {
        found = if let Some((begin, end)) = step.split_once('*') {
            let inside = found.iter().flat_map(|folder| named(folder, begin, end));
            inside.collect()
        } else {
            let name = step.replace("{root}", &dashed(root)?);
            found.iter().map(|folder| folder.join(&name)).collect()
        };
    }
    Some(found)
}

/// Each other sign than a letter or digit a dash.
fn dashed(root: &Path) -> Option<String> {
    let dash = |sign: char| {
        if sign.is_ascii_alphanumeric() {
            sign
        } else {
            '-'
        }
    };
    Some(root.to_str()?.chars().map(dash).collect())
}

fn named(folder: &Path, begin: &str, end: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let fits = |name: &str| {
        name.strip_prefix(begin)
            .is_some_and(|rest| rest.ends_with(end))
    };
    entries
        .filter(|entry| entry.file_name().to_str().is_some_and(fits))
        .map(|entry| entry.path())
        .collect()
}

/// The ones that were written to last come first.
fn latest(paths: Vec<PathBuf>) -> Vec<PathBuf> {
    let modified = |path: &PathBuf| fs::metadata(path).ok()?.modified().ok();
    let mut files: Vec<(SystemTime, PathBuf)> = paths
        .into_iter()
        .filter_map(|path| Some((modified(&path)?, path)))
        .collect();
    files.sort();
    files.into_iter().rev().map(|(_, path)| path).collect()
}

/// Reads a transcript; `None` when its session did not begin here.
fn read(path: &Path, transcripts: &Transcripts, root: &Path) -> Option<Session> {
    let mut is_here = transcripts.began_in.is_none();
    if let Some(name) = transcripts.began_in_file {
        let mut text = String::new();
        let file = fs::File::open(path.parent()?.join(name)).ok()?;
        file.take(PATH_SIZE).read_to_string(&mut text).ok()?;
        is_here = is_in(text.trim_end_matches(['\r', '\n']), root);
        if !is_here {
            return None;
        }
    }
    let mut id = match transcripts.session {
        Some(_) => None,
        None => Some(path.file_stem()?.to_str()?.to_owned()),
    };
    let mut began = None;
    let mut calls = 0;
    let file = fs::File::open(path).ok()?;
    let written = file.metadata().ok()?.modified().ok()?;
    for line in BufReader::new(file.take(SIZE))
        .split(b'\n')
        .map_while(Result::ok)
    {
        let Ok(value) = serde_json::from_slice::<Value>(&line) else {
            continue;
        };
        if !is_here && let Some(folder) = text(&value, transcripts.began_in) {
            is_here = is_in(folder, root);
            if !is_here {
                return None;
            }
        }
        id = id.or_else(|| text(&value, transcripts.session).map(str::to_owned));
        began = began.or_else(|| {
            let time = text(&value, Some(transcripts.time))?;
            humantime::parse_rfc3339_weak(time).ok()
        });
        calls += at(&value, transcripts.calls)
            .iter()
            .filter(|one| transcripts.call.is_none_or(|call| holds(one, &call)))
            .count();
    }
    (is_here).then_some(Session {
        id: id?,
        began: began?,
        calls,
        written,
    })
}

/// Whether a folder belongs to this repository, and to none within it.
fn is_in(folder: &str, root: &Path) -> bool {
    let found = Repository::root_of(Path::new(folder), settings::home().as_deref());
    found.and_then(|found| found.canonicalize().ok()) == root.canonicalize().ok()
}

fn text(value: &Value, pointer: Option<Pointer>) -> Option<&str> {
    at(value, pointer?).into_iter().find_map(Value::as_str)
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
