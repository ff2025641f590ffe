//! Which rules a call could concern: the same keys, made of a rule when the policy is compiled and of a call when it is judged.
//!
//! INVARIANT: a rule that has a word to say of a call shares a key with it. More keys only cost time; a missing one would let
//! something through. Where a key cannot be told, the call takes all rules of the kind.

use std::collections::HashMap;

use super::bytes::sum;
use crate::call::{Access, Call, Event};
use crate::effects::{Effects, PathEffect, Reach, UnknownKind};
use crate::policy::command_pattern::{CommandPattern, Judged};
use crate::policy::path_pattern::Handle;
use crate::policy::rules::{DenyCommand, GateEvent, MatchScope, ProtectPaths};
use crate::policy::{Rule, RuleKind};
use crate::programs::Programs;
use crate::repo::{Case, Place};

/// A digest of what triggers a rule. Two things with one key cost time and nothing else.
pub(super) type Key = u64;

/// Files found below an effect's path that are looked up one by one.
const HELD: usize = 64;

#[derive(Debug, Clone, Copy)]
enum Kind {
    /// Rules of an event other than those that judge what is touched and run.
    Event,
    /// A name anywhere on a path.
    Name,
    /// The last dot of a name on a path, and what stands behind.
    Ending,
    /// The first name of a path that is deleted or written with all below.
    Below,
    /// Any path.
    AnyPath,
    /// All rules for paths.
    Paths,
    /// Rules for paths that name some by where they are on the system.
    System,
    /// Any path outside the repository.
    Outside,
    Program,
    AnyCommand,
    Sql,
    Script,
}

fn key(kind: Kind, text: &str) -> Key {
    sum(kind as u64, text.as_bytes())
}

/// The keys of a policy's rules.
pub(super) struct Keys {
    /// How often each handle could be chosen.
    counts: HashMap<Key, usize>,
}

impl Keys {
    pub(super) fn of(rules: &[Rule]) -> Self {
        let mut counts = HashMap::new();
        let paths = rules.iter().filter_map(|rule| match &rule.kind {
            RuleKind::ProtectPaths(paths) => Some(paths),
            _ => None,
        });
        for way in paths.flat_map(|paths| paths.paths.ways()) {
            for handle in &way {
                *counts.entry(of_handle(handle)).or_default() += 1;
            }
        }
        Self { counts }
    }

    /// Returns the keys of a rule, each once.
    pub(super) fn rule(&self, rule: &Rule) -> Vec<Key> {
        let mut keys = match &rule.kind {
            RuleKind::ProtectPaths(paths) => self.paths(rule, paths),
            RuleKind::DenyCommand(command) => commands(command),
            RuleKind::QualityGate(gate) => {
                let events = gate.on.iter().map(|event| match event {
                    GateEvent::AfterEdit => Event::AfterTool,
                    GateEvent::Stop => Event::Stop,
                });
                events.map(of_event).collect()
            }
            RuleKind::AddContext(context) => vec![of_event(context.on)],
            RuleKind::Record(record) => record.on.iter().copied().map(of_event).collect(),
        };
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    fn paths(&self, rule: &Rule, paths: &ProtectPaths) -> Vec<Key> {
        let mut keys = vec![key(Kind::Paths, "")];
        for way in paths.paths.ways() {
            // The rarest tells most.
            let handles = way.iter().map(of_handle);
            let rarest = handles.min_by_key(|key| self.counts.get(key));
            keys.push(rarest.unwrap_or_else(|| key(Kind::AnyPath, "")));
        }
        match rule.base.split('/').next() {
            Some(first) if !first.is_empty() => keys.push(key(Kind::Below, first)),
            _ => keys.extend(paths.paths.first_names().map(|name| key(Kind::Below, name))),
        }
        if paths.paths.reach_outside() {
            keys.push(key(Kind::System, ""));
        }
        if paths.outside_repository {
            keys.push(key(Kind::Outside, ""));
        }
        keys
    }
}

fn of_handle(handle: &Handle<'_>) -> Key {
    match handle {
        Handle::Name(name) => key(Kind::Name, name),
        Handle::Ending(ending) => key(Kind::Ending, ending),
    }
}

fn of_event(event: Event) -> Key {
    key(Kind::Event, event.name())
}

fn commands(command: &DenyCommand) -> Vec<Key> {
    let mut keys = Vec::new();
    for pattern in &command.patterns {
        match pattern.program_names() {
            Some(names) => keys.extend(names.iter().map(|name| key(Kind::Program, name))),
            None => keys.push(key(Kind::AnyCommand, "")),
        }
    }
    if command.matches.is_some() {
        keys.push(match command.scope {
            MatchScope::Words => key(Kind::AnyCommand, ""),
            MatchScope::Sql => key(Kind::Sql, ""),
            MatchScope::Script => key(Kind::Script, ""),
        });
    }
    keys
}

/// Whether a rule speaks of what others protect, so that it needs those, too.
pub(super) fn needs_protected(rule: &Rule) -> bool {
    match &rule.kind {
        RuleKind::DenyCommand(command) => {
            let mut patterns = command.patterns.iter().chain(&command.except);
            patterns.any(CommandPattern::names_protected)
        }
        _ => false,
    }
}

/// The key of all rules for paths.
pub(super) fn all_paths() -> Key {
    key(Kind::Paths, "")
}

/// What is known of a call.
pub(super) struct Sight<'s> {
    pub(super) call: &'s Call,
    pub(super) effects: &'s Effects,
    pub(super) programs: &'s Programs,
    pub(super) root: &'s str,
    pub(super) case: Case,
    /// Whether any glob of the policy names paths by where they are on the system.
    pub(super) has_system: bool,
}

impl Sight<'_> {
    /// Returns the keys of all rules that the call could concern, each once.
    pub(super) fn keys(&self) -> Vec<Key> {
        let mut keys = vec![of_event(self.call.event)];
        if matches!(self.call.event, Event::BeforeTool | Event::AfterTool) {
            self.paths(&mut keys);
        }
        if self.call.event == Event::BeforeTool {
            self.commands(&mut keys);
        }
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Returns the accesses to paths that are not known.
    pub(super) fn unknown(&self) -> impl Iterator<Item = Access> {
        let unknowns = self.effects.unknowns.iter();
        unknowns.filter_map(|unknown| match unknown.kind {
            UnknownKind::Path(access) => Some(access),
            _ => None,
        })
    }

    fn paths(&self, keys: &mut Vec<Key>) {
        let paths = &self.effects.paths;
        if paths.is_empty() {
            return;
        }
        keys.push(key(Kind::AnyPath, ""));
        let held: usize = paths.iter().map(|effect| effect.holds.len()).sum();
        // Names differ in more than letters where their case does not count.
        if self.case == Case::Insensitive || held > HELD {
            keys.push(all_paths());
        }
        for effect in paths {
            self.effect(effect, keys);
        }
        if self.has_system {
            names(self.root, keys);
        }
    }

    fn effect(&self, effect: &PathEffect, keys: &mut Vec<Key>) {
        let PathEffect { places, reach, .. } = effect;
        let all = [&places.lexical, &places.real];
        let count = if places.lexical == places.real { 1 } else { 2 };
        for place in all.into_iter().take(count) {
            let text = match place {
                Place::Inside(path) => path,
                Place::Outside(path) => {
                    keys.push(key(Kind::Outside, ""));
                    path
                }
            };
            names(text, keys);
            let is_more = match effect.access {
                // All of a folder is covered by what covers the folder, or any name in it.
                Access::Read => *reach == Reach::Held && matches!(place, Place::Outside(_)),
                Access::Write => *reach != Reach::Itself,
                // A folder takes the policies in it along.
                Access::Delete => true,
            };
            if is_more {
                self.below(place, keys);
            }
        }
        for path in effect.holds.iter().take(HELD) {
            names(path, keys);
        }
    }

    /// What lies below a path is touched as well.
    fn below(&self, place: &Place, keys: &mut Vec<Key>) {
        if self.has_system {
            keys.push(key(Kind::System, ""));
        }
        match place {
            Place::Inside(path) if path.is_empty() => keys.push(all_paths()),
            Place::Inside(path) => {
                let first = path.split('/').next().unwrap_or_default();
                keys.push(key(Kind::Below, first));
            }
            Place::Outside(_) => {}
        }
    }

    fn commands(&self, keys: &mut Vec<Key>) {
        for command in &self.effects.commands {
            keys.push(key(Kind::AnyCommand, ""));
            let named = Judged::new(command);
            let named = named.names(self.programs).into_iter();
            keys.extend(named.map(|name| key(Kind::Program, name)));
            if !command.sql.is_empty() {
                keys.push(key(Kind::Sql, ""));
            }
            if !command.scripts.is_empty() {
                keys.push(key(Kind::Script, ""));
            }
        }
    }
}

/// Adds the keys of every name of a path.
fn names(path: &str, keys: &mut Vec<Key>) {
    let names = path.split('/');
    for name in names.filter(|name| !name.is_empty() && *name != ".") {
        keys.push(key(Kind::Name, name));
        if let Some(dot) = name.rfind('.') {
            keys.push(key(Kind::Ending, name.get(dot..).unwrap_or_default()));
        }
    }
}
