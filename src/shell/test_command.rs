//! `[[ … ]]`: a small language of its own, where `<` compares and parentheses group.
//!
//! Numeric operators evaluate their words as arithmetic, which runs substitutions in quoted indexes; such words are
//! refused.

use super::arith::hides_expansion;
use super::parser::{Outcome, Parser};
use super::reader::is_digit;
use super::tree::TestExpr;
use super::word::Word;
use super::words::Style;

/// The letters of the operators that take one word.
const UNARY: &str = "abcdefghknoprstuvwxzGLNORS";

/// The operators between two words, apart from `<` and `>`.
const BINARY: [&str; 13] = [
    "=", "==", "!=", "=~", "-ef", "-nt", "-ot", "-eq", "-ne", "-lt", "-le", "-gt", "-ge",
];

impl Parser<'_> {
    /// Reads the expression and the `]]` after it.
    pub(super) fn test_command(&mut self) -> Outcome<TestExpr> {
        let expression = self.test_or()?;
        self.expect_word("]]")?;
        Ok(expression)
    }

    fn test_or(&mut self) -> Outcome<TestExpr> {
        self.enter()?;
        let mut terms = vec![self.test_and()?];
        while self.test_connector(b'|') {
            terms.push(self.test_and()?);
        }
        self.depth -= 1;
        Ok(single(terms).unwrap_or_else(TestExpr::Any))
    }

    fn test_and(&mut self) -> Outcome<TestExpr> {
        let mut terms = vec![self.test_term()?];
        while self.test_connector(b'&') {
            terms.push(self.test_term()?);
        }
        Ok(single(terms).unwrap_or_else(TestExpr::All))
    }

    fn test_connector(&mut self, byte: u8) -> bool {
        self.skip_blanks();
        let found = self.peek() == Some(byte) && self.peek_nth(1) == Some(byte);
        if found {
            self.advance();
            self.advance();
        }
        found
    }

    fn test_term(&mut self) -> Outcome<TestExpr> {
        self.skip_newlines()?;
        let mut negations = 0_usize;
        while self.peek() == Some(b'!') && self.eat_word("!") {
            negations += 1;
            self.skip_newlines()?;
        }
        let mut term = if self.eat(b'(') {
            let inner = self.test_or()?;
            if !self.eat(b')') {
                return Err(self.unexpected());
            }
            self.skip_newlines()?;
            TestExpr::Group(Box::new(inner))
        } else {
            self.test_words()?
        };
        if negations % 2 == 1 {
            term = TestExpr::Not(Box::new(term));
        }
        Ok(term)
    }

    fn test_words(&mut self) -> Outcome<TestExpr> {
        if self.whole_word("]]").is_some() {
            return Err(self.syntax());
        }
        let left = self.test_word(Style::Pattern)?;
        if let Some(operator) = left
            .bare_text()
            .filter(|text| is_unary(text))
            .map(str::to_owned)
        {
            self.skip_blanks();
            if self.whole_word("]]").is_some() {
                return Err(self.syntax());
            }
            let word = self.test_word(Style::Pattern)?;
            if matches!(operator.as_str(), "-v" | "-R" | "-t") {
                self.check_number(&word)?;
            }
            self.skip_newlines()?;
            return Ok(TestExpr::Unary(operator, word));
        }
        self.skip_blanks();
        if self.at_test_end() {
            return Ok(TestExpr::Word(left));
        }
        let operator = self.test_operator()?;
        self.skip_blanks();
        let style = if operator == "=~" {
            Style::Regex
        } else {
            Style::Pattern
        };
        if self.whole_word("]]").is_some() && style == Style::Regex {
            return Err(self.syntax());
        }
        let right = self.test_word(style)?;
        if operator.starts_with('-') && !matches!(operator.as_str(), "-ef" | "-nt" | "-ot") {
            self.check_number(&left)?;
            self.check_number(&right)?;
        }
        self.skip_newlines()?;
        Ok(TestExpr::Compare(operator, left, right))
    }

    fn test_word(&mut self, style: Style) -> Outcome<Word> {
        if self.peek().is_some_and(is_digit) {
            self.refuse_descriptor()?;
        }
        match self.word(style)? {
            Some(word) => Ok(word),
            None => Err(self.unexpected()),
        }
    }

    /// Whether the expression goes on or ends here, without an operator between words.
    fn at_test_end(&mut self) -> bool {
        match (self.peek(), self.peek_nth(1)) {
            (Some(b')'), _) | (Some(b'&'), Some(b'&')) | (Some(b'|'), Some(b'|')) => true,
            (Some(b']'), _) => self.whole_word("]]").is_some(),
            _ => false,
        }
    }

    fn test_operator(&mut self) -> Outcome<String> {
        if let Some(byte @ (b'<' | b'>')) = self.peek()
            && !matches!(self.peek_nth(1), Some(b'(' | b'<' | b'>' | b'&' | b'|'))
        {
            self.bump();
            return Ok(char::from(byte).to_string());
        }
        match BINARY.iter().find(|operator| self.eat_word(operator)) {
            Some(operator) => Ok((*operator).to_owned()),
            None => Err(self.unexpected()),
        }
    }

    fn check_number(&self, word: &Word) -> Outcome<()> {
        if hides_expansion(&word.parts) {
            Err(self.syntax())
        } else {
            Ok(())
        }
    }
}

fn is_unary(text: &str) -> bool {
    let letter = text.strip_prefix('-').filter(|letter| letter.len() == 1);
    letter.is_some_and(|letter| UNARY.contains(letter))
}

/// Returns the term when it is the only one.
fn single(mut terms: Vec<TestExpr>) -> Result<TestExpr, Vec<TestExpr>> {
    match (terms.len(), terms.pop()) {
        (1, Some(term)) => Ok(term),
        (_, Some(term)) => {
            terms.push(term);
            Err(terms)
        }
        _ => Err(terms),
    }
}
