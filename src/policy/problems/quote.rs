//! Puts text from files into messages: short, on one line and without anything that steers a terminal.

/// Longest text from a file that a message repeats, in characters.
const LONGEST: usize = 60;

/// Returns the text in backticks.
pub(super) fn quoted(text: &str) -> String {
    format!("`{}`", clean(text))
}

/// Returns the words in backticks, separated by commas.
pub(super) fn listed(words: &[&str]) -> String {
    words.join(", ")
}

/// Returns the text without control characters and not longer than a line can bear.
pub(super) fn clean(text: &str) -> String {
    let mut short: String = text.chars().take(LONGEST).map(visible).collect();
    if text.chars().nth(LONGEST).is_some() {
        short.push('…');
    }
    short
}

/// Returns the text without control characters, however long: for labels that other modules worded.
pub(super) fn escaped(text: &str) -> String {
    text.chars().map(visible).collect()
}

/// Spells out characters that do not show or that reorder the line.
fn visible(c: char) -> String {
    let hidden = c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    if hidden {
        c.escape_default().to_string()
    } else {
        c.to_string()
    }
}
