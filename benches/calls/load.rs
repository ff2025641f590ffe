//! Calls while every core is busy: how long the slow ones take.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::pairs::Timed;
use crate::repository::{Case, Scratch};
use crate::{Outcome, Setting, say};

const CALLS: usize = 10_000;

pub(crate) fn print(setting: &Setting) -> Outcome<()> {
    let scratch = Scratch::with_rules(60)?;
    scratch.warm(setting)?;
    let call = scratch.call(setting, Case::Shell)?;
    let nothing = Timed::nothing(&call);
    let (mut calls, mut nothings) = busy(|| {
        let mut calls = Vec::with_capacity(CALLS);
        let mut nothings = Vec::with_capacity(CALLS);
        for _ in 0..CALLS {
            calls.push(call.time()?);
            nothings.push(nothing.time()?);
        }
        Ok((calls, nothings))
    })?;
    say(&format!(
        "\n{CALLS} calls with every core busy (shell, allow, 60 rules)\n"
    ))?;
    say("| | p50 | p99 | worst |\n|---|---:|---:|---:|")?;
    for (name, times) in [("hookgate", &mut calls), ("/bin/true", &mut nothings)] {
        times.sort();
        let at = |share: usize| times.get((times.len() - 1) * share / 100).copied();
        let shown = |time: Option<Duration>| {
            format!("{:.2} ms", time.unwrap_or_default().as_secs_f64() * 1e3)
        };
        say(&format!(
            "| {name} | {} | {} | {} |",
            shown(at(50)),
            shown(at(99)),
            shown(at(100))
        ))?;
    }
    Ok(())
}

/// Does something while a thread on each core counts.
fn busy<T>(act: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    let stop = AtomicBool::new(false);
    let cores = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                let mut number = 0_u64;
                while !stop.load(Ordering::Relaxed) {
                    number = std::hint::black_box(number.wrapping_mul(31).wrapping_add(7));
                }
            });
        }
        let outcome = act();
        stop.store(true, Ordering::Relaxed);
        outcome
    })
}
