//! Character classes of bash, and the position in the text.
//!
//! bash removes a backslash with the newline after it before it looks at characters, except in single quotes,
//! comments and quoted here-documents; `peek` does the same. Only space, tab and newline separate words: a carriage
//! return or a no-break space is data.

use super::parser::Parser;

pub(super) fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit()
}

pub(super) fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

pub(super) fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

pub(super) fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

/// Whether the byte ends a word when it is not quoted.
pub(super) fn is_meta(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>'
    )
}

/// Whether the byte means itself in every unquoted context.
pub(super) fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80 || matches!(byte, b'-' | b'_' | b'.' | b'%' | b'^')
}

impl<'t> Parser<'t> {
    pub(super) fn at(&self, pos: usize) -> Option<u8> {
        self.text.as_bytes().get(pos).copied()
    }

    pub(super) fn slice(&self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or_default()
    }

    fn joined(&self, mut pos: usize) -> usize {
        while self.at(pos) == Some(b'\\') && self.at(pos + 1) == Some(b'\n') {
            pos += 2;
        }
        pos
    }

    /// Returns the next byte, after moving over backslash-newline pairs.
    pub(super) fn peek(&mut self) -> Option<u8> {
        self.pos = self.joined(self.pos);
        self.at(self.pos)
    }

    /// Returns the byte `count` places after the next one.
    pub(super) fn peek_nth(&self, count: usize) -> Option<u8> {
        let mut pos = self.joined(self.pos);
        for _ in 0..count {
            pos = self.joined(pos + 1);
        }
        self.at(pos)
    }

    /// Moves over the byte that `peek` returned.
    pub(super) fn bump(&mut self) {
        self.pos += 1;
    }

    /// Moves over the next byte and the backslash-newline pairs before it.
    pub(super) fn advance(&mut self) {
        self.peek();
        self.bump();
    }

    /// Moves over a byte that was peeked, if it is this one.
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.bump();
        }
        found
    }

    pub(super) fn skip_blanks_only(&mut self) {
        while self.peek().is_some_and(is_blank) {
            self.bump();
        }
    }

    /// Moves over blanks and a comment; only for places where a token starts.
    pub(super) fn skip_blanks(&mut self) {
        self.skip_blanks_only();
        if self.peek() == Some(b'#') {
            let rest = self.text.get(self.pos..).unwrap_or_default();
            self.pos += rest.find('\n').unwrap_or(rest.len());
        }
    }

    /// Whether the unquoted word `expected` stands here, whole; returns the position after it.
    pub(super) fn whole_word(&self, expected: &str) -> Option<usize> {
        let mut pos = self.pos;
        for byte in expected.bytes() {
            pos = self.joined(pos);
            if self.at(pos) != Some(byte) {
                return None;
            }
            pos += 1;
        }
        self.ends_word(pos).then_some(pos)
    }

    /// Whether a word that goes up to `pos` ends there. `<(` and `>(` continue it.
    pub(super) fn ends_word(&self, pos: usize) -> bool {
        let pos = self.joined(pos);
        match self.at(pos) {
            Some(b'<' | b'>') => self.at(self.joined(pos + 1)) != Some(b'('),
            Some(byte) => is_meta(byte),
            None => true,
        }
    }
}
