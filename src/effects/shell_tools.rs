//! Effects of a shell command line: parsed, followed in the order it runs, every program judged by what it does.
//!
//! The walk keeps what the line itself decides (folders, variables, functions, links that it makes) and asks the file system
//! only what a shell would: does a folder exist, what does a pattern match. What depends on anything else is unknown.

mod builtins;
mod code;
mod dumps;
mod elements;
mod fields;
mod find;
mod functions;
mod globs;
mod home;
mod interpreters;
mod invocation;
mod listing;
mod locals;
mod look;
mod mounts;
mod origin;
mod outputs;
mod packages;
mod parameters;
mod patches;
mod pathspecs;
mod positional;
mod price;
mod printing;
mod program;
mod scripts;
mod settings;
mod setups;
mod showing;
mod sift;
mod simple;
mod spelling;
mod sql;
mod stages;
mod starts;
mod state;
mod touched;
mod trees;
mod unread;
mod walk;

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::{Effects, Span, Unknown, UnknownKind, Value, powershell};
use crate::call::{ShellCommand, ShellDialect};
use crate::programs::Programs;
use crate::repo::{Lookup, Place, Repository};
use crate::shell;
use look::Sieve;
use mounts::Mount;
pub(super) use origin::Origin;
use origin::Source;
use scripts::Bounds;
use stages::{File, Input};
use state::State;

/// How deep wrappers, nested shells and function calls are followed together.
const DEPTH: usize = 8;
/// Simple commands that are followed in all, loops and alternatives counted each time.
const BUDGET: usize = 5_000;
/// Folder entries that are looked at for patterns, `find` and folders that are taken whole.
const ENTRIES: usize = 40_000;
/// Longest pattern or expression whose outcome is remembered.
const LONGEST_KEY: usize = 4_096;
/// Bytes that values are compared with patterns for.
const COMPARED: usize = 20_000_000;

/// Adds what a command line would do.
pub(super) fn add(
    effects: &mut Effects,
    command: &ShellCommand,
    repository: &Repository,
    programs: &Programs,
) {
    if command.dialect == ShellDialect::PowerShell {
        powershell::add(effects, &command.text, repository, programs);
        return;
    }
    line(effects, &command.text, repository, programs);
    if let Some((at, what)) = unread::broken(&command.text) {
        effects.add_unknown(Unknown {
            kind: UnknownKind::Unparsable,
            written: what,
            span: Some(Span::new(at, at + 1)),
        });
    }
    if command.text.contains("\r\n") {
        without_returns(effects, &command.text, repository, programs);
    }
}

/// Adds what a text does to shells that take `\r\n` for the end of a line; to others the `\r` is part of a word.
fn without_returns(
    effects: &mut Effects,
    text: &str,
    repository: &Repository,
    programs: &Programs,
) {
    let mut more = Effects::default();
    line(&mut more, &text.replace("\r\n", "\n"), repository, programs);
    let removed: Vec<usize> = text
        .match_indices("\r\n")
        .enumerate()
        .map(|(before, (at, _))| at - before)
        .collect();
    let first = effects.commands.len();
    effects.add_moved(more, |at| at + removed.partition_point(|place| *place < at));
    effects.returns_from = Some(first).filter(|first| *first < effects.commands.len());
}

/// Walks a command line of a POSIX shell.
fn line(effects: &mut Effects, text: &str, repository: &Repository, programs: &Programs) {
    let here = repository.cwd();
    let mut state = State::at(here.clone());
    // No runtime gives words to the shell that it hands a line.
    state.parameters = positional::Positional::of(Vec::new());
    let mut walker = Walker {
        effects,
        repository,
        programs,
        budget: BUDGET,
        entries: ENTRIES,
        compared: COMPARED,
        depth: 0,
        remote: false,
        muted: false,
        here,
        line: text,
        origin: None,
        sources: Vec::new(),
        spelled: origin::READ,
        input: Input::Inherited,
        files: Vec::new(),
        has_more_files: false,
        copies: Vec::new(),
        links: Vec::new(),
        made: Vec::new(),
        looked: BTreeMap::new(),
        lookup: Lookup::new(repository),
        expanded: BTreeMap::new(),
        found: BTreeMap::new(),
        sieve: Sieve::default(),
        via: Vec::new(),
        given: Vec::new(),
        mounts: Vec::new(),
        is_typed: false,
        is_sourcing: false,
        is_condition: false,
        is_called: false,
        is_unseen: false,
        is_overlong: false,
        file: None,
        bounds: Bounds::default(),
    };
    walker.text(text, &mut state);
}

/// Follows a command line and collects its effects.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says something of its own about where the walk is"
)]
struct Walker<'a> {
    effects: &'a mut Effects,
    repository: &'a Repository,
    programs: &'a Programs,
    budget: usize,
    /// Folder entries that may still be looked at.
    entries: usize,
    /// Bytes that values may still be compared with patterns for.
    compared: usize,
    depth: usize,
    /// Inside a command that runs on another machine: its paths are not ours.
    remote: bool,
    /// Only texts are asked for now; effects are collected on another way.
    muted: bool,
    /// The call's own folder.
    here: String,
    line: &'a str,
    /// Where the text stands that is walked now, when that is not the line.
    origin: Option<Rc<Origin>>,
    /// What commands may read, the last one last.
    sources: Vec<Source>,
    /// Bytes that may still be read again to find texts in them.
    spelled: usize,
    /// What the command that is walked now reads.
    input: Input,
    /// Files that the line wrote, the last one last.
    files: Vec<File>,
    /// The line wrote more files than these.
    has_more_files: bool,
    /// Files that the line copied, moved or linked: where to, and the absolute path of what.
    copies: Vec<(Place, String)>,
    /// Links that the line made: the link's absolute path, and where it leads. They stay, whatever shell made them.
    links: Vec<(String, String)>,
    /// What programs of the line made: a `cd` there does not fail.
    made: Vec<String>,
    /// What was found below folders, and whether it is all.
    looked: BTreeMap<String, (Arc<[String]>, bool)>,
    /// Where paths lead.
    lookup: Lookup<'a>,
    /// What patterns match, by folder and pattern.
    expanded: BTreeMap<String, Option<Arc<[String]>>>,
    /// What `find` acts on, by folder and words.
    found: BTreeMap<String, Input>,
    /// Which files below a folder the present command passes over.
    sieve: Sieve,
    /// What the present command was unwrapped from, outermost first.
    via: Vec<String>,
    /// Variables that are set for the present command and what it starts, the innermost last.
    given: Vec<(String, Vec<Value>)>,
    /// Folders of this machine that the container has whose command is walked now.
    mounts: Vec<Mount>,
    /// Nothing in the line so far changes what the next program does.
    is_typed: bool,
    /// The script file of the present command is walked by whoever asked for it.
    is_sourcing: bool,
    /// What is walked now decides whether something else runs.
    is_condition: bool,
    /// What a function prints is being found out.
    is_called: bool,
    /// What the present command prints goes to another program or into a word, and nobody reads it.
    is_unseen: bool,
    /// A list of words was too long to be read.
    is_overlong: bool,
    /// The name of the file that is walked now.
    file: Option<String>,
    bounds: Bounds,
}

impl Walker<'_> {
    /// Walks a text in the present state.
    fn text(&mut self, text: &str, state: &mut State) {
        match shell::parse(text) {
            Ok(script) => self.script(&script, state),
            Err(unparsed) => {
                let span = self.span(shell::Span {
                    start: unparsed.at,
                    end: text.len(),
                });
                let told = unread::told(text, unparsed);
                self.unknown(UnknownKind::Unparsable, &told, Some(span));
            }
        }
    }

    /// Does something inside a program that starts other commands.
    fn under(&mut self, wrapper: &str, act: impl FnOnce(&mut Self)) {
        self.via.push(wrapper.to_owned());
        act(self);
        self.via.pop();
    }

    /// Does something whose paths are those of another machine.
    fn far_away(&mut self, act: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.remote, true);
        act(self);
        self.remote = outer;
    }

    fn unknown(&mut self, kind: UnknownKind, written: &str, span: Option<Span>) {
        if self.muted || (self.remote && matches!(kind, UnknownKind::Path(_))) {
            return;
        }
        // A file of the repository may do what no line should; how far to trust it is a question of its own.
        let (kind, written) = match (&self.file, kind) {
            (Some(file), UnknownKind::OpaqueCode | UnknownKind::Unparsable) => {
                (UnknownKind::Script, file.as_str())
            }
            _ => (kind, written),
        };
        self.effects.add_unknown(Unknown {
            kind,
            written: written.to_owned(),
            span,
        });
    }

    /// Says once that the line goes on beyond what is followed: each further step is looked at in no time.
    fn too_many_steps(&mut self, span: impl Into<Option<Span>>) {
        const WHAT: &str = "a line with too many steps";
        let is_said = |unknown: &Unknown| unknown.written == WHAT;
        if !self.effects.unknowns.last().is_some_and(is_said) {
            self.unknown(UnknownKind::Unparsable, WHAT, span.into());
        }
    }
}
