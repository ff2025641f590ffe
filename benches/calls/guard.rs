//! Instructions of fixed cases against recorded ones: what CI watches.

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::{Map, Value, json};

use crate::repository::{Case, Scratch};
use crate::{Outcome, Setting, instructions, say};

/// Growth that passes: callgrind counts differ a little from machine to machine.
const GROWTH: f64 = 1.05;
const CASES: [Case; 4] = [Case::Edit, Case::Shell, Case::DenyEdit, Case::DenyShell];

/// Compares with the recorded figures.
pub(crate) fn check(setting: &Setting) -> Outcome<ExitCode> {
    let recorded: Value = serde_json::from_slice(&std::fs::read(file())?)?;
    let mut code = ExitCode::SUCCESS;
    for (name, count) in counts(setting)? {
        let Some(count) = count.as_u64() else {
            say("instructions are not compared: valgrind is not installed")?;
            return Ok(code);
        };
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
        if ratio > GROWTH {
            say(
                "  grew by more than 5 %: find out why, or record it with `-- record` in a commit that says so",
            )?;
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}

/// Writes the figures down.
pub(crate) fn record(setting: &Setting) -> Outcome<ExitCode> {
    let text = format!("{:#}\n", Value::Object(counts(setting)?));
    hookgate::state::replace(&file(), text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn counts(setting: &Setting) -> Outcome<Map<String, Value>> {
    let scratch = Scratch::with_rules(60)?;
    let mut counts = Map::new();
    for case in CASES {
        let call = scratch.call(setting, case)?;
        // The first call fills the caches.
        call.time()?;
        counts.insert(case.name().into(), json!(instructions::count(&call)?));
    }
    Ok(counts)
}

fn file() -> PathBuf {
    concat!(env!("CARGO_MANIFEST_DIR"), "/benches/instructions.json").into()
}
