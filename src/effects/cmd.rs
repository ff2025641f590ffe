//! Effects of a command line of cmd.exe: `cmd /c …`, from whatever shell.
//!
//! A small reading of its own: quotes, carets, `&`, `&&`, `|`, redirections, brackets, `if` and `for` in front of a command.
//! What cmd does itself with files is followed; everything else is a program with its words. A line that holds more than
//! that is unparsable.

mod batch;
mod copies;
mod loops;
mod programs;
mod variables;

use copies::{copy, rename};
use loops::Loop;

use super::powershell::Walker;
use super::powershell::state::State;
use super::{Argument, Span, UnknownKind, Value};
use crate::call::Access;

/// Longest line that is read.
const LENGTH: usize = 1 << 16;

/// One command of a line.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Command {
    /// Its words; one with a variable in it is not known.
    words: Vec<Text>,
    /// Files that it reads or writes by redirection.
    redirects: Vec<(bool, Text)>,
    /// It reads what the command before it prints.
    is_fed: bool,
}

/// A word, quotes and carets removed.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Text {
    text: String,
    /// Holds `%x%` or `!x!` from here on.
    open: Option<usize>,
}

/// Follows what `cmd` is given as words.
pub(super) fn started(
    walker: &mut Walker<'_>,
    name: &str,
    words: &[Value],
    flow: Option<&Vec<Value>>,
    span: Span,
    state: &mut State,
) {
    let is_run = |word: &Value| {
        let text = word.start().to_lowercase();
        ["/c", "/k", "/r", "//c"]
            .iter()
            .any(|option| text.starts_with(option))
    };
    let Some(at) = words.iter().position(is_run) else {
        for item in flow.into_iter().flatten() {
            match item.known() {
                Some(text) => walker.under(name, |walker| batch::follow(walker, text, span, state)),
                None => walker.unknown(UnknownKind::OpaqueCode, name, span),
            }
        }
        return;
    };
    let is_delayed = |word: &Value| word.start().to_lowercase().starts_with("/v");
    let is_delayed = words.iter().take(at).any(is_delayed);
    let mut line = String::new();
    // `/cdel x`: the option may be written together with the line.
    let glued = words.get(at).map(|word| {
        word.start()
            .trim_start_matches('/')
            .get(1..)
            .unwrap_or_default()
            .to_owned()
    });
    let rest = words.get(at + 1..).unwrap_or_default();
    let only = rest.len() == 1;
    for word in glued.iter().filter(|text| !text.is_empty()) {
        line.push_str(word);
    }
    for word in rest {
        let Some(text) = word.known() else {
            walker.unknown(UnknownKind::OpaqueCode, &word.shown(), span);
            return;
        };
        if !line.is_empty() {
            line.push(' ');
        }
        if !only && text.contains(' ') && !text.contains('"') {
            line.push('"');
            line.push_str(text);
            line.push('"');
        } else {
            line.push_str(text);
        }
    }
    let line = unwrapped(&line);
    let span = walker.place_of(line).unwrap_or(span);
    let line = variables::expanded(line, walker.repository.home());
    let line = if is_delayed {
        variables::delayed(&line)
    } else {
        line.into_owned()
    };
    walker.under(name, |walker| follow(walker, &line, span, state));
}

/// `"del x"`: quotes around the whole line are not part of it.
fn unwrapped(line: &str) -> &str {
    let line = line.trim();
    let inside = line
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    inside.unwrap_or(line)
}

fn follow(walker: &mut Walker<'_>, line: &str, span: Span, state: &mut State) {
    let Some(commands) = parse(line) else {
        walker.unknown(UnknownKind::Unparsable, line, span);
        return;
    };
    let mut loops = Vec::new();
    let mut commands = commands.into_iter();
    while let Some(command) = commands.next() {
        if let Some(head) = Loop::begins(&command) {
            let set = commands.next().unwrap_or_default();
            loops.push(head.over(walker, &set, span, state));
            continue;
        }
        for command in loops::turns(command, &loops) {
            if !walker.step(span) {
                return;
            }
            for (writes, file) in &command.redirects {
                let access = if *writes { Access::Write } else { Access::Read };
                walker.touch((access, false), &file.value(), true, "cmd", span, state);
            }
            let is_kept = command.redirects.iter().any(|(writes, _)| *writes);
            if !is_kept {
                variables::printed(walker, &command.words, span);
            }
            let words = || command.words.iter().map(Text::value).collect::<Vec<_>>();
            if command.is_fed && walker.fed(&words(), span, state) {
                continue;
            }
            run(walker, &command.words, span, state);
        }
    }
}

impl Text {
    fn value(&self) -> Value {
        match self.open {
            Some(at) => Value::Starts(self.text.get(..at).unwrap_or_default().to_owned()),
            None => Value::Known(self.text.clone()),
        }
    }

    fn lower(&self) -> String {
        self.text.to_lowercase()
    }
}

/// Splits a line into its commands; `None` when a quote is left open where that matters.
fn parse(line: &str) -> Option<Vec<Command>> {
    if line.len() > LENGTH || line.contains('\0') {
        return None;
    }
    let mut commands = Vec::new();
    let mut command = Command::default();
    let mut word: Option<Text> = None;
    // The word that is read now is a redirection's file.
    let mut target: Option<bool> = None;
    let mut quoted = false;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            '%' | '!' => {
                let word = word.get_or_insert_default();
                let at = word.text.len();
                word.text.push(letter);
                if letter == '%' || !quoted {
                    word.open.get_or_insert(at);
                }
            }
            other if quoted => word.get_or_insert_default().text.push(other),
            '^' => {
                if let Some(escaped) = letters.next().filter(|next| *next != '\r' && *next != '\n')
                {
                    word.get_or_insert_default().text.push(escaped);
                }
            }
            '>' | '<' => {
                // `2>`: a digit right before belongs to the sign.
                if word.as_ref().is_some_and(|word| {
                    word.text.len() == 1
                        && word.text.starts_with(|digit: char| digit.is_ascii_digit())
                }) {
                    word = None;
                }
                end_word(&mut command, &mut word, &mut target);
                while letters.next_if_eq(&'>').is_some() {}
                if letters.next_if_eq(&'&').is_some() {
                    letters.next_if(char::is_ascii_digit)?;
                } else {
                    target = Some(letter == '>');
                }
            }
            '&' | '|' | '\n' | '\r' | '(' | ')' => {
                let inside = matches!(letter, '(' | ')')
                    && word.as_ref().is_some_and(|word| !word.text.is_empty());
                if inside && letter == '(' {
                    word.get_or_insert_default().text.push(letter);
                    continue;
                }
                end_word(&mut command, &mut word, &mut target);
                let is_pipe = letter == '|' && letters.next_if_eq(&'|').is_none();
                let is_fed = is_pipe || (letter == '(' && command.is_fed);
                let next = Command {
                    is_fed,
                    ..Command::default()
                };
                commands.push(std::mem::replace(&mut command, next));
            }
            ' ' | '\t' | ',' | ';' | '=' if word.is_none() || letter.is_whitespace() => {
                end_word(&mut command, &mut word, &mut target);
            }
            ',' | ';' => end_word(&mut command, &mut word, &mut target),
            other => word.get_or_insert_default().text.push(other),
        }
    }
    if quoted && line.contains(['&', '|', '<', '>']) {
        return None;
    }
    end_word(&mut command, &mut word, &mut target);
    if target.is_some() {
        return None;
    }
    commands.push(command);
    commands.retain(|command| !command.words.is_empty() || !command.redirects.is_empty());
    Some(commands)
}

fn end_word(command: &mut Command, word: &mut Option<Text>, target: &mut Option<bool>) {
    let Some(word) = word.take() else {
        return;
    };
    match target.take() {
        Some(writes) => command.redirects.push((writes, word)),
        None => command.words.push(word),
    }
}

fn run(walker: &mut Walker<'_>, words: &[Text], span: Span, state: &mut State) {
    let Some((first, rest)) = words.split_first() else {
        return;
    };
    if first.open.is_some() {
        walker.push(
            None,
            rest.iter().map(|word| plain(word.value())).collect(),
            span,
        );
        walker.unknown(UnknownKind::OpaqueCode, &first.text, span);
        return;
    }
    let name = first.lower();
    let name = name.trim_start_matches('@');
    let after = |word: &str| {
        let at = rest.iter().position(|other| other.lower() == word)?;
        rest.get(at + 1..)
    };
    match name {
        "" | "call" | "else" | "do" => run(walker, rest, span, state),
        "start" => {
            let is_option = |word: &&Text| word.text.starts_with('/') || word.text.is_empty();
            let skipped = rest.iter().take_while(is_option).count();
            run(walker, rest.get(skipped..).unwrap_or_default(), span, state);
        }
        "if" => condition(walker, rest, span, state),
        "for" => match after("do") {
            Some(body) => run(walker, body, span, state),
            None => walker.unknown(UnknownKind::Unparsable, "for", span),
        },
        // What stands in the brackets of `for … in (…)` is no command; it cannot be told from one here.
        "in" => {}
        "cd" | "chdir" | "pushd" => {
            let target: Vec<Value> = rest
                .iter()
                .filter(|word| !word.text.starts_with('/'))
                .map(Text::value)
                .collect();
            if !target.is_empty() {
                walker.go(&target, state);
            }
        }
        "popd" => state.folders = vec![None],
        _ => known(walker, (name, first), rest, span, state),
    }
}

/// `if exist x command`, `if not "%x%"=="y" command`, `if errorlevel 1 command`.
fn condition(walker: &mut Walker<'_>, words: &[Text], span: Span, state: &mut State) {
    let plain: Vec<&Text> = words
        .iter()
        .filter(|word| !matches!(word.lower().as_str(), "not" | "/i"))
        .collect();
    let skipped = match plain.first().map(|word| word.lower()).as_deref() {
        Some("exist" | "defined" | "errorlevel" | "cmdextversion") => 2,
        Some(text) if text.contains("==") => 1,
        Some(_) => 3,
        None => return,
    };
    let body: Vec<Text> = plain.into_iter().skip(skipped).cloned().collect();
    run(walker, &body, span, state);
}

/// What cmd does itself, and a few programs that come with it.
fn known(
    walker: &mut Walker<'_>,
    (name, first): (&str, &Text),
    rest: &[Text],
    span: Span,
    state: &mut State,
) {
    let mut switches: Vec<String> = rest
        .iter()
        .filter(|word| is_switch(word))
        .flat_map(|word| {
            let lower = word.lower();
            let each = lower.split('/').skip(1);
            each.map(|switch| format!("/{switch}")).collect::<Vec<_>>()
        })
        .collect();
    switches.sort();
    let has = |switch: &str| switches.iter().any(|given| given.starts_with(switch));
    let operands: Vec<Value> = rest
        .iter()
        .filter(|word| !is_switch(word))
        .map(Text::value)
        .collect();
    let all = operands.iter();
    match name {
        "del" | "erase" => {
            for path in all {
                walker.touch((Access::Delete, has("/s")), path, false, name, span, state);
            }
        }
        "rd" | "rmdir" => {
            for path in all {
                walker.touch((Access::Delete, has("/s")), path, true, name, span, state);
            }
        }
        "type" | "more" | "fc" | "comp" => {
            for path in all {
                walker.touch((Access::Read, false), path, false, name, span, state);
            }
        }
        "md" | "mkdir" => {
            for path in all {
                walker.touch((Access::Write, false), path, true, name, span, state);
            }
        }
        // It lists what it would copy.
        "robocopy" if switches.iter().any(|given| given == "/l") => {}
        "copy" | "xcopy" | "robocopy" | "move" | "replace" => copy(
            walker,
            name,
            &operands,
            (has("/mir") || has("/purge"), has("/mov")),
            span,
            state,
        ),
        "ren" | "rename" => rename(walker, name, &operands, span, state),
        "mklink" => {
            if let [link, target] = operands.as_slice() {
                walker.touch((Access::Write, false), link, true, name, span, state);
                walker.link(link, target, state);
            }
        }
        "attrib"
            if operands
                .iter()
                .any(|word| word.start().starts_with(['+', '-'])) =>
        {
            let is_path = |word: &&Value| !word.start().starts_with(['+', '-']);
            for path in all.filter(is_path) {
                walker.touch((Access::Write, has("/s")), path, false, name, span, state);
            }
        }
        "fsutil" => programs::fsutil(walker, &operands, span, state),
        "forfiles" => return programs::forfiles(walker, rest, span, state),
        "dir" | "echo" | "set" | "rem" | "cls" | "ver" | "vol" | "title" | "exit" | "pause"
        | "echo." | "setlocal" | "endlocal" | "format" | "attrib" | "path" | "prompt" | "date"
        | "time" | "verify" | "break" | "color" => {}
        _ => {
            let words: Vec<Value> = rest.iter().map(Text::value).collect();
            if let Some(text) = walker.read_script(&first.text).filter(|_| is_batch(name)) {
                batch::follow(walker, &text, span, state);
            } else if super::powershell::is_shell(name) {
                walker.follow_shell(&first.text, &words, span, state);
            } else {
                // A search for files elsewhere; here it searches in them.
                let is_search = matches!(name, "find" | "find.exe");
                let program = if is_search { "findstr" } else { &first.text };
                walker.through_bash(program, &words, None, span, state);
            }
            return;
        }
    }
    let mut words: Vec<Argument> = switches
        .into_iter()
        .map(|text| plain(Value::Known(text)))
        .collect();
    words.extend(
        operands
            .iter()
            .map(|path| walker.argument(path, false, state)),
    );
    walker.push(Some(name), words, span);
}

fn is_batch(name: &str) -> bool {
    [".bat", ".cmd"].iter().any(|ending| name.ends_with(ending))
}

fn is_switch(word: &Text) -> bool {
    // `/s` is a switch, and so are both of `/s/q`; `/dev/x` is a path.
    let Some(switches) = word.text.strip_prefix('/').filter(|rest| !rest.is_empty()) else {
        return false;
    };
    !switches.contains('/') || switches.split('/').all(|switch| switch.len() == 1)
}

fn plain(value: Value) -> Argument {
    Argument {
        value,
        places: None,
        all_of: None,
        is_pattern: false,
    }
}

#[cfg(test)]
mod tests;
