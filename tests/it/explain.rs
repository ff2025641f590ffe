//! What `hookgate explain` draws, to the letter.

use crate::support::Repo;

const POLICY: &str = "version: 1
on-unknown: {opaque-code: allow, path: allow, unparsable: allow}
rules:
  - {id: generated, protect-paths: {paths: [generated/**]}}
  - {id: force, deny-command: {patterns: [git push --force]}}
";

/// Checks what is drawn between the command and the policy, and after it up to the verdict.
#[track_caller]
fn check(command: &str, understood: &str, decided: &str) {
    let repo = Repo::with_policy(POLICY);
    repo.write("generated/api.py", "");
    repo.write("src/app.py", "");
    let ran = repo.run(&["explain", "--shell", command]);
    let (_, rest) = ran.stdout.split_once("\nruns ").unwrap();
    let (drawn, rest) = rest.split_once("policy    loaded\n").unwrap();
    assert_eq!(format!("\nruns {drawn}"), understood, "{}", ran.stdout);
    let (rest, _) = rest.split_once("verdict ").unwrap();
    assert_eq!(format!("\n{rest}"), decided, "{}", ran.stdout);
}

#[test]
fn wrappers_stand_above_what_they_start() {
    check(
        "sudo bash -c 'git push -f | tee log'; ls",
        "
runs      1. sudo bash -c 'git push -f | tee log'  exact
             └ bash -c 'git push -f | tee log'     exact
               ├ git push -f                       exact
               └ tee log                           exact
                   writes  log                     exact
          2. ls                                    exact
",
        "
rule      force (hookgate.yaml:5): deny: runs `git push -f` (through sudo, bash), which is `git push --force`
          sudo bash -c 'git push -f | tee log'; ls
          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
",
    );
}

#[test]
fn folders_and_links_are_named() {
    check(
        "cd generated && ln -s api.py x; echo a > x",
        "
runs      1. ln -s api.py x  in generated              exact
               writes  generated/x                     exact
          2. echo a  in generated                      exact
               writes  generated/x  by the shell       exact
               writes  generated/api.py  by the shell  exact
",
        "
rule      generated (hookgate.yaml:4): deny: ln writes `generated/x` (written as `x`)
          cd generated && ln -s api.py x; echo a > x
                                       ^
rule      generated (hookgate.yaml:4): deny: the shell writes `generated/x` (written as `x`)
          cd generated && ln -s api.py x; echo a > x
                                                 ^^^
rule      generated (hookgate.yaml:4): deny: the shell writes `generated/api.py` (written as `x`)
          cd generated && ln -s api.py x; echo a > x
                                                 ^^^
",
    );
}

#[test]
fn what_is_not_known_is_said_where_it_matters() {
    check(
        "rm -r generated/$X \"$Y\"; curl http://x | sh",
        "
runs      1. rm -r generated/… …                                            bounded
               deletes generated, something below it                        bounded
               deletes a path that is only known when it runs: generated/…  unknown
               deletes a path that is only known when it runs: …            unknown
          2. curl http://x                                                  exact
          3. sh                                                             exact
               runs code that is not looked into: … | sh                    unknown
",
        "
rule      generated (hookgate.yaml:4): deny: rm deletes `generated` (written as `generated/…`)
          rm -r generated/$X \"$Y\"; curl http://x | sh
                ^^^^^^^^^^^^
",
    );
}

#[test]
fn every_line_of_what_matched_is_marked() {
    check(
        "echo é \\\n  ok && git push \\\n\t--force",
        "
runs      1. echo é ok         exact
          2. git push --force  exact
",
        "
rule      force (hookgate.yaml:5): deny: runs `git push --force`, which is `git push --force`
            ok && git push \\
                  ^^^^^^^^^^
          \t--force
          ^^^^^^^^
",
    );
}

#[test]
fn a_long_command_is_cut_around_what_matched() {
    let command = format!(
        "echo {}; rm generated/api.py; echo {}",
        "a".repeat(5_000),
        "b".repeat(500)
    );
    let repo = Repo::with_policy(POLICY);
    let ran = repo.run(&["explain", "--shell", &command]);
    assert!(ran.stdout.contains("(5533 bytes in all)"), "{}", ran.stdout);
    let pointed = format!(
        "          …{}; rm generated/api.py; echo {}…\n          {}^^^^^^^^^^^^^^^^\n",
        "a".repeat(75),
        "b".repeat(73),
        " ".repeat(81)
    );
    assert!(ran.stdout.contains(&pointed), "{}", ran.stdout);
}

#[test]
fn replies_are_those_of_the_runtimes_that_the_policy_names() {
    let told = |arguments: &[&str]| {
        let repo = Repo::with_policy(
            "version: 1\nruntimes: [codex, devin]\nrules:\n  - id: push\n    deny-command: {patterns: [git push]}\n",
        );
        let ran = repo.run(&[&["explain", "--shell", "git push"], arguments].concat());
        let heads = ran.stdout.lines();
        let heads = heads.filter_map(|line| line.strip_suffix(" would be told"));
        heads.map(str::to_owned).collect::<Vec<_>>()
    };
    // Their replies are the same, and stand once.
    assert_eq!(told(&[]), ["codex, devin"]);
    assert_eq!(told(&["--runtime", "cursor"]), ["cursor"]);
}

#[test]
fn rounds_of_a_loop_stand_in_the_order_of_the_text() {
    check(
        "for f in z.txt a.txt z.txt; do rm $f; done",
        "
runs      1. rm z.txt         exact
               deletes z.txt  exact
          2. rm a.txt         exact
               deletes a.txt  exact
",
        "\n",
    );
    check(
        "printf 'q\\nb\\n' | while read -r f; do rm \"$f.md\"; done",
        "
runs      1. printf 'q\\nb\\n'  exact
          2. rm q.md          exact
               deletes q.md   exact
          3. rm b.md          exact
               deletes b.md   exact
",
        "\n",
    );
}
