//! Draws what a call was understood to do: its commands in the order they run, what each was started by, where, what it does to
//! which paths, and how much of that is certain.

use std::collections::BTreeMap;

use unicode_width::UnicodeWidthStr;

use crate::call::Access;
use crate::effects::{Certainty, Effects, Invocation, PathEffect, Reach, Span, UnknownKind, Value};

/// Widest line that the certainty still stands beside in one column.
const WIDEST: usize = 64;
/// Commands that are drawn.
const COMMANDS: usize = 200;
/// Effects that are drawn under one command.
const UNDER: usize = 20;

/// One line, before the columns are set.
#[derive(Clone)]
struct Line {
    text: String,
    certainty: Option<Certainty>,
}

/// A command in the tree.
struct Node<'e> {
    command: &'e Invocation,
    span: Span,
    level: usize,
    /// What it was started by that stands nowhere above it.
    through: &'e [String],
    /// Nothing above it runs on another system.
    is_first_elsewhere: bool,
}

/// Returns the drawing, line by line.
pub(super) fn lines(effects: &Effects) -> Vec<String> {
    let nodes = tree(&effects.commands);
    let owned = Owned::of(effects, &nodes);
    let count = nodes.iter().filter(|node| node.level == 0).count();
    let digits = count.min(COMMANDS).to_string().len();
    let mut lines = Vec::new();
    let mut number = 0;
    let mut alone = owned.alone.iter().peekable();
    for (at, node) in nodes.iter().enumerate().take(COMMANDS) {
        if node.level == 0 {
            number += 1;
            let start = node.span.start();
            while let Some((_, line)) = alone.next_if(|(place, _)| *place < start) {
                lines.push(line.clone());
            }
            if effects.returns_from == Some(at) {
                lines.push(Line::plain("where \\r\\n ends a line:".to_owned()));
            }
        }
        let (first, further) = prefixes(&nodes, at, number, digits);
        lines.push(Line {
            text: format!("{first}{}", command(node)),
            certainty: Some(node.command.certainty()),
        });
        lines.extend(sent(node.command).map(|text| Line::plain(format!("{further}{text}"))));
        let under = owned.under.get(at).map(Vec::as_slice).unwrap_or_default();
        let more = under.len().saturating_sub(UNDER);
        let more = (more > 0).then(|| Line::plain(format!("and {more} more")));
        let under = under.iter().take(UNDER).cloned().chain(more);
        lines.extend(under.map(|line| Line {
            text: format!("{further}{}", line.text),
            ..line
        }));
    }
    let more = nodes.len().saturating_sub(COMMANDS);
    if more > 0 {
        lines.push(Line::plain(format!("and {more} more commands")));
    }
    lines.extend(alone.map(|(_, line)| line.clone()));
    in_columns(&lines)
}

impl Line {
    fn plain(text: String) -> Self {
        Self {
            text,
            certainty: None,
        }
    }
}

/// What is drawn under which command.
struct Owned {
    under: Vec<Vec<Line>>,
    /// What no command does, with where it stands: redirections of the shell itself.
    alone: Vec<(usize, Line)>,
}

/// Texts that a command is sent, and letters of each.
const SENT: usize = 3;
const SHOWN: usize = 120;

/// The shell's own work.
const SHELL: &str = "the shell";

impl Owned {
    fn of(effects: &Effects, nodes: &[Node<'_>]) -> Self {
        let mut all = Self {
            under: nodes.iter().map(|_| Vec::new()).collect(),
            alone: Vec::new(),
        };
        let reads = |effect: &&PathEffect| effect.access == Access::Read;
        let (first, rest): (Vec<_>, Vec<_>) = effects.paths.iter().partition(reads);
        let mut rounds: BTreeMap<(Span, usize), usize> = BTreeMap::new();
        for effect in first.into_iter().chain(rest) {
            let mut owners = owners(nodes, effect.span, &effect.by, &effect.written);
            // Rounds of a loop have the same place in the text.
            if effect.by == SHELL
                && owners.len() > 1
                && let Some(span) = effect.span
            {
                let round = rounds.entry((span, effect.access as usize)).or_default();
                let turn = *round % owners.len();
                owners.rotate_left(turn);
                *round += 1;
            }
            let owner = owners.first().copied();
            let program = owner.and_then(|at| nodes.get(at)?.command.program.as_deref());
            all.add(owner, effect.span, path(effect, program));
        }
        for unknown in &effects.unknowns {
            let owner = owners(nodes, unknown.span, "", &unknown.written);
            let line = unknown_line(unknown.kind, &unknown.written);
            all.add(owner.first().copied(), unknown.span, line);
        }
        all.alone.sort_by_key(|(at, _)| *at);
        all
    }

    fn add(&mut self, owner: Option<usize>, span: Option<Span>, line: Line) {
        match owner.and_then(|owner| self.under.get_mut(owner)) {
            Some(under) => under.push(line),
            None => self.alone.push((span.map_or(0, Span::start), line)),
        }
    }
}

/// Returns the commands that something may be the work of, the likeliest first.
fn owners(nodes: &[Node<'_>], span: Option<Span>, by: &str, written: &str) -> Vec<usize> {
    let by = by.split(" (in ").next().unwrap_or_default();
    let held = holders(nodes, span);
    let node = |at: usize| nodes.get(at);
    let is_by =
        |at: &usize| node(*at).is_some_and(|node| node.command.program.as_deref() == Some(by));
    let names = |at: &usize| {
        let words = node(*at).map(|node| node.command.words.as_slice());
        let mut words = words.unwrap_or_default().iter();
        words.any(|word| word.value.known() == Some(written))
    };
    let some = |all: Vec<usize>, fits: &dyn Fn(&usize) -> bool| -> Vec<usize> {
        let some: Vec<usize> = all.iter().copied().filter(fits).collect();
        if some.is_empty() { all } else { some }
    };
    if by != SHELL && !held.iter().any(is_by) {
        return held.last().copied().into_iter().collect();
    }
    let own = if by == SHELL {
        held
    } else {
        some(held, &is_by)
    };
    let own = some(own, &names);
    let length = |at: &usize| node(*at).map_or(0, |node| node.span.end() - node.span.start());
    let shortest = own.iter().map(length).min();
    some(own, &|at| Some(length(at)) == shortest)
}

/// Returns the commands that hold a part of the line, or that were given what holds it.
fn holders(nodes: &[Node<'_>], span: Option<Span>) -> Vec<usize> {
    let Some(span) = span else {
        return Vec::new();
    };
    let is_around = |node: &Node<'_>| span.is_within(node.span);
    let is_given = |node: &Node<'_>| node.span.holder() == span.holder();
    let mut held: Vec<usize> = Vec::new();
    let mut given: Vec<usize> = Vec::new();
    for (at, node) in nodes.iter().enumerate() {
        if !is_around(node) && !is_given(node) {
            continue;
        }
        // What a command reads may stand anywhere in the line, in the words of another one.
        if is_around(node) && is_given(node) {
            held.push(at);
        }
        given.push(at);
    }
    if held.is_empty() {
        let is_given_any = given.iter().any(|at| nodes.get(*at).is_some_and(is_given));
        given.retain(|at| {
            nodes
                .get(*at)
                .is_some_and(|node| !is_given_any || is_given(node))
        });
        return given;
    }
    held
}

/// Finds each command's place: below the command that its `via` names last, when that was the last one of its name.
fn tree(commands: &[Invocation]) -> Vec<Node<'_>> {
    let mut above: Vec<(&str, bool)> = Vec::new();
    let mut nodes = Vec::new();
    for command in commands {
        let same = above
            .iter()
            .zip(&command.via)
            .take_while(|((one, _), other)| *one == other.as_str())
            .count();
        above.truncate(same);
        let is_below = above.last().is_some_and(|(_, is_elsewhere)| *is_elsewhere);
        nodes.push(Node {
            command,
            span: command.span,
            level: same,
            through: command.via.get(same..).unwrap_or_default(),
            is_first_elsewhere: !is_below,
        });
        let program = command.program.as_deref().unwrap_or_default();
        above.push((program, command.is_elsewhere));
    }
    nodes
}

/// Says which SQL a client gets that does not stand among its words: from a pipe, a here-document or a file.
fn sent(command: &Invocation) -> impl Iterator<Item = String> {
    let is_word = |sql: &&String| {
        let mut words = command.words.iter();
        words.any(|word| word.value.start().contains(sql.as_str()))
    };
    let texts = command.sql.iter().filter(move |sql| !is_word(sql));
    texts.take(SENT).map(|sql| {
        let head: String = sql.chars().take(SHOWN).collect();
        let line = head.split_whitespace().collect::<Vec<_>>().join(" ");
        let more = if head.len() < sql.len() { "…" } else { "" };
        format!("sends   {}{more}", super::escaped(&line))
    })
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
    for argument in &command.words {
        text.push(' ');
        match &argument.value {
            Value::Known(word) if !word.contains(' ') && argument.is_pattern => text.push_str(word),
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
    let is_led_away = command.is_elsewhere && node.is_first_elsewhere;
    if is_led_away {
        text.push_str("  on another system");
    }
    if !command.folders.is_empty() {
        let folders = command.folders.iter();
        let folders = folders.map(|folder| match folder {
            Some(folder) => folder.shown(),
            None => "a folder that is not known",
        });
        let folders: Vec<&str> = folders.collect();
        text.extend(["  in ", &super::escaped(&folders.join(" or "))]);
    }
    text
}

/// Returns a word as it could be typed.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| {
        let is_foreign = !letter.is_ascii() && !letter.is_whitespace() && !letter.is_control();
        is_foreign || letter.is_alphanumeric() || "_-+=:,./@%^~{}[]!".contains(letter)
    };
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
        UnknownKind::Script => "runs a script or program that is not looked into as a whole",
        UnknownKind::Path(Access::Read) => "reads a path that is only known when it runs",
        UnknownKind::Path(Access::Write) => "writes a path that is only known when it runs",
        UnknownKind::Path(Access::Delete) => "deletes a path that is only known when it runs",
        UnknownKind::Unparsable => "cannot be read as a shell would",
    }
}

/// Sets the certainty beside the texts, in one column as far as they are short enough.
fn in_columns(lines: &[Line]) -> Vec<String> {
    let width = |line: &Line| super::escaped(&line.text).width();
    let short = lines.iter().map(width).filter(|width| *width <= WIDEST);
    let column = short.max().unwrap_or(0);
    lines
        .iter()
        .map(|line| match line.certainty {
            Some(certainty) => {
                let gap = " ".repeat(column.saturating_sub(width(line)));
                format!("{}{gap}  {}", line.text, certainty.name())
            }
            None => line.text.clone(),
        })
        .collect()
}
