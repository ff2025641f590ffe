//! The words for changes that were found: one finding a rule, one notice for the person. They accuse nobody: a person may
//! have made the change in an editor.

use crate::decision::{Finding, Verdict};
use crate::outcome::{Baseline, Change, Site, baseline};
use crate::state::file_name;

/// Paths that a text names at most.
const NAMED: usize = 5;
/// Paths that a command names at most; without any it is about all of them.
const TYPED: usize = 3;

/// What the words are about.
pub(super) struct Telling<'t> {
    pub(super) baseline: &'t Baseline,
    pub(super) site: &'t Site,
    pub(super) session: &'t str,
    /// Paths that were put back at once.
    pub(super) back: &'t [String],
}

impl Telling<'_> {
    /// Returns one finding for each rule that changes speak against.
    pub(super) fn findings(&self, changes: &[&Change], verdict: Verdict) -> Vec<Finding> {
        let rules = self.baseline.watch.rules.iter().enumerate();
        rules
            .filter_map(|(at, rule)| {
                let of_rule: Vec<&Change> = changes
                    .iter()
                    .copied()
                    .filter(|change| change.rule == at)
                    .collect();
                if of_rule.is_empty() {
                    return None;
                }
                Some(Finding {
                    rule: rule.id.clone(),
                    origin: rule.origin.clone(),
                    verdict,
                    unless_asked: verdict,
                    what: self.what(&of_rule),
                    reason: rule.reason.clone(),
                    instead: rule.instead.clone(),
                    span: None,
                    part: None,
                })
            })
            .collect()
    }

    fn what(&self, changes: &[&Change]) -> String {
        let list = self.list(changes);
        let is_back = |change: &&Change| self.back.contains(&change.path);
        let outcome = if changes.iter().all(is_back) {
            "What the session began with was put back (`restore: auto`)".to_owned()
        } else {
            format!(
                "This is not accepted: do not build on it, and tell the person, who can undo it with `{}`",
                self.command(&self.standing(changes))
            )
        };
        format!(
            "protected files changed since the session began, not by a call that was let through: {list}. {outcome}"
        )
    }

    /// Returns what the person is told.
    pub(super) fn notice(&self, changes: &[&Change]) -> Option<String> {
        if changes.is_empty() {
            return None;
        }
        let is_back = |change: &&Change| self.back.contains(&change.path);
        let how = if changes.iter().all(is_back) {
            "what the session began with was put back (`restore: auto`); `hookgate restore --undo` takes that back".to_owned()
        } else {
            format!("to undo: `{}`", self.command(&self.standing(changes)))
        };
        Some(format!(
            "hookgate: protected files changed since the session began: {}; {how}",
            self.list(changes)
        ))
    }

    /// The command that undoes these changes.
    fn command(&self, changes: &[&Change]) -> String {
        let is_plain = |path: &str| {
            let plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-+@".contains(letter);
            path.chars().all(plain) && !path.starts_with('-')
        };
        let mut command = String::from("hookgate restore");
        let paths: Vec<&str> = changes.iter().map(|change| change.path.as_str()).collect();
        if paths.len() <= TYPED && paths.iter().all(|path| is_plain(path)) {
            for path in paths {
                command.push(' ');
                command.push_str(path);
            }
        }
        if !self.session.is_empty() && baseline::all(self.site.state()).len() > 1 {
            command.push_str(" --session ");
            command.push_str(&file_name(self.session));
        }
        command
    }

    /// Changes that were not put back.
    fn standing<'c>(&self, changes: &[&'c Change]) -> Vec<&'c Change> {
        let stands = |change: &&&Change| !self.back.contains(&change.path);
        changes.iter().filter(stands).copied().collect()
    }

    /// "`a` (modified), `b` (deleted) and 3 more"; where only some were put back, which.
    fn list(&self, changes: &[&Change]) -> String {
        let some_stand = !self.standing(changes).is_empty();
        let shown: Vec<String> = changes
            .iter()
            .take(NAMED)
            .map(|change| {
                let is_back = some_stand && self.back.contains(&change.path);
                let back = if is_back { ", put back" } else { "" };
                format!("`{}` ({}{back})", change.path, change.kind.words())
            })
            .collect();
        match changes.len().saturating_sub(NAMED) {
            0 => shown.join(", "),
            more => format!("{} and {more} more", shown.join(", ")),
        }
    }
}
