//! Applies a program's entry to the words of one command: which options are given, what each operand is, what runs.
//!
//! Words are looked at only as far as they are known before the run. Where an option is not listed, its next word may be
//! its value or an operand; then there are several readings, and whoever judges the command must fear each of them. This
//! module opens no file, follows no variable and looks into no script.

use std::ops::Range;

use super::given::{Along, Choice, Parser};
use super::layout;
use super::table::{Opt, Program, Role};

/// How many readings a command has at most.
const READINGS: usize = 4;

/// A word of a command, as far as it is known before the run.
pub trait Word {
    /// Returns the text that the word surely begins with: all of it, if all is known.
    fn start(&self) -> &str;
    /// Whether [`start`](Self::start) is all of the word.
    fn is_whole(&self) -> bool;
}

impl Word for &str {
    fn start(&self) -> &str {
        self
    }

    fn is_whole(&self) -> bool {
        true
    }
}

impl Word for Option<&str> {
    fn start(&self) -> &str {
        self.unwrap_or_default()
    }

    fn is_whole(&self) -> bool {
        self.is_some()
    }
}

/// What the words of one command mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading<'w> {
    /// The subcommands taken, by their canonical names: `["push"]`.
    pub subcommand: Vec<&'w str>,
    pub options: Vec<GivenOption<'w>>,
    /// Every operand, and every option value that is more than plain text, in the order of the words.
    pub parts: Vec<Part>,
    /// Commands that this one starts.
    pub commands: Vec<Command<'w>>,
    /// What happens to the folder that the command works in.
    pub here: Option<Role>,
    /// What standard input is, where it is something to run.
    pub stdin: Option<Role>,
    /// The language of code, script files and code on standard input.
    pub language: Option<&'static str>,
    /// Whether folders are taken with everything below them.
    pub recursive: bool,
    /// Endings of the files that are taken from a folder; without any, all.
    pub takes: &'static [&'static str],
    /// Files that it writes without being told their names; folders end in `/`.
    pub makes: Vec<&'static str>,
    /// Whether an option is not listed, or an unknown word may be one.
    pub uncertain: bool,
}

/// An option as given.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenOption<'w> {
    /// The name that stands for all its spellings, dashes included.
    pub name: &'w str,
    pub word: usize,
    pub value: Option<At>,
    pub(super) entry: Option<&'static str>,
    pub(super) role: Role,
}

/// A place in the words: a word, or some of its bytes. For `of=x` in dd that is byte 3 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    pub word: usize,
    pub from: usize,
    /// Byte before which it ends; `None` at the end of the word.
    pub to: Option<usize>,
}

/// A word, or the end of one, with what it is to the program.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    pub role: Role,
    pub at: At,
    pub kind: PartKind,
    /// How many of the reading's parts that are [`Role::Folder`] change where this path is looked up.
    pub folders: usize,
}

/// Where a part stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    Operand,
    OptionValue,
}

/// A command that is started with words of this one.
#[derive(Debug, Clone, PartialEq)]
pub struct Command<'w> {
    /// The words that are the command.
    pub words: Range<usize>,
    /// One of the roles that take the rest of the words.
    pub role: Role,
    /// A text whose blank-separated words come before the others: `env -S`.
    pub split: Option<At>,
    /// What stands for words that are only known at run time: `{}`.
    pub placeholder: Option<&'w str>,
    /// Whether words from standard input are appended.
    pub appends_stdin: bool,
    /// Words of which each, or each few, are put in place of `{}`: after `:::` of parallel.
    pub inputs: Option<Range<usize>>,
}

impl At {
    pub(super) fn from(word: usize, from: usize) -> Self {
        Self {
            word,
            from,
            to: None,
        }
    }

    /// Returns the text at this place, as far as it is known.
    #[must_use]
    pub fn text<W: Word>(self, words: &[W]) -> &str {
        words
            .get(self.word)
            .map(Word::start)
            .and_then(|text| text.get(self.from..self.to.unwrap_or(text.len())))
            .unwrap_or_default()
    }
}

impl Reading<'_> {
    /// Whether an option is given, by its canonical name.
    #[must_use]
    pub fn has(&self, canonical: &str) -> bool {
        self.options.iter().any(|option| option.name == canonical)
    }

    /// Returns the operands in order.
    pub fn operands(&self) -> impl Iterator<Item = &Part> {
        self.parts
            .iter()
            .filter(|part| part.kind == PartKind::Operand)
    }
}

impl<'w> GivenOption<'w> {
    /// Whether the table knows the option.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        self.entry.is_some()
    }

    pub(super) fn known(option: &'static Opt, word: usize, value: Option<At>) -> Self {
        Self {
            name: option.canonical(),
            word,
            value,
            entry: Some(option.canonical()),
            role: option.role,
        }
    }

    pub(super) fn unlisted(name: &'w str, word: usize) -> Self {
        Self {
            name,
            word,
            value: None,
            entry: None,
            role: Role::Plain,
        }
    }
}

/// Returns what the words after a program's name mean: one reading, or where options are not listed up to four. The first
/// takes no next word as the value of an option that is not listed. There is always at least one.
#[must_use]
pub fn read<'w, W: Word>(program: Option<&'static Program>, words: &'w [W]) -> Vec<Reading<'w>> {
    let (first, doubts) = read_as(program, words, Choice::Never);
    let mut readings = vec![first];
    let mut add = |choice| {
        let (reading, _) = read_as(program, words, choice);
        if readings.len() < READINGS && !readings.contains(&reading) {
            readings.push(reading);
        }
    };
    if doubts > 0 {
        add(Choice::Always);
    }
    if doubts > 1 {
        (0..doubts.min(READINGS)).for_each(|doubt| add(Choice::Only(doubt)));
    }
    readings
}

/// Returns what the words of a pattern mean, compared with a command that has these subcommands: a word with wildcards where a
/// subcommand stands is the command's own, and `**` is any number of them.
#[must_use]
pub fn read_along<'w>(
    program: Option<&'static Program>,
    words: &'w [&'w str],
    path: &'w [&'w str],
    fits: fn(&str, &str) -> bool,
) -> Reading<'w> {
    let mut parser = Parser::new(program, words, Choice::Never);
    parser.along = Some(Along {
        path,
        fits,
        is_past: false,
    });
    parser.run();
    layout::apply(parser)
}

fn read_as<'w, W: Word>(
    program: Option<&'static Program>,
    words: &'w [W],
    choice: Choice,
) -> (Reading<'w>, usize) {
    let mut parser = Parser::new(program, words, choice);
    parser.run();
    let doubts = parser.doubts;
    (layout::apply(parser), doubts)
}
