//! Runs a hook line as its runtime would: by its shell, in another folder, with a payload on stdin and a limit.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Longer than a decision may take on any machine, and than the scratch gate's own limit.
const LIMIT: Duration = Duration::from_secs(30);
/// What is read of each stream.
const OUTPUT: u64 = 1024 * 1024;

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ran {
    Ended {
        exit: i32,
        stdout: String,
        stderr: String,
    },
    TooLong,
    /// The shell itself could not be started.
    NoShell(String),
}

/// What is run, and where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Job<'a> {
    pub(super) program: &'a str,
    pub(super) arguments: &'a [&'a str],
    pub(super) folder: &'a Path,
    /// A variable that the runtime sets.
    pub(super) variable: Option<(&'a str, &'a Path)>,
    /// Variables that it does not set, though the folder's own surroundings may.
    pub(super) without: &'a [&'a str],
    pub(super) stdin: &'a str,
}

/// Runs a job to its end.
pub(super) fn run(job: &Job) -> Ran {
    let mut command = Command::new(job.program);
    command
        .args(job.arguments)
        .current_dir(job.folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    for name in job.without {
        command.env_remove(name);
    }
    if let Some((name, value)) = job.variable {
        command.env(name, value);
    }
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    match command.spawn() {
        Ok(child) => wait(child, job.stdin),
        Err(error) => Ran::NoShell(format!("`{}`: {error}", job.program)),
    }
}

fn wait(mut child: Child, stdin: &str) -> Ran {
    let group = child.id();
    if let Some(mut pipe) = child.stdin.take() {
        let text = stdin.to_owned();
        // Whoever does not read to the end has an answer already.
        thread::spawn(move || drop(pipe.write_all(text.as_bytes())));
    }
    let (sender, receiver) = mpsc::channel();
    let stdout = child.stdout.take().map(reader);
    let stderr = child.stderr.take().map(reader);
    thread::spawn(move || {
        let text = |stream: Option<thread::JoinHandle<String>>| {
            stream
                .and_then(|stream| stream.join().ok())
                .unwrap_or_default()
        };
        let (stdout, stderr) = (text(stdout), text(stderr));
        let exit = child
            .wait()
            .ok()
            .and_then(|status| status.code())
            .unwrap_or(-1);
        // Nobody listens any more once the time is over.
        let _ = sender.send(Ran::Ended {
            exit,
            stdout,
            stderr,
        });
    });
    receiver.recv_timeout(LIMIT).unwrap_or_else(|_| {
        end(group);
        Ran::TooLong
    })
}

fn reader(stream: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was read until a pipe broke is what there is.
        let _ = stream.take(OUTPUT).read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Ends a process with what it started.
#[cfg(unix)]
fn end(group: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let group = i32::try_from(group).ok().and_then(Pid::from_raw);
    if let Some(group) = group {
        // It may have ended by itself by now.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

#[cfg(not(unix))]
fn end(_group: u32) {}
