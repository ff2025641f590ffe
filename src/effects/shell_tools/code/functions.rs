//! Functions that the code defines and calls itself: `def save(path): …` and `save("file")`.
//!
//! Code is gone through once more for each call, with the names of the function's parameters standing for what that call
//! gives them.

use std::ops::Range;

use super::Reader;
use super::lexer::Token;
use super::texts::arguments;
use crate::effects::Value;

/// Functions and calls of one that are followed.
const MOST: usize = 64;
/// Longest text that is followed into a function.
const GIVEN: usize = 16 << 10;
/// Tokens of a function's parameters.
const HEAD: usize = 256;

/// A function, and what its calls give it.
pub(super) struct Function {
    /// Which of the tokens begins it.
    at: usize,
    name: String,
    parameters: Vec<String>,
    calls: Vec<Vec<Option<Value>>>,
}

/// Returns the functions that code defines.
pub(super) fn defined(tokens: &[Token]) -> Vec<Function> {
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let Token::Name(word) = token else {
            continue;
        };
        if found.len() == MOST {
            break;
        }
        let after = tokens.get(at + 1..).unwrap_or_default();
        let after = after.get(..after.len().min(HEAD)).unwrap_or_default();
        let one = match (word.as_str(), after) {
            ("def" | "function", [Token::Name(name), rest @ ..]) => function(at, name, rest),
            (name, [Token::Sign('='), rest @ ..]) => arrow(at, name, rest),
            _ => None,
        };
        found.extend(one);
    }
    found
}

fn function(at: usize, name: &str, rest: &[Token]) -> Option<Function> {
    (rest.first() == Some(&Token::Sign('('))).then(|| Function {
        at,
        name: name.to_owned(),
        parameters: parts(arguments(rest)).filter_map(first_name).collect(),
        calls: Vec::new(),
    })
}

/// `save = (path) => …`, `save = path => …`, `save = function (path) …`, `save = lambda path: …`
fn arrow(at: usize, name: &str, rest: &[Token]) -> Option<Function> {
    let rest = match rest {
        [Token::Name(word), rest @ ..] if word == "async" => rest,
        _ => rest,
    };
    let is_arrow = |tokens: &[Token]| tokens.starts_with(&[Token::Sign('='), Token::Sign('>')]);
    match rest {
        [Token::Name(word), rest @ ..] if word == "function" => function(at, name, rest),
        [Token::Name(word), rest @ ..] if word == "lambda" => {
            let end = rest.iter().position(|token| *token == Token::Sign(':'))?;
            let parameters = parts(rest.get(..end)?).filter_map(first_name);
            Some(Function {
                at,
                name: name.to_owned(),
                parameters: parameters.collect(),
                calls: Vec::new(),
            })
        }
        [Token::Name(word), rest @ ..] if is_arrow(rest) => Some(Function {
            at,
            name: name.to_owned(),
            parameters: vec![word.clone()],
            calls: Vec::new(),
        }),
        [Token::Sign('('), ..] => {
            let behind = arguments(rest).len() + 2;
            is_arrow(rest.get(behind..)?).then(|| function(at, name, rest))?
        }
        _ => None,
    }
}

/// Splits the inside of brackets at its commas.
pub(super) fn parts(tokens: &[Token]) -> impl Iterator<Item = &[Token]> {
    let mut level = 0_usize;
    tokens.split(move |token| {
        match token {
            Token::Sign('(' | '[' | '{') => level += 1,
            Token::Sign(')' | ']' | '}') => level = level.saturating_sub(1),
            _ => {}
        }
        level == 0 && *token == Token::Sign(',')
    })
}

fn first_name(part: &[Token]) -> Option<String> {
    part.iter().find_map(|token| match token {
        Token::Name(name) => Some(name.clone()),
        _ => None,
    })
}

impl Reader<'_> {
    /// Keeps what the calls in a statement give to functions of the code.
    pub(super) fn keep_calls(&mut self, tokens: &[Token]) {
        let mut functions = std::mem::take(&mut self.functions);
        for (at, token) in tokens.iter().enumerate() {
            let Token::Name(name) = token else {
                continue;
            };
            let after = tokens.get(at + 1..).unwrap_or_default();
            let is_definition = at.checked_sub(1).and_then(|at| tokens.get(at)).is_some_and(
                |token| matches!(token, Token::Name(word) if word == "def" || word == "function"),
            );
            let own = functions.iter_mut().find(|function| function.name == *name);
            let Some(function) = own.filter(|_| !is_definition) else {
                continue;
            };
            if self.is_call(after) && function.calls.len() < MOST {
                let given =
                    parts(self.given(after)).map(|part| match self.texts(part).as_slice() {
                        [only] if only.start().len() <= GIVEN => Some(only.clone()),
                        _ => None,
                    });
                function.calls.push(given.collect());
            }
        }
        self.functions = functions;
    }

    /// Gives the parameters of the functions that begin among these tokens what one call gives them.
    pub(super) fn enter_call(&mut self, tokens: Range<usize>, round: usize) {
        let functions = std::mem::take(&mut self.functions);
        let begun = |function: &&Function| tokens.contains(&function.at);
        for function in functions.iter().filter(begun) {
            let Some(given) = function.calls.get(round % function.calls.len().max(1)) else {
                continue;
            };
            for (at, name) in function.parameters.iter().enumerate() {
                match given.get(at) {
                    Some(Some(value)) => self.keep(name, value),
                    _ => drop(self.names.remove(name)),
                }
            }
        }
        self.functions = functions;
    }

    /// How many rounds the calls take.
    pub(super) fn most_calls(&self) -> usize {
        let calls = self.functions.iter().map(|function| function.calls.len());
        calls.max().unwrap_or(0)
    }
}
