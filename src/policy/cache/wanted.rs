//! What of a rule a call could need: a rule lists commands of many programs, and the call runs a few.

use std::cell::OnceCell;

use super::triggers::Key;
use crate::effects::Effects;
use crate::policy::rules::MatchScope;
use crate::policy::text_pattern::needed;

/// A call as its rules are read for it.
pub(super) struct Wanted<'e> {
    keys: Vec<Key>,
    effects: &'e Effects,
    /// The commands as texts, once an expression asks for them.
    texts: OnceCell<Vec<String>>,
}

impl<'e> Wanted<'e> {
    /// `keys`: those of the call, in order.
    pub(super) fn new(keys: Vec<Key>, effects: &'e Effects) -> Self {
        Self {
            keys,
            effects,
            texts: OnceCell::new(),
        }
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
                let texts = || commands.iter().map(|command| command.text()).collect();
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
