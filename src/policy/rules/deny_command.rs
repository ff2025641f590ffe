//! `deny-command`: judges every command that a call would run, wrappers removed.

use std::cell::OnceCell;

use super::sanctioned::Sanctioned;
use super::{DenyCommand, MatchScope, sql_text};
use crate::decision::Finding;
use crate::effects::{Effects, Invocation};
use crate::policy::Rule;
use crate::policy::command_pattern::{self, Judged, Known};

/// Returns the rule's objections, one for each command. An exception holds for the command that it describes, not for the line.
pub(crate) fn judge(
    rule: &Rule,
    deny: &DenyCommand,
    effects: &Effects,
    judged: &[Judged<'_>],
    known: &Known<'_>,
) -> Vec<Finding> {
    let sanctioned = OnceCell::new();
    // What a sanctioned command starts is sanctioned with it; the command itself is what the rule is about.
    let is_sanctioned = |command: &Invocation| {
        let spans = || Sanctioned::of(rule).spans(effects, known.facts);
        !command.via.is_empty()
            && sanctioned
                .get_or_init(spans)
                .contains(&command.span.holder())
    };
    let findings = judged.iter().filter_map(|judged| {
        if judged.command.asks_for_help() {
            return None;
        }
        let (what, part) = by_pattern(deny, judged, known)
            .map(|what| (what, None))
            .or_else(|| by_text(deny, judged, known))?;
        (!is_sanctioned(judged.command)).then(|| Finding {
            part,
            ..rule.finding(what, Some(judged.command.span))
        })
    });
    findings.collect()
}

fn by_pattern(deny: &DenyCommand, judged: &Judged<'_>, known: &Known<'_>) -> Option<String> {
    let pattern = command_pattern::denied_by(&deny.patterns, &deny.except, judged, known)?;
    Some(format!(
        "runs {}, which is `{}`",
        shown(judged.command),
        pattern.text
    ))
}

/// Says which text of the command `matches` finds something in, and what.
fn by_text(
    deny: &DenyCommand,
    judged: &Judged<'_>,
    known: &Known<'_>,
) -> Option<(String, Option<String>)> {
    let regex = deny.matches.as_ref()?;
    let command = judged.command;
    let in_texts = |texts: &[String]| {
        let mut found = texts.iter().filter_map(|text| regex.find(text));
        found.next().map(str::to_owned)
    };
    let found = match deny.scope {
        MatchScope::Words => in_texts(&[command.text()]),
        MatchScope::Script => in_texts(&command.scripts),
        MatchScope::Sql => {
            let name = command.program.as_deref().unwrap_or_default();
            let dialect = sql_text::Dialect::of(name);
            let mut texts = command.sql.iter();
            texts.find_map(|text| sql_text::found(regex, text, dialect))
        }
    };
    let found =
        found.filter(|_| !command_pattern::is_always_excepted(&deny.except, judged, known))?;
    let place = match deny.scope {
        MatchScope::Words => "holding",
        MatchScope::Sql => "sending SQL with",
        MatchScope::Script => "running code with",
    };
    let what = format!("runs {}, {place} `{found}`", shown(command));
    Some((what, (deny.scope != MatchScope::Words).then_some(found)))
}

/// "`rm -rf /` (through sudo)".
fn shown(command: &Invocation) -> String {
    let text = command.text();
    if command.via.is_empty() {
        format!("`{text}`")
    } else {
        format!("`{text}` (through {})", command.via.join(", "))
    }
}
