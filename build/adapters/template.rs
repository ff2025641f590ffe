//! Reply templates: JSON in which a text may hold `{slot}`s.

use serde_json::Value;

/// A part of a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(String),
    Slot(Slot),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slot {
    Event,
    Reason,
    Context,
    Notice,
}

/// Cuts a text at its slots.
pub(crate) fn pieces(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            return Err(format!("`{{` without `}}` in `{text}`"));
        };
        if !before.is_empty() {
            pieces.push(Piece::Text(before.to_owned()));
        }
        pieces.push(Piece::Slot(slot(name)?));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    Ok(pieces)
}

fn slot(name: &str) -> Result<Slot, String> {
    match name {
        "event" => Ok(Slot::Event),
        "reason" => Ok(Slot::Reason),
        "context" => Ok(Slot::Context),
        "notice" => Ok(Slot::Notice),
        other => Err(format!(
            "there is no slot called `{{{other}}}`; known: event, reason, context, notice"
        )),
    }
}

/// Returns every slot of a JSON template, or the first mistake with its place.
pub(crate) fn slots(value: &Value) -> Result<Vec<Slot>, String> {
    match value {
        Value::String(text) => Ok(pieces(text)?
            .into_iter()
            .filter_map(|piece| match piece {
                Piece::Slot(slot) => Some(slot),
                Piece::Text(_) => None,
            })
            .collect()),
        Value::Array(items) => {
            let mut found = Vec::new();
            for (index, item) in items.iter().enumerate() {
                found.extend(slots(item).map_err(|problem| format!("{index}: {problem}"))?);
            }
            Ok(found)
        }
        Value::Object(members) => {
            let mut found = Vec::new();
            for (key, member) in members {
                found.extend(slots(member).map_err(|problem| format!("{key}: {problem}"))?);
            }
            Ok(found)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(Vec::new()),
    }
}

/// Returns whether a JSON template is printed even when no slot has a text.
pub(crate) fn prints_always(value: &Value) -> bool {
    match value {
        Value::String(text) => !matches!(
            pieces(text).unwrap_or_default().as_slice(),
            [Piece::Slot(_)]
        ),
        Value::Array(items) => items.is_empty() || items.iter().any(prints_always),
        Value::Object(members) => members.is_empty() || members.values().any(prints_always),
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    }
}
