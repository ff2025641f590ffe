//! What programs write by habits that many share: the value of an option that everybody calls the output, and files that
//! one program hands to the next: `git diff HEAD~1 -- folder | git apply -R`, `tar c folder | tar x`.

use super::Walker;
use super::fields::Field;
use super::program::Started;
use super::state::State;
use crate::call::Access;
use crate::effects::{Span, Value};
use crate::programs::Reading;
use crate::repo::Follow;
use crate::shell::{Command, Word};

/// Names of options, without their dashes, whose value is a file or folder that is written.
const OUTPUTS: [&str; 24] = [
    "o",
    "out",
    "output",
    "outfile",
    "outdir",
    "outDir",
    "outFile",
    "out-dir",
    "out-file",
    "output-dir",
    "output-file",
    "output-path",
    "output-directory",
    "output_dir",
    "output_file",
    "output-folder",
    "dest",
    "dest-dir",
    "destination",
    "target-dir",
    "site-dir",
    "save-to",
    "write-to",
    "export-dir",
];

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
        for option in &reading.options {
            if option.is_listed() {
                continue;
            }
            let word = started.fields.get(option.word);
            let text = word.map_or("", |field| field.value.start());
            let (name, inline) = match text.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (text, None),
            };
            if !OUTPUTS.contains(&name.trim_start_matches('-')) {
                continue;
            }
            let value = match inline {
                Some(value) => Some(Field::known(value, started.span)),
                None => started.fields.get(option.word + 1).cloned(),
            };
            if let Some(value) = value.filter(|value| !value.value.start().starts_with('-')) {
                self.written(&value, &started.name, state);
            }
        }
    }

    /// Adds that a file is written, or a folder with what comes to lie in it.
    fn written(&mut self, field: &Field, by: &str, state: &State) {
        self.path(Access::Write, field, Follow::All, false, by, state);
        if let Some(text) = field.value.known() {
            let inside = Field {
                value: Value::Starts(format!("{}/", text.trim_end_matches('/'))),
                ..Field::unknown(field.span)
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
            Some("tar" | "gtar" | "bsdtar") => true,
            _ => false,
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
    let words: Option<Vec<_>> = simple.words.iter().map(Word::static_text).collect();
    let words = words.unwrap_or_default();
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
