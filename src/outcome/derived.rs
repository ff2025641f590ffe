//! Files that programs leave beside protected ones: `__pycache__` in a folder of generated code. A glob for a whole folder
//! is not about them; a glob that names them is.

use super::git::LazyGit;
use super::watch::Watched;
use crate::policy::path_pattern::{PathPattern, PathPatterns};
use crate::repo::Case;

/// Folders that an interpreter makes wherever it runs, with git's knowledge or without.
const CACHES: [&str; 1] = ["__pycache__"];
/// A name that no ignore file speaks of, to ask whether all of a folder is ignored.
const ANY_NAME: &str = "hookgate-any-name";

/// What by-products are told by.
pub(super) struct By<'b> {
    pub(super) git: &'b LazyGit<'b>,
    pub(super) case: Case,
    /// Whether the file came after the others were noted.
    pub(super) only_new: bool,
}

impl By<'_> {
    /// Returns whether a file is a by-product that the glob is not about.
    pub(super) fn is_product(&self, path: &str, rule: &Watched, glob: &PathPattern) -> bool {
        let could_be = CACHES.iter().any(|cache| path.contains(cache));
        let is_cache = could_be && path.split('/').any(|name| CACHES.contains(&name));
        if !(is_cache || self.only_new) || names(glob, path, self.case) {
            return false;
        }
        let git = self.git.get();
        if git.is_tracked(path) {
            return false;
        }
        // Where all of the protected folder is ignored, being ignored says nothing.
        is_cache || (git.is_ignored(path) && !git.is_ignored(&below_prefix(rule, glob)))
    }
}

/// Whether the glob's last part is about the file's own name: `.env*`, but neither `generated/**` nor `generated/`.
fn names(glob: &PathPattern, path: &str, case: Case) -> bool {
    let last = glob.text().trim_end_matches('/').rsplit('/').next();
    let file = path.rsplit('/').next().unwrap_or(path);
    let last = last.filter(|part| part.chars().any(|letter| letter != '*'));
    let pattern = last.and_then(|part| PathPattern::parse(part).ok());
    let patterns: PathPatterns = pattern.into_iter().collect();
    patterns.matches(file, case).is_some()
}

/// Any path below the folder that the glob begins with.
fn below_prefix(rule: &Watched, glob: &PathPattern) -> String {
    let is_plain = |part: &&str| !part.contains(['*', '?', '[', '{', '\\']);
    let text = glob.text().trim_start_matches('/');
    let prefix = text.split('/').take_while(is_plain);
    let parts = std::iter::once(rule.base()).chain(prefix).chain([ANY_NAME]);
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    parts.join("/")
}
