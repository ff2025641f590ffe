//! Script files that an interpreter is given, on its command line or as its input.

use super::Walker;
use super::code;
use super::fields::Field;
use super::origin::Origin;
use super::program::{Started, base_name, piece};
use super::scripts::Stored;
use super::stages::Input;
use super::starts::{arguments, words_of_code};
use super::state::State;
use crate::effects::{Invocation, UnknownKind};
use crate::programs::{self, Reading, Role};

impl Walker<'_> {
    /// A script that an interpreter runs is a program of its own: `python3 deploy.py production` runs `deploy.py`.
    pub(super) fn script_file(
        &mut self,
        started: &Started<'_>,
        reading: &Reading<'_>,
        state: &State,
    ) {
        let script = reading
            .parts
            .iter()
            .find(|part| part.role == Role::ScriptFile);
        let Some(script) = script else {
            return;
        };
        let field = piece(started, script.at);
        let Some(path) = field.value.known() else {
            self.unknown(UnknownKind::OpaqueCode, &field.shown(), Some(started.span));
            return;
        };
        if !started.is_sourcing {
            self.script_text_of(started, reading, path, state);
        }
        let words = started.fields.get(script.at.word + 1..).unwrap_or_default();
        let name = program_of(path, reading.language);
        // `python manage.py dbshell`, `php artisan migrate`: the table knows what its words mean.
        // `go run .` names a folder.
        let is_own = (name.contains('.') && name != ".")
            || matches!(started.name.as_str(), "php" | "ruby")
            || (started.name == "go" && is_fetched(path))
            || is_for_programs(path)
            || path.contains("node_modules/");
        if is_own && programs::find(name).is_some() {
            let program = Field::known(name, started.span);
            let words: Vec<Field> = std::iter::once(program)
                .chain(words.iter().cloned())
                .collect();
            return self.deeper(started, &words, state);
        }
        // `. ~/.cargo/env` reads a file that only has the name of a program.
        if started.is_sourcing && programs::find(name).is_some() {
            return;
        }
        let mut run: Option<Invocation> = None;
        self.under(&started.name, |walker| {
            run = Some(walker.invocation(Some(name), words, started.span));
        });
        if let Some(run) = run.filter(|run| !self.is_noted(run)) {
            self.effects.commands.push(run);
        }
    }

    /// Whether a command is among those found, typed by its own name or through its interpreter.
    fn is_noted(&self, run: &Invocation) -> bool {
        let is_same = |known: &Invocation| {
            known.span == run.span
                && known.program == run.program
                && known.words.len() == run.words.len()
                && known
                    .words
                    .iter()
                    .zip(&run.words)
                    .all(|(one, other)| one.value == other.value)
        };
        self.effects.commands.iter().any(is_same)
    }

    /// Looks into a script file, as the line left it or as it is on the disk.
    fn script_text_of(
        &mut self,
        started: &Started<'_>,
        reading: &Reading<'_>,
        path: &str,
        state: &State,
    ) {
        let outer = std::mem::replace(&mut self.input, started.input.clone());
        let content = self.content(path, state);
        self.input = outer;
        match content {
            Some(Input::Known(text)) => self.content_of(started, reading, &text, state),
            Some(_) => self.unknown(UnknownKind::OpaqueCode, path, Some(started.span)),
            None => self.script_on_disk(started, reading, path, state),
        }
    }

    fn script_on_disk(
        &mut self,
        started: &Started<'_>,
        reading: &Reading<'_>,
        path: &str,
        state: &State,
    ) {
        let is_shell = reading.language == Some("shell");
        // `bash -n` only reads it.
        if self.remote || (is_shell && reading.has("-n")) {
            return;
        }
        let (files, is_sure) = self.stored(path, state);
        let is_read = is_shell || reading.language == Some("sql");
        if !is_sure || !is_read {
            self.unknown(UnknownKind::Script, path, Some(started.span));
        }
        for file in &files {
            self.stored_script(started, reading, file, path, state);
        }
    }

    fn stored_script(
        &mut self,
        started: &Started<'_>,
        reading: &Reading<'_>,
        file: &Stored,
        name: &str,
        state: &State,
    ) {
        match reading.language {
            Some("shell") => {
                let outer = std::mem::replace(&mut self.input, started.input.clone());
                let words = arguments(started, reading);
                self.run_stored(file, name, words, started.span, state);
                self.input = outer;
            }
            Some("sql") => self.sql(started, &Field::known(&file.text, started.span), state),
            _ => self.code_on_disk(started, reading, file, state),
        }
    }

    /// `bash < x.sh`, `psql < x.sql`.
    pub(super) fn file_as_input(
        &mut self,
        started: &Started<'_>,
        reading: &Reading<'_>,
        role: Role,
        path: &str,
        state: &State,
    ) {
        let text = if matches!(
            role,
            Role::Script | Role::RemoteScript | Role::Code | Role::Sql
        ) {
            self.text_at(path)
        } else {
            return;
        };
        let Some(text) = text else {
            // Nobody hands a program to a shell in this way but to keep it from being seen.
            let kind = if role == Role::Sql {
                UnknownKind::Script
            } else {
                UnknownKind::OpaqueCode
            };
            let written = format!("{} < {path}", started.name);
            return self.unknown(kind, &written, Some(started.span));
        };
        let file = Stored {
            path: path.to_owned(),
            text,
        };
        match role {
            Role::RemoteScript => self.far_away(|walker| {
                walker.run_stored(&file, path, Vec::new(), started.span, state);
            }),
            Role::Sql => self.sql(started, &Field::known(&file.text, started.span), state),
            _ => {
                if role == Role::Code {
                    self.unknown(UnknownKind::Script, path, Some(started.span));
                }
                self.stored_script(started, reading, &file, path, state);
            }
        }
    }

    fn code_on_disk(
        &mut self,
        started: &Started<'_>,
        reading: &Reading<'_>,
        file: &Stored,
        state: &State,
    ) {
        let language = reading.language.unwrap_or_default();
        let words = words_of_code(started, reading);
        let found = code::look_at_file(language, &file.text, &words);
        self.within(&file.path, |walker| {
            walker.code_found(started, found, &Origin::unseen(started.span), state);
        });
    }

    /// Looks into a script file that the line wrote itself.
    pub(super) fn content_of(
        &mut self,
        started: &Started<'_>,
        reading: &Reading<'_>,
        text: &str,
        state: &State,
    ) {
        let field = Field::known(text, started.span);
        if reading.language == Some("shell") {
            self.script_with(started, reading, &field, state);
        } else if reading.language == Some("sql") {
            self.sql(started, &field, state);
        } else {
            self.code(started, reading, &field, state);
        }
    }
}

/// Whether a file lies where installed programs do: `node node_modules/.bin/prisma`, `python .venv/bin/alembic`. What
/// `bin/install` is in a repository is its own affair.
fn is_for_programs(path: &str) -> bool {
    let mut folders = path.rsplit('/').skip(1);
    match folders.next() {
        Some(".bin" | "Scripts") => true,
        Some("bin") => folders.next().is_some_and(|folder| folder != "."),
        _ => false,
    }
}

/// Whether a Go package is one of others, as its first name says: `example.com/x/cmd/y`, and not `./cmd/y`.
fn is_fetched(path: &str) -> bool {
    let host = path.split_once('/').map_or("", |(host, _)| host);
    !host.starts_with('.') && host.contains('.')
}

/// Returns the name of the program that a script is: `composer` of `composer.phar`, `prisma` of
/// `node_modules/prisma/build/index.js`, `stringer` of the Go package `golang.org/x/tools/cmd/stringer@latest`, `goreleaser`
/// of `github.com/goreleaser/goreleaser/v2`.
fn program_of<'p>(path: &'p str, language: Option<&str>) -> &'p str {
    let name = base_name(path);
    if language != Some("go") {
        let package = path
            .rsplit_once("node_modules/")
            .map(|(_, package)| package);
        if let Some(package) = package.filter(|_| !is_for_programs(path)) {
            let mut names = package.split('/');
            let is_name = |name: &&str| !name.starts_with('@');
            return names.find(is_name).unwrap_or(name);
        }
        let endings = [".js", ".mjs", ".cjs"];
        let bare = endings.iter().find_map(|ending| name.strip_suffix(ending));
        let bare = bare.filter(|_| is_for_programs(path));
        return name.strip_suffix(".phar").or(bare).unwrap_or(name);
    }
    let path = path.split_once('@').map_or(path, |(package, _)| package);
    let is_version = |name: &str| {
        let number = name.strip_prefix('v').unwrap_or_default();
        !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit())
    };
    let mut names = path.trim_end_matches('/').rsplit('/');
    names.find(|name| !is_version(name)).unwrap_or(name)
}
