//! Command lines of ordinary days, in `tests/data/everyday.jsonl`: nothing may deny them or ask about them, neither the policy
//! of the demo repository nor all shipped packs together.

use std::collections::BTreeMap;

use hookgate::decision::Verdict;
use hookgate::examples;
use hookgate::policy::load::read_text;
use hookgate::policy::packs::names;
use hookgate::policy::{Example, Layer, PolicySet};
use hookgate::repo::Repository;

use crate::support::{Repo, manifest};

fn data(name: &str) -> String {
    std::fs::read_to_string(manifest().join("tests/data").join(name)).unwrap()
}

fn policy(text: &str) -> PolicySet {
    read_text(
        "hookgate.yaml",
        text,
        Layer::Repository,
        "",
        &["claude-code"],
    )
    .set
}

fn stopped(set: &PolicySet, repository: &Repository, folder: &str) -> Vec<String> {
    let text = data("everyday.jsonl");
    let lines = text.lines().map(|line| {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        row["cmd"].as_str().unwrap().to_owned()
    });
    lines
        .filter_map(|line| {
            let call = examples::call(&Example::Shell(line.clone()), folder);
            let decision = examples::decide(set, repository, &call);
            let first = decision
                .findings
                .first()
                .map(|finding| format!("{}: {}", finding.rule, finding.what));
            (decision.verdict != Verdict::Neutral)
                .then(|| format!("{line:?}: {}", first.unwrap_or_default()))
        })
        .collect()
}

#[cfg(unix)]
#[test]
fn ordinary_work_is_let_be() {
    let repo = Repo::demo();
    let files: BTreeMap<String, String> =
        serde_json::from_str(&data("everyday-files.json")).unwrap();
    for (path, text) in &files {
        repo.write(path, text);
    }
    let home = repo.home().to_string_lossy().into_owned();
    let repository = Repository::at(&repo.root(), &repo.root(), Some(home));
    let folder = repo.root().to_string_lossy().into_owned();
    let packs = policy(&format!("version: 1\nextends: [{}]\n", names().join(", ")));
    assert!(packs.rules.len() > 50);
    assert_eq!(stopped(&packs, &repository, &folder), [""; 0]);
    let demo = policy(&repo.read("hookgate.yaml"));
    assert!(demo.rules.len() > 8);
    assert_eq!(stopped(&demo, &repository, &folder), [""; 0]);
}
