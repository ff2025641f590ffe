//! Texts as JSON writes them, for what is written on every call: a value of each would have to be made and formatted first.

use serde_json::Value;

/// Adds a text with its quotation marks.
pub(crate) fn push(text: &str, out: &mut String) {
    // Hardly any text has something to escape.
    let is_plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    if text.bytes().all(is_plain) {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        // A `Value` writes itself without a way to fail.
        out.push_str(&Value::from(text).to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_written_as_serde_json_writes_them() {
        let all: String = ('\0'..='\u{2ff}').chain("\u{2028}🦀".chars()).collect();
        let one_each = all.chars().map(String::from);
        for text in one_each.chain([String::new(), all.clone()]) {
            let mut out = String::from("x");
            push(&text, &mut out);
            assert_eq!(out, format!("x{}", Value::from(text)));
        }
    }
}
