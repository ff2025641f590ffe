//! The examples beside the rules of the demo and of every shipped pack hold.

use hookgate::policy::Layer;
use hookgate::policy::load::read_text;
use hookgate::policy::packs::PACKS;

use hookgate::repo::Repository;

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
    let repo = Repo::with_policy("version: 1\nrules: [{id: x, record: {on: stop, file: x}}]\n");
    // Never below the folder for temporary files, which policies except, wherever these tests run.
    let home = Some("/no/such/home/somebody".to_owned());
    let repository = Repository::at(&repo.root(), &repo.root(), home);
    for pack in PACKS {
        let loaded = read_text(pack.name, pack.text, Layer::Repository, "", &[]);
        for rule in &loaded.set.rules {
            let failing = hookgate::commands::test::failures(&loaded.set, &repository, rule);
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

#[test]
fn what_no_shell_would_read_is_said_with_its_place() {
    let repo = Repo::with_policy(
        "version: 1
on-unknown: {unparsable: deny}
rules:
  - id: notes
    deny-command: {patterns: [rm]}
    tests:
      deny: [{shell: 'rm \"x'}, {shell: \"ls\\nrm \\0 x\"}, {shell: \"\\e[2Krm x (\"}]
",
    );
    let ran = repo.run(&["test"]);
    let unread =
        "meets `on-unknown` alone: it is a command line that cannot be read as a shell would:";
    let expected = format!(
        "notes: shell: `rm \"x` {unread} line 1, column 6: it ends before it is complete: `rm \"x▶`
notes: shell: `ls\\nrm \\u{{0}} x` {unread} line 2, column 4: no shell takes a NUL: `rm ▶\\u{{0}} x`
notes: shell: `\\u{{1b}}[2Krm x (` {unread} line 1, column 10: a shell would stop here: `\\u{{1b}}[2Krm x ▶(`
3 of 3 examples fail
"
    );
    assert_eq!((ran.stdout.as_str(), ran.exit), (expected.as_str(), 1));
}

#[test]
fn policies_of_subfolders_are_checked_and_tested_from_the_root() {
    let repo = Repo::with_policy("version: 1\nrules: [{id: x, record: {on: stop, file: x.log}}]\n");
    repo.write(
        "p/hookgate.yaml",
        "version: 1\nrules: [{id: g, protect-paths: {paths: [/made/**]}, tests: {deny: [{edit: made/x}, {edit: x}]}}]\n",
    );
    let ran = repo.run(&["test"]);
    let expected = "p/g: edit: `x` is let through\n1 of 2 examples fail\n";
    assert_eq!((ran.stdout.as_str(), ran.exit), (expected, 1));
    repo.write("p/hookgate.yaml", "version: 1\nrulez: []\n");
    let ran = repo.run(&["check"]);
    assert!(ran.stdout.contains("p/hookgate.yaml:2:1"), "{}", ran.stdout);
    assert_eq!(ran.exit, 3);
}
