//! Scripts of `package.json`: `npm run build`, `yarn build`, `npm test`.

use std::path::Path;

use serde_json::Value as Json;

use super::Walker;
use super::fields::Field;
use super::origin::Origin;
use super::positional::Positional;
use super::program::{Started, piece};
use super::settings::quoted;
use super::state::State;
use crate::effects::{UnknownKind, Value};
use crate::programs::{self, Reading};

/// Folders above the present one in which a package is looked for.
const ABOVE: usize = 12;
/// Commands before one among which the one is looked for that set its script.
const BEFORE: usize = 16;
/// Scripts that have a command of their own.
const OWN: [&str; 5] = ["test", "start", "stop", "restart", "build"];
/// Subcommands of yarn that write its lock file.
const LOCKING: [&str; 5] = ["add", "remove", "up", "upgrade", "dedupe"];
/// Options that choose another package than that of the folder.
const ELSEWHERE: [&str; 6] = ["-w", "-ws", "-F", "--filter", "-r", "--recursive"];

impl Walker<'_> {
    /// Walks the script that a package manager runs, with those before and after it.
    pub(super) fn package_script(
        &mut self,
        started: &Started<'_>,
        reading: &Reading<'_>,
        state: &State,
    ) {
        let manager = started.name.as_str();
        if self.remote || !matches!(manager, "npm" | "pnpm" | "yarn" | "yarnpkg" | "bun") {
            return;
        }
        if reading.subcommand == ["workspace"] {
            return self.in_workspace(started, reading, state);
        }
        let Some((name, words)) = script_of(started, reading, manager) else {
            return;
        };
        let written = format!("{manager} {name}");
        let is_elsewhere = ELSEWHERE.iter().any(|option| reading.has(option));
        let package = self.package_of(state).filter(|_| !is_elsewhere);
        let own = self.set_by_line(&name);
        let (folder, package) = match (package, state.folders.as_slice()) {
            (Some(package), _) => package,
            (None, [Some(folder)]) if own.is_some() => (folder.clone(), Json::Null),
            _ => {
                self.unknown(UnknownKind::Script, &written, Some(started.span));
                return self.installed(started, reading, &name, state);
            }
        };
        let script = |name: &str| -> Option<String> {
            let text = package.get("scripts")?.get(name)?.as_str()?;
            Some(text.to_owned())
        };
        let Some(text) = own.or_else(|| script(&name)) else {
            return self.installed(started, reading, &name, state);
        };
        let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
        let whole = format!("{text} {}", words.join(" "));
        let around = |part: &str| script(&format!("{part}{name}"));
        let mut inner = state.clone();
        inner.folders = vec![Some(folder)];
        inner.functions.clear();
        inner.parameters = Positional::of(Vec::new());
        self.within("package.json", |walker| {
            for text in [around("pre"), Some(whole), around("post")]
                .into_iter()
                .flatten()
            {
                let origin = Origin::unseen(started.span);
                walker.text_from(text.trim_end(), origin, &mut inner.clone());
            }
        });
    }

    /// Returns a script that the line itself puts into the package: `npm pkg set scripts.name=text`.
    fn set_by_line(&mut self, name: &str) -> Option<String> {
        let mut looked = 0;
        let setters = self.effects.commands.iter().rev().take(BEFORE);
        let text = setters
            .filter(|command| command.program.as_deref() == Some("npm"))
            .find_map(|command| {
                let mut words = command.words.iter().filter_map(|word| word.value.known());
                let is_setter = words.next() == Some("pkg") && words.next() == Some("set");
                is_setter.then_some(())?;
                looked += command.words.len();
                let mut settings = words.filter_map(|word| word.split_once('='));
                let (_, text) =
                    settings.find(|(key, _)| key.strip_prefix("scripts.") == Some(name))?;
                Some(text.to_owned())
            });
        self.budget = self.budget.saturating_sub(looked / 64);
        text
    }

    /// `yarn workspace web add zod`: what changes the lock file of all. Scripts of other packages are not followed.
    fn in_workspace(&mut self, started: &Started<'_>, reading: &Reading<'_>, state: &State) {
        let mut words = reading.operands().map(|part| part.at.word).skip(1);
        let Some(words) = words.next().and_then(|at| started.fields.get(at..)) else {
            return;
        };
        let first = words.first().and_then(|field| field.value.known());
        if first.is_some_and(|first| LOCKING.contains(&first)) {
            let manager = Field::known(&started.name, started.span);
            let words: Vec<Field> = std::iter::once(manager)
                .chain(words.iter().cloned())
                .collect();
            self.deeper(started, &words, state);
        }
    }

    /// `yarn prettier -w x`, where no script is called so: a program of an installed package.
    fn installed(
        &mut self,
        started: &Started<'_>,
        reading: &Reading<'_>,
        name: &str,
        state: &State,
    ) {
        let is_program = matches!(reading.subcommand.as_slice(), [] | ["run"])
            && started.name != "npm"
            && programs::find(name).is_some();
        let at = started
            .fields
            .iter()
            .position(|field| field.value.known() == Some(name));
        if let Some(words) = at
            .filter(|_| is_program)
            .and_then(|at| started.fields.get(at..))
        {
            self.deeper(started, words, state);
        }
    }

    /// Returns the nearest package at or above the folder, and its folder.
    fn package_of(&mut self, state: &State) -> Option<(String, Json)> {
        let [Some(folder)] = state.folders.as_slice() else {
            return None;
        };
        let folders = Path::new(folder).ancestors().take(ABOVE);
        let folder = folders
            .map(|folder| folder.join("package.json"))
            .find(|file| file.is_file())?;
        let text = self.text_at(folder.to_str()?)?;
        let package = serde_json::from_str(&text).ok()?;
        Some((folder.parent()?.to_str()?.to_owned(), package))
    }
}

/// Returns the name of the script that a command runs, and the words that the script gets.
fn script_of(
    started: &Started<'_>,
    reading: &Reading<'_>,
    manager: &str,
) -> Option<(String, Vec<String>)> {
    let texts: Vec<String> = reading
        .operands()
        .map(|part| match piece(started, part.at).value {
            Value::Known(text) => text,
            Value::Starts(_) => "…".to_owned(),
        })
        .collect();
    let (name, words) = match reading.subcommand.as_slice() {
        ["run"] => {
            let (name, words) = texts.split_first()?;
            (name.as_str(), words)
        }
        // yarn and bun take `build` for a script, npm and pnpm do not know it.
        [own] if OWN.contains(own) && (*own != "build" || manager.starts_with("yarn")) => {
            (*own, texts.as_slice())
        }
        ["t" | "tst"] => ("test", texts.as_slice()),
        [] if manager != "npm" => {
            let (name, words) = texts.split_first()?;
            (name.as_str(), words)
        }
        _ => return None,
    };
    // A file, which is run as one.
    if name == "…" || name.contains(['/', '.']) {
        return None;
    }
    Some((name.to_owned(), words.to_vec()))
}
