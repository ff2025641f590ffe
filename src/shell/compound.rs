//! Compound commands, functions and coprocesses.
//!
//! Reserved words are looked for only where a command can start, unquoted and as whole words, so `echo if` and
//! `'if' a` stay simple commands.

use super::parser::{Outcome, Parser};
use super::reader::is_blank;
use super::redirect::Redirect;
use super::tree::{CaseClause, CaseEnd, Command, Compound, CompoundKind, Coproc, Script};
use super::word::{Arith, Part, Word};
use super::words::Style;

/// The reserved words that no command can start with.
const MISPLACED: [&str; 11] = [
    "]]", "then", "else", "elif", "fi", "do", "done", "esac", "}", "in", "!",
];

/// The reserved words that start a compound command.
const OPENERS: [&str; 8] = ["{", "if", "while", "until", "for", "select", "case", "[["];

impl Parser<'_> {
    /// Reads one command of a pipeline.
    pub(super) fn command(&mut self) -> Outcome<Command> {
        let start = self.pos;
        if let Some(compound) = self.compound()? {
            return Ok(Command::Compound(Box::new(compound)));
        }
        match self.peek() {
            Some(b'f') if self.eat_word("function") => self.function(start),
            Some(b'c') if self.eat_word("coproc") => self.coproc(start),
            Some(b't' | b'e' | b'f' | b'd' | b'}' | b'i' | b'!' | b']') if self.misplaced() => {
                Err(self.syntax())
            }
            _ => self.simple(),
        }
    }

    fn misplaced(&self) -> bool {
        MISPLACED.iter().any(|word| self.whole_word(word).is_some())
    }

    /// Reads a compound command with its redirections, or leaves the position alone.
    pub(super) fn compound(&mut self) -> Outcome<Option<Compound>> {
        let start = self.pos;
        let Some(kind) = self.compound_kind()? else {
            return Ok(None);
        };
        let end = self.pos;
        let redirects: Vec<Redirect> = self.redirects()?;
        self.compound_end = redirects.is_empty().then_some(end);
        Ok(Some(Compound {
            kind,
            redirects,
            span: self.span(start),
        }))
    }

    fn compound_kind(&mut self) -> Outcome<Option<CompoundKind>> {
        let kind = match self.peek() {
            Some(b'(') => self.parentheses()?,
            Some(b'{') if self.eat_word("{") => {
                let body = self.body()?;
                self.expect_word("}")?;
                CompoundKind::Group(body)
            }
            Some(b'i') if self.eat_word("if") => self.conditional()?,
            Some(b'w') if self.eat_word("while") => self.conditional_loop(false)?,
            Some(b'u') if self.eat_word("until") => self.conditional_loop(true)?,
            Some(b'f') if self.eat_word("for") => {
                self.skip_blanks();
                if self.peek() == Some(b'(') {
                    self.for_arith()?
                } else {
                    self.for_words(true)?
                }
            }
            Some(b's') if self.eat_word("select") => {
                self.skip_blanks();
                self.for_words(false)?
            }
            Some(b'c') if self.eat_word("case") => self.case()?,
            Some(b'[') if self.eat_word("[[") => CompoundKind::Test(self.test_command()?),
            _ => return Ok(None),
        };
        Ok(Some(kind))
    }

    fn parentheses(&mut self) -> Outcome<CompoundKind> {
        if let Some(expression) = self.arith_parens()? {
            return Ok(CompoundKind::Arith(expression));
        }
        self.bump();
        let body = self.body()?;
        if self.eat(b')') {
            Ok(CompoundKind::Subshell(body))
        } else {
            Err(self.unexpected())
        }
    }

    fn conditional(&mut self) -> Outcome<CompoundKind> {
        let mut branches = Vec::new();
        loop {
            let condition = self.body()?;
            self.expect_word("then")?;
            branches.push((condition, self.body()?));
            if !self.eat_word("elif") {
                break;
            }
        }
        let otherwise = if self.eat_word("else") {
            Some(self.body()?)
        } else {
            None
        };
        self.expect_word("fi")?;
        Ok(CompoundKind::If {
            branches,
            otherwise,
        })
    }

    fn conditional_loop(&mut self, until: bool) -> Outcome<CompoundKind> {
        let condition = self.body()?;
        self.expect_word("do")?;
        let body = self.body()?;
        self.expect_word("done")?;
        Ok(CompoundKind::Loop {
            until,
            condition,
            body,
        })
    }

    /// Reads the body of `for` and `select`, which may also stand in braces.
    fn loop_body(&mut self) -> Outcome<Script> {
        let close = if self.eat_word("do") {
            "done"
        } else {
            self.expect_word("{")?;
            "}"
        };
        let body = self.body()?;
        self.expect_word(close)?;
        Ok(body)
    }

    /// Moves over a `;` that is not part of `;;` or `;&`.
    fn eat_semicolon(&mut self) -> bool {
        let found = self.peek() == Some(b';') && !matches!(self.peek_nth(1), Some(b';' | b'&'));
        if found {
            self.bump();
        }
        found
    }

    fn for_words(&mut self, is_for: bool) -> Outcome<CompoundKind> {
        let name = self.static_word()?;
        let newlines = self.newlines;
        let mut words = None;
        self.skip_blanks();
        if self.eat_semicolon() {
            self.skip_newlines()?;
        } else {
            self.skip_newlines()?;
            if self.eat_word("in") {
                words = Some(self.for_list()?);
            } else if self.newlines == newlines && self.whole_word("{").is_some() {
                return Err(self.syntax());
            }
        }
        let body = self.loop_body()?;
        Ok(if is_for {
            CompoundKind::For { name, words, body }
        } else {
            CompoundKind::Select { name, words, body }
        })
    }

    fn for_list(&mut self) -> Outcome<Vec<Word>> {
        let mut words = Vec::new();
        loop {
            self.skip_blanks();
            self.refuse_descriptor()?;
            match self.word(Style::Argument)? {
                Some(word) => words.push(word),
                None => break,
            }
        }
        if !self.eat_semicolon() && self.peek() != Some(b'\n') {
            return Err(self.unexpected());
        }
        self.skip_newlines()?;
        Ok(words)
    }

    /// Reads a word that must not depend on anything at run time.
    fn static_word(&mut self) -> Outcome<Word> {
        self.refuse_descriptor()?;
        match self.word(Style::Argument)? {
            Some(word) if word.static_text().is_some() => Ok(word),
            _ => Err(self.unexpected()),
        }
    }

    fn for_arith(&mut self) -> Outcome<CompoundKind> {
        let Some(header) = self.arith_parens()? else {
            return Err(self.unexpected());
        };
        if semicolons(&header) != 2 {
            return Err(self.syntax());
        }
        self.skip_blanks();
        self.eat_semicolon();
        self.skip_newlines()?;
        let body = self.loop_body()?;
        Ok(CompoundKind::ForArith { header, body })
    }

    fn case(&mut self) -> Outcome<CompoundKind> {
        self.skip_blanks();
        self.refuse_descriptor()?;
        let Some(subject) = self.word(Style::Value)? else {
            return Err(self.unexpected());
        };
        self.skip_newlines()?;
        self.expect_word("in")?;
        let mut clauses = Vec::new();
        loop {
            self.skip_newlines()?;
            if self.eat_word("esac") {
                return Ok(CompoundKind::Case { subject, clauses });
            }
            let patterns = self.case_patterns()?;
            let body = self.list()?;
            let end = match (self.peek(), self.peek_nth(1), self.peek_nth(2)) {
                (Some(b';'), Some(b';'), Some(b'&')) => (CaseEnd::TryNext, 3),
                (Some(b';'), Some(b';'), _) => (CaseEnd::Break, 2),
                (Some(b';'), Some(b'&'), _) => (CaseEnd::FallThrough, 2),
                _ if self.whole_word("esac").is_some() => (CaseEnd::Break, 0),
                _ => return Err(self.unexpected()),
            };
            for _ in 0..end.1 {
                self.advance();
            }
            clauses.push(CaseClause {
                patterns,
                body,
                end: end.0,
            });
        }
    }

    fn case_patterns(&mut self) -> Outcome<Vec<Word>> {
        self.eat(b'(');
        let mut patterns = Vec::new();
        loop {
            self.skip_blanks();
            self.refuse_descriptor()?;
            match self.word(Style::Pattern)? {
                Some(word) => patterns.push(word),
                None => return Err(self.unexpected()),
            }
            self.skip_blanks();
            match (self.peek(), self.peek_nth(1)) {
                (Some(b')'), _) => break,
                (Some(b'|'), next) if next != Some(b'|') && next != Some(b'&') => self.bump(),
                _ => return Err(self.unexpected()),
            }
        }
        self.bump();
        Ok(patterns)
    }

    fn function(&mut self, start: usize) -> Outcome<Command> {
        self.skip_blanks();
        let name = self.static_word()?;
        let name = name.static_text().unwrap_or_default().into_owned();
        let end = self.pos;
        self.skip_blanks();
        if self.eat(b'(') {
            self.skip_blanks();
            if !self.eat(b')') {
                // The body is a subshell.
                self.pos = end;
            }
        }
        self.function_body(name, start)
    }

    fn coproc(&mut self, start: usize) -> Outcome<Command> {
        self.skip_blanks();
        let (name, command) = match self.compound()? {
            Some(compound) => (None, Command::Compound(Box::new(compound))),
            None => self.coproc_named()?,
        };
        let span = self.span(start);
        Ok(Command::Coproc(Box::new(Coproc {
            name,
            command,
            span,
        })))
    }

    /// bash looks for reserved words both before and after the name of a coprocess.
    fn misplaced_in_coproc(&self) -> bool {
        let defines = ["function", "coproc"];
        self.misplaced() || defines.iter().any(|word| self.whole_word(word).is_some())
    }

    fn coproc_named(&mut self) -> Outcome<(Option<Word>, Command)> {
        let start = self.pos;
        if self.misplaced_in_coproc() {
            return Err(self.syntax());
        }
        let word = self.trial(|parser| parser.word(Style::Argument))?;
        let blank = self.peek().is_some_and(is_blank);
        self.skip_blanks();
        if let Some(name) = word.filter(|_| blank) {
            if self.misplaced_in_coproc() {
                return Err(self.syntax());
            }
            let opens = self.peek() == Some(b'(')
                || OPENERS.iter().any(|word| self.whole_word(word).is_some());
            if opens && let Some(compound) = self.compound()? {
                return Ok((Some(name), Command::Compound(Box::new(compound))));
            }
        }
        let after_name = self.pos;
        self.pos = start;
        let command = self.simple()?;
        if self.index_follows(after_name) {
            return Err(self.syntax());
        }
        Ok((None, command))
    }

    /// Whether `name[` stands at a position: bash still expects assignments after the first word of a coprocess.
    fn index_follows(&self, pos: usize) -> bool {
        let rest = self.text.get(pos..).unwrap_or_default();
        let after = rest.trim_start_matches(|c: char| {
            c.is_ascii_alphanumeric() || c == '_' || c == '\\' || c == '\n'
        });
        after.len() < rest.len() && after.starts_with(['[', '=', '+'])
    }
}

fn semicolons(expression: &Arith) -> usize {
    let texts = expression
        .parts
        .iter()
        .filter(|part| !part.quoted)
        .filter_map(Part::text);
    texts.map(|text| text.matches(';').count()).sum()
}
