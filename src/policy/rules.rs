//! The rule kinds. The key in the policy file names the kind.
//!
//! The types stand here together, as the policy language's table of contents; how each is judged stands in its own file.

pub(super) mod add_context;
pub(super) mod deny_command;
pub(crate) mod floor;
pub(crate) mod protect_paths;
pub(super) mod quality_gate;
pub mod sanctioned;
mod sql_text;
pub(crate) mod unknowns;

use std::time::Duration;

use super::command_pattern::CommandPattern;
use super::path_pattern::PathPatterns;
use super::problems::Place;
use super::text_pattern::TextPattern;
use crate::call::{Access, Event};

/// What a rule is about.
#[derive(Debug, Clone)]
pub enum RuleKind {
    ProtectPaths(ProtectPaths),
    DenyCommand(DenyCommand),
    QualityGate(QualityGate),
    AddContext(AddContext),
    Record(Record),
}

impl RuleKind {
    /// The policy file's word for each kind.
    pub const NAMES: [&'static str; 5] = [
        "protect-paths",
        "deny-command",
        "quality-gate",
        "add-context",
        "record",
    ];

    /// Returns the policy file's word for the kind.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::ProtectPaths(_) => "protect-paths",
            Self::DenyCommand(_) => "deny-command",
            Self::QualityGate(_) => "quality-gate",
            Self::AddContext(_) => "add-context",
            Self::Record(_) => "record",
        }
    }
}

/// `protect-paths`: some kinds of access to some paths are refused, by whatever route.
#[derive(Debug, Clone)]
pub struct ProtectPaths {
    /// Relative to the rule's base. Empty when only `outside_repository` is set.
    pub paths: PathPatterns,
    /// Protects everything that is not below the repository's root.
    pub outside_repository: bool,
    /// Absolute globs, or starting with `~/`, that `outside_repository` leaves alone.
    pub except: PathPatterns,
    /// Never empty. Default: write and delete.
    pub deny: Vec<Access>,
    pub restore: Restore,
}

/// What happens when a protected file was changed all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Restore {
    /// It is told; a person puts it back.
    #[default]
    ByHand,
    /// The noted content is put back at once.
    Auto,
}

/// `deny-command`: commands that are refused, by what they do.
#[derive(Debug, Clone)]
pub struct DenyCommand {
    pub patterns: Vec<CommandPattern>,
    pub except: Vec<CommandPattern>,
    /// A regular expression on the text that `scope` names.
    pub matches: Option<TextPattern>,
    pub scope: MatchScope,
}

/// What `matches` looks at: the key `in`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MatchScope {
    /// The words of one command, joined by blanks.
    #[default]
    Words,
    /// SQL handed to a database client.
    Sql,
    /// Code handed to an interpreter on its command line.
    Script,
}

/// `quality-gate`: a command that must succeed on the present content of its inputs.
#[derive(Debug, Clone)]
pub struct QualityGate {
    pub run: GateCommand,
    /// Relative to the rule's base.
    pub inputs: PathPatterns,
    pub on: Vec<GateEvent>,
    pub timeout: Duration,
    pub env: Vec<(String, String)>,
    /// Relative to the rule's base.
    pub working_directory: Option<String>,
    /// Whether a stop runs the gate when its inputs moved, or only blocks and names them.
    pub run_on_stop: bool,
    /// Gates that must have passed before this one runs.
    pub needs: Vec<Need>,
    /// Commands that tell the versions of tools; a result counts only for the same answers.
    pub tool_versions: Vec<String>,
}

/// A gate that another one needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// As written; the full id once the policy is complete.
    pub id: String,
    /// Where it is written.
    pub(super) at: Place,
}

/// How a gate is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GateCommand {
    /// A line for `sh -c`.
    Shell(String),
    /// A program and its arguments, run without a shell. Never empty.
    Words(Vec<String>),
}

/// When a gate runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GateEvent {
    AfterEdit,
    Stop,
}

/// `add-context`: text for the model.
#[derive(Debug, Clone)]
pub struct AddContext {
    /// [`Event::Prompt`] or [`Event::SessionStart`].
    pub on: Event,
    /// Words one of which a prompt must hold; empty means every prompt.
    pub prompt_words: Vec<String>,
    pub text: String,
}

/// `record`: a line in a file of the repository.
#[derive(Debug, Clone)]
pub struct Record {
    pub on: Vec<Event>,
    /// Relative to the rule's base, and inside the repository.
    pub file: String,
}
