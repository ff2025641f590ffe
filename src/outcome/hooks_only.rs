//! What a runtime's configuration says about hooks. Runtimes write other settings into the same files, when a person
//! answers a prompt for instance; such a change is none that the floor is about.

use serde_json::Value;

/// Returns the members about hooks of a JSON object, or the whole content when it is none. A missing file says nothing.
pub(super) fn part(content: Option<&[u8]>) -> Vec<u8> {
    let Some(content) = content else {
        return b"{}".to_vec();
    };
    match serde_json::from_slice(content) {
        Ok(Value::Object(mut members)) => {
            members.retain(|name, _| name.to_lowercase().contains("hook"));
            Value::Object(members).to_string().into_bytes()
        }
        _ => content.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::part;

    fn text(content: &str) -> String {
        String::from_utf8(part(Some(content.as_bytes()))).unwrap()
    }

    #[test]
    fn only_what_is_about_hooks_counts() {
        assert_eq!(
            text(
                r#"{"permissions": {"allow": ["x"]}, "hooks": {"Stop": []}, "disableAllHooks": true}"#
            ),
            r#"{"disableAllHooks":true,"hooks":{"Stop":[]}}"#
        );
        assert_eq!(text(r#"{"permissions": {}}"#), "{}");
        assert_eq!(part(None), b"{}");
        assert_eq!(text("[hooks]\n"), "[hooks]\n");
        assert_eq!(text("{\"hooks\": "), "{\"hooks\": ");
    }
}
