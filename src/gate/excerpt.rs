//! The part of a gate's output that says what failed: a model should read twenty lines, not four megabytes.
//!
//! Test runners print a section about the failures after their progress, compilers and linters a line that names a place.
//! The excerpt begins at the first such section or line, and ends with the tool's own summary where that comes much later.

/// Lines taken from where a failure begins.
const LINES: usize = 24;
/// Lines of a summary further down.
const SUMMARY: usize = 4;
/// Characters at most.
const LIMIT: usize = 2_000;
/// Characters of one line at most: some tools print a bundle in one.
const LINE_LIMIT: usize = 300;
/// Lines looked through before a finding for the file that it is in.
const HEADING: usize = 20;

/// Texts that stand in the line where a failure begins.
const MARKS: [&str; 16] = [
    "FAIL",
    "ERROR",
    "Error:",
    "error:",
    "error[",
    "error TS",
    "Exception",
    "panicked at",
    "Traceback (most recent",
    "AssertionError",
    "not ok ",
    "fatal:",
    "✗",
    "✕",
    "✖",
    "×",
];
/// Lines that only say that something before them failed.
const EPILOGUES: [&str; 6] = [
    "make: ***",
    "make[",
    "npm ERR!",
    "npm error",
    "ELIFECYCLE",
    "error: script ",
];
/// How summaries begin.
const SUMMARIES: [&str; 9] = [
    "FAILED ",
    "FAILED (",
    "ERROR tests",
    "test result: FAILED",
    "Tests:",
    "Tests run:",
    "Found ",
    "error: could not compile",
    "✖ ",
];

/// Returns the first failing lines of an output, or its end when no failure is recognised.
pub(super) fn of(output: &str) -> String {
    let lines: Vec<&str> = output.lines().collect();
    let from = lines.iter().position(|line| is_section(line));
    let from = from.or_else(|| {
        let first = lines.iter().position(|line| is_failure(line))?;
        Some(heading(&lines, first))
    });
    let mut taken: Vec<&str> = match from {
        Some(from) => lines.iter().skip(from).take(LINES).copied().collect(),
        None => end(&lines),
    };
    let shown = from.map_or(lines.len(), |from| from + LINES);
    let summary: Vec<&str> = lines
        .iter()
        .skip(shown)
        .filter(|line| is_summary(line))
        .take(SUMMARY)
        .copied()
        .collect();
    if !summary.is_empty() {
        taken.push("…");
    }
    bounded(&taken, &summary)
}

/// The heading under which a test runner tells its failures.
fn is_section(line: &str) -> bool {
    let text = line.trim();
    let is_ruled = text.starts_with("===") && text.ends_with("===");
    (is_ruled
        && [" FAILURES ", " ERRORS "]
            .iter()
            .any(|word| text.contains(word)))
        || line == "failures:"
        || text.starts_with("FAIL: ")
        || text.starts_with("ERROR: test")
        || text.starts_with("FAIL  ")
        || line.starts_with("FAIL ") && text.contains(".test.")
        || text.starts_with("--- FAIL: ")
        || text.starts_with("[ERROR] Failures:")
        || text.starts_with("[ERROR] COMPILATION ERROR")
        || (text.ends_with(" FAILED") && text.contains(" > ") && !text.starts_with('>'))
}

fn is_failure(line: &str) -> bool {
    let text = line.trim();
    if is_epilogue(text) || text.ends_with(" ok") || text.contains("warning") {
        return false;
    }
    MARKS.iter().any(|mark| text.contains(mark)) || names_place(text) || is_finding(line)
}

fn is_epilogue(text: &str) -> bool {
    EPILOGUES.iter().any(|epilogue| text.starts_with(epilogue))
}

fn is_summary(line: &str) -> bool {
    let text = line.trim();
    let fails = text.contains("ail") || text.contains("rror") || text.contains("FAIL");
    fails && SUMMARIES.iter().any(|summary| text.starts_with(summary))
}

/// "src/a.py:3:5: …": a place and what is wrong there.
fn names_place(text: &str) -> bool {
    let Some((place, said)) = text.split_once(": ") else {
        return false;
    };
    let mut parts = place.rsplit(':');
    let last = parts.next().unwrap_or_default();
    let before = parts.next().unwrap_or_default();
    is_number(last) && !before.is_empty() && !before.contains(' ') && !said.starts_with("note")
}

/// "  3:5  error  …", as a linter lists below the name of a file.
fn is_finding(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let place = words.next().and_then(|place| place.split_once(':'));
    let is_place = place.is_some_and(|(line, column)| is_number(line) && is_number(column));
    is_place && words.next() == Some("error")
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The line to begin with: findings stand below the name of their file.
fn heading(lines: &[&str], first: usize) -> usize {
    if !lines.get(first).is_some_and(|line| is_finding(line)) {
        return first;
    }
    let back = first.saturating_sub(HEADING);
    let before = lines.iter().enumerate().take(first).skip(back).rev();
    let mut headings = before.filter(|(_, line)| !line.starts_with(' ') && !line.is_empty());
    headings.next().map_or(first, |(at, _)| at)
}

/// The last lines, without those that only say that something failed.
fn end<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    let is_said = |line: &&str| !is_epilogue(line.trim()) && !line.trim().is_empty();
    let last = lines.iter().rposition(is_said);
    let lines = match last {
        Some(last) => lines.get(..=last).unwrap_or(lines),
        None => lines,
    };
    let skipped = lines.len().saturating_sub(LINES);
    lines.iter().skip(skipped).copied().collect()
}

/// Joins lines within the limit; the summary always has its place.
fn bounded(lines: &[&str], summary: &[&str]) -> String {
    let cut = |line: &str| match line.char_indices().nth(LINE_LIMIT) {
        Some((at, _)) => format!("{} …", line.get(..at).unwrap_or_default()),
        None => line.trim_end().to_owned(),
    };
    let summary: Vec<String> = summary.iter().map(|line| cut(line)).collect();
    let summary = summary.join("\n");
    let mut left = LIMIT.saturating_sub(summary.chars().count());
    let mut text = String::new();
    for line in lines.iter().map(|line| cut(line)) {
        let length = line.chars().count() + 1;
        if length > left {
            text.push('…');
            break;
        }
        left -= length;
        text.push_str(&line);
        text.push('\n');
    }
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(&summary);
    let text = text.trim_matches('\n').trim_end();
    text.to_owned()
}

#[cfg(test)]
mod tests;
