//! Reads words: unquoted characters, patterns and the pieces between them.
//!
//! One loop serves every unquoted context; [`Stop`] says what ends it. Extended patterns such as `@(a|b)` are always
//! read as such: where bash has them switched off they are errors, so nothing is hidden.

use super::builder::{Builder, Tildes, mark_tildes};
use super::parser::{Outcome, Parser};
use super::quotes::Quote;
use super::reader::{is_meta, is_plain};
use super::word::{Part, PartKind, Process, Word};
use super::{Span, UnparsedKind, braces};

/// What the word is for, which decides what is expanded in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// A word of a command or a list: braces, patterns, tildes.
    Argument,
    /// The target of a redirection: the same.
    Target,
    /// The right side of an assignment, a here-string, the word of a `case`: tildes only.
    Value,
    /// A pattern, or a word of `[[ ]]`: patterns and tildes.
    Pattern,
    /// The right side of `=~`, where parentheses and `|` belong to the word.
    Regex,
}

/// What ends a run of unquoted characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// A metacharacter.
    Word,
    /// A metacharacter other than `(` and `|`.
    Regex,
    /// `)`, or `|` between alternatives.
    Group,
    /// `}`
    Brace,
    /// `}` or `/`
    BraceOrSlash,
}

impl<'t> Parser<'t> {
    /// Reads one word; none when a metacharacter stands here.
    pub(super) fn word(&mut self, style: Style) -> Outcome<Option<Word>> {
        self.peek();
        let start = self.pos;
        let mut builder = Builder::new(self.outer);
        let stop = if style == Style::Regex {
            Stop::Regex
        } else {
            Stop::Word
        };
        if self.peek() == Some(b'#') {
            return Ok(None);
        }
        self.unquoted(&mut builder, stop, style != Style::Value)?;
        if builder.is_empty() {
            return Ok(None);
        }
        self.finish_word(builder, style, start).map(Some)
    }

    pub(super) fn finish_word(
        &self,
        builder: Builder,
        style: Style,
        start: usize,
    ) -> Outcome<Word> {
        let has_brace = builder.has_brace;
        let tildes = if style == Style::Value {
            Tildes::Value
        } else {
            Tildes::Argument
        };
        let (mut parts, has_tilde) = builder.finish_word();
        if has_brace && matches!(style, Style::Argument | Style::Target) {
            let source = |span: Span| {
                self.outer
                    .is_none()
                    .then(|| self.slice(span.start, span.end))
            };
            parts = braces::structure(parts, source)
                .ok_or_else(|| self.error(UnparsedKind::TooDeep))?;
        }
        if has_tilde {
            parts = mark_tildes(parts, tildes);
        }
        Ok(Word {
            parts,
            span: self.span(start),
        })
    }

    /// Reads unquoted characters up to what `stop` says. With `patterns`, pattern characters are kept apart.
    pub(super) fn unquoted(
        &mut self,
        builder: &mut Builder,
        stop: Stop,
        patterns: bool,
    ) -> Outcome<()> {
        while let Some(byte) = self.peek() {
            let start = self.pos;
            match byte {
                byte if is_plain(byte) => self.plain_run(builder),
                b'\\' | b'\'' | b'"' | b'$' | b'`' => self.quoting(builder, byte)?,
                b'<' | b'>' if self.peek_nth(1) == Some(b'(') => self.process(builder, stop)?,
                b'?' | b'*' | b'+' | b'@' | b'!'
                    if self.peek_nth(1) == Some(b'(')
                        && matches!(stop, Stop::Word | Stop::Group) =>
                {
                    self.extended_glob(builder, byte)?;
                }
                b'(' if matches!(stop, Stop::Regex | Stop::Group) => self.group(builder)?,
                byte if stops(stop, byte) => return Ok(()),
                b'*' | b'?' | b'[' if patterns => {
                    self.bump();
                    let kind = PartKind::Glob(char::from(byte));
                    builder.push(Part {
                        kind,
                        quoted: false,
                        span: self.span(start),
                    });
                }
                _ => {
                    builder.has_brace |= byte == b'{';
                    self.push_char(builder, false);
                }
            }
        }
        Ok(())
    }

    fn plain_run(&mut self, builder: &mut Builder) {
        let start = self.pos;
        while self.at(self.pos).is_some_and(is_plain) {
            self.pos += 1;
        }
        self.push_from(builder, start, self.slice(start, self.pos), false);
    }

    /// Pushes text that stands from a place to the position.
    #[inline]
    pub(super) fn push_from(&self, builder: &mut Builder, start: usize, text: &str, quoted: bool) {
        let end = self.pos;
        builder.push_text(text, quoted, Span { start, end });
    }

    /// Pushes the next character as text.
    pub(super) fn push_char(&mut self, builder: &mut Builder, quoted: bool) {
        let start = self.pos;
        let text = self.take_char().unwrap_or_default();
        self.push_from(builder, start, text, quoted);
    }

    /// Moves over the character at the position itself, without joining lines.
    pub(super) fn take_char(&mut self) -> Option<&'t str> {
        let rest = self.text.get(self.pos..)?;
        let length = rest.chars().next()?.len_utf8();
        self.pos += length;
        rest.get(..length)
    }

    fn quoting(&mut self, builder: &mut Builder, byte: u8) -> Outcome<()> {
        let start = self.pos;
        match byte {
            b'\\' => {
                self.bump();
                let Some(text) = self.take_char() else {
                    // bash keeps a backslash at the end of some texts, and drops it from others.
                    return Err(self.error(UnparsedKind::Incomplete));
                };
                self.push_from(builder, start, text, true);
            }
            b'\'' => {
                self.bump();
                let text = self.single_quoted()?;
                self.push_from(builder, start, text, true);
            }
            b'"' => self.double_quoted(builder)?,
            b'`' => {
                let part = self.backtick(Quote::Bare)?;
                builder.push(part);
            }
            _ => self.dollar(builder, Quote::Bare)?,
        }
        Ok(())
    }

    fn process(&mut self, builder: &mut Builder, stop: Stop) -> Outcome<()> {
        if !matches!(stop, Stop::Word | Stop::Regex) {
            // Versions of bash differ on process substitutions inside `${…}` and patterns.
            return Err(self.syntax());
        }
        let start = self.pos;
        let reads = self.peek() == Some(b'>');
        self.advance();
        self.advance();
        let script = self.substitution_body()?;
        let kind = PartKind::Process(Box::new(Process { reads, script }));
        builder.push(Part {
            kind,
            quoted: false,
            span: self.span(start),
        });
        Ok(())
    }

    fn extended_glob(&mut self, builder: &mut Builder, operator: u8) -> Outcome<()> {
        self.enter()?;
        let start = self.pos;
        self.advance();
        self.advance();
        let mut alternatives = Vec::new();
        loop {
            let mut alternative = Builder::new(self.outer);
            self.unquoted(&mut alternative, Stop::Group, true)?;
            alternatives.push(alternative.finish());
            match self.peek() {
                Some(b'|') => self.bump(),
                Some(b')') => break,
                _ => return Err(self.unexpected()),
            }
        }
        self.bump();
        self.depth -= 1;
        let kind = PartKind::ExtGlob(char::from(operator), alternatives);
        builder.push(Part {
            kind,
            quoted: false,
            span: self.span(start),
        });
        Ok(())
    }

    /// Reads a parenthesis with all it holds as parts of the word around it.
    fn group(&mut self, builder: &mut Builder) -> Outcome<()> {
        self.enter()?;
        self.push_char(builder, false);
        loop {
            self.unquoted(builder, Stop::Group, true)?;
            match self.peek() {
                Some(b'|') => self.push_char(builder, false),
                Some(b')') => break,
                _ => return Err(self.unexpected()),
            }
        }
        self.push_char(builder, false);
        self.depth -= 1;
        Ok(())
    }
}

fn stops(stop: Stop, byte: u8) -> bool {
    match stop {
        Stop::Word => is_meta(byte),
        Stop::Regex => is_meta(byte) && byte != b'|',
        Stop::Group => matches!(byte, b')' | b'|'),
        Stop::Brace => byte == b'}',
        Stop::BraceOrSlash => matches!(byte, b'}' | b'/'),
    }
}
