//! `quality-gate`: says whether a gate is due. Running it and judging its result is `gate`'s work.

use super::protect_paths::from_base;
use super::{GateEvent, QualityGate};
use crate::call::{Access, Event};
use crate::effects::{Effects, Reach};
use crate::policy::Rule;
use crate::policy::evaluate::Facts;
use crate::repo::Place;

/// Returns whether this event makes the gate due: every stop, and calls that touched one of its inputs.
pub(crate) fn is_due(
    rule: &Rule,
    gate: &QualityGate,
    event: Event,
    effects: &Effects,
    facts: &Facts,
) -> bool {
    match event {
        Event::Stop => gate.on.contains(&GateEvent::Stop),
        Event::AfterTool => {
            gate.on.contains(&GateEvent::AfterEdit) && touches_input(rule, gate, effects, facts)
        }
        _ => false,
    }
}

fn touches_input(rule: &Rule, gate: &QualityGate, effects: &Effects, facts: &Facts) -> bool {
    effects
        .paths
        .iter()
        .filter(|effect| effect.access != Access::Read)
        .any(|effect| {
            [&effect.places.lexical, &effect.places.real]
                .into_iter()
                .any(|place| {
                    let Place::Inside(path) = place else {
                        return false;
                    };
                    let Some(path) = from_base(path, &rule.base, facts.case) else {
                        return false;
                    };
                    gate.inputs.matches(path, facts.case).is_some()
                        || (effect.reach != Reach::Itself
                            && gate.inputs.below(path, facts.case).is_some())
                })
        })
}
