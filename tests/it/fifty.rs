//! Fifty ways to write into a protected folder, and fifteen calls that only read or mention it: `tests/data/fifty.jsonl`.
//!
//! Each goes through the program as a runtime sends it. `<root>` stands for the repository's folder.

use serde_json::{Value, json};

use crate::support::{Repo, manifest, print};

const POLICY: &str = "
version: 1
rules:
  - id: generated
    protect-paths: {paths: [generated/**]}
";

/// How many of each must come out right.
const DENIED: usize = 49;
const ALLOWED: usize = 15;

const FILES: [&str; 8] = [
    "generated/api.py",
    "generated/sub/deep.py",
    "src/app.py",
    "scripts/run.sh",
    "build/out",
    "README.md",
    "Makefile",
    "fix.patch",
];

/// Sends a call and returns the decision, with its reason; silence is `allow`.
fn decision(repo: &Repo, case: &Value) -> (String, String) {
    let (tool, input) = match case["shell"].as_str() {
        Some(command) => ("Bash", json!({"command": command})),
        None => (case["tool"].as_str().unwrap(), case["input"].clone()),
    };
    let root = repo.root().to_string_lossy().into_owned();
    let payload = repo.call("PreToolUse", tool, &input);
    let ran = repo.hook("before-tool", payload.replace("<root>", &root).as_bytes());
    if ran.stdout.is_empty() {
        ran.assert_silent();
        return ("allow".into(), String::new());
    }
    let output = &ran.json()["hookSpecificOutput"];
    let text = |key: &str| output[key].as_str().unwrap().to_owned();
    (text("permissionDecision"), text("permissionDecisionReason"))
}

#[test]
fn fifty_ways_to_write_are_denied_and_fifteen_that_do_not_are_not() {
    let repo = Repo::with_policy(POLICY);
    for file in FILES {
        repo.write(file, "x = 1\n");
    }
    let text = std::fs::read_to_string(manifest().join("tests/data/fifty.jsonl")).unwrap();
    let cases: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let (mut denied, mut allowed) = ((0, 0), (0, 0));
    for case in &cases {
        let (found, reason) = decision(&repo, case);
        let expected = case["verdict"].as_str().unwrap();
        let is_right = found == expected && (found == "allow" || reason.contains("generated: "));
        let count = if expected == "deny" {
            &mut denied
        } else {
            &mut allowed
        };
        count.0 += usize::from(is_right);
        count.1 += 1;
        if !is_right {
            print(&format!("{}: {found} {reason}", case["way"]));
        }
    }
    print(&format!(
        "{} of {} denied, {} of {} allowed",
        denied.0, denied.1, allowed.0, allowed.1
    ));
    assert_eq!((denied.1, allowed.1), (50, 15));
    assert!(denied.0 >= DENIED && allowed.0 >= ALLOWED);
}
