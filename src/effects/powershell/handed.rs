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
        let brought: Vec<Place> = self
            .effects
            .paths
            .iter()
            .filter(|path| {
                path.access == Access::Write
                    && path.reach == Reach::Itself
                    && CARRIERS.contains(&path.by.to_ascii_lowercase().as_str())
            })
            .map(|path| path.places.real.clone())
            .collect();
        if brought.is_empty() {
            return;
        }
        let lower = paths::slashed(name).to_lowercase();
        let base = lower.rsplit('/').next().unwrap_or_default();
        let base = base.strip_suffix(".exe").unwrap_or(base);
        let given = words.iter().filter(|_| RUNNERS.contains(&base));
        let named = std::iter::once(name).chain(given.filter_map(Value::known));
        let is_brought = named
            .flat_map(|name| ENDINGS.iter().map(move |ending| format!("{name}{ending}")))
            .any(|file| {
                self.at(&file, state)
                    .iter()
                    .any(|place| brought.contains(place))
            });
        if is_brought {
            self.unknown(UnknownKind::OpaqueCode, name, span);
        }
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
