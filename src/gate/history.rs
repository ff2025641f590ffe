//! `gates/<id>.passed.json`: the last contents that a gate was green for.
//!
//! Work goes back and forth: a branch is looked at and left, an edit is tried and taken back. Content that has passed has
//! passed. A later result for the same content that is not green takes its place here away.

use serde_json::{Value, json};

use super::evidence::{Evidence, Status};
use crate::state::{self, State, StateError, file_name};

/// Contents that are remembered of each gate.
const KEPT: usize = 8;

/// Returns the latest evidence that fits.
pub(super) fn find(
    state: &State,
    gate: &str,
    is_for: impl Fn(&Evidence) -> bool,
) -> Option<Evidence> {
    read(state, gate).into_iter().find(is_for)
}

/// Takes note of a result.
///
/// # Errors
/// Those of [`State::write`].
pub(super) fn note(state: &State, evidence: &Evidence) -> Result<(), StateError> {
    let before = read(state, &evidence.gate);
    let others = before.iter().filter(|known| !is_same(known, evidence));
    let green = (evidence.status == Status::Passed).then_some(evidence);
    let now: Vec<&Evidence> = green.into_iter().chain(others).take(KEPT).collect();
    if now.iter().copied().eq(&before) {
        return Ok(());
    }
    let passed: Vec<Value> = now.into_iter().map(Evidence::to_json).collect();
    let value = json!({"version": state::VERSION, "passed": passed});
    state.write(&path(&evidence.gate), &value)
}

/// Whether two results are for the same command on the same content.
fn is_same(one: &Evidence, other: &Evidence) -> bool {
    let bound_to = |evidence: &Evidence| {
        (
            evidence.command_digest.clone(),
            evidence.inputs_digest.clone(),
            evidence.worktree.clone(),
        )
    };
    bound_to(one) == bound_to(other)
}

fn read(state: &State, gate: &str) -> Vec<Evidence> {
    let value = state.read(&path(gate)).unwrap_or_default();
    let passed = value.get("passed").and_then(Value::as_array);
    passed
        .into_iter()
        .flatten()
        .filter_map(Evidence::parse)
        .filter(|evidence| evidence.status == Status::Passed && evidence.gate == gate)
        .collect()
}

fn path(gate: &str) -> String {
    // No gate's own name holds a dot here: `file_name` writes it otherwise.
    format!("gates/{}.passed.json", file_name(gate))
}
