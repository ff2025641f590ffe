//! A trail stands for a walk only while the walk would find the same.

use std::os::unix::fs::symlink;
use std::path::Path;

use super::{Checkout, State, asked, fs, patterns};
use crate::gate::inputs::{Asked, digest_by, unchanged};
use crate::state::clock::Moment;
use crate::state::replace;

/// Long enough that nothing is too young to be remembered.
const LATER: i64 = 10_000_000_000;

fn later(state: &State) -> Option<Moment> {
    let now = state.moment()?;
    Some(Moment {
        nanoseconds: now.nanoseconds + LATER,
        ..now
    })
}

fn walked(asked: Asked<'_>) -> String {
    let inputs = digest_by(asked, &|| later(asked.state)).unwrap();
    inputs.digest
}

fn compared(asked: Asked<'_>) -> Option<String> {
    unchanged::digest_at(asked, later(asked.state).unwrap())
}

/// The first walk reads the files; the second one leaves the trail.
fn warm(asked: Asked<'_>) -> String {
    let first = walked(asked);
    assert_eq!(walked(asked), first);
    assert_eq!(compared(asked), Some(first.clone()));
    first
}

fn scene() -> Checkout {
    let checkout = Checkout::new();
    for name in ["src/a", "src/sub/b", "notes", "build/kept", "src/x.log"] {
        checkout.write(name, "old\n");
    }
    checkout.write(".gitignore", "*.log\nbuild/\n");
    checkout.write("src/sub/.gitignore", "# nothing\n");
    fs::create_dir(checkout.root().join("src/empty")).unwrap();
    checkout.write("../outside", "old\n");
    symlink("../../outside", checkout.root().join("src/link")).unwrap();
    symlink("nowhere", checkout.root().join("src/dangling")).unwrap();
    checkout.commit();
    checkout.write("untracked", "old\n");
    checkout
}

type Change = fn(&Checkout);

/// What can happen, and whether a walk is needed after it.
const CHANGES: &[(&str, Change, bool)] = &[
    ("nothing", |_| {}, false),
    (
        "content of the same size",
        |it| overwrite(it, "src/a"),
        true,
    ),
    (
        "content behind a link",
        |it| overwrite(it, "../outside"),
        true,
    ),
    (
        "content of an untracked file",
        |it| overwrite(it, "untracked"),
        true,
    ),
    (
        "content of a file of rules",
        |it| overwrite(it, "src/sub/.gitignore"),
        true,
    ),
    (
        "an executable bit",
        |it| set_mode(&it.root().join("src/a"), 0o755),
        true,
    ),
    ("a new file", |it| it.write("src/sub/new", "x"), true),
    (
        "a new file where there was none",
        |it| it.write("src/empty/new", "x"),
        true,
    ),
    (
        "a new folder",
        |it| fs::create_dir(it.root().join("src/sub/new")).unwrap(),
        true,
    ),
    (
        "a file that is gone",
        |it| fs::remove_file(it.root().join("src/sub/b")).unwrap(),
        true,
    ),
    ("a new name", |it| rename(it, "src/a", "src/c"), true),
    (
        "two folders that changed places",
        |it| {
            rename(it, "src/empty", "src/other");
            rename(it, "src/sub", "src/empty");
            rename(it, "src/other", "src/sub");
        },
        true,
    ),
    (
        "a link that leads to something now",
        |it| it.write("src/nowhere", "x"),
        true,
    ),
    (
        "another link",
        |it| {
            fs::remove_file(it.root().join("src/link")).unwrap();
            symlink("a", it.root().join("src/link")).unwrap();
        },
        true,
    ),
    (
        "a checkout within",
        |it| drop(it.git(&["init", "-q", "src/sub"])),
        true,
    ),
    (
        "rules of the checkout",
        |it| it.write(".git/info/exclude", "untracked\n"),
        true,
    ),
    (
        "rules of the person",
        |it| {
            it.write("../rules", "untracked\n");
            let rules = it.root().join("../rules");
            it.git(&["config", "core.excludesFile", rules.to_str().unwrap()]);
        },
        true,
    ),
    (
        "an ignored file that is tracked now",
        |it| drop(it.git(&["add", "-f", "src/x.log"])),
        true,
    ),
    (
        "a file that is not tracked any more",
        |it| drop(it.git(&["rm", "-q", "--cached", "notes"])),
        true,
    ),
    (
        "no checkout any more",
        |it| rename(it, ".git", "../git"),
        true,
    ),
    (
        "something in an ignored folder",
        |it| overwrite(it, "build/kept"),
        false,
    ),
    (
        "something new in an ignored folder",
        |it| it.write("build/new", "x"),
        false,
    ),
    ("an ignored file", |it| overwrite(it, "src/x.log"), false),
    (
        "a mark in the index",
        |it| drop(it.git(&["update-index", "--assume-unchanged", "notes"])),
        false,
    ),
    (
        "a commit",
        |it| drop(it.git(&["commit", "-q", "--allow-empty", "-m", "y"])),
        false,
    ),
];

fn overwrite(checkout: &Checkout, path: &str) {
    use std::io::Write;
    let path = checkout.root().join(path);
    let before = path.metadata().unwrap();
    let mut file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.write_all(b"new").unwrap();
    file.set_modified(before.modified().unwrap()).unwrap();
}

fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn rename(checkout: &Checkout, from: &str, to: &str) {
    fs::rename(checkout.root().join(from), checkout.root().join(to)).unwrap();
}

#[test]
fn a_walk_is_saved_only_while_it_would_find_the_same() {
    let mut wrong = Vec::new();
    for (what, change, moves) in CHANGES {
        let checkout = scene();
        let (root, state) = (checkout.root(), State::of(&checkout.root()));
        let globs = patterns(&["**", "!**/.gitignore"]);
        let asked = asked(&state, &root, &globs);
        warm(asked);
        change(&checkout);
        let compared = compared(asked);
        if compared.is_none() != *moves {
            wrong.push(*what);
        }
        let walked = digest_by(asked, &|| later(&state)).map(|inputs| inputs.digest);
        if let Some(compared) = compared {
            assert_eq!(compared, walked.unwrap(), "{what}");
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn what_lies_above_the_base_counts() {
    let changes: [(Change, bool); 4] = [
        (|it| it.write(".gitignore", "untracked\n"), true),
        (|it| it.write("deep/.gitignore", "untracked\n"), true),
        (|it| drop(it.git(&["init", "-q", "deep"])), true),
        (|it| it.write("deep/other", "x"), false),
    ];
    for (at, (change, moves)) in changes.into_iter().enumerate() {
        let checkout = Checkout::new();
        checkout.write("deep/base/a", "x");
        checkout.commit();
        checkout.write("deep/base/untracked", "x");
        let base = checkout.root().join("deep/base");
        let state = State::of(&checkout.root());
        let globs = patterns(&["**"]);
        let asked = asked(&state, &base, &globs);
        let before = warm(asked);
        change(&checkout);
        assert_eq!(compared(asked).is_none(), moves, "{at}");
        assert_eq!(walked(asked) != before, at < 3 && at != 2, "{at}");
    }
}

#[test]
fn other_globs_another_base_and_young_files_are_walked() {
    let checkout = scene();
    let (root, state) = (checkout.root(), State::of(&checkout.root()));
    let globs = patterns(&["**"]);
    let here = asked(&state, &root, &globs);
    warm(here);
    let others = patterns(&["src/**"]);
    let base = root.join("src");
    assert_eq!(compared(asked(&state, &root, &others)), None);
    assert_eq!(compared(asked(&state, &base, &globs)), None);
    // By the clock as it is, everything was made just now: or the clock was set back.
    assert_eq!(unchanged::digest_at(here, state.moment().unwrap()), None);
    let elsewhere = later(&state).map(|moment| Moment {
        device: moment.device + 1,
        ..moment
    });
    assert_eq!(unchanged::digest_at(here, elsewhere.unwrap()), None);
}

#[test]
fn young_files_and_linked_folders_leave_no_trail() {
    let checkout = scene();
    let (root, state) = (checkout.root(), State::of(&checkout.root()));
    let globs = patterns(&["**"]);
    let here = asked(&state, &root, &globs);
    for _ in 0..2 {
        super::digest(here).unwrap();
        assert_eq!(compared(here), None);
    }
    symlink("src/sub", root.join("linked")).unwrap();
    for _ in 0..3 {
        walked(here);
        assert_eq!(compared(here), None);
    }
}

#[test]
fn a_damaged_trail_is_none() {
    let checkout = scene();
    let (root, state) = (checkout.root(), State::of(&checkout.root()));
    let globs = patterns(&["**"]);
    let here = asked(&state, &root, &globs);
    warm(here);
    let file = state.folder().join("cache/trees/tests");
    let whole = fs::read(&file).unwrap();
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        replace(&file, &bytes).unwrap();
        assert_eq!(compared(here), None, "{at}");
        if at % 7 == 0 {
            replace(&file, &whole[..at]).unwrap();
            assert_eq!(compared(here), None, "{at}");
        }
    }
    replace(&file, &whole).unwrap();
    assert!(compared(here).is_some());
}

#[test]
fn many_files_are_compared_by_several_threads() {
    let checkout = Checkout::new();
    for number in 0..3_000 {
        let path = checkout.root().join(format!("part{}", number / 100));
        fs::create_dir_all(&path).unwrap();
        replace(&path.join(format!("file{number}")), b"old\n").unwrap();
    }
    checkout.commit();
    let (root, state) = (checkout.root(), State::of(&checkout.root()));
    let globs = patterns(&["**"]);
    let here = asked(&state, &root, &globs);
    warm(here);
    for number in [0, 1_499, 2_999] {
        overwrite(&checkout, &format!("part{}/file{number}", number / 100));
        assert_eq!(compared(here), None, "{number}");
        warm(here);
    }
}
