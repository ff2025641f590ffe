//! The tree keeps its own rules.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::manifest;

/// Files of the project with one of these endings, below a folder.
fn files(folder: &str, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![manifest().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if endings
                .iter()
                .any(|ending| path.to_string_lossy().ends_with(ending))
            {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn shown(path: &Path) -> String {
    path.strip_prefix(manifest()).unwrap().display().to_string()
}

#[test]
fn only_the_shipped_list_names_a_runtime() {
    let names = [
        "claude",
        "codex",
        "cursor",
        "copilot",
        "devin",
        "gemini",
        "opencode",
        "qwen",
        "windsurf",
        "goose",
        "crush",
        "grok",
        "kimi",
        "kiro",
        "augment",
        "antigravity",
        "junie",
    ];
    let mut found = Vec::new();
    for path in files("src", &[".rs"]) {
        if path.ends_with("adapter/shipped.rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap().to_lowercase();
        found.extend(
            names
                .iter()
                .filter(|name| text.contains(*name))
                .map(|name| format!("{} names {name}", shown(&path))),
        );
    }
    assert_eq!(found, [""; 0]);
}

#[test]
fn nothing_is_left_for_later() {
    let marks = ["TO\u{44}O", "FIX\u{4d}E", "X\u{58}X"];
    let mut found = Vec::new();
    for folder in ["src", "build", "tests", "adapters", "policies", "demo-repo"] {
        for path in files(folder, &[".rs", ".yaml", ".py", ".sh", ".md"]) {
            let text = fs::read_to_string(&path).unwrap();
            found.extend(
                text.lines()
                    .filter(|line| marks.iter().any(|mark| line.contains(mark)))
                    .map(|line| format!("{}: {line}", shown(&path))),
            );
        }
    }
    assert_eq!(found, [""; 0]);
}

/// What lists a folder or opens a file may take long, so the time has to be watched before: see `src/deadline.rs`.
#[test]
fn nothing_slow_is_done_unwatched() {
    let slow = [
        "read_dir(",
        "File::open(",
        "fs::read(",
        "read_to_string(",
        "OpenOptions::new()",
    ];
    let mut found = Vec::new();
    for folder in ["src/answer", "src/effects", "src/policy", "src/repo"] {
        for path in files(folder, &[".rs"]) {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            let is_slow = |line: &&str| {
                slow.iter().any(|call| line.contains(call)) && !line.contains("deadline::")
            };
            if !path.to_string_lossy().contains("tests") && !code.contains("deadline::watch()") {
                let lines = code.lines().filter(is_slow);
                found.extend(lines.map(|line| format!("{}: {}", shown(&path), line.trim())));
            }
        }
    }
    assert_eq!(found, [""; 0]);
}

#[test]
fn files_stay_small_enough_to_read() {
    let long: Vec<String> = files("src", &[".rs"])
        .iter()
        .filter(|path| !path.to_string_lossy().contains("tests"))
        .map(|path| {
            (
                fs::read_to_string(path).unwrap().lines().count(),
                shown(path),
            )
        })
        .filter(|(lines, _)| *lines > 500)
        .map(|(lines, path)| format!("{path}: {lines} lines"))
        .collect();
    assert_eq!(long, [""; 0]);
}

#[test]
fn every_module_says_what_it_is_for() {
    let silent: Vec<String> = files("src", &[".rs"])
        .iter()
        .filter(|path| !path.to_string_lossy().contains("tests"))
        .filter(|path| !fs::read_to_string(path).unwrap().starts_with("//!"))
        .map(|path| shown(path))
        .collect();
    assert_eq!(silent, [""; 0]);
}

#[test]
fn every_adapter_on_disk_is_shipped() {
    let mut on_disk: Vec<String> = files("adapters", &["adapter.yaml"])
        .iter()
        .filter_map(|path| path.parent()?.file_name()?.to_str().map(str::to_owned))
        .collect();
    on_disk.sort();
    let mut shipped: Vec<&str> = hookgate::adapter::all()
        .iter()
        .map(|adapter| adapter.name)
        .collect();
    shipped.sort_unstable();
    assert_eq!(shipped, on_disk);
}
