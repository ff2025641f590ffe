//! `hookgate trust`: a person lets the gates of a repository run where the hook is wired for everything that is opened.
//!
//! Only a person at a terminal can say so; there is nothing that an agent could type.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::json;

use crate::adapter;
use crate::cli::{ExplainFormat, TrustArgs};
use crate::exit::Exit;
use crate::output::{Output, Style};
use crate::policy::load::{self, Loaded};
use crate::policy::problems::{self, Colour};
use crate::policy::rules::GateCommand;
use crate::policy::{QualityGate, Rule, sources};
use crate::repo::Repository;
use crate::settings;
use crate::trust::{self, Trust};

/// Trusts, lists or takes back.
///
/// # Errors
/// When the person's own settings cannot be read or written.
pub fn run(args: &TrustArgs, output: &mut Output) -> Result<Exit> {
    let folder = settings::config_folder().context("the system does not say where your home is")?;
    let trust = Trust::read(&folder)?;
    if args.list {
        list(&trust, args.format, output);
        return Ok(Exit::Fine);
    }
    let here = settings::working_folder();
    let repository = here.and_then(|here| Repository::find(&here, settings::home()));
    let Some(repository) = repository else {
        output.error("hookgate: there is no hookgate.yaml in this folder or above it");
        return Ok(Exit::Usage);
    };
    if args.revoke {
        return revoke(trust, &folder, repository.root(), args.format, output);
    }
    let loaded = load(&repository);
    if !loaded.is_usable() {
        if args.format == ExplainFormat::Json {
            output.line(&format!("{:#}", loaded.problems.to_json()));
        } else {
            let format = problems::Format::Human(Colour::Plain);
            output.error(problems::report(&loaded.problems, format).trim_end());
        }
        return Ok(Exit::Policy);
    }
    let gates = trust::gates_of_repository(&loaded.set);
    let given = grant(
        trust,
        &folder,
        repository.root(),
        &gates,
        args.format,
        output,
    )?;
    if args.format == ExplainFormat::Json && given != Exit::Usage {
        let value = json!({
            "version": 1,
            "root": repository.root().to_string_lossy(),
            "gates": gates.len(),
            "trusted": given == Exit::Fine,
        });
        output.line(&format!("{value:#}"));
    }
    Ok(given)
}

fn load(repository: &Repository) -> Loaded {
    let layers = sources::all(repository);
    let runtimes: Vec<&str> = adapter::all().iter().map(|adapter| adapter.name).collect();
    load::load(repository.root(), &layers, &runtimes)
}

fn list(trust: &Trust, format: ExplainFormat, output: &mut Output) {
    let repositories = trust.list();
    if format == ExplainFormat::Json {
        let repositories: Vec<_> = repositories
            .iter()
            .map(|one| json!({"root": one.root, "gates": one.gates, "since": one.since}))
            .collect();
        let value = json!({"version": 1, "repositories": repositories});
        output.line(&format!("{value:#}"));
        return;
    }
    if repositories.is_empty() {
        output.line("no repository's gates are trusted");
    }
    for one in repositories {
        output.line(&format!(
            "{}  {} gates, since {}",
            one.root, one.gates, one.since
        ));
    }
}

fn revoke(
    mut trust: Trust,
    folder: &Path,
    root: &Path,
    format: ExplainFormat,
    output: &mut Output,
) -> Result<Exit> {
    let was_trusted = trust.revoke(root);
    if was_trusted {
        trust.write(folder)?;
    }
    if format == ExplainFormat::Json {
        let value = json!({"version": 1, "root": root.to_string_lossy(), "revoked": was_trusted});
        output.line(&format!("{value:#}"));
    } else if was_trusted {
        output.line(&format!(
            "the gates of {} are not trusted any more",
            root.display()
        ));
    } else {
        output.line(&format!("the gates of {} were not trusted", root.display()));
    }
    Ok(Exit::Fine)
}

fn grant(
    mut trust: Trust,
    folder: &Path,
    root: &Path,
    gates: &[(&Rule, &QualityGate)],
    format: ExplainFormat,
    output: &mut Output,
) -> Result<Exit> {
    let say = |text: &str, output: &mut Output| {
        if format == ExplainFormat::Human {
            output.line(text);
        }
    };
    if gates.is_empty() {
        say(
            "the policies of this repository have no quality gates",
            output,
        );
        return Ok(Exit::Fine);
    }
    if gates
        .iter()
        .all(|(rule, gate)| trust.covers(root, rule, gate))
    {
        say(
            "the gates of this repository are trusted as they are",
            output,
        );
        return Ok(Exit::Fine);
    }
    if !Output::can_ask() {
        output.error(
            "hookgate: trust is for a person at a terminal to give; run `hookgate trust` in one",
        );
        return Ok(Exit::Usage);
    }
    output.line(&format!("Gates of {}:", root.display()));
    for (rule, gate) in gates {
        show(rule, gate, trust.covers(root, rule, gate), output);
    }
    let answer = output.ask("Let these commands run when an agent works here? Type `yes`:");
    if answer != "yes" {
        say("nothing was changed", output);
        return Ok(Exit::Findings);
    }
    trust.grant(root, gates);
    trust.write(folder)?;
    say("trusted, until one of these gates changes", output);
    Ok(Exit::Fine)
}

fn show(rule: &Rule, gate: &QualityGate, is_trusted: bool, output: &mut Output) {
    let clean = |text: &str| text.escape_debug().to_string();
    let command = match &gate.run {
        GateCommand::Shell(line) => line.clone(),
        GateCommand::Words(words) => words.join(" "),
    };
    let mark = if is_trusted { "" } else { " (new or changed)" };
    let name = output.styled(Style::Bold, &clean(&rule.id));
    output.line(&format!("  {name}{mark}"));
    output.line(&format!("    runs   {}", clean(&command)));
    let folder: PathBuf = [Some(rule.base.as_str()), gate.working_directory.as_deref()]
        .into_iter()
        .flatten()
        .collect();
    if !folder.as_os_str().is_empty() {
        output.line(&format!("    in     {}", clean(&folder.to_string_lossy())));
    }
    for (name, value) in &gate.env {
        output.line(&format!("    with   {name}={}", clean(value)));
    }
    for command in &gate.tool_versions {
        output.line(&format!("    asks   {}", clean(command)));
    }
}
