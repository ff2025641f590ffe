//! What to say when no file matches a gate's globs: where the first name that is not there was to be, and which name near
//! it is.

use std::fs;
use std::path::Path;

use crate::policy::path_pattern::{PathPattern, PathPatterns};
use crate::policy::problems::nearest::nearest;

/// Names in a folder that are looked at.
const NAMES: usize = 1_000;

/// Says that a gate has no inputs, and what its author may have meant.
pub(crate) fn nothing_matches(base: &Path, patterns: &PathPatterns) -> String {
    let globs: Vec<String> = patterns
        .iter()
        .map(|pattern| format!("`{pattern}`"))
        .collect();
    let hint = patterns
        .iter()
        .filter(|pattern| !pattern.is_exception())
        .find_map(|pattern| missing(base, pattern));
    format!(
        "no file matches its `inputs` ({}), so a result could not be bound to anything: {}",
        globs.join(", "),
        hint.unwrap_or_else(|| {
            "what git ignores counts only where a glob names it without a wildcard, as `build/**` does".into()
        }),
    )
}

/// Returns what is wrong with a glob whose folders are not all there.
fn missing(base: &Path, pattern: &PathPattern) -> Option<String> {
    let mut folder = base.to_path_buf();
    let mut above = String::new();
    for name in pattern.literal_names() {
        let next = folder.join(name);
        if next.symlink_metadata().is_err() {
            let near = near(&folder, name);
            let near = near.map_or(String::new(), |near| {
                format!("; did you mean `{above}{near}`?")
            });
            return Some(format!("there is no `{above}{name}`{near}"));
        }
        above = format!("{above}{name}/");
        folder = next;
    }
    None
}

fn near(folder: &Path, name: &str) -> Option<String> {
    let entries = fs::read_dir(folder).ok()?.flatten().take(NAMES);
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    nearest(name, &known).map(str::to_owned)
}
