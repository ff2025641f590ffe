//! Configurations that `hookgate init` leaves alone, and what it says of each.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::init::{assert_in_and_out, init, tree};
use crate::refused::{Person, mode};
use crate::support::Repo;

/// Files that are left alone, and what is said.
#[test]
fn what_cannot_be_edited_is_left_alone() {
    let cases: [(&str, &[u8], &str); 15] = [
        (
            "a slip",
            b"{\n  \"a\": 1\n  \"b\": 2\n}\n",
            "line 2, column 9: not valid JSON: expected comma",
        ),
        (
            "a bracket missing",
            b"{\"a\": [1, 2}",
            "line 1, column 12: not valid JSON: unexpected close brace",
        ),
        (
            "half a file",
            b"{\"a\": ",
            "line 1, column 7: not valid JSON: expected value after colon in object property",
        ),
        (
            "two values",
            b"{} {}",
            "line 1, column 4: not valid JSON: text cannot contain more than one JSON value",
        ),
        (
            "a comma too many",
            b"{\n  \"a\": 1,\n}\n",
            "line 2, column 9: Claude Code does not take a file with a comma before a closing bracket",
        ),
        (
            "a comment",
            b"{\n  // why\n  \"a\": 1\n}\n",
            "line 2, column 3: Claude Code ignores the whole file as long as it holds a comment",
        ),
        (
            "a comment alone",
            b"// nothing\n",
            "line 1, column 1: Claude Code ignores the whole file as long as it holds a comment",
        ),
        (
            "a list",
            b"[]\n",
            "line 1, column 1: the file is a list, not an object",
        ),
        (
            "null",
            b"null",
            "line 1, column 1: the file is `null`, not an object",
        ),
        (
            "hooks that are null",
            b"{\"hooks\": null}",
            "line 1, column 11: `hooks` is `null`, not an object",
        ),
        (
            "hooks that are a list",
            b"{\n\"hooks\": [\n]}",
            "line 2, column 10: `hooks` is a list, not an object",
        ),
        (
            "an event that is an object",
            b"{\"hooks\": {\"Stop\": {}}}",
            "line 1, column 20: `Stop` is an object, not a list",
        ),
        (
            "hooks twice",
            b"{\n  \"hooks\": {},\n  \"hooks\": {}\n}",
            "line 3, column 3: the key `hooks` stands here a second time",
        ),
        (
            "not UTF-8",
            b"{\"a\": \"\xff\"}",
            "line 1, column 8: not UTF-8",
        ),
        (
            "UTF-16",
            b"\xff\xfe{\0}\0",
            "is UTF-16; hookgate edits UTF-8",
        ),
    ];
    assert_all_refused(&cases);
}

#[test]
fn what_a_lenient_reader_would_take_is_left_alone() {
    assert_all_refused(&[
        (
            "an event twice",
            b"{\"hooks\": {\"Stop\": [],\n\"Stop\": []}}",
            "line 2, column 1: the key `Stop` stands here a second time",
        ),
        (
            "a form feed",
            b"{\x0c\"a\": 1}",
            "line 1, column 2: not valid JSON: a blank that is none there",
        ),
        (
            "a blank that no line breaks at",
            b"{\"a\":\n\xc2\xa01}",
            "line 2, column 1: not valid JSON: a blank that is none there",
        ),
        (
            "two byte order marks",
            b"\xef\xbb\xbf\xef\xbb\xbf{}",
            "line 1, column 1: not valid JSON: unexpected token",
        ),
        (
            "a null byte at the end",
            b"{}\n\0",
            "line 2, column 1: not valid JSON: unexpected token",
        ),
    ]);
}

#[track_caller]
fn assert_all_refused(cases: &[(&str, &[u8], &str)]) {
    for (about, bytes, expected) in cases {
        let repo = Repo::empty();
        repo.write(".claude/settings.json", "");
        hookgate::state::replace(&repo.root().join(".claude/settings.json"), bytes).unwrap();
        assert_refused(
            &repo,
            about,
            &format!("  .claude/settings.json: {expected}"),
        );
    }
}

#[test]
fn what_is_too_large_is_left_alone() {
    let repo = Repo::empty();
    repo.write(".claude/settings.json", &"[".repeat(100_000));
    let expected = "line 1, column 513: not valid JSON: maximum nesting depth exceeded";
    assert_refused(
        &repo,
        "too deep",
        &format!("  .claude/settings.json: {expected}"),
    );
    let large = format!("{{\"a\": \"{}\"}}", "x".repeat(5 * 1024 * 1024));
    let repo = Repo::empty();
    repo.write(".claude/settings.json", &large);
    assert_refused(
        &repo,
        "large",
        "  .claude/settings.json: is larger than 4 MiB",
    );
}

#[track_caller]
fn assert_refused(repo: &Repo, about: &str, expected: &str) {
    let before = tree(&repo.root());
    let ran = init(repo, &["--runtime", "claude-code"]);
    assert_eq!(
        ran.stdout,
        format!("Nothing was changed:\n{expected}\n"),
        "{about}"
    );
    assert_eq!((ran.exit, ran.stderr.as_str()), (1, ""), "{about}");
    assert_eq!(tree(&repo.root()), before, "{about}");
    // A file that never named hookgate is no trouble to whoever wants it gone.
    let ran = init(repo, &["--uninstall"]);
    assert_eq!(ran.exit, 0, "{about}: {ran:?}");
    assert_eq!(tree(&repo.root()), before, "{about}");
}

#[test]
fn links_are_followed_inside_the_repository_and_never_out_of_it() {
    let file = ".claude/settings.json";
    let repo = Repo::empty();
    repo.write("shared/settings.json", "{\"a\": 1}\n");
    fs::create_dir_all(repo.root().join(".claude")).unwrap();
    symlink("../shared/settings.json", repo.root().join(file)).unwrap();
    assert_in_and_out(&repo, "claude-code", "a link inside");

    let repo = Repo::empty();
    let outside = repo.home().join("settings.json");
    hookgate::state::replace(&outside, b"{}").unwrap();
    fs::create_dir_all(repo.root().join(".claude")).unwrap();
    symlink(&outside, repo.root().join(file)).unwrap();
    let away = format!(
        "is reached by a link that leads away, to `{}`",
        outside.display()
    );
    assert_refused(&repo, "a link out", &format!("  {file}: {away}"));
    assert_eq!(fs::read(&outside).unwrap(), b"{}");

    let repo = Repo::empty();
    symlink(repo.home(), repo.root().join(".claude")).unwrap();
    let away = format!(
        "is reached by a link that leads away, to `{}`",
        repo.home().display()
    );
    assert_refused(
        &repo,
        "a folder that is a link out",
        &format!("  {file}: {away}"),
    );

    let repo = Repo::empty();
    fs::create_dir_all(repo.root().join(".claude")).unwrap();
    symlink("nowhere.json", repo.root().join(file)).unwrap();
    assert_refused(
        &repo,
        "a dangling link",
        &format!("  {file}: is a link to `nowhere.json`, which is not there"),
    );
}

#[test]
fn what_is_no_file_to_write_is_left_alone() {
    let file = ".claude/settings.json";
    let repo = Repo::empty();
    fs::create_dir_all(repo.root().join(file)).unwrap();
    assert_refused(&repo, "a folder", &format!("  {file}: is a folder"));

    let repo = Repo::empty();
    repo.write(".claude/other.json", "{}\n");
    let pipe = repo.root().join(file);
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let ran = init(&repo, &["--runtime", "claude-code"]);
    let what = format!("Nothing was changed:\n  {file}: is no regular file\n");
    assert_eq!((ran.exit, ran.stdout), (1, what));
    fs::remove_file(pipe).unwrap();

    let repo = Repo::empty();
    repo.write(file, "{}\n");
    fs::set_permissions(repo.root().join(file), fs::Permissions::from_mode(0o444)).unwrap();
    assert_refused(&repo, "read-only", &format!("  {file}: is read-only"));

    let repo = Repo::empty();
    repo.write(".claude", "a file\n");
    let folder = repo.root().join(".claude");
    let what = format!("`{}` is no folder", folder.display());
    assert_refused(&repo, "a file for a folder", &format!("  {file}: {what}"));
}

#[test]
fn what_this_user_may_not_write_is_left_alone() {
    let settings = ".claude/settings.json";
    let repo = Repo::empty();
    repo.write(settings, "{}\n");
    repo.write(".codex/hooks.json", "{}\n");
    let Some(person) = Person::of(&repo, "what_this_user_may_not_write_is_left_alone") else {
        return;
    };
    mode(&repo.root().join(".claude"), 0o555);
    let before = tree(&repo.root());
    let ran = person.run(&["init"], "");
    let folder = repo.root().join(".claude").canonicalize().unwrap();
    let what = format!(
        "Nothing was changed:\n  {settings}: lies in `{}`, where this user cannot write\n",
        folder.display()
    );
    assert_eq!((ran.exit, ran.stdout, ran.stderr.as_str()), (1, what, ""));
    assert_eq!(tree(&repo.root()), before);
    mode(&repo.root().join(".claude"), 0o755);
    assert_eq!(person.run(&["init"], "").exit, 0);
    // What is there already needs no writing.
    mode(&repo.root().join(".claude"), 0o555);
    assert_eq!(person.run(&["init"], "").exit, 0);
    let ran = person.run(&["init", "--uninstall"], "");
    assert!(ran.stdout.starts_with("Nothing was changed:\n"), "{ran:?}");
    mode(&repo.root().join(".claude"), 0o755);
    assert_eq!(person.run(&["init", "--uninstall"], "").exit, 0);
    let after = tree(&repo.root());
    assert_eq!(
        after.keys().collect::<Vec<_>>(),
        before.keys().collect::<Vec<_>>()
    );
}

#[test]
fn what_fails_half_way_is_taken_back() {
    let repo = Repo::empty();
    repo.write(".codex/hooks.json", "{}\n");
    // No copy of that file can be kept.
    repo.write(".hook-state", "a file\n");
    let before = tree(&repo.root());
    let ran = init(&repo, &["--runtime", "claude-code", "--runtime", "codex"]);
    assert_eq!((ran.exit, ran.stdout.as_str()), (4, ""), "{ran:?}");
    let said = "hookgate: while `.codex/hooks.json` was written (nothing was changed): ";
    assert!(ran.stderr.starts_with(said), "{ran:?}");
    assert_eq!(tree(&repo.root()), before);
}
