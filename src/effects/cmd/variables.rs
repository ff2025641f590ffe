//! `%NAME%` of variables that are the same everywhere.

use std::borrow::Cow;

use super::{Text, plain};
use crate::effects::powershell::Walker;
use crate::effects::{Span, Value};

/// Variables, and what they stand for; nothing for the home folder.
const KNOWN: [(&str, Option<&str>); 10] = [
    ("%home%", None),
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
    expanded_always(line, home)
}

/// Puts in what is known.
pub(super) fn expanded_always<'l>(line: &'l str, home: Option<&str>) -> Cow<'l, str> {
    let lower = line.to_ascii_lowercase();
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

/// Returns the name and value of `set NAME=value` and `set "NAME=value"`.
pub(super) fn assigned(line: &str) -> Option<(String, String)> {
    let rest = line.get(4..)?.trim();
    let rest = rest
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(rest);
    let (name, value) = rest.split_once('=').filter(|_| !rest.starts_with('/'))?;
    Some((name.trim().to_ascii_lowercase(), value.to_owned()))
}

/// Puts in what a batch file set: `%NAME%` and `!NAME!`; `%~dp0` is the folder of the file.
pub(super) fn filled(line: &str, set: &[(String, String)]) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find(['%', '!']) {
        let (before, behind) = rest.split_at_checked(at).unwrap_or((rest, ""));
        text.push_str(before);
        let sign = behind.get(..1).unwrap_or_default();
        let behind = behind.get(1..).unwrap_or_default();
        let held = behind.split_once(sign).and_then(|(name, after)| {
            let name = name.to_ascii_lowercase();
            let (_, value) = set.iter().find(|(known, _)| *known == name)?;
            Some((value, after))
        });
        match (held, behind.strip_prefix("~dp0")) {
            (Some((value, after)), _) => {
                text.push_str(value);
                rest = after;
            }
            (None, Some(after)) if sign == "%" => {
                text.push_str(".\\");
                rest = after;
            }
            _ => {
                text.push_str(sign);
                rest = behind;
            }
        }
    }
    text + rest
}

/// Puts in `!NAME!`, which is read when its command runs: after `set NAME=value` on the same line.
pub(super) fn delayed(line: &str) -> String {
    let mut set = Vec::new();
    let mut done = String::with_capacity(line.len());
    for part in line.split_inclusive('&') {
        let filled = filled(part, &set);
        let bare = filled.trim_start();
        let is_set = bare
            .get(..4)
            .is_some_and(|word| word.eq_ignore_ascii_case("set "));
        if let Some(one) = is_set
            .then(|| assigned(bare.trim_end_matches('&')))
            .flatten()
            && set.len() < 16
        {
            set.push(one);
        }
        done.push_str(&filled);
    }
    done
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
