//! The traps that made other parsers lose commands, one check each.
//!
//! A check lists every simple command of a text: words joined by blanks, `…` for words that are not certain.

use crate::shell::{
    Command, CompoundKind, HereDoc, Node, PartKind, Span, SubstitutionKind, Target, UnparsedKind,
    parse,
};

/// Returns the simple commands, in the order of the walker.
fn commands(text: &str) -> Vec<String> {
    let mut commands = Vec::new();
    parse(text)
        .unwrap_or_else(|error| panic!("{error:?} in {text:?}"))
        .for_each_simple(&mut |command| {
            let words = command.expanded_words().unwrap();
            let words = words.iter().map(|word| {
                word.static_text()
                    .map_or("…".to_owned(), std::borrow::Cow::into_owned)
            });
            commands.push(words.collect::<Vec<_>>().join(" "));
        });
    commands
}

#[track_caller]
pub(super) fn check(text: &str, expected: &[&str]) {
    assert_eq!(commands(text), expected, "{text:?}");
}

#[track_caller]
pub(super) fn refuses(texts: &[&str]) {
    for text in texts {
        assert!(parse(text).is_err(), "{text:?}");
    }
}

fn heredocs(text: &str) -> Vec<(HereDoc, String)> {
    let mut found = Vec::new();
    parse(text).unwrap().for_each_redirect(&mut |redirect| {
        if let Target::HereDoc(doc) = &redirect.target {
            let body = doc
                .body()
                .iter()
                .map(|part| part.text().unwrap_or("…"))
                .collect();
            found.push((doc.clone(), body));
        }
    });
    found
}

#[test]
fn double_parentheses_are_reread_as_subshells() {
    check("((rm a); rm b)", &["rm a", "rm b"]);
    check("((rm a)|rm b)", &["rm a", "rm b"]);
    check("echo $((rm a); rm b)", &["rm a", "rm b", "echo …"]);
    check("echo $((rm a) )", &["rm a", "echo …"]);
    check("((((rm a) ); rm b) )", &["rm a", "rm b"]);
    check("(( $(rm a) + `rm b` ))", &["rm a", "rm b"]);
    check("((rm a))", &[]);
    check("( ((rm a)) )", &[]);
}

#[test]
fn single_quotes_in_double_quoted_operands_quote_only_patterns() {
    check("echo \"${x:-'$(rm a)'}\"", &["rm a", "echo …"]);
    check("echo \"${x='`rm a`'}\"", &["rm a", "echo …"]);
    check("echo \"${x#'$(rm a)'}\"", &["echo …"]);
    check("echo \"${x/'$(rm a)'/'$(rm b)'}\"", &["echo …"]);
    check("echo ${x:-'$(rm a)'}", &["echo …"]);
    check("echo $(( '$(rm a)' ))", &["rm a", "echo …"]);
    check("echo ${x:'$(rm a)'}", &["rm a", "echo …"]);
    check("a['$(rm a)']=1", &["rm a", ""]);
    check("cat <<E\n${x:-'$(rm a)'}\nE", &["rm a", "cat"]);
    refuses(&[
        "echo \"${x:-it's}\"",
        "echo \"${x:-'$(rm'b)}\"",
        "echo \"${x:-'\"'}\"",
    ]);
}

#[test]
fn ansi_quotes_that_are_decoded_before_expansion_are_refused() {
    refuses(&[
        "echo \"${x:-$'\\x24(rm a)'}\"",
        "echo $(( $'\\x24(rm a)' ))",
    ]);
    check("echo \"${x#$'\\x24(rm a)'}\" \"$'a'\"", &["echo … $'a'"]);
}

#[test]
fn text_that_arithmetic_would_expand_again_is_refused() {
    refuses(&[
        "echo $(( a[\\$(rm b)] ))",
        "(( a[\"\\$(rm b)\"] ))",
        "[[ 'a[$(rm b)]' -eq 1 ]]",
        "[[ -v 'a[$(rm b)]' ]]",
        "echo ${x:\\$(rm b)}",
    ]);
    check("[[ 'a[$(rm b)]' == 1 && 3 -lt 4 ]]", &[]);
}

#[test]
fn here_documents_start_at_the_next_newline() {
    check(
        "cat <<A; rm b\n$(rm a)\nA\nrm c",
        &["rm a", "cat", "rm b", "rm c"],
    );
    check("x=$(cat <<A\n)\nA\n); rm b", &["cat", "", "rm b"]);
    check("cat <<A \"b\nc\"\nA\nrm a", &["cat b\nc", "rm a"]);
    check("if cat <<A; then\nA\nrm a; fi", &["cat", "rm a"]);
    check("cat <<A && (\nA\nrm a)", &["cat", "rm a"]);
    check("echo `cat <<A\n$(rm a)\nA\n`", &["rm a", "cat", "echo …"]);
    check(
        "cat <<A | tee <<B\n`rm a`\nA\n${x-$(rm b)}\nB\n",
        &["rm a", "cat", "rm b", "tee"],
    );
    // Versions of bash differ on these.
    refuses(&[
        "cat <<A $(echo\nA\n)",
        "echo $(cat <<A)\nA\n",
        "cat <<A x=(\nA\n)",
    ]);
}

#[test]
fn the_whole_line_is_the_delimiter() {
    check("cat <<A\nA \n A\nA;rm\nA\nrm a", &["cat", "rm a"]);
    check("cat <<-A\n\t\tA\nrm a", &["cat", "rm a"]);
    check("cat <<-A\n \tA\n\tA\nrm a", &["cat", "rm a"]);
    check("cat <<A\nx\\\nA\nA\nrm a", &["cat", "rm a"]);
    check("cat <<AB\nA\\\nB\nrm a", &["cat", "rm a"]);
    check("cat <<'AB'\nA\\\nB\nAB\nrm a", &["cat", "rm a"]);
    check("cat <<A\nx\\\\\nA\nrm a", &["cat", "rm a"]);
    check("cat <<''\nx\n\nrm a", &["cat", "rm a"]);
    check("echo $(cat <<A\nx\nA)\nrm a", &["cat", "echo …", "rm a"]);
    check("cat <<A\r\nA\nA\r\nrm a", &["cat", "rm a"]);
    refuses(&[
        "echo $(cat <<A\nx\nAb)\nA\n)",
        "cat <<$x\n$x\n",
        "cat <<\"a\nb\"\na\nb\n",
    ]);
}

#[test]
fn bodies_lose_what_bash_takes_out() {
    let docs = heredocs("cat <<-'A' 3<<B <<C\n\ta\\\n\t$b\n\tA\n\\$x \\\" \\`\nB\nx$(rm)\nC");
    let bodies: Vec<&str> = docs.iter().map(|(_, body)| body.as_str()).collect();
    assert_eq!(bodies, ["a\\\n$b\n", "$x \\\" `\n", "x…\n"]);
    let facts: Vec<_> = docs
        .iter()
        .map(|(doc, _)| (doc.delimiter.as_str(), doc.expands))
        .collect();
    assert_eq!(facts, [("A", false), ("B", true), ("C", true)]);
}

#[test]
fn reserved_words_count_only_where_a_command_starts() {
    check(
        "echo if; x=1 then; >a do; 'if' b; \\fi",
        &["echo if", "then", "do", "if b", "fi"],
    );
    check("a | time rm b", &["a", "time rm b"]);
    check("! time -p ! rm a", &["rm a"]);
    check("if (a) then { b; } fi", &["a", "b"]);
    check("{ [[ a ]] }", &[]);
    check("i\\\nf a; then b; f\\\ni", &["a", "b"]);
}

#[test]
fn misplaced_reserved_words_are_refused() {
    refuses(&[
        "then a",
        "a; ]]",
        "a | ! b",
        "{ (a) >b }",
        "! && a",
        "(time)",
        "coproc a coproc b",
        "in a",
        "{ a }",
        "{a;}",
    ]);
    // A negated subshell, or a pattern with extglob.
    refuses(&["!(rm a)"]);
}

#[test]
fn digits_are_a_descriptor_only_directly_before_the_operator() {
    check("a 2>b 2 >c \\2>d x2>e 2<(f)", &["f", "a 2 2 x2 …"]);
    check("a 99999999999>b", &["a 99999999999"]);
    check("a 2\\\n>b {fd}>c {fd} >d {1}>e", &["a {fd} {1}"]);
    check("a >&-x <& -y >&2-z", &["a x y"]);
    refuses(&[
        "a >2>b",
        "a <<<2>b",
        "a > {x}>b",
        "a={x} >2>c",
        "exec {a[0]}>b",
    ]);
}

#[test]
fn targets_that_bash_expands_twice_are_refused() {
    // `echo >& '$(rm a)'` runs `rm a`, although it is quoted.
    refuses(&[
        "a >& '$(rm a)'",
        "a >&\\`rm\\`",
        "a >&'~'",
        "a >& \"\\$(rm a)\"",
    ]);
    check("a >& 'b' >&\"$c\" >&2 &> '$(rm a)' > '$(rm a)'", &["a"]);
}

#[test]
fn only_blanks_and_newlines_separate() {
    check("a\rb\u{a0}c\u{b}d", &["a\rb\u{a0}c\u{b}d"]);
    check("a \\\r\nb", &["a \r", "b"]);
}

#[test]
fn backslash_newline_vanishes_everywhere_but_in_quotes_and_comments() {
    check("r\\\nm a \\\n b", &["rm a b"]);
    check("a &\\\n& b |\\\n| c >\\\n> d", &["a", "b", "c"]);
    check(
        "$\\\n(rm a) \"$\\\n{x:-$\\\n(rm b)}\"",
        &["rm a", "rm b", "… …"],
    );
    check("a 'b\\\nc' # \\\nrm d", &["a b\\\nc", "rm d"]);
    check("`echo 'a\\\nb'`", &["echo ab", "…"]);
    check("`echo \\\\\nrm a`", &["echo rm a", "…"]);
}

#[test]
fn backticks_lose_their_backslashes_before_they_are_parsed() {
    check("echo `echo \\`rm a\\``", &["rm a", "echo …", "echo …"]);
    check(
        "echo \"`rm \\\"a b\\\"`\" `rm \\\"a b\\\"`",
        &["rm a b", "rm \"a b\"", "echo … …"],
    );
    check("echo \"${x:-`rm \\\"a b\\\"`}\"", &["rm \"a b\"", "echo …"]);
    check("cat <<E\n`rm \\\"a b\\\"`\nE", &["rm \"a b\"", "cat"]);
    check("echo `# \\`rm a\\``", &["echo …"]);
}

#[test]
fn everything_that_runs_is_found_wherever_it_sits() {
    check(
        "a[$(rm a)]=`rm b` c=([$(rm d)]=$(rm e)) f",
        &["rm a", "rm b", "rm d", "rm e", "f"],
    );
    check(
        "echo $[ $(rm a) ] ${#x[$(rm b)]} ${x:$(rm c):1} ${!y-$(rm d)}",
        &["rm a", "rm b", "rm c", "rm d", "echo … … … …"],
    );
    check(
        "for x in $(rm a); do b; done < <(rm c)",
        &["rm c", "rm a", "b"],
    );
    check(
        "for ((i=$(rm a); $(rm b); i++)); do c; done",
        &["rm a", "rm b", "c"],
    );
    check(
        "case $(rm a) in @($(rm b)|c)) d;; esac",
        &["rm a", "rm b", "d"],
    );
    check(
        "[[ -f $(rm a) || b =~ ($(rm c) d) && ! ( `rm e` ) ]]",
        &["rm a", "rm c", "rm e"],
    );
    check(
        "declare -a x=($(rm a)) {a,$(rm b)}",
        &["rm a", "rm b", "declare -a … a …"],
    );
    check("echo ${ rm a; } ${| rm b; }", &["rm a", "rm b", "echo … …"]);
    check(
        "echo @($(rm a)|b) x+(`rm c`)",
        &["rm a", "rm c", "echo … …"],
    );
    check(
        "f() { rm a; } >$(rm b); coproc n { rm c; }",
        &["rm b", "rm a", "rm c"],
    );
}

#[test]
fn a_backslash_at_the_end_is_refused() {
    refuses(&["a b\\", "a <<b\\", "a `b\\\\`"]);
}

#[test]
fn process_substitutions_are_refused_where_bash_finds_their_end_otherwise() {
    refuses(&[
        "a[1<(b)]=2",
        "${a[1<(b)]}",
        "${x:-<(b)}",
        "\"${x#<(b)}\"",
        "${x:1<(b)}",
        "@(<(b))",
    ]);
    check("echo $((1<(2))) $[1<(2)]", &["echo … …"]);
    check("coproc rm b a{1,2}", &["rm b a1 a2"]);
    refuses(&["coproc rm a[b"]);
}

#[test]
fn functions_and_extended_patterns_are_told_apart() {
    check("f () (rm a)", &["rm a"]);
    check("function f (rm a)", &["rm a"]);
    check("function f\n{ rm a; }", &["rm a"]);
    refuses(&[
        "f() rm a",
        "$x() { rm a; }",
        "a=1 f() { b; }",
        "echo a=(b)",
        "echo (a)",
        "f?() { rm a; }",
    ]);
}

#[test]
fn comments_start_only_where_a_token_starts() {
    check("a#b;#rm\nc # rm\n(d)#rm\n", &["a#b", "c", "d"]);
    check("a $(b # )\n) x=#c", &["b", "a … x=#c"]);
    refuses(&["a >#b", "[[ a =~ #b ]]"]);
}

#[test]
fn unfinished_texts_are_told_from_wrong_ones() {
    for text in [
        "a '",
        "a $(",
        "if a",
        "a &&",
        "{ a;",
        "case a in",
        "`a",
        "a <<",
        "[[ a",
        "((",
        "a=(",
    ] {
        assert_eq!(
            parse(text).unwrap_err().kind,
            UnparsedKind::Incomplete,
            "{text:?}"
        );
    }
    for text in ["a )", "a ;; b", ")", "a\0b", "fi", "a | | b"] {
        assert_eq!(
            parse(text).unwrap_err().kind,
            UnparsedKind::Syntax,
            "{text:?}"
        );
    }
}

#[test]
fn spans_point_into_the_text() {
    let text = "a && $(b c) `d \\`e\\`` <<E\n$(f)\nE\n";
    let mut found = Vec::new();
    parse(text).unwrap().walk(&mut |node| {
        if let Node::Simple(command) = node {
            let Span { start, end } = command.span;
            found.push(&text[start..end]);
        }
    });
    assert_eq!(
        found,
        [
            "a",
            "b c",
            "`d \\`e\\``",
            "`d \\`e\\``",
            "<<E",
            &text[5..25]
        ]
    );
}

#[test]
fn pipelines_keep_their_marks() {
    let script = parse("! time a |& b || (c) & d").unwrap();
    let item = &script.items[0];
    assert!(item.background && item.list.first.negated && item.list.first.timed);
    assert!(item.list.first.stages[0].pipes_stderr && !item.list.first.stages[1].pipes_stderr);
    let Command::Compound(compound) = &item.list.rest[0].1.stages[0].command else {
        panic!()
    };
    assert!(matches!(compound.kind, CompoundKind::Subshell(_)));
    assert!(!script.items[1].background);
}

#[test]
fn substitutions_know_how_they_are_written() {
    let script = parse("a $(b)`c`${ d; }").unwrap();
    let mut kinds = Vec::new();
    script.for_each_simple(&mut |command| {
        for part in command.words.iter().flat_map(|word| &word.parts) {
            if let PartKind::Command(substitution) = &part.kind {
                kinds.push(substitution.kind);
            }
        }
    });
    assert_eq!(
        kinds,
        [
            SubstitutionKind::Dollar,
            SubstitutionKind::Backtick,
            SubstitutionKind::Braces
        ]
    );
}
