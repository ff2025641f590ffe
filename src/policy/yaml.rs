//! A YAML document as a tree in which every value knows where it was written.
//!
//! Limits keep a hostile file cheap: 4 MiB of text, 64 levels, half a million values after aliases were expanded. What is
//! wrong with the text itself (syntax, duplicate keys, tags, a second document) is reported here; what the values mean
//! is up to `load`. Plain values are read by the YAML 1.2 core schema: `on`, `yes` and `no` are text.

mod builder;
mod positions;

use super::problems::{FileId, Problems, form};
use positions::Positions;

/// Largest file that is read, in bytes.
pub const SIZE_LIMIT: usize = 4 * 1024 * 1024;
/// Deepest nesting of lists and maps.
pub const DEPTH_LIMIT: usize = 64;
/// Most values in one file, those that aliases stand for included. Ten thousand rules with tests need some 300,000.
pub const NODE_LIMIT: usize = 500_000;

/// A stretch of a file's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// First byte and the byte after the last. A byte order mark does not count.
    pub start: usize,
    pub end: usize,
    /// Of the first byte, counted from 1; columns are characters.
    pub line: usize,
    pub column: usize,
}

/// One value of the tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub span: Span,
    pub kind: Kind,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Nothing, `~` or `null`.
    Null,
    Scalar(Scalar),
    List(Vec<Node>),
    /// In the order written. Keys are not repeated.
    Map(Vec<(Node, Node)>),
}

/// A single value as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    pub text: String,
    pub style: Style,
}

/// Whether a scalar stands for itself or is text whatever it looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Plain,
    /// In quotes, or a block after `|` or `>`.
    Quoted,
}

/// What the core schema makes of a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning<'a> {
    Text(&'a str),
    Bool(bool),
    Integer(i64),
    /// A number that is no integer of 64 bits.
    Number,
}

impl Scalar {
    /// Returns the value that the core schema gives this scalar.
    #[must_use]
    pub fn meaning(&self) -> Meaning<'_> {
        let text = self.text.as_str();
        if self.style == Style::Quoted {
            return Meaning::Text(text);
        }
        match text {
            "true" | "True" | "TRUE" => return Meaning::Bool(true),
            "false" | "False" | "FALSE" => return Meaning::Bool(false),
            _ => {}
        }
        integer(text).unwrap_or_else(|| {
            if is_float(text) {
                Meaning::Number
            } else {
                Meaning::Text(text)
            }
        })
    }
}

/// Reads the integers of the core schema: decimal with a sign, `0o` and `0x` without.
fn integer(text: &str) -> Option<Meaning<'static>> {
    let (digits, radix) = if let Some(rest) = text.strip_prefix("0o") {
        (rest, 8)
    } else if let Some(rest) = text.strip_prefix("0x") {
        (rest, 16)
    } else {
        (text.strip_prefix(['+', '-']).unwrap_or(text), 10)
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let signed = if radix == 10 { text } else { digits };
    Some(i64::from_str_radix(signed, radix).map_or(Meaning::Number, Meaning::Integer))
}

fn is_float(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && unsigned.contains(|digit: char| digit.is_ascii_digit())
        && unsigned
            .chars()
            .all(|digit| digit.is_ascii_digit() || matches!(digit, '.' | 'e' | 'E' | '+' | '-'))
        && unsigned.parse::<f64>().is_ok()
}

impl Node {
    /// Returns the text and its style when this is a single value.
    #[must_use]
    pub fn scalar(&self) -> Option<&Scalar> {
        match &self.kind {
            Kind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// Returns how people call this kind of value.
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        match &self.kind {
            Kind::Null => "nothing",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a map",
            Kind::Scalar(scalar) => match scalar.meaning() {
                Meaning::Text(_) => "text",
                Meaning::Bool(_) => "true or false",
                Meaning::Integer(_) | Meaning::Number => "a number",
            },
        }
    }
}

/// Reads one file's bytes: checks size and encoding, drops a byte order mark, turns the rest into text.
///
/// Returns `None` when there is no text to go on with; the reason is among the problems.
pub fn decode(bytes: &[u8], file: FileId, problems: &mut Problems) -> Option<String> {
    if bytes.len() > SIZE_LIMIT {
        problems.push(form::too_large(problems.start_of(file), SIZE_LIMIT));
        return None;
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text.to_owned()),
        Err(error) => {
            // The readable part before the bad byte is kept, so that the problem has a line to stand on.
            let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let text = String::from_utf8_lossy(good).into_owned();
            let end = text.len();
            problems.set_text(file, text);
            let place = problems.place_at(file, end, end);
            problems.push(form::not_utf8(place));
            None
        }
    }
}

/// Reads a file's text into a tree; `None` when there is nothing that could be judged further.
pub fn parse(text: &str, file: FileId, problems: &mut Problems) -> Option<Node> {
    if text.len() > SIZE_LIMIT {
        problems.push(form::too_large(problems.start_of(file), SIZE_LIMIT));
        return None;
    }
    if let Some(found) = text.char_indices().find(|(_, c)| is_forbidden(*c)) {
        let place = problems.place_at(file, found.0, found.0 + found.1.len_utf8());
        problems.push(form::control_character(place, found.1));
        return None;
    }
    builder::build(text, &Positions::new(text), file, problems)
}

/// Characters that YAML has no place for. The parser would take a NUL for the end of the file and drop the rest unseen.
fn is_forbidden(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests;
