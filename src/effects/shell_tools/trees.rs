//! What a command brings into a folder without naming it: a commit, an archive.
//!
//! Any file may be among them. That is an unknown path, which `on-unknown` decides on, and no effect on all that is there.

use super::Walker;
use super::fields::Field;
use super::globs::take;
use super::program::{Started, piece, pieces};
use super::simple::joined;
use super::state::State;
use crate::call::Access;
use crate::effects::UnknownKind;
use crate::programs::{Reading, Role};
use crate::repo::Follow;

/// Stands for a name that only the archive knows.
const SOME_NAME: &str = "…";
/// Entries of a folder that are named one by one.
const NAMES: usize = 500;

impl Walker<'_> {
    /// `git pull`, `git switch main`: files of the working tree, but not those that an operand names.
    pub(super) fn somewhere(
        &mut self,
        started: &Started<'_>,
        reading: &Reading<'_>,
        state: &State,
    ) {
        let operand = reading
            .operands()
            .next()
            .map(|part| piece(started, part.at));
        let operand = operand.as_ref().and_then(|field| field.value.known());
        let is_path = |path: &str| {
            let mut paths = state
                .folders
                .iter()
                .map(|folder| joined(folder.as_deref(), path));
            paths.any(|path| path.is_some_and(|path| std::path::Path::new(&path).exists()))
        };
        // `git checkout src/a.py` brings that file alone.
        if reading.subcommand == ["checkout"] && operand.is_some_and(is_path) {
            return;
        }
        let written = format!("{} {}", started.name, reading.subcommand.join(" "));
        self.unknown(
            UnknownKind::Path(Access::Write),
            written.trim_end(),
            Some(started.span),
        );
    }

    /// What an archive holds lands in the folder, unless its members are named.
    pub(super) fn unpack(&mut self, started: &Started<'_>, reading: &Reading<'_>, state: &State) {
        if !pieces(started, reading, &[Role::Write]).is_empty() {
            return;
        }
        let field = Field::known(SOME_NAME, started.span);
        self.unknown(
            UnknownKind::Path(Access::Write),
            &started.name,
            Some(started.span),
        );
        self.path(
            Access::Write,
            &field,
            Follow::All,
            false,
            &started.name,
            state,
        );
    }

    /// Returns what is in a folder; the folder itself where that cannot be seen.
    pub(super) fn entries_of(&mut self, folder: &Field, state: &State) -> Vec<Field> {
        let path = folder.value.known().unwrap_or_default();
        let mut entries = Vec::new();
        for from in state.folders.iter().flatten() {
            let read =
                joined(Some(from), path).and_then(|path| crate::deadline::read_dir(path).ok());
            for entry in read.into_iter().flatten().flatten().take(NAMES) {
                if take(&mut self.entries, 1).is_none() {
                    return vec![folder.clone()];
                }
                let name = entry.file_name();
                entries.push(folder.map(|path| format!("{path}{}", name.to_string_lossy())));
            }
        }
        if entries.is_empty() {
            vec![folder.clone()]
        } else {
            entries
        }
    }

    /// `ar x library.a`.
    pub(super) fn unpack_library(&mut self, started: &Started<'_>, state: &State) {
        if !matches!(started.name.as_str(), "ar" | "gcc-ar" | "llvm-ar") {
            return;
        }
        let operation = started.fields.first().map(|field| field.value.start());
        let operation = operation.unwrap_or_default().trim_start_matches('-');
        if !operation.contains('x') {
            return;
        }
        match started.fields.get(2..) {
            Some(members) if !members.is_empty() => {
                for member in members {
                    self.path(
                        Access::Write,
                        member,
                        Follow::All,
                        false,
                        &started.name,
                        state,
                    );
                }
            }
            _ => self.unknown(
                UnknownKind::Path(Access::Write),
                &started.name,
                Some(started.span),
            ),
        }
    }
}
