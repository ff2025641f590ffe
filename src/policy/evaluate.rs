//! The decision procedure.
//!
//! INVARIANT: [`evaluate`] is pure. It reads no file, no clock and no environment; rules are judged independently of each
//! other, the strictest verdict wins, and so neither their order nor an added rule can loosen a decision.

use super::command_pattern::{Judged, Known};
use super::rules::{add_context, deny_command, floor, protect_paths, quality_gate, unknowns};
use super::{Action, IfNoAsk, Mode, PolicySet, Rule, RuleKind};
use crate::adapter::HookFiles;
use crate::call::{Call, Event};
use crate::decision::{Context, Decision, Finding, Verdict};
use crate::effects::{Effects, Span};
use crate::repo::{Case, Place};

/// What evaluation may know of the world, gathered before it.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    pub case: Case,
    /// The repository's root, absolute.
    pub root: String,
    /// The person's home folder.
    pub home: Option<String>,
    /// Whether the runtime can ask its person on this event.
    pub can_ask: bool,
    /// The policy files that hold for this call, relative to the root.
    pub policies: Vec<String>,
    /// Absolute paths of hookgate itself: its binary and the folders of its own configuration.
    pub own_paths: Vec<String>,
    /// Files that runtimes read their hooks from.
    pub hook_files: HookFiles,
    /// Files that `record` rules write, relative to the root.
    pub records: Vec<String>,
}

impl Facts {
    /// Returns a place's path from the root of the file system.
    #[must_use]
    pub fn absolute(&self, place: &Place) -> String {
        match place {
            Place::Inside(path) if path.is_empty() => self.root.clone(),
            Place::Inside(path) => format!("{}/{path}", self.root),
            Place::Outside(path) => path.clone(),
        }
    }
}

/// What a call's rules ask for: an answer now, gates to run and lines to record.
#[derive(Debug, Clone, Default)]
pub struct Judgement<'p> {
    pub decision: Decision,
    /// Quality gates whose result decides too.
    pub due: Vec<DueGate<'p>>,
    /// `record` rules for this event.
    pub records: Vec<&'p Rule>,
}

/// A quality gate that is due.
#[derive(Debug, Clone, Copy)]
pub struct DueGate<'p> {
    pub rule: &'p Rule,
    pub gate: &'p super::QualityGate,
}

/// Judges a call.
#[must_use]
pub fn evaluate<'p>(
    set: &'p PolicySet,
    call: &Call,
    effects: &Effects,
    facts: &Facts,
) -> Judgement<'p> {
    let mut judgement = Judgement::default();
    if call.event == Event::BeforeTool {
        judgement.add_findings(floor::judge(effects, facts));
        judgement.add_findings(unknowns::judge(set, effects));
    }
    let known = Known {
        facts,
        programs: &set.programs,
        rules: &set.rules,
    };
    let judged: Vec<Judged<'_>> = effects.commands.iter().map(Judged::new).collect();
    for rule in &set.rules {
        judge_rule(&mut judgement, rule, call, effects, &judged, &known);
    }
    judgement.decision.settle(set.mode, facts.can_ask);
    judgement
}

fn judge_rule<'p>(
    judgement: &mut Judgement<'p>,
    rule: &'p Rule,
    call: &Call,
    effects: &Effects,
    judged: &[Judged<'_>],
    known: &Known<'_>,
) {
    let facts = known.facts;
    match (&rule.kind, call.event) {
        (RuleKind::ProtectPaths(paths), Event::BeforeTool) => {
            judgement.add_findings(protect_paths::judge(rule, paths, effects, facts));
        }
        (RuleKind::DenyCommand(command), Event::BeforeTool) => {
            judgement.add_findings(deny_command::judge(rule, command, effects, judged, known));
        }
        (RuleKind::QualityGate(gate), event)
            if quality_gate::is_due(rule, gate, event, effects, facts) =>
        {
            judgement.due.push(DueGate { rule, gate });
        }
        (RuleKind::AddContext(context), event)
            if add_context::applies(context, event, call.prompt.as_deref()) =>
        {
            judgement.decision.context.push(Context {
                rule: rule.id.clone(),
                text: context.text.clone(),
            });
        }
        (RuleKind::Record(record), event) if record.on.contains(&event) => {
            judgement.records.push(rule);
        }
        _ => {}
    }
}

impl Judgement<'_> {
    fn add_findings(&mut self, findings: Vec<Finding>) {
        self.decision.findings.extend(findings);
    }
}

impl Rule {
    /// Returns this rule's objection to something.
    pub(crate) fn finding(&self, what: String, span: Option<Span>) -> Finding {
        Finding {
            rule: self.id.clone(),
            origin: Some(format!("{}:{}", self.origin.file, self.origin.line)),
            verdict: match self.action {
                Action::Deny => Verdict::Deny,
                Action::Ask => Verdict::Ask,
                Action::Warn => Verdict::Neutral,
            },
            unless_asked: match self.if_no_ask {
                IfNoAsk::Deny => Verdict::Deny,
                IfNoAsk::Neutral => Verdict::Neutral,
            },
            what,
            reason: self.reason.clone(),
            instead: self.instead.clone(),
            span: span.map(Span::bytes),
            part: None,
        }
    }
}

impl Decision {
    /// Settles the verdict from the findings: the strictest wins.
    pub(crate) fn settle(&mut self, mode: Mode, can_ask: bool) {
        for finding in &mut self.findings {
            if finding.verdict == Verdict::Ask && !can_ask {
                finding.verdict = finding.unless_asked;
            }
        }
        let strictest = self.findings.iter().map(|finding| finding.verdict).max();
        let strictest = strictest.unwrap_or_default();
        match mode {
            Mode::Enforce => self.verdict = self.verdict.max(strictest),
            Mode::Observe => self.would = self.would.max(Some(strictest)),
        }
    }
}
