//! Texts that no shell would read: what is wrong with them, and where.

use crate::shell::{MAX_DEPTH, MAX_TEXT, Unparsed, UnparsedKind};

/// Letters that are shown before and after the place.
const MARGIN: usize = 30;
/// What stands for bytes that were not text.
const REPLACEMENT: char = '\u{fffd}';

/// Says where and why a text cannot be read, with an excerpt in which `▶` marks the place.
pub(super) fn told(text: &str, unparsed: Unparsed) -> String {
    let at = unparsed.at.min(text.len());
    let letter = text.get(at..).and_then(|rest| rest.chars().next());
    let why = match unparsed.kind {
        UnparsedKind::Syntax if letter == Some('\0') => "no shell takes a NUL".to_owned(),
        UnparsedKind::Syntax => "a shell would stop here".to_owned(),
        UnparsedKind::Incomplete => "it ends before it is complete".to_owned(),
        UnparsedKind::TooDeep => format!("it nests more than {MAX_DEPTH} levels"),
        UnparsedKind::TooLong => format!("it is longer than {MAX_TEXT} bytes"),
    };
    placed(text, at, &why)
}

/// Returns the first byte that stands for bytes which were not text, and what is to be said of it.
pub(super) fn broken(text: &str) -> Option<(usize, String)> {
    let at = text.find(REPLACEMENT)?;
    Some((at, placed(text, at, "bytes that are not UTF-8 stood here")))
}

/// "line 2, column 5: why: `before▶after`"
fn placed(text: &str, at: usize, why: &str) -> String {
    let mut at = at;
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let this_line = before.get(start..).unwrap_or_default();
    let column = this_line.chars().count() + 1;
    format!(
        "line {line}, column {column}: {why}: `{}▶{}`",
        end_of(this_line),
        start_of(after)
    )
}

fn start_of(text: &str) -> String {
    let line = text.split('\n').next().unwrap_or_default();
    let cut = line.chars().nth(MARGIN).is_some();
    let shown: String = line.chars().take(MARGIN).map(visible).collect();
    if cut { shown + "…" } else { shown }
}

fn end_of(line: &str) -> String {
    let skip = line.chars().count().saturating_sub(MARGIN);
    let shown: String = line.chars().skip(skip).map(visible).collect();
    if skip > 0 {
        format!("…{shown}")
    } else {
        shown
    }
}

/// Spells out what does not show or steers a terminal.
fn visible(letter: char) -> String {
    let hidden = letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    if hidden {
        letter.escape_default().to_string()
    } else {
        letter.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::{broken, told};
    use crate::shell;

    #[test]
    fn a_text_is_excerpted_where_it_stops_making_sense() {
        let long = "(".repeat(1 << 20) + "(";
        let deep = "$(".repeat(100);
        for (text, expected) in [
            (
                "ls ((((",
                "line 1, column 5: a shell would stop here: `ls (▶(((`",
            ),
            (
                "ls\necho 'x",
                "line 2, column 7: it ends before it is complete: `echo '▶x`",
            ),
            ("ls )", "line 1, column 4: a shell would stop here: `ls ▶)`"),
            (
                "rm a\0b",
                r"line 1, column 5: no shell takes a NUL: `rm a▶\u{0}b`",
            ),
            (
                "echo \u{1b}[2J ; ) \u{202e}x",
                r"line 1, column 13: a shell would stop here: `echo \u{1b}[2J ; ▶) \u{202e}x`",
            ),
            (
                long.as_str(),
                "line 1, column 1048577: it is longer than 1048576 bytes: `…((((((((((((((((((((((((((((((▶(`",
            ),
            (
                deep.as_str(),
                "line 1, column 129: it nests more than 64 levels: `…$($($($($($($($($($($($($($($(▶$($($($($($($($($($($($($($($(…`",
            ),
        ] {
            let unparsed = shell::parse(text).unwrap_err();
            assert_eq!(told(text, unparsed), expected);
        }
    }

    #[test]
    fn bytes_that_were_no_text_are_named() {
        let (at, told) = broken("rm caf\u{fffd}; ls").unwrap();
        assert_eq!(at, 6);
        assert_eq!(
            told,
            "line 1, column 7: bytes that are not UTF-8 stood here: `rm caf▶\u{fffd}; ls`"
        );
        assert_eq!(broken("rm caf\u{e9}"), None);
    }
}
