//! Effects of the shell cases that state them: what really runs, and which paths it reads, writes and deletes.

use hookgate::call::{Access, Call, Event, ShellCommand, ShellDialect, Tool, ToolKind};
use hookgate::effects::{self, Effects, Invocation, UnknownKind, Value as Known};
use hookgate::repo::Repository;
use serde_json::Value;

use crate::support::{Repo, manifest};

/// Cases that differ by design, and why.
const DIFFERENT: [(&str, &str); 3] = [
    (
        "wrap-find-exec",
        "a command keeps all of its words, those that it starts included",
    ),
    (
        "wrap-find-exec-semicolon",
        "a command keeps all of its words, those that it starts included",
    ),
    (
        "wrap-git-c",
        "a command keeps its options; patterns look past them",
    ),
];

fn of(repo: &Repo, command: &str) -> Effects {
    let call = Call {
        event: Event::BeforeTool,
        tool: Some(Tool {
            name: "shell".into(),
            kind: ToolKind::Shell,
            commands: vec![ShellCommand {
                text: command.into(),
                dialect: ShellDialect::Posix,
                cwd: None,
            }],
            ..Tool::default()
        }),
        ..Call::default()
    };
    effects::of(&call, &Repository::at(&repo.root(), &repo.root(), None))
}

/// Names of what a command was unwrapped from, as the table calls them.
fn via(case: &Value) -> Vec<&str> {
    let via = case["via"].as_array();
    let names = via.into_iter().flatten().filter_map(Value::as_str);
    names
        // A producer in a pipe runs beside the command, not around it.
        .filter(|name| !name.ends_with('|') && *name != "shell")
        .map(|name| name.split([' ', '|']).next().unwrap())
        .collect()
}

/// Whether a word of a command is as expected; what a case calls dynamic must not be taken for sure.
fn is_word(expected: &Value, word: &Known) -> bool {
    match expected {
        Value::String(text) => word.known() == Some(text),
        Value::Object(parts) if parts.contains_key("any_of") => parts["any_of"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| word.known() == one.as_str()),
        Value::Object(parts) if parts.contains_key("glob") => {
            word.known() == parts["glob"].as_str()
        }
        // `{}` and the like stand for what is there when it runs; nothing is, here.
        _ => true,
    }
}

fn is_command(expected: &Value, command: &Invocation) -> bool {
    let Some((first, rest)) = expected["argv"]
        .as_array()
        .and_then(|words| words.split_first())
    else {
        return true;
    };
    let program = first.as_str().map(|name| name.rsplit('/').next().unwrap());
    let open = rest
        .iter()
        .any(|word| word.get("multi").is_some() || word.get("dyn").is_some());
    let words = command.words.len() == rest.len() || open;
    program == command.program.as_deref()
        && words
        && via(expected) == command.via.iter().map(String::as_str).collect::<Vec<_>>()
        && rest
            .iter()
            .zip(&command.words)
            .all(|(expected, word)| is_word(expected, &word.value))
}

/// What the shell does itself leaves no command behind.
fn is_builtin(expected: &Value) -> bool {
    let builtins = [
        "cd", "pushd", "popd", "exit", "read", "eval", "export", "set", "alias", "builtin",
    ];
    builtins.contains(&expected["argv"][0].as_str().unwrap_or_default())
}

/// Says what is missing of one expectation.
fn missing(repo: &Repo, expected: &Value, effects: &Effects) -> Option<String> {
    if expected.get("unknown").is_some() {
        let is_said = effects
            .unknowns
            .iter()
            .any(|unknown| unknown.kind == UnknownKind::OpaqueCode);
        return (!is_said).then(|| "an unknown".into());
    }
    if !is_builtin(expected)
        && !effects
            .commands
            .iter()
            .any(|command| is_command(expected, command))
    {
        return Some(format!("the command {expected}"));
    }
    let accesses = [
        ("reads", Access::Read),
        ("writes", Access::Write),
        ("deletes", Access::Delete),
    ];
    for (key, access) in accesses {
        for path in expected[key].as_array().into_iter().flatten() {
            let Some(path) = path.as_str() else {
                continue;
            };
            let place = Repository::at(&repo.root(), &repo.root(), None)
                .places(path, hookgate::repo::Follow::All)
                .lexical;
            let is_there = effects.paths.iter().any(|effect| {
                effect.access == access
                    && (effect.places.lexical == place
                        || effect
                            .places
                            .lexical
                            .shown()
                            .starts_with(&format!("{}/", place.shown())))
            });
            if !is_there {
                return Some(format!("{key} {path}"));
            }
        }
    }
    None
}

#[test]
fn stated_effects_are_found() {
    let repo = Repo::empty();
    for folder in ["a/b", "sub"] {
        std::fs::create_dir_all(repo.root().join(folder)).unwrap();
    }
    let text = std::fs::read_to_string(manifest().join("tests/data/shell-cases.jsonl")).unwrap();
    let cases: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let stated: Vec<&Value> = cases
        .iter()
        .filter(|case| case.get("effective").is_some())
        .collect();
    assert_eq!(stated.len(), 74);
    let mut wrong = Vec::new();
    for case in stated {
        let id = case["id"].as_str().unwrap();
        let effects = of(&repo, case["cmd"].as_str().unwrap());
        let expected = case["effective"].as_array().unwrap();
        let lacks: Vec<String> = expected
            .iter()
            .filter_map(|one| missing(&repo, one, &effects))
            .collect();
        let is_different = DIFFERENT.iter().any(|(known, _)| *known == id);
        if lacks.is_empty() == is_different {
            wrong.push(format!(
                "{id}: {} lacks {lacks:?}\n    {:?}\n    {:?}",
                case["cmd"],
                effects
                    .commands
                    .iter()
                    .map(|c| (c.text(), c.via.clone()))
                    .collect::<Vec<_>>(),
                effects
                    .paths
                    .iter()
                    .map(|p| (p.access, p.places.lexical.shown()))
                    .collect::<Vec<_>>()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), wrong.len());
}
