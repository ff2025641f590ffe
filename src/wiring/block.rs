//! Lines of hookgate's own at the end of a file: they go in as a block, and come out without a trace.

/// Returns the text with the lines at its end. `None` is a file that is not there.
#[must_use]
pub fn added(text: Option<&str>, lines: &[String]) -> String {
    let line_break = line_break(text.unwrap_or_default());
    let block = lines.join(line_break);
    match text {
        None => format!("{block}{line_break}"),
        // A file keeps the end that it had, so that its own lines are all that is left afterwards.
        Some("") => block,
        Some(text) if text.ends_with('\n') => format!("{text}{block}{line_break}"),
        Some(text) => format!("{text}{line_break}{block}"),
    }
}

/// Returns the text without what lies between two bytes, which are the ends of a block; `None`: nothing is left.
#[must_use]
pub fn removed(text: &str, start: usize, end: usize) -> Option<String> {
    let before = text.get(..start).unwrap_or_default();
    let after = text.get(end..).unwrap_or_default();
    let rest = after
        .strip_prefix("\r\n")
        .or_else(|| after.strip_prefix('\n'));
    match rest {
        Some("") if before.is_empty() => None,
        Some(rest) => Some(format!("{before}{rest}")),
        None => {
            let before = before.strip_suffix('\n').unwrap_or(before);
            Some(before.strip_suffix('\r').unwrap_or(before).to_owned())
        }
    }
}

/// Finds lines that stand together; returns where they begin and end, without the last line break.
#[must_use]
pub fn find(text: &str, lines: &[String]) -> Option<(usize, usize)> {
    let block = lines.join(line_break(text));
    let start = text.match_indices(&block).map(|(at, _)| at).find(|at| {
        let before = text.get(..*at).unwrap_or_default();
        let after = text.get(at + block.len()..).unwrap_or_default();
        let begins = before.is_empty() || before.ends_with('\n');
        begins && (after.is_empty() || after.starts_with(['\r', '\n']))
    })?;
    Some((start, start + block.len()))
}

/// Finds what stands from one line to another, both included.
#[must_use]
pub fn between(text: &str, first: &str, last: &str) -> Option<(usize, usize)> {
    let (start, _) = find(text, &[first.to_owned()])?;
    let (_, length) = find(text.get(start..)?, &[last.to_owned()])?;
    Some((start, start + length))
}

fn line_break(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}
