//! Languages of which only the calls are looked for that start a program or delete a file.

use super::Found;
use super::lexer::{Token, tokens};
use crate::call::Access;
use crate::effects::Value;

pub(super) fn look(language: &str, code: &str) -> Found {
    let mut found = Found::default();
    if language == "tcl" {
        tcl(code, &mut found);
        return found;
    }
    let all = tokens(language, code);
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
            ("delete", Token::Sign('-'), "file" | "directory") => {
                found.known(Access::Delete, text);
            }
            _ => {}
        }
    }
    found
}

/// `exec rm x`, `spawn rm x`, `file delete x`.
fn tcl(code: &str, found: &mut Found) {
    for statement in code.split(['\n', ';', '[', ']']) {
        let statement = statement.trim();
        let started = ["exec ", "spawn "]
            .iter()
            .find_map(|word| statement.strip_prefix(word));
        if let Some(command) = started {
            found
                .scripts
                .push(command.trim_start_matches("-noecho ").to_owned());
        }
        if let Some(paths) = statement.strip_prefix("file delete ") {
            let paths = paths
                .split_whitespace()
                .filter(|path| !path.starts_with('-'));
            for path in paths {
                found.known(Access::Delete, path.trim_matches(['"', '{', '}']));
            }
        }
    }
}
