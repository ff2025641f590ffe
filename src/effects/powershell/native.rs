//! Programs that are no cmdlets: shells of Windows are followed here, all others as a bash command with the same words.

use super::command::{Arg, arguments};
use super::encoded;
use super::state::State;
use super::{Items, Walker, paths, unknown};
use crate::call::{ShellCommand, ShellDialect};
use crate::effects::{Effects, Span, UnknownKind, Value, cmd, shell_tools};

/// A shell of Windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shell {
    PowerShell,
    Cmd,
}

/// Returns the shell of this name.
pub(super) fn shell(name: &str) -> Option<Shell> {
    // Asked of every command of every line: nothing is copied.
    let name = name.rsplit(['/', '\\', ':']).next().unwrap_or_default();
    let stem = name
        .len()
        .checked_sub(4)
        .and_then(|at| name.split_at_checked(at));
    let name = match stem {
        Some((stem, ending)) if ending.eq_ignore_ascii_case(".exe") => stem,
        _ => name,
    };
    let is = |known: &str| name.eq_ignore_ascii_case(known);
    if is("cmd") {
        Some(Shell::Cmd)
    } else if ["powershell", "pwsh", "pwsh-preview"].into_iter().any(is) {
        Some(Shell::PowerShell)
    } else {
        None
    }
}

impl Walker<'_> {
    /// Follows a program.
    pub(super) fn program(
        &mut self,
        name: &str,
        args: &[Arg<'_>],
        flow: Option<&Items>,
        span: Span,
        state: &mut State,
    ) -> Items {
        let words: Vec<Value> = args.iter().flat_map(|arg| arg.items.clone()).collect();
        if shell(name).is_some() {
            let base = paths::slashed(name);
            let base = base.rsplit('/').next().unwrap_or_default().to_owned();
            self.push(Some(&base), arguments(args), span);
            // Blocks are followed where they stand.
            let is_block = args.iter().any(|arg| arg.block.is_some());
            if !is_block {
                self.shell(name, &words, flow, span, &mut state.clone());
            }
            return unknown();
        }
        self.through_bash(name, &words, flow, span, state);
        unknown()
    }

    /// Follows what `powershell` and `cmd` are told to run.
    pub(super) fn shell(
        &mut self,
        name: &str,
        words: &[Value],
        flow: Option<&Items>,
        span: Span,
        state: &mut State,
    ) {
        match shell(name) {
            Some(Shell::Cmd) => cmd::started(self, name, words, flow, span, state),
            Some(Shell::PowerShell) => self.powershell(name, words, flow, span, state),
            None => {}
        }
    }

    fn powershell(
        &mut self,
        name: &str,
        words: &[Value],
        flow: Option<&Items>,
        span: Span,
        state: &mut State,
    ) {
        const VALUES: [&str; 10] = [
            "-executionpolicy",
            "-ex",
            "-ep",
            "-inputformat",
            "-outputformat",
            "-version",
            "-windowstyle",
            "-configurationname",
            "-psconsolefile",
            "-custompipename",
        ];
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            let text = word.start().to_lowercase().replacen("--", "-", 1);
            let text = text
                .strip_prefix('/')
                .map_or(text.clone(), |option| format!("-{option}"));
            let begins =
                |option: &str, least: usize| text.len() >= least && option.starts_with(&text);
            if word.known().is_none() && text.len() < 2 {
                return self.unknown(UnknownKind::OpaqueCode, name, span);
            } else if begins("-encodedcommand", 2) || text == "-ec" {
                let code = rest
                    .next()
                    .and_then(Value::known)
                    .and_then(encoded::decoded);
                return match code {
                    Some(code) => {
                        self.nested(name, &code, span, state);
                    }
                    None => self.unknown(UnknownKind::OpaqueCode, name, span),
                };
            } else if begins("-workingdirectory", 3) || text == "-wd" {
                let folder: Items = rest.next().into_iter().cloned().collect();
                self.go(&folder, state);
            } else if begins("-file", 2) {
                let script: Vec<Value> = rest.cloned().collect();
                return self.script(&script, flow, span, state);
            } else if word.known().is_some_and(|file| self.is_read(file)) {
                let script: Vec<Value> = std::iter::once(word).chain(rest).cloned().collect();
                return self.script(&script, flow, span, state);
            } else if begins("-commandwithargs", 9) || text == "-cwa" {
                let code: Vec<&Value> = rest.next().into_iter().collect();
                let given: Items = rest.cloned().collect();
                state.set("args", given);
                return self.joined_code(name, &code, flow, span, state);
            } else if begins("-command", 2) || !text.starts_with('-') {
                let code: Vec<&Value> = if text.starts_with('-') {
                    rest.collect()
                } else {
                    std::iter::once(word).chain(rest).collect()
                };
                return self.joined_code(name, &code, flow, span, state);
            } else if text == "-w" || VALUES.iter().any(|option| begins(option, 3)) {
                rest.next();
            }
        }
        for item in flow.into_iter().flatten() {
            self.joined_code(name, &[item], None, span, state);
        }
    }

    fn joined_code(
        &mut self,
        name: &str,
        code: &[&Value],
        flow: Option<&Items>,
        span: Span,
        state: &mut State,
    ) {
        let known: Option<Vec<&str>> = code.iter().map(|word| word.known()).collect();
        match (known, flow) {
            (Some(words), Some(flow)) if words == ["-"] => {
                for item in flow {
                    self.joined_code(name, &[item], None, span, state);
                }
            }
            (Some(words), _) => {
                self.nested(name, &words.join(" "), span, state);
            }
            (None, _) => self.unknown(UnknownKind::OpaqueCode, name, span),
        }
    }

    /// A script file with its arguments.
    fn script(&mut self, words: &[Value], flow: Option<&Items>, span: Span, state: &mut State) {
        let Some((first, rest)) = words.split_first() else {
            return;
        };
        let read = first.known().and_then(|file| self.read_script(file));
        match first.known() {
            Some("-") => {
                for item in flow.into_iter().flatten() {
                    self.joined_code("-", &[item], None, span, state);
                }
            }
            Some(file) if read.is_some() => {
                let text = read.unwrap_or_default();
                let file = file.to_owned();
                self.nested(&file, &text, span, state);
            }
            Some(file) => self.through_bash(file, rest, flow, span, state),
            None => self.unknown(UnknownKind::OpaqueCode, &first.shown(), span),
        }
    }

    /// Returns the text of a script that was read when this shell was started.
    pub(in crate::effects) fn read_script(&self, file: &str) -> Option<String> {
        let same = |name: &str| {
            name.trim_start_matches("./")
                .eq_ignore_ascii_case(paths::slashed(file).trim_start_matches("./"))
        };
        let script = self.scripts.iter().find(|(name, _)| same(name));
        script.map(|(_, text)| text.clone())
    }

    fn is_read(&self, file: &str) -> bool {
        !self.scripts.is_empty() && self.read_script(file).is_some()
    }

    /// Has bash's walk judge a program: it takes words to effects by the same table for all.
    pub(in crate::effects) fn through_bash(
        &mut self,
        name: &str,
        words: &[Value],
        flow: Option<&Items>,
        span: Span,
        state: &State,
    ) {
        let mut line = self.run_what_was_brought(name, words, span, state);
        if let Some(flow) = flow {
            let texts: Option<Vec<&str>> = flow.iter().map(Value::known).collect();
            match texts {
                Some(texts) => {
                    let text = quoted(&texts.join("\n"));
                    line.extend(["printf '%s' ", text.as_str(), " | "]);
                }
                None => line.push_str("printf '%s' \"${hookgate_unknown}\" | "),
            }
        }
        line.push_str(&quoted(&paths::slashed(name)));
        for word in words {
            line.push(' ');
            match word {
                Value::Known(text) => {
                    line.push_str(&quoted(&as_operand(text, self.repository.home())));
                }
                Value::Starts(text) => {
                    line.push_str(&quoted(&as_operand(text, self.repository.home())));
                    line.push_str("\"${hookgate_unknown}\"");
                }
            }
        }
        let command = ShellCommand {
            text: line,
            cwd: None,
            dialect: ShellDialect::Posix,
        };
        for folder in &state.folders {
            let mut found = Effects::default();
            let seen = if let Some(folder) = folder {
                self.repository.seen_from(folder)
            } else {
                self.unknown(UnknownKind::Path(crate::call::Access::Write), name, span);
                continue;
            };
            shell_tools::add(&mut found, &command, &seen, self.programs);
            self.take(found, flow.is_some(), span);
        }
        if state.folders.iter().all(Option::is_none) {
            let mut found = Effects::default();
            shell_tools::add(&mut found, &command, self.repository, self.programs);
            found.paths.clear();
            self.take(found, flow.is_some(), span);
        }
    }

    fn take(&mut self, found: Effects, has_flow: bool, span: Span) {
        for mut path in found.paths {
            path.span = Some(span);
            self.effects.add_path(path);
        }
        let skipped = usize::from(has_flow);
        for mut command in found.commands.into_iter().skip(skipped) {
            command.span = span;
            command.via = [self.via.clone(), command.via].concat();
            self.effects.commands.push(command);
        }
        for mut unknown in found.unknowns {
            unknown.span = Some(span);
            self.effects.add_unknown(unknown);
        }
    }
}

/// A word for bash that stands for itself.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// A path of Windows as the other walk takes it; what is no path stays.
pub(super) fn as_operand(text: &str, home: Option<&str>) -> String {
    let is_path = text.len() < 1_024
        && text
            .chars()
            .all(|letter| letter.is_alphanumeric() || "\\/._-:~ +@=,%".contains(letter));
    if !is_path {
        return text.to_owned();
    }
    let path = text.replace('\\', "/");
    let (before, path) = match path.split_once('=') {
        Some((option, value)) if option.starts_with('-') => {
            (format!("{option}="), value.to_owned())
        }
        _ => (String::new(), path),
    };
    let mut letters = path.chars();
    let is_drive = letters
        .next()
        .is_some_and(|letter| letter.is_ascii_alphabetic())
        && letters.next() == Some(':')
        && letters.next() == Some('/');
    // On a system without drives it is a folder beside all others.
    let path = match path.as_str() {
        drive if is_drive && drive.len() == 3 && !cfg!(windows) => "/".to_owned(),
        path if is_drive && !cfg!(windows) => format!("/{path}"),
        path if path == "~" || path.starts_with("~/") => match home {
            Some(home) => format!("{home}{}", path.get(1..).unwrap_or_default()),
            None => path.to_owned(),
        },
        path => path.to_owned(),
    };
    format!("{before}{path}")
}
