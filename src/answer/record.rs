//! What a call leaves behind: the audit line, the session's counts, and the lines that `record` rules ask for.

use std::fs;
use std::path::{Component, Path};
use std::time::SystemTime;

use serde_json::json;

use super::Trace;
use super::gates::Settled;
use crate::adapter::Adapter;
use crate::call::{Call, Event};
use crate::decision::Verdict;
use crate::policy::{Rule, RuleKind};
use crate::repo::{LOCAL_POLICY_FILE, POLICY_FILE, Repository, head};
use crate::state::audit::{self, Entry};
use crate::state::session::{Blocked, Session, StopBlocks};
use crate::state::{self, State, StateError, time};

/// Records a decision. What cannot be written becomes a trouble of the trace and changes nothing else.
pub(super) fn keep(
    adapter: &Adapter,
    trace: &mut Trace,
    repository: &Repository,
    records: &[&Rule],
    settled: &[Settled],
) {
    let is_worth_a_line = is_worth_a_line(trace, settled);
    if !is_worth_a_line && records.is_empty() && trace.call.event != Event::Prompt {
        return;
    }
    let state = State::of(repository.root());
    let now = time::rfc3339(SystemTime::now());
    if trace.call.event == Event::SessionStart {
        state.tidy();
    }
    if let Err(error) = keep_session(&state, &trace.call, trace.decision.verdict, &now) {
        trace.troubles.push(error.to_string());
    }
    if is_worth_a_line {
        let entry = entry(adapter, trace, settled, &now);
        if let Err(error) = audit::append(&state, &entry) {
            trace.troubles.push(error.to_string());
        }
    }
    for rule in records {
        let line = record_line(adapter, &trace.call, repository, &state, &now);
        if let Err(trouble) = append_record(repository, rule, &line) {
            trace.troubles.push(trouble);
        }
    }
}

/// A call that nothing spoke about leaves no line: it is the common case, and it must cost nothing.
fn is_worth_a_line(trace: &Trace, settled: &[Settled]) -> bool {
    let decision = &trace.decision;
    decision.verdict != Verdict::Neutral
        || !decision.findings.is_empty()
        || !decision.notices.is_empty()
        || !settled.is_empty()
        || trace.call.foreign.is_some()
        || matches!(trace.call.event, Event::SessionStart | Event::SessionEnd)
}

fn entry<'t>(
    adapter: &'t Adapter,
    trace: &'t Trace,
    settled: &'t [Settled],
    now: &'t str,
) -> Entry<'t> {
    let decision = &trace.decision;
    let gates = settled.iter();
    Entry {
        time: now,
        runtime: adapter.name,
        event: trace.call.event.name(),
        session: trace.call.session.as_deref(),
        tool: trace.call.tool.as_ref().map(|tool| tool.name.as_str()),
        verdict: decision.verdict.name(),
        would: decision.would.map(Verdict::name),
        findings: &decision.findings,
        gates: gates.map(|one| (one.gate.as_str(), one.status)).collect(),
        foreign: trace.call.foreign,
    }
}

/// Keeps what a session has been through. Only events that change something of it write.
fn keep_session(state: &State, call: &Call, verdict: Verdict, now: &str) -> Result<(), StateError> {
    let Some(key) = call.session.as_deref() else {
        return Ok(());
    };
    let is_start = call.event == Event::SessionStart;
    // Only a person's word begins the count of blocked stops anew.
    let is_prompt = call.event == Event::Prompt && !call.by_machine;
    if is_start || (is_prompt && Session::read(state, key).stops != StopBlocks::default()) {
        Session::update(state, key, |session| {
            if is_start {
                session.started.get_or_insert_with(|| now.to_owned());
            } else {
                session.stops = StopBlocks::default();
            }
        })?;
    }
    if verdict >= Verdict::Ask {
        Blocked::add(state, key, now)?;
    }
    Ok(())
}

/// One JSON line about the session, as a person reads it later.
fn record_line(
    adapter: &Adapter,
    call: &Call,
    repository: &Repository,
    state: &State,
    now: &str,
) -> String {
    let session = call.session.as_deref().unwrap_or_default();
    let blocked = Blocked::read(state, session);
    // A session whose start was not seen began no later than this.
    let started = Session::read(state, session).started.or(blocked.first);
    let head = head::head(repository.root()).unwrap_or_default();
    let gate = state.read(state::LAST_GATE);
    let gate_field = |key: &str| gate.as_ref().and_then(|gate| gate.get(key)).cloned();
    json!({
        "time": now,
        "event": call.event.name(),
        "detail": call.detail,
        "runtime": adapter.name,
        "session": call.session,
        "started": started,
        "blocked": blocked.count,
        "last_gate": gate_field("gate"),
        "last_gate_status": gate_field("status"),
        "branch": head.branch,
        "commit": head.commit,
    })
    .to_string()
}

fn append_record(repository: &Repository, rule: &Rule, line: &str) -> Result<(), String> {
    let RuleKind::Record(record) = &rule.kind else {
        return Ok(());
    };
    let base = repository.root().join(&rule.base);
    let path = base.join(&record.file);
    let trouble = |what: &str| format!("rule `{}`: `{}` {what}", rule.id, record.file);
    let names = |part: &str| path.components().any(|name| name.as_os_str() == part);
    if [".git", state::FOLDER, POLICY_FILE, LOCAL_POLICY_FILE]
        .into_iter()
        .any(names)
    {
        return Err(trouble("is a file of git or of hookgate itself"));
    }
    if leads_through_link(&base, Path::new(&record.file)) {
        return Err(trouble("is a link or leads through one"));
    }
    let written = path
        .parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| state::append_line(&path, line));
    written.map_err(|error| trouble(&format!("cannot be written: {error}")))
}

/// Returns whether any part of a relative path is a link, through which the record would land elsewhere.
fn leads_through_link(base: &Path, relative: &Path) -> bool {
    let mut path = base.to_path_buf();
    relative.components().any(|part| match part {
        Component::Normal(name) => {
            path.push(name);
            path.is_symlink()
        }
        Component::CurDir => false,
        _ => true,
    })
}
