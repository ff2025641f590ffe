//! What setting up, or taking out, changes: file by file, before anything is written.

use std::path::{Path, PathBuf};

use super::survey::Survey;
use super::{ignore, starter};
use crate::adapter::{Adapter, Manual};
use crate::repo::POLICY_FILE;
use crate::wiring::file;
use crate::wiring::place::{Change, For, Place};
use crate::wiring::problem::Problem;

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
    items.extend(
        runtimes
            .iter()
            .map(|adapter| match Place::of(adapter, whom) {
                Some(place) => of_hooks(adapter, &place, place.install()),
                None => nowhere(adapter),
            }),
    );
    let steps = runtimes.iter().flat_map(|adapter| {
        let steps = adapter.setup.steps.iter();
        let steps =
            steps.filter(|step: &&Manual| step.scope.is_none_or(|scope| scope == whom.scope()));
        steps.map(|step| (*adapter, step.text))
    });
    Plan {
        steps: steps.collect(),
        items,
    }
}

/// Plans to take out what was set up.
pub(super) fn uninstall(whom: &For, runtimes: &[&'static Adapter]) -> Plan {
    let places = runtimes
        .iter()
        .flat_map(|adapter| Place::all(adapter, whom));
    let places = places.map(|place| of_hooks(place.adapter, &place, place.uninstall()));
    let mut items: Vec<Item> = places.collect();
    if let For::Repository(root) = whom {
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

fn of_hooks(adapter: &'static Adapter, place: &Place, change: Result<Change, Problem>) -> Item {
    Item {
        what: What::Hooks(adapter),
        change,
        inside: place.inside().to_path_buf(),
        shown: place.shown.clone(),
    }
}

fn nowhere(adapter: &'static Adapter) -> Item {
    let what = "has no hooks for a whole user; set it up per repository";
    Item {
        what: What::Nowhere(adapter),
        shown: adapter.title.to_owned(),
        change: Err(Problem::of_file(what)),
        inside: PathBuf::new(),
    }
}

fn item(
    what: What,
    root: &Path,
    name: &str,
    after: impl FnOnce(Option<&str>) -> Option<String>,
) -> Item {
    let change = file::read(&root.join(name), root).map(|found| Change {
        after: after(found.text.as_deref()),
        path: found.path,
        shown: name.to_owned(),
        before: found.text,
    });
    Item {
        what,
        shown: name.to_owned(),
        change,
        inside: root.to_path_buf(),
    }
}

/// Whether one of the files and folders is there that show a runtime in use.
pub(in crate::commands) fn is_in_use(adapter: &Adapter, whom: &For, home: Option<&Path>) -> bool {
    let signs = adapter.setup.signs;
    // A table without signs says where its hooks are, which is one.
    let place = adapter.wiring.project.split('/').next().unwrap_or_default();
    let fallback = [place];
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
