//! Payloads that cannot be judged: each gets a chosen answer, and nothing is written but hookgate's own state.

use crate::support::Repo;

const POLICY: &str = "
version: 1
rules:
  - id: generated
    protect-paths: {paths: [generated/**]}
    reason: generated
  - id: tests
    quality-gate: {run: 'true', inputs: ['src/**'], on: [after-edit, stop]}
";

fn repo() -> Repo {
    let repo = Repo::with_policy(POLICY);
    repo.write("src/a", "a");
    repo
}

fn deep() -> Vec<u8> {
    let mut text = br#"{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":"#.to_vec();
    text.extend(std::iter::repeat_n(b'[', 100_000));
    text
}

/// What each kind of broken payload is answered with, before a tool.
fn broken() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let json = |text: &str| text.as_bytes().to_vec();
    vec![
        ("empty", json(""), "the payload is empty"),
        ("blank", json(" \n"), "the payload is empty"),
        ("not JSON", json("hello"), "the payload is not JSON"),
        ("binary", vec![0xff, 0x00, 0xfe], "the payload is not JSON"),
        (
            "truncated",
            json(r#"{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_in"#),
            "the payload is not JSON",
        ),
        ("a list", json("[]"), "not an object"),
        ("null", json("null"), "not an object"),
        ("a number", json("7"), "not an object"),
        ("deep", deep(), "nested too deeply"),
        (
            "command of the wrong type",
            json(
                r#"{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":["rm"]}}"#,
            ),
            "/tool_input/command is",
        ),
        (
            "no command",
            json(r#"{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{}}"#),
            "/tool_input/command",
        ),
        (
            "input of the wrong type",
            json(r#"{"hook_event_name":"PreToolUse","tool_name":"Write","tool_input":7}"#),
            "/tool_input is",
        ),
        (
            "path of the wrong type",
            json(
                r#"{"hook_event_name":"PreToolUse","tool_name":"Write","tool_input":{"file_path":7}}"#,
            ),
            "/tool_input/file_path is",
        ),
        (
            "tool name of the wrong type",
            json(r#"{"hook_event_name":"PreToolUse","tool_name":7,"tool_input":{}}"#),
            "/tool_name is",
        ),
    ]
}

#[test]
fn before_a_tool_what_cannot_be_judged_is_denied_with_the_reason() {
    let repo = repo();
    let before = repo.files();
    for (name, payload, reason) in broken() {
        let told = repo.hook("before-tool", &payload).denied();
        assert!(told.contains(reason), "{name}: {told}");
        assert!(
            told.starts_with("hookgate: this hook call could not be judged"),
            "{told}"
        );
    }
    assert_eq!(repo.files(), before);
}

#[test]
fn without_an_event_on_the_line_the_payload_still_says_it() {
    let repo = repo();
    let truncated = br#"{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_in"#;
    repo.hook_without_event(truncated).denied();
    let prompt = br#"{"hook_event_name":"UserPromptSubmit","prompt":"half a pro"#;
    let told = repo.hook_without_event(prompt);
    assert!(told.stdout.contains("systemMessage"), "{told:?}");
    assert!(!told.stdout.contains("block"), "{told:?}");
}

#[test]
fn an_event_that_nobody_names_is_denied_in_the_form_that_most_runtimes_honour() {
    let repo = repo();
    for payload in [&b""[..], b"{}", b"hello", br#"{"hook_event_name": 7}"#] {
        let ran = repo.hook_without_event(payload);
        assert_eq!((ran.stdout.as_str(), ran.exit), ("", 2), "{ran:?}");
        assert!(ran.stderr.starts_with("hookgate: "), "{ran:?}");
    }
}

#[test]
fn an_unknown_event_is_observed_unless_it_carries_a_tool_call() {
    let repo = repo();
    repo.hook_without_event(br#"{"hook_event_name":"SomethingNew"}"#)
        .assert_silent();
    let ran = repo.hook_without_event(
        br#"{"hook_event_name":"PreToolUseTwo","tool_name":"Bash","tool_input":{"command":"ls"}}"#,
    );
    assert!(
        ran.stdout.contains("\"deny\"") || ran.exit == 2,
        "a tool call under a new name must not pass: {ran:?}"
    );
}

#[test]
fn other_events_go_on_and_the_person_is_told() {
    let repo = repo();
    for event in ["session-start", "prompt", "after-tool"] {
        let ran = repo.hook(event, b"not JSON");
        assert!(
            ran.stdout.contains("could not be judged"),
            "{event}: {ran:?}"
        );
        assert!(!ran.stdout.contains("block"), "{event}: {ran:?}");
        assert_eq!(ran.exit, 0);
    }
    repo.hook("session-end", b"not JSON").assert_silent();
    repo.hook("stop", b"not JSON").blocked();
}

#[test]
fn an_unknown_tool_is_let_through() {
    let repo = repo();
    let payload = repo.call("PreToolUse", "Juggle", &serde_json::json!({"balls": 3}));
    repo.hook("before-tool", payload.as_bytes()).assert_silent();
}

#[test]
fn a_missing_folder_is_the_one_that_the_hook_runs_in() {
    let repo = repo();
    let payload = br#"{"hook_event_name":"PreToolUse","tool_name":"Edit","tool_input":{"file_path":"generated/x"}}"#;
    repo.hook("before-tool", payload).denied();
}

#[test]
fn twenty_megabytes_are_read_and_judged() {
    let repo = repo();
    let content = "x".repeat(20 * 1024 * 1024);
    let input = serde_json::json!({"file_path": "src/a", "content": content});
    let payload = repo.call("PreToolUse", "Write", &input);
    repo.hook("before-tool", payload.as_bytes()).assert_silent();
    let input = serde_json::json!({"file_path": "generated/a", "content": content});
    let payload = repo.call("PreToolUse", "Write", &input);
    let reason = repo.hook("before-tool", payload.as_bytes()).denied();
    assert!(
        reason.starts_with("generated: Write writes `generated/a`"),
        "{reason}"
    );
}

#[test]
fn a_payload_beyond_the_limit_is_denied() {
    let repo = repo();
    let payload = vec![b' '; hookgate::adapter::PAYLOAD_LIMIT + 1];
    let reason = repo.hook("before-tool", &payload).denied();
    assert!(reason.contains("larger than 64 MiB"), "{reason}");
}

#[test]
fn an_unknown_runtime_is_denied_and_the_known_ones_are_named() {
    let repo = repo();
    let mut command = repo.command(&["hook", "--runtime", "nobody", "--event", "before-tool"]);
    command.env_remove("HOME");
    let ran = crate::support::finish(command, b"{}");
    assert_eq!((ran.stdout.as_str(), ran.exit), ("", 2));
    assert!(
        ran.stderr.contains("there is no runtime called `nobody`"),
        "{ran:?}"
    );
}

#[test]
fn control_characters_of_a_payload_are_escaped() {
    let repo = repo();
    let reason = repo.edit("generated/a\u{1b}[2J\u{7}").denied();
    assert!(
        !reason.contains('\u{1b}') && !reason.contains('\u{7}'),
        "{reason:?}"
    );
}

#[test]
fn a_long_reason_stays_below_the_limit() {
    let repo = repo();
    let path = format!("generated/{}", "x".repeat(100_000));
    let reason = repo.edit(&path).denied();
    assert!(reason.len() <= 9_000, "{}", reason.len());
}

#[test]
fn no_policy_is_no_opinion() {
    let repo = Repo::empty();
    repo.shell("rm -rf /").assert_silent();
    repo.edit("/etc/passwd").assert_silent();
    assert!(!repo.root().join(".hook-state").exists());
}

const STRICT: &str = "
version: 1
on-unknown: {unparsable: deny}
rules:
  - {id: generated, protect-paths: {paths: [generated/**]}}
";

/// Command lines that cannot be read, with what is said of them.
fn unreadable() -> Vec<(String, &'static str)> {
    vec![
        (
            "ls ((((".into(),
            "line 1, column 5: a shell would stop here: `ls (▶(((`",
        ),
        (
            "(".repeat(1 << 20),
            "line 1, column 1048577: it ends before it is complete: `…((((((((((((((((((((((((((((((▶`",
        ),
        (
            "(".repeat((1 << 20) + 1),
            "line 1, column 1048577: it is longer than 1048576 bytes: `…((((((((((((((((((((((((((((((▶(`",
        ),
        (
            "echo ok\nrm 'generated/x".into(),
            "line 2, column 5: it ends before it is complete: `rm '▶generated/x`",
        ),
        (
            "ls a\0b; rm generated/x".into(),
            "line 1, column 5: no shell takes a NUL: `ls a▶\\u{0}b; rm generated/x`",
        ),
        (
            "cat caf\u{fffd}".into(),
            "line 1, column 8: bytes that are not UTF-8 stood here: `cat caf▶\u{fffd}`",
        ),
        (
            "echo \u{1b}]0;title\u{7} ) \u{202e}".into(),
            "line 1, column 17: a shell would stop here: `echo \\u{1b}]0;title\\u{7} ▶) \\u{202e}`",
        ),
    ]
}

#[test]
fn a_command_that_cannot_be_read_is_answered_as_the_policy_says_with_its_place() {
    let strict = Repo::with_policy(STRICT);
    for (command, told) in unreadable() {
        let reason = strict.shell(&command).denied();
        assert_eq!(
            reason,
            format!(
                "on-unknown: is a command line that cannot be read as a shell would: {told}. Reason: the policy cannot judge what it cannot see. Instead: write the command out, one step at a time."
            )
        );
    }
    let loose = Repo::with_policy(&STRICT.replace("deny}", "allow}"));
    for (command, _) in unreadable() {
        loose.shell(&command).assert_silent();
    }
}

#[test]
fn explain_shows_where_a_command_cannot_be_read_and_steers_no_terminal() {
    let repo = Repo::with_policy(STRICT);
    for (command, told) in unreadable() {
        if command.contains('\0') || command.len() > 100_000 {
            // No program can be given such an argument.
            continue;
        }
        let ran = repo.run(&["explain", "--shell", &command]);
        assert!(ran.stdout.contains(told), "{}", ran.stdout);
        let drawn = ran.stdout.lines().find(|line| line.contains(told));
        assert!(
            drawn.is_some_and(|line| line.ends_with("unknown")),
            "{}",
            ran.stdout
        );
        let steers = |letter: char| letter.is_control() && letter != '\n';
        assert!(!ran.stdout.contains(steers), "{:?}", ran.stdout);
        assert!(!ran.stdout.contains('\u{202e}'), "{:?}", ran.stdout);
    }
}

#[test]
fn lines_that_end_as_on_windows_are_read_both_ways() {
    let repo = Repo::with_policy(STRICT);
    for command in [
        "cd generated\r\nrm x\r\n",
        "rm \\\r\n generated/x",
        "cat <<E > generated/x\r\nhello\r\nE\r\n",
        "if true\r\nthen\r\n  touch generated/x\r\nfi\r\n",
    ] {
        let reason = repo.shell(command).denied();
        assert!(reason.contains("generated"), "{command:?}: {reason}");
    }
    repo.shell("echo a\r\nls\r\n").assert_silent();
}
