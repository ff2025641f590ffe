//! Lines of code that are made to take long.

use super::{ACT, Line, numbered};

/// Code of brackets within brackets, and of loops and calls without an end.
pub(super) fn lines() -> Vec<Line> {
    let code = |name, interpreter: &str, part: &str, count: usize| {
        let code = part.repeat(count);
        (name, format!("{interpreter} <<'E'\n{code}\nE\n{ACT}"))
    };
    vec![
        code("calls within calls", "python3", "open(", 40_000),
        code("methods of methods", "python3", "a.unlink(", 40_000),
        code("shells within shells", "python3", "os.system(", 40_000),
        code("folders within folders", "python3", "os.chdir(", 40_000),
        code("functions in parameters", "python3", "x = lambda ", 40_000),
        code("loops within lists", "node", "for (const x of [", 40_000),
        code("loops without lists", "node", "foreach ", 40_000),
        code("loops within calls", "node", "a.forEach((x) => {", 30_000),
        code("arrows within arrows", "node", "a = (", 40_000),
        code("handed names", "python3", "f(os.remove, ", 40_000),
        code("calls of R", "R --slave", "sink(", 40_000),
        code(
            "forms of Lisp",
            "emacs --script /dev/stdin",
            "write-region ",
            40_000,
        ),
        code("calls by name", "php", "array_map('unlink', ", 30_000),
        code("properties", "groovy", "a.text = (", 30_000),
        (
            "calls of an own function",
            format!(
                "python3 <<'E'\ndef f(x): open(x)\n{}\nE\n{ACT}",
                "f(".repeat(40_000)
            ),
        ),
        (
            "pieces of code",
            format!("sed {}x; {ACT}", "-e p ".repeat(40_000)),
        ),
        (
            "shells of a debugger",
            format!("gdb {}x; {ACT}", "-ex 'shell ls' ".repeat(20_000)),
        ),
        (
            "many shells",
            format!(
                "python3 <<'E'\n{}E\n{ACT}",
                numbered(20_000, |n| format!("os.system('ls {n}')\n"))
            ),
        ),
    ]
}
