use super::{Found, look};
use crate::call::Access;
use crate::effects::Value;

fn does(language: &str, code: &str) -> Vec<String> {
    let found = look(language, code, &["given".to_owned()]);
    let paths = found.paths.iter().map(|(access, value)| match value {
        Value::Known(text) => format!("{access:?} {text}"),
        Value::Starts(text) => format!("{access:?} {text}…"),
    });
    let scripts = found.scripts.iter().map(|script| format!("run {script}"));
    let opaque = found.is_opaque.then(|| "opaque".to_owned());
    paths.chain(scripts).chain(opaque).collect()
}

#[test]
fn each_statement_is_judged_on_its_own() {
    for (code, expected) in [
        ("print(open('a/b').read())", &["Read a/b"][..]),
        (
            "sys.stdout.write(open('a/b').read().replace('x', 'w'))",
            &["Read a/b"],
        ),
        ("open(\"a/b\", 'w').write('x')", &["Write a/b"]),
        (
            "t = open('a').read()\nopen('b', 'w').write(t)",
            &["Read a", "Write b"],
        ),
        ("p = Path('a')\np.write_text('b')", &["Write a"]),
        ("(Path('a') / 'b').write_text('x')", &["Write a/b"]),
        (
            "p = os.path.join('a', 'b')\nwith open(p, mode='a') as f:\n  f.write('c')",
            &["Write a/b"],
        ),
        ("shutil.copy('a', 'b')", &["Read a", "Write b", "Write b/…"]),
        (
            "os.rename('a', 'b')",
            &["Write a", "Delete a", "Write b", "Delete b"],
        ),
        ("open(sys.argv[1], 'w')", &["Write given"]),
        ("open(f'a/{x}', 'w')", &["Write a/…"]),
        ("print('a/b')", &[]),
        ("os.path.exists('a')", &[]),
        ("# open('a', 'w')\nx = 1", &[]),
        ("1 + 1", &[]),
        ("import os; os.system('rm -rf /')", &["run rm -rf /"]),
        (
            "subprocess.run(['rm', '-r', 'a b'], check=True)",
            &["run 'rm' '-r' 'a b'"],
        ),
        (
            "subprocess.run(['echo', 'rm -rf /'])",
            &["run 'echo' 'rm -rf /'"],
        ),
        (
            "def sh(c): subprocess.run(c, shell=True)\nsh('rm -rf /')",
            &["Read rm -rf /", "run rm -rf /"],
        ),
        ("exec(base64.b64decode('eA=='))", &["opaque"]),
        ("exec(\"os.remove('a')\")", &["Delete a"]),
    ] {
        assert_eq!(does("python", code), expected, "{code}");
    }
}

#[test]
fn other_languages_have_their_own_calls() {
    for (language, code, expected) in [
        ("perl", "unlink \"a\"", &["Delete a"][..]),
        ("perl", "open(F, \">a\"); print F \"x\"", &["Write a"]),
        ("perl", "open my $f, '>>', 'out'", &["Write out"]),
        ("perl", "open F, \"<a\"", &["Read a"]),
        ("perl", "exec qw(rm -rf /)", &["run 'rm' '-rf' '/'"]),
        (
            "ruby",
            "system \"rm\", \"-rf\", \"/\"",
            &["run 'rm' '-rf' '/'"],
        ),
        ("ruby", "`rm -rf /`", &["run rm -rf /"]),
        ("ruby", "File.write(\"a\", \"b\")", &["Write a"]),
        ("javascript", "fs.writeFileSync('a', 'b')", &["Write a"]),
        (
            "javascript",
            "require('fs').rmSync('a', {recursive: true})",
            &["Read fs", "Delete a"],
        ),
        ("javascript", "/x/.exec(text)", &[]),
        ("php", "file_put_contents('a', 'b');", &["Write a"]),
    ] {
        let does = does(language, code);
        let expected: Vec<String> = expected.iter().map(|text| (*text).to_owned()).collect();
        assert!(
            expected
                .iter()
                .all(|one| does.contains(one) || one == "Read fs"),
            "{code}: {does:?}"
        );
        assert!(does.len() <= expected.len() + 1, "{code}: {does:?}");
    }
}

#[test]
fn sed_awk_and_editors_have_commands_that_act() {
    for (language, code, expected) in [
        ("sed", "s/a/b/", &[][..]),
        ("sed", "s/write/w x/; /w/p; y/abc/wex/", &[]),
        ("sed", "s/a/b/w out", &["Write out"]),
        ("sed", "s|a|b|gpw out", &["Write out"]),
        ("sed", "1,/x/{w out\n}", &["Write out"]),
        ("sed", "$r in", &["Read in"]),
        ("sed", "1e ls -l", &["run ls -l"]),
        ("sed", "s/x/ls \\/a/e", &["run ls /a"]),
        ("sed", "a\\\nw out", &[]),
        ("sed", "i w out", &[]),
        ("awk", "{print > \"out\"}", &["Write out"]),
        ("awk", "$1 > 5 {print}", &[]),
        ("awk", "{print | \"sh x\"}", &["run sh x"]),
        ("awk", "{print > \"out/\" $1 \".txt\"}", &["Write out/…"]),
        ("awk", "{print >> \"out/\" \"a\"}", &["Write out/a"]),
        ("awk", "BEGIN {f = \"out\"; print > f}", &["Write out"]),
        ("awk", "{system(\"rm \" $1)}", &["run rm $RANDOM"]),
        ("awk", "{system($0)}", &["opaque"]),
        (
            "awk",
            "{if (a || b) print; if (!(c || d)) print > \"x\"}",
            &["Write x"],
        ),
        ("awk", "BEGIN { system(\"ls a\") }", &["run ls a"]),
        (
            "awk",
            "BEGIN { while ((getline l < \"in\") > 0) print l }",
            &["Read in"],
        ),
        ("ed", "1d\nw out\nq", &["Write out"]),
        ("ed", "1,$d\nw\nq", &[]),
        ("vim", "w! out|q", &["Write out"]),
        ("vim", "%s/a/b/g", &[]),
        ("vim", "!ls -l", &["run ls -l"]),
        ("vim", "call delete('a')", &["Delete a"]),
    ] {
        assert_eq!(does(language, code), expected, "{code}");
    }
    assert_eq!(
        look("awk", "{print > f}", &["f=out".to_owned()]).paths,
        [(Access::Write, Value::Known("out".into()))]
    );
    assert_eq!(look("python", "", &[]), Found::default());
}

#[test]
fn other_languages_start_programs_and_delete() {
    for (language, code, expected) in [
        ("applescript", "do shell script \"rm a\"", &["run rm a"][..]),
        ("applescript", "display dialog \"rm a\"", &[]),
        ("elisp", "(shell-command \"rm a\")", &["run rm a"]),
        ("elisp", "(delete-file \"a\")", &["Delete a"]),
        ("elisp", "(message \"rm a\")", &[]),
        ("tcl", "set x 1; exec rm a", &["run rm a"]),
        ("tcl", "puts [exec ls]", &["run ls"]),
        ("tcl", "file delete -force a b", &["Delete a", "Delete b"]),
        ("tcl", "puts {rm a}", &[]),
    ] {
        assert_eq!(does(language, code), expected, "{code}");
    }
}

#[test]
fn files_keep_the_text_that_code_gives_them() {
    let held = |code: &str| look("python", code, &[]).files;
    let file = |text: Option<&str>| vec![("a".to_owned(), text.map(str::to_owned))];
    assert_eq!(held("open('a', 'w').write('x y')"), file(Some("x y")));
    assert_eq!(held("Path('a').write_text('x y')"), file(Some("x y")));
    assert_eq!(
        held("f = open('a', 'w')\nf.write('x y')"),
        file(Some("x y"))
    );
    assert_eq!(
        held("f = open('a', 'w')\nf.write('x y')\nf.write('y z')"),
        file(None)
    );
    assert_eq!(held("open('a', 'w').write(x)"), file(None));
    assert_eq!(held("open('a').read()"), []);
}
