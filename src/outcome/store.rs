//! Contents by their digest: git blobs in an object database of our own below the state folder, and those that the
//! repository has anyway. The repository's database is only read; its index, references and work tree are not touched.

use std::cell::OnceCell;
use std::fs;
use std::path::{Path, PathBuf};

use git2::{ObjectType, Oid, Repository};

use super::bundle::Bundles;
use crate::state::{self, State, StateError};

/// Folder below the state folder. Git itself can read it: `git --git-dir .hook-state/objects cat-file -p DIGEST`.
const FOLDER: &str = "objects";
/// How many contents become objects of their own in one go; more lie in bundles.
const ALONE: usize = 256;

/// A blob's digest, as git counts it.
pub(super) type Digest = [u8; 20];

/// Both databases, each opened when it is first needed.
pub(super) struct Store<'s> {
    state: &'s State,
    root: PathBuf,
    own: Option<Repository>,
    theirs: OnceCell<Option<Repository>>,
    bundles: Bundles,
    kept: usize,
}

impl<'s> Store<'s> {
    pub(super) fn of(state: &'s State, root: &Path) -> Self {
        Self {
            state,
            root: root.to_path_buf(),
            own: None,
            theirs: OnceCell::new(),
            bundles: Bundles::default(),
            kept: 0,
        }
    }

    /// Keeps content and returns its digest. It is on disk after [`Store::finish`].
    pub(super) fn keep(&mut self, content: &[u8]) -> Result<Digest, String> {
        self.kept += 1;
        if self.kept > ALONE {
            let digest = digest_of(content).ok_or("no digest")?;
            self.bundles.keep(self.state, digest, content)?;
            return Ok(digest);
        }
        if self.own.is_none() {
            self.own = Some(make(self.state)?);
        }
        let own = self.own.as_ref().ok_or("no database")?;
        let kept = own.blob(content).map_err(|error| message(&error))?;
        bytes(kept).ok_or_else(|| "a digest of another length".into())
    }

    /// Writes what is not written yet.
    pub(super) fn finish(&mut self) -> Result<(), String> {
        self.bundles.finish(self.state)
    }

    /// Whether content that was given is perhaps not on disk, after all was written that could be.
    pub(super) fn has_lost(&self, digest: &Digest) -> bool {
        self.bundles.has_lost(digest)
    }

    /// Returns content that was kept, when it is still there and whole.
    pub(super) fn read(&mut self, digest: &Digest) -> Option<Vec<u8>> {
        let oid = Oid::from_bytes(digest).ok()?;
        if self.own.is_none() {
            self.own = Repository::open_bare(self.state.folder().join(FOLDER)).ok();
        }
        let root = &self.root;
        let theirs = self.theirs.get_or_init(|| Repository::open(root).ok());
        [self.own.as_ref(), theirs.as_ref()]
            .into_iter()
            .flatten()
            .find_map(|repository| content_of(repository, oid))
            .or_else(|| self.bundles.read(self.state, digest))
            .filter(|content| digest_of(content).as_ref() == Some(digest))
    }
}

fn content_of(repository: &Repository, oid: Oid) -> Option<Vec<u8>> {
    let blob = repository.find_blob(oid).ok()?;
    Some(blob.content().to_vec())
}

fn make(state: &State) -> Result<Repository, String> {
    let marker = format!("{FOLDER}/HEAD");
    let path = state
        .prepare(&marker)
        .map_err(|error: StateError| error.to_string())?;
    let folder = path.parent().unwrap_or(&path);
    if let Ok(own) = Repository::open_bare(folder) {
        return Ok(own);
    }
    // The least that is a repository; git's own way writes samples and a configuration besides.
    let made = ["objects", "refs"]
        .into_iter()
        .try_for_each(|name| fs::create_dir_all(folder.join(name)))
        .and_then(|()| state::replace(&path, b"ref: refs/heads/none\n"));
    made.map_err(|error| format!("`.hook-state/{FOLDER}`: {error}"))?;
    Repository::open_bare(folder).map_err(|error| message(&error))
}

/// The folder with one folder for each first byte of a digest.
pub(super) fn loose(state: &State) -> PathBuf {
    state.folder().join(FOLDER).join("objects")
}

fn message(error: &git2::Error) -> String {
    format!("`.hook-state/{FOLDER}`: {}", error.message())
}

/// Returns the digest of content.
pub(super) fn digest_of(content: &[u8]) -> Option<Digest> {
    bytes(Oid::hash_object(ObjectType::Blob, content).ok()?)
}

/// Returns the digest of a file's content, read piece by piece.
pub(super) fn digest_of_file(path: &Path) -> Option<Digest> {
    bytes(Oid::hash_file(ObjectType::Blob, path).ok()?)
}

pub(super) fn bytes(oid: Oid) -> Option<Digest> {
    oid.as_bytes().try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::super::bundle;
    use super::*;

    #[test]
    fn many_contents_come_back_from_few_files_and_forged_ones_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let state = State::of(folder.path());
        let contents: Vec<String> = (0..ALONE + 144)
            .map(|number| format!("{number}\n"))
            .collect();
        let mut store = Store::of(&state, folder.path());
        let digests: Vec<Digest> = contents
            .iter()
            .map(|content| store.keep(content.as_bytes()).unwrap())
            .collect();
        store.finish().unwrap();
        assert!(!digests.iter().any(|digest| store.has_lost(digest)));
        let bundles = bundle::all(&state);
        assert_eq!(bundles.len(), 1);
        let mut store = Store::of(&state, folder.path());
        for (digest, content) in digests.iter().zip(&contents) {
            assert_eq!(store.read(digest).as_deref(), Some(content.as_bytes()));
        }
        let mut bytes = fs::read(&bundles[0]).unwrap();
        let at = bytes.windows(4).position(|window| window == b"399\n");
        bytes[at.unwrap()] = b'4';
        state::replace(&bundles[0], &bytes).unwrap();
        let mut store = Store::of(&state, folder.path());
        assert_eq!(store.read(&digests[399]), None);
        assert_eq!(store.read(&digests[398]).as_deref(), Some(&b"398\n"[..]));
    }
}
