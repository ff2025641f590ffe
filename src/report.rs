//! A call and its decision, drawn for people and written as JSON.
//!
//! Control characters from payloads are escaped: a file name must not be able to paint on a terminal.

mod understood;

use std::fmt::Write as _;

use serde_json::{Value, json};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::answer::{Policy, Trace, wording};
use crate::call::ShellCommand;
use crate::decision::{Decision, Finding, Verdict};
use crate::effects::Span;
use crate::repo::Place;

/// Version of the JSON form.
pub const VERSION: u64 = 1;
/// Width of the column of headings.
const HEADING: usize = 10;
/// Letters of a line that are shown before and after what is marked.
const MARGIN: usize = 80;
/// Lines that are marked at most.
const POINTED: usize = 8;
/// Objections that are drawn.
const FINDINGS: usize = 40;
/// Letters of a command that are shown.
const LONGEST: usize = 4_000;

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
    for command in call.tool.iter().flat_map(|tool| &tool.commands) {
        row(text, "command", &shortened(&command.text));
    }
    if let Some(prompt) = &call.prompt {
        row(text, "prompt", prompt);
    }
    let mut heading = "runs";
    for line in understood::lines(&trace.effects) {
        row(text, heading, &line);
        heading = "";
    }
}

fn decided(text: &mut String, trace: &Trace) {
    let policy = match trace.policy {
        Policy::Absent => "none here: no opinion",
        Policy::Loaded => "loaded",
        Policy::Broken => "cannot be used: `when-broken` decides",
    };
    row(text, "policy", policy);
    let findings = &trace.decision.findings;
    for finding in findings.iter().take(FINDINGS) {
        let origin = finding.origin.as_deref();
        let origin = origin.map_or_else(String::new, |origin| format!(" ({origin})"));
        let verdict = finding.verdict.name();
        let rule = format!("{}{origin}: {verdict}: {}", finding.rule, finding.what);
        row(text, "rule", &rule);
        let tool = trace.call.tool.as_ref();
        if let Some(commands) = tool.and_then(|tool| ShellCommand::all(&tool.commands)) {
            pointed(text, &commands, place_of(finding, &commands));
        }
    }
    let more = findings.len().saturating_sub(FINDINGS);
    if more > 0 {
        row(text, "", &format!("and {more} more"));
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

/// Returns where the part of a command stands that made a rule match: what was found in a text that it is given, or else the
/// command. Such a text may stand behind it, in a here-document; what stands in two places is not chosen from.
fn place_of(finding: &Finding, command: &str) -> Option<(usize, usize)> {
    let (start, end) = finding.span?;
    let Some(part) = finding.part.as_deref().filter(|part| !part.is_empty()) else {
        return Some((start, end));
    };
    let inside = command.get(start..end).and_then(|own| own.find(part));
    let only = || {
        let first = command.find(part)?;
        (command.rfind(part) == Some(first)).then_some(first)
    };
    let at = inside.map(|at| start + at).or_else(only);
    Some(at.map_or((start, end), |at| (at, at + part.len())))
}

/// Draws the part of a command that made a rule match, under each of its lines.
fn pointed(text: &mut String, command: &str, span: Option<(usize, usize)>) {
    let Some((start, end)) = span else {
        return;
    };
    let mut from = 0;
    let mut drawn = 0;
    for line in command.split('\n') {
        let to = from + line.len();
        if start < to && end > from {
            if drawn == POINTED {
                row(text, "", "…");
                return;
            }
            drawn += 1;
            let first = start.max(from) - from;
            let last = end.min(to) - from;
            let (shown, marks) = underlined(line, first, last);
            row(text, "", &shown);
            row(text, "", &marks);
        }
        from = to + 1;
    }
}

/// Returns a line and the marks below the part of it between two bytes, both cut where they are far from that part.
fn underlined(line: &str, first: usize, last: usize) -> (String, String) {
    let before = line.get(..first).unwrap_or_default();
    let marked = line.get(first..last).unwrap_or_default();
    let after = line.get(last..).unwrap_or_default();
    // Escaping may lengthen a line: the marks go under what is drawn.
    let before = ending(&escaped(before), MARGIN);
    let marked = beginning(&escaped(marked), 2 * MARGIN);
    let after = beginning(&escaped(after), MARGIN);
    let gap: String = before
        .chars()
        .map(|letter| match letter {
            '\t' => "\t".to_owned(),
            letter => " ".repeat(letter.width().unwrap_or(0)),
        })
        .collect();
    let marks = "^".repeat(marked.width().max(1));
    (format!("{before}{marked}{after}"), format!("{gap}{marks}"))
}

/// Returns the first letters of a text, with `…` for the rest.
fn beginning(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Returns the last letters of a text, with `…` for the rest.
fn ending(text: &str, most: usize) -> String {
    let skip = text.chars().count().saturating_sub(most);
    if skip == 0 {
        return text.to_owned();
    }
    let rest: String = text.chars().skip(skip).collect();
    format!("…{rest}")
}

/// Cuts what is too long to be read.
fn shortened(text: &str) -> String {
    let shown = beginning(text, LONGEST);
    if shown.len() < text.len() {
        format!("{shown}\n({} bytes in all)", text.len())
    } else {
        shown
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

/// Makes characters visible that steer a terminal, do not show, or reorder the line.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        let hidden = letter.is_control()
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        if hidden && letter != '\t' {
            shown.extend(letter.escape_default());
        } else {
            shown.push(letter);
        }
    }
    shown
}

/// Returns the one folder that a command runs in, where it is known.
fn folder(folders: &[Option<Place>]) -> Option<&str> {
    match folders {
        [folder] => folder.as_ref().map(Place::shown),
        _ => None,
    }
}

fn folders(folders: &[Option<Place>]) -> Vec<Option<&str>> {
    let shown = folders
        .iter()
        .map(|folder| folder.as_ref().map(Place::shown));
    shown.collect()
}

fn bytes(span: Span) -> Value {
    json!([span.start(), span.end()])
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
                "certainty": effect.certainty().name(),
                "span": effect.span.map(bytes),
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
                "certainty": command.certainty().name(),
                "folder": folder(&command.folders),
                "folders": folders(&command.folders),
                "span": bytes(command.span),
            })
        })
        .collect();
    let unknowns: Vec<Value> = trace
        .effects
        .unknowns
        .iter()
        .map(|unknown| {
            json!({
                "what": understood::unknown(unknown.kind),
                "written": unknown.written,
                "span": unknown.span.map(bytes),
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
        "unknowns": unknowns,
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
