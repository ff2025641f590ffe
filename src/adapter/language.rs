//! What a runtime's own language for permissions looks like to `hookgate export`. The statics are written by the build from
//! `adapters/*/export.yaml`; `adapters/README.md` says what each part means.

use super::table::Checked;

/// A language for permissions, and the files that it is written in.
#[derive(Debug, Clone, Copy)]
pub struct Language {
    /// What the language was tried with, or read of.
    pub checked: Checked,
    pub form: Form,
    /// Relative to the repository's root; the first that is there is used, or else the first. Empty: none holds it.
    pub files: &'static [&'static str],
    /// Whether the runtime reads such a file with comments in it.
    pub comments: bool,
    /// How a file of hookgate's own begins.
    pub header: &'static str,
    /// Entries that mean nothing, before the first and after the last of hookgate's.
    pub marks: Option<(&'static str, &'static str)>,
    /// The language's words, as JSON.
    pub deny: &'static str,
    pub ask: Option<&'static str>,
    pub commands: Option<Commands>,
    pub write: Option<Paths>,
    pub read: Option<Paths>,
    /// What a person has to do for it.
    pub steps: &'static [&'static str],
}

/// Where entries stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Texts in a list of a JSON file.
    List,
    /// Keys of an object in a JSON file; the verdict is the value.
    Map,
    /// A file that nobody else writes in.
    OwnFile,
    /// Words on the runtime's command line.
    Flags,
}

/// How commands are named.
#[derive(Debug, Clone, Copy)]
pub struct Commands {
    /// A JSON pointer to the list or map.
    pub at: &'static str,
    /// Entries for a command and whatever follows it.
    pub prefix: &'static [&'static str],
    /// Entries for a command alone.
    pub exact: &'static [&'static str],
    pub spelling: Spelling,
    /// What every such entry misses.
    pub loss: &'static [&'static str],
}

/// How `{command}` is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// Words with blanks between them.
    Plain,
    /// A JSON list of words.
    Words,
    /// A regular expression.
    Regex,
}

/// How paths are named.
#[derive(Debug, Clone, Copy)]
pub struct Paths {
    /// A JSON pointer to the list or map.
    pub at: &'static str,
    pub entries: &'static [&'static str],
    pub style: Style,
    /// Whether an entry for a folder covers what lies below it.
    pub covers_folders: bool,
    /// What stands before paths from the root, from any folder, from the home folder, from the system's root. Empty: such
    /// paths cannot be said.
    pub anchored: &'static [&'static str],
    pub anywhere: &'static [&'static str],
    pub home: &'static [&'static str],
    pub system: &'static [&'static str],
    /// What every such entry misses.
    pub loss: &'static [&'static str],
}

/// What the wildcards of a language mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `*` stays within a name, `**` crosses folders.
    Glob,
    /// `*` is any text.
    Star,
    /// A regular expression.
    Regex,
}
