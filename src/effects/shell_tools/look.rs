//! A bounded look at what lies below a folder that is taken whole: `grep -r`, `cp -r`, `rm -r`.

use std::collections::VecDeque;
use std::sync::Arc;

use super::Walker;
use super::globs::take;
use super::sift::FileGlob;
use crate::deadline;
use crate::programs::Reading;
use crate::programs::reading::At;
use crate::repo::Place;
use crate::repo::text::{child, joined};
use crate::state::holds_copies;

/// Entries of one folder's tree that are looked at, nearest first.
const ENTRIES: usize = 2_000;
/// Folders whose content tools make: nothing in them is worth keeping from a tool.
const MADE: [&str; 12] = [
    ".git",
    "node_modules",
    ".venv",
    "venv",
    "target",
    "build",
    "dist",
    "vendor",
    "__pycache__",
    "site-packages",
    ".tox",
    ".cache",
];

/// Which files of a folder a command passes over.
#[derive(Debug, Clone, Default)]
pub(super) struct Sieve {
    only: Vec<FileGlob>,
    but: Vec<FileGlob>,
    /// Endings of the files that the program takes from folders; without any, all.
    takes: &'static [&'static str],
    /// Programs that leave out hidden and ignored files unless told otherwise.
    nothing: bool,
}

/// Files that formatters pass over in folders, or write as they are: package managers keep their form.
const KEPT: [&str; 2] = ["package-lock.json", "npm-shrinkwrap.json"];

impl Sieve {
    /// Reads a command's `--include` and `--exclude`.
    pub(super) fn of(
        name: &str,
        reading: &Reading<'_>,
        budget: &mut usize,
        text: impl Fn(At) -> String,
    ) -> Self {
        let mut sieve = Self::default();
        for option in &reading.options {
            let list = match option.name {
                "--include" | "-g" if name != "rsync" => &mut sieve.only,
                "--exclude" | "--exclude-dir" | "-x" => &mut sieve.but,
                _ => continue,
            };
            if let Some(glob) = option.value.map(&text) {
                list.extend(FileGlob::of(glob.trim_end_matches('/'), budget));
            }
        }
        if *budget == 0 {
            // Not all were read: nothing is held back.
            sieve.only.clear();
        }
        let is_shy = matches!(
            name,
            "rg" | "ripgrep" | "ag" | "ack" | "pt" | "ugrep" | "ug" | "fd" | "fdfind"
        );
        // What only checks the form of code says nothing of other files.
        let is_check = matches!(name, "ruff" | "prettier" | "black" | "isort" | "rustfmt")
            && (reading.has("--check") || reading.has("-c"));
        let told = ["--hidden", "--no-ignore", "-u", "-uu", "-uuu"];
        sieve.takes = reading.takes;
        sieve.nothing =
            is_check || (is_shy && !told.iter().any(|option| reading.has(option))) || name == "git";
        sieve
    }

    /// Whether it passes over anything.
    fn chooses(&self) -> bool {
        !(self.only.is_empty() && self.but.is_empty() && self.takes.is_empty())
    }

    fn lets(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        let is_left_out = path
            .split('/')
            .chain([path])
            .any(|part| self.but.iter().any(|glob| glob.is_match(part)));
        let is_taken = self.only.is_empty()
            || self
                .only
                .iter()
                .any(|glob| glob.is_match(name) || glob.is_match(path));
        let is_kind = self.takes.is_empty()
            || (self.takes.iter().any(|end| name.ends_with(end)) && !KEPT.contains(&name));
        is_taken && is_kind && !is_left_out
    }
}

impl Walker<'_> {
    /// Returns files below a folder of the repository, relative to its root: those nearest to the folder, and whether those
    /// are all that count.
    pub(super) fn held(&mut self, place: &Place, deletes: bool) -> (Arc<[String]>, bool) {
        let Place::Inside(folder) = place else {
            return (Arc::default(), false);
        };
        let is_git_clean = self.sieve.nothing && deletes;
        if (self.sieve.nothing && !is_git_clean)
            || folder.split('/').any(|name| MADE.contains(&name))
        {
            return (Arc::default(), true);
        }
        let (all, is_whole) = self.all_below(folder);
        if !self.sieve.chooses() {
            return (all, is_whole);
        }
        let shift = if folder.is_empty() {
            0
        } else {
            folder.len() + 1
        };
        let globs = self.sieve.only.len() + self.sieve.but.len();
        if take(&mut self.entries, all.len() * globs / 16).is_none() {
            return (all, is_whole);
        }
        let kept = all
            .iter()
            .filter(|path| self.sieve.lets(path.get(shift..).unwrap_or_default()));
        (kept.cloned().collect(), is_whole)
    }

    /// Returns the files below a folder that count, and whether these are all; a call looks once.
    pub(super) fn all_below(&mut self, folder: &str) -> (Arc<[String]>, bool) {
        if let Some((all, is_whole)) = self.looked.get(folder) {
            return (Arc::clone(all), *is_whole);
        }
        let (all, is_whole) = self.look(folder);
        let all: Arc<[String]> = all.into();
        let known = (Arc::clone(&all), is_whole);
        self.looked.insert(folder.to_owned(), known);
        (all, is_whole)
    }

    /// Returns the files below a folder, and whether the look came to its end.
    fn look(&mut self, folder: &str) -> (Vec<String>, bool) {
        let mut files = Vec::new();
        let mut budget = ENTRIES;
        let root = self.repository.root().to_path_buf();
        let mut pending = VecDeque::from([folder.to_owned()]);
        while let Some(folder) = pending.pop_front() {
            for entry in deadline::read_dir(child(&root, &folder))
                .into_iter()
                .flatten()
                .flatten()
            {
                let left = budget.checked_sub(1).zip(self.entries.checked_sub(1));
                let Some((left, entries)) = left else {
                    return (files, false);
                };
                (budget, self.entries) = (left, entries);
                let name = entry.file_name();
                let name = name.to_string_lossy();
                let path = joined(&folder, &name);
                let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
                if !is_folder {
                    files.push(path);
                } else if !MADE.contains(&name.as_ref()) && !holds_copies(&path) {
                    pending.push_back(path);
                }
            }
        }
        (files, true)
    }
}
