//! What `echo` and `printf` print.

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
            let rest = piece.strip_prefix(['s', 'b', 'q'])?;
            let (value, others) = values.split_first().map_or(("", values), |(v, o)| (*v, o));
            values = others;
            text.push_str(value);
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
    let number = |from: usize, most: usize, radix: u32| {
        let digits = rest.get(from..).unwrap_or_default();
        let count = digits
            .chars()
            .take(most)
            .take_while(|digit| digit.is_digit(radix))
            .count();
        let code = u32::from_str_radix(digits.get(..count)?, radix).ok()?;
        Some((char::from_u32(code)?.to_string(), from + count))
    };
    let plain = |text: &str| (text.to_owned(), 1);
    match rest.chars().next() {
        Some('n') => plain("\n"),
        Some('t') => plain("\t"),
        Some('x') => number(1, 2, 16).unwrap_or_else(|| plain("\\x")),
        Some('0'..='7') => number(0, 4, 8).unwrap_or_else(|| plain("")),
        Some(other) if "\\\"'".contains(other) => (other.to_string(), 1),
        _ => ("\\".to_owned(), 0),
    }
}
