//! What holds for every input: evaluation only tightens and knows no order, and no spelling of a path escapes.

use std::path::Path;

use hookgate::call::{Access, Call, Event, Target, Tool, ToolKind};
use hookgate::decision::Verdict;
use hookgate::effects;
use hookgate::policy::evaluate::{Facts, evaluate};
use hookgate::policy::load::read_text;
use hookgate::policy::{Layer, PolicySet};
use hookgate::repo::{Follow, Place, Repository};
use proptest::prelude::*;

/// Rules to draw from; each is one line of YAML.
const RULES: [&str; 9] = [
    "{id: a, protect-paths: {paths: [generated/**]}}",
    "{id: b, action: ask, protect-paths: {paths: ['*.py']}}",
    "{id: c, action: warn, protect-paths: {paths: ['**']}}",
    "{id: d, protect-paths: {paths: [.env, '!.env.example'], deny: [read, write, delete]}}",
    "{id: e, action: ask, if-no-ask: neutral, protect-paths: {paths: [src/**]}}",
    "{id: f, protect-paths: {outside-repository: true}}",
    "{id: g, deny-command: {patterns: [rm -r <root>, git push --force], except: [git push --force-with-lease]}}",
    "{id: h, action: ask, deny-command: {matches: 'push'}}",
    "{id: i, add-context: {on: session-start, text: x}}",
];

/// Entries of programs to draw from: known ones, unknown ones, wrappers, other names.
const PROGRAMS: [&str; 8] = [
    "rm: {operands: plain...}",
    "rm: {same-as: echo}",
    "git: {values: --force -f, operands: plain...}",
    "git: {subcommands: {push: {switches: --force-with-lease, values: -f/--force, operands: plain...}}}",
    "cat: {parsing: stop-at-operand, operands: command...}",
    "touch: {values: -a, operands: read...}",
    "ls: {operands: delete...}",
    "sh: {values: -c, operands: plain...}",
];

const PATHS: [&str; 7] = [
    "generated/x",
    "src/a.py",
    ".env",
    ".env.example",
    "/etc/hosts",
    "README.md",
    "../x",
];

const COMMANDS: [&str; 7] = [
    "rm -rf /",
    "git push -f",
    "git push --force-with-lease",
    "cat .env; touch generated/x",
    "echo hi > src/a.py",
    "ls",
    "sh -c \"$X\"",
];

fn policy(rules: &[usize]) -> PolicySet {
    policy_with(rules, None)
}

fn policy_with(rules: &[usize], program: Option<usize>) -> PolicySet {
    let program = program.map_or_else(String::new, |program| {
        format!("programs:\n  {}\n", PROGRAMS[program])
    });
    let lines: Vec<String> = rules
        .iter()
        .map(|rule| format!("  - {}\n", RULES[*rule]))
        .collect();
    let text = format!("version: 1\n{program}rules:\n{}", lines.concat());
    let loaded = read_text("hookgate.yaml", &text, Layer::Repository, "", &[]);
    assert!(loaded.is_usable(), "{text}");
    loaded.set
}

fn repository() -> Repository {
    let root = Path::new("/no/such/folder/repo");
    Repository::at(root, root, Some("/home/somebody".into()))
}

fn call(path: usize, access: usize, command: Option<usize>) -> Call {
    let target = Target {
        path: PATHS[path].into(),
        access: [Access::Read, Access::Write, Access::Delete][access],
    };
    let tool = match command {
        Some(command) => return shell(COMMANDS[command]),
        None => Tool {
            name: "tool".into(),
            kind: ToolKind::Edit,
            targets: vec![target],
            ..Tool::default()
        },
    };
    Call {
        event: Event::BeforeTool,
        tool: Some(tool),
        ..Call::default()
    }
}

fn shell(text: &str) -> Call {
    let example = hookgate::policy::Example::Shell(text.into());
    hookgate::examples::call(&example, "/no/such/folder/repo")
}

fn verdict(rules: &[usize], call: &Call, can_ask: bool) -> Verdict {
    verdict_by(&policy(rules), call, can_ask)
}

fn verdict_by(set: &PolicySet, call: &Call, can_ask: bool) -> Verdict {
    let repository = repository();
    let facts = Facts {
        root: "/no/such/folder/repo".into(),
        home: Some("/home/somebody".into()),
        can_ask,
        ..Facts::default()
    };
    let effects = effects::with(call, &repository, &set.programs);
    evaluate(set, call, &effects, &facts).decision.verdict
}

/// Some of the rules, in some order.
fn some_rules() -> impl Strategy<Value = Vec<usize>> {
    Just((0..RULES.len()).collect::<Vec<_>>())
        .prop_shuffle()
        .prop_flat_map(|rules| (1..=rules.len()).prop_map(move |count| rules[..count].to_vec()))
}

fn some_call() -> impl Strategy<Value = Call> {
    (
        0..PATHS.len(),
        0..3_usize,
        prop::option::of(0..COMMANDS.len()),
    )
        .prop_map(|(path, access, command)| call(path, access, command))
}

proptest! {
    #[test]
    fn adding_a_rule_never_loosens(rules in some_rules(), call in some_call(), can_ask: bool) {
        let (_, fewer) = rules.split_last().unwrap();
        prop_assume!(!fewer.is_empty());
        prop_assert!(verdict(fewer, &call, can_ask) <= verdict(&rules, &call, can_ask));
    }

    #[test]
    fn describing_a_program_never_loosens(
        rules in some_rules(),
        program in 0..PROGRAMS.len(),
        command in 0..COMMANDS.len(),
        can_ask: bool,
    ) {
        let call = shell(COMMANDS[command]);
        let with = verdict_by(&policy_with(&rules, Some(program)), &call, can_ask);
        prop_assert!(verdict(&rules, &call, can_ask) <= with, "{}", PROGRAMS[program]);
    }

    #[test]
    fn the_order_of_rules_makes_no_difference(rules in some_rules(), call in some_call(), can_ask: bool) {
        let mut sorted = rules.clone();
        sorted.sort_unstable();
        prop_assert_eq!(verdict(&rules, &call, can_ask), verdict(&sorted, &call, can_ask));
    }

    #[test]
    fn no_spelling_of_a_path_leads_elsewhere(
        detours in prop::collection::vec("\\./|[a-z]{1,3}/\\.\\./|/|\\./\\./", 0..6),
        absolute: bool,
    ) {
        let detour = detours.concat();
        let detour = detour.trim_start_matches('/');
        let path = if absolute {
            format!("/no/such/folder/{detour}repo/{detour}generated/{detour}x")
        } else {
            format!("{detour}generated/{detour}x")
        };
        let places = repository().places(&path, Follow::All);
        prop_assert_eq!(&places.lexical, &Place::Inside("generated/x".into()), "{}", path);
        prop_assert_eq!(&places.real, &Place::Inside("generated/x".into()), "{}", path);
    }

    #[test]
    fn a_place_is_inside_without_dots_or_outside(path in "(\\.\\.?/|[a-z]/|/){0,8}[a-z.]{0,3}") {
        let places = repository().places(&path, Follow::All);
        for place in [places.lexical, places.real] {
            match place {
                Place::Inside(path) => {
                    let clean = path.split('/').all(|name| name != "." && name != "..");
                    prop_assert!(clean && !path.starts_with('/'), "{}", path);
                }
                Place::Outside(path) => prop_assert!(path.starts_with('/'), "{}", path),
            }
        }
    }

    #[test]
    fn no_text_makes_the_walk_panic(text in "[a-z$(){}\\[\\]<>|&;`'\"\\\\ \n=*?~/.!#-]{0,60}") {
        let _ = effects::of(&shell(&text), &repository());
    }
}
