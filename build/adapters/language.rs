//! `export.yaml`: a runtime's own language for permissions, read and written out as a Rust static.
//!
//! What the keys mean is in `adapters/README.md`, what the statics look like in `src/adapter/language.rs`.

use serde::Deserialize;
use serde_json::Value;

use super::shape::Checked;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Language {
    checked: Checked,
    form: Form,
    #[serde(default)]
    files: Vec<String>,
    #[serde(default)]
    comments: bool,
    #[serde(default)]
    header: String,
    /// The entries before the first and after the last of hookgate's.
    marks: Option<(String, String)>,
    verdicts: Verdicts,
    commands: Option<Commands>,
    write: Option<Paths>,
    read: Option<Paths>,
    #[serde(default)]
    steps: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Form {
    List,
    Map,
    OwnFile,
    Flags,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Verdicts {
    deny: Value,
    ask: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Commands {
    #[serde(default)]
    at: String,
    #[serde(default)]
    prefix: Vec<String>,
    #[serde(default)]
    exact: Vec<String>,
    spelling: Spelling,
    loss: Vec<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Spelling {
    Plain,
    Words,
    Regex,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Paths {
    #[serde(default)]
    at: String,
    entries: Vec<String>,
    style: Style,
    #[serde(default)]
    covers_folders: bool,
    #[serde(default)]
    anchored: Vec<String>,
    #[serde(default)]
    anywhere: Vec<String>,
    #[serde(default)]
    home: Vec<String>,
    #[serde(default)]
    system: Vec<String>,
    loss: Vec<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Style {
    Glob,
    Star,
    Regex,
}

impl Language {
    /// Says what does not fit together.
    pub(crate) fn check(&self) -> Result<(), String> {
        let shared = matches!(self.form, Form::List | Form::Map);
        let ats = [
            self.commands.as_ref().map(|commands| &commands.at),
            self.write.as_ref().map(|paths| &paths.at),
            self.read.as_ref().map(|paths| &paths.at),
        ];
        if shared != self.marks.is_some() {
            return Err("`marks` are for lists and maps, which others write in too".to_owned());
        }
        if (self.form == Form::Flags) != self.files.is_empty() {
            return Err("every form but `flags` has `files`".to_owned());
        }
        if (self.form == Form::OwnFile) == self.header.is_empty() {
            return Err("a file of hookgate's own says so in its `header`".to_owned());
        }
        if ats
            .into_iter()
            .flatten()
            .any(|at| shared != at.starts_with('/'))
        {
            return Err("`at` is the place of a list or map, as a pointer".to_owned());
        }
        Ok(())
    }

    /// The files that `export` writes and nobody else writes in.
    pub(crate) fn own_files(&self) -> &[String] {
        match self.form {
            Form::OwnFile => &self.files,
            _ => &[],
        }
    }

    /// Writes the value.
    pub(crate) fn source(&self) -> String {
        let commands = self.commands.as_ref().map(|commands| {
            format!(
                "Commands {{ at: {:?}, prefix: &{:?}, exact: &{:?}, spelling: Spelling::{:?}, loss: &{:?} }}",
                commands.at, commands.prefix, commands.exact, commands.spelling, commands.loss
            )
        });
        format!(
            "Language {{ checked: Checked {{ version: {:?}, against: Against::{:?}, on: {:?} }}, form: Form::{:?}, files: &{:?}, \
             comments: {}, header: {:?}, marks: {:?}, deny: {:?}, ask: {:?}, commands: {}, write: {}, read: {}, steps: &{:?} }}",
            self.checked.version,
            self.checked.against,
            self.checked.on,
            self.form,
            self.files,
            self.comments,
            self.header,
            self.marks,
            self.verdicts.deny.to_string(),
            self.verdicts.ask.as_ref().map(Value::to_string),
            option(commands),
            option(self.write.as_ref().map(paths)),
            option(self.read.as_ref().map(paths)),
            self.steps,
        )
    }
}

fn paths(paths: &Paths) -> String {
    format!(
        "Paths {{ at: {:?}, entries: &{:?}, style: Style::{:?}, covers_folders: {}, anchored: &{:?}, anywhere: &{:?}, \
         home: &{:?}, system: &{:?}, loss: &{:?} }}",
        paths.at,
        paths.entries,
        paths.style,
        paths.covers_folders,
        paths.anchored,
        paths.anywhere,
        paths.home,
        paths.system,
        paths.loss
    )
}

fn option(value: Option<String>) -> String {
    value.map_or_else(|| "None".to_owned(), |value| format!("Some({value})"))
}
