//! Programs that print names of files: `grep -rl`, `rg --files`, `fd`, `git ls-files`. Which of them is not looked into: all
//! that lie in the folders that are named.

use super::Walker;
use super::fields::Field;
use super::globs::take;
use super::program::Started;
use super::sift::FileGlob;
use super::simple::joined;
use super::stages::Input;
use super::state::State;
use crate::repo::{Follow, Place};

/// Names at most; with more, nothing is said of them.
const NAMES: usize = 256;
/// Names compared with globs that cost as much as an entry.
const TRIED: usize = 8;

/// What a command that prints names looks through.
#[derive(Debug, Default)]
struct Search<'w> {
    paths: Vec<&'w str>,
    only: Vec<FileGlob>,
}

impl Walker<'_> {
    /// Returns the names that a program may print; `None` for one that prints something else.
    pub(super) fn names_of_files(
        &mut self,
        program: &str,
        words: &[&str],
        state: &State,
    ) -> Option<Input> {
        let mut search = search(program, words, &mut self.entries)?;
        if search.paths.is_empty() {
            search.paths.push(".");
        }
        let mut names = String::new();
        let mut count = 0;
        for path in &search.paths {
            let Some(found) = self.files_at(path, state) else {
                return Some(Input::Unknown);
            };
            let effort = found.len() * (1 + search.only.len()) / TRIED;
            if take(&mut self.entries, effort).is_none() {
                return Some(Input::Unknown);
            }
            for name in found {
                let last = super::program::base_name(&name);
                if search.only.is_empty() || search.only.iter().any(|glob| glob.is_match(last)) {
                    count += 1;
                    names.push_str(&name);
                    names.push('\n');
                }
            }
        }
        Some(if count > NAMES {
            Input::Unknown
        } else {
            Input::Known(names)
        })
    }

    /// Returns a file, or all files of a folder, named from where the path is; `None` for a folder that holds too much.
    fn files_at(&mut self, path: &str, state: &State) -> Option<Vec<String>> {
        let [Some(folder)] = state.folders.as_slice() else {
            return None;
        };
        if self.remote {
            return None;
        }
        let absolute = joined(Some(folder), path)?;
        if !std::path::Path::new(&absolute).is_dir() {
            return Some(vec![path.to_owned()]);
        }
        let Place::Inside(inside) = self.repository.places_in(folder, path, Follow::All).real
        else {
            return None;
        };
        if inside.is_empty() {
            return None;
        }
        let (below, is_whole) = self.all_below(&inside);
        if below.len() > NAMES || take(&mut self.entries, below.len() / 4).is_none() {
            return None;
        }
        let start = path.trim_end_matches('/');
        let named = below.iter().filter_map(|name| {
            let rest = name.strip_prefix(inside.as_str())?;
            Some(if start == "." {
                rest.trim_start_matches('/').to_owned()
            } else {
                format!("{start}{rest}")
            })
        });
        is_whole.then(|| named.collect())
    }
}

impl Walker<'_> {
    /// `fd pattern folder -x command`: what it finds is put behind the command, or in place of `{}`.
    pub(super) fn run_on_found(&mut self, started: &Started<'_>, state: &State) {
        const RUNS: [&str; 4] = ["-x", "-X", "--exec", "--exec-batch"];
        if !matches!(started.name.as_str(), "fd" | "fdfind") {
            return;
        }
        let runs = |field: &Field| RUNS.contains(&field.value.start());
        let Some(at) = started.fields.iter().position(runs) else {
            return;
        };
        let (before, after) = started.fields.split_at(at);
        let words: Vec<&str> = before.iter().map(|field| field.value.start()).collect();
        let Some(Input::Known(names)) = self.names_of_files(&started.name, &words, state) else {
            return;
        };
        let names: Vec<Field> = names
            .lines()
            .map(|name| Field::known(name, started.span))
            .collect();
        let is_mark = |field: &Field| field.value.known() == Some("{}");
        let mut fields: Vec<Field> = Vec::new();
        let mut is_placed = false;
        for field in after.iter().skip(1) {
            if is_mark(field) {
                is_placed = true;
                fields.extend(names.iter().cloned());
            } else {
                fields.push(field.clone());
            }
        }
        if !is_placed {
            fields.extend(names);
        }
        self.deeper(started, &fields, state);
    }
}

/// Reads the words of a program that prints names.
fn search<'w>(program: &str, words: &[&'w str], budget: &mut usize) -> Option<Search<'w>> {
    let mut words = words;
    let mut takes_pattern = true;
    let has = |letter: char, long: &str| {
        words.iter().any(|word| {
            let is_short = word.starts_with('-') && !word.starts_with("--");
            (is_short && word.contains(letter)) || *word == long
        })
    };
    let mut behind_dashes = false;
    match program {
        "fd" | "fdfind" => {}
        "rg" if words.contains(&"--files") => takes_pattern = false,
        "grep" | "egrep" | "fgrep" | "ag" | "ack" | "rg" => {
            has('l', "--files-with-matches").then_some(())?;
        }
        "git" => match words {
            ["ls-files", rest @ ..] => (words, takes_pattern) = (rest, false),
            ["grep", rest @ ..] if has('l', "--files-with-matches") => words = rest,
            ["diff" | "show" | "log", rest @ ..] if rest.contains(&"--name-only") => {
                (words, takes_pattern, behind_dashes) = (rest, false, true);
            }
            _ => return None,
        },
        _ => return None,
    }
    let mut search = Search::default();
    let mut rest = words.iter().copied();
    let mut is_behind = false;
    while let Some(word) = rest.next() {
        if word == "--" && !is_behind {
            is_behind = true;
        } else if is_behind || !word.starts_with('-') {
            if takes_pattern {
                takes_pattern = false;
            } else if is_behind || !behind_dashes {
                search.paths.push(word);
            }
        } else {
            let (name, value) = match word.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (word, None),
            };
            let glob = match (program, name) {
                ("fd" | "fdfind", "-e" | "--extension") => {
                    format!("*.{}", value.or_else(|| rest.next())?)
                }
                (_, "-e" | "--regexp" | "-f" | "--file") => {
                    takes_pattern = false;
                    value.or_else(|| rest.next())?;
                    continue;
                }
                (_, "--include" | "-g" | "--glob") => value.or_else(|| rest.next())?.to_owned(),
                ("git", "-t" | "-m" | "-d") => continue,
                (_, "-t" | "--type" | "-m" | "-A" | "-B" | "-C" | "-d" | "-E" | "--max-count") => {
                    value.or_else(|| rest.next())?;
                    continue;
                }
                _ => continue,
            };
            if !glob.starts_with('!') {
                search.only.push(FileGlob::of(&glob, budget)?);
            }
        }
    }
    Some(search)
}

/// Returns where an installed program is: `which name`, `command -v name`, `type -p name`.
pub(super) fn installed(program: &str, words: &[&str]) -> Option<String> {
    let (name, options) = words.split_last()?;
    let is_asked = match program {
        "which" => true,
        "command" => matches!(options, ["-v"]),
        _ => matches!(options, ["-p" | "-P" | "-fp" | "-fP"]),
    };
    if !is_asked || !options.iter().all(|word| word.starts_with('-')) || name.starts_with('-') {
        return None;
    }
    Some(if name.contains('/') {
        format!("{name}\n")
    } else {
        format!("/usr/bin/{name}\n")
    })
}
