//! Languages of which only the calls are looked for that start a program or delete a file.

use super::Found;
use super::lexer::{Token, tokens};
use super::names::is_in;
use super::steps::Steps;
use crate::call::Access;
use crate::effects::Value;
use crate::effects::shell_tools::settings::quoted;

pub(super) fn look(language: &str, code: &str) -> Found {
    let mut found = Found::default();
    match language {
        "tcl" => {
            super::tcl::look(code, &mut found);
            return found;
        }
        "gdb" => {
            for line in code.lines() {
                debugger(line.trim(), &mut found);
            }
            return found;
        }
        "transfer" => {
            for command in code.split([';', '\n']) {
                transfer(command, &mut found);
            }
            return found;
        }
        "socat" => {
            for address in code.split("!!") {
                socat(address, &mut found);
            }
            return found;
        }
        _ => {}
    }
    let all = tokens(language, code);
    for window in all.windows(3) {
        // `app.doShellScript("text")`
        if let [
            Token::Name(name),
            Token::Sign('('),
            Token::Text(Value::Known(text)),
        ] = window
            && name.ends_with("doShellScript")
        {
            found.scripts.push(text.clone());
        }
    }
    for window in all.windows(4) {
        let [
            Token::Name(one),
            middle,
            Token::Name(other),
            Token::Text(Value::Known(text)),
        ] = window
        else {
            continue;
        };
        match (one.as_str(), middle, other.as_str()) {
            // `do shell script "text"`, `(shell-command "text")`
            ("shell", Token::Sign('-'), "command") => found.scripts.push(text.clone()),
            (_, Token::Name(middle), "script") if middle == "shell" => {
                found.scripts.push(text.clone());
            }
            // `(insert-file-contents "file")`
            ("insert" | "load", Token::Sign('-'), "file") => found.known(Access::Read, text),
            ("delete", Token::Sign('-'), "file" | "directory") => {
                found.known(Access::Delete, text);
            }
            ("temp" | "find" | "write", Token::Sign('-'), "file")
            | ("make", Token::Sign('-'), "directory") => {
                found.known(Access::Write, text);
            }
            _ => {}
        }
    }
    lisp(&all, &mut found);
    found
}

/// Forms of Lisp that are looked into.
const FORMS: &str = "\
    write-region append-to copy-file copy-directory rename-file call-process start-process run-program";

/// `(write-region … "file")`, `(copy-file "a" "b")`, `(call-process "rm" …)`.
fn lisp(all: &[Token], found: &mut Found) {
    let mut steps = Steps::all();
    for (at, window) in all.windows(3).enumerate() {
        let [Token::Name(one), Token::Sign('-'), Token::Name(other)] = window else {
            continue;
        };
        if !is_in(FORMS, &format!("{one}-{other}")) {
            continue;
        }
        let rest = all.get(at + 3..).unwrap_or_default();
        let end = rest.iter().position(|token| *token == Token::Sign(')'));
        let rest = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        if steps.take(rest.len()).is_none() {
            found.is_opaque = true;
            return;
        }
        let texts: Vec<&str> = rest
            .iter()
            .filter_map(|token| match token {
                Token::Text(value) => value.known(),
                _ => None,
            })
            .collect();
        match (one.as_str(), other.as_str()) {
            ("write", "region") | ("append", "to") | ("copy", "file" | "directory") => {
                if let Some(path) = texts.last() {
                    found.known(Access::Write, path);
                }
            }
            ("rename", "file") => {
                for path in &texts {
                    found.known(Access::Delete, path);
                }
            }
            ("call" | "start", "process") | ("run", "program") => {
                let words: Vec<String> = texts.iter().map(|word| quoted(word)).collect();
                found.script(words.join(" "));
            }
            _ => {}
        }
    }
}

/// `get there here`, `lcd folder`, `!rm x`: clients that fetch files.
fn transfer(command: &str, found: &mut Found) {
    let command = command.trim();
    if let Some(text) = command.strip_prefix('!') {
        return found.scripts.push(text.to_owned());
    }
    let words: Vec<&str> = command
        .split_whitespace()
        .map(|word| word.trim_matches(['"', '\'']))
        .collect();
    match words.as_slice() {
        ["get" | "reget" | "recv" | "more", _, here] => found.known(Access::Write, here),
        ["get" | "reget" | "recv", there] => {
            let name = there.rsplit(['/', '\\']).next().unwrap_or(there);
            found.known(Access::Write, name);
        }
        ["put" | "reput" | "send", here, ..] => found.known(Access::Read, here),
        _ => {}
    }
}

/// `shell rm x`, `!rm x`, `platform shell rm x`, `python code`, `call system("rm x")`.
fn debugger(line: &str, found: &mut Found) {
    if let Some(text) = line.strip_prefix('!') {
        return found.scripts.push(text.to_owned());
    }
    let (command, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    match command {
        "shell" => found.scripts.push(rest.to_owned()),
        "platform" => {
            let text = rest.strip_prefix("shell ").unwrap_or_default();
            // `-h` is for the host.
            found
                .scripts
                .push(text.trim_start_matches("-h ").to_owned());
        }
        "pipe" | "|" => {
            if let Some((_, text)) = rest.split_once('|') {
                found.scripts.push(text.to_owned());
            }
        }
        "python" | "py" | "pi" | "python-interactive" | "script" => {
            let inner = super::look("python", rest, &[]);
            found.absorb(inner);
        }
        _ if ["system", "popen", "exec"]
            .iter()
            .any(|call| rest.contains(call)) =>
        {
            let inner = super::look("javascript", rest, &[]);
            found.scripts.extend(inner.scripts);
        }
        _ => {}
    }
}

/// `EXEC:program words,options`, `SYSTEM:text`, `CREATE:file`.
fn socat(address: &str, found: &mut Found) {
    const SHELLS: &str = "sh bash dash ash ksh zsh cmd.exe powershell pwsh";
    let (kind, rest) = address.split_once(':').unwrap_or((address, ""));
    let (text, options) = rest.split_once(',').unwrap_or((rest, ""));
    match kind.to_ascii_uppercase().as_str() {
        "EXEC" | "SYSTEM" | "SHELL" => {
            let mut words = text.split_whitespace();
            let program = words.next().unwrap_or_default();
            let name = program.rsplit('/').next().unwrap_or_default();
            // A shell that is told at the other end of the line what to do.
            let is_told = is_in(SHELLS, name)
                && words.all(|word| matches!(word, "-i" | "-l" | "-li" | "-il"));
            found.is_opaque |= is_told;
            found.scripts.push(text.to_owned());
        }
        "CREATE" | "CREAT" => found.known(Access::Write, text),
        "OPEN" | "GOPEN" | "FILE" => {
            let writes = |option: &str| {
                matches!(
                    option,
                    "wronly" | "rdwr" | "append" | "creat" | "create" | "trunc"
                )
            };
            let writes = kind.eq_ignore_ascii_case("GOPEN") || options.split(',').any(writes);
            found.known(if writes { Access::Write } else { Access::Read }, text);
        }
        _ => {}
    }
}
