//! `hookgate demo`: the guided tour. It plays a session in a scratch copy of the demo repository, call by call, through
//! this very binary, and says of each what went in, what was decided by which rule, and what the agent would read.

mod scratch;
mod tour;

use std::io::Write;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::adapter::{self, Adapter};
use crate::answer::{self, Mode, Request, Trace};
use crate::call::Event;
use crate::cli::DemoArgs;
use crate::exit::Exit;
use crate::output::{Output, Style};
use crate::report;
use scratch::Scratch;
use tour::{Call, Expectation, Step, Tour};

/// Plays the tour.
///
/// # Errors
/// When the scratch copy cannot be made or the binary cannot be started.
pub fn run(args: &DemoArgs, output: &mut Output) -> Result<Exit> {
    let tour = Tour::shipped()?;
    let adapter = adapter::find(&tour.runtime).context("the tour's runtime is not known")?;
    let scratch = Scratch::make(args.keep)?;
    output.line(&output.styled(Style::Bold, "hookgate demo"));
    output.line(&format!(
        "A session of {} in a scratch copy of demo-repo/, judged by its hookgate.yaml.\n",
        adapter.title
    ));
    let mut failed = 0;
    for (number, step) in tour.steps.iter().enumerate() {
        failed += play(step, number + 1, adapter, &scratch, output)?;
    }
    if args.keep {
        let folder = scratch.root().display();
        output.line(&format!("The scratch copy is in {folder}."));
    }
    if failed == 0 {
        let steps = tour.steps.len();
        let all = format!("All {steps} steps ended as they should.");
        output.line(&output.styled(Style::Green, &all));
        return Ok(Exit::Fine);
    }
    let some = format!("{failed} calls did not end as they should.");
    output.line(&output.styled(Style::Red, &some));
    Ok(Exit::Findings)
}

/// Plays one step, and returns how many of its calls did not end as expected.
fn play(
    step: &Step,
    number: usize,
    adapter: &'static Adapter,
    scratch: &Scratch,
    output: &mut Output,
) -> Result<usize> {
    let title = format!("{number}. {}", step.title);
    output.line(&output.styled(Style::Bold, &title));
    let mut failed = 0;
    for call in &step.calls {
        if let Some(change) = &call.change {
            scratch.change(change)?;
            row(
                output,
                "change",
                &format!("{}: {}", change.file, change.to.trim()),
                Style::Dim,
            );
        }
        let payload = call.payload_in(scratch.root());
        let trace = answer::answer(&Request {
            adapter,
            event: Some(&call.event),
            payload: payload.as_bytes(),
            mode: Mode::DryRun,
        });
        let reply = send(adapter, call, &payload, scratch)?;
        tell(&trace, &reply, output);
        if let Some(file) = &call.expect.file {
            let line = scratch.line_with(&file.path, &file.text);
            row(
                output,
                "leaves",
                &format!("{}: {line}", file.path),
                Style::Dim,
            );
        }
        for wrong in misses(&call.expect, &trace, &reply, scratch) {
            failed += 1;
            row(output, "wrong", &wrong, Style::Red);
        }
        output.line("");
    }
    Ok(failed)
}

/// What the hook process answered.
struct Reply {
    stdout: String,
    stderr: String,
    exit: Option<i32>,
}

impl Reply {
    /// The sentences of the reply: what its reader reads, without the words of the protocol.
    fn read(&self) -> Vec<String> {
        let mut texts = Vec::new();
        if let Ok(value) = serde_json::from_str::<Value>(&self.stdout) {
            sentences(&value, &mut texts);
        }
        if !self.stderr.is_empty() {
            texts.push(self.stderr.clone());
        }
        texts
    }
}

fn sentences(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) if text.contains(' ') => texts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| sentences(item, texts)),
        Value::Object(members) => members.values().for_each(|member| sentences(member, texts)),
        _ => {}
    }
}

/// Runs the hook as the runtime would: this binary, in the repository, payload on stdin.
fn send(adapter: &Adapter, call: &Call, payload: &str, scratch: &Scratch) -> Result<Reply> {
    let binary = std::env::current_exe().context("while looking for hookgate's own binary")?;
    let mut hook = Command::new(binary);
    hook.args(["hook", "--runtime", adapter.name, "--event", &call.event])
        .current_dir(scratch.root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if let Some(variable) = adapter.start_folder_env {
        hook.env(variable, scratch.root());
    }
    let mut child = hook.spawn().context("while starting the hook")?;
    let Some(mut stdin) = child.stdin.take() else {
        bail!("the hook has no standard input");
    };
    stdin
        .write_all(payload.as_bytes())
        .context("while writing the payload")?;
    drop(stdin);
    let done = child
        .wait_with_output()
        .context("while waiting for the hook")?;
    Ok(Reply {
        stdout: String::from_utf8_lossy(&done.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&done.stderr).into_owned(),
        exit: done.status.code(),
    })
}

/// Prints one call.
fn tell(trace: &Trace, reply: &Reply, output: &mut Output) {
    row(output, "in", &what_went_in(trace), Style::Cyan);
    let by: Vec<String> = rules(trace);
    let read = reply.read();
    let blocks = reply.stdout.contains("\"deny\"") || reply.stdout.contains("\"block\"");
    let (verdict, style) = match (blocks, trace.call.event) {
        (true, Event::AfterTool) => ("sent back", Style::Red),
        (true, Event::Stop) => ("kept at work", Style::Red),
        (true, _) => ("blocked", Style::Red),
        (false, _) => ("goes on", Style::Green),
    };
    let by = if by.is_empty() {
        "no rule objects".to_owned()
    } else {
        format!("by {}", by.join(", "))
    };
    row(output, "decided", &format!("{verdict}, {by}"), style);
    if read.is_empty() {
        row(output, "reads", "(nothing is printed)", Style::Dim);
    }
    for text in read {
        row(output, "reads", &text, Style::Dim);
    }
}

/// One line: the runtime's name of the event, the tool, and what it is about.
fn what_went_in(trace: &Trace) -> String {
    let call = &trace.call;
    let mut words = vec![call.native_event.clone()];
    if let Some(tool) = &call.tool {
        words.push(tool.name.clone());
        let command = tool.commands.iter();
        words.extend(command.map(|command| format!("`{}`", command.text)));
        let files = trace
            .effects
            .paths
            .iter()
            .filter(|path| path.span.is_none());
        words.extend(files.map(|file| file.places.lexical.shown().to_owned()));
    }
    words.extend(call.prompt.iter().map(|prompt| format!("\"{prompt}\"")));
    words.join(" ")
}

/// The rules that had a say, gates included.
fn rules(trace: &Trace) -> Vec<String> {
    let decision = &trace.decision;
    let findings = decision.findings.iter().map(|finding| &finding.rule);
    let contexts = decision.context.iter().map(|context| &context.rule);
    let mut rules: Vec<String> = findings
        .chain(contexts)
        .chain(&trace.gates_due)
        .chain(&trace.records)
        .cloned()
        .collect();
    rules.dedup();
    rules
}

/// Says what is not as the tour expects it.
fn misses(expect: &Expectation, trace: &Trace, reply: &Reply, scratch: &Scratch) -> Vec<String> {
    let mut wrong = Vec::new();
    if reply.exit != Some(0) {
        wrong.push(format!("the hook ended with {:?}, not 0", reply.exit));
    }
    if expect.silent && !(reply.stdout.is_empty() && reply.stderr.is_empty()) {
        wrong.push("the hook should have printed nothing".into());
    }
    for text in &expect.reads {
        if !reply.read().iter().any(|read| read.contains(text)) {
            wrong.push(format!("the agent should have read \"{text}\""));
        }
    }
    for text in &expect.stdout {
        if !reply.stdout.contains(text) {
            wrong.push(format!("the reply should hold {text}"));
        }
    }
    for rule in &expect.rules {
        if !rules(trace).contains(rule) {
            wrong.push(format!("rule `{rule}` should have had a say"));
        }
    }
    if let Some(file) = &expect.file
        && !scratch.holds(&file.path, &file.text)
    {
        wrong.push(format!("`{}` should hold {}", file.path, file.text));
    }
    wrong
}

fn row(output: &mut Output, heading: &str, text: &str, style: Style) {
    let mut heading = heading;
    for line in text.lines() {
        let line = output.styled(style, &report::escaped(line));
        output.line(&format!("   {heading:9}{line}"));
        heading = "";
    }
}
