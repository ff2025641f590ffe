//! What `hookgate init` tells a person beside what it changed.

use std::fs;
use std::path::Path;

use crate::init::init;
use crate::support::Repo;

#[test]
fn a_program_by_another_name_is_wired_for_nobody() {
    let repo = Repo::empty();
    let other = repo.home().join("hg");
    fs::hard_link(env!("CARGO_BIN_EXE_hookgate"), &other).unwrap();
    let mut command = std::process::Command::new(&other);
    command
        .args(["init", "--scope", "user", "--runtime", "claude-code"])
        .current_dir(repo.root())
        .env("HOME", repo.home());
    let ran = crate::support::finish(command, b"");
    assert_eq!((ran.exit, ran.stdout.as_str()), (2, ""), "{ran:?}");
    assert_eq!(
        ran.stderr,
        format!(
            "hookgate: hooks would run `{}`, and are found again by the name `hookgate`: rename it first\n",
            other.display()
        )
    );
    assert!(!repo.home().join(".claude").exists());
}

#[test]
fn a_program_that_is_not_on_the_path_is_told() {
    let told = "the hooks run `hookgate` from PATH, and it is not there";
    let repo = Repo::empty();
    let words = ["init", "--runtime", "claude-code"];
    let mut command = repo.command(&words);
    command.env("PATH", "/usr/bin:/bin");
    let ran = crate::support::finish(command, b"");
    assert!(ran.stdout.contains(told), "{ran:?}");
    let folder = Path::new(env!("CARGO_BIN_EXE_hookgate")).parent().unwrap();
    let mut command = repo.command(&words);
    command.env("PATH", folder);
    let ran = crate::support::finish(command, b"");
    assert!(!ran.stdout.contains(told), "{ran:?}");
}

#[test]
fn tests_in_sub_folders_are_named_where_the_root_has_none() {
    let repo = Repo::empty();
    repo.write("services/api/go.mod", "module x\n");
    repo.write("web/package.json", "{}");
    init(&repo, &["--runtime", "claude-code"]);
    let policy = repo.read("hookgate.yaml");
    assert!(
        policy.contains("# No tests were found at the root. These folders seem to have some: services/api, web.\n"),
        "{policy}"
    );
    let ran = repo.run(&["check", "--strict"]);
    assert_eq!(ran.exit, 0, "{ran:?}");
    init(&repo, &["--uninstall"]);
    assert!(!repo.root().join("hookgate.yaml").exists());
}
