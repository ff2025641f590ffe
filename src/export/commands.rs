//! Patterns of commands in another language's form.
//!
//! Whatever is written is tried first: the rule must object to the command as it stands and, where its beginning is named,
//! to what may follow it.

use crate::adapter::{Commands, Spelling};
use crate::examples;
use crate::policy::command_pattern::CommandPattern;
use crate::policy::{DenyCommand, Example, PolicySet, Rule};
use crate::programs::{self, Program};
use crate::repo::Repository;

/// What a word may hold to be the same to every language.
const PLAIN: &str = "._-/=@+,";
/// Ways to write one pattern, at most.
const SPELLINGS: usize = 16;
/// What may follow a command: an operand, an option, and those that take the harm away. Not `--help`, which almost every
/// program has: it is said to be denied, where it is.
const FOLLOWING: [&str; 5] = [
    "hookgate-example",
    "--hookgate-example",
    "--version",
    "--dry-run",
    "-n",
];

/// What a pattern can be said as.
pub(super) struct Written {
    /// The templates that it is written with, and the value for their slot.
    pub(super) entries: Vec<(&'static str, String)>,
    /// What begins with the command is denied, whatever follows.
    pub(super) is_open: bool,
    /// Why some of it is not.
    pub(super) lost: Vec<String>,
}

/// The templates for a command that deny no more than its rule does.
struct Fitting {
    templates: &'static [&'static str],
    is_open: bool,
    lost: Option<String>,
}

/// A rule, and what it is tried against.
#[derive(Clone, Copy)]
pub(super) struct Trial<'a> {
    pub(super) set: &'a PolicySet,
    pub(super) repository: &'a Repository,
    pub(super) rule: &'a Rule,
    pub(super) deny: &'a DenyCommand,
}

impl Trial<'_> {
    /// Writes one pattern.
    pub(super) fn written(&self, pattern: &CommandPattern, commands: &Commands) -> Written {
        let mut written = Written {
            entries: Vec::new(),
            is_open: false,
            lost: Vec::new(),
        };
        let Some(spellings) = spellings(&pattern.text) else {
            let why = "wildcards, variables, `<words>` and quotes cannot be said";
            written.lost.push(why.to_owned());
            return written;
        };
        for words in spellings {
            let fitting = self.fitting(&words, commands);
            let value = value(&words, commands.spelling);
            written.is_open |= fitting.is_open;
            let entries = fitting.templates.iter();
            written
                .entries
                .extend(entries.map(|template| (*template, value.clone())));
            written.lost.extend(fitting.lost);
        }
        written
    }

    fn fitting(&self, words: &[String], commands: &Commands) -> Fitting {
        let line = words.join(" ");
        let nothing = |why| Fitting {
            templates: &[],
            is_open: false,
            lost: Some(why),
        };
        if !self.objects(&line) {
            return nothing(format!("the rule does not object to `{line}` alone"));
        }
        let spared = self.spared(words, &line);
        match (spared, commands.exact.is_empty()) {
            (None, _) if !commands.prefix.is_empty() => Fitting {
                templates: commands.prefix,
                is_open: true,
                lost: None,
            },
            (Some(spared), false) => Fitting {
                templates: commands.exact,
                is_open: false,
                lost: Some(format!(
                    "said without anything behind it: there are no exceptions, and {spared} would be denied too"
                )),
            },
            (Some(spared), true) => nothing(format!(
                "there are no exceptions, and {spared} would be denied too"
            )),
            (None, false) => Fitting {
                templates: commands.exact,
                is_open: false,
                lost: Some("said without anything behind it".to_owned()),
            },
            (None, true) => nothing("commands cannot be named".to_owned()),
        }
    }

    /// What begins with a command, and is none that the rule objects to.
    fn spared(&self, words: &[String], line: &str) -> Option<String> {
        if let Some(except) = self.except(words) {
            return Some(format!("`{except}`"));
        }
        let mut longer = FOLLOWING.iter().map(|word| format!("{line} {word}"));
        let spared = longer.find(|line| !self.objects(line))?;
        Some(if spared.contains("hookgate-example") {
            "what follows".to_owned()
        } else {
            format!("`{spared}`")
        })
    }

    /// An exception that may be about the same program.
    fn except(&self, words: &[String]) -> Option<&str> {
        let program = words.first()?;
        let mut except = self.deny.except.iter();
        let about = |pattern: &&CommandPattern| {
            let first = pattern.text.split_whitespace().next().unwrap_or_default();
            first == program || !is_plain(first) || first.contains('=')
        };
        except.find(about).map(|pattern| pattern.text.as_str())
    }

    fn objects(&self, line: &str) -> bool {
        let folder = self.repository.root().to_string_lossy();
        let call = examples::call(&Example::Shell(line.to_owned()), &folder);
        let decision = examples::decide(self.set, self.repository, &call);
        examples::is_by(&decision, &self.rule.id)
    }
}

/// Writes words as a language reads them.
fn value(words: &[String], spelling: Spelling) -> String {
    match spelling {
        Spelling::Plain => words.join(" "),
        Spelling::Words => {
            let words: Vec<String> = words
                .iter()
                .map(|word| serde_json::Value::from(word.as_str()).to_string())
                .collect();
            format!("[{}]", words.join(", "))
        }
        Spelling::Regex => {
            let words = words
                .iter()
                .map(|word| regex::escape(word).replace('/', r"\/"));
            words.collect::<Vec<_>>().join(" ")
        }
    }
}

/// The ways to write a pattern, options in every spelling that its program knows; `None` when it is more than words.
fn spellings(text: &str) -> Option<Vec<Vec<String>>> {
    let mut all = Vec::new();
    for alternative in crate::policy::path_pattern::spelled(text)? {
        let words: Vec<&str> = alternative.split_whitespace().collect();
        let first = words.first()?;
        if first.contains('=') || !words.iter().all(|word| is_plain(word)) {
            return None;
        }
        all.extend(options_in_every_spelling(&words));
    }
    all.truncate(SPELLINGS);
    Some(all)
}

fn is_plain(word: &str) -> bool {
    word.chars()
        .all(|sign| sign.is_ascii_alphanumeric() || PLAIN.contains(sign))
}

fn options_in_every_spelling(words: &[&str]) -> Vec<Vec<String>> {
    let own = |word: &str| vec![word.to_owned()];
    let program = words.first().and_then(|name| programs::find(name));
    let path = program
        .map(|program| path(program, words))
        .unwrap_or_default();
    let mut all = vec![Vec::new()];
    for word in words {
        let choices = match program {
            Some(program) if word.starts_with('-') && !word.contains('=') => {
                same(program, &path, word)
            }
            _ => own(word),
        };
        let count = all.len() * choices.len();
        let choices = if count > SPELLINGS {
            own(word)
        } else {
            choices
        };
        all = all
            .iter()
            .flat_map(|before: &Vec<String>| {
                choices
                    .iter()
                    .map(move |choice| [before.as_slice(), std::slice::from_ref(choice)].concat())
            })
            .collect();
    }
    all
}

/// The subcommands that words lead to.
fn path<'w>(program: &'static Program, words: &[&'w str]) -> Vec<&'w str> {
    let mut path = Vec::new();
    let mut entry = program;
    for word in words.iter().skip(1) {
        let found = entry.subcommands.iter().find(|(name, _)| name == word);
        let Some((_, inner)) = found else { break };
        entry = inner;
        path.push(*word);
    }
    path
}

/// The spellings of an option, the one that was written first.
fn same(program: &'static Program, path: &[&str], word: &str) -> Vec<String> {
    let mut names = vec![word.to_owned()];
    for name in programs::option_names(program, path) {
        let is_new = !names.iter().any(|known| known == name);
        if is_new && is_plain(name) && programs::same_option(program, path, name, word) {
            names.push(name.to_owned());
        }
    }
    names
}
