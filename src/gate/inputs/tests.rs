//! Compared with git itself, which is the judge of what is tracked and ignored.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use proptest::prelude::*;

use super::ignored::Rules;
use super::{Asked, Inputs, digest, tree};
use crate::policy::path_pattern::{PathPattern, PathPatterns};
use crate::repo::Case;
use crate::repo::index::{Index, Span};
use crate::settings;
use crate::state::State;

mod listing;
#[cfg(target_os = "linux")]
mod unchanged;

/// A checkout in a scratch folder, made by git.
struct Checkout {
    folder: tempfile::TempDir,
}

impl Checkout {
    fn new() -> Self {
        let checkout = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        fs::create_dir(checkout.root()).unwrap();
        checkout.git(&["init", "-q", "-b", "main"]);
        checkout
    }

    fn root(&self) -> PathBuf {
        fs::canonicalize(self.folder.path()).unwrap().join("repo")
    }

    fn write(&self, path: &str, content: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        crate::state::replace(&path, content.as_bytes()).unwrap();
    }

    fn git(&self, arguments: &[&str]) -> String {
        self.git_in(&self.root(), arguments, "").0
    }

    fn git_in(&self, folder: &Path, arguments: &[&str], input: &str) -> (String, bool) {
        let mut child = Command::new("git")
            .args(["-c", "user.name=a", "-c", "user.email=a@b"])
            .args(["-c", "protocol.file.allow=always"])
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .env("HOME", self.folder.path())
            .env("PATH", settings::variable("PATH").unwrap())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        let done = child.wait_with_output().unwrap();
        let text = String::from_utf8(done.stdout).unwrap();
        (text, done.status.success())
    }

    fn commit(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "x"]);
    }

    fn inputs(&self, globs: &[&str]) -> Inputs {
        let state = State::of(&self.root());
        digest(asked(&state, &self.root(), &patterns(globs))).unwrap()
    }

    fn names(&self, globs: &[&str]) -> Vec<String> {
        names(&self.inputs(globs))
    }
}

fn asked<'a>(state: &'a State, base: &'a Path, patterns: &'a PathPatterns) -> Asked<'a> {
    Asked {
        state,
        gate: "tests",
        base,
        patterns,
        case: Case::Sensitive,
    }
}

fn names(inputs: &Inputs) -> Vec<String> {
    let mut names: Vec<String> = tree::files(&inputs.blocks)
        .map(|(path, _)| String::from_utf8_lossy(&path).into_owned())
        .collect();
    names.sort();
    names
}

fn patterns(globs: &[&str]) -> PathPatterns {
    let globs = globs.iter();
    globs
        .map(|glob| PathPattern::parse(glob).unwrap())
        .collect()
}

/// Asks git which of some paths, none of which exists, a `.gitignore` ignores.
fn ignored_by_git(checkout: &Checkout, rules: &str, paths: &[String]) -> BTreeSet<String> {
    checkout.write(".gitignore", rules);
    let input = paths.join("\0") + "\0";
    let arguments = ["check-ignore", "-z", "--stdin", "--no-index"];
    let (text, _) = checkout.git_in(&checkout.root(), &arguments, &input);
    let found = text.split('\0').filter(|path| !path.is_empty());
    found.map(str::to_owned).collect()
}

/// Asks our rules, folder by folder from the top as the walk does.
fn ignored_by_us(rules: &str, paths: &[String]) -> BTreeSet<String> {
    let rules = Rules::parse(rules.as_bytes());
    let is_ignored = |path: &&String| {
        let slashes = path.match_indices('/').map(|(at, _)| at);
        let mut above = slashes.map(|at| &path[..at]);
        above.any(|folder| rules.decide(folder.as_bytes(), true, false) == Some(true))
            || rules.decide(path.as_bytes(), false, false) == Some(true)
    };
    paths.iter().filter(is_ignored).cloned().collect()
}

#[test]
fn rules_are_read_as_git_reads_them() {
    let checkout = Checkout::new();
    let rules = [
        "a",
        "/a",
        "a/",
        "*/a",
        "**/a",
        "a/**",
        "a\\/b",
        "?\\/?",
        "\\/a",
        "**\\/b",
        "a\\\\/b",
        "a/**\\/b",
        "a/**/b",
        "**",
        "*",
        "/*",
        "a/*",
        "!a",
        "*\n!b",
        "a?",
        "[ab]",
        "[!a]",
        "[^a]",
        "[a-c]",
        "[]a]",
        "[[:alpha:]]",
        "[[:nope:]]",
        "[a",
        "a\\",
        "\\a",
        "\\#a",
        "#a",
        "\\!a",
        "a ",
        "a\\ ",
        "a  \\ ",
        "a\t",
        "a\r",
        "a/b",
        "/a/b/",
        "a//b",
        "a**b",
        "**a",
        "a**",
        "a/**/**/b",
        "*.b",
        "*.*",
        "ab*",
        "*b*",
        "{a,b}",
        "a\n!a/b",
        "a/*\n!a/b",
        "\u{feff}a",
        "",
        " ",
        "/",
        "//",
        "!",
        "!/",
        "**/",
        "/**",
        "a/\\*",
        "[\\]]",
        "[a\\-c]",
        "*a*b*c",
    ];
    let paths = [
        "a", "b", "c", "ab", "abc", "a.b", ".b", "#a", "!a", "a ", "a\t", "*", "]", "-", "{a,b}",
        "a/b", "a/a", "b/a", "a/b/c", "a/c/b", "b/a/b", "a/x/y/b", "x/y/a", "a/*", "A", "ä", "a\\",
        "a\r", "axxb", "axxbyyc", "x/a.b/c",
    ]
    .map(str::to_owned);
    for rule in rules {
        let (git, ours) = (
            ignored_by_git(&checkout, rule, &paths),
            ignored_by_us(rule, &paths),
        );
        assert_eq!(ours, git, "{rule:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_rules_are_read_as_git_reads_them(
        rules in prop::collection::vec(r"!?[/ab*?\[\]\-\\. ]{1,8}", 1..5),
        paths in prop::collection::btree_set("[ab.]{1,3}(/[ab.-]{1,3}){0,3}", 40),
    ) {
        let is_plain = |path: &String| path.split('/').all(|name| name != "." && name != "..");
        let paths: Vec<String> = paths.into_iter().filter(is_plain).collect();
        // A bracket that holds a slash is a rule that we do not follow: it ignores less, which hides nothing.
        prop_assume!(!rules.iter().any(|rule| rule.contains('[') && rule.contains('/')));
        // So are stars that meet in a name, and slashes that are escaped behind them.
        prop_assume!(rules.iter().all(|rule| !rule.contains("\\/")
            && rule.trim_start_matches('!').split('/').all(|name| name == "**" || !name.contains("**"))));
        let rules = rules.join("\n");
        let checkout = Checkout::new();
        prop_assert_eq!(
            ignored_by_us(&rules, &paths),
            ignored_by_git(&checkout, &rules, &paths),
            "{:?}", rules
        );
    }
}

fn tracked(checkout: &Checkout) -> Vec<String> {
    let index = Index::read(&checkout.root().join(".git")).unwrap();
    let Span::Some(all) = index.all() else {
        panic!("a range");
    };
    let text = checkout.git(&["ls-files", "-z"]);
    let names: Vec<String> = text.split_terminator('\0').map(str::to_owned).collect();
    // All that git names are held, and there are no more of them.
    assert_eq!(all.len(), names.len());
    let held = names
        .iter()
        .filter(|name| index.holds(&index.all(), 0, name.as_bytes()));
    assert_eq!(held.count(), names.len());
    names
}

#[test]
fn the_index_is_read_in_all_its_versions() {
    for version in ["2", "3", "4"] {
        let checkout = Checkout::new();
        for name in [
            "a", "a.b", "a-/b", "a0", "b/c/d", "b/c/e", "b/d", "ä/ö", "x y",
        ] {
            checkout.write(name, name);
        }
        checkout.write(&format!("long/{}", "n".repeat(200)), "x");
        checkout.write(&format!("{0}/{0}/{0}/{0}", "deep".repeat(30)), "x");
        for number in 0..300 {
            checkout.write(&format!("many/file-{number}"), "x");
        }
        checkout.commit();
        checkout.write("new", "x");
        // Entries with more flags than version 2 has.
        checkout.git(&["add", "-N", "new"]);
        checkout.git(&["update-index", "--index-version", version]);
        assert_eq!(tracked(&checkout).len(), 312, "version {version}");
    }
}

#[test]
fn folders_are_found_in_the_index() {
    let checkout = Checkout::new();
    for name in ["a", "b-", "b/c", "b/d/e", "b/d/f", "b0", "bb/c"] {
        checkout.write(name, name);
    }
    checkout.commit();
    let index = Index::read(&checkout.root().join(".git")).unwrap();
    let below = |folder: &str| index.below(&index.all(), folder.as_bytes());
    assert_eq!(below("b"), Span::Some(2..5));
    assert_eq!(index.below(&below("b"), b"b/d"), Span::Some(3..5));
    assert_eq!(below("bb"), Span::Some(6..7));
    assert_eq!(below("a"), Span::Some(1..1));
    assert_eq!(below("z"), Span::Some(7..7));
    assert!(index.holds(&below("b"), 2, b"c"));
    assert!(!index.holds(&below("b"), 2, b"d"));
}

#[test]
fn other_forms_of_the_index_are_read() {
    let checkout = Checkout::new();
    for name in ["a", "b/c", "b/d", "e"] {
        checkout.write(name, name);
    }
    checkout.commit();
    checkout.git(&["update-index", "--split-index"]);
    checkout.write("new", "x");
    checkout.git(&["add", "new"]);
    assert_eq!(tracked(&checkout), ["a", "b/c", "b/d", "e", "new"]);
    checkout.git(&["update-index", "--no-split-index"]);
    checkout.git(&["config", "index.skipHash", "true"]);
    checkout.git(&["update-index", "--force-write-index", "--untracked-cache"]);
    assert_eq!(tracked(&checkout).len(), 5);
    checkout.git(&[
        "sparse-checkout",
        "set",
        "--cone",
        "--sparse-index",
        "nothing",
    ]);
    let index = Index::read(&checkout.root().join(".git")).unwrap();
    assert_eq!(index.below(&index.all(), b"b"), Span::All);
    assert!(index.holds(&Span::All, 2, b"anything"));
}

#[test]
fn an_index_of_longer_ids_is_read() {
    let checkout = Checkout {
        folder: tempfile::tempdir().unwrap(),
    };
    fs::create_dir(checkout.root()).unwrap();
    checkout.git(&["init", "-q", "--object-format=sha256"]);
    for name in ["a", "b/c"] {
        checkout.write(name, name);
    }
    checkout.commit();
    assert_eq!(tracked(&checkout), ["a", "b/c"]);
}

#[test]
fn a_damaged_index_is_an_error_and_never_a_panic() {
    for version in ["2", "4"] {
        let checkout = Checkout::new();
        for name in ["a", "b/c", "b/d"] {
            checkout.write(name, name);
        }
        checkout.commit();
        checkout.git(&["update-index", "--index-version", version]);
        let file = checkout.root().join(".git/index");
        let whole = fs::read(&file).unwrap();
        for length in 0..whole.len() - 20 {
            crate::state::replace(&file, &whole[..length]).unwrap();
            let read = Index::read(&checkout.root().join(".git"));
            // Cut behind all entries it may look like an index with fewer extensions.
            assert!(read.is_err() || length > 200, "{length}");
        }
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0xff;
            crate::state::replace(&file, &bytes).unwrap();
            let _ = Index::read(&checkout.root().join(".git"));
        }
        crate::state::replace(&file, b"DIRC").unwrap();
        let state = State::of(&checkout.root());
        let failed = digest(asked(&state, &checkout.root(), &patterns(&["**"])));
        let told = failed.unwrap_err().to_string();
        assert!(told.ends_with("git's index is damaged"), "{told}");
    }
}
