//! Puts noted files back. What is in their place is moved to `.hook-state/restored/`, so that nothing is lost and the whole
//! can be undone. Git's index, HEAD and stash are not touched.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::baseline::Baseline;
use super::compare::{self, Change};
use super::journal::{self, Journal, Steps};
use super::note::{Entry, Shape};
use super::stat::{self, Nature};
use super::store::Store;
use super::{Kind, Site};
use crate::state::{self, StateError};

/// Folder below the state folder, with one folder for each time.
pub const FOLDER: &str = "restored";
const FILES: &str = "files";

/// What became of one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// It is as it was.
    Restored,
    /// A file that was not there before was moved away.
    MovedAway,
    /// Nothing was changed, or what was done did not hold; the text says why.
    Failed(String),
}

/// One time that files were put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Name of its folder below [`FOLDER`].
    pub name: String,
    pub files: Vec<(String, Done)>,
}

/// Puts back what these changes changed.
///
/// # Errors
/// When there is no place to move aside what is replaced: then nothing is changed.
pub fn put_back(
    site: &Site,
    baseline: &Baseline,
    changes: &[Change],
    name: &str,
) -> Result<Restored, StateError> {
    let journal = Journal::begin(&site.state, &format!("{FOLDER}/{name}"))?;
    let mut store = Store::of(&site.state, &site.root);
    let mut files = Vec::new();
    let mut count = 0;
    for change in changes {
        let mut one = One {
            site,
            store: &mut store,
            journal: &journal,
            count: &mut count,
        };
        let done = match one.put_back(baseline, change) {
            Ok(done) => done,
            Err(why) => Done::Failed(why),
        };
        files.push((change.path.clone(), done));
    }
    journal.end();
    Ok(Restored {
        name: name.to_owned(),
        files,
    })
}

/// Work on one file.
struct One<'o, 's> {
    site: &'o Site,
    store: &'o mut Store<'s>,
    journal: &'o Journal,
    /// Files moved or kept aside so far.
    count: &'o mut usize,
}

impl One<'_, '_> {
    fn put_back(&mut self, baseline: &Baseline, change: &Change) -> Result<Done, String> {
        let path = self.site.path(&change.path);
        self.clear_way(baseline, &change.path)?;
        // Put back with the folder above it.
        if let Some(entry) = baseline.entry(&change.path)
            && compare::is_as_noted(self.site, entry)
        {
            return Ok(Done::Restored);
        }
        let Some(entry) = baseline.entry(&change.path) else {
            return self.without_entry(baseline, change);
        };
        if entry.shape == Shape::Missing {
            self.move_aside(&change.path)?;
            return Ok(Done::MovedAway);
        }
        if let Kind::Mode(from, _) = change.kind {
            self.remember(&change.path, "mode", Some(change.kind), None)?;
            stat::set_mode(&path, from).map_err(|error| error.to_string())?;
        } else {
            self.write(entry, &path)?;
        }
        self.verify(entry)
    }

    /// A file that came, or a link in place of a folder.
    fn without_entry(&mut self, baseline: &Baseline, change: &Change) -> Result<Done, String> {
        self.move_aside(&change.path)?;
        let Ok(at) = baseline.folder(&change.path) else {
            return Ok(Done::MovedAway);
        };
        let link = baseline
            .folders
            .get(at)
            .and_then(|folder| folder.link.clone());
        let path = self.site.path(&change.path);
        if let Some(target) = link {
            stat::make_link(&target, &path).map_err(|error| error.to_string())?;
            return Ok(Done::Restored);
        }
        fs::create_dir_all(&path).map_err(|error| error.to_string())?;
        let below = format!("{}/", change.path);
        let inner = baseline.entries.iter();
        for entry in inner.filter(|entry| entry.path.starts_with(&below)) {
            self.write(entry, &self.site.path(&entry.path))?;
        }
        Ok(Done::Restored)
    }

    /// Moves away links and files that stand where folders above the path were, so that nothing is written through them.
    fn clear_way(&mut self, baseline: &Baseline, path: &str) -> Result<(), String> {
        let names: Vec<&str> = path.split('/').collect();
        for end in 1..names.len() {
            let above = names.get(..end).unwrap_or_default().join("/");
            let Ok(at) = baseline.folder(&above) else {
                continue;
            };
            let was_link = baseline
                .folders
                .get(at)
                .is_some_and(|folder| folder.link.is_some());
            let full = self.site.path(&above);
            let nature = stat::look(&full).map(|(nature, _)| nature);
            match nature {
                Ok(Nature::Folder | Nature::Missing) => {}
                Ok(Nature::Link) if was_link => {}
                Ok(_) => self.move_aside(&above)?,
                Err(error) => return Err(format!("`{above}`: {error}")),
            }
        }
        Ok(())
    }

    /// Replaces what is at a path by what was noted, in one step where a file or a link was and is.
    fn write(&mut self, entry: &Entry, path: &Path) -> Result<(), String> {
        let content = match &entry.shape {
            Shape::File(digest) => {
                if let Some(why) = entry.not_kept() {
                    return Err(format!("{why}, so it cannot be brought back"));
                }
                let content = digest.as_ref().and_then(|digest| self.store.read(digest));
                Some(content.ok_or("its content is no longer there")?)
            }
            Shape::Link(_) => None,
            Shape::Missing => return Ok(()),
            Shape::Folder | Shape::Other => {
                return Err("it was no file, so it cannot be brought back".into());
            }
        };
        let failed = |error: io::Error| error.to_string();
        if let Some(above) = path.parent() {
            fs::create_dir_all(above).map_err(failed)?;
        }
        let beside = beside(path);
        // Left by a process that was killed; nobody else makes this name.
        let _ = fs::remove_file(&beside);
        match (&entry.shape, content) {
            (Shape::Link(target), _) => stat::make_link(target, &beside).map_err(failed)?,
            (_, Some(content)) => {
                state::replace(&beside, &content).map_err(failed)?;
                stat::set_mode(&beside, entry.stat.mode).map_err(failed)?;
            }
            _ => {}
        }
        let kept = self.keep_aside(&entry.path);
        let renamed = kept.and_then(|()| fs::rename(&beside, path).map_err(failed));
        if renamed.is_err() {
            let _ = fs::remove_file(&beside);
        }
        renamed
    }

    /// Keeps what is at a path under the folder for replaced files; a file stays where it is until it is replaced.
    fn keep_aside(&mut self, noted: &str) -> Result<(), String> {
        let path = self.site.path(noted);
        match stat::look(&path) {
            Ok((Nature::Missing, _)) => self.remember(noted, "missing", None, None),
            Ok((Nature::File | Nature::Link, _)) => {
                let to = self.place_aside(noted)?;
                fs::hard_link(&path, &to)
                    .or_else(|_| copy(&path, &to))
                    .map_err(|error| format!("what is there now cannot be kept: {error}"))?;
                self.remember(noted, "kept", None, Some(&to))
            }
            Ok(_) => self.move_aside(noted),
            Err(error) => Err(error.to_string()),
        }
    }

    fn move_aside(&mut self, noted: &str) -> Result<(), String> {
        let path = self.site.path(noted);
        let Ok((nature, _)) = stat::look(&path) else {
            return Err("it cannot be looked at".into());
        };
        if nature == Nature::Missing {
            return Ok(());
        }
        let to = self.place_aside(noted)?;
        self.remember(noted, "moved", None, Some(&to))?;
        let moved = fs::rename(&path, &to).or_else(|error| match nature {
            // Another file system.
            Nature::File | Nature::Link => copy(&path, &to).and_then(|()| fs::remove_file(&path)),
            _ => Err(error),
        });
        moved.map_err(|error| format!("what is there now cannot be moved away: {error}"))
    }

    /// A name of its own, whatever lay in what was moved before.
    fn place_aside(&mut self, noted: &str) -> Result<PathBuf, String> {
        let folder = self.journal.folder().join(FILES);
        fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let name = noted.rsplit('/').next().unwrap_or(noted);
        *self.count += 1;
        Ok(folder.join(format!("{}-{name}", self.count)))
    }

    /// Notes a step before it is taken.
    fn remember(
        &self,
        path: &str,
        what: &str,
        kind: Option<Kind>,
        to: Option<&Path>,
    ) -> Result<(), String> {
        let mode = match kind {
            Some(Kind::Mode(_, to)) => Some(to),
            _ => None,
        };
        let name = to.and_then(Path::file_name).and_then(|name| name.to_str());
        self.journal
            .step(&json!({"path": path, "what": what, "mode": mode, "as": name}))
    }

    fn verify(&self, entry: &Entry) -> Result<Done, String> {
        if compare::is_as_noted(self.site, entry) {
            Ok(Done::Restored)
        } else {
            Err("it was put back, but is not as it was: something else writes it".into())
        }
    }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.back", std::process::id()));
    path.with_file_name(name)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    match fs::read_link(from) {
        Ok(target) => stat::make_link(&target.to_string_lossy(), to),
        Err(_) => fs::copy(from, to).map(|_| ()),
    }
}

/// Returns the names of the times that files were put back, the latest first.
#[must_use]
pub fn times(site: &Site) -> Vec<String> {
    let Ok(entries) = fs::read_dir(site.state.folder().join(FOLDER)) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.path().join(journal::FILE).is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    names.reverse();
    names
}

/// Returns a name for this time that sorts behind those before it.
#[must_use]
pub fn name_now() -> String {
    let now = humantime::format_rfc3339_millis(std::time::SystemTime::now()).to_string();
    now.replace(':', "-")
}

/// What became of one path when a restore was undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undone {
    pub path: String,
    /// Why it was left as it is; `None` when it was not.
    pub left: Option<String>,
}

/// Undoes one time: puts what was moved aside where it was. Returns what became of each path.
///
/// # Errors
/// When its list cannot be read.
pub fn undo(site: &Site, name: &str) -> Result<Vec<Undone>, String> {
    let folder = format!("{FOLDER}/{name}");
    let list = Steps::read(&site.state, &folder)?;
    let aside = site.state.folder().join(&folder).join(FILES);
    let mut undone = Vec::new();
    // Folders were made room for before what lies in them was written.
    for (at, item) in list.steps.iter().rev().enumerate() {
        let text = |key: &str| item.get(key).and_then(Value::as_str).unwrap_or_default();
        let path = text("path");
        let done = match text("what") {
            "mode" => undo_mode(site, path, item.get("mode")),
            "missing" => remove(&site.path(path)),
            _ => {
                let from = aside.join(text("as").rsplit('/').next().unwrap_or_default());
                let was_not_taken = at == 0 && !list.is_whole && from.symlink_metadata().is_err();
                if was_not_taken {
                    continue;
                }
                put_again(&site.path(path), &from)
            }
        };
        undone.push(Undone {
            path: path.to_owned(),
            left: done.err().map(|error| error.to_string()),
        });
    }
    // Undone once is undone.
    let _ = fs::remove_file(site.state.folder().join(&folder).join(journal::FILE));
    Ok(undone)
}

fn undo_mode(site: &Site, path: &str, mode: Option<&Value>) -> io::Result<()> {
    let mode = mode
        .and_then(Value::as_u64)
        .and_then(|mode| u32::try_from(mode).ok());
    match mode {
        Some(mode) => stat::set_mode(&site.path(path), mode & 0o7777),
        None => Err(io::ErrorKind::InvalidData.into()),
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn put_again(path: &Path, from: &Path) -> io::Result<()> {
    if from.symlink_metadata().is_err() {
        return Err(io::Error::other("what was moved aside is no longer there"));
    }
    let is_folder = |path: &Path| path.symlink_metadata().is_ok_and(|about| about.is_dir());
    if is_folder(path) {
        // Only an empty one gives way.
        fs::remove_dir(path)?;
    } else if is_folder(from) {
        remove(path)?;
    }
    if let Some(above) = path.parent() {
        fs::create_dir_all(above)?;
    }
    fs::rename(from, path).or_else(|_| {
        remove(path)?;
        copy(from, path)
    })
}
