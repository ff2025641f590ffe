//! Paths that a program touches: where they are, and what lands where.

use std::sync::Arc;

use super::Walker;
use super::fields::Field;
use super::program::{Started, base_name, pieces};
use super::simple::joined;
use super::stages::File;
use super::state::State;
use crate::call::Access;
use crate::effects::{PathEffect, Reach, UnknownKind, Value};
use crate::programs::{Reading, Role};
use crate::repo::{Follow, Place};

/// Files that are no files: nothing is kept in them.
const DEVICES: [&str; 8] = [
    "/dev/null",
    "/dev/zero",
    "/dev/random",
    "/dev/urandom",
    "/dev/tty",
    "/dev/stdin",
    "/dev/stdout",
    "/dev/stderr",
];

/// Effects on paths that are looked up in one call.
const PATHS: usize = 4_000;
/// Paths that are kept as made by the line.
const MADE: usize = 200;

impl Walker<'_> {
    /// Adds an effect on a path, for each folder that the shell may be in.
    pub(super) fn path(
        &mut self,
        access: Access,
        field: &Field,
        follow: Follow,
        below: bool,
        by: &str,
        state: &State,
    ) {
        let reach = if below { Reach::Below } else { Reach::Itself };
        self.path_reaching(access, field, follow, reach, by, state);
    }

    pub(super) fn path_reaching(
        &mut self,
        access: Access,
        field: &Field,
        follow: Follow,
        reach: Reach,
        by: &str,
        state: &State,
    ) {
        if self.muted {
            return;
        }
        let mapped = if self.remote {
            let Some(mapped) = self.here(access, field, state) else {
                return;
            };
            Some(mapped)
        } else {
            None
        };
        let (field, state) = mapped
            .as_ref()
            .map_or((field, state), |(field, state)| (field, state));
        let (written, reach, begins) = match &field.value {
            Value::Known(text) if text.is_empty() || is_device(text) => return,
            Value::Known(text) => (text.as_str(), reach, None),
            Value::Starts(text) => {
                self.unknown(UnknownKind::Path(access), &field.shown(), Some(field.span));
                let Some((folder, name)) = beginning(text) else {
                    return;
                };
                // `rm -r folder/$x` with nothing in `x` takes the folder.
                let may_be_all =
                    access == Access::Delete && name.is_empty() && reach != Reach::Itself;
                (folder, Reach::Below, (!may_be_all).then_some(name))
            }
        };
        if self.effects.paths.len() >= PATHS {
            self.budget = 0;
            return self.too_many_steps(field.span);
        }
        for folder in &state.folders {
            let Some(absolute) = joined(folder.as_deref(), written) else {
                self.unknown(UnknownKind::Path(access), written, Some(field.span));
                continue;
            };
            if access == Access::Write && by != "the shell" && self.made.len() < MADE {
                self.made.push(absolute.trim_end_matches('/').to_owned());
            }
            for path in through_links(absolute, state) {
                let places = self.lookup.places(&path, follow);
                if access == Access::Write && matches!(by, "curl" | "wget") {
                    self.keep_file(File {
                        place: places.real.clone(),
                        text: None,
                    });
                }
                let (mut holds, is_whole) = match reach {
                    Reach::Below | Reach::Held => self.held(&places.real, access == Access::Delete),
                    Reach::Itself => (Arc::default(), true),
                };
                if let (Some(name), Place::Inside(folder)) = (begins, &places.real) {
                    holds = beginning_with(&holds, folder, name);
                }
                if reach == Reach::Held && access == Access::Write && !is_whole {
                    let kind = UnknownKind::Path(access);
                    self.unknown(kind, &field.shown(), Some(field.span));
                }
                self.effects.add_path(PathEffect {
                    access,
                    written: field.shown(),
                    places,
                    reach,
                    begins: begins.map(str::to_owned),
                    holds,
                    by: match &self.file {
                        Some(file) => format!("{by} (in {file})"),
                        None => by.to_owned(),
                    },
                    span: Some(field.span),
                });
            }
        }
    }

    /// Adds what lands in a folder: each source under its own name.
    pub(super) fn fill_folder(
        &mut self,
        started: &Started<'_>,
        reading: &Reading<'_>,
        folder: &Field,
        state: &State,
    ) {
        let by = started.name.as_str();
        let sources = pieces(
            started,
            reading,
            &[Role::Read, Role::Move, Role::LinkTarget],
        );
        let inside = folder
            .value
            .known()
            .map(|folder| folder.trim_end_matches('/'));
        let Some(inside) = inside.filter(|_| !sources.is_empty()) else {
            // Names that are not on the command line: whatever an archive holds.
            self.path(Access::Write, folder, Follow::All, true, by, state);
            return;
        };
        let sources = sources
            .into_iter()
            .flat_map(|source| match source.value.known() {
                // rsync copies what is in a folder that is written with a slash.
                Some(path) if by == "rsync" && path.ends_with('/') => {
                    self.entries_of(&source, state)
                }
                _ => vec![source],
            });
        let sources: Vec<Field> = sources.collect();
        for source in sources {
            let landed = Field {
                span: folder.span,
                ..source.map(|source| format!("{inside}/{}", base_name(source)))
            };
            self.path(
                Access::Write,
                &landed,
                Follow::All,
                reading.recursive,
                by,
                state,
            );
        }
    }

    /// Adds a link that is made, and remembers it: writing through it later writes what it leads to.
    pub(super) fn link(
        &mut self,
        started: &Started<'_>,
        reading: &Reading<'_>,
        link: &Field,
        state: &mut State,
    ) {
        let by = started.name.as_str();
        self.path(Access::Write, link, Follow::AllButLast, false, by, state);
        let (Some(link), [Some(folder)]) = (link.value.known(), state.folders.as_slice()) else {
            return;
        };
        let folder = folder.clone();
        let Some(path) = joined(Some(&folder), link) else {
            return;
        };
        let is_folder = std::path::Path::new(&path).is_dir();
        for target in pieces(started, reading, &[Role::LinkTarget]) {
            let Some(target) = target.value.known() else {
                continue;
            };
            let path = if is_folder {
                format!("{}/{}", path.trim_end_matches('/'), base_name(target))
            } else {
                path.clone()
            };
            // A symbolic link's text starts from the link's own folder, a hard link's from the shell's.
            let from = match path.rsplit_once('/') {
                Some((parent, _)) if reading.has("-s") => parent,
                _ => folder.as_str(),
            };
            if let Some(target) = joined(Some(from), target) {
                state.links.push((path, target));
            }
        }
    }

    /// A database is read; it is written unless all that is known to be asked of it only reads.
    pub(super) fn database(
        &mut self,
        started: &Started<'_>,
        reading: &Reading<'_>,
        field: &Field,
        state: &State,
    ) {
        let by = started.name.as_str();
        self.path(Access::Read, field, Follow::All, false, by, state);
        let asked = pieces(started, reading, &[Role::Sql]);
        if asked.is_empty() || !asked.iter().all(only_reads) {
            self.path(Access::Write, field, Follow::All, false, by, state);
        }
    }

    /// Reads what stands after a mark in a word: `@file`, `name=@file`, `HEAD:file`.
    pub(super) fn marked(&mut self, field: &Field, marks: &[&str], by: &str, state: &State) {
        let field = field.map(|text| {
            let path = marks
                .iter()
                .find_map(|mark| text.split_once(mark).map(|(_, path)| path));
            path.filter(|path| *path != "-")
                .unwrap_or_default()
                .to_owned()
        });
        if !field.value.start().is_empty() {
            self.path(Access::Read, &field, Follow::All, false, by, state);
        }
    }
}

/// Splits the known beginning of a path into the folder that the path lies in, and the beginning of a name in it.
fn beginning(text: &str) -> Option<(&str, &str)> {
    let (folder, name) = match text.rsplit_once('/') {
        Some(("", name)) => ("/", name),
        Some(parts) => parts,
        None if text.is_empty() => return None,
        None => (".", text),
    };
    // `.$x` may be the folder above.
    let name = if matches!(name, "." | "..") { "" } else { name };
    Some((folder, name))
}

/// Returns the files that lie in a folder under names with a beginning.
fn beginning_with(files: &Arc<[String]>, folder: &str, name: &str) -> Arc<[String]> {
    if name.is_empty() {
        return Arc::clone(files);
    }
    let skip = if folder.is_empty() {
        0
    } else {
        folder.len() + 1
    };
    let kept = files.iter().filter(|file| {
        let rest = file.get(skip..);
        rest.is_some_and(|rest| rest.starts_with(name))
    });
    kept.cloned().collect()
}

fn only_reads(field: &Field) -> bool {
    const READERS: [&str; 5] = ["select", "explain", "pragma", ".schema", ".tables"];
    let text = field.value.start().trim_start().to_lowercase();
    READERS.iter().any(|word| text.starts_with(word))
}

/// Follows the links that the line made before, as often as one leads to another.
fn through_links(path: String, state: &State) -> Vec<String> {
    let mut paths = vec![path];
    for (link, target) in state.links.iter().rev() {
        let last = paths.last().cloned().unwrap_or_default();
        let rest = last.strip_prefix(link.as_str());
        if let Some(rest) = rest.filter(|rest| rest.is_empty() || rest.starts_with('/')) {
            paths.push(format!("{target}{rest}"));
        }
    }
    paths
}

fn is_device(path: &str) -> bool {
    DEVICES.contains(&path) || path.starts_with("/dev/fd/")
}
