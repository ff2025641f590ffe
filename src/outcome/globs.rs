//! The globs of a watched rule. They are kept as texts and understood when something has to be compared with them: where
//! nothing changed, nothing has.

use std::cell::OnceCell;

use crate::policy::path_pattern::{PathPattern, PathPatterns};
use crate::repo::Case;

/// Globs in the order written.
#[derive(Debug, Clone, Default)]
pub(super) struct Globs {
    texts: Vec<String>,
    all: OnceCell<PathPatterns>,
    /// Those that begin with a folder's name, and exceptions; and whether there are others.
    sorted: OnceCell<(PathPatterns, bool)>,
}

impl Globs {
    pub(super) fn of(patterns: &PathPatterns) -> Self {
        let texts = patterns.iter().map(|glob| glob.text().to_owned());
        Self {
            texts: texts.collect(),
            all: OnceCell::from(patterns.clone()),
            sorted: OnceCell::new(),
        }
    }

    /// Those that were written down.
    pub(super) fn written(texts: Vec<String>) -> Self {
        Self {
            texts,
            ..Self::default()
        }
    }

    pub(super) fn texts(&self) -> &[String] {
        &self.texts
    }

    /// Whether each is a glob.
    pub(super) fn are_right(&self) -> bool {
        self.all().iter().count() == self.texts.len()
    }

    pub(super) fn all(&self) -> &PathPatterns {
        let parsed = || self.texts.iter().flat_map(|text| PathPattern::parse(text));
        self.all.get_or_init(|| parsed().collect())
    }

    /// Those that begin with a folder's name, and exceptions.
    pub(super) fn anchored(&self) -> &PathPatterns {
        &self.sorted().0
    }

    /// Whether any could match in any folder.
    pub(super) fn are_everywhere(&self) -> bool {
        self.sorted().1
    }

    /// Tells globs whose folder is known from those that could match anywhere.
    fn sorted(&self) -> &(PathPatterns, bool) {
        self.sorted.get_or_init(|| {
            let is_anchored = |glob: &PathPattern| {
                let alone: PathPatterns = std::iter::once(glob.clone()).collect();
                glob.is_exception() || alone.below("", Case::Sensitive).is_some()
            };
            let (anchored, others): (Vec<_>, Vec<_>) =
                self.all().iter().cloned().partition(is_anchored);
            (anchored.into_iter().collect(), !others.is_empty())
        })
    }
}

/// The texts say all.
impl PartialEq for Globs {
    fn eq(&self, other: &Self) -> bool {
        self.texts == other.texts
    }
}

impl Eq for Globs {}
