//! Calls that start a program or a shell.

use super::Reader;
use super::awk::OPEN;
use super::lexer::Token;
use super::texts::words_of_options;
use crate::effects::Value;
use crate::effects::shell_tools::settings::quoted;

impl Reader<'_> {
    /// Something that starts a program: one text is shell text, several are its words.
    pub(super) fn shell(&mut self, base: &str, after: &[Token]) -> bool {
        let mut words: Vec<Value> = Vec::new();
        let mut is_list = false;
        let given = self.given(after);
        let listed = (base == "Deno").then(|| words_of_options(given));
        for token in listed.as_deref().unwrap_or(given) {
            match token {
                Token::Text(value) => words.push(value.clone()),
                // How a process is started.
                Token::Name(name) if name.contains(".P_") => {}
                Token::Name(name) => {
                    let Some(value) = self.names.get(name) else {
                        self.loose |= words.is_empty() && !is_list;
                        break;
                    };
                    words.push(value.clone());
                }
                Token::Sign('[') => is_list = true,
                Token::Sign('(' | ',' | ']') => {}
                _ => break,
            }
        }
        let folder = self.folder_of(given);
        let known: Vec<&str> = words.iter().filter_map(Value::known).collect();
        match known.as_slice() {
            [] => {
                // `system(f"cd {folder} && rm -r build")`: the beginning, and something.
                if let [Value::Starts(text), ..] = words.as_slice()
                    && !is_list
                    && text.contains(' ')
                {
                    self.script(&format!("{text}{OPEN}"), folder.as_ref());
                }
            }
            [script] if !is_list => self.script(script, folder.as_ref()),
            words => {
                let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
                self.script(&words.join(" "), folder.as_ref());
            }
        }
        // `re.exec(text)`, `list.run()`: no shell, and nothing was said of paths.
        !known.is_empty() || base.is_empty()
    }

    /// `cwd="folder"` among the arguments of a call.
    fn folder_of(&self, given: &[Token]) -> Option<Value> {
        let at = given.iter().position(
            |token| matches!(token, Token::Name(name) if name == "cwd" || name == "chdir"),
        )?;
        self.texts(given.get(at + 1..)?).into_iter().next()
    }
}
