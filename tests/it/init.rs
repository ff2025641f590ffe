//! `hookgate init`: in, again, and out without a trace.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value;

use crate::support::{Ran, Repo, finish};

/// Everything below a folder: names, contents, modes and where links lead.
pub(crate) fn tree(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().display().to_string();
            let about = path.symlink_metadata().unwrap();
            let mode = about.permissions().mode() & 0o777;
            let content = if about.is_symlink() {
                format!("-> {}", fs::read_link(&path).unwrap().display())
            } else if about.is_dir() {
                folders.push(path);
                "folder".to_owned()
            } else {
                fs::read(&path).unwrap().escape_ascii().to_string()
            };
            found.insert(name, format!("{mode:o} {content}"));
        }
    }
    found
}

pub(crate) fn init(repo: &Repo, arguments: &[&str]) -> Ran {
    let mut all = vec!["init"];
    all.extend(arguments);
    repo.run(&all)
}

#[track_caller]
pub(crate) fn assert_in_and_out(repo: &Repo, runtime: &str, about: &str) {
    let before = tree(&repo.root());
    let ran = init(repo, &["--runtime", runtime]);
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""), "{about}: {ran:?}");
    let wired = tree(&repo.root());
    assert_ne!(wired, before, "{about}");
    let again = init(repo, &["--runtime", runtime]);
    assert_eq!(again.exit, 0, "{about}");
    assert_eq!(tree(&repo.root()), wired, "{about}: a second time");
    // A teammate has the checkout and nothing else.
    let _ = fs::remove_dir_all(repo.root().join(".hook-state"));
    let ran = init(repo, &["--uninstall"]);
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""), "{about}: {ran:?}");
    let mut after = tree(&repo.root());
    after.retain(|name, _| !name.starts_with(".hook-state"));
    assert_eq!(after, before, "{about}: taken out");
}

/// What JSON allows and few write.
fn unusual() -> Vec<(&'static str, String)> {
    vec![
        (
            "lines that end as they did once",
            "{\r\"a\": 1,\r\"b\": 2\r}\r".into(),
        ),
        (
            "a key that is written with escapes",
            "{\"\\u0068ooks\": {\"Stop\": []}}".into(),
        ),
        (
            "a separator of lines in a text",
            "{\"a\": \"\u{2028}\"}".into(),
        ),
    ]
}

/// Configurations that take hookgate's entries: what they are, and their bytes.
pub(crate) fn configurations() -> Vec<(&'static str, Vec<u8>)> {
    let foreign = r#"{"matcher": "Bash", "hooks": [{"type": "command", "command": "./guard.sh"}]}"#;
    let mut cases: Vec<(&str, String)> = vec![
        ("empty file", String::new()),
        ("blank lines", "\n\n".into()),
        ("empty object", "{}".into()),
        ("empty object, line break", "{}\n".into()),
        ("empty object over lines", "{\n}\n".into()),
        ("empty object, Windows lines", "{\r\n}\r\n".into()),
        (
            "byte order mark",
            "\u{feff}{\n  \"model\": \"x\"\n}\n".into(),
        ),
        ("byte order mark alone", "\u{feff}".into()),
        (
            "one line",
            r#"{"permissions":{"allow":["Bash(ls)"]}}"#.into(),
        ),
        (
            "one line with blanks",
            "{ \"a\": 1, \"b\": [ 1, 2 ] }\n".into(),
        ),
        (
            "Windows lines",
            "{\r\n  \"a\": 1,\r\n  \"b\": 2\r\n}\r\n".into(),
        ),
        ("mixed lines", "{\r\n  \"a\": 1,\n  \"b\": 2\r\n}\n".into()),
        ("tabs", "{\n\t\"a\": {\n\t\t\"b\": 1\n\t}\n}\n".into()),
        (
            "four blanks",
            "{\n    \"a\": {\n        \"b\": 1\n    }\n}\n".into(),
        ),
        ("three blanks", "{\n   \"a\": 1\n}\n".into()),
        (
            "odd indentation",
            "  {\n\"a\": 1,\n        \"b\":2 ,\n \"c\"  :  3}\n".into(),
        ),
        ("no line break at the end", "{\n  \"a\": 1\n}".into()),
        (
            "many line breaks at the end",
            "{\n  \"a\": 1\n}\n\n\n".into(),
        ),
        (
            "blanks at the ends of lines",
            "{  \n  \"a\": 1  \n}  \n".into(),
        ),
        ("empty hooks", "{\n  \"hooks\": {}\n}\n".into()),
        (
            "empty hooks over lines",
            "{\n  \"hooks\": {\n  }\n}\n".into(),
        ),
        (
            "empty event",
            "{\n  \"hooks\": {\n    \"PreToolUse\": []\n  }\n}\n".into(),
        ),
        (
            "empty group",
            "{\"hooks\": {\"PreToolUse\": [{\"hooks\": []}]}}".into(),
        ),
        (
            "letters beyond ASCII",
            "{\n  \"name\": \"h\u{e4}kchen \u{1f980} \\u00e4\"\n}\n".into(),
        ),
        (
            "hooks in a text",
            r#"{"note": "{\"hooks\": {\"PreToolUse\": []}}"}"#.into(),
        ),
        (
            "a key twice elsewhere",
            "{\n  \"a\": 1,\n  \"a\": 2\n}\n".into(),
        ),
        (
            "slashes in texts",
            r#"{"url": "https://x/y", "glob": "/* a */"}"#.into(),
        ),
        (
            "numbers as written",
            "{\"a\": 1.0e+10, \"b\": -0, \"c\": 12345678901234567890123}".into(),
        ),
    ];
    cases.push((
        "another's hooks",
        format!("{{\n  \"hooks\": {{\n    \"PreToolUse\": [\n      {foreign}\n    ]\n  }}\n}}\n"),
    ));
    cases.push((
        "another's hooks in one line",
        format!("{{\"hooks\":{{\"PreToolUse\":[{foreign}],\"Stop\":[{foreign}]}},\"z\":0}}"),
    ));
    cases.push(("another's hooks, more keys after", format!("{{\n  \"hooks\": {{\n    \"Stop\": [{foreign},\n      {foreign}]\n  }},\n  \"z\": {{}}\n}}\n")));
    cases.push((
        "deep",
        format!("{{\"deep\": {}1{}}}\n", "[".repeat(400), "]".repeat(400)),
    ));
    cases.push((
        "large",
        format!("{{\"text\": \"{}\"}}\n", "x".repeat(1_000_000)),
    ));
    let cases = cases.into_iter().chain(unusual());
    cases
        .map(|(about, text)| (about, text.into_bytes()))
        .collect()
}

#[test]
fn what_was_there_is_there_again() {
    for (about, bytes) in configurations() {
        let repo = Repo::empty();
        let file = repo.root().join(".claude/settings.json");
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        hookgate::state::replace(&file, &bytes).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        assert_in_and_out(&repo, "claude-code", about);
    }
}

#[test]
fn what_was_not_there_goes_again() {
    let all = hookgate::adapter::all().iter();
    for adapter in all.filter(|adapter| adapter.wiring.project.is_some()) {
        let runtime = adapter.name;
        assert_in_and_out(&Repo::empty(), runtime, runtime);
        let repo = Repo::empty();
        repo.write(".gitignore", "target\r\n");
        repo.write("hookgate.yaml", "version: 1\nextends: [baseline]\n");
        assert_in_and_out(&repo, runtime, runtime);
    }
}

/// An empty folder of a runtime is a sign that it is used.
#[test]
fn a_folder_that_was_empty_stays() {
    let repo = Repo::empty();
    for folder in [".claude", ".github", ".opencode/plugin"] {
        fs::create_dir_all(repo.root().join(folder)).unwrap();
    }
    fs::create_dir_all(repo.home().join(".qwen")).unwrap();
    let (root, home) = (tree(&repo.root()), tree(&repo.home()));
    let runtimes = [
        "claude-code",
        "codex",
        "copilot-cli",
        "vscode-copilot",
        "opencode",
    ];
    let named: Vec<&str> = runtimes
        .iter()
        .flat_map(|name| ["--runtime", name])
        .collect();
    assert_eq!(init(&repo, &named).exit, 0);
    assert_eq!(
        init(&repo, &["--uninstall", "--runtime", "copilot-cli"]).exit,
        0
    );
    assert_eq!(init(&repo, &["--uninstall"]).exit, 0);
    assert_eq!(tree(&repo.root()), root);
    assert_eq!(
        init(&repo, &["--scope", "user", "--runtime", "qwen-code"]).exit,
        0
    );
    assert_eq!(init(&repo, &["--scope", "user", "--uninstall"]).exit, 0);
    let mut after = tree(&repo.home());
    after.retain(|name, _| !name.starts_with(".local"));
    assert_eq!(after, home);
}

#[test]
fn one_file_that_cannot_be_edited_keeps_all_as_they_are() {
    let repo = Repo::empty();
    repo.write(".claude/settings.json", "{}\n");
    repo.write(".codex/hooks.json", "{");
    let before = tree(&repo.root());
    let ran = init(&repo, &[]);
    assert_eq!(
        ran.stdout,
        "Nothing was changed:\n  .codex/hooks.json: line 1, column 1: not valid JSON: unterminated object\n"
    );
    assert_eq!(ran.exit, 1);
    assert_eq!(tree(&repo.root()), before);
}

#[test]
fn lines_of_an_older_form_are_renewed_where_they_stand() {
    let repo = Repo::empty();
    let old = r#"{
  "hooks": {
    "PreToolUse": [
      {"hooks": [{"type": "command", "command": "hookgate hook --runtime claude-code"}]},
      {"hooks": [{"type": "command", "command": "./mine.sh"}]}
    ]
  }
}
"#;
    repo.write(".claude/settings.json", old);
    assert_eq!(init(&repo, &["--runtime", "claude-code"]).exit, 0);
    let json = repo.json(".claude/settings.json");
    let lines: Vec<&Value> = json["hooks"]["PreToolUse"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| &group["hooks"][0]["command"])
        .collect();
    assert_eq!(
        lines,
        [
            "exec hookgate hook --runtime claude-code --event before-tool",
            "./mine.sh"
        ]
    );
    assert_eq!(
        json["hooks"]["PreToolUse"][0]["hooks"][0]["onFailure"],
        "block"
    );
    assert_eq!(init(&repo, &["--uninstall"]).exit, 0);
    assert_eq!(
        repo.read(".claude/settings.json"),
        r#"{
  "hooks": {
    "PreToolUse": [
      {"hooks": [{"type": "command", "command": "./mine.sh"}]}
    ]
  }
}
"#
    );
}

#[test]
fn a_copy_from_before_is_kept_until_it_is_restored() {
    let repo = Repo::empty();
    repo.write(".claude/settings.json", "{\"a\": 1}\n");
    let before = tree(&repo.root());
    assert_eq!(init(&repo, &["--runtime", "claude-code"]).exit, 0);
    let copies: Vec<String> = fs::read_dir(repo.root().join(".hook-state/backups"))
        .unwrap()
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    assert_eq!(copies, ["{\"a\": 1}\n"]);
    assert_eq!(init(&repo, &["--uninstall"]).exit, 0);
    assert_eq!(tree(&repo.root()), before);
}

#[test]
fn for_one_person_the_line_names_this_program() {
    let repo = Repo::empty();
    let settings = repo.home().join(".claude/settings.json");
    fs::create_dir_all(settings.parent().unwrap()).unwrap();
    hookgate::state::replace(&settings, b"{\r\n\t\"a\": 1\r\n}").unwrap();
    let (root, home) = (tree(&repo.root()), tree(&repo.home()));
    let ran = init(&repo, &["--scope", "user"]);
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""), "{ran:?}");
    assert_eq!(tree(&repo.root()), root);
    let json: Value = serde_json::from_slice(&fs::read(&settings).unwrap()).unwrap();
    let line = json["hooks"]["PreToolUse"][0]["hooks"][0]["command"]
        .as_str()
        .unwrap();
    let program = hookgate::wiring::line::words(line).unwrap();
    assert_eq!(
        Path::new(&program.program),
        Path::new(env!("CARGO_BIN_EXE_hookgate"))
    );
    assert_eq!(
        program.arguments.join(" "),
        "hook --scope user --runtime claude-code --event before-tool"
    );
    assert_eq!(init(&repo, &["--scope", "user", "--uninstall"]).exit, 0);
    let mut after = tree(&repo.home());
    after.retain(|name, _| !name.starts_with(".local"));
    assert_eq!(after, home);
}

#[test]
fn a_runtime_without_hooks_for_one_person_keeps_nobody_else_from_them() {
    let repo = Repo::empty();
    fs::create_dir_all(repo.home().join(".claude")).unwrap();
    fs::create_dir_all(repo.home().join(".config/devin")).unwrap();
    let ran = init(&repo, &["--scope", "user"]);
    assert_eq!(
        ran.stdout,
        "  ~/.claude/settings.json  Claude Code: wired\n\nLeft for you:\n  Devin: has no hooks for a whole user: set it up in each repository\n\n`hookgate doctor` proves that the hooks hold.\n"
    );
    let ran = init(&repo, &["--scope", "user", "--runtime", "devin"]);
    assert_eq!(
        ran.stdout,
        "Nothing was changed:\n  Devin: has no hooks for a whole user: set it up in each repository\n"
    );
    assert_eq!(ran.exit, 1);
}

#[test]
fn taking_one_runtime_out_leaves_the_others_what_they_need() {
    let repo = Repo::empty();
    let before = tree(&repo.root());
    init(&repo, &["--runtime", "claude-code", "--runtime", "cursor"]);
    let ran = init(&repo, &["--uninstall", "--runtime", "cursor"]);
    assert_eq!(ran.stdout, "  .cursor/hooks.json  removed\n");
    assert!(repo.root().join("hookgate.yaml").exists());
    init(&repo, &["--uninstall", "--runtime", "claude-code"]);
    assert_eq!(tree(&repo.root()), before);
}

#[test]
fn a_file_of_our_own_that_somebody_edited_is_copied_before_it_goes() {
    let repo = Repo::empty();
    init(&repo, &["--runtime", "opencode"]);
    let bridge = ".opencode/plugin/hookgate.js";
    let edited = format!("{}// mine\n", repo.read(bridge));
    repo.write(bridge, &edited);
    assert_eq!(init(&repo, &["--uninstall"]).exit, 0);
    assert!(!repo.root().join(".opencode").exists());
    let copies: Vec<String> = fs::read_dir(repo.root().join(".hook-state/backups"))
        .unwrap()
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    assert_eq!(copies, [edited]);
}

#[test]
fn a_variable_moves_the_configuration_of_a_person() {
    let repo = Repo::empty();
    let moved = repo.home().join("elsewhere");
    let mut command = repo.command(&["init", "--scope", "user", "--runtime", "claude-code"]);
    fs::create_dir_all(&moved).unwrap();
    command.env("CLAUDE_CONFIG_DIR", &moved);
    assert_eq!(finish(command, b"").exit, 0);
    assert!(moved.join("settings.json").exists());
    assert!(!repo.home().join(".claude").exists());
}

#[test]
fn without_a_sign_of_an_agent_it_asks_for_one() {
    let repo = Repo::empty();
    let before = tree(&repo.root());
    let ran = init(&repo, &[]);
    assert!(
        ran.stderr.starts_with("hookgate: no sign of a coding agent in this repository or your home folder; name one: --runtime claude-code|"),
        "{ran:?}"
    );
    assert_eq!((ran.exit, ran.stdout.as_str()), (2, ""));
    assert_eq!(tree(&repo.root()), before);
}

#[test]
fn a_dry_run_shows_the_difference_and_changes_nothing() {
    let repo = Repo::with_policy("version: 1\n");
    repo.write(".gitignore", ".hook-state/\n");
    repo.write(".claude/settings.json", "{\n  \"model\": \"x\"\n}\n");
    let before = tree(&repo.root());
    let ran = init(&repo, &["--runtime", "claude-code", "--dry-run"]);
    assert_eq!(tree(&repo.root()), before);
    let head: Vec<&str> = ran.stdout.lines().take(12).collect();
    assert_eq!(
        head.join("\n"),
        r#"--- a/.claude/settings.json
+++ b/.claude/settings.json
@@ -1,3 +1,94 @@
 {
-  "model": "x"
+  "model": "x",
+  "hooks": {
+    "SessionStart": [
+      {
+        "hooks": [
+          {
+            "type": "command","#
    );
    assert_eq!(ran.exit, 0);
    init(&repo, &["--runtime", "claude-code"]);
    let ran = init(&repo, &["--runtime", "claude-code", "--dry-run"]);
    assert_eq!(ran.stdout, "Nothing would change.\n");
}

#[test]
fn programs_are_told_what_was_done() {
    let repo = Repo::with_policy("version: 1\n");
    repo.write(".claude/settings.json", "{\"hooks\": 1}\n");
    let json: Value = serde_json::from_str(
        &init(&repo, &["--runtime", "claude-code", "--format", "json"]).stdout,
    )
    .unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["done"], false);
    let file = &json["files"][2];
    assert_eq!(file["path"], ".claude/settings.json");
    assert_eq!(file["runtime"], "claude-code");
    assert_eq!(file["action"], "refused");
    assert_eq!((&file["line"], &file["column"]), (&1.into(), &11.into()));
    assert_eq!(file["because"], "`hooks` is `1`, not an object");
}

#[test]
fn an_agent_takes_no_hook_out() {
    let repo = Repo::with_policy("version: 1\n");
    for line in [
        "hookgate init --uninstall",
        "cd src; exec hookgate init",
        "/opt/hookgate init --dry-run",
    ] {
        assert!(
            repo.shell(line).denied().contains("hookgate init"),
            "{line}"
        );
    }
    repo.shell("hookgate check").assert_silent();
}
