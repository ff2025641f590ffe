//! Whether the runtime is at least as new as what its table was checked against.

use std::path::Path;

use super::Finding;
use super::run::{Job, Ran, run};
use crate::adapter::Adapter;

/// Returns the version of the runtime on this machine; `None` when it is not here or does not say.
pub(super) fn of(adapter: &Adapter, findings: &mut Vec<Finding>) -> Option<String> {
    let (program, arguments) = adapter.setup.version.split_first()?;
    let ran = run(&Job {
        program,
        arguments,
        folder: Path::new("."),
        variable: None,
        without: &[],
        stdin: "",
    });
    let Ran::Ended {
        exit: 0, stdout, ..
    } = ran
    else {
        return None;
    };
    let version = stdout
        .split(|sign: char| !sign.is_ascii_digit() && sign != '.')
        .find(|word| numbers(word).len() >= 2)?;
    if numbers(version) < numbers(adapter.checked.version) {
        findings.push(Finding::new(
            format!(
                "`{program}` is {version}, and hookgate was checked with {}",
                adapter.checked.version
            ),
            "bring it up to date: older ones may not honour every answer".into(),
        ));
    }
    Some(version.to_owned())
}

fn numbers(version: &str) -> Vec<u64> {
    version
        .split('.')
        .map_while(|part| part.parse().ok())
        .collect()
}
