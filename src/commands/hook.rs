//! `hookgate hook`: the hook itself. Payload on stdin, reply on stdout, the runtime's own exit code.
//!
//! INVARIANT: whatever happens in here ends in a chosen reply. The call is judged in a thread of its own, so that a panic
//! and a passed deadline are answers too; the main thread waits, replies and exits.

use std::ffi::OsString;
use std::io::Read;
use std::panic;
use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use crate::adapter::{self, Adapter, Reply};
use crate::answer::{self, Live, Mode, Request, Scope, Trace};
use crate::decision::{Answered, Verdict};
use crate::output;
use crate::{log, report};

/// A decision before a tool takes no longer, under any load. Below the smallest default time limit of a runtime.
const DEADLINE: Duration = Duration::from_secs(5);
/// Stack of the judging thread. Parsers bound their depth far below it.
const STACK: usize = 8 * 1024 * 1024;

/// A hook's command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub runtime: String,
    pub event: Option<String>,
    pub dry_run: bool,
    pub scope: Scope,
}

impl Line {
    /// Reads `hookgate hook …` as wiring writes it. Anything else, `--help` and mistakes included, is `None` and left to
    /// the full parser: this one only saves its price.
    #[must_use]
    pub fn read(arguments: &[OsString]) -> Option<Self> {
        let mut words = arguments.iter().skip(1).map(|word| word.to_str());
        if words.next()?? != "hook" {
            return None;
        }
        let mut runtime = None;
        let mut event = None;
        let mut dry_run = false;
        let mut scope = Scope::default();
        while let Some(word) = words.next() {
            match word? {
                "--runtime" => runtime = Some(words.next()??.to_owned()),
                "--event" => event = Some(words.next()??.to_owned()),
                "--dry-run" => dry_run = true,
                "--scope" => scope = Scope::from_name(words.next()??)?,
                _ => return None,
            }
        }
        Some(Self {
            runtime: runtime?,
            event,
            dry_run,
            scope,
        })
    }
}

/// Answers the call on stdin.
#[must_use]
pub fn run(line: &Line) -> ExitCode {
    // A panic's message would stand where runtimes read our answer.
    panic::set_hook(Box::new(|info| log::panic(&info.to_string())));
    log::start();
    let reply = match adapter::find(&line.runtime) {
        Some(adapter) => judge(line, adapter),
        None => unknown_runtime(&line.runtime),
    };
    output::reply(&reply.stdout, &reply.stderr);
    ExitCode::from(reply.exit)
}

fn unknown_runtime(name: &str) -> Reply {
    let known: Vec<&str> = adapter::all().iter().map(|adapter| adapter.name).collect();
    let known = known.join(", ");
    let reason = format!("hookgate: there is no runtime called `{name}`; known: {known}");
    adapter::fallback(None, &reason)
}

/// What the judging thread says to the main one.
enum Message {
    /// Gates run now; they have time limits of their own.
    Gates,
    Done(Reply),
}

/// Judges in a thread, and answers for it when it panics or takes too long.
fn judge(line: &Line, adapter: &'static Adapter) -> Reply {
    let (sender, receiver) = mpsc::channel();
    let worker = {
        let line = line.clone();
        thread::Builder::new()
            .stack_size(STACK)
            .spawn(move || judge_here(&line, adapter, &sender))
    };
    if worker.is_err() {
        return failure(
            line,
            adapter,
            "no thread could be started to judge this hook call",
        );
    }
    let message = match receiver.recv_timeout(DEADLINE) {
        Ok(Message::Gates) => receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
        other => other,
    };
    match message {
        Ok(Message::Done(reply)) => reply,
        Err(RecvTimeoutError::Timeout) => failure(
            line,
            adapter,
            "this hook call was not decided within 5 seconds",
        ),
        // The thread ended without an answer: it panicked.
        Ok(Message::Gates) | Err(RecvTimeoutError::Disconnected) => {
            failure(line, adapter, "a failure while this hook call was judged")
        }
    }
}

fn judge_here(line: &Line, adapter: &'static Adapter, sender: &Sender<Message>) {
    let payload = read_payload();
    // A main thread that is gone has answered already.
    let before_gates = || drop(sender.send(Message::Gates));
    let trace = answer::answer(&Request {
        adapter,
        event: line.event.as_deref(),
        payload: &payload,
        mode: if line.dry_run {
            Mode::DryRun
        } else {
            Mode::Real(Live {
                before_gates: &before_gates,
                scope: line.scope,
            })
        },
    });
    log::decision(&trace);
    for trouble in &trace.troubles {
        log::trouble(trouble);
    }
    let reply = if line.dry_run {
        dry_reply(&trace)
    } else {
        trace.reply
    };
    let _ = sender.send(Message::Done(reply));
}

/// Reads stdin to its end, whatever the event: some runtimes take an unread pipe for a failure. What is beyond the limit
/// is read away, and the payload then counts as too large.
fn read_payload() -> Vec<u8> {
    let mut payload = Vec::with_capacity(4096);
    let mut stdin = std::io::stdin().lock();
    // A pipe that breaks leaves a payload that does not parse, which has its own answer.
    let _ = (&mut stdin)
        .take(u64::try_from(adapter::PAYLOAD_LIMIT).unwrap_or(u64::MAX) + 1)
        .read_to_end(&mut payload);
    let _ = std::io::copy(&mut stdin, &mut std::io::sink());
    payload
}

/// What hookgate's own failure is answered with.
fn failure(line: &Line, adapter: &'static Adapter, what: &str) -> Reply {
    let event = line
        .event
        .as_deref()
        .and_then(|name| adapter::event_named(adapter, name));
    let decision = answer::failure(event, what);
    let answer = answer::wording::answer(&decision);
    match event {
        Some(event) => {
            let native = adapter::native_name(adapter, event);
            adapter::encode(adapter, Answered { event, native }, &answer)
        }
        None if decision.verdict == Verdict::Deny => {
            adapter::fallback(Some(adapter), &answer.reason)
        }
        None => Reply::default(),
    }
}

fn dry_reply(trace: &Trace) -> Reply {
    Reply {
        stdout: report::trace(trace),
        ..Reply::default()
    }
}
