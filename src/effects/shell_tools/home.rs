//! The home folder: where a shell begins that ssh starts on this very machine, and what `~` means in code.

use super::program::{Started, piece};
use super::state::State;
use crate::effects::Value;
use crate::programs::{Reading, Role};

/// Code leaves it to a call of its own to expand `~`; nobody names a folder so.
pub(super) fn from_home(path: Value, home: Option<&str>) -> Value {
    let rest = path.start().strip_prefix('~');
    match (rest, home) {
        (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with('/') => {
            let whole = format!("{home}{rest}");
            match path {
                Value::Known(_) => Value::Known(whole),
                Value::Starts(_) => Value::Starts(whole),
            }
        }
        _ => path,
    }
}

/// Whether `ssh` leads back to this machine.
pub(super) fn is_this_machine(started: &Started<'_>, reading: &Reading<'_>) -> bool {
    let remote = reading.parts.iter().find(|part| part.role == Role::Remote);
    remote.is_some_and(|part| {
        let field = piece(started, part.at);
        let host = field.value.known().unwrap_or_default();
        let host = host.rsplit('@').next().unwrap_or(host);
        matches!(host, "localhost" | "127.0.0.1" | "::1" | "0.0.0.0")
    })
}

/// The state of a shell that was just begun in the home folder.
pub(super) fn at_home(home: Option<&str>, state: &State) -> State {
    State {
        folders: vec![home.map(str::to_owned)],
        ..state.clone()
    }
}
