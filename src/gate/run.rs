//! Starts a gate's command and keeps the end of what it prints.
//!
//! The command has a process group of its own, which is ended as a whole when the time is up, no standard input, and pipes
//! that are read while it runs, so that no output can block it or fill the memory.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::policy::QualityGate;
use crate::policy::rules::GateCommand;
use crate::settings;

/// Characters kept of each stream.
const TAIL: usize = 4_000;
/// Between asking a process group to end and ending it.
const GRACE: Duration = Duration::from_millis(500);
/// How long output is waited for after the command has ended, should a child of it keep the pipe open.
const DRAIN: Duration = Duration::from_millis(500);

/// A run that came to an end.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Finished {
    pub(super) end: End,
    pub(super) duration: Duration,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// How the command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Code(i32),
    Signal(i32),
    TimedOut,
}

impl End {
    pub(super) fn code(self) -> Option<i32> {
        match self {
            Self::Code(code) => Some(code),
            _ => None,
        }
    }

    pub(super) fn signal(self) -> Option<i32> {
        match self {
            Self::Signal(signal) => Some(signal),
            _ => None,
        }
    }

    /// Reads what `Evidence` wrote.
    pub(super) fn read(value: &Value) -> Option<Self> {
        let number = |key: &str| {
            let number = value.get(key).and_then(Value::as_i64)?;
            i32::try_from(number).ok()
        };
        if value.get("timed_out").and_then(Value::as_bool) == Some(true) {
            return Some(Self::TimedOut);
        }
        number("exit_code")
            .map(Self::Code)
            .or_else(|| number("signal").map(Self::Signal))
    }
}

/// Runs the gate's command below its base, to its end or its time limit.
///
/// # Errors
/// A sentence for people, when the command cannot be started.
pub(super) fn run(gate: &QualityGate, base: &Path) -> Result<Finished, String> {
    let started = Instant::now();
    let mut child = command(gate, base)
        .spawn()
        .map_err(|error| format!("its command cannot be started: {error}"))?;
    let stdout = child.stdout.take().map(Tail::read);
    let stderr = child.stderr.take().map(Tail::read);
    let end = wait(&mut child, started + gate.timeout)
        .map_err(|error| format!("its command cannot be waited for: {error}"))?;
    let secrets = settings::secret_values();
    let text = |tail: Option<Tail>| masked(tail.map(Tail::text).unwrap_or_default(), &secrets);
    Ok(Finished {
        end,
        duration: started.elapsed(),
        stdout: text(stdout),
        stderr: text(stderr),
    })
}

fn command(gate: &QualityGate, base: &Path) -> Command {
    let mut command = match &gate.run {
        GateCommand::Shell(line) => {
            let mut command = Command::new(if cfg!(windows) { "cmd" } else { "/bin/sh" });
            command
                .arg(if cfg!(windows) { "/C" } else { "-c" })
                .arg(line);
            command
        }
        GateCommand::Words(words) => {
            let mut words = words.iter();
            let mut command = Command::new(words.next().map_or("", String::as_str));
            command.args(words);
            command
        }
    };
    let folder = gate.working_directory.as_deref().unwrap_or("");
    command
        .current_dir(base.join(folder))
        .envs(gate.env.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
}

/// Waits for the end of the command; at the deadline its whole group is asked to end, then ended.
fn wait(child: &mut Child, deadline: Instant) -> std::io::Result<End> {
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(end_of(status));
        }
        if Instant::now() >= deadline {
            stop(child)?;
            return Ok(End::TimedOut);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

#[cfg(unix)]
fn stop(child: &mut Child) -> std::io::Result<()> {
    use rustix::process::{Pid, Signal, kill_process_group};
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let end_group = |signal| {
        if let Some(group) = group {
            // A group that is gone already has ended, which is what was wanted.
            let _ = kill_process_group(group, signal);
        }
    };
    end_group(Signal::TERM);
    let deadline = Instant::now() + GRACE;
    while child.try_wait()?.is_none() && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(10));
    }
    end_group(Signal::KILL);
    child.wait().map(drop)
}

#[cfg(not(unix))]
fn stop(child: &mut Child) -> std::io::Result<()> {
    child.kill()?;
    child.wait().map(drop)
}

#[cfg(unix)]
fn end_of(status: ExitStatus) -> End {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => End::Code(code),
        (None, signal) => End::Signal(signal.unwrap_or(0)),
    }
}

#[cfg(not(unix))]
fn end_of(status: ExitStatus) -> End {
    End::Code(status.code().unwrap_or(-1))
}

/// Reads a stream in a thread of its own and keeps its end.
struct Tail {
    reader: JoinHandle<()>,
    kept: std::sync::Arc<std::sync::Mutex<Vec<u8>>>,
}

impl Tail {
    fn read(mut stream: impl Read + Send + 'static) -> Self {
        let kept = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let shared = std::sync::Arc::clone(&kept);
        let reader = thread::spawn(move || {
            let mut chunk = [0; 8192];
            while let Ok(length @ 1..) = stream.read(&mut chunk) {
                let Ok(mut kept) = shared.lock() else { return };
                kept.extend_from_slice(chunk.get(..length).unwrap_or_default());
                // Four bytes a character at most; the exact cut is made at the end.
                let surplus = kept.len().saturating_sub(TAIL * 4);
                kept.drain(..surplus);
            }
        });
        Self { reader, kept }
    }

    /// Returns the last characters, waiting a little for a reader that is not done.
    fn text(self) -> String {
        let deadline = Instant::now() + DRAIN;
        while !self.reader.is_finished() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(1));
        }
        let bytes = self
            .kept
            .lock()
            .map(|kept| kept.clone())
            .unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let surplus = text.chars().count().saturating_sub(TAIL);
        text.chars().skip(surplus).collect()
    }
}

/// Replaces the values of secret-looking environment variables.
fn masked(text: String, secrets: &[String]) -> String {
    secrets
        .iter()
        .fold(text, |text, secret| text.replace(secret, "[masked]"))
}
