//! Writes bash lines out of stubs, harmless builtins and everything the shell itself does to words and order.
//!
//! Every line ends by itself, names no file outside of its folder and no program that is not a stub. What is known to be
//! missed is not written: `local`, traps and patterns with variables, `$#`, `cd` before `&& … ||`.

/// Commands that a line may run. `fails` ends with an error; the others succeed.
pub(super) const STUBS: [&str; 8] = ["alpha", "beta", "rm", "cp", "touch", "make", "mv", "fails"];

const PLAIN: [&str; 12] = [
    "a", "b", "x1", "-v", "--all", "k=v", "a.txt", "d", "'a b'", "\"c  d\"", "''", "a\\ b",
];

const EXPANDED: [&str; 43] = [
    "$v",
    "\"$v\"",
    "${v}",
    "\"${v:-def}\"",
    "${w:-a b}",
    "${v:+alt}",
    "${#v}",
    "${v%b}",
    "${v#a}",
    "${v/a/z}",
    "${v^^}",
    "${v:1}",
    "x$v",
    "$v$w",
    "\"$v $w\"",
    "$(echo a b)",
    "\"$(echo a  b)\"",
    "$(printf '%s' q)",
    "`echo q`",
    "$(alpha sub)",
    "\"$(beta sub; echo t)\"",
    "$((1 + 2))",
    "$((v + 1))",
    "{a,b}",
    "{1..3}",
    "p{x,'y z'}s",
    "*.txt",
    "d*",
    "nope*",
    "[a]*",
    "\"${arr[@]}\"",
    "${arr[0]}",
    "${arr[*]}",
    "\"$@\"",
    "$1",
    "$'a\\tb'",
    "~",
    "\"$*\"",
    "it\"'\"s",
    "${w:=set}",
    "${v:-$(alpha deep)}",
    "$((n += 1))",
    "\"${v//a/}\"",
];

const FILES: [&str; 9] = [
    "out",
    "d/out",
    "a.txt",
    "\"o $v\"",
    "o$v",
    "'o p'",
    "d/$v",
    "$(echo o2)",
    "e/f/out",
];

const SETTINGS: [&str; 31] = [
    "v=a",
    "v='a b'",
    "v=ab w=c",
    "w=",
    "v=$(echo r)",
    "v+=b",
    "arr=(a 'b c')",
    "arr+=(d)",
    "arr=()",
    "arr[1]=z",
    "set -- p 'q r'",
    "shift",
    "unset v",
    "export v=e",
    "declare w=f",
    "read v <<< 'a b'",
    "read -r v w <<< 'a b'",
    "printf -v v '%s' g",
    "mapfile -t arr <<< h",
    "IFS=,",
    "unset IFS",
    "v=\"$(alpha in)\"",
    "local_=1",
    "readonly r1=1",
    "let n=1",
    "((n = 2))",
    "v=alpha",
    "w='alpha x'",
    "shopt -s nullglob",
    "set -u",
    "declare -a arr=(i j)",
];

const MOVES: [&str; 12] = [
    "cd d",
    "cd e/f",
    "cd nope",
    "cd ..; cd -",
    "cd \"$v\"",
    "pushd d > d/null",
    "cd",
    "cd -- d",
    "cd d || cd e",
    "cd nope || true",
    "(cd e)",
    "pushd e/f; popd",
];

/// A small generator of numbers with a fixed seed: a failure must come back.
pub(super) struct Random {
    seed: u64,
    /// Loops so far: each counts in a variable of its own, so that all of them end.
    loops: usize,
}

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, loops: 0 }
    }

    fn below(&mut self, bound: usize) -> usize {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        usize::try_from(self.seed % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    /// Writes a line of a few statements.
    pub(super) fn line(&mut self) -> String {
        let count = 1 + self.below(4);
        let lines: Vec<String> = (0..count).map(|_| self.statement(3)).collect();
        lines.join("\n")
    }

    fn list(&mut self, depth: usize) -> String {
        let count = 1 + self.below(2);
        let parts: Vec<String> = (0..count).map(|_| self.statement(depth)).collect();
        // A newline ends a here-document as well as a statement.
        parts.join("\n")
    }

    fn statement(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.simple();
        }
        let next = depth - 1;
        match self.below(30) {
            0..=4 => self.simple(),
            5..=7 => self.pick(&SETTINGS).to_owned(),
            8 | 9 => self.pick(&MOVES).to_owned(),
            10 | 11 => format!("{} && {}", self.command(next), self.command(next)),
            12 => format!("{} || {}", self.command(next), self.command(next)),
            13 => format!(
                "{} && {} || {}",
                self.simple(),
                self.command(next),
                self.command(next)
            ),
            14 => format!("{} | {}", self.command(next), self.command(next)),
            15 => self.here_document(),
            16 => format!("{} &\nwait", self.command(next)),
            17 => {
                let before = self.pick(&["! ", "cd d && ", "cd e/f && ", "time "]);
                format!("{before}{}", self.simple())
            }
            18 => format!(
                "eval {}",
                self.pick(&[
                    "alpha e",
                    "'beta \"$v\" e'",
                    "\"$w\"",
                    "'v=ev; alpha $v'",
                    "\"alpha $v\""
                ])
            ),
            19 => "trap 'alpha bye' EXIT".to_owned(),
            _ => self.compound(next),
        }
    }

    /// Writes something that can stand between operators on one line.
    fn command(&mut self, depth: usize) -> String {
        match self.below(8) {
            0 if depth > 0 => format!("{{ {}\n}}", self.list(depth - 1)),
            1 if depth > 0 => format!("( {}\n)", self.list(depth - 1)),
            2 => self
                .pick(&[
                    "cd d",
                    "cd nope",
                    "v=a",
                    "true",
                    "false",
                    "[[ -n $v ]]",
                    "[ \"$v\" = a ]",
                    "((n > 1))",
                ])
                .to_owned(),
            _ => self.simple(),
        }
    }

    fn compound(&mut self, depth: usize) -> String {
        match self.below(13) {
            0 => format!("{{ {}\n}}{}", self.list(depth), self.redirection()),
            1 => format!("( {}\n){}", self.list(depth), self.redirection()),
            2 | 3 => format!(
                "if {}\nthen {}\nelse {}\nfi",
                self.command(depth),
                self.list(depth),
                self.list(depth)
            ),
            4 | 5 => {
                let end = self.pick(&[
                    "",
                    "\nbreak",
                    "\ncontinue",
                    "\n[ $i = a ] && continue",
                    "\n[ $i = b ] && break",
                ]);
                format!(
                    "for i in {} {}\ndo {}{end}\nalpha \"$i\"\ndone{}",
                    self.word(),
                    self.word(),
                    self.list(depth),
                    self.redirection()
                )
            }
            6 => {
                let (count, body) = (self.counter(), self.list(depth));
                format!("for (({count} = 0; {count} < 2; {count}++))\ndo {body}\ndone")
            }
            7 => format!(
                "case {} in\na) {}\n;;\n*b*|c) {}\n;{}\n*) {}\n;;\nesac",
                self.word(),
                self.list(depth),
                self.list(depth),
                self.pick(&[";", "&", ";&"]),
                self.list(depth)
            ),
            8 => {
                let (count, body) = (self.counter(), self.list(depth));
                format!(
                    "{count}=0\nwhile [ ${count} -lt 2 ]\ndo {body}\n{count}=$(({count} + 1))\ndone"
                )
            }
            9 => format!(
                "while read -r v\ndo {}\ndone <<< {}\nv=r",
                self.simple(),
                self.pick(&["$'l1\\nl2'", "\"$v\"", "'a b'"])
            ),
            10 | 11 => {
                let end = self.pick(&["", "\nreturn\nalpha never", "\n[ \"$1\" = a ] && return"]);
                let first = self.pick(&["", "", "cd d\n", "shift\n"]);
                format!(
                    "f() {{ {first}{}{end}\n}}\nf {} {}",
                    self.list(depth),
                    self.word(),
                    self.word()
                )
            }
            _ => format!(
                "{}\nif false\nthen exit\nfi\n{}",
                self.simple(),
                self.pick(&["exit 0", "true", "alpha last; exit", "fails || exit 3"])
            ),
        }
    }

    fn counter(&mut self) -> String {
        self.loops += 1;
        format!("k{}", self.loops)
    }

    fn here_document(&mut self) -> String {
        let stub = self.pick(&STUBS);
        let end = self.pick(&["E", "'E'"]);
        format!("{stub} <<{end}\nalpha $v $(beta doc)\nE")
    }

    fn simple(&mut self) -> String {
        let before = self.pick(&["", "", "", "", "v=p ", "w=1 v=2 "]);
        let name = match self.below(12) {
            0 => "al\"pha\"".to_owned(),
            1 => "\\beta".to_owned(),
            2 => "'rm'".to_owned(),
            3 => "${v:-alpha}".to_owned(),
            4 => "$(echo beta)".to_owned(),
            5 => "command alpha".to_owned(),
            6 => "fails".to_owned(),
            _ => self.pick(&STUBS).to_owned(),
        };
        let count = self.below(4);
        let words: Vec<String> = (0..count).map(|_| format!(" {}", self.word())).collect();
        format!("{before}{name}{}{}", words.concat(), self.redirection())
    }

    fn word(&mut self) -> String {
        match self.below(3) {
            0 => self.pick(&PLAIN).to_owned(),
            1 => self.pick(&EXPANDED).to_owned(),
            _ => {
                let parts = [self.pick(&PLAIN), self.pick(&EXPANDED)];
                if self.below(2) == 0 {
                    parts[0].to_owned()
                } else {
                    parts.concat()
                }
            }
        }
    }

    fn redirection(&mut self) -> String {
        let operator = match self.below(14) {
            0 => " > ",
            1 => " >> ",
            2 => " 2> ",
            3 => " &> ",
            4 => " >| ",
            5 => return " < a.txt".into(),
            6 => return " <<< \"$v\"".into(),
            7 => return format!(" > {} 2>&1", self.pick(&FILES)),
            _ => return String::new(),
        };
        format!("{operator}{}", self.pick(&FILES))
    }
}
