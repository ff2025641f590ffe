//! What an entry of the table looks like, exactly as in the YAML. `src/programs/data/README.md` explains the keys.

use serde::Deserialize;

/// A program or a subcommand.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Entry {
    pub(crate) name: String,
    /// Other names of the same thing.
    #[serde(default)]
    pub(crate) also: Vec<String>,
    /// Names of other things that take their words in the same way; `a/b` is one thing with two names.
    #[serde(default)]
    pub(crate) alike: Vec<String>,
    /// The program whose subcommands are this one's, too, because it is alike.
    #[serde(skip)]
    pub(crate) shares: Option<String>,
    /// Another subcommand of the same program, by its path, that this is a second name for.
    pub(crate) stands_for: Option<String>,
    #[serde(default)]
    pub(crate) parsing: Parsing,
    #[serde(default)]
    pub(crate) dashes: Dashes,
    pub(crate) abbreviations: Option<bool>,
    #[serde(default)]
    pub(crate) options_everywhere: bool,
    #[serde(default)]
    pub(crate) switches: String,
    #[serde(default)]
    pub(crate) values: String,
    #[serde(default)]
    pub(crate) options: OptionRoles,
    #[serde(default)]
    pub(crate) ends: String,
    pub(crate) operands: Option<String>,
    pub(crate) after_dashes: Option<String>,
    pub(crate) here: Option<Role>,
    pub(crate) otherwise_here: Option<Role>,
    pub(crate) stdin: Option<Role>,
    #[serde(default, rename = "when")]
    pub(crate) cases: Vec<Case>,
    #[serde(default)]
    pub(crate) recursive: String,
    /// Endings of the files that it takes from a folder; without any, all.
    #[serde(default)]
    pub(crate) takes: String,
    /// Files that it writes without being told their names.
    #[serde(default)]
    pub(crate) makes: String,
    #[serde(default)]
    pub(crate) folders: Folders,
    pub(crate) language: Option<String>,
    #[serde(default)]
    pub(crate) remote_paths: bool,
    #[serde(default)]
    pub(crate) appends_stdin: bool,
    pub(crate) inputs: Option<String>,
    pub(crate) reads_after: Option<String>,
    #[serde(default)]
    pub(crate) means: std::collections::BTreeMap<String, String>,
    /// Options that are short for several others: `-D` of git branch.
    #[serde(default)]
    pub(crate) expands: std::collections::BTreeMap<String, String>,
    /// Options that take the effect of others away.
    #[serde(default)]
    pub(crate) overrides: std::collections::BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) subcommands: Vec<Entry>,
}

/// What changes when certain options are given. What it leaves out is as in the entry.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Case {
    #[serde(rename = "if")]
    pub(crate) test: String,
    pub(crate) operands: Option<String>,
    pub(crate) after_dashes: Option<String>,
    #[serde(default)]
    pub(crate) options: OptionRoles,
    pub(crate) here: Option<Role>,
    pub(crate) otherwise_here: Option<Role>,
    pub(crate) stdin: Option<Role>,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Parsing {
    #[default]
    Permute,
    StopAtOperand,
    KeyValue,
    Find,
    OldStyle,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Dashes {
    #[default]
    Double,
    Single,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Folders {
    #[default]
    All,
    Following,
}

macro_rules! roles {
    ($($variant:ident $field:ident $name:literal),* $(,)?) => {
        /// What a word is to its program; `src/programs/table.rs` says what each means.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub(crate) enum Role { $($variant),* }

        impl Role {
            /// Returns the role of this name in the data.
            pub(crate) fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }

            /// Every role with its name in the data.
            pub(crate) const NAMES: &[(&str, Self)] = &[$(($name, Self::$variant)),*];
        }

        /// Options whose value is more than text, by role.
        #[derive(Debug, Clone, Default, Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case")]
        pub(crate) struct OptionRoles {
            $(#[serde(default)] $field: String,)*
        }

        impl OptionRoles {
            /// Returns each role with the options that have it.
            pub(crate) fn iter(&self) -> impl Iterator<Item = (Role, &str)> {
                [$((Role::$variant, self.$field.as_str())),*].into_iter()
            }
        }
    };
}

roles! {
    Plain plain "plain",
    Argument argument "argument",
    Read read "read",
    Write write "write",
    Edit edit "edit",
    WriteInto write_into "write-into",
    Output output "output",
    Somewhere somewhere "somewhere",
    Target target "target",
    Mirror mirror "mirror",
    Delete delete "delete",
    Move r#move "move",
    Link link "link",
    LinkTarget link_target "link-target",
    Folder folder "folder",
    Database database "database",
    Mount mount "mount",
    Remote remote "remote",
    Url url "url",
    Script script "script",
    ScriptFile script_file "script-file",
    Sql sql "sql",
    Code code "code",
    Patch patch "patch",
    Module module "module",
    Assignment assignment "assignment",
    Command command "command",
    ScriptWords script_words "script-words",
    Split split "split",
    RemoteCommand remote_command "remote-command",
    RemoteScriptWords remote_script_words "remote-script-words",
    RemoteScript remote_script "remote-script",
    Placeholder placeholder "placeholder",
    ReadAt read_at "read-at",
    ReadForm read_form "read-form",
    RevisionPath revision_path "revision-path",
    Setting setting "setting",
    SettingWord setting_word "setting-word",
}
