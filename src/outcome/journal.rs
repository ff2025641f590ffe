//! What one restore has done so far, a line for each step, written before the step: a restore that was killed in the middle
//! can be undone like another.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::state::{self, State, StateError};

/// Name of the file, in the folder of its time.
pub(super) const FILE: &str = "list.jsonl";

/// Steps of one restore that is under way.
pub(super) struct Journal {
    path: PathBuf,
}

/// The steps that were written, in their order.
pub(super) struct Steps {
    pub(super) steps: Vec<Value>,
    /// Whether the restore came to its end. Otherwise the last step may not have been taken.
    pub(super) is_whole: bool,
}

impl Journal {
    /// Begins the journal of the restore with this folder.
    pub(super) fn begin(state: &State, folder: &str) -> Result<Self, StateError> {
        let name = format!("{folder}/{FILE}");
        let path = state.prepare(&name)?;
        state.write_bytes(
            &name,
            format!("{}\n", json!({"version": state::VERSION})).as_bytes(),
        )?;
        Ok(Self { path })
    }

    /// The folder that it lies in.
    pub(super) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(&self.path)
    }

    /// Writes a step that is about to be taken.
    pub(super) fn step(&self, step: &Value) -> Result<(), String> {
        let written = state::append_line(&self.path, &step.to_string());
        written.map_err(|error| format!("what would be done cannot be noted: {error}"))
    }

    /// Writes that every step was taken. Without it undoing is only more careful.
    pub(super) fn end(&self) {
        let _ = state::append_line(&self.path, &json!({"end": true}).to_string());
    }
}

impl Steps {
    /// Reads the journal in a folder below the state folder.
    pub(super) fn read(state: &State, folder: &str) -> Result<Self, String> {
        let path = state.folder().join(folder).join(FILE);
        let text = fs::read_to_string(path).map_err(|_| "its list is missing or damaged")?;
        let mut lines = text.lines().map(serde_json::from_str::<Value>);
        let version = match lines.next() {
            Some(Ok(first)) => first.get("version").and_then(Value::as_u64),
            _ => None,
        };
        match version {
            Some(version) if version <= state::VERSION => {}
            Some(_) => return Err("a newer version of hookgate wrote its list".into()),
            None => return Err("its list is missing or damaged".into()),
        }
        // A line that was not written to its end stands for a step that was not taken.
        let mut steps: Vec<Value> = lines.map_while(Result::ok).collect();
        let is_whole = steps.pop_if(|last| last.get("end").is_some()).is_some();
        Ok(Self { steps, is_whole })
    }
}
