//! Code of other languages on a command line: not parsed, but looked at.
//!
//! String literals are taken for paths that the code reads, and for paths that it writes or deletes where it calls something
//! that does so. Literals handed to something that starts a shell are shell text. Everything else stays unseen: whoever
//! needs more denies the interpreter, or relies on checks after the run.

use crate::call::Access;

/// What was found in a piece of code.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) paths: Vec<(Access, String)>,
    /// Shell text.
    pub(super) scripts: Vec<String>,
    /// It runs text that is made when it runs.
    pub(super) is_opaque: bool,
}

/// Calls that write a file, whatever the language.
const WRITES: [&str; 20] = [
    "write",
    "copyfile",
    "shutil.",
    "copySync",
    "cpSync",
    "os.rename",
    "os.replace",
    ".rename(",
    "renameSync",
    "File.rename",
    "FileUtils",
    "symlink",
    "os.link",
    "linkSync",
    "chmod",
    "truncate",
    ".touch(",
    "mkdir",
    "put_contents",
    "createWriteStream",
];
/// Texts that open a file for writing.
const WRITE_MODES: [&str; 14] = [
    "w", "w+", "wb", "wt", "wb+", "a", "a+", "ab", "at", "x", "xb", "r+", "rb+", "r+b",
];
/// Calls that delete a file.
const DELETES: [&str; 6] = ["remove", "unlink", "rmtree", "rmdir", "delete", "rmSync"];
/// Calls that start a shell or a program.
const SHELLS: [&str; 9] = [
    "system",
    "popen",
    "subprocess",
    "exec",
    "spawn",
    "shell_exec",
    "passthru",
    "Popen",
    "`",
];
/// Longest literal that is taken for a path.
const PATH: usize = 1_024;

/// Looks at code.
pub(super) fn look(language: &str, code: &str, _words: &[String]) -> Found {
    // Printing is no writing.
    let acting = code.replace("stdout.write", "").replace("stderr.write", "");
    let holds = |words: &[&str]| words.iter().any(|word| acting.contains(word));
    let mut accesses = vec![Access::Read];
    // Elsewhere the sign compares.
    let redirects = language == "awk" && code.contains('>');
    let opens = literals(code)
        .iter()
        .any(|literal| WRITE_MODES.contains(&literal.as_str()));
    if redirects || opens || holds(&WRITES) {
        accesses.push(Access::Write);
    }
    if holds(&DELETES) {
        accesses.push(Access::Delete);
    }
    let starts_shell = holds(&SHELLS);
    let mut found = Found::default();
    for literal in literals(code) {
        if literal.len() <= PATH && !literal.is_empty() && !literal.contains('\n') {
            for access in &accesses {
                found.paths.push((*access, literal.clone()));
            }
        }
        if starts_shell && literal.contains(' ') {
            found.scripts.push(literal);
        }
    }
    found
}

/// Returns the texts between quotes, simple escapes removed.
fn literals(code: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut letters = code.chars();
    while let Some(quote) = letters.next() {
        if !matches!(quote, '\'' | '"' | '`') {
            continue;
        }
        let mut text = String::new();
        while let Some(letter) = letters.next() {
            match letter {
                '\\' => text.extend(letters.next()),
                end if end == quote => break,
                other => text.push(other),
            }
        }
        all.push(text);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::{Found, look};
    use crate::call::Access;

    #[test]
    fn reading_code_reads_its_literals() {
        let found = look("python", "print(open('a/b').read())", &[]);
        assert_eq!(found.paths, [(Access::Read, "a/b".to_owned())]);
        let found = look(
            "python",
            "sys.stdout.write(open('a/b').read().replace('x', 'w1'))",
            &[],
        );
        assert!(
            found
                .paths
                .iter()
                .all(|(access, _)| *access == Access::Read)
        );
    }

    #[test]
    fn writing_code_writes_its_literals() {
        let found = look("python", "open(\"a/b\", 'w').write('x')", &[]);
        assert!(found.paths.contains(&(Access::Write, "a/b".to_owned())));
    }

    #[test]
    fn shell_text_in_code_is_shell_text() {
        let found = look("python", "import os; os.system('rm -rf /')", &[]);
        assert_eq!(found.scripts, ["rm -rf /"]);
        assert_eq!(look("python", "1 + 1", &[]), Found::default());
    }
}
