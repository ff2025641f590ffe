//! `hookgate check`: every problem of the policies, and what each listed runtime can do with each rule.

pub(super) mod timeouts;

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use crate::adapter::{self, Adapter, Against, Capability};
use crate::call::{Access, Event};
use crate::cli::{CheckArgs, Format};
use crate::decision::Verdict;
use crate::exit::Exit;
use crate::output::{Output, Style};
use crate::policy::load::{self, LayerFile, Loaded};
use crate::policy::problems::{self, Colour};
use crate::policy::rules::GateEvent;
use crate::policy::sources;
use crate::policy::{Action, Layer, PolicySet, Rule, RuleKind};
use crate::repo::Repository;
use crate::settings;

/// Checks the policies.
///
/// # Errors
/// None at present; problems of policies are findings.
pub fn run(args: &CheckArgs, output: &mut Output) -> Result<Exit> {
    let Some(loaded) = load(args, output) else {
        return Ok(Exit::Usage);
    };
    let weak = weaknesses(&loaded.set);
    match args.format {
        Format::Human => draw(&loaded, &weak, output),
        Format::Json => {
            let mut json = loaded.problems.to_json();
            if let Some(fields) = json.as_object_mut() {
                let weak: Vec<_> = weak.iter().map(Weakness::to_json).collect();
                fields.insert("runtimes".into(), weak.into());
            }
            output.line(&format!("{json:#}"));
        }
        Format::Github => {
            output.line(problems::report(&loaded.problems, problems::Format::Github).trim_end());
        }
    }
    if !loaded.is_usable() {
        return Ok(Exit::Policy);
    }
    let is_clean = loaded.problems.is_empty()
        && weak
            .iter()
            .all(|weakness| !weakness.impossible && !weakness.is_mistake);
    Ok(if args.strict && !is_clean {
        Exit::Findings
    } else {
        Exit::Fine
    })
}

fn load(args: &CheckArgs, output: &mut Output) -> Option<Loaded> {
    let folder = settings::working_folder()?;
    let runtimes: Vec<&str> = adapter::all().iter().map(|adapter| adapter.name).collect();
    if args.files.is_empty() {
        let Some(repository) = Repository::find(&folder, settings::home()) else {
            output.error("hookgate: there is no hookgate.yaml in this folder or above it");
            return None;
        };
        let layers = sources::all(&repository);
        return Some(load::check(repository.root(), &layers, &runtimes));
    }
    let layers: Vec<LayerFile> = args
        .files
        .iter()
        .map(|file| LayerFile {
            path: folder.join(file),
            layer: Layer::Repository,
            base: String::new(),
        })
        .collect();
    let root = args.files.first().map(|file| folder.join(file));
    let root = root
        .as_deref()
        .and_then(Path::parent)
        .map(Path::to_path_buf);
    Some(load::check(&root.unwrap_or_default(), &layers, &runtimes))
}

/// A rule that a runtime cannot fully enforce, or of which nobody knows.
struct Weakness {
    rule: String,
    runtime: &'static str,
    impossible: bool,
    unknown: bool,
    /// Whether the policy could do better.
    is_mistake: bool,
    because: String,
}

impl Weakness {
    fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "rule": self.rule,
            "runtime": self.runtime,
            "holds": match (self.impossible, self.unknown) {
                (true, _) => "not possible",
                (false, true) => "unknown",
                (false, false) => "weaker",
            },
            "because": self.because,
        })
    }
}

/// Returns what the runtimes that the policy lists cannot do, rule by rule.
fn weaknesses(set: &PolicySet) -> Vec<Weakness> {
    let listed: Vec<&Adapter> = set
        .runtimes
        .iter()
        .filter_map(|name| adapter::find(name))
        .collect();
    let mut weak = Vec::new();
    for rule in &set.rules {
        for adapter in &listed {
            if is_watched(rule)
                && let Some(because) = unseen(adapter)
            {
                weak.push(Weakness {
                    rule: rule.id.clone(),
                    runtime: adapter.name,
                    impossible: false,
                    unknown: false,
                    is_mistake: false,
                    because: because.to_owned(),
                });
            }
            for need in needs(rule) {
                let capability = need.in_runtime(adapter);
                let because = match capability {
                    Capability::Enforced => continue,
                    Capability::Weaker(why)
                    | Capability::Impossible(why)
                    | Capability::Unknown(why) => why,
                };
                weak.push(Weakness {
                    rule: rule.id.clone(),
                    runtime: adapter.name,
                    impossible: matches!(capability, Capability::Impossible(_)),
                    unknown: matches!(capability, Capability::Unknown(_)),
                    is_mistake: false,
                    because: because.to_owned(),
                });
            }
            weak.extend(too_long(set, rule, adapter));
        }
    }
    weak
}

/// Returns the events on which a gate may take longer than the runtime lets the hook run.
fn too_long(set: &PolicySet, rule: &Rule, adapter: &Adapter) -> Vec<Weakness> {
    let RuleKind::QualityGate(gate) = &rule.kind else {
        return Vec::new();
    };
    let takes = longest(set, rule, &mut HashMap::new());
    let events = gate.on.iter().map(|on| match on {
        GateEvent::AfterEdit => Event::AfterTool,
        GateEvent::Stop => Event::Stop,
    });
    events
        .filter_map(|event| timeouts::too_long(adapter, event, takes))
        .map(|because| Weakness {
            rule: rule.id.clone(),
            runtime: adapter.name,
            impossible: false,
            unknown: false,
            is_mistake: true,
            because,
        })
        .collect()
}

/// The time that a gate may take with those that it needs, which run before it.
fn longest<'a>(
    set: &'a PolicySet,
    rule: &'a Rule,
    known: &mut HashMap<&'a str, Duration>,
) -> Duration {
    let RuleKind::QualityGate(gate) = &rule.kind else {
        return Duration::ZERO;
    };
    if let Some(time) = known.get(rule.id.as_str()) {
        return *time;
    }
    let rules = set.rules.iter();
    let needed = rules.filter(|other| gate.needs.iter().any(|need| need.id == other.id));
    let before = needed.map(|need| longest(set, need, known)).max();
    let time = gate.timeout.saturating_add(before.unwrap_or_default());
    known.insert(&rule.id, time);
    time
}

/// What a rule needs of a runtime.
enum Need {
    /// That it honours an answer.
    Answer(Event, Verdict),
    /// That a text reaches the model.
    Context(Event),
    /// That it fires the event at all.
    Event(Event),
    /// That what a gate finds after an edit reaches somebody; or else that it holds at the stop.
    Told { or_at_stop: bool },
}

impl Need {
    fn in_runtime(&self, adapter: &Adapter) -> Capability {
        match *self {
            Self::Answer(event, verdict) => adapter::capability(adapter, event, verdict),
            Self::Context(event) => adapter::context_capability(adapter, event),
            Self::Event(event) if adapter::native_name(adapter, event).is_empty() => {
                Capability::Impossible("the client has no such event")
            }
            Self::Event(_) => Capability::Enforced,
            Self::Told { or_at_stop } => told(adapter, or_at_stop),
        }
    }
}

/// What becomes of a gate's result after an edit.
fn told(adapter: &Adapter, or_at_stop: bool) -> Capability {
    let cannot = |event: Event| {
        let capability = adapter::capability(adapter, event, Verdict::Deny);
        matches!(capability, Capability::Impossible(_))
    };
    if !cannot(Event::AfterTool) {
        return Capability::Enforced;
    }
    if or_at_stop && !cannot(Event::Stop) {
        return Capability::Weaker(
            "what it finds after an edit reaches nobody before the agent stops",
        );
    }
    Capability::Impossible("what it finds after an edit reaches nobody")
}

/// Whether the files of a rule are looked at again after calls.
fn is_watched(rule: &Rule) -> bool {
    let RuleKind::ProtectPaths(protect) = &rule.kind else {
        return false;
    };
    rule.action != Action::Warn && !protect.paths.is_empty() && protect.deny != [Access::Read]
}

/// What a runtime's lack of events means for the look at files afterwards.
fn unseen(adapter: &Adapter) -> Option<&'static str> {
    let has = |event: Event| adapter.events.iter().any(|row| row.event == event);
    missing(has(Event::AfterTool), has(Event::Stop))
}

fn missing(after_tool: bool, stop: bool) -> Option<&'static str> {
    match (after_tool, stop) {
        (true, true) => None,
        (false, true) => Some(
            "no event follows a tool call, so a change by a route that no check foresaw is only found when the agent stops",
        ),
        (true, false) => Some(
            "no event comes when the agent stops, so what a background job changes later is found after the next call at best",
        ),
        (false, false) => Some(
            "no event follows a tool call or comes when the agent stops, so a change by a route that no check foresaw is not found",
        ),
    }
}

/// What a rule needs of a runtime.
fn needs(rule: &Rule) -> Vec<Need> {
    match &rule.kind {
        RuleKind::ProtectPaths(_) | RuleKind::DenyCommand(_) => match rule.action {
            Action::Deny => vec![Need::Answer(Event::BeforeTool, Verdict::Deny)],
            Action::Ask => vec![Need::Answer(Event::BeforeTool, Verdict::Ask)],
            Action::Warn => vec![Need::Context(Event::BeforeTool)],
        },
        RuleKind::QualityGate(gate) => {
            let or_at_stop = gate.on.contains(&GateEvent::Stop);
            let stop = or_at_stop.then_some(Need::Answer(Event::Stop, Verdict::Deny));
            let after = gate.on.contains(&GateEvent::AfterEdit);
            let after = after.then_some(Need::Told { or_at_stop });
            stop.into_iter().chain(after).collect()
        }
        RuleKind::AddContext(context) => vec![Need::Context(context.on)],
        RuleKind::Record(record) => record.on.iter().copied().map(Need::Event).collect(),
    }
}

/// What is said of listed runtimes whose tables nobody has compared with the client.
fn unproven(set: &PolicySet) -> Vec<String> {
    let listed = set.runtimes.iter().filter_map(|name| adapter::find(name));
    let by_documentation = listed.filter(|adapter| {
        // What a page says is a promise, and no proof.
        adapter.checked.against == Against::Documentation
    });
    by_documentation
        .map(|adapter| {
            let (name, day) = (adapter.name, adapter.checked.on);
            format!(
                "{name} is known from its documentation of {day} only; try it before you rely on it"
            )
        })
        .collect()
}

fn draw(loaded: &Loaded, weak: &[Weakness], output: &mut Output) {
    let colour = if output.colour {
        Colour::Coloured
    } else {
        Colour::Plain
    };
    let problems = problems::report(&loaded.problems, problems::Format::Human(colour));
    if !problems.is_empty() {
        output.line(problems.trim_end());
    }
    if !loaded.is_usable() {
        return;
    }
    for weakness in weak {
        let how = match (weakness.impossible, weakness.unknown) {
            (true, _) => "cannot hold",
            (false, true) => "is not proven",
            (false, false) => "is weaker",
        };
        let text = format!(
            "{} {how} in {}: {}",
            weakness.rule, weakness.runtime, weakness.because
        );
        output.line(&output.styled(Style::Yellow, &text));
    }
    for note in unproven(&loaded.set) {
        output.line(&output.styled(Style::Yellow, &note));
    }
    output.line(&summary(&loaded.set, weak));
}

fn summary(set: &PolicySet, weak: &[Weakness]) -> String {
    let files: Vec<&str> = set
        .sources
        .iter()
        .map(|source| source.name.as_str())
        .collect();
    let rules = set.rules.len();
    let files = files.join(", ");
    let runtimes = match (
        set.runtimes.is_empty(),
        weak.iter().any(|weak| weak.impossible),
    ) {
        (true, _) => "; `runtimes` names none to prove them in".to_owned(),
        (false, false) => format!("; each can be enforced in {}", set.runtimes.join(", ")),
        (false, true) => String::new(),
    };
    format!("{rules} rules in force, from {files}{runtimes}")
}

#[cfg(test)]
mod tests {
    use super::missing;

    #[test]
    fn a_runtime_without_an_event_is_said_to_be_weaker() {
        assert_eq!(missing(true, true), None);
        for (after_tool, stop, said) in [
            (false, true, "only found when the agent stops"),
            (true, false, "after the next call at best"),
            (false, false, "is not found"),
        ] {
            let because = missing(after_tool, stop).unwrap_or_default();
            assert!(because.ends_with(said), "{because}");
        }
    }
}
