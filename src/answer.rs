//! One hook call from payload to reply: the only place that knows the whole way.
//!
//! Each step is a function elsewhere; here stands their order, and what happens when one of them cannot do its work.

mod broken;
mod config_change;
mod folders;
mod foreign;
mod gates;
mod outcome;
mod record;
mod trust;
pub mod wording;

use std::path::Path;

use crate::adapter::{self, Adapter, Capability, HookFiles, PayloadError, Reply};
use crate::call::{Access, Call, Event, ToolKind};
use crate::deadline;
use crate::decision::{Answered, Decision, Verdict};
use crate::effects::{self, Effects};
use crate::policy::cache::Held;
use crate::policy::evaluate::{Facts, evaluate};
use crate::policy::load::Loaded;
use crate::policy::{Mode as PolicyMode, sources};
use crate::repo::text::rest_below;
use crate::repo::{Place, Repository};
use crate::settings;

/// How often a call is looked at again, because a policy of a further folder says something of programs.
const ROUNDS: usize = 3;

/// Command lines of so many bytes are understood in no time, whatever is in them.
const QUICK_LINES: usize = 32 * 1024;

/// So many files are asked for in no time.
const QUICK_TARGETS: usize = 256;

/// So many pairs of a rule and what it judges take no time.
const QUICK_PAIRS: usize = 10_000;

/// A hook call as it arrives.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    pub adapter: &'static Adapter,
    /// The event as the hook line says it; wins over the payload.
    pub event: Option<&'a str>,
    pub payload: &'a [u8],
    pub mode: Mode<'a>,
}

/// Whether anything but the decision is wanted.
#[derive(Clone, Copy)]
pub enum Mode<'a> {
    /// Decide only: run no gate and write nothing.
    DryRun,
    /// Decide, run gates and record.
    Real(Live<'a>),
}

/// What goes with a call that a runtime really made.
#[derive(Clone, Copy)]
pub struct Live<'a> {
    /// Called before gates run, because they may take long.
    pub before_gates: &'a dyn Fn(),
    pub scope: Scope,
}

/// For what the hook line is wired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// For a repository: the runtime's own trust of the folder covers its gates.
    #[default]
    Repository,
    /// For everything that a person opens: gates run only where the person trusts them.
    User,
}

impl Scope {
    /// Every scope with its public name.
    pub const NAMES: [(Self, &'static str); 2] =
        [(Self::Repository, "repository"), (Self::User, "user")];

    /// Returns the scope with this public name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(scope, _)| *scope)
    }
}

/// How a call was answered, with everything that led there.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    pub call: Call,
    /// Whether a policy was found, and whether it could be used.
    pub policy: Policy,
    pub effects: Effects,
    pub decision: Decision,
    /// Gates whose result decides; a dry run does not run them.
    pub gates_due: Vec<String>,
    /// `record` rules that hold for the event.
    pub records: Vec<String>,
    /// Runtimes that the policy names.
    pub runtimes: Vec<String>,
    /// Trouble that did not change the decision, such as a record that could not be written.
    pub troubles: Vec<String>,
    pub reply: Reply,
}

/// What is known of the policy.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Policy {
    /// No policy here: hookgate has no opinion.
    #[default]
    Absent,
    Loaded,
    /// It does not load, or the call could not be read: `when-broken` decides.
    Broken,
}

/// Answers a call.
#[must_use]
pub fn answer(request: &Request<'_>) -> Trace {
    let decoded = adapter::decode(
        request.adapter,
        request.payload,
        request.event,
        &settings::is_set,
    );
    let sender = match &decoded {
        Ok(call) => call.foreign,
        Err(error) => error.foreign,
    };
    if let Some(sender) = sender.and_then(adapter::find) {
        return foreign::answer(request, sender);
    }
    match decoded {
        Ok(call) => answer_call(request.adapter, request.mode, call),
        Err(error) => answer_unreadable(request, &error),
    }
}

/// Answers a call that has been decoded.
#[must_use]
pub fn answer_call(adapter: &'static Adapter, mode: Mode<'_>, call: Call) -> Trace {
    let mut trace = Trace {
        call,
        ..Trace::default()
    };
    if !is_quick(&trace.call) {
        deadline::watch();
    }
    match folders::repositories(adapter, &trace.call) {
        Ok(repositories) => {
            for repository in repositories {
                // Handed on and taken back: a call may hold megabytes.
                let call = std::mem::take(&mut trace.call);
                let mut judged = judge_in(adapter, mode, call, repository);
                trace.call = std::mem::take(&mut judged.call);
                trace.absorb(judged);
            }
        }
        Err(what) => broken::by_folder(&mut trace, &what),
    }
    finish(adapter, trace)
}

/// Whether what a call would do is known by a few looks at the disk: what takes longer says so where it begins.
fn is_quick(call: &Call) -> bool {
    let Some(tool) = &call.tool else {
        return true;
    };
    let lines: usize = tool.commands.iter().map(|line| line.text.len()).sum();
    !matches!(tool.kind, ToolKind::Mcp | ToolKind::Other)
        && lines <= QUICK_LINES
        && tool.targets.len() <= QUICK_TARGETS
}

/// Judges a call by the policy of one repository.
fn judge_in(
    adapter: &'static Adapter,
    mode: Mode<'_>,
    call: Call,
    repository: Repository,
) -> Trace {
    let repository = folders::seen_by_tool(repository, &call);
    let (effects, held) = understand(mode, &call, &repository);
    let loaded = held.for_call(&call, &effects);
    let mut trace = Trace {
        call,
        effects,
        policy: Policy::Loaded,
        ..Trace::default()
    };
    if matches!(mode, Mode::DryRun) {
        trace.runtimes.clone_from(&loaded.set.runtimes);
    }
    let mut settled = Vec::new();
    let mut records = Vec::new();
    if loaded.is_usable() {
        let facts = facts(adapter, &repository, &loaded, &trace);
        let touched = trace.effects.paths.len() + trace.effects.commands.len();
        if touched.saturating_mul(loaded.set.rules.len()) > QUICK_PAIRS {
            deadline::watch();
        }
        let judgement = evaluate(&loaded.set, &trace.call, &trace.effects, &facts);
        trace.decision = judgement.decision;
        let due = judgement.due;
        trace.gates_due = due.iter().map(|due| due.rule.id.clone()).collect();
        records = judgement.records;
        trace.records = records.iter().map(|rule| rule.id.clone()).collect();
        if let Mode::Real(live) = mode {
            look_at_files(&mut trace, &held, &loaded, Some(&facts));
            let held = trust::hold_back(&mut trace, &repository, &loaded.set, &due, live.scope);
            if !held.run.is_empty() {
                (live.before_gates)();
            }
            settled = gates::settle(&mut trace, adapter, &repository, &loaded.set, &held.run);
            settled.extend(held.settled);
        }
    } else {
        broken::by_policy(&mut trace, &repository, &loaded);
        if matches!(mode, Mode::Real(_)) {
            look_at_files(&mut trace, &held, &loaded, None);
            trace.decision.settle(PolicyMode::Enforce, true);
        }
        if trace.call.event == Event::Stop && matches!(mode, Mode::Real(_)) {
            gates::govern(&mut trace, adapter, &repository, &[]);
        }
    }
    if let Some(finding) = config_change::judge(adapter, mode, &trace.call, &repository) {
        trace.decision.findings.push(finding);
        trace.decision.settle(loaded.set.mode, true);
    }
    if matches!(mode, Mode::Real(_)) {
        record::keep(adapter, &mut trace, &repository, &records, &settled);
        tell_troubles(&mut trace);
    }
    trace
}

/// Returns what a call would do, with the policy that holds for it.
///
/// Policies of folders hold for what is touched there, and what is touched may hang on what policies say of programs: with such
/// a policy it is looked at again, until no further folder has a word to say.
fn understand<'r>(mode: Mode<'_>, call: &Call, repository: &'r Repository) -> (Effects, Held<'r>) {
    let mut effects = effects::of(call, repository);
    let mut held = find_policy(mode, repository, call.event, &effects);
    for _ in 0..ROUNDS {
        if held.programs().is_shipped() {
            break;
        }
        let wider = effects::with(call, repository, held.programs());
        if wider == effects {
            break;
        }
        effects = wider;
        held = find_policy(mode, repository, call.event, &effects);
    }
    (effects, held)
}

/// The outcome check: before gates run, because it may put files back that they read.
fn look_at_files(trace: &mut Trace, held: &Held<'_>, loaded: &Loaded, facts: Option<&Facts>) {
    let looking = outcome::Looking {
        repository: held.repository(),
        held,
        loaded,
        facts,
    };
    looking.run(trace);
}

impl Trace {
    /// Adds what the policy of one more repository says: the strictest verdict wins, every reason is kept.
    fn absorb(&mut self, other: Self) {
        self.policy = match (&self.policy, other.policy) {
            (Policy::Broken, _) | (_, Policy::Broken) => Policy::Broken,
            (_, policy) => policy,
        };
        if self.effects == Effects::default() {
            self.effects = other.effects;
        }
        let decision = &mut self.decision;
        decision.verdict = decision.verdict.max(other.decision.verdict);
        decision.would = decision.would.max(other.decision.would);
        decision.findings.extend(other.decision.findings);
        decision.context.extend(other.decision.context);
        decision.notices.extend(other.decision.notices);
        decision.last_word = decision.last_word.take().or(other.decision.last_word);
        self.gates_due.extend(other.gates_due);
        self.records.extend(other.records);
        self.troubles.extend(other.troubles);
        self.runtimes.extend(other.runtimes);
    }
}

/// Tells the person what could not be written, on events that are rare enough to be read.
fn tell_troubles(trace: &mut Trace) {
    if matches!(trace.call.event, Event::SessionStart | Event::Stop) {
        let told = trace
            .troubles
            .iter()
            .map(|trouble| format!("hookgate: {trouble}"));
        trace.decision.notices.extend(told);
    }
}

/// A call that cannot be read: where it came from is not known either, so that no absent policy can excuse it.
fn answer_unreadable(request: &Request<'_>, error: &PayloadError) -> Trace {
    let nowhere = Call::default();
    let found = folders::repositories(request.adapter, &nowhere).unwrap_or_default();
    let repository = found.into_iter().next();
    let event = error.event.unwrap_or_default();
    let held = repository
        .as_ref()
        .map(|repository| find_policy(request.mode, repository, event, &Effects::default()));
    // What an unusable policy could still say of itself counts too.
    let when_broken = held.map(|held| held.when_broken()).unwrap_or_default();
    let mut trace = Trace {
        policy: Policy::Broken,
        ..Trace::default()
    };
    broken::by_payload(&mut trace, error, when_broken);
    if let Some(repository) = repository
        && matches!(request.mode, Mode::Real(_))
    {
        record::keep(request.adapter, &mut trace, &repository, &[], &[]);
    }
    if error.event.is_none() && trace.decision.verdict == Verdict::Deny {
        let reason = wording::reason(&trace.decision);
        trace.reply = adapter::fallback(Some(request.adapter), &reason);
        return trace;
    }
    finish(request.adapter, trace)
}

/// Returns the decision for a failure of hookgate itself: a panic, or a deadline that passed.
#[must_use]
pub fn failure(event: Option<Event>, what: &str) -> Decision {
    broken::by_failure(event, what)
}

/// Writes the reply.
fn finish(adapter: &Adapter, mut trace: Trace) -> Trace {
    let mut answer = wording::answer(&trace.decision);
    let is_deny = trace.decision.verdict == Verdict::Deny;
    let is_stranger = trace.call.foreign.is_some_and(|name| name != adapter.name);
    trace.reply = if is_deny && is_stranger {
        // A runtime without an adapter reads this reply: the form that most of them honour.
        adapter::fallback(None, &answer.reason)
    } else {
        let answered = Answered {
            event: trace.call.event,
            native: &trace.call.native_event,
        };
        // Whoever is sent back to work is the only way to the person then.
        let is_blocked = is_deny && trace.call.event == Event::Stop;
        if is_blocked && !adapter::has_notice(adapter, answered, Verdict::Deny) {
            wording::pass_on_notice(&mut answer);
        }
        adapter::encode(adapter, answered, &answer)
    };
    trace
}

fn find_policy<'r>(
    mode: Mode<'_>,
    repository: &'r Repository,
    event: Event,
    effects: &Effects,
) -> Held<'r> {
    let layers = if event == Event::Stop {
        // Work of the whole session is judged, wherever the agent stands now.
        sources::all(repository)
    } else {
        sources::of(repository, effects)
    };
    match mode {
        // A person who asks is answered by what is written.
        Mode::DryRun => Held::read(repository, &layers, runtimes),
        Mode::Real(_) => Held::find(repository, &layers, runtimes),
    }
}

/// Finds the policies of all folders.
fn find_whole_policy(repository: &Repository) -> Held<'_> {
    Held::find(repository, &sources::all(repository), runtimes)
}

/// The words that `runtimes` may hold.
fn runtimes() -> Vec<&'static str> {
    adapter::all().iter().map(|adapter| adapter.name).collect()
}

fn facts(adapter: &Adapter, repository: &Repository, loaded: &Loaded, trace: &Trace) -> Facts {
    let changes = || {
        let paths = trace.effects.paths.iter();
        paths.filter(|effect| effect.access != Access::Read)
    };
    let writes_outside = changes().any(|effect| matches!(effect.places.real, Place::Outside(_)));
    let can_ask = adapter::capability(adapter, trace.call.event, Verdict::Ask);
    let sources = loaded.set.sources.iter();
    let policies = sources.filter_map(|source| {
        let path = rest_below(source.path.as_deref()?, repository.root())?;
        Some(path.to_string_lossy().into_owned())
    });
    Facts {
        case: repository.case(),
        root: repository.root().to_string_lossy().into_owned(),
        home: repository.home().map(str::to_owned),
        can_ask: can_ask == Capability::Enforced,
        policies: policies.collect(),
        own_paths: if writes_outside {
            own_paths(repository.home())
        } else {
            Vec::new()
        },
        // Only what changes files can change these.
        hook_files: if changes().next().is_some() {
            HookFiles::here()
        } else {
            HookFiles::default()
        },
        records: loaded.set.records.clone(),
    }
}

/// Returns where hookgate itself lives.
fn own_paths(home: Option<&str>) -> Vec<String> {
    let binary = std::env::current_exe().ok();
    let binary = binary.as_deref().and_then(Path::to_str).map(str::to_owned);
    let user = home.map(|home| format!("{home}/.config/hookgate"));
    let moved = settings::config_folder().and_then(|folder| folder.to_str().map(str::to_owned));
    binary
        .into_iter()
        .chain(user)
        .chain(moved)
        .chain(["/etc/hookgate".to_owned()])
        .collect()
}
