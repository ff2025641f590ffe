//! Quality gates: a command that must have succeeded on the present content of its inputs.
//!
//! A result counts only for the content, the command and the checkout that it was got with. One process runs a gate at a
//! time; others wait for its result. A gate that cannot run is broken, which is not the agent's fault and is said so. Where
//! state cannot be written a result still counts for the event that asked for it; it only cannot be used again.

mod evidence;
mod excerpt;
mod inputs;
mod run;

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

pub use evidence::{Evidence, Status};
use inputs::Inputs;

use crate::policy::{QualityGate, Rule};
use crate::state::{State, file_name};

/// How long a process waits for another's run beyond the gate's own time limit.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often a waiting process looks again.
const PAUSE: Duration = Duration::from_millis(20);

/// Which runs are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Run unless a green result for this content is at hand.
    Run,
    /// Never run: only look whether a green result is at hand.
    Look,
}

/// What is known of a gate now.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The present content has passed, in an earlier run or in this one.
    Passed { ran: bool, evidence: Evidence },
    /// The present content fails.
    Failed(Evidence),
    /// No result for the present content: nothing ran, or these inputs moved since.
    Stale { moved: Vec<String> },
    /// The gate succeeds, but changes its own inputs each time: its result is never for what is there afterwards.
    Moved { files: Vec<String> },
    /// The gate could not run.
    Broken { why: String },
}

/// Finds out about a gate. `edited` is the file that made it due, for the record.
///
/// Everything that can go wrong is an [`Outcome::Broken`] with the reason; trouble that leaves the outcome as it is, such as
/// a result that cannot be kept, goes to `troubles`.
#[must_use]
pub fn settle(
    root: &Path,
    rule: &Rule,
    gate: &QualityGate,
    mode: Mode,
    edited: Option<&str>,
    troubles: &mut Vec<String>,
) -> Outcome {
    let mut job = Job {
        rule,
        gate,
        state: State::of(root),
        base: root.join(&rule.base),
        root,
        troubles,
    };
    job.settle(mode, edited)
        .unwrap_or_else(|why| Outcome::Broken { why })
}

/// One gate of one checkout.
struct Job<'a> {
    rule: &'a Rule,
    gate: &'a QualityGate,
    state: State,
    base: PathBuf,
    root: &'a Path,
    troubles: &'a mut Vec<String>,
}

impl Job<'_> {
    fn settle(&mut self, mode: Mode, edited: Option<&str>) -> Result<Outcome, String> {
        let inputs = self.inputs()?;
        let command = self.command_digest();
        if let Some(evidence) = self.passed(&command, &inputs) {
            return Ok(Outcome::Passed {
                ran: false,
                evidence,
            });
        }
        if mode == Mode::Look {
            let moved = Evidence::read(&self.state, &self.rule.id)
                .map(|evidence| evidence.moved(&inputs))
                .unwrap_or_default();
            return Ok(Outcome::Stale { moved });
        }
        let asked = SystemTime::now();
        // Kept until the end: whoever waits for it finds our result.
        let _turn = self.wait_for_turn();
        let inputs = self.inputs()?;
        if let Some(evidence) = self.passed(&command, &inputs) {
            return Ok(Outcome::Passed {
                ran: false,
                evidence,
            });
        }
        if let Some(evidence) = self.failed_since(asked, &command, &inputs) {
            return Ok(Outcome::Failed(evidence));
        }
        match self.run(&command, &inputs, edited)? {
            // A first run may write what later runs leave alone: caches, compiled files.
            Outcome::Moved { .. } => {
                let inputs = self.inputs()?;
                self.run(&command, &inputs, edited)
            }
            outcome => Ok(outcome),
        }
    }

    fn run(
        &mut self,
        command: &str,
        before: &Inputs,
        edited: Option<&str>,
    ) -> Result<Outcome, String> {
        let ran = run::run(self.gate, &self.base);
        let mut evidence = Evidence::new(self.rule, command, before, self.root, edited);
        let finished = match ran {
            Ok(finished) => finished,
            Err(why) => {
                evidence.status = Status::Broken;
                evidence.stderr_tail.clone_from(&why);
                self.keep(&evidence);
                return Ok(Outcome::Broken { why });
            }
        };
        evidence.finish(finished);
        if evidence.status == Status::Passed {
            let moved = evidence.moved(&self.inputs()?);
            if !moved.is_empty() {
                evidence.status = Status::Broken;
                self.keep(&evidence);
                return Ok(Outcome::Moved { files: moved });
            }
        }
        self.keep(&evidence);
        Ok(match evidence.status {
            Status::Passed => Outcome::Passed {
                ran: true,
                evidence,
            },
            Status::Failed => Outcome::Failed(evidence),
            Status::Broken => Outcome::Broken {
                why: evidence.broken_because(),
            },
        })
    }

    fn inputs(&self) -> Result<Inputs, String> {
        let inputs = inputs::digest(&self.base, &self.gate.inputs)
            .map_err(|error| format!("its inputs cannot be read: {error}"))?;
        if inputs.is_empty() {
            return Err(
                "no file matches its `inputs`, so a result could not be bound to anything; correct the globs".into(),
            );
        }
        Ok(inputs)
    }

    /// Returns the evidence when it is green and for exactly this.
    fn passed(&self, command: &str, inputs: &Inputs) -> Option<Evidence> {
        Evidence::read(&self.state, &self.rule.id).filter(|evidence| {
            evidence.status == Status::Passed && self.is_for(evidence, command, inputs)
        })
    }

    /// Returns a failure for exactly this that another process found while this one waited: it is as good as our own.
    fn failed_since(&self, asked: SystemTime, command: &str, inputs: &Inputs) -> Option<Evidence> {
        let written = Evidence::written(&self.state, &self.rule.id)?;
        let evidence = Evidence::read(&self.state, &self.rule.id)?;
        let is_this = evidence.status == Status::Failed && self.is_for(&evidence, command, inputs);
        (is_this && written > asked).then_some(evidence)
    }

    fn is_for(&self, evidence: &Evidence, command: &str, inputs: &Inputs) -> bool {
        evidence.command_digest == command
            && evidence.inputs_digest == inputs.digest
            && evidence.worktree == self.root.to_string_lossy()
    }

    /// Digest of all that decides what runs.
    fn command_digest(&self) -> String {
        let gate = self.gate;
        let parts = format!(
            "{:?}\n{:?}\n{:?}\n{:?}",
            gate.run, gate.env, gate.working_directory, self.rule.base
        );
        blake3::hash(parts.as_bytes()).to_hex().to_string()
    }

    fn keep(&mut self, evidence: &Evidence) {
        if let Err(error) = evidence.write(&self.state) {
            let gate = &evidence.gate;
            self.troubles
                .push(format!("the result of `{gate}` cannot be kept: {error}"));
        }
    }

    /// Waits until no other process runs this gate. The lock is the kernel's, so a killed process leaves none behind. Where
    /// there can be no lock, or its owner takes too long, the gate runs all the same: once too often is no harm.
    fn wait_for_turn(&mut self) -> Option<File> {
        match self.lock() {
            Ok(file) => Some(file),
            Err(trouble) => {
                let gate = &self.rule.id;
                self.troubles
                    .push(format!("`{gate}` runs without a lock: {trouble}"));
                None
            }
        }
    }

    fn lock(&self) -> Result<File, String> {
        let name = format!("gates/{}.lock", file_name(&self.rule.id));
        let path = self
            .state
            .prepare(&name)
            .map_err(|error| error.to_string())?;
        let mut options = OpenOptions::new();
        let file = options.create(true).append(true).open(path);
        let file = file.map_err(|error| error.to_string())?;
        let deadline = Instant::now() + self.gate.timeout + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::Error(error)) => return Err(error.to_string()),
                Err(TryLockError::WouldBlock) if Instant::now() > deadline => {
                    return Err("another process has been running it for too long".into());
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            }
        }
    }
}

/// "a, b and 3 more".
#[must_use]
pub fn listed(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    let rest = names.len().saturating_sub(SHOWN);
    if rest == 0 {
        shown.join(", ")
    } else {
        format!("{} and {rest} more", shown.join(", "))
    }
}
