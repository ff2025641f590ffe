//! Command patterns of `deny-command` rules: a command as one would type it, matched by meaning.
//!
//! A pattern is read by the same table of programs as the command that it is compared with, so that options match in any
//! spelling and order, subcommands after global options, and operands by the path they lead to. What a pattern does not
//! mention is free. Reading waits until a command of that program comes along: most patterns are never needed.

mod doubt;
mod form;
mod operand;
mod split;
pub(crate) mod stored;
mod whole;

use std::cell::OnceCell;

use crate::effects::{Argument, Invocation, Value};
use crate::policy::Rule;
use crate::policy::evaluate::Facts;
use crate::programs::{self, Program, Programs, Reading};
use form::{Form, Variant};
use operand::Operand;

/// One pattern.
#[derive(Debug, Clone)]
pub struct CommandPattern {
    /// As written.
    pub text: String,
    /// Variables that the command must see, with their values.
    environment: Vec<(String, Operand)>,
    program: Operand,
    /// What stands after the program; several where an option is written with `{a,b}`.
    variants: Vec<Variant>,
    /// Whether `--` must be there: `git checkout -- file` is not `git checkout branch`.
    dashes: bool,
}

/// Why a pattern cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternError {
    /// Byte offset in the pattern's text.
    pub at: usize,
    /// How many bytes are meant.
    pub length: usize,
    /// What is wrong, in the style of a problem's label.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl PatternError {
    fn new(at: usize, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            at,
            length: 1,
            message: message.into(),
            help: Some(help.into()),
        }
    }

    fn spanning(self, length: usize) -> Self {
        Self { length, ..self }
    }
}

/// What matching may know besides the command.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    pub facts: &'a Facts,
    pub programs: &'a Programs,
    /// The rules that say what `<protected>` is.
    pub rules: &'a [Rule],
}

/// A command, and what its words mean by each entry of its program: read when the first pattern needs it.
pub struct Judged<'w> {
    pub command: &'w Invocation,
    readings: OnceCell<Vec<Entry<'w>>>,
}

/// One entry of a command's program, with the readings by it.
struct Entry<'w> {
    program: Option<&'static Program>,
    readings: OnceCell<Vec<Read<'w>>>,
}

/// A command with one of its readings.
struct Read<'w> {
    command: &'w Invocation,
    entry: Option<&'static Program>,
    reading: Reading<'w>,
    /// The words that operands of patterns are compared with, once they are needed.
    words: OnceCell<Vec<Argument>>,
}

impl<'w> Judged<'w> {
    #[must_use]
    pub fn new(command: &'w Invocation) -> Self {
        Self {
            command,
            readings: OnceCell::new(),
        }
    }

    fn entries(&self, name: &str, programs: &Programs) -> &[Entry<'w>] {
        self.readings.get_or_init(|| {
            let entries = programs.entries(name).map(|program| Entry {
                program,
                readings: OnceCell::new(),
            });
            entries.collect()
        })
    }
}

impl<'w> Entry<'w> {
    fn read(&self, command: &'w Invocation) -> &[Read<'w>] {
        self.readings.get_or_init(|| {
            let readings = programs::read(self.program, &command.words).into_iter();
            readings
                .map(|reading| Read {
                    command,
                    entry: self.program,
                    reading,
                    words: OnceCell::new(),
                })
                .collect()
        })
    }
}

impl Read<'_> {
    /// Returns the words that the operands of a pattern with so many subcommands are compared with. A subcommand that the pattern
    /// does not name is an operand of it: `npm *`.
    fn operands(&self, depth: usize) -> &[Argument] {
        let words = self.words.get_or_init(|| self.all_operands());
        words.get(depth..).unwrap_or_default()
    }

    /// Returns the subcommands, the operands, and the words of commands that this one starts.
    fn all_operands(&self) -> Vec<Argument> {
        let words = &self.command.words;
        let path = self.reading.subcommand.iter().map(|name| Argument {
            value: Value::Known((*name).to_owned()),
            places: None,
            all_of: None,
            is_pattern: false,
        });
        let operands = self
            .reading
            .operands()
            .map(|part| form::argument_at(part.at, words));
        let commands = self
            .reading
            .commands
            .iter()
            .flat_map(|command| words.get(command.words.clone()).unwrap_or_default())
            .cloned();
        path.chain(operands).chain(commands).collect()
    }
}

impl CommandPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// When it is empty, its quoting is broken, it holds more than one command, or a `<word>` that stands for nothing.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let mut words = split::words(text)?;
        let count = words
            .iter()
            .take_while(|(_, word)| split::assignment(word).is_some())
            .count();
        let rest = words.split_off(count);
        let environment = words
            .iter()
            .filter_map(|(_, word)| split::assignment(word))
            .map(|(name, value)| (name.to_owned(), Operand::new(value)))
            .collect();
        let (program, rest) = match rest.split_first() {
            Some(((_, program), rest)) => (split::base_name(program), rest),
            // Variables alone: whatever runs with them.
            None if count > 0 => ("*", [].as_slice()),
            None => {
                return Err(PatternError::new(
                    0,
                    "this pattern names no program",
                    "write a command as you would type it, such as `git push --force`",
                ));
            }
        };
        split::check(rest)?;
        let plain: Vec<String> = rest.iter().map(|(_, word)| word.clone()).collect();
        Ok(Self {
            dashes: plain.iter().any(|word| word == "--"),
            text: text.trim().to_owned(),
            environment,
            program: Operand::new(program),
            variants: Variant::all(plain),
        })
    }

    /// Returns whether a command is what the pattern describes, in any of its readings by the shipped table.
    #[must_use]
    pub fn matches(&self, command: &Invocation, facts: &Facts) -> bool {
        let known = Known {
            facts,
            programs: &Programs::SHIPPED,
            rules: &[],
        };
        denied_by(
            std::slice::from_ref(self),
            &[],
            &Judged::new(command),
            &known,
        )
        .is_some()
    }

    /// Says what is doubtful in a pattern that can be used.
    #[must_use]
    pub fn doubt(&self, programs: &Programs) -> Option<PatternError> {
        doubt::of(self, programs)
    }

    /// A program matches under each of its names.
    fn names(&self, name: &str, entry: Option<&Program>) -> bool {
        self.program.is_text(name) || entry.is_some_and(|entry| self.program.is_text(entry.name))
    }

    fn sees(&self, command: &Invocation) -> bool {
        self.environment.iter().all(|(name, value)| {
            command
                .variable(name)
                .is_some_and(|held| held.iter().any(|held| value.may_be(held)))
        })
    }

    fn fits(&self, read: &Read<'_>, known: &Known<'_>) -> bool {
        self.has_form(read, |form| {
            form.leads_to(&read.reading)
                && form.options_fit(read, known)
                && form.operands_fit(read.operands(form.depth()), known)
        })
    }

    /// Whether the pattern describes the command as an exception: what the command adds to it must not undo it.
    fn excepts(&self, read: &Read<'_>, known: &Known<'_>) -> bool {
        self.has_form(read, |form| {
            form.leads_to(&read.reading)
                && form.options_hold(read, known)
                && form.operands_are(read.operands(form.depth()), known)
        })
    }

    /// Whether a way to read the pattern is such.
    fn has_form(&self, read: &Read<'_>, is: impl Fn(&Form) -> bool) -> bool {
        // Dashes that nothing follows say nothing: `git checkout branch --`.
        let words = read.command.words.split_last();
        let mut words = words.map_or(&[][..], |(_, before)| before).iter();
        if self.dashes && !words.any(|word| word.value.known() == Some("--")) {
            return false;
        }
        // A pattern for any program is no command of this one: its words may be operands, whatever this one makes of them.
        let is_any = self.program.is_wild();
        let path = &read.reading.subcommand;
        self.variants.iter().any(|variant| {
            (variant.may_lead(read.entry, path) && is(&variant.form(read.entry, path)))
                || (is_any && read.entry.is_some() && is(&variant.form(None, path)))
        })
    }
}

/// Returns the pattern that describes a command in a reading in which no exception does. A reading more, or one more entry of
/// its program, can only deny more.
#[must_use]
pub fn denied_by<'p>(
    patterns: &'p [CommandPattern],
    except: &[CommandPattern],
    judged: &Judged<'_>,
    known: &Known<'_>,
) -> Option<&'p CommandPattern> {
    let command = judged.command;
    let name = command.program.as_deref()?;
    judged
        .entries(name, known.programs)
        .iter()
        .find_map(|entry| {
            let is_named = |pattern: &&CommandPattern| {
                pattern.names(name, entry.program) && pattern.sees(command)
            };
            let patterns: Vec<&CommandPattern> = patterns.iter().filter(is_named).collect();
            if patterns.is_empty() {
                return None;
            }
            entry.read(command).iter().find_map(|read| {
                let found = patterns.iter().find(|pattern| pattern.fits(read, known));
                found.copied().filter(|_| !is_excepted(except, read, known))
            })
        })
}

/// Returns whether exceptions describe a command in every one of its readings.
#[must_use]
pub fn is_always_excepted(
    except: &[CommandPattern],
    judged: &Judged<'_>,
    known: &Known<'_>,
) -> bool {
    let name = judged.command.program.as_deref();
    let Some(name) = name.filter(|_| !except.is_empty()) else {
        return false;
    };
    judged.entries(name, known.programs).iter().all(|entry| {
        let mut readings = entry.read(judged.command).iter();
        readings.all(|read| is_excepted(except, read, known))
    })
}

fn is_excepted(except: &[CommandPattern], read: &Read<'_>, known: &Known<'_>) -> bool {
    let name = read.command.program.as_deref().unwrap_or_default();
    except.iter().any(|pattern| {
        pattern.names(name, read.entry)
            && pattern.sees(read.command)
            && pattern.excepts(read, known)
    })
}
