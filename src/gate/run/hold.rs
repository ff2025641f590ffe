//! The process between a hook and its gate. It exists only while a gate runs, so that the gate ends whenever the hook does:
//! a hook that is killed, in whatever way, closes its end of a pipe, and the holder ends the gate with all that it started.
//!
//! It reads a [`Job`] and writes [`Message`]s. It decides nothing.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::Path;
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::super::excerpt;
use super::super::text::{end, harmless};
use super::job::{Job, Message};
use super::keep::Kept;
use super::mask::Masker;
use super::{End, Finished, after, group};
use crate::{output, settings, state};

/// Characters kept of each stream for the record.
const TAIL: usize = 4_000;
/// A line that is longer counts as several.
const LINE: usize = 64 * 1024;
/// How long output is waited for after all processes have ended.
const DRAIN: Duration = Duration::from_millis(500);
/// How long the holder of the run before may take to end its gate.
const PREDECESSOR: Duration = Duration::from_secs(3);

/// Holds one gate, from the job on standard input to the result on standard output.
#[must_use]
pub fn hold() -> ExitCode {
    group::stand_apart();
    crate::state::outlive_limits();
    let mut input = BufReader::new(std::io::stdin());
    let mut line = String::new();
    let job = match input.read_line(&mut line) {
        Ok(_) => Job::read(&line),
        Err(_) => None,
    };
    let Some(job) = job else {
        return ExitCode::from(crate::exit::Exit::Usage as u8);
    };
    let (sender, receiver) = mpsc::channel();
    let watch = sender.clone();
    thread::spawn(move || {
        let _ = std::io::copy(&mut input, &mut std::io::sink());
        let _ = watch.send(Notice::Alone);
    });
    let message = match run(&job, sender, &receiver) {
        Ok(finished) => Message::Finished(finished),
        Err(why) => Message::Cannot(why),
    };
    output::message(&message.write());
    ExitCode::SUCCESS
}

/// What the waiting thread is woken by.
enum Notice {
    /// The command has ended.
    Ended(std::io::Result<ExitStatus>),
    /// Nobody waits for the result any more.
    Alone,
}

fn run(job: &Job, sender: Sender<Notice>, receiver: &Receiver<Notice>) -> Result<Finished, String> {
    let mut troubles = Vec::new();
    let mut kept = Kept::new(open_log(job.log.as_deref(), &mut troubles));
    kept.note(&format!("$ {}\n", harmless(job.words.join(" ").as_bytes())));
    let started = Instant::now();
    let mut child = spawn(job).inspect_err(|why| drop(kept.finish(why)))?;
    let group = child.id();
    output::message(&Message::Started(group).write());
    let kept = Arc::new(Mutex::new(kept));
    let streams = [
        child
            .stdout
            .take()
            .map(|pipe| Stream::read(pipe, job, &kept)),
        child
            .stderr
            .take()
            .map(|pipe| Stream::read(pipe, job, &kept)),
    ];
    thread::spawn(move || sender.send(Notice::Ended(child.wait())));
    let end = wait(receiver, group, after(job.timeout))?;
    let duration = started.elapsed();
    let left = group::sweep(group);
    let [stdout, stderr] = streams.map(|stream| stream.map(Stream::finish).unwrap_or_default());
    let last = format!("[{} after {:.1} s]", end.told(), duration.as_secs_f64());
    let (text, trouble) = locked(&kept).finish(&last);
    troubles.extend(trouble);
    Ok(Finished {
        end,
        duration,
        stdout,
        stderr,
        failure: excerpt::of(&text),
        left,
        troubles,
    })
}

/// Waits for the end of the command, and brings it about when the time is up or nobody waits.
fn wait(receiver: &Receiver<Notice>, group: u32, deadline: Instant) -> Result<End, String> {
    let left = deadline.saturating_duration_since(Instant::now());
    match receiver.recv_timeout(left) {
        Ok(Notice::Ended(status)) => status
            .map(End::of)
            .map_err(|error| format!("its command cannot be waited for: {error}")),
        Ok(Notice::Alone) | Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
            let has_ended = || matches!(receiver.try_recv(), Ok(Notice::Ended(_)));
            group::end(group, &has_ended);
            Ok(End::TimedOut)
        }
    }
}

fn spawn(job: &Job) -> Result<Child, String> {
    let program = job.words.first().map_or("", String::as_str);
    let mut command = Command::new(program);
    command
        .args(job.words.iter().skip(1))
        .current_dir(&job.folder)
        .envs(job.env.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn().map_err(|error| {
        let folder = job.folder.display();
        match error.kind() {
            _ if !job.folder.is_dir() => format!("its working directory `{folder}` is not there"),
            ErrorKind::NotFound => format!("its program `{program}` is not there"),
            ErrorKind::PermissionDenied => format!("its program `{program}` may not be executed"),
            _ => format!("its program `{program}` cannot be started: {error}"),
        }
    })
}

/// Opens the log and waits until the run before has let go of it: its gate has then ended.
fn open_log(path: Option<&Path>, troubles: &mut Vec<String>) -> Option<File> {
    let locked = state::open_to_append(path?).and_then(|file| {
        let deadline = Instant::now() + PREDECESSOR;
        while file.try_lock().is_err() {
            if Instant::now() > deadline {
                return Err(std::io::Error::other("another run still writes it"));
            }
            thread::sleep(Duration::from_millis(10));
        }
        file.set_len(0)?;
        Ok(file)
    });
    locked
        .inspect_err(|error| troubles.push(format!("the log cannot be written: {error}")))
        .ok()
}

/// One stream, read in a thread of its own until its end.
struct Stream {
    reader: JoinHandle<()>,
    tail: Arc<Mutex<Vec<u8>>>,
}

impl Stream {
    fn read(pipe: impl Read + Send + 'static, job: &Job, kept: &Arc<Mutex<Kept>>) -> Self {
        let declared = job.env.iter();
        let mut secrets = settings::secret_values();
        secrets.extend(
            declared
                .filter(|(name, value)| settings::is_secret(name, value))
                .map(|(_, value)| value.clone()),
        );
        let mut lines = Lines {
            masker: Masker::new(&secrets),
            pending: Vec::new(),
            kept: Arc::clone(kept),
            tail: Arc::default(),
            live: job.live,
        };
        Self {
            tail: Arc::clone(&lines.tail),
            reader: thread::spawn(move || lines.read(pipe)),
        }
    }

    /// Returns the last characters, waiting a little for a reader whose pipe is still held open.
    fn finish(self) -> String {
        let deadline = Instant::now() + DRAIN;
        while !self.reader.is_finished() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(1));
        }
        end(&harmless(&locked(&self.tail)), TAIL).to_owned()
    }
}

/// Cuts a stream into lines, so that those of two streams do not mix.
struct Lines {
    masker: Masker,
    pending: Vec<u8>,
    kept: Arc<Mutex<Kept>>,
    tail: Arc<Mutex<Vec<u8>>>,
    live: bool,
}

impl Lines {
    fn read(&mut self, mut pipe: impl Read) {
        let mut chunk = vec![0; LINE];
        loop {
            match pipe.read(&mut chunk) {
                Ok(0) => break,
                Ok(length) => {
                    let piece = chunk.get(..length).unwrap_or_default();
                    self.masker.push(piece, &mut self.pending);
                    self.hand_on();
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        self.masker.finish(&mut self.pending);
        self.hand_on();
        let rest = std::mem::take(&mut self.pending);
        self.keep(&rest);
    }

    fn hand_on(&mut self) {
        let newline = self.pending.iter().rposition(|byte| *byte == b'\n');
        let whole = match newline {
            Some(at) => at + 1,
            None if self.pending.len() >= LINE => self.pending.len(),
            None => return,
        };
        let rest = self.pending.split_off(whole);
        let lines = std::mem::replace(&mut self.pending, rest);
        self.keep(&lines);
    }

    fn keep(&self, lines: &[u8]) {
        if lines.is_empty() {
            return;
        }
        locked(&self.kept).push(lines);
        let mut tail = locked(&self.tail);
        tail.extend_from_slice(lines);
        // Four bytes a character at most, and as much again for what is taken out; the exact cut is made at the end.
        let surplus = tail.len().saturating_sub(TAIL * 8);
        tail.drain(..surplus);
        drop(tail);
        if self.live {
            for line in harmless(lines).lines() {
                output::message(&Message::Line(line.to_owned()).write());
            }
        }
    }
}

/// A thread that panicked leaves what it had kept.
fn locked<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
