//! The way through the folders: each is read once, and each file that may be an input is asked about once.
//!
//! Small trees are walked alone; in larger ones as many threads help as the machine has cores.

use std::ffi::{OsStr, OsString};
use std::fs::{self, DirEntry};
use std::io;
use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::place::{Known, Place, RULES, Wanted, joined};
use super::trail::{Trail, Witness};
use super::tree::{Block, Builder};
use crate::digests::{Digest, Digests, Found, Reader};
use crate::repo::is_missing;
use crate::state::FOLDER;

/// Folders that wait before other threads are worth their start.
const WORTH_HELP: usize = 16;
/// More threads wait for the disk and for each other.
const THREADS: usize = 8;
/// Entries that are looked at behind links to folders: a link may lead to anything, such as a whole disk.
const BEHIND_LINKS: usize = 250_000;

/// What was found on the way.
#[derive(Debug, Default)]
struct Yield {
    blocks: Vec<Block>,
    /// Links to folders, whose content counts as if it stood in their place.
    links: Vec<Link>,
    /// How many names were read.
    names: usize,
    trail: Trail,
}

#[derive(Debug)]
struct Link {
    folder: Arc<Place>,
    name: OsString,
    relative: String,
}

/// Finds all inputs below a folder, in the order of their folders, and notes what was gone by.
///
/// # Errors
/// When a file that counts, a folder that may hold one, or git's index cannot be read.
pub(super) fn walk(
    base: &Path,
    wanted: Wanted<'_>,
    digests: &mut Digests,
) -> io::Result<(Vec<Block>, Trail)> {
    let mut known = Known::default();
    let start = Place::start(base, String::new(), Vec::new(), &mut known)?;
    let checkout = Arc::clone(start.checkout());
    let mut found = round(vec![start], wanted, digests)?;
    let mut blocks = found.blocks;
    let mut trail = found.trail;
    trail.checkout(base, Some(&checkout));
    if !found.links.is_empty() || digests.files_read() > 0 {
        trail.breaks();
    }
    let mut names = 0;
    while !found.links.is_empty() {
        found
            .links
            .sort_by(|one, other| one.relative.cmp(&other.relative));
        let first = found.links.first().map(|link| link.relative.clone());
        let mut starts = Vec::new();
        for link in found.links {
            starts.extend(link.follow(&mut known)?);
        }
        found = round(starts, wanted, digests)?;
        blocks.append(&mut found.blocks);
        names += found.names;
        if names > BEHIND_LINKS {
            return Err(io::Error::other(format!(
                "links to folders, such as `{}`, lead to more than {BEHIND_LINKS} files; except them, as in `!{}/**`",
                first.as_deref().unwrap_or_default(),
                first.as_deref().unwrap_or_default(),
            )));
        }
    }
    blocks.sort_by(|one, other| one.folder.cmp(&other.folder));
    Ok((blocks, trail))
}

/// Walks from some folders to all below them, links aside.
fn round(starts: Vec<Place>, wanted: Wanted<'_>, digests: &mut Digests) -> io::Result<Yield> {
    let mut reader = digests.reader();
    let mut gathered = Yield::default();
    let mut pending = starts;
    while pending.len() < WORTH_HELP
        && let Some(place) = pending.pop()
    {
        visit(place, wanted, &mut reader, &mut gathered, &mut pending)?;
    }
    let mut results: Vec<(Yield, Found)> = vec![(gathered, reader.finish())];
    if !pending.is_empty() {
        let queue = Queue::of(pending);
        let digests = &*digests;
        let helpers = thread::available_parallelism()
            .map_or(1, NonZero::get)
            .min(THREADS);
        let work = || queue.work(wanted, digests.reader());
        let done: Vec<(Yield, Found)> = thread::scope(|scope| {
            let threads: Vec<_> = (1..helpers)
                .filter_map(|_| thread::Builder::new().spawn_scoped(scope, work).ok())
                .collect();
            let own = work();
            let others = threads.into_iter().filter_map(|thread| thread.join().ok());
            others.chain([own]).collect()
        });
        queue.ended()?;
        results.extend(done);
    }
    let mut all = Yield::default();
    for (mut part, found) in results {
        all.blocks.append(&mut part.blocks);
        all.links.append(&mut part.links);
        all.names += part.names;
        all.trail.absorb(part.trail);
        digests.absorb(found);
    }
    Ok(all)
}

/// Folders that several threads take from and add to.
struct Queue {
    line: Mutex<Line>,
    moved: Condvar,
    /// Threads that have nothing to do.
    waiting: AtomicUsize,
}

struct Line {
    pending: Vec<Place>,
    /// Threads that may still add folders.
    busy: usize,
    failure: Option<io::Error>,
}

impl Queue {
    fn of(pending: Vec<Place>) -> Self {
        Self {
            line: Mutex::new(Line {
                pending,
                busy: 0,
                failure: None,
            }),
            moved: Condvar::new(),
            waiting: AtomicUsize::new(0),
        }
    }

    fn work(&self, wanted: Wanted<'_>, mut reader: Reader<'_>) -> (Yield, Found) {
        let mut gathered = Yield::default();
        let mut own = Vec::new();
        while let Some(place) = self.next() {
            // Dropped last, also by a panic: nobody waits for a thread that is gone.
            let _busy = Busy(self);
            own.push(place);
            // What is found below is kept to oneself, because handing over costs; unless somebody waits.
            while let Some(place) = own.pop() {
                if let Err(failure) = visit(place, wanted, &mut reader, &mut gathered, &mut own) {
                    self.line().failure.get_or_insert(failure);
                    own.clear();
                }
                if own.len() > 1 && self.waiting.load(Ordering::Relaxed) > 0 {
                    let shared = own.drain(..own.len() / 2);
                    self.line().pending.extend(shared);
                    self.moved.notify_all();
                }
            }
        }
        (gathered, reader.finish())
    }

    /// Returns the next folder; `None` when there are none and no thread can add any, or when one has failed.
    fn next(&self) -> Option<Place> {
        let mut line = self.line();
        loop {
            if line.failure.is_some() {
                return None;
            }
            if let Some(place) = line.pending.pop() {
                line.busy += 1;
                return Some(place);
            }
            if line.busy == 0 {
                return None;
            }
            self.waiting.fetch_add(1, Ordering::Relaxed);
            line = self
                .moved
                .wait(line)
                .unwrap_or_else(PoisonError::into_inner);
            self.waiting.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Returns how it went, after all threads.
    fn ended(self) -> io::Result<()> {
        let line = self
            .line
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        match line.failure {
            Some(failure) => Err(failure),
            None if !line.pending.is_empty() || line.busy > 0 => {
                Err(io::Error::other("a thread that read them failed"))
            }
            None => Ok(()),
        }
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A thread that is reading a folder.
struct Busy<'q>(&'q Queue);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        let mut line = self.0.line();
        line.busy = line.busy.saturating_sub(1);
        if thread::panicking() {
            line.failure
                .get_or_insert_with(|| io::Error::other("a thread that read them failed"));
        }
        drop(line);
        self.0.moved.notify_all();
    }
}

/// Reads one folder.
fn visit(
    mut place: Place,
    wanted: Wanted<'_>,
    reader: &mut Reader<'_>,
    gathered: &mut Yield,
    pending: &mut Vec<Place>,
) -> io::Result<()> {
    // Before the names are read, so that one that comes in between shows next time.
    let about = place.path.symlink_metadata();
    let entries = match read(&place.path) {
        Ok(entries) => entries,
        Err(error) if is_missing(&error) => return Ok(()),
        Err(error) => return Err(named(&place.relative, &error)),
    };
    gathered.names += entries.len();
    let has = |name: &str| entries.iter().any(|(other, _)| other == name);
    let (has_rules, has_git) = (has(RULES), has(".git"));
    place
        .enter(has_rules, has_git, wanted)
        .map_err(|error| named(&place.relative, &error))?;
    let trail = &mut gathered.trail;
    trail.folder(
        &place.bytes,
        about.ok().and_then(|about| reader.settled(&about)),
    );
    if has_git {
        trail.checkout(&place.path, place.own_checkout());
    }
    if has_rules {
        let about = place.path.join(RULES).symlink_metadata().ok();
        let stamp = about.and_then(|about| reader.settled(&about));
        trail.add(RULES.as_bytes(), &Witness::plain(stamp));
    }
    let place = Arc::new(place);
    let mut files = Builder::default();
    let mut relative = place.relative.clone();
    if !relative.is_empty() {
        relative.push('/');
    }
    let start = relative.len();
    for (name, entry) in entries {
        if name == ".git" || name == FOLDER {
            continue;
        }
        relative.truncate(start);
        relative.push_str(&name.to_string_lossy());
        let look = Look {
            place: &place,
            name: &name,
            relative: &relative,
            entry: &entry,
            wanted,
        };
        match look.at(reader).map_err(|error| named(&relative, &error))? {
            Seen::Nothing => {}
            Seen::Folder(folder) => pending.push(folder),
            Seen::File(digest, witness) => {
                gathered.trail.add(name.as_encoded_bytes(), &witness);
                files.push(name.as_encoded_bytes(), digest);
            }
            Seen::Link(digest) => {
                files.push(name.as_encoded_bytes(), digest);
                gathered.links.push(Link {
                    folder: Arc::clone(&place),
                    name,
                    relative: relative.clone(),
                });
            }
        }
    }
    gathered.blocks.extend(files.finish(&place.bytes));
    Ok(())
}

/// One name in a folder.
struct Look<'a> {
    place: &'a Arc<Place>,
    name: &'a OsStr,
    relative: &'a str,
    entry: &'a DirEntry,
    wanted: Wanted<'a>,
}

enum Seen {
    /// No input.
    Nothing,
    /// May hold inputs.
    Folder(Place),
    File(Digest, Witness),
    /// A link to a folder that may hold inputs.
    Link(Digest),
}

impl Look<'_> {
    fn at(&self, reader: &mut Reader<'_>) -> io::Result<Seen> {
        let Wanted { patterns, case } = self.wanted;
        let kind = self.entry.file_type()?;
        if kind.is_dir() {
            if !patterns.can_match_below(self.relative, case) {
                return Ok(Seen::Nothing);
            }
            let folder = self.place.folder(self.name, self.relative, self.wanted);
            return Ok(folder.map_or(Seen::Nothing, Seen::Folder));
        }
        // Links count themselves and for the folder that they lead to; pipes and the like hold no content.
        let leads = kind.is_symlink()
            && patterns.can_match_below(self.relative, case)
            && fs::metadata(self.place.path.join(self.name)).is_ok_and(|about| about.is_dir());
        let is_covered = leads || patterns.matches(self.relative, case).is_some();
        if !(kind.is_file() || kind.is_symlink()) || !is_covered {
            return Ok(Seen::Nothing);
        }
        let name = self.name.as_encoded_bytes();
        if !self.place.counts(name, self.relative, self.wanted) {
            return Ok(Seen::Nothing);
        }
        let about = match self.entry.metadata() {
            Ok(about) => about,
            Err(error) if is_missing(&error) => return Ok(Seen::Nothing),
            Err(error) => return Err(error),
        };
        let stamp = reader.settled(&about);
        let known = about.is_file().then(|| reader.remembered(&about)).flatten();
        if let Some(digest) = known {
            return Ok(Seen::File(digest, Witness::plain(stamp)));
        }
        let path = self.place.path.join(self.name);
        let witness = if about.is_symlink() {
            Witness::link(stamp, &path, |about| reader.settled(about))
        } else {
            Witness::None
        };
        Ok(match reader.digest_of(&path, &about)? {
            None => Seen::Nothing,
            Some(digest) if leads => Seen::Link(digest),
            Some(digest) => Seen::File(digest, witness),
        })
    }
}

impl Link {
    /// Returns the folder behind the link; `None` when it is gone, no work of people, or when the way there ends where it
    /// began.
    fn follow(self, known: &mut Known) -> io::Result<Option<Place>> {
        let real = match fs::canonicalize(self.folder.path.join(&self.name)) {
            Ok(real) => real,
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                return Err(named(&self.relative, &error));
            }
            Err(_) => return Ok(None),
        };
        let is_kept = |name: &OsStr| name == ".git" || name == FOLDER;
        let mut behind = self.folder.behind.clone();
        behind.push(self.folder.path.clone());
        if real.iter().any(is_kept) || behind.iter().any(|folder| folder.starts_with(&real)) {
            return Ok(None);
        }
        let bytes = joined(&self.folder.bytes, self.name.as_encoded_bytes());
        let mut place = Place::start(&real, self.relative, bytes, known)?;
        place.behind = behind;
        Ok(Some(place))
    }
}

/// Returns the names in a folder, in their order.
fn read(folder: &Path) -> io::Result<Vec<(OsString, DirEntry)>> {
    let mut entries = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| (entry.file_name(), entry)))
        .collect::<io::Result<Vec<_>>>()?;
    entries.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    Ok(entries)
}

fn named(relative: &str, error: &io::Error) -> io::Error {
    if relative.is_empty() {
        return io::Error::new(error.kind(), error.to_string());
    }
    io::Error::new(error.kind(), format!("`{relative}`: {error}"))
}
