//! `protect-paths`: judges every path that a call touches, as written and where its links lead.

use std::collections::BTreeMap;

use super::ProtectPaths;
use crate::call::Access;
use crate::decision::Finding;
use crate::effects::Effects;
use crate::effects::{PathEffect, Reach};
use crate::policy::Rule;
use crate::policy::evaluate::Facts;
use crate::policy::path_pattern::PathPatterns;
use crate::repo::{Case, Place};

/// A name that no pattern was written for, to ask whether a pattern covers all of a folder.
const ANY_NAME: &str = "\u{1}";

/// The first protected file of a list that several effects share, by where the list is.
type Held<'e> = BTreeMap<(*const String, usize), Option<&'e String>>;

/// Returns the rule's objections, one for each path.
pub(crate) fn judge(
    rule: &Rule,
    protect: &ProtectPaths,
    effects: &Effects,
    facts: &Facts,
) -> Vec<Finding> {
    let mut held = Held::new();
    effects
        .paths
        .iter()
        .filter(|effect| protect.deny.contains(&effect.access))
        .filter_map(|effect| {
            let what = touched(rule, protect, effect, facts, &mut held)
                .or_else(|| outside(protect, effect, facts))?;
            Some(rule.finding(what, effect.span))
        })
        .collect()
}

/// Says which protected path the effect touches.
fn touched<'e>(
    rule: &Rule,
    protect: &ProtectPaths,
    effect: &'e PathEffect,
    facts: &Facts,
    held: &mut Held<'e>,
) -> Option<String> {
    let places = [&effect.places.lexical, &effect.places.real];
    let by_name = places.into_iter().find(|place| {
        let Place::Inside(path) = place else {
            return false;
        };
        let Some(path) = from_base(path, &rule.base, facts.case) else {
            // A folder above the rule's base holds everything that the rule protects.
            return effect.access == Access::Delete && holds_base(path, &rule.base);
        };
        covers(&protect.paths, path, effect, facts.case)
    });
    if let Some(place) = by_name {
        return Some(describe(effect, place));
    }
    let key = (effect.holds.as_ptr(), effect.holds.len());
    let path = *held.entry(key).or_insert_with(|| {
        effect.holds.iter().find(|path| {
            let path = from_base(path, &rule.base, facts.case);
            path.is_some_and(|path| protect.paths.matches(path, facts.case).is_some())
        })
    });
    Some(describe(effect, &Place::Inside(path?.clone())))
}

/// Says which path outside the repository the effect touches.
fn outside(protect: &ProtectPaths, effect: &PathEffect, facts: &Facts) -> Option<String> {
    let Place::Outside(path) = &effect.places.real else {
        return None;
    };
    let home = facts.home.as_deref();
    let is_protected = protect.outside_repository
        && protect
            .except
            .matches_absolute(path, home, facts.case)
            .is_none();
    is_protected.then(|| {
        format!(
            "{}, which is outside the repository",
            describe(effect, &effect.places.real)
        )
    })
}

/// Returns whether patterns cover a path, or what lies below it where the effect goes that far.
pub(super) fn covers(patterns: &PathPatterns, path: &str, effect: &PathEffect, case: Case) -> bool {
    if patterns.matches(path, case).is_some() {
        return true;
    }
    if effect.reach == Reach::Itself {
        return false;
    }
    match effect.access {
        // Reading a folder is only refused when all of it is: a search through the root must stay possible.
        Access::Read => patterns.matches(&joined(path, ANY_NAME), case).is_some(),
        Access::Write | Access::Delete => patterns.below(path, case).is_some(),
    }
}

/// "writes `src/x.py`", with the path as written where it is another.
pub(super) fn describe(effect: &PathEffect, place: &Place) -> String {
    let verb = match effect.access {
        Access::Read => "reads",
        Access::Write => "writes",
        Access::Delete => "deletes",
    };
    let shown = place.shown();
    let written = &effect.written;
    let by = &effect.by;
    if shown == written || shown == "." || written.ends_with(&format!("/{shown}")) {
        format!("{by} {verb} `{shown}`")
    } else {
        format!("{by} {verb} `{shown}` (written as `{written}`)")
    }
}

/// Returns a root-relative path as seen from a rule's base, or `None` when it does not lie there.
pub(crate) fn from_base<'a>(path: &'a str, base: &str, case: Case) -> Option<&'a str> {
    if base.is_empty() {
        return Some(path);
    }
    let head = path.get(..base.len())?;
    let same = match case {
        Case::Sensitive => head == base,
        Case::Insensitive => head.to_lowercase() == base.to_lowercase(),
    };
    let rest = path.get(base.len()..)?;
    match (same, rest) {
        (true, "") => Some(""),
        (true, rest) => rest.strip_prefix('/'),
        (false, _) => None,
    }
}

fn holds_base(folder: &str, base: &str) -> bool {
    folder.is_empty()
        || base
            .strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/'))
}

fn joined(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}
