//! A folder on the way through the inputs: where it is, and what git says of what is in it.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::checkout::{Checkout, Level};
use crate::policy::path_pattern::PathPatterns;
use crate::repo::Case;
use crate::repo::index::Span;

/// Name of the files that hold git's rules.
pub(super) const RULES: &str = ".gitignore";

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) patterns: &'a PathPatterns,
    pub(super) case: Case,
}

/// Checkouts that a walk began in: links may lead to one many times.
#[derive(Debug, Default)]
pub(super) struct Known {
    checkouts: Vec<(PathBuf, Arc<Checkout>)>,
}

/// A folder that is to be read.
#[derive(Debug)]
pub(super) struct Place {
    /// On disk.
    pub(super) path: PathBuf,
    /// From the gate's base, as globs see it; the base itself is "".
    pub(super) relative: String,
    /// The same as the file system has it: a name need not be UTF-8.
    pub(super) bytes: Vec<u8>,
    above: Option<Arc<Place>>,
    git: Git,
    /// Asked for late: as long as all is tracked, no rule needs to be read.
    untracked: OnceLock<Untracked>,
    /// Links to folders that led here: the real folders that they stand in.
    pub(super) behind: Vec<PathBuf>,
}

/// A folder as git sees it.
#[derive(Debug, Clone)]
struct Git {
    checkout: Arc<Checkout>,
    /// Path in the checkout; its top is "".
    inside: Vec<u8>,
    tracked: Span,
    level: Option<Arc<Level>>,
    /// The same folder in the checkout that this one is nested in.
    outer: Option<Box<Git>>,
}

/// What becomes of untracked files.
#[derive(Debug, Clone)]
enum Untracked {
    /// They are inputs unless a rule ignores them.
    Asked,
    /// The folder is ignored, and all that is untracked with it.
    Ignored,
    /// The folder is ignored, but globs name it: what these cover is an input.
    Named(Arc<PathPatterns>),
}

impl Place {
    /// The folder that globs start from, or that a link leads to. It counts as named, whatever git ignores above it.
    ///
    /// # Errors
    /// When it is no folder that can be found, or git's index cannot be read.
    pub(super) fn start(
        path: &Path,
        relative: String,
        bytes: Vec<u8>,
        known: &mut Known,
    ) -> io::Result<Self> {
        let real = std::fs::canonicalize(path)?;
        Ok(Self {
            git: Git::of(&real, known)?,
            path: real,
            relative,
            bytes,
            above: None,
            untracked: OnceLock::from(Untracked::Asked),
            behind: Vec::new(),
        })
    }

    /// Takes note of what the folder itself holds for git: rules, or a checkout of its own.
    ///
    /// # Errors
    /// When the index of a checkout in here cannot be read.
    pub(super) fn enter(
        &mut self,
        has_rules: bool,
        has_git: bool,
        wanted: Wanted<'_>,
    ) -> io::Result<()> {
        let is_top = self.git.inside.is_empty();
        if has_git
            && !is_top
            && let Some(checkout) = Checkout::at(&self.path)?
        {
            // Whether the folder is ignored is for the checkout around it to say.
            self.untracked(wanted);
            let outer = std::mem::replace(&mut self.git, Git::top(Arc::new(checkout)));
            self.git.outer = Some(Box::new(outer));
        }
        if has_rules {
            let above = self.git.level.take();
            let file = self.path.join(RULES);
            self.git.level = Some(Level::new(above, file, &self.git.inside));
        }
        Ok(())
    }

    /// Returns a folder in this one; `None` when nothing in it can be an input.
    pub(super) fn folder(
        self: &Arc<Self>,
        name: &OsStr,
        relative: &str,
        wanted: Wanted<'_>,
    ) -> Option<Self> {
        let place = Self {
            path: self.path.join(name),
            relative: relative.to_owned(),
            bytes: joined(&self.bytes, name.as_encoded_bytes()),
            git: self.git.below(name.as_encoded_bytes()),
            above: Some(Arc::clone(self)),
            untracked: OnceLock::new(),
            behind: self.behind.clone(),
        };
        let is_wanted =
            place.git.is_tracked_folder() || !matches!(place.untracked(wanted), Untracked::Ignored);
        is_wanted.then_some(place)
    }

    /// Whether git and the globs together make a file an input that the globs cover.
    pub(super) fn counts(&self, name: &[u8], relative: &str, wanted: Wanted<'_>) -> bool {
        if self.git.tracks(name) {
            return true;
        }
        match self.untracked(wanted) {
            Untracked::Ignored => false,
            Untracked::Named(naming) => naming.matches(relative, wanted.case).is_some(),
            Untracked::Asked => {
                !self.git.ignores(&joined(&self.git.inside, name), false)
                    || wanted.patterns.naming(relative, wanted.case).is_some()
            }
        }
    }

    /// The checkout whose top this folder is.
    pub(super) fn own_checkout(&self) -> Option<&Arc<Checkout>> {
        let is_top = self.git.inside.is_empty() && self.git.checkout.git.is_some();
        is_top.then_some(&self.git.checkout)
    }

    /// The checkout that it lies in, or a stand-in outside git.
    pub(super) fn checkout(&self) -> &Arc<Checkout> {
        &self.git.checkout
    }

    fn untracked(&self, wanted: Wanted<'_>) -> &Untracked {
        self.untracked.get_or_init(|| {
            let Some(above) = &self.above else {
                return Untracked::Asked;
            };
            match above.untracked(wanted) {
                Untracked::Asked if self.is_ignored(above) => {
                    let naming = wanted.patterns.naming(&self.relative, wanted.case);
                    naming.map_or(Untracked::Ignored, |naming| {
                        Untracked::Named(Arc::new(naming))
                    })
                }
                other => other.clone(),
            }
        })
    }

    /// Rules do not hide a submodule, which is tracked as a whole.
    fn is_ignored(&self, above: &Self) -> bool {
        above.git.ignores(&self.git.inside, true) && !self.git.is_submodule()
    }
}

impl Known {
    fn at(&mut self, top: &Path) -> io::Result<Option<Arc<Checkout>>> {
        if let Some((_, checkout)) = self.checkouts.iter().find(|(known, _)| known == top) {
            return Ok(Some(Arc::clone(checkout)));
        }
        let checkout = Checkout::at(top)?.map(Arc::new);
        if let Some(checkout) = &checkout {
            self.checkouts
                .push((top.to_path_buf(), Arc::clone(checkout)));
        }
        Ok(checkout)
    }
}

impl Git {
    /// Describes a folder by its real path. Rules of folders above it hold in it.
    fn of(real: &Path, known: &mut Known) -> io::Result<Self> {
        let mut found = None;
        for top in real.ancestors() {
            if let Some(checkout) = known.at(top)? {
                found = Some((top, checkout));
                break;
            }
        }
        let (top, checkout) = found.unwrap_or_else(|| (real, Arc::default()));
        let mut git = Self::top(checkout);
        let mut folder = top.to_path_buf();
        for name in real.strip_prefix(top).into_iter().flatten() {
            let rules = folder.join(RULES);
            if rules.symlink_metadata().is_ok() {
                git.level = Some(Level::new(git.level.take(), rules, &git.inside));
            }
            folder.push(name);
            git = git.below(name.as_encoded_bytes());
        }
        Ok(git)
    }

    fn top(checkout: Arc<Checkout>) -> Self {
        Self {
            tracked: checkout.tracked(),
            checkout,
            inside: Vec::new(),
            level: None,
            outer: None,
        }
    }

    fn below(&self, name: &[u8]) -> Self {
        let inside = joined(&self.inside, name);
        Self {
            tracked: self.checkout.below(&self.tracked, &inside),
            checkout: Arc::clone(&self.checkout),
            level: self.level.clone(),
            outer: self.outer.as_ref().map(|outer| Box::new(outer.below(name))),
            inside,
        }
    }

    /// Whether something in the folder is tracked, by its own checkout or one that it is nested in.
    fn is_tracked_folder(&self) -> bool {
        let has_any = match &self.tracked {
            Span::All => true,
            Span::Some(range) => !range.is_empty(),
        };
        has_any
            || self.is_submodule()
            || self
                .outer
                .as_ref()
                .is_some_and(|outer| outer.is_tracked_folder())
    }

    fn is_submodule(&self) -> bool {
        let all = self.checkout.tracked();
        self.checkout.tracks(&all, 0, &self.inside)
    }

    fn tracks(&self, name: &[u8]) -> bool {
        let skip = match self.inside.len() {
            0 => 0,
            length => length + 1,
        };
        self.checkout.tracks(&self.tracked, skip, name)
            || self.outer.as_ref().is_some_and(|outer| outer.tracks(name))
    }

    fn ignores(&self, path: &[u8], is_folder: bool) -> bool {
        self.checkout.ignores(self.level.as_ref(), path, is_folder)
    }
}

pub(super) fn joined(folder: &[u8], name: &[u8]) -> Vec<u8> {
    if folder.is_empty() {
        return name.to_vec();
    }
    [folder, b"/", name].concat()
}
