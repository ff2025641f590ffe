//! What can happen between two stops, through the program itself: `tests/data/situations.txt` says each in words, with what
//! the next stop must do.
//!
//! A *stale pass* lets a stop through on content that was never tested; a *needless run* tests again what was tested.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::json;

use crate::support::{Repo, finish, manifest};

/// The gate counts its runs outside the checkout and fails where an input says so.
const POLICY: &str = r#"version: 1
rules:
  - id: tests
    quality-gate:
      run: 'test -d src || cd ..; echo run >> ../runs; ! grep -Rqs -D skip --exclude-dir=.git --exclude-dir=.hook-state "b[a]d" src build'
      inputs: [src/**, "!src/docs/**", build/gen/**]
      env: {MODE: plain}
      working-directory: .
      timeout: 20s
"#;

/// Makes the checkout that each situation begins with.
const SETUP: &str = r#"
cat > "$HOME/.gitconfig" <<'END'
[user]
name = a
email = a@example.com
[protocol "file"]
allow = always
[init]
defaultBranch = main
[advice]
detachedHead = false
END
git init -q
mkdir -p src/sub src/docs build/gen notes
echo text > src/docs/text; echo note > notes.md; echo note > notes/note
printf 'old\n' > src/a.txt; printf 'good\n' > src/b.txt; printf 'good\n' > src/sub/c.py
printf '#!/bin/sh\n' > src/run.sh; chmod +x src/run.sh; ln -s a.txt src/link
printf 'build/\n*.log\n' > .gitignore; printf 'made\n' > build/gen/code.txt; echo other > build/other.txt
git add -A; git commit -qm one
printf 'good\n' > src/a.txt; git commit -qam two
git checkout -q -b other; echo theirs >> src/a.txt; git commit -qam three; git checkout -q main
mkdir ../module; cd ../module; git init -q
echo one > file; git add file; git commit -qm one; echo two > file; git commit -qam two
"#;

const PRELUDE: &str = r#"
stop_in() { (cd "$1" && pwd -P) > "$SCRATCH/where"; }
stop() {
  where=$(cat "$SCRATCH/where")
  printf '{"session_id": "s", "hook_event_name": "Stop", "cwd": "%s"}' "$where" |
    (cd "$where" && "$HOOKGATE" hook --runtime claude-code --event stop) > /dev/null
}
stop_in .
"#;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// Let through without a run.
    Pass,
    /// Let through after a run.
    Run,
    Block,
}

struct Situation<'t> {
    name: &'t str,
    expected: Stop,
    script: &'t str,
}

/// A checkout in one situation, with what belongs to it beside it.
struct Scene {
    repo: Repo,
}

impl Scene {
    fn new() -> Self {
        let scene = Self {
            // Some situations take git away, which leaves no checkout only where none is around it.
            repo: Repo::alone(),
        };
        scene.repo.write("hookgate.yaml", POLICY);
        let (exit, told) = scene.sh(SETUP);
        assert_eq!(exit, 0, "{told}");
        scene
    }

    /// Makes a scene like another one. The state folder is there before, or making it would be a change of its own that
    /// keeps the first looks from being remembered.
    fn copy(&self) -> Self {
        let copy = Self {
            repo: Repo::alone(),
        };
        let from = self.beside(".");
        let script = format!(
            "cd ..; rm -r repo home; cp -a {from}/repo {from}/home {from}/module .; mkdir repo/.hook-state; \
             echo '*' > repo/.hook-state/.gitignore; git -C repo status > /dev/null"
        );
        let (exit, told) = copy.sh(&script);
        assert_eq!(exit, 0, "{told}");
        copy
    }

    fn beside(&self, name: &str) -> String {
        let path = self.repo.root().with_file_name(name);
        path.to_str().unwrap().to_owned()
    }

    fn sh(&self, script: &str) -> (i32, String) {
        let mut command = Command::new("sh");
        command
            .args(["-euc", script])
            .current_dir(self.repo.root())
            .env_clear()
            .env("HOME", self.repo.home())
            .env("PATH", hookgate::settings::variable("PATH").unwrap())
            .env("SCRATCH", self.beside("home"))
            .env("MODULE", self.beside("module"))
            .env("HOOKGATE", env!("CARGO_BIN_EXE_hookgate"));
        let ran = finish(command, b"");
        (ran.exit, ran.stdout + &ran.stderr)
    }

    fn runs(&self) -> usize {
        let text = fs::read_to_string(self.beside("runs")).unwrap_or_default();
        text.lines().count()
    }

    /// Stops where the script said, and tells what happened.
    fn stop(&self) -> (Stop, String) {
        let where_to = fs::read_to_string(self.repo.home().join("where"));
        let folder = where_to.map_or_else(
            |_| self.repo.root(),
            |text| text.trim_end_matches('\n').into(),
        );
        let payload = json!({"session_id": "s", "hook_event_name": "Stop", "cwd": folder});
        let arguments = ["hook", "--runtime", "claude-code", "--event", "stop"];
        let mut command = self.repo.command(&arguments);
        command.current_dir(&folder);
        let before = self.runs();
        let ran = finish(command, payload.to_string().as_bytes());
        assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""), "{ran:?}");
        let stop = if ran.stdout.contains("\"block\"") {
            Stop::Block
        } else if self.runs() > before {
            Stop::Run
        } else {
            Stop::Pass
        };
        (stop, ran.stdout)
    }
}

fn situations(text: &str) -> Vec<Situation<'_>> {
    let is_root = rustix::process::geteuid().is_root();
    let parts = text.split("\n## ").skip(1);
    parts
        .map(|part| {
            let (name, rest) = part.split_once('\n').unwrap();
            let (expected, script) = rest.split_once('\n').unwrap();
            let expected = match expected.split_once(" as root: ") {
                Some((_, expected)) if is_root => expected,
                Some((expected, _)) => expected,
                None => expected,
            };
            let expected = match expected {
                "pass" => Stop::Pass,
                "run" => Stop::Run,
                "block" => Stop::Block,
                other => panic!("{name}: `{other}` is no outcome"),
            };
            Situation {
                name,
                expected,
                script,
            }
        })
        .collect()
}

/// Returns what is wrong with how a situation went.
fn play(scene: &Scene, situation: &Situation<'_>) -> Option<String> {
    let name = situation.name;
    for expected in [Stop::Run, Stop::Pass] {
        let (stop, told) = scene.stop();
        if stop != expected {
            return Some(format!("{name}: {stop:?} before anything happened: {told}"));
        }
    }
    let (exit, told) = scene.sh(&format!("{PRELUDE}{}", situation.script));
    if exit != 0 {
        return Some(format!("{name}: its script failed: {told}"));
    }
    let (stop, told) = scene.stop();
    let expected = situation.expected;
    let verdict = match (expected, stop) {
        _ if expected == stop => return None,
        (_, Stop::Pass) => "a stale pass",
        (Stop::Pass, Stop::Run) => "a needless run",
        _ => "a wrong answer",
    };
    Some(format!(
        "{name}: {verdict}: {stop:?} instead of {expected:?} {told}"
    ))
}

#[test]
fn a_stop_tests_what_was_not_tested_and_nothing_else() {
    let text = fs::read_to_string(manifest().join("tests/data/situations.txt")).unwrap();
    let mut situations = situations(&text);
    if let Some(only) = hookgate::settings::variable("SITUATION") {
        situations.retain(|situation| situation.name.contains(&only));
    }
    let first = Scene::new();
    let scenes: Vec<Scene> = situations.iter().map(|_| first.copy()).collect();
    // No digest of a file is remembered that changed within the grain of the file system's times; the cache is to be
    // at work here.
    thread::sleep(Duration::from_millis(2_200));
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let at = next.fetch_add(1, Ordering::Relaxed)
                    && let Some((situation, scene)) = situations.get(at).zip(scenes.get(at))
                {
                    wrong.lock().unwrap().extend(play(scene, situation));
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().unwrap();
    wrong.sort();
    let count = |what: &str| wrong.iter().filter(|line| line.contains(what)).count();
    let mut told = format!(
        "{} situations, {} stale passes, {} needless runs",
        situations.len(),
        count(": a stale pass: "),
        count(": a needless run: "),
    );
    writeln!(std::io::stderr(), "{told}").unwrap();
    for line in &wrong {
        write!(told, "\n{line}").unwrap();
    }
    assert!(wrong.is_empty(), "{told}");
    let names: Vec<&str> = situations.iter().map(|situation| situation.name).collect();
    let unique: std::collections::BTreeSet<&&str> = names.iter().collect();
    assert_eq!(unique.len(), names.len());
}
