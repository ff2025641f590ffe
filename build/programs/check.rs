//! Looks for mistakes in the table's data and lists them all.

use std::collections::{BTreeMap, BTreeSet};

use super::Family;
use super::entry::{Entry, Role};
use super::notation::{self, Takes, Test};
use super::rust::{canonical, options};

/// Returns every mistake, with its file and entry.
pub(crate) fn problems(families: &[Family]) -> Vec<String> {
    let mut found = Vec::new();
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    for family in families {
        for entry in &family.entries {
            for name in std::iter::once(&entry.name).chain(&entry.also) {
                if let Some(first) = names.insert(name, &family.file) {
                    found.push(format!("{}: {name}: also listed in {first}", family.file));
                }
            }
            let mut complain =
                |path: &str, text: String| found.push(format!("{}: {path}: {text}", family.file));
            entry_problems(&[entry], &mut complain);
        }
    }
    found
}

fn entry_problems(scope: &[&Entry], complain: &mut dyn FnMut(&str, String)) {
    let Some(entry) = scope.last() else {
        return;
    };
    let path: Vec<&str> = scope.iter().map(|entry| entry.name.as_str()).collect();
    let path = path.join(" ");
    let mut complain_here = |text: String| complain(&path, text);
    option_problems(entry, &mut complain_here);
    operand_problems(scope, entry, &mut complain_here);

    let mut names = BTreeSet::new();
    for sub in &entry.subcommands {
        for name in std::iter::once(&sub.name).chain(&sub.also) {
            if !names.insert(name) {
                complain(&path, format!("subcommand `{name}` is listed twice"));
            }
        }
    }
    for sub in &entry.subcommands {
        if let Some(other) = &sub.stands_for {
            if !scope.first().is_some_and(|program| exists(program, other)) {
                complain(
                    &path,
                    format!("`{}` stands for `{other}`, which is not listed", sub.name),
                );
            }
            continue;
        }
        let below: Vec<&Entry> = scope.iter().copied().chain([sub]).collect();
        entry_problems(&below, complain);
    }
}

/// Whether a subcommand is listed with a meaning of its own.
fn exists(program: &Entry, path: &str) -> bool {
    let found = path.split(' ').try_fold(program, |entry, name| {
        entry.subcommands.iter().find(|sub| sub.name == name)
    });
    found.is_some_and(|entry| entry.stands_for.is_none())
}

/// Options listed twice, and names that no option can have.
fn option_problems(entry: &Entry, complain: &mut dyn FnMut(String)) {
    let key_value = matches!(entry.parsing, super::entry::Parsing::KeyValue);
    let mut seen = BTreeSet::new();
    for (spelled, role) in options(entry) {
        for name in &spelled.names {
            if !seen.insert(name.clone()) {
                complain(format!("option `{name}` is listed twice"));
            }
            if !name.starts_with(['-', '+']) && !key_value {
                complain(format!("`{name}` is not written like an option"));
            }
            let single = matches!(entry.dashes, super::entry::Dashes::Single);
            let letters = name.trim_start_matches(['-', '+']).chars().count();
            // `-nv/--no-verbose` is written on purpose; `-nv` alone is most likely two switches.
            let switch = spelled.takes == Takes::Nothing && spelled.names.len() == 1;
            if switch
                && !single
                && !key_value
                && !name.starts_with("--")
                && letters > 1
                && entry_is_double(entry)
            {
                complain(format!("`{name}` has one dash and several letters"));
            }
            if name.contains(['=', '?', '~']) {
                complain(format!("`{name}` holds a sign that belongs at the end"));
            }
        }
        if role != Role::Plain && spelled.takes == Takes::Nothing {
            complain(format!(
                "`{}` has a role and no value",
                spelled.names.join("/")
            ));
        }
    }
}

/// Subcommands write options as their program does, which is checked there; find's parsing has words, not letters.
fn entry_is_double(entry: &Entry) -> bool {
    matches!(entry.dashes, super::entry::Dashes::Double)
        && !matches!(entry.parsing, super::entry::Parsing::Find)
}

/// Operands with unknown roles, and tests of options that are not listed.
fn operand_problems(scope: &[&Entry], entry: &Entry, complain: &mut dyn FnMut(String)) {
    let mut lists: Vec<&str> = entry
        .operands
        .iter()
        .chain(&entry.after_dashes)
        .map(String::as_str)
        .collect();
    for case in &entry.cases {
        lists.extend(
            case.operands
                .iter()
                .chain(&case.after_dashes)
                .map(String::as_str),
        );
        test_problems(
            scope,
            &notation::tests(case.test.split_whitespace()),
            complain,
        );
        if case.test.is_empty() {
            complain("a case has no test".to_owned());
        }
        for (_, text) in case.options.iter() {
            test_problems(scope, &notation::tests(text.split_whitespace()), complain);
        }
    }
    for list in lists {
        match notation::slots(list) {
            Err(problem) => complain(problem),
            Ok(slots) => {
                // Slots with conditions may stand in for each other.
                let repeating = slots.iter().filter(|slot| {
                    slot.repeats
                        && slot.role != Role::Assignment
                        && slot.when.is_empty()
                        && slot.unless.is_empty()
                });
                if repeating.count() > 1 {
                    complain(format!("`{list}` has two operands that repeat"));
                }
                for slot in &slots {
                    test_problems(scope, &slot.when, complain);
                    test_problems(scope, &slot.unless, complain);
                }
            }
        }
    }
    match notation::made(&entry.makes) {
        Err(problem) => complain(problem),
        Ok(made) => {
            for file in &made {
                test_problems(scope, &file.when, complain);
                test_problems(scope, &file.unless, complain);
            }
        }
    }
    let recursive = Some(entry.recursive.as_str())
        .filter(|text| *text != "always")
        .unwrap_or_default();
    let means = entry.means.values().map(String::as_str);
    let expands = entry.expands.iter().chain(&entry.overrides);
    let means = means.chain(expands.flat_map(|(name, others)| {
        std::iter::once(name.as_str()).chain(others.split_whitespace())
    }));
    for name in recursive
        .split_whitespace()
        .chain(entry.ends.split_whitespace())
        .chain(means)
    {
        if canonical(scope, name).is_none() {
            complain(format!("option `{name}` is not listed"));
        }
    }
}

fn test_problems(scope: &[&Entry], tests: &[Test], complain: &mut dyn FnMut(String)) {
    for test in tests {
        if canonical(scope, &test.option).is_none() {
            complain(format!("option `{}` is not listed", test.option));
        }
    }
}
