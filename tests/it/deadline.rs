//! A runtime gets its answer in time, whatever keeps the hook waiting.

use std::fs::File;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Ran, Repo, finish};

/// What the runtime would wait for at most; the hook's own limit is 5 seconds, and the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(20);
const LATE: &str = "this hook call was not decided within 5 seconds";

/// Runs a command while something is held back, and gives up where it does not end.
fn in_time(act: impl FnOnce() -> Ran) -> Ran {
    let started = Instant::now();
    let ran = act();
    assert!(started.elapsed() < PATIENCE, "{ran:?}");
    ran
}

/// Writes a beginning to the hook's stdin and keeps it open.
fn kept_open(mut command: Command, beginning: &[u8]) -> Ran {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut open = child.stdin.take().unwrap();
    open.write_all(beginning).unwrap();
    let done = child.wait_with_output().unwrap();
    drop(open);
    Ran {
        stdout: String::from_utf8(done.stdout).unwrap(),
        stderr: String::from_utf8(done.stderr).unwrap(),
        exit: done.status.code().unwrap(),
    }
}

#[test]
fn a_stuck_runtime_gets_its_answer_in_time() {
    let repo = Repo::demo();
    let line = ["hook", "--runtime", "claude-code", "--event", "before-tool"];
    for beginning in ["", "{\"session_id\": "] {
        let ran = in_time(|| kept_open(repo.command(&line), beginning.as_bytes()));
        let reason = ran.denied();
        assert!(reason.contains(LATE), "{reason}");
    }
    // Where a failure blocks nothing the person hears of it.
    let line = ["hook", "--runtime", "claude-code", "--event", "after-tool"];
    let ran = in_time(|| kept_open(repo.command(&line), b""));
    let message = ran.json()["systemMessage"].clone();
    assert!(
        message.as_str().is_some_and(|text| text.contains(LATE)),
        "{ran:?}"
    );
}

#[test]
fn whoever_holds_a_lock_for_ever_keeps_no_call_waiting() {
    let repo = Repo::demo();
    repo.shell("cat .env").denied();
    let audit = File::open(repo.root().join(".hook-state/audit.jsonl")).unwrap();
    audit.lock().unwrap();
    let ran = in_time(|| repo.shell("cat .env"));
    let reason = ran.denied();
    assert!(reason.contains(LATE), "{reason}");
    drop(audit);
    let reason = repo.shell("cat .env").denied();
    assert!(!reason.contains(LATE), "{reason}");
}

/// Runtimes may hand over pipes that refuse what they have no room for.
#[cfg(unix)]
#[test]
fn a_full_pipe_that_does_not_wait_gets_the_whole_answer() {
    use std::io::{ErrorKind, Read};
    use std::os::unix::net::UnixStream;

    let repo = Repo::demo();
    let (mut ours, mut theirs) = UnixStream::pair().unwrap();
    theirs.set_nonblocking(true).unwrap();
    let mut filling = 0;
    loop {
        match theirs.write(&[b' '; 4096]) {
            Ok(written) => filling += written,
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) => panic!("{error}"),
        }
    }
    let payload = repo.call(
        "PreToolUse",
        "Bash",
        &serde_json::json!({"command": "cat .env"}),
    );
    let mut child = repo
        .command(&["hook", "--runtime", "claude-code", "--event", "before-tool"])
        .stdin(Stdio::piped())
        .stdout(Stdio::from(std::os::fd::OwnedFd::from(theirs)))
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(payload.as_bytes()).unwrap();
    drop(stdin);
    // The record is written before the answer.
    let audit = repo.root().join(".hook-state/audit.jsonl");
    while !audit.exists() {
        std::thread::yield_now();
    }
    std::thread::sleep(Duration::from_millis(200));
    let mut said = String::new();
    ours.read_to_string(&mut said).unwrap();
    child.wait().unwrap();
    let reply: Value = serde_json::from_str(&said[filling..]).unwrap();
    assert_eq!(reply["hookSpecificOutput"]["permissionDecision"], "deny");
}

#[cfg(unix)]
#[test]
fn a_pipe_in_place_of_a_policy_keeps_no_call_waiting() {
    let repo = Repo::empty();
    let made = Command::new("mkfifo")
        .arg(repo.root().join("hookgate.yaml"))
        .status();
    assert!(made.unwrap().success());
    let ran = in_time(|| repo.edit("src/app.py"));
    let reason = ran.denied();
    assert!(reason.contains("it is not a file"), "{reason}");
}

#[test]
fn a_folder_with_very_many_names_keeps_no_call_waiting() {
    let repo = Repo::demo();
    let folder = repo.root().join("many");
    std::fs::create_dir(&folder).unwrap();
    for number in 0..30_000 {
        File::create(folder.join(number.to_string())).unwrap();
    }
    for line in ["cat many/*7", "rm -r many", "find many -name '*7' -delete"] {
        in_time(|| repo.shell(line));
    }
}

/// A small stack, as in some containers, is no reason to fail: judging then has a thread of its own.
#[cfg(unix)]
#[test]
fn a_small_stack_changes_nothing() {
    let repo = Repo::demo();
    let mut deep = String::from("echo a");
    for _ in 0..60 {
        deep = format!("echo $({deep})");
    }
    let shell = |limit: &str, line: &str| {
        let payload = repo.call("PreToolUse", "Bash", &serde_json::json!({"command": line}));
        let plain = repo.command(&[]);
        let mut command = Command::new("sh");
        command
            .arg("-c")
            .arg(format!(
                "ulimit -s {limit}; exec \"$0\" hook --runtime claude-code --event before-tool"
            ))
            .arg(plain.get_program())
            .current_dir(repo.root())
            .env_clear()
            .env("HOME", repo.home());
        finish(command, payload.as_bytes())
    };
    for line in ["ls", "cat .env", &deep] {
        let small = shell("512", line);
        assert_eq!(small, shell("8192", line), "{line}");
        assert!(small.stdout.is_empty() || small.json().is_object());
    }
    shell("512", "cat .env").denied();
}

#[test]
fn a_call_that_is_let_through_changes_no_file() {
    let repo = Repo::demo();
    repo.hook(
        "session-start",
        serde_json::json!({
            "session_id": "s", "hook_event_name": "SessionStart", "cwd": repo.root(), "source": "startup",
        })
        .to_string()
        .as_bytes(),
    );
    // The first call may note what later ones need.
    let call = || {
        repo.edit("src/app.py").assert_silent();
        repo.shell("grep -rn total src").assert_silent();
    };
    call();
    let before = stamps(&repo);
    call();
    assert_eq!(stamps(&repo), before);
}

/// Every file and folder below the scratch folder, with its size and its time of change.
fn stamps(repo: &Repo) -> Vec<Value> {
    use std::os::unix::fs::MetadataExt;
    let mut all = Vec::new();
    let mut pending = vec![repo.root(), repo.home()];
    while let Some(path) = pending.pop() {
        let about = path.symlink_metadata().unwrap();
        all.push(serde_json::json!([
            path,
            about.size(),
            about.ctime(),
            about.ctime_nsec()
        ]));
        if about.is_dir() {
            let entries = std::fs::read_dir(&path).unwrap();
            pending.extend(entries.map(|entry| entry.unwrap().path()));
        }
    }
    all.sort_by_key(ToString::to_string);
    all
}
