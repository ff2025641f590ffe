//! Reads payloads as tolerantly as it is safe: a byte order mark and lone surrogates are taken, anything else that is not
//! one JSON value is named with its place. From a payload that cannot be read, one text member can still be picked.

mod quick;
mod text;
mod value;

use std::borrow::Cow;

use super::table::Pointer;
pub(super) use value::Json;

/// Why bytes are not a JSON value.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum JsonError {
    Empty,
    TooDeep,
    Broken { at: usize, what: String },
}

/// Reads one JSON value. Where texts have to be mended first, `mended` holds them.
pub(super) fn parse<'p>(bytes: &'p [u8], mended: &'p mut Vec<u8>) -> Result<Json<'p>, JsonError> {
    let bytes = without_mark(bytes);
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(JsonError::Empty);
    }
    if let Some(value) = quick::parse(bytes) {
        return Ok(value);
    }
    match serde_json::from_slice(bytes) {
        Ok(value) => Ok(value),
        Err(first) => match whole_surrogates(bytes) {
            Cow::Owned(whole) => {
                *mended = whole;
                serde_json::from_slice(mended).map_err(|error| describe(mended, &error))
            }
            Cow::Borrowed(_) => Err(describe(bytes, &first)),
        },
    }
}

fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

fn describe(bytes: &[u8], error: &serde_json::Error) -> JsonError {
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or_default();
    if what == "recursion limit exceeded" {
        return JsonError::TooDeep;
    }
    let lines = bytes
        .split_inclusive(|byte| *byte == b'\n')
        .take(error.line().saturating_sub(1));
    let at = lines.map(<[u8]>::len).sum::<usize>() + error.column();
    JsonError::Broken {
        at,
        what: what.to_owned(),
    }
}

/// Returns the bytes with each `\uD800`-like escape that has no partner replaced by the replacement character.
///
/// JavaScript clients cut texts in the middle of a pair and send the rest so. The same clients write the replacement
/// character when they use such a text as a path, so nothing is judged under another name than it will have.
fn whole_surrogates(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut out: Option<Vec<u8>> = None;
    let mut at = 0;
    while let Some(step) = bytes
        .get(at..)
        .and_then(|rest| rest.iter().position(|byte| *byte == b'\\'))
    {
        at += step;
        match escape(bytes, at) {
            Some(0xd800..=0xdbff) if matches!(escape(bytes, at + 6), Some(0xdc00..=0xdfff)) => {
                at += 12;
            }
            Some(0xd800..=0xdfff) => {
                let owned = out.get_or_insert_with(|| bytes.to_vec());
                if let Some(digits) = owned.get_mut(at + 2..at + 6) {
                    digits.copy_from_slice(b"fffd");
                }
                at += 6;
            }
            _ => at += 2,
        }
    }
    out.map_or(Cow::Borrowed(bytes), Cow::Owned)
}

/// Returns the number of the `\u0000` escape at this place.
fn escape(bytes: &[u8], at: usize) -> Option<u16> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    // A sign would be taken for a digit.
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u16::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
}

/// Picks the text that a pointer points at from bytes that are not (or not yet) JSON.
///
/// Only keys at the pointer's own depth are looked at, so that a text inside a tool's input, which the agent writes, is
/// never taken for the runtime's own words.
pub(super) fn scan(bytes: &[u8], pointer: &Pointer) -> Option<String> {
    let key = pointer.steps.last()?;
    let wanted = pointer.steps.len();
    let bytes = without_mark(bytes);
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.checked_sub(1)?,
            b'"' => {
                let (text, end) = string(bytes, at - 1)?;
                at = end;
                if depth != wanted || text.as_deref() != Some(*key) {
                    continue;
                }
                let colon = after_blanks(bytes, at);
                if bytes.get(colon) == Some(&b':') {
                    return string(bytes, after_blanks(bytes, colon + 1))?.0;
                }
            }
            _ => {}
        }
    }
    None
}

fn after_blanks(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    start
        + rest
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count()
}

/// Reads the string that opens at this place; returns it, if it is one, and the place behind its end.
fn string(bytes: &[u8], open: usize) -> Option<(Option<String>, usize)> {
    if bytes.get(open) != Some(&b'"') {
        return None;
    }
    let mut at = open + 1;
    loop {
        match bytes.get(at)? {
            b'"' => break,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    let text = bytes
        .get(open..=at)
        .and_then(|quoted| serde_json::from_slice(quoted).ok());
    Some((text, at + 1))
}

/// Returns the first value that one of the pointers leads to; null counts as missing.
pub(super) fn first<'v, 'p>(
    value: &'v Json<'p>,
    pointers: &[Pointer],
) -> Option<(&'v Json<'p>, Pointer)> {
    pointers
        .iter()
        .find_map(|pointer| Some((one(value, pointer.steps)?, *pointer)))
}

/// Returns the first value that the steps lead to.
pub(super) fn one<'v, 'p>(value: &'v Json<'p>, steps: &[&str]) -> Option<&'v Json<'p>> {
    let Some((step, rest)) = steps.split_first() else {
        return (!value.is_null()).then_some(value);
    };
    match value {
        Json::Object(_) => one(value.get(step)?, rest),
        Json::List(items) if *step == "*" => items.iter().find_map(|item| one(item, rest)),
        Json::List(items) => one(items.get(step.parse::<usize>().ok()?)?, rest),
        _ => None,
    }
}

/// Takes the first value that one of the pointers leads to out of its place; null counts as missing.
pub(super) fn take<'p>(value: &mut Json<'p>, pointers: &[Pointer]) -> Option<(Json<'p>, Pointer)> {
    pointers.iter().find_map(|pointer| {
        let mut found = &mut *value;
        for step in pointer.steps {
            found = found.get_mut(step)?;
        }
        let taken = std::mem::replace(found, Json::Null);
        (!taken.is_null()).then_some((taken, *pointer))
    })
}

/// Returns every value that the steps lead to; a step `*` means each element. Nulls are missing.
pub(super) fn each<'v, 'p>(value: &'v Json<'p>, steps: &[&str]) -> Vec<&'v Json<'p>> {
    match (steps.split_first(), value) {
        (Some((&"*", rest)), Json::List(items)) => {
            items.iter().flat_map(|item| each(item, rest)).collect()
        }
        (Some((step, rest)), Json::List(items)) => {
            let item = step
                .parse::<usize>()
                .ok()
                .and_then(|index| items.get(index));
            item.map_or_else(Vec::new, |item| each(item, rest))
        }
        (Some((step, rest)), _) => value
            .get(step)
            .map_or_else(Vec::new, |member| each(member, rest)),
        (None, Json::Null) => Vec::new(),
        (None, _) => vec![value],
    }
}

/// Returns the type's name, for messages.
pub(super) fn type_name(value: &Json<'_>) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::Text(_) => "a text",
        Json::List(_) => "a list",
        Json::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// What is kept of a payload.
    fn kept(bytes: &[u8]) -> Result<Value, JsonError> {
        parse(bytes, &mut Vec::new()).map(Json::into_value)
    }

    const KIND: Pointer = Pointer {
        text: "/kind",
        steps: &["kind"],
    };

    #[test]
    fn unreadable_bytes_are_named_with_their_place() {
        let check = |bytes: &[u8], expected: JsonError| assert_eq!(kept(bytes), Err(expected));
        let broken = |at, what: &str| JsonError::Broken {
            at,
            what: what.to_owned(),
        };
        check(b"", JsonError::Empty);
        check(b" \r\n", JsonError::Empty);
        check(b"\xef\xbb\xbf", JsonError::Empty);
        check(b"{\"a\": 1", broken(7, "EOF while parsing an object"));
        check(b"{}\n{}", broken(4, "trailing characters"));
        check(b"log line\n{}", broken(1, "expected value"));
        check(b"\"\xff\"", broken(2, "invalid unicode code point"));
        check("[".repeat(200).as_bytes(), JsonError::TooDeep);
    }

    #[test]
    fn lone_surrogates_become_the_replacement_character() {
        let check = |text: &str, expected: &str| {
            assert_eq!(kept(text.as_bytes()), Ok(json!(expected)), "{text}");
        };
        check(r#""cut \ud83e""#, "cut \u{fffd}");
        check(
            r#""\uDD80 and \ud83e\udd80 and \ud83e\ud83e""#,
            "\u{fffd} and 🦀 and \u{fffd}\u{fffd}",
        );
        check(
            r#""\\ud83e stays, \ud83e goes""#,
            "\\ud83e stays, \u{fffd} goes",
        );
    }

    #[test]
    fn a_member_is_picked_from_broken_payloads_at_its_own_depth_only() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(scan(text.as_bytes(), &KIND).as_deref(), expected, "{text}");
        };
        check(r#"{"a": 1, "kind": "x", "b": "#, Some("x"));
        check("{\"kind\"\n:\t\"\\u0078\" !", Some("x"));
        check(r#"{"a": {"kind": "inner"}, "kind": "x", "#, Some("x"));
        check(r#"{"a": {"kind": "inner"}, "#, None);
        check(r#"{"a": "\"kind\": \"text\"", "#, None);
        check(r#"{"a": "kind", "kind": 5, "#, None);
        check(r#"{"a": "kind", "kind": "cut o"#, None);
        check(r#""kind": "outside""#, None);
        check("}}} {\"kind\": \"x\"", None);
    }

    #[test]
    fn a_star_reaches_each_element() {
        let text = r#"{"all": [{"f": "a"}, {"f": null}, {"g": 1}, {"f": "b"}]}"#;
        let mut mended = Vec::new();
        let value = parse(text.as_bytes(), &mut mended).unwrap();
        let text = |text: &'static str| Json::Text(Cow::Borrowed(text).into());
        assert_eq!(each(&value, &["all", "*", "f"]), [&text("a"), &text("b")]);
        assert_eq!(each(&value, &["all", "3", "f"]), [&text("b")]);
        assert!(each(&value, &["all", "f"]).is_empty());
        assert_eq!(one(&value, &["all", "*", "f"]), Some(&text("a")));
        assert_eq!(
            one(&value, &["all", "*", "g"]),
            Some(&Json::Number(1.into()))
        );
        assert_eq!(one(&value, &["all", "1", "f"]), None);
        assert_eq!(one(&value, &["all", "f"]), None);
    }

    #[test]
    fn everything_is_read_as_serde_json_reads_it() {
        for text in [
            r#"{"a": [1, -2, 1.5, 1e300, true, false, null, "x", "\u00e9\n"], "b": {"c": {}}, "": []}"#,
            r#"{"a": 1, "b": 2, "a": {"b": 3}}"#,
            r"[18446744073709551615, 18446744073709551616, -9223372036854775808, 0.1]",
            r#""\ud83e\udd80""#,
        ] {
            let expected: Result<Value, _> = serde_json::from_str(text);
            assert_eq!(kept(text.as_bytes()).ok(), expected.ok(), "{text}");
        }
    }

    #[test]
    fn of_members_with_one_name_the_last_counts() {
        let text = br#"{"a": 1, "b": 2, "a": {"b": 3}}"#;
        let mut mended = Vec::new();
        let mut value = parse(text, &mut mended).unwrap();
        let pointer = Pointer {
            text: "/a/b",
            steps: &["a", "b"],
        };
        assert_eq!(one(&value, pointer.steps), Some(&Json::Number(3.into())));
        let taken = take(&mut value, &[pointer]);
        assert_eq!(taken.unwrap().0, Json::Number(3.into()));
        assert_eq!(one(&value, pointer.steps), None);
    }
}
