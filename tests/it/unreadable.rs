//! What each runtime hears on each event when its payload cannot be read: exact replies, beside its table.

use std::fs;

use hookgate::adapter::{self, Adapter, PAYLOAD_LIMIT};
use hookgate::call::Event;
use hookgate::decision::{Answer, Answered};
use serde_json::{Map, Value, json};

use crate::support::{Ran, Repo, assert_file, finish};

const POLICY: &str = "version: 1\nrules: [{id: generated, protect-paths: {paths: [generated/**]}, reason: generated}]\n";

/// Everything that this runtime's table looks for, each of the wrong type.
fn wrong(adapter: &Adapter) -> Vec<u8> {
    let fields = &adapter.fields;
    let lists = [
        fields.event,
        fields.session,
        fields.turn,
        fields.agent,
        fields.cwd,
        fields.permission_mode,
        fields.prompt,
        fields.stop_flag,
        fields.stop_count,
        fields.tool_name,
        fields.tool_input,
        fields.call_id,
    ];
    let pointers = lists.iter().flat_map(|pointers| pointers.iter());
    let keys = pointers.filter_map(|pointer| pointer.steps.first());
    let members: Map<String, Value> = keys.map(|key| ((*key).to_owned(), json!([7]))).collect();
    Value::Object(members).to_string().into_bytes()
}

fn payloads(adapter: &Adapter, event: &str) -> [(&'static str, Vec<u8>); 5] {
    let truncated = format!("{{\"hook_event_name\": \"{event}\", \"tool_name\": \"Ba");
    [
        ("empty", Vec::new()),
        ("not JSON", b"hello".to_vec()),
        ("truncated", truncated.into_bytes()),
        ("wrong types", wrong(adapter)),
        ("too large", vec![b' '; PAYLOAD_LIMIT + 1]),
    ]
}

fn answer(repo: &Repo, adapter: &Adapter, event: &str, payload: &[u8]) -> Ran {
    // No call knows of another's blocked stop.
    let _ = fs::remove_dir_all(repo.root().join(".hook-state"));
    let line = ["hook", "--runtime", adapter.name, "--event", event];
    finish(repo.command(&line), payload)
}

/// Whether the runtime reads plain text on this event.
fn is_plain(adapter: &Adapter, event: Event) -> bool {
    let answer = Answer {
        context: "text".to_owned(),
        ..Answer::default()
    };
    let native = adapter::native_name(adapter, event);
    adapter::encode(adapter, Answered { event, native }, &answer).stdout == "text\n"
}

/// Nothing but one JSON object on stdout, and nothing on stderr where it is not the answer.
fn assert_clean(place: &str, ran: &Ran, is_plain: bool) {
    assert!(matches!(ran.exit, 0 | 2), "{place}: {ran:?}");
    if !ran.stdout.is_empty() && !is_plain {
        assert!(
            serde_json::from_str::<Map<String, Value>>(&ran.stdout).is_ok(),
            "{place}: {ran:?}"
        );
        assert_eq!(ran.stdout.matches('\n').count(), 1, "{place}: {ran:?}");
        assert_eq!(ran.stderr, "", "{place}");
    }
    assert_eq!(ran.exit == 2, !ran.stderr.is_empty(), "{place}: {ran:?}");
}

#[test]
fn what_cannot_be_read_is_answered_as_each_runtime_honours_it() {
    let repo = Repo::with_policy(POLICY);
    for adapter in adapter::all() {
        let mut replies = String::new();
        for (event, name) in Event::NAMES {
            if event == Event::Other || adapter::native_name(adapter, event).is_empty() {
                continue;
            }
            for (kind, payload) in payloads(adapter, adapter::native_name(adapter, event)) {
                // One event is enough for a payload that is larger than all others together.
                if kind == "too large" && event != Event::BeforeTool {
                    continue;
                }
                let ran = answer(&repo, adapter, name, &payload);
                let place = format!("{} {name} {kind}", adapter.name);
                assert_clean(&place, &ran, is_plain(adapter, event));
                let said = [ran.stdout.as_str(), ran.stderr.as_str()].concat();
                if event == Event::BeforeTool {
                    assert!(said.contains("could not be judged"), "{place}: {ran:?}");
                }
                let said = said.trim_end();
                replies = format!("{replies}{name}, {kind}: exit {} {said}\n", ran.exit);
            }
        }
        let file = format!("adapters/{}/cases/unreadable.txt", adapter.name);
        assert_file(&file, &replies);
    }
}

#[test]
fn what_names_no_event_is_answered_in_the_fallback_of_each_runtime() {
    let repo = Repo::with_policy(POLICY);
    for adapter in adapter::all() {
        let line = ["hook", "--runtime", adapter.name];
        for payload in [&b""[..], b"{}", b"hello", b"[1]"] {
            let ran = finish(repo.command(&line), payload);
            assert_clean(adapter.name, &ran, false);
            let said = [ran.stdout.as_str(), ran.stderr.as_str()].concat();
            assert!(said.contains("could not be judged"), "{ran:?}");
        }
    }
}
