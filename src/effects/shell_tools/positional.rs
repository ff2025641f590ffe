//! `$1` and on: what a shell was given, or what `set --` put in its place.

use crate::effects::Value;

/// Lists that are kept beside each other, where it hangs on the way through the line which one holds.
const ALTERNATIVES: usize = 4;

/// The positional parameters of a shell.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Positional {
    /// Each list that may be the present one; none when nothing is known of them.
    lists: Vec<Vec<Value>>,
}

impl Positional {
    pub(super) fn of(words: Vec<Value>) -> Self {
        Self { lists: vec![words] }
    }

    /// Returns all of them, where there is one list.
    pub(super) fn all(&self) -> Option<&[Value]> {
        match self.lists.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// Returns what `$1` and the like may hold; `None` when nothing is known.
    pub(super) fn at(&self, position: usize) -> Option<Vec<Value>> {
        if self.lists.is_empty() {
            return None;
        }
        let at = position.checked_sub(1)?;
        let nothing = Value::Known(String::new());
        let mut values: Vec<Value> = Vec::new();
        for list in &self.lists {
            let value = list.get(at).unwrap_or(&nothing);
            if !values.contains(value) {
                values.push(value.clone());
            }
        }
        Some(values)
    }

    /// Drops the first of them: so many, or nobody knows how many.
    pub(super) fn shift(&mut self, count: Option<usize>) {
        let Some(count) = count else {
            return self.lists.clear();
        };
        for list in &mut self.lists {
            list.drain(..usize::min(count, list.len()));
        }
    }

    /// Goes on with either of two.
    pub(super) fn join(&mut self, other: Self) {
        if self.lists.is_empty() || other.lists.is_empty() {
            return self.lists.clear();
        }
        for list in other.lists {
            if !self.lists.contains(&list) {
                self.lists.push(list);
            }
        }
        if self.lists.len() > ALTERNATIVES {
            self.lists.clear();
        }
    }
}
