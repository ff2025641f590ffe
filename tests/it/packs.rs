//! The shipped policies: the embedded list is the folders on disk, each loads without a problem, and the index is right.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use hookgate::policy::load::read_text;
use hookgate::policy::packs::{PACKS, find, names};
use hookgate::policy::problems::{Colour, Format, report};
use hookgate::policy::{Layer, RuleKind};

use crate::problems::assert_document;

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/policies"))
}

#[test]
fn the_embedded_list_is_the_folders_on_disk() {
    let on_disk: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    let embedded: BTreeSet<String> = names().into_iter().map(str::to_owned).collect();
    assert_eq!(embedded, on_disk);
    assert!(PACKS.is_sorted_by_key(|pack| pack.name));
    for pack in PACKS {
        let text = std::fs::read_to_string(folder().join(pack.name).join("pack.yaml")).unwrap();
        assert_eq!(pack.text, text, "{}", pack.name);
        assert_eq!(find(pack.name), Some(pack));
    }
}

#[test]
fn every_pack_loads_without_a_problem_and_its_rules_explain_themselves() {
    for pack in PACKS {
        let loaded = read_text(pack.name, pack.text, Layer::Repository, "", &[]);
        let problems = report(&loaded.problems, Format::Human(Colour::Plain));
        assert_eq!(problems, "", "{}", pack.name);
        for rule in &loaded.set.rules {
            let id = format!("{}/{}", pack.name, rule.id);
            assert!(rule.reason.is_some() && rule.instead.is_some(), "{id}");
            assert!(
                !rule.tests.deny.is_empty() && !rule.tests.allow.is_empty(),
                "{id}"
            );
            assert!(
                matches!(
                    rule.kind,
                    RuleKind::ProtectPaths(_) | RuleKind::DenyCommand(_)
                ),
                "{id}"
            );
        }
    }
}

#[test]
fn packs_can_be_extended_together() {
    let text = format!("version: 1\nextends: [{}]\n", names().join(", "));
    let loaded = read_text("hookgate.yaml", &text, Layer::Repository, "", &[]);
    assert_eq!(report(&loaded.problems, Format::Human(Colour::Plain)), "");
    let alone: usize = PACKS
        .iter()
        .map(|pack| {
            read_text(pack.name, pack.text, Layer::Repository, "", &[])
                .set
                .rules
                .len()
        })
        .sum();
    assert_eq!(loaded.set.rules.len(), alone);
    assert_eq!(loaded.set.rules[0].origin.file, "pack:baseline");
}

#[test]
fn the_index_lists_every_rule() {
    let path = folder().join("README.md");
    let written = std::fs::read_to_string(&path).unwrap();
    let (head, _) = written.split_once("| --- | --- | --- |\n").unwrap();
    let mut updated = format!("{head}| --- | --- | --- |\n");
    for pack in PACKS {
        let name = pack.name;
        for rule in read_text(name, pack.text, Layer::Repository, "", &[])
            .set
            .rules
        {
            let reason = rule.reason.unwrap_or_default();
            writeln!(
                updated,
                "| [{name}]({name}/pack.yaml) | `{}` | {reason} |",
                rule.id
            )
            .unwrap();
        }
    }
    assert_document(&path, &written, &updated);
}
