//! What a repository holds, as far as the starter policy wants to know: a bounded look that git's ignore rules guide.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

/// Files looked at, at most: enough to know what a repository is made of.
const FILES: usize = 20_000;
/// Largest file that is read.
const SIZE: u64 = 1024 * 1024;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Names of files at the root.
    root: BTreeSet<String>,
    /// Every ending, with one file that has it.
    endings: BTreeMap<String, String>,
    /// Folders below the root that hold a manifest of their own.
    projects: BTreeSet<String>,
    /// Names of folders, with one file below each.
    folders: BTreeMap<String, String>,
    /// Contents of files at the root that were asked for.
    texts: BTreeMap<String, String>,
}

/// Files at the root whose content says more than their name.
const READ: [&str; 12] = [
    "package.json",
    "composer.json",
    "pyproject.toml",
    "setup.cfg",
    "tox.ini",
    "requirements.txt",
    "requirements-dev.txt",
    "Makefile",
    "justfile",
    "Gemfile",
    ".gitattributes",
    "Cargo.toml",
];

/// Files that say of a folder that it has tests of its own.
const MANIFESTS: [&str; 7] = [
    "Cargo.toml",
    "go.mod",
    "package.json",
    "pyproject.toml",
    "pom.xml",
    "Gemfile",
    "composer.json",
];

impl Survey {
    /// Looks at a repository.
    pub(super) fn of(root: &Path) -> Self {
        let mut survey = Self::default();
        let walk = ignore::WalkBuilder::new(root)
            .hidden(false)
            .parents(false)
            .require_git(false)
            .filter_entry(|entry| entry.file_name() != ".git")
            .sort_by_file_name(Ord::cmp)
            .build();
        let files = walk
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()));
        for entry in files.take(FILES) {
            let path = entry.path().strip_prefix(root).ok().and_then(Path::to_str);
            if let Some(path) = path {
                survey.note(&path.replace('\\', "/"));
            }
        }
        for name in READ {
            let path = root.join(name);
            let is_small = fs::metadata(&path).is_ok_and(|about| about.len() <= SIZE);
            if is_small && let Ok(text) = fs::read_to_string(&path) {
                survey.texts.insert(name.to_owned(), text);
            }
        }
        survey
    }

    fn note(&mut self, path: &str) {
        let mut folders: Vec<&str> = path.split('/').collect();
        let name = folders.pop().unwrap_or_default();
        if folders.is_empty() {
            self.root.insert(name.to_owned());
        } else if MANIFESTS.contains(&name) {
            self.projects.insert(folders.join("/"));
        }
        for (at, _) in name.match_indices('.').filter(|(at, _)| *at > 0) {
            let ending = name.get(at..).unwrap_or_default().to_owned();
            self.endings
                .entry(ending)
                .or_insert_with(|| path.to_owned());
        }
        for depth in 1..=folders.len() {
            let folder = folders.get(..depth).unwrap_or_default().join("/");
            self.folders
                .entry(folder)
                .or_insert_with(|| path.to_owned());
        }
    }

    /// Whether there is a file with this name at the root.
    pub(super) fn has(&self, name: &str) -> bool {
        self.root.contains(name)
    }

    /// Returns the folders below the root that hold a manifest of their own.
    pub(super) fn projects(&self) -> impl Iterator<Item = &str> {
        self.projects.iter().map(String::as_str)
    }

    /// Returns the first of these files at the root.
    pub(super) fn first<'a>(&self, names: &[&'a str]) -> Option<&'a str> {
        names.iter().copied().find(|name| self.has(name))
    }

    /// Returns a file whose name ends so.
    pub(super) fn with_ending(&self, ending: &str) -> Option<&str> {
        self.endings.get(ending).map(String::as_str)
    }

    /// Returns a file below a folder.
    pub(super) fn below(&self, folder: &str) -> Option<&str> {
        self.folders.get(folder).map(String::as_str)
    }

    /// Returns the folders with this name, wherever they are, each with a file below it.
    pub(super) fn folders_named<'a>(
        &'a self,
        name: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.folders
            .iter()
            .filter(move |(folder, _)| folder.rsplit('/').next() == Some(name))
            .map(|(folder, file)| (folder.as_str(), file.as_str()))
    }

    /// Returns a file that is looked at for its content; empty when it is missing.
    pub(super) fn text(&self, name: &str) -> &str {
        self.texts.get(name).map_or("", String::as_str)
    }

    /// Returns a script of a `package.json` or `composer.json`.
    pub(super) fn script(&self, file: &str, name: &str) -> Option<String> {
        let json: Value = serde_json::from_str(self.text(file)).ok()?;
        let script = json.get("scripts")?.get(name)?;
        Some(script.as_str().unwrap_or("a list").to_owned())
    }

    /// Whether a makefile or justfile has a target with this name.
    pub(super) fn has_target(&self, file: &str, name: &str) -> bool {
        let mut lines = self.text(file).lines();
        lines.any(|line| {
            let after = line.strip_prefix(name).map(str::trim_start);
            after.is_some_and(|rest| rest.starts_with(':') && !rest.starts_with(":="))
        })
    }

    /// Returns the patterns that `.gitattributes` calls generated.
    pub(super) fn generated(&self) -> Vec<&str> {
        let lines = self.text(".gitattributes").lines().map(str::trim);
        let marked = lines.filter(|line| {
            let mut words = line.split_whitespace().skip(1);
            words.any(|word| matches!(word, "linguist-generated" | "linguist-generated=true"))
        });
        marked
            .filter_map(|line| line.split_whitespace().next())
            .filter(|pattern| !pattern.starts_with(['#', '"', '!']))
            .collect()
    }

    /// Returns the first file that fits a pattern of `.gitattributes`.
    pub(super) fn fitting(&self, pattern: &str) -> Option<&str> {
        let pattern = pattern.trim_start_matches('/');
        let glob = globset::GlobBuilder::new(pattern)
            .literal_separator(true)
            .build();
        let glob = glob.ok()?.compile_matcher();
        let by_name = !pattern.contains('/');
        let mut files = self.endings.values().chain(self.folders.values());
        files
            .find(|file| {
                let name = file.rsplit('/').next().unwrap_or(file);
                glob.is_match(if by_name { name } else { file.as_str() })
            })
            .map(String::as_str)
    }
}
