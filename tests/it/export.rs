//! `hookgate export`: what a policy is in each runtime's own language, what is lost, and whose bytes stay.

use std::fs;

use serde_json::Value;

use crate::init::{configurations, init, tree};
use crate::support::{Ran, Repo, assert_file};

/// One rule of each sort that a language may or may not be able to say.
const POLICY: &str = "\
version: 1
rules:
  - id: generated
    protect-paths: {paths: [generated/**, '*.pb.go', '**/gen/**', 'docs/*.html']}
    reason: made from \"schema\"
    instead: edit schema.yaml
  - id: keys
    protect-paths: {paths: ['.env', '.env.*', '!.env.example', ~/.ssh/id_rsa], deny: [read, write]}
  - id: kept
    protect-paths: {paths: [CHANGELOG.md], deny: [delete]}
  - id: outside
    protect-paths: {outside-repository: true, except: [/tmp/**]}
  - id: release
    deny-command: {patterns: ['terraform {apply,destroy}', 'deploy *']}
    reason: a person releases
  - id: push
    deny-command: {patterns: [git push --force], except: [git push --dry-run]}
  - id: tag
    action: ask
    deny-command: {patterns: [git tag --delete]}
  - id: told
    action: warn
    deny-command: {patterns: [git stash drop]}
  - id: tests
    quality-gate: {run: 'true', inputs: ['*.rs']}
  - id: hello
    add-context: {on: session-start, text: hello}
  - id: record
    record: {on: [session-end], file: reports/log.txt}
";

const SETTINGS: &str = ".claude/settings.json";

fn export(repo: &Repo, runtime: &str, arguments: &[&str]) -> Ran {
    let mut all = vec!["export", "--runtime", runtime];
    all.extend(arguments);
    repo.run(&all)
}

#[track_caller]
fn done(repo: &Repo, runtime: &str, arguments: &[&str]) -> String {
    let ran = export(repo, runtime, arguments);
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""), "{ran:?}");
    ran.stdout
}

#[test]
fn each_language_says_what_it_can() {
    let repo = Repo::with_policy(POLICY);
    let before = tree(&repo.root());
    let mut said = 0;
    for adapter in hookgate::adapter::all() {
        if adapter.language.is_none() {
            let ran = export(&repo, adapter.name, &[]);
            assert_eq!((ran.exit, ran.stdout.as_str()), (2, ""), "{}", adapter.name);
            continue;
        }
        let human = done(&repo, adapter.name, &[]);
        let native = done(&repo, adapter.name, &["--format", "native"]);
        let path = format!("tests/data/export/{}.txt", adapter.name);
        assert_file(&path, &format!("{human}\n--- native ---\n{native}"));
        said += 1;
    }
    assert_eq!(said, 9);
    assert_eq!(tree(&repo.root()), before, "nothing is written unasked");
}

#[test]
fn what_was_there_is_there_again() {
    let cases = configurations();
    assert!(cases.len() >= 30, "{}", cases.len());
    for (about, bytes) in &cases {
        for (runtime, file) in [
            ("claude-code", SETTINGS),
            ("opencode", "opencode.json"),
            ("vscode-copilot", ".vscode/settings.json"),
        ] {
            let repo = Repo::with_policy(POLICY);
            let path = repo.root().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            hookgate::state::replace(&path, bytes).unwrap();
            let before = tree(&repo.root());
            done(&repo, runtime, &["--write"]);
            let written = repo.read(file);
            assert_ne!(written.as_bytes(), bytes, "{about}");
            done(&repo, runtime, &["--write"]);
            assert_eq!(repo.read(file), written, "{about}: a second time");
            done(&repo, runtime, &["--check"]);
            fs::remove_dir_all(repo.root().join(".hook-state")).unwrap();
            done(&repo, runtime, &["--uninstall"]);
            let mut after = tree(&repo.root());
            after.retain(|name, _| !name.starts_with(".hook-state"));
            assert_eq!(after, before, "{about}: taken out of {file}");
        }
    }
}

#[test]
fn what_was_not_there_goes_again() {
    for adapter in hookgate::adapter::all() {
        let Some(language) = adapter.language.filter(|one| !one.files.is_empty()) else {
            continue;
        };
        let repo = Repo::with_policy(POLICY);
        let before = tree(&repo.root());
        let ran = export(&repo, adapter.name, &["--check"]);
        assert_eq!(ran.exit, 1, "{}: {ran:?}", adapter.name);
        done(&repo, adapter.name, &["--write"]);
        assert!(repo.root().join(language.files[0]).is_file());
        done(&repo, adapter.name, &["--check"]);
        done(&repo, adapter.name, &["--uninstall"]);
        assert_eq!(tree(&repo.root()), before, "{}", adapter.name);
    }
}

#[test]
fn hooks_and_permissions_come_and_go_by_themselves() {
    for text in [None, Some("{\n  \"model\": \"x\"\n}\n"), Some("{}")] {
        for hooks_first in [true, false] {
            for hooks_last in [true, false] {
                let repo = Repo::with_policy(POLICY);
                repo.write(".gitignore", ".hook-state/\n");
                if let Some(text) = text {
                    repo.write(SETTINGS, text);
                }
                let before = tree(&repo.root());
                let hooks = |arguments: &[&str]| {
                    let ran = init(&repo, arguments);
                    assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""), "{ran:?}");
                };
                let install = || hooks(&["--runtime", "claude-code"]);
                if hooks_first {
                    install();
                }
                done(&repo, "claude-code", &["--write"]);
                if !hooks_first {
                    install();
                }
                done(&repo, "claude-code", &["--check"]);
                if !hooks_last {
                    hooks(&["--uninstall"]);
                }
                done(&repo, "claude-code", &["--uninstall"]);
                if hooks_last {
                    hooks(&["--uninstall"]);
                }
                let mut after = tree(&repo.root());
                after.retain(|name, _| !name.starts_with(".hook-state"));
                assert_eq!(after, before, "{text:?} {hooks_first} {hooks_last}");
            }
        }
    }
}

const SMALL: &str = "version: 1\nrules:\n  - id: made\n    protect-paths: {paths: [made/**]}\n";

#[test]
fn entries_go_among_those_of_others() {
    let repo = Repo::with_policy(SMALL);
    repo.write(
        SETTINGS,
        "{\n  \"permissions\": {\n    \"allow\": [\"Bash(ls)\"],\n    \"deny\": [\n      \"Read(./secret)\"\n    ]\n  }\n}\n",
    );
    let shown = done(&repo, "claude-code", &["--write", "--dry-run"]);
    assert_eq!(
        shown,
        "\
--- a/.claude/settings.json
+++ b/.claude/settings.json
@@ -2,7 +2,15 @@
   \"permissions\": {
     \"allow\": [\"Bash(ls)\"],
     \"deny\": [
-      \"Read(./secret)\"
+      \"Read(./secret)\",
+      \"Read(//hookgate/export/begin)\",
+      \"Edit(/**/hookgate.yaml)\",
+      \"Edit(/**/hookgate.local.yaml)\",
+      \"Edit(/.hook-state/**)\",
+      \"Edit(/.claude/settings.json)\",
+      \"Edit(/.claude/settings.local.json)\",
+      \"Edit(/made/**)\",
+      \"Read(//hookgate/export/end)\"
     ]
   }
 }
"
    );
    assert!(!repo.read(SETTINGS).contains("hookgate"));
}

#[test]
fn a_changed_policy_is_drift_until_it_is_written_again() {
    let repo = Repo::with_policy(SMALL);
    done(&repo, "claude-code", &["--write"]);
    repo.write("hookgate.yaml", &SMALL.replace("made/**", "built/**"));
    let ran = export(&repo, "claude-code", &["--check"]);
    assert_eq!(ran.exit, 1);
    assert_eq!(
        ran.stdout,
        "\
`.claude/settings.json` is not what the policy would give:
  + permissions.deny: Edit(/built/**)
  - permissions.deny: Edit(/made/**)
  fix: `hookgate export --runtime claude-code --write`
"
    );
    let ran = export(&repo, "claude-code", &["--check", "--format", "json"]);
    let json: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((ran.exit, &json["version"]), (1, &1.into()));
    assert_eq!(json["action"], "drifted");
    assert_eq!(
        json["drift"]["missing"][0],
        "permissions.deny: Edit(/built/**)"
    );
    assert_eq!(json["rules"][1]["rule"], "made");
    assert_eq!(json["rules"][1]["said"], "partly");
    assert_eq!(json["rules"][1]["entries"][0]["text"], "Edit(/built/**)");
    done(&repo, "claude-code", &["--write"]);
    let text = repo.read(SETTINGS);
    assert!(
        text.contains("Edit(/built/**)") && !text.contains("Edit(/made/**)"),
        "{text}"
    );
    // By hand: an entry between the marks, and one taken out.
    repo.write(SETTINGS, &text.replace("Edit(/built/**)", "Edit(/mine/**)"));
    let ran = export(&repo, "claude-code", &["--check"]);
    assert_eq!(ran.exit, 1, "{ran:?}");
    assert!(
        ran.stdout.contains("- permissions.deny: Edit(/mine/**)"),
        "{ran:?}"
    );
}

#[test]
fn a_file_of_its_own_drifts_too() {
    let repo = Repo::with_policy(POLICY);
    done(&repo, "codex", &["--write"]);
    done(&repo, "codex", &["--check"]);
    let rules = ".codex/rules/hookgate.rules";
    let text = repo.read(rules);
    repo.write(rules, &text.replace("forbidden", "allow"));
    let ran = export(&repo, "codex", &["--check"]);
    assert_eq!(ran.exit, 1);
    assert!(ran.stdout.contains("decision = \"allow\""), "{ran:?}");
    done(&repo, "codex", &["--write"]);
    assert_eq!(repo.read(rules), text);
}

#[test]
fn what_cannot_be_written_is_left_alone() {
    let cases = [
        (
            "claude-code",
            SETTINGS,
            "{",
            "line 1, column 1: not valid JSON: unterminated object",
        ),
        (
            "claude-code",
            SETTINGS,
            "{\n  // mine\n}\n",
            "line 2, column 3: Claude Code ignores the whole file as long as it holds a comment",
        ),
        (
            "claude-code",
            SETTINGS,
            "{\"permissions\": {\"deny\": \"Edit\"}}",
            "line 1, column 26: `deny` is a text, not a list",
        ),
        (
            "claude-code",
            SETTINGS,
            "{\"permissions\": {\"deny\": [\"Read(//hookgate/export/begin)\"]}}",
            "line 1, column 27: of hookgate's entries, between `Read(//hookgate/export/begin)` and `Read(//hookgate/export/end)`, one end is missing",
        ),
        (
            "opencode",
            "opencode.json",
            "{\"permission\": \"allow\"}",
            "line 1, column 16: `permission` is a text, not an object",
        ),
        (
            "opencode",
            "opencode.json",
            "{\"permission\": {\"bash\": {\"terraform apply *\": \"allow\"}}}",
            "line 1, column 47: `terraform apply *` is `\"allow\"`, not `\"deny\"`",
        ),
        (
            "codex",
            ".codex/rules/hookgate.rules",
            "# mine\n",
            "is there and not hookgate's",
        ),
    ];
    for (runtime, file, text, because) in cases {
        let repo = Repo::with_policy(POLICY);
        repo.write(file, text);
        let before = tree(&repo.root());
        for action in ["--write", "--check"] {
            let ran = export(&repo, runtime, &[action, "--format", "json"]);
            let json: Value = serde_json::from_str(&ran.stdout).unwrap();
            assert_eq!((ran.exit, ran.stderr.as_str()), (1, ""), "{text}");
            assert_eq!(json["action"], "refused", "{text}");
            assert_eq!(json["because"], because, "{text}");
            assert_eq!(tree(&repo.root()), before, "{text}");
        }
    }
}

#[test]
fn nothing_is_said_of_what_only_holds_elsewhere_or_not_at_all() {
    let rule = "rules:\n  - id: made\n    deny-command: {patterns: [terraform apply]}\n";
    let repo = Repo::with_policy(&format!("version: 1\nmode: observe\n{rule}"));
    repo.write(
        "sub/hookgate.yaml",
        &format!("version: 1\n{}", rule.replace("made", "below")),
    );
    repo.write(
        "hookgate.local.yaml",
        &format!("version: 1\n{}", rule.replace("made", "own")),
    );
    let ran = done(&repo, "claude-code", &["--format", "json"]);
    let json: Value = serde_json::from_str(&ran).unwrap();
    let rules = json["rules"].as_array().unwrap();
    let said: Vec<(&str, usize, &str)> = rules
        .iter()
        .skip(1)
        .map(|rule| {
            let entries = rule["entries"].as_array().unwrap().len();
            let why = rule["lost"][0]["why"].as_str().unwrap();
            (rule["rule"].as_str().unwrap(), entries, why)
        })
        .collect();
    assert_eq!(
        said,
        [
            ("made", 0, "`mode: observe` blocks nothing"),
            ("sub/below", 0, "`mode: observe` blocks nothing"),
            (
                "on-unknown",
                0,
                "what a command leaves unknown cannot be told from its words"
            ),
        ]
    );
    repo.write("hookgate.yaml", "version: 1\n");
    let ran = done(&repo, "claude-code", &["--format", "json"]);
    let json: Value = serde_json::from_str(&ran).unwrap();
    assert_eq!(
        json["rules"][1]["lost"][0]["why"],
        "it holds for calls in `sub` alone, which cannot be said"
    );
}

#[test]
fn options_on_a_command_line_are_in_no_file() {
    let repo = Repo::with_policy(POLICY);
    for action in ["--write", "--check", "--uninstall", "--dry-run"] {
        let ran = export(&repo, "copilot-cli", &[action]);
        assert_eq!((ran.exit, ran.stdout.as_str()), (2, ""), "{action}");
        assert_eq!(
            ran.stderr,
            "hookgate: GitHub Copilot CLI takes such rules on its command line alone: `--format native` prints them\n"
        );
    }
}

#[test]
fn agents_export_nothing() {
    let repo = Repo::with_policy("version: 1\n");
    for line in [
        "hookgate export --runtime codex --write",
        "hookgate export --uninstall --runtime codex",
    ] {
        assert!(
            repo.shell(line).denied().contains("hookgate export"),
            "{line}"
        );
    }
    repo.shell("hookgate export --runtime codex --check")
        .assert_silent();
}

#[test]
fn a_policy_that_does_not_load_is_not_exported() {
    let repo = Repo::with_policy("version: 1\nrules: 1\n");
    let ran = export(&repo, "claude-code", &["--write"]);
    assert_eq!((ran.exit, ran.stdout.as_str()), (3, ""));
    assert!(!repo.root().join(SETTINGS).exists());
}
