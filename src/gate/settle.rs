//! Finds out about one gate: from its evidence, from somebody else's run, or from a run of its own.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::evidence::{Evidence, Status, ToolVersion};
use super::history;
use super::inputs::{self, Asked, Inputs};
use super::run::{self, Failure, Terms};
use super::turn::Turns;
use super::{Mode, Outcome, Proof, Wanted, Watch, log_name};
use crate::policy::rules::Need;
use crate::policy::{QualityGate, Rule};
use crate::repo::{Case, Repository};
use crate::state::State;

/// How long a process waits for another's run beyond the time that the gate may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often a run makes way for newer content; then it goes on to its end, or nobody would ever get a result.
const CANCELS: usize = 2;

/// One gate of one checkout.
pub(super) struct Job<'a> {
    rule: &'a Rule,
    gate: &'a QualityGate,
    mode: Mode,
    state: State,
    turns: Turns,
    base: PathBuf,
    case: Case,
    /// The checkout's real path.
    worktree: String,
    edited: Option<&'a str>,
    watch: &'a dyn Watch,
    /// What tools said of themselves; asked once.
    versions: Option<Vec<ToolVersion>>,
    pub(super) troubles: Vec<String>,
}

/// How an own run ended.
enum Run {
    Settled(Outcome),
    /// It made way: its content is gone and somebody waits for the newer one.
    Unwanted,
}

impl<'a> Job<'a> {
    pub(super) fn new(
        root: &'a Path,
        wanted: Wanted<'a>,
        edited: Option<&'a str>,
        watch: &'a dyn Watch,
    ) -> Self {
        let state = State::of(root);
        let repository = Repository::at(root, root, None);
        Self {
            rule: wanted.rule,
            gate: wanted.gate,
            mode: wanted.mode,
            turns: Turns::new(&state, &wanted.rule.id),
            state,
            base: root.join(&wanted.rule.base),
            case: repository.case(),
            worktree: repository.real_root().to_string_lossy().into_owned(),
            edited,
            watch,
            versions: None,
            troubles: Vec::new(),
        }
    }

    pub(super) fn id(&self) -> &str {
        &self.rule.id
    }

    pub(super) fn needs(&self) -> &[Need] {
        &self.gate.needs
    }

    /// Returns what can be said without a run.
    pub(super) fn look(&mut self) -> Option<Outcome> {
        if self.mode == Mode::Force {
            return None;
        }
        let looked = self.at_hand();
        looked.unwrap_or_else(|why| Some(Outcome::Broken { why }))
    }

    fn at_hand(&mut self) -> Result<Option<Outcome>, String> {
        let unchanged = inputs::unchanged(self.asked());
        let command = self.command_digest()?;
        if let Some(digest) = unchanged
            && let Some(passed) = self.passed(&command, &digest)
        {
            return Ok(Some(passed));
        }
        let inputs = self.inputs()?;
        if let Some(passed) = self.passed(&command, &inputs.digest) {
            return Ok(Some(passed));
        }
        Ok((self.mode == Mode::Look).then(|| Outcome::Stale {
            moved: self.moved_since(&inputs).unwrap_or_default(),
        }))
    }

    /// Whether what is known is of the inputs as they are now. A failure whose run changed them itself stays one.
    pub(super) fn still_holds(&self, known: &Outcome) -> bool {
        let evidence = match known {
            Outcome::Passed { evidence, .. } => evidence,
            Outcome::Failed(evidence) if evidence.moved.is_empty() => evidence,
            _ => return true,
        };
        let now = inputs::unchanged(self.asked());
        let now = now.or_else(|| self.inputs().ok().map(|inputs| inputs.digest));
        now.as_deref() == Some(evidence.inputs_digest.as_str())
    }

    /// Names the inputs that moved since the last result.
    pub(super) fn moved(&self) -> Option<Vec<String>> {
        self.moved_since(&self.inputs().ok()?)
    }

    /// Runs the gate, or shares the result of whoever runs it now.
    pub(super) fn settle(&mut self) -> Outcome {
        let outcome = if self.is_own_part() {
            Err("it is part of its own run, which would wait for itself; take it out of what its command runs".into())
        } else {
            self.shared_or_own()
        };
        let outcome = outcome.unwrap_or_else(|why| Outcome::Broken { why });
        self.watch.ends(&self.rule.id, &outcome);
        outcome
    }

    fn shared_or_own(&mut self) -> Result<Outcome, String> {
        let command = self.command_digest()?;
        for cancels in 0.. {
            let before = Evidence::read(&self.state, &self.rule.id).map(|evidence| evidence.run);
            let waited_with = self.inputs()?;
            // Kept until the end: whoever waits for it finds our result.
            let _turn = self.wait_for_turn(&waited_with);
            let inputs = self.inputs()?;
            if self.mode != Mode::Force
                && let Some(passed) = self.passed(&command, &inputs.digest)
            {
                return Ok(passed);
            }
            if let Some(outcome) = self.shared(before.as_deref(), &command, &inputs.digest) {
                return Ok(outcome);
            }
            let moved = self.moved_since(&inputs);
            self.watch.starts(&self.rule.id, moved.as_deref());
            match self.run_twice(&command, &inputs, cancels < CANCELS)? {
                Run::Settled(outcome) => return Ok(outcome),
                Run::Unwanted => {}
            }
        }
        Err("it was started too often".into())
    }

    /// Returns whether this process was started by a run of this very gate.
    fn is_own_part(&self) -> bool {
        let running = crate::settings::variable(crate::settings::RUNNING).unwrap_or_default();
        running.split(' ').any(|mark| mark == self.mark())
    }

    /// Names this gate of this checkout in one word.
    fn mark(&self) -> String {
        let name = format!("{}\0{}", self.worktree, self.rule.id);
        blake3::hash(name.as_bytes()).to_hex().to_string()
    }

    /// A first run may write what later runs leave alone: caches, compiled files, formatted sources.
    fn run_twice(
        &mut self,
        command: &str,
        inputs: &Inputs,
        may_yield: bool,
    ) -> Result<Run, String> {
        match self.run(command, inputs, &[], may_yield)? {
            Run::Settled(Outcome::Moved { files }) => {
                let inputs = self.inputs()?;
                self.run(command, &inputs, &files, false)
            }
            run => Ok(run),
        }
    }

    fn run(
        &mut self,
        command: &str,
        before: &Inputs,
        rewrote: &[String],
        may_yield: bool,
    ) -> Result<Run, String> {
        let mut evidence = Evidence::new(self.rule, command, before, &self.worktree, self.edited);
        evidence.tool_versions = self.versions.clone().unwrap_or_default();
        evidence.rewrote = rewrote.to_vec();
        self.turns.forget();
        before.remember(&self.state, &self.rule.id);
        let log = self.log();
        evidence
            .log
            .clone_from(&log.as_ref().map(|_| super::log_path(&self.rule.id)));
        let finished = match self.command(log, before, may_yield) {
            Ok(finished) => finished,
            Err(Failure::Unwanted) => return Ok(Run::Unwanted),
            Err(Failure::Cannot(why)) => {
                evidence.log = None;
                evidence.broken(&why);
                self.keep(&evidence);
                return Ok(Run::Settled(Outcome::Broken { why }));
            }
        };
        let troubles = finished.troubles.iter();
        let told = troubles.map(|trouble| format!("`{}`: {trouble}", self.rule.id));
        self.troubles.extend(told);
        evidence.finish(finished);
        let after = self.inputs();
        evidence.moved = match &after {
            Ok(after) => before.moved_to(after),
            Err(_) => Vec::new(),
        };
        if evidence.status == Status::Passed {
            let after = after?;
            if after.digest != before.digest {
                let files = evidence.moved.clone();
                evidence.broken("it changed its own inputs");
                self.keep(&evidence);
                return Ok(Run::Settled(Outcome::Moved { files }));
            }
        }
        self.keep(&evidence);
        Ok(Run::Settled(settled(evidence, Proof::Run)))
    }

    fn command(
        &self,
        log: Option<PathBuf>,
        before: &Inputs,
        may_yield: bool,
    ) -> Result<run::Finished, Failure> {
        let seen = RefCell::new(before.digest.clone());
        let is_wanted = || {
            let Some(waiting) = self.turns.waiting().filter(|_| may_yield) else {
                return true;
            };
            if seen.replace(waiting.clone()) == waiting {
                return true;
            }
            // Somebody waits with other content. Only what is on the disk says whether ours is gone.
            let now = self.inputs();
            now.is_ok_and(|now| now.digest == before.digest)
        };
        let live = |line: &str| self.watch.prints(&self.rule.id, line);
        let running = crate::settings::variable(crate::settings::RUNNING).unwrap_or_default();
        let terms = Terms {
            log,
            running: format!("{running} {}", self.mark()),
            live: self.watch.is_live().then_some(&live),
            is_wanted: &is_wanted,
        };
        run::run(self.gate, &self.base, &terms)
    }

    fn log(&mut self) -> Option<PathBuf> {
        let path = self.state.prepare(&log_name(&self.rule.id));
        path.inspect_err(|error| {
            let gate = &self.rule.id;
            let trouble = format!("the output of `{gate}` cannot be kept: {error}");
            self.troubles.push(trouble);
        })
        .ok()
    }

    fn asked(&self) -> Asked<'_> {
        Asked {
            state: &self.state,
            gate: &self.rule.id,
            base: &self.base,
            patterns: &self.gate.inputs,
            case: self.case,
        }
    }

    fn inputs(&self) -> Result<Inputs, String> {
        let patterns = &self.gate.inputs;
        let inputs = inputs::digest(self.asked())
            .map_err(|error| format!("its inputs cannot be read: {error}"))?;
        if inputs.is_empty() {
            return Err(inputs::nothing_matches(&self.base, patterns));
        }
        Ok(inputs)
    }

    /// Returns the outcome when there is green evidence for exactly this.
    fn passed(&mut self, command: &str, inputs: &str) -> Option<Outcome> {
        let is_for = |evidence: &Evidence| {
            evidence.status == Status::Passed && self.is_for(evidence, command, inputs)
        };
        if let Some(evidence) = Evidence::read(&self.state, &self.rule.id).filter(is_for) {
            return Some(settled(evidence, Proof::Last));
        }
        // Content that has passed before and is back again.
        let evidence = history::find(&self.state, &self.rule.id, is_for)?;
        self.keep(&evidence);
        Some(settled(evidence, Proof::Earlier))
    }

    /// Returns what another process found out about exactly this while this one waited: it is as good as our own result.
    fn shared(&self, before: Option<&str>, command: &str, inputs: &str) -> Option<Outcome> {
        let evidence = Evidence::read(&self.state, &self.rule.id)?;
        let is_new = before != Some(evidence.run.as_str());
        (is_new && self.is_for(&evidence, command, inputs)).then(|| settled(evidence, Proof::Last))
    }

    fn is_for(&self, evidence: &Evidence, command: &str, inputs: &str) -> bool {
        evidence.command_digest == command
            && evidence.inputs_digest == inputs
            && evidence.worktree == self.worktree
    }

    /// Names the inputs that moved since the last result; `None` when there is none.
    fn moved_since(&self, inputs: &Inputs) -> Option<Vec<String>> {
        let evidence = Evidence::read(&self.state, &self.rule.id)?;
        Some(inputs.moved_since(&self.state, &self.rule.id, &evidence.inputs_digest))
    }

    /// Digest of all that decides what runs, the versions of tools included.
    fn command_digest(&mut self) -> Result<String, String> {
        let gate = self.gate;
        if self.versions.is_none() {
            let asked = gate.tool_versions.iter().map(|command| {
                let says = run::version(gate, &self.base, command)?;
                Ok(ToolVersion {
                    command: command.clone(),
                    says,
                })
            });
            self.versions = Some(asked.collect::<Result<_, String>>()?);
        }
        let mut parts = format!(
            "{:?}\n{:?}\n{:?}\n{:?}",
            gate.run, gate.env, gate.working_directory, self.rule.base
        );
        for version in self.versions.iter().flatten() {
            // Writing to a String cannot fail.
            let _ = write!(parts, "\n{:?} {:?}", version.command, version.says);
        }
        Ok(blake3::hash(parts.as_bytes()).to_hex().to_string())
    }

    fn keep(&mut self, evidence: &Evidence) {
        let written = evidence
            .write(&self.state)
            .and_then(|()| history::note(&self.state, evidence));
        if let Err(error) = written {
            let gate = &evidence.gate;
            self.troubles
                .push(format!("the result of `{gate}` cannot be kept: {error}"));
        }
    }

    /// Where there can be no lock, or its owner takes too long, the gate runs all the same.
    fn wait_for_turn(&mut self, inputs: &Inputs) -> Option<File> {
        let patience = self.gate.timeout.saturating_mul(2).saturating_add(PATIENCE);
        match self.turns.wait(&inputs.digest, patience) {
            Ok(file) => Some(file),
            Err(trouble) => {
                let gate = &self.rule.id;
                self.troubles
                    .push(format!("`{gate}` runs without a lock: {trouble}"));
                None
            }
        }
    }
}

fn settled(evidence: Evidence, by: Proof) -> Outcome {
    match evidence.status {
        Status::Passed => Outcome::Passed {
            by,
            evidence: Box::new(evidence),
        },
        Status::Failed => Outcome::Failed(Box::new(evidence)),
        Status::Broken => Outcome::Broken {
            why: evidence.broken_because(),
        },
    }
}
