//! How much of code is looked at more than once: what stands in brackets within brackets is looked at for each call that
//! holds it, and code can be made of nothing else.

use super::lexer::Token;
use super::texts::arguments;

/// Tokens that are looked at for the sake of single calls, over all of the code.
const STEPS: usize = 400_000;

/// The looks that are left.
#[derive(Debug)]
pub(super) struct Steps(usize);

impl Steps {
    pub(super) fn all() -> Self {
        Self(STEPS)
    }

    /// Takes a look at so many tokens; `None` when that would be too many.
    pub(super) fn take(&mut self, tokens: usize) -> Option<()> {
        let left = self.0.checked_sub(tokens);
        self.0 = left.unwrap_or(0);
        left.map(|_| ())
    }

    /// Returns what stands in the brackets of a call; nothing when that would be too much to look at.
    pub(super) fn arguments<'t>(&mut self, after: &'t [Token]) -> Option<&'t [Token]> {
        let given = arguments(after.get(..after.len().min(self.0 + 1))?);
        self.take(given.len() + 1)?;
        Some(given)
    }
}
