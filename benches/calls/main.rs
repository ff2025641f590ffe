//! What one hook call costs, measured as whole processes: `cargo bench --bench calls`.
//!
//! Every time is taken pair by pair with `/bin/true` in one run, because the speed of a machine drifts while ratios hold.
//! Instructions come from callgrind where it is installed; they are the steady figure.
//!
//! `-- --binary PATH` measures another build, such as the one that `packaging/artefact` makes; words choose parts: `rules`,
//! `events`, `payload`, `cold`, `python`, `peers`, `load`, `guard` (fails when instructions grew by more than 5 % over
//! `benches/instructions.json`), `record` (writes that file).

mod guard;
mod instructions;
mod load;
mod pairs;
mod peers;
mod python;
mod repository;
mod tables;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

pub(crate) type Outcome<T> = Result<T, Box<dyn Error>>;

/// What is measured, and how often.
pub(crate) struct Setting {
    pub(crate) binary: PathBuf,
    pub(crate) rounds: usize,
}

fn main() -> Outcome<ExitCode> {
    let mut setting = Setting {
        binary: PathBuf::from(env!("CARGO_BIN_EXE_hookgate")),
        rounds: 200,
    };
    let mut parts = Vec::new();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--binary" => {
                let binary = words.next().ok_or("--binary needs a path")?;
                setting.binary = std::fs::canonicalize(binary)?;
            }
            "--rounds" => {
                setting.rounds = words.next().ok_or("--rounds needs a number")?.parse()?;
            }
            // What cargo itself adds.
            "--bench" => {}
            _ => parts.push(word),
        }
    }
    match parts.first().map(String::as_str) {
        Some("guard") => return guard::check(&setting),
        Some("record") => return guard::record(&setting),
        _ => {}
    }
    let wanted = |part: &str| parts.is_empty() || parts.iter().any(|word| word == part);
    let size = std::fs::metadata(&setting.binary)?.len();
    say(&format!(
        "Measured: {}, {}.{} MB",
        repository::shown(&setting.binary),
        size / 1_000_000,
        size % 1_000_000 / 100_000
    ))?;
    for (name, print) in tables::ALL {
        if wanted(name) {
            print(&setting)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints one line; a closed pipe ends the benchmark.
pub(crate) fn say(line: &str) -> Outcome<()> {
    use std::io::Write;
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}
