//! Times two commands in turn, and takes their ratio pair by pair.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::Outcome;

/// A command with what it reads.
pub(crate) struct Timed {
    pub(crate) program: String,
    pub(crate) words: Vec<String>,
    pub(crate) folder: std::path::PathBuf,
    pub(crate) home: std::path::PathBuf,
    pub(crate) stdin: Option<std::path::PathBuf>,
}

/// Medians of a paired run.
pub(crate) struct Pair {
    pub(crate) ratio: f64,
    pub(crate) time: Duration,
}

impl Timed {
    /// `/bin/true`, the yardstick.
    pub(crate) fn nothing(beside: &Self) -> Self {
        Self {
            program: "/bin/true".into(),
            words: Vec::new(),
            folder: beside.folder.clone(),
            home: beside.home.clone(),
            stdin: beside.stdin.clone(),
        }
    }

    pub(crate) fn command(&self) -> Outcome<Command> {
        self.ready(Command::new(&self.program))
    }

    /// The same, run by another program that measures it.
    pub(crate) fn command_under(&self, other: &str, words: &[&str]) -> Outcome<Command> {
        let mut command = Command::new(other);
        command.args(words).arg(&self.program);
        self.ready(command)
    }

    /// With a small environment that is the same everywhere: the start of a process reads all of it.
    fn ready(&self, mut command: Command) -> Outcome<Command> {
        command
            .args(&self.words)
            .current_dir(&self.folder)
            .env_clear()
            .env("HOME", &self.home)
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .stdin(self.stdin.as_deref().map_or(Ok(Stdio::null()), open)?)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Ok(command)
    }

    /// Runs it once. How it exits plays no part: a deny may be an exit code.
    pub(crate) fn time(&self) -> Outcome<Duration> {
        let mut command = self.command()?;
        let started = Instant::now();
        command.status()?;
        Ok(started.elapsed())
    }
}

fn open(path: &Path) -> std::io::Result<Stdio> {
    File::open(path).map(Stdio::from)
}

/// Runs `one` and `other` in turn; `between` prepares each round.
pub(crate) fn run(one: &Timed, other: &Timed, rounds: usize, between: &dyn Fn()) -> Outcome<Pair> {
    let mut ratios = Vec::new();
    let mut times = Vec::new();
    for round in 0..rounds + 2 {
        between();
        let (first, second) = (one.time()?, other.time()?);
        // The first two fill caches.
        if round >= 2 {
            ratios.push(first.as_secs_f64() / second.as_secs_f64());
            times.push(first);
        }
    }
    ratios.sort_by(f64::total_cmp);
    times.sort();
    Ok(Pair {
        ratio: middle(&ratios).ok_or("no rounds")?,
        time: middle(&times).ok_or("no rounds")?,
    })
}

/// Returns the median of a sorted list.
pub(crate) fn middle<T: Copy>(sorted: &[T]) -> Option<T> {
    sorted.get(sorted.len() / 2).copied()
}
