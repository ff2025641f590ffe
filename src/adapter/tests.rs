//! Every shipped table against its recorded payloads and replies, and the interpreter against whatever else may come.
//!
//! The expected lines are data beside each table (`cases/decoded.txt`, `cases/replies.txt`); `UPDATE=1 cargo test` writes
//! them anew, to be reviewed.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::*;
use crate::call::{Access, Call, Outcome, ShellDialect, StopState, ToolKind};
use crate::decision::{Answer, Answered, TEXT_LIMIT};
use crate::wiring::entries;
use crate::wiring::json as configuration;

mod bad_input;
mod foreign;
mod properties;
mod sample;

fn no_variables(_: &str) -> bool {
    false
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn folder(adapter: &Adapter) -> PathBuf {
    repository().join("adapters").join(adapter.name)
}

/// Returns the files of a folder with their names, sorted.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
        .iter()
        .map(|path| {
            (
                path.file_stem().unwrap().to_string_lossy().into_owned(),
                fs::read(path).unwrap(),
            )
        })
        .collect()
}

fn payloads(adapter: &Adapter) -> Vec<(String, Vec<u8>)> {
    files(&folder(adapter).join("cases/payloads"))
}

/// Returns the event for the command line where a payload does not name it: the file's name does.
fn line_event<'a>(adapter: &'a Adapter, name: &'a str, payload: &[u8]) -> Option<&'a str> {
    let mut mended = Vec::new();
    let value = json::parse(payload, &mut mended).unwrap();
    if decode::text(&value, adapter.fields.event).is_some() {
        return None;
    }
    let known = |part: &&str| adapter.events.iter().any(|row| row.native == *part);
    Some(
        name.split('-')
            .find(known)
            .unwrap_or_else(|| panic!("{name} names no event")),
    )
}

/// Compares with a file of expected lines, or writes it when asked to.
#[expect(
    clippy::disallowed_methods,
    reason = "a test's own switch, and a file that git keeps"
)]
fn expect(file: &Path, found: &str) {
    if std::env::var("UPDATE").is_ok() {
        fs::write(file, found).unwrap();
    }
    let expected = fs::read_to_string(file).unwrap_or_default();
    for (expected, found) in expected.lines().zip(found.lines()) {
        assert_eq!(found, expected, "{}", file.display());
    }
    assert_eq!(found, expected, "{}", file.display());
}

/// Writes what a decision could rest on in one line.
fn line(call: &Call) -> String {
    let mut parts = vec![
        call.event.name().to_owned(),
        format!("native={}", call.native_event),
    ];
    let texts = [
        ("agent", &call.agent),
        ("cwd", &call.cwd),
        ("mode", &call.permission_mode),
        ("detail", &call.detail),
        ("prompt", &call.prompt),
        ("foreign", &call.foreign.map(str::to_owned)),
    ];
    for (name, text) in texts {
        parts.extend(text.as_ref().map(|text| format!("{name}={text:?}")));
    }
    if call.outcome != Outcome::Unknown {
        parts.push(format!("outcome={:?}", call.outcome));
    }
    if call.stop != StopState::Unknown {
        parts.push(format!("stop={:?}", call.stop));
    }
    parts.extend(
        call.stops_before
            .map(|count| format!("stops-before={count}")),
    );
    if let Some(tool) = &call.tool {
        parts.push(format!("tool={}:{}", tool.kind.name(), tool.name));
        parts.extend(
            tool.targets
                .iter()
                .map(|target| format!("{}={:?}", target.access.name(), target.path)),
        );
        for command in &tool.commands {
            parts.push(format!("run={:?}", command.text));
            parts.extend(command.cwd.as_ref().map(|cwd| format!("in={cwd:?}")));
            if command.dialect != ShellDialect::Posix {
                parts.push(format!("dialect={:?}", command.dialect));
            }
        }
        parts.extend(tool.urls.iter().map(|url| format!("url={url:?}")));
        parts.extend(
            tool.mcp
                .as_ref()
                .map(|mcp| format!("mcp={}/{}", mcp.server, mcp.tool)),
        );
    }
    parts.join(" ")
}

#[test]
fn every_recorded_payload_is_understood() {
    for adapter in all() {
        let mut found = String::new();
        for (name, payload) in payloads(adapter) {
            let event = line_event(adapter, &name, &payload);
            let call = decode(adapter, &payload, event, &no_variables)
                .unwrap_or_else(|error| panic!("{} {name}: {error}", adapter.name));
            let is_observed = call.event == Event::Other;
            // An older client may have none.
            let is_old = name.starts_with("v2-");
            assert!(
                call.session.is_some() || is_observed || is_old,
                "{name} has a session"
            );
            assert_eq!(call.foreign, None, "{name}");
            if let Some(tool) = &call.tool {
                let is_unknown = matches!(tool.kind, ToolKind::Mcp | ToolKind::Other);
                assert_eq!(!tool.input.is_null(), is_unknown, "{name}");
            }
            let _ = writeln!(found, "{name}: {}", line(&call));
        }
        expect(&folder(adapter).join("cases/decoded.txt"), &found);
    }
}

#[test]
fn the_event_from_the_command_line_gives_the_same_call() {
    for adapter in all() {
        for (name, payload) in payloads(adapter) {
            let event = line_event(adapter, &name, &payload);
            let expected = decode(adapter, &payload, event, &no_variables).unwrap();
            let Some(row) = decode::native_row(adapter, &expected.native_event) else {
                continue;
            };
            let shared = row.event.name();
            for flag in [shared, expected.native_event.as_str()] {
                // Where only the line names the event, a shared name says less than the runtime's own.
                if event.is_some() && flag == shared {
                    continue;
                }
                let call = decode(adapter, &payload, Some(flag), &no_variables).unwrap();
                assert_eq!(call, expected, "{name} as {flag}");
            }
        }
    }
}

/// Writes every reply of a runtime: event × verdict × texts.
fn replies(adapter: &Adapter) -> String {
    let mut found = String::new();
    for (event, _) in Event::NAMES {
        let rows = adapter.events.iter().filter(|row| row.event == event);
        let own = |row: &&table::EventRow| {
            row.event != Event::Other
                || adapter
                    .replies
                    .iter()
                    .any(|reply| reply.native.contains(&row.native))
        };
        for row in rows.filter(own) {
            let answered = Answered {
                event,
                native: row.native,
            };
            for verdict in [
                Verdict::Neutral,
                Verdict::Allow,
                Verdict::Ask,
                Verdict::Deny,
            ] {
                for (context, notice) in [
                    ("", ""),
                    ("CONTEXT", ""),
                    ("", "NOTICE"),
                    ("CONTEXT", "NOTICE"),
                ] {
                    let reason = if verdict == Verdict::Neutral {
                        ""
                    } else {
                        "REASON"
                    };
                    let answer = Answer {
                        verdict,
                        reason: reason.to_owned(),
                        context: context.to_owned(),
                        notice: notice.to_owned(),
                    };
                    let reply = encode(adapter, answered, &answer);
                    let given: Vec<&str> = [row.native, verdict.name()]
                        .into_iter()
                        .chain((!context.is_empty()).then_some("with context"))
                        .chain((!notice.is_empty()).then_some("with notice"))
                        .collect();
                    let _ = writeln!(found, "{}: {}", given.join(" "), printed(&reply));
                }
            }
        }
    }
    found
}

/// Writes a reply so that every byte of it shows: without this remark, stdout ends with a line break.
fn printed(reply: &Reply) -> String {
    if *reply == Reply::default() {
        return "nothing, exit 0".to_owned();
    }
    let mut text = format!("exit {}", reply.exit);
    match reply.stdout.strip_suffix('\n') {
        Some(json) => text.push_str(&[", stdout ", json].concat()),
        None if reply.stdout.is_empty() => {}
        None => text.push_str(", stdout without a line break"),
    }
    if !reply.stderr.is_empty() {
        text.push_str(&[", stderr ", &reply.stderr].concat());
    }
    text
}

#[test]
fn every_reply_is_exactly_as_recorded() {
    for adapter in all() {
        expect(
            &folder(adapter).join("cases/replies.txt"),
            &replies(adapter),
        );
    }
}

#[test]
fn every_reply_is_one_json_object_or_nothing() {
    for adapter in all() {
        for row in adapter.events {
            for verdict in [
                Verdict::Neutral,
                Verdict::Allow,
                Verdict::Ask,
                Verdict::Deny,
            ] {
                let nasty = "\"}\n\u{1b}\u{202e}\\ {reason} 🦀".repeat(TEXT_LIMIT);
                let answer = Answer {
                    verdict,
                    reason: nasty.clone(),
                    context: nasty.clone(),
                    notice: nasty,
                };
                let reply = encode(
                    adapter,
                    Answered {
                        event: row.event,
                        native: row.native,
                    },
                    &answer,
                );
                if reply.stdout.is_empty() {
                    continue;
                }
                let is_plain = adapter.replies.iter().any(|reply| {
                    let neutral = reply
                        .neutral
                        .is_some_and(|neutral| !neutral.text.is_empty());
                    neutral && reply.event == row.event
                });
                if is_plain {
                    assert!(!reply.stdout.contains('\u{1b}'), "{}", reply.stdout);
                    continue;
                }
                assert!(
                    serde_json::from_str::<Map<String, Value>>(&reply.stdout).is_ok(),
                    "{}",
                    reply.stdout
                );
                assert_eq!(reply.stdout.matches('\n').count(), 1, "one line");
                assert!(reply.stdout.ends_with("}\n"));
            }
        }
    }
}

#[test]
fn nothing_to_say_prints_nothing_but_where_silence_is_a_failure() {
    for adapter in all() {
        for row in adapter.events {
            let answered = Answered {
                event: row.event,
                native: row.native,
            };
            let is_silent = encode(adapter, answered, &Answer::default()) == Reply::default();
            let is_answered = adapter.always_answered.contains(&row.event);
            assert_eq!(is_silent, !is_answered, "{} {}", adapter.name, row.native);
        }
    }
}

#[test]
fn a_deny_before_a_tool_is_never_silent() {
    for adapter in all() {
        for row in adapter
            .events
            .iter()
            .filter(|row| row.event == Event::BeforeTool)
        {
            let answer = Answer {
                verdict: Verdict::Deny,
                ..Answer::default()
            };
            let reply = encode(
                adapter,
                Answered {
                    event: row.event,
                    native: row.native,
                },
                &answer,
            );
            assert!(
                format!("{}{}", reply.stdout, reply.stderr).contains("no reason was given"),
                "{reply:?}"
            );
        }
    }
}

#[test]
fn every_folder_is_shipped() {
    let mut folders: Vec<String> = fs::read_dir(repository().join("adapters"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    folders.sort();
    let mut shipped: Vec<&str> = all().iter().map(|adapter| adapter.name).collect();
    shipped.sort_unstable();
    assert_eq!(
        folders, shipped,
        "a new folder needs its line in src/adapter/shipped.rs"
    );
    assert!(
        shipped
            .iter()
            .all(|name| find(name).is_some_and(|adapter| adapter.name == *name))
    );
    assert!(find("nobody").is_none());
}

#[test]
fn the_installed_hooks_name_known_events_of_their_own_runtime() {
    for adapter in all() {
        let Some(hooks) = adapter.hooks else { continue };
        assert_eq!(hooks, adapter.wiring.content);
        let root = configuration::parse(hooks).unwrap().root.unwrap();
        let entries = entries::of(adapter, &root);
        assert!(!entries.is_empty(), "{}", adapter.name);
        for entry in entries {
            let row = decode::native_row(adapter, entry.event).unwrap();
            let flagged = [row.event.name(), row.native].map(|event| {
                let line = format!("hookgate hook --runtime {} --event {event}", adapter.name);
                [format!("exec {line}"), line]
            });
            let place = format!("{} {}", adapter.name, entry.event);
            let mut lines = vec![entry.line.to_string()];
            texts_of(&entry.node.value(), &mut lines);
            lines.retain(|line| line.contains("hookgate "));
            assert!(!lines.is_empty(), "{place}");
            for line in lines {
                assert!(flagged.concat().contains(&line), "{place}: {line}");
            }
            let limit = ["timeout", "timeoutSec"]
                .iter()
                .find_map(|key| entry.node.get(key));
            let takes_one = adapter.timeouts.unit != TimeUnit::None;
            assert_eq!(limit.is_some(), takes_one, "{place}: its own time limit");
        }
    }
}

fn texts_of(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts_of(item, texts)),
        Value::Object(members) => members.values().for_each(|member| texts_of(member, texts)),
        _ => {}
    }
}

#[test]
fn capabilities_follow_the_table() {
    for adapter in all() {
        for (event, name) in Event::NAMES {
            for verdict in [Verdict::Allow, Verdict::Ask, Verdict::Deny] {
                let declared = adapter
                    .cannot
                    .iter()
                    .any(|entry| entry.event == event && entry.verdicts.contains(&verdict));
                let enforced = capability(adapter, event, verdict) == Capability::Enforced;
                assert!(
                    !(declared && enforced),
                    "{} {name} {verdict:?}",
                    adapter.name
                );
            }
        }
        // The build wants a reply for each verdict that is not declared missing.
        assert!(
            !matches!(
                capability(adapter, Event::BeforeTool, Verdict::Deny),
                Capability::Impossible(_)
            ),
            "{}",
            adapter.name
        );
    }
}
