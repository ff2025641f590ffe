//! The table of programs as one policy sees it: the shipped one, and what the policy says of programs itself.
//!
//! INVARIANT: a policy's entry only adds. The shipped reading of a program, or the guess where none is shipped, stays one of
//! the readings, so that no layer can talk away what another one fears.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::reading::{Reading, Word, read};
use super::table::Program;

/// What a policy says of one name.
#[derive(Debug, Clone)]
pub enum Meaning {
    /// An entry like those of the shipped table.
    Entry(&'static Program),
    /// Another name for these words: `g` for `git`, `gp` for `git push`. Never empty.
    SameAs(Vec<String>),
}

/// A view of the table: what is shipped, and what a policy adds.
#[derive(Debug, Clone, Default)]
pub struct Programs {
    own: BTreeMap<String, Vec<Meaning>>,
}

impl Programs {
    /// The shipped table alone.
    pub const SHIPPED: Self = Self {
        own: BTreeMap::new(),
    };

    /// Whether the policy says nothing of programs.
    #[must_use]
    pub fn is_shipped(&self) -> bool {
        self.own.is_empty()
    }

    /// Whether the policy says something of a name.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        !self.meanings(name).is_empty()
    }

    /// Adds what a policy says of a name.
    pub fn add(&mut self, name: &str, meaning: Meaning) {
        self.own.entry(name.to_owned()).or_default().push(meaning);
    }

    /// Returns every entry of a name, the shipped one first; that is `None` for a program that is not listed.
    pub fn entries(&self, name: &str) -> impl Iterator<Item = Option<&'static Program>> + use<'_> {
        let own = self.meanings(name).iter();
        let own = own.filter_map(|meaning| match meaning {
            Meaning::Entry(program) => Some(Some(*program)),
            Meaning::SameAs(_) => None,
        });
        std::iter::once(super::find(name)).chain(own)
    }

    /// Returns the words that a name stands for, one list for each time that a policy says so.
    pub fn other_words(&self, name: &str) -> impl Iterator<Item = &[String]> {
        self.meanings(name)
            .iter()
            .filter_map(|meaning| match meaning {
                Meaning::Entry(_) => None,
                Meaning::SameAs(words) => Some(words.as_slice()),
            })
    }

    /// Returns what the words after a program's name may mean, entry by entry. Within an entry all readings but the first rest
    /// on a guess.
    #[must_use]
    pub fn readings<'w, W: Word>(&self, name: &str, words: &'w [W]) -> Vec<Vec<Reading<'w>>> {
        self.entries(name).map(|entry| read(entry, words)).collect()
    }

    fn meanings(&self, name: &str) -> &[Meaning] {
        if self.own.is_empty() {
            return &[];
        }
        let bare = name.strip_suffix(".exe").unwrap_or(name);
        let found = self.own.get(name).or_else(|| self.own.get(bare));
        found.map(Vec::as_slice).unwrap_or_default()
    }
}

/// Entries that policies of this process described, by their descriptions. They live as long as the process, as the shipped
/// ones do: a hook call reads its policy once, and whoever reads one again and again gets the same entry again.
static KEPT: Mutex<BTreeMap<String, &'static Program>> = Mutex::new(BTreeMap::new());

/// Returns the entry that was kept for a description.
#[must_use]
pub fn kept(description: &str) -> Option<&'static Program> {
    let kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    kept.get(description).copied()
}

/// Keeps an entry for a description.
pub fn keep(description: String, program: Program) -> &'static Program {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    kept.entry(description)
        .or_insert_with(|| Box::leak(Box::new(program)))
}
