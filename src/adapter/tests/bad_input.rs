//! Payloads that cannot be judged: what is said about them, and that the event is kept where it can be known.

use super::sample::SAMPLE;
use super::*;

/// Compares the error with `event native: message`.
fn check(payload: &str, flag: Option<&str>, expected: &str) {
    let found = match decode(&SAMPLE, payload.as_bytes(), flag, &no_variables) {
        Ok(call) => format!("ok {} {}", call.event.name(), call.native_event),
        Err(error) => {
            let event = error.event.map_or("unknown", Event::name);
            format!("{event} {}: {error}", error.native)
        }
    };
    assert_eq!(found, expected, "{payload} {flag:?}");
}

#[test]
fn unreadable_payloads_keep_the_event() {
    let before = Some("before-tool");
    check("", before, "before-tool Before: the payload is empty");
    check("\n", Some("Stopped"), "stop Stopped: the payload is empty");
    check("", None, "unknown : the payload is empty");
    check(
        "[]",
        before,
        "before-tool Before: the payload is a list, not an object",
    );
    check("null", None, "unknown : the payload is null, not an object");
    check(
        "log\n{}",
        None,
        "unknown : the payload is not JSON: expected value at byte 1",
    );
    check(
        r#"{"kind": "Before", "input": {"cmd": "rm"#,
        None,
        "before-tool Before: the payload is not JSON: EOF while parsing a string at byte 39",
    );
    check(
        r#"{"kind": "Failed", "input": {"cmd": "rm"#,
        Some("after-tool"),
        "after-tool Failed: the payload is not JSON: EOF while parsing a string at byte 39",
    );
    check(
        r#"{"input": {"kind": "Stopped", "cmd": "#,
        None,
        "unknown : the payload is not JSON: EOF while parsing a value at byte 37",
    );
    let deep = format!("{{\"kind\": \"Before\", \"input\": {}", "[".repeat(300));
    check(
        &deep,
        None,
        "before-tool Before: the payload is nested too deeply",
    );
}

#[test]
fn unknown_events_are_observed_unless_a_tool_call_may_be_at_stake() {
    check(r#"{"kind": "Later"}"#, None, "ok other Later");
    check(
        r#"{"kind": "Later", "tool": "run"}"#,
        None,
        "ok other Later",
    );
    check(
        r#"{"kind": "Later", "tool": "run", "input": {}}"#,
        None,
        "before-tool Later: there is no event called `Later`",
    );
    check(
        r#"{"kind": "Later", "tool": "run", "input": {}}"#,
        Some("stop"),
        "ok stop Later",
    );
    check(
        "{}",
        None,
        "unknown : neither the payload nor the command line names the event",
    );
    check(
        r#"{"kind": null}"#,
        None,
        "unknown : neither the payload nor the command line names the event",
    );
    check(
        r#"{"kind": 7}"#,
        None,
        "unknown : neither the payload nor the command line names the event",
    );
    check(
        r#"{"kind": "Stopped"}"#,
        Some("sotp"),
        "stop Stopped: there is no event called `sotp`",
    );
    check(
        "{}",
        Some("sotp"),
        "unknown : there is no event called `sotp`",
    );
}

#[test]
fn a_tool_call_to_judge_must_say_what_it_would_do() {
    let before = |rest: &str, expected: &str| {
        check(&format!("{{\"kind\": \"Before\", {rest}}}"), None, expected);
    };
    before(
        r#""tool": null"#,
        "before-tool Before: the payload has no /tool",
    );
    before(
        r#""tool": """#,
        "before-tool Before: the payload has no /tool",
    );
    before(
        r#""tool": ["run"]"#,
        "before-tool Before: the payload's /tool is a list, not a text",
    );
    before(
        r#""tool": "run""#,
        "before-tool Before: the payload has no /input/cmd",
    );
    before(
        r#""tool": "run", "input": {}"#,
        "before-tool Before: the payload has no /input/cmd",
    );
    before(
        r#""tool": "run", "input": {"cmd": null}"#,
        "before-tool Before: the payload has no /input/cmd",
    );
    before(
        r#""tool": "run", "input": {"cmd": ""}"#,
        "before-tool Before: the payload has no /input/cmd",
    );
    before(
        r#""tool": "run", "input": {"cmd": ["rm"]}"#,
        "before-tool Before: the payload's /input/cmd is a list, not a text",
    );
    before(
        r#""tool": "run", "input": "rm""#,
        "before-tool Before: the payload's /input is a text, not an object",
    );
    before(
        r#""tool": "new", "input": 5"#,
        "before-tool Before: the payload's /input is a number, not an object",
    );
    before(
        r#""tool": "save", "input": {"files": []}"#,
        "before-tool Before: the payload has no /input/files/*/path",
    );
    before(
        r#""tool": "save", "input": {"files": [{"path": "a"}, {"path": {}}]}"#,
        "before-tool Before: the payload's /input/files/*/path is an object, not a text",
    );
    before(
        r#""tool": "look", "input": {"path": 1}"#,
        "before-tool Before: the payload's /input/path is a number, not a text",
    );
    before(r#""tool": "look", "input": {}"#, "ok before-tool Before");
    before(r#""tool": "new""#, "ok before-tool Before");
}

#[test]
fn the_same_slips_elsewhere_are_only_missing() {
    for rest in [
        r#""tool": ["run"], "input": 5"#,
        r#""tool": "run", "input": "rm""#,
        r#""tool": "run", "input": {"cmd": 1}, "where": 5, "id": {}, "again": "yes""#,
    ] {
        check(
            &format!("{{\"kind\": \"After\", {rest}}}"),
            None,
            "ok after-tool After",
        );
    }
}

#[test]
fn a_byte_order_mark_and_unknown_members_are_taken() {
    check(
        "\u{feff}{\"kind\": \"Stopped\", \"new\": {\"x\": [1]}}\r\n",
        None,
        "ok stop Stopped",
    );
}

#[test]
fn every_cut_of_a_recorded_tool_call_is_an_error_about_it() {
    for adapter in all() {
        for (name, payload) in payloads(adapter) {
            let event = line_event(adapter, &name, &payload);
            let whole = decode(adapter, &payload, event, &no_variables).unwrap();
            if whole.event != Event::BeforeTool {
                continue;
            }
            let payload = payload.trim_ascii_end();
            for end in 0..payload.len() {
                let flag = event.unwrap_or("before-tool");
                let error =
                    decode(adapter, &payload[..end], Some(flag), &no_variables).unwrap_err();
                assert_eq!(error.event, Some(Event::BeforeTool), "{name} cut at {end}");
                // A line with the shared name only knows the runtime's first name for it.
                let names = [
                    whole.native_event.as_str(),
                    native_name(adapter, Event::BeforeTool),
                ];
                assert!(
                    names.contains(&error.native.as_str()),
                    "{name} cut at {end}"
                );
                let unflagged = decode(adapter, &payload[..end], None, &no_variables).unwrap_err();
                assert!(
                    [None, Some(Event::BeforeTool)].contains(&unflagged.event),
                    "{name} cut at {end}"
                );
            }
        }
    }
}

#[test]
fn a_recorded_tool_call_without_its_paths_or_command_is_an_error() {
    for adapter in all() {
        for (name, payload) in payloads(adapter) {
            let event = line_event(adapter, &name, &payload);
            let call = decode(adapter, &payload, event, &no_variables).unwrap();
            let Some(tool) = call.tool.filter(|_| call.event == Event::BeforeTool) else {
                continue;
            };
            let Some(row) = adapter
                .tools
                .iter()
                .find(|row| row.name == tool.name && !row.optional)
            else {
                continue;
            };
            let whole: Value = serde_json::from_slice(&payload).unwrap();
            let inputs = adapter.fields.tool_input.iter();
            let Some(input) = inputs
                .map(|at| at.text)
                .find(|at| whole.pointer(at).is_some())
            else {
                continue;
            };
            let pointers = [row.reads, row.writes, row.deletes, row.patch, row.command].concat();
            let places = pointers.iter().map(|at| format!("{input}{}", at.text));
            let is_there = |place: &String| whole.pointer(&place.replace('*', "0")).is_some();
            for place in places.filter(is_there) {
                // Of a list, its first element, and then there must be no other.
                let at = place.replace('*', "0");
                let parent = place.split("/*").next().unwrap();
                let is_only = |list: &Vec<Value>| list.len() == 1;
                let list = whole.pointer(parent).and_then(Value::as_array);
                if !list.is_none_or(is_only) || whole.pointer(&at).is_some_and(Value::is_object) {
                    continue;
                }
                for slip in [Value::Null, json!(""), json!(1), json!([])] {
                    let mut value = whole.clone();
                    *value.pointer_mut(&at).unwrap() = slip.clone();
                    let text = value.to_string();
                    let error = decode(adapter, text.as_bytes(), event, &no_variables).unwrap_err();
                    let said = error.to_string();
                    let is_gone = slip.is_null() && at == input;
                    assert!(
                        said.contains(input) || is_gone,
                        "{name} with {slip}: {said}"
                    );
                }
            }
        }
    }
}
