//! Loops over texts that stand in the code, and calls under other names: `for f in ["a", "b"]: remove(f)`.
//!
//! Code is gone through once for each element of the longest list, so that a name in a loop is one text at a time.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::lexer::Token;
use super::names::{COPIES, DELETES, MOVES, OPENS, OUTPUTS, SHELLS, WRITES, is_in};
use super::texts::{arguments, glued, well_known};
use super::{Found, PATHS, Reader};
use crate::effects::Value;

/// Elements of a list that are followed.
const ELEMENTS: usize = 64;
/// Tokens that are looked at over all rounds.
const STEPS: usize = 150_000;
/// Tokens between a loop's name and what it goes through.
const HEADER: usize = 16;
/// Tokens of what a loop goes through.
const LIST: usize = 1_024;
/// Calls that return what is in a folder: names within it, or paths.
const LISTINGS: &str = "listdir readdirSync readdir scandir walk iterdir children each_child entries opendir Dir.foreach";
const GLOBS: &str = "glob rglob iglob globSync";
/// Words between a loop's name and what it goes through.
const FILLERS: &str = "const let var my our function async do local";

impl Reader<'_> {
    /// How often code of so many tokens is gone through.
    pub(super) fn rounds(&mut self, tokens: usize) -> usize {
        let longest = self.lists.values().map(Vec::len).max().unwrap_or(1);
        // The first round only collects what calls give.
        let calls = match self.most_calls() {
            0 => 0,
            calls => calls + 1,
        };
        let longest = longest.max(calls);
        let most = (STEPS / tokens.max(1)).max(1);
        self.found.is_opaque |= longest > most;
        longest.min(most)
    }

    /// Keeps the names that a loop gives to the elements of what it goes through.
    pub(super) fn loops(&mut self, tokens: &[Token], round: usize) {
        for (at, token) in tokens.iter().enumerate() {
            let before = tokens.get(at.saturating_sub(LIST)..at).unwrap_or_default();
            let after = tokens.get(at + 1..).unwrap_or_default();
            match token {
                Token::Name(name) if matches!(name.as_str(), "for" | "foreach") => {
                    let after = after.get(..after.len().min(HEADER + LIST));
                    if let Some((names, list)) = after.and_then(header) {
                        self.loop_over(&names, list, round);
                    }
                }
                Token::Name(name)
                    if matches!(name.rsplit('.').next(), Some("forEach" | "map"))
                        && name.contains('.') =>
                {
                    let first = after.iter().find_map(|token| match token {
                        Token::Name(name) if !is_in(FILLERS, name) => Some(Some(name.as_str())),
                        Token::Name(_) | Token::Sign('(') => None,
                        _ => Some(None),
                    });
                    if let Some(Some(name)) = first {
                        let own = Token::Name(name_of_list(token).to_owned());
                        let list = [before, &[own]].concat();
                        self.loop_over(&[name], &list, round);
                    }
                }
                // `list.each { |name| … }`
                Token::Sign('|') => {
                    if let [Token::Name(name), Token::Sign('|'), ..] = after {
                        self.loop_over(&[name], before, round);
                    }
                }
                _ => {}
            }
        }
    }

    fn loop_over(&mut self, names: &[&str], list: &[Token], round: usize) {
        if self.steps.take(list.len()).is_none() {
            self.found.is_opaque = true;
            return;
        }
        let is_numbered = list
            .iter()
            .any(|token| matches!(token, Token::Name(name) if name == "enumerate"));
        let names = if is_numbered {
            names.get(1..).unwrap_or_default()
        } else {
            names
        };
        let values = self.elements(list);
        let width = names.len();
        let is_wide = width > 1 && values.len() >= width && values.len().is_multiple_of(width);
        for (place, name) in names.iter().enumerate() {
            let own: Vec<Value> = if is_wide {
                values.iter().skip(place).step_by(width).cloned().collect()
            } else {
                values.clone()
            };
            self.names.remove(*name);
            if let Some(value) = own.get(round % own.len().max(1)) {
                self.keep(name, value);
            }
            if self.may_keep(&own) {
                self.lists.insert(format!("\0{name}"), own);
            }
        }
    }

    /// Returns what a loop goes through, as far as it stands in the code.
    fn elements(&self, list: &[Token]) -> Vec<Value> {
        let calls = |known: &str| {
            list.iter().position(|token| {
                matches!(token, Token::Name(name)
                    if name != "Object.entries" && is_in(known, name.rsplit('.').next().unwrap_or(name)))
            })
        };
        let mut texts = self.texts(list);
        if calls(LISTINGS).is_some() {
            // Names in the folder, or paths below it: both lie there once they are joined to it.
            return texts
                .first()
                .filter(|folder| folder.start() != ".")
                .map(|folder| glued(folder, "/", &Value::Starts(String::new())))
                .into_iter()
                .collect();
        }
        if let Some(at) = calls(GLOBS)
            && let Some(Token::Name(name)) = list.get(at)
        {
            // `Path("folder").glob("*.py")`, `folder.glob("*.py")`
            let base = name.rsplit_once('.').map_or("", |(base, _)| base);
            let (before, after) = list.split_at_checked(at).unwrap_or((list, &[]));
            let pattern = self.texts(arguments(after.get(1..).unwrap_or_default()));
            let folder = self.names.get(base).cloned();
            let folder = folder.or_else(|| self.texts(before).pop());
            if let (Some(folder), Some(pattern)) = (folder, pattern.first()) {
                return vec![glued(&folder, "/", pattern)];
            }
        }
        texts.truncate(ELEMENTS);
        texts
    }

    /// Keeps `name = ["a", "b"]`.
    pub(super) fn keep_list(&mut self, name: &str, right: &[Token]) -> bool {
        let opens = match right {
            [Token::Sign(sign), ..] => "[({".contains(*sign),
            [Token::Name(call), Token::Sign('('), ..] => call == "array" || call == "new",
            [Token::Text(_), Token::Sign(','), ..] => true,
            _ => false,
        };
        let is_plain = right.iter().all(|token| match token {
            Token::Text(_) | Token::End => true,
            Token::Sign(sign) => "[](){},/:+=>".contains(*sign),
            Token::Name(name) => {
                let last = name.rsplit('.').next().unwrap_or(name);
                matches!(last, "array" | "Path" | "join") || self.names.contains_key(name)
            }
            Token::Shell(_) | Token::Filled(..) => false,
        });
        if !opens || !is_plain {
            return false;
        }
        let mut texts = self.texts(right);
        texts.truncate(ELEMENTS);
        if texts.is_empty() || !self.may_keep(&texts) {
            return false;
        }
        self.lists.insert(name.to_owned(), texts);
        true
    }

    /// Keeps `import x as y`, `{x: y} = require(…)`, `y = module.x` and `with tempfile.TemporaryDirectory() as y`.
    pub(super) fn keep_other_names(&mut self, tokens: &[Token]) {
        if let [Token::Name(with), Token::Name(call), made @ ..] = tokens
            && with == "with"
            && let [
                Token::Sign('('),
                Token::Sign(')'),
                Token::Name(_),
                Token::Name(name),
                ..,
            ] = made
            && let Some(value) = well_known(call)
        {
            self.names.insert(name.clone(), value);
        }
        let imports = tokens.iter().any(|token| {
            matches!(token, Token::Name(name) if matches!(name.as_str(), "import" | "require"))
        });
        if imports {
            for window in tokens.windows(3) {
                let [Token::Name(name), middle, Token::Name(other)] = window else {
                    continue;
                };
                let is_as = matches!(middle, Token::Name(word) if word == "as");
                if is_as || *middle == Token::Sign(':') {
                    self.other_names.insert(other.clone(), name.clone());
                }
            }
        }
        let assigned = tokens.windows(2).find_map(|window| match window {
            [Token::Name(name), Token::Sign('=')] => Some(name),
            _ => None,
        });
        if let (Some(name), Some(Token::Name(call))) = (assigned, tokens.last())
            && name != call
            && is_act(call.rsplit('.').next().unwrap_or(call))
        {
            let call = call.trim_start_matches('.').to_owned();
            self.other_names.insert(name.clone(), call);
        }
    }

    /// Returns the list that a name, or what is asked of it, stands for: `edits`, `edits.items`.
    pub(super) fn list_of(&self, name: &str) -> Option<&Vec<Value>> {
        const SAME: &str = "items values keys entries";
        let (base, last) = name.rsplit_once('.').unwrap_or((name, ""));
        self.lists
            .get(name)
            .or_else(|| is_in(SAME, last).then(|| self.lists.get(base)).flatten())
    }

    /// Returns what a call is named where it comes from.
    pub(super) fn own_name<'n>(&self, name: &'n str) -> Cow<'n, str> {
        let (first, rest) = name.split_once('.').unwrap_or((name, ""));
        match self.other_names.get(first) {
            Some(own) if rest.is_empty() => Cow::Owned(own.clone()),
            Some(own) => Cow::Owned(format!("{own}.{rest}")),
            None => Cow::Borrowed(name),
        }
    }
}

/// Names of a language that mean something else in others.
pub(super) fn known_names(language: &str) -> BTreeMap<String, String> {
    match language {
        "julia" => BTreeMap::from([("write".to_owned(), "write_file".to_owned())]),
        _ => BTreeMap::new(),
    }
}

/// Returns the names that hold the home folder.
pub(super) fn known_values(language: &str) -> BTreeMap<String, Value> {
    let names: &[&str] = match language {
        "javascript" | "typescript" => &["process.env.HOME", "os.homedir"],
        "python" => &["Path.home", "pathlib.Path.home"],
        "ruby" => &["Dir.home"],
        _ => &[],
    };
    let home = |name: &&str| ((*name).to_owned(), Value::Known("~".to_owned()));
    names.iter().map(home).collect()
}

fn is_act(last: &str) -> bool {
    [WRITES, COPIES, MOVES, DELETES, OPENS, SHELLS, OUTPUTS]
        .iter()
        .any(|list| is_in(list, last))
}

/// The list in `list.forEach`.
fn name_of_list(token: &Token) -> &str {
    match token {
        Token::Name(name) => name.rsplit_once('.').map_or("", |(base, _)| base),
        _ => "",
    }
}

/// Returns the names of a loop and the tokens of what it goes through.
fn header(after: &[Token]) -> Option<(Vec<&str>, &[Token])> {
    let is_word = |token: &Token, word: &str| matches!(token, Token::Name(name) if name == word);
    // `for name in list:`, `for (const name of list)`
    let between = after
        .iter()
        .take(HEADER)
        .position(|token| is_word(token, "in") || is_word(token, "of"));
    if let Some((left, right)) = between.and_then(|at| after.split_at_checked(at)) {
        let right = right.get(1..)?;
        let mut level = 0_i32;
        let end = right.iter().position(|token| {
            match token {
                Token::Sign('(' | '[') => level += 1,
                Token::Sign(')' | ']') => level -= 1,
                _ => {}
            }
            level < 0 || (level == 0 && matches!(token, Token::Sign(':') | Token::End))
        });
        return Some((names_in(left), right.get(..end.unwrap_or(right.len()))?));
    }
    // `foreach (list as name)`, `for my name (list)`
    let mut start = after.iter().take(HEADER);
    let opens = start.position(|token| *token == Token::Sign('('))?;
    let (left, right) = after.split_at_checked(opens)?;
    let inner = arguments(right);
    if let Some(at) = inner.iter().position(|token| is_word(token, "as")) {
        return Some((names_in(inner.get(at..)?), inner.get(..at)?));
    }
    Some((names_in(left), inner))
}

fn names_in(tokens: &[Token]) -> Vec<&str> {
    tokens
        .iter()
        .filter_map(|token| match token {
            Token::Name(name) if !is_in(FILLERS, name) && name != "as" => Some(name.as_str()),
            _ => None,
        })
        .collect()
}

impl Found {
    /// Adds shell text, once.
    pub(super) fn script(&mut self, text: String) {
        if self.scripts.contains(&text) {
            return;
        }
        if self.scripts.len() < PATHS {
            self.scripts.push(text);
        } else {
            self.is_opaque = true;
        }
    }
}
