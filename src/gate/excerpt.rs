//! The part of a gate's output that says what failed: a model should read twenty lines, not four thousand characters.

/// Words that test runners, compilers and linters begin a failure with.
const MARKS: [&str; 12] = [
    "FAIL",
    "ERROR",
    "Error:",
    "error:",
    "error[",
    "panicked",
    "Traceback",
    "AssertionError",
    "not ok",
    "✗",
    "✕",
    "--- FAIL",
];
/// Lines taken from the first mark on.
const LINES: usize = 24;
/// Characters at most.
const LIMIT: usize = 2_000;

/// Returns the first failing lines of either stream, or the end of the output when no failure is recognised.
pub(super) fn of(stdout: &str, stderr: &str) -> String {
    let from_mark = [stderr, stdout].into_iter().find_map(|text| {
        let lines: Vec<&str> = text.lines().collect();
        let first = lines
            .iter()
            .position(|line| MARKS.iter().any(|mark| line.contains(mark)))?;
        Some(
            lines
                .into_iter()
                .skip(first)
                .take(LINES)
                .collect::<Vec<_>>(),
        )
    });
    let lines = from_mark.unwrap_or_else(|| {
        let all: Vec<&str> = stdout.lines().chain(stderr.lines()).collect();
        let skipped = all.len().saturating_sub(LINES);
        all.into_iter().skip(skipped).collect()
    });
    let text = lines.join("\n");
    let text = text.trim();
    match text.char_indices().nth(LIMIT) {
        Some((cut, _)) => format!("{} …", text.get(..cut).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn the_first_failure_is_shown_and_the_noise_before_it_is_not() {
        let stderr = "....\nFAIL: test_a (tests)\nAssertionError: 0 != 500\n";
        assert_eq!(
            of("compiling\n", stderr),
            "FAIL: test_a (tests)\nAssertionError: 0 != 500"
        );
    }

    #[test]
    fn without_a_known_mark_the_end_is_shown() {
        let many: Vec<String> = (0..100).map(|n| format!("line {n}")).collect();
        let shown = of(&many.join("\n"), "");
        assert!(shown.starts_with("line 76\n") && shown.ends_with("line 99"));
    }
}
