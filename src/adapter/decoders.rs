//! Decoding steps that no table can express, named for what they do and never for who needs them.

use super::json::{self, Json};
use super::table::Decoder;

/// Applies a step to a tool's input.
pub(super) fn apply(decoder: Option<Decoder>, input: Json<'_>) -> Json<'_> {
    match decoder {
        Some(Decoder::JsonInString) => json_in_string(input),
        None => input,
    }
}

/// Reads a text that holds a JSON object or list; any other text stays what it is.
fn json_in_string(input: Json<'_>) -> Json<'_> {
    let mut mended = Vec::new();
    let inner = input
        .as_str()
        .and_then(|text| json::parse(text.as_bytes(), &mut mended).ok());
    match inner {
        Some(inner @ (Json::Object(_) | Json::List(_))) => inner.into_owned(),
        _ => input,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn only_a_text_with_an_object_or_a_list_is_unpacked() {
        let check = |input: Value, expected: Value| {
            let text = input.to_string();
            let mut mended = Vec::new();
            let input = json::parse(text.as_bytes(), &mut mended).unwrap();
            let unpacked = apply(Some(Decoder::JsonInString), input);
            assert_eq!(unpacked.into_value(), expected);
        };
        check(json!("{\"command\": \"ls\"}"), json!({"command": "ls"}));
        check(json!("[1]"), json!([1]));
        check(json!("*** Begin Patch"), json!("*** Begin Patch"));
        check(json!("12"), json!("12"));
        check(json!({"a": 1}), json!({"a": 1}));
    }
}
