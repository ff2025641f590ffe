//! `hookgate gate`: runs quality gates by hand, from anywhere in the repository. Results are the same evidence that hooks
//! look at, so that a run by hand saves the next stop one, and the other way round.

mod report;
mod watch;

use std::path::Path;

use anyhow::Result;

use crate::adapter;
use crate::cli::{ExplainFormat, GateArgs};
use crate::exit::Exit;
use crate::gate::{self, Mode, Wanted};
use crate::output::{Output, Style};
use crate::policy::load;
use crate::policy::problems::{self, Colour, nearest};
use crate::policy::{PolicySet, QualityGate, Rule, RuleKind, sources};
use crate::repo::{Follow, Place, Repository};
use crate::settings;
use report::Row;
use watch::Watcher;

/// Runs the gates.
///
/// # Errors
/// None at present; what goes wrong with a gate is a result.
pub fn run(args: &GateArgs, output: &mut Output) -> Result<Exit> {
    let folder = settings::working_folder();
    let repository = folder.and_then(|folder| Repository::find(&folder, settings::home()));
    let Some(repository) = repository else {
        output.error("hookgate: there is no hookgate.yaml in this folder or above it");
        return Ok(Exit::Usage);
    };
    let layers = sources::all(&repository);
    let runtimes: Vec<&str> = adapter::all().iter().map(|adapter| adapter.name).collect();
    let loaded = load::load(repository.root(), &layers, &runtimes);
    if !loaded.is_usable() {
        match args.format {
            ExplainFormat::Json => output.line(&format!("{:#}", report::broken(&loaded.problems))),
            ExplainFormat::Human => {
                let format = problems::Format::Human(Colour::Plain);
                output.error(problems::report(&loaded.problems, format).trim_end());
            }
        }
        return Ok(Exit::Policy);
    }
    let wanted = match chosen(&loaded.set, &repository, args) {
        Ok(wanted) => wanted,
        Err(message) => {
            output.error(&format!("hookgate: {message}"));
            return Ok(Exit::Usage);
        }
    };
    let rows = settle(args, repository.root(), &wanted, output);
    match args.format {
        ExplainFormat::Json => output.line(&format!("{:#}", report::json(&rows))),
        ExplainFormat::Human => report::draw(&rows, output),
    }
    let is_fine = rows.iter().all(|row| row.outcome.has_passed());
    Ok(if is_fine { Exit::Fine } else { Exit::Findings })
}

fn settle(args: &GateArgs, root: &Path, wanted: &[Wanted<'_>], output: &Output) -> Vec<Row> {
    let is_human = args.format == ExplainFormat::Human;
    let is_watched = Output::is_watched();
    let watcher = Watcher::new(watch::Show {
        live: args.verbose || (is_human && is_watched && wanted.len() == 1),
        names: wanted.len() > 1,
        progress: is_watched,
        colour: output.colour,
        on_stderr: !is_human,
    });
    let mut troubles = Vec::new();
    let outcomes = watcher.during(|| gate::settle(root, wanted, None, &watcher, &mut troubles));
    let mut output = Output {
        colour: output.colour,
    };
    for trouble in troubles {
        let text = output.styled(Style::Yellow, &format!("hookgate: {trouble}"));
        output.error(&text);
    }
    let rows = wanted.iter().zip(outcomes);
    rows.map(|(wanted, outcome)| Row {
        gate: wanted.rule.id.clone(),
        because: watcher.reason(&wanted.rule.id),
        outcome,
    })
    .collect()
}

/// Returns the gates that the arguments name, with those that they need, in the policy's order.
fn chosen<'a>(
    set: &'a PolicySet,
    repository: &Repository,
    args: &GateArgs,
) -> Result<Vec<Wanted<'a>>, String> {
    let gates: Vec<(&Rule, &QualityGate)> = set
        .rules
        .iter()
        .filter_map(|rule| match &rule.kind {
            RuleKind::QualityGate(gate) => Some((rule, gate)),
            _ => None,
        })
        .collect();
    let here = match repository.places(".", Follow::All).real {
        Place::Inside(path) => path,
        Place::Outside(_) => String::new(),
    };
    let mut asked = Vec::new();
    for id in &args.ids {
        let full = load::gate_candidates(&here, id)
            .find(|full| gates.iter().any(|(rule, _)| rule.id == *full));
        asked.push(full.ok_or_else(|| unknown(id, &gates))?);
    }
    let mut with_needs = asked.clone();
    let mut at = 0;
    while let Some(name) = with_needs.get(at).cloned() {
        at += 1;
        let needs = gates.iter().filter(|(rule, _)| rule.id == name);
        for need in needs.flat_map(|(_, gate)| &gate.needs) {
            if !with_needs.contains(&need.id) {
                with_needs.push(need.id.clone());
            }
        }
    }
    let wanted = gates
        .into_iter()
        .filter(|(rule, _)| with_needs.is_empty() || with_needs.contains(&rule.id));
    Ok(wanted
        .map(|(rule, gate)| Wanted {
            rule,
            gate,
            mode: if args.force && (asked.is_empty() || asked.contains(&rule.id)) {
                Mode::Force
            } else {
                Mode::Run
            },
        })
        .collect())
}

fn unknown(id: &str, gates: &[(&Rule, &QualityGate)]) -> String {
    let known: Vec<&str> = gates.iter().map(|(rule, _)| rule.id.as_str()).collect();
    let near = nearest(id, &known).map(|near| format!("; did you mean `{near}`?"));
    let near = near.unwrap_or_default();
    match known.as_slice() {
        [] => format!("there is no quality gate `{id}`, nor any other here"),
        known => format!(
            "there is no quality gate `{id}`{near} (there are: {})",
            known.join(", ")
        ),
    }
}
