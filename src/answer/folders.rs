//! Which repositories' policies hold for a call: that of the folder that the agent is in, by its name and by where its links
//! lead, that of the folder where the runtime was started, and of every other folder that is open in it. An agent that
//! changes its folder leaves no policy behind.

use std::path::PathBuf;

use crate::adapter::Adapter;
use crate::call::Call;
use crate::repo::text::rest_below;
use crate::repo::{Repository, real};
use crate::settings;

/// Returns the repositories with a policy, each as seen from the call's folder. None: there is no policy.
///
/// # Errors
/// What is wrong with the call's folder: then it cannot be known which policy holds.
pub(super) fn repositories(adapter: &Adapter, call: &Call) -> Result<Vec<Repository>, String> {
    let started = adapter.start_folder_env.and_then(settings::variable);
    let started = started.map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = folder(call, started.as_ref())?;
    let home = settings::home();
    let mut starts = Vec::with_capacity(4);
    let mut add = |start: PathBuf| {
        if !starts.contains(&start) {
            starts.push(start);
        }
    };
    add(folder.clone());
    let real = real(&folder);
    let is_real = real.as_ref() == Some(&folder);
    real.into_iter().for_each(&mut add);
    started.into_iter().for_each(&mut add);
    if adapter.runs_in_start_folder {
        settings::working_folder().into_iter().for_each(&mut add);
    }
    call.roots.iter().map(PathBuf::from).for_each(add);
    let mut found: Vec<Repository> = Vec::new();
    for start in starts {
        let Some(root) = Repository::root_of(&start, home.as_deref()) else {
            continue;
        };
        if found.iter().any(|known| known.root() == root) {
            continue;
        }
        // Relative paths of the call start from its own folder, whichever way the policy was found.
        let is_below =
            folder.as_os_str() == root.as_os_str() || rest_below(&folder, &root).is_some();
        let repository = if is_real && is_below {
            Repository::at_real(root, &folder, home.clone())
        } else {
            Repository::at(&root, &folder, home.clone())
        };
        if !found.iter().any(|known| known.is_same(&repository)) {
            found.push(repository);
        }
    }
    Ok(found)
}

/// The folder of the call, or failing that the one where the runtime says it was started, or the one that the hook runs in.
fn folder(call: &Call, started: Option<&PathBuf>) -> Result<PathBuf, String> {
    let folder = match &call.cwd {
        Some(cwd) if cwd.contains('\0') => return Err("the payload's folder holds a NUL".into()),
        Some(cwd) => PathBuf::from(cwd),
        None => started
            .cloned()
            .or_else(settings::working_folder)
            .ok_or("neither the payload nor the system says in which folder this call happens")?,
    };
    if !folder.is_absolute() {
        let shown = folder.display();
        return Err(format!(
            "the payload's folder `{shown}` is not an absolute path"
        ));
    }
    if folder.to_str().is_none() {
        return Err("the name of the folder is not UTF-8".into());
    }
    Ok(folder)
}

/// A shell tool may name a folder of its own for its command.
pub(super) fn seen_by_tool(repository: Repository, call: &Call) -> Repository {
    let tool = call.tool.as_ref();
    let command = tool.and_then(|tool| tool.commands.first());
    match command.and_then(|command| command.cwd.as_deref()) {
        Some(folder) => repository.seen_from(folder),
        None => repository,
    }
}
