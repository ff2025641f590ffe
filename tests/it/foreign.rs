//! Payloads of one runtime on the line of another: answered in the sender's words, and once.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Ran, Repo, finish, manifest};

const POLICY: &str = "
version: 1
rules:
  - {id: secrets, protect-paths: {paths: [.env], deny: [read]}, reason: keys}
  - {id: words, add-context: {on: prompt, text: Words.}}
  - {id: red, quality-gate: {run: 'echo FAIL; exit 1', inputs: [a], on: [stop]}}
";

fn repo() -> Repo {
    let repo = Repo::with_policy(POLICY);
    repo.write("a", "a");
    repo
}

/// Sends a recorded payload, as it would read in this repository, to a line of another runtime.
fn sent(repo: &Repo, case: &str, change: &dyn Fn(&mut Value), line: &str, event: &str) -> Ran {
    let text = fs::read_to_string(manifest().join(case)).unwrap();
    let text = text.replace("/home/dev/checkout-demo", &repo.root().to_string_lossy());
    let mut payload: Value = serde_json::from_str(&text).unwrap();
    change(&mut payload);
    let arguments = ["hook", "--runtime", line, "--event", event];
    finish(repo.command(&arguments), payload.to_string().as_bytes())
}

fn told(stdout: &str, stderr: &str, exit: i32) -> Ran {
    Ran {
        stdout: stdout.to_owned(),
        stderr: stderr.to_owned(),
        exit,
    }
}

/// The shell call of Copilot CLI that its reading of Claude Code's settings makes.
fn copilot(repo: &Repo) -> Ran {
    sent(
        repo,
        "adapters/copilot-cli/cases/payloads/pascal-PreToolUse-Bash.json",
        &|payload| payload["tool_input"]["command"] = json!("cat .env"),
        "claude-code",
        "before-tool",
    )
}

const COPILOT_DENY: &str = "{\"permissionDecision\":\"deny\",\"permissionDecisionReason\":\"secrets: cat reads `.env`. Reason: keys.\"}\n";

#[test]
fn a_foreign_call_is_answered_in_its_senders_words_and_recorded() {
    let repo = repo();
    assert_eq!(copilot(&repo), told(COPILOT_DENY, "", 0));
    let line: Value = serde_json::from_str(repo.read(".hook-state/audit.jsonl").trim()).unwrap();
    assert_eq!(line["foreign"], "copilot-cli");
    assert_eq!(line["verdict"], "deny");

    let read = "adapters/copilot-cli/cases/payloads/pascal-PreToolUse-Read.json";
    let path = |payload: &mut Value| payload["tool_input"]["path"] = json!(".env");
    let deny = COPILOT_DENY.replace("cat", "Read");
    assert_eq!(
        sent(&repo, read, &path, "claude-code", "before-tool"),
        told(&deny, "", 0)
    );
    let stop = "adapters/copilot-cli/cases/payloads/pascal-Stop.json";
    let blocked = sent(&repo, stop, &|_| {}, "claude-code", "stop");
    assert!(
        blocked
            .stdout
            .starts_with("{\"decision\":\"block\",\"reason\":\"[hookgate] red: "),
        "{blocked:?}"
    );
    let prompt = "adapters/cursor/cases/payloads/beforeSubmitPrompt.json";
    sent(&repo, prompt, &|_| {}, "claude-code", "prompt").assert_silent();
}

#[test]
fn a_sender_with_a_line_of_its_own_is_answered_there() {
    let repo = repo();
    let hooks = fs::read_to_string(manifest().join("adapters/copilot-cli/hooks.json")).unwrap();
    repo.write(".github/hooks/hookgate.json", &hooks);
    copilot(&repo).assert_silent();
    assert_eq!(repo.read(".hook-state/audit.jsonl"), "");
    let own = ["hook", "--runtime", "copilot-cli", "--event", "before-tool"];
    let payload = json!({
        "sessionId": "s", "timestamp": 1, "cwd": repo.root(), "toolName": "bash",
        "toolArgs": {"command": "cat .env"},
    });
    let ran = finish(repo.command(&own), payload.to_string().as_bytes());
    assert_eq!(ran, told(COPILOT_DENY, "", 0));
}

#[test]
fn a_line_that_would_not_answer_counts_for_nothing() {
    let repo = repo();
    let hooks = fs::read_to_string(manifest().join("adapters/copilot-cli/hooks.json")).unwrap();
    let useless = [
        // Clients drop a file with a slip in it.
        hooks.replace("\"version\"", "\"version"),
        hooks.replace("--event before-tool", "--event after-tool"),
        hooks.replace("--runtime copilot-cli", "--runtime claude-code"),
        hooks.replace("hookgate hook", "true hookgate hook"),
        hooks.replace("--event before-tool", "--event before-tool --dry-run"),
        hooks.replace("--event before-tool", "--event before-tool || true"),
    ];
    for hooks in useless {
        repo.write(".github/hooks/hookgate.json", &hooks);
        assert_eq!(copilot(&repo), told(COPILOT_DENY, "", 0), "{hooks}");
    }
}

#[test]
fn a_line_of_the_user_counts_too() {
    let repo = repo();
    let hooks = fs::read_to_string(manifest().join("adapters/cursor/hooks.json")).unwrap();
    let folder = repo.home().join(".cursor");
    let shell = || {
        let case = "adapters/cursor/cases/payloads/preToolUse-Shell.json";
        let cat = |payload: &mut Value| payload["tool_input"]["command"] = json!("cat .env");
        sent(&repo, case, &cat, "claude-code", "before-tool")
    };
    assert!(shell().stdout.starts_with("{\"permission\":\"deny\","));
    fs::create_dir_all(&folder).unwrap();
    hookgate::state::replace(&folder.join("hooks.json"), hooks.as_bytes()).unwrap();
    shell().assert_silent();
}

#[test]
fn a_foreign_call_that_cannot_be_read_is_denied_in_its_senders_words() {
    let repo = repo();
    let ran = sent(
        &repo,
        "adapters/devin/cases/payloads/PreToolUse-exec.json",
        &|payload| payload["tool_input"] = json!({}),
        "claude-code",
        "before-tool",
    );
    assert_eq!((ran.stdout.as_str(), ran.exit), ("", 2));
    assert!(
        ran.stderr
            .contains("the payload has no /tool_input/command"),
        "{ran:?}"
    );
}

#[test]
fn a_sender_of_whom_only_the_marks_tell_is_denied_in_its_words() {
    let repo = repo();
    let ran = sent(
        &repo,
        "adapters/cline/cases/payloads/tool_call-editor.json",
        &|payload| {
            *payload = json!({
                "is_mcp_tool": false, "hook_event_name": "PreToolUse", "cwd": repo.root(),
                "tool_name": "Read", "tool_input": {"file_path": ".env"},
            });
        },
        "claude-code",
        "before-tool",
    );
    let deny = json!({"hookSpecificOutput": {
        "hookEventName": "PreToolUse", "permissionDecision": "deny",
        "permissionDecisionReason": "secrets: Read reads `.env`. Reason: keys.",
    }});
    assert_eq!(ran, told(&format!("{deny}\n"), "", 0));
}

/// Runtimes of the second tier: a shell call of each, and where its command is.
const SHELL_CALLS: [(&str, &str, &str); 7] = [
    ("goose", "PreToolUse-shell", "/tool_input/command"),
    ("crush", "PreToolUse-bash", "/tool_input/command"),
    ("windsurf", "pre_run_command", "/tool_info/command_line"),
    (
        "grok",
        "PreToolUse-run_terminal_command",
        "/toolInput/command",
    ),
    (
        "antigravity",
        "PreToolUse-run_command",
        "/toolCall/args/CommandLine",
    ),
    (
        "augment",
        "PreToolUse-launch-process",
        "/tool_input/command",
    ),
    ("amp", "tool.call-shell_command", "/event/input/command"),
];

/// Sends a shell call that reads `.env` to a line of some runtime.
fn cat(repo: &Repo, (sender, case, command): (&str, &str, &str), line: &str) -> Ran {
    let case = format!("adapters/{sender}/cases/payloads/{case}.json");
    let change = |payload: &mut Value| {
        *payload.pointer_mut(command).unwrap() = json!("cat .env");
    };
    sent(repo, &case, &change, line, "before-tool")
}

#[test]
fn senders_of_the_second_tier_are_answered_as_on_a_line_of_their_own() {
    for call in SHELL_CALLS {
        let repo = repo();
        let own = cat(&repo, call, call.0);
        let said = [own.stdout.as_str(), own.stderr.as_str()].concat();
        assert!(said.contains("secrets: cat reads `.env`"), "{own:?}");
        for line in ["claude-code", "codex", "cursor"] {
            assert_eq!(cat(&repo, call, line), own, "{} by {line}", call.0);
        }
    }
}

#[test]
fn senders_of_the_second_tier_with_a_line_of_their_own_are_answered_there() {
    for call in SHELL_CALLS {
        let adapter = hookgate::adapter::find(call.0).unwrap();
        // A plugin is code: no line can be found in it.
        if adapter.hooks.is_none() {
            continue;
        }
        let repo = repo();
        for (path, content) in adapter.wiring.files_at(adapter.wiring.project) {
            repo.write(&path, &content);
        }
        cat(&repo, call, "claude-code").assert_silent();
        assert_eq!(repo.read(".hook-state/audit.jsonl"), "", "{}", call.0);
    }
}

/// Nothing in the payloads of these is theirs alone, so another's line takes them for its own; what they do is seen all the same.
#[test]
fn what_cannot_be_told_apart_is_judged_by_what_it_does() {
    for (sender, case) in [("kimi", "PreToolUse-Shell"), ("kiro", "PreToolUse-shell")] {
        let call = (sender, case, "/tool_input/command");
        let ran = cat(&repo(), call, "claude-code");
        assert!(
            ran.stdout.contains("\"permissionDecision\":\"deny\"") && ran.stdout.contains("`.env`"),
            "{sender}: {ran:?}"
        );
    }
}

/// One call of Cline 3.0.65 has a list of commands; each is a line of its own, whatever the others look like.
#[test]
fn every_command_of_a_call_with_several_is_judged() {
    let repo = repo();
    let case = "adapters/cline/cases/payloads/tool_call-run_commands.json";
    let sent_with = |commands: Value| {
        let change =
            |payload: &mut Value| payload["tool_call"]["input"]["commands"] = commands.clone();
        sent(&repo, case, &change, "cline", "before-tool")
    };
    sent_with(json!(["ls", "pwd"])).assert_silent();
    for commands in [
        json!(["cat .env", "ls"]),
        json!(["ls", "cat .env"]),
        json!(["echo 'open", "cat .env"]),
        json!(["cat <<END", "cat .env"]),
        json!(["true \\", "cat .env"]),
    ] {
        let ran = sent_with(commands.clone());
        assert!(
            ran.stdout
                .starts_with("{\"cancel\":true,\"errorMessage\":\""),
            "{commands}: {ran:?}"
        );
        assert!(
            ran.stdout.contains("cat reads `.env`"),
            "{commands}: {ran:?}"
        );
    }
}
