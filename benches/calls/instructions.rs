//! Instructions of one process, counted by callgrind.

use std::process::{Command, Stdio};

use crate::Outcome;
use crate::pairs::Timed;

/// Counts a command's instructions; `None` where valgrind is not installed.
pub(crate) fn count(timed: &Timed) -> Outcome<Option<u64>> {
    let plain = timed.command()?;
    let mut counted = Command::new("valgrind");
    counted
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(plain.get_program())
        .args(plain.get_args())
        .current_dir(&timed.folder)
        .env("HOME", &timed.home)
        .stdout(Stdio::null());
    if let Some(stdin) = &timed.stdin {
        counted.stdin(std::fs::File::open(stdin)?);
    }
    let Ok(ran) = counted.output() else {
        return Ok(None);
    };
    let said = String::from_utf8_lossy(&ran.stderr);
    let collected = said.lines().find_map(|line| line.split_once("Collected :"));
    Ok(collected.and_then(|(_, number)| number.trim().parse().ok()))
}

/// "61 k", or a dash.
pub(crate) fn shown(count: Option<u64>) -> String {
    count.map_or_else(|| "-".into(), |count| format!("{} k", count / 1_000))
}
