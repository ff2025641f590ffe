//! What `$` and backticks introduce, and the scripts inside them.
//!
//! Constructs that were read on trial (see [`Parser::trial`]) are kept by position, so that reading `((` first as
//! arithmetic and then as subshells stays linear however deep they nest.

use super::UnparsedKind;
use super::builder::Builder;
use super::parser::{Outcome, Parser};
use super::quotes::Quote;
use super::reader::{is_digit, is_name, is_name_start};
use super::tree::Script;
use super::word::{Arith, Parameter, Part, PartKind, Substitution, SubstitutionKind};

impl Parser<'_> {
    /// Runs a reading that may be thrown away, keeping the constructs it finds for the next one.
    pub(super) fn trial<T>(&mut self, read: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        self.trials += 1;
        let outcome = read(self);
        self.trials -= 1;
        outcome
    }

    fn cached(
        &mut self,
        quote: Quote,
        read: impl FnOnce(&mut Self, Quote) -> Outcome<Part>,
    ) -> Outcome<Part> {
        let key = (self.pos, quote);
        if !self.cache.is_empty()
            && let Some((part, end)) = self.cache.get(&key)
        {
            self.pos = *end;
            return Ok(part.clone());
        }
        let part = read(self, quote)?;
        if self.trials > 0 {
            self.cache.insert(key, (part.clone(), self.pos));
        }
        Ok(part)
    }

    /// Reads what a `$` introduces, or the `$` as text.
    pub(super) fn dollar(&mut self, builder: &mut Builder, quote: Quote) -> Outcome<()> {
        let start = self.pos;
        let part = match self.peek_nth(1) {
            Some(b'(') => self.cached(quote, Self::dollar_paren)?,
            Some(b'{') => self.cached(quote, Self::parameter)?,
            Some(b'[') => self.cached(quote, Self::old_arithmetic)?,
            Some(b'\'' | b'"') if matches!(quote, Quote::Operand | Quote::Arith) => {
                // bash decodes `$'…'` here before it looks for expansions: the result may run commands.
                return Err(self.syntax());
            }
            Some(b'\'') if quote == Quote::Bare => {
                self.advance();
                self.peek();
                return self.ansi_quoted(builder);
            }
            Some(b'"') if quote == Quote::Bare => {
                self.advance();
                return self.double_quoted(builder);
            }
            Some(byte) if is_name_start(byte) || is_digit(byte) => self.plain_parameter(quote),
            Some(b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!') => self.plain_parameter(quote),
            _ => {
                self.bump();
                self.push_from(builder, start, "$", quote != Quote::Bare);
                return Ok(());
            }
        };
        builder.push(part);
        Ok(())
    }

    fn part(&self, kind: PartKind, quote: Quote, start: usize) -> Part {
        Part {
            kind,
            quoted: quote != Quote::Bare,
            span: self.span(start),
        }
    }

    fn plain_parameter(&mut self, quote: Quote) -> Part {
        let start = self.pos;
        self.advance();
        let mut name = String::new();
        if self.peek().is_some_and(is_name_start) {
            while let Some(byte) = self.peek().filter(|byte| is_name(*byte)) {
                name.push(char::from(byte));
                self.bump();
            }
        } else if let Some(byte) = self.peek() {
            name.push(char::from(byte));
            self.bump();
        }
        let parameter = Parameter {
            name,
            braced: false,
            indirect: false,
            index: None,
            op: None,
        };
        self.part(PartKind::Parameter(Box::new(parameter)), quote, start)
    }

    fn dollar_paren(&mut self, quote: Quote) -> Outcome<Part> {
        let start = self.pos;
        self.advance();
        if let Some(expression) = self.arith_parens()? {
            return Ok(self.part(PartKind::Arithmetic(expression), quote, start));
        }
        self.advance();
        let inner = self.pos;
        let mut expected_end = None;
        if self.peek() == Some(b'(') {
            // Not arithmetic. bash has found the end by counting parentheses, and parses up to there.
            self.pos = inner;
            self.trial(|parser| parser.arith(b'(', b')'))?;
            expected_end = Some(self.pos);
            self.pos = inner;
        }
        let script = self.substitution_body()?;
        if expected_end.is_some_and(|end| end != self.pos) {
            return Err(self.syntax());
        }
        let substitution = Substitution {
            kind: SubstitutionKind::Dollar,
            script,
        };
        Ok(self.part(PartKind::Command(Box::new(substitution)), quote, start))
    }

    /// Reads `((…))` from its first parenthesis on; none when it has to be read as nested subshells.
    pub(super) fn arith_parens(&mut self) -> Outcome<Option<Arith>> {
        let start = self.pos;
        self.advance();
        if !self.eat(b'(') {
            self.pos = start;
            return Ok(None);
        }
        let expression = self.trial(|parser| parser.arith(b'(', b')'))?;
        if self.at(self.pos) == Some(b')') {
            self.bump();
            self.check_arith(&expression)?;
            return Ok(Some(expression));
        }
        self.pos = start;
        Ok(None)
    }

    fn old_arithmetic(&mut self, quote: Quote) -> Outcome<Part> {
        let start = self.pos;
        self.advance();
        self.advance();
        let expression = self.arith(b'[', b']')?;
        self.check_arith(&expression)?;
        Ok(self.part(PartKind::Arithmetic(expression), quote, start))
    }

    /// Reads the script of `$(…)` or `<(…)` after its opening, and the closing parenthesis.
    pub(super) fn substitution_body(&mut self) -> Outcome<Script> {
        let outer_pending = std::mem::take(&mut self.pending);
        let outer_substitution = std::mem::replace(&mut self.in_substitution, true);
        let newlines = self.newlines;
        let script = self.list()?;
        if self.peek() != Some(b')') {
            return Err(self.unexpected());
        }
        // Versions of bash differ on where the bodies are in these two cases.
        if !self.pending.is_empty() || (!outer_pending.is_empty() && self.newlines != newlines) {
            return Err(self.syntax());
        }
        self.bump();
        self.pending = outer_pending;
        self.in_substitution = outer_substitution;
        Ok(script)
    }

    /// Reads `${ …; }` from the blank on; the opening is read.
    pub(super) fn brace_substitution(&mut self, quote: Quote, start: usize) -> Outcome<Part> {
        let outer_pending = std::mem::take(&mut self.pending);
        let outer_brace = self.brace_depth.replace(self.depth + 1);
        self.eat(b'|');
        let script = self.list()?;
        if !self.eat(b'}') {
            return Err(self.unexpected());
        }
        self.brace_depth = outer_brace;
        if !self.pending.is_empty() || !outer_pending.is_empty() {
            return Err(self.syntax());
        }
        let substitution = Substitution {
            kind: SubstitutionKind::Braces,
            script,
        };
        Ok(self.part(PartKind::Command(Box::new(substitution)), quote, start))
    }

    pub(super) fn backtick(&mut self, quote: Quote) -> Outcome<Part> {
        self.cached(quote, Self::backtick_uncached)
    }

    fn backtick_uncached(&mut self, quote: Quote) -> Outcome<Part> {
        let start = self.pos;
        self.bump();
        let body = self.backtick_text(quote)?;
        let script = self.nested(&body, self.span(start)).script()?;
        let substitution = Substitution {
            kind: SubstitutionKind::Backtick,
            script,
        };
        Ok(self.part(PartKind::Command(Box::new(substitution)), quote, start))
    }

    /// Reads up to the closing backtick, taking away the backslashes that bash takes away before it parses.
    fn backtick_text(&mut self, quote: Quote) -> Outcome<String> {
        let mut body = String::new();
        loop {
            match self.peek() {
                None => return Err(self.error(UnparsedKind::Incomplete)),
                Some(b'`') => {
                    self.bump();
                    return Ok(body);
                }
                Some(b'\\') => {
                    self.bump();
                    match (self.at(self.pos), quote) {
                        (Some(b'`' | b'$' | b'\\'), _) | (Some(b'"'), Quote::Double) => {}
                        (Some(b'"'), Quote::Arith) => return Err(self.syntax()),
                        _ => body.push('\\'),
                    }
                    body.push_str(self.take_char().unwrap_or_default());
                }
                Some(_) => body.push_str(self.take_char().unwrap_or_default()),
            }
        }
    }
}
