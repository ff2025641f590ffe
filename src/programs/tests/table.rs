//! The table itself: names, spellings, and how options are compared.

use super::super::table::{NAMES, Program};
use super::super::{all, canonical_option, find, same_option};

#[test]
fn names_are_sorted_so_that_search_finds_each() {
    assert!(NAMES.is_sorted_by(|(a, _), (b, _)| a < b));
    for (name, program) in NAMES {
        assert!(std::ptr::eq(find(name).unwrap(), *program), "{name}");
        // Compiled policies look for a program under its own name when a command has another one.
        let own = find(program.name).unwrap();
        assert!(std::ptr::eq(own, *program), "{name}");
    }
}

#[test]
fn subcommands_are_sorted_so_that_search_finds_each() {
    fn check(program: &Program) {
        assert!(
            program.subcommands.is_sorted_by(|(a, _), (b, _)| a < b),
            "{}",
            program.name
        );
        program.subcommands.iter().for_each(|(_, sub)| check(sub));
    }
    all().for_each(check);
}

#[test]
fn many_programs_are_listed() {
    assert!(all().count() >= 150, "{}", all().count());
}

#[test]
fn versions_endings_and_case_do_not_matter() {
    for (spelling, name) in [
        ("python3.12", "python"),
        ("pip3", "pip"),
        ("bash.exe", "bash"),
        ("RM", "rm"),
        ("gcc-12", "gcc"),
        ("egrep", "grep"),
    ] {
        assert_eq!(
            find(spelling).map(|program| program.name),
            Some(name),
            "{spelling}"
        );
    }
    assert!(find("no-such-program").is_none());
    assert!(find("").is_none());
}

#[test]
fn spellings_of_one_option_are_the_same() {
    let same = |program: &str, path: &[&str], a: &str, b: &str| {
        same_option(find(program).unwrap(), path, a, b)
    };
    assert!(same("rm", &[], "-R", "--recursive"));
    assert!(same("git", &["push"], "-f", "--force"));
    assert!(!same("git", &["push"], "-f", "--force-with-lease"));
    assert!(!same("git", &["clone"], "-f", "--force"));
    assert!(same("kubectl", &["delete"], "-n", "--namespace=x"));
    assert!(same("docker", &["container", "rm"], "-f", "--force"));
    assert!(same(
        "terraform",
        &["destroy"],
        "-auto-approve",
        "--auto-approve"
    ));
    assert_eq!(
        canonical_option(find("rm").unwrap(), &[], "--unknown=1"),
        "--unknown"
    );
}

#[test]
fn other_things_that_read_alike_stay_apart() {
    let name = |name: &str| find(name).unwrap().name;
    assert_ne!(name("head"), name("tail"));
    let npm = find("npm").unwrap();
    let sub = |name: &str| {
        npm.subcommands
            .iter()
            .find(|(known, _)| *known == name)
            .unwrap()
            .1
            .path
    };
    assert_eq!(sub("i"), sub("install"));
    assert_ne!(sub("uninstall"), sub("install"));
}
