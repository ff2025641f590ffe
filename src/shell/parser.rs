//! The parser's state, and the grammar from scripts down to pipelines.
//!
//! It reads characters directly, without a token stream, because bash's tokens depend on the grammar around them.
//! Every recursion passes [`Parser::list`] or another counted step, so that the stack is bounded by
//! [`MAX_DEPTH`].

use std::collections::HashMap;

use super::heredoc::Pending;
use super::tree::{AndOr, Command, Connector, Item, Pipeline, Script, Stage};
use super::word::Part;
use super::{MAX_DEPTH, Span, Unparsed, UnparsedKind};

pub(super) type Outcome<T> = Result<T, Unparsed>;

/// Where a cached part was read: its position and the quoting around it.
pub(super) type CacheKey = (usize, super::quotes::Quote);

pub(super) struct Parser<'t> {
    pub(super) text: &'t str,
    pub(super) pos: usize,
    /// The construct that holds the text, when the text is not the original one.
    pub(super) outer: Option<Span>,
    pub(super) depth: usize,
    /// Here-documents whose bodies start after the next newline.
    pub(super) pending: Vec<Pending>,
    /// How many newlines were read as tokens.
    pub(super) newlines: usize,
    /// Whether a `)` ends the script that is being read.
    pub(super) in_substitution: bool,
    /// The depth of the list that a `}` ends even when text follows it directly, as in `${ …; }`.
    pub(super) brace_depth: Option<usize>,
    /// Where the last compound command without redirections ended: a reserved word may follow directly.
    pub(super) compound_end: Option<usize>,
    /// How many readings are on trial: what they find is kept, so that a second reading costs nothing.
    pub(super) trials: usize,
    pub(super) cache: HashMap<CacheKey, (Part, usize)>,
}

/// The reserved words that can close or continue a compound command.
const CLOSERS: [&str; 8] = ["then", "else", "elif", "fi", "do", "done", "esac", "}"];

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            pos: 0,
            outer: None,
            depth: 0,
            pending: Vec::new(),
            newlines: 0,
            in_substitution: false,
            brace_depth: None,
            compound_end: None,
            trials: 0,
            cache: HashMap::new(),
        }
    }

    /// Returns a parser for a text that was taken out of this one.
    pub(super) fn nested<'n>(&self, text: &'n str, span: Span) -> Parser<'n> {
        Parser {
            outer: Some(self.outer.unwrap_or(span)),
            depth: self.depth,
            ..Parser::new(text)
        }
    }

    pub(super) fn span(&self, start: usize) -> Span {
        self.outer.unwrap_or(Span {
            start,
            end: self.pos,
        })
    }

    pub(super) fn error(&self, kind: UnparsedKind) -> Unparsed {
        Unparsed {
            kind,
            at: self.outer.map_or(self.pos, |outer| outer.start),
        }
    }

    pub(super) fn syntax(&self) -> Unparsed {
        self.error(UnparsedKind::Syntax)
    }

    /// Returns the error for a missing token.
    pub(super) fn unexpected(&mut self) -> Unparsed {
        let kind = if self.peek().is_none() {
            UnparsedKind::Incomplete
        } else {
            UnparsedKind::Syntax
        };
        self.error(kind)
    }

    /// Counts one level of nesting; the caller takes it back with `depth -= 1`, except when it fails.
    pub(super) fn enter(&mut self) -> Outcome<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            Err(self.error(UnparsedKind::TooDeep))
        } else {
            Ok(())
        }
    }

    /// Reads the whole text.
    pub(super) fn script(mut self) -> Outcome<Script> {
        let script = self.list()?;
        if self.peek().is_some() {
            return Err(self.syntax());
        }
        self.read_heredocs()?;
        Ok(script)
    }

    /// Reads items up to something that cannot start one; the caller checks what that is.
    pub(super) fn list(&mut self) -> Outcome<Script> {
        self.enter()?;
        self.skip_newlines()?;
        let start = self.pos;
        let mut end = start;
        let mut items = Vec::new();
        while !self.at_list_end() {
            let list = self.and_or()?;
            end = self.pos;
            let mut background = false;
            let mut separated = true;
            self.skip_blanks();
            match self.peek() {
                Some(b';') if !matches!(self.peek_nth(1), Some(b';' | b'&')) => self.bump(),
                Some(b'&') => {
                    self.bump();
                    background = true;
                }
                Some(b'\n') => {}
                _ => separated = false,
            }
            items.push(Item { list, background });
            if !separated {
                // A reserved word without a separator before it needs a compound command there.
                if self.closer().is_some() && self.compound_end != Some(end) {
                    return Err(self.syntax());
                }
                break;
            }
            self.skip_newlines()?;
        }
        self.depth -= 1;
        let span = self.outer.unwrap_or(Span { start, end });
        Ok(Script { items, span })
    }

    /// Reads a list that must not be empty.
    pub(super) fn body(&mut self) -> Outcome<Script> {
        let script = self.list()?;
        if script.items.is_empty() {
            Err(self.unexpected())
        } else {
            Ok(script)
        }
    }

    /// Moves over blanks, comments and newlines, and reads the here-documents that wait for a newline.
    pub(super) fn skip_newlines(&mut self) -> Outcome<()> {
        loop {
            self.skip_blanks();
            if self.peek() != Some(b'\n') {
                return Ok(());
            }
            self.bump();
            self.newlines += 1;
            self.read_heredocs()?;
        }
    }

    fn at_list_end(&mut self) -> bool {
        match self.peek() {
            None | Some(b')') => true,
            Some(b';') => matches!(self.peek_nth(1), Some(b';' | b'&')),
            _ => self.closer().is_some(),
        }
    }

    fn closer(&mut self) -> Option<usize> {
        match self.peek()? {
            b'}' if self.brace_depth == Some(self.depth) => Some(self.pos + 1),
            b't' | b'e' | b'f' | b'd' | b'}' => {
                CLOSERS.iter().find_map(|word| self.whole_word(word))
            }
            _ => None,
        }
    }

    /// Moves over a reserved word that must stand here.
    pub(super) fn expect_word(&mut self, word: &str) -> Outcome<()> {
        if self.eat_word(word) {
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        match self.whole_word(word) {
            Some(end) => {
                self.pos = end;
                true
            }
            None => false,
        }
    }

    fn and_or(&mut self) -> Outcome<AndOr> {
        let start = self.pos;
        let first = self.pipeline()?;
        let mut rest = Vec::new();
        loop {
            let end = self.pos;
            self.skip_blanks();
            let connector = match (self.peek(), self.peek_nth(1)) {
                (Some(b'&'), Some(b'&')) => Connector::And,
                (Some(b'|'), Some(b'|')) => Connector::Or,
                _ => {
                    self.pos = end;
                    return Ok(AndOr {
                        first,
                        rest,
                        span: self.span(start),
                    });
                }
            };
            self.advance();
            self.advance();
            self.skip_newlines()?;
            rest.push((connector, self.pipeline()?));
        }
    }

    fn pipeline(&mut self) -> Outcome<Pipeline> {
        let start = self.pos;
        let mut end = start;
        let (mut negated, mut timed) = (false, false);
        loop {
            self.skip_blanks();
            if self.peek() == Some(b'!') && self.eat_word("!") {
                if self.peek() == Some(b'(') {
                    // `!(` is a pattern with extglob, and a negated subshell without it.
                    return Err(self.syntax());
                }
                negated = !negated;
            } else if self.peek() == Some(b't') && self.eat_word("time") {
                timed = true;
                self.time_options();
            } else {
                break;
            }
            end = self.pos;
        }
        let mut stages = Vec::new();
        if end == start || !self.at_terminator() {
            self.stages(&mut stages)?;
        } else {
            self.pos = end;
        }
        Ok(Pipeline {
            negated,
            timed,
            stages,
            span: self.span(start),
        })
    }

    fn time_options(&mut self) {
        for option in ["-p", "--"] {
            let end = self.pos;
            self.skip_blanks();
            if !self.eat_word(option) {
                self.pos = end;
            }
        }
    }

    fn at_terminator(&mut self) -> bool {
        match self.peek() {
            None | Some(b'\n') => true,
            Some(b';') => !matches!(self.peek_nth(1), Some(b';' | b'&')),
            _ => false,
        }
    }

    fn stages(&mut self, stages: &mut Vec<Stage>) -> Outcome<()> {
        loop {
            let command: Command = self.command()?;
            let end = self.pos;
            self.skip_blanks();
            if self.peek() != Some(b'|') || self.peek_nth(1) == Some(b'|') {
                self.pos = end;
                stages.push(Stage {
                    command,
                    pipes_stderr: false,
                });
                return Ok(());
            }
            self.bump();
            let pipes_stderr = self.eat(b'&');
            stages.push(Stage {
                command,
                pipes_stderr,
            });
            self.skip_newlines()?;
        }
    }
}
