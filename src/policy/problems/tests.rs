use insta::assert_snapshot;

use super::*;
use crate::policy::Layer;
use crate::policy::load::read_text;

const TEXT: &str = "version: 1\nmode: observ\nrules:\n  - id: a\n    record: {on: stop, file: \"x\\u001b\", fil: 1}\n  - id: a\n    reason:\n";

fn problems(text: &str) -> Problems {
    read_text("ops/hookgate.yaml", text, Layer::Repository, "", &[]).problems
}

#[test]
fn codes_are_unique_and_every_one_is_listed() {
    let names: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    let mut unique = names.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), names.len());
    let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    assert!(names.iter().all(|name| name.chars().all(kebab)));
    // Codes are public: a name that goes or changes breaks what people built on it.
    assert_snapshot!(names.join(" "), @r#"unreadable-file too-large not-utf8 control-character syntax unsupported-tag alias-inside-itself too-deep too-many-values several-documents duplicate-key empty-file bad-key unknown-key unknown-kind misplaced-key missing-key wrong-type empty-list empty-text empty-advice unsupported-version no-kind two-kinds idle-key bad-example unknown-event unknown-action unknown-access unknown-scope unknown-mode unknown-answer unknown-runtime bad-id bad-regex bad-glob bad-command bad-duration zero-timeout bad-variable outside-repository never-matches relative-exception leaves-repository duplicate-id unknown-pack unreadable-extends extends-outside extends-cycle unknown-gate needs-circle looser-layer"#);
}

#[test]
fn the_report_ends_with_what_it_means_for_protection() {
    assert_snapshot!(report(&problems(TEXT), Format::Human(Colour::Plain)), @r#"
    error[unknown-mode]: there is no mode called `observ`
     --> ops/hookgate.yaml:2:7
      |
    2 | mode: observ
      |       ^^^^^^ did you mean `observe`?
      |
      = help: modes: enforce, observe

    error[unknown-key]: there is no key `fil` in `record`
     --> ops/hookgate.yaml:5:41
      |
    5 |     record: {on: stop, file: "x\u001b", fil: 1}
      |                                         ^^^ did you mean `file`?
      |
      = help: keys: on, file

    error[no-kind]: this rule does not say what it is about
     --> ops/hookgate.yaml:6:9
      |
    6 |   - id: a
      |         ^ no kind
      |
      = help: give it one of these keys: protect-paths, deny-command, quality-gate, add-context, record

    error[duplicate-id]: two rules share the id `a`
     --> ops/hookgate.yaml:6:9
      |
    4 |   - id: a
      |         - first used here
    5 |     record: {on: stop, file: "x\u001b", fil: 1}
    6 |   - id: a
      |         ^ used again here
      |
      = help: ids name a rule in answers, state files and `explain`, so each must be unique

    warning[empty-advice]: `reason` is empty
     --> ops/hookgate.yaml:7:5
      |
    7 |     reason:
      |     ^^^^^^ nothing in it
      |
      = help: the agent reads this text when the rule refuses a call; write it or delete the key

    4 errors and 1 warning in ops/hookgate.yaml; no rule of this policy is in force, and until it loads calls are answered as `when-broken` says: deny before tools, deny on stop, allow otherwise
    "#);
}

#[test]
fn a_warning_leaves_the_policy_in_force() {
    let text = "version: 1\nrules:\n  - id: a\n    deny-command: {patterns: [make], in: sql}\n";
    assert_snapshot!(report(&problems(text), Format::Human(Colour::Plain)), @r#"
    warning[idle-key]: `in` does nothing here
     --> ops/hookgate.yaml:4:38
      |
    4 |     deny-command: {patterns: [make], in: sql}
      |                                      ^^ there is no `matches`
      |
      = help: it says which text `matches` looks at

    1 warning in ops/hookgate.yaml; the policy is in force
    "#);
}

#[test]
fn nothing_to_say_is_said_with_nothing() {
    let none = problems("version: 1\n");
    assert_eq!(report(&none, Format::Human(Colour::Coloured)), "");
    assert_eq!(report(&none, Format::Github), "");
    assert_snapshot!(report(&none, Format::Json), @r#"{"errors":0,"problems":[],"version":1,"warnings":0}"#);
}

#[test]
fn json_is_stable() {
    let text =
        serde_json::to_string_pretty(&problems("version: 1\nmöde: é\nmode: observ\n").to_json())
            .unwrap();
    assert_snapshot!(text, @r#"
    {
      "errors": 2,
      "problems": [
        {
          "code": "unknown-key",
          "column": 1,
          "end_column": 5,
          "end_line": 2,
          "file": "ops/hookgate.yaml",
          "help": "keys: version, extends, runtimes, mode, when-broken, on-unknown, rules",
          "label": "did you mean `mode`?",
          "line": 2,
          "message": "there is no key `möde` in a policy",
          "severity": "error"
        },
        {
          "code": "unknown-mode",
          "column": 7,
          "end_column": 13,
          "end_line": 3,
          "file": "ops/hookgate.yaml",
          "help": "modes: enforce, observe",
          "label": "did you mean `observe`?",
          "line": 3,
          "message": "there is no mode called `observ`",
          "severity": "error"
        }
      ],
      "version": 1,
      "warnings": 0
    }
    "#);
}

#[test]
fn github_annotations_are_one_line_each() {
    assert_snapshot!(report(&problems(TEXT), Format::Github), @r#"
    ::error file=ops/hookgate.yaml,line=2,col=7,endLine=2,endColumn=13,title=unknown-mode::there is no mode called `observ`; did you mean `observe`?; modes: enforce, observe
    ::error file=ops/hookgate.yaml,line=5,col=41,endLine=5,endColumn=44,title=unknown-key::there is no key `fil` in `record`; did you mean `file`?; keys: on, file
    ::error file=ops/hookgate.yaml,line=6,col=9,endLine=6,endColumn=10,title=no-kind::this rule does not say what it is about; no kind; give it one of these keys: protect-paths, deny-command, quality-gate, add-context, record
    ::error file=ops/hookgate.yaml,line=6,col=9,endLine=6,endColumn=10,title=duplicate-id::two rules share the id `a`; used again here; ids name a rule in answers, state files and `explain`, so each must be unique
    ::warning file=ops/hookgate.yaml,line=7,col=5,endLine=7,endColumn=11,title=empty-advice::`reason` is empty; nothing in it; the agent reads this text when the rule refuses a call; write it or delete the key
    "#);
}

#[test]
fn colours_change_nothing_but_colours() {
    let coloured = report(&problems(TEXT), Format::Human(Colour::Coloured));
    assert!(coloured.contains("\u{1b}["));
    let mut plain = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    plain.push_str(rest);
    assert_eq!(plain, report(&problems(TEXT), Format::Human(Colour::Plain)));
}

#[test]
fn control_characters_of_a_file_are_spelt_out() {
    let text = "version: 1\n\"\\e[31mred\\u202e\": 1\nrules: [{id: \"a\\nb\"}]\n";
    for format in [Format::Human(Colour::Plain), Format::Github, Format::Json] {
        let shown = report(&problems(text), format);
        assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown}");
    }
    assert_snapshot!(problems(text).iter().map(|p| p.title.as_str()).collect::<Vec<_>>().join("\n"), @r#"
    there is no key `\u{1b}[31mred\u{202e}` in a policy
    this rule does not say what it is about
    `a\nb` cannot be a rule's id
    "#);
}

#[test]
fn very_many_problems_are_counted_but_not_all_kept() {
    let lines: Vec<String> = (0..3_000)
        .map(|number| format!("wrong-{number}: 1\n"))
        .collect();
    let text = format!("version: 1\n{}", lines.concat());
    let problems = problems(&text);
    assert_eq!(problems.counts(), (3_000, 0));
    assert_eq!(problems.iter().count(), LIMIT);
    let report = report(&problems, Format::Human(Colour::Plain));
    assert!(
        report.contains("3000 errors in ops/hookgate.yaml (the first 1000 are shown); no rule"),
        "{report}"
    );
}

#[test]
fn long_lines_are_cut_around_the_place() {
    let text = format!(
        "version: 1 # {}\nmode: observ # {}\n",
        "x".repeat(9_000),
        "ü".repeat(9_000)
    );
    let report = report(&problems(&text), Format::Human(Colour::Plain));
    assert!(report.len() < 6_000, "{}", report.len());
    assert!(report.contains("ops/hookgate.yaml:2:7"), "{report}");
}
