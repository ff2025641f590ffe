//! `gates/<id>.json`: what a gate's last run proved, and for which content. `last_quality_gate.json` is the same for
//! people: the latest result of any gate.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

use serde_json::{Value, json};

use super::inputs::Inputs;
use super::run::{End, Finished};
use crate::policy::Rule;
use crate::state::{self, State, StateError, file_name};

/// Above this number of inputs their digests are not kept one by one, and moved files are not named.
const NAMED_INPUTS: usize = 5_000;

/// A gate's result, bound to what it was got with.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evidence {
    pub gate: String,
    pub status: Status,
    /// Digest of the command, its environment and its folder.
    pub command_digest: String,
    /// Digest of all inputs' contents before the run.
    pub inputs_digest: String,
    /// Digest of each input.
    pub inputs: BTreeMap<String, String>,
    /// The checkout that it ran in.
    pub worktree: String,
    /// RFC 3339.
    pub started: String,
    pub duration_seconds: f64,
    pub end: Option<End>,
    /// The last characters of each stream, secrets masked.
    pub stdout_tail: String,
    pub stderr_tail: String,
    /// The file whose edit made the gate run.
    pub edited_file: Option<String>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Status {
    Passed,
    Failed,
    #[default]
    Broken,
}

impl Status {
    const NAMES: [(Self, &'static str); 3] = [
        (Self::Passed, "passed"),
        (Self::Failed, "failed"),
        (Self::Broken, "broken"),
    ];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Broken => "broken",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::NAMES
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(status, _)| *status)
    }
}

impl Evidence {
    pub(super) fn new(
        rule: &Rule,
        command: &str,
        inputs: &Inputs,
        root: &Path,
        edited: Option<&str>,
    ) -> Self {
        let is_named = inputs.files.len() <= NAMED_INPUTS;
        Self {
            gate: rule.id.clone(),
            command_digest: command.to_owned(),
            inputs_digest: inputs.digest.clone(),
            inputs: if is_named {
                inputs.files.clone()
            } else {
                BTreeMap::new()
            },
            worktree: root.to_string_lossy().into_owned(),
            started: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
            edited_file: edited.map(str::to_owned),
            ..Self::default()
        }
    }

    pub(super) fn finish(&mut self, finished: Finished) {
        self.status = match finished.end {
            End::Code(0) => Status::Passed,
            // What shells answer when a program is not executable or missing.
            End::Code(126 | 127) | End::TimedOut => Status::Broken,
            End::Code(_) | End::Signal(_) => Status::Failed,
        };
        self.duration_seconds = finished.duration.as_secs_f64();
        self.end = Some(finished.end);
        self.stdout_tail = finished.stdout;
        self.stderr_tail = finished.stderr;
    }

    /// Says why a broken run proves nothing.
    pub(super) fn broken_because(&self) -> String {
        match self.end {
            Some(End::TimedOut) => format!(
                "it was stopped after {:.0} s, its time limit",
                self.duration_seconds
            ),
            Some(End::Code(code)) => {
                let said = self.stderr_tail.trim();
                format!("its program could not be started (exit code {code}): {said}")
            }
            _ => "it did not finish".into(),
        }
    }

    /// The part of the output that says what failed.
    #[must_use]
    pub fn failure(&self) -> String {
        super::excerpt::of(&self.stdout_tail, &self.stderr_tail)
    }

    /// "exit code 1" or "signal 9".
    #[must_use]
    pub fn ending(&self) -> String {
        match self.end {
            Some(End::Code(code)) => format!("exit code {code}"),
            Some(End::Signal(signal)) => format!("signal {signal}"),
            Some(End::TimedOut) => "time limit reached".into(),
            None => "not run".into(),
        }
    }

    /// Names the inputs that differ from those of the run.
    #[must_use]
    pub(super) fn moved(&self, now: &Inputs) -> Vec<String> {
        if self.inputs_digest == now.digest {
            return Vec::new();
        }
        let mut moved: Vec<String> = now
            .files
            .iter()
            .filter(|(path, digest)| self.inputs.get(*path) != Some(digest))
            .map(|(path, _)| path.clone())
            .chain(
                self.inputs
                    .keys()
                    .filter(|path| !now.files.contains_key(*path))
                    .cloned(),
            )
            .collect();
        moved.sort();
        moved
    }

    /// Reads the evidence of a gate; `None` when there is none that can be used.
    #[must_use]
    pub fn read(state: &State, gate: &str) -> Option<Self> {
        let value = state.read(&path(gate))?;
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let inputs = value.get("inputs")?.as_object()?;
        Some(Self {
            gate: text("gate")?,
            status: Status::from_name(&text("status")?)?,
            command_digest: text("command_digest")?,
            inputs_digest: text("inputs_digest")?,
            inputs: inputs
                .iter()
                .filter_map(|(path, digest)| Some((path.clone(), digest.as_str()?.to_owned())))
                .collect(),
            worktree: text("worktree")?,
            started: text("started")?,
            duration_seconds: value.get("duration_seconds")?.as_f64()?,
            end: End::read(&value),
            stdout_tail: text("stdout_tail")?,
            stderr_tail: text("stderr_tail")?,
            edited_file: text("edited_file"),
        })
    }

    /// Returns when the evidence of a gate was last written.
    #[must_use]
    pub(super) fn written(state: &State, gate: &str) -> Option<SystemTime> {
        let file = state.folder().join(path(gate));
        file.symlink_metadata().ok()?.modified().ok()
    }

    /// Writes the evidence, and the latest result for people.
    ///
    /// # Errors
    /// Those of [`State::write`].
    pub(super) fn write(&self, state: &State) -> Result<(), StateError> {
        let mut value = json!({
            "version": state::VERSION,
            "status": self.status.name(),
            "gate": self.gate,
            "exit_code": self.end.and_then(End::code),
            "signal": self.end.and_then(End::signal),
            "timed_out": self.end == Some(End::TimedOut),
            "edited_file": self.edited_file,
            "started": self.started,
            "duration_seconds": self.duration_seconds,
            "stdout_tail": self.stdout_tail,
            "stderr_tail": self.stderr_tail,
            "inputs_digest": self.inputs_digest,
            "command_digest": self.command_digest,
            "worktree": self.worktree,
        });
        state.write(state::LAST_GATE, &value)?;
        if let Some(fields) = value.as_object_mut() {
            fields.insert("inputs".into(), json!(self.inputs));
        }
        state.write(&path(&self.gate), &value)
    }
}

fn path(gate: &str) -> String {
    format!("gates/{}.json", file_name(gate))
}
