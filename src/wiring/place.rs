//! Where a runtime's hooks go, and what the file there becomes.

use std::path::{Path, PathBuf};

use super::bridge;
use super::file;
use super::json::{self, Left};
use super::line::{self, Shell};
use super::problem::Problem;
use super::program;
use super::toml;
use super::tree::{Kind, Node};
use crate::adapter::{Adapter, Scope};
use crate::settings;

/// Whom hooks are wired for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum For {
    /// Everybody who works in the repository with this root.
    Repository(PathBuf),
    /// One person, with this home and program.
    User { home: PathBuf, program: PathBuf },
}

impl For {
    #[must_use]
    pub fn scope(&self) -> Scope {
        match self {
            Self::Repository(_) => Scope::Project,
            Self::User { .. } => Scope::User,
        }
    }

    /// The folder that nothing is written outside of.
    #[must_use]
    pub fn folder(&self) -> &Path {
        match self {
            Self::Repository(root) => root,
            Self::User { home, .. } => home,
        }
    }
}

/// One runtime's wiring, in one file.
#[derive(Debug, Clone)]
pub struct Place {
    pub adapter: &'static Adapter,
    pub path: PathBuf,
    /// As people read it.
    pub shown: String,
    inside: PathBuf,
    content: Content,
}

#[derive(Debug, Clone)]
enum Content {
    /// Entries among those of others.
    Entries(Node),
    /// The same as tables, in TOML.
    Tables(Node),
    /// A file of hookgate's own.
    Whole(String),
}

impl Content {
    fn of(adapter: &Adapter, shown: &str, content: &str, whom: &For) -> Option<Self> {
        let windows = adapter.setup.windows_shell;
        Some(if adapter.wiring.own_file {
            Self::Whole(own_file(content, whom, windows))
        } else if Path::new(shown)
            .extension()
            .is_some_and(|end| end == "toml")
        {
            Self::Tables(template(content, whom, windows)?)
        } else {
            Self::Entries(template(content, whom, windows)?)
        })
    }
}

/// What a file becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub path: PathBuf,
    pub shown: String,
    /// `None`: it is not there.
    pub before: Option<String>,
    pub after: Option<String>,
    /// Whether somebody else wrote in what goes.
    pub is_edited: bool,
}

impl Place {
    /// Returns where a runtime is wired: mostly in one file, in none where it cannot be.
    #[must_use]
    pub fn of(adapter: &'static Adapter, whom: &For) -> Vec<Self> {
        let wiring = &adapter.wiring;
        let own = match whom {
            For::Repository(_) => wiring.project,
            For::User { .. } => wiring.user,
        };
        let files = wiring.files_at(own).into_iter();
        let places: Vec<Self> = files
            .filter_map(|(shown, content)| {
                Some(Self::at(
                    adapter,
                    whom,
                    &shown,
                    Content::of(adapter, &shown, &content, whom)?,
                ))
            })
            .collect();
        let tables = Self::tables(adapter, whom).filter(Self::holds_hooks);
        match (places.as_slice(), tables) {
            ([place], Some(tables)) if !place.path.exists() => vec![tables],
            _ => places,
        }
    }

    /// Returns every place where hookgate may have been wired.
    #[must_use]
    pub fn all(adapter: &'static Adapter, whom: &For) -> Vec<Self> {
        let mut places = Self::of(adapter, whom);
        let tables = Self::tables(adapter, whom).filter(|tables| {
            let is_other = |usual: &Self| usual.path != tables.path;
            tables.path.exists() && places.iter().all(is_other)
        });
        places.extend(tables);
        places
    }

    /// The file in TOML where hooks may stand instead.
    fn tables(adapter: &'static Adapter, whom: &For) -> Option<Self> {
        let tables = adapter.setup.tables?;
        let shown = match whom {
            For::Repository(_) => tables.project,
            For::User { .. } => tables.user?,
        };
        let content = Content::Tables(template(
            adapter.wiring.content,
            whom,
            adapter.setup.windows_shell,
        )?);
        Some(Self::at(adapter, whom, shown, content))
    }

    fn at(adapter: &'static Adapter, whom: &For, shown: &str, content: Content) -> Self {
        let (path, inside) = match whom {
            For::Repository(root) => (root.join(shown), root.clone()),
            For::User { home, .. } => user_path(adapter, shown, home),
        };
        Self {
            adapter,
            path,
            shown: shown.to_owned(),
            inside,
            content,
        }
    }

    /// Whether hooks, anybody's, stand in the file.
    fn holds_hooks(&self) -> bool {
        let text = std::fs::read_to_string(&self.path).unwrap_or_default();
        let root = toml::parse(&text).ok();
        let hooks = root.as_ref().and_then(|root| root.get("hooks"));
        hooks.is_some_and(|hooks| {
            let mut events = self.adapter.events.iter();
            events.any(|row| hooks.get(row.native).is_some())
        })
    }

    /// Says what the file becomes when hookgate is wired in.
    ///
    /// # Errors
    /// Why the file is left alone.
    pub fn install(&self) -> Result<Change, Problem> {
        let found = file::read(&self.path, &self.inside)?;
        let after = match (&self.content, &found.text) {
            (Content::Whole(content), None) => content.clone(),
            (Content::Whole(content), Some(text)) if is_own_file(text) || text == content => {
                content.clone()
            }
            (Content::Whole(_), Some(_)) => {
                return Err(Problem::of_file("is there and not hookgate's"));
            }
            (Content::Tables(template), text) => toml::merge(text.as_deref(), template)?,
            (Content::Entries(template), None) => json::new_file(template),
            (Content::Entries(template), Some(text)) => {
                self.readable(text)?;
                let merged = json::merge(text, template)?;
                reversible(text, &merged, template)?;
                merged
            }
        };
        Ok(self.change(found, Some(after)))
    }

    /// Says what the file becomes when hookgate is taken out.
    ///
    /// # Errors
    /// Why the file is left alone.
    pub fn uninstall(&self) -> Result<Change, Problem> {
        let found = match file::read(&self.path, &self.inside) {
            Ok(found) => found,
            // What cannot be wired was not; a person's own file is no trouble here unless it names us.
            Err(_) if !self.names_us() => file::Found {
                path: self.path.clone(),
                text: None,
            },
            Err(problem) => return Err(problem),
        };
        let after = match (&self.content, &found.text) {
            (_, None) => None,
            (Content::Whole(content), Some(text)) if is_own_file(text) || text == content => None,
            (Content::Entries(template), Some(text)) if text.contains(line::PROGRAM) => {
                left(json::unmerge(text, template)?)
            }
            (Content::Tables(_), Some(text)) => left(toml::unmerge(text)?),
            (_, Some(text)) => Some(text.clone()),
        };
        Ok(self.change(found, after))
    }

    fn names_us(&self) -> bool {
        let bytes = std::fs::read(&self.path).unwrap_or_default();
        let name = line::PROGRAM.as_bytes();
        bytes.windows(name.len()).any(|window| window == name)
    }

    /// A runtime that drops the whole file for a comment would drop the hooks with it.
    fn readable(&self, text: &str) -> Result<(), Problem> {
        let document = json::parse(text)?;
        if let Some((start, _)) = document.comments.first()
            && !self.adapter.setup.comments
        {
            let what = format!(
                "{} ignores the whole file as long as it holds a comment",
                self.adapter.title
            );
            return Err(Problem::at(text, *start, what));
        }
        if let Some(comma) = document.trailing_comma(text) {
            let what = format!(
                "{} does not take a file with a comma before a closing bracket",
                self.adapter.title
            );
            return Err(Problem::at(text, comma, what));
        }
        Ok(())
    }

    fn change(&self, found: file::Found, after: Option<String>) -> Change {
        Change {
            path: found.path,
            shown: self.shown.clone(),
            // A file of entries goes only when nothing else is in it.
            is_edited: match (&self.content, &found.text) {
                (Content::Whole(content), Some(text)) => text != content,
                _ => after.is_some(),
            },
            before: found.text,
            after,
        }
    }

    /// The folder that nothing is written outside of.
    #[must_use]
    pub fn inside(&self) -> &Path {
        &self.inside
    }
}

fn left(left: Left) -> Option<String> {
    match left {
        Left::Text(text) => Some(text),
        Left::Nothing => None,
    }
}

/// What is wired can be taken out again, or it is not wired.
fn reversible(text: &str, merged: &str, template: &Node) -> Result<(), Problem> {
    let json::Left::Text(before) = json::unmerge(text, template)? else {
        return Ok(());
    };
    // Entries that were there belong to what is taken out.
    match json::unmerge(merged, template)? {
        Left::Text(back) if back == before || before != text => Ok(()),
        Left::Nothing if before != text => Ok(()),
        _ => Err(Problem::of_file(
            "is laid out in a way that hookgate could not restore",
        )),
    }
}

/// A file of hookgate's own says so by running it.
fn is_own_file(text: &str) -> bool {
    text.contains(line::PROGRAM) && text.contains("--runtime")
}

/// A template's text as a tree, for whom it is wired.
fn template(content: &str, whom: &For, windows: Shell) -> Option<Node> {
    template_on(content, whom, System::here(), windows)
}

fn template_on(content: &str, whom: &For, system: System, windows: Shell) -> Option<Node> {
    let mut root = json::parse(content).ok()?.root?;
    if let Kind::Object(members) = &mut root.kind {
        // Behind the entries: so they can be told from the same values in a file that was there.
        members.sort_by_key(|member| matches!(member.node.kind, Kind::Scalar(_)));
    }
    // Where Windows has a line of its own, the other one is for everybody else.
    let system = if content.to_lowercase().contains("windows\":") {
        System::Unix
    } else {
        system
    };
    let For::User { program, .. } = whom else {
        return Some(root.with_texts("", &|key, text| {
            line::for_shell(text, shell_of(key, system, windows))
        }));
    };
    let root = program::at(&root, program);
    Some(root.with_texts("", &|key, text| {
        line::with_program(text, program, shell_of(key, system, windows))
    }))
}

/// The system that lines are run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    Unix,
    Windows,
}

impl System {
    /// The one that this program runs on.
    #[must_use]
    pub fn here() -> Self {
        if cfg!(windows) {
            Self::Windows
        } else {
            Self::Unix
        }
    }
}

/// The shell that a member's line is for. `windows` is the runtime's own there.
#[must_use]
pub fn shell_of(key: &str, system: System, windows: Shell) -> Shell {
    let is_for_windows = key.to_lowercase().ends_with("windows");
    match key {
        "powershell" => Shell::PowerShell,
        "bash" | "linux" | "osx" => Shell::Posix,
        _ if is_for_windows || system == System::Windows => windows,
        _ => Shell::Posix,
    }
}

/// Returns what `init` merges into a runtime's file on a system.
#[must_use]
pub fn written_on(adapter: &Adapter, whom: &For, system: System) -> Option<Node> {
    template_on(
        adapter.wiring.content,
        whom,
        system,
        adapter.setup.windows_shell,
    )
}

/// A bridge that runs the program finds it by its name, or at a fixed place.
fn own_file(content: &str, whom: &For, windows: Shell) -> String {
    match whom {
        For::Repository(_) => content.to_owned(),
        For::User { program, .. } => {
            if let Some(template) = template(content, whom, windows) {
                return json::new_file(&template);
            }
            bridge::for_user(content, program)
        }
    }
}

/// Where a file of the user's is, and the folder around it, moved by a variable or not.
#[must_use]
pub fn user_path(adapter: &Adapter, shown: &str, home: &Path) -> (PathBuf, PathBuf) {
    let moved = adapter.config.iter().find_map(|config| {
        // The variable names another folder for what lies beside the file, or below the folder, of the table.
        let (folder, name) = config.path.rsplit_once('/')?;
        let rest = shown.strip_prefix(folder)?.strip_prefix('/')?;
        let is_it = rest == name || rest.strip_prefix(name)?.starts_with('/');
        let moved = is_it.then(|| config.moved_by.and_then(settings::variable))??;
        let moved = PathBuf::from(moved);
        moved.is_absolute().then(|| (moved.join(rest), moved))
    });
    let below = shown.strip_prefix("~/").unwrap_or(shown);
    moved.unwrap_or_else(|| (home.join(below), home.to_path_buf()))
}
