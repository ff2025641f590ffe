//! The shared model of one hook invocation: [`Call`], [`Event`], [`Tool`].
//!
//! Plain data. It knows no runtime, does no I/O and is not serde: adapters fill it from a runtime's payload, everything
//! behind them judges it. Texts are kept as the runtime sent them; paths are resolved later, in `effects`.

use serde_json::Value;

/// One hook invocation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Call {
    pub event: Event,
    /// The runtime's own name of the event, as sent.
    pub native_event: String,
    /// The runtime's session id; `None` when the payload has none.
    pub session: Option<String>,
    /// Changes with every prompt, where the runtime has such a key.
    pub turn: Option<String>,
    /// Set inside a sub-agent.
    pub agent: Option<String>,
    /// The agent's current folder as sent. It follows the agent's `cd`, so it is not the repository's root.
    pub cwd: Option<String>,
    /// Every folder that is open in the client, where the payload lists them.
    pub roots: Vec<String>,
    pub permission_mode: Option<String>,
    /// Why the event fired: a session's source, the reason of its end, a trigger.
    pub detail: Option<String>,
    /// A configuration of the runtime that changed while the session runs.
    pub changed_config: Option<String>,
    /// The person's prompt, on prompt events.
    pub prompt: Option<String>,
    /// Whether the runtime made the prompt itself.
    pub by_machine: bool,
    /// The tool call, on tool events.
    pub tool: Option<Tool>,
    /// How the tool call ended, on after-tool events.
    pub outcome: Outcome,
    /// Whether the agent is already going on because a stop was blocked.
    pub stop: StopState,
    /// How many stops in a row were answered with more work before this one, where the runtime counts them.
    pub stops_before: Option<u64>,
    /// Name of another runtime that the payload looks like; see `adapters/marks.yaml`.
    pub foreign: Option<&'static str>,
}

/// The shared events. Everything else a runtime fires is [`Event::Other`]: observed, never judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Event {
    SessionStart,
    Prompt,
    BeforeTool,
    AfterTool,
    Stop,
    SessionEnd,
    #[default]
    Other,
}

impl Event {
    /// Every shared event with its public name, in the order of a session.
    pub const NAMES: [(Self, &'static str); 7] = [
        (Self::SessionStart, "session-start"),
        (Self::Prompt, "prompt"),
        (Self::BeforeTool, "before-tool"),
        (Self::AfterTool, "after-tool"),
        (Self::Stop, "stop"),
        (Self::SessionEnd, "session-end"),
        (Self::Other, "other"),
    ];

    /// Returns the public name, as used in policies, flags and records.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES
            .iter()
            .find(|(event, _)| *event == self)
            .map_or("other", |(_, name)| name)
    }

    /// Returns the event with this public name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(event, _)| *event)
    }
}

/// How a tool call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Outcome {
    Ok,
    Error,
    Interrupted,
    #[default]
    Unknown,
}

/// Whether this stop follows one that was blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StopState {
    First,
    Continuing,
    #[default]
    Unknown,
}

/// A tool call.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tool {
    /// The runtime's own name of the tool.
    pub name: String,
    pub kind: ToolKind,
    /// The runtime's id of this call.
    pub call_id: Option<String>,
    /// The files that the call names. One call can name many.
    pub targets: Vec<Target>,
    /// The command lines, for shell tools. One call can have several: each is a line for a shell of its own.
    pub commands: Vec<ShellCommand>,
    /// What the call fetches.
    pub urls: Vec<String>,
    /// Server and tool, for MCP tools.
    pub mcp: Option<McpTool>,
    /// The input of a tool without a known schema, as sent; null for the others, which are read already.
    pub input: Value,
}

/// What a tool does, in the words of the shared model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ToolKind {
    Shell,
    Write,
    Edit,
    Patch,
    Delete,
    Read,
    Search,
    Fetch,
    Mcp,
    Task,
    #[default]
    Other,
}

impl ToolKind {
    /// Every kind with its public name.
    pub const NAMES: [(Self, &'static str); 11] = [
        (Self::Shell, "shell"),
        (Self::Write, "write"),
        (Self::Edit, "edit"),
        (Self::Patch, "patch"),
        (Self::Delete, "delete"),
        (Self::Read, "read"),
        (Self::Search, "search"),
        (Self::Fetch, "fetch"),
        (Self::Mcp, "mcp"),
        (Self::Task, "task"),
        (Self::Other, "other"),
    ];

    /// Returns the public name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES
            .iter()
            .find(|(kind, _)| *kind == self)
            .map_or("other", |(_, name)| name)
    }
}

/// A file that a tool call names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// As sent: absolute, or relative to the call's folder.
    pub path: String,
    pub access: Access,
}

/// What happens to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Access {
    Read,
    Write,
    Delete,
}

impl Access {
    /// Every access with its public name.
    pub const NAMES: [(Self, &'static str); 3] = [
        (Self::Read, "read"),
        (Self::Write, "write"),
        (Self::Delete, "delete"),
    ];

    /// Returns the public name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Delete => "delete",
        }
    }
}

/// A command line handed to a shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShellCommand {
    pub text: String,
    /// The folder it runs in, where the tool call names one of its own.
    pub cwd: Option<String>,
    pub dialect: ShellDialect,
}

impl ShellCommand {
    /// Returns the command lines of a call as one text, each on lines of its own; `None` without any.
    #[must_use]
    pub fn all(commands: &[Self]) -> Option<String> {
        let texts: Vec<&str> = commands.iter().map(|one| one.text.as_str()).collect();
        (!texts.is_empty()).then(|| texts.join("\n"))
    }
}

/// The language of a command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ShellDialect {
    /// bash and what it shares with sh, zsh and dash.
    #[default]
    Posix,
    PowerShell,
}

/// An MCP tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct McpTool {
    pub server: String,
    pub tool: String,
}
