//! What an unchanged stop costs, beside `git status` on the same tree: `cargo bench --bench stop`.
//!
//! Whole processes, in pairs, so that what else the machine does weighs on both alike. The gate's inputs are the whole tree.
//! Git works as it comes, without fsmonitor and untracked cache. Numbers of files may be given:
//! `cargo bench --bench stop -- 1000`.
#![expect(
    clippy::unwrap_used,
    reason = "a measurement that cannot go on has nothing to say"
)]

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const SIZES: [usize; 3] = [100, 10_000, 100_000];
const PAIRS: usize = 21;
/// Files in a folder.
const FILES: usize = 25;
const POLICY: &str = "\
version: 1
rules:
  - id: tests
    quality-gate: {run: 'true', inputs: ['**'], timeout: 60s}
";

fn main() -> io::Result<()> {
    let sizes: Vec<usize> = std::env::args()
        .filter_map(|word| word.parse().ok())
        .collect();
    let sizes = if sizes.is_empty() {
        SIZES.to_vec()
    } else {
        sizes
    };
    let mut out = io::stdout();
    writeln!(
        out,
        "{:>8}  {:>12}  {:>12}  {:>6}  {:>6}",
        "files", "git status", "stop", "ratio", "budget"
    )?;
    for files in sizes {
        let scratch = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let tree = Tree {
            root: scratch.path(),
        };
        tree.make(files)?;
        let (git, stop, ratio) = tree.measure();
        writeln!(
            out,
            "{files:>8}  {:>9.2} ms  {:>9.2} ms  {ratio:>6.2}  {:>6}",
            git.as_secs_f64() * 1e3,
            stop.as_secs_f64() * 1e3,
            0.5
        )?;
    }
    Ok(())
}

struct Tree<'a> {
    root: &'a Path,
}

impl Tree<'_> {
    fn make(&self, files: usize) -> io::Result<()> {
        let repo = self.root.join("repo");
        for number in 0..files {
            let folder = number / FILES;
            let folder = format!("part{}/group{}/set{folder}", folder / 400, folder / 20);
            let folder = repo.join(folder);
            if number % FILES == 0 {
                fs::create_dir_all(&folder)?;
            }
            let mut file = fs::File::create(folder.join(format!("file_{number}.py")))?;
            file.write_all(format!("# {number}\n{}", "x = 1\n".repeat(number % 100)).as_bytes())?;
        }
        let mut file = fs::File::create(repo.join("hookgate.yaml"))?;
        file.write_all(POLICY.as_bytes())?;
        self.git(&["init", "-q"]);
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", "x"]);
        // What changed within the grain of the file system's times neither git nor hookgate remembers.
        thread::sleep(Duration::from_millis(2_500));
        for _ in 0..2 {
            self.git(&["status", "--porcelain"]);
            self.stop();
        }
        Ok(())
    }

    /// Returns the medians of both, and of their ratios pair by pair.
    fn measure(&self) -> (Duration, Duration, f64) {
        let mut git = Vec::new();
        let mut stop = Vec::new();
        let mut ratios = Vec::new();
        for _ in 0..PAIRS {
            let one = self.git(&["status", "--porcelain"]);
            let other = self.stop();
            ratios.push(other.as_secs_f64() / one.as_secs_f64());
            git.push(one);
            stop.push(other);
        }
        ratios.sort_by(f64::total_cmp);
        git.sort();
        stop.sort();
        let middle = PAIRS / 2;
        (
            git.get(middle).copied().unwrap(),
            stop.get(middle).copied().unwrap(),
            ratios.get(middle).copied().unwrap(),
        )
    }

    fn git(&self, arguments: &[&str]) -> Duration {
        let mut command = Command::new("git");
        command
            .args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
            .args(arguments);
        self.time(command, "")
    }

    fn stop(&self) -> Duration {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hookgate"));
        command.args(["hook", "--runtime", "claude-code", "--event", "stop"]);
        let payload = format!(
            r#"{{"session_id": "s", "hook_event_name": "Stop", "cwd": "{}"}}"#,
            self.root.join("repo").display()
        );
        self.time(command, &payload)
    }

    fn time(&self, mut command: Command, input: &str) -> Duration {
        command
            .current_dir(self.root.join("repo"))
            .env("HOME", self.root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let begin = Instant::now();
        let mut child = command.spawn().unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        let done = child.wait_with_output().unwrap();
        let took = begin.elapsed();
        assert!(done.status.success() && done.stdout.is_empty(), "{done:?}");
        took
    }
}
