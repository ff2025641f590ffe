//! `hookgate hook`: the hook itself. Payload on stdin, reply on stdout, the runtime's own exit code.
//!
//! INVARIANT: whatever happens in here ends in a chosen reply. A panic while the call is judged is caught and answered, and
//! so is a passed deadline: see `deadline`. A thread costs half of what a quick call does, so none is started for one.

mod stack;
mod stdin;

use std::ffi::OsString;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::thread;

use crate::adapter::{self, Adapter, Reply};
use crate::answer::{self, Live, Mode, Request, Scope, Trace};
use crate::decision::{Answered, Verdict};
use crate::{deadline, log, output, report};

/// Stack that judging has. Parsers bound their depth far below it.
const STACK: usize = 8 * 1024 * 1024;
/// As much as main threads mostly have; some systems take a little off.
const ENOUGH: usize = STACK / 8 * 7;
/// Payloads up to this size are read in no time, whatever is in them. What a call of this size would do is another matter.
const QUICK_PAYLOAD: usize = 256 * 1024;

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

/// Judges, and answers for it when it panics or takes too long.
fn judge(line: &Line, adapter: &'static Adapter) -> Reply {
    deadline::begin(late(line.clone(), adapter));
    let judged = if stack::is_large(ENOUGH) {
        // What was half done is not looked at again.
        panic::catch_unwind(AssertUnwindSafe(|| judge_here(line, adapter)))
    } else {
        judge_apart(line, adapter)
    };
    deadline::claim();
    judged.unwrap_or_else(|_| failure(line, adapter, "a failure while this hook call was judged"))
}

/// Answers when the time is over.
fn late(line: Line, adapter: &'static Adapter) -> Box<dyn Fn(&str) -> u8 + Send + Sync> {
    Box::new(move |what| {
        let reply = failure(&line, adapter, what);
        output::reply(&reply.stdout, &reply.stderr);
        reply.exit
    })
}

/// Judges in a thread whose stack is large enough.
fn judge_apart(line: &Line, adapter: &'static Adapter) -> thread::Result<Reply> {
    thread::scope(|scope| {
        let judging = thread::Builder::new().stack_size(STACK);
        match judging.spawn_scoped(scope, || judge_here(line, adapter)) {
            Ok(judging) => judging.join(),
            Err(_) => Ok(failure(
                line,
                adapter,
                "no thread could be started to judge this hook call",
            )),
        }
    })
}

fn judge_here(line: &Line, adapter: &'static Adapter) -> Reply {
    let payload = stdin::read();
    if payload.len() > QUICK_PAYLOAD {
        deadline::watch();
    }
    let mut trace = answer::answer(&Request {
        adapter,
        event: line.event.as_deref(),
        payload: &payload,
        mode: if line.dry_run {
            Mode::DryRun
        } else {
            Mode::Real(Live {
                before_gates: &deadline::lift,
                scope: line.scope,
            })
        },
    });
    log::decision(&trace);
    for trouble in &trace.troubles {
        log::trouble(trouble);
    }
    if line.dry_run {
        return dry_reply(&trace);
    }
    let reply = std::mem::take(&mut trace.reply);
    // The process ends next, and takes all of it along at once.
    std::mem::forget((payload, trace));
    reply
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
