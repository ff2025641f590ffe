//! Hookgate's own exit codes. What a hook call exits with is decided by the runtime's table in `adapters/` alone.

/// How a command other than `hook` ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All is well.
    Fine = 0,
    /// Something was found: a deny, a failing test, a failed gate, a warning under `--strict`.
    Findings = 1,
    /// The command line makes no sense. clap uses the same code.
    Usage = 2,
    /// A policy does not load.
    Policy = 3,
    /// Hookgate itself failed.
    Failure = 4,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
