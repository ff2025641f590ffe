//! Commands that a rule's own `instead` tells agents to run: "edit schema/api.yaml and run `make gen`".
//!
//! What such a command does to the files that the rule protects is what the rule's author wants. A command is sanctioned
//! only as it stands there, in the rule's own folder: every word the same, and nothing in the line that changes what it does.

use crate::call::Access;
use crate::effects::{Effects, Invocation, PathEffect, Span, UnknownKind};
use crate::policy::Rule;
use crate::policy::command_pattern::CommandPattern;
use crate::policy::evaluate::Facts;
use crate::repo::Place;

/// Programs that may stand beside a sanctioned command: they write nothing but what redirections say.
const BESIDE: [&str; 11] = [
    "cat", "echo", "grep", "head", "ls", "printf", "pwd", "set", "tail", "test", "wc",
];

/// Subcommands of package managers that settle which versions are used, and write the lock file.
const SETTLING: [&str; 13] = [
    "add",
    "deps.get",
    "flake",
    "generate-lockfile",
    "get",
    "i",
    "install",
    "lock",
    "mod",
    "sync",
    "up",
    "update",
    "upgrade",
];

/// The commands that a rule sanctions; mostly none.
#[derive(Debug, Default)]
pub struct Sanctioned<'r> {
    patterns: Vec<CommandPattern>,
    base: &'r str,
}

impl<'r> Sanctioned<'r> {
    /// Reads the commands in backticks.
    #[must_use]
    pub fn of(rule: &'r Rule) -> Self {
        let pieces: Vec<&str> = rule
            .instead
            .iter()
            .flat_map(|text| text.split('`'))
            .collect();
        // Every second piece stands between two backticks; one behind an odd backtick has nothing after it.
        let quoted = pieces.chunks_exact(2).filter_map(|pair| pair.get(1));
        let closed = quoted.take(pieces.len().saturating_sub(1) / 2);
        Self {
            patterns: closed
                .filter_map(|text| CommandPattern::parse(text).ok())
                .collect(),
            base: &rule.base,
        }
    }

    /// Whether a package manager writes something of which the rule says that it does: where `cargo update` may change the
    /// lock file, `cargo add` may.
    #[must_use]
    pub fn keeps(&self, effect: &PathEffect) -> bool {
        let by = effect.by.split(' ').next().unwrap_or_default();
        effect.access == Access::Write
            && self
                .patterns
                .iter()
                .any(|pattern| pattern.begins(by, &SETTLING))
    }

    /// Whether an invocation is one of the commands.
    #[must_use]
    pub fn is(&self, command: &Invocation, facts: &Facts) -> bool {
        let is_here = || match command.typed.as_ref().map(|typed| &typed.folder) {
            Some(Place::Inside(folder)) => folder == self.base,
            Some(Place::Outside(_)) | None => false,
        };
        !self.patterns.is_empty()
            && is_here()
            && self
                .patterns
                .iter()
                .any(|pattern| pattern.is_whole_of(command, facts))
    }

    /// Returns where sanctioned commands stand in the line: what comes from inside one is no objection to its rule.
    #[must_use]
    pub fn spans(&self, effects: &Effects, facts: &Facts) -> Vec<Span> {
        if self.patterns.is_empty() {
            return Vec::new();
        }
        effects
            .commands
            .iter()
            .filter(|command| self.is(command, facts))
            .map(|command| command.span.holder())
            .collect()
    }

    /// Whether a call runs nothing but sanctioned commands, and what shows their output: a file that changed meanwhile was
    /// changed by them.
    #[must_use]
    pub fn is_all_of(&self, effects: &Effects, facts: &Facts) -> bool {
        let spans = self.spans(effects, facts);
        let is_inside = |span: Span| spans.iter().any(|held| span.holder().is_within(*held));
        let is_known = |command: &Invocation| {
            let name = command.program.as_deref().unwrap_or_default();
            is_inside(command.span) || (command.via.is_empty() && BESIDE.contains(&name))
        };
        let mut opaque = effects
            .unknowns
            .iter()
            .filter(|unknown| !matches!(unknown.kind, UnknownKind::Path(_)));
        !spans.is_empty()
            && effects.commands.iter().all(is_known)
            && opaque.all(|unknown| unknown.span.is_some_and(is_inside))
    }
}

#[cfg(test)]
mod tests;
