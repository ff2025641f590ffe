//! Payloads for probes, made from a runtime's own table: what its client would send for these calls.

use serde_json::{Map, Value, json};

use super::scratch::SECRET;
use crate::adapter::{self, Adapter, Pointer, ToolRow};
use crate::call::{Event, ToolKind};
use crate::repo::POLICY_FILE;

/// What a probe does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// Changes the policy, which nobody lets an agent do.
    EditPolicy,
    /// The same with a shell.
    OverwritePolicy,
    /// Changes the policy with a tool of some MCP server.
    EditByMcp,
    /// Reads what the scratch policy forbids to read.
    ReadSecret,
    /// A command that does nothing.
    Nothing,
    /// Has changed the file that the scratch gate looks at.
    Edited,
    /// Has taken hookgate's hooks out of the configuration.
    Unwired,
    /// No tool is involved.
    NoTool,
}

/// Returns a payload; `None` when the runtime has no tool for it.
pub(super) fn payload(adapter: &Adapter, native: &str, act: Act, folder: &str) -> Option<String> {
    let fields = &adapter.fields;
    let mut payload = Value::Object(Map::new());
    let mut texts = vec![
        (fields.event, native),
        (fields.session, "hookgate-doctor"),
        (fields.turn, "hookgate-doctor"),
        (fields.cwd, folder),
        (fields.roots, folder),
    ];
    let row = adapter.events.iter().find(|row| row.native == native)?;
    if row.event == Event::Prompt {
        texts.push((fields.prompt, "hello"));
    }
    for (pointers, text) in texts {
        if let Some(pointer) = pointers.first() {
            set(&mut payload, pointer, text.into());
        }
    }
    if act == Act::Unwired {
        let path = format!("{folder}/{}", adapter.wiring.project?);
        set(&mut payload, row.changed_config.first()?, path.into());
    } else if act != Act::NoTool {
        let owned = |tool: &ToolRow| adapter.events.iter().any(|row| row.tool == Some(tool.name));
        let is_mcp = act == Act::EditByMcp;
        // Where each tool has an event of its own, any other event is about those of MCP servers.
        let is_for_mcp = row.tool.is_none() && adapter.tools.iter().all(owned);
        if (is_for_mcp && !is_mcp) || (is_mcp && row.tool.is_some()) {
            return None;
        }
        let (name, input) = if is_mcp {
            mcp_tool(adapter, &mut payload, folder)?
        } else {
            let (name, input) = tool(adapter, act, row.tool, folder)?;
            (name.to_owned(), input)
        };
        if row.tool.is_some() {
            // The payload itself is the input.
            merge(&mut payload, input);
        } else {
            if let Some(pointer) = fields.tool_name.first() {
                set(&mut payload, pointer, name.into());
            }
            set(&mut payload, fields.tool_input.first()?, input);
        }
    }
    let payload = payload.to_string();
    // What the table itself would not understand is no probe.
    let made = adapter::decode(adapter, payload.as_bytes(), Some(native), &|_| false);
    made.is_ok().then_some(payload)
}

/// Makes up a tool of an MCP server that takes a path.
fn mcp_tool(adapter: &Adapter, payload: &mut Value, folder: &str) -> Option<(String, Value)> {
    let names = adapter.mcp?;
    if let Some(pointer) = names.server.first() {
        set(payload, pointer, "doctor".into());
    }
    let server = if names.separator.is_empty() {
        ""
    } else {
        "doctor"
    };
    let name = format!("{}{server}{}write_file", names.prefix, names.separator);
    Some((name, json!({"path": format!("{folder}/{POLICY_FILE}")})))
}

/// Picks a tool of the runtime, and writes its input.
fn tool(
    adapter: &Adapter,
    act: Act,
    only: Option<&str>,
    folder: &str,
) -> Option<(&'static str, Value)> {
    let mut rows = adapter
        .tools
        .iter()
        .filter(|row| only.is_none_or(|only| only == row.name));
    let policy = format!("{folder}/{POLICY_FILE}");
    let edited = format!("{folder}/probe.txt");
    let mut input = json!({});
    let row = match act {
        Act::EditPolicy | Act::Edited => {
            let path = if act == Act::Edited { edited } else { policy };
            let edits = [ToolKind::Edit, ToolKind::Write, ToolKind::Patch];
            let is_edit = |row: &&ToolRow| {
                edits.contains(&row.kind) && !(row.writes.is_empty() && row.patch.is_empty())
            };
            let row = rows.find(is_edit)?;
            match (row.writes.first(), row.patch.first()) {
                (Some(pointer), _) => set(&mut input, pointer, path.into()),
                (None, Some(pointer)) => {
                    let body = format!(
                        "*** Begin Patch\n*** Update File: {path}\n@@\n-version: 1\n+version: 2\n*** End Patch\n"
                    );
                    set(&mut input, pointer, body.into());
                }
                (None, None) => return None,
            }
            row
        }
        Act::ReadSecret => {
            let row = rows.find(|row| row.kind == ToolKind::Read && !row.reads.is_empty())?;
            let path = format!("{folder}/{SECRET}");
            set(&mut input, row.reads.first()?, path.into());
            row
        }
        Act::OverwritePolicy | Act::Nothing => {
            let command = match act {
                Act::Nothing => "true".to_owned(),
                _ => format!("echo hello > {POLICY_FILE}"),
            };
            let row = rows.find(|row| row.kind == ToolKind::Shell && !row.command.is_empty())?;
            set(&mut input, row.command.first()?, command.into());
            row
        }
        Act::NoTool | Act::EditByMcp | Act::Unwired => return None,
    };
    Some((row.name, input))
}

/// Adds members, deeper ones too.
fn merge(into: &mut Value, more: Value) {
    match (into, more) {
        (Value::Object(members), Value::Object(more)) => {
            for (key, value) in more {
                merge(members.entry(key).or_insert(Value::Null), value);
            }
        }
        (place, value) => *place = value,
    }
}

/// Puts a value where a pointer leads, making what is missing on the way.
fn set(root: &mut Value, pointer: &Pointer, value: Value) {
    let mut place = root;
    for step in pointer.steps {
        if *step == "*" {
            if !place.is_array() {
                *place = json!([null]);
            }
            let Some(first) = place.get_mut(0) else {
                return;
            };
            place = first;
        } else {
            if !place.is_object() {
                *place = json!({});
            }
            let Some(members) = place.as_object_mut() else {
                return;
            };
            place = members.entry(*step).or_insert(Value::Null);
        }
    }
    match (place.as_object_mut(), value) {
        // The whole payload is the input.
        (Some(members), Value::Object(more)) => members.extend(more),
        (_, value) => *place = value,
    }
}
