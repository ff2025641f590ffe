//! What a program's options and operands mean, as static data.
//!
//! The build script writes the values from `data/*.yaml`, checked there, so that nothing is parsed at start-up. How these
//! types are applied to the words of one command is in [`super::reading`].

include!(concat!(env!("OUT_DIR"), "/programs.rs"));

/// A program, or one subcommand of it.
#[derive(Debug)]
pub struct Program {
    pub name: &'static str,
    /// Where it stands below its program: `["push"]`, `["volume", "rm"]`; empty for the program itself.
    pub path: &'static [&'static str],
    /// Sorted by name; another spelling of a subcommand has an entry of its own.
    pub subcommands: &'static [(&'static str, &'static Program)],
    /// How it reads its words, which it may share with others.
    pub habits: &'static Habits,
}

impl std::ops::Deref for Program {
    type Target = Habits;

    fn deref(&self) -> &Habits {
        self.habits
    }
}

/// How a program or subcommand reads its words.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a habit of the program on its own; none excludes another"
)]
pub struct Habits {
    pub parsing: Parsing,
    pub dashes: Dashes,
    /// Whether a beginning that fits one long option alone stands for it.
    pub abbreviations: bool,
    /// Whether its options are also known after its subcommands.
    pub options_everywhere: bool,
    pub options: &'static [Opt],
    /// The options by digests of their names: see [`super::index`].
    pub index: &'static [super::index::Entry],
    /// Options after which every word is an operand.
    pub ends: &'static [&'static str],
    pub layout: Layout,
    /// Layouts that replace the one above; the first whose test holds is taken.
    pub cases: &'static [Case],
    pub recursive: Recursive,
    /// Endings of the files that it takes from a folder; without any, all.
    pub takes: &'static [&'static str],
    /// Files and folders that it writes without being told their names, from the folder that it works in.
    pub makes: &'static [Made],
    pub folders: Folders,
    /// The language of its code and script files.
    pub language: Option<&'static str>,
    /// Whether operands such as `host:path` lead elsewhere.
    pub remote_paths: bool,
    /// Whether words read from standard input follow those of its command.
    pub appends_stdin: bool,
    /// Beginning of words that end its command and start a list of words for it: `:::`.
    pub inputs: Option<&'static str>,
    /// Beginning that makes any value the name of a file that is read: `file://`.
    pub reads_after: Option<&'static str>,
    /// Operands that begin with a text count as an option: `+main` forces a push.
    pub means: &'static [(&'static str, &'static str)],
    /// Options that are short for several others: `-D` of git branch is `-d -f`.
    pub expands: &'static [(&'static str, &'static [&'static str])],
    /// Options that take the effect of others away: `--force` of git push that of `--force-with-lease`.
    pub overrides: &'static [(&'static str, &'static [&'static str])],
}

/// Stands for a program or subcommand that the table does not list.
pub static UNLISTED: Program = Program {
    name: "",
    path: &[],
    subcommands: &[],
    habits: &UNKNOWN_HABITS,
};

static UNKNOWN_HABITS: Habits = Habits {
    parsing: Parsing::Permute,
    dashes: Dashes::Double,
    abbreviations: false,
    options_everywhere: false,
    options: &[],
    index: &[],
    ends: &[],
    layout: Layout {
        operands: &[Slot {
            role: Role::Argument,
            repeats: true,
            when: &[],
            unless: &[],
        }],
        after_dashes: None,
        here: None,
        otherwise_here: None,
        stdin: None,
    },
    cases: &[],
    recursive: Recursive::With(&[]),
    takes: &[],
    makes: &[],
    folders: Folders::All,
    language: None,
    remote_paths: false,
    appends_stdin: false,
    inputs: None,
    reads_after: None,
    means: &[],
    expands: &[],
    overrides: &[],
};

/// How a program tells options from operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parsing {
    /// Options may follow operands, as in GNU programs.
    Permute,
    /// The first operand ends the options.
    StopAtOperand,
    /// `name=value` words, as in dd.
    KeyValue,
    /// Paths, then an expression, as in find.
    Find,
    /// A first word without a dash is a bundle of options, as in tar.
    OldStyle,
}

/// How a program writes options of several letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dashes {
    /// `--name`; after one dash stand letters.
    Double,
    /// `-name`; two dashes say the same.
    Single,
}

/// One option in all its spellings.
#[derive(Debug)]
pub struct Opt {
    /// The first is the canonical name.
    pub names: &'static [&'static str],
    pub takes: Takes,
    pub role: Role,
}

/// Where an option's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    Nothing,
    /// In the same word or, failing that, the next.
    Value,
    /// In the same word only, and only if the writer wants one.
    Attached,
    /// In the same word in GNU programs, else the next in BSD ones: both readings count.
    AttachedOrNext,
    /// In the next word, while the letters after it are further options: `bash -euoc pipefail …`.
    Next,
    /// In the next two words.
    Two,
}

/// What the operands are, and what happens to the current folder.
#[derive(Debug)]
pub struct Layout {
    pub operands: &'static [Slot],
    /// Operands after `--`, where they differ from those before.
    pub after_dashes: Option<&'static [Slot]>,
    /// What happens to the current folder in any case.
    pub here: Option<Role>,
    /// What happens to the current folder when no operand names a path.
    pub otherwise_here: Option<Role>,
    /// What standard input is, unless the words already say what to run.
    pub stdin: Option<Role>,
}

/// A layout for a command that has certain options, with the roles its options have then.
#[derive(Debug)]
pub struct Case {
    pub when: &'static [Test],
    pub layout: Layout,
    /// Canonical option names and their roles.
    pub options: &'static [(&'static str, Role)],
}

/// One operand, or all that no other slot takes.
#[derive(Debug)]
pub struct Slot {
    pub role: Role,
    pub repeats: bool,
    /// Any of these must hold; empty: always.
    pub when: &'static [Test],
    /// None of these may hold.
    pub unless: &'static [Test],
}

/// A file that is written without being named, such as a package manager's lock file; a folder ends in `/`.
#[derive(Debug)]
pub struct Made {
    pub path: &'static str,
    /// Whether only where operands are given: `npm install` follows its lock file, `npm install left-pad` writes it.
    pub given: bool,
    /// Any of these must hold; empty: always.
    pub when: &'static [Test],
    /// None of these may hold.
    pub unless: &'static [Test],
}

/// Holds when an option is given, with this value if one is stated. `--` holds when the options were ended by it.
#[derive(Debug)]
pub struct Test {
    pub option: &'static str,
    pub value: Option<&'static str>,
}

/// When a command reaches everything below the folders it names.
#[derive(Debug, Clone, Copy)]
pub enum Recursive {
    Always,
    /// With any of these options; never when there are none.
    With(&'static [&'static str]),
}

/// What a `folder` option changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folders {
    /// Every path of the command.
    All,
    /// The operands that follow it, as in tar.
    Following,
}

/// What a word is to its program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// No path and nothing that runs: a mode, a pattern, a name.
    Plain,
    /// Handed to a script or program that the table knows nothing about: may be a path.
    Argument,
    Read,
    Write,
    /// Read and written in place.
    Edit,
    /// A folder that receives files under the names of the sources.
    WriteInto,
    /// A file that is written, or a folder that receives files under names of the program's own: what generators write.
    Output,
    /// Files below the folder that the command does not name: what git brings into the working tree.
    Somewhere,
    /// Written, or when it is a folder receives the sources: the last operand of cp.
    Target,
    /// As `Target`, and what the sources do not have is deleted there.
    Mirror,
    Delete,
    /// Read, then deleted: the source of mv.
    Move,
    /// The link that is made.
    Link,
    /// What a link will lead to.
    LinkTarget,
    /// The folder that the command works in.
    Folder,
    /// Opened for reading and, depending on what it is told, writing.
    Database,
    /// A path of this machine that is shared with a container: `HOST:INSIDE`.
    Mount,
    /// Another machine or container, or a path there.
    Remote,
    Url,
    /// Shell text.
    Script,
    /// A file whose content is run, in the program's language.
    ScriptFile,
    Sql,
    /// Text in the program's language.
    Code,
    /// A patch, which names the files that are written and deleted.
    Patch,
    /// A module that an interpreter runs: `-m pip`.
    Module,
    /// `NAME=value` before a command.
    Assignment,
    /// This and all following words are a command.
    Command,
    /// This and all following words, joined by blanks, are shell text.
    ScriptWords,
    /// A text that is split at blanks into the first words of the command.
    Split,
    /// As `Command`, run elsewhere.
    RemoteCommand,
    /// As `ScriptWords`, run elsewhere.
    RemoteScriptWords,
    /// As `Script`, run elsewhere.
    RemoteScript,
    /// What the command has in place of each word that is read: `xargs -I`.
    Placeholder,
    /// Read when it begins with `@`.
    ReadAt,
    /// Read when it is `name=@file` or `name=<file`.
    ReadForm,
    /// Read when it is `revision:path`.
    RevisionPath,
    /// `name=value`, where some names hold a command: `git -c`.
    Setting,
    /// The name of such a setting, or its value.
    SettingWord,
}

impl Habits {
    /// Returns the option of exactly this name.
    #[must_use]
    pub fn option(&self, name: &str) -> Option<&'static Opt> {
        let digest = super::index::digest(name);
        let first = self.index.partition_point(|(known, _)| *known < digest);
        let near = self.index.get(first..).unwrap_or_default().iter();
        near.take_while(|(known, _)| *known == digest)
            .filter_map(|(_, place)| self.options.get(usize::from(*place)))
            .find(|option| option.names.contains(&name))
    }
}

impl Program {
    /// Whether its words are names and numbers only, so that nothing hangs on how they are told apart.
    #[must_use]
    pub fn is_harmless(&self) -> bool {
        let plain = |slots: &[Slot]| slots.iter().all(|slot| slot.role == Role::Plain);
        self.subcommands.is_empty()
            && self.cases.is_empty()
            && self.path.is_empty()
            && !self.layout.operands.is_empty()
            && plain(self.layout.operands)
            && self.options.iter().all(|option| option.role == Role::Plain)
    }

    /// Whether any of its operands begin another command.
    #[must_use]
    pub fn starts_commands(&self) -> bool {
        let layouts = self
            .cases
            .iter()
            .map(|case| &case.layout)
            .chain([&self.layout]);
        let mut slots = layouts.flat_map(|layout| {
            layout
                .operands
                .iter()
                .chain(layout.after_dashes.into_iter().flatten())
        });
        slots.any(|slot| slot.role.takes_the_rest())
    }
}

impl Role {
    /// Whether the word begins a command that takes all words after it.
    #[must_use]
    pub fn takes_the_rest(self) -> bool {
        matches!(
            self,
            Self::Command | Self::ScriptWords | Self::RemoteCommand | Self::RemoteScriptWords
        )
    }
}

impl Opt {
    /// Returns the name that stands for all spellings.
    #[must_use]
    pub fn canonical(&self) -> &'static str {
        self.names.first().copied().unwrap_or_default()
    }
}
