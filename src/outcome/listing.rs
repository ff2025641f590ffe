//! The files that are watched, found on the disk: only folders that a glob reaches are read, and what git ignores as a
//! whole is left out where a glob could match anywhere.

use std::fs;
use std::path::Path;

use super::Site;
use super::derived::By;
use super::git::LazyGit;
use super::stat::{self, Stat};
use super::watch::Watch;
use crate::repo::is_missing;
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
    /// Whether it lies behind a link.
    pub(super) by_link: bool,
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
    /// Whether files that git ignores are by-products, or there before the agent came and so noted.
    pub(super) only_new: bool,
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
            only_new: false,
        }
    }

    /// Reads a folder and those below it.
    pub(super) fn below(&mut self, folder: &str, by_link: bool) {
        let mut pending = vec![(folder.to_owned(), by_link)];
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
            by_link,
        });
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            // It went away since its parent was read: nothing is left to watch.
            Err(error) if is_missing(&error) => return,
            Err(_) => {
                self.unreadable.push(folder.to_owned());
                return;
            }
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
            // A link to a folder may lead to protected files; what lies behind a second one is somewhere else, and a new
            // link is a change itself.
            if kind.is_symlink()
                && !by_link
                && !self.only_new
                && self.leads_in(&child, &entry.path())
            {
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
        let is_by_product = |(rule, glob)| {
            let by = By {
                git: self.git,
                case,
                only_new: self.only_new,
            };
            by.is_product(&path, rule, glob)
        };
        if glob.is_some_and(|found| !is_by_product(found)) {
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
        !(self.is_known_folder)(folder)
            && self.watch.reaches(folder, self.site.case)
            && self.is_another_folder(path)
    }
}

impl Walk<'_> {
    /// Whether a link leads to a folder of the checkout that it does not itself lie in.
    fn is_another_folder(&self, link: &Path) -> bool {
        let real = |path: &Path| fs::canonicalize(path).ok();
        let (Some(target), Some(root)) = (real(link), real(self.site.root())) else {
            return false;
        };
        let here = link.parent().and_then(real);
        target.is_dir()
            && target.starts_with(&root)
            && !here.is_some_and(|here| here.starts_with(&target))
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}
