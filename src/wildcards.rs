//! Matches texts against `*`, `?` and `[...]`: one name of a path against the part of a glob between two slashes, or what a
//! shell compares with a pattern.
//!
//! Nothing is compiled, because most patterns are tried once: building an automaton takes longer than the rest of a call.

/// Whether upper and lower case differ; follows the file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Case {
    #[default]
    Sensitive,
    Insensitive,
}

/// Why a glob cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GlobError {
    /// Byte offset in the glob's text.
    pub at: usize,
    /// What is wrong, in the style of a problem's label.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl GlobError {
    pub(crate) fn new(at: usize, message: &str, help: &str) -> Self {
        Self {
            at,
            message: message.into(),
            help: Some(help.into()),
        }
    }
}

/// A text with wildcards, each of which matches any letter, also `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wildcards {
    Literal(String),
    Wild(Vec<Token>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    Char(char),
    /// `?`
    One,
    /// `*`
    Many,
    Class {
        negated: bool,
        items: Vec<Item>,
    },
}

/// First and last of the letters that a `[...]` holds.
pub(crate) type Item = (char, char);

/// Returns whether two names are the same.
pub(crate) fn same(left: &str, right: &str, case: Case) -> bool {
    left == right || case == Case::Insensitive && folded(left).eq(folded(right))
}

/// Returns whether a text begins with another.
pub(crate) fn begins(text: &str, beginning: &str, case: Case) -> bool {
    let mut letters = text.chars();
    text.starts_with(beginning)
        || case == Case::Insensitive
            && beginning.chars().all(|wanted| {
                letters
                    .next()
                    .is_some_and(|letter| same_char(letter, wanted, case))
            })
}

/// Maps letters to one of their cases. Going through upper case joins letters such as `ſ` and `s`, as file systems do.
fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(fold)
}

fn fold(c: char) -> impl Iterator<Item = char> {
    c.to_uppercase().flat_map(char::to_lowercase)
}

fn same_char(left: char, right: char, case: Case) -> bool {
    left == right || case == Case::Insensitive && fold(left).eq(fold(right))
}

impl Wildcards {
    /// Reads a pattern; a backslash makes the letter behind it plain.
    ///
    /// # Errors
    /// When a bracket is not closed, names no letters, or a backslash is the last.
    pub(crate) fn parse(text: &str) -> Result<Self, GlobError> {
        let mut tokens = Vec::new();
        let mut letters = text.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            let token = match letter {
                '*' => Token::Many,
                '?' => Token::One,
                '[' => class(at, text, &mut letters)?,
                '\\' => match letters.next() {
                    Some((_, escaped)) => Token::Char(escaped),
                    None => {
                        return Err(GlobError::new(
                            at,
                            "this backslash escapes nothing",
                            "separate folders with `/`; write `\\\\` for a backslash in a name",
                        ));
                    }
                },
                plain => Token::Char(plain),
            };
            if token != Token::Many || tokens.last() != Some(&Token::Many) {
                tokens.push(token);
            }
        }
        let literal: Option<String> = tokens
            .iter()
            .map(|token| match token {
                Token::Char(c) => Some(*c),
                _ => None,
            })
            .collect();
        Ok(literal.map_or(Self::Wild(tokens), Self::Literal))
    }

    pub(crate) fn is_literal(&self) -> bool {
        matches!(self, Self::Literal(_))
    }

    pub(crate) fn literal(&self) -> Option<&str> {
        match self {
            Self::Literal(name) => Some(name),
            Self::Wild(_) => None,
        }
    }

    /// Returns whether a name that begins so could match.
    pub(crate) fn may_begin(&self, text: &str, case: Case) -> bool {
        match self {
            Self::Literal(name) => begins(name, text, case),
            Self::Wild(tokens) => {
                let literal = tokens.iter().map_while(|token| match token {
                    Token::Char(letter) => Some(*letter),
                    _ => None,
                });
                let mut pairs = literal.zip(text.chars());
                pairs.all(|(letter, other)| same_char(letter, other, case))
            }
        }
    }

    /// Returns whether a whole name matches.
    pub(crate) fn matches(&self, text: &str, case: Case) -> bool {
        match self {
            Self::Literal(name) => same(name, text, case),
            Self::Wild(tokens) => wild(tokens, text, case),
        }
    }
}

/// Compares with one point to come back to, the last `*`: at most tokens times letters steps.
fn wild(tokens: &[Token], text: &str, case: Case) -> bool {
    let mut at = 0;
    let mut rest = text.chars();
    let mut retry: Option<(usize, std::str::Chars<'_>)> = None;
    loop {
        let before = rest.clone();
        let letter = rest.next();
        match (tokens.get(at), letter) {
            (None, None) => return true,
            (Some(Token::Many), _) => {
                at += 1;
                rest = before.clone();
                retry = Some((at, before));
                continue;
            }
            (Some(token), Some(letter)) if token.matches(letter, case) => {
                at += 1;
                continue;
            }
            _ => {}
        }
        let Some((back, from)) = &mut retry else {
            return false;
        };
        if from.next().is_none() {
            return false;
        }
        at = *back;
        rest = from.clone();
    }
}

impl Token {
    fn matches(&self, letter: char, case: Case) -> bool {
        match self {
            Self::Char(c) => same_char(*c, letter, case),
            Self::One => true,
            Self::Many => false,
            Self::Class { negated, items } => {
                let holds = |c: char| items.iter().any(|(from, to)| (*from..=*to).contains(&c));
                let found = holds(letter)
                    || case == Case::Insensitive
                        && (letter.to_lowercase().any(holds) || letter.to_uppercase().any(holds));
                found != *negated
            }
        }
    }
}

type Letters<'t> = std::iter::Peekable<std::str::CharIndices<'t>>;

/// Reads a `[...]` whose bracket is already taken.
fn class(start: usize, text: &str, letters: &mut Letters<'_>) -> Result<Token, GlobError> {
    let open = || {
        GlobError::new(
            start,
            "this bracket is never closed",
            "write `\\[` for a bracket in a name",
        )
    };
    let negated = letters.next_if(|(_, c)| matches!(c, '!' | '^')).is_some();
    let mut items = Vec::new();
    loop {
        let (at, letter) = letters.next().ok_or_else(open)?;
        if letter == ']' && !items.is_empty() {
            return Ok(Token::Class { negated, items });
        }
        if letter == '[' && letters.peek().is_some_and(|(_, c)| *c == ':') {
            let ranges = named(at, text, letters)?;
            if !ranges.is_empty() {
                items.extend_from_slice(ranges);
                continue;
            }
        }
        let from = unescaped(letter, letters).ok_or_else(open)?;
        let mut ahead = letters.clone();
        let is_range = ahead.next_if(|(_, c)| *c == '-').is_some()
            && ahead.peek().is_some_and(|(_, c)| *c != ']');
        let to = if is_range {
            letters.next();
            let (_, last) = letters.next().ok_or_else(open)?;
            unescaped(last, letters).ok_or_else(open)?
        } else {
            from
        };
        if from > to {
            return Err(GlobError::new(
                at,
                "this range runs backwards",
                "write the lower letter first, as in `[a-z]`",
            ));
        }
        items.push((from, to));
    }
}

fn unescaped(letter: char, letters: &mut Letters<'_>) -> Option<char> {
    if letter == '\\' {
        letters.next().map(|(_, c)| c)
    } else {
        Some(letter)
    }
}

/// Reads `[:digit:]` and the like, whose first bracket is already taken. Empty when it is no such thing.
fn named(at: usize, text: &str, letters: &mut Letters<'_>) -> Result<&'static [Item], GlobError> {
    let inside = text.get(at + 2..).unwrap_or_default();
    let Some((word, _)) = inside.split_once(":]") else {
        return Ok(&[]);
    };
    let ranges: &'static [Item] = match word {
        "alnum" => &[('0', '9'), ('A', 'Z'), ('a', 'z')],
        "alpha" => &[('A', 'Z'), ('a', 'z')],
        "blank" => &[(' ', ' '), ('\t', '\t')],
        "cntrl" => &[('\0', '\u{1f}'), ('\u{7f}', '\u{7f}')],
        "digit" => &[('0', '9')],
        "graph" => &[('!', '~')],
        "lower" => &[('a', 'z')],
        "print" => &[(' ', '~')],
        "punct" => &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        "space" => &[(' ', ' '), ('\t', '\r')],
        "upper" => &[('A', 'Z')],
        "xdigit" => &[('0', '9'), ('A', 'F'), ('a', 'f')],
        _ => {
            return Err(GlobError::new(
                at,
                "there is no class of letters with this name",
                "classes: alnum, alpha, blank, cntrl, digit, graph, lower, print, punct, space, upper, xdigit",
            ));
        }
    };
    let end = at + 2 + word.len() + 2;
    while letters.next_if(|(at, _)| *at < end).is_some() {}
    Ok(ranges)
}
