//! Settings that hold a command: `git -c alias.x=…`, `ssh -o ProxyCommand=…`, `GIT_SSH_COMMAND=…`.

use super::Walker;
use super::fields::Field;
use super::program::{Started, piece};
use super::stages::Input;
use super::state::State;
use crate::effects::{Span, UnknownKind, Value};
use crate::programs::reading::PartKind;
use crate::programs::{Reading, Role};

/// Variables whose value another program runs.
const VARIABLES: [&str; 15] = [
    "GIT_SSH_COMMAND",
    "GIT_SSH",
    "GIT_PAGER",
    "GIT_EDITOR",
    "GIT_SEQUENCE_EDITOR",
    "GIT_EXTERNAL_DIFF",
    "GIT_ASKPASS",
    "GIT_PROXY_COMMAND",
    "PAGER",
    "EDITOR",
    "VISUAL",
    "MANPAGER",
    "PROMPT_COMMAND",
    "LESSOPEN",
    "BROWSER",
];
/// Settings that variables are looked through for.
const PAIRS: usize = 16;
/// Names of settings whose value is a command; `*` stands for the middle.
const NAMES: [&str; 22] = [
    "core.pager",
    "core.editor",
    "core.sshcommand",
    "core.fsmonitor",
    "core.askpass",
    "core.gitproxy",
    "sequence.editor",
    "diff.external",
    "credential.helper",
    "gpg.program",
    "pager.*",
    "filter.*.clean",
    "filter.*.smudge",
    "filter.*.process",
    "diff.*.textconv",
    "difftool.*.cmd",
    "mergetool.*.cmd",
    "merge.*.driver",
    "proxycommand",
    "localcommand",
    "knownhostscommand",
    "exec",
];

/// Variables that name a file which a shell reads first.
const STARTUP: [&str; 2] = ["BASH_ENV", "ENV"];
/// Variables that a shell expands once more when it uses them.
const EXPANDED: [&str; 4] = ["BASH_ENV", "ENV", "PS4", "PS1"];

impl Walker<'_> {
    /// Walks what a variable makes other programs run.
    pub(super) fn setting(&mut self, name: &str, values: &[Value], span: Span, state: &State) {
        if self.muted {
            return;
        }
        if EXPANDED.contains(&name) {
            let texts = values.iter().filter_map(Value::known);
            for text in texts.filter(|text| text.contains("$(") || text.contains('`')) {
                let text = format!(": \"{}\"", text.replace('"', ""));
                self.under(name, |walker| {
                    walker.nested(&text, Some(span), span, &mut state.clone());
                });
            }
        }
        if !VARIABLES.contains(&name) {
            return;
        }
        for text in values.iter().filter_map(Value::known) {
            self.under(name, |walker| {
                walker.nested(text, Some(span), span, &mut state.clone());
            });
        }
    }

    /// Walks what a setting makes its program run.
    pub(super) fn setting_text(
        &mut self,
        started: &Started<'_>,
        reading: &Reading<'_>,
        field: &Field,
        state: &State,
    ) {
        let Some((name, value)) = field
            .value
            .known()
            .and_then(|text| text.split_once(['=', ' ']))
        else {
            return;
        };
        let name = name.trim().to_lowercase();
        let value = value.trim();
        let words = reading
            .parts
            .iter()
            .filter(|part| part.kind == PartKind::Operand);
        let words: Vec<Field> = words.map(|part| piece(started, part.at)).collect();
        let text = if let Some(alias) = name.strip_prefix("alias.") {
            let given = words
                .iter()
                .position(|word| word.value.known() == Some(alias));
            let rest = given.and_then(|at| words.get(at + 1..)).unwrap_or_default();
            let rest: Vec<String> = rest.iter().map(|word| quoted(word.value.start())).collect();
            let command = value
                .strip_prefix('!')
                .map_or_else(|| format!("git {value}"), str::to_owned);
            format!("{command} {}", rest.join(" "))
        } else if NAMES.iter().any(|known| fits(known, &name)) {
            value.strip_prefix('!').unwrap_or(value).to_owned()
        } else {
            return;
        };
        self.script_text(started, &Field::known(&text, field.span), state);
    }

    /// `GIT_CONFIG_KEY_0=name GIT_CONFIG_VALUE_0=value git …`
    pub(super) fn settings_given(
        &mut self,
        started: &Started<'_>,
        reading: &Reading<'_>,
        state: &State,
    ) {
        let command = self.effects.commands.get(started.index);
        let Some(command) = command.filter(|_| started.name == "git") else {
            return;
        };
        if command.variable("GIT_CONFIG_COUNT").is_none() {
            return;
        }
        let known = |name: String| command.variable(&name)?.first()?.known();
        let pairs = (0..PAIRS).filter_map(|at| {
            let name = known(format!("GIT_CONFIG_KEY_{at}"))?;
            let value = known(format!("GIT_CONFIG_VALUE_{at}"))?;
            Some(Field::known(&format!("{name}={value}"), started.span))
        });
        for setting in pairs.collect::<Vec<_>>() {
            self.setting_text(started, reading, &setting, state);
        }
    }

    /// `BASH_ENV=file bash …`: a shell reads the file before anything else.
    pub(super) fn startup_file(
        &mut self,
        started: &Started<'_>,
        reading: &Reading<'_>,
        state: &State,
    ) {
        if reading.language != Some("shell") || started.is_sourcing || started.is_doubtful {
            return;
        }
        let Some(command) = self.effects.commands.get(started.index) else {
            return;
        };
        let paths = STARTUP.iter().filter_map(|name| command.variable(name));
        let paths = paths.flatten().filter_map(Value::known).map(str::to_owned);
        for path in paths.filter(|path| !path.is_empty()).collect::<Vec<_>>() {
            match self.content(&path, state) {
                Some(Input::Known(text)) => {
                    self.script_text(started, &Field::known(&text, started.span), state);
                }
                Some(_) => self.unknown(UnknownKind::OpaqueCode, &path, Some(started.span)),
                None => {
                    for file in self.stored(&path, state).0 {
                        self.run_stored(&file, &path, Vec::new(), started.span, state);
                    }
                }
            }
        }
    }

    /// `git config name value`.
    pub(super) fn setting_words(
        &mut self,
        started: &Started<'_>,
        reading: &Reading<'_>,
        state: &State,
    ) {
        let words = reading
            .parts
            .iter()
            .filter(|part| part.role == Role::SettingWord);
        let words: Vec<Field> = words.map(|part| piece(started, part.at)).collect();
        let words: Vec<&Field> = words
            .iter()
            .filter(|word| !matches!(word.value.known(), Some("set" | "add")))
            .collect();
        if let [name, value, ..] = words.as_slice()
            && let (Some(name), Some(value)) = (name.value.known(), value.value.known())
        {
            let text = Field::known(&format!("{name}={value}"), started.span);
            self.setting_text(started, reading, &text, state);
        }
    }
}

fn fits(known: &str, name: &str) -> bool {
    match known.split_once('*') {
        Some((start, end)) => {
            name.len() > known.len() - 1 && name.starts_with(start) && name.ends_with(end)
        }
        None => known == name,
    }
}

/// Returns a word as a shell reads it back.
pub(super) fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}
