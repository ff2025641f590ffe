//! The parts of the benchmark that are tables of ratios to `/bin/true`.

use crate::instructions::{count, peak, shown, shown_peak};
use crate::pairs::{self, Timed};
use crate::repository::{Case, Scratch};
use crate::{Outcome, Setting, load, peers, python, say};

/// A part of the benchmark.
type Part = (&'static str, fn(&Setting) -> Outcome<()>);

/// Every part, in the order of printing.
pub(crate) const ALL: [Part; 7] = [
    ("rules", by_rules),
    ("events", by_event),
    ("cold", cold),
    ("payload", large_payload),
    ("python", python::print),
    ("peers", peers::print),
    ("load", load::print),
];

const HEAD: &str = "| call | rules | : /bin/true | median | instructions | memory |\n|---|---:|---:|---:|---:|---:|";
const JUDGED: [Case; 4] = [Case::Edit, Case::Shell, Case::DenyEdit, Case::DenyShell];

fn by_rules(setting: &Setting) -> Outcome<()> {
    say("\nBefore a tool, by the size of the policy (warm)\n")?;
    say(HEAD)?;
    for rules in [10, 60, 1_000, 10_000] {
        rows(setting, &JUDGED, rules)?;
    }
    Ok(())
}

fn by_event(setting: &Setting) -> Outcome<()> {
    say("\nOther events, 60 rules (warm)\n")?;
    say(HEAD)?;
    let cases = [
        Case::SessionStart,
        Case::Prompt,
        Case::AfterTool,
        Case::Stop,
    ];
    rows(setting, &cases, 60)
}

fn large_payload(setting: &Setting) -> Outcome<()> {
    say("\nA large payload, 60 rules (warm)\n")?;
    say(HEAD)?;
    rows(setting, &[Case::Large], 60)
}

/// Without what earlier calls left behind, and without the program in memory.
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
    print_row(&call, Case::Edit, 60, &pair)?;
    first_call(setting, &scratch)
}

/// After the pages of the program's file left memory, as when the machine has just started. The shared libraries of a
/// dynamic build stay: other programs use them.
#[cfg(target_os = "linux")]
fn first_call(setting: &Setting, scratch: &Scratch) -> Outcome<()> {
    use rustix::fs::{Advice, fadvise};
    const ROUNDS: usize = 20;
    scratch.warm(setting)?;
    let call = scratch.call(setting, Case::Edit)?;
    let file = std::fs::File::open(&setting.binary)?;
    // Only what is on the disk can leave.
    file.sync_all()?;
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        fadvise(&file, 0, None, Advice::DontNeed)?;
        times.push(call.time()?);
    }
    times.sort();
    let median = pairs::middle(&times).ok_or("no rounds")?;
    say(&format!(
        "\nThe first call after the program's file left the page cache: {:.1} ms (median of {ROUNDS})",
        median.as_secs_f64() * 1e3
    ))
}

#[cfg(not(target_os = "linux"))]
fn first_call(_setting: &Setting, _scratch: &Scratch) -> Outcome<()> {
    say("\nHow a file leaves the page cache is only known for Linux here")
}

fn rows(setting: &Setting, cases: &[Case], rules: usize) -> Outcome<()> {
    let scratch = Scratch::with_rules(rules)?;
    scratch.warm(setting)?;
    for case in cases {
        let call = scratch.call(setting, *case)?;
        let nothing = Timed::nothing(&call);
        let pair = pairs::run(&call, &nothing, setting.rounds, &|| {})?;
        print_row(&call, *case, rules, &pair)?;
    }
    Ok(())
}

fn print_row(call: &Timed, case: Case, rules: usize, pair: &pairs::Pair) -> Outcome<()> {
    say(&format!(
        "| {} | {rules} | {:.2} | {:.0} us | {} | {} |",
        case.name(),
        pair.ratio,
        pair.time.as_secs_f64() * 1e6,
        shown(count(call)?),
        shown_peak(peak(call)?)
    ))
}
