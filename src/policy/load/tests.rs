use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::call::{Access, Event};
use crate::policy::problems::{Colour, Format, report};
use crate::policy::rules::{GateCommand, GateEvent};
use crate::policy::{Action, Example, RuleKind};
use crate::repo::Case;

const RUNTIMES: [&str; 3] = ["alpha", "beta", "gamma"];

/// Reads a text that must have no problem.
#[track_caller]
fn valid(text: &str) -> PolicySet {
    let loaded = read_text("hookgate.yaml", text, Layer::Repository, "", &RUNTIMES);
    assert_eq!(report(&loaded.problems, Format::Human(Colour::Plain)), "");
    loaded.set
}

/// Returns the one rule of a text whose version line and list are left out.
#[track_caller]
fn rule(text: &str) -> RuleKind {
    let set = valid(&format!("version: 1\nrules:\n  - id: x\n    {text}\n"));
    set.rules[0].kind.clone()
}

/// Returns the codes of a text's problems.
fn codes(text: &str) -> Vec<&'static str> {
    let loaded = read_text("hookgate.yaml", text, Layer::Repository, "", &RUNTIMES);
    loaded
        .problems
        .iter()
        .map(|problem| problem.code.name())
        .collect()
}

/// The example of the design, but for what it extends.
const EXAMPLE: &str = r#"version: 1
extends: [baseline, git-safety]
runtimes: [alpha, beta, gamma]
mode: enforce
when-broken: {before-tool: deny, stop: deny, otherwise: allow}

rules:
  - id: generated-code
    protect-paths:
      paths: [generated/**]
      deny: [write, delete]
    reason: generated from schema/api.yaml
    instead: edit schema/api.yaml and run `make gen`
    tests:
      deny:  [{edit: generated/api_client.py}, {shell: "sed -i s/a/b/ generated/api_client.py"}]
      allow: [{shell: "cat generated/api_client.py"}, {edit: src/checkout.py}]

  - id: leave-the-rest-alone
    protect-paths: {outside-repository: true, except: [/tmp/**], deny: [write, delete]}

  - id: no-force-push
    deny-command:
      patterns: [git push --force, git push --mirror]
      except: [git push --force-with-lease]
    reason: rewrites history that others have
    instead: git push --force-with-lease

  - id: unit-tests
    quality-gate:
      run: python3 -m unittest discover -s tests
      inputs: [src/**, tests/**]
      on: [after-edit, stop]
      timeout: 60s

  - id: checkout-care
    add-context:
      on: prompt
      when: {prompt: [refund, billing, invoice, payment, checkout]}
      text: This touches checkout or payment. Update tests and say what a customer will see.

  - id: session-record
    record: {on: [session-end], file: reports/session-audit.log}
"#;

/// Returns the rules of the file itself.
fn own(set: &PolicySet) -> Vec<&crate::policy::Rule> {
    let rules = set.rules.iter();
    rules
        .filter(|rule| rule.origin.file == "hookgate.yaml")
        .collect()
}

#[test]
fn the_example_loads_to_its_rules() {
    let set = valid(EXAMPLE);
    assert_eq!(set.runtimes, RUNTIMES);
    let own = own(&set);
    let [generated, outside, ..] = own.as_slice() else {
        panic!("{own:?}")
    };

    assert_eq!(
        (
            generated.id.as_str(),
            generated.origin.line,
            generated.origin.column
        ),
        ("generated-code", 8, 9)
    );
    assert_eq!(generated.action, Action::Deny);
    assert_eq!(
        generated.instead.as_deref(),
        Some("edit schema/api.yaml and run `make gen`")
    );
    assert_eq!(
        generated.tests.deny[0],
        Example::Edit("generated/api_client.py".into())
    );
    assert_eq!(
        generated.tests.allow[0],
        Example::Shell("cat generated/api_client.py".into())
    );
    let RuleKind::ProtectPaths(paths) = &generated.kind else {
        panic!("{generated:?}")
    };
    assert!(
        paths
            .paths
            .matches("generated/a", Case::Sensitive)
            .is_some()
    );
    assert_eq!(paths.deny, [Access::Write, Access::Delete]);

    let RuleKind::ProtectPaths(paths) = &outside.kind else {
        panic!("{outside:?}")
    };
    assert!(paths.outside_repository && paths.paths.is_empty());
    assert!(
        paths
            .except
            .matches_absolute("/tmp/x", None, Case::Sensitive)
            .is_some()
    );
}

#[test]
fn the_example_loads_every_kind() {
    let set = valid(EXAMPLE);
    let own = own(&set);
    let [_, _, push, gate, context, record] = own.as_slice() else {
        panic!("{own:?}")
    };
    let RuleKind::DenyCommand(command) = &push.kind else {
        panic!("{push:?}")
    };
    assert_eq!((command.patterns.len(), command.except.len()), (2, 1));

    let RuleKind::QualityGate(gate) = &gate.kind else {
        panic!("{gate:?}")
    };
    assert_eq!(
        gate.run,
        GateCommand::Shell("python3 -m unittest discover -s tests".into())
    );
    assert_eq!(gate.on, [GateEvent::AfterEdit, GateEvent::Stop]);
    assert_eq!(gate.timeout, Duration::from_mins(1));

    let RuleKind::AddContext(context) = &context.kind else {
        panic!("{context:?}")
    };
    assert_eq!((context.on, context.prompt_words.len()), (Event::Prompt, 5));

    let RuleKind::Record(record) = &record.kind else {
        panic!("{record:?}")
    };
    assert_eq!(
        (record.on.as_slice(), record.file.as_str()),
        (&[Event::SessionEnd][..], "reports/session-audit.log")
    );
}

#[test]
fn a_lone_word_is_a_list_of_one() {
    let RuleKind::ProtectPaths(paths) = rule("protect-paths: {paths: a, deny: read}") else {
        panic!()
    };
    assert_eq!(paths.deny, [Access::Read]);
    let RuleKind::Record(record) = rule("record: {on: stop, file: a.log}") else {
        panic!()
    };
    assert_eq!(record.on, [Event::Stop]);
}

#[test]
fn gates_have_defaults() {
    let RuleKind::QualityGate(gate) = rule("quality-gate: {run: [make, test], inputs: src/**}")
    else {
        panic!()
    };
    assert_eq!(
        gate.run,
        GateCommand::Words(vec!["make".into(), "test".into()])
    );
    assert_eq!(
        (gate.on.as_slice(), gate.timeout, gate.run_on_stop),
        (&[GateEvent::Stop][..], Duration::from_mins(1), true)
    );
    let text = "quality-gate: {run: x, inputs: y, env: {PORT: 8080, A: ''}, timeout: 1m 30s, working-directory: sub}";
    let RuleKind::QualityGate(gate) = rule(text) else {
        panic!()
    };
    assert_eq!(
        gate.env,
        [
            ("PORT".to_owned(), "8080".to_owned()),
            ("A".to_owned(), String::new())
        ]
    );
    assert_eq!(gate.timeout, Duration::from_secs(90));
}

#[test]
fn many_small_things_are_noticed() {
    let one = |text: &str| codes(&format!("version: 1\nrules:\n  - id: x\n    {text}\n"));
    assert_eq!(
        one("protect-paths: {outside-repository: false}"),
        ["missing-key"]
    );
    assert_eq!(
        one("protect-paths: {paths: a, except: /tmp/**}"),
        ["idle-key"]
    );
    assert_eq!(
        one("protect-paths: {outside-repository: yes}"),
        ["missing-key", "wrong-type"]
    );
    assert_eq!(one("protect-paths: [a]"), ["wrong-type"]);
    assert_eq!(
        one("protect-paths: {paths: ['/src/**', 'a:b', '/bin/x']}"),
        Vec::<&str>::new()
    );
    assert_eq!(
        one("protect-paths: {paths: ['~/x', 'C:/x', '!/etc/x', '../x']}"),
        ["outside-repository"]
    );
    assert_eq!(
        one(
            "protect-paths: {paths: ['./a', 'a/./b', 'a ', ' a', '$HOME/x', '~', 'a\\b', '!./a', '//a', 'a//b']}"
        ),
        ["dead-glob"; 8]
    );
    assert_eq!(
        one("quality-gate: {run: x, inputs: ['~/x', /etc/x]}"),
        ["outside-repository"]
    );
    assert_eq!(one("deny-command: {except: a}"), ["missing-key"]);
    assert_eq!(
        one("deny-command: {patterns: a, matches: '(?=x)'}"),
        ["bad-regex"]
    );
    assert_eq!(
        one("deny-command: {matches: 'x{1000}{1000}{1000}'}"),
        ["bad-regex"]
    );
    assert_eq!(
        one("add-context: {on: session-start, when: {prompt: a}, text: b}"),
        ["idle-key"]
    );
    assert_eq!(one("add-context: {on: stop, text: b}"), ["unknown-event"]);
    assert_eq!(
        one("quality-gate: {run: a, inputs: b, on: after-edit, run-on-stop: false}"),
        ["idle-key"]
    );
    assert_eq!(
        one("quality-gate: {run: a, inputs: b, working-directory: a/../..}"),
        ["leaves-repository"]
    );
    assert_eq!(
        one("record: {on: other, file: /x}"),
        ["unknown-event", "leaves-repository"]
    );
    assert_eq!(one("paths: [a]"), ["no-kind", "misplaced-key"]);
    assert_eq!(codes("version: '1'\n"), ["wrong-type"]);
    assert_eq!(codes("version: 1\ndeny-command: {}\n"), ["misplaced-key"]);
    assert_eq!(codes("[1, 2]"), ["wrong-type"]);
    assert_eq!(codes("version: 1\nrules: {}\n"), ["wrong-type"]);
}

#[test]
fn a_regular_expression_is_marked_inside_quotes_and_blocks() {
    let place = |text: &str| {
        let text =
            format!("version: 1\nrules:\n  - id: x\n    deny-command:\n      matches: {text}\n");
        let loaded = read_text("x", &text, Layer::Repository, "", &[]);
        let span = loaded.problems.iter().next().unwrap().place.span;
        (
            span.line,
            span.column,
            text[span.start..span.end].to_owned(),
        )
    };
    assert_eq!(place("ü(x"), (5, 17, "(".into()));
    assert_eq!(place("'ü(x'"), (5, 18, "(".into()));
    assert_eq!(place("\"ü(x\""), (5, 18, "(".into()));
    assert_eq!(place("\"\\u00fc(x\""), (5, 16, "\"\\u00fc(x\"".into()));
    assert_eq!(place("|\n        ü(x"), (6, 10, "(".into()));
}

#[test]
fn the_base_goes_to_every_rule() {
    let text = "version: 1\nextends: git-safety\nrules:\n  - id: x\n    record: {on: stop, file: ../a.log}\n";
    let loaded = read_text("shop/hookgate.yaml", text, Layer::Subfolder, "shop", &[]);
    assert!(loaded.is_usable());
    assert!(loaded.set.rules.iter().all(|rule| rule.base == "shop"));
}

#[test]
fn a_broken_file_keeps_its_settings_but_cannot_be_used() {
    let text = "version: 1\nwhen-broken: {before-tool: allow}\nrules: [{}]\n";
    let loaded = read_text("hookgate.yaml", text, Layer::Repository, "", &[]);
    assert!(!loaded.is_usable());
    assert_eq!(
        loaded.set.when_broken.before_tool,
        crate::decision::Verdict::Neutral
    );
    let report = report(&loaded.problems, Format::Human(Colour::Plain));
    assert!(
        report.ends_with("says: allow before tools, deny on stop, allow otherwise\n"),
        "{report}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Cuts, doubles and changes pieces of a valid file, so that broken files of every depth come up.
    #[test]
    fn no_damage_to_a_policy_panics(cuts in proptest::collection::vec((0usize..2_000, 0usize..40, "[-:,{}\\[\\]'\"&*!|># \nü0a]{0,4}"), 0..6)) {
        let mut text = EXAMPLE.to_owned();
        for (start, len, put) in cuts {
            let start = start.min(text.len());
            let end = (start + len).min(text.len());
            if text.is_char_boundary(start) && text.is_char_boundary(end) {
                text.replace_range(start..end, &put);
            }
        }
        let loaded = read_text("hookgate.yaml", &text, Layer::Repository, "", &RUNTIMES);
        for format in [Format::Human(Colour::Plain), Format::Json, Format::Github] {
            let _ = report(&loaded.problems, format);
        }
        for problem in loaded.problems.iter() {
            prop_assert!(!problem.title.is_empty() && !problem.title.ends_with('.'));
        }
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let loaded = read_bytes("hookgate.yaml", &bytes, Layer::Repository, "", &RUNTIMES);
        let _ = report(&loaded.problems, Format::Human(Colour::Coloured));
    }
}
