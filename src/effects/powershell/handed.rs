//! Programs that are handed code which nobody has seen: a file that the line fetched or wrote, what a pipe brings.

use super::native::{as_operand, shell};
use super::paths::{self, Located};
use super::state::State;
use super::{Walker, unknown};
use crate::call::Access;
use crate::effects::{Reach, Span, UnknownKind, Value};
use crate::repo::{Follow, Place};

/// What fetches a file, or writes what is given as text.
const CARRIERS: [&str; 16] = [
    "add-content",
    "aria2c",
    "bitsadmin",
    "certutil",
    "cmd",
    "curl",
    "curl.exe",
    "downloadfile",
    "invoke-restmethod",
    "invoke-webrequest",
    "out-file",
    "set-content",
    "start-bitstransfer",
    "tee-object",
    "the shell",
    "wget",
];
/// Programs that run a file which they are named.
const RUNNERS: [&str; 20] = [
    "bash", "bun", "cscript", "deno", "mshta", "msiexec", "node", "perl", "php", "py", "python",
    "python3", "regsvr32", "ruby", "rundll32", "sh", "start", "wscript", "wsl", "zsh",
];
/// Files that are kept as brought.
const FILES: usize = 16;
/// Words of a command that may name one of them.
const NAMES: usize = 64;
/// Endings that cmd adds to a name.
const ENDINGS: [&str; 5] = ["", ".exe", ".bat", ".cmd", ".ps1"];

impl Walker<'_> {
    /// Says so when a program is run that the line brought here, or is given to one that runs it.
    pub(super) fn run_what_was_brought(
        &mut self,
        name: &str,
        words: &[Value],
        span: Span,
        state: &State,
    ) {
        self.note_what_was_brought();
        if self.brought.is_empty() {
            return;
        }
        let lower = paths::slashed(name).to_lowercase();
        let base = lower.rsplit('/').next().unwrap_or_default();
        let base = base.strip_suffix(".exe").unwrap_or(base);
        let runs = RUNNERS.contains(&base);
        let given = words.iter().filter(|_| runs).filter_map(Value::known);
        let is_brought = std::iter::once(name)
            .chain(given)
            .take(NAMES)
            .any(|file| self.is_brought(file, state));
        if is_brought {
            self.unknown(UnknownKind::OpaqueCode, name, span);
        }
    }

    /// Keeps the files that came since the last time.
    fn note_what_was_brought(&mut self) {
        let all = &self.effects.paths;
        let new = all.get(self.noted..).unwrap_or_default();
        let came = new.iter().filter(|path| {
            path.access == Access::Write
                && path.reach == Reach::Itself
                && CARRIERS
                    .iter()
                    .any(|name| name.eq_ignore_ascii_case(&path.by))
        });
        for path in came.take(FILES.saturating_sub(self.brought.len())) {
            self.brought.push(path.places.real.clone());
        }
        self.noted = all.len();
    }

    /// Whether a name leads to a file that the line brought.
    fn is_brought(&self, file: &str, state: &State) -> bool {
        let slashed = paths::slashed(file).to_lowercase();
        let base = slashed.rsplit('/').next().unwrap_or_default();
        // Where a file lies is looked up only if one of its name was brought.
        ENDINGS.iter().any(|ending| {
            let is_named = |place: &Place| {
                let (Place::Inside(path) | Place::Outside(path)) = place;
                let name = path.rsplit('/').next().unwrap_or_default();
                name.to_lowercase().strip_suffix(ending) == Some(base)
            };
            self.brought.iter().any(is_named)
                && self
                    .at(&format!("{file}{ending}"), state)
                    .iter()
                    .any(|place| self.brought.contains(place))
        })
    }

    /// Returns where a file lies, as cmdlets and as programs name it.
    fn at(&self, file: &str, state: &State) -> Vec<Place> {
        let home = self.repository.home();
        let mut found = Vec::new();
        for folder in state.folders.iter().flatten() {
            match paths::located(file, Some(folder), home) {
                Located::At(path) => {
                    found.push(self.repository.places_in("/", &path, Follow::All).real);
                }
                Located::Elsewhere(path) => found.push(Place::Outside(path)),
                Located::Nowhere | Located::Unknown => {}
            }
            let operand = as_operand(file, home);
            found.push(
                self.repository
                    .places_in(folder, &operand, Follow::All)
                    .real,
            );
        }
        found
    }

    /// Follows a command of cmd that reads from a pipe, when what it reads is what it runs.
    pub(in crate::effects) fn fed(&mut self, words: &[Value], span: Span, state: &State) -> bool {
        let Some((Value::Known(name), rest)) = words.split_first() else {
            return false;
        };
        let is_told = rest.iter().any(|word| word.start().len() > 1);
        if shell(name).is_some() {
            if !is_told {
                self.unknown(UnknownKind::OpaqueCode, name, span);
            }
            return !is_told;
        }
        let lower = name.to_lowercase();
        let base = lower.rsplit(['/', '\\']).next().unwrap_or_default();
        let base = base.strip_suffix(".exe").unwrap_or(base);
        let reads = RUNNERS.contains(&base);
        if reads {
            self.through_bash(base, rest, Some(&unknown()), span, state);
        }
        reads
    }
}
