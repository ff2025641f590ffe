//! What an unchanged stop costs, beside `git status` on the same tree: `cargo bench --bench stop`.
//!
//! Whole processes, in pairs, so that what else the machine does weighs on both alike: medians of wall time, means of
//! processor time, which is of all threads and which the system counts in steps. Git works without fsmonitor and untracked cache. Three things are measured: a stop with
//! a gate whose inputs are the whole tree (the budget is half of git's time), a stop and a session's start that look after
//! as many protected files as the tree has. Numbers of files may be given: `cargo bench --bench stop -- 1000`.
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
/// What is younger neither git nor hookgate remembers.
const GRAIN: Duration = Duration::from_millis(2_500);
/// Session starts note everything; a few say enough.
const STARTS: usize = 5;
/// Files in a folder.
const FILES: usize = 25;
const GATE: &str = "\
version: 1
rules:
  - id: tests
    quality-gate: {run: 'true', inputs: ['**'], timeout: 60s}
";
const PROTECTED: &str = "\
version: 1
rules:
  - id: kept
    protect-paths: {paths: ['part*/**']}
";
const STATUS: [&str; 6] = [
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.untrackedCache=false",
    "status",
    "--porcelain",
];

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
        "{:>8}  {:<34}{:>13}{:>13}{:>13}{:>13}{:>7}{:>7}",
        "files", "what", "git", "git cpu", "hookgate", "its cpu", "ratio", "cpu"
    )?;
    for files in sizes {
        let scratch = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let tree = Tree {
            root: scratch.path(),
        };
        tree.make(files)?;
        let mut row = |what: &str, row: &Row| {
            writeln!(
                out,
                "{files:>8}  {what:<34}{}{}{}{}{:>7.2}{:>7.2}",
                shown(row.git.wall),
                shown(row.git.processor),
                shown(row.own.wall),
                shown(row.own.processor),
                row.wall,
                row.processor
            )
        };
        tree.policy(GATE)?;
        tree.warm();
        row(
            "stop, whole tree (budget 0.5)",
            &tree.measure(PAIRS, Tree::stop),
        )?;
        tree.policy(PROTECTED)?;
        tree.start();
        tree.warm();
        row(
            "stop, all files protected",
            &tree.measure(PAIRS, Tree::stop),
        )?;
        row(
            "session start, all protected",
            &tree.measure(STARTS, Tree::start),
        )?;
    }
    Ok(())
}

/// What one process took.
#[derive(Clone, Copy)]
struct Cost {
    wall: Duration,
    processor: Duration,
}

/// Medians of wall time and of its ratios pair by pair, means of processor time.
struct Row {
    git: Cost,
    own: Cost,
    wall: f64,
    processor: f64,
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
        self.git(&["init", "-q"]);
        Ok(())
    }

    /// Begins with another policy, and nothing remembered.
    fn policy(&self, text: &str) -> io::Result<()> {
        let repo = self.root.join("repo");
        let mut file = fs::File::create(repo.join("hookgate.yaml"))?;
        file.write_all(text.as_bytes())?;
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", "x"]);
        self.forget();
        thread::sleep(GRAIN);
        self.git(&STATUS);
        Ok(())
    }

    fn forget(&self) {
        let state = self.root.join("repo/.hook-state");
        if state.exists() {
            fs::remove_dir_all(state).unwrap();
        }
    }

    /// The policy is an input too, and was written just now.
    fn warm(&self) {
        for _ in 0..2 {
            thread::sleep(GRAIN);
            self.git(&STATUS);
            self.stop();
        }
    }

    fn measure(&self, pairs: usize, own: impl Fn(&Self) -> Cost) -> Row {
        let pairs: Vec<(Cost, Cost)> = (0..pairs).map(|_| (self.git(&STATUS), own(self))).collect();
        let cost = |of: fn(&(Cost, Cost)) -> Cost| Cost {
            wall: median(pairs.iter().map(|pair| of(pair).wall)),
            processor: mean(pairs.iter().map(|pair| of(pair).processor)),
        };
        let (git, own) = (cost(|pair| pair.0), cost(|pair| pair.1));
        let ratio = |git: Duration, own: Duration| own.as_secs_f64() / git.as_secs_f64();
        let ratios = pairs.iter().map(|(git, own)| ratio(git.wall, own.wall));
        Row {
            wall: median(ratios),
            processor: ratio(git.processor, own.processor),
            git,
            own,
        }
    }

    fn git(&self, arguments: &[&str]) -> Cost {
        let mut command = Command::new("git");
        command
            .args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
            .args(arguments);
        self.time(command, "")
    }

    fn stop(&self) -> Cost {
        self.hook("stop", "Stop")
    }

    /// Each time from nothing.
    fn start(&self) -> Cost {
        self.forget();
        self.hook("session-start", "SessionStart")
    }

    fn hook(&self, event: &str, name: &str) -> Cost {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hookgate"));
        command.args(["hook", "--runtime", "claude-code", "--event", event]);
        let payload = format!(
            r#"{{"session_id": "s", "hook_event_name": "{name}", "source": "startup", "cwd": "{}"}}"#,
            self.root.join("repo").display()
        );
        self.time(command, &payload)
    }

    fn time(&self, mut command: Command, input: &str) -> Cost {
        command
            .current_dir(self.root.join("repo"))
            .env("HOME", self.root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let before = children();
        let begin = Instant::now();
        let mut child = command.spawn().unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        let done = child.wait_with_output().unwrap();
        let wall = begin.elapsed();
        assert!(done.status.success() && done.stdout.is_empty(), "{done:?}");
        Cost {
            wall,
            processor: children().saturating_sub(before),
        }
    }
}

/// Processor time of all processes that were waited for, in the system's own ticks; zero where it does not say.
fn children() -> Duration {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = text.rsplit_once(')').map_or("", |(_, after)| after);
    // Fields 16 and 17, `cutime` and `cstime`, of which the first two stand before the bracket.
    let ticks = after.split_whitespace().skip(13).take(2);
    let ticks: u64 = ticks.filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

fn median<T: PartialOrd + Copy>(values: impl Iterator<Item = T>) -> T {
    let mut values: Vec<T> = values.collect();
    values.sort_by(|one, other| one.partial_cmp(other).unwrap());
    values.get(values.len() / 2).copied().unwrap()
}

fn mean(times: impl ExactSizeIterator<Item = Duration>) -> Duration {
    let count = u32::try_from(times.len()).unwrap();
    times.sum::<Duration>() / count
}

fn shown(time: Duration) -> String {
    format!("{:>10.2} ms", time.as_secs_f64() * 1e3)
}
