//! Which rules a call could concern: the same keys, made of a rule when the policy is compiled and of a call when it is judged.
//!
//! INVARIANT: a rule that has a word to say of a call shares a key with it. More keys only cost time; a missing one would let
//! something through. Where a key cannot be told, the call takes all rules of the kind.

use std::collections::HashMap;

use super::bytes::sum;
use crate::call::{Access, Call, Event};
use crate::effects::{Effects, Invocation, PathEffect, Reach, UnknownKind};
use crate::policy::command_pattern::stored::is_of_name;
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
    /// Stands for calls that globs may concern by more than the paths that they match.
    Unseen,
    /// Rules for paths that name some by where they are on the system.
    System,
    /// Any path outside the repository.
    Outside,
    Program,
    /// A program with its first subcommand.
    Subcommand,
    AnyCommand,
    /// A name on a path among the words of a command, or where they lead.
    Word,
    /// The same, for patterns that name variables.
    ProgramWithVariables,
    AnyWithVariables,
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
    programs: Table,
}

/// What is known of programs when a policy is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    Shipped,
    /// The policy says something of programs itself: their words may have any meaning.
    Extended,
}

impl Keys {
    pub(super) fn of(rules: &[Rule], programs: Table) -> Self {
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
        Self { counts, programs }
    }

    /// Returns the keys of a rule, each once.
    pub(super) fn rule(&self, rule: &Rule) -> Vec<Key> {
        let mut keys = match &rule.kind {
            RuleKind::ProtectPaths(paths) => self.paths(rule, paths),
            RuleKind::DenyCommand(command) => self.commands(command),
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

impl Keys {
    fn commands(&self, command: &DenyCommand) -> Vec<Key> {
        let patterns = command.patterns.iter();
        let mut keys: Vec<Key> = patterns
            .flat_map(|one| self.programs.pattern(one))
            .collect();
        if command.matches.is_some() {
            keys.push(match command.scope {
                MatchScope::Words => key(Kind::AnyCommand, ""),
                MatchScope::Sql => key(Kind::Sql, ""),
                MatchScope::Script => key(Kind::Script, ""),
            });
        }
        keys
    }
}

impl Table {
    /// Returns the keys of commands that a pattern could describe.
    pub(super) fn pattern(self, pattern: &CommandPattern) -> Vec<Key> {
        let has_variables = pattern.names_variables();
        let Some(names) = pattern.program_names() else {
            let on_paths = pattern.names_on_paths().filter(|_| !has_variables);
            return match on_paths {
                Some(names) => names.iter().map(|name| key(Kind::Word, name)).collect(),
                None => vec![any_command(has_variables)],
            };
        };
        let mut keys = Vec::new();
        for name in names {
            let is_known = self == Self::Shipped && !has_variables;
            let subcommands = is_known.then(|| pattern.first_subcommands(name)).flatten();
            match subcommands {
                Some(all) => keys.extend(all.iter().map(|sub| subcommand(name, sub))),
                None => keys.push(program(name, has_variables)),
            }
        }
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

fn any_command(has_variables: bool) -> Key {
    let kind = if has_variables {
        Kind::AnyWithVariables
    } else {
        Kind::AnyCommand
    };
    key(kind, "")
}

fn program(name: &str, has_variables: bool) -> Key {
    let kind = if has_variables {
        Kind::ProgramWithVariables
    } else {
        Kind::Program
    };
    key(kind, name)
}

fn subcommand(program: &str, name: &str) -> Key {
    sum(key(Kind::Subcommand, program), name.as_bytes())
}

pub(super) fn of_handle(handle: &Handle<'_>) -> Key {
    match handle {
        Handle::Name(name) => key(Kind::Name, name),
        Handle::Ending(ending) => key(Kind::Ending, ending),
    }
}

fn of_event(event: Event) -> Key {
    key(Kind::Event, event.name())
}

/// Whether rules describe commands of any program by names on the paths among their words.
pub(super) fn have_words(rules: &[Rule]) -> bool {
    rules.iter().any(|rule| match &rule.kind {
        RuleKind::DenyCommand(command) => {
            let mut patterns = command.patterns.iter().chain(&command.except);
            patterns.any(|pattern| {
                pattern.program_names().is_none() && pattern.names_on_paths().is_some()
            })
        }
        _ => false,
    })
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

/// The key of calls for which each rule needs all its globs.
pub(super) fn all_globs() -> Key {
    key(Kind::Unseen, "")
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
    /// Whether any rule describes commands by names on paths.
    pub(super) has_words: bool,
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
            keys.extend([all_paths(), all_globs()]);
        }
        // What is looked at after a call is more than its paths.
        if self.call.event != Event::BeforeTool {
            keys.push(all_globs());
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
        keys.push(all_globs());
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
        if self.has_words && !self.effects.commands.is_empty() {
            words_of(self.root, keys);
        }
        for command in &self.effects.commands {
            let judged = Judged::new(command);
            let names = judged.names(self.programs);
            let with_variables = [true].into_iter().filter(|_| command.sees_variables());
            for has_variables in [false].into_iter().chain(with_variables) {
                keys.push(any_command(has_variables));
                keys.extend(names.iter().map(|name| program(name, has_variables)));
            }
            let subcommands = judged.first_subcommands(self.programs);
            for (names, first) in subcommands {
                keys.extend(names.map(|name| subcommand(name, first)));
            }
            if self.has_words {
                words_of_command(command, keys);
            }
            if !command.sql.is_empty() {
                keys.push(key(Kind::Sql, ""));
            }
            if !command.scripts.is_empty() {
                keys.push(key(Kind::Script, ""));
            }
        }
    }
}

/// Adds the keys of what the words of a command are and lead to.
fn words_of_command(command: &Invocation, keys: &mut Vec<Key>) {
    for word in &command.words {
        words_of(word.value.start(), keys);
        for places in [&word.places, &word.all_of].into_iter().flatten() {
            let real = Some(&places.real).filter(|real| **real != places.lexical);
            for place in std::iter::once(&places.lexical).chain(real) {
                match place {
                    Place::Inside(path) | Place::Outside(path) => words_of(path, keys),
                }
            }
        }
    }
}

/// Adds the keys of every name on a path among words.
fn words_of(text: &str, keys: &mut Vec<Key>) {
    let names = text.split(|letter| !is_of_name(letter));
    let names = names.filter(|name| !name.is_empty());
    keys.extend(names.map(|name| key(Kind::Word, name)));
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
