//! What git knows of the files of a checkout: which are tracked, and which ignored.
//!
//! Git itself is not asked: its folder is read, which also works where it may only be read, and for linked worktrees,
//! submodules and shallow clones.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::ignored::Rules;
use super::index::{Index, Span};
use crate::settings;

/// Longest `.git` file that is read.
const POINTER_LIMIT: u64 = 64 * 1024;

/// A checkout, or a folder outside git.
#[derive(Debug, Default)]
pub(super) struct Checkout {
    /// The folder that holds `index`, `HEAD` and, but for linked worktrees, all else.
    git: Option<PathBuf>,
    index: Index,
    /// Rules for the whole checkout, in falling order of their weight. Read when a file is found that is not tracked.
    general: OnceLock<General>,
}

#[derive(Debug, Default)]
struct General {
    /// `core.ignorecase`
    fold: bool,
    rules: Vec<Rules>,
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
        let index = Index::read(&git).map_err(|error| {
            io::Error::other(format!("{}: {error}", git.join("index").display()))
        })?;
        Ok(Some(Self {
            git: Some(git),
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
        let general = self.general.get_or_init(|| self.general());
        let mut next = level;
        while let Some(level) = next {
            let path = path.get(level.skip..).unwrap_or_default();
            let rules = level.rules.get_or_init(|| Rules::read(&level.file));
            if let Some(ignored) = rules.decide(path, is_folder, general.fold) {
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

    fn general(&self) -> General {
        let common = self.git.as_deref().map(common_folder);
        let config = config(common.as_deref());
        let fold = config
            .as_ref()
            .and_then(|config| config.get_bool("core.ignorecase").ok());
        let everywhere = config
            .and_then(|config| config.get_path("core.excludesfile").ok())
            .or_else(default_rules);
        let files = [common.map(|git| git.join("info/exclude")), everywhere];
        General {
            fold: fold.unwrap_or(false),
            rules: files
                .iter()
                .flatten()
                .map(|file| Rules::read(file))
                .collect(),
        }
    }
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

/// Returns the git folder of a checkout's top, when there is one that git would take for one.
fn git_folder(top: &Path) -> Option<PathBuf> {
    let dot = top.join(".git");
    let about = dot.metadata().ok()?;
    let folder = if about.is_dir() {
        dot
    } else {
        if !about.is_file() || about.len() > POINTER_LIMIT {
            return None;
        }
        let text = fs::read_to_string(dot).ok()?;
        let path = text.strip_prefix("gitdir:")?.trim();
        top.join(path)
    };
    folder.join("HEAD").symlink_metadata().ok()?;
    Some(folder)
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
