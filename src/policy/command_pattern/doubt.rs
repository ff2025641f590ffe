//! What a pattern names that its program is not known to have, where something known is near: a slip of the pen, most likely.

use super::{CommandPattern, PatternError};
use crate::policy::problems::nearest::nearest;
use crate::programs::{self, Program, Programs};

/// Says what is doubtful in a pattern, at its place in the text.
pub(super) fn of(pattern: &CommandPattern, programs: &Programs) -> Option<PatternError> {
    let name = pattern.program.text()?;
    // What a policy says of a program itself is not complete, and one that is not listed is not known.
    let mut entries = programs.entries(name);
    let entry = entries.next().flatten()?;
    if entries.next().is_some() {
        return None;
    }
    pattern.variants.iter().find_map(|variant| {
        let words: Vec<&str> = variant.words().iter().map(String::as_str).collect();
        let reading = programs::read(Some(entry), &words).into_iter().next()?;
        let path: Vec<&str> = reading.subcommand.clone();
        let word = unlisted_subcommand(entry, &path)
            .or_else(|| unlisted_option(entry, &path, &reading.options))?;
        let (word, near, what) = word;
        let at = pattern.text.find(&word).unwrap_or_default();
        let message = format!("`{name}` is not known to have {what} `{word}`");
        let help = format!("did you mean `{near}`?");
        Some(PatternError::new(at, message, help).spanning(word.len()))
    })
}

type Slip = (String, String, &'static str);

fn unlisted_subcommand(entry: &'static Program, path: &[&str]) -> Option<Slip> {
    let mut level = entry;
    for name in path {
        let found = level
            .subcommands
            .iter()
            .find(|(known, sub)| known == name || sub.path.last() == Some(name));
        if let Some((_, sub)) = found {
            level = sub;
            continue;
        }
        let known: Vec<&str> = level.subcommands.iter().map(|(known, _)| *known).collect();
        let near = slip(name, &known)?;
        return Some(((*name).to_owned(), near.to_owned(), "the subcommand"));
    }
    None
}

fn unlisted_option(
    entry: &'static Program,
    path: &[&str],
    given: &[programs::reading::GivenOption<'_>],
) -> Option<Slip> {
    let known = programs::option_names(entry, path);
    given.iter().find_map(|option| {
        let is_long = option.name.starts_with("--");
        if !is_long || known.contains(&option.name) {
            return None;
        }
        let near = slip(option.name, &known)?;
        Some((option.name.to_owned(), near.to_owned(), "the option"))
    })
}

/// Returns the known word that is one or two letters away. Short words are near to everything.
fn slip<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let is_plain = word.len() > 3 && !word.contains(['*', '?', '{', '<', '.', '/', ':']);
    let near = nearest(word, known).filter(|_| is_plain)?;
    let differs = near.len().abs_diff(word.len()) <= 1 && near != word;
    // `--no-x` and `--x` are two options on purpose.
    let is_negation = near.contains("no-") != word.contains("no-");
    (differs && !is_negation && distance_is_small(word, near)).then_some(near)
}

/// Whether few letters differ, place by place from either end.
fn distance_is_small(word: &str, near: &str) -> bool {
    let same_start = word
        .chars()
        .zip(near.chars())
        .take_while(|(one, other)| one == other)
        .count();
    let ends = word.chars().rev().zip(near.chars().rev());
    let same_end = ends.take_while(|(one, other)| one == other).count();
    // `--push` is no slip for `--pull`.
    let is_short = word.trim_start_matches('-').len() < 5;
    let slips = if is_short { 1 } else { 2 };
    same_start + same_end + slips >= word.chars().count().max(near.chars().count())
}
