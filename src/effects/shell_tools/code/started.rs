//! Programs that code starts.

use super::Reader;
use super::filled::OPEN;
use super::functions::parts;
use super::lexer::Token;
use super::texts::words_of_options;
use crate::effects::Value;
use crate::effects::shell_tools::settings::quoted;

impl Reader<'_> {
    /// Something that starts a program: one text is shell text, several are its words.
    pub(super) fn shell(&mut self, base: &str, last: &str, after: &[Token]) -> bool {
        let given = self.given(after);
        let listed = (base == "Deno").then(|| words_of_options(given));
        let (mut words, is_list) = self.words_in(listed.as_deref().unwrap_or(given));
        // `popen("command", "r")`
        let is_mode = |word: &Value| matches!(word.known(), Some("r" | "w" | "rb" | "wb" | "r+"));
        if last == "popen" && !is_list && words.len() == 2 && words.get(1).is_some_and(is_mode) {
            words.pop();
        }
        let folder = self.folder_of(given);
        let is_any = words.iter().any(|word| !word.start().is_empty());
        self.words(&words, is_list, folder.as_ref());
        // `re.exec(text)`, `list.run()`: no shell, and nothing was said of paths.
        is_any || base.is_empty()
    }

    /// Returns the words that a program is started with, as far as they are known, and whether they stand in a list.
    fn words_in(&mut self, given: &[Token]) -> (Vec<Value>, bool) {
        let mut words: Vec<Value> = Vec::new();
        let mut is_list = false;
        let mut rest = given;
        while let Some((token, behind)) = rest.split_first() {
            let part = piece(rest);
            let one = match token {
                Token::Text(_) | Token::Name(_) if part.len() > 1 => self.texts_for_call(part),
                _ => Vec::new(),
            };
            if let [whole] = one.as_slice() {
                words.push(whole.clone());
                rest = rest.get(part.len()..).unwrap_or_default();
                continue;
            }
            match token {
                Token::Text(value) => words.push(value.clone()),
                // How a process is started.
                Token::Name(name) if name.contains(".P_") => {}
                Token::Name(name) => {
                    if let Some(value) = self.names.get(name) {
                        words.push(value.clone());
                    } else if let Some(list) = self.list_of(name) {
                        words.extend(list.iter().cloned());
                        is_list = true;
                    } else {
                        self.loose |= words.is_empty() && !is_list;
                        break;
                    }
                }
                Token::Sign('[') => is_list = true,
                Token::Sign('(' | ',' | ']') => {}
                _ => break,
            }
            rest = behind;
        }
        (words, is_list)
    }

    /// Adds a command line, or the words of one.
    pub(super) fn words(&mut self, words: &[Value], is_list: bool, folder: Option<&Value>) {
        let shown = |word: &Value, plain: &str| match word {
            Value::Known(_) => plain.to_owned(),
            Value::Starts(_) => format!("{plain}{OPEN}"),
        };
        let words: Vec<&Value> = words
            .iter()
            .filter(|word| !word.start().is_empty())
            .collect();
        match words.as_slice() {
            [] => {}
            [script] if !is_list => self.script(&shown(script, script.start()), folder),
            words => {
                let words = words.iter().map(|word| shown(word, &quoted(word.start())));
                self.script(&words.collect::<Vec<_>>().join(" "), folder);
            }
        }
    }

    /// `cwd="folder"` among the arguments of a call.
    fn folder_of(&self, given: &[Token]) -> Option<Value> {
        let at = given.iter().position(
            |token| matches!(token, Token::Name(name) if name == "cwd" || name == "chdir"),
        )?;
        self.texts(given.get(at + 1..)?).into_iter().next()
    }
}

/// Returns what stands up to the next comma, or to the end of the brackets around it. `"text" if x else "other"` is more than
/// one text, and `name="text"` none.
fn piece(tokens: &[Token]) -> &[Token] {
    let part = parts(tokens).next().unwrap_or_default();
    let mut level = 0_i32;
    let end = part.iter().position(|token| {
        match token {
            Token::Sign('(' | '[') => level += 1,
            Token::Sign(')' | ']') => level -= 1,
            _ => {}
        }
        level < 0
    });
    let part = part.get(..end.unwrap_or(part.len())).unwrap_or_default();
    let is_setting = matches!(part, [Token::Name(_), Token::Sign('=' | ':'), ..]);
    if is_setting { &[] } else { part }
}
