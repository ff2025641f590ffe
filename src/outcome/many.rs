//! Looks at many paths at once: by their folders, so that the way there is gone once for each, and by several threads.

use std::io;
use std::num::NonZero;
use std::path::Path;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::stat::{self, Nature, Stat};

/// Paths that a thread takes at a time; fewer are no work for two.
const SHARE: usize = 512;
/// More threads wait for the disk and for each other.
const THREADS: usize = 8;

/// What one look saw.
#[derive(Debug)]
pub(super) struct Seen {
    /// Before the look, in nanoseconds since 1970.
    pub(super) noted: i64,
    pub(super) what: io::Result<(Nature, Stat)>,
}

/// Looks at every path, each relative to the root or absolute, in the order given.
pub(super) fn look(root: &Path, paths: &[&str]) -> Vec<Seen> {
    let shares: Vec<&[&str]> = paths.chunks(SHARE).collect();
    if shares.len() < 2 {
        return one_share(root, paths);
    }
    let done: Vec<Mutex<Vec<Seen>>> = shares.iter().map(|_| Mutex::default()).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let (Some(share), Some(slot)) = (shares.get(at), done.get(at)) else {
                return;
            };
            let seen = one_share(root, share);
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = seen;
        }
    };
    let helpers = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        for _ in 1..helpers.min(THREADS).min(shares.len()) {
            // Without a helper the share is done here.
            let _ = thread::Builder::new().spawn_scoped(scope, work);
        }
        work();
    });
    done.into_iter()
        .flat_map(|slot| slot.into_inner().unwrap_or_else(PoisonError::into_inner))
        .collect()
}

#[cfg(target_os = "linux")]
fn one_share(root: &Path, paths: &[&str]) -> Vec<Seen> {
    use rustix::fs::{AtFlags, CWD, Mode, OFlags, openat, statat};
    use rustix::io::Errno;

    let noted = stat::now();
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    // Only asked for by their places in it: putting paths together would take longer than asking.
    let Ok(top) = openat(CWD, root, flags, Mode::empty()) else {
        return paths.iter().map(|path| alone(root, path, noted)).collect();
    };
    let mut last = None;
    let mut seen = Vec::with_capacity(paths.len());
    for path in paths {
        let split = path
            .rsplit_once('/')
            .filter(|(folder, _)| !folder.is_empty());
        let (folder, name) = split.unwrap_or(("", path));
        if last.as_ref().is_none_or(|(known, _)| *known != folder) {
            let place = if folder.is_empty() { "." } else { folder };
            let opened = openat(&top, place, flags, Mode::empty());
            last = Some((folder, opened));
        }
        let about = match &last {
            Some((_, Ok(folder))) => statat(folder, name, AtFlags::SYMLINK_NOFOLLOW),
            Some((_, Err(error))) => Err(*error),
            None => Err(Errno::IO),
        };
        let what = match about {
            Ok(about) => Ok(stat::of_raw(&about)),
            // Nothing is in a folder that is not there.
            Err(Errno::NOENT) if !name.is_empty() => Ok((Nature::Missing, Stat::default())),
            // What is not to be seen is asked for by its whole path, which says why.
            Err(_) => {
                seen.push(alone(root, path, noted));
                continue;
            }
        };
        seen.push(Seen { noted, what });
    }
    seen
}

fn alone(root: &Path, path: &str, noted: i64) -> Seen {
    Seen {
        noted,
        what: stat::look(&root.join(path)),
    }
}

#[cfg(not(target_os = "linux"))]
fn one_share(root: &Path, paths: &[&str]) -> Vec<Seen> {
    let noted = stat::now();
    paths.iter().map(|path| alone(root, path, noted)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_is_seen_as_by_itself() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let mut paths = Vec::new();
        for number in 0..1_500 {
            let name = format!("folder{}/file{number}", number / 40);
            std::fs::create_dir_all(root.join(&name).parent().unwrap()).unwrap();
            if number % 7 > 0 {
                crate::state::replace(&root.join(&name), "x".repeat(number).as_bytes()).unwrap();
            }
            paths.push(name);
        }
        let absolute = root.join("folder0/file1").to_str().unwrap().to_owned();
        let file = "folder0/file1/x".to_owned();
        let more = ["", ".", "folder1", "none", "none/at/all", "/", "/none"].map(str::to_owned);
        paths.extend([absolute, file]);
        paths.extend(more);
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let all = look(root, &paths);
        assert_eq!(all.len(), paths.len());
        for (path, seen) in paths.iter().zip(all) {
            let alone = stat::look(&root.join(path)).map_err(|error| error.kind());
            assert_eq!(seen.what.map_err(|error| error.kind()), alone, "{path}");
        }
    }
}
