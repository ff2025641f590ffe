//! Goes through the rules of a policy, and says each as far as a language can.

use super::commands::Trial;
use super::{Said, Wording, globs, paths};
use crate::adapter::{Adapter, Language, Paths, Scope};
use crate::call::Access;
use crate::policy::path_pattern::{PathPattern, PathPatterns};
use crate::policy::rules::floor;
use crate::policy::{Action, DenyCommand, Mode, PolicySet, ProtectPaths, Rule, RuleKind};
use crate::repo::{LOCAL_POLICY_FILE, POLICY_FILE, Repository};
use crate::state;

/// The id under which settings are reported that no rule says.
const UNKNOWN: &str = "on-unknown";

/// Says every rule of a policy, and what holds without any.
#[must_use]
pub fn rules(
    adapter: &Adapter,
    language: &'static Language,
    set: &PolicySet,
    repository: &Repository,
) -> Vec<Said> {
    let mut said = vec![floor(adapter, language, set)];
    for rule in &set.rules {
        said.push(one(language, set, repository, rule));
    }
    let mut unknown = empty(UNKNOWN, "");
    unknown.lose("what a command leaves unknown cannot be told from its words");
    said.push(unknown);
    said
}

fn empty(rule: &str, origin: &str) -> Said {
    Said {
        rule: rule.to_owned(),
        origin: origin.to_owned(),
        entries: Vec::new(),
        lost: Vec::new(),
        more: Vec::new(),
    }
}

fn one(language: &'static Language, set: &PolicySet, repository: &Repository, rule: &Rule) -> Said {
    let mut said = empty(&rule.id, &rule.origin.file);
    let why = match (&rule.kind, rule.action, set.mode) {
        (RuleKind::QualityGate(_), ..) => Some("it runs a command, which no permission does"),
        (RuleKind::AddContext(_), ..) => {
            Some("it tells the model something, which no permission does")
        }
        (RuleKind::Record(_), ..) => Some("it writes a record, which no permission does"),
        (_, _, Mode::Observe) => Some("`mode: observe` blocks nothing"),
        (_, Action::Warn, _) => Some("`warn` lets the call through"),
        (_, Action::Ask, _) if language.ask.is_none() => {
            Some("there is no way to have a person asked, and a denial is more")
        }
        _ => None,
    };
    if let Some(why) = why {
        said.lose(why);
        return said;
    }
    let verdict = match rule.action {
        Action::Ask => language.ask.unwrap_or(language.deny),
        Action::Deny | Action::Warn => language.deny,
    };
    let reason = told(rule);
    let wording = Wording {
        verdict,
        reason: &reason,
    };
    match &rule.kind {
        RuleKind::ProtectPaths(protect) => protected(&mut said, language, rule, protect, wording),
        RuleKind::DenyCommand(deny) => {
            let trial = Trial {
                set,
                repository,
                rule,
                deny,
            };
            denied(&mut said, language, &trial, deny, wording);
        }
        _ => {}
    }
    said
}

/// What the model reads, where the language has a place for it.
fn told(rule: &Rule) -> String {
    let mut text = format!("{}: ", rule.id);
    text.push_str(rule.reason.as_deref().unwrap_or("the policy denies it"));
    if let Some(instead) = &rule.instead {
        text.push_str("; instead: ");
        text.push_str(instead);
    }
    text
}

fn protected(
    said: &mut Said,
    language: &'static Language,
    rule: &Rule,
    protect: &ProtectPaths,
    wording: Wording,
) {
    if protect.outside_repository {
        said.lose("everything outside the repository cannot be named");
    }
    let denies = |access| protect.deny.contains(&access);
    if denies(Access::Delete) && !denies(Access::Write) {
        said.lose("deleting alone cannot be denied, and writing is more");
    }
    for (wanted, writes, what) in [
        (denies(Access::Write), true, "writing"),
        (denies(Access::Read), false, "reading"),
    ] {
        if !wanted || protect.paths.is_empty() {
            continue;
        }
        match paths(language, writes) {
            Some(paths) => {
                named(said, paths, &protect.paths, &rule.base, wording);
                if !writes && !denies(Access::Write) && !said.entries.is_empty() {
                    said.more.push(
                        "most file tools edit only what they have read, so edits are denied too",
                    );
                }
            }
            None => said.lose(format!("{what} files cannot be named")),
        }
    }
}

fn named(said: &mut Said, paths: &Paths, globs: &PathPatterns, base: &str, wording: Wording) {
    let (texts, lost) = globs::written(globs, base, paths);
    for text in &texts {
        for template in paths.entries {
            said.add(wording.entry(paths.at, template, "{path}", text));
        }
    }
    if !texts.is_empty() {
        for loss in paths.loss {
            said.lose(*loss);
        }
    }
    for (glob, why) in lost {
        said.lose_part(Some(glob), why);
    }
}

fn denied(
    said: &mut Said,
    language: &'static Language,
    trial: &Trial,
    deny: &DenyCommand,
    wording: Wording,
) {
    let Some(commands) = &language.commands else {
        return said.lose("commands cannot be named, or not without denying others");
    };
    if !trial.rule.base.is_empty() {
        let base = &trial.rule.base;
        return said.lose(format!(
            "it holds for calls in `{base}` alone, which cannot be said"
        ));
    }
    let mut lost = Vec::new();
    let mut is_open = false;
    for pattern in &deny.patterns {
        let written = trial.written(pattern, commands);
        is_open |= written.is_open;
        for (template, value) in &written.entries {
            said.add(wording.entry(commands.at, template, "{command}", value));
        }
        lost.extend(
            written
                .lost
                .into_iter()
                .map(|why| (pattern.text.clone(), why)),
        );
    }
    if deny.matches.is_some() {
        lost.push((
            "matches".to_owned(),
            "regular expressions on what a command means cannot be said".to_owned(),
        ));
    }
    if is_open {
        said.more
            .push("`--help` behind such a command is denied too");
    }
    if !said.entries.is_empty() {
        for loss in commands.loss {
            said.lose(*loss);
        }
    }
    for (pattern, why) in lost {
        said.lose_part(Some(pattern), why);
    }
}

/// What holds without any rule, as far as files of the repository go: the policy, the state, the runtime's own hooks.
fn floor(adapter: &Adapter, language: &'static Language, set: &PolicySet) -> Said {
    let mut said = empty(floor::ID, "");
    let Some(paths) = &language.write else {
        said.lose("writing files cannot be named");
        return said;
    };
    let hooks = adapter.config.iter();
    let hooks = hooks.filter(|file| matches!(file.scope, Scope::Project | Scope::Local));
    let files = [POLICY_FILE, LOCAL_POLICY_FILE]
        .map(str::to_owned)
        .into_iter();
    let files = files
        .chain([format!("/{}/**", state::FOLDER)])
        .chain(hooks.map(|file| format!("/{}", file.path.trim_start_matches('/'))))
        .chain(set.records.iter().map(|file| format!("/{file}")));
    let globs: PathPatterns = files
        .filter_map(|file| PathPattern::parse(&file).ok())
        .collect();
    let wording = Wording {
        verdict: language.deny,
        reason: floor::REASON,
    };
    named(&mut said, paths, &globs, "", wording);
    said.lose("hooks of other runtimes and of the user, and hookgate's own commands");
    said.more
        .push("a policy that does not load cannot be mended by an agent, which hookgate lets be");
    said
}
