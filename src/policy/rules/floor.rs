//! The floor: what holds without any rule. An agent must not write hookgate's own policy, state, configuration or binary,
//! nor the files that runtimes read their hooks from; else the first edit would switch everything else off.

use super::protect_paths::describe;
use crate::call::Access;
use crate::decision::{Finding, Verdict};
use crate::effects::{Effects, PathEffect, Reach};
use crate::policy::evaluate::Facts;
use crate::repo::{Case, LOCAL_POLICY_FILE, POLICY_FILE, Place};
use crate::state::FOLDER;

/// Id under which the floor's findings are reported. Policies cannot use it.
pub(crate) const ID: &str = "floor";

/// Returns an objection for each path of the floor that a call would write or delete.
pub(crate) fn judge(effects: &Effects, facts: &Facts) -> Vec<Finding> {
    effects
        .paths
        .iter()
        .filter(|effect| effect.access != Access::Read)
        .filter_map(|effect| {
            let place = [&effect.places.lexical, &effect.places.real]
                .into_iter()
                .find(|place| is_floor(place, effect, facts))?;
            Some(Finding {
                rule: ID.into(),
                origin: None,
                verdict: Verdict::Deny,
                unless_asked: Verdict::Deny,
                what: describe(effect, place),
                reason: Some(
                    "an agent does not change the rules that it works under, nor their records"
                        .into(),
                ),
                instead: Some("ask the person to make this change".into()),
                span: effect.span,
            })
        })
        .collect()
}

fn is_floor(place: &Place, effect: &PathEffect, facts: &Facts) -> bool {
    match place {
        Place::Inside(path) => is_floor_inside(path, effect.reach, facts),
        Place::Outside(path) => {
            is_policy_name(path, facts.case)
                || own_paths(facts).any(|own| touches(path, &own, effect.reach, facts.case))
        }
    }
}

fn is_floor_inside(path: &str, reach: Reach, facts: &Facts) -> bool {
    let touches = |own: &str| touches(path, own, reach, facts.case);
    is_policy_name(path, facts.case)
        || touches(FOLDER)
        // Deleting a folder deletes the policies in it.
        || facts.policies.iter().any(|policy| touches(policy))
        || facts
            .hook_configs
            .iter()
            .filter(|config| !config.starts_with(['~', '/']))
            .any(|config| touches(config))
}

/// Returns whether a path is a policy file, in whatever folder.
fn is_policy_name(path: &str, case: Case) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    [POLICY_FILE, LOCAL_POLICY_FILE]
        .iter()
        .any(|policy| equal(name, policy, case))
}

/// Returns the absolute paths of the floor.
fn own_paths(facts: &Facts) -> impl Iterator<Item = String> + '_ {
    let configs = facts.hook_configs.iter().filter_map(|config| {
        if config.starts_with('/') {
            return Some((*config).to_owned());
        }
        let rest = config.strip_prefix('~')?;
        facts.home.as_ref().map(|home| format!("{home}{rest}"))
    });
    facts.own_paths.iter().cloned().chain(configs)
}

/// Returns whether touching `path` touches `own` or what lies below it.
fn touches(path: &str, own: &str, reach: Reach, case: Case) -> bool {
    equal(path, own, case)
        || is_below(path, own, case)
        || (reach == Reach::Below && (path.is_empty() || is_below(own, path, case)))
}

fn is_below(path: &str, folder: &str, case: Case) -> bool {
    path.get(..folder.len())
        .is_some_and(|head| equal(head, folder, case))
        && path
            .get(folder.len()..)
            .is_some_and(|rest| rest.starts_with('/'))
}

fn equal(one: &str, other: &str, case: Case) -> bool {
    match case {
        Case::Sensitive => one == other,
        Case::Insensitive => one.to_lowercase() == other.to_lowercase(),
    }
}
