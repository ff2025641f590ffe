//! Splits the words of a command into options with their values, operands, and the words of a further command.

use super::reading::{At, Command, GivenOption, Word};
use super::table::{Dashes, Opt, Parsing, Program, Role, Takes, UNLISTED};

mod expression;
mod lookup;
mod operand;

pub(super) use lookup::Levels;

/// Options by which programs that nobody listed, or listed in part, are told what to leave alone: the next word is no operand.
const LEFT_OUT: [&str; 16] = [
    "--exclude",
    "--exclude-dir",
    "--exclude-dirs",
    "--exclude-file",
    "--exclude-files",
    "--exclude-glob",
    "--exclude-path",
    "--exclude-paths",
    "--exclude-pattern",
    "--extend-exclude",
    "--ignore-glob",
    "--ignore-pattern",
    "--ignore-patterns",
    "--ignore-dir",
    "--skip-dirs",
    "--skip-glob",
];

/// What to do with the word after an option that is not listed, or that takes one in some systems only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    /// It is no value.
    Never,
    /// It is the option's value.
    Always,
    /// It is the value at this doubt alone.
    Only(usize),
}

/// An operand as found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Operand {
    pub(super) at: At,
    pub(super) after_dashes: bool,
    /// How many folder changes came before it.
    pub(super) folders: usize,
}

/// The subcommands of the command that a pattern is compared with.
#[derive(Clone, Copy)]
pub(super) struct Along<'w> {
    pub(super) path: &'w [&'w str],
    /// Whether a word of the pattern fits a name.
    pub(super) fits: fn(&str, &str) -> bool,
    /// Whether no further subcommand follows: after `**`.
    pub(super) is_past: bool,
}

/// Goes through the words once.
pub(super) struct Parser<'w, W> {
    pub(super) words: &'w [W],
    next: usize,
    pub(super) levels: Levels,
    pub(super) path: Vec<&'w str>,
    pub(super) options: Vec<GivenOption<'w>>,
    pub(super) operands: Vec<Operand>,
    /// How many of the first operands look like assignments.
    pub(super) assignments: usize,
    pub(super) commands: Vec<Command<'w>>,
    folders: usize,
    pub(super) dashes: bool,
    operands_only: bool,
    pub(super) uncertain: bool,
    /// How many places there were where the next word may be a value or not.
    pub(super) doubts: usize,
    choice: Choice,
    /// Set where the words are those of a pattern.
    pub(super) along: Option<Along<'w>>,
}

impl<'w, W: Word> Parser<'w, W> {
    pub(super) fn new(program: Option<&'static Program>, words: &'w [W], choice: Choice) -> Self {
        Self {
            words,
            next: 0,
            levels: Levels::of(program.unwrap_or(&UNLISTED)),
            path: Vec::new(),
            options: Vec::new(),
            operands: Vec::new(),
            assignments: 0,
            commands: Vec::new(),
            folders: 0,
            dashes: false,
            operands_only: false,
            uncertain: program.is_none(),
            doubts: 0,
            choice,
            along: None,
        }
    }

    /// Returns the entry that applies: of the program, or of the subcommand taken last.
    pub(super) fn level(&self) -> &'static Program {
        self.levels.innermost()
    }

    pub(super) fn run(&mut self) {
        match self.level().parsing {
            Parsing::Find => return self.expression(),
            Parsing::OldStyle => self.bundle_without_dash(),
            _ => {}
        }
        while let Some(word) = self.words.get(self.next) {
            let (index, text) = (self.next, word.start());
            self.next += 1;
            if self.operands_only {
                self.operand(index);
            } else if text == "--" && word.is_whole() {
                self.dashes = true;
                self.operands_only = true;
            } else if self.level().parsing == Parsing::KeyValue && !text.starts_with('-') {
                self.key_value(index, text);
            } else if self.levels.looks_like_option(text) {
                self.option(index, text);
            } else {
                // An unknown word may hold options, too.
                self.uncertain |= text.is_empty() && !word.is_whole();
                self.operand(index);
            }
        }
    }

    fn key_value(&mut self, index: usize, text: &'w str) {
        let found = text
            .split_once('=')
            .and_then(|(name, _)| Some((name.len() + 1, self.levels.find(name)?)));
        match found {
            Some((from, option)) => self.give(option, index, Some(At::from(index, from))),
            None => self.operand(index),
        }
    }

    /// Takes a first word such as `xzf`, whose letters are options and whose values are the next words in turn.
    fn bundle_without_dash(&mut self) {
        let Some(word) = self.words.first() else {
            return;
        };
        let text = word.start();
        if text.is_empty() || text.starts_with('-') || !word.is_whole() {
            return;
        }
        // A pattern for any program: `* ~/.ssh`.
        if self.along.is_some() && text.contains('/') {
            return;
        }
        self.next = 1;
        for letter in text.chars() {
            match self.levels.letter('-', letter) {
                Some(option) if option.takes == Takes::Value => {
                    let value = self.take_next();
                    self.give(option, 0, value);
                }
                Some(option) => self.give(option, 0, None),
                None => self.uncertain = true,
            }
        }
    }

    fn option(&mut self, index: usize, text: &'w str) {
        if self.level().dashes == Dashes::Single {
            return self.long(index, text);
        }
        if text.starts_with("--") {
            return self.long(index, text);
        }
        self.letters(index, text);
    }

    /// `--name`, `--name=value`, or `-name` in programs that write so.
    fn long(&mut self, index: usize, text: &'w str) {
        let (name, value) = match text.split_once('=') {
            Some((name, _)) => (name, Some(At::from(index, name.len() + 1))),
            None => (text, None),
        };
        let Some(option) = self.levels.find_long(name) else {
            if self.level().dashes == Dashes::Single && self.glued(index, text) {
                return;
            }
            return self.unlisted(name, index, value.is_none());
        };
        let value = match option.takes {
            // `--force=false` says that the option is not given.
            Takes::Nothing if value.is_some_and(|at| at.text(self.words) == "false") => return,
            Takes::Value | Takes::Next if value.is_none() => self.take_next(),
            Takes::Two => {
                let first = self.take_next();
                self.next = (self.next + 1).min(self.words.len());
                first
            }
            _ => value,
        };
        self.give(option, index, value);
    }

    /// `-Idir` in programs whose long options have one dash.
    fn glued(&mut self, index: usize, text: &'w str) -> bool {
        let Some((from, letter)) = text.char_indices().nth(1) else {
            return false;
        };
        let from = from + letter.len_utf8();
        match self.levels.letter('-', letter) {
            Some(option) if option.takes != Takes::Nothing && text.len() > from => {
                self.give(option, index, Some(At::from(index, from)));
                true
            }
            _ => false,
        }
    }

    /// `-abc`: switches, of which the last may have a value in this word or the next.
    fn letters(&mut self, index: usize, text: &'w str) {
        // `node -pe` is an option of its own.
        if text.len() > 2 && self.levels.find(text).is_some() {
            return self.long(index, text);
        }
        if is_number(text) && self.levels.find(text).is_none() {
            self.options.push(GivenOption::unlisted(text, index));
            return;
        }
        let sign = text.chars().next().unwrap_or('-');
        // `vim +command`: all after the sign is the value.
        if sign == '+'
            && let Some(option) = self.levels.find("+")
        {
            return self.give(option, index, Some(At::from(index, 1)));
        }
        let mut unlisted = false;
        for (start, letter) in text.char_indices().skip(1) {
            let from = start + letter.len_utf8();
            let attached = (text.len() > from).then_some(At::from(index, from));
            let Some(option) = self.levels.letter(sign, letter) else {
                unlisted = true;
                let name = lookup::letter_name(sign, letter).unwrap_or(text);
                self.options.push(GivenOption::unlisted(name, index));
                continue;
            };
            if option.takes == Takes::Nothing {
                self.give(option, index, None);
                continue;
            }
            let value = match option.takes {
                Takes::Next => {
                    let value = self.take_next();
                    self.give(option, index, value);
                    continue;
                }
                Takes::Value | Takes::Two if attached.is_none() => self.take_next(),
                Takes::AttachedOrNext if attached.is_none() && self.doubt() => self.take_next(),
                _ => attached,
            };
            return self.give(option, index, value);
        }
        if unlisted {
            self.doubt_unlisted();
        }
    }

    fn unlisted(&mut self, name: &'w str, index: usize, may_take_next: bool) {
        self.options.push(GivenOption::unlisted(name, index));
        self.uncertain |= !self.level().is_harmless();
        if may_take_next && LEFT_OUT.contains(&name) {
            self.next = (self.next + 1).min(self.words.len());
        } else if may_take_next {
            self.doubt_unlisted();
        }
    }

    fn doubt_unlisted(&mut self) {
        let level = self.level();
        if level.is_harmless() {
            return;
        }
        self.uncertain = true;
        let next_is_value = self
            .words
            .get(self.next)
            .is_some_and(|word| !word.start().starts_with('-'));
        let matters = !std::ptr::eq(level, &raw const UNLISTED);
        if next_is_value && matters && self.doubt() {
            self.next += 1;
        }
    }

    /// Returns whether this reading takes the next word as a value here.
    fn doubt(&mut self) -> bool {
        let number = self.doubts;
        self.doubts += 1;
        match self.choice {
            Choice::Never => false,
            Choice::Always => true,
            Choice::Only(doubt) => doubt == number,
        }
    }

    fn take_next(&mut self) -> Option<At> {
        let word = self.next;
        self.words.get(word)?;
        self.next += 1;
        Some(At::from(word, 0))
    }

    /// Notes an option. One whose value is a command takes the words up to the end of that command.
    fn give(&mut self, option: &'static Opt, index: usize, value: Option<At>) {
        if option.role == Role::Folder && value.is_some() {
            self.folders += 1;
        }
        if option.role.takes_the_rest()
            && let Some(at) = value
        {
            let end = self.end_of_command(at.word);
            self.start_command(at.word..end, option.role);
            self.next = (end + 1).min(self.words.len());
        }
        let level = self.level();
        match level
            .expands
            .iter()
            .find(|(name, _)| *name == option.canonical())
        {
            Some((_, others)) => {
                for other in others.iter().filter_map(|other| self.levels.find(other)) {
                    self.options.push(GivenOption::known(other, index, None));
                }
            }
            None => self.options.push(GivenOption::known(option, index, value)),
        }
        if level.ends.contains(&option.canonical()) {
            self.operands_only = true;
        }
    }

    /// Returns the index of the `;`, or of the `+` after `{}`, that ends a command inside another's options.
    fn end_of_command(&self, start: usize) -> usize {
        let is = |index: usize, text: &str| {
            self.words
                .get(index)
                .is_some_and(|word| word.start() == text)
        };
        (start..self.words.len())
            .find(|&index| {
                is(index, ";") || (is(index, "+") && index > start && is(index - 1, "{}"))
            })
            .unwrap_or(self.words.len())
    }

    fn start_command(&mut self, words: std::ops::Range<usize>, role: Role) {
        self.commands.push(Command {
            words,
            role,
            split: None,
            placeholder: Some("{}"),
            appends_stdin: false,
            inputs: None,
        });
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.trim_start_matches(['-', '+']);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}
