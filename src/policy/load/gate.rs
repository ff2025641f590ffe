//! Reads `quality-gate`.

use std::time::Duration;

use super::globs::{self, Use};
use super::kinds::need;
use super::reader::{Map, Reader};
use crate::policy::problems::{shape, values};
use crate::policy::rules::{GateCommand, GateEvent, Need, QualityGate};
use crate::policy::yaml::{Kind, Node};

const DEFAULT_TIMEOUT: Duration = Duration::from_mins(1);
const EVENTS: [(GateEvent, &str); 2] = [
    (GateEvent::AfterEdit, "after-edit"),
    (GateEvent::Stop, "stop"),
];

const KEYS: [&str; 9] = [
    "run",
    "inputs",
    "on",
    "timeout",
    "env",
    "working-directory",
    "run-on-stop",
    "needs",
    "tool-versions",
];

/// Reads the value under `quality-gate`.
pub(super) fn read(
    reader: &mut Reader<'_>,
    key: &Node,
    value: &Node,
    base: &str,
) -> Option<QualityGate> {
    let map = reader.map(value, "quality-gate", &KEYS)?;
    let run = need(
        reader,
        &map,
        key,
        "run",
        "write the command that must succeed, as in `run: make test`",
    )
    .and_then(|node| gate_command(reader, node));
    let inputs = need(
        reader,
        &map,
        key,
        "inputs",
        "list the files whose content the command judges, as in `inputs: [src/**]`",
    )
    .map(|node| globs::read(reader, node, "inputs", Use::Inside))
    .unwrap_or_default();
    let on = map
        .get("on")
        .and_then(|node| reader.words(node, "on", &EVENTS, values::unknown_event))
        .unwrap_or_else(|| vec![GateEvent::Stop]);
    let timeout = map
        .get("timeout")
        .and_then(|node| reader.duration(node, "timeout"))
        .unwrap_or(DEFAULT_TIMEOUT);
    let env = map
        .get("env")
        .map(|node| env(reader, node))
        .unwrap_or_default();
    let working_directory = map
        .get("working-directory")
        .and_then(|node| reader.filled_text(node, "working-directory"))
        .and_then(|text| globs::inside(reader, text, "working-directory", base));
    let run_on_stop = run_on_stop(reader, &map, &on);
    Some(QualityGate {
        run: run?,
        inputs,
        on,
        timeout,
        env,
        working_directory,
        run_on_stop,
        needs: needs(reader, &map),
        tool_versions: tool_versions(reader, &map),
    })
}

/// Reads the ids of other gates. Whether there are such gates is known when every file has been read.
fn needs(reader: &mut Reader<'_>, map: &Map<'_>) -> Vec<Need> {
    let texts = map
        .get("needs")
        .and_then(|node| reader.texts(node, "needs"));
    let texts = texts.unwrap_or_default();
    texts
        .iter()
        .map(|text| Need {
            id: text.text.to_owned(),
            at: reader.place(text.node),
        })
        .collect()
}

fn tool_versions(reader: &mut Reader<'_>, map: &Map<'_>) -> Vec<String> {
    let node = map.get("tool-versions");
    let texts = node.and_then(|node| reader.texts(node, "tool-versions"));
    let texts = texts.unwrap_or_default();
    texts.iter().map(|text| text.text.to_owned()).collect()
}

fn run_on_stop(reader: &mut Reader<'_>, map: &Map<'_>, on: &[GateEvent]) -> bool {
    let Some((key, node)) = map.entry("run-on-stop") else {
        return true;
    };
    if !on.contains(&GateEvent::Stop) {
        let why = "this gate is not due on stop";
        let help = "add `stop` to `on`, or delete this key";
        let problem = shape::idle_key(reader.place(key), "run-on-stop", why, help);
        reader.say(problem);
    }
    reader.flag(node, "run-on-stop").unwrap_or(true)
}

fn gate_command(reader: &mut Reader<'_>, node: &Node) -> Option<GateCommand> {
    if matches!(node.kind, Kind::List(_)) {
        let words = reader.texts(node, "run")?;
        let words: Vec<String> = words.iter().map(|word| word.text.to_owned()).collect();
        return (!words.is_empty()).then_some(GateCommand::Words(words));
    }
    let line = reader.filled_text(node, "run")?;
    Some(GateCommand::Shell(line.text.to_owned()))
}

/// Reads variables. Every value is text to the program, so numbers need no quotes here.
fn env(reader: &mut Reader<'_>, node: &Node) -> Vec<(String, String)> {
    let mut variables = Vec::new();
    let Some(map) = reader.any_map(node, "env") else {
        return variables;
    };
    for (name, key, value) in map.entries() {
        let valid = !name.is_empty()
            && !name.starts_with(|c: char| c.is_ascii_digit())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !valid {
            let problem = values::bad_variable(reader.place(key), name);
            reader.say(problem);
        }
        match &value.kind {
            Kind::Scalar(scalar) => variables.push((name.to_owned(), scalar.text.clone())),
            Kind::Null => variables.push((name.to_owned(), String::new())),
            Kind::List(_) | Kind::Map(_) => reader.wrong_type(value, name, "text"),
        }
    }
    variables
}
