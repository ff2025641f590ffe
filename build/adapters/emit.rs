//! Writes a checked table as Rust source: one `static` per runtime, in the types of `src/adapter/table.rs`.
//!
//! The derived `Debug` of the small enums prints their variants' names, which are the same in both places.

use std::collections::BTreeSet;
use std::fmt::{Debug, Write};

use serde_json::Value;

use super::language::Language;
use super::shape::{
    Adapter, Dialect, EventRow, Fields, Mark, Marks, Outcome, Reply, ReplyRow, Setup, ToolRow,
    Transcripts, Verdict, Weaker,
};
use super::template::{self, Piece};
use super::text::{Pointer, Text};

/// What `init` installs, as read from the files beside the table.
pub(crate) struct Contents {
    pub(crate) content: String,
    /// Names and contents, where there are several files.
    pub(crate) files: Vec<(String, String)>,
}

pub(crate) fn adapter(
    out: &mut String,
    adapter: &Adapter,
    wiring: &Contents,
    setup: &Setup,
    language: Option<&Language>,
) -> Result<(), String> {
    let replies = adapter
        .replies
        .iter()
        .map(reply_row)
        .collect::<Result<Vec<_>, _>>()?;
    let mcp = adapter.mcp.as_ref().map(|mcp| {
        let server = pointers(&mcp.server);
        format!(
            "McpNames {{ prefix: {:?}, separator: {:?}, server: {server} }}",
            mcp.prefix, mcp.separator
        )
    });
    let cannot = list(&adapter.cannot, |entry| {
        format!(
            "Cannot {{ event: Event::{:?}, verdicts: {}, instead: Instead::{:?}, because: {:?} }}",
            entry.event.0,
            verdicts(&entry.verdict),
            entry.instead,
            entry.because
        )
    });
    let weaker = list(&adapter.weaker, weaker_row);
    let unknown = list(&adapter.unknown, weaker_row);
    let defaults = list(&adapter.timeouts.defaults, |entry| {
        format!(
            "(Event::{:?}, {})",
            entry.event.0,
            grouped(entry.milliseconds)
        )
    });
    let config = list(&adapter.config, |file| {
        format!(
            "ConfigFile {{ scope: Scope::{:?}, path: {:?}, moved_by: {:?}, comments: {} }}",
            file.scope, file.path, file.moved_by, file.comments
        )
    });
    let each = list(&adapter.wiring.each, |file| {
        format!("({:?}, Event::{:?})", file.file, file.event.0)
    });
    let always_answered = list(&adapter.always_answered, |event| {
        format!("Event::{:?}", event.0)
    });
    let files = list(&wiring.files, |(file, content)| {
        format!("({file:?}, {content:?})")
    });
    let content = &wiring.content;
    let is_json = adapter.wiring.content.ends_with("hooks.json");
    let source = [
        format!(
            "pub(super) static {}: Adapter = Adapter {{",
            adapter.name.to_uppercase().replace('-', "_")
        ),
        format!("name: {:?}, title: {:?},", adapter.name, adapter.title),
        format!(
            "checked: Checked {{ version: {:?}, against: Against::{:?}, on: {:?} }},",
            adapter.checked.version, adapter.checked.against, adapter.checked.on
        ),
        format!("start_folder_env: {:?},", adapter.start_folder_env),
        format!("runs_in_start_folder: {},", adapter.runs_in_start_folder),
        format!("machine_prompts: &{:?},", adapter.machine_prompts),
        format!("always_answered: {always_answered},"),
        format!("stop_limit: {:?},", adapter.stop_limit),
        format!("fields: {},", fields(&adapter.fields)),
        format!("events: {},", list(&adapter.events, event_row)),
        format!("tools: {},", list(&adapter.tools, tool_row)),
        format!("mcp: {},", option(mcp)),
        format!("replies: &[{}],", replies.join(", ")),
        format!("cannot: {cannot}, weaker: {weaker}, unknown: {unknown},"),
        format!("fallback: {},", reply(&adapter.fallback)?),
        format!(
            "timeouts: Timeouts {{ unit: TimeUnit::{:?}, defaults: {defaults} }},",
            adapter.timeouts.unit
        ),
        format!("config: {config},"),
        format!("hooks: {:?},", Some(content).filter(|_| is_json)),
        format!(
            "wiring: Wiring {{ content: {content:?}, own_file: {}, project: {:?}, user: {:?}, each: {each}, \
             files: {files}, because: {:?} }},",
            adapter.wiring.own_file,
            adapter.wiring.project,
            adapter.wiring.user,
            adapter.wiring.because
        ),
        format!("setup: {},", setup_source(setup)),
        format!("language: {},", option(language.map(Language::source))),
        "};".to_owned(),
    ];
    line(out, &source.join("\n"));
    Ok(())
}

pub(crate) fn marks(out: &mut String, marks: &Marks) {
    let entries = list(&marks.marks, mark);
    line(
        out,
        &format!("pub(super) static MARKS: &[Mark] = {entries};"),
    );
}

/// Files that runtimes read their hooks from, and the variables by which some of them move.
#[derive(Default)]
pub(crate) struct HookFiles {
    files: BTreeSet<String>,
    moved: BTreeSet<(String, String)>,
}

impl HookFiles {
    pub(crate) fn add(&mut self, files: impl IntoIterator<Item = String>) {
        self.files.extend(files);
    }

    pub(crate) fn add_of(&mut self, adapter: &Adapter, language: Option<&Language>) {
        self.add(adapter.config.iter().map(|file| file.path.clone()));
        // What `export` wrote is worth no more than the hooks when an agent can take it away.
        self.add(language.into_iter().flat_map(Language::own_files).cloned());
        for file in &adapter.config {
            if let Some(variable) = &file.moved_by {
                let name = file.path.rsplit('/').next().unwrap_or_default();
                self.moved.insert((name.to_owned(), variable.clone()));
            }
        }
    }

    pub(crate) fn write(&self, out: &mut String) {
        let all = || self.files.iter().map(String::as_str);
        let inside: Vec<_> = all().filter(|path| !path.starts_with(['~', '/'])).collect();
        let of_home: Vec<_> = all().filter_map(|path| path.strip_prefix('~')).collect();
        let absolute: Vec<_> = all().filter(|path| path.starts_with('/')).collect();
        let moved: Vec<_> = self.moved.iter().collect();
        let source = format!(
            "pub(super) static HOOK_FILES: Known = Known {{ inside: &{inside:?}, of_home: &{of_home:?}, \
             absolute: &{absolute:?}, moved: &{moved:?} }};"
        );
        line(out, &source);
    }
}

fn line(out: &mut String, text: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{text}");
}

fn fields(fields: &Fields) -> String {
    let decoder = fields
        .tool_input_decoder
        .map(|decoder| format!("Decoder::{decoder:?}"));
    let members = [
        ("event", &fields.event),
        ("session", &fields.session),
        ("turn", &fields.turn),
        ("agent", &fields.agent),
        ("cwd", &fields.cwd),
        ("roots", &fields.roots),
        ("permission_mode", &fields.permission_mode),
        ("prompt", &fields.prompt),
        ("stop_flag", &fields.stop_flag),
        ("stop_count", &fields.stop_count),
        ("tool_name", &fields.tool_name),
        ("tool_input", &fields.tool_input),
        ("call_id", &fields.call_id),
    ];
    let members: Vec<String> = members
        .iter()
        .map(|(name, found)| format!("{name}: {}", pointers(found)))
        .collect();
    format!(
        "Fields {{ {}, tool_input_decoder: {} }}",
        members.join(", "),
        option(decoder)
    )
}

fn event_row(row: &EventRow) -> String {
    let outcome = match row.outcome {
        Outcome::Ok => "Ok",
        Outcome::Error => "Error",
        Outcome::Unknown => "Unknown",
    };
    let observed_when = list(&row.observed_when, |condition| {
        format!(
            "Condition {{ at: {}, any_of: &{:?} }}",
            pointer(&condition.at),
            condition.any_of
        )
    });
    format!(
        "EventRow {{ native: {:?}, event: Event::{:?}, outcome: Outcome::{outcome}, interrupted: {}, detail: {}, \
         tool: {:?}, observed_when: {observed_when}, changed_config: {} }}",
        row.native,
        row.event.0,
        pointers(&row.interrupted),
        pointers(&row.detail),
        row.tool,
        pointers(&row.changed_config)
    )
}

fn setup_source(setup: &Setup) -> String {
    let steps = list(&setup.steps, |step| {
        let scope = step.scope.map(|scope| format!("Scope::{scope:?}"));
        format!(
            "Manual {{ scope: {}, text: {:?} }}",
            option(scope),
            step.text
        )
    });
    let switches = list(&setup.switches, |switch| {
        format!(
            "Switch {{ at: {}, is: {} }}",
            pointer(&switch.at),
            switch.is
        )
    });
    let trust = setup.trust.as_ref().map(|trust| {
        format!(
            "Trusted {{ path: {:?}, at: {} }}",
            trust.path,
            pointer(&trust.at)
        )
    });
    let transcripts = setup.transcripts.as_ref().map(transcripts);
    let tables = setup.tables.as_ref().map(|tables| {
        format!(
            "Tables {{ project: {:?}, user: {:?} }}",
            tables.project, tables.user
        )
    });
    format!(
        "Setup {{ signs: &{:?}, comments: {}, root_only: {}, steps: {steps}, trust: {}, tables: {}, switches: {switches}, \
         matchers: Matchers::{:?}, event_member: {:?}, shell: &{:?}, windows_shell: Shell::{:?}, version: &{:?}, \
         transcripts: {} }}",
        setup.signs,
        setup.comments,
        setup.root_only,
        option(trust),
        option(tables),
        setup.matchers,
        setup.event_member,
        setup.shell,
        setup.windows_shell,
        setup.version,
        option(transcripts)
    )
}

fn transcripts(transcripts: &Transcripts) -> String {
    let call = transcripts.call.as_ref().map(|call| {
        format!(
            "Condition {{ at: {}, any_of: &{:?} }}",
            pointer(&call.at),
            call.any_of
        )
    });
    format!(
        "Transcripts {{ home: {:?}, moved_by: {:?}, files: {:?}, session: {}, began_in: {}, began_in_file: {:?}, time: {}, \
         calls: {}, call: {} }}",
        transcripts.home,
        transcripts.moved_by,
        transcripts.files,
        option(transcripts.session.as_ref().map(pointer)),
        option(transcripts.began_in.as_ref().map(pointer)),
        transcripts.began_in_file,
        pointer(&transcripts.time),
        pointer(&transcripts.calls),
        option(call)
    )
}

fn weaker_row(entry: &Weaker) -> String {
    format!(
        "Weaker {{ event: Event::{:?}, verdicts: {}, because: {:?} }}",
        entry.event.0,
        verdicts(&entry.verdict),
        entry.because
    )
}

fn tool_row(row: &ToolRow) -> String {
    let dialect = match row.dialect {
        Dialect::Posix => "Posix",
        Dialect::PowerShell => "PowerShell",
    };
    let members = [
        ("reads", &row.reads),
        ("writes", &row.writes),
        ("deletes", &row.deletes),
        ("patch", &row.patch),
        ("command", &row.command),
        ("command_cwd", &row.command_cwd),
        ("urls", &row.urls),
    ];
    let members: Vec<String> = members
        .iter()
        .map(|(name, found)| format!("{name}: {}", pointers(found)))
        .collect();
    format!(
        "ToolRow {{ name: {:?}, kind: ToolKind::{:?}, dialect: ShellDialect::{dialect}, optional: {}, {} }}",
        row.name,
        row.kind.0,
        row.optional,
        members.join(", ")
    )
}

fn reply_row(row: &ReplyRow) -> Result<String, String> {
    let mut members = Vec::new();
    for (name, verdict) in [
        ("neutral", Verdict::Neutral),
        ("allow", Verdict::Allow),
        ("ask", Verdict::Ask),
        ("deny", Verdict::Deny),
    ] {
        let template = row.reply(verdict).map(reply).transpose()?;
        members.push(format!("{name}: {}", option(template)));
    }
    let event = row.event.0;
    Ok(format!(
        "ReplyRow {{ event: Event::{event:?}, native: &{:?}, {} }}",
        row.native,
        members.join(", ")
    ))
}

fn reply(reply: &Reply) -> Result<String, String> {
    let stdout = reply.stdout.as_ref().map(node).transpose()?;
    let plain = |text: &Option<String>| {
        let text = text.as_deref().unwrap_or_default();
        template::pieces(text).map(|found| pieces(&found))
    };
    let text = plain(&reply.text)?;
    let stderr = plain(&reply.stderr)?;
    Ok(format!(
        "ReplyTemplate {{ stdout: {}, text: {text}, stderr: {stderr}, exit: {} }}",
        option(stdout),
        reply.exit
    ))
}

fn node(value: &Value) -> Result<String, String> {
    match value {
        Value::Object(members) => {
            let mut entries = Vec::new();
            for (key, member) in members {
                entries.push(format!("({:?}, {})", json(key)?, node(member)?));
            }
            Ok(format!("Node::Object(&[{}])", entries.join(", ")))
        }
        Value::Array(items) => {
            let items = items.iter().map(node).collect::<Result<Vec<_>, _>>()?;
            Ok(format!("Node::List(&[{}])", items.join(", ")))
        }
        Value::String(text) => {
            let parts = template::pieces(text)?;
            match parts.as_slice() {
                [Piece::Slot(slot)] => Ok(format!("Node::Slot(Slot::{slot:?})")),
                [] | [Piece::Text(_)] => Ok(format!("Node::Literal({:?})", json(text)?)),
                parts => Ok(format!("Node::Text({})", pieces(parts))),
            }
        }
        other => Ok(format!("Node::Literal({:?})", other.to_string())),
    }
}

fn json(text: &str) -> Result<String, String> {
    serde_json::to_string(text).map_err(|error| error.to_string())
}

fn pieces(pieces: &[Piece]) -> String {
    list(pieces, |piece| match piece {
        Piece::Text(text) => format!("Piece::Text({text:?})"),
        Piece::Slot(slot) => format!("Piece::Slot(Slot::{slot:?})"),
    })
}

fn mark(mark: &Mark) -> String {
    let values = list(&mark.values, |entry| {
        format!("({}, &{:?})", pointer(&entry.at), entry.any_of)
    });
    let texts = list(&mark.texts, |entry| {
        format!("({}, &{:?})", pointer(&entry.at), entry.contains)
    });
    let there = mark.present.iter().chain(&mark.numbers);
    let there = there.chain(mark.values.iter().map(|entry| &entry.at));
    let there = there.chain(mark.texts.iter().map(|entry| &entry.at));
    let first = there.filter_map(|pointer| pointer.0.steps.first());
    let bits: Vec<String> = first.map(|step| format!("bit({step:?})")).collect();
    let needs = if bits.is_empty() {
        "0".to_owned()
    } else {
        bits.join(" | ")
    };
    format!(
        "Mark {{ runtime: {:?}, needs: {needs}, present: {}, absent: {}, values: {values}, texts: {texts}, numbers: {}, env: &{:?} }}",
        mark.runtime,
        pointers(&mark.present),
        pointers(&mark.absent),
        pointers(&mark.numbers),
        mark.env
    )
}

/// Returns the number as Rust code is written by hand: `600_000`.
fn grouped(number: u32) -> String {
    if number < 1000 {
        return number.to_string();
    }
    format!("{}_{:03}", grouped(number / 1000), number % 1000)
}

fn verdicts(verdicts: &[Verdict]) -> String {
    list(verdicts, |verdict| format!("Verdict::{verdict:?}"))
}

fn pointers(pointers: &[Text<Pointer>]) -> String {
    list(pointers, pointer)
}

fn pointer(pointer: &Text<Pointer>) -> String {
    let Pointer { text, steps } = &pointer.0;
    format!("Pointer {{ text: {text:?}, steps: &{steps:?} }}")
}

fn list<T>(items: &[T], write: impl Fn(&T) -> String) -> String {
    let items: Vec<String> = items.iter().map(write).collect();
    format!("&[{}]", items.join(", "))
}

fn option(value: Option<impl AsRef<str> + Debug>) -> String {
    value.map_or_else(
        || "None".to_owned(),
        |value| format!("Some({})", value.as_ref()),
    )
}
