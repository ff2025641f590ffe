//! Calls that no runtime made: the examples beside a rule, and what a person asks `explain` about.

use crate::adapter;
use crate::answer::{self, Mode, Trace};
use crate::call::{Access, Call, Event, ShellCommand, ShellDialect, Target, Tool, ToolKind};
use crate::decision::Decision;
use crate::effects;
use crate::policy::evaluate::{Facts, evaluate};
use crate::policy::{Example, PolicySet};
use crate::repo::Repository;

/// Returns the call that an example stands for, as made in a folder.
#[must_use]
pub fn call(example: &Example, folder: &str) -> Call {
    let file_tool = |name: &str, kind, path: &str, access| Tool {
        name: name.to_owned(),
        kind,
        targets: vec![Target {
            path: path.to_owned(),
            access,
        }],
        ..Tool::default()
    };
    let tool = match example {
        Example::Edit(path) => Some(file_tool("edit", ToolKind::Edit, path, Access::Write)),
        Example::Read(path) => Some(file_tool("read", ToolKind::Read, path, Access::Read)),
        Example::Delete(path) => Some(file_tool("delete", ToolKind::Delete, path, Access::Delete)),
        Example::Shell(text) => Some(Tool {
            name: "shell".to_owned(),
            kind: ToolKind::Shell,
            commands: vec![ShellCommand {
                text: text.clone(),
                cwd: None,
                dialect: ShellDialect::Posix,
            }],
            ..Tool::default()
        }),
        Example::Prompt(_) => None,
    };
    let prompt = match example {
        Example::Prompt(text) => Some(text.clone()),
        _ => None,
    };
    Call {
        event: if prompt.is_some() {
            Event::Prompt
        } else {
            Event::BeforeTool
        },
        cwd: Some(folder.to_owned()),
        tool,
        prompt,
        ..Call::default()
    }
}

/// Judges a call that no runtime made. The verdict is the same in all; the first adapter only lends its capabilities.
#[must_use]
pub fn judge(call: Call) -> Trace {
    match adapter::all().first() {
        Some(adapter) => answer::answer_call(adapter, Mode::DryRun, call),
        None => Trace::default(),
    }
}

/// Judges a call by a policy that is loaded already, as `hookgate test` does a thousand times over.
#[must_use]
pub fn decide(set: &PolicySet, repository: &Repository, call: &Call) -> Decision {
    let folder = call.cwd.as_deref().unwrap_or(".");
    let effects = effects::with(call, &repository.seen_from(folder), &set.programs);
    let facts = Facts {
        case: repository.case(),
        root: repository.root().to_string_lossy().into_owned(),
        home: repository.home().map(str::to_owned),
        can_ask: true,
        ..Facts::default()
    };
    evaluate(set, call, &effects, &facts).decision
}

/// Returns whether a rule had a say: objected to the call, or added something.
#[must_use]
pub fn is_by(decision: &Decision, rule: &str) -> bool {
    decision.findings.iter().any(|finding| finding.rule == rule)
        || decision.context.iter().any(|context| context.rule == rule)
}
