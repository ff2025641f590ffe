//! Texts in which names are filled in: `f"{folder}/file"`, `` `${folder}/file` ``, `"#{folder}/file"`, `"$folder/file"`.

use std::borrow::Cow;

use super::Reader;
use super::lexer::Token;
use super::texts::glue_to;
use crate::effects::Value;

/// Bytes of a filled text that count as one look at a token.
const LOOK: usize = 8;

/// A part of such a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    Name(String),
    /// More than a name: nothing is known from here on.
    Open,
}

/// Splits a text at its marks: `{`, `#`, `$`, or `"` where names stand in it by themselves. The first piece is a text.
pub(super) fn pieces(text: &str, sign: char) -> Vec<Piece> {
    let mut all = Vec::new();
    let mut before = String::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let Some(mark) = mark(rest, sign) else {
            // `{{` stands for a brace.
            let is_double = sign == '{' && (rest.starts_with("{{") || rest.starts_with("}}"));
            before.push(letter);
            rest = rest
                .get(letter.len_utf8() + usize::from(is_double)..)
                .unwrap_or_default();
            continue;
        };
        let inside = rest.get(mark.len()..).unwrap_or_default();
        let inside = inside.strip_prefix('$').unwrap_or(inside);
        let end = inside
            .find(|letter: char| letter != '_' && !letter.is_ascii_alphanumeric())
            .unwrap_or(inside.len());
        let (name, behind) = inside.split_at_checked(end).unwrap_or((inside, ""));
        let is_bare = mark == "$";
        let behind = if is_bare {
            // `$list[0]`, `$map->{key}`
            Some(behind)
                .filter(|behind| !behind.starts_with(['[', '{']) && !behind.starts_with("->"))
        } else {
            behind.strip_prefix('}')
        };
        all.push(Piece::Text(std::mem::take(&mut before)));
        match behind {
            Some(behind) if !name.is_empty() => {
                all.push(Piece::Name(name.to_owned()));
                rest = behind;
            }
            _ => {
                all.push(Piece::Open);
                return all;
            }
        }
    }
    if !before.is_empty() || all.is_empty() {
        all.push(Piece::Text(before));
    }
    all
}

/// Returns what begins something that is filled in, if that stands here.
fn mark(rest: &str, sign: char) -> Option<&'static str> {
    let begins = |mark: &'static str| rest.starts_with(mark).then_some(mark);
    match sign {
        '{' => begins("{").filter(|_| !rest.starts_with("{{")),
        '#' => begins("#{"),
        '$' => begins("${"),
        _ => begins("{$").or_else(|| begins("${")).or_else(|| {
            let next = rest.chars().nth(1)?;
            begins("$").filter(|_| next == '_' || next.is_ascii_alphabetic())
        }),
    }
}

impl Reader<'_> {
    /// Fills in what names stand for at present.
    pub(super) fn filled<'t>(&mut self, tokens: &'t [Token]) -> Cow<'t, [Token]> {
        let is_filled = |token: &Token| matches!(token, Token::Filled(_));
        if !tokens.iter().any(is_filled) {
            return Cow::Borrowed(tokens);
        }
        let mut all = tokens.to_vec();
        for token in &mut all {
            if let Token::Filled(pieces) = token {
                *token = Token::Text(self.put_together(pieces));
            }
        }
        Cow::Owned(all)
    }

    fn put_together(&mut self, pieces: &[Piece]) -> Value {
        let mut whole = Value::Known(String::new());
        for piece in pieces {
            let open = Value::Starts(String::new());
            match piece {
                Piece::Text(text) => glue_to(&mut whole, "", &Value::Known(text.clone())),
                Piece::Name(name) => {
                    let value = self.names.get(name).unwrap_or(&open);
                    glue_to(&mut whole, "", value);
                }
                Piece::Open => glue_to(&mut whole, "", &open),
            }
        }
        if self.steps.take(1 + whole.start().len() / LOOK).is_none() {
            self.found.is_opaque = true;
            return Value::Starts(String::new());
        }
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::{Piece, pieces};

    #[test]
    fn names_are_told_from_more() {
        let shown = |text, sign| {
            let all = pieces(text, sign).into_iter().map(|piece| match piece {
                Piece::Text(text) => text,
                Piece::Name(name) => format!("<{name}>"),
                Piece::Open => "…".to_owned(),
            });
            all.collect::<String>()
        };
        for (text, sign, expected) in [
            ("{a}/x", '{', "<a>/x"),
            ("a/{{b}}/{c}", '{', "a/{b}/<c>"),
            ("a/{b.c}/d", '{', "a/…"),
            ("a/${b}/${c}", '$', "a/<b>/<c>"),
            ("#{a}/#b", '#', "<a>/#b"),
            ("$a/b$", '"', "<a>/b$"),
            ("{$a}/${b}", '"', "<a>/<b>"),
            ("a/$b[0]", '"', "a/…"),
            ("a", '{', "a"),
            ("", '{', ""),
        ] {
            assert_eq!(shown(text, sign), expected, "{text}");
        }
    }
}
