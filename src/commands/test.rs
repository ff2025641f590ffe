//! `hookgate test`: runs the examples that stand beside the rules.
//!
//! A `deny` example must meet its rule, an `allow` example must not; what other rules say about it is theirs to test.

use std::path::Path;

use anyhow::Result;

use crate::adapter;
use crate::cli::TestArgs;
use crate::decision::Decision;
use crate::examples;
use crate::exit::Exit;
use crate::output::{Output, Style};
use crate::policy::load;
use crate::policy::problems::{self, Colour};
use crate::policy::rules::unknowns;
use crate::policy::{Example, PolicySet, Rule, sources};
use crate::repo::Repository;
use crate::report::escaped;
use crate::settings;

/// The home that `~` and `<home>` stand for in examples.
const HOME: &str = "/home/somebody";

/// Runs the examples of the policy that the current folder lies in.
///
/// # Errors
/// None at present; a failing example is a finding.
pub fn run(_args: &TestArgs, output: &mut Output) -> Result<Exit> {
    let folder = settings::working_folder();
    let repository = folder.and_then(|folder| Repository::find(&folder, settings::home()));
    let Some(repository) = repository else {
        output.error("hookgate: there is no hookgate.yaml in this folder or above it");
        return Ok(Exit::Usage);
    };
    // Examples mean the same wherever they run: the person's own home may lie in a folder that a rule excepts.
    let folder = repository.cwd();
    let home = Some(HOME.to_owned());
    let repository = Repository::at(repository.root(), Path::new(&folder), home);
    let layers = sources::all(&repository);
    let runtimes: Vec<&str> = adapter::all().iter().map(|adapter| adapter.name).collect();
    let loaded = load::load(repository.root(), &layers, &runtimes);
    if !loaded.is_usable() {
        let format = problems::Format::Human(Colour::Plain);
        output.line(problems::report(&loaded.problems, format).trim_end());
        return Ok(Exit::Policy);
    }
    let mut examples = 0;
    let mut wrong = 0;
    for rule in &loaded.set.rules {
        let failures = failures(&loaded.set, &repository, rule);
        examples += rule.tests.deny.len() + rule.tests.allow.len();
        wrong += failures.len();
        for failure in failures {
            output.line(&output.styled(Style::Red, &failure));
        }
    }
    let untested = loaded
        .set
        .rules
        .iter()
        .filter(|rule| is_untested(rule))
        .count();
    let (text, style) = match (wrong, examples) {
        (0, _) => (format!("{examples} examples hold"), Style::Green),
        _ => (format!("{wrong} of {examples} examples fail"), Style::Red),
    };
    output.line(&output.styled(style, &text));
    if untested > 0 {
        output.line(&format!("{untested} blocking rules have no examples"));
    }
    Ok(if wrong == 0 {
        Exit::Fine
    } else {
        Exit::Findings
    })
}

/// Says which examples of a rule do not hold, when they are calls made in the rule's own folder.
#[must_use]
pub fn failures(set: &PolicySet, repository: &Repository, rule: &Rule) -> Vec<String> {
    let folder = repository.root().join(&rule.base);
    let folder = folder.to_string_lossy();
    let judged = |example: &Example| {
        let call = examples::call(example, &folder);
        examples::decide(set, repository, &call)
    };
    let told = |example: &Example, what: &str| format!("{}: {} {what}", rule.id, shown(example));
    let denied = rule.tests.deny.iter().filter_map(|example| {
        let decision = judged(example);
        let met = examples::is_by(&decision, &rule.id);
        (!met).then(|| told(example, &missed(&decision)))
    });
    let allowed = rule.tests.allow.iter();
    let allowed = allowed.filter(|example| examples::is_by(&judged(example), &rule.id));
    denied
        .chain(allowed.map(|example| told(example, "is denied")))
        .collect()
}

/// Says what became of a call that a rule should have stopped. What nobody could read meets no rule but `on-unknown`.
fn missed(decision: &Decision) -> String {
    let mut findings = decision.findings.iter();
    match findings.find(|finding| finding.rule == unknowns::ID) {
        Some(finding) => format!(
            "meets `{}` alone: it {}",
            finding.rule,
            escaped(&finding.what)
        ),
        None => "is let through".to_owned(),
    }
}

fn is_untested(rule: &Rule) -> bool {
    let blocks = matches!(rule.kind.name(), "protect-paths" | "deny-command");
    blocks && rule.tests.deny.is_empty() && rule.tests.allow.is_empty()
}

fn shown(example: &Example) -> String {
    let (key, text) = match example {
        Example::Edit(path) => ("edit", path),
        Example::Read(path) => ("read", path),
        Example::Delete(path) => ("delete", path),
        Example::Shell(command) => ("shell", command),
        Example::Prompt(text) => ("prompt", text),
    };
    // A policy of somebody else's writes to no terminal by way of its examples.
    format!("{key}: `{}`", escaped(text))
}
