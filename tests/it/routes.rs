//! The same act in every spelling, and what only looks like it: the corpus in `tests/data/routes.jsonl`.
//!
//! A line is a command and what must stop it: a rule's id, `on-unknown`, or nothing (`null`). A command may be stopped by
//! further rules, too; one that nothing stops must leave the program silent.

use std::path::Path;

use serde_json::Value;

use crate::support::{Repo, manifest};

const POLICY: &str = r#"
version: 1
on-unknown: {opaque-code: ask, path: allow, unparsable: ask}
rules:
  - id: generated
    protect-paths: {paths: [generated/**]}
  - id: secrets
    protect-paths: {paths: [.env, "**/keys.pem"], deny: [read, write, delete]}
  - id: outside
    protect-paths: {outside-repository: true, except: [/var/tmp/**], deny: [write, delete]}
  - id: wipe
    deny-command: {patterns: [rm -r <root>, rm -r <home>, rm -r <repository>]}
  - id: force-push
    deny-command: {patterns: [git push --force, git push --mirror]}
  - id: drop-table
    deny-command: {matches: '(?i)\bdrop\s+table\b', in: sql}
  - id: production
    deny-command: {patterns: ["*deploy.sh ** production"]}
"#;

/// What the corpus finds on the disk.
const FILES: [&str; 22] = [
    "generated/api.py",
    "generated/sub/deep.py",
    ".env",
    ".env.example",
    "config/keys.pem",
    "config/app.ini",
    "src/app.py",
    "src/util.py",
    "src/a.py",
    "tests/test_app.py",
    "build/out.o",
    "node_modules/x/index.js",
    "scripts/deploy.sh",
    "migrations/drop.sql",
    "README.md",
    "a.tar",
    "fix.patch",
    "requirements.txt",
    "x.json",
    "package.json",
    "Makefile",
    "app.conf",
];

fn repository() -> Repo {
    let repo = Repo::with_policy(POLICY);
    for file in FILES {
        repo.write(file, "x = 1\n");
    }
    repo.write("migrations/drop.sql", "DROP TABLE users;\n");
    repo.write("list.txt", "src/app.py\n");
    #[cfg(unix)]
    std::os::unix::fs::symlink("generated", repo.root().join("shortcut")).unwrap();
    repo
}

/// Returns the ids of the rules that stop a command; empty when nothing does.
fn stopped_by(repo: &Repo, command: &str) -> Vec<String> {
    let ran = repo.shell(command);
    if ran.stdout.is_empty() {
        assert_eq!((ran.stderr.as_str(), ran.exit), ("", 0), "{command}");
        return Vec::new();
    }
    let output = &ran.json()["hookSpecificOutput"];
    let decision = output["permissionDecision"].as_str().unwrap();
    assert!(["deny", "ask"].contains(&decision), "{command}: {ran:?}");
    let reason = output["permissionDecisionReason"].as_str().unwrap();
    let ids = reason.lines().filter_map(|line| line.split_once(": "));
    ids.map(|(id, _)| id.to_owned()).collect()
}

fn corpus() -> Vec<Value> {
    let path: &Path = &manifest().join("tests/data/routes.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[cfg(unix)]
#[test]
fn every_route_is_judged_by_what_it_does() {
    let repo = repository();
    let corpus = corpus();
    let workers = std::thread::available_parallelism().map_or(4, usize::from);
    let size = corpus.len().div_ceil(workers);
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let parts: Vec<_> = corpus
            .chunks(size)
            .map(|part| {
                scope.spawn(|| {
                    part.iter()
                        .filter_map(|case| differs(&repo, case))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        parts
            .into_iter()
            .flat_map(|part| part.join().unwrap())
            .collect()
    });
    assert!(
        wrong.is_empty(),
        "{}\n{} of {}",
        wrong.join("\n"),
        wrong.len(),
        corpus.len()
    );
}

/// Says how a case comes out when that is not as it should.
fn differs(repo: &Repo, case: &Value) -> Option<String> {
    let command = case["cmd"].as_str().unwrap();
    let found = stopped_by(repo, command);
    let is_right = match case["by"].as_str() {
        Some(rule) => found.iter().any(|id| id == rule),
        None => found.is_empty(),
    };
    (!is_right).then(|| format!("{}: {command:?} is stopped by {found:?}", case["by"]))
}
