//! What the real clients did with answers, as rules that every reply of their tables keeps. Each test names the client and
//! the version that it was seen in; `adapters/<runtime>/README.md` tells the rest.

use std::fs;

use hookgate::adapter::{Against, Capability, Reply, capability, decode, encode, fallback, find};
use hookgate::call::{Access, Event};
use hookgate::decision::{Answer, Answered, Verdict};
use serde_json::{Value, json};

use crate::support::manifest;

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

#[test]
fn cline_3_0_65_hears_a_cancel_alone_which_ends_the_run() {
    speaks_json_only("cline");
    for (event, verdict, reply) in replies("cline") {
        let place = format!("{} {verdict:?} {reply:?}", event.name());
        let value = parsed(&reply);
        let stops = matches!(event, Event::BeforeTool | Event::Prompt);
        let denies = stops && matches!(verdict, Verdict::Deny | Verdict::Ask);
        assert_eq!(value["cancel"] == true, denies, "{place}");
        for (member, _) in value.as_object().into_iter().flatten() {
            let known = ["cancel", "errorMessage", "contextModification"];
            assert!(known.contains(&member.as_str()), "{place}");
        }
        let observed = matches!(
            event,
            Event::SessionStart | Event::Stop | Event::SessionEnd | Event::Other
        );
        assert!(!observed || reply == Reply::default(), "{place}");
    }
    let cline = find("cline").unwrap();
    assert_eq!(
        capability(cline, Event::BeforeTool, Verdict::Deny),
        Capability::Weaker("the whole run ends with the call, and nobody is told why")
    );
}

#[test]
fn nobody_is_told_an_allow_where_nothing_is_decided() {
    for adapter in hookgate::adapter::all() {
        for (event, verdict, reply) in replies(adapter.name) {
            let is_open = verdict == Verdict::Neutral;
            let said = ["\"allow\"", "\"approve\"", "true"].map(|word| reply.stdout.contains(word));
            assert!(
                !(is_open && said.contains(&true)),
                "{} {}: {reply:?}",
                adapter.name,
                event.name()
            );
        }
    }
}

#[test]
fn the_event_that_a_reply_names_is_the_one_that_fired() {
    for adapter in hookgate::adapter::all() {
        for row in adapter.events {
            let answer = Answer {
                verdict: Verdict::Deny,
                reason: "REASON".to_owned(),
                context: "CONTEXT".to_owned(),
                ..Answer::default()
            };
            let answered = Answered {
                event: row.event,
                native: row.native,
            };
            let value = parsed(&encode(adapter, answered, &answer));
            let named = &value["hookSpecificOutput"]["hookEventName"];
            let place = format!("{} {}", adapter.name, row.native);
            assert!(named.is_null() || *named == row.native, "{place}: {named}");
        }
    }
}

/// Claude Code 2.1.329 keeps 9,900 characters of context, Copilot CLI 1.0.102 10 KB, Codex 0.169.0 about 10 KB.
#[test]
fn no_text_that_is_sent_is_longer_than_the_smallest_limit() {
    let long = "x".repeat(100_000);
    for adapter in hookgate::adapter::all() {
        for row in adapter.events {
            for verdict in [Verdict::Neutral, Verdict::Deny] {
                let answer = Answer {
                    verdict,
                    reason: long.clone(),
                    context: long.clone(),
                    notice: String::new(),
                };
                let answered = Answered {
                    event: row.event,
                    native: row.native,
                };
                let reply = encode(adapter, answered, &answer);
                let runs = [reply.stdout, reply.stderr].concat();
                let longest = runs.split(|sign| sign != 'x').map(str::len).max();
                let place = format!("{} {} {verdict:?}", adapter.name, row.native);
                assert!(longest.unwrap_or_default() <= 9_000, "{place}: {longest:?}");
            }
        }
    }
}

#[test]
fn qwen_code_0_24_4_fires_prompts_that_nobody_wrote() {
    let payload = json!({"hook_event_name": "UserPromptSubmit", "session_id": "s", "prompt": ""});
    let decoded = |payload: &Value| {
        let bytes = payload.to_string();
        decode(find("qwen-code").unwrap(), bytes.as_bytes(), None, &|_| {
            false
        })
        .unwrap()
    };
    assert_eq!(decoded(&payload).event, Event::Other);
    let mut written = payload;
    written["prompt"] = json!("hi");
    assert_eq!(decoded(&written).event, Event::Prompt);
}

/// Names of the tests in a file.
fn tests_of(file: &str) -> String {
    fs::read_to_string(manifest().join(file)).unwrap_or_default()
}

/// Whether a case is there: a file, a scenario of the real clients, a test beside the tables, or one here.
fn is_there(case: &str) -> bool {
    let Some((place, name)) = case.split_once("::") else {
        return manifest().join(case).is_file();
    };
    let test = format!("fn {name}()");
    match place {
        "clients" => tests_of("tests/clients/scenarios.py").contains(&format!("def {name}(")),
        "adapter" => ["src/adapter/tests.rs", "src/adapter/tests/foreign.rs"]
            .iter()
            .any(|file| tests_of(file).contains(&test)),
        module => tests_of(&format!("tests/it/{module}.rs")).contains(&test),
    }
}

/// `tests/data/verified.jsonl`: what was seen of each client, with the version, and the cases that hold hookgate to it.
#[test]
fn everything_that_was_seen_has_its_case() {
    let text = fs::read_to_string(manifest().join("tests/data/verified.jsonl")).unwrap();
    let mut seen: Vec<&str> = Vec::new();
    for line in text.lines() {
        let entry: Value = serde_json::from_str(line).unwrap();
        let adapter = find(entry["runtime"].as_str().unwrap()).unwrap();
        assert_eq!(entry["version"], adapter.checked.version, "{line}");
        assert_eq!(adapter.checked.against, Against::Client, "{line}");
        let cases = entry["cases"].as_array().unwrap();
        let missing: Vec<&Value> = cases
            .iter()
            .filter(|case| !is_there(case.as_str().unwrap()))
            .collect();
        assert!(missing.is_empty(), "{line}: {missing:?}");
        let is_explained = entry["because"].as_str().is_some_and(|why| !why.is_empty());
        assert_eq!(cases.is_empty(), is_explained, "{line}");
        seen.push(adapter.name);
    }
    let all = hookgate::adapter::all().iter();
    let tried = all.filter(|adapter| adapter.checked.against == Against::Client);
    for adapter in tried {
        assert!(seen.contains(&adapter.name), "{}", adapter.name);
    }
}

/// What the clients sent when they were recorded, and none of it is lost: `payloads` and the tests beside the tables answer
/// every file in these folders.
#[test]
fn every_recorded_payload_is_kept() {
    for (runtime, recorded) in [
        ("claude-code", 82),
        ("codex", 69),
        ("copilot-cli", 97),
        ("gemini-cli", 35),
        ("qwen-code", 39),
        ("opencode", 45),
        ("factory-droid", 31),
        ("cline", 9),
    ] {
        let folder = manifest().join(format!("adapters/{runtime}/cases/payloads"));
        let found = fs::read_dir(folder).unwrap().count();
        assert!(found >= recorded, "{runtime}: {found} of {recorded}");
    }
}
