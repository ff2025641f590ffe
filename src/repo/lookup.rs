//! Where many paths lead, one after another.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Follow, Places, Repository, Resolved, normal};

/// Looks up one path after another. Paths of one folder mostly follow each other: its links are read once.
#[derive(Debug)]
pub struct Lookup<'r> {
    repository: &'r Repository,
    /// Folders whose links are resolved, and those above them.
    folders: BTreeMap<String, Resolved>,
    /// What the folder last resolved lies in: kept as soon as a second one lies there.
    above: String,
    /// Where the first path led that was followed to its end: mostly the call's own folder, which every command asks for.
    first: Option<(String, Places)>,
}

/// Folders that are kept; a call mostly needs a few.
const FOLDERS: usize = 256;

impl<'r> Lookup<'r> {
    #[must_use]
    pub fn new(repository: &'r Repository) -> Self {
        Self {
            repository,
            folders: BTreeMap::new(),
            above: String::new(),
            first: None,
        }
    }

    /// Returns where an absolute path leads.
    pub fn places(&mut self, absolute: &str, follow: Follow) -> Places {
        if follow == Follow::AllButLast {
            return self.look_up(absolute, follow);
        }
        if let Some((known, places)) = &self.first
            && known == absolute
        {
            return places.clone();
        }
        let places = self.look_up(absolute, follow);
        if self.first.is_none() {
            self.first = Some((absolute.to_owned(), places.clone()));
        }
        places
    }

    fn look_up(&mut self, absolute: &str, follow: Follow) -> Places {
        let (folder, name) = match absolute.rsplit_once('/') {
            Some((folder, name)) if !matches!(name, "" | "." | "..") => (folder, name),
            _ => return self.repository.places_of(Path::new(absolute), follow),
        };
        let real = self.folder(folder).then(Path::new(name), follow).path;
        Places {
            lexical: self.repository.place(&normal(Path::new(absolute))),
            real: self.repository.place(&real),
        }
    }
}

impl Lookup<'_> {
    /// Resolves a folder, from the one above it where that is known.
    fn folder(&mut self, folder: &str) -> Resolved {
        if let Some(known) = self.folders.get(folder) {
            return known.clone();
        }
        let resolved = match folder.rsplit_once('/') {
            Some((above, name)) if !matches!(name, "" | "." | "..") && !above.is_empty() => {
                if let Some(known) = self.folders.get(above).cloned() {
                    known.then(Path::new(name), Follow::All)
                } else if self.above == above {
                    let resolved = self.whole(above);
                    let above = self.keep(above, resolved);
                    above.then(Path::new(name), Follow::All)
                } else {
                    above.clone_into(&mut self.above);
                    self.whole(folder)
                }
            }
            _ => self.whole(folder),
        };
        self.keep(folder, resolved)
    }

    fn keep(&mut self, folder: &str, resolved: Resolved) -> Resolved {
        if self.folders.len() >= FOLDERS {
            self.folders.clear();
        }
        self.folders.insert(folder.to_owned(), resolved.clone());
        resolved
    }

    /// Resolves a folder by itself.
    fn whole(&self, folder: &str) -> Resolved {
        let path = if folder.is_empty() { "/" } else { folder };
        self.repository.resolved(Path::new(path), Follow::All)
    }
}
