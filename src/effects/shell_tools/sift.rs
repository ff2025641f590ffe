//! Globs that tools for searching are given for the files that they look at: `rg -g '*.rs'`, `grep --include='*.py'`.

use globset::{Glob, GlobMatcher};

use super::globs::{LETTERS, take};
use crate::wildcards::{Case, Wildcards};

/// What building an automaton costs, in folder entries that are looked at.
const BUILDING: usize = 128;

/// A glob for files.
#[derive(Debug, Clone)]
pub(super) enum FileGlob {
    /// Most are like `*.rs`, for which building an automaton would take longer than all the rest.
    Plain(Wildcards),
    Full(GlobMatcher),
}

impl FileGlob {
    /// Reads a glob; `None` when it is none, or the budget does not suffice.
    pub(super) fn of(glob: &str, budget: &mut usize) -> Option<Self> {
        take(budget, glob.len() / LETTERS)?;
        if glob.contains(['{', '[', '\\']) || glob.contains("**") {
            take(budget, BUILDING)?;
            return Some(Self::Full(Glob::new(glob).ok()?.compile_matcher()));
        }
        Some(Self::Plain(Wildcards::parse(glob).ok()?))
    }

    pub(super) fn is_match(&self, path: &str) -> bool {
        match self {
            Self::Plain(glob) => glob.matches(path, Case::Sensitive),
            Self::Full(glob) => glob.is_match(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_globs_match_as_full_ones_do() {
        let paths = ["a.rs", "src/a.rs", "a.rs.bak", ".rs", "src/ab/c.py", ""];
        for glob in [
            "*.rs",
            "?.rs",
            "a*",
            "src/*",
            "*",
            "*/a.*",
            "a.rs",
            "s*c/*/c.p?",
        ] {
            let full = Glob::new(glob).unwrap().compile_matcher();
            let plain = FileGlob::of(glob, &mut 1_000).unwrap();
            assert!(matches!(plain, FileGlob::Plain(_)));
            for path in paths {
                assert_eq!(plain.is_match(path), full.is_match(path), "{glob} {path}");
            }
        }
    }

    #[test]
    fn one_letter_is_one_however_many_bytes_it_has() {
        assert!(FileGlob::of("?.rs", &mut 1_000).unwrap().is_match("é.rs"));
    }

    #[test]
    fn either_of_two_endings_is_enough() {
        let of = |glob| FileGlob::of(glob, &mut 1_000);
        let glob = of("*.{rs,py}").unwrap();
        assert!(glob.is_match("src/a.py") && !glob.is_match("a.c"));
        assert!(of("*.{rs").is_none());
    }
}
