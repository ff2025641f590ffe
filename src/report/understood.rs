//! Draws what a call was understood to do: its commands in the order they run, what each was started by, where, what it does to
//! which paths, and how much of that is certain.

use crate::call::Access;
use crate::effects::{Certainty, Effects, Invocation, PathEffect, Reach, Span, UnknownKind, Value};

/// Widest line that the certainty still stands beside in one column.
const WIDEST: usize = 64;
/// Commands that are drawn.
const COMMANDS: usize = 200;
/// Effects that are drawn under one command.
const UNDER: usize = 20;

/// One line, before the columns are set.
struct Line {
    text: String,
    certainty: Option<Certainty>,
}

/// A command in the tree.
struct Node<'e> {
    command: &'e Invocation,
    level: usize,
    /// What it was started by that stands nowhere above it.
    through: &'e [String],
}

/// Returns the drawing, line by line.
pub(super) fn lines(effects: &Effects) -> Vec<String> {
    let nodes = tree(&effects.commands);
    let mut paths: Vec<Option<&PathEffect>> = effects.paths.iter().map(Some).collect();
    let mut unknowns: Vec<_> = effects.unknowns.iter().map(Some).collect();
    let count = nodes.iter().filter(|node| node.level == 0).count();
    let digits = count.min(COMMANDS).to_string().len();
    let mut lines = Vec::new();
    let mut number = 0;
    for (at, node) in nodes.iter().enumerate().take(COMMANDS) {
        number += usize::from(node.level == 0);
        let (first, further) = prefixes(&nodes, at, number, digits);
        lines.push(Line {
            text: format!("{first}{}", command(node)),
            certainty: Some(node.command.certainty()),
        });
        let is_own = |span: Option<Span>, by: &str, written: &str| {
            covers(node.command.span, span) && !belongs_later(&nodes, at, span, by, written)
        };
        let own = take(&mut paths, |effect| {
            is_own(effect.span, &effect.by, &effect.written)
        });
        let mut under: Vec<Line> = own
            .iter()
            .map(|effect| path(effect, node.command.program.as_deref()))
            .collect();
        let own = take(&mut unknowns, |unknown| {
            is_own(unknown.span, "", &unknown.written)
        });
        under.extend(own.iter().map(|one| unknown_line(one.kind, &one.written)));
        let more = under.len().saturating_sub(UNDER);
        under.truncate(UNDER);
        if more > 0 {
            under.push(Line {
                text: format!("and {more} more"),
                certainty: None,
            });
        }
        lines.extend(under.into_iter().map(|line| Line {
            text: format!("{further}{}", line.text),
            ..line
        }));
    }
    let more = nodes.len().saturating_sub(COMMANDS);
    if more > 0 {
        lines.push(Line {
            text: format!("and {more} more commands"),
            certainty: None,
        });
    }
    lines.extend(paths.iter().flatten().map(|effect| path(effect, None)));
    let rest = unknowns.iter().flatten();
    lines.extend(rest.map(|one| unknown_line(one.kind, &one.written)));
    in_columns(&lines)
}

/// The shell's own work, which the first command of a tree stands for.
const SHELL: &str = "the shell";

/// Whether what a command's text holds is the work of one that is drawn further down.
fn belongs_later(
    nodes: &[Node<'_>],
    at: usize,
    span: Option<Span>,
    by: &str,
    written: &str,
) -> bool {
    let Some(node) = nodes.get(at) else {
        return false;
    };
    let is_by = |node: &Node<'_>| node.command.program.as_deref() == Some(by);
    let names = |node: &Node<'_>| {
        let mut words = node.command.words.iter();
        words.any(|word| word.value.known() == Some(written))
    };
    let later = nodes.get(at + 1..).unwrap_or_default().iter();
    let mut later = later.filter(|later| covers(later.command.span, span));
    if by == SHELL {
        return later.any(|later| later.level == 0);
    }
    if !is_by(node) {
        return later.next().is_some();
    }
    // Rounds of a loop have the same place in the text.
    !names(node) && later.any(|later| is_by(later) && names(later))
}

/// Finds each command's place: below the command that its `via` names last, when that was the last one of its name.
fn tree(commands: &[Invocation]) -> Vec<Node<'_>> {
    let mut above: Vec<&str> = Vec::new();
    let mut nodes = Vec::new();
    for command in commands {
        let same = above
            .iter()
            .zip(&command.via)
            .take_while(|(one, other)| **one == other.as_str())
            .count();
        nodes.push(Node {
            command,
            level: same,
            through: command.via.get(same..).unwrap_or_default(),
        });
        above.truncate(same);
        above.push(command.program.as_deref().unwrap_or_default());
    }
    nodes
}

/// Returns what stands before a command, and before the lines that belong to it.
fn prefixes(nodes: &[Node<'_>], at: usize, number: usize, digits: usize) -> (String, String) {
    let level = nodes.get(at).map_or(0, |node| node.level);
    let later = nodes.get(at + 1..).unwrap_or_default();
    // Whether another command follows at a level, below the same one.
    let goes_on = |level: usize| {
        let next = later.iter().find(|node| node.level <= level);
        next.is_some_and(|node| node.level == level)
    };
    let bar = |goes_on: bool| if goes_on { "│ " } else { "  " };
    let indent = " ".repeat(digits + 2);
    let stems: String = (1..level).map(|level| bar(goes_on(level))).collect();
    let has_below = later.first().is_some_and(|node| node.level > level);
    let below = bar(has_below);
    if level == 0 {
        let number = format!("{number:digits$}. ");
        return (number, format!("{indent}{below}"));
    }
    let branch = if goes_on(level) { "├ " } else { "└ " };
    let stem = bar(goes_on(level));
    (
        format!("{indent}{stems}{branch}"),
        format!("{indent}{stems}{stem}{below}"),
    )
}

fn command(node: &Node<'_>) -> String {
    let command = node.command;
    let mut text = match &command.program {
        Some(program) => quoted(program),
        None => "…".to_owned(),
    };
    for word in &command.words {
        text.push(' ');
        match &word.value {
            Value::Known(word) => text.push_str(&quoted(word)),
            Value::Starts(start) => {
                text.push_str(start);
                text.push('…');
            }
        }
    }
    let mut text = super::beginning(&super::escaped(&text), 200);
    if !node.through.is_empty() {
        text.extend(["  through ", &node.through.join(", ")]);
    }
    if let Some(folder) = &command.folder {
        text.extend(["  in ", folder.shown()]);
    }
    text
}

/// Returns a word as it could be typed.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "_-+=:,./@%^~{}[]!…".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    if word.contains('\'') && !word.contains(['"', '$', '`', '\\']) {
        return format!("\"{word}\"");
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn path(effect: &PathEffect, program: Option<&str>) -> Line {
    let lexical = effect.places.lexical.shown();
    let real = effect.places.real.shown();
    let link = if lexical == real {
        String::new()
    } else {
        format!(" -> {real}")
    };
    let below = match effect.reach {
        Reach::Itself => "",
        Reach::Below if effect.certainty() == Certainty::Bounded => ", something below it",
        Reach::Held => " and what is in it",
        Reach::Below => " and all below it",
    };
    let by = if program == Some(effect.by.as_str()) {
        String::new()
    } else {
        format!("  by {}", effect.by)
    };
    Line {
        text: format!("{:<8}{lexical}{link}{below}{by}", verb(effect.access)),
        certainty: Some(effect.certainty()),
    }
}

fn verb(access: Access) -> &'static str {
    match access {
        Access::Read => "reads",
        Access::Write => "writes",
        Access::Delete => "deletes",
    }
}

fn unknown_line(kind: UnknownKind, written: &str) -> Line {
    let written = super::beginning(&super::escaped(written), 200);
    Line {
        text: format!("{}: {written}", unknown(kind)),
        certainty: Some(Certainty::Unknown),
    }
}

/// Says what is not known.
pub(super) fn unknown(kind: UnknownKind) -> &'static str {
    match kind {
        UnknownKind::OpaqueCode => "runs code that is not looked into",
        UnknownKind::Script => "runs a script or program that is not looked into",
        UnknownKind::Path(Access::Read) => "reads a path that is only known when it runs",
        UnknownKind::Path(Access::Write) => "writes a path that is only known when it runs",
        UnknownKind::Path(Access::Delete) => "deletes a path that is only known when it runs",
        UnknownKind::Unparsable => "cannot be read as a shell would",
    }
}

/// Whether a span lies in another.
fn covers(outer: Span, inner: Option<Span>) -> bool {
    inner.is_some_and(|(start, end)| outer.0 <= start && end <= outer.1)
}

/// Takes those that fit out of a list.
fn take<'e, T>(list: &mut [Option<&'e T>], fits: impl Fn(&T) -> bool) -> Vec<&'e T> {
    list.iter_mut()
        .filter(|one| one.is_some_and(&fits))
        .filter_map(Option::take)
        .collect()
}

/// Sets the certainty beside the texts, in one column as far as they are short enough.
fn in_columns(lines: &[Line]) -> Vec<String> {
    let width = |line: &Line| line.text.chars().count();
    let short = lines.iter().map(width).filter(|width| *width <= WIDEST);
    let column = short.max().unwrap_or(0);
    lines
        .iter()
        .map(|line| match line.certainty {
            Some(certainty) => format!("{:<column$}  {}", line.text, certainty.name()),
            None => line.text.clone(),
        })
        .collect()
}
