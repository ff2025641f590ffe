//! The reader beside git's library, and damaged indexes.

use std::fs;
use std::path::Path;

use git2::{IndexTime, Repository};

use super::*;

fn git(root: &Path, arguments: &[&str]) {
    let ran = std::process::Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
        .args(arguments)
        .current_dir(root)
        .output()
        .unwrap();
    assert!(ran.status.success(), "{arguments:?} {ran:?}");
}

fn checkout() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    git(root, &["init", "-q"]);
    for number in 0..300 {
        let name = format!(
            "folder{}/file{number}{}",
            number % 7,
            "x".repeat(number % 9)
        );
        fs::create_dir_all(root.join(&name).parent().unwrap()).unwrap();
        crate::state::replace(&root.join(&name), "y".repeat(number).as_bytes()).unwrap();
    }
    crate::state::replace(&root.join("folder"), b"beside folders").unwrap();
    git(root, &["add", "-A"]);
    folder
}

fn read(root: &Path) -> Index {
    Index::read(&root.join(".git")).unwrap()
}

/// What is known of each file.
fn told(index: &Index) -> Vec<(String, File)> {
    let last = Cell::new(0);
    let files = index.names().filter_map(|name| {
        let file = index.file(index.find(name, &last).unwrap())?;
        Some((String::from_utf8(name.to_vec()).unwrap(), file))
    });
    files.collect()
}

/// The same from the library.
fn library(root: &Path) -> Vec<(String, File)> {
    let index = Repository::open(root).unwrap().index().unwrap();
    let time = |time: IndexTime| Time {
        seconds: time.seconds().cast_unsigned(),
        nanoseconds: time.nanoseconds(),
    };
    let entries = index.iter().filter(|entry| entry.flags & STAGE == 0);
    let files = entries.map(|entry| {
        let file = File {
            changed: time(entry.ctime),
            modified: time(entry.mtime),
            inode: entry.ino,
            mode: entry.mode,
            size: entry.file_size,
            id: entry.id.as_bytes().try_into().unwrap(),
        };
        (String::from_utf8(entry.path).unwrap(), file)
    });
    files.collect()
}

#[test]
fn an_index_says_what_the_library_reads_in_it() {
    let folder = checkout();
    let root = folder.path();
    let long = "n".repeat(250);
    let deep = [long.as_str(); 14].join("/");
    let states: [&[&[&str]]; 4] = [
        &[],
        &[&["update-index", "--index-version", "4"]],
        // Version 3, with more flags.
        &[&["update-index", "--skip-worktree", "folder1/file1x"]],
        &[&["update-index", "--assume-unchanged", "folder2/file2xx"]],
    ];
    for commands in states {
        for command in commands {
            git(root, command);
        }
        let own = told(&read(root));
        assert_eq!(own.len(), 301);
        assert_eq!(own, library(root));
    }
    // A name beyond what the flags can count.
    let blob = format!("100644,e69de29bb2d1d6434b8b29ae775ad8c2e48c5391,{deep}");
    git(root, &["hash-object", "-w", "-t", "blob", "/dev/null"]);
    git(root, &["update-index", "--add", "--cacheinfo", &blob]);
    let own = read(root);
    assert_eq!(told(&own), library(root));
    assert!(own.find(deep.as_bytes(), &Cell::new(0)).is_some());
}

#[test]
fn names_are_found_in_any_order_and_others_are_not() {
    let folder = checkout();
    let own = read(folder.path());
    let last = Cell::new(0);
    for path in [
        "folder6/file6xxxxxx",
        "folder0/file0",
        "folder",
        "folder3/file3xxx",
    ] {
        let at = own.find(path.as_bytes(), &last).unwrap();
        assert_eq!(own.names().nth(at), Some(path.as_bytes()), "{path}");
    }
    for path in [
        "",
        "folder0",
        "folder0/",
        "folder0/file",
        "zzz",
        "folder6/file6xxxxxxx",
    ] {
        assert_eq!(own.find(path.as_bytes(), &last), None, "{path}");
    }
    assert!(own.holds_below("folder0"));
    for folder in ["", "folder", "folde", "zzz"] {
        assert!(!own.holds_below(folder), "{folder}");
    }
}

#[test]
fn of_a_split_index_the_names_are_known_alone() {
    let folder = checkout();
    git(folder.path(), &["update-index", "--split-index"]);
    crate::state::replace(&folder.path().join("folder"), b"changed").unwrap();
    git(folder.path(), &["add", "folder"]);
    let own = read(folder.path());
    assert_eq!(told(&own), []);
    assert!(own.find(b"folder0/file0", &Cell::new(0)).is_some());
    assert!(own.holds_below("folder0"));
}

#[test]
fn of_what_a_merge_has_not_decided_the_name_is_known_alone() {
    let folder = checkout();
    let root = folder.path();
    git(root, &["commit", "-q", "-m", "one"]);
    git(root, &["checkout", "-q", "-b", "other"]);
    crate::state::replace(&root.join("folder"), b"theirs").unwrap();
    git(root, &["commit", "-q", "-a", "-m", "two"]);
    git(root, &["checkout", "-q", "-"]);
    crate::state::replace(&root.join("folder"), b"ours").unwrap();
    git(root, &["commit", "-q", "-a", "-m", "three"]);
    let merge = std::process::Command::new("git")
        .args(["merge", "-q", "other"])
        .current_dir(root)
        .output();
    assert!(!merge.unwrap().status.success());
    let own = read(root);
    assert_eq!(told(&own).len(), 300);
    assert_eq!(told(&own), library(root));
    assert!(own.find(b"folder", &Cell::new(0)).is_some());
}

#[test]
fn no_cut_or_changed_index_is_read_beyond_its_end() {
    let folder = checkout();
    let bytes = fs::read(folder.path().join(".git/index")).unwrap();
    let parse = |bytes: &[u8]| Index::parse(bytes.to_vec()).ok().map(|(index, _)| index);
    for length in 0..bytes.len() {
        // A cut within the sum leaves the entries whole.
        let cut = parse(bytes.get(..length).unwrap());
        assert!(cut.is_none_or(|cut| cut.names.len() == 301), "{length}");
    }
    for at in 0..600 {
        let mut changed = bytes.clone();
        *changed.get_mut(at).unwrap() ^= 0x5a;
        if let Some(changed) = parse(&changed) {
            assert_eq!(changed.names().count(), changed.names.len());
            for at in 0..changed.names.len() {
                let _ = changed.file(at);
            }
        }
    }
}
