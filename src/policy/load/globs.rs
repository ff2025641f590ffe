//! Reads globs and paths, and says which of them can never mean anything.

use super::reader::{Reader, Text};
use crate::policy::path_pattern::{PathPattern, PathPatterns};
use crate::policy::problems::values;
use crate::policy::yaml::Node;

/// What globs are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// Paths below the policy file's folder.
    Inside,
    /// As `Inside`, and those that a glob names by where they are: `~/…`, `/etc/…`.
    Anywhere,
    /// Absolute paths, or below the home folder.
    Outside,
}

/// Reads one glob or a list of globs.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node, key: &str, with: Use) -> PathPatterns {
    let Some(texts) = reader.texts(node, key) else {
        return PathPatterns::default();
    };
    let mut patterns = PathPatterns::default();
    for text in &texts {
        match PathPattern::parse(text.text) {
            Ok(pattern) => {
                check(reader, *text, &pattern, with);
                patterns.push(pattern);
            }
            Err(error) => {
                let place = reader.part(*text, error.at, 1);
                reader.say(values::bad_glob(
                    place,
                    text.text,
                    &error.message,
                    error.help.as_deref(),
                ));
            }
        }
    }
    if !patterns.is_empty() && patterns.iter().all(PathPattern::is_exception) {
        let problem = values::never_matches(reader.place(node), key);
        reader.say(problem);
    }
    patterns
}

fn check(reader: &mut Reader<'_>, text: Text<'_>, pattern: &PathPattern, with: Use) {
    let glob = text.text.strip_prefix('!').unwrap_or(text.text);
    let place = reader.place(text.node);
    if glob.split('/').any(|name| name == "..") {
        let why = "paths are resolved before they are compared, so none holds `..`";
        let help = "write the path without `..`, relative to the policy file's folder";
        reader.say(values::outside_repository(place, text.text, why, help));
    } else if let Some((why, better)) = dead(glob) {
        let sign = if text.text.starts_with('!') { "!" } else { "" };
        let better = format!("{sign}{better}");
        reader.say(values::dead_glob(place, text.text, why, &better));
    } else if with == Use::Outside {
        if !pattern.is_absolute() {
            reader.say(values::relative_exception(place, text.text));
        }
    } else if with == Use::Inside && pattern.is_of_system() && !glob.starts_with('/') {
        let why = "paths are relative to the policy file's folder";
        let help = "inputs of a gate lie in the repository";
        reader.say(values::outside_repository(place, text.text, why, help));
    }
}

/// Says why no path ever fits a glob as it is written, and how it was probably meant.
fn dead(glob: &str) -> Option<(&'static str, String)> {
    let trimmed = glob.trim();
    if trimmed.len() != glob.len() {
        let why = "blanks at the beginning and at the end are part of the name";
        return Some((why, trimmed.to_owned()));
    }
    if glob.split('/').any(|name| name == ".") {
        let names: Vec<&str> = glob.split('/').filter(|name| *name != ".").collect();
        let better = match names.as_slice() {
            [name] => format!("/{name}"),
            names => names.join("/"),
        };
        let better = if better.is_empty() || better == "/" {
            "**".to_owned()
        } else {
            better
        };
        return Some(("paths are compared without `.`", better));
    }
    for variable in ["$HOME", "${HOME}", "%USERPROFILE%", "$env:USERPROFILE"] {
        if let Some(rest) = glob.strip_prefix(variable) {
            let rest = rest.replace('\\', "/");
            let why = "variables are not replaced here";
            return Some((why, format!("~/{}", rest.trim_start_matches('/'))));
        }
    }
    if glob.starts_with('$') {
        return Some(("variables are not replaced here", "**".to_owned()));
    }
    if glob == "~" {
        return Some(("this is a file called `~`", "~/**".to_owned()));
    }
    if let Some(rest) = glob.strip_prefix("file://") {
        return Some(("paths are no URLs", rest.to_owned()));
    }
    let is_windows = glob.as_bytes().get(1..3) == Some(br":\")
        || (glob.contains('\\') && !glob.contains('/') && escapes_letters(glob));
    is_windows.then(|| {
        let why = "a backslash takes the next letter for itself, it separates no folders";
        (why, glob.replace('\\', "/"))
    })
}

/// Whether every backslash stands before a letter that needs none.
fn escapes_letters(glob: &str) -> bool {
    let mut pieces = glob.split('\\').skip(1);
    pieces.all(|piece| {
        piece.starts_with(|next: char| next.is_alphanumeric() || matches!(next, '_' | '.' | '*'))
    })
}

/// Returns the path when it stays inside the repository, judged by its text: links are resolved where it is used.
pub(super) fn inside(
    reader: &mut Reader<'_>,
    text: Text<'_>,
    key: &str,
    base: &str,
) -> Option<String> {
    if stays_inside(base, text.text) {
        return Some(text.text.to_owned());
    }
    let problem = values::leaves_repository(reader.place(text.node), key, text.text);
    reader.say(problem);
    None
}

fn stays_inside(base: &str, path: &str) -> bool {
    let drive = path.as_bytes().get(1) == Some(&b':');
    if path.starts_with(['/', '\\', '~']) || drive || path.contains('\\') {
        return false;
    }
    let mut depth = base.split('/').filter(|name| !name.is_empty()).count();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return false,
            },
            _ => depth += 1,
        }
    }
    true
}
