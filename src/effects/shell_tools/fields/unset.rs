//! `rm -rf "$FOLDER"/*` where nothing sets `FOLDER`: it deletes what lies below the root.

use super::Field;
use super::draft::Draft;
use crate::effects::Span;
use crate::effects::shell_tools::Walker;
use crate::effects::shell_tools::program::base_name;
use crate::effects::shell_tools::state::State;
use crate::shell::{Part, PartKind, Word};

/// Variables that a shell sets itself, and those of every session.
const ALWAYS: [&str; 18] = [
    "BASHPID",
    "BASH_SOURCE",
    "EUID",
    "HOME",
    "HOSTNAME",
    "IFS",
    "LINENO",
    "LOGNAME",
    "OLDPWD",
    "OSTYPE",
    "PPID",
    "PWD",
    "RANDOM",
    "SECONDS",
    "SHELL",
    "TMPDIR",
    "UID",
    "USER",
];
/// Words in which `rm` is looked for.
const FIRST: usize = 6;
/// Folders of the system that stand right below the root.
const SYSTEM: [&str; 17] = [
    "Library", "System", "Users", "bin", "boot", "dev", "etc", "home", "lib", "lib64", "opt",
    "root", "sbin", "srv", "sys", "usr", "var",
];

impl Walker<'_> {
    /// Returns what a word is when the variables that it begins with are not set, where it is deleted and leads to the root
    /// then. What a script on the disk is given, and what another file sets, is not known.
    pub(super) fn unset(
        &self,
        word: &Word,
        before: &[Word],
        span: Span,
        state: &State,
    ) -> Option<Field> {
        let deletes = |word: &Word| word.bare_text().is_some_and(|text| base_name(text) == "rm");
        if self.file.is_some() || !before.iter().take(FIRST).any(deletes) {
            return None;
        }
        let is_unset = |part: &&Part| match &part.kind {
            PartKind::Parameter(parameter) => {
                let is_plain =
                    parameter.op.is_none() && parameter.index.is_none() && !parameter.indirect;
                let name = parameter.name.as_str();
                is_plain
                    && name
                        .starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
                    && !ALWAYS.contains(&name)
                    && state.variable(name).is_none()
            }
            // Quotes alone.
            PartKind::Text(text) => text.is_empty(),
            _ => false,
        };
        let has_variable = |part: &Part| matches!(part.kind, PartKind::Parameter(_));
        let variables = word.parts.iter().take_while(is_unset).count();
        let rest = word
            .parts
            .get(variables..)
            .filter(|_| word.parts.iter().take(variables).any(has_variable))?;
        let mut draft = Draft::default();
        for part in rest {
            match &part.kind {
                PartKind::Text(text) => draft.push(text, part.quoted),
                PartKind::Glob('*') => draft.push_pattern('*'),
                _ => return None,
            }
        }
        let folder = draft.text.strip_prefix('/')?;
        let folder = folder.strip_suffix('*').unwrap_or(folder);
        let folder = folder.trim_end_matches(['/', '.']);
        let sets = |name: Option<&str>| matches!(name, Some("source" | "." | "eval"));
        let is_root = folder.is_empty() || SYSTEM.contains(&folder);
        let mut commands = self.effects.commands.iter();
        let is_set = is_root && commands.any(|command| sets(command.program.as_deref()));
        (is_root && !is_set).then(|| draft.field(span))
    }
}
