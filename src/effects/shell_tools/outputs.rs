//! What programs write by habits that many share: the value of an option that everybody calls the output, and files that
//! one program hands to the next: `git diff HEAD~1 -- folder | git apply -R`, `tar c folder | tar x`.

use std::collections::BTreeMap;

use super::Walker;
use super::fields::Field;
use super::program::{Started, piece};
use super::state::State;
use crate::call::Access;
use crate::effects::{Argument, Reach, Span, Value};
use crate::programs::{Reading, Role};
use crate::repo::Follow;
use crate::shell::Command;

mod named;

use named::{EDITING, EDITING_WORDS, TRYING, is_formatter, is_output, output_of, place_in};

/// Options of builders with which nothing is built.
const TRIED: [&str; 5] = ["-n", "-q", "-p", "-v", "-t"];
/// Variables of makefiles whose value is run. A single word is a program that says nothing of files.
const RUN_BY_RECIPES: [&str; 9] = [
    "SHELL", "CC", "CXX", "LD", "AR", "RM", "CP", "MV", "INSTALL",
];
/// Folders above the current one in which a package manager's files are looked for.
const ABOVE: usize = 16;
/// Commands before one that applies a patch, among which the one that saved it is looked for.
const BEFORE: usize = 16;

impl Walker<'_> {
    /// Adds what options write that the table does not know.
    pub(super) fn usual_outputs(
        &mut self,
        started: &Started<'_>,
        reading: &Reading<'_>,
        state: &State,
    ) {
        // Who describes a program says all of its options.
        if started.is_doubtful || self.programs.knows(&started.name) {
            return;
        }
        let options = reading.options.iter();
        let unlisted = options.filter(|option| !option.is_listed());
        // Words for a script are options of its own.
        let behind = reading
            .operands()
            .filter(|part| part.role == Role::Argument && part.at.from == 0);
        let mut words: Vec<usize> = unlisted
            .map(|option| option.word)
            .chain(behind.map(|part| part.at.word))
            .collect();
        words.dedup();
        for word in words {
            if let Some(value) = output_of(started, word) {
                self.written(&value, &started.name, state);
            }
        }
    }

    /// Adds what is changed in place by programs that the table does not know: `tool --fix folder`, `tool fmt folder`. What
    /// they make of the current folder is left to them.
    pub(super) fn usual_edits(
        &mut self,
        started: &Started<'_>,
        reading: &Reading<'_>,
        state: &State,
    ) {
        if self.programs.knows(&started.name) {
            return;
        }
        let text = |word: usize| {
            let field = started.fields.get(word);
            field.map_or("", |field| field.value.start())
        };
        let unlisted = || {
            let options = reading.options.iter();
            options.filter(|option| !option.is_listed())
        };
        let arguments = || {
            let operands = reading.operands();
            operands.filter(|part| part.role == Role::Argument)
        };
        let is_formatter = || is_formatter(&started.name);
        let is_told = unlisted().any(|option| {
            let text = text(option.word);
            EDITING.contains(&text) || (matches!(text, "-i" | "-w") && is_formatter())
        });
        let first = arguments().next().map(|part| text(part.at.word));
        let is_word = first.is_some_and(|word| EDITING_WORDS.contains(&word));
        if !(is_told || is_word) || unlisted().any(|option| TRYING.contains(&text(option.word))) {
            return;
        }
        let edited: Vec<Field> = arguments()
            .skip(usize::from(is_word))
            .map(|part| piece(started, part.at))
            .filter(|field| !matches!(field.value.start(), "." | "./"))
            .collect();
        for field in edited {
            self.path_reaching(
                Access::Write,
                &field,
                Follow::All,
                Reach::Held,
                &started.name,
                state,
            );
        }
    }

    /// Adds what a program writes without being told the name: `cargo update` its lock file, here or in a folder above.
    pub(super) fn made_files(
        &mut self,
        started: &Started<'_>,
        reading: &Reading<'_>,
        state: &State,
    ) {
        // `make OUT=folder`, `CARGO_TARGET_DIR=folder cargo build`
        let operands = reading
            .operands()
            .filter(|_| matches!(reading.language, Some("make" | "cmake")))
            .map(|part| piece(started, part.at));
        let mut settings: Vec<Field> = Vec::new();
        for field in operands {
            let Some((name, value)) = field.value.start().split_once('=') else {
                continue;
            };
            let value = Field::known(value, field.span);
            if RUN_BY_RECIPES.contains(&name) && value.value.start().contains(' ') {
                self.script_text(started, &value, state);
            } else if is_output(&format!("--{name}")) {
                settings.push(value);
            }
        }
        let environment = self
            .given
            .iter()
            .filter(|(name, _)| is_output(&format!("--{name}")));
        let values = environment.filter_map(|(_, values)| match values.as_slice() {
            [Value::Known(value)] => Some(Field::known(value, started.span)),
            _ => None,
        });
        let settings: Vec<Field> = settings.into_iter().chain(values).collect();
        for field in settings {
            self.written(&field, &started.name, state);
        }
        for path in &reading.makes {
            // What recipes and generators of another folder write there has names of their own.
            if *path == "./" {
                if self.is_subfolder(state) && !TRIED.iter().any(|option| reading.has(option)) {
                    let some = Field::known("./…", started.span);
                    self.path(
                        Access::Write,
                        &some,
                        Follow::All,
                        false,
                        &started.name,
                        state,
                    );
                }
                continue;
            }
            if path.ends_with('/') {
                let folder = Field::known(path.trim_end_matches('/'), started.span);
                self.written(&folder, &started.name, state);
                continue;
            }
            let found = self.file_above(path, state);
            let field = Field::known(found.as_deref().unwrap_or(path), started.span);
            self.path(
                Access::Write,
                &field,
                Follow::All,
                false,
                &started.name,
                state,
            );
        }
    }

    /// Returns the nearest file of this name in the folders of the repository above the current one; `./name` is meant here.
    fn file_above(&self, name: &str, state: &State) -> Option<String> {
        if name.starts_with("./") {
            return None;
        }
        let [Some(folder)] = state.folders.as_slice() else {
            return None;
        };
        let root = self.repository.root();
        let folder = std::path::Path::new(folder);
        if folder.join(name).is_file() {
            return None;
        }
        folder
            .ancestors()
            .take(ABOVE)
            .skip(1)
            .take_while(|folder| folder.starts_with(root))
            .map(|folder| folder.join(name))
            .find(|file| file.is_file())
            .and_then(|file| file.to_str().map(str::to_owned))
    }

    /// Adds that a file is written, or a folder with what comes to lie in it.
    pub(super) fn written(&mut self, field: &Field, by: &str, state: &State) {
        let field = &field.map(|text| place_in(text).to_owned());
        self.path(Access::Write, field, Follow::All, false, by, state);
        if let Some(text) = field.value.known().filter(|text| !text.is_empty()) {
            let folder = text.trim_end_matches('/');
            // `protoc --go_out=.` is told no place: it writes files of its own here, and not wherever it could.
            let inside = if folder == "." {
                Field::known("./…", field.span)
            } else {
                Field {
                    value: Value::Starts(format!("{folder}/")),
                    ..Field::unknown(field.span)
                }
            };
            self.path(Access::Write, &inside, Follow::All, false, by, state);
        }
    }

    /// Adds what the next stage of a pipeline writes of the files that the last command of this one printed. `first` is
    /// the first command of this stage.
    pub(super) fn handed_on(&mut self, first: usize, next: &Command, state: &State) {
        let Some([.., last]) = self.effects.commands.get(first..) else {
            return;
        };
        if !matches!(
            last.program.as_deref(),
            Some("git" | "tar" | "gtar" | "bsdtar")
        ) {
            return;
        }
        let words: Vec<&str> = last
            .words
            .iter()
            .filter_map(|word| word.value.known())
            .collect();
        let is_patch = last.program.as_deref() == Some("git")
            && words
                .iter()
                .any(|word| matches!(*word, "diff" | "show" | "log" | "format-patch"));
        let is_archive = match last.program.as_deref() {
            Some("git") => words.contains(&"archive"),
            _ => true,
        };
        if !takes(next, is_patch, is_archive) {
            return;
        }
        let span = last.span;
        let paths: Vec<String> = words
            .iter()
            .filter(|word| !word.starts_with('-'))
            .map(|word| (*word).to_owned())
            .collect();
        for path in paths {
            self.handed_path(&path, span, state);
        }
    }

    /// `git diff -- folder > p; git apply p`: what is in a patch that is not known may be what the line saved before.
    pub(super) fn saved_diffs(&mut self, state: &State) {
        let is_diff = |words: &[Argument]| {
            let mut words = words.iter().filter_map(|word| word.value.known());
            words.any(|word| matches!(word, "diff" | "show" | "format-patch"))
        };
        let mut paths = BTreeMap::new();
        for command in self.effects.commands.iter().rev().take(BEFORE) {
            if command.program.as_deref() != Some("git") || !is_diff(&command.words) {
                continue;
            }
            let words = command.words.iter().filter_map(|word| word.value.known());
            let words = words.filter(|word| !word.starts_with('-'));
            for word in words {
                paths.entry(word.to_owned()).or_insert_with(|| command.span);
            }
        }
        // A line may hold thousands of such pairs.
        self.budget = self.budget.saturating_sub(paths.len());
        for (path, span) in paths {
            self.handed_path(&path, span, state);
        }
    }

    fn handed_path(&mut self, path: &str, span: Span, state: &State) {
        let field = Field::known(path, span);
        self.path(Access::Write, &field, Follow::All, true, "the pipe", state);
    }
}

/// Whether a command writes the files of the patch or archive that it reads, in this folder.
fn takes(command: &Command, is_patch: bool, is_archive: bool) -> bool {
    let Command::Simple(simple) = command else {
        return false;
    };
    let words = simple.static_words().unwrap_or_default();
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    let has = |list: &[&str]| words.iter().any(|word| list.contains(word));
    match words.as_slice() {
        ["git", rest @ ..] if rest.contains(&"apply") || rest.contains(&"am") => {
            is_patch
                && !has(&[
                    "--check",
                    "--stat",
                    "--numstat",
                    "--summary",
                    "--cached",
                    "--directory",
                ])
        }
        ["patch", ..] => is_patch && !has(&["--dry-run", "-d", "--directory", "-o"]),
        ["tar" | "gtar" | "bsdtar", rest @ ..] => {
            let extracts = rest.first().is_some_and(|mode| {
                let is_mode = !mode.starts_with("--");
                is_mode && mode.contains('x')
            }) || has(&["-x", "--extract", "--get"]);
            let is_elsewhere = rest
                .iter()
                .any(|word| word.starts_with("-C") || word.starts_with("--directory"));
            is_archive && extracts && !is_elsewhere && !has(&["-O", "--to-stdout"])
        }
        _ => false,
    }
}
