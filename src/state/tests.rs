use std::fs;

use serde_json::{Value, json};

use super::audit::{self, Chain, Entry};
use super::session::{Blocked, Session, StopBlocks};
use super::{State, StateError, file_name, replace};
use crate::decision::{Finding, Verdict};

fn state() -> (tempfile::TempDir, State) {
    let folder = tempfile::tempdir().unwrap();
    let state = State::of(folder.path());
    (folder, state)
}

fn entry(verdict: &str) -> Entry<'_> {
    Entry {
        verdict,
        ..Entry::default()
    }
}

#[test]
fn names_from_payloads_stay_in_their_folder() {
    assert_eq!(file_name("0a-1_B"), "0a-1_B");
    assert_eq!(file_name("../../x"), "%2e%2e%2f%2e%2e%2fx");
    assert_eq!(file_name("a%2e"), "a%252e");
    assert_eq!(file_name("ä\0"), "%c3%a4%00");
    let long = file_name(&"x".repeat(500));
    assert_eq!(long.len(), 73);
    assert_ne!(long, file_name(&"x".repeat(501)));
}

#[test]
fn only_old_unfinished_files_are_tidied_away() {
    let (_folder, state) = state();
    let old = std::time::SystemTime::now() - std::time::Duration::from_hours(2);
    for (name, time) in [
        ("gates/a.json.7-0.new", Some(old)),
        ("gates/b.json.7-0.new", None),
        ("gates/c.json", Some(old)),
        ("x.json.7-0.new", Some(old)),
    ] {
        let path = state.prepare(name).unwrap();
        replace(&path, b"{").unwrap();
        if let Some(time) = time {
            fs::File::options()
                .append(true)
                .open(path)
                .unwrap()
                .set_modified(time)
                .unwrap();
        }
    }
    state.tidy();
    let left = |folder: &str| {
        let entries = fs::read_dir(state.folder().join(folder)).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    assert_eq!(left("gates"), ["b.json.7-0.new", "c.json"]);
    assert_eq!(left(""), [".gitignore", "gates"]);
}

#[test]
fn a_session_is_read_back_as_written() {
    let (_folder, state) = state();
    let session = Session {
        started: Some("2026-11-21T10:00:00Z".into()),
        told: vec!["x".into()],
        stops: StopBlocks {
            total: 3,
            same: 1,
            failure: Some("f".into()),
        },
    };
    session.write(&state, "../s").unwrap();
    assert_eq!(Session::read(&state, "../s"), session);
    assert_eq!(Session::read(&state, "other"), Session::default());
    assert!(state.folder().join("sessions/%2e%2e%2fs.json").is_file());
}

#[test]
fn a_newer_file_is_neither_read_nor_replaced() {
    let (_folder, state) = state();
    state.write("x.json", &json!({"version": 1})).unwrap();
    replace(&state.folder().join("x.json"), br#"{"version": 2}"#).unwrap();
    assert_eq!(state.read("x.json"), None);
    let refused = state.write("x.json", &json!({"version": 1}));
    assert!(matches!(refused, Err(StateError::Newer(_))));
    assert_eq!(
        fs::read_to_string(state.folder().join("x.json")).unwrap(),
        r#"{"version": 2}"#
    );
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    let (folder, state) = state();
    let elsewhere = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), folder.path().join(super::FOLDER)).unwrap();
    let refused = state.write("x.json", &json!({}));
    assert!(matches!(refused, Err(StateError::Link(_))));
    assert!(matches!(
        audit::append(&state, &entry("deny")),
        Err(StateError::Link(_))
    ));
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn a_session_is_not_read_through_a_link() {
    let (_folder, state) = state();
    let session = Session {
        started: Some("2026-11-21T10:00:00Z".into()),
        ..Session::default()
    };
    session.write(&state, "a").unwrap();
    let sessions = state.folder().join("sessions");
    std::os::unix::fs::symlink(sessions.join("a.json"), sessions.join("b.json")).unwrap();
    assert_eq!(Session::read(&state, "a"), session);
    assert_eq!(Session::read(&state, "b"), Session::default());
}

#[test]
fn the_folder_ignores_itself() {
    let (_folder, state) = state();
    state.write("x.json", &json!({})).unwrap();
    let ignore = fs::read_to_string(state.folder().join(".gitignore")).unwrap();
    assert_eq!(ignore, "*\n");
}

#[test]
fn a_changed_or_removed_line_breaks_the_chain() {
    let (_folder, state) = state();
    for verdict in ["deny", "neutral", "ask"] {
        audit::append(&state, &entry(verdict)).unwrap();
    }
    assert_eq!(audit::verify(&state).unwrap(), Chain::Whole { lines: 3 });

    let file = state.folder().join(audit::FILE);
    let whole = fs::read_to_string(&file).unwrap();
    replace(&file, whole.replace("neutral", "allowed").as_bytes()).unwrap();
    assert_eq!(audit::verify(&state).unwrap(), Chain::Broken { line: 2 });

    let without_second: Vec<&str> = whole
        .lines()
        .enumerate()
        .filter(|(at, _)| *at != 1)
        .map(|(_, line)| line)
        .collect();
    replace(&file, without_second.join("\n").as_bytes()).unwrap();
    assert_eq!(audit::verify(&state).unwrap(), Chain::Broken { line: 2 });
}

#[test]
fn a_line_is_written_as_a_sorted_map_of_its_members() {
    let (_folder, state) = state();
    let finding = |rule: &str, what: String| Finding {
        rule: rule.into(),
        origin: None,
        verdict: Verdict::Deny,
        unless_asked: Verdict::Deny,
        what,
        reason: Some("not in the line".into()),
        instead: None,
        span: None,
        part: None,
    };
    let long = "é".repeat(1_001);
    let findings = [
        finding("a", "writes `x`".into()),
        finding("b", format!(",\"hash\":\"{}\\\n\u{7}", "0".repeat(64))),
        finding("c", long.clone()),
    ];
    let entry = Entry {
        time: "2026-11-21T10:00:00Z",
        runtime: "r",
        event: "stop",
        session: Some("s\"1"),
        verdict: "deny",
        would: Some("ask"),
        findings: &findings,
        gates: vec![("unit", "passed"), ("hash", "failed"), ("unit", "broken")],
        ..Entry::default()
    };
    audit::append(&state, &entry).unwrap();
    let hash = "HASH";
    let expected = json!({
        "version": 1,
        "time": "2026-11-21T10:00:00Z",
        "runtime": "r",
        "event": "stop",
        "session": "s\"1",
        "tool": null,
        "verdict": "deny",
        "would": "ask",
        "findings": [
            {"rule": "a", "verdict": "deny", "what": "writes `x`"},
            {"rule": "b", "verdict": "deny", "what": findings[1].what},
            {"rule": "c", "verdict": "deny", "what": &long[..2_000]},
        ],
        "gates": {"hash": "failed", "unit": "broken"},
        "foreign": null,
        "prev": "",
        "hash": hash,
    });
    let written = fs::read_to_string(state.folder().join(audit::FILE)).unwrap();
    let line: Value = serde_json::from_str(&written).unwrap();
    let hash = line["hash"].as_str().unwrap();
    assert_eq!(written.replace(hash, "HASH"), format!("{expected}\n"));
    audit::append(&state, &entry).unwrap();
    assert_eq!(audit::verify(&state).unwrap(), Chain::Whole { lines: 2 });
}

#[test]
fn the_chain_goes_on_behind_lines_of_any_length() {
    let (_folder, state) = state();
    for length in [0, 1, 100, 300, 1_000, 5_000, 40_000, 70_000, 600_000] {
        let text = "x".repeat(length);
        for session in [None, Some(text.as_str())] {
            let entry = Entry {
                session,
                ..entry("deny")
            };
            audit::append(&state, &entry).unwrap();
        }
    }
    assert_eq!(audit::verify(&state).unwrap(), Chain::Whole { lines: 18 });
}

#[test]
fn a_torn_line_stays_alone() {
    let (_folder, state) = state();
    audit::append(&state, &entry("deny")).unwrap();
    let file = state.folder().join(audit::FILE);
    let whole = fs::read_to_string(&file).unwrap();
    let torn = &whole[..whole.len() - 40];
    replace(&file, format!("{whole}{torn}").as_bytes()).unwrap();
    audit::append(&state, &entry("ask")).unwrap();
    assert_eq!(audit::verify(&state).unwrap(), Chain::Broken { line: 2 });
    let now = fs::read_to_string(&file).unwrap();
    let lines: Vec<&str> = now.lines().collect();
    assert_eq!(lines[1], torn);
    let third: Value = serde_json::from_str(lines[2]).unwrap();
    let digest = blake3::hash(torn.as_bytes()).to_hex().to_string();
    assert_eq!(third["prev"], digest);
    assert_eq!(lines.len(), 3);
}

#[test]
fn what_was_blocked_is_counted_by_session() {
    let (_folder, state) = state();
    assert_eq!(Blocked::read(&state, "s"), Blocked::default());
    Blocked::add(&state, "s", "2026-11-21T10:00:00Z").unwrap();
    Blocked::add(&state, "s", "2026-11-21T10:00:01Z").unwrap();
    Blocked::add(&state, "other", "2026-11-21T10:00:02Z").unwrap();
    let expected = Blocked {
        count: 2,
        first: Some("2026-11-21T10:00:00Z".into()),
    };
    assert_eq!(Blocked::read(&state, "s"), expected);
}

#[test]
fn lines_of_several_processes_stay_chained() {
    let (_folder, state) = state();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..25 {
                    audit::append(&state, &entry("deny")).unwrap();
                }
            });
        }
    });
    assert_eq!(audit::verify(&state).unwrap(), Chain::Whole { lines: 100 });
}
