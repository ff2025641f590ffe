//! `${…}`: names, indexes, operators and their operands.
//!
//! A shape that bash would refuse as a bad substitution when it runs is a syntax error here.

use super::builder::Builder;
use super::parser::{Outcome, Parser};
use super::quotes::Quote;
use super::reader::{is_digit, is_name, is_name_start};
use super::word::{Arith, ParamOp, Parameter, Part, PartKind, Word};
use super::words::{Stop, Style};

impl Parser<'_> {
    /// Reads a parameter expansion, or a `${ …; }` substitution.
    pub(super) fn parameter(&mut self, quote: Quote) -> Outcome<Part> {
        self.enter()?;
        let start = self.pos;
        self.advance();
        self.advance();
        let part = if let Some(b' ' | b'\t' | b'\n' | b'|') = self.peek() {
            self.brace_substitution(quote, start)?
        } else {
            let parameter = self.parameter_inside(quote)?;
            let kind = PartKind::Parameter(Box::new(parameter));
            Part {
                kind,
                quoted: quote != Quote::Bare,
                span: self.span(start),
            }
        };
        self.depth -= 1;
        Ok(part)
    }

    fn parameter_inside(&mut self, quote: Quote) -> Outcome<Parameter> {
        if self.peek() == Some(b'#') && self.names_parameter(1) {
            let start = self.pos;
            self.bump();
            let (name, index) = self.parameter_name()?;
            if self.eat(b'}') {
                return Ok(Parameter {
                    name,
                    braced: true,
                    indirect: false,
                    index,
                    op: Some(ParamOp::Length),
                });
            }
            // Not a length after all: `${#-x}` is `$#` with a default.
            self.pos = start;
        }
        let indirect = self.peek() == Some(b'!') && self.names_parameter(1);
        if indirect {
            self.bump();
        }
        let (name, index) = self.parameter_name()?;
        if indirect && index.is_none() && matches!(self.peek(), Some(b'*' | b'@')) {
            let byte = self.peek().unwrap_or_default();
            if self.peek_nth(1) == Some(b'}') {
                self.advance();
                self.advance();
                return Ok(Parameter {
                    name,
                    braced: true,
                    indirect,
                    index,
                    op: Some(ParamOp::Names(char::from(byte))),
                });
            }
        }
        let op = self.parameter_op(quote)?;
        if self.eat(b'}') {
            Ok(Parameter {
                name,
                braced: true,
                indirect,
                index,
                op,
            })
        } else {
            Err(self.unexpected())
        }
    }

    /// Whether a parameter's name starts `ahead` bytes further on.
    fn names_parameter(&self, ahead: usize) -> bool {
        self.peek_nth(ahead).is_some_and(|byte| {
            is_name(byte) || matches!(byte, b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!')
        })
    }

    fn parameter_name(&mut self) -> Outcome<(String, Option<Arith>)> {
        let mut name = String::new();
        let Some(first) = self.peek() else {
            return Err(self.unexpected());
        };
        if !self.names_parameter(0) {
            return Err(self.syntax());
        }
        self.bump();
        name.push(char::from(first));
        if is_name(first) {
            let goes_on = if is_digit(first) { is_digit } else { is_name };
            while let Some(byte) = self.peek().filter(|byte| goes_on(*byte)) {
                name.push(char::from(byte));
                self.bump();
            }
        }
        let mut index = None;
        if is_name_start(first) && self.peek() == Some(b'[') {
            let start = self.pos;
            let expression = self.index()?;
            // bash finds the end of `${…}` first, at the first brace that is not quoted.
            if self.slice(start, self.pos).contains('}') && has_bare_brace(&expression) {
                return Err(self.syntax());
            }
            index = Some(expression);
        }
        Ok((name, index))
    }

    fn parameter_op(&mut self, quote: Quote) -> Outcome<Option<ParamOp>> {
        let Some(byte) = self.peek() else {
            return Err(self.unexpected());
        };
        if byte == b'}' {
            return Ok(None);
        }
        self.bump();
        let next = self.peek();
        Ok(Some(match byte {
            b'-' | b'=' | b'?' | b'+' => ParamOp::Conditional(
                char::from(byte),
                false,
                self.operand(quote, true, Stop::Brace)?,
            ),
            b':' => match next {
                Some(operator @ (b'-' | b'=' | b'?' | b'+')) => {
                    self.bump();
                    ParamOp::Conditional(
                        char::from(operator),
                        true,
                        self.operand(quote, true, Stop::Brace)?,
                    )
                }
                Some(b'}') => return Err(self.syntax()),
                _ => ParamOp::Substring(self.substring()?),
            },
            b'#' | b'%' | b'^' | b',' | b'~' => {
                let mut operator = String::from(char::from(byte));
                if self.eat(byte) {
                    operator.push(char::from(byte));
                }
                ParamOp::Pattern(operator, self.operand(quote, false, Stop::Brace)?)
            }
            b'/' => self.replacement(quote)?,
            b'@' => match next {
                Some(letter) if letter.is_ascii_alphabetic() => {
                    self.bump();
                    ParamOp::Transform(char::from(letter))
                }
                _ => return Err(self.unexpected()),
            },
            _ => return Err(self.syntax()),
        }))
    }

    fn replacement(&mut self, quote: Quote) -> Outcome<ParamOp> {
        let mut operator = String::from("/");
        if let Some(byte @ (b'/' | b'#' | b'%')) = self.peek() {
            operator.push(char::from(byte));
            self.bump();
        }
        let pattern = self.operand(quote, false, Stop::BraceOrSlash)?;
        let replacement = if self.eat(b'/') {
            Some(self.operand(quote, false, Stop::Brace)?)
        } else {
            None
        };
        Ok(ParamOp::Replace(operator, pattern, replacement))
    }

    /// Reads a word up to the end of the expansion. Inside double quotes only patterns honour single quotes.
    fn operand(&mut self, quote: Quote, is_value: bool, stop: Stop) -> Outcome<Word> {
        self.peek();
        let start = self.pos;
        let mut builder = Builder::new(self.outer);
        if quote != Quote::Bare && is_value {
            self.double_operand(&mut builder)?;
            return Ok(Word {
                parts: builder.finish(),
                span: self.span(start),
            });
        }
        self.unquoted(&mut builder, stop, true)?;
        let style = if is_value {
            Style::Value
        } else {
            Style::Pattern
        };
        self.finish_word(builder, style, start)
    }

    fn substring(&mut self) -> Outcome<Arith> {
        let start = self.pos;
        let mut builder = Builder::new(self.outer);
        self.double_operand(&mut builder)?;
        let expression = Arith {
            parts: builder.finish(),
            span: self.span(start),
        };
        self.check_arith(&expression)?;
        Ok(expression)
    }
}

fn has_bare_brace(expression: &Arith) -> bool {
    let texts = expression
        .parts
        .iter()
        .filter(|part| !part.quoted)
        .filter_map(Part::text);
    texts.into_iter().any(|text| text.contains('}'))
}
