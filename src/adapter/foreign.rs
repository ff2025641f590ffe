//! Notices a payload that another runtime wrote, by the marks in `adapters/marks.yaml`. Clients execute each other's hook
//! files, so a hook can be fed by a client that it was not installed for.

use serde_json::Value;

use super::json;
use super::table::{Mark, Pointer};

/// Returns the name of the runtime that the payload looks like, unless it is the expected one.
pub(super) fn recognise(
    marks: &[Mark],
    expected: &str,
    payload: &Value,
    env: &dyn Fn(&str) -> bool,
) -> Option<&'static str> {
    let found = marks.iter().find(|mark| holds(mark, payload, env))?;
    // A variable can be an outer client's, so it says nothing against a payload that looks like the expected one.
    let is_own =
        |mark: &Mark| mark.runtime == expected && mark.env.is_empty() && holds(mark, payload, env);
    if !found.env.is_empty() && marks.iter().any(is_own) {
        return None;
    }
    Some(found.runtime).filter(|runtime| *runtime != expected)
}

fn holds(mark: &Mark, payload: &Value, env: &dyn Fn(&str) -> bool) -> bool {
    let found = |pointer: &Pointer| json::each(payload, pointer.steps).into_iter().next();
    let text = |pointer: &Pointer| found(pointer).and_then(Value::as_str);
    mark.present.iter().all(|pointer| found(pointer).is_some())
        && mark.absent.iter().all(|pointer| found(pointer).is_none())
        && mark
            .values
            .iter()
            .all(|(pointer, any)| text(pointer).is_some_and(|text| any.contains(&text)))
        && mark.texts.iter().all(|(pointer, any)| {
            text(pointer).is_some_and(|text| any.iter().any(|part| text.contains(part)))
        })
        && mark
            .numbers
            .iter()
            .all(|pointer| found(pointer).is_some_and(Value::is_number))
        && (mark.env.is_empty() || mark.env.iter().any(|name| env(name)))
}
