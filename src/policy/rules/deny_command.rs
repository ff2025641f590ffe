//! `deny-command`: judges every command that a call would run, wrappers removed.

use super::sanctioned::Sanctioned;
use super::{DenyCommand, MatchScope, sql_text};
use crate::decision::Finding;
use crate::effects::{Effects, Invocation};
use crate::policy::Rule;
use crate::policy::command_pattern::{self, Known};

/// How clients begin for which `--` is a comment only before a blank.
const MYSQL: [&str; 3] = ["mysql", "mariadb", "mycli"];

/// Returns the rule's objections, one for each command. An exception holds for the command that it describes, not for the line.
pub(crate) fn judge(
    rule: &Rule,
    deny: &DenyCommand,
    effects: &Effects,
    known: &Known<'_>,
) -> Vec<Finding> {
    let sanctioned = Sanctioned::of(rule).spans(effects, known.facts);
    effects
        .commands
        .iter()
        // What a sanctioned command starts is sanctioned with it; the command itself is what the rule is about.
        .filter(|command| command.via.is_empty() || !sanctioned.contains(&command.span))
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
    let in_texts = |texts: &[String]| {
        let mut found = texts.iter().filter_map(|text| regex.find(text));
        found.next().map(str::to_owned)
    };
    let found = match deny.scope {
        MatchScope::Words => in_texts(&[command.text()]),
        MatchScope::Script => in_texts(&command.scripts),
        MatchScope::Sql => {
            let name = command.program.as_deref().unwrap_or_default();
            let is_mysql = MYSQL.iter().any(|start| name.starts_with(start));
            let mut texts = command.sql.iter();
            texts.find_map(|text| sql_text::found(regex, text, is_mysql))
        }
    };
    let found =
        found.filter(|_| !command_pattern::is_always_excepted(&deny.except, command, known))?;
    let place = match deny.scope {
        MatchScope::Words => "holding",
        MatchScope::Sql => "sending SQL with",
        MatchScope::Script => "running code with",
    };
    Some(format!("runs {}, {place} `{found}`", shown(command)))
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
