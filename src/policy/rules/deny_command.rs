//! `deny-command`: judges every command that a call would run, wrappers removed.

use std::cell::OnceCell;

use super::sanctioned::Sanctioned;
use super::{DenyCommand, MatchScope};
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
        !command.via.is_empty() && sanctioned.get_or_init(spans).contains(&command.span)
    };
    let findings = judged.iter().filter_map(|judged| {
        let what = by_pattern(deny, judged, known).or_else(|| by_text(deny, judged, known))?;
        (!is_sanctioned(judged.command)).then(|| rule.finding(what, Some(judged.command.span)))
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

/// Says which text of the command `matches` finds something in.
fn by_text(deny: &DenyCommand, judged: &Judged<'_>, known: &Known<'_>) -> Option<String> {
    let regex = deny.matches.as_ref()?;
    let command = judged.command;
    let texts = match deny.scope {
        MatchScope::Words => vec![command.text()],
        MatchScope::Sql => {
            let bare = command.sql.iter().map(|text| without_comments(text));
            command.sql.iter().cloned().chain(bare).collect()
        }
        MatchScope::Script => command.scripts.clone(),
    };
    let found = texts
        .iter()
        .find_map(|text| regex.find(text).map(str::to_owned))
        .filter(|_| !command_pattern::is_always_excepted(&deny.except, judged, known))?;
    let place = match deny.scope {
        MatchScope::Words => "holding",
        MatchScope::Sql => "sending SQL with",
        MatchScope::Script => "running code with",
    };
    Some(format!("runs {}, {place} `{found}`", shown(command)))
}

/// SQL as its server reads it: a comment is a blank.
fn without_comments(sql: &str) -> String {
    let mut bare = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(at) = rest.find("--").into_iter().chain(rest.find("/*")).min() {
        let (before, comment) = rest.split_at_checked(at).unwrap_or((rest, ""));
        bare.push_str(before);
        bare.push(' ');
        let end = if comment.starts_with("/*") {
            "*/"
        } else {
            "\n"
        };
        rest = comment.split_once(end).map_or("", |(_, rest)| rest);
    }
    bare + rest
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
