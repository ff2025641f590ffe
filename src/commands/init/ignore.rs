//! hookgate's lines in `.gitignore`.

use crate::wiring::block;

const LINES: [&str; 3] = [
    "# hookgate: its state, and each person's own rules",
    ".hook-state/",
    "hookgate.local.yaml",
];

/// Returns the file with hookgate's lines; `None` when they are not needed.
pub(super) fn added(text: Option<&str>) -> Option<String> {
    let is_needed = !is_ignored(text.unwrap_or_default());
    is_needed.then(|| block::added(text, &LINES.map(String::from)))
}

/// Returns the file without hookgate's lines; `None`: nothing is left of it.
pub(super) fn removed(text: &str) -> Option<String> {
    match block::find(text, &LINES.map(String::from)) {
        Some((start, end)) => block::removed(text, start, end),
        None => Some(text.to_owned()),
    }
}

fn is_ignored(text: &str) -> bool {
    let names = text.lines().map(str::trim);
    let mut names = names.map(|line| line.trim_start_matches('/').trim_end_matches('/'));
    names.any(|name| name == ".hook-state")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_goes_again() {
        let cases = [
            None,
            Some(""),
            Some("\n"),
            Some("a"),
            Some("a\n"),
            Some("a\r\nb\r\n"),
            Some("a\r\nb"),
        ];
        for case in cases {
            let with = added(case).unwrap();
            assert!(is_ignored(&with), "{with:?}");
            assert_eq!(added(Some(&with)), None);
            assert_eq!(removed(&with).as_deref(), case, "{with:?}");
        }
        let edited = format!("{}more\n", added(Some("a\n")).unwrap());
        assert_eq!(removed(&edited).as_deref(), Some("a\nmore\n"));
        let own = "/.hook-state/\n";
        assert_eq!(removed(own).as_deref(), Some(own));
        assert_eq!(added(Some(own)), None);
    }
}
