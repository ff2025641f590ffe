//! `hookgate explain`: what a call would do, and what the policy says about it. Nothing is run or written.

use std::fs;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result};

use crate::adapter::{self, Adapter, Reply};
use crate::answer::{self, Mode, Policy, Request, Trace};
use crate::cli::{ExplainArgs, ExplainFormat};
use crate::decision::{Answered, Verdict};
use crate::exit::Exit;
use crate::output::{Output, Style};
use crate::policy::Example;
use crate::{answer::wording, examples, report, settings};

/// Explains one call.
///
/// # Errors
/// When the payload's file cannot be read.
pub fn run(args: &ExplainArgs, output: &mut Output) -> Result<Exit> {
    let trace = if let Some(file) = &args.payload {
        by_payload(file, args.runtime.as_deref())?
    } else {
        let folder = settings::working_folder().context("while looking for the current folder")?;
        examples::judge(examples::call(&example(args), &folder.to_string_lossy()))
    };
    match args.format {
        ExplainFormat::Human => draw(&trace, args, output),
        ExplainFormat::Json => output.line(&format!("{:#}", report::json(&trace))),
    }
    if trace.policy == Policy::Broken && args.payload.is_none() {
        return Ok(Exit::Policy);
    }
    Ok(match trace.decision.verdict {
        Verdict::Neutral | Verdict::Allow => Exit::Fine,
        Verdict::Ask | Verdict::Deny => Exit::Findings,
    })
}

/// Judges a payload as `hook --dry-run` would.
fn by_payload(file: &Path, runtime: Option<&str>) -> Result<Trace> {
    let mut payload = Vec::new();
    if file == Path::new("-") {
        std::io::stdin()
            .read_to_end(&mut payload)
            .context("while reading the payload from standard input")?;
    } else {
        payload = fs::read(file).with_context(|| format!("while reading `{}`", file.display()))?;
    }
    let first = adapter::all().first().copied();
    let adapter = match runtime {
        Some(name) => adapter::find(name),
        None => first,
    };
    Ok(answer::answer(&Request {
        adapter: adapter.context("there is no such runtime")?,
        event: None,
        payload: &payload,
        mode: Mode::DryRun,
    }))
}

/// The call that the arguments describe; clap sees to it that there is one.
fn example(args: &ExplainArgs) -> Example {
    if let Some(command) = &args.shell {
        return Example::Shell(command.clone());
    }
    if let Some(path) = &args.edit {
        return Example::Edit(path.clone());
    }
    if let Some(path) = &args.read {
        return Example::Read(path.clone());
    }
    if let Some(path) = &args.delete {
        return Example::Delete(path.clone());
    }
    Example::Prompt(args.prompt.clone().unwrap_or_default())
}

/// A call that no runtime made is answered for those that the policy names, or for all; alike replies stand together.
fn draw(trace: &Trace, args: &ExplainArgs, output: &mut Output) {
    let is_payload = args.payload.is_some();
    let runtime = args.runtime.as_deref();
    for line in report::trace(trace).lines() {
        let is_reply = ["stdout", "stderr", "exit"]
            .iter()
            .any(|heading| line.starts_with(heading));
        // A call that no runtime made has no single reply; what each would be told follows.
        if is_reply && !is_payload {
            continue;
        }
        output.line(&painted(line, trace.decision.verdict, output));
    }
    if is_payload {
        return;
    }
    let wanted = |adapter: &&&Adapter| match runtime {
        Some(name) => adapter.name == name,
        None => trace.runtimes.is_empty() || trace.runtimes.iter().any(|name| name == adapter.name),
    };
    let mut replies: Vec<(Vec<&str>, Reply)> = Vec::new();
    for adapter in adapter::all().iter().filter(wanted) {
        let reply = told_by(adapter, trace);
        match replies.iter_mut().find(|(_, known)| *known == reply) {
            Some((names, _)) => names.push(adapter.name),
            None => replies.push((vec![adapter.name], reply)),
        }
    }
    for (names, reply) in replies {
        draw_reply(&names, &reply, output);
    }
}

fn told_by(adapter: &Adapter, trace: &Trace) -> Reply {
    let event = trace.call.event;
    let native = adapter::native_name(adapter, event);
    let answer = wording::answer(&trace.decision);
    adapter::encode(adapter, Answered { event, native }, &answer)
}

fn draw_reply(names: &[&str], reply: &Reply, output: &mut Output) {
    output.line("");
    let heading = format!("{} would be told", names.join(", "));
    output.line(&output.styled(Style::Bold, &heading));
    let said = [("stdout", &reply.stdout), ("stderr", &reply.stderr)];
    for (stream, text) in said.into_iter().filter(|(_, text)| !text.is_empty()) {
        output.line(&format!("{stream:10}{}", report::escaped(text.trim_end())));
    }
    output.line(&format!("{:10}{}", "exit", reply.exit));
}

/// Colours the verdict and the rules that led to it.
fn painted(line: &str, verdict: Verdict, output: &Output) -> String {
    let style = match verdict {
        Verdict::Deny => Style::Red,
        Verdict::Ask => Style::Yellow,
        Verdict::Neutral | Verdict::Allow => Style::Green,
    };
    if line.starts_with("verdict") || line.starts_with("rule") {
        output.styled(style, line)
    } else {
        line.to_owned()
    }
}
