//! Whether anything moved since a walk left its trail: stamps are compared; no folder is listed and no file read.
//!
//! Only on file systems of Linux that are known to stamp a folder with each name that comes or goes. Everywhere else, and
//! whenever anything differs or cannot be asked, there is no answer, and the folders are walked.

#[cfg(target_os = "linux")]
mod compare;
mod file;

use std::path::{Path, PathBuf};

use file::{Checkout, Head};

use super::Asked;
use super::checkout::{index_about, names_now, rules_now};
use super::place::RULES;
use super::trail::Trail;
use crate::digests::{Digests, MARGIN, Stamp, device};
use crate::repo::checkout::git_folder;
use crate::state::{StateError, file_name};

/// What decides from above a gate's base which files count. Asked before a walk.
#[derive(Debug, Default)]
pub(super) struct Above {
    base: PathBuf,
    /// Folders at and above the base that are no checkouts, up to the one that is.
    without: Vec<PathBuf>,
    /// Files of rules between them, with `None` where there is none.
    rules: Vec<(PathBuf, Option<Stamp>)>,
}

impl Above {
    /// Looks up from a base; `None` where there can be no trail.
    pub(super) fn of(base: &Path) -> Option<Self> {
        let base = std::fs::canonicalize(base).ok()?;
        let folders = base.ancestors();
        let without: Vec<PathBuf> = folders
            .take_while(|folder| git_folder(folder).is_none())
            .map(Path::to_path_buf)
            .collect();
        let count = base.ancestors().count();
        // Outside git no rules are read.
        let above = if without.len() == count {
            0
        } else {
            without.len()
        };
        let folders = base.ancestors().skip(1).take(above);
        let rules = folders.map(|folder| {
            let file = folder.join(RULES);
            match file.symlink_metadata() {
                Ok(about) => Some((file, Some(Stamp::of(&about)?))),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Some((file, None)),
                Err(_) => None,
            }
        });
        Some(Self {
            rules: rules.collect::<Option<_>>()?,
            without,
            base,
        })
    }
}

/// Keeps a walk's trail, when it is one.
///
/// # Errors
/// Those of writing it.
pub(super) fn keep(
    asked: Asked<'_>,
    above: Option<Above>,
    mut trail: Trail,
    digests: &Digests,
    digest: &str,
) -> Result<(), StateError> {
    let (Some(above), Some(opened)) = (above, digests.opened()) else {
        return Ok(());
    };
    if !trail.is_whole() || !stamps_folders(&above.base) {
        return Ok(());
    }
    let reader = digests.reader();
    let checkouts = trail.checkouts.iter().map(|checkout| Checkout {
        top: checkout.top.clone(),
        git: checkout.git.clone(),
        index: checkout
            .about
            .as_ref()
            .and_then(|about| reader.settled(about)),
        names: *checkout.names().as_bytes(),
        rules: checkout.rules().map(|digest| *digest.as_bytes()),
    });
    let checkouts: Vec<Checkout> = checkouts.collect();
    let stamps = above.rules.iter().filter_map(|(_, stamp)| *stamp);
    let stamps = stamps.chain(checkouts.iter().filter_map(|checkout| checkout.index));
    let latest = stamps.fold(trail.latest, |latest, stamp| latest.max(stamp.latest()));
    if latest.saturating_add(MARGIN) >= opened.nanoseconds {
        return Ok(());
    }
    let mut without = above.without;
    without.append(&mut trail.without);
    let head = Head {
        key: key(asked, &above.base),
        digest: digest.to_owned(),
        device: opened.device,
        latest,
        checkouts,
        without,
        rules: above.rules,
        chunks: Vec::new(),
    };
    asked
        .state
        .write_bytes(&name(asked.gate), &head.encode(trail.chunks()))
}

/// Returns the digest that the last trail led to, when nothing on it moved.
pub(super) fn digest(asked: Asked<'_>) -> Option<String> {
    let now = asked.state.moment()?;
    digest_at(asked, now)
}

#[cfg(target_os = "linux")]
pub(super) fn digest_at(asked: Asked<'_>, now: crate::state::clock::Moment) -> Option<String> {
    let (head, chunks) = file::open(asked.state, &name(asked.gate))?;
    let base = std::fs::canonicalize(asked.base).ok()?;
    let is_past = head.latest.saturating_add(MARGIN) < now.nanoseconds;
    if head.key != key(asked, &base) || head.device != now.device || !is_past {
        return None;
    }
    if !stamps_folders(&base) || !is_decided_alike(&head) {
        return None;
    }
    compare::is_same(&base, &head, &chunks).then_some(head.digest)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn digest_at(_asked: Asked<'_>, _now: crate::state::clock::Moment) -> Option<String> {
    None
}

/// Whether the same files count: what git and its rules say is as it was.
fn is_decided_alike(head: &Head) -> bool {
    let no_checkout = |folder: &PathBuf| git_folder(folder).is_none();
    head.without.iter().all(no_checkout)
        && head.rules.iter().all(|(file, stamp)| match stamp {
            None => file
                .symlink_metadata()
                .is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound),
            Some(_) => file
                .symlink_metadata()
                .is_ok_and(|about| device(&about) == head.device && Stamp::of(&about) == *stamp),
        })
        && head
            .checkouts
            .iter()
            .all(|checkout| is_alike(checkout, head.device))
}

fn is_alike(checkout: &Checkout, on: u64) -> bool {
    let git = checkout.git.as_deref();
    if let Some(git) = git {
        if git_folder(&checkout.top).as_deref() != Some(git) {
            return false;
        }
        let about = index_about(git).filter(|about| device(about) == on);
        let stamp = about.and_then(|about| Stamp::of(&about));
        // Git writes its index anew for its own sake: only the names count.
        let is_same = stamp.is_some() && stamp == checkout.index;
        if !is_same && names_now(git).map(|names| *names.as_bytes()) != Some(checkout.names) {
            return false;
        }
    }
    checkout
        .rules
        .is_none_or(|rules| rules_now(git).as_bytes() == &rules)
}

/// Whether a file system stamps a folder whenever a name comes or goes.
#[cfg(target_os = "linux")]
fn stamps_folders(folder: &Path) -> bool {
    /// ext2 to ext4, XFS, Btrfs, tmpfs, overlay, F2FS, ZFS, bcachefs.
    const KNOWN: [u64; 8] = [
        0xef53,
        0x5846_5342,
        0x9123_683e,
        0x0102_1994,
        0x794c_7630,
        0xf2f5_2010,
        0x2fc1_2fc1,
        0xca45_1a4e,
    ];
    rustix::fs::statfs(folder)
        .is_ok_and(|about| u64::try_from(about.f_type).is_ok_and(|kind| KNOWN.contains(&kind)))
}

#[cfg(not(target_os = "linux"))]
fn stamps_folders(_folder: &Path) -> bool {
    false
}

/// Digest of what was asked for.
fn key(asked: Asked<'_>, base: &Path) -> [u8; 32] {
    let mut text = format!("{} {:?}\0", env!("CARGO_PKG_VERSION"), asked.case).into_bytes();
    text.extend_from_slice(base.as_os_str().as_encoded_bytes());
    for pattern in asked.patterns.iter() {
        text.push(0);
        text.extend_from_slice(pattern.text().as_bytes());
    }
    *blake3::hash(&text).as_bytes()
}

fn name(gate: &str) -> String {
    format!("cache/trees/{}", file_name(gate))
}
