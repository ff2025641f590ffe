//! R: calls that write the last of their texts, or the one that they call `file`.

use super::lexer::{Token, tokens};
use super::names::is_in;
use super::steps::Steps;
use super::texts::statements;
use super::{Found, Reader};
use crate::call::Access;
use crate::effects::Value;

/// Calls that write what they are given last.
const WRITES: &str = "\
    writeLines write write.csv write.csv2 write.table saveRDS save dput dump write_csv write_tsv write_rds fwrite \
    download.file write_json write_lines write_file ggsave write.xlsx write_excel_csv qsave save.image sink pdf png \
    jpeg svg file.create dir.create file_create dir_create file.append Sys.chmod";
/// Calls that write only what they call `file`.
const NAMED: &str = "cat print capture.output";
const COPIES: &str = "file.copy file.rename file.symlink file.link file_copy file_move";
const DELETES: &str = "file.remove file_delete dir_delete";

/// Names of arguments that are the file.
const FILES: &str = "file con path filename destfile";

pub(super) fn look(code: &str) -> Found {
    let mut found = Found::default();
    Reader::new(&mut found, "r", &[], false).code(code);
    let all = joined(tokens("r", code));
    let mut steps = Steps::all();
    for statement in statements(&all) {
        for (at, token) in statement.iter().enumerate() {
            let Token::Name(name) = token else {
                continue;
            };
            if ![WRITES, NAMED, COPIES, DELETES]
                .iter()
                .any(|calls| is_in(calls, name))
            {
                continue;
            }
            match steps.arguments(statement.get(at + 1..).unwrap_or_default()) {
                Some(given) => call(name, given, &mut found),
                None => found.is_opaque = true,
            }
        }
    }
    found
}

/// `file.path("folder", "file")`, `paste0("folder/", "file")`: one text.
fn joined(tokens: Vec<Token>) -> Vec<Token> {
    let mut all: Vec<Token> = Vec::with_capacity(tokens.len());
    // Where the call begins whose texts are put together, and with what between them.
    let mut open: Option<(usize, &str)> = None;
    for token in tokens {
        let glue = match (&token, all.last()) {
            (Token::Sign('('), Some(Token::Name(name))) => match name.as_str() {
                "file.path" | "path" | "here" | "fs.path" => Some("/"),
                "paste0" => Some(""),
                _ => None,
            },
            _ => None,
        };
        match (&token, open) {
            (Token::Sign(')'), Some((start, glue))) => {
                let texts: Vec<&str> = all.iter().skip(start).filter_map(text_of).collect();
                let whole = texts.join(glue);
                all.truncate(start);
                all.push(Token::Text(Value::Known(whole)));
                open = None;
                continue;
            }
            (Token::Text(_) | Token::Sign(','), _) => {}
            _ => open = None,
        }
        if let Some(glue) = glue {
            open = all.len().checked_sub(1).map(|start| (start, glue));
        }
        all.push(token);
    }
    all
}

fn text_of(token: &Token) -> Option<&str> {
    match token {
        Token::Text(value) => value.known(),
        _ => None,
    }
}

fn call(name: &str, given: &[Token], found: &mut Found) {
    let texts: Vec<&str> = given
        .iter()
        .filter_map(|token| match token {
            Token::Text(value) => value.known(),
            _ => None,
        })
        .collect();
    let named = given.windows(3).find_map(|window| match window {
        [Token::Name(name), Token::Sign('='), Token::Text(value)] if is_in(FILES, name) => {
            value.known()
        }
        _ => None,
    });
    if is_in(COPIES, name) {
        if let [from, to] = texts.as_slice() {
            found.known(Access::Write, to);
            found.known(Access::Write, &format!("{to}/{from}"));
            let is_move = name.ends_with("rename") || name.ends_with("move");
            let access = if is_move {
                Access::Delete
            } else {
                Access::Read
            };
            found.known(access, from);
        }
    } else if is_in(WRITES, name) || (is_in(NAMED, name) && named.is_some()) {
        if let Some(path) = named.or(texts.last().copied()) {
            found.known(Access::Write, path);
        }
    } else if is_in(DELETES, name) {
        for path in texts {
            found.known(Access::Delete, path);
        }
    }
}
