//! Quoting: single and double quotes, `$'…'`, and the contexts that behave like double quotes.
//!
//! bash reads a text twice: once to find where constructs end, once to expand them. In arithmetic and in operands
//! such as `"${x:-…}"` the first reading honours single quotes and the second does not, so commands between them
//! run. Text that the two readings would cut differently is refused.

use super::builder::Builder;
use super::parser::{Outcome, Parser};
use super::word::{Part, PartKind};
use super::{Span, UnparsedKind};

/// The quoting around an expansion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Quote {
    /// None.
    Bare,
    /// Directly inside double quotes.
    Double,
    /// In the body of a here-document.
    HereDoc,
    /// In an operand of `"${x:-…}"` or its like.
    Operand,
    /// In arithmetic or an index.
    Arith,
}

impl<'t> Parser<'t> {
    /// Returns the text up to the closing quote, and moves over it.
    pub(super) fn single_quoted(&mut self) -> Outcome<&'t str> {
        let rest = self.text.get(self.pos..).unwrap_or_default();
        let Some(length) = rest.find('\'') else {
            return Err(self.error(UnparsedKind::Incomplete));
        };
        self.pos += length + 1;
        Ok(rest.get(..length).unwrap_or_default())
    }

    /// Reads a double-quoted string from its opening quote on.
    pub(super) fn double_quoted(&mut self, builder: &mut Builder) -> Outcome<()> {
        self.advance();
        self.push_from(builder, self.pos - 1, "", true);
        loop {
            match self.peek() {
                None => return Err(self.error(UnparsedKind::Incomplete)),
                Some(b'"') => {
                    self.bump();
                    return Ok(());
                }
                Some(_) => self.double_step(builder, Quote::Double)?,
            }
        }
    }

    /// Reads one piece of a text that behaves like double quotes.
    pub(super) fn double_step(&mut self, builder: &mut Builder, quote: Quote) -> Outcome<()> {
        let start = self.pos;
        match self.peek() {
            Some(b'$') => self.dollar(builder, quote),
            Some(b'`') => {
                let part = self.backtick(quote)?;
                builder.push(part);
                Ok(())
            }
            Some(b'\\') => {
                self.bump();
                let escapes = match self.at(self.pos) {
                    Some(b'$' | b'`' | b'\\') => true,
                    Some(b'"') => quote != Quote::HereDoc,
                    Some(b'}') => quote == Quote::Operand,
                    _ => false,
                };
                let text = if escapes {
                    self.take_char().unwrap_or_default()
                } else {
                    "\\"
                };
                self.push_from(builder, start, text, true);
                Ok(())
            }
            _ => {
                self.double_run(builder);
                Ok(())
            }
        }
    }

    /// Pushes at least one character, and all that follow without a meaning in any quoted context.
    fn double_run(&mut self, builder: &mut Builder) {
        let start = self.pos;
        self.take_char();
        let rest = self.text.get(self.pos..).unwrap_or_default();
        let special = |c| {
            matches!(
                c,
                '"' | '\\' | '$' | '`' | '\'' | '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>'
            )
        };
        self.pos += rest.find(special).unwrap_or(rest.len());
        self.push_from(builder, start, self.slice(start, self.pos), true);
    }

    /// Reads an operand of `"${x:-…}"` up to its `}`.
    pub(super) fn double_operand(&mut self, builder: &mut Builder) -> Outcome<()> {
        loop {
            match self.peek() {
                None => return Err(self.error(UnparsedKind::Incomplete)),
                Some(b'}') => return Ok(()),
                Some(b'"') => self.double_quoted(builder)?,
                Some(b'\'') => self.transparent_single(builder, Quote::Operand)?,
                Some(b'<' | b'>') if self.peek_nth(1) == Some(b'(') => return Err(self.syntax()),
                Some(_) => self.double_step(builder, Quote::Operand)?,
            }
        }
    }

    /// Reads single quotes that hide no expansions: they only keep brackets from counting.
    pub(super) fn transparent_single(
        &mut self,
        builder: &mut Builder,
        quote: Quote,
    ) -> Outcome<()> {
        let start = self.pos;
        self.advance();
        let inner = self.pos;
        let content = self.single_quoted()?;
        let after = self.pos;
        if !content.contains(['$', '`', '"', '\\']) {
            builder.push_text(self.slice(start, after), true, Span { start, end: after });
            return Ok(());
        }
        self.pos = inner;
        builder.push_text("'", true, Span { start, end: inner });
        let end = after - 1;
        while self.pos < end {
            if self.peek() == Some(b'"') {
                return Err(self.syntax());
            }
            if self.pos < end {
                self.double_step(builder, quote)?;
            }
        }
        if self.pos != end {
            return Err(self.syntax());
        }
        self.push_char(builder, true);
        Ok(())
    }

    /// Reads `$'…'` from its quote on.
    pub(super) fn ansi_quoted(&mut self, builder: &mut Builder) -> Outcome<()> {
        let start = self.pos;
        self.advance();
        let mut bytes = Vec::new();
        loop {
            match self.at(self.pos) {
                None => return Err(self.error(UnparsedKind::Incomplete)),
                Some(b'\'') => break,
                Some(b'\\') => {
                    self.pos += 1;
                    self.ansi_escape(&mut bytes)?;
                }
                Some(byte) => {
                    self.pos += 1;
                    bytes.push(byte);
                }
            }
        }
        // A NUL ends the decoded text, but not the quotes.
        bytes.truncate(
            bytes
                .iter()
                .position(|byte| *byte == 0)
                .unwrap_or(bytes.len()),
        );
        self.pos += 1;
        let span = Span {
            start,
            end: self.pos,
        };
        match String::from_utf8(bytes) {
            Ok(text) => builder.push_text(&text, true, span),
            Err(error) => {
                let kind = PartKind::Bytes(error.into_bytes());
                builder.push(Part {
                    kind,
                    quoted: true,
                    span: self.span(start),
                });
            }
        }
        Ok(())
    }

    /// Decodes what follows a backslash in `$'…'`.
    fn ansi_escape(&mut self, bytes: &mut Vec<u8>) -> Outcome<()> {
        let Some(byte) = self.at(self.pos) else {
            return Err(self.error(UnparsedKind::Incomplete));
        };
        self.pos += 1;
        let decoded = match byte {
            b'a' => 0x07,
            b'b' => 0x08,
            b'e' | b'E' => 0x1b,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 0x0b,
            b'\\' | b'\'' | b'"' | b'?' => byte,
            b'0'..=b'7' => {
                self.pos -= 1;
                self.ansi_digits(8, 3)
                    .map_or(0, |value| (value & 0xff) as u8)
            }
            b'x' => match self.ansi_digits(16, 2) {
                Some(value) => (value & 0xff) as u8,
                // `\x{…}` takes any number of digits in some versions.
                None if self.at(self.pos) == Some(b'{') => return Err(self.syntax()),
                None => {
                    bytes.push(b'\\');
                    byte
                }
            },
            b'u' | b'U' => return self.ansi_unicode(byte, bytes),
            b'c' => match self.at(self.pos) {
                Some(byte) if byte.is_ascii_alphabetic() => {
                    self.pos += 1;
                    byte & 0x1f
                }
                // The other control characters have rules of their own.
                _ => return Err(self.syntax()),
            },
            _ => {
                bytes.push(b'\\');
                byte
            }
        };
        bytes.push(decoded);
        Ok(())
    }

    fn ansi_unicode(&mut self, letter: u8, bytes: &mut Vec<u8>) -> Outcome<()> {
        let most = if letter == b'u' { 4 } else { 8 };
        let Some(value) = self.ansi_digits(16, most) else {
            bytes.extend_from_slice(&[b'\\', letter]);
            return Ok(());
        };
        let Some(decoded) = char::from_u32(value) else {
            return Err(self.syntax());
        };
        bytes.extend_from_slice(decoded.encode_utf8(&mut [0; 4]).as_bytes());
        Ok(())
    }

    fn ansi_digits(&mut self, base: u32, most: usize) -> Option<u32> {
        let mut value = None;
        for _ in 0..most {
            let Some(digit) = self
                .at(self.pos)
                .and_then(|byte| char::from(byte).to_digit(base))
            else {
                break;
            };
            value = Some(value.unwrap_or(0) * base + digit);
            self.pos += 1;
        }
        value
    }
}
