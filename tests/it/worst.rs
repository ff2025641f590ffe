//! Command lines that are made to take long: each is judged in time, and what it hides is not let through.

mod lines;

use std::thread;
use std::time::Duration;

use hookgate::decision::Verdict;
use hookgate::examples;
use hookgate::policy::load::read_text;
use hookgate::policy::{Example, Layer};
use hookgate::repo::Repository;

use crate::support::{Repo, spent};
use lines::{files, hidden};

const POLICY: &str = r"
version: 1
on-unknown: {opaque-code: ask, path: ask, unparsable: ask}
rules:
  - id: generated
    protect-paths: {paths: [generated/**], deny: [read, write, delete]}
";

/// Processor time of one judgement, which other work on the machine does not lengthen.
const LIMIT: Duration = Duration::from_millis(if cfg!(debug_assertions) { 4_000 } else { 500 });
/// What the hook's judging thread has.
const STACK: usize = 64 << 20;

#[test]
fn no_line_takes_long() {
    let judging = thread::Builder::new().stack_size(STACK);
    let wrong = judging.spawn(wrong_lines).unwrap().join().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn wrong_lines() -> Vec<String> {
    let repo = Repo::with_policy(POLICY);
    repo.write("generated/a", "x");
    for n in 0..500 {
        repo.write(&format!("src/{}/f{n}", n % 25), "x");
    }
    for (path, text) in files() {
        repo.write(path, &text);
    }
    let loaded = read_text("hookgate.yaml", POLICY, Layer::Repository, "", &[]);
    assert!(loaded.is_usable());
    let root = repo.root();
    let repository = Repository::at(&root, &root, None);
    let mut wrong = Vec::new();
    for (name, command) in hidden() {
        let call = examples::call(&Example::Shell(command), &root.to_string_lossy());
        let start = spent();
        let decision = examples::decide(&loaded.set, &repository, &call);
        let took = spent().saturating_sub(start);
        if took > LIMIT || decision.verdict < Verdict::Ask {
            wrong.push(format!("{name}: {took:?} {:?}", decision.verdict));
        }
    }
    wrong
}
