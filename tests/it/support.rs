//! Scratch repositories, and the program run as a runtime or a person would run it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// A repository in a scratch folder, with a home of its own.
pub(crate) struct Repo {
    folder: tempfile::TempDir,
}

/// What a run left behind.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ran {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) exit: i32,
}

impl Repo {
    /// Makes a repository with this policy.
    pub(crate) fn with_policy(policy: &str) -> Self {
        let repo = Self::empty();
        repo.write("hookgate.yaml", policy);
        repo
    }

    /// Makes a repository without a policy.
    pub(crate) fn empty() -> Self {
        // Not the folder for temporary files: policies except that one.
        Self::in_folder(Path::new(env!("CARGO_TARGET_TMPDIR")))
    }

    /// Makes a repository without a policy that is in no other checkout, as the build's folder is.
    pub(crate) fn alone() -> Self {
        let folders = [
            std::env::temp_dir(),
            "/tmp".into(),
            "/var/tmp".into(),
            "/dev/shm".into(),
        ];
        let is_alone = |folder: &&PathBuf| {
            folder.is_dir() && !folder.ancestors().any(|above| above.join(".git").exists())
        };
        let folder = folders.iter().find(is_alone);
        Self::in_folder(folder.expect("a folder for temporary files that is in no checkout"))
    }

    fn in_folder(folder: &Path) -> Self {
        let repo = Self {
            folder: tempfile::tempdir_in(folder).unwrap(),
        };
        fs::create_dir_all(repo.root().join(".git")).unwrap();
        fs::create_dir_all(repo.home()).unwrap();
        repo
    }

    pub(crate) fn with_files(files: &[(&str, &str)], policy: &str) -> Self {
        let repo = Self::with_policy(policy);
        for (path, text) in files {
            repo.write(path, text);
        }
        repo
    }

    /// Makes a copy of the demo repository, secrets included.
    pub(crate) fn demo() -> Self {
        let repo = Self::empty();
        copy(&manifest().join("demo-repo"), &repo.root());
        let reset = Command::new("sh")
            .arg("reset.sh")
            .current_dir(repo.root())
            .output()
            .unwrap();
        assert!(reset.status.success());
        repo
    }

    pub(crate) fn root(&self) -> PathBuf {
        fs::canonicalize(self.folder.path()).unwrap().join("repo")
    }

    pub(crate) fn home(&self) -> PathBuf {
        fs::canonicalize(self.folder.path()).unwrap().join("home")
    }

    pub(crate) fn write(&self, path: &str, content: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        hookgate::state::replace(&path, content.as_bytes()).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap_or_default()
    }

    pub(crate) fn json(&self, path: &str) -> Value {
        serde_json::from_str(&self.read(path)).unwrap()
    }

    /// Runs a command in the repository, environment cleared.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hookgate"));
        command
            .args(arguments)
            .current_dir(self.root())
            .env_clear()
            .env("HOME", self.home())
            .env("PATH", hookgate::settings::variable("PATH").unwrap());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        finish(self.command(arguments), b"")
    }

    /// Sends a payload to the hook, with the event on its line.
    pub(crate) fn hook(&self, event: &str, payload: &[u8]) -> Ran {
        let arguments = ["hook", "--runtime", "claude-code", "--event", event];
        finish(self.command(&arguments), payload)
    }

    /// Sends a payload to a hook line that names no event.
    pub(crate) fn hook_without_event(&self, payload: &[u8]) -> Ran {
        finish(self.command(&["hook", "--runtime", "claude-code"]), payload)
    }

    /// Sends a shell command as a tool call that is yet to run.
    pub(crate) fn shell(&self, command: &str) -> Ran {
        let payload = self.call(
            "PreToolUse",
            "Bash",
            &serde_json::json!({"command": command}),
        );
        self.hook("before-tool", payload.as_bytes())
    }

    /// Returns the ids of the rules that stop a shell command; empty when nothing does.
    #[track_caller]
    pub(crate) fn stopped_by(&self, command: &str) -> Vec<String> {
        let ran = self.shell(command);
        if ran.stdout.is_empty() {
            assert_eq!((ran.stderr.as_str(), ran.exit), ("", 0), "{command}");
            return Vec::new();
        }
        let output = &ran.json()["hookSpecificOutput"];
        let decision = output["permissionDecision"].as_str().unwrap();
        assert!(["deny", "ask"].contains(&decision), "{command}: {ran:?}");
        let reason = output["permissionDecisionReason"].as_str().unwrap();
        let ids = reason.lines().filter_map(|line| line.split_once(": "));
        ids.map(|(id, _)| id.to_owned()).collect()
    }

    /// Sends an edit that is yet to happen.
    pub(crate) fn edit(&self, path: &str) -> Ran {
        let input = serde_json::json!({"file_path": path, "old_string": "a", "new_string": "b"});
        let payload = self.call("PreToolUse", "Edit", &input);
        self.hook("before-tool", payload.as_bytes())
    }

    /// Sends an edit that has happened.
    pub(crate) fn edited(&self, path: &str) -> Ran {
        let path = self.root().join(path);
        let input = serde_json::json!({"file_path": path, "old_string": "a", "new_string": "b"});
        let payload = self.call("PostToolUse", "Edit", &input);
        self.hook("after-tool", payload.as_bytes())
    }

    /// Sends a stop.
    pub(crate) fn stop(&self) -> Ran {
        let payload = serde_json::json!({
            "session_id": "s", "hook_event_name": "Stop", "cwd": self.root(), "stop_hook_active": false,
        });
        self.hook("stop", payload.to_string().as_bytes())
    }

    pub(crate) fn call(&self, event: &str, tool: &str, input: &Value) -> String {
        serde_json::json!({
            "session_id": "s",
            "hook_event_name": event,
            "cwd": self.root(),
            "tool_name": tool,
            "tool_input": input,
        })
        .to_string()
    }

    /// Lists the files of hookgate's own state but the clock and what makes git ignore them.
    pub(crate) fn state_files(&self) -> Vec<String> {
        let folder = self.root().join(".hook-state");
        let mut files = Vec::new();
        list(&folder, &folder, &mut files);
        files.retain(|file| file != ".gitignore" && file != "cache/clock");
        files.sort();
        files
    }

    /// Lists every file below the root but those of git and hookgate's own state.
    pub(crate) fn files(&self) -> Vec<String> {
        let mut files = Vec::new();
        list(&self.root(), &self.root(), &mut files);
        files.sort();
        files
    }
}

impl Ran {
    /// Nothing printed, exit code 0: no opinion.
    #[track_caller]
    pub(crate) fn assert_silent(&self) {
        assert_eq!(
            (self.stdout.as_str(), self.stderr.as_str(), self.exit),
            ("", "", 0)
        );
    }

    /// One JSON object that denies a tool; returns its reason.
    #[track_caller]
    pub(crate) fn denied(&self) -> String {
        let output = &self.json()["hookSpecificOutput"];
        assert_eq!(output["permissionDecision"], "deny", "{self:?}");
        output["permissionDecisionReason"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// One JSON object that blocks; returns its reason.
    #[track_caller]
    pub(crate) fn blocked(&self) -> String {
        let json = self.json();
        assert_eq!(json["decision"], "block", "{self:?}");
        json["reason"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!((self.stderr.as_str(), self.exit), ("", 0), "{self:?}");
        assert_eq!(self.stdout.lines().count(), 1, "{self:?}");
        serde_json::from_str(&self.stdout).unwrap()
    }
}

/// Runs a command to its end.
pub(crate) fn finish(mut command: Command, stdin: &[u8]) -> Ran {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let input = stdin.to_vec();
    let writer = std::thread::spawn(move || {
        // Whoever does not read to the end has an answer already.
        let _ = pipe.write_all(&input);
    });
    let done = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Ran {
        stdout: String::from_utf8(done.stdout).unwrap(),
        stderr: String::from_utf8(done.stderr).unwrap(),
        exit: done.status.code().unwrap(),
    }
}

/// Prints a figure, also of a test that passes.
pub(crate) fn print(text: &str) {
    hookgate::output::Output { colour: false }.line(text);
}

pub(crate) fn manifest() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Compares a text with a file of the tree, or rewrites the file under `UPDATE=1`.
#[track_caller]
pub(crate) fn assert_file(path: &str, actual: &str) {
    let file = manifest().join(path);
    if hookgate::settings::is_set("UPDATE") {
        hookgate::state::replace(&file, actual.as_bytes()).unwrap();
        return;
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        expected == actual,
        "{path} differs; look at it after `UPDATE=1 cargo test`:\n{}",
        first_difference(&expected, actual)
    );
}

fn first_difference(expected: &str, actual: &str) -> String {
    let mut pairs = expected.lines().zip(actual.lines()).enumerate();
    match pairs.find(|(_, (one, other))| one != other) {
        Some((at, (one, other))) => {
            format!("line {}\n  expected {one}\n  actual   {other}", at + 1)
        }
        None => "one is longer".into(),
    }
}

fn copy(from: &Path, to: &Path) {
    const MADE: [&str; 5] = [
        ".hook-state",
        "reports",
        "__pycache__",
        ".env",
        ".env.local",
    ];
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        if MADE.iter().any(|made| name == *made) {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(name));
        } else {
            fs::copy(entry.path(), to.join(name)).unwrap();
        }
    }
}

fn list(root: &Path, folder: &Path, files: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        if name == ".git" || name == ".hook-state" || name == "__pycache__" {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            list(root, &entry.path(), files);
        } else {
            let path = entry.path();
            let relative = path.strip_prefix(root).unwrap();
            files.push(relative.to_string_lossy().into_owned());
        }
    }
}

/// Processor time of this thread, which other work on the machine does not lengthen.
pub(crate) fn spent() -> std::time::Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    std::time::Duration::new(
        time.tv_sec.try_into().unwrap(),
        time.tv_nsec.try_into().unwrap(),
    )
}
