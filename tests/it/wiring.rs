//! What is installed in the demo repository is what the adapters ship, and its lines work as a shell runs them.

use std::fs;
use std::path::Path;
use std::process::Command;

use hookgate::adapter::{self, Adapter};
use serde_json::{Value, json};

use crate::support::{Ran, Repo, assert_file, finish, manifest};

/// The runtimes that the demo is wired for, and a shell call of each that its policy denies.
fn wired(repo: &Repo) -> Vec<(&'static Adapter, Value)> {
    let root = repo.root();
    let call = |name: &str, payload: Value| (adapter::find(name).unwrap(), payload);
    vec![
        call(
            "claude-code",
            json!({"session_id": "s", "hook_event_name": "PreToolUse", "cwd": root,
                "tool_name": "Bash", "tool_input": {"command": "cat .env"}}),
        ),
        call(
            "codex",
            json!({"session_id": "s", "turn_id": "t", "model": "m", "hook_event_name": "PreToolUse", "cwd": root,
                "tool_name": "Bash", "tool_input": {"command": "cat .env"}}),
        ),
        call(
            "cursor",
            json!({"conversation_id": "s", "cursor_version": "3", "hook_event_name": "preToolUse",
                "workspace_roots": [root], "tool_name": "Shell", "tool_input": {"command": "cat .env"}}),
        ),
        call(
            "devin",
            json!({"session_id": "s", "hook_event_name": "PreToolUse",
                "tool_name": "exec", "tool_input": {"command": "cat .env"}}),
        ),
    ]
}

/// The first hook line of the event that comes before a tool.
fn line(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.contains("--event before-tool") => Some(text.clone()),
        Value::Array(items) => items.iter().find_map(line),
        Value::Object(members) => members.values().find_map(line),
        _ => None,
    }
}

/// Runs a line as a client does: by a shell, from a folder of its own, with hookgate on the path.
fn run(repo: &Repo, line: &str, payload: &Value) -> Ran {
    let folder = Path::new(env!("CARGO_BIN_EXE_hookgate")).parent().unwrap();
    let path = hookgate::settings::variable("PATH").unwrap();
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", line])
        .current_dir(repo.home())
        .env_clear()
        .env("HOME", repo.home())
        .env("DEVIN_PROJECT_DIR", repo.root())
        .env("PATH", format!("{}:{path}", folder.display()));
    finish(command, payload.to_string().as_bytes())
}

#[test]
fn the_demo_is_wired_with_what_the_adapters_ship_and_every_line_denies() {
    let repo = Repo::demo();
    for (adapter, payload) in wired(&repo) {
        let wiring = adapter.wiring;
        let installed =
            fs::read_to_string(manifest().join("demo-repo").join(wiring.project.unwrap()));
        assert_eq!(installed.unwrap(), wiring.content, "{}", adapter.name);
        let hooks: Value = serde_json::from_str(wiring.content).unwrap();
        let ran = run(&repo, &line(&hooks).unwrap(), &payload);
        let said = [ran.stdout.as_str(), ran.stderr.as_str()].concat();
        let deny = "secrets: cat reads `.env`";
        assert!(said.contains(deny), "{}: {ran:?}", adapter.name);
        assert_eq!(ran.exit == 0, ran.stderr.is_empty(), "{ran:?}");
    }
}

#[test]
fn agents_write_no_file_that_a_runtime_reads_its_hooks_from() {
    let repo = Repo::with_policy("version: 1\nrules: [{id: r, deny-command: {patterns: [rm]}}]\n");
    for adapter in adapter::all() {
        let files = adapter.config.iter().map(|file| file.path);
        for file in files.chain(adapter.wiring.project) {
            let path = match file.strip_prefix("~/") {
                Some(below) => repo.home().join(below).to_string_lossy().into_owned(),
                None => file.to_owned(),
            };
            let reason = repo.edit(&path).denied();
            assert!(reason.starts_with("floor: "), "{file}: {reason}");
        }
    }
}

#[test]
#[ignore = "needs Node: cargo test --test it bridge -- --ignored"]
fn the_bridge_of_opencode_does_what_hookgate_answers() {
    bridge("opencode");
}

#[test]
#[ignore = "needs Node: cargo test --test it bridge -- --ignored"]
fn the_bridge_of_amp_does_what_hookgate_answers() {
    bridge("amp");
}

/// Runs the script that drives a runtime's bridge, and compares what it printed.
fn bridge(runtime: &str) {
    let repo = Repo::with_policy(
        "
version: 1
rules:
  - {id: secrets, protect-paths: {paths: [.env], deny: [read]}, reason: keys}
  - {id: deploy, action: ask, deny-command: {patterns: [make deploy]}, reason: it goes live}
  - {id: hello, add-context: {on: session-start, text: Hello.}}
  - {id: words, add-context: {on: prompt, text: Words.}}
  - {id: red, quality-gate: {run: 'echo FAIL; exit 1', inputs: [a], on: [after-edit, stop]}}
",
    );
    repo.write("a", "a");
    let folder = Path::new(env!("CARGO_BIN_EXE_hookgate")).parent().unwrap();
    let path = hookgate::settings::variable("PATH").unwrap();
    let mut command = Command::new("node");
    command
        .arg("--no-warnings")
        .arg(manifest().join(format!("adapters/{runtime}/cases/bridge.mjs")))
        .current_dir(repo.root())
        .env("HOME", repo.home())
        .env("PATH", format!("{}:{path}", folder.display()));
    let ran = finish(command, b"");
    assert_eq!((ran.stderr.as_str(), ran.exit), ("", 0));
    assert_file(&format!("adapters/{runtime}/cases/bridge.txt"), &ran.stdout);
}
