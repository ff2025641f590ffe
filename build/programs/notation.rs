//! The two small notations inside entries: lists of options and lists of operands.

use super::entry::{Dashes, Role};

/// One option as written: `-o/--output`, with `?` when the value is optional.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spelled {
    pub(crate) names: Vec<String>,
    pub(crate) takes: Takes,
}

/// Where the value is; the names are those of `table::Takes`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Takes {
    Nothing,
    Value,
    Attached,
    AttachedOrNext,
    Next,
    Two,
}

/// One operand, or with `...` all that the others leave.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) role: Role,
    pub(crate) repeats: bool,
    pub(crate) when: Vec<Test>,
    pub(crate) unless: Vec<Test>,
}

/// A file that is written without being named; with a `+`, only where operands are given.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) path: String,
    pub(crate) given: bool,
    pub(crate) when: Vec<Test>,
    pub(crate) unless: Vec<Test>,
}

/// An option, perhaps with the value it must have.
#[derive(Debug)]
pub(crate) struct Test {
    pub(crate) option: String,
    pub(crate) value: Option<String>,
}

/// Reads a list of switches. Several letters after one dash are as many switches, unless the program's long options have
/// one dash.
pub(crate) fn switches(text: &str, dashes: Dashes) -> Vec<Spelled> {
    let mut found = Vec::new();
    for token in text.split_whitespace() {
        let letters = token.strip_prefix('-').unwrap_or_default();
        let bundle = matches!(dashes, Dashes::Double)
            && letters.chars().count() > 1
            && !letters.starts_with('-')
            && !token.contains('/');
        if bundle {
            found.extend(letters.chars().map(|letter| Spelled {
                names: vec![format!("-{letter}")],
                takes: Takes::Nothing,
            }));
        } else {
            found.push(Spelled {
                names: token.split('/').map(str::to_owned).collect(),
                takes: Takes::Nothing,
            });
        }
    }
    found
}

/// Reads a list of options with values. `?` marks a value that must be attached, `~` one that BSD programs take from the
/// next word, `!` one that is always the next word, `=2` one of two words.
pub(crate) fn options(text: &str) -> Vec<Spelled> {
    let one = |token: &str| {
        let (names, takes) = if let Some(names) = token.strip_suffix('?') {
            (names, Takes::Attached)
        } else if let Some(names) = token.strip_suffix('~') {
            (names, Takes::AttachedOrNext)
        } else if let Some(names) = token.strip_suffix('!') {
            (names, Takes::Next)
        } else if let Some(names) = token.strip_suffix("=2") {
            (names, Takes::Two)
        } else {
            (token, Takes::Value)
        };
        Spelled {
            names: names.split('/').map(str::to_owned).collect(),
            takes,
        }
    };
    text.split_whitespace().map(one).collect()
}

/// Reads a list of tests: option names, `--` for the end of options, `-i=inplace` for an option with a value.
pub(crate) fn tests<'t>(words: impl IntoIterator<Item = &'t str>) -> Vec<Test> {
    words
        .into_iter()
        .map(|word| match word.split_once('=') {
            Some((option, value)) => Test {
                option: option.to_owned(),
                value: Some(value.to_owned()),
            },
            None => Test {
                option: word.to_owned(),
                value: None,
            },
        })
        .collect()
}

/// Reads a list of operands: `plain unless -e -f, read...`.
///
/// # Errors
///
/// When a role is not known or a word is out of place.
pub(crate) fn slots(text: &str) -> Result<Vec<Slot>, String> {
    text.split(',').map(slot).collect()
}

fn slot(text: &str) -> Result<Slot, String> {
    let mut words = text.split_whitespace();
    let first = words.next().ok_or("an operand is missing between commas")?;
    let (name, repeats) = match first.strip_suffix("...") {
        Some(name) => (name, true),
        None => (first, false),
    };
    let role = Role::named(name).ok_or_else(|| format!("there is no role `{name}`"))?;
    let (when, unless) = conditions(first, words)?;
    Ok(Slot {
        role,
        repeats,
        when,
        unless,
    })
}

/// Reads what stands after a word: `if -o`, `unless --dry-run`.
fn conditions<'t>(
    first: &str,
    words: impl Iterator<Item = &'t str>,
) -> Result<(Vec<Test>, Vec<Test>), String> {
    let rest: Vec<&str> = words.collect();
    match rest.split_first() {
        None => Ok((Vec::new(), Vec::new())),
        Some((&"if", options)) => Ok((tests(options.iter().copied()), Vec::new())),
        Some((&"unless", options)) => Ok((Vec::new(), tests(options.iter().copied()))),
        Some((word, _)) => Err(format!(
            "`{word}` after `{first}` is neither `if` nor `unless`"
        )),
    }
}

/// Reads a list of files: `Cargo.lock unless --locked, +package-lock.json`.
///
/// # Errors
///
/// When a word is out of place.
pub(crate) fn made(text: &str) -> Result<Vec<Made>, String> {
    let one = |text: &str| {
        let mut words = text.split_whitespace();
        let first = words.next().ok_or("a file is missing between commas")?;
        let (when, unless) = conditions(first, words)?;
        let path = first.trim_start_matches('+');
        Ok(Made {
            path: path.to_owned(),
            given: path != first,
            when,
            unless,
        })
    };
    let is_said = !text.trim().is_empty();
    text.split(',').filter(|_| is_said).map(one).collect()
}
