//! Arithmetic: found by counting brackets, and searched for expansions.
//!
//! Nothing is evaluated. bash expands quotes here as if they were double quotes, and evaluates indexes a second time,
//! so text that would become an expansion only then is refused.

use super::UnparsedKind;
use super::builder::Builder;
use super::parser::{Outcome, Parser};
use super::quotes::Quote;
use super::word::{Arith, Part};

impl Parser<'_> {
    /// Reads up to the `close` that belongs to an `open` before the position, and moves over it.
    pub(super) fn arith(&mut self, open: u8, close: u8) -> Outcome<Arith> {
        self.enter()?;
        let start = self.pos;
        let mut builder = Builder::new(self.outer);
        let mut level = 1_usize;
        loop {
            match self.peek() {
                None => return Err(self.error(UnparsedKind::Incomplete)),
                Some(b'"') => self.double_quoted(&mut builder)?,
                Some(b'\'') => self.transparent_single(&mut builder, Quote::Arith)?,
                Some(b'$') => self.dollar(&mut builder, Quote::Arith)?,
                Some(b'`') => {
                    let part = self.backtick(Quote::Arith)?;
                    builder.push(part);
                }
                Some(b'\\') => {
                    let from = self.pos;
                    self.bump();
                    self.take_char();
                    self.push_from(&mut builder, from, self.slice(from, self.pos), true);
                }
                Some(byte) => {
                    level += usize::from(byte == open);
                    level -= usize::from(byte == close);
                    if level == 0 {
                        break;
                    }
                    self.arith_run(&mut builder, open, close);
                }
            }
        }
        let span = self.span(start);
        self.bump();
        self.depth -= 1;
        Ok(Arith {
            parts: builder.finish(),
            span,
        })
    }

    fn arith_run(&mut self, builder: &mut Builder, open: u8, close: u8) {
        let start = self.pos;
        self.take_char();
        let special = |byte: u8| {
            byte == open || byte == close || matches!(byte, b'"' | b'\'' | b'$' | b'`' | b'\\')
        };
        while self.at(self.pos).is_some_and(|byte| !special(byte)) {
            self.pos += 1;
        }
        self.push_from(builder, start, self.slice(start, self.pos), false);
    }

    /// Reads an index from its bracket on.
    pub(super) fn index(&mut self) -> Outcome<Arith> {
        self.advance();
        let index = self.arith(b'[', b']')?;
        self.check_arith(&index)?;
        // Unlike in other arithmetic, bash reads a process substitution here.
        let processes = |part: &Part| {
            !part.quoted
                && part
                    .text()
                    .is_some_and(|text| text.contains("<(") || text.contains(">("))
        };
        if index.parts.iter().any(processes) {
            Err(self.syntax())
        } else {
            Ok(index)
        }
    }

    /// Fails when a second evaluation could find an expansion in the text.
    pub(super) fn check_arith(&self, expression: &Arith) -> Outcome<()> {
        if hides_expansion(&expression.parts) {
            Err(self.syntax())
        } else {
            Ok(())
        }
    }
}

/// Whether certain text would be an expansion if it were read again.
pub(super) fn hides_expansion(parts: &[Part]) -> bool {
    parts
        .iter()
        .filter_map(Part::text)
        .any(|text| text.contains(['$', '`']))
}
