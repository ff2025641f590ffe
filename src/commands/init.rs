//! `hookgate init`: a starter policy, and hookgate's entries in the configurations of the agents that work here.
//!
//! Everything is planned before anything is written: when one file cannot be edited, none is. What goes in comes out again
//! with `--uninstall`, byte for byte.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::adapter::{self, Adapter};
use crate::cli::{ExplainFormat, InitArgs, InitScope};
use crate::exit::Exit;
use crate::output::Output;
use crate::repo::Repository;
use crate::settings;
use crate::wiring::backup::Backups;
use crate::wiring::line;
use crate::wiring::make::{self, Way};
use crate::wiring::place::For;

mod gates;
mod ignore;
mod plan;
mod show;
mod starter;
mod survey;

pub(super) use plan::is_in_use;
use plan::{Plan, What};
pub(super) use show::difference;

/// Sets hookgate up, or takes it out again.
///
/// # Errors
/// When the disk refuses half-way; what was done until then is taken back.
pub fn run(args: &InitArgs, output: &mut Output) -> Result<Exit> {
    let Some(whom) = whom(args, output) else {
        return Ok(Exit::Usage);
    };
    let runtimes = runtimes(args, &whom);
    if runtimes.is_empty() {
        show::nobody(&whom, output);
        return Ok(Exit::Usage);
    }
    let plan = if args.uninstall {
        plan::uninstall(&whom, &runtimes)
    } else {
        plan::install(&whom, &runtimes)
    };
    let done = plan.refusals().next().is_none() && !args.dry_run;
    if done {
        apply(&plan, &whom, args.uninstall)?;
    }
    match args.format {
        ExplainFormat::Json => {
            output.line(&format!("{:#}", show::json(&plan, &whom, args, done)));
        }
        ExplainFormat::Human if args.dry_run => show::differences(&plan, output)?,
        ExplainFormat::Human => show::done(&plan, &notes(&plan, &whom, args), args, output),
    }
    Ok(if plan.refusals().next().is_some() {
        Exit::Findings
    } else {
        Exit::Fine
    })
}

/// Finds out whom to set hookgate up for.
fn whom(args: &InitArgs, output: &mut Output) -> Option<For> {
    match args.scope {
        InitScope::User => {
            let whom = settings::home().zip(settings::program());
            let whom = whom.map(|(home, program)| For::User {
                home: PathBuf::from(home),
                program,
            });
            match &whom {
                None => output
                    .error("hookgate: neither your home folder nor this program could be found"),
                // Its lines could not be told from those of others, and would never come out again.
                Some(For::User { program, .. }) if !is_named(program) => {
                    output.error(&format!(
                        "hookgate: hooks would run `{}`, and are found again by the name `hookgate`: rename it first",
                        program.display()
                    ));
                    return None;
                }
                Some(_) => {}
            }
            whom
        }
        InitScope::Repository => {
            let root = root()?;
            let is_home = settings::home().is_some_and(|home| Path::new(&home) == root);
            if is_home && !root.join(".git").exists() {
                output.error(
                    "hookgate: this is your home folder and no repository; `--scope user` sets hookgate up for all of yours",
                );
                return None;
            }
            Some(For::Repository(root))
        }
    }
}

fn is_named(program: &Path) -> bool {
    program.to_str().is_some_and(line::is_our_program)
}

/// What a person should know beside what was changed.
fn notes(plan: &Plan, whom: &For, args: &InitArgs) -> Vec<String> {
    let is_wired = plan
        .items
        .iter()
        .any(|item| matches!(item.what, What::Hooks(_)));
    if args.uninstall || !is_wired || matches!(whom, For::User { .. }) || is_on_path() {
        return Vec::new();
    }
    vec![
        "the hooks run `hookgate` from PATH, and it is not there: install it into a folder on PATH, such as /usr/local/bin"
            .to_owned(),
    ]
}

/// Whether the program is found by its name.
fn is_on_path() -> bool {
    let name = format!("{}{}", line::PROGRAM, std::env::consts::EXE_SUFFIX);
    let path = settings::variable("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(&name).is_file())
}

/// The root of the repository that the current folder lies in, or that folder itself.
pub(super) fn root() -> Option<PathBuf> {
    let folder = settings::working_folder()?;
    if let Some(repository) = Repository::find(&folder, settings::home()) {
        return Some(repository.root().to_path_buf());
    }
    let mut above = folder.ancestors();
    let checkout = above.find(|folder| folder.join(".git").exists());
    Some(checkout.map_or(folder.clone(), Path::to_path_buf))
}

/// The runtimes that were named, or those that are in use.
fn runtimes(args: &InitArgs, whom: &For) -> Vec<&'static Adapter> {
    let all = adapter::all().iter().copied();
    if !args.runtimes.is_empty() {
        let named = |adapter: &&Adapter| args.runtimes.iter().any(|name| name == adapter.name);
        return all.filter(named).collect();
    }
    if args.uninstall {
        return all.collect();
    }
    let home = settings::home();
    let home = home.as_deref().map(Path::new);
    all.filter(|adapter| plan::is_in_use(adapter, whom, home))
        .collect()
}

/// Makes the changes, or none.
fn apply(plan: &Plan, whom: &For, uninstall: bool) -> Result<()> {
    let backups = backups(whom);
    let backups = backups.as_ref();
    let way = if uninstall { Way::Out } else { Way::In };
    let mut made = Vec::new();
    for item in &plan.items {
        let Ok(change) = &item.change else {
            continue;
        };
        if change.before == change.after {
            continue;
        }
        if let Err(error) = make::change(change, &item.inside, backups, way) {
            let mut made = made.into_iter().rev();
            let is_undone =
                made.all(|(change, inside)| make::undo(change, inside, backups, way).is_ok());
            let rest = if is_undone {
                "nothing was changed"
            } else {
                "not all that was done before could be taken back"
            };
            return Err(error.context(format!("while `{}` was written ({rest})", change.shown)));
        }
        made.push((change, item.inside.as_path()));
    }
    Ok(())
}

fn backups(whom: &For) -> Option<Backups> {
    match whom {
        For::Repository(root) => Some(Backups::in_folder(root)),
        For::User { .. } => settings::state_folder().map(|folder| Backups::in_folder(&folder)),
    }
}
