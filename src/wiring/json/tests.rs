//! In and out again leaves every byte as it was.

use proptest::prelude::*;

use super::*;

/// Groups of hooks below events, as most runtimes have them.
const NESTED: &str = r#"{"hooks": {
    "Before": [{"matcher": "*", "hooks": [{"type": "command", "command": "exec hookgate hook --runtime a --event before-tool", "timeout": 30}]}],
    "Stop": [{"hooks": [{"type": "command", "command": "exec hookgate hook --runtime a --event stop"}]}]
}}"#;
/// Hooks right below events, with a version for the whole file.
const FLAT: &str = r#"{"hooks": {
    "before": [{"command": "hookgate hook --runtime b --event before-tool"}],
    "stop": [{"command": "hookgate hook --runtime b --event stop"}]
}, "version": 1}"#;
/// Events at the top.
const BARE: &str =
    r#"{"Before": [{"hooks": [{"command": "hookgate hook --runtime c --event before-tool"}]}]}"#;

fn template(text: &str) -> Node {
    parse(text).unwrap().root.unwrap()
}

#[track_caller]
fn assert_round_trip(text: &str, template: &Node) {
    let merged = merge(text, template).unwrap_or_else(|problem| panic!("{text:?}: {problem}"));
    let below = |node: &Node| {
        node.get("hooks")
            .filter(|_| template.get("hooks").is_some())
            .cloned()
    };
    let root = parse(&merged).unwrap().root.unwrap();
    let root = below(&root).unwrap_or(root);
    for member in below(template).unwrap_or(template.clone()).members() {
        let there = root.get(&member.key).unwrap();
        for entry in member.node.elements() {
            let found = there
                .elements()
                .iter()
                .filter(|e| e.value() == entry.value());
            assert_eq!(found.count(), 1, "{merged}");
        }
    }
    assert_eq!(merge(&merged, template).unwrap(), merged, "again");
    assert_eq!(
        unmerge(&merged, template).unwrap(),
        Left::Text(text.to_owned()),
        "{merged}"
    );
}

#[test]
fn what_was_there_stays_byte_for_byte() {
    let foreign = r#"{"matcher": "Bash", "hooks": [{"type": "command", "command": "./guard.sh"}]}"#;
    let cases = [
        String::new(),
        "\n".into(),
        " \r\n\t".into(),
        "\u{feff}".into(),
        "{}".into(),
        "{}\n".into(),
        "{ }\n".into(),
        "{\n}\n".into(),
        "{\r\n}\r\n".into(),
        "\u{feff}{}\r\n".into(),
        "  {}".into(),
        "{\"hooks\": {}}".into(),
        "{\"hooks\":{}}".into(),
        "{\n  \"hooks\": {}\n}\n".into(),
        "{\n  \"hooks\": {\n  }\n}\n".into(),
        "{\n  \"hooks\": {\"Before\": []}\n}\n".into(),
        "{\n  \"hooks\": {\"Before\": [ ], \"before\": [\n]}\n}".into(),
        "{\"permissions\":{\"allow\":[\"Bash(ls)\"]}}".into(),
        "{\"a\": 1, \"b\": [1, 2]}\n".into(),
        "{ \"a\": 1 }".into(),
        "{\n\t\"a\": 1,\n\t\"hooks\": {\n\t\t\"Before\": []\n\t}\n}\n".into(),
        "{\n    \"a\": 1\n}".into(),
        "{\n \"a\": {\n  \"b\": null\n }\n}\n\n\n".into(),
        "{\r\n  \"a\": 1,\r\n  \"b\": 2\r\n}\r\n".into(),
        "\u{feff}{\r\n\t\"a\": \"\u{e4}\u{1f980}\"\r\n}".into(),
        format!("{{\"hooks\": {{\"Before\": [{foreign}]}}}}"),
        format!("{{\n  \"hooks\": {{\n    \"Before\": [\n      {foreign}\n    ]\n  }}\n}}\n"),
        format!(
            "{{\n  \"hooks\": {{\n    \"Before\": [{foreign},\n      {foreign}],\n    \"Stop\": []\n  }},\n  \"z\": 0\n}}\n"
        ),
        "{\n  // why\n  \"a\": 1 // one\n}\n".into(),
        "{\n  \"a\": 1, // one\n}\n".into(),
        "{\r\n  \"a\": 1 // one\r\n  // two\r\n}\r\n".into(),
        "{\n  \"a\": 1 /* one */ /* two */\n}\n".into(),
        "{\n  \"a\": 1 /* one\n two */\n}\n".into(),
        "{\n  \"a\": 1 // one\r\n}\n".into(),
        "{\"a\": 1,}".into(),
        "{\"a\": [1, 2, ], }".into(),
        "{\"a\": 1 , }".into(),
        "{\n  \"hooks\": {\n    // none yet\n  }\n}\n".into(),
        "// head\n{} // tail\n".into(),
        "/* head */ {\"version\": 1}\n".into(),
        "{\n  \"version\": 1\n}\n".into(),
        "{\n  \"version\": 1,\n  \"hooks\": {}\n}\n".into(),
        "{\n  \"hooks\": {},\n  \"version\": 1\n}\n".into(),
        "{\n  \"a\": 1,\n  \"a\": 2\n}\n".into(),
        "{\"a\": \"{\\\"hooks\\\": {}} // no\"}".into(),
        "{\"a\":\r1}".into(),
        format!("{{\"deep\": {}{}}}", "[".repeat(100), "]".repeat(100)),
        "{\n  \"a\": 1}\n".into(),
        "{\"a\": 1,\n\"b\": 2}".into(),
    ];
    for template in [NESTED, FLAT, BARE].map(template) {
        for case in &cases {
            assert_round_trip(case, &template);
        }
    }
}

#[test]
fn a_file_that_was_not_there_goes_again() {
    for template in [NESTED, FLAT, BARE].map(template) {
        let made = new_file(&template);
        assert_eq!(merge(&made, &template).unwrap(), made);
        assert_eq!(unmerge(&made, &template).unwrap(), Left::Nothing);
    }
    assert_eq!(
        new_file(&template(FLAT)),
        r#"{
  "hooks": {
    "before": [
      {
        "command": "hookgate hook --runtime b --event before-tool"
      }
    ],
    "stop": [
      {
        "command": "hookgate hook --runtime b --event stop"
      }
    ]
  },
  "version": 1
}
"#
    );
}

#[test]
fn entries_go_beside_those_of_others() {
    let text = "{\n\t\"hooks\": {\n\t\t\"before\": [\n\t\t\t{\"command\": \"./a.sh\"} // mine\n\t\t]\n\t},\n\t\"version\": 1\n}\n";
    let merged = merge(text, &template(FLAT)).unwrap();
    assert_eq!(
        merged.replace('\t', "    "),
        r#"{
    "hooks": {
        "before": [
            {"command": "./a.sh"}, // mine
            {
                "command": "hookgate hook --runtime b --event before-tool"
            }
        ],
        "stop": [
            {
                "command": "hookgate hook --runtime b --event stop"
            }
        ]
    },
    "version": 1
}
"#
    );
}

#[test]
fn entries_of_an_older_form_are_replaced_where_they_stand() {
    let old = r#"{"hooks": {"before": [{"command": "hookgate hook --runtime b"}, {"command": "./later.sh"}], "gone": [{"command": "hookgate hook --runtime b --event gone"}]}}"#;
    let merged = merge(old, &template(FLAT)).unwrap();
    assert_eq!(
        merged,
        r#"{"hooks": {"before": [{"command": "hookgate hook --runtime b --event before-tool"}, {"command": "./later.sh"}], "stop": [{"command": "hookgate hook --runtime b --event stop"}]}}"#
    );
    assert_eq!(
        unmerge(&merged, &template(FLAT)).unwrap(),
        Left::Text(r#"{"hooks": {"before": [{"command": "./later.sh"}]}}"#.into())
    );
}

#[test]
fn after_an_edit_by_hand_only_our_entries_go() {
    let template = template(NESTED);
    let merged = merge("{\n  \"a\": 1\n}\n", &template).unwrap();
    let edited = merged
        .replace("\"hooks\": [\n          {\n            \"type\": \"command\",\n            \"command\": \"exec hookgate hook --runtime a --event stop\"\n          }", "\"hooks\": [\n          {\n            \"type\": \"command\",\n            \"command\": \"exec hookgate hook --runtime a --event stop\"\n          },\n          {\"command\": \"mine\"}")
        .replace("  \"a\": 1", "  \"b\": 2");
    assert_ne!(edited, merged);
    let Left::Text(left) = unmerge(&edited, &template).unwrap() else {
        panic!("{edited}");
    };
    assert_eq!(
        left,
        "{\n  \"b\": 2,\n  \"hooks\": {\n    \"Stop\": [\n      {\n        \"hooks\": [\n          {\"command\": \"mine\"}\n        ]\n      }\n    ]\n  }\n}\n"
    );
}

#[test]
fn what_cannot_be_edited_says_where_and_why() {
    let cases = [
        ("{", "line 1, column 1: not valid JSON: unterminated object"),
        (
            "{\n  \"a\": 1\n  \"b\": 2\n}",
            "line 2, column 9: not valid JSON: expected comma",
        ),
        (
            "{'a': 1}",
            "line 1, column 2: not valid JSON: single-quoted strings are not allowed",
        ),
        (
            "{} {}",
            "line 1, column 4: not valid JSON: text cannot contain more than one JSON value",
        ),
        ("[]", "line 1, column 1: the file is a list, not an object"),
        (
            "null",
            "line 1, column 1: the file is `null`, not an object",
        ),
        (
            "{\n  \"hooks\": null\n}",
            "line 2, column 12: `hooks` is `null`, not an object",
        ),
        (
            "{\"hooks\": []}",
            "line 1, column 11: `hooks` is a list, not an object",
        ),
        (
            "{\"hooks\": {\"before\": {}}}",
            "line 1, column 22: `before` is an object, not a list",
        ),
        (
            "{\"hooks\": {}, \"hooks\": {}}",
            "line 1, column 15: the key `hooks` stands here a second time",
        ),
        (
            "{\"version\": 2}",
            "line 1, column 13: `version` is `2`, not `1`",
        ),
        (
            "// only this\n",
            "line 1, column 1: holds comments and no value",
        ),
        (
            "\u{feff}{\"hooks\": 1}",
            "line 1, column 11: `hooks` is `1`, not an object",
        ),
    ];
    for (text, expected) in cases {
        let problem = merge(text, &template(FLAT)).unwrap_err();
        assert_eq!(problem.to_string(), expected, "{text:?}");
    }
    let deep = "[".repeat(100_000);
    let problem = merge(&deep, &template(FLAT)).unwrap_err();
    assert!(
        problem
            .to_string()
            .ends_with("maximum nesting depth exceeded")
    );
}

fn blank() -> impl Strategy<Value = String> {
    const BLANKS: &[&str] = &[
        "",
        "",
        " ",
        "\n",
        "\r\n  ",
        "\t",
        "\n    ",
        " /* c */ ",
        " // c\n",
        "  ",
    ];
    proptest::sample::select(BLANKS).prop_map(str::to_owned)
}

/// JSON with hooks here and there, laid out at random, perhaps with comments and trailing commas.
fn value() -> impl Strategy<Value = String> {
    let leaf = proptest::sample::select(&["1", "null", "\"x\"", "{}", "[]", "[ ]", "{\n}"][..]);
    leaf.prop_map(str::to_owned)
        .prop_recursive(4, 24, 4, |inner| {
            let item = (blank(), inner, blank());
            let items = proptest::collection::vec(item, 0..4);
            (items, any::<bool>(), blank(), any::<bool>()).prop_map(
                |(items, comma, end, is_object)| {
                    let keys = ["hooks", "before", "stop", "other"];
                    let count = items.len();
                    let mut text = String::new();
                    for (at, (before, value, after)) in items.into_iter().enumerate() {
                        let key = if is_object {
                            format!("\"{}\":", keys[at])
                        } else {
                            String::new()
                        };
                        let comma = if at + 1 < count || comma { "," } else { "" };
                        text.extend([&*before, &*key, &*value, &*after, comma]);
                    }
                    if is_object {
                        format!("{{{text}{end}}}")
                    } else {
                        format!("[{text}{end}]")
                    }
                },
            )
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000.max(ProptestConfig::default().cases), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_that_takes_the_entries_gives_them_back(
        before in blank(), hooks in value(), rest in value(), order in any::<bool>(), after in blank(),
    ) {
        let members = if order {
            format!("\"hooks\": {hooks},{before}\"rest\": {rest}")
        } else {
            format!("\"rest\": {rest}, \"hooks\":{hooks}")
        };
        let text = format!("{before}{{{after}{members}{before}}}{after}");
        for template in [NESTED, FLAT, BARE].map(template) {
            if let Ok(merged) = merge(&text, &template) {
                prop_assert_eq!(merge(&merged, &template).unwrap(), merged.clone());
                prop_assert_eq!(unmerge(&merged, &template).unwrap(), Left::Text(text.clone()), "{}", merged);
            }
        }
    }
}
