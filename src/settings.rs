//! Everything that hookgate reads from its environment, in one place.
//!
//! The rest of the crate gets these values handed in, so that tests need no environment and every knob is listed here.
#![expect(
    clippy::disallowed_methods,
    reason = "the one place that may read the environment"
)]

#[cfg(unix)]
mod account;

use std::path::PathBuf;

/// Turns tracing on: a filter such as `debug` or `hookgate=trace`.
pub const LOG: &str = "HOOKGATE_LOG";
/// File that tracing is appended to. Default: `hookgate.log` in the system's folder for temporary files.
pub const LOG_FILE: &str = "HOOKGATE_LOG_FILE";
/// The gates that this process is part of a run of; set for what gates run, so that none waits for itself.
pub const RUNNING: &str = "HOOKGATE_RUNNING";
/// The convention of no-color.org: any value turns colours off.
pub const NO_COLOR: &str = "NO_COLOR";

/// Returns a variable's value; `None` when it is missing, empty or not UTF-8.
#[must_use]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Returns whether a variable is set, whatever its value.
#[must_use]
pub fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some()
}

/// Returns the person's home folder.
#[must_use]
pub fn home() -> Option<String> {
    // Where the variable is missing the system still knows. A program in one piece does not ask the system's libraries for
    // it, see `build/linking.rs`, but the list of accounts.
    let folder = std::env::home_dir();
    #[cfg(unix)]
    let folder = folder.or_else(account::home);
    let folder = folder?;
    let folder = folder.to_str()?.trim_end_matches('/');
    (!folder.is_empty()).then(|| folder.to_owned())
}

/// Returns the folder of the person's own settings of hookgate.
#[must_use]
pub fn config_folder() -> Option<PathBuf> {
    // The convention of freedesktop.org; a relative path there counts as none.
    let moved = variable("XDG_CONFIG_HOME").map(PathBuf::from);
    let moved = moved.filter(|folder| folder.is_absolute());
    let folder = moved.or_else(|| Some(PathBuf::from(home()?).join(".config")))?;
    Some(folder.join("hookgate"))
}

/// Returns the folder that this process runs in.
///
/// Only for payloads that say no folder, and for commands that a person types.
#[must_use]
pub fn working_folder() -> Option<PathBuf> {
    std::env::current_dir().ok()
}

/// Returns this program's own file, as it was started.
#[must_use]
pub fn program() -> Option<PathBuf> {
    std::env::current_exe().ok()
}

/// Returns the folder for state of the person's own, kept between runs.
#[must_use]
pub fn state_folder() -> Option<PathBuf> {
    let named = variable("XDG_STATE_HOME").map(PathBuf::from);
    let usual = || home().map(|home| PathBuf::from(home).join(".local/state"));
    let folder = named.filter(|folder| folder.is_absolute()).or_else(usual)?;
    Some(folder.join("hookgate"))
}

/// Returns the values of variables that look like secrets by their name, longest first, for masking them in output.
#[must_use]
pub fn secret_values() -> Vec<String> {
    let mut values: Vec<String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name, value.into_string().ok()?)))
        .filter(|(name, value)| is_secret(&name.to_string_lossy(), value))
        .map(|(_, value)| value)
        .collect();
    values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    values
}

/// Returns whether a variable looks like a secret by its name.
#[must_use]
pub fn is_secret(name: &str, value: &str) -> bool {
    const MARKS: [&str; 6] = ["KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL"];
    let name = name.to_uppercase();
    // Shorter values are words like "true", which would blot out innocent output.
    value.len() >= 8 && MARKS.iter().any(|mark| name.contains(mark))
}
