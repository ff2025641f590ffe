//! Commands that print variables of the environment: all of them, what the next command lets through, or some by name.

use std::borrow::Cow;

use super::Walker;
use super::fields::Field;
use super::state::State;
use crate::effects::{Argument, Span, Value};
use crate::shell::{Command, ParamOp, PartKind, Redirect, Script, SimpleCommand, Target, Word};

/// What prints its words.
const PRINTERS: [&str; 3] = ["echo", "printf", "print"];
/// What shows its input, as it is or in another writing.
const SHOWS: [&str; 14] = [
    "base64", "cat", "fold", "head", "hexdump", "less", "more", "nl", "od", "rev", "tail", "tee",
    "tr", "xxd",
];

impl Walker<'_> {
    /// `echo "$NAME"` prints what `printenv NAME` does, where the line did not set it itself.
    pub(super) fn print_variables(&mut self, simple: &SimpleCommand, span: Span, state: &State) {
        let Some((first, words)) = simple.words.split_first() else {
            return;
        };
        let name = first.bare_text();
        let Some(name) = name.filter(|name| PRINTERS.contains(name)) else {
            return;
        };
        if self.muted || self.is_unseen || !simple.redirects.iter().all(is_read_by_somebody) {
            return;
        }
        let parts = words.iter().flat_map(|word| &word.parts);
        let names: Vec<&str> = parts
            .filter_map(|part| printed_whole(&part.kind))
            .filter(|name| is_of_the_environment(name) && state.variable(name).is_none())
            .collect();
        for variable in names {
            let word = Field::known(variable, span);
            let mut invocation = self.invocation(Some("printenv"), &[word], span);
            invocation.via.push(name.to_owned());
            self.effects.commands.push(invocation);
        }
    }

    /// Walks what runs in a shell of its own, and whose output becomes a word or a file.
    pub(super) fn unseen(&mut self, script: &Script, state: &mut State) {
        let outer = std::mem::replace(&mut self.is_unseen, true);
        self.subshell(script, state);
        self.is_unseen = outer;
    }

    /// `env | grep NAME` prints what `printenv NAME` does, and `env | cut -d= -f1` what `compgen -e` does.
    pub(super) fn name_variables<'c>(&mut self, first: usize, reads: impl FnOnce() -> &'c Command) {
        let Some([.., last]) = self.effects.commands.get(first..) else {
            return;
        };
        let is_dump = match last.program.as_deref() {
            Some("env" | "printenv" | "set") => last.words.is_empty(),
            Some("export" | "declare" | "typeset") => {
                let is_option = |word: &Argument| {
                    matches!(word.value.known(), Some("-p" | "-x" | "-px" | "-xp"))
                };
                last.words.iter().all(is_option)
            }
            _ => false,
        };
        if !is_dump {
            return;
        }
        let (Some(words), Some(last)) = (words_of(reads()), self.effects.commands.last_mut())
        else {
            return;
        };
        if prints_names(&words) {
            last.program = Some("compgen".into());
            last.words = vec![plain("-e")];
        } else if let Some(names) = names_in(&words) {
            last.program = Some("printenv".into());
            last.words = names;
        }
    }
}

/// Whether a command lets through what stands before `=` alone, or counts lines.
fn prints_names(words: &[Cow<'_, str>]) -> bool {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    let [program, rest @ ..] = words.as_slice() else {
        return false;
    };
    let counts = |word: &&str| {
        matches!(*word, "--count" | "--quiet" | "--silent")
            || (!word.starts_with("--") && word.starts_with('-') && word.contains(['c', 'q']))
    };
    let is_grep = matches!(*program, "grep" | "egrep" | "fgrep" | "rg");
    // `-e c` and `-f c` take the rest of their word.
    let is_plain = |word: &&str| {
        !word.starts_with('-') || word.starts_with("--") || !word.contains(['e', 'f'])
    };
    if is_grep && rest.iter().any(counts) {
        return rest.iter().all(is_plain);
    }
    let rest = rest.concat();
    match *program {
        "cut" => matches!(rest.as_str(), "-d=-f1" | "-f1-d="),
        "sed" => matches!(rest.as_str(), "s/=.*//" | "-es/=.*//"),
        "awk" => rest.replace(' ', "") == "-F={print$1}",
        "wc" => rest == "-l",
        _ => false,
    }
}

/// Whether a command only puts what it reads in another order.
pub(super) fn only_orders(command: &Command) -> bool {
    let words = words_of(command).unwrap_or_default();
    let Some((name, rest)) = words.split_first() else {
        return false;
    };
    let is_order = |word: &Cow<'_, str>| {
        let letters = word.strip_prefix('-').unwrap_or_default();
        !letters.is_empty() && letters.chars().all(|letter| "bdfinruVz".contains(letter))
    };
    matches!(name.as_ref(), "sort" | "uniq") && rest.iter().all(is_order)
}

/// Whether a command shows what it reads.
pub(super) fn shows(command: &Command) -> bool {
    let Command::Simple(simple) = command else {
        return false;
    };
    let name = simple.words.first().and_then(Word::bare_text);
    name.is_some_and(|name| SHOWS.contains(&name))
        && simple.redirects.iter().all(is_read_by_somebody)
}

/// Whether what is printed is still shown with this redirection.
pub(super) fn is_read_by_somebody(redirect: &Redirect) -> bool {
    const SHOWN: [&str; 6] = [
        "1",
        "2",
        "/dev/stdout",
        "/dev/stderr",
        "/dev/tty",
        "/dev/fd/1",
    ];
    let Target::Word(word) = &redirect.target else {
        return true;
    };
    redirect.descriptor() != Some(1)
        || word
            .static_text()
            .is_some_and(|text| SHOWN.contains(&text.as_ref()))
}

/// Returns the variable whose value a part of a word stands for: not its length, and not a word in its place.
fn printed_whole(kind: &PartKind) -> Option<&str> {
    let PartKind::Parameter(parameter) = kind else {
        return None;
    };
    let is_value = match &parameter.op {
        None | Some(ParamOp::Substring(_) | ParamOp::Pattern(..) | ParamOp::Transform(_)) => true,
        Some(ParamOp::Conditional(sign, ..)) => *sign != '+',
        Some(_) => false,
    };
    let is_whole = is_value && !parameter.indirect && parameter.index.is_none();
    is_whole.then_some(parameter.name.as_str())
}

/// Whether a name is written like those that programs are told things by.
fn is_of_the_environment(name: &str) -> bool {
    let is_letter =
        |letter: u8| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == b'_';
    name.len() > 2
        && name.bytes().all(is_letter)
        && !name.starts_with(|letter: char| letter.is_ascii_digit())
}

/// Returns the names that a grep lets through; `None` when it may let through all.
fn names_in(words: &[Cow<'_, str>]) -> Option<Vec<Argument>> {
    const SHORTEST: usize = 3;
    let (name, rest) = words.split_first()?;
    let (options, patterns): (Vec<_>, Vec<_>) = rest.iter().partition(|word| word.starts_with('-'));
    let mut letters = options.iter().flat_map(|word| word.chars().skip(1));
    let ([pattern], true) = (
        patterns.as_slice(),
        letters.all(|letter| "iEFwnoq".contains(letter)),
    ) else {
        return None;
    };
    if !matches!(name.as_ref(), "grep" | "egrep" | "fgrep" | "rg") {
        return None;
    }
    let pattern = pattern.replace("\\|", "|");
    // `^(A|B)_` is `^A_|^B_`.
    let whole = [("", pattern.as_str(), "")];
    let parts = in_group(&pattern).map_or(whole, |parts| [parts]);
    let names: Vec<String> = parts
        .iter()
        .flat_map(|(before, within, after)| {
            let names = within.split('|');
            names.map(move |name| format!("{before}{name}{after}"))
        })
        .collect();
    let names = names
        .iter()
        .map(|name| name.trim_start_matches('^').trim_end_matches('='));
    let is_name = |name: &&str| {
        name.len() >= SHORTEST
            && name
                .chars()
                .all(|letter| letter == '_' || letter.is_ascii_alphanumeric())
    };
    let names: Vec<&str> = names.collect();
    names.iter().all(is_name).then(|| {
        let words = names.iter().map(|name| plain(name));
        words.collect()
    })
}

/// Splits `before(one|other)after` where nothing else of it is a choice.
fn in_group(pattern: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = pattern.split_once('(')?;
    let (within, after) = rest.split_once(')')?;
    let is_one = |text: &str| !text.contains(['|', '(', ')']);
    (is_one(before) && is_one(after)).then_some((before, within, after))
}

fn words_of(command: &Command) -> Option<Vec<Cow<'_, str>>> {
    let Command::Simple(simple) = command else {
        return None;
    };
    simple.static_words()
}

fn plain(text: &str) -> Argument {
    Argument {
        value: Value::Known(text.to_owned()),
        places: None,
        all_of: None,
        is_pattern: false,
    }
}
