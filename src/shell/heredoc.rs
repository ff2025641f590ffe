//! Here-documents: the delimiter, and the body after the next newline.
//!
//! A line ends the body only when all of it equals the delimiter. Delimiters with expansions or newlines in them are
//! refused, since nobody writes them and their rules differ between versions of bash.

use super::builder::Builder;
use super::parser::{Outcome, Parser};
use super::quotes::Quote;
use super::redirect::HereDoc;
use super::word::Part;
use super::{Span, UnparsedKind};

/// A here-document whose body was not reached yet.
pub(super) struct Pending {
    doc: HereDoc,
    strips_tabs: bool,
    span: Span,
}

/// What a line of a here-document means.
enum Line {
    Delimiter,
    Body,
}

impl<'t> Parser<'t> {
    pub(super) fn expect_heredoc(&mut self, doc: &HereDoc, strips_tabs: bool, span: Span) {
        self.pending.push(Pending {
            doc: doc.clone(),
            strips_tabs,
            span,
        });
    }

    /// Reads the delimiter; returns it and whether the body expands.
    pub(super) fn delimiter(&mut self) -> Outcome<(String, bool)> {
        self.refuse_descriptor()?;
        let start = self.pos;
        let mut text = String::new();
        let mut expands = true;
        while !self.ends_word(self.pos) {
            match self.peek() {
                Some(b'\'') => {
                    self.bump();
                    text.push_str(self.single_quoted()?);
                    expands = false;
                }
                Some(b'"') => {
                    self.bump();
                    self.delimiter_double(&mut text)?;
                    expands = false;
                }
                Some(b'\\') => {
                    self.bump();
                    let Some(escaped) = self.take_char() else {
                        return Err(self.error(UnparsedKind::Incomplete));
                    };
                    text.push_str(escaped);
                    expands = false;
                }
                None | Some(b'$' | b'`' | b'<' | b'>') => return Err(self.syntax()),
                Some(b'#') if self.pos == start => return Err(self.syntax()),
                Some(_) => text.push_str(self.take_char().unwrap_or_default()),
            }
        }
        if self.pos == start || text.contains('\n') {
            return Err(self.unexpected());
        }
        Ok((text, expands))
    }

    fn delimiter_double(&mut self, text: &mut String) -> Outcome<()> {
        loop {
            match (self.peek(), self.peek_nth(1)) {
                (None, _) => return Err(self.error(UnparsedKind::Incomplete)),
                (Some(b'"'), _) => {
                    self.bump();
                    return Ok(());
                }
                (Some(b'\\'), Some(b'"' | b'\\')) => {
                    self.bump();
                    text.push_str(self.take_char().unwrap_or_default());
                }
                (Some(b'$' | b'`'), _) => return Err(self.syntax()),
                _ => text.push_str(self.take_char().unwrap_or_default()),
            }
        }
    }

    /// Reads the bodies that wait, in the order of their redirections.
    pub(super) fn read_heredocs(&mut self) -> Outcome<()> {
        for pending in std::mem::take(&mut self.pending) {
            let start = self.pos;
            let body = self.heredoc_text(&pending)?;
            let place = self.outer.is_none().then(|| self.place(start, &pending));
            let parts = if pending.doc.expands {
                self.nested(&body, pending.span).heredoc_body()?
            } else {
                let mut builder = Builder::new(Some(self.outer.unwrap_or(pending.span)));
                builder.push_text(&body, true, Span::default());
                builder.finish()
            };
            let _ = pending.doc.body.set((parts, place));
        }
        Ok(())
    }

    /// Returns where the body stands that was read from here on, without the line that ends it.
    fn place(&self, start: usize, pending: &Pending) -> Span {
        let raw = self.slice(start, self.pos);
        let lines = raw.strip_suffix('\n').unwrap_or(raw);
        let last = lines.rfind('\n').map_or(0, |newline| newline + 1);
        let line = lines.get(last..).unwrap_or_default();
        let is_delimiter = line.trim_start_matches('\t') == pending.doc.delimiter;
        Span {
            start,
            end: start + if is_delimiter { last } else { raw.len() },
        }
    }

    /// Moves over the body and the line that ends it. The end of the text ends it too.
    fn heredoc_text(&mut self, pending: &Pending) -> Outcome<String> {
        let mut body = String::new();
        while self.pos < self.text.len() {
            let start = self.pos;
            let mut line = self.raw_line();
            let mut joined;
            if pending.doc.expands && ends_in_open_backslash(line) {
                joined = String::new();
                while ends_in_open_backslash(line) {
                    joined.push_str(line.strip_suffix("\\\n").unwrap_or(line));
                    line = self.raw_line();
                }
                joined.push_str(line);
                line = &joined;
            }
            if pending.strips_tabs {
                line = line.trim_start_matches('\t');
            }
            match self.heredoc_line(line, pending, start)? {
                Line::Delimiter => return Ok(body),
                Line::Body => body.push_str(line),
            }
        }
        Ok(body)
    }

    fn raw_line(&mut self) -> &'t str {
        let start = self.pos;
        let rest = self.text.get(start..).unwrap_or_default();
        self.pos += rest.find('\n').map_or(rest.len(), |newline| newline + 1);
        self.slice(start, self.pos)
    }

    fn heredoc_line(&mut self, line: &str, pending: &Pending, start: usize) -> Outcome<Line> {
        let Some(rest) = line.strip_prefix(pending.doc.delimiter.as_str()) else {
            return Ok(Line::Body);
        };
        if rest.is_empty() || rest == "\n" {
            return Ok(Line::Delimiter);
        }
        if self.in_substitution && rest.contains(')') {
            // Inside `$(…)` bash lets `EOF)` end the body. With more between the two, versions differ.
            let whole_line = self.slice(start, self.pos).ends_with(line);
            if !whole_line || !rest.trim_start_matches([' ', '\t']).starts_with(')') {
                return Err(self.syntax());
            }
            self.pos -= rest.len();
            return Ok(Line::Delimiter);
        }
        Ok(Line::Body)
    }

    fn heredoc_body(mut self) -> Outcome<Vec<Part>> {
        self.enter()?;
        let mut builder = Builder::new(self.outer);
        while self.peek().is_some() {
            self.double_step(&mut builder, Quote::HereDoc)?;
        }
        Ok(builder.finish())
    }
}

/// Whether the line ends in a backslash that is not itself quoted, and a newline.
fn ends_in_open_backslash(line: &str) -> bool {
    let Some(line) = line.strip_suffix('\n') else {
        return false;
    };
    (line.len() - line.trim_end_matches('\\').len()) % 2 == 1
}
