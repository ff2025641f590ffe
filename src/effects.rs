//! What a tool call would do to the world: which paths it reads, writes or deletes, which commands it runs.
//!
//! Every tool becomes effects, so that one rule holds for all routes. Nothing is decided here and nothing is dropped: what
//! cannot be known is an [`Unknown`], which the policy decides on.

mod cmd;
mod file_tools;
mod mcp_tools;
mod powershell;
mod shell_tools;
mod span;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::call::{Access, Call, ToolKind};
use crate::programs::{self, Programs};
use crate::repo::{Follow, Place, Places, Repository};

pub use span::Span;

/// What one call would do.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Effects {
    pub paths: Vec<PathEffect>,
    pub commands: Vec<Invocation>,
    pub unknowns: Vec<Unknown>,
    /// The first of the commands that only some shells run: those that take `\r\n` for the end of a line.
    pub returns_from: Option<usize>,
}

/// One path that a call touches.
#[derive(Debug, Clone, PartialEq)]
pub struct PathEffect {
    pub access: Access,
    /// As written in the call.
    pub written: String,
    pub places: Places,
    pub reach: Reach,
    /// What a name below the path begins with, where that is all that is known of it: "tmp-" of `folder/tmp-$x`. `None` where
    /// the path itself is meant.
    pub begins: Option<String>,
    /// Files found below it, relative to the root: those nearest to it, where the effect reaches so far.
    pub holds: Arc<[String]>,
    /// What touches it: a tool's or a program's name.
    pub by: String,
    /// Where the shell command says so; `None` for file tools.
    pub span: Option<Span>,
}

/// How far an effect goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The path alone.
    Itself,
    /// The path, and the files that are below it now: what a formatter or `chmod -R` takes from a folder.
    Held,
    /// The path and all below it, or something below it that is not known: deleting a folder, writing `folder/$x`.
    Below,
}

/// A command that a call would run. A wrapper (`sudo rm x`) is one, and what it wraps another.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Invocation {
    /// The program's name without its folder; `None` when it is not known before the run.
    pub program: Option<String>,
    /// The words after the program.
    pub words: Vec<Argument>,
    /// What the command was unwrapped from, outermost first: `sudo`, `bash`.
    pub via: Vec<String>,
    /// Where it may run, when the line went there; none in the call's own folder. `None` stands for a folder that is not
    /// known.
    pub folders: Vec<Option<Place>>,
    /// It runs on another system: another machine, a container.
    pub is_elsewhere: bool,
    /// How it was typed, where nothing around it changes what it does.
    pub typed: Option<Typed>,
    /// SQL that a database client is given.
    pub sql: Vec<String>,
    /// Code that an interpreter is given on its command line.
    pub scripts: Vec<String>,
    /// Variables that it sees, as far as the line sets them.
    pub environment: Environment,
    pub span: Span,
}

/// What variables hold for a command, as far as its line says so.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Environment {
    /// Set for this command: `NAME=value command`, `env NAME=value command`. A later one counts.
    pub given: Vec<(String, Vec<Value>)>,
    /// Set in the shell before.
    pub shell: Variables,
}

/// Variables of a shell and what each may hold, shared between its commands.
pub type Variables = Arc<BTreeMap<String, Vec<Value>>>;

/// A command as it was typed: no wrapper, variable, function, redirection or file of the same line changes what it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// The program as written: `./make` is another than `make`.
    pub program: String,
    /// The folder that it runs in.
    pub folder: Place,
}

/// One word of a command.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    pub value: Value,
    /// Where it leads, when the program takes it for a path and that is known.
    pub places: Option<Places>,
    /// The folder all of whose entries it stands for: `folder/*`.
    pub all_of: Option<Places>,
    /// Letters of a pattern in it are one: it was not quoted.
    pub is_pattern: bool,
}

/// What is known of a word before the run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    Known(String),
    /// Begins with this text; the rest is decided at run time. An empty text says nothing.
    Starts(String),
}

/// How much of an effect or a command is known before it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// All of it.
    Exact,
    /// What it begins with, or the folder that it stays in.
    Bounded,
    Unknown,
}

impl Certainty {
    /// Returns the public name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Bounded => "bounded",
            Self::Unknown => "unknown",
        }
    }
}

/// Something that cannot be known before the run.
#[derive(Debug, Clone, PartialEq)]
pub struct Unknown {
    pub kind: UnknownKind,
    /// The text in question, as written.
    pub written: String,
    pub span: Option<Span>,
}

/// What is unknown, in the words of the policy's `on-unknown`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownKind {
    /// Code that was not looked into.
    OpaqueCode,
    /// A program of the repository, or a script in another language than a shell's, that was not looked into.
    Script,
    /// A path that could be anything.
    Path(Access),
    /// A command line that no shell would parse, or that is beyond the parser's limits.
    Unparsable,
}

/// Returns what a call would do, by the shipped table of programs.
#[must_use]
pub fn of(call: &Call, repository: &Repository) -> Effects {
    with(call, repository, &Programs::SHIPPED)
}

/// Returns what a call would do, by the table of programs that a policy has.
#[must_use]
pub fn with(call: &Call, repository: &Repository, programs: &Programs) -> Effects {
    let mut effects = Effects::default();
    let Some(tool) = &call.tool else {
        return effects;
    };
    match (tool.commands.as_slice(), tool.kind) {
        ([command], _) => shell_tools::add(&mut effects, command, repository, programs),
        ([], ToolKind::Mcp | ToolKind::Other) => {
            mcp_tools::add(&mut effects, tool, repository, programs);
        }
        ([], _) => file_tools::add(&mut effects, tool, repository),
        (commands, _) => {
            // Places as in `ShellCommand::all`, where each command stands on lines of its own.
            let mut start = 0;
            for command in commands {
                let mut more = Effects::default();
                shell_tools::add(&mut more, command, repository, programs);
                effects.add_moved(more, |at| at + start);
                start += command.text.len() + 1;
            }
        }
    }
    effects
}

impl Effects {
    /// Adds what a file tool does to one path.
    fn touch(&mut self, repository: &Repository, access: Access, written: &str, by: &str) {
        let is_delete = access == Access::Delete;
        let follow = if is_delete {
            Follow::AllButLast
        } else {
            Follow::All
        };
        self.add_path(PathEffect {
            access,
            written: written.to_owned(),
            places: repository.places(written, follow),
            reach: if is_delete {
                Reach::Below
            } else {
                Reach::Itself
            },
            begins: None,
            holds: Arc::default(),
            by: by.to_owned(),
            span: None,
        });
    }

    /// Adds an effect, unless it is known already: several readings of one command mostly agree.
    fn add_path(&mut self, effect: PathEffect) {
        // The span first: it mostly differs, and what an effect holds is long.
        let is_known = |known: &PathEffect| known.span == effect.span && *known == effect;
        if !self.paths.iter().any(is_known) {
            self.paths.push(effect);
        }
    }

    /// Adds effects that were found in another text, whose places are somewhere else in this one.
    fn add_moved(&mut self, more: Self, moved: impl Fn(usize) -> usize) {
        let moved = |span: Span| span.moved(&moved);
        for mut effect in more.paths {
            effect.span = effect.span.map(moved);
            self.add_path(effect);
        }
        // By their texts first: a line may hold thousands, and most of both readings agree.
        let key = |command: &Invocation| (command.span, command.text());
        let mut known: BTreeMap<(Span, String), Vec<usize>> = BTreeMap::new();
        for (at, command) in self.commands.iter().enumerate() {
            known.entry(key(command)).or_default().push(at);
        }
        for mut command in more.commands {
            command.span = moved(command.span);
            let alike = known.get(&key(&command)).into_iter().flatten();
            let mut alike = alike.filter_map(|at| self.commands.get(*at));
            if !alike.any(|known| *known == command) {
                self.commands.push(command);
            }
        }
        for mut unknown in more.unknowns {
            unknown.span = unknown.span.map(moved);
            self.add_unknown(unknown);
        }
    }

    fn add_unknown(&mut self, unknown: Unknown) {
        /// The same one comes again soon or not at all, and a line may leave very many unknown.
        const NEAR: usize = 256;
        let mut near = self.unknowns.iter().rev().take(NEAR);
        if !near.any(|known| known.span == unknown.span && *known == unknown) {
            self.unknowns.push(unknown);
        }
    }
}

impl PathEffect {
    /// Returns how much of the path is known.
    #[must_use]
    pub fn certainty(&self) -> Certainty {
        if self.written.ends_with('…') {
            Certainty::Bounded
        } else {
            Certainty::Exact
        }
    }
}

/// Programs that print help wherever `--help` stands and hand no words on, and whose subcommands are too many to list.
const HELPFUL: [&str; 6] = ["az", "doctl", "gcloud", "helm", "kubectl", "oc"];

impl Invocation {
    /// Returns how much of the command is known.
    #[must_use]
    pub fn certainty(&self) -> Certainty {
        if self.program.is_none() {
            Certainty::Unknown
        } else if self.words.iter().all(|word| word.value.known().is_some()) {
            Certainty::Exact
        } else {
            Certainty::Bounded
        }
    }

    /// Returns what a variable may hold for this command; `None` when the line does not set it.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&[Value]> {
        let given = self.environment.given.iter().rev();
        let mut given = given.filter(|(known, _)| known == name);
        let found = given.next().map(|(_, values)| values);
        found
            .or_else(|| self.environment.shell.get(name))
            .map(Vec::as_slice)
    }

    /// Whether the line sets any variable that the command sees.
    #[must_use]
    pub fn sees_variables(&self) -> bool {
        !self.environment.given.is_empty() || !self.environment.shell.is_empty()
    }

    /// Whether it only prints what a program or one of its subcommands is for: nothing but their names and `--help`.
    #[must_use]
    pub fn asks_for_help(&self) -> bool {
        let Some((last, names)) = self.words.split_last() else {
            return false;
        };
        if last.value.known() != Some("--help") {
            return false;
        }
        let name = self.program.as_deref().unwrap_or_default();
        let mut program = programs::find(name);
        let mut is_name = |word: &Argument| {
            let text = word.value.known().unwrap_or_default();
            let subcommands = program.map(|program| program.subcommands);
            let mut all = subcommands.unwrap_or_default().iter();
            let found = all.find(|(known, _)| text == *known);
            program = found.map(|(_, program)| *program);
            let is_letter = |letter: char| letter.is_ascii_lowercase() || letter == '-';
            program.is_some()
                || (HELPFUL.contains(&name)
                    && !text.starts_with('-')
                    && text.chars().all(is_letter))
        };
        names.iter().all(&mut is_name)
    }

    /// Returns the command as text: its words joined by blanks, `…` for what is not known.
    #[must_use]
    pub fn text(&self) -> String {
        let program = self.program.as_deref().unwrap_or("…");
        let words = self.words.iter().map(|word| word.value.shown());
        let all: Vec<String> = std::iter::once(program.to_owned()).chain(words).collect();
        all.join(" ")
    }
}

impl Value {
    /// Returns the text when all of it is known.
    #[must_use]
    pub fn known(&self) -> Option<&str> {
        match self {
            Self::Known(text) => Some(text),
            Self::Starts(_) => None,
        }
    }

    /// Returns the text that it surely begins with.
    #[must_use]
    pub fn start(&self) -> &str {
        match self {
            Self::Known(text) | Self::Starts(text) => text,
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Known(text) => text.clone(),
            Self::Starts(text) => format!("{text}…"),
        }
    }
}

impl programs::Word for Argument {
    fn start(&self) -> &str {
        self.value.start()
    }

    fn is_whole(&self) -> bool {
        self.value.known().is_some()
    }
}
