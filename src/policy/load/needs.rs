//! Finds the gates that gates need, once every rule is known.
//!
//! A gate may need those of its own folder and of the folders above it: these are always read with it.

use std::collections::{HashMap, HashSet};

use crate::policy::problems::{Place, Problems, layers};
use crate::policy::rules::Need;
use crate::policy::{PolicySet, Rule, RuleKind};

/// Turns the ids under `needs` into full ids, and reports those that lead nowhere or in a circle.
pub(super) fn resolve(set: &mut PolicySet, problems: &mut Problems) {
    if set.rules.iter().all(|rule| needs(rule).is_empty()) {
        return;
    }
    let is_gate = |rule: &&Rule| matches!(rule.kind, RuleKind::QualityGate(_));
    let gates = set.rules.iter().filter(is_gate);
    let gates: Vec<String> = gates.map(|rule| rule.id.clone()).collect();
    let known: HashSet<&str> = gates.iter().map(String::as_str).collect();
    for rule in &mut set.rules {
        let base = rule.base.clone();
        let RuleKind::QualityGate(gate) = &mut rule.kind else {
            continue;
        };
        gate.needs.retain_mut(|need| {
            let full = candidates(&base, &need.id).find(|full| known.contains(full.as_str()));
            if full.is_none() {
                let gates: Vec<&str> = gates.iter().map(String::as_str).collect();
                problems.push(layers::unknown_gate(need.at, &need.id, &gates));
            }
            full.is_some_and(|full| {
                need.id = full;
                true
            })
        });
    }
    circles(&set.rules, problems);
}

fn needs(rule: &Rule) -> &[Need] {
    match &rule.kind {
        RuleKind::QualityGate(gate) => &gate.needs,
        _ => &[],
    }
}

/// The full ids that an id may stand for in a folder: of a gate in that folder, then in each folder above.
pub(crate) fn candidates<'a>(base: &'a str, id: &'a str) -> impl Iterator<Item = String> + 'a {
    let folders = std::iter::successors(Some(base), |folder| {
        (!folder.is_empty()).then(|| folder.rsplit_once('/').map_or("", |(above, _)| above))
    });
    folders.map(move |folder| match folder {
        "" => id.to_owned(),
        folder => format!("{folder}/{id}"),
    })
}

/// Reports circles, each at the first of its gates in the policy's order.
fn circles(rules: &[Rule], problems: &mut Problems) {
    let mut left = in_circles(rules);
    for rule in rules {
        if left.contains_key(rule.id.as_str())
            && let Some((at, chain)) = circle(rule, &left)
        {
            problems.push(layers::needs_circle(at, &chain));
            for id in chain {
                left.remove(id);
            }
        }
    }
}

/// The gates that are in a circle, or need one that is: all others could run one after the other.
fn in_circles(rules: &[Rule]) -> HashMap<&str, &Rule> {
    let gates = || {
        rules
            .iter()
            .filter(|rule| matches!(rule.kind, RuleKind::QualityGate(_)))
    };
    let mut left: HashMap<&str, &Rule> = gates().map(|rule| (rule.id.as_str(), rule)).collect();
    let mut users: HashMap<&str, Vec<&str>> = HashMap::new();
    let mut open: HashMap<&str, usize> = HashMap::new();
    let mut next = Vec::new();
    for rule in gates() {
        for need in needs(rule) {
            users.entry(&need.id).or_default().push(&rule.id);
        }
        open.insert(&rule.id, needs(rule).len());
        if needs(rule).is_empty() {
            next.push(rule.id.as_str());
        }
    }
    while let Some(done) = next.pop() {
        left.remove(done);
        for user in users.get(done).into_iter().flatten() {
            if let Some(count) = open.get_mut(user) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    next.push(user);
                }
            }
        }
    }
    left
}

/// Follows needs from a gate until one comes again; `None` when they end before.
fn circle<'a>(first: &'a Rule, left: &HashMap<&str, &'a Rule>) -> Option<(Place, Vec<&'a str>)> {
    let mut steps: Vec<(&str, Place)> = Vec::new();
    let mut seen: HashSet<&str> = HashSet::new();
    let mut rule = first;
    while seen.insert(&rule.id) {
        let (need, after) = needs(rule)
            .iter()
            .find_map(|need| Some((need, *left.get(need.id.as_str())?)))?;
        steps.push((&rule.id, need.at));
        rule = after;
    }
    let begin = steps.iter().position(|(id, _)| *id == rule.id)?;
    let (_, at) = steps.get(begin)?;
    let mut chain: Vec<&str> = steps.iter().skip(begin).map(|(id, _)| *id).collect();
    chain.push(&rule.id);
    Some((*at, chain))
}
