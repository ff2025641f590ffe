//! `hookgate export`: the policy in a runtime's own language for permissions, as a second layer.

use anyhow::{Context, Result};

use crate::adapter::{self, Adapter, Form, Language};
use crate::cli::{ExportArgs, ExportFormat};
use crate::exit::Exit;
use crate::export::place::{self, Drift, Place};
use crate::export::{self, Said};
use crate::output::Output;
use crate::policy::load;
use crate::policy::problems::{self, Colour};
use crate::policy::{Layer, sources};
use crate::repo::Repository;
use crate::settings;
use crate::wiring::backup::Backups;
use crate::wiring::make::{self, Way};
use crate::wiring::place::Change;
use crate::wiring::problem::Problem;

mod show;

/// What is exported, for a runtime.
struct Export {
    adapter: &'static Adapter,
    language: &'static Language,
    said: Vec<Said>,
    place: Option<Place>,
}

/// What came of it.
enum Done {
    /// Nothing was asked for but the report.
    Shown,
    /// What the file became, or would.
    Changed(Change, bool),
    Checked(Drift),
    Refused(Problem),
}

/// Writes the policy in a runtime's own language, or compares what is written with it.
///
/// # Errors
/// When the disk refuses.
pub fn run(args: &ExportArgs, output: &mut Output) -> Result<Exit> {
    let folder = settings::working_folder();
    let repository = folder.and_then(|folder| Repository::find(&folder, settings::home()));
    let Some(repository) = repository else {
        output.error("hookgate: there is no hookgate.yaml in this folder or above it");
        return Ok(Exit::Usage);
    };
    let known = adapter::find(&args.runtime);
    let Some((adapter, language)) = known.and_then(|one| Some((one, one.language.as_ref()?)))
    else {
        output.error(&show::without_language(&args.runtime));
        return Ok(Exit::Usage);
    };
    if language.form == Form::Flags && (args.write || args.check || args.uninstall || args.dry_run)
    {
        output.error(&format!(
            "hookgate: {} takes such rules on its command line alone: `--format native` prints them",
            adapter.title
        ));
        return Ok(Exit::Usage);
    }
    let runtimes: Vec<&str> = adapter::all().iter().map(|adapter| adapter.name).collect();
    // The file is everybody's: what only one person or machine wants stays with them.
    let mut layers = sources::all(&repository);
    layers.retain(|file| matches!(file.layer, Layer::Repository | Layer::Subfolder));
    let loaded = load::load(repository.root(), &layers, &runtimes);
    if !loaded.is_usable() {
        let format = problems::Format::Human(Colour::Plain);
        output.error(problems::report(&loaded.problems, format).trim_end());
        return Ok(Exit::Policy);
    }
    let said = export::rules(adapter, language, &loaded.set, &repository);
    let export = Export {
        adapter,
        language,
        place: Place::of(adapter, language, repository.root(), &said),
        said,
    };
    let done = act(args, &export, &Backups::in_folder(repository.root()))?;
    match args.format {
        ExportFormat::Json => output.line(&format!("{:#}", show::json(&export, &done))),
        ExportFormat::Native => output.line(show::native(&export).trim_end()),
        ExportFormat::Human => show::people(args, &export, &done, output)?,
    }
    Ok(match &done {
        Done::Refused(_) => Exit::Findings,
        Done::Checked(drift) if !drift.is_none() => Exit::Findings,
        _ => Exit::Fine,
    })
}

fn act(args: &ExportArgs, export: &Export, backups: &Backups) -> Result<Done> {
    let Some(place) = &export.place else {
        return Ok(Done::Shown);
    };
    if args.check {
        return Ok(place.drift().map_or_else(Done::Refused, Done::Checked));
    }
    if !(args.write || args.uninstall || args.dry_run) {
        return Ok(Done::Shown);
    }
    let planned = if args.uninstall {
        place.take()
    } else {
        place.put()
    };
    let change = match planned.and_then(make::possible) {
        Ok(change) => change,
        Err(problem) => return Ok(Done::Refused(problem)),
    };
    let is_real = !args.dry_run && change.before != change.after;
    if is_real {
        let way = if args.uninstall { Way::Out } else { Way::In };
        make::change(&change, place.inside(), Some(backups), way)
            .with_context(|| format!("while `{}` was written", change.shown))?;
    }
    Ok(Done::Changed(change, is_real))
}

impl Export {
    fn entries(&self) -> Vec<export::Entry> {
        place::entries(&self.said)
    }
}
