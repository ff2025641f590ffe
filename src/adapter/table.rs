//! What a runtime's table looks like to the interpreter. The statics are written by the build from
//! `adapters/*/adapter.yaml`, which says what each part means and why; nothing here is read from a file at run time.

use super::language::Language;
use crate::call::{Event, Outcome, ShellDialect, ToolKind};
use crate::decision::Verdict;
use crate::wiring::line::Shell;

/// One runtime, both directions.
#[derive(Debug)]
pub struct Adapter {
    /// The folder's name, the value of `--runtime`.
    pub name: &'static str,
    /// The product's own name, for people.
    pub title: &'static str,
    /// The version that the table was checked against, and the day.
    pub checked: Checked,
    /// The variable that holds the folder where the client was started. Not the repository's root; a fallback to find it.
    pub start_folder_env: Option<&'static str>,
    /// Whether the hook's own process runs where the client was started, so that its folder is one more way to a policy.
    pub runs_in_start_folder: bool,
    /// How prompts begin that the runtime makes itself.
    pub machine_prompts: &'static [&'static str],
    /// Events on which the runtime takes silence for a failure, so that even nothing to say is said.
    pub always_answered: &'static [Event],
    /// So many stops in a row can be answered with more work; what comes then is not heard. `None`: any number.
    pub stop_limit: Option<u64>,
    pub fields: Fields,
    pub events: &'static [EventRow],
    pub tools: &'static [ToolRow],
    pub mcp: Option<McpNames>,
    pub replies: &'static [ReplyRow],
    pub cannot: &'static [Cannot],
    pub weaker: &'static [Weaker],
    /// What nobody has seen the runtime do, nor read of it.
    pub unknown: &'static [Weaker],
    /// The reply when the event could not be known.
    pub fallback: ReplyTemplate,
    pub timeouts: Timeouts,
    pub config: &'static [ConfigFile],
    /// The hook lines with their time limits, as JSON text, where the runtime takes such.
    pub hooks: Option<&'static str>,
    pub wiring: Wiring,
    pub setup: Setup,
    /// The runtime's own language for permissions, where it has one that is known.
    pub language: Option<Language>,
}

/// What `init` installs, and where.
#[derive(Debug, Clone, Copy)]
pub struct Wiring {
    /// The content: JSON to merge into the files below, or a whole file.
    pub content: &'static str,
    /// Whether the file is hookgate's alone; otherwise its entries go among those of others.
    pub own_file: bool,
    /// Relative to the repository's root; `None` where a repository cannot bring hooks along.
    pub project: Option<&'static str>,
    /// Below `~/`, where the same content works for a person's every repository.
    pub user: Option<&'static str>,
    /// Where each event has a file of its own: their names, in the folders above, and what `{event}` in the content is.
    pub each: &'static [(&'static str, Event)],
    /// Where it takes several files: their names, in the folders above, and the content of each.
    pub files: &'static [(&'static str, &'static str)],
    /// Why nothing is installed; empty where something is.
    pub because: &'static str,
}

impl Wiring {
    /// Returns the files at one of the two places, with what goes into them.
    #[must_use]
    pub fn files_at(&self, place: Option<&str>) -> Vec<(String, String)> {
        let Some(place) = place else {
            return Vec::new();
        };
        if !self.files.is_empty() {
            let file =
                |(name, content): &(&str, &str)| (format!("{place}/{name}"), (*content).to_owned());
            return self.files.iter().map(file).collect();
        }
        if self.each.is_empty() {
            return vec![(place.to_owned(), self.content.to_owned())];
        }
        let own = |(name, event): &(&str, Event)| {
            let content = self.content.replace("{event}", event.name());
            (format!("{place}/{name}"), content)
        };
        self.each.iter().map(own).collect()
    }

    /// Returns the files for a repository and those for a person.
    #[must_use]
    pub fn all_files(&self) -> Vec<(Scope, String, String)> {
        let places = [(Scope::Project, self.project), (Scope::User, self.user)];
        let files = places.into_iter().flat_map(|(scope, place)| {
            let files = self.files_at(place).into_iter();
            files.map(move |(path, content)| (scope, path, content))
        });
        files.collect()
    }
}

/// What setting a runtime up takes beyond the content that is installed.
#[derive(Debug, Clone, Copy)]
pub struct Setup {
    /// Files and folders, in a repository or below `~/`, that show that the runtime is in use.
    pub signs: &'static [&'static str],
    /// Whether the runtime reads a configuration that has comments.
    pub comments: bool,
    /// Whether hooks of a repository are read only by a session that starts in its root.
    pub root_only: bool,
    /// Where the runtime keeps which hooks a person trusts.
    pub trust: Option<Trusted>,
    /// Where hooks may stand as TOML instead. Used where they do already.
    pub tables: Option<Tables>,
    /// What a person has to do.
    pub steps: &'static [Manual],
    /// Values in configurations that switch every hook off.
    pub switches: &'static [Switch],
    pub matchers: Matchers,
    /// The member of a hook that names its event, where that is not the key of a list of hooks.
    pub event_member: Option<&'static str>,
    /// How a hook line is run: a program and its arguments before the line; empty: `sh -c`.
    pub shell: &'static [&'static str],
    /// What runs it on Windows.
    pub windows_shell: Shell,
    /// A command that prints the version; empty: there is none, or it is slow.
    pub version: &'static [&'static str],
    /// Where its sessions are written down, in a form that is known.
    pub transcripts: Option<Transcripts>,
}

/// Transcripts: a file for each session, with a line of JSON for each thing that happened.
#[derive(Debug, Clone, Copy)]
pub struct Transcripts {
    /// Below `~/`, and the variable that names another folder for it.
    pub home: &'static str,
    pub moved_by: Option<&'static str>,
    /// Below that; `{root}` is the path of the folder where the session began, each other sign than a letter or digit a dash,
    /// and `*` stands for any part of one name.
    pub files: &'static str,
    /// Where a line names the session; otherwise the file is named for it.
    pub session: Option<Pointer>,
    /// Where a line says in which folder the session began.
    pub began_in: Option<Pointer>,
    /// A file that holds that folder, from the transcript's own.
    pub began_in_file: Option<&'static str>,
    /// Where a line says when.
    pub time: Pointer,
    /// What may be tool calls in a line, and which of it are; all of it without a condition.
    pub calls: Pointer,
    pub call: Option<Condition>,
}

/// Something that no program can do for a person.
#[derive(Debug, Clone, Copy)]
pub struct Manual {
    /// Only when set up for this scope.
    pub scope: Option<Scope>,
    pub text: &'static str,
}

/// A person's trust in single hooks: keys below `at` that begin with the full path of the file that holds them.
#[derive(Debug, Clone, Copy)]
pub struct Trusted {
    pub path: &'static str,
    pub at: Pointer,
}

/// Files in TOML that hold hooks beside much else.
#[derive(Debug, Clone, Copy)]
pub struct Tables {
    /// Relative to the repository's root.
    pub project: &'static str,
    /// Below `~/`.
    pub user: Option<&'static str>,
}

/// A value that switches hooks off.
#[derive(Debug, Clone, Copy)]
pub struct Switch {
    pub at: Pointer,
    pub is: bool,
}

/// How a hook's matcher is compared with the name of a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matchers {
    /// A list of exact names, or a pattern when it holds anything but names.
    NamesOrPattern,
    /// A pattern that fits anywhere in the name.
    Pattern,
    /// A pattern for the whole name.
    WholePattern,
    /// Not at all.
    Ignored,
}

/// When a table was last compared with the real client.
#[derive(Debug, Clone, Copy)]
pub struct Checked {
    pub version: &'static str,
    pub against: Against,
    /// A date, as `2026-11-21`.
    pub on: &'static str,
}

/// What a table was compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// The real program, payload by payload.
    Client,
    /// Its documentation only.
    Documentation,
}

/// A JSON pointer. A step `*` means each element of a list.
#[derive(Debug, Clone, Copy)]
pub struct Pointer {
    pub text: &'static str,
    pub steps: &'static [&'static str],
}

/// Where things are in a payload: for each, the pointers to try in order.
#[derive(Debug, Clone, Copy)]
pub struct Fields {
    pub event: &'static [Pointer],
    pub session: &'static [Pointer],
    pub turn: &'static [Pointer],
    pub agent: &'static [Pointer],
    pub cwd: &'static [Pointer],
    /// Every folder that is open in the client.
    pub roots: &'static [Pointer],
    pub permission_mode: &'static [Pointer],
    pub prompt: &'static [Pointer],
    pub stop_flag: &'static [Pointer],
    /// How often a stop was followed by more work already.
    pub stop_count: &'static [Pointer],
    pub tool_name: &'static [Pointer],
    pub tool_input: &'static [Pointer],
    pub tool_input_decoder: Option<Decoder>,
    pub call_id: &'static [Pointer],
}

/// A decoding step that no table can express; see `decoders`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decoder {
    JsonInString,
}

/// A native event.
#[derive(Debug, Clone, Copy)]
pub struct EventRow {
    pub native: &'static str,
    pub event: Event,
    pub outcome: Outcome,
    /// Where `true` says that a person stopped the call.
    pub interrupted: &'static [Pointer],
    /// Why the event fired.
    pub detail: &'static [Pointer],
    /// The tool that the event is always about; the payload is its input.
    pub tool: Option<&'static str>,
    /// Payloads of this event that are only observed: one of these holds.
    pub observed_when: &'static [Condition],
    /// Where the path of a configuration is that has changed, when that is what the event says.
    pub changed_config: &'static [Pointer],
}

/// A member of a payload that is there, with one of these texts if any are given.
#[derive(Debug, Clone, Copy)]
pub struct Condition {
    pub at: Pointer,
    pub any_of: &'static [&'static str],
}

/// A native tool. Its pointers start at the tool's input.
#[derive(Debug, Clone, Copy)]
pub struct ToolRow {
    pub name: &'static str,
    pub kind: ToolKind,
    pub reads: &'static [Pointer],
    pub writes: &'static [Pointer],
    pub deletes: &'static [Pointer],
    /// Texts that are patches: the files that they name are what the call touches.
    pub patch: &'static [Pointer],
    pub command: &'static [Pointer],
    pub command_cwd: &'static [Pointer],
    pub dialect: ShellDialect,
    pub urls: &'static [Pointer],
    /// Whether a call without the path or command is normal; otherwise it cannot be judged and is an error.
    pub optional: bool,
}

/// How the names of MCP tools are built.
#[derive(Debug, Clone, Copy)]
pub struct McpNames {
    pub prefix: &'static str,
    pub separator: &'static str,
    /// Where the payload names the server itself.
    pub server: &'static [Pointer],
}

/// The replies to one event.
#[derive(Debug, Clone, Copy)]
pub struct ReplyRow {
    pub event: Event,
    /// Only for these native events; empty: for all of the shared event.
    pub native: &'static [&'static str],
    pub neutral: Option<ReplyTemplate>,
    pub allow: Option<ReplyTemplate>,
    pub ask: Option<ReplyTemplate>,
    pub deny: Option<ReplyTemplate>,
}

/// One reply. A channel without a template stays empty.
#[derive(Debug, Clone, Copy)]
pub struct ReplyTemplate {
    pub stdout: Option<Node>,
    /// Plain text on stdout, where the runtime reads no JSON.
    pub text: &'static [Piece],
    pub stderr: &'static [Piece],
    pub exit: u8,
}

/// A part of a JSON reply.
#[derive(Debug, Clone, Copy)]
pub enum Node {
    /// Members in written order; the key is already JSON, quotes included.
    Object(&'static [(&'static str, Node)]),
    List(&'static [Node]),
    /// Finished JSON: a text without slots, a number, a boolean.
    Literal(&'static str),
    /// A text that is one slot; left out when the slot has no text.
    Slot(Slot),
    /// A text with slots in it; never left out.
    Text(&'static [Piece]),
}

/// A part of a text.
#[derive(Debug, Clone, Copy)]
pub enum Piece {
    Text(&'static str),
    Slot(Slot),
}

/// What a template can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// The native event's name.
    Event,
    Reason,
    Context,
    Notice,
}

/// Verdicts that an event cannot express.
#[derive(Debug, Clone, Copy)]
pub struct Cannot {
    pub event: Event,
    pub verdicts: &'static [Verdict],
    pub instead: Instead,
    pub because: &'static str,
}

/// What is said in place of a verdict that cannot be expressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instead {
    Deny,
    /// A neutral reply with the reason as context for the model.
    Context,
    /// A neutral reply with the reason as a notice to the person.
    Notice,
    /// A neutral reply without the reason.
    Neutral,
}

/// Verdicts that are sent as asked but do less than they promise.
#[derive(Debug, Clone, Copy)]
pub struct Weaker {
    pub event: Event,
    pub verdicts: &'static [Verdict],
    pub because: &'static str,
}

/// The runtime's own time limits.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// The unit of a timeout in the runtime's configuration.
    pub unit: TimeUnit,
    /// What holds without a timeout in the configuration, in milliseconds.
    pub defaults: &'static [(Event, u32)],
}

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeUnit {
    Seconds,
    Milliseconds,
    /// The configuration takes none.
    None,
}

/// A file in which the runtime's hooks can be changed.
#[derive(Debug, Clone, Copy)]
pub struct ConfigFile {
    pub scope: Scope,
    /// Relative to the project, below `~/`, or absolute.
    pub path: &'static str,
    /// The variable that names another folder for the file.
    pub moved_by: Option<&'static str>,
    /// Whether this file may hold comments where others of the runtime may not.
    pub comments: bool,
}

/// Whom a configuration file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The repository, committed.
    Project,
    /// The repository, not committed.
    Local,
    User,
    /// The machine.
    Managed,
}

/// How a payload gives its runtime away; all members must hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    pub(super) runtime: &'static str,
    /// The bits of all names that a payload with this mark holds at its top.
    pub(super) needs: u64,
    pub(super) present: &'static [Pointer],
    pub(super) absent: &'static [Pointer],
    /// The text there is one of these.
    pub(super) values: &'static [(Pointer, &'static [&'static str])],
    /// The text there contains one of these.
    pub(super) texts: &'static [(Pointer, &'static [&'static str])],
    /// There is a number.
    pub(super) numbers: &'static [Pointer],
    /// One of these variables is set.
    pub(super) env: &'static [&'static str],
}

/// Returns one bit for a member's name, the same for several: where it is not set, the name is not there.
pub(super) const fn bit(name: &str) -> u64 {
    let last = match name.as_bytes().last() {
        Some(last) => *last as usize,
        None => 0,
    };
    1 << ((name.len() * 7 + last) % 64)
}
