//! What stands for a text: names that were given one, and pieces that are put together to a path.

use super::Reader;
use super::lexer::Token;
use super::texts::{glue_to, joins_path, well_known};
use crate::effects::Value;

/// Texts, and bytes of them, that names and lists are given over all rounds.
const KEPT: usize = 8 << 20;
/// Texts of one statement up to which lists are taken for what is in them.
const LISTED: usize = 4_096;

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
        let asks_environment = right
            .iter()
            .any(|token| matches!(token, Token::Name(name) if is_environment(&self.own_name(name))));
        let is_plain = right.iter().all(|token| match token {
            Token::Text(_) => true,
            Token::Sign('[' | ']') => asks_environment,
            Token::Sign('-' | '>') => matches!(self.language, "perl" | "php"),
            Token::Sign(sign) => "()/+,.".contains(*sign),
            Token::Name(name) => {
                let own = self.own_name(name);
                let last = own.rsplit('.').next().unwrap_or(&own);
                joins_pieces(&own)
                    || matches!(last, "str" | "new" | "expanduser" | "expand_path" | "URL" | "fileURLToPath")
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

    /// Returns the texts of tokens; those that are put together to one path are one.
    pub(super) fn texts(&self, tokens: &[Token]) -> Vec<Value> {
        let mut all: Vec<Value> = Vec::new();
        let mut glue: Option<&str> = None;
        // Brackets that are open, and calls among them that make one path of what they hold: their level, and how many texts
        // there were before.
        let mut level = 0_usize;
        let mut joins: Vec<(usize, usize)> = Vec::new();
        // The last piece is something that is filled in when it runs: what is put behind it belongs to it.
        let mut is_open = false;
        let mut before = None;
        let mut is_path_module = false;
        for (at, token) in tokens.iter().enumerate() {
            let name = before.replace(token);
            if *token == Token::Sign('(') && tokens.get(at + 1) == Some(&Token::Sign(')')) {
                continue;
            }
            if *token == Token::Sign(')') && name == Some(&Token::Sign('(')) {
                continue;
            }
            match token {
                Token::Sign('(') => level += 1,
                Token::Sign(')') => level = level.saturating_sub(1),
                _ => {}
            }
            if let (Token::Text(module), [Token::Name(word), Token::Sign('(')]) = (
                token,
                at.checked_sub(2)
                    .and_then(|start| tokens.get(start..at))
                    .unwrap_or_default(),
            ) && word == "require"
            {
                is_path_module = matches!(module.start(), "path" | "node:path");
                continue;
            }
            let value = match token {
                // `os.environ["HOME"]`
                Token::Text(Value::Known(text)) if is_home(tokens, at, text) => {
                    Some(Value::Known("~".to_owned()))
                }
                Token::Text(value) => Some(value.clone()),
                Token::Name(name) if name.ends_with("argv") || name == "ARGV" => {
                    all.extend(self.words.iter().cloned().map(Value::Known));
                    None
                }
                Token::Name(name) => {
                    let own = self.own_name(name);
                    let last = own.rsplit('.').next();
                    let is_call = tokens.get(at + 1) == Some(&Token::Sign('('));
                    if is_path_module && matches!(name.as_str(), ".join" | ".resolve") {
                        joins.push((level + 1, all.len()));
                        continue;
                    }
                    let joins_here = joins_pieces(&own) || (self.language == "jvm" && own == "File");
                    if is_call && joins_here && !name.starts_with('.') {
                        joins.push((level + 1, all.len()));
                    }
                    let is_own_join = self.language == "ruby" && name == ".join";
                    if (matches!(last, Some("joinpath" | "child")) || is_own_join) && !all.is_empty() {
                        glue = Some("/");
                        continue;
                    }
                    if let Some(list) = self
                        .list_of(name)
                        .filter(|_| glue.is_none() && all.len() < LISTED)
                    {
                        all.extend(list.iter().cloned());
                        continue;
                    }
                    let base = name
                        .rsplit_once('.')
                        .map_or(name.as_str(), |(base, _)| base);
                    self.names
                        .get(name)
                        .or_else(|| self.names.get(base))
                        .cloned()
                        .or_else(|| well_known(&own))
                }
                _ => None,
            };
            match (value, token) {
                (Some(value), _) => {
                    is_open = false;
                    match (glue.take(), all.last_mut()) {
                        (Some(glue), Some(before)) => glue_to(before, glue, &value),
                        _ => all.push(value),
                    }
                }
                (None, Token::Name(name)) if glue.is_some() && !name.starts_with('.') => {
                    // Something that is filled in when it runs.
                    let open = Value::Starts(String::new());
                    if let (Some(glue), Some(before)) = (glue.take(), all.last_mut()) {
                        glue_to(before, glue, &open);
                    }
                }
                (None, Token::Name(name)) => (glue, is_open) = (None, !name.starts_with('.')),
                (None, Token::Sign('/' | '+' | '.')) if is_open => {}
                (None, Token::Sign('/')) if !all.is_empty() => glue = Some("/"),
                (None, Token::Sign(',')) => {
                    let is_joined = joins
                        .last()
                        .is_some_and(|(own, before)| *own == level && all.len() > *before);
                    (glue, is_open) = (is_joined.then_some("/"), false);
                }
                (None, Token::Sign('+' | '.')) if !all.is_empty() => glue = Some(""),
                // `path.join(sys.path[0], "file")`
                (None, Token::Sign('['))
                    if matches!(name, Some(Token::Name(_)))
                        && !matches!(tokens.get(at + 1), Some(Token::Text(_))) => {}
                (None, Token::Sign('[' | '{'))
                    if matches!(name, Some(Token::Name(name)) if is_environment(name)) => {}
                // `separator.join([…])` makes no path.
                (None, Token::Sign('[')) => {
                    joins.pop();
                    glue = None;
                }
                (None, Token::Sign('(')) if glue.is_some() => {}
                (None, Token::Sign('(')) => {}
                (None, Token::Sign(')')) => {
                    while joins.last().is_some_and(|(own, _)| *own > level) {
                        joins.pop();
                    }
                }
                _ => glue = None,
            }
        }
        all
    }
}

/// Whether a call makes one path of what it is given.
fn joins_pieces(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    matches!(
        last,
        "join" | "joinpath" | "Path" | "Pathname" | "resolve" | "catfile" | "catdir" | "Join" | "Combine"
    ) || name == "file.path"
}

/// Whether a name stands for the variables of the environment.
fn is_environment(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    let last = match last {
        "get" | "fetch" => name.rsplit('.').nth(1).unwrap_or_default(),
        other => other,
    };
    matches!(last, "environ" | "getenv" | "Getenv" | "ENV" | "env" | "_ENV" | "_SERVER")
}

/// `environ["HOME"]`, `getenv("HOME")`, `ENV.fetch('HOME')`
fn is_home(tokens: &[Token], at: usize, text: &str) -> bool {
    let before = at.checked_sub(2).and_then(|start| tokens.get(start..at));
    matches!(text, "HOME" | "USERPROFILE")
        && matches!(
            before,
            Some([Token::Name(name), Token::Sign('[' | '(' | '{')]) if is_environment(name)
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
