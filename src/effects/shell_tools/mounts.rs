//! Folders of this machine inside a container: `docker run -v "$PWD:/w" image rm -rf /w/x` deletes here.

use super::Walker;
use super::fields::Field;
use super::program::{Started, piece};
use super::simple::joined;
use super::state::{Folder, State};
use crate::call::Access;
use crate::effects::Value;
use crate::programs::Reading;
use crate::repo::{Follow, Place};

/// A folder of this machine under the name that it has in a container.
#[derive(Debug, Clone)]
pub(super) struct Mount {
    inside: String,
    /// Absolute.
    here: String,
    read_only: bool,
}

impl Walker<'_> {
    /// A folder or file of this machine that a container gets, unless it holds the whole repository.
    pub(super) fn mount(&mut self, field: &Field, by: &str, state: &State) {
        let text = field.value.start();
        let host = text.split(':').next().unwrap_or_default();
        let is_path = host.starts_with(['/', '.', '~']);
        let [Some(folder)] = state.folders.as_slice() else {
            return;
        };
        let Place::Inside(inside) = self.repository.places_in(folder, host, Follow::All).real
        else {
            return;
        };
        if !is_path || inside.is_empty() {
            return;
        }
        let host = Field::known(host, field.span);
        self.path(Access::Read, &host, Follow::All, true, by, state);
        if !text.ends_with(":ro") {
            self.path(Access::Write, &host, Follow::All, true, by, state);
        }
    }

    /// Returns what a container shares with this machine, and where its command begins.
    pub(super) fn mounts_of(
        &self,
        started: &Started<'_>,
        reading: &Reading<'_>,
        state: &State,
    ) -> (Vec<Mount>, Folder) {
        let value = |names: &'static [&'static str]| {
            reading
                .options
                .iter()
                .filter(move |option| names.contains(&option.name))
                .filter_map(|option| option.value)
                .filter_map(|at| piece(started, at).value.known().map(str::to_owned))
        };
        let [Some(folder)] = state.folders.as_slice() else {
            return (Vec::new(), None);
        };
        // A container within a container shares what that one has.
        if self.remote {
            return (Vec::new(), None);
        }
        let volumes = value(&["-v"]).filter_map(|text| volume(&text, folder));
        let mounts = value(&["--mount"]).filter_map(|text| mount(&text, folder));
        let workdir = value(&["-w", "--workdir"]).next_back();
        (volumes.chain(mounts).collect(), workdir)
    }

    /// Returns where a path of a container is on this machine, and a state to look it up in.
    pub(super) fn here(
        &self,
        access: Access,
        field: &Field,
        state: &State,
    ) -> Option<(Field, State)> {
        let folder = state.folders.first()?;
        let path = joined(folder.as_deref(), field.value.start())?;
        let mount = self
            .mounts
            .iter()
            .filter(|mount| !mount.read_only || access == Access::Read)
            .filter(|mount| below(&path, &mount.inside).is_some())
            .max_by_key(|mount| mount.inside.len())?;
        let rest = below(&path, &mount.inside)?;
        let path = format!("{}/{rest}", mount.here.trim_end_matches('/'));
        let value = match field.value {
            Value::Known(_) => Value::Known(path),
            Value::Starts(_) => Value::Starts(path),
        };
        let field = Field {
            value,
            ..field.clone()
        };
        let state = State {
            folders: vec![Some("/".to_owned())],
            ..state.clone()
        };
        Some((field, state))
    }
}

/// Reads `/here:/inside:ro`.
fn volume(text: &str, folder: &str) -> Option<Mount> {
    let mut parts = text.split(':');
    let (here, inside) = (parts.next()?, parts.next()?);
    let read_only = parts
        .next()
        .is_some_and(|options| options.split(',').any(|one| one == "ro"));
    shared(here, inside, read_only, folder)
}

/// Reads `type=bind,source=/here,target=/inside,readonly`.
fn mount(text: &str, folder: &str) -> Option<Mount> {
    let named = |names: &[&str]| {
        let mut pairs = text.split(',').filter_map(|pair| pair.split_once('='));
        pairs
            .find(|(name, _)| names.contains(name))
            .map(|(_, value)| value)
    };
    let here = named(&["source", "src"])?;
    let inside = named(&["target", "dst", "destination"])?;
    let read_only = text
        .split(',')
        .any(|one| matches!(one, "readonly" | "ro" | "readonly=true"));
    shared(here, inside, read_only, folder)
}

/// A name without a slash is a volume that lives elsewhere.
fn shared(here: &str, inside: &str, read_only: bool, folder: &str) -> Option<Mount> {
    here.starts_with(['/', '.']).then_some(())?;
    Some(Mount {
        inside: inside.to_owned(),
        here: joined(Some(folder), here)?,
        read_only,
    })
}

fn below<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(folder.trim_end_matches('/'))?;
    (rest.is_empty() || rest.starts_with('/')).then(|| rest.trim_start_matches('/'))
}
