//! Programs that are handed code which nobody has seen: a file that the line fetched or wrote, what a pipe brings.

use super::native::{as_operand, quoted, shell};
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

/// A file that the line fetched or wrote.
#[derive(Debug)]
pub(super) struct Brought {
    place: Place,
    /// What it holds, where the line says so.
    text: Option<String>,
}

/// Files whose text is kept.
const TEXTS: usize = 16;
/// Longest text that is kept.
const LENGTH: usize = 1 << 14;

/// What a byte of a text that is run costs, of all that may be parsed.
const COST: usize = 64;

impl Walker<'_> {
    /// Keeps what a cmdlet writes to the files whose effects begin there.
    pub(super) fn keep_written(&mut self, from: usize, items: &[Value]) {
        let texts: Option<Vec<&str>> = items.iter().map(Value::known).collect();
        let texts = texts.filter(|texts| !texts.is_empty() && self.written.len() < TEXTS);
        let text = texts.map(|texts| texts.join("\n"));
        if let Some(text) = text.filter(|text| text.len() <= LENGTH) {
            let effects = from..self.effects.paths.len();
            self.written.push((effects, text));
        }
    }

    /// Follows a program that is, or is given to run, a file that the line brought here. What nobody has seen is unknown; of
    /// what the line itself wrote, this returns the bash that writes it again.
    pub(super) fn run_what_was_brought(
        &mut self,
        name: &str,
        words: &[Value],
        span: Span,
        state: &State,
    ) -> String {
        let mut again = String::new();
        self.note_what_was_brought();
        if self.brought.is_empty() {
            return again;
        }
        let lower = paths::slashed(name).to_lowercase();
        let base = lower.rsplit('/').next().unwrap_or_default();
        let base = base.strip_suffix(".exe").unwrap_or(base);
        let runs = RUNNERS.contains(&base);
        let given = words.iter().filter(|_| runs).filter_map(Value::known);
        let files = std::iter::once(name).chain(given).take(NAMES);
        for (at, file) in files.enumerate() {
            if !self.is_brought(file, state) {
                continue;
            }
            let text = self.text_of(file, state);
            let runs_itself = self.via.iter().any(|by| by == name);
            let is_script = lower.rsplit_once('.').is_some_and(|(_, end)| end == "ps1");
            match text {
                Some(text) if at == 0 && is_script && !runs_itself && self.takes_part(&text) => {
                    self.nested(name, &text, span, &mut state.clone());
                }
                Some(text) if at > 0 && self.takes_part(&text) => {
                    let path = as_operand(file, self.repository.home());
                    let parts = ["printf '%s' ", &quoted(&text), " > ", &quoted(&path), "; "];
                    again.extend(parts);
                }
                _ => self.unknown(UnknownKind::OpaqueCode, name, span),
            }
        }
        again
    }

    /// Takes a text that is read once more off what may be read in all.
    fn takes_part(&mut self, text: &str) -> bool {
        let left = self.parsed.checked_sub(COST * (text.len() + COST));
        self.parsed = left.unwrap_or(self.parsed);
        left.is_some()
    }

    /// Returns what a file holds that was written once, by its own name.
    fn text_of(&self, file: &str, state: &State) -> Option<String> {
        let places = self.at(file, state);
        let mut found = self
            .brought
            .iter()
            .filter(|brought| places.contains(&brought.place));
        let only = found.next().filter(|_| found.next().is_none())?;
        only.text.clone()
    }

    /// Keeps the files that came since the last time.
    fn note_what_was_brought(&mut self) {
        let all = &self.effects.paths;
        let new = all.get(self.noted..).unwrap_or_default();
        let came = new.iter().enumerate().filter(|(_, path)| {
            path.access == Access::Write
                && path.reach == Reach::Itself
                && CARRIERS
                    .iter()
                    .any(|name| name.eq_ignore_ascii_case(&path.by))
        });
        for (at, path) in came.take(FILES.saturating_sub(self.brought.len())) {
            let at = self.noted + at;
            let mut written = self.written.iter();
            let written = written.find(|(effects, _)| effects.contains(&at));
            self.brought.push(Brought {
                place: path.places.real.clone(),
                text: written.map(|(_, text)| text.clone()),
            });
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
            let brought = self.brought.iter().map(|brought| &brought.place);
            brought.clone().any(is_named)
                && self
                    .at(&format!("{file}{ending}"), state)
                    .iter()
                    .any(|place| brought.clone().any(|known| known == place))
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
