//! Command patterns of `deny-command` rules: a command as one would type it, matched by meaning.
//!
//! A pattern is read by the same table of programs as a command is, so that options match in any spelling and order,
//! subcommands after global options, and operands by the path they lead to. What a pattern does not mention is free.

mod operand;
mod whole;

use crate::effects::{Argument, Invocation, Value};
use crate::policy::evaluate::Facts;
use crate::programs::reading::At;
use crate::programs::{self, Program, Reading};
use operand::Operand;

/// One pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandPattern {
    /// As written.
    pub text: String,
    program: Operand,
    /// Subcommands, then operands, in order.
    subcommand: Vec<String>,
    operands: Vec<Operand>,
    /// Options that must be there, by canonical name, with a value if one is stated.
    options: Vec<(String, Option<Operand>)>,
    /// Whether `--` must be there: `git checkout -- file` is not `git checkout branch`.
    dashes: bool,
}

/// Why a pattern cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternError {
    /// Byte offset in the pattern's text.
    pub at: usize,
    /// What is wrong, in the style of a problem's label.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl CommandPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// When it is empty, its quoting is broken, or it holds a `<word>` that stands for nothing.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let words = split(text)?;
        let Some(((_, program), rest)) = words.split_first() else {
            return Err(PatternError {
                at: 0,
                message: "this pattern names no program".into(),
                help: Some(
                    "write a command as you would type it, such as `git push --force`".into(),
                ),
            });
        };
        for (at, word) in rest {
            operand::check(word).map_err(|message| PatternError {
                at: *at,
                message,
                help: Some(format!("known: {}", operand::NAMES.join(", "))),
            })?;
        }
        let plain: Vec<&str> = rest.iter().map(|(_, word)| word.as_str()).collect();
        let entry = programs::find(program);
        let readings = programs::read(entry, &plain);
        // The first reading takes no next word for the value of an option that is not listed.
        let (subcommand, operands, options) = match readings.first() {
            Some(reading) => parts(reading, &plain),
            None => (Vec::new(), Vec::new(), Vec::new()),
        };
        Ok(Self {
            dashes: plain.contains(&"--"),
            text: text.trim().to_owned(),
            program: Operand::new(program),
            subcommand,
            operands,
            options,
        })
    }

    /// Returns whether a command is what the pattern describes, in any of its readings.
    #[must_use]
    pub fn matches(&self, command: &Invocation, facts: &Facts) -> bool {
        let Some(name) = command.program.as_deref() else {
            return false;
        };
        let entry = programs::find(name);
        if !self.names(name, entry) {
            return false;
        }
        programs::read(entry, &command.words)
            .iter()
            .any(|reading| self.fits(reading, &command.words, facts))
    }

    /// A program matches under each of its names.
    fn names(&self, name: &str, entry: Option<&Program>) -> bool {
        self.program.is_text(name) || entry.is_some_and(|entry| self.program.is_text(entry.name))
    }

    fn fits(&self, reading: &Reading<'_>, words: &[Argument], facts: &Facts) -> bool {
        let subcommands = &reading.subcommand;
        let has_dashes = || words.iter().any(|word| word.value.known() == Some("--"));
        let same_path = self.subcommand.len() <= subcommands.len()
            && self
                .subcommand
                .iter()
                .zip(subcommands)
                .all(|(one, other)| one == other);
        let all_options = self.options.iter().all(|(name, value)| {
            reading
                .options
                .iter()
                .filter(|option| option.name == name)
                .any(|option| match (value, option.value) {
                    (None, _) => true,
                    (Some(_), None) => false,
                    (Some(value), Some(at)) => value.matches(&argument_at(at, words), facts),
                })
        });
        same_path
            && all_options
            && (!self.dashes || has_dashes())
            && self.operands_fit(reading, words, facts)
    }

    /// The pattern's operands appear in this order; others may stand between them.
    fn operands_fit(&self, reading: &Reading<'_>, words: &[Argument], facts: &Facts) -> bool {
        // A subcommand that the pattern does not name is an operand of it: `npm *`.
        let further = reading
            .subcommand
            .iter()
            .skip(self.subcommand.len())
            .map(|name| Argument {
                value: Value::Known((*name).to_owned()),
                places: None,
                all_of: None,
            });
        let operands = reading.operands().map(|part| argument_at(part.at, words));
        let commands = reading
            .commands
            .iter()
            .flat_map(|command| words.get(command.words.clone()).unwrap_or_default())
            .cloned();
        let mut given = further.chain(operands).chain(commands);
        self.operands
            .iter()
            .all(|operand| given.any(|word| operand.matches(&word, facts)))
    }
}

type Parts = (Vec<String>, Vec<Operand>, Vec<(String, Option<Operand>)>);

/// Takes apart what the table of programs reads in a pattern's words.
fn parts(reading: &Reading<'_>, words: &[&str]) -> Parts {
    let subcommand = reading.subcommand.iter().map(|name| (*name).to_owned());
    let mut operands: Vec<Operand> = reading
        .operands()
        .map(|part| part.at.text(words))
        .filter(|word| *word != "**")
        .map(Operand::new)
        .collect();
    // Words of a command that the pattern's program starts.
    for command in &reading.commands {
        let given = words.get(command.words.clone()).unwrap_or_default();
        operands.extend(
            given
                .iter()
                .filter(|word| **word != "**")
                .map(|word| Operand::new(word)),
        );
    }
    let options = reading.options.iter().map(|option| {
        let value = option.value.map(|at| Operand::new(at.text(words)));
        (option.name.to_owned(), value)
    });
    (subcommand.collect(), operands, options.collect())
}

/// Returns the word, or the part of it, that stands at a place.
fn argument_at(at: At, words: &[Argument]) -> Argument {
    let whole = words.get(at.word);
    let is_whole = at.from == 0 && at.to.is_none();
    match whole {
        Some(word) if is_whole => word.clone(),
        Some(word) => {
            let text = at.text(words).to_owned();
            Argument {
                value: match word.value {
                    Value::Known(_) => Value::Known(text),
                    Value::Starts(_) => Value::Starts(text),
                },
                places: None,
                all_of: None,
            }
        }
        None => Argument {
            value: Value::Starts(String::new()),
            places: None,
            all_of: None,
        },
    }
}

/// Splits a pattern at blanks; quotes keep blanks in a word. Returns each word with the byte it begins at.
fn split(text: &str) -> Result<Vec<(usize, String)>, PatternError> {
    let mut words = Vec::new();
    let mut word: Option<(usize, String)> = None;
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        if letter.is_whitespace() {
            words.extend(word.take());
            continue;
        }
        let (_, current) = word.get_or_insert((at, String::new()));
        if !matches!(letter, '\'' | '"') {
            current.push(letter);
            continue;
        }
        loop {
            match letters.next() {
                Some((_, end)) if end == letter => break,
                Some((_, inner)) => current.push(inner),
                None => {
                    return Err(PatternError {
                        at,
                        message: "this quote is never closed".into(),
                        help: None,
                    });
                }
            }
        }
    }
    words.extend(word);
    Ok(words)
}
