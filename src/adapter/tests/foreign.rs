//! Payloads of other runtimes are noticed, and own ones never taken for foreign.

use super::super::foreign::recognise;
use super::super::json;
use super::*;

#[test]
fn payloads_of_other_runtimes_are_noticed_and_named() {
    let recorded: Vec<(String, PathBuf)> = all()
        .iter()
        .map(|adapter| {
            (
                adapter.name.to_owned(),
                folder(adapter).join("cases/payloads"),
            )
        })
        .collect();
    for (sender, path) in recorded {
        // Nothing in some payloads is theirs alone: only the line says whose they are.
        let has_mark = shipped::MARKS.iter().any(|mark| mark.runtime == sender);
        for (name, payload) in files(&path) {
            // Session events of some have no mark but the variable of their start folder.
            let own = find(&sender).and_then(|adapter| adapter.start_folder_env);
            let env = |name: &str| own == Some(name);
            for adapter in all() {
                let is_noticed = has_mark && adapter.name != sender;
                let expected = is_noticed.then_some(sender.as_str());
                let found = match decode(adapter, &payload, Some("other"), &env) {
                    Ok(call) => call.foreign,
                    Err(error) => error.foreign,
                };
                assert_eq!(found, expected, "{sender}/{name} read as {}", adapter.name);
            }
        }
    }
}

#[test]
fn payloads_that_nobody_recorded_are_named_by_their_marks() {
    let text = fs::read(repository().join("tests/data/foreign-marks.json")).unwrap();
    let cases: Vec<Value> = serde_json::from_slice(&text).unwrap();
    for case in cases {
        let payload = case["payload"].to_string();
        let env = |name: &str| case["env"] == name;
        for adapter in all() {
            // What looks like the line's own without the variable stays that.
            let mut mended = Vec::new();
            let read = json::parse(payload.as_bytes(), &mut mended).unwrap();
            let plain = recognise(shipped::MARKS, "", &read, &no_variables);
            if plain == Some(adapter.name) && case["env"].is_string() {
                continue;
            }
            let expected = case["runtime"]
                .as_str()
                .filter(|name| *name != adapter.name);
            let foreign = match decode(adapter, payload.as_bytes(), Some("stop"), &env) {
                Ok(call) => call.foreign,
                Err(error) => error.foreign,
            };
            assert_eq!(foreign, expected, "{case}");
        }
    }
}

#[test]
fn variables_of_an_outer_client_flag_no_payload() {
    for adapter in all() {
        for (name, payload) in payloads(adapter) {
            let event = line_event(adapter, &name, &payload);
            let call = decode(adapter, &payload, event, &|_| true).unwrap();
            assert_eq!(call.foreign, None, "{name}");
        }
    }
}
