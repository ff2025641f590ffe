//! `for %f in (…) do …`: what the variable stands for in the commands behind it.

use super::{Command, Text, follow};
use crate::call::Access;
use crate::effects::Span;
use crate::effects::powershell::Walker;
use crate::effects::powershell::state::State;

/// Turns of a loop that are followed one by one; of more, only that there are some.
const TURNS: usize = 16;

/// What stands before the set of a loop.
pub(super) struct Head {
    variable: char,
    /// `/r`, `/f`, `/l` and `/d`.
    kind: Option<char>,
    /// Where `/r` begins.
    folder: Option<Text>,
}

/// A loop whose commands follow.
pub(super) struct Loop {
    variable: char,
    /// What the variable is in turn.
    values: Vec<Text>,
}

impl Loop {
    /// Reads `for /r folder %f in`.
    pub(super) fn begins(command: &Command) -> Option<Head> {
        let [first, middle @ .., last] = command.words.as_slice() else {
            return None;
        };
        let is_loop = first.lower().trim_start_matches('@') == "for" && last.lower() == "in";
        let (variable, options) = middle.split_last().filter(|_| is_loop)?;
        let mut letters = variable.text.trim_start_matches('%').chars();
        let variable = letters.next().filter(|_| letters.next().is_none())?;
        let kind = options.first().and_then(|option| {
            let text = option.lower();
            text.strip_prefix('/')?.chars().next()
        });
        Some(Head {
            variable,
            kind,
            folder: options.get(1).cloned(),
        })
    }
}

impl Head {
    pub(super) fn over(
        self,
        walker: &mut Walker<'_>,
        set: &Command,
        span: Span,
        state: &mut State,
    ) -> Loop {
        let values = match self.kind {
            None | Some('d') => set.words.clone(),
            Some('r') => {
                let folder = self.folder.map(|folder| folder.text).unwrap_or_default();
                let folder = folder.trim_end_matches(['/', '\\']);
                let start = if folder.is_empty() { "." } else { folder };
                vec![Text {
                    text: format!("{start}\\"),
                    open: Some(start.len() + 1),
                }]
            }
            Some('f') => {
                read(walker, set, span, state);
                vec![unknown()]
            }
            Some(_) => vec![unknown()],
        };
        let values = if values.len() > TURNS || values.is_empty() {
            vec![unknown()]
        } else {
            values
        };
        Loop {
            variable: self.variable,
            values,
        }
    }
}

fn unknown() -> Text {
    Text {
        text: String::new(),
        open: Some(0),
    }
}

/// What `for /f` takes its lines from: a command between single quotes, or files.
fn read(walker: &mut Walker<'_>, set: &Command, span: Span, state: &mut State) {
    let words: Vec<&str> = set.words.iter().map(|word| word.text.as_str()).collect();
    let text = words.join(" ");
    let command = text
        .strip_prefix(['\'', '`'])
        .map(|rest| rest.trim_end_matches(['\'', '`']));
    if let Some(command) = command {
        return follow(walker, command, span, &mut state.clone());
    }
    for word in &set.words {
        walker.touch(
            (Access::Read, false),
            &word.value(),
            false,
            "for",
            span,
            state,
        );
    }
}

/// Returns a command as it is in each turn of the loops around it.
pub(super) fn turns(command: Command, loops: &[Loop]) -> Vec<Command> {
    let mut all = vec![command];
    for one in loops {
        let is_used = all.iter().any(|command| names(command, one.variable));
        if !is_used || all.len() * one.values.len() > TURNS {
            continue;
        }
        let turned = all.iter().flat_map(|command| {
            let values = one.values.iter();
            values.map(move |value| with(command, one.variable, value))
        });
        all = turned.collect();
    }
    all
}

fn names(command: &Command, variable: char) -> bool {
    let words = command.words.iter();
    let files = command.redirects.iter().map(|(_, file)| file);
    words
        .chain(files)
        .any(|word| place(word, variable).is_some())
}

/// Returns where a word holds `%f` or `%%f`, and how long that is.
fn place(word: &Text, variable: char) -> Option<(usize, usize)> {
    let double = format!("%%{variable}");
    let single = format!("%{variable}");
    let found = |sign: &str| Some((word.text.find(sign)?, sign.len()));
    found(&double).or_else(|| found(&single))
}

fn with(command: &Command, variable: char, value: &Text) -> Command {
    let replaced = |word: &Text| {
        let Some((at, length)) = place(word, variable) else {
            return word.clone();
        };
        let (before, rest) = word.text.split_at_checked(at).unwrap_or_default();
        let after = rest.get(length..).unwrap_or_default();
        let open = match (value.open, after.find('%')) {
            (Some(open), _) => Some(at + open),
            (None, Some(open)) => Some(at + value.text.len() + open),
            (None, None) => None,
        };
        Text {
            text: format!("{before}{}{after}", value.text),
            // A variable before it leaves all behind that unknown.
            open: if before.contains('%') {
                word.open
            } else {
                open
            },
        }
    };
    let files = command.redirects.iter();
    Command {
        words: command.words.iter().map(replaced).collect(),
        redirects: files
            .map(|(writes, file)| (*writes, replaced(file)))
            .collect(),
        is_fed: command.is_fed,
    }
}
