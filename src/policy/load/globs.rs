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
    /// Absolute paths, or below the home folder.
    Outside,
}

/// Top-level folders of a system that no repository has under the same name, as far as an author could mean it.
const SYSTEM_FOLDERS: [&str; 16] = [
    "etc", "usr", "var", "tmp", "home", "root", "dev", "proc", "sys", "mnt", "boot", "private",
    "Users", "System", "Library", "Volumes",
];

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
    } else if with == Use::Outside {
        if !pattern.is_absolute() {
            reader.say(values::relative_exception(place, text.text));
        }
    } else if names_system_folder(pattern, glob) {
        let inner = glob.trim_start_matches(['~', '/']);
        let help = format!(
            "for everything outside the repository write `outside-repository: true`; for a folder of the repository `{}`",
            inner
                .chars()
                .filter(|c| !c.is_control())
                .take(60)
                .collect::<String>()
        );
        let why = "paths are relative to the policy file's folder";
        reader.say(values::outside_repository(place, text.text, why, &help));
    }
}

/// Returns whether a glob is a path outside the repository rather than one that a leading slash anchors.
fn names_system_folder(pattern: &PathPattern, glob: &str) -> bool {
    match glob.strip_prefix('/') {
        Some(rest) => {
            let first = rest.split('/').next().unwrap_or_default();
            SYSTEM_FOLDERS.contains(&first)
        }
        None => pattern.is_absolute() || glob == "~",
    }
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
