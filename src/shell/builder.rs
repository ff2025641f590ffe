//! Collects the parts of a word, joining neighbouring text.
//!
//! Afterwards it settles what only the whole word shows: whether a `[` can be a pattern, and where a tilde is
//! expanded. Brace expansion is left to [`super::braces`].

use super::Span;
use super::reader::{is_name, is_name_start};
use super::word::{Part, PartKind};

pub(super) struct Builder {
    parts: Vec<Part>,
    text: String,
    /// Whether `text` is quoted; none while there is no text, which may still be an empty pair of quotes.
    quoted: Option<bool>,
    text_span: Span,
    outer: Option<Span>,
    /// Whether an unquoted `{` was seen.
    pub(super) has_brace: bool,
    brackets: bool,
    tildes: bool,
}

/// Where bash expands a tilde.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tildes {
    /// At the start, and after `=` and `:` when the word looks like an assignment.
    Argument,
    /// At the start and after each `:`.
    Value,
}

impl Builder {
    pub(super) fn new(outer: Option<Span>) -> Self {
        Self {
            parts: Vec::new(),
            text: String::new(),
            quoted: None,
            text_span: Span::default(),
            outer,
            has_brace: false,
            brackets: false,
            tildes: false,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty() && self.quoted.is_none()
    }

    pub(super) fn push_text(&mut self, text: &str, quoted: bool, span: Span) {
        if self.quoted != Some(quoted) {
            self.flush();
            self.quoted = Some(quoted);
            self.text_span.start = span.start;
        }
        self.text_span.end = span.end;
        self.text.push_str(text);
        self.tildes |= !quoted && text.starts_with('~');
    }

    pub(super) fn push(&mut self, part: Part) {
        self.flush();
        self.brackets |= matches!(part.kind, PartKind::Glob('['));
        self.parts.push(part);
    }

    fn flush(&mut self) {
        if let Some(quoted) = self.quoted.take() {
            let kind = PartKind::Text(std::mem::take(&mut self.text));
            let span = self.outer.unwrap_or(self.text_span);
            self.parts.push(Part { kind, quoted, span });
        }
    }

    /// Returns the parts as they were pushed.
    pub(super) fn finish(mut self) -> Vec<Part> {
        self.flush();
        self.parts
    }

    /// Returns the parts of a whole word, and whether an unquoted tilde is among them.
    pub(super) fn finish_word(mut self) -> (Vec<Part>, bool) {
        self.flush();
        if self.brackets {
            settle_brackets(&mut self.parts);
        }
        (self.parts, self.tildes)
    }
}

/// Joins neighbouring texts of the same quoting.
pub(super) fn join_texts(parts: Vec<Part>) -> Vec<Part> {
    let mut joined: Vec<Part> = Vec::with_capacity(parts.len());
    for part in parts {
        if let (PartKind::Text(text), Some(last)) = (&part.kind, joined.last_mut())
            && let PartKind::Text(before) = &mut last.kind
            && last.quoted == part.quoted
        {
            before.push_str(text);
            last.span.end = last.span.end.max(part.span.end);
            continue;
        }
        joined.push(part);
    }
    joined
}

/// Turns each `[` that no unquoted `]` follows into text.
fn settle_brackets(parts: &mut Vec<Part>) {
    let closes = |part: &Part| !part.quoted && part.text().is_some_and(|text| text.contains(']'));
    let last = parts.iter().rposition(closes).unwrap_or(0);
    for part in parts.iter_mut().skip(last) {
        if matches!(part.kind, PartKind::Glob('[')) {
            part.kind = PartKind::Text("[".to_owned());
        }
    }
    *parts = join_texts(std::mem::take(parts));
}

/// Splits the tildes that bash expands out of the unquoted texts.
pub(super) fn mark_tildes(parts: Vec<Part>, tildes: Tildes) -> Vec<Part> {
    let mut marked = Vec::with_capacity(parts.len() + 2);
    let count = parts.len();
    // The offset in the first text from which `=` and `:` may precede a tilde.
    let mut colons = tildes == Tildes::Value;
    for (index, part) in parts.into_iter().enumerate() {
        let (PartKind::Text(text), false) = (&part.kind, part.quoted) else {
            marked.push(part);
            continue;
        };
        let mut value = None;
        if index == 0 && tildes == Tildes::Argument {
            value = assignment_value(text);
            colons = value.is_some();
        }
        let candidates = candidates(text, index == 0, value, colons);
        let mut done = 0;
        for start in candidates {
            let rest = text.get(start + 1..).unwrap_or_default();
            let end = rest.find(|c| c == '/' || (colons && c == ':'));
            if end.is_none() && index + 1 < count {
                // The user name would go on in a quoted or expanded piece: bash leaves the tilde alone.
                continue;
            }
            let user = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
            push_text(&mut marked, text.get(done..start), part.span);
            marked.push(Part {
                kind: PartKind::Tilde(user.to_owned()),
                quoted: false,
                span: part.span,
            });
            done = start + 1 + user.len();
        }
        push_text(&mut marked, text.get(done..), part.span);
    }
    marked
}

fn push_text(parts: &mut Vec<Part>, text: Option<&str>, span: Span) {
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        parts.push(Part {
            kind: PartKind::Text(text.to_owned()),
            quoted: false,
            span,
        });
    }
}

/// Returns where tildes stand that may be expanded.
fn candidates(text: &str, first: bool, value: Option<usize>, colons: bool) -> Vec<usize> {
    let mut found = Vec::new();
    let mut before = None;
    for (at, byte) in text.bytes().enumerate() {
        let starts = match before {
            None => first,
            Some(b':') => colons && value.is_none_or(|value| at >= value),
            Some(_) => value == Some(at),
        };
        if byte == b'~' && starts {
            found.push(at);
        }
        before = Some(byte);
    }
    found
}

/// Returns the offset after `name=` or `name+=`.
fn assignment_value(text: &str) -> Option<usize> {
    let equals = text.find('=')?;
    let name = text.get(..equals)?;
    let name = name.strip_suffix('+').unwrap_or(name);
    let valid = name.bytes().next().is_some_and(is_name_start) && name.bytes().all(is_name);
    valid.then_some(equals + 1)
}
