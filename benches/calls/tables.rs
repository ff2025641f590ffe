//! The parts of the benchmark that are tables of ratios to `/bin/true`.

use crate::instructions::{count, shown};
use crate::pairs::{self, Timed};
use crate::repository::{Case, Scratch};
use crate::{Outcome, Setting, load, python, say};

/// A part of the benchmark.
type Part = (&'static str, fn(&Setting) -> Outcome<()>);

/// Every part, in the order of printing.
pub(crate) const ALL: [Part; 6] = [
    ("rules", by_rules),
    ("events", by_event),
    ("cold", cold),
    ("payload", large_payload),
    ("python", python::print),
    ("load", load::print),
];

const HEAD: &str =
    "| call | rules | : /bin/true | median | instructions |\n|---|---:|---:|---:|---:|";
const JUDGED: [Case; 4] = [Case::Edit, Case::Shell, Case::DenyEdit, Case::DenyShell];

fn by_rules(setting: &Setting) -> Outcome<()> {
    say("\nBefore a tool, by the size of the policy (warm)\n")?;
    say(HEAD)?;
    for rules in [10, 60, 1_000, 10_000] {
        let scratch = Scratch::with_rules(rules)?;
        for case in JUDGED {
            row(setting, &scratch, case, rules)?;
        }
    }
    Ok(())
}

fn by_event(setting: &Setting) -> Outcome<()> {
    say("\nOther events, 60 rules (warm)\n")?;
    say(HEAD)?;
    let scratch = Scratch::with_rules(60)?;
    for case in [
        Case::SessionStart,
        Case::Prompt,
        Case::AfterTool,
        Case::Stop,
    ] {
        row(setting, &scratch, case, 60)?;
    }
    Ok(())
}

fn large_payload(setting: &Setting) -> Outcome<()> {
    say("\nA large payload, 60 rules (warm)\n")?;
    say(HEAD)?;
    row(setting, &Scratch::with_rules(60)?, Case::Large, 60)
}

/// Without what earlier calls left behind.
fn cold(setting: &Setting) -> Outcome<()> {
    say("\nThe first call after the policy's cache is gone, 60 rules\n")?;
    say(HEAD)?;
    let scratch = Scratch::with_rules(60)?;
    let call = scratch.call(setting, Case::Edit)?;
    let cache = scratch.root().join(".hook-state/cache");
    let forget = || {
        // Nothing to forget is as cold.
        let _ = std::fs::remove_dir_all(&cache);
    };
    let nothing = Timed::nothing(&call);
    let pair = pairs::run(&call, &nothing, setting.rounds, &forget)?;
    forget();
    print_row(Case::Edit, 60, &pair, count(&call)?)
}

fn row(setting: &Setting, scratch: &Scratch, case: Case, rules: usize) -> Outcome<()> {
    let call = scratch.call(setting, case)?;
    let nothing = Timed::nothing(&call);
    let pair = pairs::run(&call, &nothing, setting.rounds, &|| {})?;
    print_row(case, rules, &pair, count(&call)?)
}

fn print_row(case: Case, rules: usize, pair: &pairs::Pair, count: Option<u64>) -> Outcome<()> {
    say(&format!(
        "| {} | {rules} | {:.2} | {:.0} us | {} |",
        case.name(),
        pair.ratio,
        pair.time.as_secs_f64() * 1e6,
        shown(count)
    ))
}
