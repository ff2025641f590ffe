//! awk: redirections, pipes and `system`.

use super::Found;
use super::filled::OPEN;
use super::lexer::{self, Token};
use crate::call::Access;
use crate::effects::Value;

/// Looks at a program; `name=value` among the words sets a variable.
pub(super) fn look(code: &str, words: &[String]) -> Found {
    let mut found = Found::default();
    let tokens = lexer::tokens("awk", code);
    let given = words.iter().filter_map(|word| word.split_once('='));
    let given = given.map(|(name, text)| (name.to_owned(), Value::Known(text.to_owned())));
    let words = &assigned(&tokens, given.collect());
    // `>` compares, unless something is printed.
    let mut prints = false;
    let mut reads = false;
    let mut printed = None;
    for (at, token) in tokens.iter().enumerate() {
        let next = || value(tokens.get(at + 1..).unwrap_or_default(), words);
        match token {
            Token::Name(name) if matches!(name.as_str(), "print" | "printf") => {
                prints = true;
                printed = next();
            }
            Token::Name(name) if name == "getline" => {
                reads = true;
                if let Some(Token::Text(Value::Known(text))) =
                    at.checked_sub(2).and_then(|at| tokens.get(at))
                {
                    found.scripts.push(text.clone());
                }
            }
            Token::Name(name) if name == "system" => run(&mut found, next()),
            Token::Sign('|') if prints && !is_or(&tokens, at) => {
                // `print "text" | "sh"`
                if let Some(text) = printed.take()
                    && matches!(next(), Some(Value::Known(shell)) if is_shell(&shell))
                {
                    run(&mut found, Some(text));
                }
                run(&mut found, next());
            }
            Token::Sign('>') if prints => {
                if let Some(path) = next() {
                    let one = (Access::Write, path);
                    if !found.paths.contains(&one) {
                        found.paths.push(one);
                    }
                }
            }
            Token::Sign('<') if reads => {
                if let Some(path) = next() {
                    found.path(Access::Read, &path);
                }
                reads = false;
            }
            Token::Sign(';' | '}') | Token::End => prints = false,
            _ => {}
        }
    }
    found
}

/// Whether a `|` is half of `||`.
fn is_or(tokens: &[Token], at: usize) -> bool {
    let is_bar = |at: usize| tokens.get(at) == Some(&Token::Sign('|'));
    is_bar(at + 1) || at.checked_sub(1).is_some_and(is_bar)
}

/// A shell that reads what it runs.
fn is_shell(command: &str) -> bool {
    let name = command.rsplit('/').next().unwrap_or_default();
    matches!(
        name,
        "sh" | "bash" | "dash" | "zsh" | "ksh" | "sh -s" | "bash -s"
    )
}

/// Returns what each variable stands for that the program is given or sets.
fn assigned(tokens: &[Token], mut set: Vec<(String, Value)>) -> Vec<(String, Value)> {
    const MOST: usize = 64;
    for (at, window) in tokens.windows(3).enumerate() {
        let [Token::Name(name), Token::Sign('='), next] = window else {
            continue;
        };
        if *next != Token::Sign('=')
            && set.len() < MOST
            && let Some(value) = value(tokens.get(at + 2..).unwrap_or_default(), &set)
            && !value.start().is_empty()
        {
            set.push((name.clone(), value));
        }
    }
    set
}

/// Adds shell text; what is not known of it is left to the shell as something that is not known there either.
fn run(found: &mut Found, text: Option<Value>) {
    match text {
        Some(Value::Known(text)) => found.scripts.push(text),
        Some(Value::Starts(text)) if text.is_empty() => found.is_opaque = true,
        Some(Value::Starts(text)) => found.scripts.push(format!("{text}{OPEN}")),
        None => {}
    }
}

/// Returns the text that an expression puts together: `"folder/" name ".txt"`. None where there is no expression.
fn value(tokens: &[Token], words: &[(String, Value)]) -> Option<Value> {
    // The second `>` of `>>`, and `|&`.
    let marks = tokens
        .iter()
        .take_while(|token| matches!(token, Token::Sign('>' | '(' | '&')));
    let rest = tokens.get(marks.count()..).unwrap_or_default();
    let mut text = String::new();
    let mut is_any = false;
    for token in rest {
        match token {
            Token::Text(Value::Known(more)) => text.push_str(more),
            Token::Name(name) if matches!(name.as_str(), "getline" | "in") => break,
            Token::Name(name) => {
                let given = words.iter().find(|(key, _)| key == name);
                match given.map(|(_, value)| value) {
                    Some(Value::Known(given)) => text.push_str(given),
                    Some(Value::Starts(given)) => return Some(Value::Starts(text + given)),
                    None => return Some(Value::Starts(text)),
                }
            }
            Token::Sign(';' | '}' | ')' | '|' | '&') | Token::End => break,
            _ => return Some(Value::Starts(text)),
        }
        is_any = true;
    }
    is_any.then_some(Value::Known(text))
}
