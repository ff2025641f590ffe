//! What a call does to the paths it is given.

use super::Reader;
use super::functions::parts;
use super::lexer::Token;
use super::names::{COPIES, MOVES, OUTPUTS, SHELLS, is_in};
use super::texts::{accesses, glued};
use crate::call::Access;
use crate::effects::Value;

/// `require("rimraf").sync("folder")`
pub(super) fn removes(tokens: &[Token]) -> bool {
    tokens.iter().any(
        |token| matches!(token, Token::Text(value) if matches!(value.start(), "rimraf" | "del")),
    )
}

impl Reader<'_> {
    pub(super) fn act(
        &mut self,
        base: &str,
        last: &str,
        accesses: &[Access],
        tokens: &[Token],
        at: usize,
    ) {
        let own = self.names.get(base).cloned();
        let given = self.given(tokens.get(at + 1..).unwrap_or_default());
        let after = self.texts(given);
        if is_in(OUTPUTS, last) {
            if let Some(path) = after.first() {
                self.path(Access::Write, path);
                if last.starts_with("extract") || last == "unpack_to" {
                    self.inside(path);
                }
            }
            return;
        }
        let is_method = own.is_some() || self.is_method(last, tokens, at, given.is_empty());
        let mut paths: Vec<Value> = own.into_iter().collect();
        if is_method && paths.is_empty() {
            paths = self.texts_for_call(tokens.get(..at).unwrap_or_default());
        }
        if !is_method || is_in(COPIES, last) || is_in(MOVES, last) {
            paths.extend(after);
        }
        if is_in(COPIES, last) && paths.len() > 1 {
            let written = paths.pop();
            for path in &paths {
                self.path(Access::Read, path);
            }
            if let Some(path) = &written {
                self.path(Access::Write, path);
                self.inside(path);
            }
            return;
        }
        let is_content = last.starts_with("write")
            || last.starts_with("Write")
            || last.starts_with("append")
            || last.starts_with("output")
            || last.ends_with("put_contents")
            || matches!(last, "binwrite" | "spit" | "spurt");
        if is_content && !is_method {
            // `writeFile(path, readFile(other))`
            paths = self.texts(parts(given).next().unwrap_or_default());
        }
        for path in &paths {
            for access in accesses {
                self.path(*access, path);
            }
        }
    }

    /// PHP: `array_map("unlink", $paths)`, `call_user_func("system", "rm file")`.
    fn called(&mut self, tokens: &[Token]) {
        const CALLERS: &str =
            "array_map array_walk array_filter call_user_func call_user_func_array";
        for (at, window) in tokens.windows(3).enumerate() {
            let [
                Token::Name(caller),
                Token::Sign('('),
                Token::Text(Value::Known(name)),
            ] = window
            else {
                continue;
            };
            if !is_in(CALLERS, caller) {
                continue;
            }
            let given = self.texts_for_call(tokens.get(at + 3..).unwrap_or_default());
            if is_in(SHELLS, name) {
                if let Some(Value::Known(text)) = given.first() {
                    self.script(text, None);
                }
            } else if let Some(accesses) = accesses("", name) {
                for path in &given {
                    for access in accesses {
                        self.path(*access, path);
                    }
                }
            }
        }
    }

    /// `Pathname("file").write("text")`, `Bun.file("file").delete()`.
    fn wrapped(&mut self, tokens: &[Token]) {
        const WRAPPERS: [&str; 3] = ["Pathname", "Pathname.new", "Bun.file"];
        let is_wrapper =
            |token: &Token| matches!(token, Token::Name(name) if WRAPPERS.contains(&name.as_str()));
        let Some(start) = tokens.iter().position(is_wrapper) else {
            return;
        };
        for (at, token) in tokens.iter().enumerate().skip(start) {
            let Token::Name(name) = token else {
                continue;
            };
            let access = match name.as_str() {
                ".write" | ".binwrite" | ".writer" => Access::Write,
                ".delete" | ".unlink" | ".rmtree" => Access::Delete,
                _ => continue,
            };
            for path in self.texts_for_call(tokens.get(start..at).unwrap_or_default()) {
                self.path(access, &path);
            }
        }
    }

    /// `logging.basicConfig(filename="file")`: what is written stands under a name.
    pub(super) fn named_place(&mut self, last: &str, after: &[Token]) -> bool {
        let place = match last {
            "basicConfig" => "filename",
            "NamedTemporaryFile" | "TemporaryFile" | "TemporaryDirectory" | "mkstemp"
            | "mkdtemp" => "dir",
            _ => return false,
        };
        let given = self.given(after);
        let is_place = |token: &Token| matches!(token, Token::Name(name) if name == place);
        let Some(at) = given.iter().position(is_place) else {
            return false;
        };
        let part = parts(given.get(at + 1..).unwrap_or_default()).next();
        if let Some(path) = self.texts_for_call(part.unwrap_or_default()).first() {
            if place == "dir" {
                self.inside(path);
            } else {
                self.path(Access::Write, path);
            }
        }
        true
    }

    /// `const file = "a", fs = require("fs")`: each as if it stood alone.
    pub(super) fn declares_several(&mut self, tokens: &[Token]) -> bool {
        let is_declaration = matches!(
            tokens.iter().find(|token| **token != Token::End),
            Some(Token::Name(name)) if matches!(name.as_str(), "const" | "let" | "var")
        );
        if !is_declaration || parts(tokens).nth(1).is_none() {
            return false;
        }
        for (at, part) in parts(tokens).enumerate() {
            let first = part
                .iter()
                .position(|token| matches!(token, Token::Name(_)));
            let skip = if at == 0 {
                first.map_or(0, |first| first + 1)
            } else {
                0
            };
            self.statement(part.get(skip..).unwrap_or_default());
        }
        true
    }

    /// Groovy: `new File("file").text = "text"`, `"rm file".execute()`.
    pub(super) fn properties(&mut self, tokens: &[Token]) {
        if self.language == "php" {
            return self.called(tokens);
        }
        if matches!(self.language, "ruby" | "javascript" | "typescript") {
            return self.wrapped(tokens);
        }
        if self.language != "jvm" {
            return;
        }
        for (at, token) in tokens.iter().enumerate() {
            let Token::Name(name) = token else {
                continue;
            };
            let (before, after) = tokens.split_at_checked(at).unwrap_or((tokens, &[]));
            let is_set = matches!(
                after,
                [_, Token::Sign('='), next, ..] if *next != Token::Sign('=')
            );
            match name.as_str() {
                ".text" | ".bytes" if is_set => {
                    for path in self.texts_for_call(before) {
                        self.path(Access::Write, &path);
                    }
                }
                ".write" | ".append" | ".setText" | ".withWriter" | ".withPrintWriter"
                | ".withOutputStream" | ".newWriter" => {
                    for path in self.texts_for_call(before) {
                        self.path(Access::Write, &path);
                    }
                }
                // `new File("file") << "text"`
                "File" => {
                    let given = self.given(after.get(1..).unwrap_or_default());
                    let behind = after.get(given.len() + 3..).unwrap_or_default();
                    if behind.starts_with(&[Token::Sign('<'), Token::Sign('<')]) {
                        for path in
                            self.texts_for_call(after.get(..given.len() + 3).unwrap_or(after))
                        {
                            self.path(Access::Write, &path);
                        }
                    }
                }
                ".execute" => {
                    if let Some(Value::Known(text)) = self.texts_for_call(before).last() {
                        self.script(text, None);
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether a call is one of the thing before it: `Path("file").unlink()`, `path("file")->spew("text")`.
    fn is_method(&self, last: &str, tokens: &[Token], at: usize, is_bare: bool) -> bool {
        let is_dotted = tokens
            .get(at)
            .is_some_and(|token| matches!(token, Token::Name(name) if name.starts_with('.')));
        let before = at
            .checked_sub(2)
            .and_then(|start| tokens.get(start..at))
            .unwrap_or_default();
        match self.language {
            "python" => is_dotted,
            "javascript" | "typescript" => false,
            "perl" => {
                before == [Token::Sign('-'), Token::Sign('>')]
                    && (is_bare || last.starts_with("spew"))
            }
            "jvm" | "ruby" | "csharp" => {
                is_dotted && (is_bare || last.starts_with("write") || last.starts_with("append"))
            }
            _ => is_dotted && is_bare,
        }
    }

    /// What is written to a folder may come to lie in it.
    fn inside(&mut self, folder: &Value) {
        let inside = glued(folder, "/", &Value::Starts(String::new()));
        self.path(Access::Write, &inside);
    }
}
