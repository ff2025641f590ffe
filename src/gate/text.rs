//! Makes what a gate prints harmless to read: for a terminal, for JSON, and for a model.

use std::iter::Peekable;
use std::str::Chars;

/// Stands for bytes that are no text.
const UNREADABLE: char = '\u{fffd}';

/// Takes out colours and other terminal sequences; every run of bytes that are no text becomes one mark.
pub(super) fn harmless(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut clean = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\n' | '\t' => clean.push(letter),
            '\u{1b}' => skip_sequence(&mut letters),
            // A line that is drawn anew, as progress bars do.
            '\r' if letters.peek() == Some(&'\n') => {}
            '\r' => clean.push('\n'),
            _ if is_unreadable(letter) => {
                if !clean.ends_with(UNREADABLE) {
                    clean.push(UNREADABLE);
                }
            }
            _ => clean.push(letter),
        }
    }
    clean
}

/// Control characters, and those that change the direction of the text around them.
fn is_unreadable(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, UNREADABLE | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Skips what follows an escape: `[31m`, or `]0;title` up to its end.
fn skip_sequence(letters: &mut Peekable<Chars<'_>>) {
    match letters.next_if(|next| matches!(next, '[' | ']')) {
        Some('[') => {
            while letters.next_if(|next| matches!(next, ' '..='?')).is_some() {}
            letters.next_if(|next| matches!(next, '@'..='~'));
        }
        Some(_) => {
            while letters
                .next_if(|next| !matches!(next, '\u{7}' | '\u{1b}' | '\n'))
                .is_some()
            {}
            if letters.next_if_eq(&'\u{1b}').is_some() {
                letters.next_if_eq(&'\\');
            } else {
                letters.next_if_eq(&'\u{7}');
            }
        }
        None => {
            letters.next_if(|next| matches!(next, ' '..='~'));
        }
    }
}

/// Returns the last characters of a text.
pub(super) fn end(text: &str, characters: usize) -> &str {
    let from = text.char_indices().rev().nth(characters.saturating_sub(1));
    from.and_then(|(at, _)| text.get(at..)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::{end, harmless};

    #[test]
    fn colours_titles_and_progress_are_taken_out() {
        assert_eq!(harmless(b"\x1b[1;31mFAIL\x1b[0m a\r\n"), "FAIL a\n");
        assert_eq!(harmless(b"\x1b]0;title\x07x\x1b]8;;u\x1b\\y"), "xy");
        assert_eq!(harmless(b"1%\r2%\rdone\n"), "1%\n2%\ndone\n");
        assert_eq!(harmless(b"\x1b(Bx\x1b"), "Bx");
    }

    #[test]
    fn binary_output_becomes_one_mark_a_run() {
        assert_eq!(harmless(b"a\0\x01\xff\xfeb\x07"), "a\u{fffd}b\u{fffd}");
        assert_eq!(harmless("x\u{202e}y".as_bytes()), "x\u{fffd}y");
    }

    #[test]
    fn the_end_is_counted_in_characters() {
        assert_eq!(end("aäö", 2), "äö");
        assert_eq!(end("a", 5), "a");
        assert_eq!(end("", 5), "");
    }
}
