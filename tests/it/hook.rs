//! The hook as a runtime calls it: context, records, state, failures of the policy itself.

use serde_json::{Value, json};

use crate::support::{Repo, finish};

fn payload(repo: &Repo, event: &str, more: &Value) -> Vec<u8> {
    let mut payload = json!({"session_id": "s1", "hook_event_name": event, "cwd": repo.root()});
    let fields = payload.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    payload.to_string().into_bytes()
}

fn audit(repo: &Repo) -> Vec<Value> {
    let text = repo.read(".hook-state/audit.jsonl");
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn a_session_leaves_its_record() {
    let repo = Repo::demo();
    repo.hook(
        "session-start",
        &payload(&repo, "SessionStart", &json!({"source": "startup"})),
    );
    let call = json!({"tool_name": "Bash", "tool_input": {"command": "cat .env"}});
    repo.hook("before-tool", &payload(&repo, "PreToolUse", &call))
        .denied();
    repo.hook(
        "session-end",
        &payload(&repo, "SessionEnd", &json!({"reason": "logout"})),
    )
    .assert_silent();
    let record: Value =
        serde_json::from_str(repo.read("reports/session-audit.log").trim()).unwrap();
    assert_eq!(record["event"], "session-end");
    assert_eq!(record["detail"], "logout");
    assert_eq!(record["session"], "s1");
    assert_eq!(record["runtime"], "claude-code");
    assert_eq!(record["blocked"], 1);
    assert_eq!(record["started"], audit(&repo)[0]["time"]);
    let verdicts: Vec<_> = audit(&repo)
        .iter()
        .map(|line| {
            format!(
                "{} {}",
                line["event"].as_str().unwrap(),
                line["verdict"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(
        verdicts,
        [
            "session-start neutral",
            "before-tool deny",
            "session-end neutral"
        ]
    );
}

#[test]
fn a_call_that_no_rule_speaks_about_writes_nothing_but_the_compiled_policy() {
    let repo = Repo::demo();
    repo.shell("ls").assert_silent();
    repo.edit("src/app.py").assert_silent();
    let known = repo.state_files();
    let beginnings: Vec<&str> = known.iter().filter_map(|name| name.get(..12)).collect();
    assert_eq!(beginnings, ["cache/policy"], "{known:?}");
    repo.edit("src/app.py").assert_silent();
    assert_eq!(repo.state_files(), known);
}

#[test]
fn a_dry_run_tells_the_decision_and_writes_nothing() {
    let repo = Repo::demo();
    let mut command = repo.command(&["hook", "--runtime", "claude-code", "--dry-run"]);
    command.env("NO_COLOR", "1");
    let call = repo.call("PreToolUse", "Bash", &json!({"command": "cat .env"}));
    let ran = finish(command, call.as_bytes());
    assert_eq!(ran.exit, 0);
    for line in [
        "event     before-tool (PreToolUse)",
        "runs      1. cat .env        exact",
        "               reads   .env  exact",
        "verdict   deny",
    ] {
        assert!(
            ran.stdout.lines().any(|found| found == line),
            "{line}\n{}",
            ran.stdout
        );
    }
    let stop = payload(&repo, "Stop", &json!({"stop_hook_active": false}));
    let ran = finish(
        repo.command(&["hook", "--runtime", "claude-code", "--dry-run"]),
        &stop,
    );
    assert!(
        ran.stdout.contains("gate      unit-tests: is due"),
        "{}",
        ran.stdout
    );
    assert!(!repo.root().join(".hook-state").exists());
}

#[test]
fn under_a_policy_that_does_not_load_only_mending_it_is_possible() {
    let repo = Repo::with_policy("version: 1\nrulez: []\n");
    let reason = repo.shell("ls").denied();
    assert!(reason.contains("hookgate.yaml, line 2"), "{reason}");
    repo.edit("src/a").denied();
    repo.edit("hookgate.yaml").assert_silent();
    let read = repo.call("PreToolUse", "Read", &json!({"file_path": "hookgate.yaml"}));
    repo.hook("before-tool", read.as_bytes()).assert_silent();
    repo.stop().blocked();
    let start = repo.hook("session-start", &payload(&repo, "SessionStart", &json!({})));
    assert!(
        start.stdout.contains("the policy does not load"),
        "{start:?}"
    );
}

#[test]
fn the_floor_holds_without_any_rule() {
    let repo = Repo::with_policy("version: 1\nrules: [{id: x, record: {on: stop, file: x.log}}]\n");
    for path in [
        "hookgate.yaml",
        "sub/hookgate.yaml",
        "hookgate.local.yaml",
        ".hook-state/audit.jsonl",
        ".claude/settings.json",
        ".claude/settings.local.json",
        "~/.claude/settings.json",
        "~/.config/hookgate/exceptions.yaml",
        env!("CARGO_BIN_EXE_hookgate"),
    ] {
        let reason = repo.edit(path).denied();
        assert!(reason.starts_with("floor: Edit writes"), "{path}: {reason}");
    }
    for command in [
        "rm -rf .hook-state",
        "rm hookgate.yaml",
        "mv hookgate.yaml x",
        "sed -i s/a/b/ .claude/settings.json",
        "echo {} > ~/.claude/settings.json",
        "rm -rf .claude",
        "cp x .claude/settings.json",
        "cd .claude && echo {} > settings.json",
        "rm -rf .",
        "rm -rf ..",
        "rm -rf /",
        "mv ../repo ../other",
        "echo {} > .codex/hooks.json",
        "rm x.log",
        "hookgate hook --runtime claude-code --event stop",
        "echo '{}' | /usr/bin/hookgate hook --runtime claude-code",
    ] {
        let reason = repo.shell(command).denied();
        assert!(reason.contains("floor: "), "{command}: {reason}");
    }
    repo.shell("cat hookgate.yaml .claude/settings.json")
        .assert_silent();
    repo.edit(".claude/agents/x.md").assert_silent();
    repo.shell("black . && prettier -w . && hookgate check")
        .assert_silent();
}

#[test]
fn a_policy_further_in_does_not_hide_the_one_above() {
    let repo = Repo::with_policy(
        "version: 1\nrules: [{id: g, protect-paths: {paths: [/generated/**]}}]\n",
    );
    repo.write("vendor/x/.git/HEAD", "");
    repo.write(
        "vendor/x/hookgate.yaml",
        "version: 1\nrules: [{id: r, record: {on: stop, file: x}}]\n",
    );
    let root = repo.root().to_string_lossy().into_owned();
    let call = |cwd: &str, path: &str| {
        let input = json!({"file_path": path});
        json!({"hook_event_name": "PreToolUse", "cwd": cwd, "tool_name": "Write", "tool_input": input}).to_string()
    };
    let inside = call(&format!("{root}/vendor/x"), "../../generated/x");
    let reason = repo.hook("before-tool", inside.as_bytes()).denied();
    assert!(reason.starts_with("g: "), "{reason}");
    // A neighbour's policy does not stand for the one that the session was started under.
    let neighbour =
        Repo::with_policy("version: 1\nrules: [{id: r, record: {on: stop, file: x}}]\n");
    let folder = neighbour.root().to_string_lossy().into_owned();
    let mut command = repo.command(&["hook", "--runtime", "claude-code", "--event", "before-tool"]);
    command.env("CLAUDE_PROJECT_DIR", &root);
    finish(
        command,
        call(&folder, &format!("{root}/generated/x")).as_bytes(),
    )
    .denied();
}

#[test]
fn a_folder_that_cannot_be_known_is_no_way_out() {
    let repo = Repo::demo();
    for cwd in ["", ".", "src", "~", "a\u{0}b"] {
        let input = json!({"command": "cat .env"});
        let call = json!({"hook_event_name": "PreToolUse", "cwd": cwd, "tool_name": "Bash", "tool_input": input});
        let reason = repo
            .hook("before-tool", call.to_string().as_bytes())
            .denied();
        assert!(reason.contains("could not be judged"), "{cwd}: {reason}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_a_folder_inside_is_inside() {
    let repo =
        Repo::with_policy("version: 1\nrules: [{id: g, protect-paths: {paths: [generated/**]}}]\n");
    repo.write("generated/x", "");
    let link = repo.home().join("link");
    std::os::unix::fs::symlink(repo.root().join("generated"), &link).unwrap();
    let input = json!({"command": "echo > x"});
    let call = json!({"hook_event_name": "PreToolUse", "cwd": link, "tool_name": "Bash", "tool_input": input});
    repo.hook("before-tool", call.to_string().as_bytes())
        .denied();
}

#[cfg(unix)]
#[test]
fn a_policy_that_was_closed_to_us_is_not_absent() {
    use std::os::unix::fs::PermissionsExt;
    let repo =
        Repo::with_policy("version: 1\nrules: [{id: g, protect-paths: {paths: [generated/**]}}]\n");
    std::fs::set_permissions(
        repo.root().join("hookgate.yaml"),
        std::fs::Permissions::from_mode(0o0),
    )
    .unwrap();
    // Root reads it all the same; everybody else gets the answer for a policy that does not load.
    repo.edit("generated/x").denied();
}

#[test]
fn tools_without_a_known_schema_are_judged_by_what_their_input_says() {
    let repo = Repo::demo();
    let denied = [
        (
            "mcp__fs__search_and_replace",
            json!({"path": "generated/api_client.py"}),
        ),
        (
            "mcp__fs__write",
            json!({"files": {"generated/api_client.py": "x"}}),
        ),
        (
            "mcp__fs__rename",
            json!({"oldPath": "src/app.py", "newPath": "generated/x.py"}),
        ),
        (
            "mcp__fs__batch",
            json!({"edits": [{"file": {"name": "generated/x.py"}}]}),
        ),
        (
            "mcp__shell__execute_command",
            json!({"command": "rm -rf /"}),
        ),
        ("mcp__shell__run", json!({"cmd": ["cat", ".env"]})),
        ("FutureEdit", json!({"file_path": "generated/x.py"})),
        ("run_shell_command", json!({"command": "cat .env"})),
        (
            "apply_patch",
            json!({"input": "*** Begin Patch\n*** Update File: generated/x.py\n*** End Patch"}),
        ),
    ];
    for (tool, input) in denied {
        let call = repo.call("PreToolUse", tool, &input);
        repo.hook("before-tool", call.as_bytes()).denied();
    }
    let allowed = [
        (
            "mcp__fs__read_file",
            json!({"path": "generated/api_client.py"}),
        ),
        ("mcp__fs__search", json!({"path": ".", "query": ".env"})),
        (
            "mcp__notes__put",
            json!({"text": "rm -rf / and generated/x.py"}),
        ),
        (
            "mcp__shell__run",
            json!({"command": "git commit -m 'rm -rf /'"}),
        ),
    ];
    for (tool, input) in allowed {
        let call = repo.call("PreToolUse", tool, &input);
        repo.hook("before-tool", call.as_bytes()).assert_silent();
    }
}

#[test]
fn a_tool_call_on_a_line_for_another_event_is_judged_all_the_same() {
    let repo = Repo::demo();
    let call = repo.call("PreToolUse", "Bash", &json!({"command": "cat .env"}));
    repo.hook("session-end", call.as_bytes()).denied();
    repo.hook("other", call.as_bytes()).denied();
}

#[test]
fn counts_of_parallel_calls_are_not_lost() {
    let repo = Repo::demo();
    std::thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| repo.shell("cat .env").denied());
        }
    });
    let blocked = repo.read(".hook-state/sessions/s.blocked");
    assert_eq!(blocked.lines().count(), 12);
}

#[test]
fn a_record_is_no_way_to_write_the_policy_or_into_git() {
    let policy = "version: 1\nrules: [{id: r, record: {on: stop, file: .git/hooks/pre-commit}}]\n";
    let repo = Repo::with_policy(policy);
    repo.stop();
    assert!(!repo.root().join(".git/hooks/pre-commit").exists());
}

#[test]
fn observing_blocks_nothing_and_records_what_would_have_been() {
    let repo = Repo::with_policy(
        "version: 1\nmode: observe\nrules:\n  - id: g\n    protect-paths: {paths: [g/**]}\n",
    );
    repo.edit("g/x").assert_silent();
    let lines = audit(&repo);
    assert_eq!(lines[0]["verdict"], "neutral");
    assert_eq!(lines[0]["would"], "deny");
}

#[test]
fn asking_and_warning_are_weaker_than_denying() {
    let repo = Repo::with_policy(
        "version: 1
rules:
  - {id: a, action: ask, protect-paths: {paths: [a/**]}}
  - {id: w, action: warn, protect-paths: {paths: [w/**]}, reason: careful}
  - {id: d, protect-paths: {paths: [a/d/**]}}
",
    );
    let asked = repo.edit("a/x").json();
    assert_eq!(asked["hookSpecificOutput"]["permissionDecision"], "ask");
    let warned = repo.edit("w/x").json();
    let output = &warned["hookSpecificOutput"];
    assert_eq!(output["permissionDecision"], Value::Null);
    assert_eq!(
        output["additionalContext"],
        "w: Edit writes `w/x`. Reason: careful."
    );
    let reason = repo.edit("a/d/x").denied();
    assert!(reason.starts_with("d: "), "{reason}");
}

#[test]
fn policies_of_subfolders_hold_for_what_lies_below_them() {
    let repo =
        Repo::with_policy("version: 1\nrules: [{id: root, protect-paths: {paths: [/made/**]}}]\n");
    repo.write(
        "packages/a/hookgate.yaml",
        "version: 1\nrules: [{id: sub, protect-paths: {paths: [/made/**]}}]\n",
    );
    let reason = repo.edit("packages/a/made/x").denied();
    assert!(reason.starts_with("packages/a/sub: "), "{reason}");
    repo.edit("packages/b/made/x").assert_silent();
    repo.edit("made/x").denied();
    repo.shell("cd packages/a && touch made/x").denied();
    repo.shell("rm -rf packages").denied();
}

#[cfg(unix)]
#[test]
fn links_do_not_lead_around_a_rule() {
    use std::os::unix::fs::symlink;
    let repo = Repo::with_policy(
        "version: 1
rules:
  - {id: g, protect-paths: {paths: [generated/**]}}
  - {id: out, protect-paths: {outside-repository: true}}
",
    );
    repo.write("generated/x", "");
    symlink("generated", repo.root().join("innocent")).unwrap();
    symlink("generated/x", repo.root().join("note.txt")).unwrap();
    symlink("/etc", repo.root().join("config")).unwrap();
    symlink("loop", repo.root().join("loop")).unwrap();
    repo.edit("innocent/x").denied();
    repo.edit("innocent/new").denied();
    repo.edit("note.txt").denied();
    repo.edit("config/hosts").denied();
    repo.edit("loop/x").assert_silent();
    // Deleting the link leaves what it leads to.
    repo.shell("rm note.txt").assert_silent();
    repo.shell("ln -s generated/x l && echo y > l").denied();
}

#[test]
fn spellings_of_a_path_make_no_difference_and_siblings_stay_free() {
    let repo =
        Repo::with_policy("version: 1\nrules: [{id: g, protect-paths: {paths: [generated/**]}}]\n");
    let root = repo.root().to_string_lossy().into_owned();
    for path in [
        "generated/x".to_owned(),
        "./generated/x".into(),
        "src/../generated/x".into(),
        "generated//x".into(),
        "generated/./deep/../x".into(),
        format!("{root}/generated/new/file"),
        format!("{root}/src/../generated/x"),
        format!("/..{root}/generated/x"),
    ] {
        repo.edit(&path).denied();
    }
    for path in [
        "generated.txt",
        "generated-by-hand/x",
        "src/generated/x",
        "Generated/x",
        "generated%2fx",
    ] {
        repo.edit(path).assert_silent();
    }
}

#[test]
fn another_folder_of_the_agent_hides_nothing() {
    let repo =
        Repo::with_policy("version: 1\nrules: [{id: g, protect-paths: {paths: [generated/**]}}]\n");
    let call = |cwd: &str, path: &str| {
        let input = json!({"file_path": path});
        json!({"hook_event_name": "PreToolUse", "cwd": cwd, "tool_name": "Write", "tool_input": input}).to_string()
    };
    let root = repo.root().to_string_lossy().into_owned();
    repo.write("sub/.git/HEAD", "");
    let inside = call(&format!("{root}/sub"), "../generated/x");
    repo.hook("before-tool", inside.as_bytes()).denied();
    // From outside, the client's own start folder still finds the policy.
    let outside = call("/", &format!("{root}/generated/x"));
    repo.hook("before-tool", outside.as_bytes()).assert_silent();
    let mut command = repo.command(&["hook", "--runtime", "claude-code", "--event", "before-tool"]);
    command.env("CLAUDE_PROJECT_DIR", &root);
    finish(command, outside.as_bytes()).denied();
}

#[test]
fn records_do_not_leave_the_repository() {
    let repo =
        Repo::with_policy("version: 1\nrules: [{id: r, record: {on: stop, file: out/log}}]\n");
    let elsewhere = tempfile::tempdir().unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(elsewhere.path(), repo.root().join("out")).unwrap();
    repo.stop();
    assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 0);
}
