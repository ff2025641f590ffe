//! Batch files: one line after the other, with the variables that earlier lines set.

use super::{follow as follow_line, variables};
use crate::effects::Span;
use crate::effects::powershell::Walker;
use crate::effects::powershell::state::State;

/// Variables that are followed, and the longest value of one.
const VARIABLES: usize = 64;
const LONGEST: usize = 1_024;
/// Batch files within batch files.
const DEPTH: usize = 8;

/// Follows a batch file.
pub(super) fn follow(walker: &mut Walker<'_>, text: &str, span: Span, state: &mut State) {
    if walker.names_around() > DEPTH {
        return;
    }
    let mut set: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        let bare = line.trim_start_matches('@').trim_start();
        let lower = bare.get(..4).unwrap_or(bare).to_ascii_lowercase();
        if bare.is_empty() || bare.starts_with([':', ')']) || lower.trim_end() == "rem" {
            continue;
        }
        if !walker.step(span) {
            return;
        }
        let filled = variables::filled(bare, &set);
        let filled = variables::expanded_always(&filled, walker.repository.home());
        if lower == "set "
            && let Some((name, value)) = variables::assigned(&filled)
        {
            set.retain(|(known, _)| *known != name);
            if set.len() < VARIABLES && value.len() <= LONGEST {
                set.push((name, value));
            }
        } else {
            follow_line(walker, &filled, span, state);
        }
    }
}
