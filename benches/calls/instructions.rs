//! Instructions of one process, counted by callgrind, and its memory.

use std::process::Stdio;

use crate::Outcome;
use crate::pairs::Timed;

/// Counts a command's instructions; `None` where valgrind is not installed.
pub(crate) fn count(timed: &Timed) -> Outcome<Option<u64>> {
    let words = ["--tool=callgrind", "--callgrind-out-file=/dev/null"];
    let mut counted = timed.command_under("valgrind", &words)?;
    let Ok(ran) = counted.stderr(Stdio::piped()).output() else {
        return Ok(None);
    };
    let said = String::from_utf8_lossy(&ran.stderr);
    let collected = said.lines().find_map(|line| line.split_once("Collected :"));
    Ok(collected.and_then(|(_, number)| number.trim().parse().ok()))
}

/// Returns the most memory that a command had at once, in KiB; `None` where GNU time is not installed.
pub(crate) fn peak(timed: &Timed) -> Outcome<Option<u64>> {
    let mut measured = timed.command_under("/usr/bin/time", &["-f", "peak %M"])?;
    let Ok(ran) = measured.stderr(Stdio::piped()).output() else {
        return Ok(None);
    };
    let said = String::from_utf8_lossy(&ran.stderr);
    let peak = said.lines().find_map(|line| line.strip_prefix("peak "));
    Ok(peak.and_then(|number| number.trim().parse().ok()))
}

/// "1.4 MiB", or a dash.
pub(crate) fn shown_peak(peak: Option<u64>) -> String {
    peak.map_or_else(
        || "-".into(),
        |peak| format!("{}.{} MiB", peak / 1024, peak % 1024 * 10 / 1024),
    )
}

/// "61 k", or a dash.
pub(crate) fn shown(count: Option<u64>) -> String {
    count.map_or_else(|| "-".into(), |count| format!("{} k", count / 1_000))
}
