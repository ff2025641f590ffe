//! The runtimes that this program speaks with: one line each, and the only place in `src/` that names one.
//!
//! The tables are written by the build from `adapters/`.

use super::hook_files::Known;
use super::language::{Commands, Form, Language, Paths, Spelling, Style};
use super::table::{
    Adapter, Against, Cannot, Checked, Condition, ConfigFile, Decoder, EventRow, Fields, Instead,
    Manual, Mark, Matchers, McpNames, Node, Piece, Pointer, ReplyRow, ReplyTemplate, Scope, Setup,
    Slot, Switch, Tables, TimeUnit, Timeouts, ToolRow, Transcripts, Trusted, Weaker, Wiring, bit,
};
use crate::call::{Event, Outcome, ShellDialect, ToolKind};
use crate::decision::Verdict;
use crate::wiring::line::Shell;

include!(concat!(env!("OUT_DIR"), "/adapters.rs"));

/// How many of them, from the beginning on, are what hookgate is made for; the others came later and are known less well.
pub(super) static FIRST_TIER: usize = 9;

/// Every shipped adapter.
pub(super) static ALL: &[&Adapter] = &[
    &CLAUDE_CODE,
    &CODEX,
    &CURSOR,
    &GEMINI_CLI,
    &QWEN_CODE,
    &COPILOT_CLI,
    &VSCODE_COPILOT,
    &DEVIN,
    &OPENCODE,
    &FACTORY_DROID,
    &CLINE,
    &GOOSE,
    &CRUSH,
    &WINDSURF,
    &GROK,
    &ANTIGRAVITY,
    &AUGMENT,
    &KIMI,
    &KIRO,
    &AMP,
    &JUNIE,
];

/// The session that `hookgate demo` plays.
pub(crate) static TOUR: &str = include_str!("../../adapters/claude-code/tour.json");
