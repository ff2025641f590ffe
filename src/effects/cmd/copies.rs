//! What copies, moves and renames.

use crate::call::Access;
use crate::effects::powershell::Walker;
use crate::effects::powershell::state::State;
use crate::effects::{Span, Value};

pub(super) fn copy(
    walker: &mut Walker<'_>,
    name: &str,
    operands: &[Value],
    (mirrors, moves): (bool, bool),
    span: Span,
    state: &State,
) {
    let deep = matches!(name, "xcopy" | "robocopy");
    let (sources, target) = match (operands, name) {
        ([source, target, ..], "robocopy") => (std::slice::from_ref(source), Some(target)),
        ([sources @ .., target], _) if !sources.is_empty() => (sources, Some(target)),
        (sources, _) => (sources, None),
    };
    let mut read = Vec::new();
    for source in sources {
        // `copy a+b c`
        let parts = source.start().split('+');
        match source {
            Value::Known(_) => read.extend(parts.map(|part| Value::Known(part.to_owned()))),
            Value::Starts(_) => read.push(source.clone()),
        }
    }
    for source in &read {
        walker.touch((Access::Read, deep), source, false, name, span, state);
        if name == "move" || (moves && name == "robocopy") {
            walker.touch((Access::Delete, true), source, false, name, span, state);
        }
    }
    match target {
        Some(target) if deep => {
            walker.touch((Access::Write, true), target, true, name, span, state);
            if mirrors {
                walker.touch((Access::Delete, true), target, true, name, span, state);
            }
        }
        Some(target) => walker.land(&read, target, false, name, span, state),
        None => walker.land(&read, &Value::Known(".".into()), false, name, span, state),
    }
}

pub(super) fn rename(
    walker: &mut Walker<'_>,
    name: &str,
    operands: &[Value],
    span: Span,
    state: &State,
) {
    let [old, new] = operands else {
        return;
    };
    walker.touch((Access::Delete, true), old, false, name, span, state);
    let folder = old.start();
    let folder = folder
        .rfind(['/', '\\'])
        .and_then(|at| folder.get(..=at))
        .unwrap_or_default();
    let new = match new {
        Value::Known(new) => Value::Known(format!("{folder}{new}")),
        Value::Starts(new) => Value::Starts(format!("{folder}{new}")),
    };
    walker.touch((Access::Write, true), &new, false, name, span, state);
}
