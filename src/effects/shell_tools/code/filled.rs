//! Texts into which names are filled: `f"{folder}/x"`, `` `${folder}/x` ``, `"#{folder}/x"`, `"$folder/x"`.

use std::borrow::Cow;

use super::Reader;
use super::lexer::Token;
use super::texts::{glue_to, well_known};
use crate::effects::Value;

/// Pieces of one text that are told apart.
const PIECES: usize = 64;
/// Bytes of filled text that cost as much as one token.
const BYTES: usize = 16;
/// Stands in shell text for what is not known of it: a variable that no line sets.
pub(super) const OPEN: &str = "$RANDOM";

/// How a language marks what is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marks {
    /// `{name}`
    Braces,
    /// `${name}`
    Dollar,
    /// `#{name}`
    Hash,
    /// `$name`, `${name}`, `{$name}`
    Sigil,
}

impl Marks {
    /// Returns the marks of a text between such quotes.
    pub(super) fn of(language: &str, quote: char) -> Option<Self> {
        match (language, quote) {
            ("ruby", '"' | '`') => Some(Self::Hash),
            ("perl" | "php" | "julia", '"' | '`') | ("jvm", '"') => Some(Self::Sigil),
            (_, '`') => Some(Self::Dollar),
            _ => None,
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Self::Braces => "{",
            Self::Dollar => "${",
            Self::Hash => "#{",
            Self::Sigil => "$",
        }
    }
}

/// Splits a text at what is filled in; nothing where nothing is.
pub(super) fn pieces(text: &str, marks: Marks) -> Option<Vec<Token>> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(marks.sign()) {
        plain.push_str(rest.get(..at)?);
        let behind = rest.get(at + marks.sign().len()..)?;
        // `{{` is a brace.
        if marks == Marks::Braces && behind.starts_with('{') {
            plain.push('{');
            rest = behind.get(1..)?;
            continue;
        }
        let Some((name, length)) = filled_in(behind, marks) else {
            plain.push_str(marks.sign());
            rest = behind;
            continue;
        };
        if pieces.len() >= PIECES {
            pieces.push(Token::Name(String::new()));
            return Some(pieces);
        }
        if marks == Marks::Sigil && plain.ends_with('{') && behind.get(length..)?.starts_with('}') {
            plain.pop();
            rest = behind.get(length + 1..)?;
        } else {
            rest = behind.get(length..)?;
        }
        pieces.push(Token::Text(Value::Known(std::mem::take(&mut plain))));
        pieces.push(Token::Name(name));
    }
    if pieces.is_empty() {
        return (!plain.is_empty()).then(|| vec![Token::Text(Value::Known(plain + rest))]);
    }
    pieces.push(Token::Text(Value::Known(plain + rest)));
    Some(pieces)
}

/// Returns the name that is filled in, empty when it is more than that, and how far it goes.
fn filled_in(behind: &str, marks: Marks) -> Option<(String, usize)> {
    let is_name = |letter: char| letter == '_' || letter.is_alphanumeric();
    if marks == Marks::Sigil && !behind.starts_with('{') {
        let end = behind.find(|letter| !is_name(letter));
        let name = behind.get(..end.unwrap_or(behind.len()))?;
        if let Some(home) = ["ENV{HOME}", "ENV{'HOME'}", "ENV{\"HOME\"}"]
            .iter()
            .find(|home| behind.starts_with(**home))
        {
            return Some((HOME.to_owned(), home.len()));
        }
        let is_begun = name.starts_with(|letter: char| letter == '_' || letter.is_alphabetic());
        return is_begun.then(|| (name.to_owned(), name.len()));
    }
    let inner = if marks == Marks::Sigil {
        behind.get(1..)?
    } else {
        behind
    };
    let end = inner.find('}')?;
    let length = end + 1 + (behind.len() - inner.len());
    let expression = inner.get(..end)?.trim();
    let is_environment = ["environ", "ENV", "env"]
        .iter()
        .any(|word| expression.contains(word));
    if is_environment && expression.contains("HOME") {
        return Some((HOME.to_owned(), length));
    }
    let bare = match marks {
        Marks::Braces => expression.split([':', '!', '=']).next().unwrap_or_default(),
        _ => expression,
    };
    let bare = bare.trim().trim_end_matches("()").trim_start_matches('$');
    let is_plain = bare.chars().all(|letter| is_name(letter) || letter == '.');
    let name = if is_plain { bare } else { "" };
    Some((name.to_owned(), length))
}

/// The name of the person's home among variables.
const HOME: &str = "process.env.HOME";

impl Reader<'_> {
    /// Fills in the names that hold a text by now.
    pub(super) fn filled<'t>(&mut self, tokens: &'t [Token]) -> Cow<'t, [Token]> {
        if !tokens
            .iter()
            .any(|token| matches!(token, Token::Filled(..)))
        {
            return Cow::Borrowed(tokens);
        }
        let all = tokens.iter().map(|token| match token {
            Token::Filled(pieces, runs) => {
                let value = self.whole(pieces);
                let length = pieces.len() + value.start().len() / BYTES;
                self.found.is_opaque |= self.steps.take(length).is_none();
                match (runs, value) {
                    (true, Value::Known(text)) => Token::Shell(text),
                    (true, Value::Starts(text)) => Token::Shell(text + OPEN),
                    (false, value) => Token::Text(value),
                }
            }
            other => other.clone(),
        });
        Cow::Owned(all.collect())
    }

    /// Returns what lies in the folder that a name goes through: `entry.name`.
    pub(super) fn listed(&self, name: &str) -> Option<Value> {
        let (base, _) = name.rsplit_once('.')?;
        let value = self.names.get(base)?;
        value.known().is_none().then(|| value.clone())
    }

    /// Puts the pieces of one text together. What is below a folder that is not known is taken to be below this one.
    fn whole(&self, pieces: &[Token]) -> Value {
        let mut whole = Value::Known(String::new());
        for (at, piece) in pieces.iter().enumerate() {
            match piece {
                Token::Text(value) => glue_to(&mut whole, "", value),
                Token::Name(name) => {
                    let own = self.own_name(name);
                    let held = self.names.get(name).cloned().or_else(|| well_known(&own));
                    let held = held.or_else(|| self.listed(name));
                    let open = Value::Starts(String::new());
                    match (held, pieces.get(at + 1)) {
                        (Some(held), _) => glue_to(&mut whole, "", &held),
                        (None, Some(Token::Text(Value::Known(next))))
                            if whole.start().is_empty()
                                && next.starts_with('/')
                                && !next.contains(char::is_whitespace) =>
                        {
                            whole = Value::Known(".".to_owned());
                        }
                        (None, _) => glue_to(&mut whole, "", &open),
                    }
                }
                _ => {}
            }
        }
        whole
    }
}
