//! An invented runtime with what the shipped ones do not need yet, so that the interpreter is tested as a whole.

use super::table::*;
use super::*;

macro_rules! at {
    ($($step:literal)/+) => {
        &[Pointer { text: concat!($("/", $step),+), steps: &[$($step),+] }]
    };
}

const NO_FIELDS: Fields = Fields {
    event: &[],
    session: &[],
    turn: &[],
    agent: &[],
    cwd: &[],
    roots: &[],
    permission_mode: &[],
    prompt: &[],
    stop_flag: &[],
    stop_count: &[],
    tool_name: &[],
    tool_input: &[],
    tool_input_decoder: None,
    call_id: &[],
};

const NO_TOOL: ToolRow = ToolRow {
    name: "",
    kind: ToolKind::Other,
    reads: &[],
    writes: &[],
    deletes: &[],
    patch: &[],
    command: &[],
    command_cwd: &[],
    dialect: ShellDialect::Posix,
    urls: &[],
    optional: false,
};

const NO_EVENT: EventRow = EventRow {
    native: "",
    event: Event::Other,
    outcome: Outcome::Unknown,
    interrupted: &[],
    detail: &[],
    tool: None,
    observed_when: &[],
    changed_config: &[],
};

const NO_REPLIES: ReplyRow = ReplyRow {
    event: Event::Other,
    native: &[],
    neutral: None,
    allow: None,
    ask: None,
    deny: None,
};

pub(super) static SAMPLE: Adapter = Adapter {
    name: "sample",
    title: "Sample",
    checked: Checked {
        version: "1",
        against: Against::Client,
        on: "2026-01-01",
    },
    start_folder_env: None,
    runs_in_start_folder: false,
    machine_prompts: &["<machine>"],
    always_answered: &[],
    stop_limit: None,
    fields: Fields {
        event: at!("kind"),
        session: at!("id"),
        cwd: at!("where"),
        stop_flag: at!("again"),
        tool_name: at!("tool"),
        tool_input: at!("input"),
        tool_input_decoder: Some(Decoder::JsonInString),
        ..NO_FIELDS
    },
    events: &[
        EventRow {
            native: "Before",
            event: Event::BeforeTool,
            ..NO_EVENT
        },
        EventRow {
            native: "After",
            event: Event::AfterTool,
            outcome: Outcome::Ok,
            ..NO_EVENT
        },
        EventRow {
            native: "Failed",
            event: Event::AfterTool,
            outcome: Outcome::Error,
            interrupted: at!("stopped"),
            ..NO_EVENT
        },
        EventRow {
            native: "Stopped",
            event: Event::Stop,
            ..NO_EVENT
        },
    ],
    tools: &[
        ToolRow {
            name: "run",
            kind: ToolKind::Shell,
            command: at!("cmd"),
            command_cwd: at!("dir"),
            ..NO_TOOL
        },
        ToolRow {
            name: "save",
            kind: ToolKind::Edit,
            writes: at!("files" / "*" / "path"),
            deletes: at!("gone"),
            ..NO_TOOL
        },
        ToolRow {
            name: "look",
            kind: ToolKind::Search,
            reads: at!("path"),
            optional: true,
            ..NO_TOOL
        },
        ToolRow {
            name: "get",
            kind: ToolKind::Fetch,
            urls: at!("urls" / "*"),
            ..NO_TOOL
        },
    ],
    mcp: Some(McpNames {
        prefix: "ext_",
        separator: "_",
        server: at!("server"),
    }),
    replies: &[
        ReplyRow {
            event: Event::BeforeTool,
            neutral: Some(ReplyTemplate {
                stdout: Some(Node::Object(&[
                    (
                        "\"a\"",
                        Node::Object(&[
                            ("\"event\"", Node::Slot(Slot::Event)),
                            ("\"c\"", Node::Slot(Slot::Context)),
                        ]),
                    ),
                    ("\"b\"", Node::List(&[Node::Slot(Slot::Notice)])),
                ])),
                text: &[],
                stderr: &[],
                exit: 0,
            }),
            deny: Some(ReplyTemplate {
                stdout: Some(Node::Object(&[
                    ("\"cancel\"", Node::Literal("true")),
                    (
                        "\"say\"",
                        Node::Text(&[Piece::Text("no: "), Piece::Slot(Slot::Reason)]),
                    ),
                    ("\"more\"", Node::Slot(Slot::Context)),
                    ("\"empty\"", Node::Object(&[])),
                ])),
                text: &[],
                stderr: &[Piece::Slot(Slot::Reason)],
                exit: 2,
            }),
            ..NO_REPLIES
        },
        ReplyRow {
            event: Event::Stop,
            native: &["Stopped"],
            deny: Some(ReplyTemplate {
                stdout: None,
                text: &[],
                stderr: &[Piece::Slot(Slot::Reason)],
                exit: 2,
            }),
            ..NO_REPLIES
        },
    ],
    cannot: &[
        Cannot {
            event: Event::BeforeTool,
            verdicts: &[Verdict::Ask],
            instead: Instead::Deny,
            because: "nobody there",
        },
        Cannot {
            event: Event::BeforeTool,
            verdicts: &[Verdict::Allow],
            instead: Instead::Notice,
            because: "no grant",
        },
    ],
    weaker: &[],
    unknown: &[],
    fallback: ReplyTemplate {
        stdout: None,
        text: &[],
        stderr: &[Piece::Slot(Slot::Reason)],
        exit: 2,
    },
    timeouts: Timeouts {
        unit: TimeUnit::Milliseconds,
        defaults: &[],
    },
    config: &[],
    hooks: None,
    wiring: Wiring {
        content: "{}",
        own_file: false,
        project: Some("sample.json"),
        each: &[],
        files: &[],
        because: "",
        user: None,
    },
    language: None,
    setup: Setup {
        signs: &[],
        comments: false,
        root_only: false,
        trust: None,
        tables: None,
        steps: &[],
        switches: &[],
        matchers: Matchers::NamesOrPattern,
        event_member: None,
        windows_shell: crate::wiring::line::Shell::PowerShell,
        shell: &[],
        version: &[],
        transcripts: None,
    },
};

fn said(verdict: Verdict, context: &str, notice: &str) -> String {
    let answer = Answer {
        verdict,
        reason: "R".to_owned(),
        context: context.to_owned(),
        notice: notice.to_owned(),
    };
    let reply = encode(
        &SAMPLE,
        Answered {
            event: Event::BeforeTool,
            native: "Before",
        },
        &answer,
    );
    format!("{}{} {}", reply.stdout, reply.stderr, reply.exit)
}

#[test]
fn slots_without_text_are_left_out_and_so_is_what_they_empty() {
    assert_eq!(said(Verdict::Neutral, "", ""), " 0");
    assert_eq!(
        said(Verdict::Neutral, "C", ""),
        "{\"a\":{\"event\":\"Before\",\"c\":\"C\"}}\n 0"
    );
    assert_eq!(said(Verdict::Neutral, "", "N"), "{\"b\":[\"N\"]}\n 0");
    assert_eq!(
        said(Verdict::Neutral, "C", "N"),
        "{\"a\":{\"event\":\"Before\",\"c\":\"C\"},\"b\":[\"N\"]}\n 0"
    );
    assert_eq!(
        said(Verdict::Deny, "", "N"),
        "{\"cancel\":true,\"say\":\"no: R\",\"empty\":{}}\nR 2"
    );
    assert_eq!(
        said(Verdict::Deny, "C", ""),
        "{\"cancel\":true,\"say\":\"no: R\",\"more\":\"C\",\"empty\":{}}\nR 2"
    );
}

#[test]
fn what_cannot_be_said_is_said_as_declared() {
    assert_eq!(said(Verdict::Ask, "", ""), said(Verdict::Deny, "", ""));
    assert_eq!(said(Verdict::Allow, "", "N"), "{\"b\":[\"R\\n\\nN\"]}\n 0");
    assert_eq!(
        capability(&SAMPLE, Event::BeforeTool, Verdict::Ask),
        Capability::Weaker("nobody there")
    );
    assert_eq!(
        capability(&SAMPLE, Event::BeforeTool, Verdict::Allow),
        Capability::Impossible("no grant")
    );
    assert_eq!(
        capability(&SAMPLE, Event::BeforeTool, Verdict::Deny),
        Capability::Enforced
    );
}

#[test]
fn a_reply_for_the_native_event_goes_first() {
    let answer = Answer {
        verdict: Verdict::Deny,
        reason: "R".to_owned(),
        ..Answer::default()
    };
    let stop = |native| {
        encode(
            &SAMPLE,
            Answered {
                event: Event::Stop,
                native,
            },
            &answer,
        )
    };
    assert_eq!(
        stop("Stopped"),
        Reply {
            stdout: String::new(),
            stderr: "R".to_owned(),
            exit: 2
        }
    );
}

#[test]
fn the_fallback_blocks_with_a_text() {
    let expected = Reply {
        stdout: String::new(),
        stderr: "unreadable\n".to_owned(),
        exit: 2,
    };
    assert_eq!(fallback(Some(&SAMPLE), "unreadable"), expected);
    assert_eq!(fallback(None, "unreadable"), expected);
    for adapter in all() {
        for reason in ["unreadable", "no reason was given"] {
            let told = if reason == "unreadable" { reason } else { "" };
            let reply = fallback(Some(adapter), told);
            let text = [reply.stdout, reply.stderr].concat();
            assert!(text.contains(reason), "{}: {text}", adapter.name);
        }
    }
}

#[test]
fn tools_name_what_they_touch() {
    let check = |payload: Value, expected: &str| {
        let call = decode(&SAMPLE, payload.to_string().as_bytes(), None, &no_variables).unwrap();
        assert_eq!(line(&call), expected);
    };
    check(
        json!({"kind": "Before", "tool": "run", "input": {"cmd": "ls", "dir": "sub"}}),
        "before-tool native=Before tool=shell:run run=\"ls\" in=\"sub\"",
    );
    check(
        json!({"kind": "Before", "tool": "run", "input": "{\"cmd\": \"ls\"}"}),
        "before-tool native=Before tool=shell:run run=\"ls\"",
    );
    check(
        json!({"kind": "Before", "tool": "save", "input": {"files": [{"path": "a"}, {"path": "b"}], "gone": "c"}}),
        "before-tool native=Before tool=edit:save write=\"a\" write=\"b\" delete=\"c\"",
    );
    check(
        json!({"kind": "Before", "tool": "get", "input": {"urls": ["http://a", "http://b"]}}),
        "before-tool native=Before tool=fetch:get url=\"http://a\" url=\"http://b\"",
    );
    check(
        json!({"kind": "Before", "tool": "ext_my_notes_put", "server": "my_notes", "input": {}}),
        "before-tool native=Before tool=mcp:ext_my_notes_put mcp=my_notes/put",
    );
    check(
        json!({"kind": "Before", "tool": "ext_notes_put_it", "server": "other", "input": {}}),
        "before-tool native=Before tool=mcp:ext_notes_put_it mcp=notes/put_it",
    );
    check(
        json!({"kind": "Before", "tool": "new", "input": {"path": "a"}}),
        "before-tool native=Before tool=other:new",
    );
    check(
        json!({"kind": "Failed", "tool": "new", "stopped": true}),
        "after-tool native=Failed outcome=Interrupted tool=other:new",
    );
}

#[test]
fn the_command_line_wins_over_the_payload() {
    let check = |payload: Value, flag: &str, expected: &str| {
        let call = decode(
            &SAMPLE,
            payload.to_string().as_bytes(),
            Some(flag),
            &no_variables,
        )
        .unwrap();
        assert_eq!(line(&call), expected);
    };
    check(
        json!({"kind": "Stopped"}),
        "prompt",
        "prompt native=Stopped",
    );
    check(json!({"kind": "After"}), "stop", "stop native=After");
    check(
        json!({"kind": "Failed"}),
        "after-tool",
        "after-tool native=Failed outcome=Error",
    );
    check(
        json!({}),
        "Failed",
        "after-tool native=Failed outcome=Error",
    );
    check(json!({}), "stop", "stop native=Stopped");
    check(
        json!({"kind": "other", "again": true}),
        "stop",
        "stop native=other stop=Continuing",
    );
}
