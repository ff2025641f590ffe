//! Where the hook is wired for everything that a person opens, gates of a repository run only when the person trusts them.
//! The others are skipped, which is said once a session and never taken for a pass.

use super::Scope;
use super::Trace;
use super::gates::Settled;
use crate::call::Event;
use crate::decision::Context;
use crate::gate;
use crate::policy::PolicySet;
use crate::policy::evaluate::DueGate;
use crate::repo::Repository;
use crate::settings;
use crate::state::State;
use crate::state::session::Session;
use crate::trust::{self, Trust};

/// The due gates, told apart.
pub(super) struct Held<'a> {
    pub(super) run: Vec<DueGate<'a>>,
    /// Those that must not run, for the record.
    pub(super) settled: Vec<Settled>,
}

/// Takes out the gates that nobody trusts, and says so.
pub(super) fn hold_back<'a>(
    trace: &mut Trace,
    repository: &Repository,
    set: &PolicySet,
    due: &[DueGate<'a>],
    scope: Scope,
) -> Held<'a> {
    let mut held = Held {
        run: due.to_vec(),
        settled: Vec::new(),
    };
    if scope == Scope::Repository || due.is_empty() {
        return held;
    }
    let trust = read(trace);
    held.run.retain(|due| {
        let runs = !trust::is_of_repository(set, due.rule)
            || trust.covers(repository.root(), due.rule, due.gate);
        if !runs {
            held.settled.push(Settled {
                gate: due.rule.id.clone(),
                status: "untrusted",
            });
        }
        runs
    });
    let skipped = due.iter().filter(|due| {
        held.settled
            .iter()
            .any(|settled| settled.gate == due.rule.id)
    });
    let (names, marks): (Vec<String>, Vec<String>) = skipped
        .map(|due| {
            let digest = trust::digest(due.rule, due.gate);
            (due.rule.id.clone(), format!("untrusted {digest}"))
        })
        .unzip();
    if !names.is_empty() && is_news(trace, repository, &marks) {
        tell(trace, &names);
    }
    held
}

fn read(trace: &mut Trace) -> Trust {
    let Some(folder) = settings::config_folder() else {
        return Trust::default();
    };
    Trust::read(&folder).unwrap_or_else(|error| {
        trace.troubles.push(error.to_string());
        Trust::default()
    })
}

/// Returns whether the session has not heard of all these yet. Where that cannot be remembered it hears of them again.
fn is_news(trace: &Trace, repository: &Repository, marks: &[String]) -> bool {
    let state = State::of(repository.root());
    let key = trace.call.session.clone().unwrap_or_default();
    let mut is_news = true;
    let _ = Session::update(&state, &key, |session| {
        let marks = marks.iter().filter(|mark| !session.told.contains(mark));
        let marks: Vec<String> = marks.cloned().collect();
        is_news = !marks.is_empty();
        session.told.extend(marks);
    });
    is_news
}

fn tell(trace: &mut Trace, names: &[String]) {
    let listed = gate::listed(names);
    trace.decision.notices.push(format!(
        "hookgate: quality gates of this repository do not run here, because nobody trusts them yet: {listed}. Look at what they run and allow it with `hookgate trust`"
    ));
    // On stops some runtimes take every text for the model as a reason to go on.
    if trace.call.event != Event::Stop {
        trace.decision.context.push(Context {
            rule: names.first().cloned().unwrap_or_default(),
            text: format!(
                "these quality gates did not run, because the person has not trusted this repository's gates: {listed}. They have neither passed nor failed"
            ),
        });
    }
}
