//! `gates/<id>.json`: what a gate's last run proved, and for which content. `last_quality_gate.json` is the same for
//! people: the latest result of any gate.

use std::time::SystemTime;

use serde_json::{Value, json};

use super::inputs::Inputs;
use super::run::{End, Finished};
use crate::policy::Rule;
use crate::state::time::rfc3339;
use crate::state::{self, State, StateError, file_name};

/// A gate's result, bound to what it was got with.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evidence {
    pub gate: String,
    pub status: Status,
    /// Digest of the command, its environment and its folder.
    pub command_digest: String,
    /// Digest of all inputs' contents before the run.
    pub inputs_digest: String,
    /// The checkout that it ran in, by its real path.
    pub worktree: String,
    /// RFC 3339.
    pub started: String,
    pub duration_seconds: f64,
    pub end: Option<End>,
    /// The last characters of each stream, secrets masked.
    pub stdout_tail: String,
    pub stderr_tail: String,
    /// The lines that say what failed.
    pub failure: String,
    /// The file whose edit made the gate run.
    pub edited_file: Option<String>,
    /// What the gate's `tool-versions` said.
    pub tool_versions: Vec<ToolVersion>,
    /// Inputs that changed while it ran.
    pub moved: Vec<String>,
    /// Inputs that the run before this one changed, so that this one was needed.
    pub rewrote: Vec<String>,
    /// Processes that it left behind and that were ended.
    pub left: Vec<String>,
    /// Where all the output is, relative to the root.
    pub log: Option<String>,
    /// Why it is broken.
    pub why: Option<String>,
    /// Different for each run.
    pub run: String,
}

/// What a tool says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ToolVersion {
    pub command: String,
    pub says: String,
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
        worktree: &str,
        edited: Option<&str>,
    ) -> Self {
        Self {
            gate: rule.id.clone(),
            command_digest: command.to_owned(),
            inputs_digest: inputs.digest.clone(),
            worktree: worktree.to_owned(),
            started: rfc3339(SystemTime::now()),
            edited_file: edited.map(str::to_owned),
            run: run_id(),
            ..Self::default()
        }
    }

    pub(super) fn finish(&mut self, finished: Finished) {
        self.duration_seconds = finished.duration.as_secs_f64();
        self.end = Some(finished.end);
        self.stdout_tail = finished.stdout;
        self.stderr_tail = finished.stderr;
        self.failure = finished.failure;
        self.left = finished.left;
        self.status = match finished.end {
            End::Code(0) => Status::Passed,
            End::Code(_) | End::Signal(_) => Status::Failed,
            End::TimedOut => Status::Broken,
        };
        if let Some(why) = self.cannot_judge(finished.end) {
            self.broken(&why);
        }
    }

    /// Says why an end proves nothing; `None` when it is a result.
    fn cannot_judge(&self, end: End) -> Option<String> {
        match end {
            End::TimedOut => Some(format!(
                "it was stopped at its time limit, after {:.1} s",
                self.duration_seconds
            )),
            // What shells answer when a program may not be executed, or is missing.
            End::Code(code @ (126 | 127)) => {
                let said = self.stderr_tail.trim();
                Some(format!(
                    "its program could not be started (exit code {code}): {said}"
                ))
            }
            // What shells answer when a program was killed by such a signal.
            End::Code(code @ (129 | 130 | 137 | 143)) => Some(killed(code - 128)),
            End::Signal(signal @ (1 | 2 | 9 | 15)) => Some(killed(signal)),
            End::Code(_) | End::Signal(_) => None,
        }
    }

    pub(super) fn broken(&mut self, why: &str) {
        self.status = Status::Broken;
        self.why = Some(why.to_owned());
    }

    /// Says why a broken run proves nothing.
    pub(super) fn broken_because(&self) -> String {
        let why = self.why.clone();
        why.unwrap_or_else(|| "it did not finish".into())
    }

    #[must_use]
    pub fn exit_code(&self) -> Option<i32> {
        self.end.and_then(End::code)
    }

    /// "exit code 1" or "signal 9".
    #[must_use]
    pub fn ending(&self) -> String {
        self.end.map_or_else(|| "not run".into(), End::told)
    }

    /// Reads the evidence of a gate; `None` when there is none that can be used.
    #[must_use]
    pub fn read(state: &State, gate: &str) -> Option<Self> {
        let evidence = Self::parse(&state.read(&path(gate))?)?;
        (evidence.gate == gate).then_some(evidence)
    }

    /// Reads what [`Evidence::to_json`] wrote; `None` when it says something else than what was sealed.
    pub(super) fn parse(value: &Value) -> Option<Self> {
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            gate: text("gate")?,
            status: Status::from_name(&text("status")?)?,
            command_digest: text("command_digest")?,
            inputs_digest: text("inputs_digest")?,
            worktree: text("worktree")?,
            started: text("started")?,
            duration_seconds: value.get("duration_seconds")?.as_f64()?,
            end: End::read(value),
            stdout_tail: text("stdout_tail")?,
            stderr_tail: text("stderr_tail")?,
            failure: text("failure").unwrap_or_default(),
            edited_file: text("edited_file"),
            tool_versions: tool_versions(value),
            moved: list(value, "moved"),
            rewrote: list(value, "rewrote"),
            left: list(value, "left_behind"),
            log: text("log"),
            why: text("why"),
            run: text("run").unwrap_or_default(),
        })
        .filter(|evidence: &Self| text("seal") == Some(evidence.seal()))
    }

    /// A digest of what makes a result count. It is no secret, so it stops no forger who knows how it is made; it shows
    /// damage and edits by hand.
    fn seal(&self) -> String {
        let bound_to = [
            self.gate.as_str(),
            self.status.name(),
            &self.command_digest,
            &self.inputs_digest,
            &self.worktree,
            &self.run,
        ];
        let text = format!("hookgate evidence {bound_to:?}");
        blake3::hash(text.as_bytes()).to_hex().to_string()
    }

    /// Writes the evidence, and the latest result for people.
    ///
    /// # Errors
    /// Those of [`State::write`].
    pub(super) fn write(&self, state: &State) -> Result<(), StateError> {
        self.write_latest(state)?;
        state.write(&path(&self.gate), &self.to_json())
    }

    /// Writes the latest result for people.
    ///
    /// # Errors
    /// Those of [`State::write`].
    pub(super) fn write_latest(&self, state: &State) -> Result<(), StateError> {
        state.write(state::LAST_GATE, &self.to_json())
    }

    pub(super) fn to_json(&self) -> Value {
        let versions = self.tool_versions.iter();
        json!({
            "version": state::VERSION,
            "status": self.status.name(),
            "gate": self.gate,
            "exit_code": self.end.and_then(End::code),
            "signal": self.end.and_then(End::signal),
            "timed_out": self.end == Some(End::TimedOut),
            "why": self.why,
            "edited_file": self.edited_file,
            "started": self.started,
            "duration_seconds": self.duration_seconds,
            "stdout_tail": self.stdout_tail,
            "stderr_tail": self.stderr_tail,
            "failure": self.failure,
            "log": self.log,
            "left_behind": self.left,
            "moved": self.moved,
            "rewrote": self.rewrote,
            "inputs_digest": self.inputs_digest,
            "command_digest": self.command_digest,
            "tool_versions": versions.map(|version| json!([version.command, version.says])).collect::<Vec<_>>(),
            "worktree": self.worktree,
            "run": self.run,
            "seal": self.seal(),
        })
    }
}

fn killed(signal: i32) -> String {
    format!("it was killed (signal {signal}), from outside or for want of memory")
}

fn list(value: &Value, key: &str) -> Vec<String> {
    let texts = value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    texts
        .filter_map(|text| Some(text.as_str()?.to_owned()))
        .collect()
}

fn tool_versions(value: &Value) -> Vec<ToolVersion> {
    let versions = value.get("tool_versions").and_then(Value::as_array);
    let versions = versions.into_iter().flatten();
    let text = |version: &Value, at: usize| Some(version.get(at)?.as_str()?.to_owned());
    versions
        .filter_map(|version| {
            Some(ToolVersion {
                command: text(version, 0)?,
                says: text(version, 1)?,
            })
        })
        .collect()
}

/// Different for each run of each process.
fn run_id() -> String {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let nanos = since.map_or(0, |since| since.as_nanos());
    format!("{}-{nanos}", std::process::id())
}

fn path(gate: &str) -> String {
    format!("gates/{}.json", file_name(gate))
}
