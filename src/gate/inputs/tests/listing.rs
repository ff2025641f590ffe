//! Which files are inputs.

use super::{Checkout, State, asked, digest, fs, names, patterns};

#[test]
fn what_git_would_list_is_an_input_and_what_it_ignores_is_not() {
    let checkout = Checkout::new();
    for name in [
        "src/a",
        "src/b.log",
        "build/x",
        "deep/build/y",
        "deep/keep.log",
        "untracked",
    ] {
        checkout.write(name, name);
    }
    checkout.write(".gitignore", "*.log\nbuild/\n");
    checkout.write("deep/.gitignore", "!keep.log\n");
    checkout.write(".git/info/exclude", "untracked\n");
    assert_eq!(
        checkout.names(&["**"]),
        [".gitignore", "deep/.gitignore", "deep/keep.log", "src/a"]
    );
}

#[test]
fn the_persons_own_rules_count_as_for_git() {
    let checkout = Checkout::new();
    checkout.write("a.tmp", "x");
    checkout.write("b", "x");
    fs::create_dir_all(checkout.folder.path().join("rules")).unwrap();
    let rules = checkout.folder.path().join("rules/mine");
    crate::state::replace(&rules, b"*.tmp\n").unwrap();
    checkout.git(&["config", "core.excludesFile", rules.to_str().unwrap()]);
    assert_eq!(checkout.names(&["**"]), ["b"]);
}

#[test]
fn what_is_tracked_counts_whatever_ignores_it() {
    let checkout = Checkout::new();
    checkout.write("build/kept/a", "x");
    checkout.commit();
    checkout.write(".gitignore", "build/\n");
    checkout.write("build/b", "x");
    checkout.write("build/kept/c", "x");
    checkout.write("build/other/d", "x");
    assert_eq!(
        checkout.names(&["build/**", "!build/other/**"]),
        ["build/b", "build/kept/a", "build/kept/c"]
    );
    assert_eq!(checkout.names(&["**"]), [".gitignore", "build/kept/a"]);
}

#[test]
fn an_ignored_file_counts_where_a_glob_names_it() {
    let checkout = Checkout::new();
    checkout.write(".gitignore", "build/\n.env\nnode_modules/\nsrc/gen/\n");
    for name in [
        "build/a.o",
        "build/gen/b.py",
        "build/node_modules/c",
        ".env",
        "sub/.env",
        "node_modules/m/index.js",
        "src/gen/x.py",
        "src/y.py",
    ] {
        checkout.write(name, "x");
    }
    assert_eq!(checkout.names(&["**"]), [".gitignore", "src/y.py"]);
    assert_eq!(checkout.names(&["build/gen/*.py"]), ["build/gen/b.py"]);
    assert_eq!(
        checkout.names(&["build/**", "*.py"]),
        [
            "build/a.o",
            "build/gen/b.py",
            "build/node_modules/c",
            "src/y.py"
        ]
    );
    // The glob that names the folder is not the one that covers the file.
    assert_eq!(
        checkout.names(&["build/gen/**", "**"]),
        [".gitignore", "build/gen/b.py", "src/y.py"]
    );
    assert_eq!(checkout.names(&[".env"]), [".env"]);
    assert_eq!(checkout.names(&["src/**"]), ["src/y.py"]);
    assert_eq!(checkout.names(&["src/gen/**", "!*.py"]), [""; 0]);
}

#[test]
fn a_checkout_inside_has_rules_and_an_index_of_its_own() {
    let checkout = Checkout::new();
    checkout.write(".gitignore", "*.log\nclones/\n");
    checkout.write("nested/.gitignore", "*.tmp\n");
    for name in [
        "nested/a",
        "nested/b.log",
        "nested/c.tmp",
        "nested/d.tmp",
        "clones/x/e",
    ] {
        checkout.write(name, "x");
    }
    for folder in ["nested", "clones/x"] {
        checkout.git_in(&checkout.root().join(folder), &["init", "-q"], "");
    }
    checkout.git_in(&checkout.root().join("nested"), &["add", "-f", "d.tmp"], "");
    assert_eq!(
        checkout.names(&["nested/**", "clones/**", "!.gitignore"]),
        ["clones/x/e", "nested/a", "nested/b.log", "nested/d.tmp"]
    );
    assert_eq!(checkout.names(&["*.tmp"]), ["nested/d.tmp"]);
    assert_eq!(checkout.names(&["e"]), [""; 0]);
}

#[test]
fn a_checkout_made_inside_hides_nothing_that_is_tracked_outside() {
    let checkout = Checkout::new();
    checkout.write("src/a", "x");
    checkout.commit();
    checkout.git_in(&checkout.root().join("src"), &["init", "-q"], "");
    checkout.write("src/.gitignore", "*\n");
    checkout.write("src/b", "x");
    assert_eq!(checkout.names(&["**"]), ["src/a"]);
}

#[test]
fn a_folder_that_only_looks_like_a_checkout_is_none() {
    let checkout = Checkout::new();
    checkout.write(".gitignore", "*.log\n");
    fs::create_dir_all(checkout.root().join("src/.git")).unwrap();
    checkout.write("src/a.log", "x");
    checkout.write("src/b", "x");
    assert_eq!(checkout.names(&["src/**"]), ["src/b"]);
}

#[test]
fn without_git_rules_hold_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        crate::state::replace(&path, content.as_bytes()).unwrap();
    };
    write(".gitignore", "*.log\n");
    write("a/b", "x");
    write("a/c.log", "x");
    let state = State::of(folder.path());
    let found = digest(asked(&state, folder.path(), &patterns(&["a/**"]))).unwrap();
    assert_eq!(names(&found), ["a/b"]);
}

#[test]
fn many_folders_are_found_by_several_threads_as_by_one() {
    let checkout = Checkout::new();
    let mut expected = Vec::new();
    for one in 0..12 {
        for other in 0..12 {
            let name = format!("d{one}/e{other}/f");
            checkout.write(&name, &name);
            expected.push(name);
        }
    }
    expected.sort();
    let first = checkout.inputs(&["**"]);
    assert_eq!(names(&first), expected);
    for _ in 0..5 {
        assert_eq!(checkout.inputs(&["**"]), first);
    }
}

#[test]
fn every_name_and_every_byte_counts() {
    let checkout = Checkout::new();
    checkout.write("a/b", "x");
    let mut seen = vec![checkout.inputs(&["**"]).digest];
    let mut note = |checkout: &Checkout, what: &str| {
        let now = checkout.inputs(&["**"]).digest;
        assert!(!seen.contains(&now), "{what}");
        seen.push(now);
    };
    checkout.write("a/b", "y");
    note(&checkout, "content");
    checkout.write("a/bx", "");
    note(&checkout, "a new file");
    fs::rename(checkout.root().join("a/bx"), checkout.root().join("abx")).unwrap();
    note(&checkout, "a file in another folder");
    fs::rename(checkout.root().join("abx"), checkout.root().join("ABX")).unwrap();
    note(&checkout, "the case of a name");
    fs::remove_file(checkout.root().join("a/b")).unwrap();
    note(&checkout, "a missing file");
    checkout.write("a/b/c", "y");
    note(&checkout, "a folder in a file's place");
}

#[test]
fn what_moved_is_named() {
    let checkout = Checkout::new();
    let state = State::of(&checkout.root());
    for name in ["a", "b/c", "d"] {
        checkout.write(name, "x");
    }
    let before = checkout.inputs(&["**"]);
    before.remember(&state, "gate");
    assert_eq!(before.moved_since(&state, "gate", &before.digest), [""; 0]);
    checkout.write("b/c", "y");
    checkout.write("new\nline", "y");
    fs::remove_file(checkout.root().join("d")).unwrap();
    let after = checkout.inputs(&["**"]);
    let moved = ["b/c", "d", "new\\nline"];
    assert_eq!(before.moved_to(&after), moved);
    assert_eq!(after.moved_since(&state, "gate", &before.digest), moved);
    assert_eq!(after.moved_since(&state, "gate", "of another run"), [""; 0]);
    assert_eq!(after.moved_since(&state, "other", &before.digest), [""; 0]);
    let list = state.folder().join("cache/inputs/gate");
    let whole = fs::read(&list).unwrap();
    for length in 0..whole.len() {
        crate::state::replace(&list, &whole[..length]).unwrap();
        after.moved_since(&state, "gate", &before.digest);
    }
}

#[test]
fn a_file_that_git_tracks_in_another_case_counts_below_rules_of_a_folder() {
    let checkout = Checkout::new();
    checkout.write("deep/A.LOG", "x");
    checkout.commit();
    checkout.git(&["config", "core.ignorecase", "true"]);
    checkout.write("deep/.gitignore", "*.log\n");
    fs::rename(
        checkout.root().join("deep/A.LOG"),
        checkout.root().join("deep/a.log"),
    )
    .unwrap();
    checkout.write("deep/b.log", "x");
    assert_eq!(checkout.names(&["**"]), ["deep/.gitignore", "deep/a.log"]);
}

#[cfg(unix)]
mod links {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    use super::{Checkout, fs, names};

    #[test]
    fn a_link_to_a_folder_counts_for_what_is_in_it() {
        let checkout = Checkout::new();
        checkout.write(".gitignore", "*.log\n");
        checkout.write("lib/a", "x");
        checkout.write("lib/b.log", "x");
        symlink("lib", checkout.root().join("src")).unwrap();
        assert_eq!(checkout.names(&["src/**"]), ["src", "src/a"]);
        let before = checkout.inputs(&["src/**"]).digest;
        checkout.write("lib/a", "y");
        assert_ne!(checkout.inputs(&["src/**"]).digest, before);
    }

    #[test]
    fn links_in_a_circle_end() {
        let checkout = Checkout::new();
        checkout.write("a/b/c", "x");
        symlink("..", checkout.root().join("a/b/up")).unwrap();
        symlink("../../a", checkout.root().join("a/b/top")).unwrap();
        symlink("self", checkout.root().join("self")).unwrap();
        symlink(".", checkout.root().join("here")).unwrap();
        assert_eq!(
            checkout.names(&["**"]),
            ["a/b/c", "a/b/top", "a/b/up", "here", "self"]
        );
    }

    #[test]
    fn two_folders_that_lead_to_each_other_are_each_seen_once() {
        let checkout = Checkout::new();
        checkout.write("one/a", "x");
        checkout.write("two/b", "x");
        symlink("../two", checkout.root().join("one/two")).unwrap();
        symlink("../one", checkout.root().join("two/one")).unwrap();
        assert_eq!(
            checkout.names(&["one/**"]),
            ["one/a", "one/two", "one/two/b", "one/two/one"]
        );
    }

    #[test]
    fn a_link_into_git_or_the_state_is_only_a_link() {
        let checkout = Checkout::new();
        checkout.write(".hook-state/x", "x");
        symlink(".git", checkout.root().join("git")).unwrap();
        symlink(".hook-state", checkout.root().join("state")).unwrap();
        assert_eq!(checkout.names(&["**"]), ["git", "state"]);
    }

    #[test]
    fn names_that_are_no_text_count() {
        let checkout = Checkout::new();
        let bytes = [b"src/\xff\xfe".as_slice(), b"src/\xff\xfd", b"src/n\n\t\"'"];
        fs::create_dir(checkout.root().join("src")).unwrap();
        let mut before = String::new();
        for name in bytes {
            let path = checkout.root().join(OsStr::from_bytes(name));
            crate::state::replace(&path, b"x").unwrap();
            let inputs = checkout.inputs(&["src/**"]);
            assert_ne!(inputs.digest, before);
            before = inputs.digest;
        }
        assert_eq!(names(&checkout.inputs(&["**"])).len(), 3);
        checkout.commit();
        checkout.write(".gitignore", "src/\n");
        let inputs = checkout.inputs(&["src/**", "!.gitignore"]);
        assert_eq!(inputs.digest, before);
        assert_eq!(checkout.names(&["**"]).len(), 4);
    }
}
