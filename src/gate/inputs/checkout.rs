//! What git knows of the files of a checkout: which are tracked, and which ignored.
//!
//! Git itself is not asked: its folder is read, which also works where it may only be read, and for linked worktrees,
//! submodules and shallow clones.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::ignored::{self, Rules};
use crate::repo::checkout::git_folder;
use crate::repo::index::{Index, Span};
use crate::settings;

/// A checkout, or a folder outside git.
#[derive(Debug, Default)]
pub(super) struct Checkout {
    pub(super) top: PathBuf,
    /// The folder that holds `index`, `HEAD` and, but for linked worktrees, all else.
    pub(super) git: Option<PathBuf>,
    /// What the file system said of the index before it was read.
    pub(super) about: Option<Metadata>,
    index: Index,
    /// Rules for the whole checkout, in falling order of their weight. Read when a file is found that is not tracked.
    general: OnceLock<General>,
}

#[derive(Debug)]
struct General {
    /// `core.ignorecase`
    fold: bool,
    rules: Vec<Rules>,
    /// Of all that it is made from.
    digest: blake3::Hash,
}

/// The rules of one folder and, through it, of those above it.
#[derive(Debug)]
pub(super) struct Level {
    above: Option<Arc<Level>>,
    file: PathBuf,
    /// Length of the folder's path in the checkout, with the slash behind it.
    skip: usize,
    rules: OnceLock<Rules>,
}

impl Checkout {
    /// Returns the checkout whose top is this folder; `None` when there is none.
    ///
    /// # Errors
    /// When its index cannot be read.
    pub(super) fn at(top: &Path) -> io::Result<Option<Self>> {
        let Some(git) = git_folder(top) else {
            return Ok(None);
        };
        let about = index_about(&git);
        let index = Index::read(&git).map_err(|error| {
            io::Error::other(format!("{}: {error}", git.join("index").display()))
        })?;
        Ok(Some(Self {
            top: top.to_path_buf(),
            git: Some(git),
            about,
            index,
            general: OnceLock::new(),
        }))
    }

    pub(super) fn tracked(&self) -> Span {
        self.index.all()
    }

    pub(super) fn below(&self, above: &Span, folder: &[u8]) -> Span {
        self.index.below(above, folder)
    }

    /// Returns whether a name is tracked, out of what is below its folder, whose path and slash are so many bytes.
    pub(super) fn tracks(&self, below: &Span, skip: usize, name: &[u8]) -> bool {
        self.index.holds(below, skip, name)
    }

    /// Returns whether rules ignore an untracked path of the checkout whose folder is not ignored.
    pub(super) fn ignores(&self, level: Option<&Arc<Level>>, path: &[u8], is_folder: bool) -> bool {
        let general = self
            .general
            .get_or_init(|| General::read(self.git.as_deref()));
        let mut next = level;
        while let Some(level) = next {
            let below = path.get(level.skip..).unwrap_or_default();
            let rules = level.rules.get_or_init(|| Rules::read(&level.file));
            if let Some(ignored) = rules.decide(below, is_folder, general.fold) {
                return ignored && !self.tracks_in_any_case(general, path);
            }
            next = level.above.as_ref();
        }
        let mut rules = general.rules.iter();
        let ignored = rules.find_map(|rules| rules.decide(path, is_folder, general.fold));
        ignored.unwrap_or(false) && !self.tracks_in_any_case(general, path)
    }

    /// Where case does not matter, git knows the file perhaps by another spelling.
    fn tracks_in_any_case(&self, general: &General, path: &[u8]) -> bool {
        general.fold && self.index.holds_in_any_case(path)
    }

    /// Digest of the names that are tracked.
    pub(super) fn names(&self) -> blake3::Hash {
        self.index.digest()
    }

    /// Digest of the rules for the whole checkout; `None` when nothing asked for them.
    pub(super) fn rules(&self) -> Option<blake3::Hash> {
        self.general.get().map(|general| general.digest)
    }
}

impl General {
    fn read(git: Option<&Path>) -> Self {
        let common = git.map(common_folder);
        let config = config(common.as_deref());
        let fold = config
            .as_ref()
            .and_then(|config| config.get_bool("core.ignorecase").ok())
            .unwrap_or(false);
        let everywhere = config
            .and_then(|config| config.get_path("core.excludesfile").ok())
            .or_else(default_rules);
        let files = [common.map(|git| git.join("info/exclude")), everywhere];
        let mut hasher = blake3::Hasher::new();
        hasher.update(&[u8::from(fold)]);
        let rules = files.iter().map(|file| {
            let bytes = file.as_deref().map(ignored::bytes).unwrap_or_default();
            hasher.update(blake3::hash(&bytes).as_bytes());
            Rules::parse(&bytes)
        });
        Self {
            rules: rules.collect(),
            fold,
            digest: hasher.finalize(),
        }
    }
}

/// Digest of the rules for a whole checkout as they are now.
pub(super) fn rules_now(git: Option<&Path>) -> blake3::Hash {
    General::read(git).digest
}

/// Digest of the names that an index holds now; `None` when it cannot be read.
pub(super) fn names_now(git: &Path) -> Option<blake3::Hash> {
    Index::read(git).ok().map(|index| index.digest())
}

/// What the file system says of an index.
pub(super) fn index_about(git: &Path) -> Option<Metadata> {
    git.join("index").symlink_metadata().ok()
}

impl Level {
    /// The rules of a folder that holds a `.gitignore`.
    pub(super) fn new(above: Option<Arc<Self>>, file: PathBuf, inside: &[u8]) -> Arc<Self> {
        let skip = if inside.is_empty() {
            0
        } else {
            inside.len() + 1
        };
        Arc::new(Self {
            above,
            file,
            skip,
            rules: OnceLock::new(),
        })
    }
}

/// Returns the folder that a linked worktree shares with its repository.
fn common_folder(git: &Path) -> PathBuf {
    match fs::read_to_string(git.join("commondir")) {
        Ok(text) => git.join(text.trim_end_matches(['\n', '\r'])),
        Err(_) => git.to_path_buf(),
    }
}

/// Reads git's configuration: the system's, the person's and the checkout's own.
fn config(common: Option<&Path>) -> Option<git2::Config> {
    let mut config = git2::Config::open_default().ok()?;
    if let Some(common) = common {
        // A configuration that cannot be read leaves the defaults.
        let _ = config.add_file(&common.join("config"), git2::ConfigLevel::Local, false);
    }
    config.snapshot().ok()
}

/// Where git looks for a person's rules when no configuration says so.
fn default_rules() -> Option<PathBuf> {
    let folder = settings::variable("XDG_CONFIG_HOME").map(PathBuf::from);
    let folder = folder.or_else(|| Some(PathBuf::from(settings::home()?).join(".config")));
    Some(folder?.join("git/ignore"))
}
