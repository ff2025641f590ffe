//! What the real clients did with answers, as rules that every reply of their tables keeps. Each test names the client and
//! the version that it was seen in; `adapters/<runtime>/README.md` tells the rest.

use hookgate::adapter::{Reply, decode, encode, fallback, find};
use hookgate::call::{Access, Event};
use hookgate::decision::{Answer, Answered, Verdict};
use serde_json::{Value, json};

/// Every reply of a runtime: event × verdict × texts.
fn replies(name: &str) -> Vec<(Event, Verdict, Reply)> {
    let adapter = find(name).unwrap();
    let mut found = Vec::new();
    for row in adapter.events {
        for verdict in [
            Verdict::Neutral,
            Verdict::Allow,
            Verdict::Ask,
            Verdict::Deny,
        ] {
            for (context, notice) in [("", ""), ("CONTEXT", ""), ("CONTEXT", "NOTICE")] {
                let neutral = verdict == Verdict::Neutral;
                let answer = Answer {
                    verdict,
                    reason: if neutral { "" } else { "REASON" }.to_owned(),
                    context: context.to_owned(),
                    notice: notice.to_owned(),
                };
                let answered = Answered {
                    event: row.event,
                    native: row.native,
                };
                found.push((row.event, verdict, encode(adapter, answered, &answer)));
            }
        }
    }
    found
}

fn parsed(reply: &Reply) -> Value {
    serde_json::from_str(&reply.stdout).unwrap_or(Value::Null)
}

/// Exit 0, and nothing on stderr: JSON on stdout is the whole answer.
fn speaks_json_only(name: &str) {
    for (event, verdict, reply) in replies(name) {
        let place = format!("{name} {} {verdict:?}", event.name());
        assert_eq!((reply.exit, reply.stderr.as_str()), (0, ""), "{place}");
    }
}

fn denied_before_a_tool(name: &str) -> impl Iterator<Item = Reply> {
    replies(name)
        .into_iter()
        .filter(|(event, verdict, _)| *event == Event::BeforeTool && *verdict == Verdict::Deny)
        .map(|(.., reply)| reply)
}

#[test]
fn codex_0_169_0_keeps_a_deny_by_exit_2_and_drops_what_has_unknown_members() {
    const KNOWN: [&str; 4] = [
        "hookSpecificOutput",
        "systemMessage",
        "hookEventName",
        "additionalContext",
    ];
    for (event, verdict, reply) in replies("codex") {
        let place = format!("{} {verdict:?} {reply:?}", event.name());
        // Exit 2 without a text on stderr lets the tool run.
        assert_eq!(reply.exit == 2, !reply.stderr.is_empty(), "{place}");
        assert!(reply.exit == 0 || reply.stdout.is_empty(), "{place}");
        let value = parsed(&reply);
        let members = value.as_object().into_iter().flatten();
        let inner = value["hookSpecificOutput"]
            .as_object()
            .into_iter()
            .flatten();
        for (member, _) in members.chain(inner) {
            assert!(KNOWN.contains(&member.as_str()), "{place}");
        }
        // `hookSpecificOutput` is an error at a stop.
        assert!(
            event != Event::Stop || value["hookSpecificOutput"].is_null(),
            "{place}"
        );
    }
    for reply in denied_before_a_tool("codex") {
        assert!(
            reply.exit == 2 && reply.stderr.starts_with("REASON"),
            "{reply:?}"
        );
    }
}

#[test]
fn gemini_cli_0_61_0_reads_one_object_hangs_on_ask_and_ignores_claudes_deny() {
    speaks_json_only("gemini-cli");
    for (event, _, reply) in replies("gemini-cli") {
        let value = parsed(&reply);
        let decision = &value["decision"];
        assert!(decision.is_null() || *decision == "deny", "{reply:?}");
        assert!(value["hookSpecificOutput"]["permissionDecision"].is_null());
        // Told nowhere before a tool.
        assert!(event != Event::BeforeTool || value["hookSpecificOutput"].is_null());
    }
    for reply in denied_before_a_tool("gemini-cli") {
        assert_eq!(parsed(&reply)["reason"], "REASON");
    }
}

#[test]
fn qwen_code_0_24_4_lets_a_printed_allow_overrule_so_none_is_printed_and_a_deny_holds_against_it() {
    speaks_json_only("qwen-code");
    for (event, _, reply) in replies("qwen-code") {
        let value = parsed(&reply);
        let decision = &value["hookSpecificOutput"]["permissionDecision"];
        assert!(decision.is_null() || decision == "deny", "{reply:?}");
        // After a tool only context is told.
        assert!(
            event != Event::AfterTool || value["decision"].is_null(),
            "{reply:?}"
        );
        // `continue: false` blocks a tool, and keeps an agent from stopping.
        let stops = value["continue"] == false;
        assert!(!stops || event == Event::BeforeTool, "{reply:?}");
    }
    for reply in denied_before_a_tool("qwen-code") {
        let value = parsed(&reply);
        assert_eq!(value["continue"], false);
        assert_eq!(value["stopReason"], "REASON");
        assert_eq!(
            value["hookSpecificOutput"]["permissionDecisionReason"],
            "REASON"
        );
    }
}

#[test]
fn copilot_cli_1_0_102_wants_flat_json_and_exit_0() {
    speaks_json_only("copilot-cli");
    for (event, _, reply) in replies("copilot-cli") {
        let value = parsed(&reply);
        assert!(value["hookSpecificOutput"].is_null(), "{reply:?}");
        // `decision` lets a tool run.
        assert!(
            event != Event::BeforeTool || value["decision"].is_null(),
            "{reply:?}"
        );
    }
    for reply in denied_before_a_tool("copilot-cli") {
        assert_eq!(parsed(&reply)["permissionDecision"], "deny");
    }
    // Where the event is not known either: a member for each.
    let unknown = parsed(&fallback(find("copilot-cli"), "REASON"));
    assert_eq!(
        (&unknown["permissionDecision"], &unknown["decision"]),
        (&json!("deny"), &json!("block"))
    );
}

#[test]
fn copilot_cli_1_0_102_sends_a_bare_patch_under_two_names() {
    let patch = "*** Begin Patch\n*** Delete File: a\n*** End Patch\n";
    for (tool, input) in [("tool_name", "tool_input"), ("toolName", "toolArgs")] {
        for name in ["Edit", "apply_patch"] {
            let payload = json!({"session_id": "s", "timestamp": "t", tool: name, input: patch});
            let adapter = find("copilot-cli").unwrap();
            let bytes = payload.to_string();
            let call = decode(adapter, bytes.as_bytes(), Some("preToolUse"), &|_| false).unwrap();
            let targets = call.tool.unwrap().targets;
            let found: Vec<_> = targets
                .iter()
                .map(|target| (target.access, target.path.as_str()))
                .collect();
            assert_eq!(found, [(Access::Delete, "a")], "{name}");
        }
    }
}

#[test]
fn droid_0_225_2_keeps_a_deny_by_exit_2_and_lets_no_decision_in_json_stand() {
    for (.., reply) in replies("factory-droid") {
        // Exit 3 or `continue: false` would end the turn without a word.
        assert_eq!(reply.exit == 2, !reply.stderr.is_empty(), "{reply:?}");
        assert!(reply.exit == 0 || reply.stdout.is_empty(), "{reply:?}");
        let value = parsed(&reply);
        let decisions = [
            &value["decision"],
            &value["continue"],
            &value["hookSpecificOutput"]["permissionDecision"],
        ];
        assert!(
            decisions.iter().all(|decision| decision.is_null()),
            "{reply:?}"
        );
    }
    for reply in denied_before_a_tool("factory-droid") {
        assert!(
            reply.exit == 2 && reply.stderr.starts_with("REASON"),
            "{reply:?}"
        );
    }
}

#[test]
fn claude_code_2_1_329_reads_one_object_and_goes_on_after_context_at_a_stop() {
    speaks_json_only("claude-code");
    for (event, _, reply) in replies("claude-code") {
        let value = parsed(&reply);
        assert!(value["continue"].is_null(), "{reply:?}");
        assert!(
            event != Event::Stop || value["hookSpecificOutput"].is_null(),
            "{reply:?}"
        );
    }
    for reply in denied_before_a_tool("claude-code") {
        assert_eq!(
            parsed(&reply)["hookSpecificOutput"]["permissionDecision"],
            "deny"
        );
    }
}

#[test]
fn opencode_1_18_33_has_only_what_the_plugin_does() {
    speaks_json_only("opencode");
    for (.., reply) in replies("opencode") {
        let value = parsed(&reply);
        for (member, _) in value.as_object().into_iter().flatten() {
            assert!(
                ["deny", "context", "followup"].contains(&member.as_str()),
                "{reply:?}"
            );
            let plugin = find("opencode").unwrap().wiring.content;
            assert!(
                plugin.contains(member.as_str()),
                "the plugin knows {member}"
            );
        }
    }
}

#[test]
fn what_a_blocked_stop_is_told_comes_back_as_a_prompt_of_no_person() {
    for name in [
        "gemini-cli",
        "qwen-code",
        "copilot-cli",
        "cursor",
        "opencode",
    ] {
        let adapter = find(name).unwrap();
        let stops = replies(name)
            .into_iter()
            .filter(|(event, verdict, _)| *event == Event::Stop && *verdict == Verdict::Deny);
        for (.., reply) in stops {
            let value = parsed(&reply);
            let told = ["reason", "followup_message", "followup"]
                .iter()
                .find_map(|member| value[member].as_str())
                .unwrap();
            assert!(
                adapter
                    .machine_prompts
                    .iter()
                    .any(|start| told.starts_with(start)),
                "{name}: {told}"
            );
        }
    }
}
