//! `%NAME%` of variables that are the same everywhere.

use std::borrow::Cow;

use super::{Text, plain};
use crate::effects::powershell::Walker;
use crate::effects::{Span, Value};

/// Variables, and what they stand for; nothing for the home folder.
const KNOWN: [(&str, Option<&str>); 9] = [
    ("%userprofile%", None),
    ("%homedrive%%homepath%", None),
    ("%homepath%", None),
    ("%systemroot%", Some("C:\\Windows")),
    ("%windir%", Some("C:\\Windows")),
    ("%systemdrive%", Some("C:")),
    ("%homedrive%", Some("C:")),
    ("%programfiles%", Some("C:\\Program Files")),
    ("%programdata%", Some("C:\\ProgramData")),
];

/// Puts in what is known, unless the line sets variables itself.
pub(super) fn expanded<'l>(line: &'l str, home: Option<&str>) -> Cow<'l, str> {
    let lower = line.to_ascii_lowercase();
    if !line.contains('%') || lower.contains("set ") {
        return Cow::Borrowed(line);
    }
    let mut found = String::with_capacity(line.len());
    let mut at = 0;
    while let Some(rest) = lower.get(at..).filter(|rest| !rest.is_empty()) {
        let known = KNOWN.iter().find(|(name, _)| rest.starts_with(name));
        if let Some((name, value)) = known {
            match (value, home) {
                (Some(value), _) => found.push_str(value),
                // `/home` alone would be taken for a switch.
                (None, Some(home)) if home.starts_with('/') => found.extend([home, "/."]),
                (None, Some(home)) => found.push_str(home),
                (None, None) => found.push_str(name),
            }
            at += name.len();
            continue;
        }
        let Some(letter) = line.get(at..).and_then(|rest| rest.chars().next()) else {
            break;
        };
        found.push(letter);
        at += letter.len_utf8();
    }
    Cow::Owned(found)
}

/// `echo %NAME%` prints what `printenv NAME` does, and `set NAME`.
pub(super) fn printed(walker: &mut Walker<'_>, words: &[Text], span: Span) {
    let Some((first, rest)) = words.split_first() else {
        return;
    };
    let lower = first.lower();
    let names: Vec<&str> = match (lower.trim_start_matches('@'), rest) {
        ("echo" | "echo.", rest) => rest
            .iter()
            .filter(|word| word.open.is_some())
            .flat_map(|word| word.text.split('%').skip(1).step_by(2))
            .collect(),
        ("set", [name]) if !name.text.contains(['=', '/']) => vec![name.text.as_str()],
        _ => return,
    };
    for name in names.into_iter().filter(|name| !name.is_empty()) {
        let word = plain(Value::Known(name.to_uppercase()));
        walker.push(Some("printenv"), vec![word], span);
    }
}

#[cfg(test)]
mod tests {
    use super::expanded;

    #[test]
    fn variables_that_are_the_same_everywhere_are_put_in() {
        let with = |line: &str| expanded(line, Some("/home/me")).into_owned();
        assert_eq!(with("rd /s %SystemRoot%"), "rd /s C:\\Windows");
        assert_eq!(with("del %UserProfile%\\*"), "del /home/me/.\\*");
        assert_eq!(with("del %HOMEDRIVE%%HOMEPATH%\\x"), "del /home/me/.\\x");
        assert_eq!(with("del %x%\\ä"), "del %x%\\ä");
        assert_eq!(
            with("set WINDIR=x& rd %WINDIR%"),
            "set WINDIR=x& rd %WINDIR%"
        );
    }
}
