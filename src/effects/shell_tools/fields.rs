//! From the words of the tree to the fields that a program would get, as far as they are known.
//!
//! A field is a text, or the beginning of one. Where a variable has alternatives a word has several readings, and so has the
//! command; beyond a small number they become one that is not known.

use std::borrow::Cow;
use std::sync::Arc;

use super::parameters::separators;
use super::state::State;
use super::{Walker, globs};
use crate::effects::{Span, UnknownKind, Value};
use crate::shell::{Part, PartKind, Word};

/// Readings of one command.
const READINGS: usize = 8;
/// Fields of one command; beyond, something is not known.
pub(super) const FIELDS: usize = 1_000;
/// Longest text of one field; with more it is only known how it begins.
pub(super) const LONGEST: usize = 256 * 1_024;

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

/// A field under construction.
#[derive(Debug, Clone, Default)]
struct Draft {
    text: String,
    /// The text with quoted pattern bytes escaped, once there is a pattern.
    escaped: String,
    has_pattern: bool,
    /// Nothing after this point is known.
    open: bool,
    /// Something was there, even if only empty quotes.
    exists: bool,
}

impl Draft {
    fn push(&mut self, text: &str, quoted: bool) {
        self.exists |= quoted || !text.is_empty();
        self.open |= self.text.len() + text.len() > LONGEST;
        if self.open {
            return;
        }
        self.text.push_str(text);
        if self.has_pattern {
            push_escaped(&mut self.escaped, text);
        }
    }

    fn push_pattern(&mut self, letter: char) {
        self.exists = true;
        if self.open {
            return;
        }
        if !self.has_pattern {
            self.has_pattern = true;
            push_escaped(&mut self.escaped, &self.text);
        }
        self.text.push(letter);
        self.escaped.push(letter);
    }

    fn open(&mut self) {
        self.exists = true;
        self.open = true;
    }

    fn field(self, span: Span) -> Field {
        Field {
            value: if self.open {
                Value::Starts(self.text)
            } else {
                Value::Known(self.text)
            },
            pattern: (self.has_pattern && !self.open).then_some(self.escaped),
            span,
        }
    }
}

/// Appends a text in which letters of patterns stand for themselves.
fn push_escaped(escaped: &mut String, text: &str) {
    for letter in text.chars() {
        if matches!(letter, '*' | '?' | '[' | ']' | '{' | '}' | '\\') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
}

/// The fields of a word under construction: all but the last are done.
type Drafts = Vec<Draft>;

impl Walker<'_> {
    /// Returns the readings of a list of words. There is at least one.
    pub(super) fn fields(&mut self, words: &[Word], state: &mut State) -> Vec<Vec<Field>> {
        let mut readings = vec![Vec::with_capacity(words.len())];
        for word in words {
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
                let choices = self.word(word, true, state);
                combine(&mut readings, choices, span);
                continue;
            }
            let Some(expanded) = word.expand_braces() else {
                self.parts(&word.parts, state);
                combine(&mut readings, vec![vec![Field::unknown(span)]], span);
                continue;
            };
            for word in expanded {
                let choices = self.word(&word, true, state);
                combine(&mut readings, choices, span);
            }
        }
        readings
    }

    /// Returns what one word may be when it is not split: an assignment's value, a redirection's target.
    pub(super) fn values(&mut self, word: &Word, state: &mut State) -> Vec<Field> {
        let span = self.span(word.span);
        let choices = self.word(word, false, state);
        let single = choices.into_iter().map(|mut fields| match fields.len() {
            0 => Field::known("", span),
            1 => fields.remove(0),
            _ => Field::unknown(span),
        });
        single.collect()
    }

    /// Returns the readings of one word: each a list of fields.
    fn word(&mut self, word: &Word, split: bool, state: &mut State) -> Vec<Vec<Field>> {
        let span = self.span(word.span);
        let mut readings: Vec<Drafts> = vec![vec![Draft::default()]];
        for part in &word.parts {
            readings = self.add_part(part, readings, split, state);
        }
        let done = readings.into_iter().map(|drafts| {
            let existing = drafts.into_iter().filter(|draft| draft.exists || !split);
            existing.map(|draft| draft.field(span)).collect()
        });
        done.collect()
    }

    /// Adds one part of a word to each reading.
    fn add_part(
        &mut self,
        part: &Part,
        mut readings: Vec<Drafts>,
        split: bool,
        state: &mut State,
    ) -> Vec<Drafts> {
        let splits = split && !part.quoted;
        let values = match &part.kind {
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
                    let separators = if splits {
                        separators(state)
                    } else {
                        String::new()
                    };
                    for drafts in &mut readings {
                        append_all(drafts, &elements, &separators, part.quoted);
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
        let separators = if splits {
            separators(state)
        } else {
            String::new()
        };
        if let [value] = values.as_slice() {
            for drafts in &mut readings {
                append(drafts, value, &separators, part.quoted);
            }
            return readings;
        }
        let mut next = Vec::new();
        for drafts in &readings {
            for value in &values {
                let mut drafts = drafts.clone();
                append(&mut drafts, value, &separators, part.quoted);
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
            self.add_part(part, vec![vec![Draft::default()]], false, state);
        }
    }

    /// Returns the text of parts when all of it is known: the body of a here-document.
    pub(super) fn text_of(&mut self, parts: &[Part], state: &mut State) -> Option<String> {
        let mut readings: Vec<Drafts> = vec![vec![Draft::default()]];
        for part in parts {
            readings = self.add_part(part, readings, false, state);
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

fn each(readings: &mut [Drafts], act: impl Fn(&mut Draft)) {
    for draft in readings.iter_mut().filter_map(|drafts| drafts.last_mut()) {
        act(draft);
    }
}

/// Appends the elements of a list, each a field of its own.
fn append_all(drafts: &mut Drafts, elements: &[Value], separators: &str, quoted: bool) {
    for (at, element) in elements.iter().enumerate() {
        if drafts.len() > FIELDS {
            drafts.iter_mut().skip(FIELDS).for_each(Draft::open);
            return;
        }
        if at > 0 {
            drafts.push(Draft::default());
        }
        append(drafts, element, separators, quoted);
    }
}

/// Appends a value; one that is not quoted is split at the separators, and its pattern letters count.
fn append(drafts: &mut Drafts, value: &Value, separators: &str, quoted: bool) {
    let (text, is_open) = match value {
        Value::Known(text) => (text, false),
        Value::Starts(text) => (text, true),
    };
    if !separators.is_empty() {
        let mut pieces = text.split(|letter| separators.contains(letter));
        if let (Some(first), Some(draft)) = (pieces.next(), drafts.last_mut()) {
            push_unquoted(draft, first);
        }
        for piece in pieces {
            if drafts.len() > FIELDS {
                drafts.iter_mut().skip(FIELDS).for_each(Draft::open);
                return;
            }
            let mut draft = Draft::default();
            push_unquoted(&mut draft, piece);
            drafts.push(draft);
        }
    } else if let Some(draft) = drafts.last_mut() {
        draft.push(text, quoted);
    }
    if is_open && let Some(draft) = drafts.last_mut() {
        draft.open();
    }
}

fn push_unquoted(draft: &mut Draft, text: &str) {
    for letter in text.chars() {
        match letter {
            '*' | '?' | '[' => draft.push_pattern(letter),
            other => draft.push(other.encode_utf8(&mut [0; 4]), false),
        }
    }
}

/// Combines the readings of the words so far with those of the next one.
fn combine(readings: &mut Vec<Vec<Field>>, mut choices: Vec<Vec<Field>>, span: Span) {
    let too_many = readings.len() * choices.len() > READINGS;
    let too_long = readings.iter().any(|reading| reading.len() > FIELDS);
    if too_many || too_long {
        choices = vec![vec![Field::unknown(span)]];
    }
    // Mostly there is one reading of each: nothing is copied then, and a line of many words takes no time for each pair.
    if let ([reading], [_]) = (readings.as_mut_slice(), choices.as_slice()) {
        return reading.extend(choices.into_iter().flatten());
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
