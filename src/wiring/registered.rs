//! The hooks that are really registered: found in every file that a runtime reads them from.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use super::place::user_path;
use super::problem::{Problem, position};
use super::tree::{Kind, Node};
use super::{entries, json, toml};
use crate::adapter::{Adapter, Scope, Switch};

/// What is said of a comment in JSON.
pub const COMMENT: &str = "a comment";
/// The largest file that is read, and the files of one folder.
const SIZE: u64 = 4 * 1024 * 1024;
const FILES: usize = 100;

/// One configuration.
#[derive(Debug)]
pub struct File {
    pub scope: Scope,
    pub path: PathBuf,
    /// As people read it.
    pub shown: String,
    pub text: String,
    /// What is in it, or why nothing of it counts.
    pub content: Result<Node, Problem>,
    /// Whether there is a comment or a comma before a bracket in JSON.
    pub slips: Vec<Problem>,
}

/// One hook.
#[derive(Debug)]
pub struct Hook<'a> {
    pub file: &'a File,
    /// The runtime's own name.
    pub event: &'a str,
    pub matcher: Option<&'a str>,
    /// The object that says what is run.
    pub entry: &'a Node,
    /// What a shell runs; empty for hooks of another kind.
    pub line: Cow<'a, str>,
    /// The line in the file.
    pub at: usize,
    pub whose: Whose,
}

/// Who wrote a hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// It runs hookgate, as `init` writes it.
    Ours,
    /// It calls hookgate among other things.
    Touched,
    Foreign,
}

/// Reads every configuration of a runtime that is there.
#[must_use]
pub fn files(adapter: &'static Adapter, root: &Path, home: Option<&Path>) -> Vec<File> {
    let mut files = Vec::new();
    let own = adapter.wiring.all_files().into_iter();
    let own = own.map(|(scope, shown, _)| (scope, shown, false));
    let listed = adapter.config.iter();
    let listed = listed.map(|config| (config.scope, config.path.to_owned(), config.comments));
    for (scope, shown, comments) in listed.chain(own) {
        let shown = shown.as_str();
        let path = match scope {
            Scope::Project | Scope::Local => root.join(shown),
            Scope::Managed => PathBuf::from(shown),
            Scope::User => match home {
                Some(home) => user_path(adapter, shown, home).0,
                None => continue,
            },
        };
        add(&mut files, scope, &path, shown, comments);
    }
    files
}

fn add(files: &mut Vec<File>, scope: Scope, path: &Path, shown: &str, comments: bool) {
    if path.is_dir() {
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        let mut names: Vec<_> = entries.map(|entry| entry.file_name()).collect();
        names.sort();
        for name in names.iter().take(FILES).filter_map(|name| name.to_str()) {
            let is_json = Path::new(name).extension().is_some_and(|end| end == "json");
            if is_json && !path.join(name).is_dir() {
                let shown = format!("{shown}/{name}");
                add(files, scope, &path.join(name), &shown, comments);
            }
        }
        return;
    }
    let is_known = files.iter().any(|file| file.path == path);
    let is_file = fs::metadata(path).is_ok_and(|about| about.is_file() && about.len() <= SIZE);
    if is_known || !is_file {
        return;
    }
    let bytes = fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (content, mut slips) = read(path, &text);
    slips.retain(|slip| !(comments && slip.what == COMMENT));
    files.push(File {
        scope,
        path: path.to_path_buf(),
        shown: shown.to_owned(),
        content,
        slips,
        text,
    });
}

fn read(path: &Path, text: &str) -> (Result<Node, Problem>, Vec<Problem>) {
    let ending = path.extension().and_then(|end| end.to_str());
    if ending == Some("toml") {
        return (toml::parse(text), Vec::new());
    }
    if !matches!(ending, Some("json" | "jsonc")) {
        // A bridge is code: there is nothing to read in it.
        let nothing = Node {
            start: 0,
            end: 0,
            kind: Kind::Object(Vec::new()),
        };
        return (Ok(nothing), Vec::new());
    }
    match json::parse(text) {
        Err(problem) => (Err(problem), Vec::new()),
        Ok(document) => {
            let comment = document.comments.first().map(|(start, _)| *start);
            let comment = comment.map(|at| Problem::at(text, at, COMMENT));
            let comma = document.trailing_comma(text);
            let comma = comma.map(|at| Problem::at(text, at, "a comma before a closing bracket"));
            let empty = Problem::of_file("empty");
            (
                document.root.ok_or(empty),
                comment.into_iter().chain(comma).collect(),
            )
        }
    }
}

impl File {
    /// Returns the line of a byte.
    #[must_use]
    pub fn line(&self, at: usize) -> usize {
        position(&self.text, at).0
    }

    /// Whether the runtime takes anything from the file.
    #[must_use]
    pub fn is_read(&self, adapter: &Adapter) -> bool {
        let is_taken = |slip: &Problem| slip.what == COMMENT && adapter.setup.comments;
        self.content.is_ok() && self.slips.iter().all(is_taken)
    }

    /// Returns a value in the file that switches every hook off.
    #[must_use]
    pub fn switched_off(&self, adapter: &Adapter) -> Option<&'static Switch> {
        let root = self.content.as_ref().ok()?;
        let mut switches = adapter.setup.switches.iter();
        switches.find(|switch| {
            let node = root.at(switch.at.text);
            node.is_some_and(|node| node.value() == serde_json::Value::Bool(switch.is))
        })
    }

    /// Finds the hooks in the file.
    #[must_use]
    pub fn hooks<'a>(&'a self, adapter: &Adapter) -> Vec<Hook<'a>> {
        let root = self.content.as_ref().ok();
        let found = root.map(|root| entries::of(adapter, root));
        let hook = |entry: entries::Entry<'a>| Hook {
            file: self,
            event: entry.event,
            matcher: entry.matcher,
            entry: entry.node,
            line: entry.line,
            at: self.line(entry.node.start),
            whose: entry.whose,
        };
        found.unwrap_or_default().into_iter().map(hook).collect()
    }
}
