//! Effects of tools whose inputs follow no schema that is known here: MCP tools, and tools newer than the runtime's table.
//!
//! Texts under keys that name a path are taken for paths, texts under keys that name a command for command lines, and a patch
//! is read for the files that it names. The tool's name says whether it only reads; when in doubt it writes, because a rule
//! that protects a path must hold by this route too.

use serde_json::Value;

use super::{Effects, Unknown, UnknownKind, shell_tools};
use crate::call::{Access, ShellCommand, ShellDialect, Tool};
use crate::programs::Programs;
use crate::repo::Repository;

/// Ends of keys that hold a path, compared in lower case without `_` and `-`.
const PATH_KEYS: [&str; 19] = [
    "path",
    "paths",
    "file",
    "files",
    "filename",
    "filenames",
    "uri",
    "uris",
    "source",
    "sources",
    "src",
    "destination",
    "dest",
    "dst",
    "target",
    "targets",
    "directory",
    "folder",
    "notebook",
];

/// Keys that hold a command line.
const COMMAND_KEYS: [&str; 6] = [
    "command",
    "commands",
    "cmd",
    "commandline",
    "shellcommand",
    "bash",
];

/// Words in the names of tools that change nothing.
const READERS: [&str; 10] = [
    "read", "get", "list", "search", "find", "view", "show", "stat", "fetch", "grep",
];

/// Words in the names of tools that change something, whatever else they do.
const WRITERS: [&str; 14] = [
    "write", "edit", "create", "update", "replace", "set", "patch", "append", "insert", "put",
    "save", "modify", "apply", "upload",
];

/// Words in the names of tools that take files away.
const DELETERS: [&str; 6] = ["delete", "remove", "move", "rename", "rm", "unlink"];

/// How deep a tool's input is searched.
const DEPTH: usize = 32;
/// Where a patch in the form that agents write names a file.
const PATCH_LINES: [(&str, Access); 4] = [
    ("*** Add File: ", Access::Write),
    ("*** Update File: ", Access::Write),
    ("*** Move to: ", Access::Write),
    ("*** Delete File: ", Access::Delete),
];

/// What was found in a tool's input.
#[derive(Default)]
struct Found<'a> {
    paths: Vec<&'a str>,
    commands: Vec<String>,
    patched: Vec<(Access, &'a str)>,
    /// Something lies deeper than was looked.
    is_cut: bool,
}

/// Adds the effects of a call.
pub(super) fn add(
    effects: &mut Effects,
    tool: &Tool,
    repository: &Repository,
    programs: &Programs,
) {
    let mcp = tool.mcp.as_ref();
    let name = mcp.map_or(tool.name.as_str(), |mcp| mcp.tool.as_str());
    let mut found = Found::default();
    found.look(&tool.input, Under::Nothing, DEPTH);
    for path in found.paths {
        let path = path.strip_prefix("file://").unwrap_or(path);
        for access in accesses(name) {
            effects.touch(repository, *access, path, &tool.name);
        }
    }
    for (access, path) in found.patched {
        effects.touch(repository, access, path, &tool.name);
    }
    for text in found.commands {
        let command = ShellCommand {
            text,
            cwd: None,
            dialect: ShellDialect::Posix,
        };
        shell_tools::add(effects, &command, repository, programs);
    }
    if found.is_cut {
        effects.add_unknown(Unknown {
            kind: UnknownKind::Path(Access::Write),
            written: format!("an input of {} that is nested too deeply", tool.name),
            span: None,
        });
    }
}

/// Returns what a tool of this name does to the paths it is given.
fn accesses(name: &str) -> &'static [Access] {
    let words = words(name);
    let holds = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    if holds(&DELETERS) {
        &[Access::Write, Access::Delete]
    } else if holds(&READERS) && !holds(&WRITERS) {
        &[Access::Read]
    } else {
        &[Access::Write]
    }
}

/// Splits `search_and_replace`, `search-and-replace` and `searchAndReplace` into their words.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in name.chars() {
        if !letter.is_alphanumeric() || letter.is_uppercase() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter.is_alphanumeric()) {
            word.extend(letter.to_lowercase());
        }
    }
    words
}

/// What the key above a value says of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Under {
    Nothing,
    Path,
    Command,
}

impl<'a> Found<'a> {
    fn look(&mut self, value: &'a Value, under: Under, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else {
            self.is_cut = true;
            return;
        };
        match value {
            Value::String(text) => self.text(text, under),
            Value::Array(items) if under == Under::Command => self.program(items, depth),
            Value::Array(items) => {
                for item in items {
                    self.look(item, under, depth);
                }
            }
            Value::Object(members) => {
                for (key, member) in members {
                    // Files by name: the key is a path itself.
                    if under == Under::Path && key.contains(['.', '/']) {
                        self.paths.push(key);
                    }
                    self.look(member, meaning(key, under), depth);
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &'a str, under: Under) {
        if text.contains("*** Begin Patch") {
            for line in text.lines() {
                let file = PATCH_LINES
                    .iter()
                    .find_map(|(start, access)| Some((*access, line.strip_prefix(start)?.trim())));
                self.patched.extend(file);
            }
            return;
        }
        match under {
            Under::Path => self.paths.push(text),
            Under::Command => self.commands.push(text.to_owned()),
            Under::Nothing => {}
        }
    }

    /// A command given as a list: the words of one program, or several lines when they hold blanks.
    fn program(&mut self, items: &'a [Value], depth: usize) {
        let words: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
        match words {
            Some(words) if words.first().is_some_and(|word| !word.contains(' ')) => {
                let quoted = words
                    .iter()
                    .map(|word| format!("'{}'", word.replace('\'', "'\\''")));
                self.commands.push(quoted.collect::<Vec<_>>().join(" "));
            }
            _ => {
                for item in items {
                    self.look(item, Under::Command, depth);
                }
            }
        }
    }
}

fn meaning(key: &str, outer: Under) -> Under {
    let key: String = key
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    if COMMAND_KEYS.contains(&key.as_str()) {
        Under::Command
    } else if PATH_KEYS.iter().any(|end| key.ends_with(end))
        || (outer == Under::Path && key == "name")
    {
        Under::Path
    } else {
        Under::Nothing
    }
}
