//! What the system refuses, and what is not what it should be: state that may not be written, inputs that may not be read,
//! pipes in place of files, files that vanish while they are looked at.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::json;

use crate::support::{Ran, Repo, finish, print};

/// A person without rights of their own, on every system that has one.
const NOBODY: &str = "65534";
const POLICY: &str = "version: 1
rules:
  - id: tests
    quality-gate: {run: 'if grep -q bad src/a; then echo FAIL; exit 1; fi', inputs: [src/**], timeout: 20s}
  - id: generated
    protect-paths: {paths: [generated/**]}
";

fn repo() -> Repo {
    let repo = Repo::with_policy(POLICY);
    repo.write("src/a", "good");
    repo.write("generated/code", "made");
    repo
}

/// The hook as somebody whom modes keep out. `None`, with a sentence, where nobody such can be had.
pub(crate) struct Person<'r> {
    repo: &'r Repo,
    /// What changes to them, in front of a command.
    become_them: Vec<&'static str>,
}

impl<'r> Person<'r> {
    pub(crate) fn of(repo: &'r Repo, test: &str) -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            return Some(Self {
                repo,
                become_them: Vec::new(),
            });
        }
        let scratch = repo.root().parent().map(Path::to_path_buf).unwrap();
        mode(&scratch, 0o755);
        let owner = format!("{NOBODY}:{NOBODY}");
        let given = Command::new("chown")
            .arg("-R")
            .arg(owner)
            .arg(&scratch)
            .status();
        let person = Self {
            repo,
            become_them: vec![
                "setpriv",
                "--reuid",
                NOBODY,
                "--regid",
                NOBODY,
                "--clear-groups",
            ],
        };
        // Folders above may be closed to them, and the program is not everywhere.
        let mut probe = Command::new("setpriv");
        probe
            .args(person.become_them.iter().skip(1))
            .arg(env!("CARGO_BIN_EXE_hookgate"));
        let can = probe.arg("--version").current_dir(repo.root()).output();
        if given.is_ok_and(|status| status.success()) && can.is_ok_and(|ran| ran.status.success()) {
            return Some(person);
        }
        print(&format!(
            "{test}: not run, because this is root and nobody else can run the program here"
        ));
        None
    }

    fn hook(&self, event: &str, payload: &str) -> Ran {
        let line = ["hook", "--runtime", "claude-code", "--event", event];
        self.run(&line, payload)
    }

    pub(crate) fn run(&self, line: &[&str], input: &str) -> Ran {
        let own = self.repo.command(line);
        let Some((first, rest)) = self.become_them.split_first() else {
            return finish(own, input.as_bytes());
        };
        let mut command = Command::new(first);
        command
            .args(rest)
            .arg(own.get_program())
            .args(line)
            .current_dir(self.repo.root())
            .env_clear()
            .env("HOME", self.repo.home())
            .env("PATH", hookgate::settings::variable("PATH").unwrap());
        finish(command, input.as_bytes())
    }

    fn stop(&self) -> Ran {
        let payload = json!({
            "session_id": "s", "hook_event_name": "Stop", "cwd": self.repo.root(), "stop_hook_active": false,
        });
        self.hook("stop", &payload.to_string())
    }

    fn start(&self) -> Ran {
        let payload = json!({
            "session_id": "s", "hook_event_name": "SessionStart", "source": "startup", "cwd": self.repo.root(),
        });
        self.hook("session-start", &payload.to_string())
    }
}

pub(crate) fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn notice(ran: &Ran) -> String {
    let told = ran.json();
    told["systemMessage"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// Takes the right to write from the state folder and all in it, or gives it back.
fn close(state: &Path, is_closed: bool) {
    let mut pending = vec![state.to_path_buf()];
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).unwrap();
            pending.extend(entries.map(|entry| entry.unwrap().path()));
            mode(&path, if is_closed { 0o555 } else { 0o755 });
        } else {
            mode(&path, if is_closed { 0o444 } else { 0o644 });
        }
    }
}

#[test]
fn a_state_folder_that_may_only_be_read_loses_no_decision() {
    for was_used in [false, true] {
        let repo = repo();
        let state = repo.root().join(".hook-state");
        fs::create_dir_all(&state).unwrap();
        let Some(person) = Person::of(&repo, "a state folder that may only be read") else {
            return;
        };
        if was_used {
            assert!(!person.start().stdout.contains("hookgate:"));
            person.stop().assert_silent();
        }
        close(&state, true);
        let start = notice(&person.start());
        let stop = person.stop();
        repo.write("src/a", "bad");
        let blocked = person.stop();
        repo.write("generated/code", "changed");
        let edit = repo.call(
            "PreToolUse",
            "Edit",
            &json!({"file_path": "generated/code", "old_string": "a", "new_string": "b"}),
        );
        let denied = person.hook("before-tool", &edit);
        close(&state, false);
        if was_used {
            // What was noted before still counts: a changed file is found and told.
            assert!(blocked.blocked().contains("FAIL"), "{blocked:?}");
        } else {
            assert!(
                start.contains("changes of protected files cannot be found"),
                "{start}"
            );
            assert!(
                notice(&stop).contains("the result of `tests` cannot be kept"),
                "{stop:?}"
            );
            assert!(blocked.blocked().contains("FAIL"), "{blocked:?}");
        }
        assert!(notice(&blocked).contains("cannot be kept"), "{blocked:?}");
        denied.denied();
    }
}

#[test]
fn inputs_that_may_not_be_read_break_a_gate_by_name() {
    for (closed, told) in [
        ("src/a", "its inputs cannot be read: `src/a`: "),
        ("src/deep", "its inputs cannot be read: `src/deep`: "),
    ] {
        let repo = repo();
        repo.write("src/deep/b", "good");
        let Some(person) = Person::of(&repo, "inputs that may not be read") else {
            return;
        };
        person.stop().assert_silent();
        mode(&repo.root().join(closed), 0);
        let stop = person.stop();
        mode(&repo.root().join(closed), 0o755);
        let reason = stop.blocked();
        assert!(reason.contains("no fault of this change"), "{reason}");
        assert!(reason.contains(told), "{reason}");
    }
}

#[test]
fn protected_files_that_may_not_be_read_are_named_and_still_watched() {
    let repo = repo();
    let Some(person) = Person::of(&repo, "protected files that may not be read") else {
        return;
    };
    let closed = repo.root().join("generated/code");
    mode(&closed, 0);
    let start = notice(&person.start());
    assert!(
        start.contains("changes of `generated/code` are noticed, but their content is not kept"),
        "{start}"
    );
    person.stop().assert_silent();
    mode(&closed, 0o644);
    let stop = person.stop().blocked();
    assert!(stop.contains("generated/code"), "{stop}");
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_path_buf()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Whoever opens a pipe waits for somebody at its other end. Nothing of ours is one, so nothing is waited for.
#[test]
fn a_pipe_in_place_of_any_file_of_state_keeps_nobody_waiting() {
    let first = repo();
    first.write("src/a", "bad");
    let start = |repo: &Repo| {
        let payload = json!({
            "session_id": "s", "hook_event_name": "SessionStart", "source": "startup", "cwd": repo.root(),
        });
        repo.hook("session-start", payload.to_string().as_bytes())
    };
    start(&first);
    first.stop().blocked();
    let state = first.root().join(".hook-state");
    let names = files_below(&state).into_iter();
    let names: Vec<PathBuf> = names
        .map(|path| path.strip_prefix(&state).unwrap().to_path_buf())
        .filter(|name| !name.starts_with("objects"))
        .collect();
    assert!(names.len() > 8, "{names:?}");
    for name in names {
        let repo = repo();
        repo.write("src/a", "bad");
        start(&repo);
        repo.stop().blocked();
        let mut pipe = repo.root().join(".hook-state").join(&name);
        if name.starts_with("cache") {
            // Named for where the repository is.
            let folder = fs::read_dir(pipe.parent().unwrap()).unwrap();
            pipe = folder.map(|entry| entry.unwrap().path()).next().unwrap();
        }
        fs::remove_file(&pipe).unwrap();
        let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        start(&repo);
        let reason = repo.stop().blocked();
        assert!(reason.contains("FAIL"), "{}: {reason}", name.display());
        repo.edit("generated/code").denied();
    }
}

#[test]
fn a_record_that_is_a_pipe_is_said_and_not_waited_for() {
    let repo = Repo::with_policy(
        "version: 1\nrules:\n  - id: log\n    record: {on: [stop], file: log.jsonl}\n",
    );
    let made = Command::new("mkfifo")
        .arg(repo.root().join("log.jsonl"))
        .status();
    assert!(made.unwrap().success());
    let told = notice(&repo.stop());
    assert!(
        told.contains("rule `log`: `log.jsonl` cannot be written"),
        "{told}"
    );
}

/// Files come and go while a look is under way. None of them is an error, and none hides what stays.
#[test]
fn files_that_vanish_during_a_look_break_nothing() {
    let repo = Repo::with_policy(
        "version: 1
rules:
  - id: tests
    quality-gate: {run: 'if grep -q bad src/a; then echo FAIL; exit 1; fi', inputs: [src/**], run-on-stop: false}
  - id: generated
    protect-paths: {paths: [generated/**]}
",
    );
    repo.write("src/a", "good");
    repo.write("generated/code", "made");
    let is_done = AtomicBool::new(false);
    let looked = thread::scope(|scope| {
        for folder in ["src", "generated"] {
            let base = repo.root().join(folder);
            let is_done = &is_done;
            scope.spawn(move || {
                let mut round = 0;
                while !is_done.load(Ordering::Relaxed) {
                    let deep = base.join(format!("deep{}", round % 7));
                    fs::create_dir_all(&deep).unwrap();
                    for name in 0..20 {
                        hookgate::state::replace(&deep.join(format!("f{name}")), b"x").unwrap();
                    }
                    std::os::unix::fs::symlink("f1", deep.join("link")).unwrap();
                    fs::remove_dir_all(&deep).unwrap();
                    round += 1;
                }
            });
        }
        let mut looked = Vec::new();
        for session in 0..30 {
            let payload = json!({
                "session_id": session.to_string(), "hook_event_name": "SessionStart", "source": "startup", "cwd": repo.root(),
            });
            let start = repo.hook("session-start", payload.to_string().as_bytes());
            let payload = json!({
                "session_id": "gates", "hook_event_name": "Stop", "cwd": repo.root(), "stop_hook_active": false,
            });
            let stop = repo.hook("stop", payload.to_string().as_bytes());
            looked.push((start, stop));
        }
        is_done.store(true, Ordering::Relaxed);
        looked
    });
    for (start, stop) in looked {
        let told = format!("{start:?} {stop:?}");
        assert!(!told.contains("cannot be read"), "{told}");
        assert!(!told.contains("is not watched"), "{told}");
        assert!(
            !told.contains("panic") && !told.contains("a failure while"),
            "{told}"
        );
    }
}
