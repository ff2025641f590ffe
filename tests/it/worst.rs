//! Command lines that are made to take long: each is answered in time, and what it hides is not let through.

mod lines;

use std::time::{Duration, Instant};

use crate::support::Repo;
use lines::hidden;

const POLICY: &str = r"
version: 1
on-unknown: {opaque-code: ask, path: ask, unparsable: ask}
rules:
  - id: generated
    protect-paths: {paths: [generated/**], deny: [read, write, delete]}
";

/// A run in a build without optimisation, on a machine with other work.
const LIMIT: Duration = Duration::from_secs(if cfg!(debug_assertions) { 5 } else { 1 });

#[test]
fn no_line_takes_long() {
    let repo = Repo::with_policy(POLICY);
    repo.write("generated/a", "x");
    for n in 0..500 {
        repo.write(&format!("src/{}/f{n}", n % 25), "x");
    }
    let mut wrong = Vec::new();
    for (name, command) in hidden() {
        let start = Instant::now();
        let ran = repo.shell(&command);
        let took = start.elapsed();
        let is_stopped = ran.stdout.contains("permissionDecision\":\"deny")
            || ran.stdout.contains("permissionDecision\":\"ask");
        // A deadline that passed and a crash are answers, but not the ones meant here.
        let is_judged =
            !ran.stdout.contains("hookgate did not") && !ran.stdout.contains("hookgate failed");
        if took > LIMIT || !is_stopped || !is_judged {
            let shown: String = ran.stdout.chars().take(200).collect();
            wrong.push(format!("{name}: {took:?} {shown}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
