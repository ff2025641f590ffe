use super::Sanctioned;
use crate::call::{Access, Call, Event, ShellCommand, ShellDialect, Tool, ToolKind};
use crate::effects;
use crate::policy::Rule;
use crate::policy::evaluate::Facts;
use crate::policy::load::read_text;
use crate::repo::Repository;

fn rule(instead: &str) -> Rule {
    let text = format!(
        "version: 1\nrules:\n  - id: x\n    protect-paths: {{paths: [generated/**]}}\n    reason: r\n    instead: {instead}\n"
    );
    let loaded = read_text(
        "hookgate.yaml",
        &text,
        crate::policy::Layer::Repository,
        "",
        &[],
    );
    loaded.set.rules.into_iter().next().unwrap()
}

/// Whether each command of a line is sanctioned, and whether the line is nothing else.
fn judged(instead: &str, line: &str) -> (Vec<bool>, bool) {
    let call = Call {
        event: Event::BeforeTool,
        tool: Some(Tool {
            kind: ToolKind::Shell,
            commands: vec![ShellCommand {
                text: line.into(),
                dialect: ShellDialect::Posix,
                cwd: None,
            }],
            ..Tool::default()
        }),
        ..Call::default()
    };
    let root = std::path::Path::new("/no/such/root");
    let effects = effects::of(&call, &Repository::at(root, root, None));
    let facts = Facts {
        root: "/no/such/root".into(),
        ..Facts::default()
    };
    let rule = rule(instead);
    let sanctioned = Sanctioned::of(&rule);
    let each = effects
        .commands
        .iter()
        .map(|command| sanctioned.is(command, &facts));
    (each.collect(), sanctioned.is_all_of(&effects, &facts))
}

#[test]
fn only_what_stands_there_is_sanctioned() {
    let make = "edit schema/api.yaml and run `make gen`";
    for (line, each, all) in [
        ("make gen", &[true][..], true),
        ("make 'gen'", &[true], true),
        ("make gen 2>&1 | tail -5", &[true, false], true),
        ("echo start && make gen > /dev/null", &[false, true], true),
        ("cd . && make gen", &[true], true),
        ("make gen; touch generated/a", &[true, false], false),
        ("make", &[false], false),
        ("make gen all", &[false], false),
        ("make gen CC=x", &[false], false),
        ("make -f x gen", &[false, false], false),
        ("./make gen", &[false], false),
        ("cd sub && make gen", &[false], false),
        ("make -C sub gen", &[false], false),
        ("MAKEFILES=x make gen", &[false], false),
        ("export PATH=x; make gen", &[false, false], false),
        ("make() { rm generated/a; }; make gen", &[false], false),
        ("alias make=rm; make gen", &[false, false, false], false),
        ("make gen > generated/a", &[false], false),
        ("make $(echo gen)", &[false, false], false),
        ("bash -c 'make gen'", &[false, false], false),
        ("echo x > Makefile; make gen", &[false, false], false),
        ("git commit -m 'make gen'", &[false], false),
    ] {
        let found = judged(make, line);
        assert_eq!((found.0.as_slice(), found.1), (each, all), "{line}");
    }
}

#[test]
fn a_command_may_name_files_and_several_may_be_named() {
    let both = "run `./tools/gen.sh schema/api.json`, or `make gen-*`";
    for (line, all) in [
        ("./tools/gen.sh schema/api.json", true),
        ("tools/gen.sh ./schema/api.json", true),
        ("gen.sh schema/api.json", false),
        ("other/gen.sh schema/api.json", false),
        ("make gen-api", true),
        ("make gen", false),
    ] {
        assert_eq!(judged(both, line).1, all, "{line}");
    }
    assert_eq!(judged("make gen", "make gen"), (vec![false], false));
    assert_eq!(judged("an odd ` tick", "tick"), (vec![false], false));
}

#[test]
fn a_package_manager_keeps_what_a_rule_has_it_write() {
    let effect = |by: &str, access| crate::effects::PathEffect {
        access,
        written: "Cargo.lock".to_owned(),
        places: crate::repo::Places {
            lexical: crate::repo::Place::Inside("Cargo.lock".to_owned()),
            real: crate::repo::Place::Inside("Cargo.lock".to_owned()),
        },
        reach: crate::effects::Reach::Itself,
        begins: None,
        holds: std::sync::Arc::default(),
        by: by.to_owned(),
        span: None,
    };
    for (instead, by, access, keeps) in [
        ("run `cargo update`", "cargo", Access::Write, true),
        (
            "run `cargo update -p NAME`",
            "cargo (in x.sh)",
            Access::Write,
            true,
        ),
        ("run `cargo update`", "cargo", Access::Delete, false),
        ("run `cargo update`", "npm", Access::Write, false),
        ("run `cargo build`", "cargo", Access::Write, false),
        ("run cargo update", "cargo", Access::Write, false),
    ] {
        let rule = rule(instead);
        let found = Sanctioned::of(&rule).keeps(&effect(by, access));
        assert_eq!(found, keeps, "{instead}: {by}");
    }
}
