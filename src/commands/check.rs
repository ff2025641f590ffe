//! `hookgate check`: every problem of the policies, and what each listed runtime can do with each rule.

use std::path::Path;

use anyhow::Result;

use crate::adapter::{self, Adapter, Capability};
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
    let is_clean = loaded.problems.is_empty() && weak.iter().all(|weakness| !weakness.impossible);
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
        return Some(load::load(repository.root(), &layers, &runtimes));
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
    Some(load::load(&root.unwrap_or_default(), &layers, &runtimes))
}

/// A rule that a runtime cannot fully enforce.
struct Weakness {
    rule: String,
    runtime: &'static str,
    impossible: bool,
    because: &'static str,
}

impl Weakness {
    fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "rule": self.rule,
            "runtime": self.runtime,
            "holds": if self.impossible { "not possible" } else { "weaker" },
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
                    because,
                });
            }
            for (event, verdict) in needs(rule) {
                let (impossible, because) = match adapter::capability(adapter, event, verdict) {
                    Capability::Enforced => continue,
                    Capability::Weaker(how) => (false, how),
                    Capability::Impossible(why) => (true, why),
                };
                weak.push(Weakness {
                    rule: rule.id.clone(),
                    runtime: adapter.name,
                    impossible,
                    because,
                });
            }
        }
    }
    weak
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

/// The answers that a rule needs a runtime to honour.
fn needs(rule: &Rule) -> Vec<(Event, Verdict)> {
    match &rule.kind {
        RuleKind::ProtectPaths(_) | RuleKind::DenyCommand(_) => match rule.action {
            Action::Deny => vec![(Event::BeforeTool, Verdict::Deny)],
            Action::Ask => vec![(Event::BeforeTool, Verdict::Ask)],
            Action::Warn => Vec::new(),
        },
        RuleKind::QualityGate(gate) => {
            let stop = gate.on.contains(&GateEvent::Stop);
            let stop = stop.then_some((Event::Stop, Verdict::Deny));
            stop.into_iter().collect()
        }
        RuleKind::AddContext(_) | RuleKind::Record(_) => Vec::new(),
    }
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
        let how = if weakness.impossible {
            "cannot hold"
        } else {
            "is weaker"
        };
        let text = format!(
            "{} {how} in {}: {}",
            weakness.rule, weakness.runtime, weakness.because
        );
        output.line(&output.styled(Style::Yellow, &text));
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
