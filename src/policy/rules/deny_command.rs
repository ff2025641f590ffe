//! `deny-command`: judges every command that a call would run, wrappers removed.

use super::sanctioned::Sanctioned;
use super::{DenyCommand, MatchScope};
use crate::decision::Finding;
use crate::effects::{Effects, Invocation};
use crate::policy::Rule;
use crate::policy::command_pattern::CommandPattern;
use crate::policy::evaluate::Facts;

/// Returns the rule's objections, one for each command.
pub(crate) fn judge(
    rule: &Rule,
    deny: &DenyCommand,
    effects: &Effects,
    facts: &Facts,
) -> Vec<Finding> {
    let sanctioned = Sanctioned::of(rule).spans(effects, facts);
    effects
        .commands
        .iter()
        // What a sanctioned command starts is sanctioned with it; the command itself is what the rule is about.
        .filter(|command| command.via.is_empty() || !sanctioned.contains(&command.span))
        .filter(|command| !any(&deny.except, command, facts))
        .filter_map(|command| {
            let what = by_pattern(deny, command, facts).or_else(|| by_text(deny, command))?;
            Some(rule.finding(what, Some(command.span)))
        })
        .collect()
}

fn any(patterns: &[CommandPattern], command: &Invocation, facts: &Facts) -> bool {
    patterns
        .iter()
        .any(|pattern| pattern.matches(command, facts))
}

fn by_pattern(deny: &DenyCommand, command: &Invocation, facts: &Facts) -> Option<String> {
    let pattern = deny
        .patterns
        .iter()
        .find(|pattern| pattern.matches(command, facts))?;
    Some(format!(
        "runs {}, which is `{}`",
        shown(command),
        pattern.text
    ))
}

/// Says which text of the command `matches` finds something in.
fn by_text(deny: &DenyCommand, command: &Invocation) -> Option<String> {
    let regex = deny.matches.as_ref()?;
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
        .find_map(|text| regex.find(text).map(|found| found.as_str().to_owned()))?;
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
