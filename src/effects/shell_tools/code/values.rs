//! What stands for a text: names that were given one, and pieces that are put together to a path.

use super::Reader;
use super::lexer::Token;
use super::texts::{joins_path, well_known};
use crate::effects::Value;

/// Texts, and bytes of them, that names and lists are given over all rounds.
const KEPT: usize = 8 << 20;

impl Reader<'_> {
    /// Has a name stand for a text. Code that gives names more than can be kept is not looked through.
    pub(super) fn keep(&mut self, name: &str, value: &Value) {
        if self.may_keep(std::slice::from_ref(value)) {
            self.names.insert(name.to_owned(), value.clone());
        }
    }

    pub(super) fn may_keep(&mut self, values: &[Value]) -> bool {
        self.kept += values
            .iter()
            .map(|value| 1 + value.start().len())
            .sum::<usize>();
        self.found.is_opaque |= self.kept > KEPT;
        self.kept <= KEPT
    }

    /// Keeps `name = "text"`, and says whether that is all there is.
    pub(super) fn is_assignment(&mut self, tokens: &[Token]) -> bool {
        let sets = |pair: &[Token]| {
            pair.first() == Some(&Token::Sign('='))
                && !matches!(pair.get(1), Some(Token::Sign('=' | '>')))
        };
        let at = tokens.windows(2).position(sets);
        let Some((left, right)) =
            at.and_then(|at| Some((tokens.get(..at)?, tokens.get(at + 1..)?)))
        else {
            return false;
        };
        // In the body of a function that is an argument: `list.forEach((name) => { const path = …`
        let begins = |token: &Token| matches!(token, Token::Sign('{') | Token::End);
        let start = left.iter().rposition(begins).map_or(0, |before| before + 1);
        let own = left.get(start..).unwrap_or_default();
        let right = if start == 0 { right } else { line(right) };
        // `open("file", mode="w")` assigns nothing.
        let Some(name) = assigned(own).filter(|_| !own.contains(&Token::Sign('('))) else {
            return false;
        };
        if let Some(value) = formatted(right) {
            self.keep(name, &value);
            return start == 0;
        }
        let asks_environment = right.iter().any(
            |token| matches!(token, Token::Name(name) if is_environment(&self.own_name(name))),
        );
        let is_plain = right.iter().all(|token| match token {
            Token::Text(_) => true,
            Token::Sign('[' | ']') => asks_environment,
            Token::Sign('-' | '>') => matches!(self.language, "perl" | "php"),
            Token::Sign(sign) => "()/+,.".contains(*sign),
            Token::Name(name) => {
                let own = self.own_name(name);
                let last = own.rsplit('.').next().unwrap_or(&own);
                joins_pieces(&own)
                    || matches!(
                        last,
                        "str"
                            | "new"
                            | "expanduser"
                            | "expand_path"
                            | "dirname"
                            | "abspath"
                            | "realpath"
                            | "URL"
                            | "fileURLToPath"
                    )
                    || matches!(&*own, "File.Spec" | "import.meta.url")
                    || (name == "require" && joins_path(right))
                    || well_known(&own).is_some()
                    || self.names.contains_key(name)
                    || self.listed(name).is_some()
                    || is_environment(&own)
            }
            Token::Shell(_) | Token::Filled(..) | Token::End => false,
        });
        let texts = self.texts(right);
        if let ([value], true) = (texts.as_slice(), is_plain) {
            self.keep(name, value);
            return start == 0;
        }
        self.keep_list(name, right) && start == 0
    }
}

/// `"folder/%s" % name`, `"folder/{}".format(name)`: the beginning is known.
fn formatted(right: &[Token]) -> Option<Value> {
    let [Token::Text(Value::Known(text)), next, ..] = right else {
        return None;
    };
    let mark = match next {
        Token::Sign('%') => '%',
        Token::Name(name) if name == ".format" => '{',
        _ => return None,
    };
    let start = text.get(..text.find(mark)?)?;
    (!start.is_empty()).then(|| Value::Starts(start.to_owned()))
}

/// Whether a call makes one path of what it is given.
pub(super) fn joins_pieces(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    matches!(
        last,
        "join"
            | "joinpath"
            | "Path"
            | "Pathname"
            | "resolve"
            | "catfile"
            | "catdir"
            | "Join"
            | "Combine"
    ) || name == "file.path"
}

/// Whether a name stands for the variables of the environment.
pub(super) fn is_environment(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    let last = match last {
        "get" | "fetch" => name.rsplit('.').nth(1).unwrap_or_default(),
        other => other,
    };
    matches!(
        last,
        "environ" | "getenv" | "Getenv" | "ENV" | "env" | "_ENV" | "_SERVER"
    )
}

/// Returns the name that is assigned to: `const name`, `name: str`, `name :`.
fn assigned(left: &[Token]) -> Option<&String> {
    let is_typed = |name: &str| !matches!(name, "else" | "try" | "finally" | "default" | "case");
    let colon = left.iter().position(|token| *token == Token::Sign(':'));
    match colon.and_then(|at| left.get(..at)) {
        Some([Token::Name(name)]) if is_typed(name) => return Some(name),
        Some([Token::Name(word), Token::Name(name)])
            if matches!(word.as_str(), "const" | "let" | "var") =>
        {
            return Some(name);
        }
        _ => {}
    }
    match left {
        [.., Token::Name(name)] => Some(name),
        _ => None,
    }
}

/// Returns what stands on the first line, with all that its brackets hold.
fn line(tokens: &[Token]) -> &[Token] {
    let mut level = 0_i32;
    let end = tokens.iter().position(|token| {
        match token {
            Token::Sign('(' | '[' | '{') => level += 1,
            Token::Sign(')' | ']' | '}') => level -= 1,
            _ => {}
        }
        level < 0 || (level == 0 && *token == Token::End)
    });
    tokens
        .get(..end.unwrap_or(tokens.len()))
        .unwrap_or_default()
}
