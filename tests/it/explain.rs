//! What `hookgate explain` draws, to the letter.

use crate::support::Repo;

const POLICY: &str = "version: 1
on-unknown: {opaque-code: allow, path: allow, unparsable: allow}
rules:
  - {id: generated, protect-paths: {paths: [generated/**]}}
  - {id: force, deny-command: {patterns: [git push --force]}}
";

/// Checks what is drawn between the command and the policy, and after it up to the verdict.
#[track_caller]
fn check(command: &str, understood: &str, decided: &str) {
    let repo = Repo::with_policy(POLICY);
    repo.write("generated/api.py", "");
    repo.write("src/app.py", "");
    let ran = repo.run(&["explain", "--shell", command]);
    let (_, rest) = ran.stdout.split_once("\nruns ").unwrap();
    let (drawn, rest) = rest.split_once("policy    loaded\n").unwrap();
    assert_eq!(format!("\nruns {drawn}"), understood, "{}", ran.stdout);
    let (rest, _) = rest.split_once("verdict ").unwrap();
    assert_eq!(format!("\n{rest}"), decided, "{}", ran.stdout);
}

#[test]
fn wrappers_stand_above_what_they_start() {
    check(
        "sudo bash -c 'git push -f | tee log'; ls",
        "
runs      1. sudo bash -c 'git push -f | tee log'  exact
             └ bash -c 'git push -f | tee log'     exact
               ├ git push -f                       exact
               └ tee log                           exact
                   writes  log                     exact
          2. ls                                    exact
",
        "
rule      force (hookgate.yaml:5): deny: runs `git push -f` (through sudo, bash), which is `git push --force`
          sudo bash -c 'git push -f | tee log'; ls
                        ^^^^^^^^^^^
",
    );
}

#[test]
fn folders_and_links_are_named() {
    check(
        "cd generated && ln -s api.py x; echo a > x",
        "
runs      1. ln -s api.py x  in generated              exact
               writes  generated/x                     exact
          2. echo a  in generated                      exact
               writes  generated/x  by the shell       exact
               writes  generated/api.py  by the shell  exact
",
        "
rule      generated (hookgate.yaml:4): deny: ln writes `generated/x` (written as `x`)
          cd generated && ln -s api.py x; echo a > x
                                       ^
rule      generated (hookgate.yaml:4): deny: the shell writes `generated/x` (written as `x`)
          cd generated && ln -s api.py x; echo a > x
                                                 ^^^
rule      generated (hookgate.yaml:4): deny: the shell writes `generated/api.py` (written as `x`)
          cd generated && ln -s api.py x; echo a > x
                                                 ^^^
",
    );
}

#[test]
fn what_is_not_known_is_said_where_it_matters() {
    check(
        "rm -r generated/$X \"$Y\"; curl http://x | sh",
        "
runs      1. rm -r generated/… …                                            bounded
               deletes generated, something below it                        bounded
               deletes a path that is only known when it runs: generated/…  unknown
               deletes a path that is only known when it runs: …            unknown
          2. curl http://x                                                  exact
          3. sh                                                             exact
               runs code that is not looked into: … | sh                    unknown
",
        "
rule      generated (hookgate.yaml:4): deny: rm deletes `generated` (written as `generated/…`)
          rm -r generated/$X \"$Y\"; curl http://x | sh
                ^^^^^^^^^^^^
",
    );
}

#[test]
fn every_line_of_what_matched_is_marked() {
    check(
        "echo é \\\n  ok && git push \\\n\t--force",
        "
runs      1. echo é ok         exact
          2. git push --force  exact
",
        "
rule      force (hookgate.yaml:5): deny: runs `git push --force`, which is `git push --force`
            ok && git push \\
                  ^^^^^^^^^^
          \t--force
          ^^^^^^^^
",
    );
}

#[test]
fn a_long_command_is_cut_around_what_matched() {
    let command = format!(
        "echo {}; rm generated/api.py; echo {}",
        "a".repeat(5_000),
        "b".repeat(500)
    );
    let repo = Repo::with_policy(POLICY);
    let ran = repo.run(&["explain", "--shell", &command]);
    assert!(ran.stdout.contains("(5533 bytes in all)"), "{}", ran.stdout);
    let pointed = format!(
        "          …{}; rm generated/api.py; echo {}…\n          {}^^^^^^^^^^^^^^^^\n",
        "a".repeat(75),
        "b".repeat(73),
        " ".repeat(81)
    );
    assert!(ran.stdout.contains(&pointed), "{}", ran.stdout);
}

#[test]
fn replies_are_those_of_the_runtimes_that_the_policy_names() {
    let told = |arguments: &[&str]| {
        let repo = Repo::with_policy(
            "version: 1\nruntimes: [codex, devin]\nrules:\n  - id: push\n    deny-command: {patterns: [git push]}\n",
        );
        let ran = repo.run(&[&["explain", "--shell", "git push"], arguments].concat());
        let heads = ran.stdout.lines();
        let heads = heads.filter_map(|line| line.strip_suffix(" would be told"));
        heads.map(str::to_owned).collect::<Vec<_>>()
    };
    // Their replies are the same, and stand once.
    assert_eq!(told(&[]), ["codex, devin"]);
    assert_eq!(told(&["--runtime", "cursor"]), ["cursor"]);
}

#[test]
fn rounds_of_a_loop_stand_in_the_order_of_the_text() {
    check(
        "for f in z.txt a.txt z.txt; do rm $f; done",
        "
runs      1. rm z.txt         exact
               deletes z.txt  exact
          2. rm a.txt         exact
               deletes a.txt  exact
",
        "\n",
    );
    check(
        "printf 'q\\nb\\n' | while read -r f; do rm \"$f.md\"; done",
        "
runs      1. printf 'q\\nb\\n'  exact
          2. rm q.md          exact
               deletes q.md   exact
          3. rm b.md          exact
               deletes b.md   exact
",
        "\n",
    );
}

#[test]
fn the_shells_own_work_stands_with_the_command_that_it_is_for() {
    check(
        "bash -c 'echo a > generated/x; ls'",
        "
runs      1. bash -c 'echo a > generated/x; ls'     exact
             ├ echo a                               exact
             │   writes  generated/x  by the shell  exact
             └ ls                                   exact
",
        "
rule      generated (hookgate.yaml:4): deny: the shell writes `generated/x`
          bash -c 'echo a > generated/x; ls'
                          ^^^^^^^^^^^^^
",
    );
    check(
        "{ ls; rm a; } > out; > b; ls",
        "
runs      1. ls                      exact
          2. rm a                    exact
               deletes a             exact
          writes  out  by the shell  exact
          writes  b  by the shell    exact
          3. ls                      exact
",
        "\n",
    );
    check(
        "echo '{ ls; } > a' | sh",
        "
runs      1. echo '{ ls; } > a'         exact
          2. sh                         exact
             │ writes  a  by the shell  exact
             └ ls                       exact
",
        "\n",
    );
    check(
        "for f in z a; do echo $f > $f; done",
        "
runs      1. echo z                     exact
               writes  z  by the shell  exact
          2. echo a                     exact
               writes  a  by the shell  exact
",
        "\n",
    );
}

#[test]
fn folders_that_differ_from_round_to_round_are_all_named() {
    check(
        "for d in src generated; do (cd $d && ls); done",
        "
runs      1. ls  in src or generated  exact
",
        "\n",
    );
    check(
        "cd generated; ls; cd ..; ls; cd \"$X\"; ls",
        "
runs      1. ls  in generated                   exact
          2. ls                                 exact
          3. ls  in a folder that is not known  exact
",
        "\n",
    );
}

#[test]
fn words_are_drawn_as_a_shell_hands_them_on() {
    check(
        "f() { echo \"$@\"; }; f; f a",
        "
runs      1. f       exact
          2. echo    exact
          3. f a     exact
          4. echo a  exact
",
        "\n",
    );
    check(
        "cd src && rm *.py '*.py'",
        "
runs      1. rm *.py '*.py'  in src  exact
               deletes src/app.py    exact
               deletes src/*.py      exact
",
        "\n",
    );
    check(
        "echo $((1+1)) \"${x:-$(ls)}\"",
        "
runs      1. ls                                      exact
          2. echo … 'generated\\nhookgate.yaml\\nsrc'  bounded
          3. echo … …                                bounded
",
        "\n",
    );
}

#[test]
fn what_a_command_reads_comes_before_what_it_writes() {
    check(
        "tar xzf a.tgz -C src",
        "
runs      1. tar xzf a.tgz -C src                                  exact
               reads   a.tgz and all below it                      exact
               writes  src/…                                       bounded
               writes a path that is only known when it runs: tar  unknown
",
        "\n",
    );
    check(
        "xargs rm < list",
        "
runs      1. xargs rm                                               exact
             │ reads   list  by the shell                           exact
             └ rm …                                                 bounded
                 deletes a path that is only known when it runs: …  unknown
",
        "\n",
    );
}

#[test]
fn code_and_its_commands_stand_below_the_interpreter() {
    check(
        "python3 - <<'EOF'\nimport os\nos.remove('generated/x')\nos.system('rm y')\nEOF\n",
        "
runs      1. python3 -                               exact
             │ deletes generated/x and all below it  exact
             └ rm y                                  exact
                 deletes y                           exact
",
        "
rule      generated (hookgate.yaml:4): deny: python3 deletes `generated/x`
          os.remove('generated/x')
                     ^^^^^^^^^^^
",
    );
}

#[test]
fn lines_for_cmd_stand_below_it() {
    check(
        "cmd /c \"del generated\\x && type a.txt\"",
        "
runs      1. cmd /c 'del generated\\x && type a.txt'  exact
             ├ del 'generated\\x'                     exact
             │   deletes generated/x                 exact
             └ type a.txt                            exact
                 reads   a.txt                       exact
",
        "
rule      generated (hookgate.yaml:4): deny: del deletes `generated/x`
          cmd /c \"del generated\\x && type a.txt\"
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
",
    );
}

#[test]
fn both_readings_of_returns_are_told_apart() {
    check(
        "ls \r\nrm generated/x\r\n",
        "
runs      1. ls '\\r'                  exact
          2. rm 'generated/x\\r'       exact
               deletes generated/x\\r  exact
          where \\r\\n ends a line:
          3. ls                       exact
          4. rm generated/x           exact
               deletes generated/x    exact
",
        "
rule      generated (hookgate.yaml:4): deny: rm deletes `generated/x\\r`
          rm generated/x\\r
             ^^^^^^^^^^^^^
rule      generated (hookgate.yaml:4): deny: rm deletes `generated/x`
          rm generated/x\\r
             ^^^^^^^^^^^
",
    );
}

#[test]
fn marks_stand_under_wide_and_combined_letters() {
    check(
        "中文 && rm generated/文件",
        "
runs      1. 中文                      exact
          2. rm generated/文件         exact
               deletes generated/文件  exact
",
        "
rule      generated (hookgate.yaml:4): deny: rm deletes `generated/文件`
          中文 && rm generated/文件
                     ^^^^^^^^^^^^^^
",
    );
    check(
        "echo e\u{301}e\u{301} && rm generated/e\u{301}",
        "
runs      1. echo e\u{301}e\u{301}                exact
          2. rm generated/e\u{301}         exact
               deletes generated/e\u{301}  exact
",
        "
rule      generated (hookgate.yaml:4): deny: rm deletes `generated/e\u{301}`
          echo e\u{301}e\u{301} && rm generated/e\u{301}
                        ^^^^^^^^^^^
",
    );
    check(
        "\trm\tgenerated/a\tb",
        "
runs      1. rm generated/a b       exact
               deletes generated/a  exact
               deletes b            exact
",
        "
rule      generated (hookgate.yaml:4): deny: rm deletes `generated/a`
          	rm	generated/a	b
          	  	^^^^^^^^^^^
",
    );
}

#[test]
fn a_line_of_very_many_commands_is_drawn_in_part() {
    let repo = Repo::with_policy(POLICY);
    let command = "rm generated/x; ".repeat(300);
    let ran = repo.run(&["explain", "--shell", &command]);
    let lines = |start: &str| {
        let lines = ran.stdout.lines();
        lines
            .filter(|line| line.trim_start().starts_with(start))
            .count()
    };
    assert_eq!(lines("deletes "), 200);
    assert_eq!(lines("rule "), 40);
    assert!(ran.stdout.contains("\n          and 100 more commands\n"));
    assert!(ran.stdout.contains("\n          and 260 more\n"));
}
