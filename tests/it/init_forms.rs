//! `hookgate init` where hooks have other forms: flat entries, names above the events, programs with arguments apart, TOML.

use std::fs;
use std::path::Path;

use crate::init::{assert_in_and_out, init, tree};
use crate::support::Repo;

/// Configurations of runtimes that have other forms of hooks: what others wrote stays.
#[test]
fn what_was_there_is_there_again_in_other_forms() {
    let cases = [
        (
            "crush",
            "crush.json",
            "{\n  \"$schema\": \"https://charm.land/crush.json\",\n  \"hooks\": {\"PreToolUse\": [{\"matcher\": \"bash\", \"command\": \"./a.sh\"}]}\n}\n",
        ),
        (
            "antigravity",
            ".agents/hooks.json",
            "{\"mine\": {\"enabled\": true, \"Stop\": [{\"type\": \"command\", \"command\": \"./a.sh\"}]}}",
        ),
        (
            "augment",
            ".augment/settings.json",
            "{\r\n\t\"hooks\": {\r\n\t\t\"PreToolUse\": [{\"hooks\": [{\"type\": \"command\", \"command\": \"guard\", \"args\": [\"hook\"]}]}]\r\n\t}\r\n}\r\n",
        ),
        (
            "windsurf",
            ".windsurf/hooks.json",
            "{\"hooks\": {\"pre_run_command\": [{\"command\": \"./a.sh\", \"show_output\": true}]}}\n",
        ),
    ];
    for (runtime, path, text) in cases {
        let repo = Repo::empty();
        repo.write(path, text);
        assert_in_and_out(&repo, runtime, runtime);
    }
}

/// Comments stay where a runtime reads them: before, beside and behind what hookgate adds.
#[test]
fn comments_stay_where_they_are_read() {
    let texts = [
        "// mine\n{\n  \"a\": 1 // one\n}\n",
        "{\n  /* none yet */\n}\n// the end",
        "{\r\n\t\"hooks\": { // of ours\r\n\t\t\"Other\": [] /* empty */\r\n\t}\r\n}\r\n",
        "\u{feff}/* a */ {/* b */\"a\"/* c */:/* d */1/* e */}/* f */",
        "{\n  \"a\": 1\n  // \"b\": 2,\n}\n",
    ];
    let mut tried = 0;
    for adapter in hookgate::adapter::all() {
        let Some(project) = adapter.wiring.project else {
            continue;
        };
        if !adapter.setup.comments
            || Path::new(project)
                .extension()
                .is_none_or(|end| end != "json")
        {
            continue;
        }
        tried += 1;
        for text in texts {
            let repo = Repo::empty();
            repo.write(project, text);
            assert_in_and_out(&repo, adapter.name, &format!("{} {text:?}", adapter.name));
        }
    }
    assert!(tried > 1);
}

#[test]
fn a_person_has_hooks_in_toml_where_each_names_its_event() {
    let repo = Repo::empty();
    let config = repo.home().join(".kimi/config.toml");
    let text = "# mine\ndefault_model = \"k2\"\n\n[[hooks]]\nevent = \"PreToolUse\" # why\ncommand = \"./a.sh\"\n";
    fs::create_dir_all(config.parent().unwrap()).unwrap();
    hookgate::state::replace(&config, text.as_bytes()).unwrap();
    let there = || fs::read_to_string(&config).unwrap();
    let ran = init(&repo, &["--scope", "user", "--runtime", "kimi"]);
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""), "{ran:?}");
    let wired = there();
    let program = Path::new(env!("CARGO_BIN_EXE_hookgate"));
    let table = format!(
        "[[hooks]]\nevent = \"PreToolUse\"\ncommand = \"exec {} hook --scope user --runtime kimi --event before-tool\"\ntimeout = 30\n",
        program.display()
    );
    assert!(wired.starts_with(text) && wired.contains(&table), "{wired}");
    init(&repo, &["--scope", "user", "--runtime", "kimi"]);
    assert_eq!(there(), wired);
    let ran = init(&repo, &["--scope", "user", "--uninstall"]);
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""), "{ran:?}");
    assert_eq!(there(), text);
    fs::remove_file(&config).unwrap();
    init(&repo, &["--scope", "user", "--runtime", "kimi"]);
    assert!(config.exists());
    init(&repo, &["--scope", "user", "--uninstall"]);
    assert!(!config.exists());
}

#[test]
fn a_runtime_that_cannot_be_wired_says_why() {
    let junie = "the one event that is documented is a session's start, where nothing that a hook says is heard; those of its early access are not documented";
    let repo = Repo::empty();
    for scope in ["user", "repository"] {
        let ran = init(&repo, &["--scope", scope, "--runtime", "junie"]);
        assert_eq!(
            ran.stdout,
            format!("Nothing was changed:\n  Junie: {junie}\n")
        );
        assert_eq!(ran.exit, 1);
    }
    let ran = init(&repo, &["--runtime", "kimi"]);
    assert_eq!(
        ran.stdout,
        "Nothing was changed:\n  Kimi CLI: reads no hooks from a repository: `hookgate init --scope user` sets it up for all of yours\n"
    );
    assert_eq!(ran.exit, 1);
    let ran = init(&repo, &["--runtime", "junie", "--runtime", "crush"]);
    assert_eq!(ran.exit, 0, "{ran:?}");
    assert!(
        ran.stdout.contains(&format!("  Junie: {junie}\n")),
        "{ran:?}"
    );
    let ran = repo.run(&["doctor", "--runtime", "junie"]);
    assert!(
        ran.stdout
            .contains(&format!("! hookgate is not wired: {junie}\n")),
        "{ran:?}"
    );
    assert_eq!(ran.exit, 1);
}

#[test]
fn hooks_that_stand_in_toml_are_joined_there() {
    let hooks = "[[hooks.PreToolUse]]\nmatcher = \"Bash\"\n[[hooks.PreToolUse.hooks]]\ntype = \"command\"\ncommand = \"./guard.sh\"\n";
    let cases = [
        hooks.to_owned(),
        format!(
            "# mine\r\nmodel = \"x\"\r\n\r\n{}",
            hooks.replace('\n', "\r\n")
        ),
        format!("{hooks}\n[features]\nhooks = true # on"),
        format!("[mcp.servers]\nlist = [{{a = 1}}, {{b = {{c = 2}}}}]\n\n{hooks}\n\n"),
    ];
    for case in cases {
        let repo = Repo::empty();
        repo.write(".codex/config.toml", &case);
        assert_in_and_out(&repo, "codex", &case);
        init(&repo, &["--runtime", "codex"]);
        assert!(
            repo.read(".codex/config.toml")
                .contains("--runtime codex --event before-tool")
        );
        assert!(!repo.root().join(".codex/hooks.json").exists());
    }
    // Without hooks in it, the file is not ours to touch.
    let repo = Repo::empty();
    repo.write(".codex/config.toml", "model = \"x\"\n[hooks.state]\n");
    assert_in_and_out(&repo, "codex", "no hooks");
    init(&repo, &["--runtime", "codex"]);
    assert_eq!(
        repo.read(".codex/config.toml"),
        "model = \"x\"\n[hooks.state]\n"
    );
    assert!(repo.root().join(".codex/hooks.json").exists());
}

#[test]
fn lists_in_toml_that_take_no_more_tables_are_left_alone() {
    let repo = Repo::empty();
    repo.write(
        ".codex/config.toml",
        "[hooks]\nPreToolUse = [{hooks = []}]\n",
    );
    let before = tree(&repo.root());
    let ran = init(&repo, &["--runtime", "codex"]);
    assert_eq!(
        ran.stdout,
        "Nothing was changed:\n  .codex/config.toml: line 2, column 14: `hooks.PreToolUse` is written in one piece; write it as tables, or leave it to the JSON file beside this one\n"
    );
    assert_eq!(ran.exit, 1);
    assert_eq!(tree(&repo.root()), before);
}
