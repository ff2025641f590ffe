//! Quality gates: a command that must have succeeded on the present content of its inputs.
//!
//! A result counts only for the content, the command, the tools' versions and the checkout that it was got with. One process
//! runs a gate at a time; others wait for its result. A gate that cannot run is broken, which is not the agent's fault and is
//! said so. Where state cannot be written a result still counts for the event that asked for it; it only cannot be used again.

mod evidence;
mod excerpt;
mod history;
mod inputs;
mod run;
mod schedule;
mod settle;
mod text;
mod turn;

use std::path::Path;

pub use evidence::{Evidence, Status};
pub use run::{HOLD, hold};

use crate::policy::{QualityGate, Rule};
use crate::state::{State, file_name};
use settle::Job;

/// Which runs are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Run unless a green result for this content is at hand.
    Run,
    /// Run even then.
    Force,
    /// Never run: only look whether a green result is at hand.
    Look,
}

/// A gate about which something is to be found out.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    pub rule: &'a Rule,
    pub gate: &'a QualityGate,
    pub mode: Mode,
}

/// Where it is known from that content has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// It ran now.
    Run,
    /// Nothing that counts has changed since the last result.
    Last,
    /// Content is back that passed before the last result.
    Earlier,
}

/// What is known of a gate now.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The present content has passed.
    Passed { by: Proof, evidence: Box<Evidence> },
    /// The present content fails.
    Failed(Box<Evidence>),
    /// No result for the present content: nothing ran, or these inputs moved since.
    Stale { moved: Vec<String> },
    /// The gate succeeds, but changes its own inputs each time: its result is never for what is there afterwards.
    Moved { files: Vec<String> },
    /// The gate could not run.
    Broken { why: String },
    /// It was not run, because a gate that it needs did not pass. `is_broken`: that one could not be run.
    Held { need: String, is_broken: bool },
}

impl Outcome {
    #[must_use]
    pub fn has_passed(&self) -> bool {
        matches!(self, Self::Passed { .. })
    }

    /// Returns whether nothing can be said of the content, for want of a run.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        match self {
            Self::Broken { .. } | Self::Moved { .. } => true,
            Self::Held { is_broken, .. } => *is_broken,
            _ => false,
        }
    }

    /// Returns the public name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Passed { .. } => "passed",
            Self::Failed(_) => "failed",
            Self::Stale { .. } => "stale",
            Self::Moved { .. } => "moved",
            Self::Broken { .. } => "broken",
            Self::Held { .. } => "held",
        }
    }

    /// Returns the record of the run that it rests on.
    #[must_use]
    pub fn evidence(&self) -> Option<&Evidence> {
        match self {
            Self::Passed { evidence, .. } | Self::Failed(evidence) => Some(evidence),
            _ => None,
        }
    }
}

/// What is told while gates run.
pub trait Watch: Sync {
    /// A gate starts; these inputs moved since its last result. `None`: it has none.
    fn starts(&self, gate: &str, moved: Option<&[String]>);
    /// A gate that runs has printed a line.
    fn prints(&self, gate: &str, line: &str);
    /// A gate that was started has ended.
    fn ends(&self, gate: &str, outcome: &Outcome);
    /// Whether lines are wanted.
    fn is_live(&self) -> bool {
        false
    }
}

/// Nobody looks on.
pub struct Unwatched;

impl Watch for Unwatched {
    fn starts(&self, _gate: &str, _moved: Option<&[String]>) {}
    fn prints(&self, _gate: &str, _line: &str) {}
    fn ends(&self, _gate: &str, _outcome: &Outcome) {}
}

/// Finds out about gates, in parallel where they have to run; the outcomes stand in the order of `wanted`. `edited` is the
/// file that made them due, for the record.
///
/// Everything that can go wrong is an [`Outcome::Broken`] with the reason; trouble that leaves the outcome as it is, such as
/// a result that cannot be kept, goes to `troubles`.
#[must_use]
pub fn settle(
    root: &Path,
    wanted: &[Wanted<'_>],
    edited: Option<&str>,
    watch: &dyn Watch,
    troubles: &mut Vec<String>,
) -> Vec<Outcome> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut jobs: Vec<Job<'_>> = wanted
        .iter()
        .map(|wanted| Job::new(root, *wanted, edited, watch))
        .collect();
    // Most stops change nothing: no thread is started to find that out.
    let mut outcomes: Vec<Option<Outcome>> = jobs.iter_mut().map(Job::look).collect();
    if outcomes.iter().any(Option::is_none) {
        schedule::run(&mut jobs, &mut outcomes);
        look_again(&mut jobs, &mut outcomes);
    }
    for job in &mut jobs {
        troubles.append(&mut job.troubles);
    }
    let outcomes: Vec<Outcome> = outcomes
        .into_iter()
        .map(|outcome| {
            outcome.unwrap_or_else(|| Outcome::Broken {
                why: "the gates that it needs need it in turn".into(),
            })
        })
        .collect();
    keep_failure(root, &outcomes, troubles);
    outcomes
}

/// One gate may change what another has judged before: a formatter, or what generates code. What was judged on content that
/// is gone by now is judged once more.
fn look_again(jobs: &mut [Job<'_>], outcomes: &mut [Option<Outcome>]) {
    /// How often, before a gate is told to change inputs each time.
    const ROUNDS: usize = 2;
    if jobs.len() < 2 {
        // One that changes its own inputs has seen to that.
        return;
    }
    for _ in 0..ROUNDS {
        let mut has_moved = false;
        for (job, outcome) in jobs.iter().zip(&mut *outcomes) {
            if outcome
                .as_ref()
                .is_some_and(|known| !job.still_holds(known))
            {
                *outcome = None;
                has_moved = true;
            }
        }
        if !has_moved {
            return;
        }
        for outcome in &mut *outcomes {
            if matches!(outcome, Some(Outcome::Held { .. })) {
                *outcome = None;
            }
        }
        schedule::run(jobs, outcomes);
    }
    for (job, outcome) in jobs.iter().zip(outcomes) {
        if let Some(known @ Outcome::Passed { .. }) = outcome
            && !job.still_holds(known)
        {
            let files = job.moved().unwrap_or_default();
            *outcome = Some(Outcome::Moved { files });
        }
    }
}

/// Of gates that ran together, a failure is the latest result: whoever looks there wants to know of it.
fn keep_failure(root: &Path, outcomes: &[Outcome], troubles: &mut Vec<String>) {
    let failed = outcomes.iter().find_map(|outcome| match outcome {
        Outcome::Failed(evidence) => Some(evidence),
        _ => None,
    });
    if let Some(evidence) = failed
        && outcomes.len() > 1
        && let Err(error) = evidence.write_latest(&State::of(root))
    {
        troubles.push(error.to_string());
    }
}

/// Returns the path of a gate's log, relative to the root.
#[must_use]
pub fn log_path(gate: &str) -> String {
    format!("{}/{}", crate::state::FOLDER, log_name(gate))
}

fn log_name(gate: &str) -> String {
    format!("gates/{}.log", file_name(gate))
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
