//! A call and its decision, drawn for people and written as JSON.
//!
//! Control characters from payloads are escaped: a file name must not be able to paint on a terminal.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::answer::{Policy, Trace, wording};
use crate::call::Access;
use crate::decision::{Decision, Verdict};
use crate::effects::UnknownKind;
use crate::repo::Place;

/// Version of the JSON form.
pub const VERSION: u64 = 1;
/// Width of the column of headings.
const HEADING: usize = 10;

/// Draws what was understood, what was decided by which rule, and the reply.
#[must_use]
pub fn trace(trace: &Trace) -> String {
    let mut text = String::new();
    understood(&mut text, trace);
    decided(&mut text, trace);
    replied(&mut text, trace);
    text
}

fn understood(text: &mut String, trace: &Trace) {
    let call = &trace.call;
    let native = match call.native_event.as_str() {
        "" => String::new(),
        name => format!(" ({name})"),
    };
    row(text, "event", &format!("{}{native}", call.event.name()));
    if let Some(name) = call.foreign {
        row(
            text,
            "note",
            &format!("this looks like a payload of {name}"),
        );
    }
    if let Some(tool) = &call.tool {
        let kind = tool.kind.name();
        let shown = if tool.name == kind {
            kind.to_owned()
        } else {
            format!("{} ({kind})", tool.name)
        };
        row(text, "tool", &shown);
    }
    if let Some(command) = call.tool.as_ref().and_then(|tool| tool.command.as_ref()) {
        row(text, "command", &command.text);
    }
    if let Some(prompt) = &call.prompt {
        row(text, "prompt", prompt);
    }
    for command in &trace.effects.commands {
        let via = if command.via.is_empty() {
            String::new()
        } else {
            format!(" through {}", command.via.join(", "))
        };
        let folder = command.folder.as_ref();
        let folder = folder.map_or_else(String::new, |place| format!("  in {}", place.shown()));
        row(text, "runs", &format!("{}{via}{folder}", command.text()));
    }
    for effect in &trace.effects.paths {
        let lexical = effect.places.lexical.shown();
        let real = effect.places.real.shown();
        let link = if lexical == real {
            String::new()
        } else {
            format!(" -> {real}")
        };
        let by = &effect.by;
        row(
            text,
            effect.access.name(),
            &format!("{lexical}{link}  by {by}"),
        );
    }
    for unknown in &trace.effects.unknowns {
        let what = match unknown.kind {
            UnknownKind::OpaqueCode => "code that is not looked into",
            UnknownKind::Script => "a script or program that is not looked into",
            UnknownKind::Path(access) => match access {
                Access::Read => "a path that is read",
                Access::Write => "a path that is written",
                Access::Delete => "a path that is deleted",
            },
            UnknownKind::Unparsable => "a text that no shell would parse",
        };
        row(text, "unknown", &format!("{what}: {}", unknown.written));
    }
}

fn decided(text: &mut String, trace: &Trace) {
    let policy = match trace.policy {
        Policy::Absent => "none here: no opinion",
        Policy::Loaded => "loaded",
        Policy::Broken => "cannot be used: `when-broken` decides",
    };
    row(text, "policy", policy);
    for finding in &trace.decision.findings {
        let origin = finding.origin.as_deref();
        let origin = origin.map_or_else(String::new, |origin| format!(" ({origin})"));
        let verdict = finding.verdict.name();
        let rule = format!("{}{origin}: {verdict}: {}", finding.rule, finding.what);
        row(text, "rule", &rule);
        if let Some(command) = trace
            .call
            .tool
            .as_ref()
            .and_then(|tool| tool.command.as_ref())
        {
            pointed(text, &command.text, finding.span);
        }
    }
    for context in &trace.decision.context {
        row(text, "rule", &format!("{}: adds context", context.rule));
    }
    for gate in &trace.gates_due {
        row(text, "gate", &format!("{gate}: is due"));
    }
    for record in &trace.records {
        row(text, "record", &format!("{record}: adds a line"));
    }
    row(text, "verdict", &verdict(&trace.decision));
}

/// Draws the part of a command that made a rule match, under its line.
fn pointed(text: &mut String, command: &str, span: Option<(usize, usize)>) {
    let Some((start, end)) = span else {
        return;
    };
    let mut from = 0;
    for line in command.split('\n') {
        let to = from + line.len();
        if start >= from && start < to {
            let before = line.get(..start - from).unwrap_or_default();
            let marked = line
                .get(start - from..end.min(to) - from)
                .unwrap_or_default();
            // Escaping may lengthen a line: the marks go under what is drawn.
            let marks = "^".repeat(escaped(marked).chars().count().max(1));
            let gap = " ".repeat(escaped(before).chars().count());
            row(text, "", line);
            row(text, "", &format!("{gap}{marks}"));
        }
        from = to + 1;
    }
}

/// "deny", or "neutral (observed only; would be deny)".
#[must_use]
pub fn verdict(decision: &Decision) -> String {
    let name = decision.verdict.name();
    match decision.would {
        Some(would) if would != Verdict::Neutral => {
            format!("{name} (observed only; would be {})", would.name())
        }
        _ => name.to_owned(),
    }
}

fn replied(text: &mut String, trace: &Trace) {
    let reply = &trace.reply;
    if !reply.stdout.is_empty() {
        row(text, "stdout", reply.stdout.trim_end());
    }
    if !reply.stderr.is_empty() {
        row(text, "stderr", reply.stderr.trim_end());
    }
    row(text, "exit", &reply.exit.to_string());
}

/// Adds one row; further lines of the text are set in below the first.
fn row(text: &mut String, heading: &str, content: &str) {
    let mut heading = heading;
    for line in content.lines() {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{heading:HEADING$}{}", escaped(line));
        heading = "";
    }
}

/// Makes control characters visible.
#[must_use]
pub fn escaped(text: &str) -> String {
    text.chars()
        .flat_map(|letter| {
            let escape = letter.is_control() && letter != '\t';
            let plain = (!escape).then_some(letter);
            let hidden = escape
                .then(|| letter.escape_default())
                .into_iter()
                .flatten();
            plain.into_iter().chain(hidden)
        })
        .collect()
}

/// The same facts as JSON, stable and versioned.
#[must_use]
pub fn json(trace: &Trace) -> Value {
    let call = &trace.call;
    let findings: Vec<Value> = trace
        .decision
        .findings
        .iter()
        .map(|finding| {
            json!({
                "rule": finding.rule,
                "origin": finding.origin,
                "verdict": finding.verdict.name(),
                "what": finding.what,
                "reason": finding.reason,
                "instead": finding.instead,
                "span": finding.span.map(|(start, end)| json!([start, end])),
            })
        })
        .collect();
    let paths: Vec<Value> = trace
        .effects
        .paths
        .iter()
        .map(|effect| {
            json!({
                "access": effect.access.name(),
                "written": effect.written,
                "path": effect.places.lexical.shown(),
                "real": effect.places.real.shown(),
                "by": effect.by,
                "span": effect.span.map(|(start, end)| json!([start, end])),
            })
        })
        .collect();
    let commands: Vec<Value> = trace
        .effects
        .commands
        .iter()
        .map(|command| {
            json!({
                "text": command.text(),
                "via": command.via,
                "folder": command.folder.as_ref().map(Place::shown),
                "span": [command.span.0, command.span.1],
            })
        })
        .collect();
    json!({
        "version": VERSION,
        "event": call.event.name(),
        "native_event": call.native_event,
        "tool": call.tool.as_ref().map(|tool| json!({"name": tool.name, "kind": tool.kind.name()})),
        "foreign": call.foreign,
        "paths": paths,
        "commands": commands,
        "verdict": trace.decision.verdict.name(),
        "would": trace.decision.would.map(Verdict::name),
        "findings": findings,
        "context": trace.decision.context.iter().map(|context| json!({"rule": context.rule, "text": context.text})).collect::<Vec<_>>(),
        "gates_due": trace.gates_due,
        "records": trace.records,
        "told": wording::reason(&trace.decision),
        "reply": {
            "stdout": trace.reply.stdout,
            "stderr": trace.reply.stderr,
            "exit": trace.reply.exit,
        },
    })
}
