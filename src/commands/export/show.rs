//! What `export` prints: what is said of each rule, what is lost, and what became of the file.

use anyhow::Result;
use serde_json::{Value, json};

use super::{Done, Export};
use crate::adapter::{self, Form};
use crate::cli::ExportArgs;
use crate::commands::init::difference;
use crate::export::{Extent, Said, place};
use crate::output::{Output, Style};

/// Says which runtimes have a language.
pub(super) fn without_language(runtime: &str) -> String {
    let known = adapter::all().iter();
    let known = known.filter(|adapter| adapter.language.is_some());
    let names: Vec<&str> = known.map(|adapter| adapter.name).collect();
    format!(
        "hookgate: no language for permissions is known of {runtime}; known: {}",
        names.join(", ")
    )
}

/// For the runtime itself.
pub(super) fn native(export: &Export) -> String {
    match &export.place {
        Some(place) => place.alone(),
        None => place::native(export.language, &export.entries()),
    }
}

/// For people.
pub(super) fn people(
    args: &ExportArgs,
    export: &Export,
    done: &Done,
    output: &mut Output,
) -> Result<()> {
    if let (Done::Changed(change, false), true) = (done, args.dry_run) {
        if change.before == change.after {
            output.line("Nothing would change.");
        } else {
            output.line(difference(change)?.trim_end());
        }
        return Ok(());
    }
    if args.check || args.uninstall {
        told(export, done, output);
        return Ok(());
    }
    for said in &export.said {
        rule(said, output);
    }
    let count = |extent| {
        export
            .said
            .iter()
            .filter(|said| said.extent() == extent)
            .count()
    };
    output.line("");
    output.line(&format!(
        "{}: {} entries; {} said, {} partly, {} not",
        export.adapter.title,
        export.entries().len(),
        count(Extent::Whole),
        count(Extent::Part),
        count(Extent::Nothing),
    ));
    told(export, done, output);
    Ok(())
}

fn rule(said: &Said, output: &mut Output) {
    let extent = said.extent();
    let style = match extent {
        Extent::Whole => Style::Green,
        Extent::Part => Style::Yellow,
        Extent::Nothing => Style::Dim,
    };
    let origin = if said.origin.is_empty() {
        String::new()
    } else {
        output.styled(Style::Dim, &format!("  {}", said.origin))
    };
    let name = output.styled(Style::Bold, &said.rule);
    let word = output.styled(style, &format!("{:<8}", extent.word()));
    output.line(&format!("{word}  {name}{origin}"));
    for entry in &said.entries {
        output.line(&format!(
            "            + {}",
            entry.text.trim_end().replace('\n', "\n              ")
        ));
    }
    for lost in &said.lost {
        output.line(&format!("            lost: {lost}"));
    }
    for more in &said.more {
        output.line(&format!("            stricter: {more}"));
    }
}

fn told(export: &Export, done: &Done, output: &mut Output) {
    let Some(place) = &export.place else {
        return output
            .line("It takes them on its command line alone: `--format native` prints them.");
    };
    let shown = place.shown;
    match done {
        Done::Shown => output.line(&format!(
            "Nothing was written: `--write` puts them into `{shown}`, `--dry-run` shows how."
        )),
        Done::Refused(problem) => {
            output.line(&output.styled(Style::Bold, "Nothing was changed:"));
            output.line(&format!(
                "  {}: {problem}",
                output.styled(Style::Red, shown)
            ));
        }
        Done::Changed(change, _) => {
            let what = match (&change.before, &change.after) {
                (None, None) => "nothing to write",
                (None, Some(_)) => "created",
                (Some(_), None) => "removed",
                (Some(before), Some(after)) if before == after => "unchanged",
                (Some(_), Some(_)) => "changed",
            };
            output.line(&format!("  {shown}  {}", output.styled(Style::Green, what)));
            let is_written = change.before != change.after && change.after.is_some();
            for step in export.language.steps.iter().filter(|_| is_written) {
                output.line(&format!("Left for you: {step}"));
            }
        }
        Done::Checked(drift) if drift.is_none() => {
            output.line(&format!("`{shown}` says what the policy would give."));
        }
        Done::Checked(drift) => {
            output.line(&format!("`{shown}` is not what the policy would give:"));
            let lines = |sign: char, entries: &[String]| {
                let lines = entries
                    .iter()
                    .map(|entry| format!("  {sign} {}", entry.replace('\n', "\n    ")));
                lines.collect::<Vec<_>>()
            };
            for line in lines('+', &drift.missing) {
                output.line(&output.styled(Style::Green, &line));
            }
            for line in lines('-', &drift.surplus) {
                output.line(&output.styled(Style::Red, &line));
            }
            if drift.reworded {
                output.line("  it says the same in another form");
            }
            output.line(&format!(
                "  fix: `hookgate export --runtime {} --write`",
                export.adapter.name
            ));
        }
    }
}

/// For programs.
pub(super) fn json(export: &Export, done: &Done) -> Value {
    let rules: Vec<Value> = export
        .said
        .iter()
        .map(|said| {
            let entries = said.entries.iter().map(|entry| {
                json!({"at": entry.at, "text": entry.text, "verdict": entry.verdict.trim_matches('"')})
            });
            json!({
                "rule": said.rule,
                "origin": said.origin,
                "said": said.extent().word(),
                "entries": entries.collect::<Vec<_>>(),
                "stricter": said.more,
                "lost": said.lost.iter().map(|loss| json!({"what": loss.what, "why": loss.why})).collect::<Vec<_>>(),
            })
        })
        .collect();
    let (action, because) = match done {
        Done::Shown => ("none", None),
        Done::Changed(change, _) if change.before == change.after => ("unchanged", None),
        Done::Changed(_, true) => ("written", None),
        Done::Changed(_, false) => ("planned", None),
        Done::Checked(drift) if drift.is_none() => ("same", None),
        Done::Checked(_) => ("drifted", None),
        Done::Refused(problem) => ("refused", Some(problem.to_string())),
    };
    let drift = match done {
        Done::Checked(drift) => json!({"missing": drift.missing, "surplus": drift.surplus}),
        _ => Value::Null,
    };
    json!({
        "version": 1,
        "runtime": export.adapter.name,
        "checked": {"version": export.language.checked.version, "on": export.language.checked.on},
        "form": match export.language.form {
            Form::List | Form::Map => "entries",
            Form::OwnFile => "file",
            Form::Flags => "flags",
        },
        "file": export.place.as_ref().map(|place| place.shown),
        "action": action,
        "because": because,
        "drift": drift,
        "rules": rules,
    })
}
