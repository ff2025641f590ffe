//! The examples beside the rules of the demo and of every shipped pack hold.

use hookgate::policy::Layer;
use hookgate::policy::load::read_text;
use hookgate::policy::packs::PACKS;

use crate::support::Repo;

#[test]
fn the_demo_policy_keeps_its_own_examples() {
    let ran = Repo::demo().run(&["test"]);
    assert_eq!(
        (ran.stdout.as_str(), ran.exit),
        ("48 examples hold\n", 0),
        "{}",
        ran.stdout
    );
}

#[test]
fn every_shipped_pack_keeps_its_own_examples() {
    let mut failures = Vec::new();
    for pack in PACKS {
        let policy = format!(
            "version: 1\nextends: [{}]\nrules: [{{id: x, record: {{on: stop, file: x}}}}]\n",
            pack.name
        );
        let repo = Repo::with_policy(&policy);
        let loaded = read_text(pack.name, pack.text, Layer::Repository, "", &[]);
        for rule in &loaded.set.rules {
            let failing = hookgate::commands::test::failures(rule, &repo.root().to_string_lossy());
            failures.extend(failing);
        }
    }
    assert_eq!(failures, [""; 0]);
}

#[test]
fn a_failing_example_is_named_and_is_a_finding() {
    let repo = Repo::with_policy(
        "version: 1
rules:
  - id: notes
    protect-paths: {paths: [notes/**]}
    tests:
      deny: [{edit: notes/a}, {edit: other/a}]
      allow: [{read: notes/a}, {shell: 'touch notes/b'}]
",
    );
    let ran = repo.run(&["test"]);
    let expected = "notes: edit: `other/a` is let through
notes: shell: `touch notes/b` is denied
2 of 4 examples fail
";
    assert_eq!((ran.stdout.as_str(), ran.exit), (expected, 1));
}
