//! Instructions of fixed cases against recorded ones: what CI watches.

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::{Map, Value, json};

use crate::repository::{Case, Scratch};
use crate::{Outcome, Setting, instructions, say};

/// Growth of a case that passes: what libraries of the system take differs a little from machine to machine.
const GROWTH: f64 = 1.05;
/// Growth of the start that passes: in a dynamic build most of it is the system's loader.
const GROWTH_OF_START: f64 = 1.25;
const CASES: [Case; 5] = [
    Case::Edit,
    Case::Shell,
    Case::DenyEdit,
    Case::DenyShell,
    Case::AfterTool,
];
/// A call that ends before anything is judged. Cases are counted without it.
const START: &str = "start";
/// How the program is linked whose start is recorded. Another is started by the system's loader for the most part.
const RECORDED: &str = "one piece";

/// Compares with the recorded figures.
pub(crate) fn check(setting: &Setting) -> Outcome<ExitCode> {
    let recorded: Value = serde_json::from_slice(&std::fs::read(file())?)?;
    let Some(counts) = counts(setting)? else {
        say("instructions are not compared: valgrind is not installed")?;
        return Ok(ExitCode::SUCCESS);
    };
    let mut code = ExitCode::SUCCESS;
    for (name, count) in counts {
        if name == START && env!("HOOKGATE_LINKED") != RECORDED {
            say(&format!(
                "{name}: {count} instructions; the recorded figure is of a program in one piece, see CONTRIBUTING.md"
            ))?;
            continue;
        }
        let known = recorded.get(&name).and_then(Value::as_u64);
        let known = known.ok_or_else(|| format!("no figure is recorded for `{name}`"))?;
        #[expect(
            clippy::cast_precision_loss,
            reason = "a ratio of counts far below 2^52"
        )]
        let ratio = count as f64 / known as f64;
        say(&format!(
            "{name}: {count} instructions, {ratio:.3} of the recorded {known}"
        ))?;
        let growth = if name == START {
            GROWTH_OF_START
        } else {
            GROWTH
        };
        if ratio > growth {
            let percent = (growth - 1.0) * 100.0;
            say(&format!(
                "  grew by more than {percent:.0} %: find out why, or record it with `-- record` in a commit that says so"
            ))?;
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}

/// Writes the figures down.
pub(crate) fn record(setting: &Setting) -> Outcome<ExitCode> {
    let counts = counts(setting)?.ok_or("valgrind is not installed")?;
    let counts: Map<String, Value> = counts
        .into_iter()
        .map(|(name, count)| (name, json!(count)))
        .collect();
    let text = format!("{:#}\n", Value::Object(counts));
    hookgate::state::replace(&file(), text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// Instructions of the start, and of each case beyond the start. `None` without valgrind.
fn counts(setting: &Setting) -> Outcome<Option<Vec<(String, u64)>>> {
    let scratch = Scratch::with_rules(60)?;
    let nothing = scratch.call_without_runtime(setting, Case::Edit)?;
    let Some(start) = instructions::count(&nothing)? else {
        return Ok(None);
    };
    let mut counts = vec![(START.to_owned(), start)];
    scratch.warm(setting)?;
    for case in CASES {
        let call = scratch.call(setting, case)?;
        // The first call may fill caches.
        call.time()?;
        let count = instructions::count(&call)?.ok_or("valgrind counted nothing")?;
        counts.push((case.name().into(), count.saturating_sub(start)));
    }
    Ok(Some(counts))
}

fn file() -> PathBuf {
    concat!(env!("CARGO_MANIFEST_DIR"), "/benches/instructions.json").into()
}
