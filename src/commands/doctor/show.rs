//! What `doctor` prints.

use serde_json::{Value, json};

use super::{Diagnosis, Finding, Guarded, Status};
use crate::output::{Output, Style};

/// For people.
pub(super) fn people(policy: Option<&Finding>, diagnoses: &[Diagnosis], output: &mut Output) {
    if let Some(finding) = policy {
        told(finding, output);
    }
    if diagnoses.is_empty() {
        output.line("No coding agent is in use here, and no hook of hookgate's is registered.");
        output.line("  fix: `hookgate init --runtime NAME`");
    }
    for diagnosis in diagnoses {
        let title = output.styled(Style::Bold, diagnosis.adapter.title);
        let version = diagnosis.version.as_deref().unwrap_or_default();
        output.line(format!("{title} {version}").trim_end());
        let names = diagnosis
            .events
            .iter()
            .map(|event| name(event).chars().count());
        let width = names.max().unwrap_or_default();
        for event in &diagnosis.events {
            output.line(&event_line(event, width, output));
        }
        for finding in &diagnosis.findings {
            told(finding, output);
        }
        for hook in &diagnosis.foreign {
            output.line(&output.styled(Style::Dim, &format!("  not ours, not run: {hook}")));
        }
    }
}

fn told(finding: &Finding, output: &mut Output) {
    let mark = output.styled(Style::Yellow, "!");
    output.line(&format!("  {mark} {}", finding.what));
    output.line(&format!("    fix: {}", finding.fix));
}

fn event_line(event: &Guarded, width: usize, output: &Output) -> String {
    let place = event.place.as_deref().unwrap_or("not wired");
    let (word, style, what) = said(&event.status);
    let name = name(event);
    let word = output.styled(style, &format!("{word:<18}"));
    format!("  {name:<width$} {word} {place}{what}")
}

fn name(event: &Guarded) -> String {
    if event.native == event.event {
        return event.native.clone();
    }
    format!("{} ({})", event.event, event.native)
}

fn said(status: &Status) -> (&'static str, Style, String) {
    match status {
        Status::Proven { what, less } => {
            let less = less.map(|less| format!("; {less}")).unwrap_or_default();
            ("proven", Style::Green, format!("  {what}{less}"))
        }
        Status::Unproven => ("unproven", Style::Red, String::new()),
        Status::Observed { answers, because } => {
            let answers = if *answers { "answers; " } else { "" };
            let what = format!("  {answers}{because}");
            ("cannot be enforced", Style::Dim, what)
        }
    }
}

/// For programs.
pub(super) fn json(policy: Option<&Finding>, diagnoses: &[Diagnosis]) -> Value {
    let finding = |finding: &Finding| json!({"what": finding.what, "fix": finding.fix});
    let runtimes: Vec<Value> = diagnoses
        .iter()
        .map(|diagnosis| {
            let events = diagnosis.events.iter().map(|event| {
                let (word, _, what) = said(&event.status);
                json!({
                    "event": event.event,
                    "native": event.native,
                    "place": event.place,
                    "status": word,
                    "because": what.trim(),
                })
            });
            json!({
                "runtime": diagnosis.adapter.name,
                "version": diagnosis.version,
                "events": events.collect::<Vec<_>>(),
                "findings": diagnosis.findings.iter().map(finding).collect::<Vec<_>>(),
                "foreign": diagnosis.foreign,
            })
        })
        .collect();
    json!({
        "version": 1,
        "policy": policy.map(finding),
        "runtimes": runtimes,
    })
}
