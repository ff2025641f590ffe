//! The order in which gates run: those that are needed first, others beside each other as far as there are cores.

use std::num::NonZero;
use std::sync::mpsc;
use std::thread;

use super::Outcome;
use super::settle::Job;

/// Runs every gate that has no outcome yet. A gate whose need did not pass is held back.
pub(super) fn run(jobs: &mut [Job<'_>], outcomes: &mut [Option<Outcome>]) {
    let needs: Vec<Vec<usize>> = jobs.iter().map(|job| needs(job, jobs)).collect();
    let ids: Vec<String> = jobs.iter().map(|job| job.id().to_owned()).collect();
    let mut waiting: Vec<(usize, &mut Job<'_>)> = jobs
        .iter_mut()
        .enumerate()
        .filter(|(at, _)| outcomes.get(*at).is_some_and(Option::is_none))
        .collect();
    if waiting.is_empty() {
        return;
    }
    let is_alone = waiting.len() == 1;
    // Asked late: the answer is read from several files.
    let cores = if is_alone {
        1
    } else {
        thread::available_parallelism().map_or(1, NonZero::get)
    };
    thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        let mut running = 0;
        loop {
            let mut later = Vec::new();
            let before = waiting.len();
            for (at, job) in waiting.drain(..) {
                let needs = needs.get(at).map_or(&[][..], Vec::as_slice);
                match readiness(needs, &ids, outcomes) {
                    Ready::Held(outcome) => set(outcomes, at, outcome),
                    // One gate needs no thread of its own.
                    Ready::Now if is_alone => set(outcomes, at, job.settle()),
                    Ready::Now if running < cores => {
                        running += 1;
                        let sender = sender.clone();
                        scope.spawn(move || {
                            let outcome = job.settle();
                            let _ = sender.send((at, outcome));
                        });
                    }
                    Ready::Now | Ready::Later => later.push((at, job)),
                }
            }
            waiting = later;
            if running > 0 {
                let Ok((at, outcome)) = receiver.recv() else {
                    return;
                };
                running -= 1;
                set(outcomes, at, outcome);
            } else if waiting.is_empty() || waiting.len() == before {
                return;
            }
        }
    });
}

enum Ready {
    Now,
    Later,
    Held(Outcome),
}

fn readiness(needs: &[usize], ids: &[String], outcomes: &[Option<Outcome>]) -> Ready {
    let mut ready = Ready::Now;
    for need in needs {
        match outcomes.get(*need).and_then(Option::as_ref) {
            None => ready = Ready::Later,
            Some(outcome) if outcome.has_passed() => {}
            Some(outcome) => {
                return Ready::Held(Outcome::Held {
                    need: ids.get(*need).cloned().unwrap_or_default(),
                    is_broken: outcome.is_broken(),
                });
            }
        }
    }
    ready
}

fn set(outcomes: &mut [Option<Outcome>], at: usize, outcome: Outcome) {
    if let Some(entry) = outcomes.get_mut(at) {
        *entry = Some(outcome);
    }
}

/// The needed gates that are wanted as well; one that is not due now holds nobody back.
fn needs(job: &Job<'_>, jobs: &[Job<'_>]) -> Vec<usize> {
    job.needs()
        .iter()
        .filter_map(|need| jobs.iter().position(|other| other.id() == need.id))
        .collect()
}
