//! A pattern's words as the table of programs reads them: subcommands, options, operands.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::operand::{Operand, alternatives, fits_word};
use super::{Known, Read};
use crate::effects::{Argument, Value};
use crate::programs::reading::At;
use crate::programs::{self, Program, Reading};

/// Ways to write one pattern, `{a,b}` in options expanded.
const VARIANTS: usize = 64;

/// The words after a pattern's program.
#[derive(Debug, Clone)]
pub(super) struct Variant {
    words: Vec<String>,
    /// Whether a word holds wildcards: what it is then hangs on the command that it is compared with.
    is_open: bool,
    /// The form by the entry that was needed first.
    form: OnceLock<(Option<&'static Program>, Form)>,
    /// The form by no entry, which has no subcommands that wildcards could stand for.
    unlisted: OnceLock<Form>,
}

/// What the words mean to a program.
#[derive(Debug, Clone, Default)]
pub(super) struct Form {
    /// Subcommands by their canonical names.
    subcommand: Vec<String>,
    operands: Vec<Operand>,
    /// Options that must be there, by canonical name, with a value if one is stated.
    options: Vec<(String, Option<Operand>)>,
}

impl Variant {
    /// Returns the ways to write these words.
    pub(super) fn all(words: Vec<String>) -> Vec<Self> {
        let mut all = vec![Vec::new()];
        for word in words {
            let choices = if word.starts_with('-') {
                alternatives(&word)
            } else {
                vec![word]
            };
            let count = all.len() * choices.len();
            let choices = if count > VARIANTS {
                choices.into_iter().take(1).collect()
            } else {
                choices
            };
            all = all
                .iter()
                .flat_map(|before: &Vec<String>| {
                    choices.iter().map(|choice| {
                        let mut words = before.clone();
                        words.push(choice.clone());
                        words
                    })
                })
                .collect();
        }
        all.into_iter().map(Self::new).collect()
    }

    /// Returns one way to write a pattern.
    pub(super) fn new(words: Vec<String>) -> Self {
        Self {
            is_open: words.iter().any(|word| word.contains(['*', '?', '{'])),
            words,
            form: OnceLock::new(),
            unlisted: OnceLock::new(),
        }
    }

    /// Returns the words as written.
    pub(super) fn words(&self) -> &[String] {
        &self.words
    }

    /// Whether the words may name a command with these subcommands: one look at the first word spares most patterns of a
    /// program from being read.
    pub(super) fn may_lead(&self, entry: Option<&'static Program>, path: &[&str]) -> bool {
        let named = entry.and_then(|entry| self.named_subcommand(entry));
        named.is_none_or(|named| path.first() == Some(&named))
    }

    /// Returns the subcommand that the first word is a name of.
    fn named_subcommand(&self, entry: &'static Program) -> Option<&'static str> {
        let first = self.words.first()?;
        let known = |(known, _): &(&'static str, &'static Program)| (*known).cmp(first);
        let index = entry.subcommands.binary_search_by(known).ok()?;
        entry.subcommands.get(index)?.1.path.first().copied()
    }

    /// Returns the first subcommand that a command must have to be described; `None` where it may be any, or none.
    pub(super) fn first_subcommand(&self, entry: &'static Program) -> Option<String> {
        if let Some(named) = self.named_subcommand(entry) {
            return Some(named.to_owned());
        }
        if self.is_open {
            return None;
        }
        self.form(Some(entry), &[]).subcommand.first().cloned()
    }

    /// Returns the form by an entry, for a command with these subcommands.
    pub(super) fn form(&self, entry: Option<&'static Program>, path: &[&str]) -> Cow<'_, Form> {
        if entry.is_none() {
            let form = self
                .unlisted
                .get_or_init(|| Form::read(None, &self.words, &[]));
            return Cow::Borrowed(form);
        }
        if self.is_open {
            return Cow::Owned(Form::read(entry, &self.words, path));
        }
        let (by, form) = self
            .form
            .get_or_init(|| (entry, Form::read(entry, &self.words, &[])));
        let same = match (by, entry) {
            (None, None) => true,
            (Some(one), Some(other)) => std::ptr::eq(*one, other),
            _ => false,
        };
        if same {
            Cow::Borrowed(form)
        } else {
            Cow::Owned(Form::read(entry, &self.words, &[]))
        }
    }
}

impl Form {
    fn read(entry: Option<&'static Program>, words: &[String], path: &[&str]) -> Self {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let reading = programs::reading::read_along(entry, &words, path, fits_word);
        let mut operands: Vec<Operand> = reading
            .operands()
            .map(|part| Operand::new(part.at.text(&words)))
            .collect();
        // Words of a command that the pattern's program starts.
        for command in &reading.commands {
            let given = words.get(command.words.clone()).unwrap_or_default();
            operands.extend(given.iter().map(|word| Operand::new(word)));
        }
        let options = reading.options.iter().map(|option| {
            let value = option.value.map(|at| Operand::new(at.text(&words)));
            (option.name.to_owned(), value)
        });
        Self {
            options: options.collect(),
            subcommand: reading.subcommand.iter().map(ToString::to_string).collect(),
            operands,
        }
    }

    /// How many subcommands the pattern names.
    pub(super) fn depth(&self) -> usize {
        self.subcommand.len()
    }

    /// Whether the pattern's subcommands are the first of the command.
    pub(super) fn leads_to(&self, reading: &Reading<'_>) -> bool {
        let given = &reading.subcommand;
        self.subcommand.len() <= given.len()
            && self
                .subcommand
                .iter()
                .zip(given)
                .all(|(one, other)| one == other)
    }

    pub(super) fn options_fit(&self, read: &Read<'_>, known: &Known<'_>) -> bool {
        self.options.iter().all(|(name, value)| {
            read.reading
                .options
                .iter()
                .filter(|option| option.name == name)
                .any(|option| match (value, option.value) {
                    (None, _) => true,
                    (Some(_), None) => false,
                    (Some(value), Some(at)) => {
                        value.matches(&argument_at(at, &read.command.words), known)
                    }
                })
        })
    }

    /// Whether the options of an exception are in force: no other option of the command undoes them, and a value does not say
    /// "no".
    pub(super) fn options_hold(&self, read: &Read<'_>, known: &Known<'_>) -> bool {
        let words = &read.command.words;
        self.options_fit(read, known)
            && self.options.iter().all(|(name, value)| {
                let mut given = read.reading.options.iter();
                let is_denied = given.any(|option| {
                    let word = words.get(option.word).map(|word| word.value.start());
                    let attached = word.and_then(|word| word.split_once('='));
                    let text = option.value.map(|at| at.text(words));
                    let text = text.or(attached.map(|(_, value)| value));
                    option.name == name && value.is_none() && text.is_some_and(says_no)
                });
                !is_denied && !is_undone(name, read)
            })
    }

    /// The pattern's operands appear in this order; others may stand between them. A word that is not known fits where any
    /// would: `git restore "$file"` is `git restore *`.
    pub(super) fn operands_fit(&self, given: &[Argument], known: &Known<'_>) -> bool {
        let mut given = given.iter();
        let mut operands = self.operands.iter();
        operands.all(|operand| {
            *operand == Operand::Rest
                || given
                    .any(|word| operand.matches(word, known) || operand.is_any_after(&word.value))
        })
    }

    /// Whether the command has these operands and no others; one that names none says nothing of them.
    pub(super) fn operands_are(&self, given: &[Argument], known: &Known<'_>) -> bool {
        if self.operands.is_empty() {
            return true;
        }
        // After each word: which beginnings of the operands fit the words so far.
        let mut reached = vec![false; self.operands.len() + 1];
        if let Some(first) = reached.first_mut() {
            *first = true;
        }
        self.pass_rests(&mut reached);
        for word in given {
            let mut next = vec![false; reached.len()];
            for (at, operand) in self.operands.iter().enumerate() {
                if reached.get(at) != Some(&true) {
                    continue;
                }
                let target = match operand {
                    Operand::Rest => at,
                    other if other.matches(word, known) => at + 1,
                    _ => continue,
                };
                if let Some(slot) = next.get_mut(target) {
                    *slot = true;
                }
            }
            self.pass_rests(&mut next);
            reached = next;
        }
        reached.last() == Some(&true)
    }

    /// `**` may stand for nothing.
    fn pass_rests(&self, reached: &mut [bool]) {
        for (at, operand) in self.operands.iter().enumerate() {
            if *operand == Operand::Rest
                && reached.get(at) == Some(&true)
                && let Some(slot) = reached.get_mut(at + 1)
            {
                *slot = true;
            }
        }
    }
}

/// Whether an option's value says that the option is not meant: `--dry-run=none`.
fn says_no(value: &str) -> bool {
    matches!(value, "false" | "no" | "none" | "never" | "off" | "0")
}

/// Whether another option of the command undoes one: `--no-dry-run`, or what the table lists under `overrides`.
fn is_undone(name: &str, read: &Read<'_>) -> bool {
    let Some(entry) = read.entry else {
        return read
            .reading
            .options
            .iter()
            .any(|option| option.name.strip_prefix("--no-") == name.strip_prefix("--"));
    };
    let path = &read.reading.subcommand;
    read.reading.options.iter().any(|option| {
        let positive = option.name.strip_prefix("--no-");
        let negates = positive.is_some_and(|bare| {
            programs::canonical_option(entry, path, &format!("--{bare}")) == name
        });
        negates || programs::overrides(entry, path, option.name, name)
    })
}

/// Returns the word, or the part of it, that stands at a place.
pub(super) fn argument_at(at: At, words: &[Argument]) -> Argument {
    let is_whole = at.from == 0 && at.to.is_none();
    match words.get(at.word) {
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
                is_pattern: false,
            }
        }
        None => Argument {
            value: Value::Starts(String::new()),
            places: None,
            all_of: None,
            is_pattern: false,
        },
    }
}
