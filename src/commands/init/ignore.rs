//! hookgate's lines in `.gitignore`: they go in at the end, and come out without a trace.

const COMMENT: &str = "# hookgate: its state, and each person's own rules";
const LINES: [&str; 2] = [".hook-state/", "hookgate.local.yaml"];

/// Returns the file with hookgate's lines; `None` when they are not needed.
pub(super) fn added(text: Option<&str>) -> Option<String> {
    let there = text.unwrap_or_default();
    if is_ignored(there) {
        return None;
    }
    let line_break = line_break(there);
    let block = block(line_break);
    Some(match text {
        None => format!("{block}{line_break}"),
        // A file keeps the end that it had, so that its own lines are all that is left afterwards.
        Some("") => block,
        Some(text) if text.ends_with('\n') => format!("{text}{block}{line_break}"),
        Some(text) => format!("{text}{line_break}{block}"),
    })
}

/// Returns the file without hookgate's lines; `None`: nothing is left of it.
pub(super) fn removed(text: &str) -> Option<String> {
    let line_break = line_break(text);
    let block = block(line_break);
    let whole = format!("{block}{line_break}");
    if text == whole {
        return None;
    }
    if text == block {
        return Some(String::new());
    }
    if let Some(before) = text.strip_suffix(&format!("{line_break}{block}")) {
        return Some(before.to_owned());
    }
    let at = text
        .find(&whole)
        .filter(|at| *at == 0 || text.get(..*at).is_some_and(|t| t.ends_with('\n')));
    let Some(at) = at else {
        return Some(text.to_owned());
    };
    let before = text.get(..at).unwrap_or_default();
    let after = text.get(at + whole.len()..).unwrap_or_default();
    Some(format!("{before}{after}"))
}

fn is_ignored(text: &str) -> bool {
    let mut lines = text
        .lines()
        .map(|line| line.trim().trim_start_matches('/').trim_end_matches('/'));
    lines.any(|line| line == ".hook-state")
}

fn line_break(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

fn block(line_break: &str) -> String {
    let [state, local] = LINES;
    [COMMENT, state, local].join(line_break)
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
        assert_eq!(
            removed("/.hook-state/\n").as_deref(),
            Some("/.hook-state/\n")
        );
        assert_eq!(added(Some("/.hook-state/\n")), None);
    }
}
