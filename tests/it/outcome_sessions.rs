//! The outcome check over a session's life: what a person does beside the agent, what happens at its end, what is removed
//! when it is long gone, and restores that were cut short.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::gate_command::at_terminal;
use crate::support::{Ran, Repo};

const POLICY: &str = "version: 1
on-unknown: {opaque-code: allow, path: allow, unparsable: allow}
rules:
  - id: generated-code
    protect-paths: {paths: [generated/**], restore: auto}
";

fn repo() -> Repo {
    let repo = Repo::with_policy(POLICY);
    repo.write("generated/a", "one\n");
    repo.write("generated/b", "two\n");
    repo
}

fn session(repo: &Repo, event: &str, session: &str) -> Ran {
    let native = if event == "session-end" {
        "SessionEnd"
    } else {
        "SessionStart"
    };
    let payload = json!({"session_id": session, "hook_event_name": native, "cwd": repo.root(), "source": "startup", "reason": "logout"});
    repo.hook(event, payload.to_string().as_bytes())
}

fn before(repo: &Repo) {
    repo.shell("./tool").assert_silent();
}

fn after(repo: &Repo) -> Ran {
    let payload = repo.call("PostToolUse", "Bash", &json!({"command": "./tool"}));
    repo.hook("after-tool", payload.as_bytes())
}

#[test]
fn what_a_person_changes_is_reported_but_never_put_back_by_itself() {
    let repo = repo();
    session(&repo, "session-start", "s").assert_silent();
    repo.write("generated/a", "the person's\n");
    let reason = repo.stop().blocked();
    assert_eq!(
        reason,
        "generated-code: protected files changed since the session began, not by a call that was let through: `generated/a` (modified). This is not accepted: do not build on it, and tell the person, who can undo it with `hookgate restore generated/a`."
    );
    repo.stop().assert_silent();
    // Neither does a call that runs later, nor one that changes the same file.
    before(&repo);
    assert_eq!(after(&repo).stdout, "");
    before(&repo);
    repo.write("generated/a", "the tool's\n");
    after(&repo).blocked();
    assert_eq!(repo.read("generated/a"), "the tool's\n");
}

#[test]
fn a_call_is_undone_beside_a_change_that_was_there_before_it() {
    let repo = repo();
    session(&repo, "session-start", "s").assert_silent();
    repo.write("generated/b", "the person's\n");
    for _ in 0..2 {
        before(&repo);
        repo.write("generated/a", "the tool's\n");
        repo.write("generated/new", "the tool's\n");
        let told = after(&repo).blocked();
        assert!(told.contains("`generated/a` (modified"), "{told}");
        assert_eq!(repo.read("generated/a"), "one\n");
        assert_eq!(repo.read("generated/b"), "the person's\n");
        assert!(!repo.root().join("generated/new").exists());
    }
    assert!(repo.stop().blocked().contains("`generated/b` (modified)"));
}

#[test]
fn what_changed_after_the_last_stop_is_found_when_the_session_goes_on() {
    let repo = repo();
    session(&repo, "session-start", "s").assert_silent();
    repo.stop().assert_silent();
    repo.write("generated/a", "a job's\n");
    session(&repo, "session-end", "s");
    let audit = repo.read(".hook-state/audit.jsonl");
    assert!(audit.contains("`generated/a` (modified)"), "{audit}");
    session(&repo, "session-start", "s").assert_silent();
    assert!(repo.stop().blocked().contains("`generated/a` (modified)"));
    repo.stop().assert_silent();
}

fn age(path: &PathBuf, days: u64) {
    let then = SystemTime::now() - Duration::from_hours(24 * days);
    let file = fs::File::open(path).unwrap();
    file.set_modified(then).unwrap();
}

fn contents(repo: &Repo) -> Vec<PathBuf> {
    let folder = repo.root().join(".hook-state/objects/objects");
    let folders = fs::read_dir(folder).unwrap().flatten();
    let inner = folders.flat_map(|folder| fs::read_dir(folder.path()).unwrap().flatten());
    inner.map(|entry| entry.path()).collect()
}

#[test]
fn what_no_session_needs_is_removed_after_a_month() {
    let repo = repo();
    session(&repo, "session-start", "old");
    repo.write("generated/a", "another\n");
    session(&repo, "session-start", "s");
    repo.write("generated/a", "a third\n");
    repo.run(&["restore", "--yes", "--session", "s"]);
    assert_eq!(
        contents(&repo).len(),
        4,
        "both files, the policy, and `a` once more"
    );
    let state = repo.root().join(".hook-state");
    let restored = fs::read_dir(state.join("restored")).unwrap();
    for time in restored.flatten() {
        age(&time.path(), 31);
    }
    for content in contents(&repo) {
        fs::set_permissions(&content, fs::Permissions::from_mode(0o644)).unwrap();
        age(&content, 31);
    }
    // A baseline that nobody can read may need any of them.
    age(&state.join("sessions/old.baseline"), 31);
    repo.write(".hook-state/sessions/newer.baseline", "hg-base\n\u{9}");
    session(&repo, "session-start", "two");
    assert!(!state.join("sessions/old.baseline").exists());
    assert_eq!(fs::read_dir(state.join("restored")).unwrap().count(), 0);
    assert_eq!(contents(&repo).len(), 4);
    fs::remove_file(state.join("sessions/newer.baseline")).unwrap();
    fs::copy(
        state.join("sessions/s.baseline"),
        state.join("sessions/gone.baseline"),
    )
    .unwrap();
    age(&state.join("sessions/gone.baseline"), 31);
    session(&repo, "session-start", "three");
    assert_eq!(
        contents(&repo).len(),
        3,
        "what only the old session began with is gone"
    );
    repo.write("generated/b", "changed\n");
    let done = repo.run(&["restore", "--yes", "--session", "s"]);
    assert_eq!(done.exit, 0, "{done:?}");
    assert_eq!(repo.read("generated/a"), "another\n");
    assert_eq!(repo.read("generated/b"), "two\n");
}

#[test]
fn a_restore_that_was_killed_can_be_undone() {
    let repo = repo();
    session(&repo, "session-start", "s");
    repo.write("generated/a", "changed\n");
    repo.write("generated/c", "new\n");
    let done = repo.run(&["restore", "--yes"]);
    assert_eq!(done.exit, 0, "{done:?}");
    let times = fs::read_dir(repo.root().join(".hook-state/restored")).unwrap();
    let list = times.flatten().next().unwrap().path().join("list.jsonl");
    let written = fs::read_to_string(&list).unwrap();
    let lines: Vec<Value> = written
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        lines,
        [
            json!({"version": 1}),
            json!({"path": "generated/a", "what": "kept", "mode": null, "as": "1-a"}),
            json!({"path": "generated/c", "what": "moved", "mode": null, "as": "2-c"}),
            json!({"end": true}),
        ]
    );
    // Killed after the step was written and before it was taken, and in the middle of a line.
    let killed = written.replace(
        "{\"end\":true}\n",
        "{\"as\":\"3-b\",\"mode\":null,\"path\":\"generated/b\",\"what\":\"moved\"}\n{\"as\":",
    );
    hookgate::state::replace(&list, killed.as_bytes()).unwrap();
    let undone = repo.run(&["restore", "--undo", "--yes"]);
    assert_eq!(
        (undone.stdout.as_str(), undone.exit),
        (
            "generated/c: as before it was restored\ngenerated/a: as before it was restored\n",
            0
        )
    );
    assert_eq!(repo.read("generated/a"), "changed\n");
    assert_eq!(repo.read("generated/b"), "two\n");
    assert_eq!(repo.read("generated/c"), "new\n");
    assert_eq!(repo.run(&["restore", "--undo", "--yes"]).exit, 2);
}

#[test]
fn a_person_at_a_terminal_is_asked() {
    let repo = repo();
    session(&repo, "session-start", "s");
    repo.write("generated/a", "changed\n");
    repo.write("generated/c", "new\n");
    let (shown, exit) = at_terminal(&repo, &["restore"], "n\n");
    assert!(
        shown.ends_with("not wanted; nothing was changed\n"),
        "{shown}"
    );
    assert_eq!(
        (repo.read("generated/a").as_str(), exit),
        ("changed\n", 1),
        "{shown}"
    );
    let (shown, exit) = at_terminal(&repo, &["restore"], "y\n");
    for part in [
        "2 protected files are not as when session s began:\n",
        "generated/a  modified (generated-code)",
        "generated/c  created (generated-code); goes to .hook-state/restored/",
        "Put back? What is there now is kept in .hook-state/restored/. [y/N]",
        "generated/a: restored",
        "generated/c: moved away",
        "`hookgate restore --undo` puts it again",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert_eq!((repo.read("generated/a").as_str(), exit), ("one\n", 0));
    let (shown, exit) = at_terminal(&repo, &["restore", "--undo"], "\n");
    assert!(
        shown.ends_with("not wanted; nothing was changed\n"),
        "{shown}"
    );
    assert_eq!(exit, 1);
    let (shown, exit) = at_terminal(&repo, &["restore", "--undo"], "yes\n");
    assert_eq!(
        (repo.read("generated/a").as_str(), exit),
        ("changed\n", 0),
        "{shown}"
    );
    // Policies only at a terminal, `--yes` or not.
    repo.write("hookgate.yaml", &format!("{POLICY}# more\n"));
    let refused = repo.run(&["restore", "--yes", "hookgate.yaml"]);
    assert_eq!(
        (refused.stderr.as_str(), refused.exit),
        (
            "hookgate: policies and hook configuration are only put back when asked on a terminal; nothing was changed\n",
            1
        )
    );
    let (shown, exit) = at_terminal(&repo, &["restore", "hookgate.yaml"], "y\n");
    assert_eq!(
        (repo.read("hookgate.yaml").as_str(), exit),
        (POLICY, 0),
        "{shown}"
    );
}

fn parsed(ran: &Ran) -> Value {
    assert_eq!(ran.stderr, "");
    serde_json::from_str(&ran.stdout).unwrap()
}

#[test]
fn programs_read_what_restore_found_and_did() {
    let repo = repo();
    session(&repo, "session-start", "s");
    let none = repo.run(&["restore", "--format", "json"]);
    let nothing =
        json!({"version": 1, "session": "s", "changes": [], "restored": null, "kept_in": null});
    assert_eq!((parsed(&none), none.exit), (nothing, 0));
    repo.write("generated/a", "changed\n");
    let changes = json!([{"path": "generated/a", "change": "modified", "rule": "generated-code", "cannot": null}]);
    let listed = repo.run(&["restore", "--dry-run", "--format", "json"]);
    let expected = json!({"version": 1, "session": "s", "changes": changes, "restored": null, "kept_in": null});
    assert_eq!((parsed(&listed), listed.exit), (expected, 1));
    let done = repo.run(&["restore", "--yes", "--format", "json"]);
    let mut value = parsed(&done);
    let kept = value["kept_in"].take();
    let time = kept
        .as_str()
        .unwrap()
        .strip_prefix(".hook-state/restored/")
        .unwrap();
    let restored = json!([{"path": "generated/a", "done": "restored"}]);
    let expected = json!({"version": 1, "session": "s", "changes": changes, "restored": restored, "kept_in": null});
    assert_eq!((value, done.exit), (expected, 0));
    let planned = repo.run(&["restore", "--undo", "--dry-run", "--format", "json"]);
    let expected = json!({"version": 1, "restore": time, "undone": null});
    assert_eq!((parsed(&planned), planned.exit), (expected, 0));
    let undone = repo.run(&["restore", "--undo", "--yes", "--format", "json"]);
    let files = json!([{"path": "generated/a", "because": null}]);
    let expected = json!({"version": 1, "restore": time, "undone": files});
    assert_eq!((parsed(&undone), undone.exit), (expected, 0));
}

/// Runs a line as the runtime would, waiting for none of what it leaves behind.
fn run(repo: &Repo, line: &str) {
    let mut command = Command::new("bash");
    command.args(["-c", line]).current_dir(repo.root());
    assert!(command.status().unwrap().success(), "{line}");
}

/// Jobs that a call leaves running, and that change files when it is long over.
#[test]
fn what_a_job_in_the_background_does_is_found_and_stays() {
    for line in [
        "./job > /dev/null 2>&1 &",
        "setsid -f ./job > /dev/null 2>&1",
        "nohup ./job > /dev/null 2>&1 &",
        "(./job > /dev/null 2>&1 &)",
    ] {
        let repo = repo();
        repo.write(
            "job",
            "#!/usr/bin/env python3\nimport os, time\nwhile not os.path.exists('go'): time.sleep(0.01)\nopen(chr(103) + 'enerated/a', 'a').write('x')\nopen('done', 'w')\n",
        );
        run(&repo, "chmod +x job");
        session(&repo, "session-start", "s").assert_silent();
        repo.shell(line).assert_silent();
        run(&repo, line);
        let payload = repo.call("PostToolUse", "Bash", &json!({"command": line}));
        repo.hook("after-tool", payload.as_bytes()).assert_silent();
        repo.write("go", "");
        while !repo.root().join("done").exists() {
            std::thread::yield_now();
        }
        let told = repo.stop().blocked();
        assert!(told.contains("`generated/a` (modified)"), "{line}: {told}");
        assert_eq!(repo.read("generated/a"), "one\nx");
    }
}

#[test]
fn a_gate_that_runs_and_line_ends_of_git_are_no_change() {
    let policy = format!(
        "{POLICY}  - id: tests\n    quality-gate: {{run: 'cat generated/a > report', inputs: [generated/**], on: [after-edit, stop]}}\n"
    );
    let repo = Repo::with_policy(&policy);
    fs::remove_dir_all(repo.root().join(".git")).unwrap();
    repo.write(".gitattributes", "*.txt text eol=crlf\n");
    repo.write("generated/a", "one\n");
    repo.write("generated/lines.txt", "one\r\ntwo\r\n");
    run(
        &repo,
        "git init -q -b main && git -c core.autocrlf=true add -A 2> /dev/null && git -c user.name=t -c user.email=t@t commit -qm one",
    );
    session(&repo, "session-start", "s").assert_silent();
    let switch = "git stash list && touch generated/lines.txt && git status --short";
    run(&repo, switch);
    let payload = repo.call("PostToolUse", "Bash", &json!({"command": "make x"}));
    repo.hook("after-tool", payload.as_bytes()).assert_silent();
    repo.stop().assert_silent();
    assert_eq!(repo.read("report"), "one\n");
    // What git would say is the same content is another one on the disk, and comes back as it was.
    before(&repo);
    repo.write("generated/lines.txt", "one\ntwo\n");
    after(&repo).blocked();
    assert_eq!(repo.read("generated/lines.txt"), "one\r\ntwo\r\n");
    repo.stop().assert_silent();
}

/// As a user who is not root: root reads and lists everything.
#[test]
fn a_folder_that_cannot_be_listed_is_said() {
    use std::io::Write as _;
    let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    let repo = repo();
    session(&repo, "session-start", "s").assert_silent();
    if is_root {
        run(&repo, "chown -R 65534 . && chmod a+rx .. ../..");
    }
    run(&repo, "chmod 0311 generated");
    let mut command = if is_root {
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid", "65534", "--clear-groups"])
            .arg(env!("CARGO_BIN_EXE_hookgate"));
        command
    } else {
        Command::new(env!("CARGO_BIN_EXE_hookgate"))
    };
    let payload = json!({"session_id": "s", "hook_event_name": "Stop", "cwd": repo.root(), "stop_hook_active": false});
    let child = command
        .args(["hook", "--runtime", "claude-code", "--event", "stop"])
        .current_dir(repo.root())
        .env("HOME", repo.home())
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        crate::support::print("skipped: root, and there is no `setpriv` to be somebody else");
        return;
    };
    let mut stdin = child.stdin.take().unwrap();
    let sent = stdin.write_all(payload.to_string().as_bytes());
    drop(stdin);
    let done = child.wait_with_output().unwrap();
    run(&repo, "chmod 0755 generated");
    let said = String::from_utf8_lossy(&done.stderr);
    if sent.is_err() || said.contains("setpriv") || done.status.code() == Some(126) {
        crate::support::print(&format!(
            "skipped: the scratch folder is closed to others: {said}"
        ));
        return;
    }
    let told = String::from_utf8(done.stdout).unwrap();
    assert!(
        told.contains("new files were not looked for in folders that cannot be read: `generated`"),
        "{told}{said}"
    );
}
