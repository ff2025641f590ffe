use std::fs;

use serde_json::{Map, Value, json};

use super::audit::{self, Chain};
use super::session::{Session, StopBlocks};
use super::{State, StateError, file_name, replace};

fn state() -> (tempfile::TempDir, State) {
    let folder = tempfile::tempdir().unwrap();
    let state = State::of(folder.path());
    (folder, state)
}

fn entry(verdict: &str) -> Map<String, Value> {
    let Value::Object(entry) = json!({"verdict": verdict}) else {
        panic!("an object");
    };
    entry
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
        denied: 2,
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
        audit::append(&state, entry("deny")),
        Err(StateError::Link(_))
    ));
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
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
        audit::append(&state, entry(verdict)).unwrap();
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
fn lines_of_several_processes_stay_chained() {
    let (_folder, state) = state();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..25 {
                    audit::append(&state, entry("deny")).unwrap();
                }
            });
        }
    });
    assert_eq!(audit::verify(&state).unwrap(), Chain::Whole { lines: 100 });
}
