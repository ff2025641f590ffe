//! What the real clients did with configurations and time limits, as rules that hookgate's own entries keep. Each test names
//! the client and the version that it was seen in.

use hookgate::adapter::{Adapter, find};
use hookgate::call::{Event, Outcome};
use hookgate::wiring::entries;
use hookgate::wiring::json;
use hookgate::wiring::tree::Node;
use serde_json::Value;

fn template(adapter: &Adapter) -> Node {
    let document = json::parse(adapter.wiring.content).unwrap();
    document.root.unwrap()
}

/// Each hook's event, and its members.
fn hooks(name: &str) -> Vec<(String, Value)> {
    let adapter = find(name).unwrap();
    let root = template(adapter);
    let entries = entries::of(adapter, &root);
    assert!(!entries.is_empty(), "{name}");
    entries
        .iter()
        .map(|entry| (entry.event.to_owned(), entry.node.value()))
        .collect()
}

fn limits(name: &str, key: &str) -> Vec<u64> {
    let limit = |(event, hook): &(String, Value)| {
        let limit = hook[key].as_u64();
        limit.unwrap_or_else(|| panic!("{name} {event} has no limit"))
    };
    hooks(name).iter().map(limit).collect()
}

/// Without `onFailure` a missing program, a crash and the time limit let the tool run; a wrong value drops the whole file. The
/// end of a session has 1.5 s without a limit of its own.
#[test]
fn claude_code_2_1_329_is_wired_to_block_where_hookgate_fails() {
    for (event, hook) in hooks("claude-code") {
        let on_failure = &hook["onFailure"];
        let is_tool = event == "PreToolUse";
        assert!(
            on_failure == "block" || (on_failure.is_null() && !is_tool),
            "{event}"
        );
    }
    assert!(
        limits("claude-code", "timeout")
            .iter()
            .all(|limit| *limit >= 30)
    );
}

#[test]
fn claude_code_2_1_329_tells_of_a_failed_command_by_an_event_of_its_own() {
    let wired = hooks("claude-code");
    for (native, outcome) in [
        ("PostToolUse", Outcome::Ok),
        ("PostToolUseFailure", Outcome::Error),
    ] {
        assert!(wired.iter().any(|(event, _)| event == native), "{native}");
        let mut rows = find("claude-code").unwrap().events.iter();
        let row = rows.find(|row| row.native == native).unwrap();
        assert_eq!((row.event, row.outcome), (Event::AfterTool, outcome));
    }
}

/// The end of a session has 1 s without one; a member beside `hooks` drops the file.
#[test]
fn codex_0_169_0_is_wired_with_limits_of_its_own() {
    assert!(limits("codex", "timeout").iter().all(|limit| *limit > 1));
    let root = template(find("codex").unwrap());
    let members: Vec<&str> = root.members().iter().map(|m| m.key.as_str()).collect();
    assert_eq!(members, ["hooks"]);
}

/// A hook that is over its limit, 30 s without one, lets the tool run.
#[test]
fn copilot_cli_1_0_102_is_wired_with_limits_of_its_own() {
    assert!(
        limits("copilot-cli", "timeoutSec")
            .iter()
            .all(|limit| *limit >= 30)
    );
    let root = template(find("copilot-cli").unwrap());
    assert_eq!(root.get("version").map(Node::value), Some(1.into()));
}

/// `hooks.json` with a wrapper `hooks` is ignored there, the settings want it.
#[test]
fn droid_0_225_2_is_wired_in_its_settings() {
    let adapter = find("factory-droid").unwrap();
    assert_eq!(adapter.wiring.project, Some(".factory/settings.json"));
    assert!(template(adapter).get("hooks").is_some());
}

#[test]
fn gemini_cli_0_61_0_is_not_wired_to_what_fires_at_every_turn() {
    let loud = [
        "PreCompress",
        "BeforeModel",
        "AfterModel",
        "BeforeToolSelection",
    ];
    for (event, _) in hooks("gemini-cli") {
        assert!(!loud.contains(&event.as_str()), "{event}");
    }
    assert!(
        limits("gemini-cli", "timeout")
            .iter()
            .all(|limit| *limit >= 30_000)
    );
}

#[test]
fn qwen_code_0_24_4_has_limits_below_where_they_count_milliseconds() {
    assert!(
        limits("qwen-code", "timeout")
            .iter()
            .all(|limit| (30..1_000).contains(limit))
    );
}

#[test]
fn opencode_1_18_33_waits_without_a_limit_so_the_plugin_has_one() {
    let plugin = find("opencode").unwrap().wiring.content;
    assert!(plugin.contains("setTimeout(") && plugin.contains("child.kill(\"SIGKILL\")"));
}
