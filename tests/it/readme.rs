//! What the README shows is what the program does.

use std::fs;

use crate::support::{Repo, manifest};

fn readme() -> String {
    fs::read_to_string(manifest().join("README.md")).unwrap()
}

/// The blocks between fences of this language.
fn blocks(language: &str) -> Vec<String> {
    let text = readme();
    let fence = format!("```{language}\n");
    text.replace("   ```", "```")
        .split(&fence)
        .skip(1)
        .filter_map(|rest| rest.split("```").next().map(str::to_owned))
        .collect()
}

#[test]
fn the_explanation_is_what_explain_prints() {
    let shown = blocks("text").into_iter().next().unwrap();
    let ran = Repo::demo().run(&[
        "explain",
        "--shell",
        "cd generated && echo x >> api_client.py",
    ]);
    assert!(ran.stdout.starts_with(&shown), "{}", ran.stdout);
    assert_eq!(ran.exit, 1);
}

#[test]
fn the_policy_loads_and_every_rule_can_be_enforced() {
    let policy = blocks("yaml")
        .into_iter()
        .next()
        .unwrap()
        .replace("\n   ", "\n");
    let repo = Repo::with_policy(policy.trim_start());
    let ran = repo.run(&["check"]);
    assert_eq!((ran.stderr.as_str(), ran.exit), ("", 0), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("each can be enforced in claude-code"),
        "{}",
        ran.stdout
    );
}

#[test]
fn the_first_two_commands_are_those_that_ci_runs() {
    let ci = fs::read_to_string(manifest().join(".ci/run")).unwrap();
    let commands = blocks("sh");
    assert_eq!(commands[0], "cargo run --release -- demo\n");
    assert_eq!(commands[1], "cargo test\n");
    assert!(
        ci.contains("cargo run --locked --release -- demo") && ci.contains("cargo test --locked")
    );
}

#[test]
fn the_tour_ends_as_it_should() {
    let ran = Repo::empty().run(&["demo"]);
    assert_eq!((ran.stderr.as_str(), ran.exit), ("", 0), "{}", ran.stdout);
    assert!(
        ran.stdout.ends_with("All 7 steps ended as they should.\n"),
        "{}",
        ran.stdout
    );
    assert!(!ran.stdout.contains('\u{1b}'), "no colours in a pipe");
}

/// Every command of the help stands there once, with words that it takes.
#[test]
fn the_list_of_commands_is_whole_and_runs() {
    let list = blocks("sh")
        .into_iter()
        .find(|block| block.contains("hookgate doctor"))
        .unwrap();
    let help = Repo::empty().run(&["--help"]).stdout;
    let commands = help.split("Commands:\n").nth(1).unwrap();
    let commands = commands.split("\n\n").next().unwrap();
    let mut known: Vec<&str> = commands
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| !matches!(*name, "help" | "hook"))
        .collect();
    known.sort_unstable();
    let mut shown = Vec::new();
    for line in list.lines() {
        let (command, _) = line.split_once('#').unwrap();
        let words: Vec<&str> = command.split_whitespace().skip(1).collect();
        let repo = Repo::demo();
        let start = serde_json::json!({
            "session_id": "s", "hook_event_name": "SessionStart", "cwd": repo.root(), "source": "startup",
        });
        repo.hook("session-start", start.to_string().as_bytes());
        let ran = repo.run(&words);
        assert!(ran.exit < 2 && ran.stderr.is_empty(), "{line}: {ran:?}");
        shown.push(words[0]);
    }
    shown.sort_unstable();
    assert_eq!(shown, known);
}

#[test]
fn every_linked_file_is_there() {
    let text = readme();
    let links = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    for link in links {
        let (file, heading) = link.split_once('#').unwrap_or((link, ""));
        let file = manifest().join(file);
        assert!(file.exists(), "{link}");
        if !heading.is_empty() {
            let page = std::fs::read_to_string(file).unwrap();
            let mut headings = page.lines().filter_map(|line| line.strip_prefix("## "));
            let anchor = |title: &str| title.to_lowercase().replace(' ', "-");
            assert!(headings.any(|title| anchor(title) == heading), "{link}");
        }
    }
}
