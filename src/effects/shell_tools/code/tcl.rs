//! Tcl: programs that it starts, and files that it opens, makes and deletes.

use super::Found;
use crate::call::Access;

/// Variables that are followed, and the longest text of one.
const MOST: usize = 64;
const LONGEST: usize = 1_024;

/// `exec rm x`, `spawn rm x`, `file delete x`.
pub(super) fn look(code: &str, found: &mut Found) {
    let mut set: Vec<(String, String)> = Vec::new();
    // Set to what stands in the brackets behind it.
    let mut looped: Option<String> = None;
    for statement in code.split(['\n', ';', '[', ']']) {
        let statement = statement.trim().trim_start_matches(['{', '}', ' ', '\t']);
        let statement = &filled(statement, &set);
        let started = ["exec ", "spawn "]
            .iter()
            .find_map(|word| statement.strip_prefix(word));
        if let Some(command) = started {
            found
                .scripts
                .push(command.trim_start_matches("-noecho ").to_owned());
        }
        let words: Vec<&str> = statement
            .split_whitespace()
            .map(|word| word.trim_matches(['"', '{', '}']))
            .collect();
        match words.as_slice() {
            ["set", name, value] => keep(&mut set, name, value),
            ["file", "join", parts @ ..] => {
                if let Some(name) = looped.take() {
                    keep(&mut set, &name, &parts.join("/"));
                }
            }
            ["set", name] | ["foreach", name, ..] => looped = Some((*name).to_owned()),
            ["glob", rest @ ..] => {
                let folder = rest.windows(2).find_map(|pair| match pair {
                    ["-directory" | "-path", folder] => Some(*folder),
                    _ => None,
                });
                if let (Some(name), Some(pattern)) = (looped.take(), rest.last()) {
                    let whole = match folder {
                        Some(folder) => format!("{folder}/{pattern}"),
                        None => (*pattern).to_owned(),
                    };
                    keep(&mut set, &name, &whole);
                }
            }
            ["open", path] | ["open", path, "r" | "RDONLY"] if !path.starts_with('|') => {
                found.known(Access::Read, path);
            }
            ["open", path, mode] if mode.starts_with(['w', 'a']) || mode.contains('+') => {
                found.known(Access::Write, path);
            }
            ["file", "mkdir", paths @ ..] => {
                for path in paths {
                    found.known(Access::Write, path);
                }
            }
            ["file", "copy" | "rename", paths @ ..] => {
                if let [from, to] = paths
                    .get(paths.len().saturating_sub(2)..)
                    .unwrap_or_default()
                {
                    found.known(Access::Write, to);
                    if words.contains(&"rename") {
                        found.known(Access::Delete, from);
                    }
                }
            }
            _ => {}
        }
        if let Some(paths) = statement.strip_prefix("file delete ") {
            let paths = paths
                .split_whitespace()
                .filter(|path| !path.starts_with('-'));
            for path in paths {
                found.known(Access::Delete, path.trim_matches(['"', '{', '}']));
            }
        }
    }
}

fn keep(set: &mut Vec<(String, String)>, name: &str, value: &str) {
    set.retain(|(known, _)| known != name);
    if set.len() < MOST && value.len() <= LONGEST {
        set.push((name.to_owned(), value.to_owned()));
    }
}

/// Puts in what variables hold.
fn filled(statement: &str, set: &[(String, String)]) -> String {
    let mut text = String::with_capacity(statement.len());
    let mut rest = statement;
    while let Some((before, behind)) = rest.split_once('$') {
        text.push_str(before);
        let end = behind.find(|letter: char| letter != '_' && !letter.is_alphanumeric());
        let name = behind
            .get(..end.unwrap_or(behind.len()))
            .unwrap_or_default();
        if let Some((_, value)) = set.iter().find(|(known, _)| known == name) {
            text.push_str(value);
            rest = behind.get(name.len()..).unwrap_or_default();
        } else {
            text.push('$');
            rest = behind;
        }
    }
    text + rest
}
