//! What holds for any bytes and any JSON.

use proptest::prelude::*;

use super::*;

/// Any JSON, with the names that tables look for at hand so that deeper paths are reached.
fn any_json() -> impl Strategy<Value = Value> {
    let names: Vec<String> = all()
        .iter()
        .flat_map(|adapter| {
            let fields = &adapter.fields;
            let pointers = [
                fields.event,
                fields.tool_name,
                fields.tool_input,
                fields.stop_flag,
                fields.cwd,
            ]
            .concat();
            let keys = pointers
                .into_iter()
                .flat_map(|pointer| pointer.steps.iter().copied());
            let events = adapter.events.iter().map(|row| row.native);
            let tools = adapter.tools.iter().map(|row| row.name);
            let inside = ["command", "file_path", "timestamp", "model", "mcp__a__b"];
            keys.chain(events)
                .chain(tools)
                .chain(inside)
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect();
    let text = prop_oneof![3 => prop::sample::select(names), 1 => ".{0,8}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((text.clone(), inner), 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn any_flag() -> impl Strategy<Value = Option<String>> {
    prop::option::of(prop_oneof![
        prop::sample::select(Event::NAMES.map(|(_, name)| name.to_owned()).to_vec()),
        ".{0,8}"
    ])
}

proptest! {
    #[test]
    fn any_bytes_are_a_call_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200), flag in any_flag()) {
        for adapter in all() {
            let _ = decode(adapter, &bytes, flag.as_deref(), &no_variables);
        }
    }

    #[test]
    fn any_json_is_a_call_or_an_error(value in any_json(), flag in any_flag(), set: bool) {
        for adapter in all() {
            let bytes = value.to_string();
            if let Ok(call) = decode(adapter, bytes.as_bytes(), flag.as_deref(), &|_| set) {
                let answered = Answered { event: call.event, native: &call.native_event };
                let answer = Answer { verdict: Verdict::Deny, reason: bytes, ..Answer::default() };
                let _ = encode(adapter, answered, &answer);
            }
        }
    }

    /// What is picked from bytes that cannot be read is what reading them would have said.
    #[test]
    fn the_scan_agrees_with_the_reader(value in any_json()) {
        for adapter in all() {
            let bytes = value.to_string();
            for pointer in adapter.fields.event.iter().filter(|_| value.is_object()) {
                let read = value.pointer(pointer.text).and_then(Value::as_str);
                let picked = json::scan(bytes.as_bytes(), pointer);
                prop_assert_eq!(picked.as_deref(), read);
            }
        }
    }

    /// A call that passes as judged before it runs says what it would do.
    #[test]
    fn a_known_tool_before_its_call_has_something_to_judge(value in any_json()) {
        for adapter in all() {
            let Ok(call) = decode(adapter, value.to_string().as_bytes(), Some("before-tool"), &no_variables) else {
                continue;
            };
            let tool = call.tool.expect("a tool event has a tool");
            let optional = adapter.tools.iter().any(|row| row.name == tool.name && row.optional);
            let judged = match tool.kind {
                ToolKind::Shell => !tool.commands.is_empty(),
                ToolKind::Write | ToolKind::Edit => tool.targets.iter().any(|target| target.access == Access::Write),
                _ => true,
            };
            prop_assert!(judged || optional);
        }
    }
}
