//! `deny-command`: judges every command that a call would run, wrappers removed.

use super::{DenyCommand, MatchScope};
use crate::decision::Finding;
use crate::effects::{Effects, Invocation};
use crate::policy::Rule;
use crate::policy::command_pattern::{self, Known};

/// Returns the rule's objections, one for each command. An exception holds for the command that it describes, not for the line.
pub(crate) fn judge(
    rule: &Rule,
    deny: &DenyCommand,
    effects: &Effects,
    known: &Known<'_>,
) -> Vec<Finding> {
    effects
        .commands
        .iter()
        .filter_map(|command| {
            let what =
                by_pattern(deny, command, known).or_else(|| by_text(deny, command, known))?;
            Some(rule.finding(what, Some(command.span)))
        })
        .collect()
}

fn by_pattern(deny: &DenyCommand, command: &Invocation, known: &Known<'_>) -> Option<String> {
    let pattern = command_pattern::denied_by(&deny.patterns, &deny.except, command, known)?;
    Some(format!(
        "runs {}, which is `{}`",
        shown(command),
        pattern.text
    ))
}

/// Says which text of the command `matches` finds something in.
fn by_text(deny: &DenyCommand, command: &Invocation, known: &Known<'_>) -> Option<String> {
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
        .find_map(|text| regex.find(text).map(str::to_owned))
        .filter(|_| !command_pattern::is_always_excepted(&deny.except, command, known))?;
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
