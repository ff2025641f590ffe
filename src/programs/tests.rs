//! What commands mean, as one line each: `command | reading`.
//!
//! A reading shows the subcommands as `[push]`, then options by their canonical names, parts as `role:text`, commands as
//! `role{words}`, and `makes:`, `here:`, `stdin:`, `below` (recursive) and `?` (uncertain). Further readings follow after `or`.
//! `\ ` is a blank inside a word, `$` a word that is not known.

mod databases_and_clouds;
mod files;
mod git;
mod habits;
mod interpreters;
mod properties;
mod table;
mod wrappers;

use std::fmt::Write as _;

use super::reading::{Command, Part, PartKind, Reading, Word};
use super::{Role, find, read};

/// Checks every `command | expected` line of a table.
#[track_caller]
fn check(cases: &str) {
    let mut wrong = String::new();
    for line in cases.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (command, expected) = line.split_once(" |").unwrap_or((line, ""));
        let actual = meaning(command.trim());
        if actual != expected.trim() {
            writeln!(
                wrong,
                "{command}\n  expected: {}\n  actual:   {actual}",
                expected.trim()
            )
            .unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Returns the readings of a command as text.
fn meaning(command: &str) -> String {
    let marked = command.replace("\\ ", "\u{1}");
    let owned: Vec<String> = marked
        .split(' ')
        .map(|word| word.replace('\u{1}', " ").replace("''", ""))
        .collect();
    let words: Vec<Option<&str>> = owned
        .iter()
        .map(|word| (word != "$").then_some(word.as_str()))
        .collect();
    let (program, words) = words.split_first().unwrap();
    let readings = read(find(program.unwrap()), words);
    let shown: Vec<String> = readings
        .iter()
        .map(|reading| show(reading, words))
        .collect();
    shown.join(" or ")
}

fn show<W: Word>(reading: &Reading<'_>, words: &[W]) -> String {
    let mut out = Vec::new();
    if !reading.subcommand.is_empty() {
        out.push(format!("[{}]", reading.subcommand.join(" ")));
    }
    for option in &reading.options {
        let value = option.value.map(|at| format!("={}", at.text(words)));
        out.push(format!("{}{}", option.name, value.unwrap_or_default()));
    }
    out.extend(reading.parts.iter().map(|part| show_part(part, words)));
    out.extend(
        reading
            .commands
            .iter()
            .map(|command| show_command(command, words)),
    );
    out.extend(reading.makes.iter().map(|path| format!("makes:{path}")));
    if let Some(role) = reading.here {
        out.push(format!("here:{}", name(role)));
    }
    if let Some(role) = reading.stdin {
        out.push(format!("stdin:{}", name(role)));
    }
    if reading.recursive {
        out.push("below".to_owned());
    }
    if reading.uncertain {
        out.push("?".to_owned());
    }
    out.join(" ")
}

fn show_part<W: Word>(part: &Part, words: &[W]) -> String {
    let text = match words.get(part.at.word) {
        Some(word) if !word.is_whole() => "$",
        _ => part.at.text(words),
    };
    let sign = match part.kind {
        PartKind::Operand => ':',
        PartKind::OptionValue => '=',
    };
    format!("{}{sign}{text}", name(part.role))
}

fn show_command<W: Word>(command: &Command<'_>, words: &[W]) -> String {
    let list = |range: &std::ops::Range<usize>| {
        let texts: Vec<&str> = words
            .get(range.clone())
            .unwrap()
            .iter()
            .map(Word::start)
            .collect();
        texts.join(" ")
    };
    let mut out = format!("{}{{{}}}", name(command.role), list(&command.words));
    if let Some(at) = command.split {
        write!(out, "<{}>", at.text(words)).unwrap();
    }
    if command.appends_stdin {
        out.push_str("+stdin");
    }
    if let Some(inputs) = &command.inputs {
        write!(out, "+[{}]", list(inputs)).unwrap();
    }
    out
}

/// Returns a role's name as in the data.
fn name(role: Role) -> String {
    let mut name = String::new();
    for letter in format!("{role:?}").chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.extend(letter.to_lowercase());
    }
    name
}
