//! `protect-paths`: judges every path that a call touches, as written and where its links lead.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::ProtectPaths;
use super::sanctioned::Sanctioned;
use crate::call::Access;
use crate::decision::Finding;
use crate::effects::Effects;
use crate::effects::{PathEffect, Reach, Span};
use crate::policy::evaluate::Facts;
use crate::policy::path_pattern::{PathPatterns, Seen};
use crate::policy::{Rule, RuleKind};
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
    let sanctioned = OnceCell::new();
    let is_sanctioned = |effect: &PathEffect| {
        let spans = || Sanctioned::of(rule).spans(effects, facts);
        let is_within = |span: Span| sanctioned.get_or_init(spans).contains(&span.holder());
        effect.span.is_some_and(is_within) || Sanctioned::of(rule).keeps(effect)
    };
    effects
        .paths
        .iter()
        .filter(|effect| protect.deny.contains(&effect.access))
        .filter_map(|effect| {
            let what = touched(rule, protect, effect, facts, &mut held)
                .or_else(|| outside(protect, effect, facts))?;
            (!is_sanctioned(effect)).then(|| rule.finding(what, effect.span))
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
    let lexical = &effect.places.lexical;
    // Without links both are the same.
    let real = Some(&effect.places.real).filter(|real| *real != lexical);
    let by_name = std::iter::once(lexical).chain(real).find(|place| {
        let extent = match effect.reach {
            Reach::Itself => Extent::Itself,
            // What is there now was looked at; what is not there is not touched.
            Reach::Held if matches!(place, Place::Inside(_)) => Extent::All,
            // Reading a folder is only refused when all of it is: a search through the root must stay possible.
            Reach::Below if effect.access == Access::Read => Extent::All,
            Reach::Held | Reach::Below => Extent::Some,
        };
        let name = effect.begins.as_deref().unwrap_or_default();
        // Deleting a folder above the rule's base deletes everything that the rule protects.
        let takes_base = effect.access == Access::Delete
            && !protect.paths.is_empty()
            && matches!(place, Place::Inside(path) if holds_base(path, name, &rule.base));
        takes_base || covers(rule, &protect.paths, place, (extent, name), facts)
    });
    if let Some(place) = by_name {
        return Some(describe(effect, place));
    }
    let key = (effect.holds.as_ptr(), effect.holds.len());
    let path = *held.entry(key).or_insert_with(|| {
        effect.holds.iter().find(|path| {
            let place = Place::Inside((*path).clone());
            covers(rule, &protect.paths, &place, (Extent::Itself, ""), facts)
        })
    });
    Some(describe(effect, &Place::Inside(path?.clone())))
}

/// How much of what lies at and below a path is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    Itself,
    /// Everything below it.
    All,
    /// Itself, and anything that may lie below it.
    Some,
}

/// Whether a rule's globs cover a place. What lies below it may be known by the beginning of its name alone.
fn covers(
    rule: &Rule,
    patterns: &PathPatterns,
    place: &Place,
    (extent, begins): (Extent, &str),
    facts: &Facts,
) -> bool {
    let inside = match place {
        Place::Inside(path) => from_base(path, &rule.base, facts.case),
        Place::Outside(_) => None,
    };
    if inside.is_none() && !patterns.reach_outside() {
        return false;
    }
    let absolute = patterns.reach_outside().then(|| facts.absolute(place));
    let seen = Seen {
        inside,
        absolute: absolute.as_deref(),
        home: facts.home.as_deref(),
    };
    if patterns.cover(&seen, facts.case).is_some() {
        return true;
    }
    match extent {
        Extent::Itself => false,
        Extent::All => {
            let name = format!("{begins}{ANY_NAME}");
            let below = inside.map(|path| joined(path, &name));
            let absolute = absolute
                .as_deref()
                .map(|path| joined(path.trim_end_matches('/'), &name));
            let seen = Seen {
                inside: below.as_deref(),
                absolute: absolute.as_deref(),
                home: facts.home.as_deref(),
            };
            patterns.cover(&seen, facts.case).is_some()
        }
        Extent::Some => patterns.reach_below(&seen, begins, facts.case).is_some(),
    }
}

/// Whether any rule keeps a place, or something in it, from being written or deleted: what `<protected>` means in a pattern.
pub(crate) fn is_protected(rules: &[Rule], place: &Place, is_all: bool, facts: &Facts) -> bool {
    let extent = if is_all { Extent::All } else { Extent::Itself };
    rules.iter().any(|rule| {
        let RuleKind::ProtectPaths(protect) = &rule.kind else {
            return false;
        };
        protect.deny.iter().any(|access| *access != Access::Read)
            && (covers(rule, &protect.paths, place, (extent, ""), facts)
                || covers(rule, &protect.paths, place, (Extent::Some, ""), facts)
                || is_outside(protect, place, facts))
    })
}

/// Whether a place is outside the repository, and the rule protects it there.
fn is_outside(protect: &ProtectPaths, place: &Place, facts: &Facts) -> bool {
    let Place::Outside(path) = place else {
        return false;
    };
    let home = facts.home.as_deref();
    protect.outside_repository
        && protect
            .except
            .matches_absolute(path, home, facts.case)
            .is_none()
}

/// Says which path outside the repository the effect touches.
fn outside(protect: &ProtectPaths, effect: &PathEffect, facts: &Facts) -> Option<String> {
    let is_outside = is_outside(protect, &effect.places.real, facts)
        && !is_excepted_below(protect, effect, facts);
    is_outside.then(|| {
        format!(
            "{}, which is outside the repository",
            describe(effect, &effect.places.real)
        )
    })
}

/// Whether what an effect means lies below a folder whose whole content is excepted: a file that is put into `/tmp`, and
/// `/tmp/build-$x`. The folder itself can only be deleted.
fn is_excepted_below(protect: &ProtectPaths, effect: &PathEffect, facts: &Facts) -> bool {
    let (Place::Outside(folder), true) = (
        &effect.places.real,
        effect.begins.is_some() || effect.access == Access::Write,
    ) else {
        return false;
    };
    let begins = effect.begins.as_deref().unwrap_or_default();
    let below = format!("{}/{begins}{ANY_NAME}", folder.trim_end_matches('/'));
    let home = facts.home.as_deref();
    protect
        .except
        .matches_absolute(&below, home, facts.case)
        .is_some()
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
    let above = written.strip_suffix(shown);
    let is_end = above.is_some_and(|above| above.is_empty() || above.ends_with('/'));
    let mut text = [by, " ", verb, " `", shown, "`"].concat();
    if !is_end && shown != "." {
        text.push_str(" (written as `");
        text.push_str(written);
        text.push_str("`)");
    }
    text
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

/// Whether a rule's base lies in a folder, under a name that begins so.
fn holds_base(folder: &str, begins: &str, base: &str) -> bool {
    let rest = if folder.is_empty() {
        Some(base)
    } else {
        base.strip_prefix(folder)
            .and_then(|rest| rest.strip_prefix('/'))
    };
    rest.is_some_and(|rest| rest.starts_with(begins))
}

fn joined(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}
