//! `eval "$(pyenv init -)"`, `source <(kubectl completion bash)`: what an installed program prints to set up the shell that started it.

use super::Walker;
use super::program::base_name;
use super::state::State;
use crate::effects::Value;
use crate::shell::{Command, Part, PartKind, Redirect, Script, SimpleCommand, Target, Word};

/// Programs that print settings of the shell, each with the words that ask for them. `*` stands for any one name.
const SETUPS: [&str; 53] = [
    "atuin init *",
    "brew shellenv",
    "brew shellenv *",
    "conda shell.bash hook",
    "conda shell.posix hook",
    "conda shell.zsh hook",
    "devbox shellenv",
    "direnv export *",
    "direnv hook *",
    "dircolors",
    "dircolors -b",
    "docker-machine env *",
    "fnm env",
    "fnm env --use-on-cd",
    "goenv init -",
    "jenv init -",
    "lesspipe",
    "luarocks path",
    "micromamba shell hook *",
    "minikube docker-env",
    "mise activate *",
    "mise env",
    "nodenv init -",
    "opam env",
    "opam env *",
    "phpenv init -",
    "pyenv init *",
    "pyenv init - *",
    "pyenv virtualenv-init -",
    "rbenv init -",
    "rbenv init - *",
    "ssh-agent",
    "ssh-agent -c",
    "ssh-agent -s",
    "mise activate * --shims",
    "starship init *",
    "zoxide init *",
    "zoxide init * --cmd *",
    "argocd completion *",
    "docker completion *",
    "flux completion *",
    "gh completion -s *",
    "gh completion --shell *",
    "glab completion -s *",
    "helm completion *",
    "k3d completion *",
    "kind completion *",
    "kubectl completion *",
    "minikube completion *",
    "npm completion",
    "pip completion --bash",
    "rustup completions *",
    "uv generate-shell-completion *",
];

impl Walker<'_> {
    /// Whether a command evaluates what an installed program prints for that: running it is all the trust that it takes.
    pub(super) fn is_setup(&self, simple: &SimpleCommand, state: &State) -> bool {
        let [name, word] = simple.words.as_slice() else {
            return false;
        };
        let is_evaluated = match name.bare_text() {
            Some("eval") => true,
            Some("source" | ".") => false,
            _ => return false,
        };
        let Some(asked) = substituted(word, is_evaluated) else {
            return false;
        };
        let words = asked.static_words().unwrap_or_default();
        let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
        let Some((program, rest)) = words.split_first() else {
            return false;
        };
        let is_found = match program.rsplit_once('/') {
            Some((folder, _)) => self.holds_installed(folder),
            None => !state.functions.contains_key(*program) && self.finds_installed(state),
        };
        let text = [&[base_name(program)], rest].concat().join(" ");
        let is_known = SETUPS.iter().any(|setup| {
            let mut setup = setup.split(' ');
            let mut given = text.split(' ');
            loop {
                match (setup.next(), given.next()) {
                    (None, None) => return true,
                    (Some("*"), Some(word)) if is_name(word) => {}
                    (Some(known), Some(word)) if known == word => {}
                    _ => return false,
                }
            }
        });
        is_known && is_found
    }

    /// Whether programs are looked up where they are installed, and not in the repository or a scratch folder.
    fn finds_installed(&self, state: &State) -> bool {
        let given = self.given.iter().any(|(name, _)| name == "PATH");
        let set = state.variable("PATH").unwrap_or_default();
        !given
            && set.iter().all(|value| {
                let (text, is_whole) = match value {
                    Value::Known(text) => (text.as_str(), true),
                    Value::Starts(text) => (text.as_str(), false),
                };
                // What is not known behind the last `:` is what it held before.
                let text = if is_whole {
                    Some(text)
                } else {
                    text.strip_suffix(':')
                };
                text.is_some_and(|text| text.split(':').all(|folder| self.holds_installed(folder)))
            })
    }

    fn holds_installed(&self, folder: &str) -> bool {
        !folder.contains("..") && self.is_installed(&format!("{folder}/"))
    }
}

/// Returns the one command that a word stands for the output of, as text or as a file.
fn substituted(word: &Word, as_text: bool) -> Option<&SimpleCommand> {
    let is_there = |part: &&Part| part.text() != Some("");
    let mut parts = word.parts.iter().filter(is_there);
    let (Some(part), None) = (parts.next(), parts.next()) else {
        return None;
    };
    let script = match &part.kind {
        PartKind::Command(substitution) if as_text => &substitution.script,
        PartKind::Process(process) if !as_text && !process.reads => &process.script,
        _ => return None,
    };
    let Script { items, .. } = script;
    let [item] = items.as_slice() else {
        return None;
    };
    let [stage] = item.list.first.stages.as_slice() else {
        return None;
    };
    let Command::Simple(simple) = &stage.command else {
        return None;
    };
    let is_quiet = |redirect: &Redirect| {
        let target = match &redirect.target {
            Target::Word(word) => word.static_text(),
            Target::HereDoc(_) => None,
        };
        redirect.descriptor() == Some(2) && target.as_deref() == Some("/dev/null")
    };
    let is_alone = item.list.rest.is_empty() && !item.background;
    (is_alone && simple.assignments.is_empty() && simple.redirects.iter().all(is_quiet))
        .then_some(simple)
}

/// Whether a word names a shell, a version or a switch: no path, and nothing to run.
fn is_name(word: &str) -> bool {
    let is_letter = |letter: u8| letter.is_ascii_alphanumeric() || b"-_.=".contains(&letter);
    !word.is_empty() && word.bytes().all(is_letter)
}
