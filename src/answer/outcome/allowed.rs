//! Which changes of protected files a call was allowed to make: what it was let through with by name, what a command did
//! that the rule's own `instead` tells agents to run, and what another session's call was allowed to.

use super::Looking;
use crate::answer::{Trace, find_whole_policy};
use crate::call::{Access, Event, ToolKind};
use crate::decision::Verdict;
use crate::effects::{Effects, Reach};
use crate::outcome::accepted::Accepted;
use crate::outcome::{Baseline, Change, Site};
use crate::policy::evaluate::{Facts, evaluate};
use crate::policy::rules::floor;
use crate::policy::rules::sanctioned::Sanctioned;
use crate::repo::{POLICY_FILE, Place};

/// What a call may have changed.
pub(super) struct Allowed {
    /// Paths that it names to write, or to delete with all below.
    paths: Vec<(String, Reach)>,
    /// Rules that would have refused the call: its runtime ran it all the same.
    refused: Vec<String>,
    /// Rules whose `instead` names what was run.
    sanctioned: Vec<String>,
    elsewhere: Accepted,
}

impl Allowed {
    pub(super) fn of(looking: &Looking<'_>, trace: &Trace, site: &Site) -> Self {
        let mut allowed = Self {
            paths: Vec::new(),
            refused: Vec::new(),
            sanctioned: Vec::new(),
            elsewhere: Accepted::read(site),
        };
        if trace.call.event != Event::AfterTool {
            return allowed;
        }
        allowed.paths = named(&trace.effects);
        match looking.facts {
            Some(facts) => allowed.judge(looking, trace, facts),
            None => allowed.mending(trace),
        }
        allowed
    }

    /// Judges the call once more as if it were yet to run.
    fn judge(&mut self, looking: &Looking<'_>, trace: &Trace, facts: &Facts) {
        let mut call = trace.call.clone();
        call.event = Event::BeforeTool;
        // Whoever was asked said yes, or the call would not have run.
        let facts = Facts {
            can_ask: true,
            ..facts.clone()
        };
        let everything = find_whole_policy(looking.repository);
        let mut loaded = everything.whole();
        if !loaded.is_usable() {
            loaded = looking.held.whole();
        }
        let set = &loaded.set;
        let judgement = evaluate(set, &call, &trace.effects, &facts);
        let refused = judgement.decision.findings.into_iter();
        self.refused = refused
            .filter(|finding| finding.verdict == Verdict::Deny)
            .map(|finding| finding.rule)
            .collect();
        let sanctioning = set
            .rules
            .iter()
            .filter(|rule| Sanctioned::of(rule).is_all_of(&trace.effects, &facts));
        self.sanctioned = sanctioning.map(|rule| rule.id.clone()).collect();
    }

    /// Under a policy that does not load, only edit tools are let through, to mend it.
    fn mending(&mut self, trace: &Trace) {
        let is_edit = trace.call.tool.as_ref().is_some_and(|tool| {
            matches!(
                tool.kind,
                ToolKind::Edit | ToolKind::Write | ToolKind::Patch
            )
        });
        self.paths
            .retain(|(path, _)| is_edit && path.ends_with(POLICY_FILE));
    }

    pub(super) fn is(&self, baseline: &Baseline, change: &Change) -> bool {
        let id = baseline
            .watch
            .rules
            .get(change.rule)
            .map(|rule| rule.id.as_str());
        let id = id.unwrap_or(floor::ID);
        let is_named = self.paths.iter().any(|(path, reach)| {
            let is_below = || {
                let rest = change.path.strip_prefix(path.as_str());
                *reach == Reach::Below && rest.is_some_and(|rest| rest.starts_with('/'))
            };
            *path == change.path || is_below()
        });
        let is_refused = self.refused.iter().any(|refused| refused == id);
        (is_named && !is_refused)
            || self.sanctioned.iter().any(|rule| rule == id)
            || self.elsewhere.holds(&change.path, &change.found)
    }
}

/// Paths that a call changes for sure, relative to the root or absolute.
fn named(effects: &Effects) -> Vec<(String, Reach)> {
    let changing = effects.paths.iter().filter(|effect| match effect.access {
        Access::Read => false,
        // Something below it that is not known.
        Access::Write => effect.reach == Reach::Itself,
        Access::Delete => effect.begins.is_none(),
    });
    let both = changing.flat_map(|effect| {
        [&effect.places.lexical, &effect.places.real].map(|place| (text(place), effect.reach))
    });
    let mut paths: Vec<(String, Reach)> =
        both.map(|(path, reach)| (path.to_owned(), reach)).collect();
    paths.dedup();
    paths
}

/// Every path that a call would write or delete.
pub(super) fn touched(effects: &Effects) -> impl Iterator<Item = &str> {
    effects
        .paths
        .iter()
        .filter(|effect| effect.access != Access::Read)
        .flat_map(|effect| [text(&effect.places.lexical), text(&effect.places.real)])
}

fn text(place: &Place) -> &str {
    match place {
        Place::Inside(path) | Place::Outside(path) => path,
    }
}
