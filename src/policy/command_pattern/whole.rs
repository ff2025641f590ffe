//! A pattern as the whole of a command: what is not mentioned is not free.

use super::operand::Operand;
use super::{CommandPattern, Known, split};
use crate::effects::Invocation;
use crate::policy::evaluate::Facts;
use crate::programs::Programs;

impl CommandPattern {
    /// Returns whether a command was typed as the pattern is, word by word: no other option, no further operand. Wildcards
    /// stand for parts of one word each, and a path may be spelled in another way.
    #[must_use]
    pub fn is_whole_of(&self, command: &Invocation, facts: &Facts) -> bool {
        let (Some(typed), Ok(words)) = (&command.typed, split::words(&self.text)) else {
            return false;
        };
        let Some(((_, program), rest)) = words.split_first() else {
            return false;
        };
        let known = Known {
            facts,
            programs: &Programs::SHIPPED,
            rules: &[],
        };
        bare(program) == bare(&typed.program)
            && rest.len() == command.words.len()
            && rest
                .iter()
                .zip(&command.words)
                .all(|((_, word), given)| Operand::new(word).matches(given, &known))
    }
}

impl CommandPattern {
    /// Whether its first two words are a program's name and one of some subcommands.
    #[must_use]
    pub fn begins(&self, program: &str, subcommands: &[&str]) -> bool {
        let mut words = self.text.split_whitespace();
        words.next() == Some(program)
            && words.next().is_some_and(|word| subcommands.contains(&word))
    }
}

/// A program's name as a shell finds it: `./x` and `x/../x` are files, `x` is looked up.
fn bare(program: &str) -> (bool, &str) {
    let is_path = program.contains('/');
    (is_path, program.strip_prefix("./").unwrap_or(program))
}
