//! `hookgate gate` and `hookgate trust`: what people type, and what hooks make of it.
#![cfg(unix)]

use std::fs;
use std::io::{Read, Write};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::{Ran, Repo, finish};

const GATES: &str = "version: 1
rules:
  - id: lint
    quality-gate:
      run: 'echo lint >> runs; if grep -q ugly src/a; then echo \"src/a:1:1: error: ugly\"; exit 1; fi'
      inputs: [src/**]
  - id: unit-tests
    quality-gate:
      run: [sh, -c, 'echo unit-tests >> runs']
      inputs: [src/**]
      on: [after-edit, stop]
      needs: [lint]
";
const SUB: &str = "version: 1
rules:
  - id: unit-tests
    quality-gate:
      run: 'pwd > where; echo sub >> ../../runs'
      inputs: [src/**]
";

fn repo() -> Repo {
    let repo = Repo::with_policy(GATES);
    repo.write("src/a", "good");
    repo.write("packages/a/hookgate.yaml", SUB);
    repo.write("packages/a/src/a", "good");
    repo
}

/// Gates that run beside each other end in any order.
fn runs(repo: &Repo) -> Vec<String> {
    let mut runs: Vec<String> = repo.read("runs").lines().map(str::to_owned).collect();
    runs.sort();
    runs
}

fn in_folder(repo: &Repo, folder: &str, arguments: &[&str]) -> Ran {
    let mut command = repo.command(arguments);
    command.current_dir(repo.root().join(folder));
    finish(command, b"")
}

fn statuses(json: &Value) -> Vec<(&str, &str, bool)> {
    let gates = json["gates"].as_array().unwrap().iter();
    gates
        .map(|gate| {
            let text = |key: &str| gate[key].as_str().unwrap();
            (text("gate"), text("status"), gate["ran"].as_bool().unwrap())
        })
        .collect()
}

fn json_of(ran: &Ran) -> Value {
    assert_eq!(ran.stderr, "", "{ran:?}");
    serde_json::from_str(&ran.stdout).unwrap()
}

#[test]
fn all_gates_run_and_the_hooks_find_their_results() {
    let repo = repo();
    let ran = repo.run(&["gate", "--format", "json"]);
    assert_eq!(ran.exit, 0);
    let json = json_of(&ran);
    assert_eq!(json["version"], 1);
    assert_eq!(
        statuses(&json),
        [
            ("lint", "passed", true),
            ("unit-tests", "passed", true),
            ("packages/a/unit-tests", "passed", true),
        ]
    );
    let all = ["lint", "sub", "unit-tests"];
    assert_eq!(runs(&repo), all);
    assert_eq!(
        repo.read("packages/a/where").trim(),
        repo.root().join("packages/a").to_str().unwrap()
    );
    repo.stop().assert_silent();
    assert_eq!(runs(&repo), all);
    // And the other way round.
    repo.write("src/a", "better");
    repo.stop().assert_silent();
    let json = json_of(&repo.run(&["gate", "--format", "json"]));
    assert_eq!(statuses(&json)[0], ("lint", "passed", false));
    assert_eq!(
        runs(&repo),
        ["lint", "lint", "sub", "unit-tests", "unit-tests"]
    );
}

#[test]
fn a_gate_is_named_from_where_one_stands_and_brings_what_it_needs() {
    let repo = repo();
    in_folder(&repo, "packages/a/src", &["gate", "unit-tests"]);
    assert_eq!(runs(&repo), ["sub"]);
    in_folder(&repo, "packages/a/src", &["gate", "lint"]);
    assert_eq!(runs(&repo), ["lint", "sub"]);
    repo.run(&["gate", "unit-tests"]);
    assert_eq!(runs(&repo), ["lint", "sub", "unit-tests"]);
    repo.run(&["gate", "packages/a/unit-tests", "--force"]);
    assert_eq!(runs(&repo), ["lint", "sub", "sub", "unit-tests"]);
    // Only what is named is forced, not what it needs.
    repo.run(&["gate", "unit-tests", "--force"]);
    assert_eq!(
        runs(&repo),
        ["lint", "sub", "sub", "unit-tests", "unit-tests"]
    );
}

#[test]
fn people_read_what_happened_and_why() {
    let repo = repo();
    repo.run(&["gate"]);
    repo.write("src/a", "ugly");
    let ran = repo.run(&["gate"]);
    assert_eq!((ran.stderr.as_str(), ran.exit), ("", 1));
    let text = ran.stdout;
    let started = repo.json(".hook-state/gates/packages%2fa%2funit-tests.json");
    let started = started["started"].as_str().unwrap().to_owned();
    let lint = repo.json(".hook-state/gates/lint.json");
    let took = lint["duration_seconds"].as_f64().unwrap();
    assert_eq!(
        text,
        format!(
            "✗ lint                   failed in {took:.1} s: exit code 1 (changed: src/a)
    src/a:1:1: error: ugly
    all of it: .hook-state/gates/lint.log
- unit-tests             was not run: it needs `lint`, which did not pass
✓ packages/a/unit-tests  has passed already: nothing that counts has changed since the run of {started}
3 gates: 1 passed, 1 failed, 1 held
"
        )
    );
    let json = json_of(&repo.run(&["gate", "--format", "json"]));
    assert_eq!(json["gates"][0]["failure"], "src/a:1:1: error: ugly");
    assert_eq!(json["gates"][0]["exit_code"], 1);
    assert_eq!(json["gates"][0]["log"], ".hook-state/gates/lint.log");
    assert_eq!(json["gates"][1]["needs"], "lint");
}

#[test]
fn output_is_shown_live_when_it_is_wanted() {
    let repo = repo();
    repo.write("src/a", "ugly");
    let ran = repo.run(&["gate", "lint", "--verbose"]);
    assert!(
        ran.stdout
            .starts_with("src/a:1:1: error: ugly\n✗ lint  failed"),
        "{ran:?}"
    );
    let ran = repo.run(&["gate", "--verbose"]);
    assert!(
        ran.stdout.contains("lint | src/a:1:1: error: ugly\n"),
        "{ran:?}"
    );
    let ran = repo.run(&["gate", "--verbose", "--format", "json"]);
    assert_eq!(ran.stderr, "lint | src/a:1:1: error: ugly\n");
}

#[test]
fn every_way_to_fail_has_its_exit_code() {
    let repo = repo();
    let ran = repo.run(&["gate", "unit-test"]);
    assert_eq!(ran.exit, 2);
    assert_eq!(
        ran.stderr,
        "hookgate: there is no quality gate `unit-test`; did you mean `unit-tests`? (there are: lint, unit-tests, packages/a/unit-tests)\n"
    );
    assert_eq!(repo.run(&["gate", "--no-such-flag"]).exit, 2);
    assert_eq!(Repo::empty().run(&["gate"]).exit, 2);
    let broken = Repo::with_policy("version: 1\nrules:\n  - id: x\n");
    let ran = broken.run(&["gate"]);
    assert_eq!((ran.stdout.as_str(), ran.exit), ("", 3));
    for command in ["gate", "trust"] {
        let ran = broken.run(&[command, "--format", "json"]);
        assert_eq!((ran.stderr.as_str(), ran.exit), ("", 3), "{command}");
        let json = json_of(&ran);
        assert_eq!(json["version"], 1);
        assert_eq!(json["errors"], 1, "{json}");
        assert_eq!(json["problems"][0]["file"], "hookgate.yaml", "{json}");
        let gates = (command == "gate").then(|| json!([]));
        assert_eq!(json.get("gates"), gates.as_ref());
    }
    let none =
        Repo::with_policy("version: 1\nrules:\n  - id: x\n    record: {on: [stop], file: r}\n");
    let ran = none.run(&["gate"]);
    assert_eq!(
        (ran.stdout.as_str(), ran.exit),
        ("the policy has no quality gates\n", 0)
    );
    let missing = Repo::with_policy(
        "version: 1\nrules:\n  - id: x\n    quality-gate: {run: [gone], inputs: [a]}\n",
    );
    missing.write("a", "");
    let ran = missing.run(&["gate"]);
    assert_eq!(
        (ran.stdout.as_str(), ran.exit),
        ("! x  could not run: its program `gone` is not there\n", 1)
    );
}

#[test]
fn a_gate_longer_than_its_hook_is_a_finding() {
    let policy = GATES.replace("version: 1", "version: 1\nruntimes: [claude-code]");
    let repo =
        Repo::with_policy(&policy.replace("needs: [lint]", "needs: [lint]\n      timeout: 9m"));
    let ran = repo.run(&["check", "--strict"]);
    assert_eq!(ran.exit, 1, "{ran:?}");
    let told = "unit-tests is weaker in claude-code: on stop the hook is ended after 10m, with the gate in it, and this gate may take 10m with those that it needs; shorten `timeout`\n";
    assert!(ran.stdout.contains(told), "{}", ran.stdout);
    let repo = Repo::with_policy(&policy.replace("needs: [lint]", "timeout: 9m"));
    assert_eq!(repo.run(&["check", "--strict"]).exit, 0);
}

/// Runs a command at a terminal of its own, where somebody types this.
pub(crate) fn at_terminal(repo: &Repo, arguments: &[&str], typed: &str) -> (String, i32) {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&person).unwrap();
    unlockpt(&person).unwrap();
    let name = ptsname(&person, Vec::new()).unwrap();
    let open = || {
        let mut options = fs::OpenOptions::new();
        options
            .read(true)
            .write(true)
            .open(name.to_str().unwrap())
            .unwrap()
    };
    let terminal = open();
    let mut child = repo
        .command(arguments)
        .stdin(Stdio::from(terminal.try_clone().unwrap()))
        .stdout(Stdio::from(terminal.try_clone().unwrap()))
        .stderr(Stdio::from(terminal))
        .spawn()
        .unwrap();
    let mut person = fs::File::from(person);
    person.write_all(typed.as_bytes()).unwrap();
    let mut shown = Vec::new();
    let mut chunk = [0; 1024];
    // The last reader of a terminal that is gone gets an error.
    while let Ok(length @ 1..) = person.read(&mut chunk) {
        shown.extend_from_slice(&chunk[..length]);
    }
    let exit = child.wait().unwrap().code().unwrap();
    (
        String::from_utf8(shown).unwrap().replace("\r\n", "\n"),
        exit,
    )
}

/// A stop and an edit under a line that is wired for the whole user.
fn hook_of_user(repo: &Repo, event: &str, payload: &Value) -> Ran {
    let arguments = [
        "hook",
        "--runtime",
        "claude-code",
        "--event",
        event,
        "--scope",
        "user",
    ];
    finish(repo.command(&arguments), payload.to_string().as_bytes())
}

fn stop_of_user(repo: &Repo) -> Ran {
    let payload = json!({"session_id": "s", "hook_event_name": "Stop", "cwd": repo.root()});
    hook_of_user(repo, "stop", &payload)
}

#[test]
fn a_foreign_clone_runs_nothing_until_a_person_trusts_it() {
    let repo = repo();
    let told = stop_of_user(&repo).json();
    assert_eq!(told["decision"], Value::Null);
    assert_eq!(
        told["systemMessage"],
        "hookgate: quality gates of this repository do not run here, because nobody trusts them yet: lint, unit-tests, packages/a/unit-tests. Look at what they run and allow it with `hookgate trust`"
    );
    // Said once.
    stop_of_user(&repo).assert_silent();
    assert_eq!(runs(&repo), [""; 0]);
    let audit = repo.read(".hook-state/audit.jsonl");
    let line: Value = serde_json::from_str(audit.lines().next().unwrap()).unwrap();
    assert_eq!(line["gates"]["lint"], "untrusted");
    // Wired in the repository, the runtime's own trust covers it.
    repo.stop().assert_silent();
    assert_eq!(runs(&repo).len(), 3);
}

#[test]
fn the_model_is_told_that_an_untrusted_gate_has_not_passed() {
    let repo = repo();
    let input =
        json!({"file_path": repo.root().join("src/a"), "old_string": "a", "new_string": "b"});
    let payload: Value = serde_json::from_str(&repo.call("PostToolUse", "Edit", &input)).unwrap();
    let told = hook_of_user(&repo, "after-tool", &payload).json();
    assert_eq!(
        told["hookSpecificOutput"]["additionalContext"],
        "these quality gates did not run, because the person has not trusted this repository's gates: unit-tests. They have neither passed nor failed"
    );
    assert_eq!(runs(&repo), [""; 0]);
}

#[test]
fn trust_is_given_at_a_terminal_and_ends_when_a_gate_changes() {
    let repo = repo();
    let refused = repo.run(&["trust"]);
    assert_eq!((refused.stdout.as_str(), refused.exit), ("", 2));
    assert_eq!(
        refused.stderr,
        "hookgate: trust is for a person at a terminal to give; run `hookgate trust` in one\n"
    );
    let piped = finish(repo.command(&["trust"]), b"yes\n");
    assert_eq!(piped.exit, 2);
    let (shown, exit) = at_terminal(&repo, &["trust"], "no\n");
    assert_eq!(exit, 1);
    assert!(
        shown.contains("runs   echo lint >> runs; if grep"),
        "{shown}"
    );
    assert!(shown.contains("in     packages/a"), "{shown}");
    assert!(shown.ends_with("nothing was changed\n"), "{shown}");
    stop_of_user(&repo);
    assert_eq!(runs(&repo), [""; 0]);

    let (shown, exit) = at_terminal(&repo, &["trust"], "yes\n");
    assert_eq!(exit, 0, "{shown}");
    stop_of_user(&repo).assert_silent();
    assert_eq!(runs(&repo).len(), 3);
    let again = repo.run(&["trust", "--format", "json"]);
    assert_eq!(again.exit, 0);
    assert_eq!(
        json_of(&again),
        json!({"version": 1, "root": repo.root(), "gates": 3, "trusted": true})
    );
    let listed: Value = json_of(&repo.run(&["trust", "--list", "--format", "json"]));
    assert_eq!(listed["repositories"][0]["root"], json!(repo.root()));
    assert_eq!(listed["repositories"][0]["gates"], 3);

    // One gate is another one now: it alone does not run.
    repo.write("packages/a/hookgate.yaml", &SUB.replace("pwd", "pwd -P"));
    repo.write("src/a", "better");
    let told = stop_of_user(&repo).json();
    let told = told["systemMessage"].as_str().unwrap();
    assert!(
        told.contains("nobody trusts them yet: packages/a/unit-tests."),
        "{told}"
    );
    assert_eq!(runs(&repo).len(), 5);

    assert_eq!(repo.run(&["trust", "--revoke"]).exit, 0);
    repo.write("src/a", "best");
    stop_of_user(&repo);
    assert_eq!(runs(&repo).len(), 5);
    let listed = repo.run(&["trust", "--list"]);
    assert_eq!(listed.stdout, "no repository's gates are trusted\n");
}

#[test]
fn a_trust_file_that_cannot_be_used_trusts_nothing_and_is_left_alone() {
    for junk in [
        "{\"version\": 9, \"repositories\": {}}",
        "{\"version\": 1, \"repos",
        "[]",
        "",
    ] {
        let repo = repo();
        let file = repo.home().join(".config/hookgate/trust.json");
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        hookgate::state::replace(&file, junk.as_bytes()).unwrap();
        let told = stop_of_user(&repo).json();
        let told = told["systemMessage"].as_str().unwrap();
        assert!(told.contains("nobody trusts them yet"), "{told}");
        assert!(told.contains("trust.json"), "{told}");
        assert_eq!(runs(&repo), [""; 0]);
        let (shown, exit) = at_terminal(&repo, &["trust"], "yes\n");
        assert_eq!(exit, 4, "{shown}");
        assert_eq!(fs::read_to_string(file).unwrap(), junk);
    }
}

#[test]
fn trust_lies_where_the_persons_settings_are() {
    let repo = repo();
    let moved = repo.home().join("settings");
    let mut command: Command = repo.command(&["trust", "--list"]);
    command.env("XDG_CONFIG_HOME", &moved);
    fs::create_dir_all(moved.join("hookgate")).unwrap();
    let junk = moved.join("hookgate/trust.json");
    hookgate::state::replace(&junk, b"junk").unwrap();
    let ran = finish(command, b"");
    assert_eq!(ran.exit, 4);
    assert!(ran.stderr.contains(junk.to_str().unwrap()), "{ran:?}");
}

#[test]
fn agents_give_no_trust_by_any_route() {
    let repo = repo();
    let home = repo.home();
    let home = home.to_str().unwrap();
    for command in [
        "hookgate trust".to_owned(),
        "script -qc 'hookgate trust' /dev/null".into(),
        "echo yes | hookgate trust".into(),
        "env -i hookgate trust --revoke".into(),
        "echo '{}' | hookgate hold-gate".into(),
        "echo '{}' > ~/.config/hookgate/trust.json".into(),
        format!("cp /tmp/x {home}/.config/hookgate/trust.json"),
        "cd ~/.config && tee hookgate/trust.json < x".into(),
        "sed -i s/a/b/ $HOME/.config/hookgate/trust.json".into(),
        "mv ~/.config/hookgate ~/.config/elsewhere".into(),
        "rm -rf ~/.config".into(),
    ] {
        let told = repo.shell(&command).denied();
        assert!(told.starts_with("floor: "), "{command}: {told}");
    }
    repo.shell("hookgate gate").assert_silent();
    repo.shell("cat ~/.config/hookgate/trust.json")
        .assert_silent();
}

#[test]
fn the_policy_in_the_documentation_loads() {
    let page = fs::read_to_string(crate::support::manifest().join("docs/gates.md")).unwrap();
    let (_, rest) = page.split_once("```yaml\n").unwrap();
    let (policy, _) = rest.split_once("```").unwrap();
    let repo = Repo::with_policy(policy);
    let ran = repo.run(&["check", "--strict"]);
    assert_eq!((ran.stderr.as_str(), ran.exit), ("", 0), "{}", ran.stdout);
}

#[test]
fn a_gate_that_runs_itself_does_not_wait_for_itself() {
    let program = env!("CARGO_BIN_EXE_hookgate");
    let policy = format!(
        "version: 1\nrules:\n  - id: loop\n    quality-gate: {{run: '{program} gate loop; exit $?', inputs: [a], timeout: 50s}}\n"
    );
    let repo = Repo::with_policy(&policy);
    repo.write("a", "");
    let ran = repo.run(&["gate"]);
    assert_eq!(ran.exit, 1);
    assert!(
        ran.stdout
            .contains("! loop  could not run: it is part of its own run"),
        "{ran:?}"
    );
}

#[test]
fn a_terminal_shows_what_runs_and_then_the_results() {
    let repo = repo();
    let slow = GATES.replace("echo lint >> runs;", "sleep 1;");
    repo.write("hookgate.yaml", &slow);
    let (shown, exit) = at_terminal(&repo, &["gate", "lint", "unit-tests"], "");
    assert_eq!(exit, 0, "{shown}");
    // Cut at the terminal's edge rather than wrapped: a wrapped line could not be taken away.
    assert!(
        shown.contains("\r\u{1b}[2K\u{1b}[?7lrunning: lint 0 s\u{1b}[?7h"),
        "{shown:?}"
    );
    let (_, results) = shown.rsplit_once("\r\u{1b}[2K").unwrap();
    assert!(results.contains("✓ lint"), "{shown:?}");
    assert!(
        results.trim_end().ends_with("2 gates: 2 passed"),
        "{shown:?}"
    );
}

#[test]
fn what_a_green_gate_prints_is_no_failure() {
    let repo = Repo::with_policy(
        "version: 1\nrules:\n  - id: loud\n    quality-gate: {run: 'echo 3 tests ran', inputs: [src/**]}\n",
    );
    repo.write("src/a", "");
    let json = json_of(&repo.run(&["gate", "--format", "json"]));
    assert_eq!(json["gates"][0]["status"], "passed");
    assert_eq!(json["gates"][0]["failure"], serde_json::Value::Null);
}
