//! Where many paths lead, one after another.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use super::{Follow, Places, Repository, Resolved, is_normal, normal, target_of};

/// Looks up one path after another. Paths of one folder mostly follow each other: its links are read once.
#[derive(Debug)]
pub struct Lookup<'r> {
    repository: &'r Repository,
    /// Folders whose links are resolved, and those above them.
    folders: BTreeMap<String, Rc<Resolved>>,
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
        if follow == Follow::All && self.repository.root.as_os_str() == absolute {
            return self.repository.places_of(Path::new(absolute), follow);
        }
        let repository = self.repository;
        let path = Path::new(absolute);
        let above = self.folder(folder);
        // On the usual way there is no link: then both are the same, and the path is there as a text.
        let is_straight = above.path.as_os_str() == folder && is_normal(absolute.as_bytes());
        if cfg!(unix) && is_straight {
            let may_lead_on = above.missing.is_none() && follow == Follow::All;
            if !(may_lead_on && matches!(target_of(path), Ok(Some(_)))) {
                let lexical = repository.place(path);
                let real = lexical.clone();
                return Places { lexical, real };
            }
        }
        let real = above.child(name, follow).path;
        Places {
            lexical: repository.place(&normal(path)),
            real: repository.place(&real),
        }
    }
}

impl Lookup<'_> {
    /// Resolves a folder, from the one above it where that is known.
    fn folder(&mut self, folder: &str) -> Rc<Resolved> {
        if let Some(known) = self.folders.get(folder) {
            return Rc::clone(known);
        }
        let resolved = match folder.rsplit_once('/') {
            Some((above, name)) if !matches!(name, "" | "." | "..") && !above.is_empty() => {
                if let Some(known) = self.folders.get(above) {
                    known.child(name, Follow::All)
                } else if self.above == above {
                    let resolved = self.whole(above);
                    self.keep(above, resolved).child(name, Follow::All)
                } else {
                    above.clone_into(&mut self.above);
                    self.whole(folder)
                }
            }
            _ => self.whole(folder),
        };
        self.keep(folder, resolved)
    }

    fn keep(&mut self, folder: &str, resolved: Resolved) -> Rc<Resolved> {
        if self.folders.len() >= FOLDERS {
            self.folders.clear();
        }
        let resolved = Rc::new(resolved);
        self.folders.insert(folder.to_owned(), Rc::clone(&resolved));
        resolved
    }

    /// Resolves a folder by itself.
    fn whole(&self, folder: &str) -> Resolved {
        let path = if folder.is_empty() { "/" } else { folder };
        self.repository.resolved(Path::new(path), Follow::All)
    }
}
