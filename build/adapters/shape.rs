//! What the files look like: plain structs that mirror the YAML, strict about unknown keys.

use serde::Deserialize;

use super::text::{Pointer, Text};
use crate::call::{Event, ToolKind};

type Pointers = Vec<Text<Pointer>>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Adapter {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) checked: Checked,
    pub(crate) start_folder_env: Option<String>,
    #[serde(default)]
    pub(crate) runs_in_start_folder: bool,
    #[serde(default)]
    pub(crate) machine_prompts: Vec<String>,
    #[serde(default)]
    pub(crate) always_answered: Vec<Text<Event>>,
    pub(crate) stop_limit: Option<u64>,
    pub(crate) fields: Fields,
    pub(crate) events: Vec<EventRow>,
    pub(crate) tools: Vec<ToolRow>,
    pub(crate) mcp: Option<Mcp>,
    pub(crate) replies: Vec<ReplyRow>,
    #[serde(default)]
    pub(crate) cannot: Vec<Cannot>,
    #[serde(default)]
    pub(crate) weaker: Vec<Weaker>,
    #[serde(default)]
    pub(crate) unknown: Vec<Weaker>,
    pub(crate) fallback: Reply,
    pub(crate) timeouts: Timeouts,
    pub(crate) config: Vec<ConfigFile>,
    pub(crate) wiring: Wiring,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Wiring {
    /// The file beside the table that holds the content; empty where nothing is installed.
    #[serde(default)]
    pub(crate) content: String,
    #[serde(default)]
    pub(crate) own_file: bool,
    pub(crate) project: Option<String>,
    pub(crate) user: Option<String>,
    /// Where each event has a file of its own: which.
    #[serde(default)]
    pub(crate) each: Vec<EachFile>,
    /// Where it takes several files: which, and the files beside the table that hold their contents.
    #[serde(default)]
    pub(crate) files: Vec<OneFile>,
    /// Why nothing is installed.
    #[serde(default)]
    pub(crate) because: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct OneFile {
    pub(crate) file: String,
    pub(crate) content: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct EachFile {
    pub(crate) file: String,
    pub(crate) event: Text<Event>,
}

/// `setup.yaml`: what `init` and `doctor` know beyond the content that is installed.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Setup {
    pub(crate) signs: Vec<String>,
    pub(crate) comments: bool,
    pub(crate) root_only: bool,
    pub(crate) steps: Vec<SetupStep>,
    pub(crate) trust: Option<SetupTrust>,
    pub(crate) tables: Option<Tables>,
    pub(crate) switches: Vec<Switch>,
    pub(crate) matchers: Matchers,
    pub(crate) event_member: Option<String>,
    pub(crate) shell: Vec<String>,
    pub(crate) windows_shell: WindowsShell,
    pub(crate) version: Vec<String>,
    pub(crate) transcripts: Option<Transcripts>,
}

/// Where sessions are written down, a line of JSON for each thing that happened.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Transcripts {
    pub(crate) home: String,
    pub(crate) moved_by: Option<String>,
    pub(crate) files: String,
    pub(crate) session: Option<Text<Pointer>>,
    pub(crate) began_in: Option<Text<Pointer>>,
    pub(crate) began_in_file: Option<String>,
    pub(crate) time: Text<Pointer>,
    pub(crate) calls: Text<Pointer>,
    pub(crate) call: Option<Condition>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Tables {
    pub(crate) project: String,
    pub(crate) user: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct SetupTrust {
    pub(crate) path: String,
    pub(crate) at: Text<Pointer>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct SetupStep {
    pub(crate) scope: Option<Scope>,
    pub(crate) text: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Switch {
    pub(crate) at: Text<Pointer>,
    pub(crate) is: bool,
}

/// PowerShell is what most use there.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum WindowsShell {
    Posix,
    #[default]
    PowerShell,
    Cmd,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Matchers {
    #[default]
    NamesOrPattern,
    Pattern,
    WholePattern,
    Ignored,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Checked {
    pub(crate) version: String,
    pub(crate) on: String,
    #[serde(default)]
    pub(crate) against: Against,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Against {
    #[default]
    Client,
    Documentation,
}

/// Where things are in a payload: for each, the pointers to try in order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Fields {
    #[serde(default)]
    pub(crate) event: Pointers,
    #[serde(default)]
    pub(crate) session: Pointers,
    #[serde(default)]
    pub(crate) turn: Pointers,
    #[serde(default)]
    pub(crate) agent: Pointers,
    #[serde(default)]
    pub(crate) cwd: Pointers,
    #[serde(default)]
    pub(crate) roots: Pointers,
    #[serde(default)]
    pub(crate) permission_mode: Pointers,
    #[serde(default)]
    pub(crate) prompt: Pointers,
    #[serde(default)]
    pub(crate) stop_flag: Pointers,
    #[serde(default)]
    pub(crate) stop_count: Pointers,
    pub(crate) tool_name: Pointers,
    pub(crate) tool_input: Pointers,
    #[serde(default)]
    pub(crate) tool_input_decoder: Option<Decoder>,
    #[serde(default)]
    pub(crate) call_id: Pointers,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Decoder {
    JsonInString,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct EventRow {
    pub(crate) native: String,
    pub(crate) event: Text<Event>,
    #[serde(default)]
    pub(crate) outcome: Outcome,
    #[serde(default)]
    pub(crate) interrupted: Pointers,
    #[serde(default)]
    pub(crate) detail: Pointers,
    pub(crate) tool: Option<String>,
    #[serde(default)]
    pub(crate) observed_when: Vec<Condition>,
    #[serde(default)]
    pub(crate) changed_config: Pointers,
}

/// A member that is there, with one of these texts if any are given.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Condition {
    pub(crate) at: Text<Pointer>,
    #[serde(default)]
    pub(crate) any_of: Vec<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Outcome {
    Ok,
    Error,
    #[default]
    Unknown,
}

/// A native tool; its pointers start at the tool's input.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ToolRow {
    pub(crate) name: String,
    pub(crate) kind: Text<ToolKind>,
    #[serde(default)]
    pub(crate) reads: Pointers,
    #[serde(default)]
    pub(crate) writes: Pointers,
    #[serde(default)]
    pub(crate) deletes: Pointers,
    #[serde(default)]
    pub(crate) patch: Pointers,
    #[serde(default)]
    pub(crate) command: Pointers,
    #[serde(default)]
    pub(crate) command_cwd: Pointers,
    #[serde(default)]
    pub(crate) dialect: Dialect,
    #[serde(default)]
    pub(crate) urls: Pointers,
    #[serde(default)]
    pub(crate) optional: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Dialect {
    #[default]
    Posix,
    PowerShell,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Mcp {
    pub(crate) prefix: String,
    pub(crate) separator: String,
    #[serde(default)]
    pub(crate) server: Pointers,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ReplyRow {
    pub(crate) event: Text<Event>,
    /// Only for these native events; empty: for all of the shared event.
    #[serde(default)]
    pub(crate) native: Vec<String>,
    pub(crate) neutral: Option<Reply>,
    pub(crate) allow: Option<Reply>,
    pub(crate) ask: Option<Reply>,
    pub(crate) deny: Option<Reply>,
}

impl ReplyRow {
    pub(crate) fn reply(&self, verdict: Verdict) -> Option<&Reply> {
        match verdict {
            Verdict::Neutral => self.neutral.as_ref(),
            Verdict::Allow => self.allow.as_ref(),
            Verdict::Ask => self.ask.as_ref(),
            Verdict::Deny => self.deny.as_ref(),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Reply {
    pub(crate) stdout: Option<serde_json::Value>,
    pub(crate) text: Option<String>,
    pub(crate) stderr: Option<String>,
    #[serde(default)]
    pub(crate) exit: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Verdict {
    Neutral,
    Allow,
    Ask,
    Deny,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Cannot {
    pub(crate) event: Text<Event>,
    pub(crate) verdict: Vec<Verdict>,
    pub(crate) instead: Instead,
    pub(crate) because: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Instead {
    Deny,
    Context,
    Notice,
    Neutral,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Weaker {
    pub(crate) event: Text<Event>,
    pub(crate) verdict: Vec<Verdict>,
    pub(crate) because: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Timeouts {
    pub(crate) unit: TimeUnit,
    #[serde(default)]
    pub(crate) defaults: Vec<Timeout>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TimeUnit {
    Seconds,
    Milliseconds,
    None,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Timeout {
    pub(crate) event: Text<Event>,
    pub(crate) milliseconds: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ConfigFile {
    pub(crate) scope: Scope,
    pub(crate) path: String,
    pub(crate) moved_by: Option<String>,
    #[serde(default)]
    pub(crate) comments: bool,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Scope {
    Project,
    Local,
    User,
    Managed,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Marks {
    pub(crate) configs: Vec<String>,
    pub(crate) marks: Vec<Mark>,
}

/// What gives a runtime's payload away; all members must hold.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Mark {
    pub(crate) runtime: String,
    #[serde(default)]
    pub(crate) present: Pointers,
    #[serde(default)]
    pub(crate) absent: Pointers,
    #[serde(default)]
    pub(crate) values: Vec<MarkValues>,
    #[serde(default)]
    pub(crate) texts: Vec<MarkTexts>,
    #[serde(default)]
    pub(crate) numbers: Pointers,
    #[serde(default)]
    pub(crate) env: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct MarkValues {
    pub(crate) at: Text<Pointer>,
    pub(crate) any_of: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct MarkTexts {
    pub(crate) at: Text<Pointer>,
    pub(crate) contains: Vec<String>,
}
