//! Path globs agree with git: the same globs as a `.gitignore`, asked through `git check-ignore`.
//!
//! Left out is what is meant to differ: exceptions below a covered folder, braces, `#` and blanks at the end (see
//! `path_pattern`), and the folder's own name under a trailing slash, which git only matches when it is a folder.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use hookgate::policy::path_pattern::{PathPattern, PathPatterns};
use hookgate::repo::Case;

const GLOBS: [&str; 52] = [
    "a",
    "/a",
    "a/b",
    "/a/b",
    "*",
    "/*",
    "*.rs",
    "/*.rs",
    "a/*",
    "a/*.rs",
    "*/b",
    "*/*.rs",
    "**",
    "**/b",
    "a/**",
    "a/**/b",
    "**/a/b",
    "a/**/b/**/c",
    "**/*.rs",
    "a**",
    "**b",
    "a/b**",
    "?",
    "a?",
    "?/b",
    "a/?",
    "[ab]",
    "[a-c]x",
    "[!a]",
    "[^a]",
    "[]]",
    "[!]a]",
    "[a-]",
    "[[:digit:]]x",
    "[[:alpha:][:digit:]]",
    "\\*",
    "a\\?",
    "\\!a",
    "\\#a",
    "a b",
    "ü",
    "ü?",
    "x[ü]",
    "a/b/c",
    "*a*",
    "a*b*c",
    ".*",
    ".env",
    ".env.*",
    "a/./b",
    "**/**/c",
    "a//b",
];
const PATHS: [&str; 56] = [
    "a",
    "b",
    "c",
    "a/a",
    "a/b",
    "b/a",
    "b/b",
    "a/b/c",
    "a/x/b",
    "a/x/y/b",
    "x/a/b",
    "x/a/b/c",
    "a/b/x/c",
    "a/x/b/y/c",
    "x.rs",
    "a/x.rs",
    "a/b/x.rs",
    "x/y/z.rs",
    ".rs",
    "ab",
    "a/bb",
    "bb/c",
    "xb",
    "ax/b",
    "ax",
    "bx",
    "cx",
    "1x",
    "1",
    "]",
    "-",
    "d/b",
    "*",
    "a?",
    "!a",
    "#a",
    "a b",
    "x/a b",
    "ü",
    "üx",
    "xü",
    "ü/b",
    "aXbYc",
    "abc",
    "bac",
    ".env",
    "x/.env",
    ".env.local",
    "a/.env.x/y",
    ".hidden/a",
    "A",
    "a/B",
    "c/c",
    "b/c",
    "x/c/d",
    "**",
];

/// Returns which paths git would ignore under these globs; `None` where there is no git.
fn ignored_by_git(root: &Path, globs: &[&str], paths: &[&str]) -> Option<Vec<bool>> {
    #[expect(clippy::disallowed_methods, reason = "a scratch repository, not state")]
    std::fs::write(root.join(".gitignore"), globs.join("\n") + "\n").unwrap();
    let mut child = Command::new("git")
        .args(["check-ignore", "--no-index", "--stdin", "-z", "-v", "-n"])
        .current_dir(root)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let asked = paths.join("\0");
    child
        .stdin
        .take()
        .unwrap()
        .write_all(asked.as_bytes())
        .unwrap();
    let output = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    // Source, line, glob and path; the first three are empty for a path that nothing matches.
    let fields: Vec<&str> = output.split('\0').collect();
    Some(
        fields
            .chunks_exact(4)
            .map(|field| !field[2].is_empty())
            .collect(),
    )
}

fn scratch_repository() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let _ = Command::new("git")
        .args(["init", "-q"])
        .current_dir(root.path())
        .status();
    root
}

fn covered(globs: &[&str], paths: &[&str]) -> Vec<bool> {
    let patterns: PathPatterns = globs
        .iter()
        .map(|glob| PathPattern::parse(glob).unwrap())
        .collect();
    paths
        .iter()
        .map(|path| patterns.matches(path, Case::Sensitive).is_some())
        .collect()
}

#[test]
fn known_globs_agree_with_git() {
    let root = scratch_repository();
    let mut different = Vec::new();
    for glob in GLOBS {
        let Some(git) = ignored_by_git(root.path(), &[glob], &PATHS) else {
            return;
        };
        assert_eq!(git.len(), PATHS.len());
        let ours = covered(&[glob], &PATHS);
        for ((path, git), ours) in PATHS.iter().zip(git).zip(ours) {
            if git != ours {
                different.push(format!("{glob} on {path}: git {git}, ours {ours}"));
            }
        }
    }
    // To git `?` and `[...]` are one byte, here one character. Globs with names such as `.` match nothing in git; here such
    // names are skipped, as they are in paths.
    different.retain(|line| {
        let by_bytes = line.contains('ü') && line.starts_with(|c| "?[x".contains(c));
        !by_bytes && !line.starts_with("a/./b") && !line.starts_with("a//b")
    });
    assert!(different.is_empty(), "{different:#?}");
}

#[test]
fn random_globs_agree_with_git() {
    let root = scratch_repository();
    let mut random = Random(0x5eed);
    let mut different = Vec::new();
    for _ in 0..200 {
        let globs: Vec<String> = (0..=random.below(3)).map(|_| random.text(true)).collect();
        let globs: Vec<&str> = globs.iter().map(String::as_str).collect();
        let paths: Vec<String> = (0..60).map(|_| random.text(false)).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let Some(git) = ignored_by_git(root.path(), &globs, &paths) else {
            return;
        };
        for ((path, git), ours) in paths.iter().zip(git).zip(covered(&globs, &paths)) {
            if git != ours {
                different.push(format!("{globs:?} on {path}: git {git}, ours {ours}"));
            }
        }
    }
    assert!(different.is_empty(), "{different:#?}");
}

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    /// Returns a path of few letters, or a glob made of the same.
    fn text(&mut self, glob: bool) -> String {
        let mut names = Vec::new();
        for _ in 0..=self.below(4) {
            if glob && self.below(4) == 0 {
                names.push("**".to_owned());
                continue;
            }
            let letters: &[&str] = if glob {
                &["a", "b", "*", "?", "[ab]", "[!a]"]
            } else {
                &["a", "b", "c"]
            };
            let name: String = (0..=self.below(2))
                .map(|_| letters[self.below(letters.len())])
                .collect();
            names.push(name);
        }
        let anchored = glob && self.below(4) == 0;
        format!("{}{}", if anchored { "/" } else { "" }, names.join("/"))
    }
}
