//! Runs a gate's command, through a process that holds it: see `hold`.
//!
//! The command has a process group of its own, no standard input and none of the hook's streams. Whatever ends the hook ends
//! the command too, with everything that it started.

mod group;
mod hold;
mod job;
mod keep;
mod mask;

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

pub use hold::hold;
use job::{Job, Message};

use crate::policy::QualityGate;
use crate::settings;

/// The word on the command line that makes this program hold a gate.
pub const HOLD: &str = "hold-gate";

/// How long a holder may take beyond the gate's own time limit: it ends processes, and may wait for the run before.
const MARGIN: Duration = Duration::from_secs(15);
/// How long a holder may take to end a gate that is not wanted any more.
const ENDING: Duration = Duration::from_secs(4);
/// How often a running gate is looked after.
const LOOK: Duration = Duration::from_millis(100);
/// How long a command that tells a tool's version may take.
const VERSION_LIMIT: Duration = Duration::from_secs(5);

/// A run that came to an end.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Finished {
    pub(super) end: End,
    pub(super) duration: Duration,
    /// The last characters of each stream.
    pub(super) stdout: String,
    pub(super) stderr: String,
    /// The lines that say what failed.
    pub(super) failure: String,
    /// Processes that the command left behind and that were ended.
    pub(super) left: Vec<String>,
    /// What did not work besides.
    pub(super) troubles: Vec<String>,
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

    /// "exit code 1" or "signal 9".
    pub(super) fn told(self) -> String {
        match self {
            Self::Code(code) => format!("exit code {code}"),
            Self::Signal(signal) => format!("signal {signal}"),
            Self::TimedOut => "time limit reached".into(),
        }
    }

    /// Reads what `Evidence` and `Message` wrote.
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

    fn of(status: ExitStatus) -> Self {
        #[cfg(unix)]
        if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
            return Self::Signal(signal);
        }
        Self::Code(status.code().unwrap_or(-1))
    }
}

/// What goes with a run besides the gate.
pub(super) struct Terms<'a> {
    /// The file that takes the output.
    pub(super) log: Option<PathBuf>,
    /// The marks of the gates that this run is part of.
    pub(super) running: String,
    /// Called with each line as it comes.
    pub(super) live: Option<&'a (dyn Fn(&str) + Sync)>,
    /// Asked now and then whether the result is still wanted.
    pub(super) is_wanted: &'a dyn Fn() -> bool,
}

/// Why there is no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// A sentence for people.
    Cannot(String),
    /// The result was not wanted any more.
    Unwanted,
}

/// Runs the gate's command below its base, to its end or its time limit.
pub(super) fn run(gate: &QualityGate, base: &Path, terms: &Terms<'_>) -> Result<Finished, Failure> {
    let mut job = Job::of(gate, folder(gate, base));
    job.log.clone_from(&terms.log);
    job.env
        .push((settings::RUNNING.to_owned(), terms.running.clone()));
    job.live = terms.live.is_some();
    held(&job, terms)
}

/// Asks a tool for its version.
///
/// # Errors
/// A sentence for people, when it does not say.
pub(super) fn version(gate: &QualityGate, base: &Path, command: &str) -> Result<String, String> {
    let job = Job {
        words: job::shell(command),
        folder: folder(gate, base),
        env: gate.env.clone(),
        timeout: VERSION_LIMIT,
        log: None,
        live: false,
    };
    let terms = Terms {
        log: None,
        running: String::new(),
        live: None,
        is_wanted: &|| true,
    };
    let cannot = |why: String| format!("`{command}`, which tells a tool's version, {why}");
    match held(&job, &terms) {
        Ok(finished) if finished.end == End::Code(0) => {
            // Some tools say it on the other stream.
            let said = format!("{}\n{}", finished.stdout.trim(), finished.stderr.trim());
            Ok(said.trim().to_owned())
        }
        Ok(finished) => Err(cannot(format!("ends with {}", finished.end.told()))),
        Err(Failure::Cannot(why)) => Err(cannot(format!("cannot be run: {why}"))),
        Err(Failure::Unwanted) => Err(cannot("was not waited for".into())),
    }
}

fn folder(gate: &QualityGate, base: &Path) -> PathBuf {
    match gate.working_directory.as_deref() {
        None | Some("") => base.to_path_buf(),
        Some(folder) => base.join(folder),
    }
}

fn held(job: &Job, terms: &Terms<'_>) -> Result<Finished, Failure> {
    let cannot = |what: &str, error: &std::io::Error| {
        Failure::Cannot(format!("the process that holds it {what}: {error}"))
    };
    let mut holder = own_program()
        .arg(HOLD)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| cannot("cannot be started", &error))?;
    let mut input = holder.stdin.take();
    let sent = input.as_mut().map_or(Ok(()), |input| {
        input.write_all(format!("{}\n", job.write()).as_bytes())
    });
    let messages = messages(&mut holder);
    let result = match sent {
        Ok(()) => follow(&messages, job, terms, &mut input),
        Err(error) => Err(cannot("cannot be told what to run", &error)),
    };
    drop(input);
    if result.is_err() {
        // One that has ended already cannot be killed, which is as well.
        let _ = holder.kill();
        // It may have started the gate and been killed before it could say so. Until it is waited for, its number is its own.
        group::kill_session(holder.id());
    }
    let _ = holder.wait();
    result
}

/// Follows a run to its end. The closed input tells the holder that nobody waits any more.
fn follow(
    messages: &Receiver<Message>,
    job: &Job,
    terms: &Terms<'_>,
    input: &mut Option<ChildStdin>,
) -> Result<Finished, Failure> {
    let mut deadline = after(job.timeout.saturating_add(MARGIN));
    let mut group = None;
    loop {
        match messages.recv_timeout(LOOK) {
            Ok(Message::Started(number)) => group = Some(number),
            Ok(Message::Line(line)) => {
                if let Some(live) = terms.live {
                    live(&line);
                }
            }
            Ok(Message::Finished(_) | Message::Cannot(_)) if input.is_none() => {
                return Err(Failure::Unwanted);
            }
            Ok(Message::Finished(finished)) => return Ok(finished),
            Ok(Message::Cannot(why)) => return Err(Failure::Cannot(why)),
            Err(RecvTimeoutError::Timeout) if Instant::now() < deadline => {
                if input.is_some() && !(terms.is_wanted)() {
                    drop(input.take());
                    deadline = after(ENDING);
                }
            }
            Err(_) => {
                // Nobody else ends the gate now.
                if let Some(group) = group {
                    group::kill(group);
                }
                let why = "the process that held it was ended from outside, or did not answer";
                return Err(Failure::Cannot(why.into()));
            }
        }
    }
}

/// The moment in which a time is up. A policy may write times that no clock counts to.
pub(super) fn after(time: Duration) -> Instant {
    const LONGEST: Duration = Duration::from_hours(24 * 365);
    Instant::now() + time.min(LONGEST)
}

/// Reads messages in a thread, so that they can be waited for with a limit.
fn messages(holder: &mut Child) -> Receiver<Message> {
    let (sender, receiver) = mpsc::channel();
    let output = holder.stdout.take();
    thread::spawn(move || {
        let Some(output) = output else { return };
        for line in BufReader::new(output).lines() {
            let Some(message) = line.ok().and_then(|line| Message::read(&line)) else {
                return;
            };
            if sender.send(message).is_err() {
                return;
            }
        }
    });
    receiver
}

/// This program, even when its file was replaced or removed since it was started.
fn own_program() -> Command {
    #[cfg(target_os = "linux")]
    {
        let mut command = Command::new("/proc/self/exe");
        std::os::unix::process::CommandExt::arg0(&mut command, "hookgate");
        command
    }
    #[cfg(not(target_os = "linux"))]
    Command::new(std::env::current_exe().unwrap_or_else(|_| "hookgate".into()))
}
