//! A configuration of the runtime changed while a session runs: a change that takes hookgate's hooks away is not agreed to.
//!
//! Who made it cannot be known. A person's change holds from the next session on; an agent's does so too, and is noticed
//! by then.

use std::path::{Path, PathBuf};

use super::{Mode, Scope};
use crate::adapter::{self, Adapter};
use crate::call::{Call, Event};
use crate::decision::{Finding, Verdict};
use crate::policy::rules::floor;
use crate::repo::Repository;
use crate::wiring::place::user_path;
use crate::wiring::registered::{self, File, Whose};

/// Objects to a change after which this runtime would not call hookgate any more.
pub(super) fn judge(
    adapter: &'static Adapter,
    mode: Mode<'_>,
    call: &Call,
    repository: &Repository,
) -> Option<Finding> {
    let changed = Path::new(call.changed_config.as_deref()?);
    let home = repository.home().map(Path::new);
    let files = registered::files(adapter, repository.root(), home);
    let there = files.iter().find(|file| is_same(&file.path, changed));
    let shown = there.map_or_else(|| changed.display().to_string(), |file| file.shown.clone());
    let switch = there.and_then(|file| file.switched_off(adapter));
    let what = if let Some(switch) = switch {
        let name = switch.at.text.trim_start_matches('/').replace('/', ".");
        format!("`{name}` in `{shown}` switches hooks off")
    } else {
        let wired = wired_in(adapter, mode, repository)?;
        // The hook that asks may stand elsewhere, and goes on doing so.
        let mut own = files.iter().filter(|file| is_of(mode, file));
        if !is_same(&wired, changed) || own.any(|file| holds_hooks(adapter, file)) {
            return None;
        }
        format!("hookgate's hooks are gone from `{shown}`")
    };
    Some(Finding {
        rule: floor::ID.into(),
        origin: None,
        verdict: Verdict::Deny,
        unless_asked: Verdict::Deny,
        what,
        reason: Some(floor::REASON.into()),
        instead: Some("a person's change holds from the next session on".into()),
        span: None,
        part: None,
    })
}

fn scope(mode: Mode<'_>) -> Scope {
    match mode {
        Mode::Real(live) => live.scope,
        Mode::DryRun => Scope::Repository,
    }
}

/// Whether this call's hook may stand in a file.
fn is_of(mode: Mode<'_>, file: &File) -> bool {
    let is_user = file.scope == adapter::Scope::User;
    is_user == (scope(mode) == Scope::User)
}

/// The file that this call's hook stands in, as `init` wires it.
fn wired_in(adapter: &Adapter, mode: Mode<'_>, repository: &Repository) -> Option<PathBuf> {
    match scope(mode) {
        Scope::Repository => Some(repository.root().join(adapter.wiring.project?)),
        Scope::User => {
            let home = Path::new(repository.home()?);
            Some(user_path(adapter, adapter.wiring.user?, home).0)
        }
    }
}

/// Whether the runtime would read the file, and run hookgate before tools by it.
fn holds_hooks(adapter: &Adapter, file: &File) -> bool {
    let guards = |event: &str| adapter::event_named(adapter, event) == Some(Event::BeforeTool);
    let mut hooks = file.hooks(adapter).into_iter();
    file.is_read(adapter) && hooks.any(|hook| hook.whose != Whose::Foreign && guards(hook.event))
}

/// Whether two paths are one file, whatever links lead there. It may be gone by now.
fn is_same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| {
        let folder = path.parent().and_then(|folder| folder.canonicalize().ok());
        folder
            .zip(path.file_name())
            .map(|(folder, name)| folder.join(name))
    };
    one == other || real(one).is_some_and(|path| Some(path) == real(other))
}
