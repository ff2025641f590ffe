//! Code of other languages on a command line: not parsed, but looked at, one statement at a time.
//!
//! A statement that calls something which writes or deletes does that to the texts it is given; what is handed to something
//! that starts a shell is shell text. Names that hold a plain text are followed. Everything else stays unseen: whoever needs
//! more denies the interpreter, or relies on checks after the run.

mod acts;
mod awk;
mod editors;
mod files;
mod filled;
mod functions;
mod lexer;
mod loops;
mod names;
mod others;
mod pieces;
mod r;
mod sed;
mod started;
mod steps;
mod tcl;
mod texts;
mod values;

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::settings::quoted;
use crate::call::Access;
use crate::effects::Value;
use crate::programs;
use acts::removes;
use functions::Function;
use lexer::Token;
use names::{BARE, HANDED, HARMLESS, OPENS, SHELLS, is_in};
use steps::Steps;
use texts::{
    MODES, accesses, arguments, changes_tables, glued, has_flags, in_place, is_handed, statements,
};

/// What was found in a piece of code.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) paths: Vec<(Access, Value)>,
    /// Shell text.
    pub(super) scripts: Vec<String>,
    /// Files that it writes, and what they hold then, where that stands in the code.
    pub(super) files: Vec<(String, Option<String>)>,
    /// It runs text that is made when it runs.
    pub(super) is_opaque: bool,
}

/// Longest text that is taken for a path.
const PATH: usize = 1_024;
/// Paths that are kept of a piece of code, and texts for shells; with more, it is not looked through.
const PATHS: usize = 1_000;
/// Code within code that is looked into.
const DEPTH: usize = 3;

/// Looks at a file of code: a program that says more than it does. Only what stands outside its functions counts, and only
/// calls that are surely about files or start programs.
pub(super) fn look_at_file(language: &str, code: &str, words: &[String]) -> Found {
    match language {
        "sed" | "awk" | "ed" | "vim" => look(language, code, words),
        "python" | "javascript" | "typescript" | "ruby" | "perl" | "php" | "go" => {
            let mut found = Found::default();
            Reader::new(&mut found, language, words, true).code(&files::top_level(code));
            found.is_opaque = false;
            found
        }
        _ => Found::default(),
    }
}

/// Looks at code. `words` are those that the code is given.
pub(super) fn look(language: &str, code: &str, words: &[String]) -> Found {
    match language {
        "sed" => sed::look(code),
        "awk" => awk::look(code, words),
        "ed" => editors::look(code, false),
        "vim" => editors::look(code, true),
        "r" => r::look(code),
        "applescript" | "elisp" | "tcl" | "gdb" | "socat" | "transfer" => {
            others::look(language, code)
        }
        _ => {
            let mut found = Found::default();
            Reader::new(&mut found, language, words, false).code(code);
            found
        }
    }
}

/// Whether code of an editor changes no file that the editor opened.
pub(super) fn only_shows(language: &str, code: &str) -> bool {
    match language {
        "elisp" => editors::only_prints(code),
        language => editors::only_shows(code, language == "vim"),
    }
}

impl Found {
    fn path(&mut self, access: Access, value: &Value) {
        let text = value.start();
        let is_path = !text.is_empty() && text.len() <= PATH && !text.contains('\n');
        let one = (access, value.clone());
        if self.paths.len() >= PATHS {
            self.is_opaque = true;
        } else if is_path && !self.paths.contains(&one) {
            self.paths.push(one);
        }
    }

    /// Takes over what was found in a part of the code.
    fn absorb(&mut self, inner: Self) {
        for (access, path) in &inner.paths {
            self.path(*access, path);
        }
        self.scripts.extend(inner.scripts);
        self.files.extend(inner.files);
        self.is_opaque |= inner.is_opaque;
    }

    fn known(&mut self, access: Access, text: &str) {
        self.path(access, &Value::Known(text.to_owned()));
    }
}

struct Reader<'c> {
    found: &'c mut Found,
    language: &'c str,
    words: &'c [String],
    /// Names that hold a plain text.
    names: BTreeMap<String, Value>,
    /// Names that hold several.
    lists: BTreeMap<String, Vec<Value>>,
    /// Names that stand for calls or modules.
    other_names: BTreeMap<String, String>,
    /// Functions that the code defines.
    functions: Vec<Function>,
    /// Where the code went: paths lie there, or where it was before.
    folder: Option<Value>,
    /// A shell is started with something that is not written there.
    loose: bool,
    /// A text is SQL that changes what a database holds.
    changes_tables: bool,
    depth: usize,
    /// How much names and lists were given.
    kept: usize,
    steps: Steps,
    /// Only calls that can mean nothing else count.
    strict: bool,
}

impl<'c> Reader<'c> {
    fn new(found: &'c mut Found, language: &'c str, words: &'c [String], strict: bool) -> Self {
        Self {
            found,
            language,
            words,
            names: loops::known_values(language),
            lists: BTreeMap::new(),
            functions: Vec::new(),
            other_names: loops::known_names(language),
            folder: None,
            loose: false,
            changes_tables: false,
            depth: 0,
            kept: 0,
            steps: Steps::all(),
            strict,
        }
    }

    /// Returns what stands in the brackets of a call. Code of which too much would have to be looked at is not looked into.
    fn given<'t>(&mut self, after: &'t [Token]) -> &'t [Token] {
        let given = self.steps.arguments(after);
        self.found.is_opaque |= given.is_none();
        given.unwrap_or_default()
    }

    /// Returns the texts of tokens that are looked at for the sake of one call.
    fn texts_for_call(&mut self, tokens: &[Token]) -> Vec<Value> {
        if self.steps.take(tokens.len()).is_none() {
            self.found.is_opaque = true;
            return Vec::new();
        }
        self.texts(tokens)
    }

    /// Adds a path, and where it is from the folder that the code went to.
    fn path(&mut self, access: Access, value: &Value) {
        self.found.path(access, value);
        if let Some(folder) = &self.folder
            && !value.start().starts_with(['/', '~'])
        {
            let inside = glued(folder, "/", value);
            self.found.path(access, &inside);
        }
    }

    /// Adds shell text, which runs in the folder that the code went to.
    fn script(&mut self, text: &str, folder: Option<&Value>) {
        if let Some(Value::Known(folder)) = folder.or(self.folder.as_ref()) {
            let moved = format!("cd {} && {text}", quoted(folder));
            self.found.script(moved);
        } else {
            self.found.script(text.to_owned());
        }
    }

    fn code(&mut self, code: &str) {
        let tokens = lexer::tokens(self.language, code);
        self.changes_tables = tokens.iter().any(changes_tables);
        let folder = self.folder.clone();
        let outer = std::mem::replace(&mut self.functions, functions::defined(&tokens));
        let mut round = 0;
        while round == 0 || round < self.rounds(tokens.len()) {
            self.folder.clone_from(&folder);
            let mut at = 0;
            for statement in statements(&tokens) {
                let start = at;
                at += statement.len() + 1;
                let filled = self.filled(statement);
                match round.checked_sub(1) {
                    None => self.keep_calls(&filled),
                    Some(call) => self.enter_call(start..at, call),
                }
                self.keep_other_names(&filled);
                self.loops(&filled, round);
                self.statement(statement);
            }
            round += 1;
        }
        self.functions = outer;
        if self.loose && !self.strict {
            // `def run(command)` … `run("rm x")`
            for token in &tokens {
                if let Token::Text(Value::Known(text)) = token
                    && let Some((program, _)) = text.split_once(' ')
                    && programs::find(program).is_some()
                {
                    self.found.script(text.clone());
                }
            }
        }
    }

    fn statement(&mut self, tokens: &[Token]) {
        if self.declares_several(tokens) {
            return;
        }
        let tokens = &*self.filled(tokens);
        if self.is_assignment(tokens) {
            return;
        }
        self.properties(tokens);
        let before = self.found.paths.len();
        let calls: Vec<(usize, Cow<'_, str>)> = tokens
            .iter()
            .enumerate()
            .filter_map(|(at, token)| match token {
                Token::Name(name) => Some((at, self.own_name(name))),
                _ => None,
            })
            .collect();
        self.shell_texts(tokens);
        let mut acts = false;
        let mut is_harmless = true;
        for (at, name) in &calls {
            let name: &str = name;
            let (base, last) = name.rsplit_once('.').unwrap_or(("", name));
            let after = tokens.get(at + 1..).unwrap_or_default();
            // `Pathname.new("file").delete`
            let is_bare = is_in(BARE, last) && self.is_of_a_thing(name, tokens, *at);
            let is_call = self.is_call(after) || (is_bare && after.is_empty());
            if !is_call && is_in(HANDED, last) && is_handed(tokens, *at) {
                // `map(os.remove, paths)`
                for value in self.texts_for_call(tokens) {
                    self.path(Access::Delete, &value);
                }
                acts = true;
                continue;
            }
            is_harmless &= !is_call || is_in(HARMLESS, last) || self.is_file_test(tokens, *at);
            if !is_call || (self.strict && !files::is_sure(base, last)) {
                continue;
            }
            if matches!(last, "chdir" | "chroot") {
                self.go(after);
                acts = true;
            } else if is_in(OPENS, last) || matches!(name, "File.new" | "File") {
                let own = self.opened(base, name, tokens.get(..*at).unwrap_or_default());
                self.open(own, after);
                acts = true;
            } else if (is_in(SHELLS, last) && !(self.language == "python" && name == "exec"))
                || matches!(
                    name,
                    "os.execute" | "Deno.Command" | "exec.Command" | "System.cmd"
                )
            {
                acts |= self.shell(base, last, after);
            } else if name == ".sync" && removes(tokens) {
                for value in self.texts_for_call(after) {
                    self.path(Access::Delete, &value);
                }
                acts = true;
            } else if matches!(last, "input" | "FileInput") {
                acts |= self.edit(after);
            } else if matches!(
                name,
                "exec" | "eval" | "Function" | "instance_eval" | "class_eval"
            ) {
                self.evaluated(after);
                acts = true;
            } else if last == "connect" && matches!(base, "sqlite3" | "duckdb" | "sqlite") {
                if let Some(path) = self.texts(arguments(after)).first() {
                    let is_written = self.changes_tables;
                    self.path(
                        if is_written {
                            Access::Write
                        } else {
                            Access::Read
                        },
                        path,
                    );
                }
                acts = true;
            } else if self.named_place(last, after) {
                acts = true;
            } else if let Some(accesses) = accesses(base, last) {
                self.act(base, last, accesses, tokens, *at);
                acts = true;
            }
        }
        self.keep_texts(tokens, before);
        if !acts && !is_harmless && !self.strict {
            for value in self.texts(tokens) {
                self.path(Access::Read, &value);
            }
        }
    }

    /// Texts that a shell runs by how they are quoted: `` `rm file` ``, `` await $`rm file` ``.
    fn shell_texts(&mut self, tokens: &[Token]) {
        for token in tokens {
            if let Token::Shell(text) = token {
                self.script(text, None);
            }
        }
        for window in tokens.windows(2) {
            if let [Token::Name(name), Token::Text(Value::Known(text))] = window
                && matches!(name.as_str(), "$" | "$.sync" | "Bun.$")
            {
                self.script(text, None);
            }
        }
    }

    /// Ruby: `path.delete`; Perl: `$path->remove`.
    fn is_of_a_thing(&self, name: &str, tokens: &[Token], at: usize) -> bool {
        let before = tokens.get(..at).unwrap_or_default();
        match self.language {
            "ruby" => name.starts_with('.'),
            "perl" => before.ends_with(&[Token::Sign('-'), Token::Sign('>')]),
            _ => false,
        }
    }

    /// Perl: `-e "file"`.
    fn is_file_test(&self, tokens: &[Token], at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        self.language == "perl"
            && before == Some(&Token::Sign('-'))
            && matches!(tokens.get(at), Some(Token::Name(name)) if name.len() == 1)
    }

    /// `fileinput.input("file", inplace=True)`.
    fn edit(&mut self, after: &[Token]) -> bool {
        let given = self.given(after);
        if !in_place(given) {
            return false;
        }
        for value in self.texts(given) {
            self.path(Access::Write, &value);
        }
        true
    }

    /// `os.chdir("folder")`.
    fn go(&mut self, after: &[Token]) {
        let given = self.given(after);
        let Some(folder) = self.texts(given).into_iter().next() else {
            return;
        };
        let is_absolute = folder.start().starts_with(['/', '~']);
        self.folder = Some(match &self.folder {
            Some(before) if !is_absolute => glued(before, "/", &folder),
            _ => folder,
        });
    }

    /// Some languages call without brackets: `system "rm"`, `unlink "file"`.
    fn is_call(&self, after: &[Token]) -> bool {
        // `File.rm!("file")`
        let bang = usize::from(after.first() == Some(&Token::Sign('!')));
        match after.get(bang) {
            Some(Token::Sign('(')) => true,
            Some(Token::Text(_) | Token::Name(_)) => {
                matches!(
                    self.language,
                    "perl" | "ruby" | "php" | "lua" | "elixir" | "haskell" | "jvm"
                )
            }
            _ => false,
        }
    }

    /// Returns what a call opens that is a method of it: `path.open(mode)`, `Path("folder", "file").open(mode)`.
    fn opened(&self, base: &str, name: &str, before: &[Token]) -> Option<Value> {
        let is_method = self.language == "python" && name.starts_with('.');
        let named = self.names.get(base).cloned();
        named.or_else(|| is_method.then(|| self.texts(before).pop()).flatten())
    }

    /// `open(path, mode)`, `open(F, ">path")`, `path.open(mode)`.
    fn open(&mut self, own: Option<Value>, after: &[Token]) {
        const READS: [&str; 6] = ["r", "rb", "rt", "rU", "<", "br"];
        let given = self.given(after);
        let texts = self.texts(given);
        if self.language == "perl"
            && let [Value::Known(mode), rest @ ..] = texts.as_slice()
            && matches!(mode.as_str(), "-|" | "|-")
        {
            return self.words(rest, rest.len() > 1, None);
        }
        let is_mode = |value: &Value, modes: &[&str]| {
            let mode = value.start().split(':').next().unwrap_or_default();
            modes.contains(&mode)
        };
        // The first text is the path, but for `path.open(mode)` and where the mode comes first.
        let modes_first = own.is_some() || self.language == "perl";
        let rest = texts.get(usize::from(!modes_first)..).unwrap_or_default();
        let writes = rest.iter().any(|text| is_mode(text, &MODES)) || has_flags(given);
        let paths: Vec<Value> = if modes_first {
            let texts = texts
                .into_iter()
                .filter(|text| !is_mode(text, &MODES) && !is_mode(text, &READS));
            own.into_iter().chain(texts).collect()
        } else {
            texts
                .into_iter()
                .take(usize::max(1, self.words.len()))
                .filter(|text| !is_mode(text, &READS))
                .collect()
        };
        for value in paths {
            let text = value.start();
            let named = text.trim_start_matches(['>', '<', '+', ' ']);
            match text.find(['>', '<']) {
                Some(0 | 1) if text.contains('>') || text.starts_with('+') => {
                    self.path(Access::Write, &Value::Known(named.to_owned()));
                }
                Some(0) => self.path(Access::Read, &Value::Known(named.to_owned())),
                _ if self.language == "perl" && text.trim_end().ends_with('|') => {
                    self.script(text.trim_end_matches(['|', ' ']), None);
                }
                _ => self.path(if writes { Access::Write } else { Access::Read }, &value),
            }
        }
    }

    /// Code in a text, or code that is made when it runs.
    fn evaluated(&mut self, after: &[Token]) {
        let first = after.iter().find(|token| **token != Token::Sign('('));
        match first {
            Some(Token::Text(Value::Known(text))) if self.depth < DEPTH => {
                self.depth += 1;
                self.code(&text.clone());
                self.depth -= 1;
            }
            Some(Token::Sign('{')) | None => {}
            _ => self.found.is_opaque = true,
        }
    }
}

#[cfg(test)]
mod tests;
