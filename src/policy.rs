//! What a policy is, once it has been read and checked: plain data that `evaluate` judges calls by.
//!
//! Nothing here reads files or knows YAML; `load` builds these types and reports every problem of a policy file.

pub mod cache;
pub mod command_pattern;
pub mod evaluate;
pub mod load;
pub mod packs;
pub mod path_pattern;
pub mod problems;
pub mod rules;
pub mod sources;
pub mod text_pattern;
pub mod yaml;

use crate::call::Event;
use crate::decision::Verdict;
use crate::programs::Programs;
pub use rules::{AddContext, DenyCommand, ProtectPaths, QualityGate, Record, RuleKind};

/// Every rule that holds for a repository, from all layers, with the settings of its policy file.
#[derive(Debug, Clone, Default)]
pub struct PolicySet {
    pub mode: Mode,
    pub when_broken: WhenBroken,
    pub on_unknown: OnUnknown,
    /// Runtimes that `check` proves the rules in; empty when the policy names none.
    pub runtimes: Vec<String>,
    /// What the policy says of programs, beside the shipped table.
    pub programs: Programs,
    pub rules: Vec<Rule>,
    /// The files that the rules came from, in the order of their layers.
    pub sources: Vec<Source>,
    /// The files that `record` rules write, relative to the root.
    pub(crate) records: Vec<String>,
}

impl PolicySet {
    /// Notes which files the `record` rules write: whoever has a part of the rules must know of all of them.
    pub(crate) fn list_records(&mut self) {
        let rules = self.rules.iter();
        let files = rules.filter_map(|rule| match &rule.kind {
            RuleKind::Record(record) if rule.base.is_empty() => Some(record.file.clone()),
            RuleKind::Record(record) => Some(format!("{}/{}", rule.base, record.file)),
            _ => None,
        });
        self.records = files
            .map(|file| file.trim_start_matches("./").to_owned())
            .collect();
    }
}

/// One rule: an id, exactly one kind, and what to say when it matches.
#[derive(Debug, Clone)]
pub struct Rule {
    pub id: String,
    pub kind: RuleKind,
    pub action: Action,
    pub if_no_ask: IfNoAsk,
    pub reason: Option<String>,
    pub instead: Option<String>,
    /// Folder that the rule's globs, gate and inputs are relative to, itself relative to the root; "" is the root.
    pub base: String,
    pub origin: Origin,
    pub tests: RuleTests,
}

/// Where a rule was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// As shown to people: a path relative to the root, or `pack:NAME`.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    pub column: usize,
}

/// A policy file and the layer that it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// As shown to people, like [`Origin::file`].
    pub name: String,
    /// Where it was read; `None` for shipped packs.
    pub path: Option<std::path::PathBuf>,
    pub layer: Layer,
}

/// Whose policy a file is, from the outermost to the innermost. Inner layers add rules; they cannot loosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Layer {
    Managed,
    User,
    #[default]
    Repository,
    Subfolder,
    Local,
}

/// Whether decisions block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    #[default]
    Enforce,
    /// Never blocks; records what it would have done.
    Observe,
}

/// What a blocking rule does when it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Action {
    #[default]
    Deny,
    Ask,
    /// Lets the call through and tells the model.
    Warn,
}

/// What `ask` becomes where a runtime cannot ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IfNoAsk {
    #[default]
    Deny,
    Neutral,
}

/// What a call gets when hookgate could not decide. Values are [`Verdict::Deny`] or [`Verdict::Neutral`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WhenBroken {
    pub before_tool: Verdict,
    pub stop: Verdict,
    pub otherwise: Verdict,
}

impl Default for WhenBroken {
    fn default() -> Self {
        Self {
            before_tool: Verdict::Deny,
            stop: Verdict::Deny,
            otherwise: Verdict::Neutral,
        }
    }
}

impl WhenBroken {
    /// Returns the verdict for an event; an event that could not be known counts as before a tool.
    #[must_use]
    pub fn verdict(self, event: Option<Event>) -> Verdict {
        match event {
            None | Some(Event::BeforeTool) => self.before_tool,
            Some(Event::Stop) => self.stop,
            Some(_) => self.otherwise,
        }
    }
}

/// What to do where the effects of a call cannot be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OnUnknown {
    /// Code that was not looked into: `curl … | sh`, `eval "$X"`.
    pub opaque_code: Verdict,
    /// A program of the repository that was not looked into: `make test`, `python3 tool.py`.
    pub script: Verdict,
    /// A path that could be anything.
    pub path: Verdict,
    /// A command line that no shell would parse, or that is beyond the parser's limits.
    pub unparsable: Verdict,
}

impl Default for OnUnknown {
    fn default() -> Self {
        Self {
            opaque_code: Verdict::Ask,
            script: Verdict::Neutral,
            path: Verdict::Neutral,
            unparsable: Verdict::Ask,
        }
    }
}

/// Examples beside a rule, run by `hookgate test`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleTests {
    pub deny: Vec<Example>,
    pub allow: Vec<Example>,
}

/// One example call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Example {
    Edit(String),
    Read(String),
    Delete(String),
    Shell(String),
    Prompt(String),
}
