//! Simple commands and assignments, and the function definitions that start like a simple command.
//!
//! Words count as assignments only before the first ordinary word; `name=(…)` is also read among the arguments of
//! the builtins that declare variables, as bash does.

use super::parser::{Outcome, Parser};
use super::reader::{is_meta, is_name, is_name_start};
use super::tree::{Assignment, AssignmentValue, Command, Function, SimpleCommand};
use super::word::{Element, Part, PartKind, Word};
use super::words::Style;

/// The commands whose arguments may be array assignments.
const DECLARING: [&str; 8] = [
    "alias", "declare", "eval", "export", "let", "local", "readonly", "typeset",
];

impl Parser<'_> {
    /// Reads a simple command, or the function definition that it turns out to be.
    pub(super) fn simple(&mut self) -> Outcome<Command> {
        let start = self.pos;
        let mut end = start;
        let (mut assignments, mut words, mut redirects) = (Vec::new(), Vec::new(), Vec::new());
        loop {
            self.skip_blanks();
            if self.peek() == Some(b'(') {
                if words.len() == 1 && assignments.is_empty() && redirects.is_empty() {
                    return self.function_after_name(start, words.first());
                }
                return Err(self.syntax());
            }
            if let Some(redirect) = self.redirect()? {
                redirects.push(redirect);
            } else if let Some(assignment) = if words.is_empty() {
                self.assignment()?
            } else {
                None
            } {
                assignments.push(assignment);
            } else if let Some(word) = self.argument(&words)? {
                words.push(word);
            } else {
                break;
            }
            end = self.pos;
        }
        if words.is_empty() && assignments.is_empty() && redirects.is_empty() {
            return Err(self.unexpected());
        }
        self.pos = end;
        Ok(Command::Simple(SimpleCommand {
            assignments,
            words,
            redirects,
            span: self.span(start),
        }))
    }

    fn argument(&mut self, words: &[Word]) -> Outcome<Option<Word>> {
        self.peek();
        let start = self.pos;
        let declares = words
            .first()
            .and_then(Word::bare_text)
            .is_some_and(|name| DECLARING.contains(&name));
        if declares && let Some(word) = self.array_argument()? {
            return Ok(Some(word));
        }
        let word = self.word(Style::Argument)?;
        // `{name[index]}>file` names a descriptor.
        let source = self.slice(start, self.pos);
        if source.starts_with('{')
            && source.ends_with('}')
            && source.contains('[')
            && self.at_redirect()
        {
            return Err(self.syntax());
        }
        Ok(word)
    }

    fn at_redirect(&mut self) -> bool {
        matches!(self.peek(), Some(b'<' | b'>'))
    }

    fn array_argument(&mut self) -> Outcome<Option<Word>> {
        let start = self.pos;
        let name = self.name();
        self.eat(b'+');
        let is_array = name.is_some() && self.eat(b'=') && self.peek() == Some(b'(');
        if !is_array {
            self.pos = start;
            return Ok(None);
        }
        let mut word = Word::literal(self.slice(start, self.pos), self.span(start));
        let elements = self.array()?;
        let span = self.span(start);
        word.parts.push(Part {
            kind: PartKind::Array(elements),
            quoted: false,
            span,
        });
        word.span = span;
        Ok(Some(word))
    }

    fn name(&mut self) -> Option<String> {
        self.peek().filter(|byte| is_name_start(*byte))?;
        let mut name = String::new();
        while let Some(byte) = self.peek().filter(|byte| is_name(*byte)) {
            name.push(char::from(byte));
            self.bump();
        }
        Some(name)
    }

    /// Reads an assignment, or leaves the position alone.
    fn assignment(&mut self) -> Outcome<Option<Assignment>> {
        self.peek();
        let start = self.pos;
        let Some(name) = self.name() else {
            return Ok(None);
        };
        let mut index = None;
        if self.peek() == Some(b'[') {
            let bracket = self.pos;
            index = Some(self.trial(Self::index)?);
            if !self.at_assign() {
                self.refuse_split(bracket)?;
            }
        }
        if !self.at_assign() {
            self.pos = start;
            return Ok(None);
        }
        let append = self.eat(b'+');
        self.advance();
        let value = if self.peek() == Some(b'(') {
            AssignmentValue::Array(self.array()?)
        } else {
            AssignmentValue::Scalar(self.value()?)
        };
        Ok(Some(Assignment {
            name,
            index,
            append,
            value,
            span: self.span(start),
        }))
    }

    fn at_assign(&mut self) -> bool {
        match self.peek() {
            Some(b'=') => true,
            Some(b'+') => self.peek_nth(1) == Some(b'='),
            _ => false,
        }
    }

    /// Fails when `name[…]` is one word for bash, but would be several without the brackets.
    fn refuse_split(&mut self, bracket: usize) -> Outcome<()> {
        let split = self.slice(bracket, self.pos).bytes().any(is_meta);
        if split { Err(self.syntax()) } else { Ok(()) }
    }

    fn value(&mut self) -> Outcome<Word> {
        let start = self.pos;
        let word = if self.peek() == Some(b'#') {
            self.hash_value()?
        } else {
            self.word(Style::Value)?
        };
        Ok(word.unwrap_or_else(|| Word {
            parts: Vec::new(),
            span: self.span(start),
        }))
    }

    /// Reads a value that starts with `#`, which is no comment in the middle of a word.
    fn hash_value(&mut self) -> Outcome<Option<Word>> {
        let start = self.pos;
        let mut builder = super::builder::Builder::new(self.outer);
        self.push_char(&mut builder, false);
        self.unquoted(&mut builder, super::words::Stop::Word, false)?;
        self.finish_word(builder, Style::Value, start).map(Some)
    }

    /// Reads `(…)` after `name=`.
    fn array(&mut self) -> Outcome<Vec<Element>> {
        self.enter()?;
        self.advance();
        let mut elements = Vec::new();
        let outer_pending = std::mem::take(&mut self.pending);
        let newlines = self.newlines;
        loop {
            self.skip_newlines()?;
            if self.eat(b')') {
                break;
            }
            self.refuse_descriptor()?;
            let index = self.element_index()?;
            let word = if index.is_some() {
                Some(self.value()?)
            } else {
                self.word(Style::Argument)?
            };
            let Some(value) = word else {
                return Err(self.unexpected());
            };
            elements.push(Element { index, value });
        }
        let splits_heredoc = !outer_pending.is_empty() && self.newlines != newlines;
        self.pending = outer_pending;
        if splits_heredoc || !self.ends_word(self.pos) {
            return Err(self.syntax());
        }
        self.depth -= 1;
        Ok(elements)
    }

    fn element_index(&mut self) -> Outcome<Option<super::word::Arith>> {
        let start = self.pos;
        if self.peek() != Some(b'[') {
            return Ok(None);
        }
        let index = self.trial(Self::index)?;
        if self.at_assign() {
            self.eat(b'+');
            self.advance();
            return Ok(Some(index));
        }
        self.refuse_split(start)?;
        self.pos = start;
        Ok(None)
    }

    fn function_after_name(&mut self, start: usize, name: Option<&Word>) -> Outcome<Command> {
        let Some(name) = name
            .and_then(Word::static_text)
            .map(std::borrow::Cow::into_owned)
        else {
            return Err(self.syntax());
        };
        self.advance();
        self.skip_blanks();
        if !self.eat(b')') {
            return Err(self.unexpected());
        }
        self.function_body(name, start)
    }

    pub(super) fn function_body(&mut self, name: String, start: usize) -> Outcome<Command> {
        self.skip_newlines()?;
        let Some(body) = self.compound()? else {
            return Err(self.unexpected());
        };
        Ok(Command::Function(Box::new(Function {
            name,
            body,
            span: self.span(start),
        })))
    }
}
