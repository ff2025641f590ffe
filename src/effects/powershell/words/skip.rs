//! Passing over what is read later or not at all: blanks, comments, strings, brackets.

use super::{Broken, DEPTH, DOUBLE, Reader, SINGLE, is_foreign};

impl Reader<'_> {
    /// Skips blanks, continued lines and comments; returns whether anything is left.
    pub(super) fn skip_blanks(&mut self) -> Result<bool, Broken> {
        loop {
            match self.peek() {
                None => return Ok(false),
                Some(letter) if letter.is_whitespace() => {
                    self.next();
                }
                Some('`') if self.second().is_none_or(|next| matches!(next, '\n' | '\r')) => {
                    self.next();
                }
                Some('#') => self.skip_line(),
                Some('<') if self.starts("<#") => self.skip_comment()?,
                Some(_) => return Ok(true),
            }
        }
    }

    pub(super) fn skip_line(&mut self) {
        self.at += self.rest().find('\n').unwrap_or(self.rest().len());
    }

    pub(super) fn skip_comment(&mut self) -> Result<(), Broken> {
        self.at += self.rest().find("#>").ok_or(Broken)? + 2;
        Ok(())
    }

    /// Skips `.name`, `.name(…)`, `::name`, `[…]`.
    pub(super) fn skip_members(&mut self) -> Result<(), Broken> {
        loop {
            if self.has_member() {
                self.next();
                self.name();
            } else if self.starts("::") {
                self.at += 2;
                self.name();
            } else if self.peek() == Some('[') {
                self.skip_brackets(DEPTH)?;
                continue;
            } else {
                return Ok(());
            }
            if self.peek() == Some('(') {
                self.skip_brackets(DEPTH)?;
            }
        }
    }

    pub(super) fn skip_here_string(&mut self) -> Result<(), Broken> {
        let end = if self.starts("@'") { "\n'@" } else { "\n\"@" };
        let rest = self.rest();
        let line = rest.find('\n').ok_or(Broken)?;
        let head = rest.get(2..line).unwrap_or_default();
        if !head.trim().is_empty() {
            return Err(Broken);
        }
        let body = rest.get(line..).unwrap_or_default();
        let found = body.find(end).ok_or(Broken)?;
        self.at += line + found + end.len();
        Ok(())
    }

    pub(super) fn skip_string(&mut self, quote: char, depth: usize) -> Result<(), Broken> {
        let depth = depth.checked_sub(1).ok_or(Broken)?;
        self.next();
        loop {
            if quote == '"' && self.starts("$(") {
                self.next();
                self.skip_brackets(depth)?;
                continue;
            }
            let letter = self.next().ok_or(Broken)?;
            let foreign: &[char] = if quote == '"' { &DOUBLE } else { &SINGLE };
            if foreign.contains(&letter) {
                return Err(Broken);
            }
            if letter == '`' && quote == '"' {
                self.next();
            } else if letter == quote {
                if self.peek() != Some(quote) {
                    return Ok(());
                }
                self.next();
            }
        }
    }

    /// Skips from an opening bracket to the one that closes it.
    pub(super) fn skip_brackets(&mut self, depth: usize) -> Result<(), Broken> {
        let depth = depth.checked_sub(1).ok_or(Broken)?;
        let close = match self.next() {
            Some('(') => ')',
            Some('{') => '}',
            Some('[') => ']',
            _ => return Err(Broken),
        };
        loop {
            match self.peek() {
                Some(letter) if letter == close => {
                    self.next();
                    return Ok(());
                }
                Some(_) => {
                    let is_start = self.at_word_start();
                    self.skip_one(depth, is_start)?;
                }
                None => return Err(Broken),
            }
        }
    }

    /// Skips a letter, or what it begins.
    pub(super) fn skip_one(&mut self, depth: usize, is_start: bool) -> Result<(), Broken> {
        match self.peek() {
            Some(letter) if is_foreign(letter, is_start) => return Err(Broken),
            Some('\'' | '"') => {
                let quote = self.peek().unwrap_or('"');
                self.skip_string(quote, depth)?;
            }
            Some('(' | '{') => self.skip_brackets(depth)?,
            Some(')' | '}') => return Err(Broken),
            Some('@') if self.starts("@'") || self.starts("@\"") => self.skip_here_string()?,
            Some('$') if self.starts("${") => {
                self.next();
                self.variable()?;
            }
            Some('`') => {
                self.next();
                self.next();
            }
            Some('#') if is_start => self.skip_line(),
            Some('<') if self.starts("<#") => self.skip_comment()?,
            Some(_) => {
                self.next();
            }
            None => {}
        }
        Ok(())
    }
}
