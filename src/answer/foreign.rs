//! Calls that another runtime made on a line that was installed for this one, because clients run each other's hook files.
//!
//! Such a call is judged and answered as its sender needs it. Where the sender has a line of its own for the event, that
//! line answers, and this one stays silent: everything would be told, run and recorded twice.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Request, Trace, answer_call, answer_unreadable, folders};
use crate::adapter::{self, Adapter, ConfigFile, Scope};
use crate::call::{Call, Event};
use crate::deadline;
use crate::repo::Repository;
use crate::settings;

/// Largest hook file that is looked into, in bytes, and most files of one folder.
const FILE_LIMIT: u64 = 256 * 1024;
const FILES_LIMIT: usize = 64;

/// Answers a call in its sender's words, or not at all where the sender asks by a line of its own.
pub(super) fn answer(request: &Request<'_>, sender: &'static Adapter) -> Trace {
    // The line may name the event in the words of the runtime that it was installed for.
    let shared = |name| match adapter::event_named(request.adapter, name) {
        Some(event) => event.name(),
        None => name,
    };
    let event = request.event.map(shared);
    let request = Request {
        adapter: sender,
        event,
        ..*request
    };
    match adapter::decode(sender, request.payload, event, &settings::is_set) {
        Ok(mut call) => {
            call.foreign = Some(sender.name);
            if has_own_line(sender, &call) {
                return Trace {
                    call,
                    ..Trace::default()
                };
            }
            answer_call(sender, request.mode, call)
        }
        Err(mut error) => {
            error.foreign = Some(sender.name);
            answer_unreadable(&request, &error)
        }
    }
}

/// Whether one of the sender's own hook files has a line of hookgate for this event.
fn has_own_line(sender: &Adapter, call: &Call) -> bool {
    deadline::watch();
    let roots = folders::repositories(sender, call).unwrap_or_default();
    let roots: Vec<&Path> = roots.iter().map(Repository::root).collect();
    let files = sender.config.iter().flat_map(|file| places(file, &roots));
    files
        .flat_map(|place| hook_files(&place))
        .any(|file| has_line(&file, sender, call.event))
}

/// Where a configuration file is; those of the machine are not looked at.
fn places(file: &ConfigFile, roots: &[&Path]) -> Vec<PathBuf> {
    match file.scope {
        Scope::Project | Scope::Local => roots.iter().map(|root| root.join(file.path)).collect(),
        Scope::User => user_place(file).into_iter().collect(),
        Scope::Managed => Vec::new(),
    }
}

fn user_place(file: &ConfigFile) -> Option<PathBuf> {
    if let Some(folder) = file.moved_by.and_then(settings::variable) {
        return Some(Path::new(&folder).join(Path::new(file.path).file_name()?));
    }
    let below_home = file.path.strip_prefix("~/")?;
    Some(Path::new(&settings::home()?).join(below_home))
}

/// The file itself, or the files of the folder.
fn hook_files(place: &Path) -> Vec<PathBuf> {
    if !place.is_dir() {
        return vec![place.to_owned()];
    }
    let entries = fs::read_dir(place).into_iter().flatten();
    entries
        .take(FILES_LIMIT)
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .collect()
}

/// A file that is not sound JSON has no line: clients drop it whole.
fn has_line(file: &Path, sender: &Adapter, event: Event) -> bool {
    let is_small = fs::metadata(file).is_ok_and(|data| data.is_file() && data.len() <= FILE_LIMIT);
    let is_json = file.extension().is_some_and(|end| end == "json");
    let content = (is_small && is_json).then(|| fs::read(file).ok()).flatten();
    let value: Option<Value> = content.and_then(|content| serde_json::from_slice(&content).ok());
    value.is_some_and(|value| holds_line(&value, sender, event))
}

fn holds_line(value: &Value, sender: &Adapter, event: Event) -> bool {
    match value {
        Value::String(text) => is_line(text, sender, event),
        Value::Array(items) => items.iter().any(|item| holds_line(item, sender, event)),
        Value::Object(members) => {
            apart(members).is_some_and(|line| is_line(&line, sender, event))
                || members
                    .values()
                    .any(|member| holds_line(member, sender, event))
        }
        _ => false,
    }
}

/// The line of a program whose arguments stand beside it.
fn apart(members: &serde_json::Map<String, Value>) -> Option<String> {
    let program = members.get("command")?.as_str()?;
    let arguments = members.get("args")?.as_array()?;
    let words = arguments.iter().map(Value::as_str);
    let words: Option<Vec<&str>> = std::iter::once(Some(program)).chain(words).collect();
    Some(words?.join(" "))
}

/// `… hookgate hook --runtime NAME --event EVENT`, and nothing that could keep it from being run or heard.
fn is_line(text: &str, sender: &Adapter, event: Event) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let words = words.strip_prefix(&["exec"]).unwrap_or(&words);
    let [program, "hook", flags @ ..] = words else {
        return false;
    };
    let name = program.rsplit(['/', '\\']).next().unwrap_or_default();
    let value = |flag: &str| {
        let mut pairs = flags.chunks_exact(2);
        pairs.find_map(|pair| match pair {
            [name, value] if *name == flag => Some(*value),
            _ => None,
        })
    };
    let known = ["--runtime", "--event", "--scope"];
    let is_plain = flags
        .chunks(2)
        .all(|pair| pair.len() == 2 && pair.first().is_some_and(|flag| known.contains(flag)));
    matches!(name, "hookgate" | "hookgate.exe")
        && is_plain
        && value("--runtime") == Some(sender.name)
        && value("--event").and_then(|named| adapter::event_named(sender, named)) == Some(event)
}
