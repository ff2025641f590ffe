//! Programs: what the table of programs says about a command's words becomes effects, and what it starts is walked on.
//!
//! A command may have several readings, where an option is not listed; each of them counts.

use super::Walker;
use super::fields::Field;
use super::look::Sieve;
use super::price::price;
use super::showing;
use super::simple::joined;
use super::stages::Input;
use super::state::{Folder, State};
use crate::call::Access;
use crate::effects::{Environment, Reach, Span, UnknownKind, Value};
use crate::programs::reading::{At, Part, PartKind};
use crate::programs::table::Program;
use crate::programs::{self, Reading, Role};
use crate::repo::Follow;

/// One program with its words, while it is looked at.
pub(super) struct Started<'f> {
    pub(super) name: String,
    pub(super) fields: &'f [Field],
    pub(super) input: &'f Input,
    pub(super) span: Span,
    /// Whether this reading rests on a guess about an option.
    pub(super) is_doubtful: bool,
    /// Whether its script file is walked elsewhere.
    pub(super) is_sourcing: bool,
    /// What `find` acts on.
    pub(super) found: Input,
    /// Its place among the invocations.
    pub(super) index: usize,
}

impl Walker<'_> {
    /// Judges a program and what it starts.
    pub(super) fn program(
        &mut self,
        first: &Field,
        rest: &[Field],
        input: &Input,
        span: Span,
        state: &mut State,
    ) {
        if self.muted {
            return;
        }
        let is_typed = std::mem::take(&mut self.is_typed);
        let is_sourcing = std::mem::take(&mut self.is_sourcing);
        let Some(budget) = self.budget.checked_sub(price(rest, state)) else {
            self.budget = 0;
            return self.too_many_steps(span);
        };
        self.budget = budget;
        let name = first.value.known().map(base_name).map(unversioned);
        let index = self.effects.commands.len();
        let mut invocation = self.invocation(name, rest, span);
        invocation.environment = Environment {
            given: self.given.clone(),
            shell: state.exported.clone(),
        };
        self.resolve(&mut invocation, rest, state);
        if is_typed {
            invocation.typed = self.typed(first, state);
        }
        self.effects.commands.push(invocation);
        let Some(name) = name else {
            self.unknown(UnknownKind::OpaqueCode, &first.shown(), Some(span));
            return;
        };
        let fields = self.all_globbed(rest, state);
        let found = match name {
            "find" | "gfind" | "bfs" => {
                let words: Vec<&str> = fields.iter().map(|field| field.value.start()).collect();
                self.found(&words, state)
            }
            _ => Input::Unknown,
        };
        self.windows_shell(index, input, state);
        self.script_of_line(first, rest, span, state);
        self.keep_copies(name, &fields, input, state);
        let mut started = Started {
            name: name.to_owned(),
            fields: &fields,
            input,
            span,
            found,
            is_doubtful: false,
            is_sourcing,
            index,
        };
        let mut has_words = false;
        for entry in self.programs.entries(name) {
            has_words |= entry.is_some_and(has_subcommands);
            started.is_doubtful = false;
            for reading in &programs::read(entry, &fields) {
                self.reading(&started, reading, state);
                started.is_doubtful = true;
            }
        }
        self.run_on_found(&started, state);
        self.run_copy(first, rest, input, span, state);
        if has_words && let Some(shorter) = super::simple::without_unknown(rest) {
            self.program(first, &shorter, input, span, state);
        }
        for words in self.programs.other_words(name) {
            let words = words.iter().map(|word| Field::known(word, span));
            let words: Vec<Field> = words.chain(fields.iter().cloned()).collect();
            self.deeper(&started, &words, state);
        }
    }

    /// Adds the effects of one reading of a command's words.
    fn reading(&mut self, started: &Started<'_>, reading: &Reading<'_>, state: &mut State) {
        let words = started.fields;
        self.sieve = Sieve::of(&started.name, reading, &mut self.entries, |at| {
            at.text(words).to_owned()
        });
        // Most programs work where they are started: no state is copied for those.
        let moves = reading.parts.iter().any(|part| part.role == Role::Folder);
        let folders = if moves {
            folders_of(reading, words, state)
        } else {
            Vec::new()
        };
        let last = folders.len().saturating_sub(1);
        let inside_at = |count: usize, state: &State| {
            let mut inside = state.clone();
            if let Some(folders) = folders.get(count.min(last)) {
                inside.folders.clone_from(folders);
            }
            inside
        };
        let here = reading
            .here
            .filter(|role| {
                let elsewhere = moves.then(|| inside_at(last, state));
                !self.is_brought(*role, started, reading, elsewhere.as_ref().unwrap_or(state))
            })
            .map(|role| (role, Field::known(".", started.span), last, false));
        let only_shows = showing::only_shows(started, reading);
        let parts = reading.parts.iter().map(|part| {
            (
                part.role,
                piece(started, part.at),
                part.folders,
                is_value(part),
            )
        });
        for (role, field, count, is_value) in parts.chain(here) {
            let role = match role {
                // A file of that name cannot be: what is written lies in the folder.
                Role::Write if is_value && is_present_folder(&field, state) => Role::Output,
                Role::Edit if only_shows => Role::Read,
                role => role,
            };
            if !moves && is_access(role) {
                self.part(started, reading, role, &field, state);
                continue;
            }
            let mut inside = inside_at(count, state);
            self.part(started, reading, role, &field, &mut inside);
        }
        let elsewhere = moves.then(|| inside_at(last, state));
        let outer = self.given.len();
        for field in pieces(started, reading, &[Role::Assignment]) {
            self.given.extend(assigned(&field.value));
        }
        for command in &reading.commands {
            self.command_in(
                started,
                reading,
                command,
                elsewhere.as_ref().unwrap_or(state),
            );
        }
        self.given.truncate(outer);
        let unnamed = match started.name.as_str() {
            "split" | "gsplit" => Some("xaa"),
            "csplit" | "gcsplit" => Some("xx00"),
            _ => None,
        };
        if let Some(name) = unnamed
            && pieces(started, reading, &[Role::Write]).is_empty()
        {
            let first = Field::known(name, started.span);
            self.path(
                Access::Write,
                &first,
                Follow::All,
                false,
                &started.name,
                state,
            );
        }
        self.usual_outputs(started, reading, elsewhere.as_ref().unwrap_or(state));
        self.usual_edits(started, reading, elsewhere.as_ref().unwrap_or(state));
        self.made_files(started, reading, elsewhere.as_ref().unwrap_or(state));
        self.behind_dashes(started, reading, elsewhere.as_ref().unwrap_or(state));
        self.unpack_library(started, elsewhere.as_ref().unwrap_or(state));
        self.setting_words(started, reading, state);
        self.settings_given(started, reading, state);
        self.bind(started, reading, state);
        self.downloaded(started, reading, elsewhere.as_ref().unwrap_or(state));
        self.startup_file(started, reading, state);
        self.stdin(started, reading, state);
        self.script_file(started, reading, state);
        self.package_script(started, reading, elsewhere.as_ref().unwrap_or(state));
        self.recipe(started, reading, elsewhere.as_ref().unwrap_or(state));
    }

    /// Adds what lands in the folder without being named; `false` where something else is done to the folder.
    fn is_brought(
        &mut self,
        role: Role,
        started: &Started<'_>,
        reading: &Reading<'_>,
        state: &State,
    ) -> bool {
        match role {
            Role::Edit => return self.patch(started, reading, state),
            Role::Somewhere => self.somewhere(started, reading, state),
            Role::WriteInto => self.unpack(started, reading, state),
            _ => return false,
        }
        true
    }

    /// Adds what one word means to its program.
    fn part(
        &mut self,
        started: &Started<'_>,
        reading: &Reading<'_>,
        role: Role,
        field: &Field,
        state: &mut State,
    ) {
        // What a patch names is not known; below the root of the repository it stays in its folder.
        let is_here = field.value.known() == Some(".") && matches!(role, Role::Edit);
        let below = reading.recursive || (is_here && self.is_subfolder(state));
        let by = started.name.as_str();
        let spec = (by == "git" && is_access(role))
            .then(|| super::pathspecs::meant(field, self.repository.root()));
        let field = spec.as_deref().unwrap_or(field);
        if role == Role::Delete && started.found != Input::Unknown {
            return self.delete_found(started, state);
        }
        let home = self.repository.home();
        let mut touch = |access, follow, below| {
            self.path(access, field, follow, below, by, state);
        };
        match role {
            Role::Read if is_own_key(started, field, home) => {}
            Role::Read | Role::ScriptFile => touch(Access::Read, Follow::All, below),
            Role::Argument if looks_like_path(field) => touch(Access::Read, Follow::All, false),
            Role::Edit if below && by != "git" => {
                for access in [Access::Read, Access::Write] {
                    self.path_reaching(access, field, Follow::All, Reach::Held, by, state);
                }
            }
            Role::Edit => {
                touch(Access::Read, Follow::All, below);
                touch(Access::Write, Follow::All, below);
            }
            Role::Delete => touch(Access::Delete, Follow::AllButLast, below),
            Role::Move => {
                touch(Access::Read, Follow::All, true);
                touch(Access::Delete, Follow::AllButLast, true);
                self.unpacked(started, field, state);
            }
            Role::Mirror => {
                touch(Access::Write, Follow::All, true);
                touch(Access::Delete, Follow::All, true);
            }
            Role::WriteInto => self.fill_folder(started, reading, field, state),
            Role::Output => self.written(field, by, state),
            Role::Target if is_folder(field, state) => {
                self.fill_folder(started, reading, field, state);
            }
            Role::Write | Role::Target => touch(Access::Write, Follow::All, below),
            Role::Link => self.link(started, reading, field, state),
            Role::Database => self.database(started, reading, field, state),
            Role::ReadAt => self.marked(field, &["@"], by, state),
            Role::ReadForm => self.marked(field, &["=@", "=<"], by, state),
            Role::RevisionPath => self.revision(reading, field, by, state),
            // What is typed into a window.
            Role::Script if started.name == "screen" => {
                let typed = field.value.start().replace("^M", "\n").replace("\\n", "\n");
                let typed = Field::known(&typed, field.span);
                self.script_with(started, reading, &typed, state);
            }
            Role::Script => self.script_with(started, reading, field, state),
            Role::Setting => self.setting_text(started, reading, field, state),
            Role::Mount => self.mount(field, by, state),
            Role::RemoteScript => {
                self.far_away(|walker| walker.script_text(started, field, state));
            }
            Role::Sql => self.sql(started, field, state),
            Role::Code => self.code(started, reading, field, state),
            Role::Patch => self.patch_text(started, field, state),
            _ => {}
        }
    }

    pub(super) fn is_subfolder(&self, state: &State) -> bool {
        let root = self.repository.root();
        state
            .folders
            .iter()
            .flatten()
            .all(|folder| !root.starts_with(folder))
    }

    fn delete_found(&mut self, started: &Started<'_>, state: &State) {
        for field in values_of(&started.found, started.span) {
            let below = field.value.known().is_none();
            self.path(
                Access::Delete,
                &field,
                Follow::AllButLast,
                below,
                &started.name,
                state,
            );
        }
    }

    /// Unpacking leaves a file under the archive's name without its ending.
    fn unpacked(&mut self, started: &Started<'_>, field: &Field, state: &State) {
        let stem = field.value.known().and_then(|text| text.rsplit_once('.'));
        if let Some((stem, "gz" | "bz2" | "xz" | "zst" | "lz" | "lzma" | "Z" | "lz4" | "br")) = stem
            && started.name != "mv"
        {
            let stem = field.map(|_| stem.to_owned());
            self.path(
                Access::Write,
                &stem,
                Follow::All,
                false,
                &started.name,
                state,
            );
        }
    }
}

/// `ssh -i ~/.ssh/key host`: ssh uses the keys that lie there in any case, and shows them to nobody.
fn is_own_key(started: &Started<'_>, field: &Field, home: Option<&str>) -> bool {
    let names = ["ssh", "scp", "slogin", "autossh", "ssh-copy-id"];
    let is_below = |path: &str| {
        let in_home = home.and_then(|home| path.strip_prefix(home));
        in_home.is_some_and(|rest| rest.starts_with("/.ssh/")) && !path.contains("/../")
    };
    let path = field
        .value
        .known()
        .filter(|_| names.contains(&started.name.as_str()));
    path.is_some_and(is_below)
        && started.fields.windows(2).any(|pair| {
            matches!(pair, [option, word]
                if option.value.known() == Some("-i") && word.span == field.span)
        })
}

/// Whether a program does what its first words say: words that are not known may be none, and the next one says it.
fn has_subcommands(entry: &Program) -> bool {
    !entry.subcommands.is_empty() || entry.language == Some("shell")
}

/// Returns the variable that a word such as `NAME=value` sets.
pub(super) fn assigned(word: &Value) -> Option<(String, Vec<Value>)> {
    let (name, value) = word.start().split_once('=')?;
    let value = match word {
        Value::Known(_) => Value::Known(value.to_owned()),
        Value::Starts(_) => Value::Starts(value.to_owned()),
    };
    Some((name.to_owned(), vec![value]))
}

impl programs::Word for Field {
    fn start(&self) -> &str {
        self.value.start()
    }

    fn is_whole(&self) -> bool {
        self.value.known().is_some()
    }
}

/// A program's name without the version that `npx` and its like may be told, `prettier@3`, and without what it is packed in:
/// `./composer.phar`.
fn unversioned(name: &str) -> &str {
    let name = name.strip_suffix(".phar").unwrap_or(name);
    match name.split_once('@') {
        Some((bare, _)) if !bare.is_empty() => bare,
        _ => name,
    }
}

/// Whether a role only touches a path: the shell's state stays as it is.
fn is_access(role: Role) -> bool {
    matches!(
        role,
        Role::Plain | Role::Read | Role::Edit | Role::Delete | Role::Write | Role::Argument
    )
}

/// Returns the folders that a command works in after none, one, two … of its `folder` options.
fn folders_of(reading: &Reading<'_>, words: &[Field], state: &State) -> Vec<Vec<Folder>> {
    let mut all = vec![state.folders.clone()];
    let mut present = state.folders.clone();
    for part in reading
        .parts
        .iter()
        .filter(|part| part.role == Role::Folder)
    {
        let word = words.get(part.at.word);
        let is_whole = word.is_some_and(|word| word.value.known().is_some());
        let path = part.at.text(words);
        for folder in &mut present {
            *folder = joined(folder.as_deref(), path).filter(|_| is_whole);
        }
        all.push(present.clone());
    }
    all
}

/// Returns the field, or the part of it, that stands at a place.
pub(super) fn piece(started: &Started<'_>, at: At) -> Field {
    let Some(field) = started.fields.get(at.word) else {
        return Field::known("", started.span);
    };
    field.map(|text| {
        let end = at.to.unwrap_or(text.len());
        text.get(at.from..end).unwrap_or_default().to_owned()
    })
}

/// Returns the pieces of a reading that have one of these roles.
pub(super) fn pieces(started: &Started<'_>, reading: &Reading<'_>, roles: &[Role]) -> Vec<Field> {
    let parts = reading
        .parts
        .iter()
        .filter(|part| roles.contains(&part.role));
    parts.map(|part| piece(started, part.at)).collect()
}

/// A word for a program that the table does not know: a path if it is written like one.
fn looks_like_path(field: &Field) -> bool {
    let text = field.value.start();
    !text.starts_with('-') && (text.contains('/') || text.contains('.'))
}

fn is_value(part: &Part) -> bool {
    part.kind == PartKind::OptionValue
}

fn is_present_folder(field: &Field, state: &State) -> bool {
    field.value.known().is_some_and(|text| !text.is_empty()) && is_folder(field, state)
}

/// Whether a path is a folder, or may be one.
pub(super) fn is_folder(field: &Field, state: &State) -> bool {
    let Some(text) = field.value.known() else {
        return true;
    };
    let mut paths = state
        .folders
        .iter()
        .map(|folder| joined(folder.as_deref(), text));
    text.ends_with('/')
        || paths.any(|path| path.is_some_and(|path| std::path::Path::new(&path).is_dir()))
}

/// Returns the lines of an output as fields.
pub(super) fn values_of(input: &Input, span: Span) -> Vec<Field> {
    match input {
        Input::Known(text) => text.lines().map(|line| Field::known(line, span)).collect(),
        Input::Begins(starts) => {
            let unknown = Field::unknown(span);
            starts.iter().map(|start| unknown.starting(start)).collect()
        }
        Input::Inherited | Input::File(_) | Input::Unknown => vec![Field::unknown(span)],
    }
}

pub(super) fn base_name(path: &str) -> &str {
    path.trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or(path)
}
