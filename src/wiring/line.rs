//! Hook lines: how hookgate's own are told from others, and how they are written for a shell.

use std::iter::Peekable;
use std::path::Path;
use std::str::Chars;

/// The program's name in a line that finds it on `PATH`.
pub const PROGRAM: &str = "hookgate";

/// What a shell takes for more than a letter of a word.
const SPECIAL: &str = "|&;<>()$`\\\"'*?[]#~=%{}!^\n";

/// The shell that a line is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shell {
    Posix,
    PowerShell,
    Cmd,
}

/// What a hook line that runs hookgate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// As written, quotes removed.
    pub program: String,
    /// What follows the program.
    pub arguments: Vec<String>,
}

impl Words {
    /// Returns the value of a flag.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<&str> {
        let at = self.arguments.iter().position(|word| word == name)?;
        self.arguments.get(at + 1).map(String::as_str)
    }
}

/// Whether a hook line runs hookgate's hook and nothing else, in this or an older form.
///
/// A line in which a person added something is theirs: it is found by `calls_hookgate` alone.
#[must_use]
pub fn is_ours(line: &str) -> bool {
    words(line).is_some()
}

/// Reads a line of hookgate's own; `None` for any other.
#[must_use]
pub fn words(line: &str) -> Option<Words> {
    let mut words = split(line)?.into_iter().peekable();
    while words
        .next_if(|word| word == "exec" || word == "&")
        .is_some()
    {}
    let program = words.next()?;
    if !is_our_program(&program) || words.next()? != "hook" {
        return None;
    }
    let mut arguments = vec!["hook".to_owned()];
    arguments.extend(words);
    Some(Words { program, arguments })
}

/// Whether a line calls hookgate's hook anywhere, whatever else it does.
#[must_use]
pub fn calls_hookgate(line: &str) -> bool {
    let mut words = line.split(|sign: char| sign.is_whitespace() || ";|&()\"'`".contains(sign));
    let mut words = words.by_ref().filter(|word| !word.is_empty()).peekable();
    while let Some(word) = words.next() {
        if is_our_program(word) && words.peek() == Some(&"hook") {
            return true;
        }
    }
    false
}

/// Whether a word names hookgate's program, with or without a folder.
#[must_use]
pub fn is_our_program(word: &str) -> bool {
    let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
    name.strip_suffix(".exe").unwrap_or(name) == PROGRAM
}

/// Cuts a plain line into words. `None` when a shell would do more with it than run one program with these words.
fn split(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    // Only there a quote within quotes is written twice.
    let is_powershell = line.trim_start().starts_with('&');
    let mut signs = line.trim().chars().peekable();
    while signs.peek().is_some() {
        let mut word = String::new();
        while let Some(sign) = signs.next_if(|sign| !sign.is_whitespace()) {
            match sign {
                '\'' => word.push_str(&single_quoted(&mut signs, is_powershell)?),
                '"' => word.push_str(&double_quoted(&mut signs)?),
                // An escaped quote, as `quoted` writes it; any other backslash parts folders in Windows.
                '\\' => word.push(signs.next_if_eq(&'\'').unwrap_or('\\')),
                '&' if words.is_empty() && word.is_empty() => word.push('&'),
                sign if SPECIAL.contains(sign) => return None,
                sign => word.push(sign),
            }
        }
        while signs
            .next_if(|sign| *sign == ' ' || *sign == '\t')
            .is_some()
        {}
        if signs.peek() == Some(&'\n') {
            return None;
        }
        words.push(word);
    }
    Some(words)
}

fn single_quoted(signs: &mut Peekable<Chars>, is_powershell: bool) -> Option<String> {
    let mut text = String::new();
    loop {
        match signs.next()? {
            '\'' if is_powershell && signs.next_if_eq(&'\'').is_some() => text.push('\''),
            '\'' => return Some(text),
            sign => text.push(sign),
        }
    }
}

fn double_quoted(signs: &mut impl Iterator<Item = char>) -> Option<String> {
    let mut text = String::new();
    loop {
        match signs.next()? {
            '"' => return Some(text),
            '$' | '`' => return None,
            sign => text.push(sign),
        }
    }
}

/// Rewrites a template's line for a binary at a fixed place, and for the whole user.
///
/// The template names the program alone, once.
#[must_use]
pub fn with_program(template: &str, program: &Path, shell: Shell) -> String {
    let Some(words) = words(template) else {
        return template.to_owned();
    };
    let quoted = quoted(&program.to_string_lossy(), shell);
    let start = match shell {
        Shell::Posix if begins_with_exec(template) => "exec ",
        Shell::PowerShell if quoted.starts_with('\'') => "& ",
        _ => "",
    };
    let rest = words.arguments.get(1..).unwrap_or_default().join(" ");
    format!("{start}{quoted} hook --scope user {rest}")
}

/// Rewrites a template's line for a shell: `exec` saves a process, and is known to POSIX shells only.
#[must_use]
pub fn for_shell(template: &str, shell: Shell) -> String {
    let is_own = shell == Shell::Posix || words(template).is_none();
    let line = template.trim_start();
    let line = line.strip_prefix("exec ").filter(|_| !is_own);
    line.unwrap_or(template).to_owned()
}

fn begins_with_exec(line: &str) -> bool {
    line.trim_start().starts_with("exec ")
}

/// Says what keeps a shell from running hookgate by a line of its own.
#[must_use]
pub fn trouble(line: &str, shell: Shell) -> Option<&'static str> {
    let start = line.trim_start();
    match shell {
        Shell::Posix if start.starts_with('&') => {
            Some("`&` is PowerShell's: another shell takes it for a mistake")
        }
        Shell::PowerShell if begins_with_exec(line) => Some("PowerShell knows no `exec`"),
        Shell::PowerShell if start.starts_with(['\'', '"']) => {
            Some("PowerShell prints a quoted word and runs nothing, without `&` before it")
        }
        Shell::Cmd if begins_with_exec(line) => Some("cmd knows no `exec`"),
        Shell::Cmd if start.starts_with(['\'', '&']) => {
            Some("cmd takes double quotes alone, and no `&`")
        }
        _ => None,
    }
}

/// Writes a path as one word.
#[must_use]
pub fn quoted(path: &str, shell: Shell) -> String {
    let special = |sign: char| sign.is_whitespace() || (SPECIAL.contains(sign) && sign != '\\');
    // A backslash is an escape to a POSIX shell and a plain letter to the others.
    let is_plain = !path.contains(special) && (shell != Shell::Posix || !path.contains('\\'));
    if is_plain {
        return path.to_owned();
    }
    match shell {
        Shell::Posix => format!("'{}'", path.replace('\'', r"'\''")),
        Shell::PowerShell => format!("'{}'", path.replace('\'', "''")),
        // A path in Windows holds no double quote.
        Shell::Cmd => format!("\"{path}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_lines_are_told_from_others() {
        let own = [
            "hookgate hook --runtime tool",
            "exec hookgate hook --runtime tool --event stop",
            "exec '/opt/my tools/hookgate' hook --scope user --runtime a --event b",
            r#""C:\Program Files\hookgate.exe" hook --runtime a"#,
            r"& 'C:\Program Files\hookgate.exe' hook --runtime a",
            r"'/opt/it'\''s/hookgate' hook --runtime a",
        ];
        for line in own {
            assert!(is_ours(line), "{line}");
        }
        let others = [
            "hookgate check",
            "hookgate hook --runtime a || true",
            "cd x && hookgate hook --runtime a",
            "hookgate hook --runtime a; echo done",
            "hookgate hook --runtime $NAME",
            "echo hookgate hook",
            "./guard.sh",
            "",
            "'hookgate hook",
        ];
        for line in others {
            assert!(!is_ours(line), "{line}");
        }
    }

    #[test]
    fn lines_that_a_person_changed_still_call_hookgate() {
        assert!(calls_hookgate("hookgate hook --runtime a || true"));
        assert!(calls_hookgate("cd x && '/opt/hookgate' hook"));
        assert!(!calls_hookgate("hookgate check"));
        assert!(!calls_hookgate("echo hookgates hook"));
    }

    #[test]
    fn every_form_is_read_again_and_fits_its_shell() {
        let template = "exec hookgate hook --runtime a --event stop";
        let paths = [
            r"C:\tools\hookgate.exe",
            r"C:\Program Files\hookgate\hookgate.exe",
            r"C:\Users\O'Neil & Co\hookgate.exe",
            "C:/tools/hookgate.exe",
        ];
        for shell in [Shell::Posix, Shell::PowerShell, Shell::Cmd] {
            for path in paths {
                let line = with_program(template, Path::new(path), shell);
                let words = words(&line).unwrap_or_else(|| panic!("{line}"));
                assert_eq!(words.program, path, "{shell:?} {line}");
                assert_eq!(words.flag("--event"), Some("stop"));
                assert_eq!(trouble(&line, shell), None, "{line}");
            }
            let line = for_shell(template, shell);
            assert_eq!(trouble(&line, shell), None, "{line}");
            assert!(is_ours(&line));
        }
    }

    #[test]
    fn a_line_of_another_shell_is_told() {
        for (line, shell) in [
            ("exec hookgate hook --runtime a", Shell::PowerShell),
            ("exec hookgate hook --runtime a", Shell::Cmd),
            (r"& 'C:\a b\hookgate.exe' hook --runtime a", Shell::Posix),
            (r"& 'C:\a b\hookgate.exe' hook --runtime a", Shell::Cmd),
            (r"'C:\a b\hookgate.exe' hook --runtime a", Shell::PowerShell),
            (
                r#""C:\a b\hookgate.exe" hook --runtime a"#,
                Shell::PowerShell,
            ),
        ] {
            assert!(trouble(line, shell).is_some(), "{line} {shell:?}");
        }
        let line = r#""C:\a b\hookgate.exe" hook --runtime a"#;
        assert_eq!(trouble(line, Shell::Cmd), None);
        assert_eq!(trouble(line, Shell::Posix), None);
    }

    #[test]
    fn a_binary_at_a_fixed_place_is_one_word_of_its_shell() {
        let template = "exec hookgate hook --runtime a --event stop";
        let line = |path: &str, shell| with_program(template, Path::new(path), shell);
        assert_eq!(
            line("/usr/bin/hookgate", Shell::Posix),
            "exec /usr/bin/hookgate hook --scope user --runtime a --event stop"
        );
        assert_eq!(
            line("/opt/it's here/hookgate", Shell::Posix),
            r"exec '/opt/it'\''s here/hookgate' hook --scope user --runtime a --event stop"
        );
        assert_eq!(
            line(r"C:\tools\hookgate.exe", Shell::Posix),
            r"exec 'C:\tools\hookgate.exe' hook --scope user --runtime a --event stop"
        );
        assert_eq!(
            line(r"C:\Program Files\hookgate.exe", Shell::PowerShell),
            r"& 'C:\Program Files\hookgate.exe' hook --scope user --runtime a --event stop"
        );
        assert_eq!(
            line(r"C:\tools\hookgate.exe", Shell::PowerShell),
            r"C:\tools\hookgate.exe hook --scope user --runtime a --event stop"
        );
        assert_eq!(
            line(r"C:\Program Files\hookgate.exe", Shell::Cmd),
            r#""C:\Program Files\hookgate.exe" hook --scope user --runtime a --event stop"#
        );
        assert_eq!(
            line(r"C:\tools\hookgate.exe", Shell::Cmd),
            r"C:\tools\hookgate.exe hook --scope user --runtime a --event stop"
        );
        for path in ["/opt/it's here/hookgate", "/a b/hookgate"] {
            let words = words(&line(path, Shell::Posix)).unwrap();
            assert_eq!(words.program, path);
            assert_eq!(words.flag("--event"), Some("stop"));
        }
    }
}
