//! Parts of statements: what stands in the brackets of a call, what it does to its paths, and the texts that files get.

use super::Reader;
use super::lexer::Token;
use super::names::{COPIES, DELETES, MOVES, OUTPUTS, WRITES, is_in};
use crate::call::Access;
use crate::effects::Value;

/// How a file is opened that is written.
pub(super) const MODES: [&str; 22] = [
    "w", "w+", "wb", "wt", "wb+", "w+b", "a", "a+", "ab", "at", "ab+", "x", "xb", "r+", "rb+",
    "r+b", "rt+", "c", ">", ">>", "+<", "+>",
];

/// Longest text that pieces are put together to.
const TEXT: usize = 64 << 10;

impl Reader<'_> {
    /// Keeps what a statement writes to the one file that it names, or to the file that was opened last. `before` is how many
    /// paths were found before the statement.
    pub(super) fn keep_texts(&mut self, tokens: &[Token], before: usize) {
        let new = self.found.paths.get(before..).unwrap_or_default();
        let written: Vec<String> = new
            .iter()
            .filter(|(access, _)| *access == Access::Write)
            .filter_map(|(_, path)| path.known().map(str::to_owned))
            .collect();
        let is_write =
            |token: &Token| matches!(token, Token::Name(name) if name.ends_with("write"));
        let texts = self.texts(tokens);
        let is_path = |text: &Value| written.iter().any(|path| path == text.start());
        let behind = texts.iter().rposition(is_path).map_or(0, |at| at + 1);
        let behind = texts.get(behind..).unwrap_or_default();
        let mut others = behind.iter().filter(|text| !MODES.contains(&text.start()));
        let only = others.next().filter(|_| others.next().is_none());
        let only = only.and_then(Value::known).map(str::to_owned);
        if let [path] = written.as_slice() {
            self.found.files.push((path.clone(), only));
        } else if written.is_empty()
            && tokens.iter().any(is_write)
            && let Some((_, held)) = self.found.files.last_mut()
        {
            // `f.write("text")`; a second one leaves nothing certain.
            *held = only.filter(|_| held.is_none());
        }
    }
}

/// Says what a call does to its paths.
pub(super) fn accesses(base: &str, last: &str) -> Option<&'static [Access]> {
    let is_file = |name: &str| {
        matches!(
            name.rsplit('.').next().unwrap_or(name),
            "File" | "Files" | "IO" | "FileUtils" | "Bun" | "fs" | "Deno"
        )
    };
    if is_in(DELETES, last) {
        return Some(&[Access::Delete]);
    }
    if matches!((base, last), ("os", "Remove" | "RemoveAll")) {
        return Some(&[Access::Delete]);
    }
    if matches!((base, last), ("os", "Create" | "Mkdir" | "MkdirAll")) || is_in(OUTPUTS, last) {
        return Some(&[Access::Write]);
    }
    if last == "sync" && matches!(base, "rimraf" | "del") {
        return Some(&[Access::Delete]);
    }
    if is_in(MOVES, last) || (last == "replace" && base == "os") {
        return Some(&[Access::Write, Access::Delete]);
    }
    let writes = is_in(WRITES, last) || is_in(COPIES, last) || (last == "write" && is_file(base));
    writes.then_some(&[Access::Write])
}

/// What stands for the folder that the code runs in, and for the home folder.
pub(super) fn well_known(name: &str) -> Option<Value> {
    let text = match name {
        "process.cwd"
        | "os.getcwd"
        | "getcwd"
        | "Path.cwd"
        | "Dir.pwd"
        | "__dirname"
        | "__DIR__"
        | "Deno.cwd"
        | "Pathname.pwd"
        | "import.meta.dirname"
        | "import.meta.dir" => ".",
        "os.tmpdir" | "tempfile.gettempdir" | "Dir.tmpdir" | "sys_get_temp_dir" => "/tmp",
        "tempfile.mkdtemp" | "tempfile.TemporaryDirectory" | "Dir.mktmpdir" => "/tmp/made",
        "Path.home"
        | "os.homedir"
        | "homedir"
        | "Dir.home"
        | "pathlib.Path.home"
        | "process.env.HOME"
        | "process.env.USERPROFILE"
        | "env.HOME" => "~",
        _ if name.ends_with(".homedir") => "~",
        _ if name.ends_with("path.cwd") || name.ends_with("Path.cwd") => ".",
        _ => return None,
    };
    Some(Value::Known(text.to_owned()))
}

/// `require("path").join(…)`
pub(super) fn joins_path(tokens: &[Token]) -> bool {
    tokens
        .iter()
        .any(|token| matches!(token, Token::Name(name) if name == ".join" || name == ".resolve"))
}

/// Whether a name is handed to a call: `map(os.remove, paths)`.
pub(super) fn is_handed(tokens: &[Token], at: usize) -> bool {
    let neighbour = |at: Option<usize>| at.and_then(|at| tokens.get(at));
    matches!(
        neighbour(at.checked_sub(1)),
        Some(Token::Sign('(' | ',' | '&'))
    ) && matches!(neighbour(Some(at + 1)), Some(Token::Sign(',' | ')')))
}

/// `os.open(path, os.O_WRONLY)`
pub(super) fn has_flags(arguments: &[Token]) -> bool {
    const FLAGS: &str = "O_WRONLY O_RDWR O_CREAT O_TRUNC O_APPEND WRONLY RDWR TRUNC";
    let is_flag = |name: &str| is_in(FLAGS, name.rsplit('.').next().unwrap_or(name));
    arguments
        .iter()
        .any(|token| matches!(token, Token::Name(name) if is_flag(name)))
}

/// `fileinput.input(path, inplace=True)`
pub(super) fn in_place(arguments: &[Token]) -> bool {
    arguments
        .iter()
        .any(|token| matches!(token, Token::Name(name) if name == "inplace"))
}

pub(super) fn glued(before: &Value, glue: &str, value: &Value) -> Value {
    let mut whole = before.clone();
    glue_to(&mut whole, glue, value);
    whole
}

/// Puts a text behind another. Of one that gets too long, the beginning is known.
pub(super) fn glue_to(before: &mut Value, glue: &str, value: &Value) {
    let Value::Known(text) = before else {
        return;
    };
    // What is listed in a folder lies there, whether it is joined to the folder or not.
    let listed = value.start().strip_prefix(text.trim_end_matches('/'));
    if glue == "/"
        && !text.is_empty()
        && value.known().is_none()
        && listed.is_some_and(|rest| rest.starts_with('/'))
    {
        *before = value.clone();
        return;
    }
    let is_open = value.known().is_none() || text.len() + value.start().len() > TEXT;
    if text.len() + value.start().len() <= TEXT {
        text.push_str(glue);
        text.push_str(value.start());
    }
    if is_open {
        *before = Value::Starts(std::mem::take(text));
    }
}

/// Returns what stands in the brackets of a call; without brackets, all that follows.
pub(super) fn arguments(after: &[Token]) -> &[Token] {
    if after.first() != Some(&Token::Sign('(')) {
        return after;
    }
    let mut level = 0_usize;
    let end = after.iter().position(|token| {
        match token {
            Token::Sign('(') => level += 1,
            Token::Sign(')') => level -= 1,
            _ => {}
        }
        level == 0
    });
    after.get(1..end.unwrap_or(after.len())).unwrap_or_default()
}

/// `("program", {cwd: "folder", args: ["words"]})`, `({cmd: ["program", "words"]})`: the words, one after the other.
pub(super) fn words_of_options(given: &[Token]) -> Vec<Token> {
    let is_key =
        |token: &Token| matches!(token, Token::Name(name) if name == "args" || name == "cmd");
    let options = given.iter().position(|token| *token == Token::Sign('{'));
    let (program, options) = given
        .split_at_checked(options.unwrap_or(given.len()))
        .unwrap_or_default();
    let listed = options.iter().skip_while(|token| !is_key(token));
    let listed = listed.skip_while(|token| **token != Token::Sign('['));
    program.iter().chain(listed).cloned().collect()
}

pub(super) fn statements(tokens: &[Token]) -> impl Iterator<Item = &[Token]> {
    let mut level = 0_usize;
    // Braces of blocks, and of values: those hold no statements.
    let mut braces: Vec<bool> = Vec::new();
    let mut is_value = false;
    tokens.split(move |token| {
        match token {
            Token::Sign('(' | '[') => level += 1,
            Token::Sign(')' | ']') => level = level.saturating_sub(1),
            Token::Sign('{') => {
                level += usize::from(is_value);
                braces.push(is_value);
            }
            Token::Sign('}') if braces.pop() == Some(true) => level = level.saturating_sub(1),
            _ => {}
        }
        is_value = match token {
            Token::Sign(sign) => *sign == '=',
            Token::Name(name) => name == "in" || name == "return",
            _ => false,
        };
        matches!(token, Token::Sign(';')) || (level == 0 && *token == Token::End)
    })
}

/// Whether a text is SQL that changes what a database holds.
pub(super) fn changes_tables(token: &Token) -> bool {
    const VERBS: [&str; 7] = [
        "create", "insert", "update", "delete", "drop", "alter", "replace",
    ];
    let text = match token {
        Token::Text(text) => text,
        Token::Filled(pieces, _) => return pieces.first().is_some_and(changes_tables),
        _ => return false,
    };
    let first = text.start().split_whitespace().next().unwrap_or_default();
    VERBS.iter().any(|verb| first.eq_ignore_ascii_case(verb))
}
