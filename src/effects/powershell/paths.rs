//! Paths as PowerShell and cmd write them: backslashes, drives, shares, providers, wildcards.

use std::path::Path;

use crate::deadline;

/// Matches at most; beyond, the pattern stands for something that is not known.
const MATCHES: usize = 256;
/// Folder entries looked at in all.
const ENTRIES: usize = 20_000;

/// Where a path leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::effects) enum Located {
    /// Absolute, `/` between names.
    At(String),
    /// On a drive or share that this system does not have.
    Elsewhere(String),
    /// No file: a registry key, a variable, a device.
    Nowhere,
    Unknown,
}

/// Drives that hold no files.
const NO_FILES: [&str; 8] = [
    "env", "variable", "function", "alias", "hklm", "hkcu", "cert", "wsman",
];
/// Names that are devices in any folder.
const DEVICES: [&str; 4] = ["nul", "con", "prn", "aux"];

/// Returns a path with `/` for `\`, without a provider or `\\?\` in front.
pub(in crate::effects) fn slashed(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let start = lower.find("filesystem::").map_or(0, |at| at + 12);
    let text = text.get(start..).unwrap_or(text).replace('\\', "/");
    match text.strip_prefix("//?/").or(text.strip_prefix("//./")) {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}

/// Returns where a path leads that is opened in a folder. Wildcards are ordinary letters here.
pub(in crate::effects) fn located(text: &str, folder: Option<&str>, home: Option<&str>) -> Located {
    let path = slashed(text);
    if path.contains("::") && !path.contains('$') {
        return Located::Nowhere;
    }
    let last = path.rsplit('/').next().unwrap_or_default();
    if DEVICES.iter().any(|name| last.eq_ignore_ascii_case(name)) || path == "/dev/null" {
        return Located::Nowhere;
    }
    if let Some((drive, rest)) = split_drive(&path) {
        return on_drive(drive, rest);
    }
    if path.starts_with("//") {
        return Located::Elsewhere(format!("/{}", cleaned(&path, "/")));
    }
    if path.starts_with('/') {
        return Located::At(cleaned(&path, "/"));
    }
    if let Some(rest) = path
        .strip_prefix('~')
        .filter(|rest| rest.is_empty() || rest.starts_with('/'))
    {
        return match home {
            Some(home) => Located::At(cleaned(rest, home)),
            None => Located::Unknown,
        };
    }
    match folder {
        Some(folder) => match split_drive(folder) {
            Some((drive, inside)) if !cfg!(windows) => {
                on_drive(drive, &format!("{}/{path}", inside.trim_end_matches('/')))
            }
            _ => Located::At(cleaned(&path, folder)),
        },
        None => Located::Unknown,
    }
}

fn on_drive(drive: &str, rest: &str) -> Located {
    if drive.len() > 1 {
        let is_known = NO_FILES
            .iter()
            .any(|known| drive.eq_ignore_ascii_case(known));
        return if is_known {
            Located::Nowhere
        } else {
            Located::Unknown
        };
    }
    // `C:\*` reaches cmd as this when another shell takes the backslash away.
    let rest = match rest {
        "*" => "/*",
        "*.*" => "/*.*",
        rest => rest,
    };
    if !rest.starts_with('/') {
        // The present folder of that drive.
        return Located::Unknown;
    }
    let path = format!(
        "{}:{}",
        drive.to_ascii_uppercase(),
        normal(&cleaned(rest, "/"))
    );
    if cfg!(windows) {
        Located::At(path)
    } else {
        Located::Elsewhere(path)
    }
}

/// Splits `C:/x` and `env:x` at their colon.
fn split_drive(path: &str) -> Option<(&str, &str)> {
    let (drive, rest) = path.split_once(':')?;
    let is_drive = !drive.is_empty() && drive.chars().all(char::is_alphanumeric);
    // `name:stream` in the present folder is written like a drive that is not there.
    is_drive.then_some((drive, rest))
}

/// Joins a path to a folder, its names as Windows takes them: without dots and blanks at the end, without streams.
fn cleaned(path: &str, folder: &str) -> String {
    let mut joined = if path.starts_with('/') && folder == "/" {
        String::new()
    } else {
        folder.trim_end_matches('/').to_owned()
    };
    for name in path.split('/').filter(|name| !name.is_empty()) {
        let name = name.split(':').next().unwrap_or_default();
        let trimmed = name.trim_end_matches(['.', ' ']);
        let name = if trimmed.is_empty() { name } else { trimmed };
        joined.push('/');
        joined.push_str(name);
    }
    if joined.is_empty() {
        "/".into()
    } else {
        joined
    }
}

/// Removes `.` and `..` by the text alone.
fn normal(path: &str) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                names.pop();
            }
            other => names.push(other),
        }
    }
    format!("/{}", names.join("/"))
}

/// Whether Windows may have given a file this name by itself: `GENERA~1`.
pub(in crate::effects) fn may_be_short_name(path: &str) -> bool {
    path.split(['/', '\\']).any(|name| {
        let digits = name.split_once('~').map(|(_, rest)| rest);
        digits.is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()))
    })
}

pub(in crate::effects) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// Returns the absolute paths that an absolute pattern matches; `None` when there are too many. `**` is any number of
/// folders. What matches nothing stays as it is.
pub(in crate::effects) fn expand(pattern: &str) -> Option<Vec<String>> {
    let mut budget = ENTRIES;
    let mut found = vec![String::new()];
    let mut is_choice = false;
    for part in pattern.split('/').filter(|part| !part.is_empty()) {
        let mut next = Vec::new();
        for base in &found {
            if part == "**" {
                below(base, &mut budget, &mut next)?;
            } else if is_pattern(part) {
                entries(base, &mut budget, |name, _| {
                    if fits(part, name) {
                        next.push(format!("{base}/{name}"));
                    }
                })?;
            } else {
                let path = format!("{base}/{part}");
                if is_choice {
                    // Behind a pattern, only what is there fits.
                    budget = budget.checked_sub(1)?;
                    if Path::new(&path).symlink_metadata().is_err() {
                        continue;
                    }
                }
                next.push(path);
            }
        }
        is_choice |= is_pattern(part);
        if next.len() > MATCHES && part != "**" {
            return None;
        }
        found = next;
    }
    if found.is_empty() {
        found.push(pattern.to_owned());
    }
    found.sort();
    Some(found)
}

/// Adds a folder and all folders below it.
fn below(base: &str, budget: &mut usize, found: &mut Vec<String>) -> Option<()> {
    found.push(base.to_owned());
    let mut next = found.len() - 1;
    while let Some(folder) = found.get(next).cloned() {
        next += 1;
        entries(&folder, budget, |name, is_folder| {
            if is_folder {
                found.push(format!("{folder}/{name}"));
            }
        })?;
    }
    Some(())
}

fn entries(folder: &str, budget: &mut usize, mut act: impl FnMut(&str, bool)) -> Option<()> {
    let folder = if folder.is_empty() { "/" } else { folder };
    let Ok(list) = deadline::read_dir(Path::new(folder)) else {
        return Some(());
    };
    for entry in list.flatten() {
        *budget = budget.checked_sub(1)?;
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        act(&entry.file_name().to_string_lossy(), is_folder);
    }
    Some(())
}

/// Compares a name with a pattern of `*`, `?` and `[a-z]`, in time linear to their product; case does not matter.
fn fits(pattern: &str, name: &str) -> bool {
    let signs = signs(&pattern.to_lowercase());
    let mut reached = vec![false; signs.len() + 1];
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    spread(&signs, &mut reached);
    for letter in name.to_lowercase().chars() {
        let mut next = vec![false; signs.len() + 1];
        for (at, sign) in signs.iter().enumerate() {
            if reached.get(at) != Some(&true) {
                continue;
            }
            let to = match sign {
                Sign::Any => at,
                Sign::One => at + 1,
                Sign::Letter(other) if *other == letter => at + 1,
                Sign::Of(set) if set.iter().any(|(a, z)| (*a..=*z).contains(&letter)) => at + 1,
                _ => continue,
            };
            if let Some(slot) = next.get_mut(to) {
                *slot = true;
            }
        }
        spread(&signs, &mut next);
        reached = next;
    }
    reached.last() == Some(&true)
}

enum Sign {
    Any,
    One,
    Letter(char),
    Of(Vec<(char, char)>),
}

fn signs(pattern: &str) -> Vec<Sign> {
    let mut signs = Vec::new();
    let mut rest = pattern;
    while let Some(letter) = rest.chars().next() {
        let tail = rest.get(letter.len_utf8()..).unwrap_or_default();
        let set = (letter == '[').then(|| tail.split_once(']')).flatten();
        if let Some((inside, after)) = set {
            let letters: Vec<char> = inside.chars().collect();
            let mut set: Vec<(char, char)> = letters.iter().map(|one| (*one, *one)).collect();
            set.extend(letters.windows(3).filter_map(|three| match three {
                [from, '-', to] => Some((*from, *to)),
                _ => None,
            }));
            signs.push(Sign::Of(set));
            rest = after;
            continue;
        }
        signs.push(match letter {
            '*' => Sign::Any,
            '?' => Sign::One,
            other => Sign::Letter(other),
        });
        rest = tail;
    }
    signs
}

/// A `*` may stand for nothing.
fn spread(signs: &[Sign], reached: &mut [bool]) {
    for (at, sign) in signs.iter().enumerate() {
        if matches!(sign, Sign::Any)
            && reached.get(at) == Some(&true)
            && let Some(slot) = reached.get_mut(at + 1)
        {
            *slot = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Located, fits, located};

    fn at(text: &str) -> Located {
        located(text, Some("/repo"), Some("/home/x"))
    }

    #[test]
    fn paths_lead_where_windows_takes_them() {
        assert_eq!(at("generated\\x"), Located::At("/repo/generated/x".into()));
        assert_eq!(
            at(".\\a.\\b .txt::$DATA"),
            Located::At("/repo/./a/b .txt".into())
        );
        assert_eq!(at("~\\x"), Located::At("/home/x/x".into()));
        assert_eq!(at("c:\\a\\..\\b"), Located::Elsewhere("C:/b".into()));
        assert_eq!(at("C:/"), Located::Elsewhere("C:/".into()));
        assert_eq!(
            at("\\\\server\\share\\x"),
            Located::Elsewhere("//server/share/x".into())
        );
        assert_eq!(at("\\\\?\\C:\\x"), Located::Elsewhere("C:/x".into()));
        assert_eq!(at("Env:\\PATH"), Located::Nowhere);
        assert_eq!(at("NUL"), Located::Nowhere);
        assert_eq!(at("data:\\x"), Located::Unknown);
        assert_eq!(located("x", None, None), Located::Unknown);
    }

    #[test]
    fn wildcards_know_no_case() {
        assert!(fits("*.TXT", "a.txt"));
        assert!(fits("[a-c]?", "bx"));
        assert!(!fits("a*b", "ac"));
    }
}
