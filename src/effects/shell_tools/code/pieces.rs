//! Texts that are put together to one: `os.path.join("a", "b")`, `Path("a") / "b"`, `"a/" + name`.

use super::Reader;
use super::lexer::Token;
use super::texts::{arguments, glue_to, well_known};
use super::values::{is_environment, joins_pieces};
use crate::effects::Value;

/// Texts of one statement up to which lists are taken for what is in them.
const LISTED: usize = 4_096;

/// What was put together so far.
#[derive(Default)]
struct Pieces {
    all: Vec<Value>,
    /// What the next text is put behind the last one with.
    glue: Option<&'static str>,
    /// Brackets that are open.
    level: usize,
    /// Calls that make one path of what they hold: the level of their brackets, and how many texts there were before.
    joins: Vec<(usize, usize)>,
    /// The last piece is something that is filled in when it runs: what is put behind it belongs to it.
    is_open: bool,
    is_path_module: bool,
    /// Tokens up to here are dealt with.
    skipped: usize,
}

impl Reader<'_> {
    /// Returns the texts of tokens; those that are put together to one path are one.
    pub(super) fn texts(&self, tokens: &[Token]) -> Vec<Value> {
        let mut pieces = Pieces::default();
        for (at, token) in tokens.iter().enumerate() {
            if at < pieces.skipped {
                continue;
            }
            let before = at.checked_sub(1).and_then(|at| tokens.get(at));
            let next = tokens.get(at + 1);
            let (opens, closes) = (Token::Sign('('), Token::Sign(')'));
            let is_empty = *token == opens && next == Some(&closes);
            if is_empty || (*token == closes && before == Some(&opens)) {
                continue;
            }
            match token {
                Token::Text(module) if is_required(tokens, at) => {
                    pieces.is_path_module = matches!(module.start(), "path" | "node:path");
                }
                // `os.environ["HOME"]`
                Token::Text(Value::Known(text)) | Token::Name(text)
                    if is_home(tokens, at, text) =>
                {
                    pieces.text(Value::Known("~".to_owned()));
                }
                Token::Text(value) => pieces.text(value.clone()),
                Token::Name(name) => self.piece(&mut pieces, name, tokens, at),
                Token::Sign(sign) => {
                    let name = before.and_then(|token| match token {
                        Token::Name(name) => Some(name.as_str()),
                        _ => None,
                    });
                    pieces.sign(*sign, name, matches!(next, Some(Token::Text(_))));
                }
                _ => pieces.glue = None,
            }
        }
        pieces.all
    }

    /// Takes a name: what it stands for, or a call that puts texts together.
    fn piece(&self, pieces: &mut Pieces, name: &str, tokens: &[Token], at: usize) {
        if name.ends_with("argv") || name == "ARGV" {
            let words = self.words.iter().cloned().map(Value::Known);
            pieces.all.extend(words);
            return pieces.unknown(name);
        }
        let own = self.own_name(name);
        let last = own.rsplit('.').next();
        let is_call = tokens.get(at + 1) == Some(&Token::Sign('('));
        if is_call && last == Some("dirname") {
            let given = arguments(tokens.get(at + 1..).unwrap_or_default());
            pieces.skipped = at + given.len() + 3;
            pieces.all.extend(folder_of(given));
            (pieces.glue, pieces.is_open) = (None, true);
            return;
        }
        let joins = (pieces.level + 1, pieces.all.len());
        if pieces.is_path_module && matches!(name, ".join" | ".resolve") {
            return pieces.joins.push(joins);
        }
        let is_joining = joins_pieces(&own) || (self.language == "jvm" && own == "File");
        if is_call && is_joining && !name.starts_with('.') {
            pieces.joins.push(joins);
        }
        let is_own_join = self.language == "ruby" && name == ".join";
        let joins_on = matches!(last, Some("joinpath" | "child")) || is_own_join;
        if joins_on && !pieces.all.is_empty() {
            pieces.glue = Some("/");
            return;
        }
        let is_free = pieces.glue.is_none() && pieces.all.len() < LISTED;
        if let Some(list) = self.list_of(name).filter(|_| is_free) {
            return pieces.all.extend(list.iter().cloned());
        }
        let base = name.rsplit_once('.').map_or(name, |(base, _)| base);
        let held = self.names.get(name).or_else(|| self.names.get(base));
        match held.cloned().or_else(|| well_known(&own)) {
            Some(value) => pieces.text(value),
            None => pieces.unknown(name),
        }
    }
}

impl Pieces {
    fn text(&mut self, value: Value) {
        self.is_open = false;
        match (self.glue.take(), self.all.last_mut()) {
            (Some(glue), Some(before)) => glue_to(before, glue, &value),
            _ => self.all.push(value),
        }
    }

    /// Takes a name that stands for nothing known.
    fn unknown(&mut self, name: &str) {
        if name.starts_with('.') || self.glue.is_none() {
            (self.glue, self.is_open) = (None, !name.starts_with('.'));
            return;
        }
        // Something that is filled in when it runs.
        let open = Value::Starts(String::new());
        if let (Some(glue), Some(before)) = (self.glue.take(), self.all.last_mut()) {
            glue_to(before, glue, &open);
        }
    }

    /// Takes a sign. `name` stands right before it.
    fn sign(&mut self, sign: char, name: Option<&str>, is_before_text: bool) {
        let is_any = !self.all.is_empty();
        match sign {
            '(' => self.level += 1,
            ')' => {
                self.level = self.level.saturating_sub(1);
                while self.joins.last().is_some_and(|(own, _)| *own > self.level) {
                    self.joins.pop();
                }
            }
            '/' | '+' | '.' if self.is_open => {}
            '/' if is_any => self.glue = Some("/"),
            '+' | '.' if is_any => self.glue = Some(""),
            ',' => {
                let is_joined = self
                    .joins
                    .last()
                    .is_some_and(|(own, before)| *own == self.level && self.all.len() > *before);
                (self.glue, self.is_open) = (is_joined.then_some("/"), false);
            }
            // `path.join(sys.path[0], "file")`
            '[' if name.is_some() && !is_before_text => {}
            '[' | '{' if name.is_some_and(is_environment) => {}
            // `separator.join([…])` makes no path.
            '[' => {
                self.joins.pop();
                self.glue = None;
            }
            _ => self.glue = None,
        }
    }
}

/// `require("module")`
fn is_required(tokens: &[Token], at: usize) -> bool {
    let before = at.checked_sub(2).and_then(|start| tokens.get(start..at));
    matches!(before, Some([Token::Name(word), Token::Sign('(')]) if word == "require")
}

/// Returns the folder that a path in a text lies in.
fn folder_of(given: &[Token]) -> Option<Value> {
    let [Token::Text(Value::Known(path))] = given else {
        return None;
    };
    let (folder, _) = path.rsplit_once('/').unwrap_or((".", ""));
    Some(Value::Known(folder.to_owned()))
}

/// `environ["HOME"]`, `getenv("HOME")`, `ENV.fetch('HOME')`
fn is_home(tokens: &[Token], at: usize, text: &str) -> bool {
    let before = at.checked_sub(2).and_then(|start| tokens.get(start..at));
    matches!(text, "HOME" | "USERPROFILE")
        && matches!(
            before,
            Some([Token::Name(name), Token::Sign('[' | '(' | '{')]) if is_environment(name.trim_start_matches('$'))
        )
}
