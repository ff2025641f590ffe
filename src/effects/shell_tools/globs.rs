//! Patterns in words, expanded as a shell does: by looking at what is there.

use std::path::Path;

use crate::deadline;
use crate::wildcards::{Case, Wildcards};

/// Matches at most; beyond, the pattern stands for something that is not known.
const MATCHES: usize = 256;
/// What opening a folder costs, in entries looked at.
pub(super) const OPENING: usize = 6;
/// Letters of a pattern that cost as much as an entry.
pub(super) const LETTERS: usize = 16;

/// Returns the paths that a pattern matches, written as the pattern is: relative stays relative. `None` when there are too
/// many. An empty list means that the shell hands on the pattern itself.
///
/// Bytes of the pattern that were quoted come escaped by a backslash.
pub(super) fn expand(folder: &str, pattern: &str, budget: &mut usize) -> Option<Vec<String>> {
    let (start, rest) = match pattern.strip_prefix('/') {
        Some(rest) => ("/".to_owned(), rest),
        None => (String::new(), pattern),
    };
    let mut found = vec![start];
    for part in rest.split('/') {
        let mut next = Vec::new();
        let matcher = if is_pattern(part) {
            take(budget, part.len() / LETTERS)?;
            Wildcards::parse(part).ok()
        } else {
            None
        };
        for base in &found {
            take(budget, OPENING)?;
            next.extend(step(folder, base, part, matcher.as_ref(), budget)?);
        }
        if next.len() > MATCHES {
            return None;
        }
        found = next;
    }
    found.sort();
    Some(found)
}

/// Goes one name further from `base`.
fn step(
    folder: &str,
    base: &str,
    part: &str,
    matcher: Option<&Wildcards>,
    budget: &mut usize,
) -> Option<Vec<String>> {
    let joined = |name: &str| {
        if base.is_empty() || base.ends_with('/') {
            format!("{base}{name}")
        } else {
            format!("{base}/{name}")
        }
    };
    let Some(matcher) = matcher else {
        let path = joined(&unescaped(part));
        let exists = Path::new(folder).join(&path).symlink_metadata().is_ok();
        return Some(exists.then_some(path).into_iter().collect());
    };
    let mut names = Vec::new();
    let Ok(entries) = deadline::read_dir(Path::new(folder).join(base)) else {
        return Some(names);
    };
    for entry in entries.flatten() {
        take(budget, 1)?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_hidden = name.starts_with('.') && !part.starts_with('.');
        if !is_hidden && matcher.matches(&name, Case::Sensitive) {
            names.push(joined(&name));
        }
    }
    Some(names)
}

/// Takes from a budget; one that does not suffice is at its end.
pub(super) fn take(budget: &mut usize, count: usize) -> Option<()> {
    let left = budget.checked_sub(count);
    *budget = left.unwrap_or_default();
    left.map(drop)
}

/// Whether one name holds letters of a pattern that are not quoted.
fn is_pattern(part: &str) -> bool {
    let mut letters = part.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => {
                letters.next();
            }
            '*' | '?' | '[' => return true,
            _ => {}
        }
    }
    false
}

/// Removes the backslashes that mark quoted bytes.
pub(super) fn unescaped(text: &str) -> String {
    let mut letters = text.chars();
    let mut plain = String::with_capacity(text.len());
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => plain.extend(letters.next()),
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::expand;

    fn in_folder(pattern: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.txt", "b.txt", ".env", "c*d", "sub/x.txt"] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::File::create(path).unwrap();
        }
        expand(folder.path().to_str().unwrap(), pattern, &mut 1_000).unwrap()
    }

    #[test]
    fn patterns_match_what_a_shell_would() {
        assert_eq!(in_folder("*.txt"), ["a.txt", "b.txt"]);
        assert_eq!(in_folder("*"), ["a.txt", "b.txt", "c*d", "sub"]);
        assert_eq!(in_folder(".e*"), [".env"]);
        assert_eq!(in_folder("*/x.???"), ["sub/x.txt"]);
        assert_eq!(in_folder("c\\**"), ["c*d"]);
        assert_eq!(in_folder("./[ab].txt"), ["./a.txt", "./b.txt"]);
        assert_eq!(in_folder("nothing*"), [""; 0]);
    }
}
