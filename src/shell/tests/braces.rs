//! Brace expansion with the habits of bash, and the tildes that it leaves behind.

use super::traps::check;
use crate::shell::{PartKind, parse};

#[test]
fn brace_expansion_follows_the_habits_of_bash() {
    check(
        "rm {a},b} {},c} x{,y} {{a,b}",
        &["rm a} b {},c} x xy {a {b"],
    );
    check(
        "rm {0{a,b}1..03} {1..'a,b'} {1..2}{",
        &["rm 0a1..03 0b1..03 1..a,b 1{ 2{"],
    );
    check(
        "rm {a..e..2} {5..1..2} {-1..1} {08..10} {1..3..} {a..1}",
        &["rm a c e 5 3 1 -1 0 1 08 09 10 {1..3..} {a..1}"],
    );
    check("rm {\"\",a} {,}", &["rm  a"]);
    check("{rm,a}", &["rm a"]);
    check("x={a,b} rm <<<{c,d}", &["rm"]);
    let script = parse("rm {1..9}{1..9}{1..9}{1..9} {1..999999}").unwrap();
    script.for_each_simple(&mut |command| {
        assert!(
            command
                .words
                .iter()
                .skip(1)
                .all(|word| word.expand_braces().is_none())
        );
        assert!(command.expanded_words().is_none());
    });
}

#[test]
fn brace_expansions_that_make_new_expansions_are_uncertain() {
    for word in ["$x{a,b}", "{$,x}{1,2}", "{$x,y}z", "{a,$}'b'"] {
        let script = parse(&format!("rm {word}")).unwrap();
        script
            .for_each_simple(&mut |command| assert!(command.expanded_words().is_none(), "{word}"));
    }
    check("rm ${x}{a,b} {$x,y}/z $1{0,1}", &["rm … … … y/z … …"]);
}

#[test]
fn braces_around_expansions_that_bash_does_not_skip_are_uncertain() {
    for word in [
        "{c,${x/f{,g}}",
        "{a,$[1,2]}",
        "{a,@(b,c)}",
        "{a,\"${x:-\"}\"}\"}",
    ] {
        let script = parse(&format!("rm {word}")).unwrap();
        script
            .for_each_simple(&mut |command| assert!(command.expanded_words().is_none(), "{word}"));
    }
    check(
        "rm {a,${x:-b}} {c,$(d,e)} {f,\"g,$x\"}",
        &["d,e", "rm a … c … f …"],
    );
}

#[test]
fn unknown_brace_expansions_keep_the_commands_inside() {
    let mut names = Vec::new();
    parse("`echo {1..$(rm a)}`")
        .unwrap()
        .for_each_simple(&mut |command| names.push(command.words[0].prefix()));
    assert_eq!(names, ["rm", "echo", ""]);
}

#[test]
fn tildes_are_marked_where_bash_expands_them() {
    let tildes = |text: &str| {
        let mut count = 0;
        parse(text).unwrap().for_each_simple(&mut |command| {
            for word in command.expanded_words().unwrap() {
                count += word
                    .parts
                    .iter()
                    .filter(|part| matches!(part.kind, PartKind::Tilde(_)))
                    .count();
            }
        });
        count
    };
    assert_eq!(tildes("rm ~ ~a/b P=~/a:~/b {~,~x}/y ~{a,b}"), 8);
    assert_eq!(tildes("rm a~ '~' \\~ ~'a' ~$x --p=~/a a:~ 1=~"), 0);
}
