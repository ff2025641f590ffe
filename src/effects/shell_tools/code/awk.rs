//! awk: redirections, pipes and `system`.

use super::Found;
use super::lexer::{self, Token};
use crate::call::Access;
use crate::effects::Value;

/// Looks at a program; `name=value` among the words sets a variable.
pub(super) fn look(code: &str, words: &[String]) -> Found {
    let mut found = Found::default();
    let tokens = lexer::tokens("awk", code);
    let value = |token: Option<&Token>| match token {
        Some(Token::Text(value)) => Some(value.start().to_owned()),
        Some(Token::Name(name)) => words.iter().find_map(|word| {
            let (key, value) = word.split_once('=')?;
            (key == name).then(|| value.to_owned())
        }),
        _ => None,
    };
    // `>` compares, unless something is printed.
    let mut prints = false;
    let mut reads = false;
    for (at, token) in tokens.iter().enumerate() {
        let next = match tokens.get(at + 1) {
            Some(Token::Sign('>' | '(' | '&')) => value(tokens.get(at + 2)),
            other => value(other),
        };
        match token {
            Token::Name(name) if matches!(name.as_str(), "print" | "printf") => prints = true,
            Token::Name(name) if name == "getline" => {
                reads = true;
                if let Some(Token::Text(Value::Known(text))) =
                    at.checked_sub(2).and_then(|at| tokens.get(at))
                {
                    found.scripts.push(text.clone());
                }
            }
            Token::Name(name) if name == "system" => found.scripts.extend(next),
            Token::Sign('|') => found.scripts.extend(next),
            Token::Sign('>') if prints => {
                if let Some(path) = next {
                    found.known(Access::Write, &path);
                }
            }
            Token::Sign('<') if reads => {
                if let Some(path) = next {
                    found.known(Access::Read, &path);
                }
                reads = false;
            }
            Token::Sign(';' | '}') | Token::End => prints = false,
            _ => {}
        }
    }
    found
}
