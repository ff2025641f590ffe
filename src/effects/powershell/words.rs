//! A command's words as PowerShell takes them apart: bare words, strings, variables, blocks, redirections.
//!
//! The crate that parses scripts says where a command begins and ends; what stands in it is read here from its text, because
//! what counts is which bytes are one argument. Nothing is looked up or run here.

mod skip;

use std::ops::Range;

/// What stands in a command, in order.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Element {
    Word(Word),
    Comma,
    /// `>`, `2>>`, `*>`: a word follows. `2>&1` leaves nothing here.
    Redirect,
    /// `<` takes its input from a word; PowerShell has no such thing yet, and reads nothing.
    Input,
    Background,
    /// What follows `--%`: as it is.
    Verbatim(String),
}

/// One argument.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Word {
    pub(super) parts: Vec<Part>,
    pub(super) range: Range<usize>,
}

/// A piece of an argument. Ranges are bytes of the command's text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    /// Plain text, not quoted.
    Bare(String),
    Quoted(String),
    /// The inside of a string in which variables count.
    Expands(Range<usize>),
    Variable(String),
    /// `$x.y`, `(…)[0]`, `@(…)`, `$(…)`: to be read as an expression.
    Expression(Range<usize>),
    /// The inside of `{ … }`.
    Block(Range<usize>),
    /// `@name`.
    Splat(String),
}

/// The text breaks off, or holds a letter that PowerShell takes for a quote or a dash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken;

/// Letters that end a bare word.
const ENDS: [char; 9] = ['(', ')', '{', '}', ';', ',', '|', '&', '>'];
/// Letters that PowerShell takes for `'`.
const SINGLE: [char; 4] = ['\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}'];
/// Letters that PowerShell takes for `"`.
const DOUBLE: [char; 3] = ['\u{201c}', '\u{201d}', '\u{201e}'];
/// Letters that PowerShell takes for `-`.
const DASHES: [char; 3] = ['\u{2013}', '\u{2014}', '\u{2015}'];
/// How deep brackets and strings stand in each other.
const DEPTH: usize = 64;

/// Reads all of a command's text.
pub(super) fn read(text: &str) -> Result<Vec<Element>, Broken> {
    let mut reader = Reader { text, at: 0 };
    let mut elements = Vec::new();
    while reader.skip_blanks()? {
        elements.push(reader.element()?);
    }
    elements.retain(|element| *element != Element::Word(Word::empty()));
    Ok(elements)
}

/// Whether the quotes, brackets and comments of a text are whole, and none of them is written with a letter that only
/// PowerShell takes for one.
pub(super) fn is_whole(text: &str) -> bool {
    let mut reader = Reader { text, at: 0 };
    while reader.peek().is_some() {
        let is_start = reader.at_word_start();
        if reader.skip_one(DEPTH, is_start).is_err() {
            return false;
        }
    }
    true
}

impl Word {
    fn empty() -> Self {
        Self {
            parts: Vec::new(),
            range: 0..0,
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn second(&self) -> Option<char> {
        self.rest().chars().nth(1)
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.at += letter.len_utf8();
        Some(letter)
    }

    fn starts(&self, text: &str) -> bool {
        self.rest().starts_with(text)
    }

    fn at_word_start(&self) -> bool {
        let before = self.text.get(..self.at).unwrap_or_default();
        before
            .chars()
            .next_back()
            .is_none_or(|letter| letter.is_whitespace() || ENDS.contains(&letter))
    }

    fn element(&mut self) -> Result<Element, Broken> {
        if let Some(element) = self.redirect() {
            return Ok(element);
        }
        match self.peek() {
            Some(',') => {
                self.next();
                Ok(Element::Comma)
            }
            Some('&') => {
                self.next();
                Ok(Element::Background)
            }
            Some('<') => {
                self.next();
                Ok(Element::Input)
            }
            Some(';' | '|' | ')' | '}') => Err(Broken),
            Some('-') if self.starts("--%") => {
                self.at += 3;
                let start = self.at;
                self.skip_line();
                let line = self.text.get(start..self.at).unwrap_or_default();
                Ok(Element::Verbatim(line.trim().to_owned()))
            }
            _ => self.word().map(Element::Word),
        }
    }

    /// Reads `>`, `2>>`, `*>` and `2>&1`.
    fn redirect(&mut self) -> Option<Element> {
        let rest = self.rest();
        let after = rest.trim_start_matches(|letter: char| letter.is_ascii_digit());
        let after = match rest.strip_prefix('*') {
            Some(after) => after,
            None if rest.len() - after.len() <= 1 => after,
            None => return None,
        };
        let after = after.strip_prefix('>')?;
        let after = after.strip_prefix('>').unwrap_or(after);
        let merged = after
            .strip_prefix('&')
            .and_then(|after| after.strip_prefix(|letter: char| letter.is_ascii_digit()));
        let left = merged.unwrap_or(after).len();
        let is_merged = merged.is_some();
        self.at = self.text.len() - left;
        Some(if is_merged {
            Element::Word(Word::empty())
        } else {
            Element::Redirect
        })
    }

    fn word(&mut self) -> Result<Word, Broken> {
        let start = self.at;
        let mut parts: Vec<Part> = Vec::new();
        while let Some(letter) = self.peek() {
            let ends = letter.is_whitespace() || ENDS.contains(&letter);
            if ends && !(parts.is_empty() && matches!(letter, '(' | '{')) {
                break;
            }
            if is_foreign(letter, parts.is_empty()) {
                return Err(Broken);
            }
            let first = parts.is_empty();
            let begin = self.at;
            match letter {
                '(' => {
                    self.skip_brackets(DEPTH)?;
                    self.skip_members()?;
                    parts.push(Part::Expression(begin..self.at));
                    break;
                }
                '{' => {
                    self.skip_brackets(DEPTH)?;
                    parts.push(Part::Block(begin + 1..self.at - 1));
                    break;
                }
                '@' if first && (self.starts("@(") || self.starts("@{")) => {
                    self.next();
                    self.skip_brackets(DEPTH)?;
                    self.skip_members()?;
                    parts.push(Part::Expression(begin..self.at));
                    break;
                }
                '@' if first && (self.starts("@'") || self.starts("@\"")) => {
                    parts.push(self.here_string()?);
                    break;
                }
                '@' if first => {
                    self.next();
                    let name = self.name();
                    parts.push(if name.is_empty() {
                        Part::Bare("@".into())
                    } else {
                        Part::Splat(name)
                    });
                }
                '$' => self.dollar(first, &mut parts)?,
                '\'' | '"' => {
                    let part = self.quoted(letter)?;
                    if first && self.peek() == Some('.') && self.has_member() {
                        self.skip_members()?;
                        parts.push(Part::Expression(begin..self.at));
                        break;
                    }
                    parts.push(part);
                    if first {
                        // What follows the closing quote is an argument of its own.
                        break;
                    }
                }
                '`' => {
                    self.next();
                    match self.next() {
                        Some('\n' | '\r') | None => break,
                        Some(escaped) => push_text(&mut parts, escape(escaped)),
                    }
                }
                other => {
                    self.next();
                    push_text(&mut parts, other);
                }
            }
        }
        if self.at == start {
            return Err(Broken);
        }
        Ok(Word {
            parts,
            range: start..self.at,
        })
    }

    fn dollar(&mut self, first: bool, parts: &mut Vec<Part>) -> Result<(), Broken> {
        let begin = self.at;
        if self.starts("$(") {
            self.next();
            self.skip_brackets(DEPTH)?;
            parts.push(Part::Expression(begin..self.at));
            return Ok(());
        }
        self.next();
        let name = self.variable()?;
        if name.is_empty() {
            push_text(parts, '$');
            return Ok(());
        }
        let after = self.at;
        if first {
            self.skip_members()?;
        }
        parts.push(if self.at > after {
            Part::Expression(begin..self.at)
        } else {
            Part::Variable(name)
        });
        Ok(())
    }

    /// Reads what follows `$`: a name, perhaps with a scope, or `{any text}`.
    fn variable(&mut self) -> Result<String, Broken> {
        if self.peek() == Some('{') {
            let inside = self.rest().get(1..).unwrap_or_default();
            let end = inside.find('}').ok_or(Broken)?;
            let name = inside.get(..end).unwrap_or_default().to_owned();
            self.at += end + 2;
            return Ok(name);
        }
        if let Some(letter @ ('?' | '^' | '$')) = self.peek() {
            self.next();
            return Ok(letter.to_string());
        }
        let name = self.name();
        let scoped = !name.is_empty()
            && self.peek() == Some(':')
            && self.second().is_some_and(is_name_letter);
        if !scoped {
            return Ok(name);
        }
        self.next();
        Ok(format!("{name}:{}", self.name()))
    }

    fn name(&mut self) -> String {
        let mut name = String::new();
        while let Some(letter) = self.peek().filter(|letter| is_name_letter(*letter)) {
            name.push(letter);
            self.next();
        }
        name
    }

    /// Whether `.name` follows.
    fn has_member(&self) -> bool {
        self.starts(".")
            && self
                .second()
                .is_some_and(|next| next.is_alphabetic() || next == '_')
    }

    fn quoted(&mut self, quote: char) -> Result<Part, Broken> {
        let begin = self.at + 1;
        self.skip_string(quote, DEPTH)?;
        let range = begin..self.at - 1;
        if quote == '"' {
            return Ok(Part::Expands(range));
        }
        let text = self.text.get(range).unwrap_or_default();
        Ok(Part::Quoted(text.replace("''", "'")))
    }

    fn here_string(&mut self) -> Result<Part, Broken> {
        let expands = self.starts("@\"");
        let begin = self.at;
        self.skip_here_string()?;
        let range = here_body(self.text, begin..self.at);
        if expands {
            return Ok(Part::Expands(range));
        }
        let text = self.text.get(range).unwrap_or_default();
        Ok(Part::Quoted(text.to_owned()))
    }
}

/// Returns the inside of a here-string.
pub(super) fn here_body(text: &str, whole: Range<usize>) -> Range<usize> {
    let inside = text.get(whole.clone()).unwrap_or_default();
    let first = inside.find('\n').map_or(inside.len(), |at| at + 1);
    let last = inside.rfind('\n').unwrap_or(first).max(first);
    whole.start + first..whole.start + last
}

/// What a string in which variables count is made of; ranges are bytes of `text`.
pub(super) fn pieces(text: &str, range: Range<usize>) -> Vec<Part> {
    let whole = text.get(..range.end).unwrap_or_default();
    let mut reader = Reader {
        text: whole,
        at: range.start,
    };
    let mut parts = Vec::new();
    while let Some(letter) = reader.peek() {
        match letter {
            '$' => {
                if reader.dollar(false, &mut parts).is_err() {
                    // Cannot be read: nothing is known from here on.
                    parts.push(Part::Variable(String::new()));
                    return parts;
                }
            }
            '`' => {
                reader.next();
                if let Some(escaped) = reader.next() {
                    push_text(&mut parts, escape(escaped));
                }
            }
            '"' => {
                reader.next();
                if reader.peek() == Some('"') {
                    reader.next();
                }
                push_text(&mut parts, '"');
            }
            other => {
                reader.next();
                push_text(&mut parts, other);
            }
        }
    }
    parts
}

fn push_text(parts: &mut Vec<Part>, letter: char) {
    if let Some(Part::Bare(text)) = parts.last_mut() {
        text.push(letter);
    } else {
        parts.push(Part::Bare(letter.to_string()));
    }
}

/// What a letter after a backtick stands for.
fn escape(letter: char) -> char {
    match letter {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        'e' => '\u{1b}',
        'f' => '\u{c}',
        'v' => '\u{b}',
        other => other,
    }
}

fn is_name_letter(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn is_foreign(letter: char, is_start: bool) -> bool {
    SINGLE.contains(&letter) || DOUBLE.contains(&letter) || (is_start && DASHES.contains(&letter))
}

#[cfg(test)]
mod tests;
