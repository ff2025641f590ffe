//! Runs the gates that are due and adds their results to the decision.

use super::Trace;
use crate::adapter::Adapter;
use crate::call::{Access, Event, StopState};
use crate::decision::{Context, Finding, Verdict};
use crate::gate::{self, Evidence, Mode, Outcome, Proof, Unwatched, Wanted};
use crate::governor::{self, Chain, Choice};
use crate::policy::evaluate::DueGate;
use crate::policy::{Action, Mode as PolicyMode, PolicySet};
use crate::repo::Repository;
use crate::state::session::{Session, StopBlocks};
use crate::state::{self, State};

/// A gate's result, for the record.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Settled {
    pub(super) gate: String,
    pub(super) status: &'static str,
}

/// Settles every due gate, and on a stop lets the governor decide whether to block.
pub(super) fn settle(
    trace: &mut Trace,
    adapter: &Adapter,
    repository: &Repository,
    set: &PolicySet,
    due: &[DueGate<'_>],
) -> Vec<Settled> {
    let event = trace.call.event;
    let edited = edited_file(trace);
    let wanted: Vec<Wanted<'_>> = due
        .iter()
        .map(|due| Wanted {
            rule: due.rule,
            gate: due.gate,
            mode: if event == Event::Stop && !due.gate.run_on_stop {
                Mode::Look
            } else {
                Mode::Run
            },
        })
        .collect();
    let outcomes = gate::settle(
        repository.root(),
        &wanted,
        edited.as_deref(),
        &Unwatched,
        &mut trace.troubles,
    );
    let mut settled = Vec::new();
    let mut findings = Vec::new();
    for (due, outcome) in due.iter().zip(&outcomes) {
        settled.push(Settled {
            gate: due.rule.id.clone(),
            status: outcome.name(),
        });
        tell_run(trace, due, outcome);
        findings.extend(objection(due, outcome, event, set));
    }
    trace.decision.findings.extend(findings);
    let mut is_released = false;
    if event == Event::Stop && set.mode == PolicyMode::Enforce {
        is_released = govern(trace, adapter, repository, &settled);
    }
    if !is_released && set.mode == PolicyMode::Enforce {
        let told = due.iter().zip(&outcomes);
        let told = told.filter_map(|(due, outcome)| log_notice(repository, due, outcome));
        trace.decision.notices.extend(told);
    }
    let can_ask = true;
    trace.decision.settle(set.mode, can_ask);
    settled
}

/// Says what a run did besides passing or failing: on stops to the person, else to the model.
fn tell_run(trace: &mut Trace, due: &DueGate<'_>, outcome: &Outcome) {
    let id = &due.rule.id;
    let Some(evidence) = outcome.evidence() else {
        return;
    };
    let proof = match outcome {
        Outcome::Passed { by, .. } => Some(*by),
        _ => None,
    };
    let has_run = !matches!(proof, Some(Proof::Last | Proof::Earlier));
    let mut texts = Vec::new();
    if trace.call.event == Event::AfterTool {
        let how = match proof {
            Some(Proof::Run) => Some(format!("{:.1} s", evidence.duration_seconds)),
            Some(Proof::Earlier) => Some(format!("in its run of {}", evidence.started)),
            Some(Proof::Last) | None => None,
        };
        texts.extend(
            how.map(|how| format!("quality gate `{id}` passed on the present content ({how})")),
        );
    }
    if has_run && !evidence.rewrote.is_empty() {
        texts.push(format!(
            "these inputs of quality gate `{id}` changed while it ran, so it ran again and passed on the new content: {}",
            gate::listed(&evidence.rewrote)
        ));
    }
    if has_run && !evidence.left.is_empty() {
        texts.push(format!(
            "quality gate `{id}` left processes behind, which were ended: {}",
            gate::listed(&evidence.left)
        ));
    }
    if trace.call.event == Event::Stop {
        let told = texts.iter().map(|text| format!("hookgate: {text}"));
        trace.decision.notices.extend(told);
    } else {
        trace
            .decision
            .context
            .extend(texts.into_iter().map(|text| Context {
                rule: id.clone(),
                text,
            }));
    }
}

/// Where the person finds everything that a failing gate printed; the model reads the lines that count.
fn log_notice(repository: &Repository, due: &DueGate<'_>, outcome: &Outcome) -> Option<String> {
    let Outcome::Failed(evidence) = outcome else {
        return None;
    };
    if due.rule.action == Action::Warn {
        return None;
    }
    let id = &due.rule.id;
    let log = gate::log_path(id);
    repository.root().join(&log).is_file().then(|| {
        format!(
            "hookgate: quality gate `{id}` failed ({}); all that it printed is in {log}",
            evidence.ending()
        )
    })
}

/// Returns what a gate's result has against going on; `None` when nothing.
fn objection(
    due: &DueGate<'_>,
    outcome: &Outcome,
    event: Event,
    set: &PolicySet,
) -> Option<Finding> {
    // What the rule's `action` makes of an objection: a gate may only warn.
    let own = due.rule.finding(String::new(), None).verdict;
    let (what, verdict) = match outcome {
        Outcome::Passed { .. } => return None,
        Outcome::Failed(evidence) => (
            format!(
                "the quality gate fails on the present content ({}){}",
                evidence.ending(),
                failure_lines(evidence)
            ),
            own,
        ),
        Outcome::Stale { moved } if moved.is_empty() => (
            "the quality gate has not run on the present content".into(),
            own,
        ),
        Outcome::Stale { moved } => (
            format!(
                "the quality gate has not run since these inputs changed: {}",
                gate::listed(moved)
            ),
            own,
        ),
        Outcome::Moved { files } => (
            format!(
                "the quality gate succeeds but changes its own inputs each time ({}), so no result is for what is there now",
                gate::listed(files)
            ),
            broken_verdict(event, set),
        ),
        Outcome::Broken { why } => (
            format!("the quality gate could not run, which is no fault of this change: {why}"),
            broken_verdict(event, set),
        ),
        Outcome::Held { need, is_broken } => (
            format!("the quality gate was not run, because it needs `{need}`, which did not pass"),
            if *is_broken {
                broken_verdict(event, set)
            } else {
                own
            },
        ),
    };
    let finding = Finding {
        verdict,
        ..due.rule.finding(what, None)
    };
    if outcome.is_broken() {
        // The rule's own words speak of what the gate checks, and nothing was checked.
        return Some(Finding {
            reason: None,
            instead: Some("tell the person that the gate needs care".into()),
            ..finding
        });
    }
    Some(finding)
}

/// The failing lines below the sentence, or that there are none.
fn failure_lines(evidence: &Evidence) -> String {
    match evidence.failure.as_str() {
        "" => " and prints nothing".to_owned(),
        lines => format!(":\n{lines}"),
    }
}

/// After a tool the model is told in any case: there is nothing to hold back.
fn broken_verdict(event: Event, set: &PolicySet) -> Verdict {
    if event == Event::Stop {
        set.when_broken.stop
    } else {
        Verdict::Neutral
    }
}

/// Blocks the stop, or releases it when blocking has not helped. Returns whether it was released.
pub(super) fn govern(
    trace: &mut Trace,
    adapter: &Adapter,
    repository: &Repository,
    settled: &[Settled],
) -> bool {
    let findings = &trace.decision.findings;
    let blocking: Vec<String> = findings
        .iter()
        // A stop cannot be asked about: where a rule asks, the runtime blocks.
        .filter(|finding| finding.verdict >= Verdict::Ask)
        .map(|finding| finding.rule.clone())
        .collect();
    let state = State::of(repository.root());
    let key = trace.call.session.clone().unwrap_or_default();
    // Most stops have nothing to count, and nothing to forget.
    if blocking.is_empty() && Session::read(&state, &key).stops == StopBlocks::default() {
        return false;
    }
    let texts = findings.iter();
    let digest = governor::digest(texts.map(|one| (one.rule.as_str(), one.what.as_str())));
    let chain = Chain {
        limit: adapter.stop_limit,
        before: trace.call.stops_before,
    };
    let mut choice = Choice::Block;
    let mut because = "blocking it did not help";
    let counted = Session::update(&state, &key, |session| {
        let before = std::mem::take(&mut session.stops);
        if !blocking.is_empty() {
            (choice, session.stops) = governor::judge(&before, &digest, chain);
        }
    });
    if let Err(error) = counted {
        trace.troubles.push(error.to_string());
        because = "stops cannot be counted here, and blocking them might never end";
        // Without a count the agent could be blocked for ever, so one block has to do; where the runtime does not say
        // whether there was one, none.
        choice = if trace.call.stop == StopState::First {
            Choice::BlockLast
        } else {
            Choice::Release
        };
    }
    let is_broken = |id: &&String| {
        let of_gate = settled.iter().find(|settled| settled.gate == **id);
        of_gate.is_some_and(|settled| settled.status == "broken")
    };
    let (broken, failed): (Vec<_>, Vec<_>) = blocking.iter().partition(is_broken);
    match choice {
        _ if blocking.is_empty() => return false,
        Choice::Block => {}
        Choice::BlockLast => {
            trace.decision.last_word = Some(format!(
                "This stop is blocked for the last time. If you cannot mend it, end by telling the person that {}, and where to look: {}.",
                stands(&failed, &broken),
                where_to_look(repository, &blocking),
            ));
        }
        Choice::Release => {
            trace.decision.notices.push(format!(
                "hookgate let the agent stop although {}: {because}. See {}",
                stands(&failed, &broken),
                where_to_look(repository, &blocking),
            ));
            release(trace);
        }
    }
    choice == Choice::Release
}

/// "`tests` did not pass and `lint` could not run".
fn stands(failed: &[&String], broken: &[&String]) -> String {
    let one = |ids: &[&String], what: &str| {
        let ids: Vec<String> = ids.iter().map(|id| (*id).clone()).collect();
        (!ids.is_empty()).then(|| format!("{} {what}", gate::listed(&ids)))
    };
    let parts = [one(failed, "did not pass"), one(broken, "could not run")];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(" and ")
}

fn where_to_look(repository: &Repository, blocking: &[String]) -> String {
    let logs = blocking.iter().map(|id| gate::log_path(id));
    let mut logs: Vec<String> = logs
        .filter(|log| repository.root().join(log).is_file())
        .collect();
    if logs.is_empty() {
        logs.push(format!("{}/{}", state::FOLDER, state::LAST_GATE));
    }
    gate::listed(&logs)
}

fn release(trace: &mut Trace) {
    trace.decision.verdict = Verdict::Neutral;
    for finding in &mut trace.decision.findings {
        finding.verdict = Verdict::Neutral;
    }
}

/// The first file that the call wrote, as shown in the gate's record.
fn edited_file(trace: &Trace) -> Option<String> {
    trace
        .effects
        .paths
        .iter()
        .find(|effect| effect.access != Access::Read)
        .map(|effect| effect.places.real.shown().to_owned())
}
