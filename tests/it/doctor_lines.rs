//! Faults of hook lines, each named by `hookgate doctor` with its fix.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::doctor::{
    CLAUDE, SETTINGS, assert_found, change, command, doctor, findings, statuses, wired,
};
use crate::support::{Repo, finish};

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

/// A hook may name the program and its arguments apart, which then run without a shell.
#[test]
fn a_program_with_its_arguments_apart_is_run() {
    let repo = wired(CLAUDE);
    let line = "exec hookgate hook --runtime claude-code --event before-tool";
    let whole = format!("\"command\": \"{line}\"");
    let apart = "\"command\": \"hookgate\", \"args\": [\"hook\", \"--runtime\", \"claude-code\", \"--event\", \"before-tool\"]";
    change(&repo, SETTINGS, &whole, apart);
    assert_found(&repo, CLAUDE, &[]);
    change(
        &repo,
        SETTINGS,
        "\"args\": [\"hook\"",
        "\"args\": [\"check\"",
    );
    let ran = doctor(&repo, &["--runtime", CLAUDE, "--format", "json"]);
    let (what, _) = findings(&ran).remove(0);
    assert_eq!(what, "no hook of hookgate's on PreToolUse");
}

#[test]
fn events_about_one_kind_of_tool_are_tried_with_that() {
    let repo = wired("windsurf");
    let ran = doctor(&repo, &["--runtime", "windsurf"]);
    let said = |native: &str| {
        let mut lines = ran.stdout.lines();
        let line = lines.find(|line| line.contains(&format!("({native})")));
        let line = line.unwrap_or_else(|| panic!("{ran:?}"));
        line.split("  ").last().unwrap_or_default().to_owned()
    };
    for (native, expected) in [
        (
            "pre_run_command",
            "denies a change of the policy, lets a harmless command pass",
        ),
        ("pre_write_code", "denies a change of the policy"),
        ("pre_read_code", "denies what must not be read"),
        (
            "pre_mcp_tool_use",
            "denies a change of the policy by a tool of an MCP server",
        ),
    ] {
        assert_eq!(said(native), expected, "{native}");
    }
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
fn a_program_that_lies_in_the_repository_is_not_run() {
    let repo = wired(CLAUDE);
    let program = repo.root().join("tools/hookgate");
    repo.write("tools/hookgate", "#!/bin/sh\ntouch ran\n");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let program = program.display().to_string();
    change(&repo, SETTINGS, "exec hookgate", &format!("exec {program}"));
    assert_found(
        &repo,
        CLAUDE,
        &[(
            &format!("`{program}` lies in the repository, where a commit can replace it"),
            "install hookgate into a folder on PATH, and write its name alone",
        )],
    );
}

/// Wires one person's file for a runtime, with one text in it replaced.
fn wired_for_one(runtime: &str, file: &str, from: &str, to: &str) -> Repo {
    let repo = Repo::with_policy("version: 1\n");
    let ran = repo.run(&["init", "--scope", "user", "--runtime", runtime]);
    assert_eq!(ran.exit, 0, "{ran:?}");
    let path = repo.home().join(file);
    let program = env!("CARGO_BIN_EXE_hookgate");
    let text = fs::read_to_string(&path)
        .unwrap()
        .replace(program, "hookgate");
    assert!(text.contains(from), "{text}");
    hookgate::state::replace(&path, text.replace(from, to).as_bytes()).unwrap();
    repo
}

#[test]
fn a_line_that_always_ends_in_success() {
    let line = "hookgate hook --scope user --runtime gemini-cli --event before-tool";
    let repo = wired_for_one(
        "gemini-cli",
        ".gemini/settings.json",
        &format!("exec {line}"),
        &format!("{line} > /dev/null || true"),
    );
    let ran = doctor(&repo, &["--runtime", "gemini-cli", "--format", "json"]);
    let found = findings(&ran);
    let place = "`~/.gemini/settings.json:30`";
    assert_eq!(
        found[0],
        (
            format!(
                "{place}: the line ends in success whatever hookgate says: `{line} > /dev/null || true`"
            ),
            "let the line end with hookgate: its exit code is part of the answer".to_owned(),
        )
    );
    assert_eq!(
        found[1],
        (
            format!(
                "the line let an agent change the policy (exit 0, stdout ``, stderr ``): `{line} > /dev/null || true`"
            ),
            "let the line run hookgate alone, as `hookgate init` writes it".to_owned(),
        )
    );
    assert_eq!(found.len(), 2);
}

#[test]
fn a_line_that_prints_beside_the_reply() {
    let line = "hookgate hook --scope user --runtime claude-code --event before-tool";
    let repo = wired_for_one(
        CLAUDE,
        SETTINGS,
        &format!("exec {line}"),
        &format!("echo checking; {line}"),
    );
    let ran = doctor(&repo, &["--runtime", CLAUDE, "--format", "json"]);
    let found = findings(&ran);
    assert_eq!(
        found[0],
        (
            format!(
                "`~/.claude/settings.json:28`: the line does more than run hookgate: `echo checking; {line}`"
            ),
            "give what else it does a hook of its own".to_owned(),
        )
    );
    let start = "the line prints more than hookgate's reply, and Claude Code then ignores it: `checking\\n{";
    assert!(found[1].0.starts_with(start), "{found:?}");
    assert_eq!(
        found[1].1,
        "let the line run hookgate alone; other output goes to a file"
    );
    assert_eq!(found.len(), 2);
}

#[test]
fn a_line_of_the_repository_that_does_more_is_not_run() {
    let repo = wired(CLAUDE);
    let line = "touch ran; hookgate hook --runtime claude-code --event before-tool";
    change(
        &repo,
        SETTINGS,
        "exec hookgate hook --runtime claude-code --event before-tool",
        line,
    );
    assert_found(
        &repo,
        CLAUDE,
        &[(
            &format!("`.claude/settings.json:28`: the line does more than run hookgate: `{line}`"),
            "give what else it does a hook of its own",
        )],
    );
    let ran = doctor(&repo, &["--runtime", CLAUDE, "--format", "json"]);
    assert_eq!(statuses(&ran)[2], "PreToolUse unproven");
    assert_eq!(repo.files(), [SETTINGS, ".gitignore", "hookgate.yaml"]);
}

#[test]
fn a_path_with_blanks_and_without_quotes() {
    let repo = wired(CLAUDE);
    let event = "hook --runtime claude-code --event stop";
    change(
        &repo,
        SETTINGS,
        &format!("exec hookgate {event}"),
        &format!("exec /opt/my tools/hookgate {event}"),
    );
    let ran = doctor(&repo, &["--runtime", CLAUDE, "--format", "json"]);
    let (what, fix) = findings(&ran).remove(0);
    assert_eq!(
        what,
        format!(
            "`.claude/settings.json:62`: the path of the program has blanks and no quotes: `exec /opt/my tools/hookgate {event}`"
        )
    );
    assert_eq!(
        fix,
        "put it in quotes, as `hookgate init --scope user` does"
    );
}

#[test]
fn a_limit_that_is_a_text() {
    let repo = wired(CLAUDE);
    change(
        &repo,
        SETTINGS,
        "\"timeout\": 30,\n            \"onFailure\"",
        "\"timeout\": \"30\",\n            \"onFailure\"",
    );
    assert_found(
        &repo,
        CLAUDE,
        &[(
            "`.claude/settings.json:28`: `timeout` is the text `30` and no number: Claude Code may take nothing from the file",
            "write the number without quotes",
        )],
    );
}

#[test]
fn an_event_that_stands_in_the_file_twice() {
    let repo = wired(CLAUDE);
    change(
        &repo,
        SETTINGS,
        "    \"SessionStart\": [",
        "    \"PreToolUse\": [],\n    \"SessionStart\": [",
    );
    let ran = doctor(&repo, &["--runtime", CLAUDE, "--format", "json"]);
    let found = findings(&ran);
    assert_eq!(
        found[0],
        (
            "`.claude/settings.json:26`: `PreToolUse` stands here again, and what stands under it in line 3 is not read".to_owned(),
            "write both lists as one".to_owned()
        )
    );
    assert_eq!(found.len(), 1);
}
