//! From the words of the tree to the fields that a program would get, as far as they are known.
//!
//! A field is a text, or the beginning of one. Where a variable has alternatives a word has several readings, and so has the
//! command; beyond a small number they become one that is not known.

mod draft;
mod unset;

use std::borrow::Cow;
use std::sync::Arc;

use super::parameters::separators;
use super::state::{State, keep_first};
use super::{Walker, globs};
use crate::effects::{Span, UnknownKind, Value};
use crate::shell::{Part, PartKind, Word};
use draft::{Draft, Drafts, append, append_all, each};

/// Readings of one command.
const READINGS: usize = 8;
/// Fields of one command; beyond, the line is one that cannot be read.
pub(super) const FIELDS: usize = 4_000;
/// Words made by braces that cost as much as a step.
const BRACED: usize = 4;
/// Letters of such words that do.
const LETTERS: usize = 256;
/// Longest text of one field; with more it is only known how it begins.
pub(super) const LONGEST: usize = 256 * 1_024;

/// What happens to the values in a word that is not quoted.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Mode {
    /// They are split, and patterns in them count: the words of a command.
    Words,
    /// Patterns in them count: the target of a redirection, which some shells do not split.
    Target,
    /// Nothing: what is assigned.
    Value,
}

impl Mode {
    /// Returns the letters at which a value is split; `None` where patterns in it do not count either.
    fn separators(self, quoted: bool, state: &State) -> Option<String> {
        match self {
            _ if quoted => None,
            Self::Words => Some(separators(state)),
            Self::Target => Some(String::new()),
            Self::Value => None,
        }
    }
}

/// One word as a program gets it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    pub(super) value: Value,
    /// The pattern, quoted bytes escaped, when the word holds one that is not quoted.
    pub(super) pattern: Option<String>,
    pub(super) span: Span,
}

impl Field {
    pub(super) fn known(text: &str, span: Span) -> Self {
        Self {
            value: Value::Known(text.to_owned()),
            pattern: None,
            span,
        }
    }

    /// Returns the field with its known text changed.
    pub(super) fn map(&self, change: impl FnOnce(&str) -> String) -> Self {
        Self {
            value: match &self.value {
                Value::Known(text) => Value::Known(change(text)),
                Value::Starts(text) => Value::Starts(change(text)),
            },
            ..self.clone()
        }
    }

    /// Returns the field as one of which only this beginning is known.
    pub(super) fn starting(&self, start: &str) -> Self {
        Self {
            value: Value::Starts(start.to_owned()),
            ..self.clone()
        }
    }

    /// The text for people: `…` stands for what is not known.
    pub(super) fn shown(&self) -> String {
        self.value.shown()
    }

    pub(super) fn unknown(span: Span) -> Self {
        Self {
            value: Value::Starts(String::new()),
            pattern: None,
            span,
        }
    }
}

impl Walker<'_> {
    /// Returns the readings of a list of words. There is at least one.
    pub(super) fn fields(&mut self, words: &[Word], state: &mut State) -> Vec<Vec<Field>> {
        let mut readings = vec![Vec::with_capacity(words.len())];
        let mut is_overlong = false;
        for (at, word) in words.iter().enumerate() {
            let span = self.span(word.span);
            if let Some(text) = plain(word) {
                for reading in &mut readings {
                    reading.push(if reading.len() > FIELDS {
                        Field::unknown(span)
                    } else {
                        Field::known(text, span)
                    });
                }
                continue;
            }
            if !word.has_braces() {
                let mut choices = self.word(word, Mode::Words, state);
                let before = words.get(..at).unwrap_or_default();
                choices.extend(
                    self.unset(word, before, span, state)
                        .map(|field| vec![field]),
                );
                combine(&mut readings, choices, span);
                continue;
            }
            let expanded = (self.budget > 0).then(|| word.expand_braces());
            let Some(expanded) = expanded.flatten() else {
                is_overlong = true;
                self.parts(&word.parts, state);
                combine(&mut readings, vec![vec![Field::unknown(span)]], span);
                continue;
            };
            // A short text can stand for thousands of words, and be walked many times.
            let letters = expanded.len() * (word.span.end - word.span.start);
            let price = expanded.len() / BRACED + letters / LETTERS;
            self.budget = self.budget.saturating_sub(price);
            for word in expanded {
                let choices = self.word(&word, Mode::Words, state);
                combine(&mut readings, choices, span);
            }
        }
        self.is_overlong = is_overlong || readings.iter().any(|reading| reading.len() > FIELDS);
        readings
    }

    /// Returns what one word may be when it is not split: an assignment's value.
    pub(super) fn values(&mut self, word: &Word, state: &mut State) -> Vec<Field> {
        self.single(word, Mode::Value, state)
    }

    /// Returns what the target of a redirection may be.
    pub(super) fn targets(&mut self, word: &Word, state: &mut State) -> Vec<Field> {
        self.single(word, Mode::Target, state)
    }

    fn single(&mut self, word: &Word, mode: Mode, state: &mut State) -> Vec<Field> {
        let span = self.span(word.span);
        let choices = self.word(word, mode, state);
        let single = choices.into_iter().map(|mut fields| match fields.len() {
            0 => Field::known("", span),
            1 => fields.remove(0),
            _ => Field::unknown(span),
        });
        single.collect()
    }

    /// Returns the readings of one word: each a list of fields.
    fn word(&mut self, word: &Word, mode: Mode, state: &mut State) -> Vec<Vec<Field>> {
        let span = self.span(word.span);
        let mut readings: Vec<Drafts> = vec![vec![Draft::default()]];
        for part in &word.parts {
            readings = self.add_part(part, readings, mode, state);
        }
        let done = readings.into_iter().map(|drafts| {
            let existing = drafts
                .into_iter()
                .filter(|draft| draft.exists || mode != Mode::Words);
            existing.map(|draft| draft.field(span)).collect()
        });
        done.collect()
    }

    /// Adds one part of a word to each reading.
    fn add_part(
        &mut self,
        part: &Part,
        mut readings: Vec<Drafts>,
        mode: Mode,
        state: &mut State,
    ) -> Vec<Drafts> {
        let mut values = match &part.kind {
            PartKind::Text(text) => {
                each(&mut readings, |draft| draft.push(text, part.quoted));
                return readings;
            }
            PartKind::Glob(letter) => {
                each(&mut readings, |draft| draft.push_pattern(*letter));
                return readings;
            }
            PartKind::Tilde(user) => {
                let home = self.tilde(user, state);
                each(&mut readings, |draft| match &home {
                    Some(home) => draft.push(home, true),
                    None => draft.open(),
                });
                return readings;
            }
            PartKind::Parameter(parameter) => {
                if let Some(elements) = self.elements(parameter, part.quoted, state) {
                    let separators = mode.separators(part.quoted, state);
                    if elements.is_empty() && part.quoted && mode == Mode::Words {
                        // `"$@"` without parameters is no word, not an empty one.
                        each(&mut readings, Draft::forget_quotes);
                    }
                    for drafts in &mut readings {
                        append_all(drafts, &elements, separators.as_deref(), part.quoted);
                    }
                    return readings;
                }
                self.parameter(parameter, state)
            }
            PartKind::Command(substitution) => self.substitution(&substitution.script, state),
            PartKind::Process(process) => vec![Value::Known(self.process(process, state))],
            other => {
                self.visit_inside(other, state);
                vec![Value::Starts(String::new())]
            }
        };
        keep_first(&mut values, usize::MAX);
        let separators = mode.separators(part.quoted, state);
        let separators = separators.as_deref();
        if let [value] = values.as_slice() {
            for drafts in &mut readings {
                append(drafts, value, separators, part.quoted);
            }
            return readings;
        }
        let mut next = Vec::new();
        for drafts in &readings {
            for value in &values {
                let mut drafts = drafts.clone();
                append(&mut drafts, value, separators, part.quoted);
                next.push(drafts);
            }
        }
        if next.len() > READINGS {
            each(&mut readings, Draft::open);
            return readings;
        }
        next
    }

    fn tilde(&self, user: &str, state: &State) -> Option<String> {
        match (user, state.folders.as_slice()) {
            ("", _) => self.repository.home().map(str::to_owned),
            ("+", [Some(folder)]) => Some(folder.clone()),
            ("root", _) => Some("/root".to_owned()),
            ("-", _) => match state.previous.as_slice() {
                [Some(folder)] => Some(folder.clone()),
                _ => None,
            },
            // Homes mostly lie side by side.
            (name, _)
                if name
                    .chars()
                    .all(|letter| letter.is_alphanumeric() || "_.-".contains(letter)) =>
            {
                let (homes, own) = self
                    .repository
                    .home()?
                    .trim_end_matches('/')
                    .rsplit_once('/')?;
                let homes = if own == "root" { "/home" } else { homes };
                Some(format!("{homes}/{name}"))
            }
            _ => None,
        }
    }

    /// Walks what is executed inside a part whose value is not known.
    fn visit_inside(&mut self, part: &PartKind, state: &mut State) {
        match part {
            PartKind::ExtGlob(_, alternatives) | PartKind::Brace(alternatives) => {
                for parts in alternatives {
                    self.parts(parts, state);
                }
            }
            PartKind::Arithmetic(arith) => self.parts(&arith.parts, state),
            PartKind::Array(elements) => {
                for element in elements {
                    if let Some(index) = &element.index {
                        self.parts(&index.parts, state);
                    }
                    self.values(&element.value, state);
                }
            }
            _ => {}
        }
    }

    /// Walks what is executed inside parts, for its effects alone.
    pub(super) fn parts(&mut self, parts: &[Part], state: &mut State) {
        for part in parts {
            self.add_part(part, vec![vec![Draft::default()]], Mode::Value, state);
        }
    }

    /// Returns the text of parts when all of it is known: the body of a here-document.
    pub(super) fn text_of(&mut self, parts: &[Part], state: &mut State) -> Option<String> {
        let mut readings: Vec<Drafts> = vec![vec![Draft::default()]];
        for part in parts {
            readings = self.add_part(part, readings, Mode::Value, state);
        }
        match readings.as_slice() {
            [drafts] => match drafts.as_slice() {
                [draft] if !draft.open => Some(draft.text.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    /// Puts what patterns match in their place; most lists of words hold none.
    pub(super) fn all_globbed<'f>(
        &mut self,
        fields: &'f [Field],
        state: &State,
    ) -> Cow<'f, [Field]> {
        if fields.iter().all(|field| field.pattern.is_none()) {
            return Cow::Borrowed(fields);
        }
        let each = fields.iter().flat_map(|field| self.globbed(field, state));
        Cow::Owned(each.collect())
    }

    /// Returns what a pattern matches; a call looks once.
    fn expanded(&mut self, folder: &str, pattern: &str) -> Option<Arc<[String]>> {
        let key = format!("{folder}\0{pattern}");
        if let Some(known) = self.expanded.get(&key) {
            return known.clone();
        }
        let found = globs::expand(folder, pattern, &mut self.entries);
        let found: Option<Arc<[String]>> = found.map(Into::into);
        if key.len() <= super::LONGEST_KEY {
            self.expanded.insert(key, found.clone());
        }
        found
    }

    /// Puts what a pattern matches in its place, as the shell would; what it does not match stays.
    pub(super) fn globbed(&mut self, field: &Field, state: &State) -> Vec<Field> {
        let (Some(pattern), [Some(folder)]) = (&field.pattern, state.folders.as_slice()) else {
            return vec![field.clone()];
        };
        if self.remote {
            return vec![field.clone()];
        }
        match self.expanded(folder, pattern) {
            Some(found) if found.is_empty() => vec![field.clone()],
            Some(found) => found
                .iter()
                .map(|path| Field::known(path, field.span))
                .collect(),
            None => {
                // Too many to name: something in the folder before the first pattern.
                if self.entries == 0 {
                    self.too_many_steps(field.span);
                }
                self.unknown(
                    UnknownKind::Path(crate::call::Access::Read),
                    pattern,
                    Some(field.span),
                );
                let start = pattern.split(['*', '?', '[']).next().unwrap_or_default();
                vec![Field {
                    value: Value::Starts(globs::unescaped(start)),
                    pattern: None,
                    span: field.span,
                }]
            }
        }
    }
}

/// Returns the text of a word that nothing expands: most words are like that.
fn plain(word: &Word) -> Option<&str> {
    match word.parts.as_slice() {
        [
            Part {
                kind: PartKind::Text(text),
                ..
            },
        ] if !text.is_empty() && text.len() <= LONGEST => Some(text),
        _ => None,
    }
}

/// Combines the readings of the words so far with those of the next one.
pub(super) fn combine(readings: &mut Vec<Vec<Field>>, mut choices: Vec<Vec<Field>>, span: Span) {
    let too_many = readings.len() * choices.len() > READINGS;
    let too_long = readings.iter().any(|reading| reading.len() > FIELDS);
    if too_many || too_long {
        choices = vec![vec![Field::unknown(span)]];
    }
    // Mostly there is one reading of the next: the words so far are not copied then, or a line of many words took time for
    // each pair of them.
    if let ([choice], Some((last, others))) = (choices.as_mut_slice(), readings.split_last_mut()) {
        for reading in others {
            reading.extend(choice.iter().cloned());
        }
        return last.append(choice);
    }
    *readings = readings
        .iter()
        .flat_map(|reading| {
            choices.iter().map(|choice| {
                let mut fields = reading.clone();
                fields.extend(choice.iter().cloned());
                fields
            })
        })
        .collect();
}
