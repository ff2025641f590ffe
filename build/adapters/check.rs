//! What must hold in a table beyond its shape: names exist once, every verdict of every event is either sent or declared
//! missing, and what is said instead can be said.

use std::collections::BTreeSet;
use std::path::Path;

use super::shape::{Adapter, Instead, Marks, Reply, ReplyRow, ToolRow, Verdict};
use super::template::{self, Slot};
use crate::call::{Event, ToolKind};

pub(crate) fn adapter(adapter: &Adapter, folder: &Path) -> Result<(), String> {
    if folder
        .file_name()
        .is_none_or(|name| name != adapter.name.as_str())
    {
        return Err(format!("name: `{}` is not the folder's name", adapter.name));
    }
    date(&adapter.checked.on)?;
    unique(
        "events",
        adapter.events.iter().map(|row| row.native.as_str()),
    )?;
    unique("tools", adapter.tools.iter().map(|row| row.name.as_str()))?;
    adapter.tools.iter().try_for_each(tool)?;
    for name in adapter.events.iter().filter_map(|row| row.tool.as_ref()) {
        if !adapter.tools.iter().any(|row| row.name == *name) {
            return Err(format!("events: `{name}` is not among the tools"));
        }
    }
    templates(adapter)?;
    wiring(adapter)?;
    for (event, _) in Event::NAMES {
        for verdict in [Verdict::Allow, Verdict::Ask, Verdict::Deny] {
            expressible(adapter, event, verdict)?;
        }
    }
    Ok(())
}

/// A mark must rest on the payload: a variable can be inherited, and an empty mark would hold for everything.
pub(crate) fn marks(marks: &Marks) -> Result<(), String> {
    for (index, mark) in marks.marks.iter().enumerate() {
        let own = mark.present.len() + mark.values.len() + mark.texts.len() + mark.numbers.len();
        if own == 0 || mark.runtime.is_empty() {
            return Err(format!(
                "marks[{index}]: say what is in the payload of `{}`",
                mark.runtime
            ));
        }
    }
    Ok(())
}

fn date(text: &str) -> Result<(), String> {
    let form: String = text
        .chars()
        .map(|c| if c.is_ascii_digit() { '9' } else { c })
        .collect();
    if form == "9999-99-99" {
        Ok(())
    } else {
        Err(format!(
            "checked.on: a date is written 2026-11-21, not `{text}`"
        ))
    }
}

fn unique<'a>(place: &str, names: impl Iterator<Item = &'a str>) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(format!("{place}: `{name}` is there twice"));
        }
    }
    Ok(())
}

/// A tool that rules judge by its command or path must say where that is.
fn tool(row: &ToolRow) -> Result<(), String> {
    let targets = row.reads.len() + row.writes.len() + row.deletes.len() + row.patch.len();
    let missing = match row.kind.0 {
        ToolKind::Patch => row.patch.is_empty(),
        ToolKind::Shell => row.command.is_empty(),
        ToolKind::Write | ToolKind::Edit | ToolKind::Delete | ToolKind::Read => targets == 0,
        _ => false,
    };
    if missing {
        return Err(format!(
            "tools: `{}` does not say where its command or path is",
            row.name
        ));
    }
    Ok(())
}

/// Something is installed somewhere, or it is said why not.
fn wiring(adapter: &Adapter) -> Result<(), String> {
    let wiring = &adapter.wiring;
    let is_nowhere = wiring.project.is_none() && wiring.user.is_none();
    if is_nowhere == wiring.because.is_empty() || is_nowhere != wiring.content.is_empty() {
        return Err("wiring: give `content` and a place, or nothing but `because`".to_owned());
    }
    Ok(())
}

fn templates(adapter: &Adapter) -> Result<(), String> {
    slots_of(&adapter.fallback).map_err(|problem| format!("fallback: {problem}"))?;
    for (index, row) in adapter.replies.iter().enumerate() {
        let place = format!("replies[{index}] ({})", row.event.0.name());
        for native in &row.native {
            if !adapter.events.iter().any(|event| event.native == *native) {
                return Err(format!(
                    "{place}: native: `{native}` is not among the events"
                ));
            }
        }
        for verdict in [
            Verdict::Neutral,
            Verdict::Allow,
            Verdict::Ask,
            Verdict::Deny,
        ] {
            let Some(reply) = row.reply(verdict) else {
                continue;
            };
            let slots =
                slots_of(reply).map_err(|problem| format!("{place}: {verdict:?}: {problem}"))?;
            if verdict == Verdict::Neutral {
                silence(adapter, row, reply).map_err(|problem| format!("{place}: {problem}"))?;
            }
            let needs_reason = matches!(verdict, Verdict::Ask | Verdict::Deny);
            if needs_reason && !slots.contains(&Slot::Reason) {
                return Err(format!("{place}: {verdict:?}: the reply has no {{reason}}"));
            }
        }
    }
    Ok(())
}

/// Nothing to say prints nothing, except where the runtime takes silence for a failure.
fn silence(adapter: &Adapter, row: &ReplyRow, reply: &Reply) -> Result<(), String> {
    let prints = reply.stdout.as_ref().is_some_and(template::prints_always);
    let is_declared = adapter
        .always_answered
        .iter()
        .any(|event| event.0 == row.event.0);
    match (prints, is_declared) {
        (true, false) => Err("Neutral: prints something where nothing is to be said".to_owned()),
        (false, true) => Err("Neutral: prints nothing, and is always answered".to_owned()),
        _ => Ok(()),
    }
}

fn slots_of(reply: &Reply) -> Result<Vec<Slot>, String> {
    let mut slots = match &reply.stdout {
        Some(value) => template::slots(value).map_err(|problem| format!("stdout: {problem}"))?,
        None => Vec::new(),
    };
    if reply.stdout.is_some() && reply.text.is_some() {
        return Err("`stdout` and `text` are written to the same place".to_owned());
    }
    for (place, text) in [("stderr", &reply.stderr), ("text", &reply.text)] {
        if let Some(text) = text {
            let value = serde_json::Value::String(text.clone());
            slots.extend(template::slots(&value).map_err(|problem| format!("{place}: {problem}"))?);
        }
    }
    Ok(slots)
}

fn expressible(adapter: &Adapter, event: Event, verdict: Verdict) -> Result<(), String> {
    let rows: Vec<&ReplyRow> = adapter
        .replies
        .iter()
        .filter(|row| row.event.0 == event && row.native.is_empty())
        .collect();
    let name = event.name();
    if rows.len() > 1 {
        return Err(format!("replies: {name} is there twice"));
    }
    let row = rows.first().copied();
    let sent = row.and_then(|row| row.reply(verdict)).is_some();
    let declared: Vec<_> = adapter
        .cannot
        .iter()
        .filter(|entry| entry.event.0 == event && entry.verdict.contains(&verdict))
        .collect();
    let weaker = adapter
        .weaker
        .iter()
        .any(|entry| entry.event.0 == event && entry.verdict.contains(&verdict));
    if weaker && !sent {
        return Err(format!("weaker: {name} {verdict:?} has no reply"));
    }
    match (sent, declared.as_slice()) {
        (true, []) => Ok(()),
        (false, [entry]) => {
            let possible = match entry.instead {
                Instead::Neutral => true,
                Instead::Deny => row.is_some_and(|row| row.deny.is_some()),
                Instead::Context => neutral_has(row, Slot::Context)?,
                Instead::Notice => neutral_has(row, Slot::Notice)?,
            };
            if possible {
                Ok(())
            } else {
                Err(format!(
                    "cannot: {name} {verdict:?}: {:?} cannot be said there either",
                    entry.instead
                ))
            }
        }
        (true, _) => Err(format!("cannot: {name} {verdict:?} has a reply")),
        (false, []) => Err(format!(
            "{name} {verdict:?}: give a reply or declare it under `cannot`"
        )),
        (false, _) => Err(format!("cannot: {name} {verdict:?} is there twice")),
    }
}

fn neutral_has(row: Option<&ReplyRow>, slot: Slot) -> Result<bool, String> {
    match row.and_then(|row| row.neutral.as_ref()) {
        Some(reply) => Ok(slots_of(reply)?.contains(&slot)),
        None => Ok(false),
    }
}
