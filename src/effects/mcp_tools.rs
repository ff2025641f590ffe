//! Effects of MCP tools, whose inputs follow no common schema.
//!
//! Values under keys that name a path are taken for paths. The tool's name says whether it only reads; when in doubt it
//! writes, because a rule that protects a path must hold by this route too.

use serde_json::Value;

use super::Effects;
use crate::call::{Access, Tool};
use crate::repo::Repository;

/// Keys that hold a path, compared in lower case without `_` and `-`.
const PATH_KEYS: [&str; 18] = [
    "path",
    "paths",
    "file",
    "files",
    "filepath",
    "filename",
    "fullpath",
    "absolutepath",
    "relativepath",
    "source",
    "src",
    "destination",
    "dest",
    "dst",
    "target",
    "targetfile",
    "directory",
    "uri",
];

/// Beginnings of names of tools that change nothing.
const READERS: [&str; 9] = [
    "read", "get", "list", "search", "find", "view", "show", "stat", "fetch",
];

/// Beginnings of names of tools that take files away.
const DELETERS: [&str; 5] = ["delete", "remove", "move", "rename", "rm"];

/// How deep a tool's input is searched for paths.
const DEPTH: usize = 8;

/// Adds the effects of an MCP tool call.
pub(super) fn add(effects: &mut Effects, tool: &Tool, repository: &Repository) {
    let name = tool
        .mcp
        .as_ref()
        .map_or(tool.name.as_str(), |mcp| mcp.tool.as_str());
    let mut paths = Vec::new();
    collect(&tool.input, false, DEPTH, &mut paths);
    for path in paths {
        let path = path.strip_prefix("file://").unwrap_or(path);
        for access in accesses(name) {
            effects.touch(repository, *access, path, &tool.name);
        }
    }
}

/// Returns what a tool of this name does to the paths it is given.
fn accesses(name: &str) -> &'static [Access] {
    let name = name.to_lowercase();
    let begins = |words: &[&str]| words.iter().any(|word| name.starts_with(word));
    if begins(&READERS) {
        &[Access::Read]
    } else if begins(&DELETERS) {
        &[Access::Write, Access::Delete]
    } else {
        &[Access::Write]
    }
}

/// Collects the texts under path keys, and those of lists under them.
fn collect<'a>(value: &'a Value, under_path_key: bool, depth: usize, paths: &mut Vec<&'a str>) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    match value {
        Value::String(text) if under_path_key => paths.push(text),
        Value::Array(items) => {
            for item in items {
                collect(item, under_path_key, depth, paths);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                collect(member, is_path_key(key), depth, paths);
            }
        }
        _ => {}
    }
}

fn is_path_key(key: &str) -> bool {
    let key: String = key
        .chars()
        .filter(|letter| !matches!(letter, '_' | '-'))
        .flat_map(char::to_lowercase)
        .collect();
    PATH_KEYS.contains(&key.as_str())
}
