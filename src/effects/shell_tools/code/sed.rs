//! sed: the commands that read and write files or run something.

use super::Found;
use crate::call::Access;

pub(super) fn look(code: &str) -> Found {
    let mut found = Found::default();
    let mut rest = code;
    while !rest.is_empty() {
        let next = command(rest, &mut found);
        // Whatever happens, the end comes nearer.
        rest = if next.len() < rest.len() { next } else { "" };
    }
    found
}

/// Reads one command with its addresses, and returns what follows.
fn command<'c>(code: &'c str, found: &mut Found) -> &'c str {
    let mut rest =
        code.trim_start_matches(|letter: char| letter.is_whitespace() || ";{}".contains(letter));
    loop {
        rest = rest.trim_start_matches(|letter: char| {
            letter.is_ascii_digit() || " \t,$!~+{".contains(letter)
        });
        rest = match rest.strip_prefix('/') {
            Some(inner) => after(inner, '/').1.trim_start_matches(['I', 'M']),
            None => match rest
                .strip_prefix('\\')
                .and_then(|rest| Some((rest.chars().next()?, rest)))
            {
                Some((sign, inner)) => {
                    after(inner.get(sign.len_utf8()..).unwrap_or_default(), sign).1
                }
                None => break,
            },
        };
    }
    let Some(letter) = rest.chars().next() else {
        return "";
    };
    let tail = rest.get(letter.len_utf8()..).unwrap_or_default();
    let (line, next) = tail.split_once('\n').unwrap_or((tail, ""));
    match letter {
        '#' => next,
        'w' | 'W' => {
            found.known(Access::Write, line.trim());
            next
        }
        'r' | 'R' => {
            found.known(Access::Read, line.trim());
            next
        }
        'e' => {
            if !line.trim().is_empty() {
                found.scripts.push(line.trim().to_owned());
            }
            next
        }
        'a' | 'i' | 'c' => text(tail),
        's' => substitute(tail, found),
        'y' => match tail.chars().next() {
            Some(sign) => {
                after(
                    after(tail.get(sign.len_utf8()..).unwrap_or_default(), sign).1,
                    sign,
                )
                .1
            }
            None => "",
        },
        // One letter, perhaps with a label or a number.
        _ => tail
            .get(tail.find([';', '\n', '}']).unwrap_or(tail.len())..)
            .unwrap_or_default(),
    }
}

/// The text of `a`, `i` and `c`: to the end of a line that no backslash continues.
fn text(tail: &str) -> &str {
    let mut at = 0;
    for line in tail.split_inclusive('\n') {
        at += line.len();
        if !line.trim_end_matches('\n').ends_with('\\') {
            break;
        }
    }
    tail.get(at..).unwrap_or_default()
}

fn substitute<'c>(tail: &'c str, found: &mut Found) -> &'c str {
    let Some(sign) = tail.chars().next() else {
        return "";
    };
    let (_, rest) = after(tail.get(sign.len_utf8()..).unwrap_or_default(), sign);
    let (replacement, rest) = after(rest, sign);
    let flags = rest
        .find(|letter: char| !letter.is_ascii_digit() && !"gpiIMme".contains(letter))
        .unwrap_or(rest.len());
    let (flags, rest) = rest.split_at_checked(flags).unwrap_or((rest, ""));
    if flags.contains('e') {
        found
            .scripts
            .push(replacement.replace(&format!("\\{sign}"), &sign.to_string()));
    }
    match rest.strip_prefix('w') {
        Some(file) => {
            let (line, next) = file.split_once('\n').unwrap_or((file, ""));
            found.known(Access::Write, line.trim());
            next
        }
        None => rest,
    }
}

/// Splits at the next sign that no backslash and no bracket hides.
fn after(text: &str, sign: char) -> (&str, &str) {
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if letter == '\\' {
            escaped = true;
        } else if letter == sign {
            return (
                text.get(..at).unwrap_or_default(),
                text.get(at + sign.len_utf8()..).unwrap_or_default(),
            );
        }
    }
    (text, "")
}
