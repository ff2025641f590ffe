//! What `echo`, `printf` and their like print.

use super::program::base_name;
use super::stages::Input;

/// Longest set of letters that is put in place of another.
const SET: usize = 64;

/// What `echo` prints. With `-e` or a shell that reads escapes the text is another, but no rule rests on its escapes.
pub(super) fn echoed(arguments: &[&str]) -> String {
    let is_option = |word: &&&str| {
        word.strip_prefix('-').is_some_and(|letters| {
            !letters.is_empty() && letters.chars().all(|letter| "neE".contains(letter))
        })
    };
    let options = arguments.iter().take_while(is_option).count();
    let words: Vec<&str> = arguments.iter().skip(options).copied().collect();
    let escapes = arguments
        .iter()
        .take(options)
        .any(|word| word.contains('e'));
    let text = words.join(" ");
    let text = if escapes { unescaped(&text) } else { text };
    format!("{text}\n")
}

/// What `printf` prints, for formats of plain text and `%s`.
pub(super) fn printed(arguments: &[&str]) -> Option<String> {
    let (format, mut values) = arguments.split_first()?;
    let mut text = String::new();
    loop {
        let left = values.len();
        let mut pieces = format.split('%');
        text.push_str(&unescaped(pieces.next()?));
        for piece in pieces {
            let has_escapes = piece.starts_with('b');
            let rest = piece.strip_prefix(['s', 'b', 'q'])?;
            let (value, others) = values.split_first().map_or(("", values), |(v, o)| (*v, o));
            values = others;
            if has_escapes {
                text.push_str(&unescaped(value));
            } else {
                text.push_str(value);
            }
            text.push_str(&unescaped(rest));
        }
        // The format is used again while values are left and it takes any.
        if values.is_empty() || values.len() == left {
            return Some(text);
        }
    }
}

/// Puts what backslashes stand for in their place.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(rest.get(..at).unwrap_or_default());
        rest = rest.get(at + 1..).unwrap_or_default();
        let (letter, used) = escaped(rest);
        out.push_str(&letter);
        rest = rest.get(used..).unwrap_or_default();
    }
    out + rest
}

/// Returns what stands behind a backslash, and how many bytes said so.
fn escaped(rest: &str) -> (String, usize) {
    let plain = |text: &str| (text.to_owned(), 1);
    match rest.chars().next() {
        Some('n') => plain("\n"),
        Some('t') => plain("\t"),
        Some(other) if "\\\"'".contains(other) => (other.to_string(), 1),
        _ => numbered(rest).map_or_else(
            || ("\\".to_owned(), 0),
            |(letter, used)| (letter.to_string(), used),
        ),
    }
}

/// Returns the letter that a number behind a backslash names, and how many bytes said so: `x72`, `u0072`, `u{72}`, `162`.
pub(super) fn numbered(rest: &str) -> Option<(char, usize)> {
    let (from, most, radix) = match rest.chars().next()? {
        'x' => (1, 2, 16),
        'u' if rest.starts_with("u{") => (2, 6, 16),
        'u' => (1, 4, 16),
        'U' => (1, 8, 16),
        '0' => (0, 4, 8),
        '1'..='7' => (0, 3, 8),
        _ => return None,
    };
    let digits = rest.get(from..)?;
    let is_digit = |digit: &char| digit.is_digit(radix);
    let count = digits.chars().take(most).take_while(is_digit).count();
    let number = u32::from_str_radix(digits.get(..count)?, radix).ok()?;
    // What does not fit into a byte loses what is above it.
    let letter = char::from_u32(if radix == 8 { number & 0xff } else { number })?;
    Some((letter, from + count + usize::from(from == 2)))
}

/// What grep lets through of a known text. What cannot be said is not known.
pub(super) fn filtered(program: &str, words: &[&str], input: Input) -> Input {
    let Input::Known(text) = input else {
        return Input::Unknown;
    };
    let letters: String = words
        .iter()
        .filter_map(|word| word.strip_prefix('-'))
        .collect();
    let patterns: Vec<&&str> = words.iter().filter(|word| !word.starts_with('-')).collect();
    let ([pattern], true) = (
        patterns.as_slice(),
        letters.chars().all(|letter| "viEFGw".contains(letter)),
    ) else {
        return Input::Unknown;
    };
    let pattern = if program == "fgrep" || letters.contains('F') {
        regex::escape(pattern)
    } else if program == "egrep" || letters.contains('E') {
        (**pattern).to_owned()
    } else {
        pattern.replace("\\|", "|")
    };
    let Ok(regex) = regex::RegexBuilder::new(&pattern)
        .case_insensitive(letters.contains('i'))
        .build()
    else {
        return Input::Unknown;
    };
    let kept = text
        .lines()
        .filter(|line| regex.is_match(line) != letters.contains('v'));
    let kept: Vec<String> = kept.map(|line| format!("{line}\n")).collect();
    Input::Known(kept.concat())
}

pub(super) fn name_part(program: &str, words: &[&str]) -> Option<String> {
    match (program, words) {
        ("dirname", [path]) => {
            let path = path.trim_end_matches('/');
            Some(match path.rsplit_once('/') {
                Some(("", _)) => "/".into(),
                Some((folder, _)) => folder.into(),
                None => ".".into(),
            })
        }
        ("basename", [path]) => Some(base_name(path).into()),
        ("basename", [path, ending]) => {
            let name = base_name(path);
            Some(name.strip_suffix(ending).unwrap_or(name).into())
        }
        _ => None,
    }
}

/// What `tr` makes of a text, where its sets are single letters or one is put in place of each: `tr ' ' '\n'`, `tr -d '"'`.
pub(super) fn translated(words: &[&str], text: &str) -> Option<String> {
    let set = |word: &str| {
        let is_range = word.contains('-') || word.contains('[');
        let letters: Vec<char> = unescaped(word).chars().collect();
        (!is_range && (1..=SET).contains(&letters.len())).then_some(letters)
    };
    match words {
        ["-d", gone] => {
            let gone = set(gone)?;
            Some(
                text.chars()
                    .filter(|letter| !gone.contains(letter))
                    .collect(),
            )
        }
        [from, to] => {
            let (from, to) = (set(from)?, set(to)?);
            let last = *to.last()?;
            let put = |letter: char| {
                let at = from.iter().position(|one| *one == letter);
                at.map_or(letter, |at| to.get(at).copied().unwrap_or(last))
            };
            Some(text.chars().map(put).collect())
        }
        _ => None,
    }
}
