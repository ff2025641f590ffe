//! What `init` prints.

use anyhow::Result;
use git2::{DiffOptions, Patch};
use serde_json::{Value, json};

use super::plan::{Item, Plan, What};
use crate::adapter;
use crate::cli::InitArgs;
use crate::output::{Output, Style};
use crate::wiring::place::{Change, For};

/// Says that no runtime is in use.
pub(super) fn nobody(whom: &For, output: &mut Output) {
    let names: Vec<&str> = adapter::all().iter().map(|adapter| adapter.name).collect();
    let place = match whom {
        For::Repository(_) => "in this repository or your home folder",
        For::User { .. } => "in your home folder",
    };
    output.error(&format!(
        "hookgate: no sign of a coding agent {place}; name one: --runtime {}",
        names.join("|")
    ));
}

/// Says what was done, or why nothing was.
pub(super) fn done(plan: &Plan, notes: &[String], args: &InitArgs, output: &mut Output) {
    if plan.refusals().next().is_some() {
        output.line(&output.styled(Style::Bold, "Nothing was changed:"));
        for (item, problem) in plan.refusals() {
            let name = output.styled(Style::Red, &item.shown);
            output.line(&format!("  {name}: {problem}"));
        }
        return;
    }
    let is_shown = |item: &&Item| {
        let nothing = args.uninstall && matches!(action(item), "unchanged" | "absent");
        !nothing || is_kept_policy(item)
    };
    let width = plan
        .items
        .iter()
        .filter(is_shown)
        .map(|item| item.shown.chars().count())
        .max();
    let width = width.unwrap_or_default();
    for item in plan.items.iter().filter(is_shown) {
        let action = action(item);
        let style = match action {
            "unchanged" | "absent" => Style::Dim,
            _ => Style::Green,
        };
        let gap = " ".repeat(width - item.shown.chars().count());
        let what = output.styled(style, &described(item, args.uninstall));
        output.line(&format!("  {}{gap}  {what}", item.shown));
    }
    let changed = plan
        .items
        .iter()
        .any(|item| !matches!(action(item), "unchanged" | "absent"));
    if !changed {
        output.line(if args.uninstall {
            "Nothing of hookgate's was there."
        } else {
            "Everything was in place."
        });
    }
    if !args.uninstall {
        steps(plan, notes, output);
    }
}

fn steps(plan: &Plan, notes: &[String], output: &mut Output) {
    if !(plan.steps.is_empty() && notes.is_empty()) {
        output.line("");
        output.line(&output.styled(Style::Bold, "Left for you:"));
    }
    for note in notes {
        output.line(&format!("  {note}"));
    }
    for (adapter, text) in &plan.steps {
        output.line(&format!("  {}: {text}", adapter.title));
    }
    output.line("");
    output.line("`hookgate doctor` proves that the hooks hold.");
}

fn is_kept_policy(item: &Item) -> bool {
    matches!(item.what, What::Policy) && action(item) == "unchanged"
}

/// What becomes of a file, in one word that scripts read.
fn action(item: &Item) -> &'static str {
    let Ok(change) = &item.change else {
        return "refused";
    };
    match (&change.before, &change.after) {
        (None, None) => "absent",
        (None, Some(_)) => "created",
        (Some(_), None) => "removed",
        (Some(before), Some(after)) if before == after => "unchanged",
        (Some(_), Some(_)) => "changed",
    }
}

fn described(item: &Item, uninstall: bool) -> String {
    let action = action(item);
    match (item.what, action) {
        (What::Policy, "created") => "a starter policy: read it, it is yours".to_owned(),
        (What::Policy, "unchanged") if uninstall => "kept: it is not as `init` wrote it".to_owned(),
        (What::Policy, "unchanged") => "kept".to_owned(),
        (What::Ignore, "created" | "changed") if !uninstall => {
            "keeps hookgate's state out of commits".to_owned()
        }
        (What::Hooks(adapter), "unchanged") => format!("{}: already wired", adapter.title),
        (What::Hooks(adapter), "changed") if uninstall => format!("{}: taken out", adapter.title),
        (What::Hooks(adapter), "created" | "changed") => format!("{}: wired", adapter.title),
        _ => action.to_owned(),
    }
}

/// Shows what would change.
pub(super) fn differences(plan: &Plan, output: &mut Output) -> Result<()> {
    for (item, problem) in plan.refusals() {
        let name = output.styled(Style::Red, &item.shown);
        output.line(&format!("{name}: {problem}"));
    }
    let mut changed = false;
    for change in plan
        .items
        .iter()
        .filter_map(|item| item.change.as_ref().ok())
    {
        if change.before == change.after {
            continue;
        }
        changed = true;
        for line in difference(change)?.lines() {
            let line = match line.chars().next() {
                Some('+') => output.styled(Style::Green, line),
                Some('-') => output.styled(Style::Red, line),
                Some('@') => output.styled(Style::Cyan, line),
                _ => line.to_owned(),
            };
            output.line(&line);
        }
    }
    if !changed {
        output.line("Nothing would change.");
    }
    Ok(())
}

/// Writes a change as a unified diff.
pub(in crate::commands) fn difference(change: &Change) -> Result<String> {
    let name = change.shown.trim_start_matches("~/");
    let text = |side: &Option<String>| side.clone().unwrap_or_default();
    let (before, after) = (text(&change.before), text(&change.after));
    let mut options = DiffOptions::new();
    let mut patch = Patch::from_buffers(
        before.as_bytes(),
        None,
        after.as_bytes(),
        None,
        Some(options.force_text(true)),
    )?;
    let body = patch.to_buf()?;
    let body = String::from_utf8_lossy(&body);
    let hunks = body
        .find("@@")
        .and_then(|at| body.get(at..))
        .unwrap_or_default();
    let side = |letter: char, text: &Option<String>| match text {
        Some(_) => format!("{letter}/{name}"),
        None => "/dev/null".to_owned(),
    };
    let old = side('a', &change.before);
    let new = side('b', &change.after);
    Ok(format!("--- {old}\n+++ {new}\n{hunks}"))
}

/// What was done, for programs.
pub(super) fn json(plan: &Plan, whom: &For, args: &InitArgs, done: bool) -> Value {
    let files: Vec<Value> = plan
        .items
        .iter()
        .map(|item| {
            let runtime = match item.what {
                What::Hooks(adapter) | What::Nowhere(adapter) => Some(adapter.name),
                What::Policy | What::Ignore => None,
            };
            let problem = item.change.as_ref().err();
            json!({
                "path": item.shown,
                "runtime": runtime,
                "action": action(item),
                "line": problem.and_then(|problem| problem.at).map(|at| at.0),
                "column": problem.and_then(|problem| problem.at).map(|at| at.1),
                "because": problem.map(|problem| &problem.what),
            })
        })
        .collect();
    let steps: Vec<Value> = plan
        .steps
        .iter()
        .map(|(adapter, text)| json!({"runtime": adapter.name, "text": text}))
        .collect();
    json!({
        "version": 1,
        "scope": match whom {
            For::Repository(_) => "repository",
            For::User { .. } => "user",
        },
        "uninstall": args.uninstall,
        "done": done,
        "files": files,
        "steps": steps,
    })
}
