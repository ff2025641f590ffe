//! What a call gets when hookgate could not decide: never an accident, always what `when-broken` says.

use super::{Policy, Trace};
use crate::adapter::PayloadError;
use crate::call::{Event, ToolKind};
use crate::decision::{Decision, Finding, Verdict};
use crate::policy::WhenBroken;
use crate::policy::load::Loaded;
use crate::policy::problems::Severity;
use crate::repo::{Place, Repository};

/// Id under which these decisions are reported. Policies cannot use it.
pub(crate) const ID: &str = "hookgate";

/// Answers a payload that cannot be read.
pub(super) fn by_payload(trace: &mut Trace, error: &PayloadError, when_broken: WhenBroken) {
    trace.call.event = error.event.unwrap_or_default();
    trace.call.native_event.clone_from(&error.native);
    trace.call.foreign = error.foreign;
    decide(
        &mut trace.decision,
        when_broken.verdict(error.event),
        format!("this hook call could not be judged: {error}"),
        "try again; if it stays, ask the person to look at the hook's configuration",
    );
}

/// Answers a call of which it cannot be known where it happens.
pub(super) fn by_folder(trace: &mut Trace, what: &str) {
    trace.policy = Policy::Broken;
    decide(
        &mut trace.decision,
        WhenBroken::default().verdict(Some(trace.call.event)),
        format!("this hook call could not be judged: {what}"),
        "ask the person to look at the hook's configuration",
    );
}

/// Answers a call under a policy that does not load. Reading and mending that policy stays possible.
pub(super) fn by_policy(trace: &mut Trace, repository: &Repository, loaded: &Loaded) {
    trace.policy = Policy::Broken;
    let errors = || {
        let problems = loaded.problems.iter();
        problems.filter(|problem| problem.severity() == Severity::Error)
    };
    let files: Vec<&str> = errors()
        .map(|problem| loaded.problems.file_name(problem.place.file))
        .collect();
    if only_touches(trace, repository, &files) {
        return;
    }
    let first = errors().next().map_or_else(String::new, |problem| {
        let file = loaded.problems.file_name(problem.place.file);
        let line = problem.place.span.line;
        format!("{file}, line {line}: {}", problem.title)
    });
    decide(
        &mut trace.decision,
        loaded.set.when_broken.verdict(Some(trace.call.event)),
        format!("the policy does not load ({first}), so nothing can be judged by it"),
        "mend that file; editing it is let through until it loads (`hookgate check` lists every problem)",
    );
}

/// Answers for hookgate itself, when it failed.
pub(super) fn by_failure(event: Option<Event>, what: &str) -> Decision {
    let mut decision = Decision::default();
    decide(
        &mut decision,
        WhenBroken::default().verdict(event),
        what.to_owned(),
        "try again; if it stays, ask the person to report this as a bug of hookgate",
    );
    decision
}

fn decide(decision: &mut Decision, verdict: Verdict, what: String, instead: &str) {
    decision.verdict = verdict;
    if verdict == Verdict::Neutral {
        decision.notices.push(format!("hookgate: {what}"));
    }
    decision.findings.push(Finding {
        rule: ID.into(),
        origin: None,
        verdict,
        unless_asked: verdict,
        what,
        reason: None,
        instead: Some(instead.into()),
        span: None,
        part: None,
    });
}

/// Returns whether a call reads or edits nothing but these files, by tools whose effects are known for sure.
fn only_touches(trace: &Trace, repository: &Repository, files: &[&str]) -> bool {
    let is_file_tool = trace.call.tool.as_ref().is_some_and(|tool| {
        matches!(
            tool.kind,
            ToolKind::Read | ToolKind::Edit | ToolKind::Write | ToolKind::Patch
        )
    });
    let paths = &trace.effects.paths;
    let is_listed = |place: &Place| {
        let path = match place {
            Place::Inside(path) => repository.root().join(path),
            Place::Outside(path) => path.into(),
        };
        files
            .iter()
            .any(|file| path == repository.root().join(file))
    };
    is_file_tool
        && !paths.is_empty()
        && paths
            .iter()
            .all(|effect| is_listed(&effect.places.lexical) && is_listed(&effect.places.real))
}
