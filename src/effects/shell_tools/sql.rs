//! SQL that a database client is given, and the files that it names: `\\i x.sql`, `.read x.sql`.

use super::Walker;
use super::fields::Field;
use super::program::Started;
use super::state::State;
use crate::call::Access;
use crate::effects::UnknownKind;
use crate::repo::Follow;

/// Files that name further files.
const DEPTH: usize = 4;
/// Words of clients that read a file.
const READERS: [&str; 8] = [
    "\\i",
    "\\ir",
    "\\include",
    "\\include_relative",
    ".read",
    "source",
    "SOURCE",
    "\\.",
];

impl Walker<'_> {
    /// Keeps SQL for the rules that look at it.
    pub(super) fn sql(&mut self, started: &Started<'_>, text: &Field, state: &State) {
        self.note(started, text, |invocation| &mut invocation.sql);
        let mut pending = vec![(text.value.start().to_owned(), 0)];
        while let Some((text, depth)) = pending.pop() {
            for path in included(&text) {
                let field = Field::known(path, started.span);
                self.path(
                    Access::Read,
                    &field,
                    Follow::All,
                    false,
                    &started.name,
                    state,
                );
                let Some(text) = self.text_of_file(path, state).filter(|_| depth < DEPTH) else {
                    self.unknown(UnknownKind::Script, path, Some(started.span));
                    continue;
                };
                let field = Field::known(&text, started.span);
                self.note(started, &field, |invocation| &mut invocation.sql);
                pending.push((text, depth + 1));
            }
        }
    }
}

/// Returns the files that a text of SQL reads.
fn included(text: &str) -> Vec<&str> {
    let lines = text
        .lines()
        .filter(|line| line.trim_start().starts_with(['\\', '.', 's', 'S']));
    lines
        .filter_map(|line| {
            let (word, path) = line.trim().split_once(char::is_whitespace)?;
            let path = path.trim().trim_end_matches(';').trim_matches(['\'', '"']);
            (READERS.contains(&word) && !path.is_empty() && !path.contains(['(', '|']))
                .then_some(path)
        })
        .collect()
}
