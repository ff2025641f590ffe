//! Quality gates through the hook: what runs when, what is told, what is kept.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{Repo, finish};

/// A gate that fails while `src/a` holds "bad", and counts its runs in `runs`, which is no input.
const COUNTING: &str = "
version: 1
rules:
  - id: tests
    quality-gate:
      run: 'echo run >> runs; if grep -q bad src/a; then echo \"FAIL: a is bad\"; exit 1; fi'
      inputs: [src/**]
      on: [after-edit, stop]
      timeout: 10s
    instead: make it good
";

fn repo() -> Repo {
    let repo = Repo::with_policy(COUNTING);
    repo.write("src/a", "good");
    repo
}

fn runs(repo: &Repo) -> usize {
    repo.read("runs").lines().count()
}

#[test]
fn a_stop_passes_at_once_when_nothing_changed_since_a_green_run() {
    let repo = repo();
    repo.stop().assert_silent();
    repo.stop().assert_silent();
    assert_eq!(runs(&repo), 1);
    repo.write("src/a", "still good");
    repo.stop().assert_silent();
    assert_eq!(runs(&repo), 2);
}

#[test]
fn content_counts_and_times_do_not() {
    let repo = repo();
    repo.stop().assert_silent();
    repo.write("src/a", "bad");
    repo.stop().blocked();
    repo.write("src/a", "good");
    repo.stop().assert_silent();
    // Back to content that has passed.
    assert_eq!(runs(&repo), 2);
}

#[test]
fn new_removed_and_executable_files_count() {
    let repo = repo();
    repo.write("src/c", "");
    repo.stop().assert_silent();
    repo.write("src/b", "");
    repo.stop().assert_silent();
    assert_eq!(runs(&repo), 2);
    std::fs::remove_file(repo.root().join("src/b")).unwrap();
    std::fs::remove_file(repo.root().join("src/c")).unwrap();
    repo.stop().assert_silent();
    assert_eq!(runs(&repo), 3);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(repo.root().join("src/a"), mode).unwrap();
        repo.stop().assert_silent();
        assert_eq!(runs(&repo), 4);
    }
}

#[test]
fn the_agent_is_told_the_failing_lines_and_the_result_is_kept() {
    let repo = repo();
    repo.write("src/a", "bad");
    let told = repo.edited("src/a").blocked();
    assert_eq!(
        told,
        "tests: the quality gate fails on the present content (exit code 1):\nFAIL: a is bad\nInstead: make it good."
    );
    let kept = repo.json(".hook-state/last_quality_gate.json");
    assert_eq!(kept["status"], "failed");
    assert_eq!(kept["gate"], "tests");
    assert_eq!(kept["exit_code"], 1);
    assert_eq!(kept["edited_file"], "src/a");
    assert_eq!(kept["stdout_tail"], "FAIL: a is bad\n");
    assert_eq!(kept["stderr_tail"], "");
    assert!(kept["duration_seconds"].as_f64().unwrap() > 0.0);
    assert_eq!(kept["inputs_digest"].as_str().unwrap().len(), 64);
}

#[test]
fn an_edit_of_something_else_runs_nothing() {
    let repo = repo();
    repo.write("notes", "x");
    repo.edited("notes").assert_silent();
    assert_eq!(runs(&repo), 0);
}

#[test]
fn a_shell_command_that_writes_an_input_runs_the_gate() {
    let repo = repo();
    let input = serde_json::json!({"command": "sed -i s/good/fine/ src/a"});
    let payload = repo.call("PostToolUse", "Bash", &input);
    let ran = repo.hook("after-tool", payload.as_bytes());
    assert!(
        ran.stdout.contains("passed on the present content"),
        "{ran:?}"
    );
    let input = serde_json::json!({"command": "cat src/a"});
    let payload = repo.call("PostToolUse", "Bash", &input);
    repo.hook("after-tool", payload.as_bytes()).assert_silent();
    assert_eq!(runs(&repo), 1);
}

#[test]
fn the_same_failure_blocks_three_times_and_then_the_person_is_told() {
    let repo = repo();
    repo.write("src/a", "bad");
    for _ in 0..3 {
        repo.stop().blocked();
    }
    let released = repo.stop();
    assert!(released.stdout.contains("systemMessage"), "{released:?}");
    assert!(!released.stdout.contains("block\""), "{released:?}");
    // A new prompt begins anew.
    repo.stop().blocked();
}

#[test]
fn progress_begins_the_count_anew_below_a_cap_of_six() {
    let policy = COUNTING.replace("echo \"FAIL: a is bad\"", "echo \"FAIL: $(cat src/a)\"");
    let repo = Repo::with_policy(&policy);
    for n in 0..6 {
        repo.write("src/a", &format!("bad in another way: {n}"));
        repo.stop().blocked();
    }
    repo.write("src/a", "bad in one more way");
    let released = repo.stop().json();
    assert_eq!(
        released["systemMessage"],
        "hookgate let the agent stop although tests did not pass: blocking it did not help. See .hook-state/gates/tests.log"
    );
    assert_eq!(released["decision"], serde_json::Value::Null);
    repo.stop().blocked();
}

#[test]
fn the_count_is_kept_by_session() {
    let repo = repo();
    repo.write("src/a", "bad");
    for _ in 0..3 {
        repo.stop().blocked();
    }
    let other =
        serde_json::json!({"session_id": "other", "hook_event_name": "Stop", "cwd": repo.root()});
    repo.hook("stop", other.to_string().as_bytes()).blocked();
    assert_eq!(repo.stop().json()["decision"], serde_json::Value::Null);
}

/// Where the runtime does not say whether it goes on already, and nothing can be counted, blocking might never end.
#[test]
fn a_stop_that_cannot_be_counted_at_all_is_not_blocked() {
    let repo = repo();
    repo.write(".hook-state", "not a folder");
    repo.write("src/a", "bad");
    let payload =
        serde_json::json!({"session_id": "s", "hook_event_name": "Stop", "cwd": repo.root()});
    let released = repo.hook("stop", payload.to_string().as_bytes()).json();
    assert_eq!(released["decision"], serde_json::Value::Null);
    let told = released["systemMessage"].as_str().unwrap();
    assert!(
        told.contains("hookgate let the agent stop although tests did not pass"),
        "{told}"
    );
}

#[test]
fn a_time_limit_beyond_all_clocks_is_none() {
    let policy = COUNTING.replace("timeout: 10s", "timeout: 500000000000years");
    let repo = Repo::with_policy(&policy);
    repo.write("src/a", "good");
    repo.stop().assert_silent();
    assert_eq!(runs(&repo), 1);
}

#[test]
fn a_gate_that_only_warns_keeps_nobody_at_work() {
    let repo = Repo::with_policy(&COUNTING.replace("id: tests", "id: tests\n    action: warn"));
    repo.write("src/a", "bad");
    let told = repo.edited("src/a").json();
    let context = told["hookSpecificOutput"]["additionalContext"]
        .as_str()
        .unwrap();
    assert!(context.contains("FAIL: a is bad"), "{context}");
    repo.stop().assert_silent();
}

#[test]
fn a_prompt_resets_the_count() {
    let repo = repo();
    repo.write("src/a", "bad");
    for _ in 0..2 {
        repo.stop().blocked();
    }
    let prompt = serde_json::json!({"session_id": "s", "hook_event_name": "UserPromptSubmit", "cwd": repo.root(), "prompt": "go on"});
    repo.hook("prompt", prompt.to_string().as_bytes())
        .assert_silent();
    for _ in 0..3 {
        repo.stop().blocked();
    }
}

#[test]
fn a_prompt_that_no_person_wrote_resets_nothing() {
    let repo = repo();
    repo.write("src/a", "bad");
    let prompt = serde_json::json!({
        "session_id": "s", "hook_event_name": "UserPromptSubmit", "cwd": repo.root(),
        "prompt": "<task-notification>done</task-notification>",
    });
    for _ in 0..3 {
        repo.stop().blocked();
        repo.hook("prompt", prompt.to_string().as_bytes())
            .assert_silent();
    }
    let released = repo.stop().json();
    assert_eq!(released["decision"], serde_json::Value::Null);
}

#[test]
fn a_gate_that_cannot_run_is_broken_and_says_so() {
    let policy = COUNTING.replace(
        "run: 'echo run >> runs; if grep -q bad src/a; then echo \"FAIL: a is bad\"; exit 1; fi'",
        "run: [no-such-program-here]",
    );
    let repo = Repo::with_policy(&policy);
    repo.write("src/a", "good");
    let ran = repo.edited("src/a");
    assert!(ran.stdout.contains("no fault of this change"), "{ran:?}");
    assert!(!ran.stdout.contains("\"block\""), "{ran:?}");
    let told = repo.stop().blocked();
    assert!(told.contains("could not run"), "{told}");
    assert_eq!(
        repo.json(".hook-state/last_quality_gate.json")["status"],
        "broken"
    );
}

#[test]
fn a_gate_without_inputs_is_broken() {
    let repo = Repo::with_policy(COUNTING);
    let told = repo.stop().blocked();
    assert!(told.contains("no file matches its `inputs`"), "{told}");
}

#[test]
fn a_gate_that_changes_its_inputs_each_time_is_told_so() {
    let policy = COUNTING.replace(
        "echo run >> runs;",
        "echo run >> runs; echo x >> src/moved;",
    );
    let repo = Repo::with_policy(&policy);
    repo.write("src/a", "good");
    let told = repo.stop().blocked();
    assert!(
        told.contains("changes its own inputs each time (src/moved)"),
        "{told}"
    );
    // Its failure is a failure all the same.
    repo.write("src/a", "bad");
    let told = repo.stop().blocked();
    assert!(told.contains("FAIL: a is bad"), "{told}");
}

#[test]
fn what_only_the_first_run_writes_needs_one_more_run() {
    let policy = COUNTING.replace("echo run >> runs;", "echo run >> runs; touch src/cache;");
    let repo = Repo::with_policy(&policy);
    repo.write("src/a", "good");
    let told = repo.stop().json();
    assert_eq!(
        told["systemMessage"],
        "hookgate: these inputs of quality gate `tests` changed while it ran, so it ran again and passed on the new content: src/cache"
    );
    assert_eq!(runs(&repo), 2);
    repo.stop().assert_silent();
    assert_eq!(runs(&repo), 2);
}

#[test]
fn no_ignore_file_hides_what_is_tracked() {
    let repo = repo();
    std::fs::remove_dir_all(repo.root().join(".git")).unwrap();
    let git = git2::Repository::init(repo.root()).unwrap();
    let mut index = git.index().unwrap();
    index.add_path(std::path::Path::new("src/a")).unwrap();
    index.write().unwrap();
    for file in [".gitignore", ".ignore", ".git/info/exclude"] {
        repo.write("src/a", "good");
        repo.write(file, "src/\n");
        repo.stop().assert_silent();
        repo.write("src/a", "bad");
        repo.stop().blocked();
        std::fs::remove_file(repo.root().join(file)).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn content_behind_a_link_to_a_folder_counts() {
    let repo = Repo::with_policy(COUNTING);
    repo.write("lib/a", "good");
    std::os::unix::fs::symlink("lib", repo.root().join("src")).unwrap();
    repo.stop().assert_silent();
    repo.write("lib/a", "bad");
    repo.stop().blocked();
}

#[test]
fn agents_that_wait_share_a_failure_too() {
    let policy = COUNTING.replace("echo run >> runs;", "echo run >> runs; sleep 0.7;");
    let repo = Repo::with_policy(&policy);
    repo.write("src/a", "bad");
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| repo.stop());
        }
    });
    assert_eq!(runs(&repo), 1);
}

#[test]
fn gates_of_subfolders_hold_at_a_stop_from_anywhere() {
    let repo = repo();
    let sub = COUNTING.replace("id: tests", "id: more");
    repo.write("packages/a/hookgate.yaml", &sub);
    repo.write("packages/a/src/a", "bad");
    let told = repo.stop().blocked();
    assert!(told.starts_with("packages/a/more: "), "{told}");
}

#[test]
fn gates_of_other_checkouts_in_the_folder_are_not_run() {
    let repo = Repo::with_policy("version: 1\n");
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(repo.root());
        let done = finish(command, b"");
        assert_eq!(done.exit, 0, "{done:?}");
    };
    git(&["init", "-q"]);
    for folder in ["vendor/theirs", "packages/ours"] {
        repo.write(&format!("{folder}/hookgate.yaml"), COUNTING);
        repo.write(&format!("{folder}/src/a"), "good");
    }
    git(&["add", "packages/ours/hookgate.yaml"]);
    // What is tracked stays part of the repository, whatever is made of its folder.
    git(&["init", "-q", "packages/ours"]);
    git(&["init", "-q", "vendor/theirs"]);
    repo.stop().assert_silent();
    assert_eq!(repo.read("packages/ours/runs"), "run\n");
    assert_eq!(repo.read("vendor/theirs/runs"), "");
    repo.write("vendor/theirs/src/b", "bad");
    repo.stop().assert_silent();
}

#[test]
fn a_gate_over_its_time_is_ended_with_all_that_it_started() {
    let policy = COUNTING
        .replace(
            "echo run >> runs;",
            "echo run >> runs; (sleep 3; touch survived) & sleep 60;",
        )
        .replace("timeout: 10s", "timeout: 1s");
    let repo = Repo::with_policy(&policy);
    repo.write("src/a", "good");
    let started = Instant::now();
    let told = repo.stop().blocked();
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "{:?}",
        started.elapsed()
    );
    assert!(told.contains("its time limit"), "{told}");
    thread::sleep(Duration::from_secs(3));
    assert!(!repo.root().join("survived").exists());
}

#[test]
fn two_agents_at_once_run_a_gate_once() {
    let policy = COUNTING.replace("echo run >> runs;", "echo run >> runs; sleep 0.5;");
    let repo = Repo::with_policy(&policy);
    repo.write("src/a", "good");
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| repo.stop().assert_silent());
        }
    });
    assert_eq!(runs(&repo), 1);
}

#[cfg(unix)]
#[test]
fn a_killed_run_leaves_no_lock_behind() {
    let policy = COUNTING.replace("echo run >> runs;", "echo run >> runs; sleep 2;");
    let repo = Repo::with_policy(&policy);
    repo.write("src/a", "good");
    let mut command = repo.command(&["hook", "--runtime", "claude-code", "--event", "stop"]);
    let mut child = command
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let payload =
        serde_json::json!({"session_id": "s", "hook_event_name": "Stop", "cwd": repo.root()});
    serde_json::to_writer(child.stdin.take().unwrap(), &payload).unwrap();
    while runs(&repo) == 0 {
        thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let started = Instant::now();
    repo.stop().assert_silent();
    assert!(started.elapsed() < Duration::from_secs(5));
    assert_eq!(runs(&repo), 2);
}

#[test]
fn secrets_of_the_environment_are_masked() {
    let policy = COUNTING.replace("echo run >> runs;", "echo \"FAIL: $DEPLOY_TOKEN\"; exit 1;");
    let repo = Repo::with_policy(&policy);
    repo.write("src/a", "good");
    let mut command = repo.command(&["hook", "--runtime", "claude-code", "--event", "stop"]);
    command.env("DEPLOY_TOKEN", "hunter2-hunter2");
    let payload =
        serde_json::json!({"session_id": "s", "hook_event_name": "Stop", "cwd": repo.root()});
    let told = finish(command, payload.to_string().as_bytes()).blocked();
    assert!(told.contains("FAIL: [masked]"), "{told}");
    assert!(
        !repo
            .read(".hook-state/gates/tests.json")
            .contains("hunter2")
    );
}

/// State that cannot be written: the result counts now, and the person is told.
#[test]
fn a_state_folder_that_cannot_be_written_loses_no_decision() {
    let repo = repo();
    repo.write(".hook-state", "not a folder");
    let passed = repo.stop().json();
    let told = passed["systemMessage"].as_str().unwrap();
    assert!(
        told.contains("the result of `tests` cannot be kept"),
        "{told}"
    );
    repo.write("src/a", "bad");
    repo.stop().blocked();
    let again = serde_json::json!({
        "session_id": "s", "hook_event_name": "Stop", "cwd": repo.root(), "stop_hook_active": true,
    });
    let released = repo.hook("stop", again.to_string().as_bytes()).json();
    assert_eq!(released["decision"], serde_json::Value::Null);
    repo.edit("hookgate.yaml").denied();
}

#[test]
fn state_of_a_newer_version_is_left_alone() {
    let repo = repo();
    let newer = "{\"version\": 9}";
    repo.write(".hook-state/gates/tests.json", newer);
    repo.write(".hook-state/sessions/s.json", newer);
    repo.write("src/a", "bad");
    repo.stop().blocked();
    assert_eq!(repo.read(".hook-state/gates/tests.json"), newer);
    assert_eq!(repo.read(".hook-state/sessions/s.json"), newer);
}

#[test]
fn junk_in_state_is_as_good_as_none() {
    let repo = repo();
    for file in [
        "gates/tests.json",
        "sessions/s.json",
        "last_quality_gate.json",
        "audit.jsonl",
    ] {
        repo.write(
            &format!(".hook-state/{file}"),
            "{\"version\": 1, \"status\"",
        );
    }
    repo.stop().assert_silent();
    assert_eq!(runs(&repo), 1);
    assert_eq!(
        repo.json(".hook-state/last_quality_gate.json")["status"],
        "passed"
    );
}
