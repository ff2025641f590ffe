//! Fires harmless calls through a hook line, and says whether the answers are those that the runtime honours.

use serde_json::Value;

use super::payload::{Act, payload};
use super::run::{Job, Ran, run};
use super::scratch::{RECORD, Scratch, WORD};
use super::{Finding, clipped};
use crate::adapter::{self, Adapter, Capability, Reply};
use crate::call::Event;
use crate::decision::{Answer, Answered, Verdict};
use crate::wiring::line;

/// What is said of an event that nothing can be proven of.
pub(super) const ANSWERS: &str = "answers";

/// One line, wired to one event.
#[derive(Debug, Clone, Copy)]
pub(super) struct Probe<'a> {
    pub(super) adapter: &'static Adapter,
    pub(super) native: &'a str,
    pub(super) event: Event,
    pub(super) line: &'a str,
    /// Whether it is wired for a whole user: gates of a repository then wait for a person's trust.
    pub(super) for_user: bool,
    pub(super) scratch: &'a Scratch,
}

/// What should come back.
enum Wanted {
    /// The tool must not run, the turn must not end.
    Denial,
    /// Nothing that stands in the way.
    Nothing,
    /// Text for the model.
    Context,
    /// Anything that names the gate.
    Gate,
}

impl Probe<'_> {
    /// Fires what fits the event; an error says what is wrong and how to mend it.
    pub(super) fn fire(&self) -> Result<&'static str, Finding> {
        match self.event {
            Event::BeforeTool => self.tool_calls(),
            Event::SessionStart | Event::Prompt => {
                self.expect(Act::NoTool, &Wanted::Context)?;
                Ok(ANSWERS)
            }
            Event::AfterTool if self.is_deaf() => {
                self.answer(Act::Edited)?;
                Ok("answers")
            }
            Event::AfterTool => {
                self.expect(Act::Edited, &Wanted::Gate)?;
                Ok("tells what a gate found")
            }
            Event::Stop if self.for_user => {
                self.answer(Act::NoTool)?;
                Ok("answers; gates run where `hookgate trust` was said")
            }
            Event::Stop => {
                self.expect(Act::NoTool, &Wanted::Denial)?;
                Ok("objects while a gate fails")
            }
            Event::SessionEnd => {
                self.answer(Act::NoTool)?;
                if self.scratch.root().join(RECORD).exists() {
                    return Ok("writes its record");
                }
                Err(self.wrong("wrote no record of a session's end"))
            }
            Event::Other if !self.for_user && self.payload(Act::Unwired).is_some() => {
                self.expect(Act::Unwired, &Wanted::Denial)?;
                Ok("keeps hooks that are taken away while a session runs")
            }
            Event::Other => {
                self.answer(Act::NoTool)?;
                Ok(ANSWERS)
            }
        }
    }

    /// Whether nothing that is answered reaches anybody.
    fn is_deaf(&self) -> bool {
        let deny = adapter::capability(self.adapter, self.event, Verdict::Deny);
        matches!(deny, Capability::Impossible(_))
    }

    fn tool_calls(&self) -> Result<&'static str, Finding> {
        let mut denied = 0;
        for act in [Act::EditPolicy, Act::OverwritePolicy] {
            if self.payload(act).is_some() {
                self.expect(act, &Wanted::Denial)?;
                denied += 1;
            }
        }
        let runs = self.payload(Act::Nothing).is_some();
        if runs {
            self.expect(Act::Nothing, &Wanted::Nothing)?;
        }
        if denied > 0 {
            return Ok(if runs {
                "denies a change of the policy, lets a harmless command pass"
            } else {
                "denies a change of the policy"
            });
        }
        // Events that are about one kind of tool.
        for (act, what) in [
            (Act::ReadSecret, "denies what must not be read"),
            (
                Act::EditByMcp,
                "denies a change of the policy by a tool of an MCP server",
            ),
        ] {
            if self.payload(act).is_some() {
                self.expect(act, &Wanted::Denial)?;
                return Ok(what);
            }
        }
        Err(self.wrong("has no tool that a probe could try"))
    }

    fn payload(&self, act: Act) -> Option<String> {
        let folder = self.scratch.root().to_string_lossy();
        payload(self.adapter, self.native, act, &folder)
    }

    fn expect(&self, act: Act, wanted: &Wanted) -> Result<(), Finding> {
        let reply = self.answer(act)?;
        let is_it = match wanted {
            Wanted::Denial => is_like(&self.reply(Verdict::Deny), &reply),
            Wanted::Nothing => reply == self.reply(Verdict::Neutral),
            Wanted::Context => {
                let said = Answer {
                    context: WORD.into(),
                    ..Answer::default()
                };
                is_like(&self.encoded(&said), &reply)
            }
            Wanted::Gate if self.for_user => true,
            Wanted::Gate => reply.stdout.contains(WORD) || reply.stderr.contains(WORD),
        };
        if is_it {
            return Ok(());
        }
        Err(self.other_answer(wanted, &reply))
    }

    fn reply(&self, verdict: Verdict) -> Reply {
        let reason = if verdict == Verdict::Deny { WORD } else { "" };
        self.encoded(&Answer {
            verdict,
            reason: reason.into(),
            ..Answer::default()
        })
    }

    fn encoded(&self, answer: &Answer) -> Reply {
        let answered = Answered {
            event: self.event,
            native: self.native,
        };
        adapter::encode(self.adapter, answered, answer)
    }

    /// Runs the line; an error when there is no answer at all.
    fn answer(&self, act: Act) -> Result<Reply, Finding> {
        let stdin = self.payload(act).unwrap_or_default();
        let shell = self.adapter.setup.shell;
        let shell = if shell.is_empty() {
            &["sh", "-c"][..]
        } else {
            shell
        };
        let (program, rest) = shell.split_first().unwrap_or((&"sh", &["-c"]));
        let mut arguments = rest.to_vec();
        arguments.push(self.line);
        let folder = self.scratch.folder();
        let variable = self
            .adapter
            .start_folder_env
            .map(|name| (name, self.scratch.root()));
        let ran = run(&Job {
            program,
            arguments: &arguments,
            folder: &folder,
            variable,
            without: &adapter::foreign_variables(self.adapter),
            stdin: &stdin,
        });
        match ran {
            Ran::Ended {
                exit,
                stdout,
                stderr,
            } if !matches!(exit, 126 | 127) => Ok(Reply {
                stdout,
                stderr,
                exit: u8::try_from(exit).unwrap_or(u8::MAX),
            }),
            Ran::Ended { exit, stderr, .. } => Err(self.not_run(exit, &stderr)),
            Ran::TooLong => Err(self.wrong("did not answer within 30 seconds")),
            Ran::NoShell(why) => Err(self.wrong(&format!("could not be run: {why}"))),
        }
    }

    fn not_run(&self, exit: i32, stderr: &str) -> Finding {
        let program = line::words(self.line).map(|words| words.program);
        let program = program.unwrap_or_else(|| line::PROGRAM.to_owned());
        if exit == 126 {
            return Finding::new(
                format!(
                    "`{program}` is there and cannot be run: {}",
                    clipped(stderr)
                ),
                format!("make it executable: `chmod +x {program}`"),
            );
        }
        if !program.contains(['/', '\\']) {
            return Finding::new(
                format!("`{program}` is not on the PATH of the shell that runs hooks"),
                "put it into a folder that is on PATH without a login shell, such as /usr/local/bin".into(),
            );
        }
        Finding::new(
            format!("`{program}` is not there any more"),
            format!(
                "`hookgate init --scope user --runtime {}` writes where it is now",
                self.adapter.name
            ),
        )
    }

    fn wrong(&self, what: &str) -> Finding {
        Finding::new(
            format!("the line {what}: `{}`", clipped(self.line)),
            "run it by hand with `HOOKGATE_LOG=debug` and look at the log".into(),
        )
    }

    fn other_answer(&self, wanted: &Wanted, reply: &Reply) -> Finding {
        let wanted_reply = self.reply(Verdict::Deny);
        let is_denial = matches!(wanted, Wanted::Denial);
        let beside = is_denial && holds_reply(&wanted_reply, &reply.stdout);
        if beside {
            return Finding::new(
                format!(
                    "the line prints more than hookgate's reply, and {} then ignores it: `{}`",
                    self.adapter.title,
                    clipped(&reply.stdout)
                ),
                "let the line run hookgate alone; other output goes to a file".into(),
            );
        }
        let said = format!(
            "exit {}, stdout `{}`, stderr `{}`",
            reply.exit,
            clipped(&reply.stdout),
            clipped(&reply.stderr)
        );
        let what = match wanted {
            Wanted::Denial if self.event == Event::Other => "agreed to the loss of its own hooks",
            Wanted::Denial if self.event == Event::Stop => "let a turn end while a gate fails",
            Wanted::Denial => "let an agent change the policy",
            Wanted::Nothing => "stood in the way of a harmless command",
            Wanted::Context => "did not give the model its text",
            Wanted::Gate => "did not tell what a gate found",
        };
        Finding::new(
            format!("the line {what} ({said}): `{}`", clipped(self.line)),
            "let the line run hookgate alone, as `hookgate init` writes it".into(),
        )
    }
}

/// Whether a reply says the same in the runtime's words; texts may differ.
fn is_like(expected: &Reply, reply: &Reply) -> bool {
    let streams = expected.stderr.is_empty() == reply.stderr.is_empty();
    expected.exit == reply.exit && streams && is_like_text(&expected.stdout, &reply.stdout)
}

fn is_like_text(expected: &str, text: &str) -> bool {
    let read = |text: &str| serde_json::from_str::<Value>(text).ok();
    match (read(expected), read(text)) {
        (Some(expected), Some(value)) => is_like_value(&expected, &value),
        (Some(_), None) => false,
        // A plain text, or none.
        (None, _) => expected.is_empty() == text.is_empty(),
    }
}

fn is_like_value(expected: &Value, value: &Value) -> bool {
    match (expected, value) {
        (Value::Object(expected), Value::Object(members)) => expected.iter().all(|(key, one)| {
            members
                .get(key)
                .is_some_and(|other| is_like_value(one, other))
        }),
        (Value::String(expected), Value::String(text)) if expected.contains(WORD) => {
            !text.is_empty()
        }
        _ => expected == value,
    }
}

/// Whether the expected reply is among what was printed.
fn holds_reply(expected: &Reply, stdout: &str) -> bool {
    let expected = &expected.stdout;
    let mut lines = stdout.lines().filter(|_| stdout.lines().count() > 1);
    !expected.is_empty() && lines.any(|line| is_like_text(expected, line))
}
