//! When the outcome check notes and looks, and what is told: see `outcome` for how.

mod allowed;
mod telling;

use super::{Trace, find_whole_policy};
use crate::adapter::HookFiles;
use crate::call::{Access, Event, ToolKind};
use crate::deadline;
use crate::decision::Verdict;
use crate::effects::{Effects, UnknownKind};
use crate::outcome::baseline::Taken;
use crate::outcome::{Baseline, Change, Site, Unread, Watch, compare, restore};
use crate::policy::cache::Held;
use crate::policy::cache::bytes::sum;
use crate::policy::evaluate::Facts;
use crate::policy::load::Loaded;
use crate::policy::{Mode, PolicySet};
use crate::repo::Repository;

/// Programs that only look. A call of nothing else needs no noting and no looking.
const LOOKING: [&str; 20] = [
    "basename", "cat", "cd", "date", "dirname", "du", "echo", "false", "file", "grep", "head",
    "id", "ls", "printf", "pwd", "stat", "tail", "true", "wc", "which",
];

/// What is known of the call and its place.
pub(super) struct Looking<'l> {
    pub(super) repository: &'l Repository,
    pub(super) held: &'l Held<'l>,
    /// What concerns the call.
    pub(super) loaded: &'l Loaded,
    /// `None` under a policy that does not load.
    pub(super) facts: Option<&'l Facts>,
}

impl Looking<'_> {
    /// Notes or looks, as the event asks; findings and notices go into the trace.
    pub(super) fn run(&self, trace: &mut Trace) {
        let site = Site::of(self.repository.root(), self.repository.case());
        let key = trace.call.session.clone().unwrap_or_default();
        match trace.call.event {
            Event::SessionStart => self.begin(trace, &site, &key),
            Event::BeforeTool => {
                let runs = trace.decision.verdict < Verdict::Deny && could_touch(trace);
                if runs && !Baseline::exists(&site, &key) {
                    self.begin(trace, &site, &key);
                } else if changes_files(trace)
                    && Baseline::puts_back(&site, &key)
                    && self.is_worth_a_look(trace)
                {
                    look_before(trace, &site, &key);
                }
            }
            Event::AfterTool if self.is_worth_a_look(trace) => self.look(trace, &site, &key),
            Event::Stop => self.look(trace, &site, &key),
            Event::SessionEnd if Baseline::exists(&site, &key) => self.look(trace, &site, &key),
            _ => {}
        }
    }

    /// Notes the protected files, unless this session has done so.
    fn begin(&self, trace: &mut Trace, site: &Site, key: &str) {
        // A runtime may say several times that a session begins.
        if !key.is_empty() && Baseline::goes_on(site, key) {
            return;
        }
        deadline::watch();
        let everything = self.everything(trace.call.event);
        let Some(watch) = everything.watch() else {
            return;
        };
        let is_start = trace.call.event == Event::SessionStart;
        let _turn = site.state().lock(&lock_name(key));
        let taken = match Baseline::read(site, key) {
            Err(Unread::Newer) => return trace.troubles.push(unread(&Unread::Newer)),
            // The runtime starts anew in the middle of a session, or another call has just noted them.
            Ok(known) if !known.ended && !key.is_empty() => return,
            Ok(known) if is_start && !key.is_empty() => known.renewed(site, watch),
            _ => Baseline::take(site, watch),
        };
        let taken = everything.sign(taken);
        if is_start {
            crate::outcome::forget_old(site.state());
        }
        keep(trace, site, key, taken);
    }

    /// The policies of the whole repository.
    fn everything(&self, event: Event) -> Everything<'_> {
        let repository = self.repository;
        Everything {
            repository,
            hook_files: HookFiles::here(),
            held: if event == Event::Stop {
                // A stop is judged by all of them anyway.
                MaybeOwned::Here(self.held)
            } else {
                MaybeOwned::Own(Box::new(find_whole_policy(repository)))
            },
        }
    }

    /// Whether a call that ran could have changed a protected file.
    fn is_worth_a_look(&self, trace: &Trace) -> bool {
        let kind = trace.call.tool.as_ref().map(|tool| tool.kind);
        match kind {
            Some(ToolKind::Shell | ToolKind::Mcp | ToolKind::Other) => could_touch(trace),
            Some(ToolKind::Write | ToolKind::Edit | ToolKind::Patch | ToolKind::Delete) => {
                let touched = allowed::touched(&trace.effects);
                Watch::would_hold(
                    &self.loaded.set,
                    self.repository,
                    &HookFiles::here(),
                    touched,
                )
            }
            _ => false,
        }
    }

    fn look(&self, trace: &mut Trace, site: &Site, key: &str) {
        deadline::watch();
        let was_noted = site.state().folder().join(lock_name(key)).exists();
        let _turn = was_noted.then(|| site.state().lock(&lock_name(key)));
        let mut baseline = match Baseline::read(site, key) {
            Ok(baseline) => baseline,
            Err(Unread::Newer) => return trace.troubles.push(unread(&Unread::Newer)),
            // Nothing was run yet that could have changed anything.
            Err(Unread::Missing) if !was_noted && trace.call.event == Event::Stop => return,
            Err(why) => return self.note_late(trace, site, key, was_noted.then_some(why)),
        };
        let mut is_new = false;
        if trace.call.event == Event::Stop {
            let everything = self.everything(trace.call.event);
            let source = everything.source();
            if source.is_none_or(|source| baseline.source != Some(source))
                && let Some(watch) = everything.watch()
            {
                is_new = true;
                trace.troubles.extend(baseline.extend(site, watch));
                baseline.source = source;
            }
        }
        let found = compare::compare(site, &baseline);
        is_new |= found.refresh(&mut baseline);
        trace.troubles.extend(found.remarks);
        let changes = self.not_allowed(trace, site, &mut baseline, found.changes, &mut is_new);
        is_new |= self.tell(trace, site, &mut baseline, &changes);
        if trace.call.event == Event::SessionEnd {
            // The session may be taken up again, with what its person did in between.
            baseline.ended = true;
            is_new = true;
        }
        if is_new && let Err(error) = baseline.write(site, key) {
            trace.troubles.push(error.to_string());
        }
        // The process ends soon, and takes all of it along at once.
        std::mem::forget(baseline);
    }

    /// What was noted is gone or damaged, or was never noted: from now on it is.
    fn note_late(&self, trace: &mut Trace, site: &Site, key: &str, why: Option<Unread>) {
        if let Some(why) = why {
            trace.decision.notices.push(format!(
                "hookgate: what protected files were like when the session began is not known ({}); they are noted anew, and what changed before now is not found",
                unread(&why)
            ));
        }
        let everything = self.everything(trace.call.event);
        if let Some(watch) = everything.watch() {
            let taken = everything.sign(Baseline::take(site, watch));
            keep(trace, site, key, taken);
        }
    }

    /// Takes away the changes that a call was allowed to make, and notes them.
    fn not_allowed(
        &self,
        trace: &mut Trace,
        site: &Site,
        baseline: &mut Baseline,
        changes: Vec<Change>,
        is_new: &mut bool,
    ) -> Vec<Change> {
        if changes.is_empty() {
            return changes;
        }
        let allowed = allowed::Allowed::of(self, trace, site);
        let (allowed, changes): (Vec<_>, Vec<_>) = changes
            .into_iter()
            .partition(|change| allowed.is(baseline, change));
        if !allowed.is_empty() {
            *is_new = true;
            let paths: Vec<String> = allowed.into_iter().map(|change| change.path).collect();
            let states = baseline.accept(site, &paths);
            if let Err(error) = crate::outcome::accepted::add(site, &states) {
                trace.troubles.push(error.to_string());
            }
        }
        changes
    }

    /// Tells what is new, and on a stop what no stop was blocked for. Returns whether anything is to be remembered.
    fn tell(
        &self,
        trace: &mut Trace,
        site: &Site,
        baseline: &mut Baseline,
        changes: &[Change],
    ) -> bool {
        let is_stop = trace.call.event == Event::Stop;
        let is_end = trace.call.event == Event::SessionEnd;
        let (new, known): (Vec<&Change>, Vec<&Change>) =
            changes
                .iter()
                .partition(|change| match baseline.told(&change.path) {
                    Some(told) if is_stop => !told.blocked,
                    Some(told) => told.found != change.found,
                    None => true,
                });
        let enforces = self.set().mode == Mode::Enforce;
        let may_put_back = trace.call.event == Event::AfterTool && self.facts.is_some();
        let back = if enforces && may_put_back {
            put_back(trace, site, baseline, changes)
        } else {
            Vec::new()
        };
        let telling = telling::Telling {
            baseline,
            site,
            session: trace.call.session.as_deref().unwrap_or_default(),
            back: &back,
        };
        trace.decision.findings.extend(telling.findings(
            &new,
            if is_end {
                Verdict::Neutral
            } else {
                Verdict::Deny
            },
        ));
        if is_stop {
            trace
                .decision
                .findings
                .extend(telling.findings(&known, Verdict::Neutral));
        }
        if enforces {
            trace.decision.notices.extend(telling.notice(&new));
        }
        let blocked: Vec<&str> = changes
            .iter()
            .filter(|change| {
                is_stop || baseline.told(&change.path).is_some_and(|told| told.blocked)
            })
            .map(|change| change.path.as_str())
            .collect();
        let standing: Vec<Change> = changes
            .iter()
            .filter(|change| !back.contains(&change.path))
            .cloned()
            .collect();
        baseline.tell(&standing, |change| blocked.contains(&change.path.as_str()))
    }

    pub(super) fn set(&self) -> &PolicySet {
        &self.loaded.set
    }
}

/// The policies of the whole repository, and what else a watch is made of.
struct Everything<'e> {
    repository: &'e Repository,
    held: MaybeOwned<'e>,
    hook_files: HookFiles,
}

enum MaybeOwned<'e> {
    Here(&'e Held<'e>),
    Own(Box<Held<'e>>),
}

impl Everything<'_> {
    fn held(&self) -> &Held<'_> {
        match &self.held {
            MaybeOwned::Here(held) => held,
            MaybeOwned::Own(held) => held,
        }
    }

    /// Everything that the policies protect; `None` while they do not load.
    fn watch(&self) -> Option<Watch> {
        let loaded = self.held().for_paths();
        let is_usable = loaded.is_usable();
        is_usable.then(|| Watch::of(&loaded.set, self.repository, &self.hook_files))
    }

    /// Returns a number for what the watch is made of: the same makes the same.
    fn source(&self) -> Option<u64> {
        let home = self.repository.home().unwrap_or_default();
        let start = sum(self.held().source()?, home.as_bytes());
        let configs = self.hook_files.moved();
        Some(configs.fold(start, |state, config| sum(state, config.as_bytes())))
    }

    /// Notes what a baseline's watch was made of.
    fn sign(&self, mut taken: Taken) -> Taken {
        taken.baseline.source = self.source();
        taken
    }
}

/// Puts back what rules with `restore: auto` protect, where nothing differed before this call. Returns the paths that are
/// as they were again.
fn put_back(
    trace: &mut Trace,
    site: &Site,
    baseline: &Baseline,
    changes: &[Change],
) -> Vec<String> {
    let is_auto = |change: &&Change| {
        let rule = baseline.watch.rules.get(change.rule);
        rule.is_some_and(|rule| rule.auto) && baseline.told(&change.path).is_none()
    };
    let auto: Vec<Change> = changes.iter().filter(is_auto).cloned().collect();
    if auto.is_empty() {
        return Vec::new();
    }
    match restore::put_back(site, baseline, &auto, &restore::name_now()) {
        Ok(restored) => {
            let mut back = Vec::new();
            for (path, done) in restored.files {
                match done {
                    restore::Done::Failed(why) => {
                        trace
                            .decision
                            .notices
                            .push(format!("hookgate: `{path}` was not put back: {why}"));
                    }
                    _ => back.push(path),
                }
            }
            back
        }
        Err(error) => {
            trace.troubles.push(error.to_string());
            Vec::new()
        }
    }
}

fn keep(trace: &mut Trace, site: &Site, key: &str, taken: Taken) {
    if let Err(error) = taken.baseline.write(site, key) {
        // Then it does not matter which contents are kept.
        return trace.troubles.push(format!(
            "changes of protected files cannot be found: {error}"
        ));
    }
    let told = taken.remarks.into_iter();
    trace
        .troubles
        .extend(told.map(|remark| format!("protected files: {remark}")));
}

/// Where files are put back at once: what differs before a call runs is not its doing, and stays.
fn look_before(trace: &mut Trace, site: &Site, key: &str) {
    deadline::watch();
    let _turn = site.state().lock(&lock_name(key));
    let Ok(mut baseline) = Baseline::read(site, key) else {
        // The look after the call says so.
        return;
    };
    let found = compare::compare(site, &baseline);
    if baseline.stand(&found.changes)
        && let Err(error) = baseline.write(site, key)
    {
        trace.troubles.push(error.to_string());
    }
}

fn unread(why: &Unread) -> String {
    format!("the session's noted state of protected files: {why}")
}

fn lock_name(key: &str) -> String {
    format!("{}.lock", Baseline::name(key))
}

/// Whether a call is of a kind that changes files: the others must cost nothing.
fn changes_files(trace: &Trace) -> bool {
    let kind = trace.call.tool.as_ref().map(|tool| tool.kind);
    !matches!(
        kind,
        None | Some(ToolKind::Read | ToolKind::Search | ToolKind::Fetch | ToolKind::Task)
    )
}

/// Whether a call's tool could change files that it does not name.
fn could_touch(trace: &Trace) -> bool {
    let Some(tool) = &trace.call.tool else {
        return false;
    };
    match tool.kind {
        ToolKind::Shell => !only_looks(&trace.effects),
        ToolKind::Mcp | ToolKind::Other => true,
        _ => !tool.commands.is_empty() && !only_looks(&trace.effects),
    }
}

fn only_looks(effects: &Effects) -> bool {
    let is_looking = |program: &Option<String>| {
        program
            .as_deref()
            .is_some_and(|program| LOOKING.contains(&program))
    };
    !effects.commands.is_empty()
        && effects
            .commands
            .iter()
            .all(|command| is_looking(&command.program))
        && effects
            .paths
            .iter()
            .all(|effect| effect.access == Access::Read)
        && effects
            .unknowns
            .iter()
            .all(|unknown| unknown.kind == UnknownKind::Path(Access::Read))
}
