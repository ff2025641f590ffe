//! What of a rule a call could need: a rule lists commands of many programs, and the call runs a few.

use std::cell::{Cell, OnceCell};

use super::triggers::{Key, all_globs};
use crate::effects::{Effects, Invocation};
use crate::policy::rules::MatchScope;
use crate::policy::text_pattern::needed;

/// A call as its rules are read for it.
pub(super) struct Wanted<'e> {
    keys: Vec<Key>,
    effects: &'e Effects,
    /// The commands as texts, once an expression asks for them.
    texts: OnceCell<Vec<String>>,
    /// Whether rules are read with all their globs.
    all_globs: Cell<bool>,
}

impl<'e> Wanted<'e> {
    /// `keys`: those of the call, in order.
    pub(super) fn new(keys: Vec<Key>, effects: &'e Effects) -> Self {
        let wanted = Self {
            keys,
            effects,
            texts: OnceCell::new(),
            all_globs: Cell::new(false),
        };
        wanted.all_globs.set(wanted.has(all_globs()));
        wanted
    }

    /// From now on rules are read with all their globs.
    pub(super) fn take_all_globs(&self) {
        self.all_globs.set(true);
    }

    pub(super) fn takes_all_globs(&self) -> bool {
        self.all_globs.get()
    }

    pub(super) fn keys(&self) -> &[Key] {
        &self.keys
    }

    pub(super) fn has(&self, key: Key) -> bool {
        self.keys.binary_search(&key).is_ok()
    }

    /// Whether any text of the call holds what an expression needs.
    pub(super) fn may_match(&self, needed: &[u8], scope: MatchScope) -> bool {
        let commands = &self.effects.commands;
        let is_held = |text: &String| needed::is_held(needed, text);
        match scope {
            MatchScope::Words => {
                let texts = || commands.iter().map(Invocation::text).collect();
                self.texts.get_or_init(texts).iter().any(is_held)
            }
            MatchScope::Script => {
                let mut scripts = commands.iter().flat_map(|command| &command.scripts);
                scripts.any(is_held)
            }
            // It is searched without its comments, which may bring together what is needed.
            MatchScope::Sql => true,
        }
    }
}
