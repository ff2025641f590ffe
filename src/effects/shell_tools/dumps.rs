//! Commands that print the whole environment, where what follows them lets through only some of it.

use super::Walker;
use crate::effects::{Argument, Value};
use crate::shell::{Command, Word};

impl Walker<'_> {
    /// `env | grep NAME` prints what `printenv NAME` does.
    pub(super) fn name_variables(&mut self, first: usize, next: &Command) {
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
        if let (Some(names), Some(last)) = (names_in(next), self.effects.commands.last_mut()) {
            last.program = Some("printenv".into());
            last.words = names;
        }
    }
}

/// Returns the names that a grep lets through; `None` when it may let through all.
fn names_in(command: &Command) -> Option<Vec<Argument>> {
    const SHORTEST: usize = 3;
    let Command::Simple(simple) = command else {
        return None;
    };
    let words: Option<Vec<_>> = simple.words.iter().map(Word::static_text).collect();
    let words = words?;
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
    let names = pattern
        .split('|')
        .map(|name| name.trim_start_matches('^').trim_end_matches('='));
    let is_name = |name: &&str| {
        name.len() >= SHORTEST
            && name
                .chars()
                .all(|letter| letter == '_' || letter.is_ascii_alphanumeric())
    };
    let names: Vec<&str> = names.collect();
    names.iter().all(is_name).then(|| {
        let words = names.iter().map(|name| Argument {
            value: Value::Known((*name).to_owned()),
            places: None,
            all_of: None,
            is_pattern: false,
        });
        words.collect()
    })
}
