//! Makes texts fit to be sent: what could change how they look is spelled out, and they end at a limit.

use std::borrow::Cow;

use crate::decision::TEXT_LIMIT;

/// Stands where a text was cut.
const MARKER: &str = " [cut here]";

/// Returns the text with control characters, but for line breaks and tabs, written as escapes.
///
/// Texts come from payloads and files: a raw escape sequence could repaint a terminal, and a direction override could make
/// a path read as another one.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_hidden(character) {
            out.extend(character.escape_unicode());
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

fn is_hidden(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        // Direction marks, overrides and isolates; line and paragraph separators.
        '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        other => other.is_control(),
    }
}

/// Returns the text as it may be sent: visible, and at most [`TEXT_LIMIT`] bytes with the marker that says so.
pub(super) fn sendable(text: &str) -> Cow<'_, str> {
    // Escapes only grow a text, so what lies more than a character beyond the limit need not be looked at.
    let shown = visible(prefix(text, TEXT_LIMIT + char::MAX_LEN_UTF8));
    if shown.len() <= TEXT_LIMIT {
        return shown;
    }
    let kept = prefix(&shown, TEXT_LIMIT.saturating_sub(MARKER.len()));
    Cow::Owned(format!("{kept}{MARKER}"))
}

/// Returns the longest start of the text that ends at a character and has at most this many bytes.
fn prefix(text: &str, limit: usize) -> &str {
    text.get(..text.floor_char_boundary(limit)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_spelled_out_and_layout_stays() {
        let check = |text: &str, expected: &str| assert_eq!(visible(text), expected, "{text:?}");
        check("plain, ünï 🦀", "plain, ünï 🦀");
        check("two\n\tlines", "two\n\tlines");
        check("\u{1b}[31mred\u{7}", "\\u{1b}[31mred\\u{7}");
        check("a\rb\0c\u{7f}\u{9b}", "a\\u{d}b\\u{0}c\\u{7f}\\u{9b}");
        check("cod\u{202e}exe", "cod\\u{202e}exe");
    }

    #[test]
    fn texts_end_at_the_limit_with_a_marker() {
        let exact = "x".repeat(TEXT_LIMIT);
        assert_eq!(sendable(&exact), exact);
        for long in [
            "x".repeat(TEXT_LIMIT + 1),
            "é🦀".repeat(TEXT_LIMIT),
            "\u{1b}".repeat(TEXT_LIMIT),
        ] {
            let cut = sendable(&long);
            assert!(cut.len() <= TEXT_LIMIT, "{}", cut.len());
            assert!(cut.len() > TEXT_LIMIT - 8, "{}", cut.len());
            assert!(cut.ends_with(MARKER), "{cut}");
        }
    }

    #[test]
    fn a_character_across_the_limit_is_not_a_shorter_text() {
        let text = format!("{}🦀", "x".repeat(TEXT_LIMIT - 1));
        assert!(sendable(&text).ends_with(MARKER));
    }
}
