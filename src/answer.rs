//! One hook call from payload to reply: the only place that knows the whole way.
//!
//! Each step is a function elsewhere; here stands their order, and what happens when one of them cannot do its work.

mod broken;
mod gates;
mod record;
pub mod wording;

use std::path::{Path, PathBuf};

use crate::adapter::{self, Adapter, Capability, PayloadError, Reply};
use crate::call::{Access, Call, Event};
use crate::decision::{Answered, Decision, Verdict};
use crate::effects::{self, Effects};
use crate::policy::evaluate::{Facts, Judgement, evaluate};
use crate::policy::load::{self, Loaded};
use crate::policy::sources;
use crate::repo::{Place, Repository};
use crate::settings;

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
    /// Decide, run gates and record. The function is called before gates run, because they may take long.
    Real(&'a dyn Fn()),
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
    match decoded {
        Ok(call) => answer_call(request.adapter, request.mode, call),
        Err(error) => answer_unreadable(request, &error),
    }
}

/// Answers a call that has been decoded.
#[must_use]
pub fn answer_call(adapter: &'static Adapter, mode: Mode<'_>, call: Call) -> Trace {
    let Some(repository) = find_repository(adapter, call.cwd.as_deref()) else {
        return Trace {
            call,
            ..Trace::default()
        };
    };
    let repository = seen_by_tool(repository, &call);
    let effects = effects::of(&call, &repository);
    let loaded = load_policy(&repository, &effects);
    let mut trace = Trace {
        call,
        effects,
        policy: Policy::Loaded,
        ..Trace::default()
    };
    if !loaded.is_usable() {
        broken::by_policy(&mut trace, &repository, &loaded);
        return finish(adapter, trace);
    }
    let facts = facts(adapter, &repository, &loaded, &trace);
    let Judgement {
        decision,
        due,
        records,
    } = evaluate(&loaded.set, &trace.call, &trace.effects, &facts);
    trace.decision = decision;
    trace.gates_due = due.iter().map(|due| due.rule.id.clone()).collect();
    if let Mode::Real(before_gates) = mode {
        if !due.is_empty() {
            before_gates();
        }
        let settled = gates::settle(&mut trace, &repository, &loaded.set, &due);
        record::keep(adapter, &mut trace, &repository, &records, &settled);
        tell_troubles(&mut trace);
    }
    finish(adapter, trace)
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
    let repository = find_repository(request.adapter, None);
    let loaded = repository
        .as_ref()
        .map(|repository| load_policy(repository, &Effects::default()));
    let when_broken = loaded
        .filter(Loaded::is_usable)
        .map(|loaded| loaded.set.when_broken)
        .unwrap_or_default();
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
    let answer = wording::answer(&trace.decision);
    let is_deny = trace.decision.verdict == Verdict::Deny;
    trace.reply = if is_deny && trace.call.foreign.is_some() {
        // Another runtime reads this reply: the form that most of them honour.
        adapter::fallback(None, &answer.reason)
    } else {
        let answered = Answered {
            event: trace.call.event,
            native: &trace.call.native_event,
        };
        adapter::encode(adapter, answered, &answer)
    };
    trace
}

/// Looks for the policy from the agent's folder, then from where the runtime says that it was started.
fn find_repository(adapter: &Adapter, cwd: Option<&str>) -> Option<Repository> {
    let home = settings::home();
    let folder = match cwd {
        Some(cwd) => PathBuf::from(cwd),
        None => settings::working_folder()?,
    };
    let started = adapter
        .start_folder_env
        .and_then(settings::variable)
        .map(PathBuf::from);
    Repository::find(&folder, home.clone()).or_else(|| {
        let started = Repository::find(&started?, home.clone())?;
        // The call's relative paths still start from the agent's folder.
        Some(Repository::at(started.root(), &folder, home))
    })
}

/// A shell tool may name a folder of its own for its command.
fn seen_by_tool(repository: Repository, call: &Call) -> Repository {
    let tool_folder = call
        .tool
        .as_ref()
        .and_then(|tool| tool.command.as_ref())
        .and_then(|command| command.cwd.as_deref());
    match tool_folder {
        Some(folder) => repository.seen_from(folder),
        None => repository,
    }
}

fn load_policy(repository: &Repository, effects: &Effects) -> Loaded {
    let layers = sources::of(repository, effects);
    let runtimes: Vec<&str> = adapter::all().iter().map(|adapter| adapter.name).collect();
    load::load(repository.root(), &layers, &runtimes)
}

fn facts(adapter: &Adapter, repository: &Repository, loaded: &Loaded, trace: &Trace) -> Facts {
    let writes_outside = trace.effects.paths.iter().any(|effect| {
        effect.access != Access::Read && matches!(effect.places.real, Place::Outside(_))
    });
    let can_ask = adapter::capability(adapter, trace.call.event, Verdict::Ask);
    let sources = loaded.set.sources.iter();
    let policies = sources.filter_map(|source| {
        let path = source
            .path
            .as_deref()?
            .strip_prefix(repository.root())
            .ok()?;
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
        hook_configs: adapter::all()
            .iter()
            .flat_map(|adapter| adapter.config.iter().map(|file| file.path))
            .collect(),
    }
}

/// Returns where hookgate itself lives.
fn own_paths(home: Option<&str>) -> Vec<String> {
    let binary = std::env::current_exe().ok();
    let binary = binary.as_deref().and_then(Path::to_str).map(str::to_owned);
    let user = home.map(|home| format!("{home}/.config/hookgate"));
    binary
        .into_iter()
        .chain(user)
        .chain(["/etc/hookgate".to_owned()])
        .collect()
}
