//! Fields while they are put together.

use super::{FIELDS, Field, LONGEST};
use crate::effects::{Span, Value};

/// A field under construction.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    pub(super) text: String,
    /// The text with quoted pattern bytes escaped, once there is a pattern.
    escaped: String,
    has_pattern: bool,
    /// Nothing after this point is known.
    pub(super) open: bool,
    /// Something was there, even if only empty quotes.
    pub(super) exists: bool,
}

impl Draft {
    pub(super) fn push(&mut self, text: &str, quoted: bool) {
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

    pub(super) fn push_pattern(&mut self, letter: char) {
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

    pub(super) fn open(&mut self) {
        self.exists = true;
        self.open = true;
    }

    /// Takes back that quotes were there, where nothing stood between them.
    pub(super) fn forget_quotes(&mut self) {
        self.exists &= self.open || self.has_pattern || !self.text.is_empty();
    }

    pub(super) fn field(self, span: Span) -> Field {
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

/// Appends a text in which letters of patterns stand for themselves. A `]` that was not quoted ends a class: it is text
/// where none is open.
fn push_escaped(escaped: &mut String, text: &str) {
    for letter in text.chars() {
        if matches!(letter, '*' | '?' | '[' | '\\') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
}

/// The fields of a word under construction: all but the last are done.
pub(super) type Drafts = Vec<Draft>;

pub(super) fn each(readings: &mut [Drafts], act: impl Fn(&mut Draft)) {
    for draft in readings.iter_mut().filter_map(|drafts| drafts.last_mut()) {
        act(draft);
    }
}

/// Appends the elements of a list, each a field of its own.
pub(super) fn append_all(
    drafts: &mut Drafts,
    elements: &[Value],
    separators: Option<&str>,
    quoted: bool,
) {
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
pub(super) fn append(drafts: &mut Drafts, value: &Value, separators: Option<&str>, quoted: bool) {
    let (text, is_open) = match value {
        Value::Known(text) => (text, false),
        Value::Starts(text) => (text, true),
    };
    if let Some(separators) = separators {
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
