//! Faults of hook lines, each named by `hookgate doctor` with its fix.

use crate::doctor::{CLAUDE, SETTINGS, assert_found, change, command, doctor, findings, wired};
use crate::support::finish;

#[test]
fn a_program_that_moved() {
    let repo = wired(CLAUDE);
    change(&repo, SETTINGS, "exec hookgate", "exec /opt/gone/hookgate");
    assert_found(
        &repo,
        CLAUDE,
        &[(
            "`/opt/gone/hookgate` is not there any more",
            "`hookgate init --scope user --runtime claude-code` writes where it is now",
        )],
    );
}

#[test]
fn a_program_that_may_not_be_run() {
    let repo = wired(CLAUDE);
    let file = repo.home().join("hookgate");
    hookgate::state::replace(&file, b"#!/bin/sh\n").unwrap();
    let name = file.display().to_string();
    change(&repo, SETTINGS, "exec hookgate", &format!("exec {name}"));
    let ran = doctor(&repo, &["--runtime", CLAUDE, "--format", "json"]);
    let (what, fix) = findings(&ran).remove(0);
    assert!(
        what.starts_with(&format!("`{name}` is there and cannot be run: ")),
        "{what}"
    );
    assert_eq!(fix, format!("make it executable: `chmod +x {name}`"));
}

#[test]
fn a_program_that_is_not_on_the_path() {
    let repo = wired(CLAUDE);
    let mut command = command(&repo, &["doctor", "--runtime", CLAUDE, "--format", "json"]);
    command.env("PATH", "/usr/bin:/bin");
    assert_eq!(
        findings(&finish(command, b"")),
        [(
            "`hookgate` is not on the PATH of the shell that runs hooks".to_owned(),
            "put it into a folder that is on PATH without a login shell, such as /usr/local/bin"
                .to_owned(),
        )]
    );
}

#[test]
fn a_program_that_is_found_from_one_folder_only() {
    let repo = wired(CLAUDE);
    change(&repo, SETTINGS, "exec hookgate", "exec ./bin/hookgate");
    assert_found(
        &repo,
        CLAUDE,
        &[(
            "`./bin/hookgate` is found from one folder only, and hooks follow the agent",
            "write the program's name alone, with its folder on PATH",
        )],
    );
}

#[test]
fn a_matcher_that_leaves_tools_out() {
    let repo = wired(CLAUDE);
    change(
        &repo,
        SETTINGS,
        "\"PreToolUse\": [\n      {",
        "\"PreToolUse\": [\n      {\n        \"matcher\": \"Bash|Edit\",",
    );
    assert_found(
        &repo,
        CLAUDE,
        &[(
            "`.claude/settings.json:29`: the matcher `Bash|Edit` leaves out PowerShell, Monitor, Write, MultiEdit, NotebookEdit",
            "take the matcher out: hookgate looks at every tool itself",
        )],
    );
}

#[test]
fn limits_in_the_wrong_unit() {
    let repo = wired(CLAUDE);
    change(&repo, SETTINGS, "\"timeout\": 30,", "\"timeout\": 30000,");
    assert_found(
        &repo,
        CLAUDE,
        &[(
            "`.claude/settings.json:28`: `timeout` is 30000 and counts seconds, not milliseconds",
            "set it to 30",
        )],
    );
    let repo = wired("gemini-cli");
    change(
        &repo,
        ".gemini/settings.json",
        "before-tool\",\n            \"timeout\": 30000",
        "before-tool\",\n            \"timeout\": 30",
    );
    assert_found(
        &repo,
        "gemini-cli",
        &[(
            "`.gemini/settings.json:30`: `timeout` is 30 and counts milliseconds, not seconds",
            "set it to 30000",
        )],
    );
}

#[test]
fn a_limit_that_ends_hookgate_before_it_has_decided() {
    let repo = wired(CLAUDE);
    change(&repo, SETTINGS, "\"timeout\": 30,", "\"timeout\": 2,");
    assert_found(
        &repo,
        CLAUDE,
        &[(
            "`.claude/settings.json:28`: `timeout` is 2, and hookgate may take 5 seconds to decide",
            "set it to 30",
        )],
    );
}

#[test]
fn an_option_that_is_missing() {
    let repo = wired(CLAUDE);
    change(
        &repo,
        SETTINGS,
        "\"timeout\": 30,\n            \"onFailure\": \"block\"",
        "\"timeout\": 30",
    );
    let expected = [(
        "`.claude/settings.json:28`: without `onFailure: \"block\"` a hookgate that is missing or fails lets the tool run",
        "`hookgate init --runtime claude-code` adds it",
    )];
    assert_found(&repo, CLAUDE, &expected);
    repo.run(&["init", "--runtime", CLAUDE]);
    assert_found(&repo, CLAUDE, &[]);
}

#[test]
fn a_line_that_always_ends_in_success() {
    let repo = wired("codex");
    let hooks = ".codex/hooks.json";
    change(
        &repo,
        hooks,
        "--event before-tool\",\n            \"commandWindows",
        "--event before-tool || true\",\n            \"commandWindows",
    );
    change(
        &repo,
        hooks,
        "\"commandWindows\": \"hookgate hook --runtime codex --event before-tool\",\n",
        "",
    );
    change(
        &repo,
        hooks,
        "\"exec hookgate hook --runtime codex --event before-tool",
        "\"hookgate hook --runtime codex --event before-tool",
    );
    let ran = doctor(&repo, &["--runtime", "codex", "--format", "json"]);
    let found = findings(&ran);
    assert_eq!(found[0], (
        "`.codex/hooks.json:30`: the line ends in success whatever hookgate says: `hookgate hook --runtime codex --event before-tool || true`".to_owned(),
        "let the line end with hookgate: its exit code is part of the answer".to_owned(),
    ));
    assert!(
        found
            .iter()
            .any(|(what, _)| what.starts_with("the line let an agent change the policy (exit 0, ")),
        "{found:?}"
    );
}

#[test]
fn a_line_that_prints_beside_the_reply() {
    let repo = wired(CLAUDE);
    change(
        &repo,
        SETTINGS,
        "exec hookgate hook --runtime claude-code --event before-tool",
        "echo checking; hookgate hook --runtime claude-code --event before-tool",
    );
    let ran = doctor(&repo, &["--runtime", CLAUDE, "--format", "json"]);
    let found = findings(&ran);
    assert_eq!(found[0], (
        "`.claude/settings.json:28`: the line does more than run hookgate: `echo checking; hookgate hook --runtime claude-code --event before-tool`".to_owned(),
        "give what else it does a hook of its own".to_owned(),
    ));
    assert!(found[1].0.starts_with("the line prints more than hookgate's reply, and Claude Code then ignores it: `checking\\n{"), "{found:?}");
    assert_eq!(
        found[1].1,
        "let the line run hookgate alone; other output goes to a file"
    );
    assert_eq!(found.len(), 2);
}
