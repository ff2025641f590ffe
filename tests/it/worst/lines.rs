//! The lines that are made to take long, shared with the benchmark `shell`.

#[path = "lines/code.rs"]
mod code;

fn nested(depth: usize, before: &str, inner: &str, after: &str) -> String {
    format!("{}{inner}{}", before.repeat(depth), after.repeat(depth))
}

fn numbered(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

/// Files that such lines run or read.
pub(crate) fn files() -> Vec<(&'static str, String)> {
    vec![
        (
            "self.sh",
            "./self.sh; . ./self.sh; sh self.sh; bash self.sh\n".repeat(20),
        ),
        (
            "great.sh",
            "f() { echo \"$1\"; }; f x; v=$v$v\n".repeat(7_000),
        ),
        (
            "many.sh",
            "for i in 1 2 3; do for j in $i; do ls /*/*; done; done\n".repeat(3_000),
        ),
        ("great.py", "open('a' + 'b').read()\n".repeat(10_000)),
        ("great.sql", "\\i great.sql\n".repeat(15_000)),
        (
            "great.diff",
            numbered(5_000, |n| {
                format!("--- a/{n}\n+++ b/{n}\n@@ -1 +1 @@\n-x\n+y\n")
            }),
        ),
        (
            "package.json",
            r#"{"scripts": {"a": "npm run b; npm run b; npm run b", "b": "npm run a; npm run a"}}"#
                .into(),
        ),
    ]
}

type Line = (&'static str, String);

const ACT: &str = "rm -rf generated";

/// Lines that end in, or hold, something that must be stopped.
pub(crate) fn hidden() -> Vec<Line> {
    [
        first(),
        second(),
        third(),
        fourth(),
        fifth(),
        sixth(),
        code::lines(),
    ]
    .concat()
}

fn sixth() -> Vec<Line> {
    let act = ACT;
    let (many, too_many) = ("{a,b}".repeat(9), "{a,b}".repeat(11));
    let letters = format!("tar -{}{many}\n", "tvzvz".repeat(20)).repeat(400);
    let lists = |words: &str| {
        let line = format!("x=({words})\nfor y in {words}; do :; done\n");
        format!("{}{act}", line.repeat(800))
    };
    vec![
        (
            "letters behind one dash, in words made by braces",
            format!("{letters}{act}"),
        ),
        ("lists made by braces", lists(&many)),
        (
            "folders in folders",
            format!("{}{act}", "cd generated && curl -O h/a.py\n".repeat(4_000)),
        ),
        ("lists made by too many braces", lists(&too_many)),
        (
            "words with two values",
            format!("[ -n x ] && F=a || F=b; {act}; rm{}", " $F".repeat(15_000)),
        ),
        (
            "folders and files for them",
            format!("{act}; cp{}", " -t src a/b.py".repeat(4_000)),
        ),
        (
            "braces in a text that runs itself",
            format!(". <<\"\"\necho {many}>{{,b}}z{{,.}}\n.\n\n{act}"),
        ),
    ]
}

fn fifth() -> Vec<Line> {
    let act = ACT;
    let python = |code: String| format!("python3 - <<'E'\n{code}\nE\n{act}");
    let calls = |name: &str, depth| nested(depth, name, "'a'", ")");
    let numbers = "'a', ".repeat(64);
    vec![
        (
            "outputs",
            format!("tool {}; {act}", numbered(50_000, |n| format!("-o a{n} "))),
        ),
        (
            "settings of an output",
            format!("tool -o a=b{}; {act}", ",dest=./x".repeat(80_000)),
        ),
        (
            "letters behind dashes",
            format!(
                "{}{act}",
                format!("tool -{} a; ", "o".repeat(200)).repeat(3_000)
            ),
        ),
        (
            "texts of code that double",
            python(format!(
                "a = 'xxxxxxxx'\n{}open(a, 'w')",
                "a = a + a\n".repeat(60)
            )),
        ),
        (
            "paths of code that double",
            python(format!(
                "a = 'xxxxxxxx'\n{}open(a, 'w')",
                "a = os.path.join(a, a)\n".repeat(60)
            )),
        ),
        (
            "names of a great text",
            python(format!(
                "a = '{}'\n{}",
                "x".repeat(400_000),
                numbered(30_000, |n| format!("b{n} = a\n"))
            )),
        ),
        (
            "a list that is named often",
            python(format!("l = [{numbers}]\nf({})", "l, ".repeat(50_000))),
        ),
        (
            "functions and their calls",
            python(
                numbered(64, |n| format!("def f{n}(p): open(p, 'w')\n"))
                    + &numbered(4_096, |n| format!("f{}('a{n}')\n", n % 64)),
            ),
        ),
        (
            "calls in calls",
            python(format!("def f(p): open(p, 'w')\n{}", calls("f(", 20_000))),
        ),
        (
            "rounds of a loop",
            python(format!(
                "l = [{numbers}]\nfor x in l:\n{}",
                " open(x, 'w')\n".repeat(3_000)
            )),
        ),
        (
            "patches that are handed on",
            "git diff a b c | git apply; ".repeat(4_000) + act,
        ),
        (
            "patches that were saved",
            numbered(4_000, |n| format!("git diff a{n} b{n} > p; git apply p; ")) + act,
        ),
        (
            "elements",
            numbered(15_000, |n| format!("a[{n}]=x{n}; ")) + "rm \"${a[@]}\"; " + act,
        ),
        (
            "maps",
            format!(
                "declare -A m; {}for k in ${{!m[@]}}; do rm ${{m[$k]}}; done; {act}",
                numbered(8_000, |n| format!("m[k{n}]=v{n}; "))
            ),
        ),
        (
            "keys",
            numbered(20_000, |n| format!("echo \"$KEY{n}\"; ")) + act,
        ),
        (
            "escapes of one text",
            format!("echo $'{}'; {act}", "\\x41".repeat(200_000)),
        ),
        (
            "here-documents of one command",
            format!(
                "cat {}\n{}{act}",
                numbered(2_000, |n| format!("<<E{n} ")),
                numbered(2_000, |n| format!("x\nE{n}\n"))
            ),
        ),
    ]
}

fn fourth() -> Vec<Line> {
    let act = ACT;
    let python = |code: String| format!("python3 -c \"{code}\"; {act}");
    vec![
        (
            "code that writes",
            python(numbered(15_000, |n| {
                format!("open('a{n}', 'w').write('x')\n")
            })),
        ),
        (
            "code that starts shells",
            python("os.system('ls x')\n".repeat(20_000)),
        ),
        (
            "variables of awk",
            format!(
                "awk 'BEGIN {{{}}}'; {act}",
                numbered(8_000, |n| format!("v{n}=\"x\"; print > v{n}; "))
            ),
        ),
        (
            "schedules",
            format!(
                "crontab - <<E; {act}\n{}E\n",
                "* * * * * ls x\n".repeat(20_000)
            ),
        ),
        (
            "names of files",
            "grep -rl x src | xargs cat; ".repeat(1_000) + act,
        ),
        (
            "links",
            numbered(2_000, |n| format!("ln -s a{n} b{n}; touch b{n}/x; ")) + act,
        ),
        (
            "parameters",
            numbered(2_000, |n| format!("set -- $(x{n}) a b; echo $2; ")) + act,
        ),
        (
            "a script with ends of lines of Windows",
            format!("sh <<'E'\r\n{}E\r\n{act}", "cd x; f > y\r\n".repeat(3_000)),
        ),
        ("functions with variables", {
            let calls = numbered(2_000, |n| format!("v{n}=x f; "));
            format!("f() {{ echo $v; }}; {calls}{act}")
        }),
    ]
}

fn first() -> Vec<Line> {
    let act = ACT;
    vec![
        (
            "a long word",
            format!("echo {}; {act}", "a".repeat(900_000)),
        ),
        (
            "beyond the limit",
            format!("echo {}; {act}", "a".repeat(1_100_000)),
        ),
        (
            "many commands",
            format!("{}{act}", "echo x\n".repeat(10_000)),
        ),
        (
            "some commands",
            format!("{}{act}", "echo x\n".repeat(3_000)),
        ),
        (
            "assignments",
            format!("{}{act}", numbered(10_000, |n| format!("v{n}=x{n}\n"))),
        ),
        (
            "assignments in lists",
            format!(
                "{}{act}",
                numbered(4_000, |n| format!("true && v{n}=x{n}\n"))
            ),
        ),
        (
            "substitutions",
            format!("echo {}", nested(60, "$(echo ", &format!("$({act})"), ")")),
        ),
        (
            "substitutions in pipes",
            nested(30, "echo $(echo x | ", act, " | cat)"),
        ),
        ("processes", nested(30, "cat <(", act, ")")),
        ("loops", nested(25, "for i in 1 2 3; do ", act, "; done")),
        (
            "loops that move",
            nested(25, "while cd ..; do ", act, "; done"),
        ),
        (
            "loops that read",
            nested(
                20,
                "while read x; do echo $x; ",
                act,
                "; done <<< 'a\nb\nc'",
            ),
        ),
        (
            "branches",
            nested(25, "if cd a; then cd b; else ", act, "; fi"),
        ),
        ("subshells", nested(60, "( ", act, " )")),
        ("shells", numbered(8, |_| "bash -c \"$X\"; ".into()) + act),
        (
            "a function that calls itself",
            format!("f() {{ f; f; f; f; f; f; {act}; }}; f"),
        ),
        (
            "functions that call each other",
            format!("f() {{ g; g; g; }}; g() {{ f; f; {act}; }}; f"),
        ),
        ("wrappers", format!("{}{act}", "sudo ".repeat(5_000))),
        ("xargs", format!("{}{act}", "xargs ".repeat(5_000))),
        (
            "alternatives",
            numbered(12, |n| format!("[ $r ] && v{n}=a || v{n}=b; "))
                + &numbered(200, |_| "echo $v0$v1$v2$v3$v4$v5 $v6$v7$v8; ".into())
                + act,
        ),
    ]
}

fn second() -> Vec<Line> {
    let act = ACT;
    vec![
        (
            "lists",
            format!("{}{act}", "true || cd a && false; ".repeat(2_000)),
        ),
        ("one list", format!("{}{act}", "true || ".repeat(4_000))),
        (
            "clauses",
            format!(
                "case $x in {} *) {act};; esac",
                numbered(2_500, |n| format!("a{n}) v{n}=x;; "))
            ),
        ),
        ("patterns", format!("echo {}; {act}", "* ".repeat(5_000))),
        (
            "patterns of folders",
            format!("{}{act}", "ls /*/*/*/* ".repeat(300) + "; "),
        ),
        (
            "patterns that differ",
            numbered(3_000, |n| format!("ls s*r/*/*{n}?[!x]; ")) + act,
        ),
        (
            "a great pattern",
            format!("ls {}; {act}", "*[a-z]?".repeat(20_000)),
        ),
        ("braces", format!("echo {}; {act}", "{a,b}".repeat(30))),
        (
            "words that double",
            format!("a=x; {}echo $a; {act}", "a=$a$a; ".repeat(60)),
        ),
        (
            "arrays that double",
            format!(
                "a=(x y); {}echo ${{a[@]}}; {act}",
                "a=(\"${a[@]}\" \"${a[@]}\"); ".repeat(60)
            ),
        ),
        (
            "operators",
            format!(
                "a={}; {}{act}",
                "a".repeat(900),
                "b=${a%%*a*a*a*a*a*b}; c=${a//a*a/b}; ".repeat(40)
            ),
        ),
        (
            "replacements",
            format!(
                "v={}; {}{act}",
                "ab".repeat(120),
                "echo ${v//a*b*c/x} ${v%%*c*d}; ".repeat(2_000)
            ),
        ),
        (
            "finds that differ",
            numbered(1_000, |n| format!("find . -name {n} -delete; ")) + act,
        ),
        (
            "a find with many tests",
            format!("find . {}-print; {act}", "-name 'a*b' -o ".repeat(400)).repeat(20),
        ),
        (
            "searches that leave out",
            numbered(1_000, |n| format!("grep -r --include='*{n}' x .; ")) + act,
        ),
        (
            "redirections",
            format!("x {}; {act}", "> a ".repeat(50_000)),
        ),
        (
            "redirections of descriptors",
            format!("x {}; {act}", "3< a 4<<< b ".repeat(25_000)),
        ),
        (
            "redirections of groups",
            format!("{}{act}", "{ x; } > $v; ".repeat(4_000)),
        ),
        (
            "deletions",
            numbered(4_000, |n| format!("rm a{n} b{n}; ")) + act,
        ),
        (
            "words",
            (numbered(900, |n| format!("rm{n} ")) + "; ").repeat(50) + act,
        ),
        (
            "folders and files",
            (format!("rm {}; ", numbered(900, |n| format!("a{n}/b ")))).repeat(50) + act,
        ),
    ]
}

fn third() -> Vec<Line> {
    let act = ACT;
    vec![
        (
            "finds",
            "find / -name x -exec rm {} +; ".repeat(1_000) + act,
        ),
        ("finds in finds", "find . -exec ".repeat(40) + act + " {} +"),
        (
            "finds with shells",
            "find . -exec sh -c 'find . -exec sh -c \"find . -exec rm {} \\;\" \\;' \\;; "
                .repeat(3)
                + act,
        ),
        ("looks", "grep -r x .; cp -r src x; ".repeat(1_000) + act),
        (
            "here-documents",
            numbered(2_000, |n| format!("cat > f{n} <<'E'\nx\nE\n")) + act,
        ),
        (
            "code",
            format!(
                "python3 -c \"{}\"; {act}",
                "open('a' + 'b').read()\n".repeat(20_000)
            ),
        ),
        (
            "sed",
            format!("sed '{}' x; {act}", "s/a/b/;".repeat(40_000)),
        ),
        ("pipes", format!("{}cat; {act}", "echo x | ".repeat(3_000))),
        (
            "stages beyond the budget",
            format!("{act}; cat x{}", " | grep a".repeat(30_000)),
        ),
        (
            "bodies that grow",
            format!("f() {{ f \"$@\" \"$@\"; }}; f a b c; {act}"),
        ),
        (
            "aliases",
            numbered(500, |n| format!("alias a{n}='a{} x'\n", n + 1)) + "a0\n" + act,
        ),
        ("a script that calls itself", format!("./self.sh; {act}")),
        (
            "great scripts",
            "sh great.sh; ./many.sh; ".repeat(100) + act,
        ),
        (
            "great files of code",
            "python3 great.py; ".repeat(200) + act,
        ),
        ("great SQL", "psql -f great.sql; ".repeat(50) + act),
        ("great patches", "git apply great.diff; ".repeat(50) + act),
        ("package scripts", "npm run a; ".repeat(50) + act),
        ("copies", "cp a b; tee c < b; sh b; ".repeat(500) + act),
        (
            "archives and pulls",
            "tar xf a.tar; git pull; rsync -a src/ .; ".repeat(400) + act,
        ),
        (
            "mounts",
            format!(
                "docker run {} img rm -rf /w/a; {act}",
                "-v /a:/w ".repeat(2_000)
            ),
        ),
    ]
}
