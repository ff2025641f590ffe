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

/// Values of such options that say in which form something is printed.
const FORMS: &str = "\
    json jsonl ndjson json-pretty yaml yml text table wide name csv tsv xml sarif junit checkstyle pretty plain \
    compact none default github gitlab tty short long full";

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
        let mut before = None;
        for option in &reading.options {
            // Letters behind one dash are as many options of one word.
            if option.is_listed() || before.replace(option.word) == Some(option.word) {
                continue;
            }
            let word = started.fields.get(option.word);
            let text = word.map_or("", |field| field.value.start());
            let (name, inline) = match text.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (text, None),
            };
            if !is_output_name(name.trim_start_matches('-')) {
                continue;
            }
            let value = match inline {
                Some(value) => Some(Field::known(value, started.span)),
                None => started.fields.get(option.word + 1).cloned(),
            };
            if let Some(value) = value.filter(|value| is_output(&value.value)) {
                self.written_output(&value, &started.name, state);
            }
        }
    }

    /// Adds that an output is written, or what its settings say: `type=local,dest=folder`; `log_cli=true` is none.
    fn written_output(&mut self, field: &Field, by: &str, state: &State) {
        let text = field.value.start();
        let is_name = |name: &str| {
            name.chars()
                .all(|letter| letter.is_alphanumeric() || "_-".contains(letter))
        };
        if !text.split_once('=').is_some_and(|(name, _)| is_name(name)) {
            return self.written(field, by, state);
        }
        for setting in text.split(',') {
            let (name, value) = setting.split_once('=').unwrap_or_default();
            if OUTPUTS.contains(&name) || value.contains(['/', '.']) {
                self.written(&Field::known(value, field.span), by, state);
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

    fn handed_path(&mut self, path: &str, span: Span, state: &State) {
        let field = Field::known(path, span);
        self.path(Access::Write, &field, Follow::All, true, "the pipe", state);
    }
}

/// Whether an option is named as an output is; most are told by their first letter.
fn is_output_name(name: &str) -> bool {
    name.starts_with(['o', 'd', 't', 's', 'w', 'e']) && OUTPUTS.contains(&name)
}

/// Whether what is given as an output can name one.
fn is_output(value: &Value) -> bool {
    let is_form = |text| FORMS.split(' ').any(|form| form == text);
    !value.start().starts_with('-') && !value.known().is_some_and(is_form)
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
