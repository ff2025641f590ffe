//! The files that are watched, found on the disk: only folders that a glob reaches are read, and what git ignores as a
//! whole is left out where a glob could match anywhere.

use std::fs;
use std::path::Path;

use super::Site;
use super::derived::is_by_product;
use super::git::LazyGit;
use super::stat::{self, Stat};
use super::watch::Watch;
use crate::state::FOLDER as STATE;

/// Entries that are looked at in one walk; far above any work tree that a person keeps.
const ENTRIES: usize = 3_000_000;

/// A folder as it was when its names were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Folder {
    /// Relative to the root; the root is "".
    pub(super) path: String,
    pub(super) stat: Stat,
    pub(super) noted: i64,
    /// Where it leads, when it is a link.
    pub(super) link: Option<String>,
}

/// One walk.
pub(super) struct Walk<'w> {
    pub(super) site: &'w Site,
    pub(super) watch: &'w Watch,
    pub(super) git: &'w LazyGit<'w>,
    /// Whether a folder is read elsewhere.
    pub(super) is_known_folder: &'w dyn Fn(&str) -> bool,
    /// Whether a file is noted already.
    pub(super) is_known_file: &'w dyn Fn(&str) -> bool,
    pub(super) files: Vec<String>,
    pub(super) folders: Vec<Folder>,
    /// Names that are not UTF-8, which no glob can be compared with.
    pub(super) unnamed: usize,
    pub(super) unreadable: Vec<String>,
    pub(super) budget: usize,
}

impl<'w> Walk<'w> {
    pub(super) fn new(
        site: &'w Site,
        watch: &'w Watch,
        git: &'w LazyGit<'w>,
        is_known_folder: &'w dyn Fn(&str) -> bool,
        is_known_file: &'w dyn Fn(&str) -> bool,
    ) -> Self {
        Self {
            site,
            watch,
            git,
            is_known_folder,
            is_known_file,
            files: Vec::new(),
            folders: Vec::new(),
            unnamed: 0,
            unreadable: Vec::new(),
            budget: ENTRIES,
        }
    }

    /// Reads a folder and those below it.
    pub(super) fn below(&mut self, folder: &str) {
        let mut pending = vec![(folder.to_owned(), false)];
        while let Some((folder, by_link)) = pending.pop() {
            self.read(&folder, by_link, &mut pending);
        }
    }

    fn read(&mut self, folder: &str, by_link: bool, pending: &mut Vec<(String, bool)>) {
        let path = self.site.path(folder);
        // Before the names are read, so that one that comes in between shows next time.
        let noted = stat::now();
        let Ok((_, stat)) = stat::look(&path) else {
            self.unreadable.push(folder.to_owned());
            return;
        };
        let link = fs::read_link(&path).ok();
        self.folders.push(Folder {
            path: folder.to_owned(),
            stat,
            noted,
            link: link.map(|target| target.to_string_lossy().into_owned()),
        });
        let Ok(entries) = fs::read_dir(&path) else {
            self.unreadable.push(folder.to_owned());
            return;
        };
        for entry in entries.flatten() {
            self.budget = match self.budget.checked_sub(1) {
                Some(budget) => budget,
                None => return,
            };
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                self.unnamed += 1;
                continue;
            };
            if name == ".git" || name == STATE {
                continue;
            }
            let child = join(folder, name);
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir() {
                if self.enters(&child, name) {
                    pending.push((child, by_link));
                }
                continue;
            }
            // A link to a folder may lead to protected files; what lies behind a second one is somewhere else.
            if kind.is_symlink() && !by_link && self.leads_in(&child, &entry.path()) {
                pending.push((child.clone(), true));
            }
            self.add(child);
        }
    }

    fn add(&mut self, path: String) {
        if (self.is_known_file)(&path) {
            return;
        }
        let case = self.site.case;
        let glob = self.watch.glob(&path, case);
        if glob.is_some_and(|(rule, glob)| !is_by_product(&path, rule, glob, self.git, case)) {
            self.files.push(path);
        }
    }

    fn enters(&self, folder: &str, name: &str) -> bool {
        if (self.is_known_folder)(folder) {
            return false;
        }
        let case = self.site.case;
        if self.watch.reaches(folder, case) {
            return true;
        }
        if !self.watch.is_everywhere(folder, case) {
            return false;
        }
        let git = self.git.get();
        git.tracks_below(folder) || (name != "node_modules" && !git.is_ignored(folder))
    }

    fn leads_in(&self, folder: &str, path: &Path) -> bool {
        let is_folder = || path.metadata().is_ok_and(|about| about.is_dir());
        !(self.is_known_folder)(folder) && self.watch.reaches(folder, self.site.case) && is_folder()
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}
