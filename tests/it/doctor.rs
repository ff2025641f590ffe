//! `hookgate doctor`: what holds is proven, and every fault is named with its fix.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{Ran, Repo, finish};

/// The folder of the program under test.
fn program_folder() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_hookgate")).parent().unwrap()
}

pub(crate) fn command(repo: &Repo, arguments: &[&str]) -> Command {
    let mut command = repo.command(arguments);
    let path = hookgate::settings::variable("PATH").unwrap();
    let tools = repo.home().join("bin");
    command.env(
        "PATH",
        format!("{}:{}:{path}", tools.display(), program_folder().display()),
    );
    command
}

pub(crate) fn doctor(repo: &Repo, arguments: &[&str]) -> Ran {
    let mut all = vec!["doctor"];
    all.extend(arguments);
    finish(command(repo, &all), b"")
}

/// A repository with hookgate wired for one runtime.
pub(crate) fn wired(runtime: &str) -> Repo {
    let repo = Repo::empty();
    repo.write("hookgate.yaml", "version: 1\n");
    let ran = repo.run(&["init", "--runtime", runtime]);
    assert_eq!(ran.exit, 0, "{ran:?}");
    repo
}

pub(crate) fn change(repo: &Repo, path: &str, from: &str, to: &str) {
    let text = repo.read(path);
    assert!(text.contains(from), "{path} holds no {from}:\n{text}");
    repo.write(path, &text.replace(from, to));
}

/// What is found for a runtime, each with its fix, and the exit code.
pub(crate) fn findings(ran: &Ran) -> Vec<(String, String)> {
    assert_eq!(ran.stderr, "", "{ran:?}");
    let json: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(json["version"], 1);
    let policy = json["policy"].as_object().map(|_| &json["policy"]);
    let runtimes = json["runtimes"].as_array().unwrap();
    let found = runtimes
        .iter()
        .flat_map(|r| r["findings"].as_array().unwrap());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let found: Vec<(String, String)> = policy
        .into_iter()
        .chain(found)
        .map(|finding| (text(&finding["what"]), text(&finding["fix"])))
        .collect();
    assert_eq!(ran.exit, i32::from(!found.is_empty()), "{ran:?}");
    found
}

pub(crate) fn statuses(ran: &Ran) -> Vec<String> {
    let json: Value = serde_json::from_str(&ran.stdout).unwrap();
    let events = json["runtimes"][0]["events"].as_array().unwrap().clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    events
        .iter()
        .map(|event| format!("{} {}", text(&event["native"]), text(&event["status"])))
        .collect()
}

#[track_caller]
pub(crate) fn assert_found(repo: &Repo, runtime: &str, expected: &[(&str, &str)]) {
    let ran = doctor(repo, &["--runtime", runtime, "--format", "json"]);
    let found = findings(&ran);
    let found: Vec<(&str, &str)> = found
        .iter()
        .map(|(w, f)| (w.as_str(), f.as_str()))
        .collect();
    assert_eq!(found, expected);
}

pub(crate) const SETTINGS: &str = ".claude/settings.json";
pub(crate) const CLAUDE: &str = "claude-code";

#[test]
fn what_init_wires_is_proven_in_every_runtime() {
    for adapter in hookgate::adapter::all() {
        let Some(project) = adapter.wiring.project else {
            continue;
        };
        let repo = wired(adapter.name);
        if let Some(trust) = adapter.setup.trust {
            let hooks = repo.root().join(project);
            let text = format!(
                "[hooks.state.\"{}:stop:0:0\"]\ntrusted_hash = \"x\"\n",
                hooks.display()
            );
            let path = repo.home().join(trust.path.trim_start_matches("~/"));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            hookgate::state::replace(&path, text.as_bytes()).unwrap();
        }
        let ran = doctor(&repo, &["--runtime", adapter.name, "--format", "json"]);
        assert_eq!(findings(&ran), [], "{}", adapter.name);
        let unproven: Vec<String> = statuses(&ran)
            .into_iter()
            .filter(|status| status.ends_with("unproven"))
            .collect();
        assert_eq!(unproven, [""; 0], "{}", adapter.name);
        assert!(
            statuses(&ran)
                .iter()
                .any(|status| status.ends_with(" proven"))
        );
    }
}

/// Some runtimes read files that are written for others.
#[test]
fn what_is_wired_for_one_runtime_is_no_sign_of_another() {
    for adapter in hookgate::adapter::all() {
        let repo = Repo::empty();
        let wired: Vec<bool> = ["repository", "user"]
            .iter()
            .map(|scope| {
                repo.run(&["init", "--scope", scope, "--runtime", adapter.name])
                    .exit
                    == 0
            })
            .collect();
        if !wired.contains(&true) {
            continue;
        }
        let ran = doctor(&repo, &["--format", "json"]);
        let json: Value = serde_json::from_str(&ran.stdout).unwrap();
        let runtimes = json["runtimes"].as_array().unwrap().iter();
        let names: Vec<&str> = runtimes
            .map(|one| one["runtime"].as_str().unwrap())
            .collect();
        // Hooks in `.github/hooks` are a sign of both that read them.
        let expected = match adapter.name {
            "vscode-copilot" => vec!["copilot-cli", "vscode-copilot"],
            name => vec![name],
        };
        assert_eq!(names, expected);
    }
}

#[test]
fn people_read_what_holds_event_by_event() {
    let repo = wired(CLAUDE);
    let ran = doctor(&repo, &[]);
    assert_eq!(
        ran.stdout,
        "\
Claude Code
  session-start (SessionStart)    proven             .claude/settings.json:6  answers
  prompt (UserPromptSubmit)       proven             .claude/settings.json:17  answers
  before-tool (PreToolUse)        proven             .claude/settings.json:28  denies a change of the policy, lets a harmless command pass
  after-tool (PostToolUse)        proven             .claude/settings.json:40  tells what a gate found
  after-tool (PostToolUseFailure) proven             .claude/settings.json:51  tells what a gate found
  stop (Stop)                     proven             .claude/settings.json:62  objects while a gate fails; the client lets the turn end after 8 blocks in a row
  session-end (SessionEnd)        cannot be enforced .claude/settings.json:73  answers; the end of a session is only observed
  other (ConfigChange)            proven             .claude/settings.json:84  keeps hooks that are taken away while a session runs
"
    );
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""));
}

#[test]
fn nothing_real_is_touched() {
    let repo = wired(CLAUDE);
    fs::remove_dir_all(repo.root().join(".hook-state")).ok();
    let before = (repo.files(), fs::read_dir(repo.home()).unwrap().count());
    assert_eq!(doctor(&repo, &[]).exit, 0);
    assert_eq!(
        (repo.files(), fs::read_dir(repo.home()).unwrap().count()),
        before
    );
    assert!(!repo.root().join(".hook-state").exists());
}

#[test]
fn wired_for_one_person_it_is_proven_as_well() {
    let repo = Repo::with_policy("version: 1\n");
    let ran = repo.run(&["init", "--scope", "user", "--runtime", CLAUDE]);
    assert_eq!(ran.exit, 0, "{ran:?}");
    assert_found(&repo, CLAUDE, &[]);
}

#[test]
fn a_program_below_folders_with_blanks_and_quotes_is_found() {
    let repo = Repo::with_policy("version: 1\n");
    let program = repo.home().join("it's my tools/hookgate");
    fs::create_dir_all(program.parent().unwrap()).unwrap();
    fs::hard_link(env!("CARGO_BIN_EXE_hookgate"), &program).unwrap();
    for adapter in hookgate::adapter::all() {
        if adapter.wiring.user.is_none() {
            continue;
        }
        let mut init = Command::new(&program);
        init.args(["init", "--scope", "user", "--runtime", adapter.name]);
        init.current_dir(repo.root())
            .env_clear()
            .env("HOME", repo.home());
        let ran = finish(init, b"");
        assert_eq!(ran.exit, 0, "{ran:?}");
        let ran = doctor(&repo, &["--runtime", adapter.name, "--format", "json"]);
        let unproven: Vec<String> = statuses(&ran)
            .into_iter()
            .filter(|status| status.ends_with("unproven"))
            .collect();
        assert_eq!(unproven, [""; 0], "{}: {}", adapter.name, ran.stdout);
    }
}

#[test]
fn hooks_of_others_are_listed_and_never_run() {
    let repo = Repo::with_policy("version: 1\n");
    let foreign =
        r#"{"hooks": {"PreToolUse": [{"hooks": [{"type": "command", "command": "touch ran"}]}]}}"#;
    repo.write(SETTINGS, foreign);
    repo.run(&["init", "--runtime", CLAUDE]);
    let ran = doctor(&repo, &["--format", "json"]);
    assert_eq!(findings(&ran), []);
    let json: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(
        json["runtimes"][0]["foreign"],
        serde_json::json!([".claude/settings.json:1: PreToolUse runs `touch ran`"])
    );
    assert_eq!(repo.files(), [SETTINGS, ".gitignore", "hookgate.yaml"]);
}

#[test]
fn hooks_that_are_switched_off_elsewhere() {
    let repo = wired(CLAUDE);
    repo.write(
        ".claude/settings.local.json",
        "{\n  \"disableAllHooks\": true\n}\n",
    );
    let ran = doctor(&repo, &["--runtime", CLAUDE, "--format", "json"]);
    assert_eq!(
        findings(&ran),
        [(
            "`.claude/settings.local.json:2`: `disableAllHooks` is true, which switches hooks off"
                .to_owned(),
            "take `disableAllHooks` out, or set it to false".to_owned(),
        )]
    );
    // However well the lines answer.
    assert_eq!(statuses(&ran)[2], "PreToolUse unproven");
}

#[test]
fn hooks_that_are_switched_off_in_toml() {
    let repo = wired("codex");
    repo.write(
        ".codex/config.toml",
        "model = \"x\"\n\n[features]\nhooks = false\n",
    );
    let ran = doctor(&repo, &["--runtime", "codex", "--format", "json"]);
    assert_eq!(
        findings(&ran)[0],
        (
            "`.codex/config.toml:4`: `features.hooks` is false, which switches hooks off"
                .to_owned(),
            "take `features.hooks` out, or set it to true".to_owned(),
        )
    );
}

#[test]
fn hooks_that_nobody_trusts_yet() {
    let repo = wired("codex");
    assert_found(
        &repo,
        "codex",
        &[(
            "no hook of `.codex/hooks.json` is trusted yet: Codex skips them without a word",
            "open `/hooks` once and trust the new hooks: until then they are skipped without a word, and again after each change",
        )],
    );
}

#[test]
fn a_slip_that_drops_the_whole_file() {
    let repo = wired(CLAUDE);
    change(
        &repo,
        SETTINGS,
        "\"timeout\": 30\n          }\n        ]\n      }\n    ],\n    \"UserPromptSubmit\"",
        "\"timeout\": 30\n          }\n        ]\n      }\n    ]\n    \"UserPromptSubmit\"",
    );
    let ran = doctor(&repo, &["--runtime", CLAUDE, "--format", "json"]);
    assert_eq!(findings(&ran)[0], (
        "`.claude/settings.json`: line 13, column 6: not valid JSON: expected comma; Claude Code takes nothing from such a file".to_owned(),
        "mend that place".to_owned(),
    ));
    let proven = statuses(&ran)
        .into_iter()
        .filter(|status| status.ends_with(" proven"));
    assert_eq!(proven.count(), 0);
}

#[test]
fn a_comment_where_none_is_read() {
    let repo = wired(CLAUDE);
    change(&repo, SETTINGS, "  \"hooks\"", "  // ours\n  \"hooks\"");
    assert_found(
        &repo,
        CLAUDE,
        &[(
            "`.claude/settings.json`: line 2, column 3: a comment; Claude Code takes nothing from such a file",
            "take it out",
        )],
    );
    let repo = wired("gemini-cli");
    change(
        &repo,
        ".gemini/settings.json",
        "  \"hooks\"",
        "  // ours\n  \"hooks\"",
    );
    assert_found(&repo, "gemini-cli", &[]);
}

#[test]
fn a_comma_too_many() {
    let repo = wired("gemini-cli");
    let text = repo.read(".gemini/settings.json");
    repo.write(
        ".gemini/settings.json",
        &text.replace("  }\n}\n", "  },\n}\n"),
    );
    assert_found(
        &repo,
        "gemini-cli",
        &[(
            "`.gemini/settings.json`: line 75, column 4: a comma before a closing bracket; Gemini CLI takes nothing from such a file",
            "take the comma out",
        )],
    );
}

#[test]
fn two_configurations_with_the_same_hooks() {
    let repo = wired(CLAUDE);
    let line = "exec hookgate hook --runtime claude-code --event stop";
    let user = repo.home().join(".claude/settings.json");
    fs::create_dir_all(user.parent().unwrap()).unwrap();
    let text = format!(
        "{{\"hooks\": {{\"Stop\": [{{\"hooks\": [{{\"type\": \"command\", \"command\": \"{line}\"}}]}}]}}}}"
    );
    hookgate::state::replace(&user, text.as_bytes()).unwrap();
    assert_found(
        &repo,
        CLAUDE,
        &[(
            "Stop is hooked more than once: `.claude/settings.json:62` and `~/.claude/settings.json:1`",
            "keep one: `hookgate init --uninstall --scope user` takes out yours",
        )],
    );
}

#[test]
fn a_session_that_starts_in_a_sub_folder() {
    let repo = wired(CLAUDE);
    repo.write("src/a.py", "");
    let mut command = command(&repo, &["doctor", "--runtime", CLAUDE, "--format", "json"]);
    command.current_dir(repo.root().join("src"));
    assert_eq!(
        findings(&finish(command, b"")),
        [(
            "a session of Claude Code that starts in this folder reads no hooks of the repository"
                .to_owned(),
            format!(
                "start it in `{}`, or use `hookgate init --scope user`",
                repo.root().display()
            ),
        )]
    );
}

#[test]
fn a_runtime_that_is_older_than_its_table() {
    let repo = wired(CLAUDE);
    let tool = repo.home().join("bin/claude");
    fs::create_dir_all(tool.parent().unwrap()).unwrap();
    hookgate::state::replace(&tool, b"#!/bin/sh\necho '2.0.9 (Claude Code)'\n").unwrap();
    fs::set_permissions(&tool, fs::Permissions::from_mode(0o755)).unwrap();
    assert_found(
        &repo,
        CLAUDE,
        &[(
            "`claude` is 2.0.9, and hookgate was checked with 2.1.329",
            "bring it up to date: older ones may not honour every answer",
        )],
    );
}

#[test]
fn a_line_for_another_event_or_runtime() {
    let repo = wired(CLAUDE);
    change(&repo, SETTINGS, "--event before-tool", "--event stop");
    let ran = doctor(&repo, &["--runtime", CLAUDE, "--format", "json"]);
    assert_eq!(findings(&ran)[0], (
        "`.claude/settings.json:28`: the line names the event `stop` and is wired to PreToolUse".to_owned(),
        "`hookgate init --runtime claude-code` writes it anew".to_owned(),
    ));
    let repo = wired(CLAUDE);
    change(
        &repo,
        SETTINGS,
        "--runtime claude-code --event prompt",
        "--runtime codex --event prompt",
    );
    let ran = doctor(&repo, &["--runtime", CLAUDE, "--format", "json"]);
    assert_eq!(
        findings(&ran)[0],
        (
            "`.claude/settings.json:17`: the line names `codex`, and Claude Code runs it"
                .to_owned(),
            "`hookgate init --runtime claude-code` writes it anew".to_owned(),
        )
    );
}

#[test]
fn a_line_of_an_older_form() {
    let repo = wired(CLAUDE);
    change(&repo, SETTINGS, " --event before-tool", "");
    assert_found(
        &repo,
        CLAUDE,
        &[(
            "`.claude/settings.json:28`: the line names no event, as older ones did",
            "`hookgate init --runtime claude-code` writes it anew",
        )],
    );
}

#[test]
fn an_event_that_is_not_wired() {
    let repo = wired(CLAUDE);
    change(&repo, SETTINGS, "\"PreToolUse\"", "\"PreCompact\"");
    let ran = doctor(&repo, &["--runtime", CLAUDE, "--format", "json"]);
    let found = findings(&ran);
    assert!(
        found.contains(&(
            "no hook of hookgate's on PreToolUse".to_owned(),
            "`hookgate init --runtime claude-code` wires it".to_owned(),
        )),
        "{found:?}"
    );
    assert_eq!(statuses(&ran)[2], "PreToolUse unproven");
}

#[test]
fn a_bridge_that_was_changed_or_is_gone() {
    let repo = wired("opencode");
    let bridge = ".opencode/plugin/hookgate.js";
    repo.write(bridge, &format!("{}// mine\n", repo.read(bridge)));
    assert_found(
        &repo,
        "opencode",
        &[(
            "`.opencode/plugin/hookgate.js` is not as `init` writes it",
            "`hookgate init --runtime opencode` writes it",
        )],
    );
    fs::remove_file(repo.root().join(bridge)).unwrap();
    assert_found(
        &repo,
        "opencode",
        &[(
            "`.opencode/plugin/hookgate.js` is not there",
            "`hookgate init --runtime opencode` writes it",
        )],
    );
}

#[test]
fn a_bridge_of_the_users_runs_the_program_that_it_names() {
    let repo = Repo::with_policy("version: 1\n");
    let program = repo.home().join("my tools/hookgate");
    fs::create_dir_all(program.parent().unwrap()).unwrap();
    fs::hard_link(env!("CARGO_BIN_EXE_hookgate"), &program).unwrap();
    let mut init = Command::new(&program);
    init.args(["init", "--scope", "user", "--runtime", "opencode"]);
    init.current_dir(repo.root())
        .env_clear()
        .env("HOME", repo.home());
    assert_eq!(finish(init, b"").exit, 0);
    assert_found(&repo, "opencode", &[]);

    let bridge = repo.home().join(".config/opencode/plugin/hookgate.js");
    let text = fs::read_to_string(&bridge).unwrap();
    let changed = format!("{text}// mine\n");
    hookgate::state::replace(&bridge, changed.as_bytes()).unwrap();
    let fix = "`hookgate init --scope user --runtime opencode` writes it";
    let what = "`~/.config/opencode/plugin/hookgate.js` is not as `init` writes it";
    assert_found(&repo, "opencode", &[(what, fix)]);

    hookgate::state::replace(&bridge, text.as_bytes()).unwrap();
    fs::remove_file(&program).unwrap();
    let what = format!("`{}` is not there any more", program.display());
    let fix = "`hookgate init --scope user --runtime opencode` writes where it is now";
    assert_found(&repo, "opencode", &[(&what, fix)]);
}

#[test]
fn a_policy_that_is_missing_or_does_not_load() {
    let repo = wired(CLAUDE);
    repo.write("hookgate.yaml", "version: 1\nrulez: []\n");
    assert_found(
        &repo,
        CLAUDE,
        &[(
            "the policy does not load",
            "`hookgate check` says where and why",
        )],
    );
    fs::remove_file(repo.root().join("hookgate.yaml")).unwrap();
    assert_found(
        &repo,
        CLAUDE,
        &[(
            "there is no hookgate.yaml here: hookgate has no opinion on anything",
            "`hookgate init` writes one",
        )],
    );
}

#[test]
fn nobody_in_use_is_said() {
    let ran = doctor(&Repo::with_policy("version: 1\n"), &[]);
    assert_eq!(
        ran.stdout,
        "No coding agent is in use here, and no hook of hookgate's is registered.\n  fix: `hookgate init --runtime NAME`\n"
    );
    assert_eq!(ran.exit, 1);
}
