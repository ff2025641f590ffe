//! Stops that gates block, with the payloads and replies of each runtime: that none is blocked for ever, and that the
//! person hears of the failure before a runtime ends the chain itself.

use serde_json::{Value, json};

use crate::support::{Ran, Repo, finish};

const POLICY: &str = "version: 1
rules:
  - id: tests
    quality-gate:
      run: 'echo \"FAIL: $(cat src/a)\"; ! grep -q bad src/a'
      inputs: [src/**]
";

/// A stop as a runtime sends it; the number says how many were blocked before.
type Payload = fn(&Repo, u64) -> Value;

/// The payload of the runtimes that took over the first one's form.
fn flagged(repo: &Repo, before: u64) -> Value {
    json!({
        "session_id": "s", "hook_event_name": "Stop", "cwd": repo.root(),
        "stop_hook_active": before > 0, "last_assistant_message": "All done.",
    })
}

fn counted(repo: &Repo, before: u64) -> Value {
    json!({
        "conversation_id": "s", "generation_id": "g", "hook_event_name": "stop", "cursor_version": "2026.07.23",
        "workspace_roots": [repo.root()], "status": "completed", "loop_count": before,
    })
}

/// Runtime, its stop, how many different failures in a row it is sent back for, where the model reads why.
const RUNTIMES: [(&str, Payload, usize, &str); 10] = [
    ("claude-code", flagged, 6, "/reason"),
    ("codex", flagged, 6, "stderr"),
    (
        "copilot-cli",
        |repo, before| {
            json!({
                "sessionId": "s", "timestamp": 1, "cwd": repo.root(), "transcriptPath": "/t",
                "stopReason": "end_turn", "stop_hook_active": before > 0,
            })
        },
        6,
        "/reason",
    ),
    ("cursor", counted, 5, "/followup_message"),
    ("devin", flagged, 6, "/reason"),
    ("factory-droid", flagged, 6, "stderr"),
    (
        "gemini-cli",
        |repo, before| {
            json!({
                "session_id": "s", "hook_event_name": "AfterAgent", "cwd": repo.root(),
                "timestamp": "2026-01-15T10:00:00.000Z", "prompt": "p", "prompt_response": "r",
                "stop_hook_active": before > 0,
            })
        },
        6,
        "/reason",
    ),
    (
        "opencode",
        |repo, _| {
            json!({
                "hook_event_name": "event:session.idle", "directory": repo.root(),
                "event": {"type": "session.idle", "properties": {"sessionID": "s"}},
            })
        },
        6,
        "/followup",
    ),
    ("qwen-code", flagged, 6, "/reason"),
    ("vscode-copilot", flagged, 6, "/hookSpecificOutput/reason"),
];

fn repo() -> Repo {
    let repo = Repo::with_policy(POLICY);
    repo.write("src/a", "good");
    repo
}

fn stop(repo: &Repo, runtime: &str, payload: &Value) -> Ran {
    let arguments = ["hook", "--runtime", runtime, "--event", "stop"];
    finish(repo.command(&arguments), payload.to_string().as_bytes())
}

/// What the model reads when it is sent back; empty when it may stop.
fn reason(ran: &Ran, at: &str) -> String {
    if at == "stderr" {
        return ran.stderr.clone();
    }
    let Ok(reply) = serde_json::from_str::<Value>(&ran.stdout) else {
        return String::new();
    };
    let reason = reply.pointer(at).and_then(Value::as_str);
    reason.unwrap_or_default().to_owned()
}

#[test]
fn every_runtime_is_released_and_its_person_hears_of_it_in_time() {
    let mut wrong = Vec::new();
    for (runtime, payload, blocks, at) in RUNTIMES {
        let repo = repo();
        let mut told = Vec::new();
        for before in 0..=blocks {
            repo.write("src/a", &format!("bad in way {before}"));
            let number = u64::try_from(before).unwrap();
            told.push((
                stop(&repo, runtime, &payload(&repo, number)),
                format!("FAIL: bad in way {before}"),
            ));
        }
        let (released, _) = told.pop().unwrap();
        if !reason(&released, at).is_empty() || released.exit != 0 {
            wrong.push(format!("{runtime}: not released: {released:?}"));
        }
        for (number, (ran, failure)) in told.iter().enumerate() {
            let reason = reason(ran, at);
            let is_last = number + 1 == blocks;
            let last = "This stop is blocked for the last time. If you cannot mend it, end by telling the person that tests did not pass, and where to look: .hook-state/gates/tests.log.";
            // The person is told on the spot, or by the model.
            let log = "quality gate `tests` failed (exit code 1); all that it printed is in .hook-state/gates/tests.log";
            let told_person = ran.stdout.contains(log) || reason.contains(log);
            if !reason.contains(failure) || !told_person || reason.contains(last) != is_last {
                wrong.push(format!("{runtime}: block {number}: {ran:?}"));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn the_same_failure_releases_every_runtime_after_three_blocks() {
    let mut wrong = Vec::new();
    for (runtime, payload, _, at) in RUNTIMES {
        let repo = repo();
        repo.write("src/a", "bad");
        let blocked: Vec<bool> = (0..4)
            .map(|before| {
                let ran = stop(&repo, runtime, &payload(&repo, before));
                !reason(&ran, at).is_empty()
            })
            .collect();
        if blocked != [true, true, true, false] {
            wrong.push(format!("{runtime}: {blocked:?}"));
        }
    }
    assert_eq!(wrong, [""; 0]);
}

/// Follow-ups of other hooks count in the runtime's chain too.
#[test]
fn a_runtime_that_counts_hears_the_last_word_while_it_still_listens() {
    let repo = repo();
    repo.write("src/a", "bad");
    let ran = stop(&repo, "cursor", &counted(&repo, 4));
    let told = reason(&ran, "/followup_message");
    assert!(
        told.starts_with("[hookgate] This stop is blocked for the last time."),
        "{ran:?}"
    );
    stop(&repo, "cursor", &counted(&repo, 5)).assert_silent();
}

#[test]
fn stops_that_nobody_can_answer_are_let_be() {
    let repo = repo();
    repo.write("src/a", "bad");
    for status in ["aborted", "error"] {
        let mut payload = counted(&repo, 0);
        payload["status"] = json!(status);
        stop(&repo, "cursor", &payload).assert_silent();
    }
    let failed = json!({
        "session_id": "s", "hook_event_name": "StopFailure", "cwd": repo.root(), "error": "unknown",
    });
    for runtime in ["claude-code", "qwen-code"] {
        let ran = finish(
            repo.command(&["hook", "--runtime", runtime]),
            failed.to_string().as_bytes(),
        );
        ran.assert_silent();
    }
    assert!(!repo.root().join(".hook-state/gates").exists());
}

#[test]
fn a_gate_that_asks_is_released_like_one_that_denies() {
    let policy = POLICY.replace("  - id: tests\n", "  - id: tests\n    action: ask\n");
    let repo = Repo::with_policy(&policy);
    repo.write("src/a", "bad");
    for before in 0..3 {
        let ran = stop(&repo, "claude-code", &flagged(&repo, before));
        assert!(!reason(&ran, "/reason").is_empty(), "{ran:?}");
    }
    let released = stop(&repo, "claude-code", &flagged(&repo, 3));
    assert_eq!(reason(&released, "/reason"), "", "{released:?}");
}

#[test]
fn a_broken_gate_accuses_nobody_and_is_told_to_the_person() {
    let policy = "version: 1
rules:
  - id: tests
    quality-gate: {run: [no-such-program-here], inputs: [src/**]}
    reason: the checkout has to work
    instead: repair what you broke
";
    let repo = Repo::with_policy(policy);
    repo.write("src/a", "good");
    let told: Vec<Ran> = (0..4)
        .map(|before| stop(&repo, "claude-code", &flagged(&repo, before)))
        .collect();
    assert_eq!(
        reason(&told[0], "/reason"),
        "tests: the quality gate could not run, which is no fault of this change: its program `no-such-program-here` is not there. Instead: tell the person that the gate needs care."
    );
    assert!(
        reason(&told[2], "/reason").contains("end by telling the person that tests could not run"),
        "{:?}",
        told[2]
    );
    assert_eq!(
        told[3].json(),
        json!({"systemMessage": "hookgate let the agent stop although tests could not run: blocking it did not help. See .hook-state/gates/tests.log"})
    );
    let lenient =
        Repo::with_policy(&policy.replace("rules:", "when-broken: {stop: allow}\nrules:"));
    lenient.write("src/a", "good");
    let ran = stop(&lenient, "claude-code", &flagged(&lenient, 0));
    assert_eq!(reason(&ran, "/reason"), "", "{ran:?}");
}

/// A limit on the size of files ends a program that is not prepared for it, and with it the answer.
#[test]
fn a_limit_on_the_size_of_files_ends_no_hook() {
    let repo = repo();
    repo.write("src/a", "bad");
    let mut command = std::process::Command::new("sh");
    let line = "ulimit -f 0; exec \"$0\" hook --runtime claude-code --event stop";
    command.args(["-c", line, env!("CARGO_BIN_EXE_hookgate")]);
    command.current_dir(repo.root()).env("HOME", repo.home());
    let ran = finish(command, flagged(&repo, 0).to_string().as_bytes());
    assert!(reason(&ran, "/reason").contains("FAIL: bad"), "{ran:?}");
}
