//! What setting up, or taking out, changes: file by file, before anything is written.

use std::path::{Path, PathBuf};

use super::survey::Survey;
use super::{ignore, starter};
use crate::adapter::{self, Adapter, Manual};
use crate::repo::POLICY_FILE;
use crate::wiring::file;
use crate::wiring::make;
use crate::wiring::place::{Change, For, Place};
use crate::wiring::problem::Problem;

const NO_USER: &str = "has no hooks for a whole user: set it up in each repository";
const NO_REPOSITORY: &str =
    "reads no hooks from a repository: `hookgate init --scope user` sets it up for all of yours";

/// Every file that is looked at.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) items: Vec<Item>,
    /// What only a person can do.
    pub(super) steps: Vec<(&'static Adapter, &'static str)>,
}

/// One file.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) what: What,
    pub(super) shown: String,
    pub(super) change: Result<Change, Problem>,
    /// The folder that nothing is written outside of.
    pub(super) inside: PathBuf,
}

/// What a file is for.
#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    Policy,
    Ignore,
    Hooks(&'static Adapter),
    /// A runtime that cannot be set up for this scope.
    Nowhere(&'static Adapter),
}

impl Plan {
    /// Returns the files that are left alone, with the reason.
    pub(super) fn refusals(&self) -> impl Iterator<Item = (&Item, &Problem)> {
        self.items
            .iter()
            .filter_map(|item| Some((item, item.change.as_ref().err()?)))
    }
}

/// Plans to set hookgate up.
pub(super) fn install(whom: &For, runtimes: &[&'static Adapter]) -> Plan {
    let mut items = Vec::new();
    if let For::Repository(root) = whom {
        items.push(item(What::Policy, root, POLICY_FILE, |text| match text {
            Some(text) => Some(text.to_owned()),
            None => Some(starter::policy(&Survey::of(root), runtimes)),
        }));
        if root.join(".git").exists() {
            items.push(item(What::Ignore, root, ".gitignore", |text| {
                ignore::added(text).or_else(|| text.map(str::to_owned))
            }));
        }
    }
    let mut steps = Vec::new();
    let mut left = Vec::new();
    let is_for = |step: &&Manual| step.scope.is_none_or(|scope| scope == whom.scope());
    for adapter in runtimes {
        let places = Place::of(adapter, whom);
        if places.is_empty() {
            left.push(*adapter);
            continue;
        }
        items.extend(
            places
                .iter()
                .map(|place| of_hooks(adapter, place, place.install())),
        );
        let own = adapter.setup.steps.iter().filter(is_for);
        steps.extend(own.map(|step| (*adapter, step.text)));
    }
    // One that has no such hooks is no reason to leave the others without.
    let is_wired = items.iter().any(|item| matches!(item.what, What::Hooks(_)));
    for adapter in left {
        if is_wired {
            steps.push((adapter, why_nowhere(adapter, whom)));
        } else {
            items.push(nowhere(adapter, whom));
        }
    }
    Plan { items, steps }
}

/// Plans to take out what was set up.
pub(super) fn uninstall(whom: &For, runtimes: &[&'static Adapter]) -> Plan {
    let places = runtimes
        .iter()
        .flat_map(|adapter| Place::all(adapter, whom));
    let places = places.map(|place| of_hooks(place.adapter, &place, place.uninstall()));
    let mut items: Vec<Item> = places.collect();
    // What the others need stays until the last of them goes.
    if let For::Repository(root) = whom
        && !is_wired_elsewhere(whom, runtimes)
    {
        items.push(item(What::Ignore, root, ".gitignore", |text| {
            text.and_then(ignore::removed)
        }));
        items.push(item(What::Policy, root, POLICY_FILE, |text| {
            text.filter(|text| !starter::is_untouched(text))
                .map(str::to_owned)
        }));
    }
    Plan {
        items,
        steps: Vec::new(),
    }
}

/// Whether hookgate is wired for a runtime that is not among these.
fn is_wired_elsewhere(whom: &For, runtimes: &[&'static Adapter]) -> bool {
    let is_other = |adapter: &&&Adapter| !runtimes.iter().any(|known| known.name == adapter.name);
    let others = adapter::all().iter().filter(is_other);
    let mut places = others.flat_map(|adapter| Place::all(adapter, whom));
    places.any(|place| {
        place
            .uninstall()
            .map_or(true, |change| change.before != change.after)
    })
}

fn of_hooks(adapter: &'static Adapter, place: &Place, change: Result<Change, Problem>) -> Item {
    Item {
        what: What::Hooks(adapter),
        change: change.and_then(make::possible),
        inside: place.inside().to_path_buf(),
        shown: place.shown.clone(),
    }
}

fn why_nowhere(adapter: &Adapter, whom: &For) -> &'static str {
    match whom {
        _ if !adapter.wiring.because.is_empty() => adapter.wiring.because,
        For::User { .. } => NO_USER,
        For::Repository(_) => NO_REPOSITORY,
    }
}

fn nowhere(adapter: &'static Adapter, whom: &For) -> Item {
    Item {
        what: What::Nowhere(adapter),
        shown: adapter.title.to_owned(),
        change: Err(Problem::of_file(why_nowhere(adapter, whom))),
        inside: PathBuf::new(),
    }
}

fn item(
    what: What,
    root: &Path,
    name: &str,
    after: impl FnOnce(Option<&str>) -> Option<String>,
) -> Item {
    let change = file::read(&root.join(name), root).map(|found| {
        let after = after(found.text.as_deref());
        Change {
            path: found.path,
            shown: name.to_owned(),
            is_edited: after.is_some(),
            before: found.text,
            after,
        }
    });
    Item {
        what,
        shown: name.to_owned(),
        change: change.and_then(make::possible),
        inside: root.to_path_buf(),
    }
}

/// Whether one of the files and folders is there that show a runtime in use.
pub(in crate::commands) fn is_in_use(adapter: &Adapter, whom: &For, home: Option<&Path>) -> bool {
    let signs = adapter.setup.signs;
    // A table without signs says where its hooks are, which is one.
    let place = adapter
        .wiring
        .project
        .and_then(|path| path.split('/').next());
    let fallback = [place.unwrap_or_default()];
    let signs = if signs.is_empty() {
        &fallback[..]
    } else {
        signs
    };
    signs
        .iter()
        .any(|sign| match (sign.strip_prefix("~/"), whom) {
            (Some(below), _) => home.is_some_and(|home| home.join(below).exists()),
            (None, For::Repository(root)) => root.join(sign).exists(),
            (None, For::User { .. }) => false,
        })
}
