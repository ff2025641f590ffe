//! The results of gates, for people and for programs.

use serde_json::{Value, json};

use super::watch::Reason;
use crate::gate::{self, Evidence, Outcome, Proof};
use crate::output::{Output, Style};
use crate::policy::problems::Problems;

/// One gate's result.
pub(super) struct Row {
    pub(super) gate: String,
    pub(super) because: Reason,
    pub(super) outcome: Outcome,
}

/// Draws the results and a sum.
pub(super) fn draw(rows: &[Row], output: &mut Output) {
    if rows.is_empty() {
        output.line("the policy has no quality gates");
        return;
    }
    let width = rows.iter().map(|row| row.gate.chars().count()).max();
    let width = width.unwrap_or_default();
    for row in rows {
        let (mark, style) = mark(&row.outcome);
        let line = format!("{mark} {:width$}  {}", row.gate, said(row));
        output.line(&output.styled(style, &line));
        for detail in details(row) {
            output.line(&format!("    {detail}"));
        }
    }
    if rows.len() > 1 {
        output.line(&sum(rows));
    }
}

fn mark(outcome: &Outcome) -> (char, Style) {
    match outcome {
        Outcome::Passed { .. } => ('✓', Style::Green),
        Outcome::Failed(_) => ('✗', Style::Red),
        Outcome::Held { .. } | Outcome::Stale { .. } => ('-', Style::Yellow),
        Outcome::Broken { .. } | Outcome::Moved { .. } => ('!', Style::Yellow),
    }
}

/// One line: what is known, how long it took and why it ran.
fn said(row: &Row) -> String {
    let why = because(row);
    match &row.outcome {
        Outcome::Passed {
            by: Proof::Run,
            evidence,
        } => format!("passed in {}{why}", took(evidence)),
        Outcome::Passed {
            by: Proof::Last,
            evidence,
        } => format!(
            "has passed already: nothing that counts has changed since the run of {}",
            evidence.started
        ),
        Outcome::Passed { evidence, .. } => format!(
            "has passed already: this content is back from the run of {}",
            evidence.started
        ),
        Outcome::Failed(evidence) => {
            format!("failed in {}: {}{why}", took(evidence), evidence.ending())
        }
        Outcome::Stale { .. } => "has no result for what is there now".into(),
        Outcome::Moved { files } => format!(
            "succeeds, but changes its own inputs each time: {}",
            gate::listed(files)
        ),
        Outcome::Broken { why } => format!("could not run: {why}"),
        Outcome::Held { need, .. } => {
            format!("was not run: it needs `{need}`, which did not pass")
        }
    }
}

fn took(evidence: &Evidence) -> String {
    format!("{:.1} s", evidence.duration_seconds)
}

fn because(row: &Row) -> String {
    match &row.because {
        Reason::None => String::new(),
        Reason::First => " (it had no result yet)".into(),
        Reason::Moved(moved) if moved.is_empty() => String::new(),
        Reason::Moved(moved) => format!(" (changed: {})", gate::listed(moved)),
    }
}

fn details(row: &Row) -> Vec<String> {
    let mut details = Vec::new();
    let Some(evidence) = row.outcome.evidence() else {
        return details;
    };
    if matches!(row.outcome, Outcome::Failed(_)) {
        details.extend(evidence.failure.lines().map(str::to_owned));
        details.extend(evidence.log.iter().map(|log| format!("all of it: {log}")));
    }
    if row.because != Reason::None && !evidence.rewrote.is_empty() {
        let files = gate::listed(&evidence.rewrote);
        details.push(format!("ran twice, because these inputs changed: {files}"));
    }
    if row.because != Reason::None && !evidence.left.is_empty() {
        let left = gate::listed(&evidence.left);
        details.push(format!("left processes behind, which were ended: {left}"));
    }
    details
}

/// "3 gates: 1 passed, 1 failed, 1 held".
fn sum(rows: &[Row]) -> String {
    let names = ["passed", "failed", "moved", "broken", "held", "stale"];
    let counts = names.iter().filter_map(|name| {
        let count = rows.iter().filter(|row| row.outcome.name() == *name);
        let count = count.count();
        (count > 0).then(|| format!("{count} {name}"))
    });
    let counts: Vec<String> = counts.collect();
    format!("{} gates: {}", rows.len(), counts.join(", "))
}

/// The same for programs: stable, with a version of its own.
pub(super) fn json(rows: &[Row]) -> Value {
    let gates: Vec<Value> = rows.iter().map(row_json).collect();
    json!({"version": 1, "gates": gates})
}

/// A policy that does not load, for programs: its problems as `check` says them, and no gates.
pub(super) fn broken(problems: &Problems) -> Value {
    let mut json = problems.to_json();
    if let Some(fields) = json.as_object_mut() {
        fields.insert("gates".into(), Value::Array(Vec::new()));
    }
    json
}

fn row_json(row: &Row) -> Value {
    let evidence = row.outcome.evidence();
    let why = match &row.outcome {
        Outcome::Broken { why } => Some(why.clone()),
        Outcome::Held { .. } | Outcome::Moved { .. } => Some(said(row)),
        _ => None,
    };
    let changed = match &row.because {
        Reason::Moved(moved) => Some(moved),
        Reason::None | Reason::First => None,
    };
    let need = match &row.outcome {
        Outcome::Held { need, .. } => Some(need),
        _ => None,
    };
    let passed = row.outcome.has_passed();
    json!({
        "gate": row.gate,
        "status": row.outcome.name(),
        "ran": row.because != Reason::None,
        "changed": changed,
        "exit_code": evidence.and_then(Evidence::exit_code),
        "duration_seconds": evidence.map(|evidence| evidence.duration_seconds),
        "started": evidence.map(|evidence| &evidence.started),
        "failure": evidence.map(|evidence| &evidence.failure).filter(|text| !passed && !text.is_empty()),
        "why": why,
        "needs": need,
        "rewrote": evidence.map(|evidence| &evidence.rewrote),
        "left_behind": evidence.map(|evidence| &evidence.left),
        "log": evidence.and_then(|evidence| evidence.log.as_ref()),
    })
}
