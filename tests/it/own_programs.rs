//! What a policy says of programs: `programs:` works for rules, `explain` and the examples beside the rules.

use crate::support::Repo;

const POLICY: &str = "version: 1
programs:
  g: {same-as: git}
  gp: {same-as: git push}
  codegen:
    options: {write: -o/--output}
    operands: read...
  fmt-all: {switches: -w, operands: read..., when: {if: -w, operands: edit...}}
  within: {parsing: stop-at-operand, operands: 'plain, command...'}
  ops: {subcommands: {db: {subcommands: {drop: {switches: -f/--force, operands: plain}}}}}
  cat: {operands: write...}
rules:
  - id: generated
    protect-paths: {paths: [generated/**]}
    tests:
      deny:
        - shell: codegen schema.json -o generated/api.py
        - shell: cat generated/api.py
      allow:
        - shell: codegen generated/api.py -o src/api.py
  - id: force
    deny-command: {patterns: [git push --force, ops db drop --force]}
    tests:
      deny:
        - shell: g push -f
        - shell: gp --force
        - shell: ops db drop users -f
      allow:
        - shell: g push
        - shell: ops db drop users
  - id: secrets
    protect-paths: {paths: [.env], deny: [read]}
";

fn repo() -> Repo {
    let repo = Repo::with_policy(POLICY);
    repo.write("generated/api.py", "x = 1\n");
    repo
}

#[test]
fn examples_beside_rules_know_the_programs() {
    let ran = repo().run(&["test"]);
    assert_eq!(
        ran.stdout,
        "8 examples hold\n1 blocking rules have no examples\n"
    );
    assert_eq!(ran.exit, 0);
}

#[test]
fn a_program_that_writes_is_denied_by_what_it_writes() {
    let repo = repo();
    for command in [
        "codegen schema.json -o generated/api.py",
        "codegen --output=generated/api.py schema.json",
        "cd generated && codegen ../schema.json -oapi.py",
        "fmt-all -w generated/api.py",
        "within box sed -i s/a/b/ generated/api.py",
        "sudo within box sh -c 'echo > generated/api.py'",
        "find . -name '*.json' -exec codegen {} -o generated/api.py \\;",
    ] {
        let reason = repo.shell(command).denied();
        assert!(
            reason.contains("writes `generated/api.py`"),
            "{command}: {reason}"
        );
    }
    for command in [
        "codegen generated/api.py -o src/api.py",
        "fmt-all generated/api.py",
        "within box cat src/app.py",
    ] {
        repo.shell(command).assert_silent();
    }
}

#[test]
fn another_name_is_judged_as_what_it_stands_for() {
    let repo = repo();
    let reason = repo.shell("g -C . push origin +main").denied();
    assert_eq!(
        reason,
        "force: runs `git -C . push origin +main` (through g), which is `git push --force`."
    );
    repo.shell("gp --force-with-lease").assert_silent();
    assert!(
        repo.shell("cd src; GIT_DIR=x gp -f")
            .denied()
            .starts_with("force: ")
    );
}

#[test]
fn an_entry_only_adds_to_what_is_known() {
    let repo = repo();
    // The shipped reading of `cat` stays beside the policy's.
    assert!(
        repo.shell("cat .env")
            .denied()
            .starts_with("secrets: cat reads `.env`")
    );
    assert!(
        repo.shell("cat generated/api.py")
            .denied()
            .contains("cat writes")
    );
    // So does the guess for programs that are not listed: a word that looks like a path may be read.
    assert!(
        repo.shell("codegen -o .env x")
            .denied()
            .contains("codegen reads `.env`")
    );
}

#[test]
fn lines_of_powershell_know_the_programs() {
    let repo = repo();
    for command in [
        "pwsh -c 'codegen schema.json -o generated/api.py'",
        "pwsh -c '& codegen a --output generated/api.py; Get-Date'",
        "cmd /c 'codegen a -o generated\\api.py'",
    ] {
        let reason = repo.shell(command).denied();
        assert!(
            reason.contains("writes `generated/api.py`"),
            "{command}: {reason}"
        );
    }
    // `gp` is a cmdlet's alias as well: both count.
    assert!(
        repo.shell("pwsh -c 'gp --force'")
            .denied()
            .starts_with("force: ")
    );
    repo.shell("pwsh -c 'codegen generated/api.py -o src/api.py'")
        .assert_silent();
}

#[test]
fn explain_shows_the_effects() {
    let ran = repo().run(&["explain", "--shell", "gp -f && codegen a -o generated/x"]);
    let drawn = "
runs      1. gp -f                     exact
             └ git push -f             exact
          2. codegen a -o generated/x  exact
               reads   generated/x     exact
               reads   a               exact
               writes  generated/x     exact
";
    assert!(ran.stdout.contains(drawn), "{}", ran.stdout);
}

#[test]
fn programs_of_a_folder_bring_in_the_policies_of_what_they_touch() {
    let repo = Repo::with_policy(
        "version: 1
programs: {put: {operands: 'read, write'}}
rules: [{id: never, protect-paths: {paths: [never]}}]
",
    );
    repo.write(
        "sub/hookgate.yaml",
        "version: 1\nrules: [{id: kept, protect-paths: {paths: [x]}}]\n",
    );
    assert_eq!(
        repo.shell("put a sub/x").denied(),
        "sub/kept: put writes `sub/x`."
    );
}

#[test]
fn the_policy_of_the_documentation_keeps_its_examples() {
    let path = crate::support::manifest().join("docs/commands.md");
    let page = std::fs::read_to_string(path).unwrap();
    let (_, policy) = page.split_once("```yaml\n").unwrap();
    let (policy, _) = policy.split_once("```").unwrap();
    let repo = Repo::with_policy(policy);
    let checked = repo.run(&["check", "--strict"]);
    assert_eq!(checked.exit, 0, "{}", checked.stdout);
    let ran = repo.run(&["test"]);
    assert_eq!((ran.stdout.as_str(), ran.exit), ("14 examples hold\n", 0));
}
