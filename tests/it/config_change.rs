//! A configuration that changes while a session runs: what takes hookgate's hooks away is not agreed to.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::support::{Ran, Repo, finish};

const SETTINGS: &str = ".claude/settings.json";
const LOCAL: &str = ".claude/settings.local.json";

fn changed(repo: &Repo, path: &Path, more: &[&str]) -> Ran {
    let mut words = vec![
        "hook",
        "--runtime",
        "claude-code",
        "--event",
        "ConfigChange",
    ];
    words.extend(more);
    let payload = json!({
        "session_id": "s",
        "cwd": repo.root(),
        "hook_event_name": "ConfigChange",
        "source": "project_settings",
        "file_path": path,
    });
    finish(repo.command(&words), payload.to_string().as_bytes())
}

/// A repository with hookgate wired for everybody who works there.
fn wired() -> Repo {
    let repo = Repo::with_policy("version: 1\n");
    let ran = repo.run(&["init", "--runtime", "claude-code"]);
    assert_eq!(ran.exit, 0, "{ran:?}");
    repo
}

#[track_caller]
fn assert_denied(ran: &Ran, what: &str) {
    let json = ran.json();
    assert_eq!(json["decision"], "block", "{ran:?}");
    let reason = json["reason"].as_str().unwrap();
    assert!(reason.starts_with(&format!("floor: {what}")), "{reason}");
}

#[test]
fn hooks_that_are_still_there_may_get_company() {
    let repo = wired();
    changed(&repo, &repo.root().join(SETTINGS), &[]).assert_silent();
    let text = repo.read(SETTINGS);
    repo.write(SETTINGS, &text.replacen('{', "{\"model\": \"x\",", 1));
    changed(&repo, &repo.root().join(SETTINGS), &[]).assert_silent();
    repo.write(LOCAL, r#"{"permissions": {"allow": ["Bash(ls)"]}}"#);
    changed(&repo, &repo.root().join(LOCAL), &[]).assert_silent();
    // The hooks may stand in the file beside it.
    repo.write(LOCAL, &repo.read(SETTINGS));
    repo.write(SETTINGS, "{}");
    changed(&repo, &repo.root().join(SETTINGS), &[]).assert_silent();
    changed(
        &repo,
        &repo.home().join("elsewhere/.claude/settings.json"),
        &[],
    )
    .assert_silent();
}

#[test]
fn hooks_that_are_taken_away_stay_for_the_session() {
    let gone = "hookgate's hooks are gone from `.claude/settings.json`";
    for text in [
        "{}",
        "{",
        "{\"hooks\": {}}",
        "{\"hooks\": {\"PreToolUse\": []}}",
    ] {
        let repo = wired();
        repo.write(SETTINGS, text);
        assert_denied(&changed(&repo, &repo.root().join(SETTINGS), &[]), gone);
    }
    let repo = wired();
    let text = repo.read(SETTINGS);
    // The runtime would take nothing from such a file.
    repo.write(SETTINGS, &format!("// mine\n{text}"));
    assert_denied(&changed(&repo, &repo.root().join(SETTINGS), &[]), gone);
    fs::remove_file(repo.root().join(SETTINGS)).unwrap();
    let path = repo.root().join(SETTINGS);
    assert_denied(
        &changed(&repo, &path, &[]),
        &format!("hookgate's hooks are gone from `{}`", path.display()),
    );
}

#[test]
fn a_switch_in_any_layer_is_not_agreed_to() {
    let repo = wired();
    repo.write(LOCAL, r#"{"disableAllHooks": true}"#);
    assert_denied(
        &changed(&repo, &repo.root().join(LOCAL), &[]),
        "`disableAllHooks` in `.claude/settings.local.json` switches hooks off",
    );
    repo.write(LOCAL, r#"{"disableAllHooks": false}"#);
    changed(&repo, &repo.root().join(LOCAL), &[]).assert_silent();
}

#[test]
fn a_hook_of_the_user_stands_in_the_users_file() {
    let repo = Repo::with_policy("version: 1\n");
    let ran = repo.run(&["init", "--runtime", "claude-code", "--scope", "user"]);
    assert_eq!(ran.exit, 0, "{ran:?}");
    repo.write(SETTINGS, "{}");
    let user = ["--scope", "user"];
    let own = repo.home().join(SETTINGS);
    changed(&repo, &repo.root().join(SETTINGS), &user).assert_silent();
    changed(&repo, &own, &user).assert_silent();
    hookgate::state::replace(&own, b"{}").unwrap();
    assert_denied(
        &changed(&repo, &own, &user),
        "hookgate's hooks are gone from `~/.claude/settings.json`",
    );
}

#[test]
fn where_there_is_no_policy_there_is_no_opinion() {
    let repo = Repo::empty();
    repo.write(SETTINGS, "{}");
    changed(&repo, &repo.root().join(SETTINGS), &[]).assert_silent();
}
