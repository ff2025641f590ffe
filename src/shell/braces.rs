//! Brace expansion: finding `{a,b}` and `{1..9}` in a word, and writing out the words they mean.
//!
//! bash works on the source text and has habits of its own, such as `{a},b}` meaning `a}` and `b`; the search here
//! follows it step by step. It looks through some expansions and past others; where that could move a brace, the
//! word is left uncertain.

mod expand;

use super::Span;
use super::builder::join_texts;
use super::word::{Part, PartKind, SubstitutionKind};

/// How many unquoted `{` one word may hold, since the search looks ahead from each.
const MAX_OPENING: usize = 64;

/// How many pieces such a word may have, between its braces, commas, dots and expansions.
const MAX_UNITS: usize = 4096;

/// How many words one word may expand to.
const MAX_WORDS: usize = 1024;

/// A piece of a word, as the search sees it.
#[derive(Debug, Clone)]
enum Unit {
    /// An unquoted `{`, `}`, `,` or `.`.
    Char(char, Span),
    /// Other unquoted text.
    Text(String, Span),
    /// A quoted or expanded piece, and whether a comma stands in its source, where that is known.
    Opaque(Part, Option<bool>),
}

/// Returns the parts with the brace expansions in them made out, or none when they are too many to search.
///
/// `source` finds the text of a span.
pub(super) fn structure<'t>(
    parts: Vec<Part>,
    source: impl Fn(Span) -> Option<&'t str>,
) -> Option<Vec<Part>> {
    let mut units = Vec::with_capacity(parts.len() + 4);
    if !parts.iter().all(|part| is_skipped(part, source(part.span))) {
        let span = parts.first().map(|part| part.span).unwrap_or_default();
        return Some(vec![Part {
            kind: PartKind::LongBrace(parts),
            quoted: false,
            span,
        }]);
    }
    for part in parts {
        match part.kind {
            PartKind::Text(text) if !part.quoted => split(&text, part.span, &mut units),
            _ => {
                let comma = source(part.span).map(has_source_comma);
                units.push(Unit::Opaque(part, comma));
            }
        }
    }
    let opening = units
        .iter()
        .filter(|unit| matches!(unit, Unit::Char('{', _)))
        .count();
    (opening <= MAX_OPENING && units.len() <= MAX_UNITS).then(|| structure_units(&units))
}

/// Whether bash's search for braces certainly skips the part.
fn is_skipped(part: &Part, source: Option<&str>) -> bool {
    let lacks = |chars: &[char]| source.is_some_and(|source| !source.contains(chars));
    match &part.kind {
        PartKind::Parameter(parameter) if parameter.braced => {
            let inside = source.and_then(|source| source.strip_prefix("${")?.strip_suffix('}'));
            inside.is_some_and(|inside| !inside.contains(['{', '}', '"', '\'', '`', '\\']))
        }
        PartKind::Command(substitution) => match substitution.kind {
            SubstitutionKind::Dollar => true,
            SubstitutionKind::Backtick => !part.quoted || lacks(&['"']),
            SubstitutionKind::Braces => false,
        },
        PartKind::Arithmetic(_) => {
            source.is_some_and(|source| source.starts_with("$((")) || lacks(&['{', '}', ',', '.'])
        }
        PartKind::ExtGlob(..) => lacks(&['{', '}', ',', '.']),
        _ => true,
    }
}

fn split(text: &str, span: Span, units: &mut Vec<Unit>) {
    let special = |c| matches!(c, '{' | '}' | ',' | '.');
    for piece in text.split_inclusive(special) {
        let last = piece.chars().next_back().filter(|c| special(*c));
        let plain = piece.strip_suffix(special).unwrap_or(piece);
        if !plain.is_empty() {
            units.push(Unit::Text(plain.to_owned(), span));
        }
        if let Some(last) = last {
            units.push(Unit::Char(last, span));
        }
    }
}

fn structure_units(mut text: &[Unit]) -> Vec<Part> {
    let mut parts = Vec::new();
    loop {
        let Some((open, close)) = find_expression(text) else {
            push_units(&mut parts, text);
            return join_texts(parts);
        };
        let amble = text.get(open + 1..close).unwrap_or_default();
        let rest = text.get(close + 1..).unwrap_or_default();
        push_units(&mut parts, text.get(..open).unwrap_or_default());
        let kind = match has_comma(amble) {
            Some(true) => Some(PartKind::Brace(alternatives(amble))),
            Some(false) => sequence(amble),
            None => {
                let mut inside = Vec::new();
                push_units(&mut inside, amble);
                Some(PartKind::LongBrace(inside))
            }
        };
        match kind {
            Some(kind) => parts.push(Part {
                kind,
                quoted: false,
                span: unit_span(text.get(open)),
            }),
            None => push_units(&mut parts, text.get(open..=close).unwrap_or_default()),
        }
        text = rest;
    }
}

fn unit_span(unit: Option<&Unit>) -> Span {
    match unit {
        Some(Unit::Char(_, span) | Unit::Text(_, span)) => *span,
        Some(Unit::Opaque(part, _)) => part.span,
        None => Span::default(),
    }
}

fn push_units(parts: &mut Vec<Part>, units: &[Unit]) {
    for unit in units {
        let (text, span) = match unit {
            Unit::Char(c, span) => (c.to_string(), *span),
            Unit::Text(text, span) => (text.clone(), *span),
            Unit::Opaque(part, _) => {
                parts.push(part.clone());
                continue;
            }
        };
        parts.push(Part {
            kind: PartKind::Text(text),
            quoted: false,
            span,
        });
    }
}

/// Returns where the first valid brace expression opens and closes.
fn find_expression(text: &[Unit]) -> Option<(usize, usize)> {
    let mut from = 0;
    loop {
        let open = gobble(text, from, '{')?;
        if let Some(close) = gobble(text, open + 1, '}') {
            return Some((open, close));
        }
        from = open + 1;
    }
}

fn char_at(text: &[Unit], at: usize) -> Option<char> {
    match text.get(at) {
        Some(Unit::Char(c, _)) => Some(*c),
        _ => None,
    }
}

/// Returns the next `wanted` outside nested braces. A `}` counts only after a comma or `..` on its own level.
fn gobble(text: &[Unit], from: usize, wanted: char) -> Option<usize> {
    let mut level = 0_usize;
    let mut valid = wanted != '}';
    for at in from..text.len() {
        let Some(c) = char_at(text, at) else {
            continue;
        };
        if c == wanted && level == 0 && valid {
            let empty = char_at(text, at + 1) == Some('}') || at + 1 == text.len();
            if c == '{' && at == 0 && empty {
                continue;
            }
            return Some(at);
        }
        match c {
            '{' => level += 1,
            '}' => level = level.saturating_sub(1),
            ',' if level == 0 => valid = true,
            '.' if level == 0 && char_at(text, at + 1) == Some('.') => {
                valid |= char_at(text, at + 2) != Some('}');
            }
            _ => {}
        }
    }
    None
}

/// Whether a comma stands anywhere in it, nested or quoted ones included: bash looks no closer.
fn has_comma(amble: &[Unit]) -> Option<bool> {
    let mut known = true;
    for unit in amble {
        match unit {
            Unit::Char(',', _) | Unit::Opaque(_, Some(true)) => return Some(true),
            Unit::Opaque(_, None) => known = false,
            _ => {}
        }
    }
    known.then_some(false)
}

fn has_source_comma(source: &str) -> bool {
    let mut bytes = source.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b',' => return true,
            b'\\' => drop(bytes.next()),
            _ => {}
        }
    }
    false
}

fn alternatives(amble: &[Unit]) -> Vec<Vec<Part>> {
    let mut found = Vec::new();
    let mut rest = amble;
    while let Some(comma) = gobble(rest, 0, ',') {
        found.push(structure_units(rest.get(..comma).unwrap_or_default()));
        rest = rest.get(comma + 1..).unwrap_or_default();
    }
    found.push(structure_units(rest));
    found
}

/// Returns the words of `1..9`, `a..e` or `1..9..2`, as alternatives.
fn sequence(amble: &[Unit]) -> Option<PartKind> {
    let mut text = String::new();
    for unit in amble {
        match unit {
            Unit::Char(c, _) => text.push(*c),
            Unit::Text(piece, _) => text.push_str(piece),
            Unit::Opaque(..) => return None,
        }
    }
    let (first, rest) = text.split_once("..")?;
    let (last, step) = match rest.split_once("..") {
        Some((last, step)) => (last, step.parse::<i64>().ok()?),
        None => (rest, 1),
    };
    let span = unit_span(amble.first());
    if let (Some(from), Some(to)) = (letter(first), letter(last)) {
        let values = steps(i64::from(from), i64::from(to), step);
        let letters: Option<Vec<_>> = values.and_then(|values| {
            let chars = values
                .into_iter()
                .map(|value| u8::try_from(value).ok().filter(u8::is_ascii_alphabetic));
            chars
                .map(|byte| byte.map(|byte| char::from(byte).to_string()))
                .collect()
        });
        return Some(listed(letters, span));
    }
    let (from, to) = (first.parse::<i64>().ok()?, last.parse::<i64>().ok()?);
    let width = padding(first, last);
    let numbers = steps(from, to, step);
    let texts = numbers.map(|all| {
        all.into_iter()
            .map(|value| format!("{value:0width$}"))
            .collect()
    });
    Some(listed(texts, span))
}

fn listed(texts: Option<Vec<String>>, span: Span) -> PartKind {
    let Some(texts) = texts else {
        return PartKind::LongBrace(Vec::new());
    };
    let part = |text| {
        vec![Part {
            kind: PartKind::Text(text),
            quoted: false,
            span,
        }]
    };
    PartKind::Brace(texts.into_iter().map(part).collect())
}

fn letter(text: &str) -> Option<u8> {
    match text.as_bytes() {
        [byte] if byte.is_ascii_alphabetic() => Some(*byte),
        _ => None,
    }
}

/// Returns the width to which numbers are filled with zeros.
fn padding(first: &str, last: &str) -> usize {
    let padded = |text: &str| {
        let digits = text.strip_prefix('-').unwrap_or(text);
        digits.len() > 1 && digits.starts_with('0')
    };
    if padded(first) || padded(last) {
        first.len().max(last.len())
    } else {
        0
    }
}

/// Returns the values between two ends, or none when they are too many.
fn steps(from: i64, to: i64, step: i64) -> Option<Vec<i64>> {
    let step = step.unsigned_abs().max(1);
    let count = usize::try_from(from.abs_diff(to) / step).ok()?;
    if count >= MAX_WORDS {
        return None;
    }
    let up = from <= to;
    let value = |index: usize| {
        let distance = i64::try_from(step)
            .ok()?
            .checked_mul(i64::try_from(index).ok()?)?;
        if up {
            from.checked_add(distance)
        } else {
            from.checked_sub(distance)
        }
    };
    (0..=count).map(value).collect()
}
