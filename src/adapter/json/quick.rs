//! The quick way through a payload: one pass that copies nothing, and reads a long text only as far as finding its end and
//! knowing that it is one. What it is not sure about it leaves to `serde_json`, which then says what is wrong and where.

use std::borrow::Cow;

use super::text::{LONG, Text};
use super::value::Json;

/// Deeper values are left to the slow way, which bounds them.
const DEPTH: usize = 64;
/// Longest integer that is read here: it fits, whatever its digits.
const DIGITS: usize = 18;

/// Reads one JSON value; `None` when this is not the way to read it.
pub(super) fn parse(bytes: &[u8]) -> Option<Json<'_>> {
    let mut reader = Reader { bytes, at: 0 };
    let value = reader.value(DEPTH)?;
    reader.skip_blanks();
    (reader.at == bytes.len()).then_some(value)
}

struct Reader<'p> {
    bytes: &'p [u8],
    at: usize,
}

/// A text between its quotes, as it stands in the payload.
struct Quoted<'p> {
    /// With the quotes.
    raw: &'p [u8],
    has_escapes: bool,
}

impl<'p> Reader<'p> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    /// Takes a byte if it comes next.
    fn takes(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn value(&mut self, depth: usize) -> Option<Json<'p>> {
        self.skip_blanks();
        match self.peek()? {
            b'"' => self.text().map(Json::Text),
            b'{' => self.object(depth.checked_sub(1)?),
            b'[' => self.list(depth.checked_sub(1)?),
            b't' => self.word(b"true", Json::Bool(true)),
            b'f' => self.word(b"false", Json::Bool(false)),
            b'n' => self.word(b"null", Json::Null),
            _ => self.number(),
        }
    }

    fn word(&mut self, word: &[u8], value: Json<'p>) -> Option<Json<'p>> {
        let rest = self.bytes.get(self.at..)?;
        self.at += word.len();
        rest.starts_with(word).then_some(value)
    }

    fn number(&mut self) -> Option<Json<'p>> {
        let rest = self.bytes.get(self.at..)?;
        let is_of_number =
            |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E');
        let length = rest.iter().take_while(|byte| is_of_number(byte)).count();
        let digits = rest.get(..length)?;
        self.at += length;
        let is_plain = digits.iter().all(u8::is_ascii_digit)
            && (1..=DIGITS).contains(&length)
            && (length == 1 || digits.first() != Some(&b'0'));
        if !is_plain {
            return serde_json::from_slice(digits).ok();
        }
        let number = digits
            .iter()
            .fold(0, |sum: u64, digit| sum * 10 + u64::from(digit - b'0'));
        Some(Json::Number(number.into()))
    }

    fn list(&mut self, depth: usize) -> Option<Json<'p>> {
        self.at += 1;
        let mut items = Vec::new();
        self.skip_blanks();
        if self.takes(b']') {
            return Some(Json::List(items));
        }
        loop {
            items.push(self.value(depth)?);
            self.skip_blanks();
            if self.takes(b']') {
                return Some(Json::List(items));
            }
            if !self.takes(b',') {
                return None;
            }
        }
    }

    fn object(&mut self, depth: usize) -> Option<Json<'p>> {
        /// What most payloads and inputs have.
        const USUAL: usize = 12;
        self.at += 1;
        self.skip_blanks();
        if self.takes(b'}') {
            return Some(Json::Object(Vec::new()));
        }
        let mut members = Vec::with_capacity(USUAL);
        loop {
            self.skip_blanks();
            let name = self.name()?;
            self.skip_blanks();
            if !self.takes(b':') {
                return None;
            }
            members.push((name, self.value(depth)?));
            self.skip_blanks();
            if self.takes(b'}') {
                return Some(Json::Object(members));
            }
            if !self.takes(b',') {
                return None;
            }
        }
    }

    fn name(&mut self) -> Option<Cow<'p, str>> {
        self.quoted()?.read()
    }

    fn text(&mut self) -> Option<Text<'p>> {
        let quoted = self.quoted()?;
        if !quoted.has_escapes || quoted.raw.len() < LONG {
            return quoted.read().map(Text::from);
        }
        let is_text = quoted.raw.is_ascii() || str::from_utf8(quoted.raw).is_ok();
        is_text.then(|| Text::quoted(quoted.raw))
    }

    /// Finds the end of the text that opens here.
    fn quoted(&mut self) -> Option<Quoted<'p>> {
        let open = self.at;
        if !self.takes(b'"') {
            return None;
        }
        let mut has_escapes = false;
        loop {
            let rest = self.bytes.get(self.at..)?;
            self.at += mark(rest)?;
            let rest = self.bytes.get(self.at..)?;
            if rest.first() == Some(&b'"') {
                break;
            }
            has_escapes = true;
            self.at += escape(rest)?;
        }
        self.at += 1;
        let raw = self.bytes.get(open..self.at)?;
        is_visible(raw).then_some(Quoted { raw, has_escapes })
    }
}

impl<'p> Quoted<'p> {
    fn read(self) -> Option<Cow<'p, str>> {
        if self.has_escapes {
            return serde_json::from_slice(self.raw).ok().map(Cow::Owned);
        }
        let inner = self.raw.get(1..self.raw.len().checked_sub(1)?)?;
        str::from_utf8(inner).ok().map(Cow::Borrowed)
    }
}

/// Returns the place of the first quote or backslash, looking at eight bytes at a time.
fn mark(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::MAX / 0xff;
    let (words, rest) = bytes.as_chunks::<8>();
    let mut at = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        let quote = (word ^ (ONES * 0x22)).wrapping_sub(ONES);
        let escape = (word ^ (ONES * 0x5c)).wrapping_sub(ONES);
        // The highest bit of each byte that is one of the two. The lowest of them is right, others may be too many.
        let found = (quote | escape) & !word & (ONES << 7);
        if found != 0 {
            return Some(at + usize::try_from(found.trailing_zeros() / 8).ok()?);
        }
        at += size_of::<u64>();
    }
    let place = rest.iter().position(|byte| matches!(byte, b'"' | b'\\'));
    Some(at + place?)
}

/// Whether no byte is one that may only stand in a text as an escape. Written so that compilers look at many at once.
fn is_visible(bytes: &[u8]) -> bool {
    bytes.iter().fold(u8::MAX, |least, byte| least.min(*byte)) >= b' '
}

/// Returns the length of the escape that these bytes begin with; `None` when it is none that is read the same everywhere.
fn escape(bytes: &[u8]) -> Option<usize> {
    match bytes.get(1)? {
        // Most are ends of lines.
        b'n' | b'"' | b'\\' | b'/' | b'b' | b'f' | b'r' | b't' => Some(2),
        b'u' => long_escape(bytes),
        _ => None,
    }
}

#[cold]
fn long_escape(bytes: &[u8]) -> Option<usize> {
    match super::escape(bytes, 0)? {
        0xd800..=0xdbff => matches!(super::escape(bytes, 6)?, 0xdc00..=0xdfff).then_some(12),
        0xdc00..=0xdfff => None,
        _ => Some(6),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    /// What the quick way says must be what `serde_json` says; it may say nothing.
    fn compare(bytes: &[u8]) -> bool {
        let expected: Option<Value> = serde_json::from_slice(bytes).ok();
        let found = parse(bytes).map(Json::into_value);
        let shown = String::from_utf8_lossy(bytes);
        assert!(found.is_none() || found == expected, "{shown}");
        found.is_some()
    }

    /// A text as an item at any place of a word, short and long.
    fn in_texts(inner: &[u8]) -> usize {
        let ways = (0..33).flat_map(|before| [0, LONG].map(|more| (before, more)));
        let read = ways.filter(|(before, more)| {
            let blanks = vec![b' '; before + more];
            compare(&[b"[\"", blanks.as_slice(), inner, b"\", 1]"].concat())
        });
        read.count()
    }

    #[test]
    fn texts_are_read_wherever_they_stand() {
        for inner in [
            "",
            "#",
            r"\n",
            r"\n#",
            r"\\\\",
            r#"\""#,
            r##"\"\"\"#"##,
            r"\u00e9",
            r"\u00e9\u00E9 ",
            r"\ud83e\udd80",
            r"\/\b\f\n\r\t",
            "é🦀\u{7f}",
            r"é\n🦀",
        ] {
            assert_eq!(in_texts(inner.as_bytes()), 66, "{inner}");
        }
    }

    #[test]
    fn what_is_no_text_is_left_to_the_slow_way() {
        for inner in [
            b"\n".as_slice(),
            b"\0",
            b"\x1f",
            b"\\x",
            b"\\",
            b"\"",
            b"\\u12",
            b"\\u+123",
            b"\\ud83e",
            b"\\udd80",
            b"\\ud83e\\u0041",
            b"\xff",
            b"\\n\xc3",
        ] {
            assert_eq!(in_texts(inner), 0, "{}", inner.escape_ascii());
        }
    }

    #[test]
    fn other_values_are_read_as_serde_json_reads_them() {
        for text in [
            "{}",
            " { \"a\" : [ ] , \"b\" : [ 1 , { } ] } \r\n\t",
            "[0, 7, 123456789012345678, 18446744073709551615, 18446744073709551616]",
            "[-0, -1, 1.5, 1e3, 1E+3, 1e-400, 0.1]",
            "[true, false, null]",
            r#"{"a": 1, "a": 2, "\u0061": 3}"#,
        ] {
            assert!(compare(text.as_bytes()), "{text}");
        }
        for text in [
            "",
            "{",
            "[",
            "\"",
            "[1,]",
            "[,1]",
            "[1 2]",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{a:1}",
            "[01]",
            "[-]",
            "[1.]",
            "[1e400]",
            "[+1]",
            "tru",
            "[truee]",
            "nul",
            "{} {}",
            "[1]]",
            "\u{b}1",
        ] {
            assert!(!compare(text.as_bytes()), "{text}");
        }
        assert!(parse("[".repeat(DEPTH + 1).as_bytes()).is_none());
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(compare(nested(DEPTH).as_bytes()));
        assert!(!compare(nested(DEPTH + 1).as_bytes()));
    }

    proptest! {
        #[test]
        fn changed_bytes_are_never_read_in_another_way(
            text in r#"(\PC|\\n|\\\\|\\"|\\u[0-9a-f]{4}){0,80}"#,
            more in 0_usize..700,
            changes in prop::collection::vec((0_usize..900, any::<u8>()), 0..3),
        ) {
            let padding = "x".repeat(more);
            let mut bytes = format!(
                r#"{{"a": "{text}{padding}", "b": [1, -2.5, true], "{text}": {{"c": null}}}}"#
            )
            .into_bytes();
            compare(&bytes);
            for (at, byte) in changes {
                if let Some(place) = bytes.get_mut(at) {
                    *place = byte;
                }
            }
            compare(&bytes);
            let _ = bytes.split_off(bytes.len() / 2);
            compare(&bytes);
        }
    }
}
