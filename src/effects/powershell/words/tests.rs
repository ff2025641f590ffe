//! How words are taken apart.

use super::{Element, Part, is_whole, read};

fn shown(text: &str) -> Vec<String> {
    let elements = read(text).unwrap();
    let one = |element: &Element| match element {
        Element::Word(word) => {
            let parts = word.parts.iter().map(|part| match part {
                Part::Bare(text) | Part::Quoted(text) => text.clone(),
                Part::Variable(name) => format!("<{name}>"),
                Part::Splat(name) => format!("<@{name}>"),
                Part::Expands(range) | Part::Expression(range) | Part::Block(range) => {
                    format!("[{}]", &text[range.clone()])
                }
            });
            parts.collect()
        }
        other => format!("{other:?}"),
    };
    elements.iter().map(one).collect()
}

#[test]
fn words_are_taken_apart_as_powershell_does() {
    assert_eq!(
        shown("rm -Path:'a b' ,c # no"),
        ["rm", "-Path:a b", "Comma", "c"]
    );
    assert_eq!(
        shown("git log --format=%H -n1"),
        ["git", "log", "--format=%H", "-n1"]
    );
    assert_eq!(
        shown("a 2>&1 2> $null *>x"),
        ["a", "Redirect", "<null>", "Redirect", "x"]
    );
    assert_eq!(shown("rm $HOME\\x ${a b}"), ["rm", "<HOME>\\x", "<a b>"]);
    assert_eq!(shown("rm (a b).c {d}"), ["rm", "[(a b).c]", "[d]"]);
    assert_eq!(
        shown("rm .\\x C:\\y a`\n b` c"),
        ["rm", ".\\x", "C:\\y", "a", "b c"]
    );
    assert_eq!(shown("x @args @{a=')'}"), ["x", "<@args>", "[@{a=')'}]"]);
    assert_eq!(
        shown("x $a.b[0].c(1) $env:T"),
        ["x", "[$a.b[0].c(1)]", "<env:T>"]
    );
}

#[test]
fn letters_that_only_look_like_quotes_are_refused() {
    assert!(read("rm \u{201c}x\u{201d}").is_err());
    assert!(read("rm \u{2013}Recurse x").is_err());
    assert!(!is_whole("echo 'a\u{2019}; rm x"));
    assert!(is_whole("git commit -m \"don\u{2019}t \u{2013} ever\""));
}
