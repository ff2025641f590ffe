//! The tour's steps, read from the data beside the adapter whose payloads they are.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::adapter::shipped::TOUR;

/// Stands for the scratch repository's folder in payloads.
const REPOSITORY: &str = "<repository>";

pub(super) struct Tour {
    pub(super) runtime: String,
    pub(super) steps: Vec<Step>,
}

pub(super) struct Step {
    pub(super) title: String,
    pub(super) calls: Vec<Call>,
}

/// One hook call.
pub(super) struct Call {
    /// What happens to a file before it, as an agent's tool would do it.
    pub(super) change: Option<Change>,
    /// Shared name of the event.
    pub(super) event: String,
    payload: Value,
    pub(super) expect: Expectation,
}

/// A text replaced in a file.
pub(super) struct Change {
    pub(super) file: String,
    pub(super) from: String,
    pub(super) to: String,
}

/// How a call should end.
#[derive(Default)]
pub(super) struct Expectation {
    /// Nothing is printed at all.
    pub(super) silent: bool,
    /// Texts that the agent reads.
    pub(super) reads: Vec<String>,
    /// Texts in the reply as sent.
    pub(super) stdout: Vec<String>,
    /// Rules that have a say.
    pub(super) rules: Vec<String>,
    /// A file that holds a text afterwards.
    pub(super) file: Option<Held>,
}

pub(super) struct Held {
    pub(super) path: String,
    pub(super) text: String,
}

impl Tour {
    /// Reads the tour that is built in.
    pub(super) fn shipped() -> Result<Self> {
        let tour: Value = serde_json::from_str(TOUR).context("while reading the tour")?;
        Ok(Self {
            runtime: text(&tour, "runtime"),
            steps: list(&tour, "steps").iter().map(Step::read).collect(),
        })
    }
}

impl Step {
    fn read(step: &Value) -> Self {
        Self {
            title: text(step, "title"),
            calls: list(step, "calls").iter().map(Call::read).collect(),
        }
    }
}

impl Call {
    fn read(call: &Value) -> Self {
        Self {
            change: call.get("change").map(|change| Change {
                file: text(change, "file"),
                from: text(change, "from"),
                to: text(change, "to"),
            }),
            event: text(call, "event"),
            payload: call.get("payload").cloned().unwrap_or_default(),
            expect: call
                .get("expect")
                .map(Expectation::read)
                .unwrap_or_default(),
        }
    }

    /// Returns the payload as the runtime would write it in this repository.
    pub(super) fn payload_in(&self, repository: &Path) -> String {
        let mut payload = self.payload.clone();
        fill(&mut payload, &repository.to_string_lossy());
        format!("{payload}\n")
    }
}

impl Expectation {
    fn read(expect: &Value) -> Self {
        Self {
            silent: expect.get("silent").and_then(Value::as_bool) == Some(true),
            reads: texts(expect, "reads"),
            stdout: texts(expect, "stdout"),
            rules: texts(expect, "rules"),
            file: expect.get("file").map(|file| Held {
                path: text(file, "path"),
                text: text(file, "holds"),
            }),
        }
    }
}

fn fill(value: &mut Value, repository: &str) {
    match value {
        Value::String(text) => *text = text.replace(REPOSITORY, repository),
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, repository)),
        Value::Object(members) => members
            .values_mut()
            .for_each(|member| fill(member, repository)),
        _ => {}
    }
}

fn text(value: &Value, key: &str) -> String {
    let text = value.get(key).and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    let list = value.get(key).and_then(Value::as_array);
    list.map_or(&[], Vec::as_slice)
}

fn texts(value: &Value, key: &str) -> Vec<String> {
    let texts = list(value, key).iter().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}
