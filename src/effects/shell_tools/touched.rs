//! Paths that a program touches: where they are, and what lands where.

use std::sync::Arc;

use super::Walker;
use super::fields::Field;
use super::program::{Started, base_name, piece, pieces};
use super::simple::joined;
use super::stages::File;
use super::state::State;
use crate::call::Access;
use crate::effects::{PathEffect, Reach, Span, UnknownKind, Value};
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
/// Words of a command that are looked at for one folder that it fills, for the price of a step.
const LANDED: usize = 2;
/// Links of a line that are followed.
const LINKS: usize = 64;
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
            for path in through_links(absolute, &self.links) {
                let places = self.lookup.places(&path, follow);
                if access == Access::Write
                    && matches!(by, "curl" | "wget" | "aria2c" | "certutil" | "bitsadmin")
                {
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
        // Each folder gets all of them.
        self.budget = self.budget.saturating_sub(reading.parts.len() / LANDED);
        if self.budget == 0 {
            return self.too_many_steps(folder.span);
        }
        let sources = pieces(
            started,
            reading,
            &[Role::Read, Role::Move, Role::LinkTarget],
        );
        let inside = folder
            .value
            .known()
            .map(|folder| folder.trim_end_matches('/'));
        let far = pieces(started, reading, &[Role::Remote]);
        if let (Some(inside), true, false) = (inside, sources.is_empty(), far.is_empty()) {
            return self.fetched_into(inside, folder, &far, started, reading.recursive, state);
        }
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

    /// Adds what comes from another machine into a folder, under its own name there. What lies in a folder that is fetched as
    /// a whole is not known.
    fn fetched_into(
        &mut self,
        inside: &str,
        folder: &Field,
        far: &[Field],
        started: &Started<'_>,
        recursive: bool,
        state: &State,
    ) {
        let by = started.name.as_str();
        let is_content = |path: &str| path.ends_with('/') || by == "aws" || by == "gsutil";
        for source in far {
            let name = source
                .value
                .known()
                .filter(|path| !(recursive && is_content(path)));
            let name = name.map(|path| base_name(path.rsplit(':').next().unwrap_or(path)));
            let Some(name) = name.filter(|name| !name.is_empty() && *name != "*") else {
                self.unknown(
                    UnknownKind::Path(Access::Write),
                    &started.name,
                    Some(folder.span),
                );
                let landed = folder.map(|_| format!("{inside}/…"));
                self.path(Access::Write, &landed, Follow::All, false, by, state);
                continue;
            };
            let landed = folder.map(|_| format!("{inside}/{name}"));
            self.path(Access::Write, &landed, Follow::All, recursive, by, state);
        }
    }

    /// `wget URL`, `curl -O URL`: a file under the last name of the address.
    pub(super) fn downloaded(
        &mut self,
        started: &Started<'_>,
        reading: &Reading<'_>,
        state: &State,
    ) {
        let is_named = match started.name.as_str() {
            "wget" | "wget2" => !reading.has("-O") && !reading.has("--spider"),
            "curl" => reading.has("-O") || reading.has("--remote-name-all"),
            _ => false,
        };
        if !is_named || self.remote {
            return;
        }
        let folders = pieces(started, reading, &[Role::WriteInto]);
        let folder = folders.last().and_then(|field| field.value.known());
        for address in reading.operands().map(|part| piece(started, part.at)) {
            let bare = address.value.known().unwrap_or_default();
            let bare = bare.split(['?', '#']).next().unwrap_or_default();
            let bare = bare.split_once("://").map_or(bare, |(_, rest)| rest);
            let Some((_, name)) = bare.rsplit_once('/').filter(|(_, name)| !name.is_empty()) else {
                continue;
            };
            let path = folder.map_or(name.to_owned(), |folder| format!("{folder}/{name}"));
            let landed = address.map(|_| path.clone());
            self.path(
                Access::Write,
                &landed,
                Follow::All,
                false,
                &started.name,
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
        let link_span = link.span;
        let (Some(link), [Some(folder)]) = (link.value.known(), state.folders.as_slice()) else {
            return;
        };
        let folder = folder.clone();
        let Some(path) = joined(Some(&folder), link) else {
            return;
        };
        let is_folder = std::path::Path::new(&path).is_dir();
        let is_symbolic = reading.has("-s") && !reading.has("-r");
        for part in &reading.parts {
            let field = piece(started, part.at);
            let Some(target) = field
                .value
                .known()
                .filter(|_| part.role == Role::LinkTarget)
            else {
                continue;
            };
            let path = if is_folder {
                format!("{}/{}", path.trim_end_matches('/'), base_name(target))
            } else {
                path.clone()
            };
            // A symbolic link's text starts from the link's own folder, a hard link's from the shell's.
            let from = match path.rsplit_once('/') {
                Some((parent, _)) if is_symbolic => parent,
                _ => folder.as_str(),
            };
            if let Some(target) = joined(Some(from), target) {
                if is_symbolic && !started.is_doubtful {
                    self.lead(started, part.at.word, &target);
                }
                self.keep_link(path, target, link_span);
            }
        }
    }

    /// Says where a word of a command leads, which its program does not read from the shell's folder.
    fn lead(&mut self, started: &Started<'_>, at: usize, path: &str) {
        let Some(command) = self.effects.commands.get_mut(started.index) else {
            return;
        };
        let is_same = command.words.len() == started.fields.len();
        if let Some(word) = command
            .words
            .get_mut(at)
            .filter(|word| is_same && word.places.is_some())
        {
            word.places = Some(self.lookup.places(path, Follow::AllButLast));
        }
    }

    /// Remembers a link. Of too many, none could be followed in time.
    fn keep_link(&mut self, path: String, target: String, span: Span) {
        let link = (path, target);
        if self.remote || self.links.contains(&link) {
            return;
        }
        if self.links.len() < LINKS {
            self.links.push(link);
        } else {
            self.too_many_steps(span);
        }
    }

    /// `mount --bind folder place`, `bindfs folder place`: what is done in the place is done in the folder.
    pub(super) fn bind(&mut self, started: &Started<'_>, reading: &Reading<'_>, state: &State) {
        let is_own = started.name == "bindfs";
        if started.name != "mount" && !is_own {
            return;
        }
        let is_bind = |field: &Field| {
            let text = field.value.start();
            let (_, text) = text.split_once('=').unwrap_or(("", text));
            text.split(',')
                .any(|word| matches!(word, "bind" | "rbind" | "move"))
        };
        let binds = ["-B", "-R", "-M"].iter().any(|option| reading.has(option));
        if !is_own && !binds && !started.fields.iter().any(is_bind) {
            return;
        }
        let operands: Vec<Field> = reading
            .operands()
            .map(|part| piece(started, part.at))
            .collect();
        let ([from, to], [Some(folder)]) = (operands.as_slice(), state.folders.as_slice()) else {
            return;
        };
        let absolute = |field: &Field| joined(Some(folder), field.value.known()?);
        if let Some((from, to)) = absolute(from).zip(absolute(to)) {
            let to = to.trim_end_matches('/').to_owned();
            self.keep_link(to, from.trim_end_matches('/').to_owned(), started.span);
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

    /// A file whose changes are shown: `git diff file`. What is no file is a revision.
    pub(super) fn revision(
        &mut self,
        reading: &Reading<'_>,
        field: &Field,
        by: &str,
        state: &State,
    ) {
        let shows = match reading.subcommand.as_slice() {
            ["diff" | "difftool" | "show"] => true,
            ["log"] => ["-p", "-U", "--cc", "--word-diff"]
                .iter()
                .any(|option| reading.has(option)),
            _ => false,
        };
        let is_file = |path: &str| {
            let mut paths = state
                .folders
                .iter()
                .map(|folder| joined(folder.as_deref(), path));
            paths.any(|path| path.is_some_and(|path| std::path::Path::new(&path).is_file()))
        };
        if shows && field.value.known().is_some_and(is_file) {
            self.path(Access::Read, field, Follow::All, false, by, state);
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
fn through_links(path: String, links: &[(String, String)]) -> Vec<String> {
    let mut paths = vec![path];
    for (link, target) in links.iter().rev() {
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
