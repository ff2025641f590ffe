//! Deep, long and repeated constructs: an answer in time, on the small stack of a test thread.

use std::time::Duration;

use serde_json::Value;

use super::cases::CASES;
use crate::processor;
use crate::shell::{MAX_TEXT, UnparsedKind, parse};

/// Generous, because the tests run unoptimised.
const BOUND: Duration = Duration::from_secs(5);

#[test]
fn generated_cases_return_in_time() {
    for line in CASES.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let Some(family) = case.get("cmd_gen") else {
            continue;
        };
        let text = |key: &str| family[key].as_str().unwrap();
        for count in family["n"].as_array().unwrap() {
            let count = usize::try_from(count.as_u64().unwrap()).unwrap();
            let open = text("open").repeat(count);
            let input = format!(
                "{}{open}{}{}",
                text("prefix"),
                text("middle"),
                text("close").repeat(count)
            );
            let started = processor::time();
            let _ = parse(&input);
            assert!(
                processor::since(started) < BOUND,
                "{} with {count}",
                case["id"]
            );
        }
    }
}

/// Openers that nest into one another in every order the parser knows.
const NESTING: [&str; 34] = [
    "(",
    "((",
    "( (",
    "$(",
    "echo $(",
    "\"$(",
    "$((",
    "$[",
    "${a:-",
    "\"${a:-",
    "${a[",
    "a[",
    "a[$(",
    "`",
    "\\`",
    "<(",
    "{ ",
    "if ",
    "while ",
    "for x in a; do ",
    "for ((",
    "case a in a) ",
    "[[ ( ",
    "[[ $(",
    "@(",
    "a=(",
    "a=([",
    "f() { ",
    "coproc a ",
    "coproc a$(",
    "{a,",
    "cat <<E\n$(",
    "${a/",
    "${ ",
];

#[test]
fn openers_nest_without_overflow_or_hang() {
    let started = processor::time();
    for first in NESTING {
        for second in NESTING {
            for count in [10, 40, 400] {
                let _ = parse(&format!("{first}{second}").repeat(count));
            }
            assert!(processor::since(started) < BOUND * 12, "{first}{second}");
        }
    }
}

/// Nests that close again, at the depth where the tree is largest.
const CLOSED: [(&str, &str); 20] = [
    ("( ", ")"),
    ("((", ") )"),
    ("$((", ") )"),
    ("$((", "))"),
    ("$(", ")"),
    ("\"$(", ")\""),
    ("echo \"${a:-$(", ")}\""),
    ("{ ", "; }"),
    ("if ", "; then a; fi"),
    ("if a; then ", "; else a; fi"),
    ("while a; do ", "; done"),
    ("for x in a; do ", "; done"),
    ("case a in a) ", " ;; esac"),
    ("f() { ", "; }"),
    ("[[ a$(", ") ]]"),
    ("a[$(", ")]=1"),
    ("a[$(", ")]"),
    ("coproc a$(", ")"),
    ("a=([$(", ")]=x)"),
    ("cat <(", ")"),
];

#[test]
fn closed_nests_are_read_or_refused_as_too_deep() {
    let started = processor::time();
    for (open, close) in CLOSED {
        for depth in 1..70 {
            let text = format!("{}a{}", open.repeat(depth), close.repeat(depth));
            if let Err(error) = parse(&text) {
                assert!(
                    depth > 20 || error.kind != UnparsedKind::TooDeep,
                    "{depth} {text}"
                );
            }
            assert!(processor::since(started) < BOUND * 4, "{depth} {text}");
        }
    }
}

#[test]
fn long_texts_are_read_in_linear_time() {
    let lines = [
        "echo a 'b c' \"$d\" > e && f | g; ",
        "a ",
        "a",
        "a=b ",
        "\"a\"",
        "$(a)",
        "`a`",
        "((a); b);",
        "{a,b} ",
        "[",
        "a[1]",
        "\\\n",
        "# x\n",
        "a # x\n",
        "cat <<E\nx\nE\n",
        "if a; then b; fi\n",
        "é",
        "a\n",
    ];
    for line in lines {
        let text = line.repeat(MAX_TEXT / 4 / line.len());
        let started = processor::time();
        let _ = parse(&text);
        assert!(processor::since(started) < BOUND * 4, "{line:?}");
    }
}

#[test]
fn words_with_endless_braces_are_refused() {
    for piece in ["{", "{a,", "{a}", ",", "..", "{1..2}", "{,$x}"] {
        let started = processor::time();
        let text = format!("echo {{{}", piece.repeat(MAX_TEXT / 4 / piece.len()));
        assert_eq!(parse(&text).unwrap_err().kind, UnparsedKind::TooDeep);
        assert!(processor::since(started) < BOUND, "{piece:?}");
    }
}

#[test]
fn the_length_limit_is_exact() {
    assert!(parse(&"a".repeat(MAX_TEXT)).is_ok());
    assert_eq!(
        parse(&"a".repeat(MAX_TEXT + 1)).unwrap_err().kind,
        UnparsedKind::TooLong
    );
}
